//! From a case and its record to a diagnosis: every check read, every sign gathered, every cause weighed.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::answer::Meaning;
use crate::engine::{self, Cause, Decision, Shown, Signs};
use crate::gate::{self, Class, Gate};
use crate::{
    CAUSES, CHECKS, Case, Certainty, CouldBe, Diagnosis, Finding, Judged, Kind, Met, Need, NeedStatus, Outcome, Role, RuledOut,
    Seen, Sign, Status, Verdict, facts, fix, granted,
};

/// Everything that follows from a case and its record.
#[must_use]
pub fn diagnose(case: &Case, seen: &Seen) -> Diagnosis {
    let outcomes: Vec<_> = CHECKS.iter().map(|check| (*check, (check.reads)(case, seen))).collect();
    let mut decision = engine::decide(CAUSES, &Signs::gather(outcomes.iter().flat_map(|(_, o)| o.findings())));
    if case.options.arrived {
        // A stand-in knows nothing of the state of a token.
        decision.undecided.retain(|cause| cause.code != "token-rejected");
        decision.ruled_out.retain(|(cause, _)| cause.code != "token-rejected");
    }
    let needs = crate::needs::needs(case, seen);
    let scopes = granted::scopes(case, seen);
    let mut facts_used: Vec<&'static str> = Vec::new();
    let used = decision.cause.iter().map(|(c, ..)| *c).chain(decision.also.iter().map(|(c, ..)| *c));
    for id in used.flat_map(|c| c.facts.iter().copied()) {
        if !facts_used.contains(&id) {
            facts_used.push(id);
        }
    }
    if facts_used.is_empty() && !seen.exchanges.is_empty() {
        facts_used.push("headers");
    }
    let mut verdict = verdict(case, seen, &decision, &needs);
    add_more(case, &mut verdict);
    verdict.cause.iter_mut().chain(&mut verdict.also).for_each(|judged| age(case.now, judged));
    Diagnosis { outcomes, verdict, scopes, needs, facts: facts_used }
}

/// Knowledge that nobody confirmed for more than a year makes *certain* into *likely*, never less.
fn age(now: i64, judged: &mut Judged) {
    const YEAR: i64 = 365;
    let cause = CAUSES.iter().find(|cause| cause.code == judged.code);
    let rests_on = cause.into_iter().flat_map(|cause| cause.facts.iter().copied());
    let old: Vec<&'static str> = rests_on.filter(|id| facts::get(id).is_some_and(|fact| fact.age_in_days(now) > YEAR)).collect();
    if !old.is_empty() && judged.confidence == Certainty::Certain {
        judged.confidence = Certainty::Likely;
        judged.outdated = old;
    }
}

/// The faults of the other commands of a pasted text, as far as their text shows them.
fn add_more(case: &Case, verdict: &mut Verdict) {
    for request in case.more.iter().take(16) {
        let mut other = case.clone();
        other.more = Vec::new();
        // The answer to the first is none to this one.
        other.reported = None;
        other.request = Some(request.clone());
        let outcomes: Vec<_> = CHECKS.iter().map(|check| (check.reads)(&other, &Seen::default())).collect();
        let decision = engine::decide(CAUSES, &Signs::gather(outcomes.iter().flat_map(Outcome::findings)));
        let worked = request.reported.as_ref().is_some_and(|r| r.status.is_some_and(|s| (200..300).contains(&s)));
        let found = decision.cause.into_iter().chain(decision.also);
        for (cause, confidence, _) in found {
            let known = verdict.cause.iter().chain(&verdict.also).any(|j| j.code == cause.code);
            let excluded = verdict.ruled_out.iter().any(|r| r.code == cause.code);
            // What Bitbucket decides was not asked for these commands: only what their text shows counts. What a variable
            // holds where they run is not shown either, unless they failed.
            let elsewhere =
                cause.code == "variable-not-expanded" && confidence != Certainty::Certain && request.reported.is_none();
            let textual = cause.class == Class::Fault && cause.code != "token-rejected" && !elsewhere;
            if !known && !excluded && !worked && textual {
                verdict.also.push(judged(&other, &Seen::default(), cause, confidence, &Shown::default()));
            }
        }
    }
}

