//! `scope`: does the credential hold every scope that is needed?
//!
//! Evidence: `x-oauth-scopes` and the detail of a 403 (facts `headers`, `403-scope`, `granted-for-free`). What nothing could
//! show is unproven, never missing.

use alloc::format;
use alloc::vec::Vec;

use crate::wanted::USER;
use crate::{Ask, Case, Check, Finding, Kind, Need, Outcome, Probe, Seen, Sign, Surface, granted, role};

pub(crate) static CHECK: Check = Check { id: "scope", title: "every scope that is needed is granted", asks, reads };

/// Where a scope is in question and no answer has shown what is granted: one more, which always shows it.
fn asks(case: &Case, seen: &Seen) -> Vec<Probe> {
    // git's answers never show scopes; where the token lives, REST's show them all (fact `granted-for-free`).
    let alive = seen.exchanges.iter().any(|x| seen.authenticated(x));
    let right = || role::right(case.kind(), Surface::Rest).filter(|r| alive && case.can_play(*r) && seen.accepted(*r).is_none());
    let Some(role) = seen.accepted_role(Surface::Rest).or_else(right) else { return Vec::new() };
    let found = granted::scopes(case, seen);
    let in_question = granted::scope_refused(case, seen)
        || !found.unproven.is_empty()
        || case.wanted().iter().any(|n| matches!(n, Need::Scope(_)));
    let open =
        found.granted.is_none() && in_question && matches!(case.kind(), Kind::ApiToken | Kind::AccessToken | Kind::OauthToken);
    if !open {
        return Vec::new();
    }
    let user = case.probe(Ask::Api(USER.into()), role);
    // A 403 need not show them, a 200 does (fact `headers`): where the first question did not, the repository may.
    match case.repo().filter(|_| seen.exchanges.iter().any(|x| x.probe == user && x.got.is_ok())) {
        Some(repo) => alloc::vec![case.probe(Ask::Api(format!("/2.0/repositories/{repo}")), role)],
        None => alloc::vec![user],
    }
}

fn reads(case: &Case, seen: &Seen) -> Outcome {
    let scopes = granted::scopes(case, seen);
    let refused = granted::scope_refused(case, seen);
    let at = case.reported().and_then(|r| case.told_at(r));
    let shown = scope_evidence(seen);
    let finding = |sign, holds, text: alloc::string::String| {
        let mut f = Finding::new(sign, holds, text);
        f.evidence = shown.clone();
        if shown.is_empty() { f.at(at).as_reported() } else { f }
    };
    let mut found: Vec<Finding> = Vec::new();
    if refused {
        found.push(finding(Sign::Says(crate::answer::Sentence::Scope), true, "Bitbucket says that a scope is missing".into()));
    }
    let needed = !scopes.required.is_empty();
    match &scopes.granted {
        Some(_) if needed || refused => {
            let missing = !scopes.missing.is_empty();
            let text = if missing {
                format!("not granted: {}", scopes.missing.join(" "))
            } else {
                "every scope that is needed is granted".into()
            };
            found.push(finding(Sign::ScopeMissing, missing, text.clone()));
            found.push(finding(Sign::ScopesSuffice, !missing, text));
        }
        _ if refused => found.push(finding(Sign::ScopeMissing, true, "Bitbucket says that a scope is missing".into())),
        _ => {}
    }
    match () {
        () if found.iter().any(|f| f.sign == Sign::ScopeMissing && f.holds) => Outcome::Failed(found),
        () if !needed => Outcome::Skipped("nothing is asked for that needs a scope".into(), found),
        () if !scopes.unproven.is_empty() => {
            Outcome::Skipped(format!("no answer: nothing showed whether {} is granted", scopes.unproven.join(" ")), found)
        }
        () => Outcome::Passed(found),
    }
}

/// The exchanges that show scopes.
fn scope_evidence(seen: &Seen) -> Vec<crate::ExchangeId> {
    let shows = |x: &&crate::Exchange| {
        x.got.as_ref().is_ok_and(|a| a.headers.contains_key("x-oauth-scopes") || a.excerpt.contains("privilege scopes"))
    };
    seen.exchanges.iter().filter(shows).map(|x| x.id).take(3).collect()
}