fn judged(case: &Case, seen: &Seen, cause: &'static Cause, confidence: Certainty, shown: &Shown) -> Judged {
    Judged {
        code: cause.code,
        confidence,
        summary: cause.title.to_string(),
        exchanges: shown.exchanges.clone(),
        findings: shown.findings.clone(),
        fix: fix::of(cause, case, seen),
        outdated: Vec::new(),
    }
}

fn verdict(case: &Case, seen: &Seen, decision: &Decision, needs: &[NeedStatus]) -> Verdict {
    let cause = decision.cause.as_ref().map(|(c, confidence, shown)| judged(case, seen, c, *confidence, shown));
    let met = !needs.is_empty() && needs.iter().all(|n| n.status == Met::Met);
    let class = decision.cause.as_ref().map(|(c, ..)| c.class);
    let healthy = met && !case.options.offline && own_way_works(case, seen);
    // What works is not doubted because of what might be.
    let undecided = if healthy && class.is_none() { 0 } else { decision.undecided.len() };
    let status = gate::status(class, undecided, healthy);
    let summary = summary(case, seen, decision, status, needs);
    let also = decision.also.iter().map(|(c, confidence, shown)| judged(case, seen, c, *confidence, shown)).collect();
    Verdict {
        status,
        could_be: cause.as_ref().map(|j| could_be(case, j.code)).unwrap_or_default(),
        settle_with: (undecided > 0
            || status == Status::Inconclusive && class.is_none() && !case.options.offline
            || cause.as_ref().is_some_and(|j| j.code == "token-rejected"))
        .then(|| fix::settle(case, seen))
        .flatten(),
        undecided_between: if undecided > 0 { decision.undecided.iter().map(|c| c.code).collect() } else { Vec::new() },
        ruled_out: decision.ruled_out.iter().map(|(c, shown)| ruled_out(c, shown)).collect(),
        cause,
        summary,
        also,
    }
}

/// Whether the person's own way was seen to work, where one is known: that another way works is no health.
fn own_way_works(case: &Case, seen: &Seen) -> bool {
    let Some(own) = case.own_way().filter(|w| w.role != Role::Anonymous) else { return true };
    let asks = case.own_asks();
    let answered = |m: &Meaning| matches!(m, Meaning::Accepted | Meaning::AlsoAnonymous);
    seen.of(own.role).any(|(x, m)| seen.authenticated(x) || (answered(&m) && asks.contains(&x.probe.ask)))
}

fn ruled_out(cause: &'static Cause, shown: &Shown) -> RuledOut {
    RuledOut { code: cause.code, because: because(shown), exchanges: shown.exchanges.clone(), findings: shown.findings.clone() }
}

fn because(shown: &Shown) -> String {
    let ids: Vec<String> = shown.exchanges.iter().take(3).map(|x| format!("x{}", x.0)).collect();
    if ids.is_empty() { "what was given shows otherwise".into() } else { ids.join(", ") }
}

/// Characters that the last line has beside `misconfigured, certain: ` in 80 columns.
pub(crate) const ACTION: usize = 56;

/// The last line of a report, without the status and the confidence.
fn summary(case: &Case, seen: &Seen, decision: &Decision, status: Status, needs: &[NeedStatus]) -> String {
    match (status, &decision.cause) {
        (_, Some((cause, ..))) => {
            // What mends the next fault goes with it: one line that says all there is to do.
            let next = decision.also.iter().map(|(c, ..)| *c).find(|c| c.gate > Gate::State && c.action != cause.action);
            match next {
                Some(next)
                    if cause.class == Class::Fault && cause.action.len() + next.action.len() + "; then ".len() <= ACTION =>
                {
                    format!("{}; then {}", cause.action, next.action)
                }
                _ => cause.action.to_string(),
            }
        }
        (Status::Healthy, None) => {
            let signin_only = needs.iter().all(|n| n.need == Need::SignIn);
            if signin_only {
                "the token is accepted; nothing else was asked".into()
            } else {
                let mut what: Vec<&str> = Vec::new();
                for n in needs {
                    let word = match n.need {
                        Need::SignIn => "sign-in",
                        Need::Endpoint { .. } => "REST",
                        Need::GitRead(_) => "git fetch",
                        Need::GitWrite(_) => "git push",
                        Need::Scope(_) => "scopes",
                    };
                    if !what.contains(&word) {
                        what.push(word);
                    }
                }
                let on = case.repo().or_else(|| case.workspace()).map(|t| format!(" on {t}")).unwrap_or_default();
                format!("{} work{}{on}", what.join(" and "), if what.len() == 1 { "s" } else { "" })
            }
        }
        (_, None) if case.options.arrived && decision.undecided.is_empty() => match &case.request {
            Some(_) => "the form is right; whether the token works was not asked".into(),
            None => "no request arrived".into(),
        },
        (_, None) if case.options.offline && decision.undecided.is_empty() => {
            "nothing wrong in what was given; nothing was sent".into()
        }
        (_, None) if !decision.undecided.is_empty() => {
            let codes: Vec<&str> = decision.undecided.iter().map(|c| c.code).collect();
            match codes.as_slice() {
                [] | [_] | [_, _] => format!("cannot tell yet; it may be {}", codes.join(" or ")),
                [first, ..] => format!("cannot tell yet; {first} or {} others", codes.len() - 1),
            }
        }
        (_, None) if case.kind() == Kind::ApiToken && !case.can_play(Role::EmailBasic) && !seen.exchanges.is_empty() => {
            "REST wants the account's e-mail too: --email EMAIL".into()
        }
        (_, None) if case.subject().is_none() && case.request.is_some() && !seen.exchanges.is_empty() => {
            "what is sent is not shown here: --token-env NAME".into()
        }
        (_, None) if seen.exchanges.is_empty() => "nothing could be asked with what was given".into(),
        (_, None) => "the answers fit nothing that is known".into(),
    }
}

fn could_be(case: &Case, code: &str) -> Vec<CouldBe> {
    if code != "token-rejected" {
        return Vec::new();
    }
    let page = fix::TOKEN_PAGE;
    let expired = CouldBe { id: "expired", text: "it has expired; an API token lives at most a year", look_at: page };
    let revoked = CouldBe { id: "revoked", text: "it was revoked, or replaced by a new one", look_at: page };
    match case.kind() {
        Kind::ApiToken => {
            alloc::vec![
                expired,
                revoked,
                CouldBe { id: "no-scopes", text: "it was made without scopes; the answer does not always say so", look_at: page },
                CouldBe { id: "other-app", text: "it was made for Jira or Confluence, not for Bitbucket", look_at: page },
                CouldBe { id: "other-workspace", text: "it is limited to another workspace", look_at: page },
            ]
        }
        _ => {
            let place = "Settings > Access tokens of the repository, project or workspace";
            alloc::vec![
                CouldBe { id: "expired", text: "it has expired", look_at: place },
                CouldBe {
                    id: "revoked",
                    text: "it was revoked or rotated, or its repository was moved or deleted",
                    look_at: place
                },
                CouldBe {
                    id: "other-app",
                    text: "it is an API key of an Atlassian organisation, which begins the same way",
                    look_at: "admin.atlassian.com"
                },
            ]
        }
    }
}

/// Whether a sign holds by what every check reads. For fixes, which are written after the verdict.
pub(crate) fn says(case: &Case, seen: &Seen, sign: Sign) -> bool {
    CHECKS.iter().flat_map(|check| (check.reads)(case, seen).findings().to_vec()).any(|f: Finding| f.sign == sign && f.holds)
}
