//! `authentication`: in which role is the credential accepted?
//!
//! Evidence: the same question in several roles beside the anonymous control. One 401 says almost nothing; the pattern does.

use alloc::format;
use alloc::vec::Vec;

use crate::answer::{self, Meaning, Sentence, sentence};
use crate::auth_scheme::in_words;
use crate::pasted;
use crate::wanted::USER;
use crate::{Ask, Case, Check, Exchange, Finding, Kind, NoteKind, Outcome, Probe, Role, Seen, Sign, Surface, role};

pub(crate) static CHECK: Check = Check { id: "authentication", title: "the credential is accepted", asks, reads };

const ROLES: &[Role] = &[Role::EmailBasic, Role::UserBasic, Role::Bearer, Role::GitStaticUser, Role::GitUserName];

/// Wave 1: the role that should work. Later: the same role where every answer so far is anybody's, then the other roles.
fn asks(case: &Case, seen: &Seen) -> Vec<Probe> {
    let first = case.asks(Surface::Rest).into_iter().next();
    let Some(ask) = first else { return Vec::new() };
    if !case.may_send() {
        // Nothing to present: what anybody gets still tells whether a credential is needed at all.
        let anonymous = case.subject().is_none() && case.request.is_some();
        return if anonymous { alloc::vec![case.probe(ask, Role::Anonymous)] } else { Vec::new() };
    }
    let mut out = Vec::new();
    for role in candidates(case) {
        let on_first = seen.find(&ask, role);
        let known = seen.accepted(role).is_some();
        match on_first {
            None if wants(case, seen, role) => out.push(case.probe(ask.clone(), role)),
            // Let in like anybody, or not there: what needs a credential has to be asked (fact `user-probe`).
            Some((_, Meaning::AlsoAnonymous | Meaning::NotThere | Meaning::Unclear | Meaning::Denied | Meaning::Gone))
                if !known =>
            {
                out.push(case.probe(Ask::Api(USER.into()), role));
            }
            _ => {}
        }
    }
    out
}

/// The REST roles worth trying, what decides most first.
fn candidates(case: &Case) -> Vec<Role> {
    let own = case.own_way().filter(|w| w.surface == Surface::Rest && w.role != Role::Anonymous).map(|w| w.role);
    let order: &[Role] = match case.kind() {
        Kind::ApiToken => &[Role::EmailBasic, Role::Bearer, Role::UserBasic],
        Kind::AccessToken | Kind::OauthToken => &[Role::Bearer],
        Kind::AppPassword | Kind::Password | Kind::OauthClient => &[Role::UserBasic, Role::EmailBasic],
        _ => &[Role::Bearer, Role::EmailBasic, Role::UserBasic],
    };
    let mut roles: Vec<Role> = own.into_iter().collect();
    for role in order {
        if !roles.contains(role) {
            roles.push(*role);
        }
    }
    roles.retain(|r| case.can_play(*r));
    roles
}

/// Whether this role is due: the right one and the person's own at once, the others only after a refusal.
fn wants(case: &Case, seen: &Seen, role: Role) -> bool {
    let own = case.own_way().map(|w| w.role);
    if role::right(case.kind(), Surface::Rest) == Some(role) || own == Some(role) {
        return true;
    }
    if seen.accepted_role(Surface::Rest).is_some() {
        return false;
    }
    let right = role::right(case.kind(), Surface::Rest);
    let right_refused = right.is_some_and(|r| matches!(seen.accepted(r), Some((false, _))) || !case.can_play(r));
    match case.kind() {
        Kind::ApiToken => right_refused,
        Kind::AccessToken | Kind::OauthToken => false,
        // One shape, one login: an app password is known by its form and needs no trial in other roles.
        Kind::AppPassword => own.is_none(),
        _ => own.is_none_or(|o| seen.accepted(o).is_some()),
    }
}

fn reads(case: &Case, seen: &Seen) -> Outcome {
    // The sentence about expiry also comes for tokens of other kinds (fact `expired-text-misleads`): it names OAuth's only.
    let about: &[Sentence] = match case.kind() {
        Kind::ApiToken | Kind::AccessToken => &[Sentence::NoScopes, Sentence::Locked, Sentence::Policy],
        _ => &[Sentence::NoScopes, Sentence::Expired, Sentence::Locked, Sentence::Policy],
    };
    let mut found = said(case, seen, about);
    for role in ROLES {
        if let Some((ok, x)) = seen.accepted(*role) {
            let text = format!("{}: {}", in_words(*role), if ok { "accepted" } else { "refused" });
            found.push(Finding::new(Sign::Accepted(*role), ok, text).shown_by(x.id));
        }
    }
    let own = case.own_way();
    found.extend(alive(case, seen));
    found.extend(refusals(case, seen));
    found.extend(own_findings(case, seen));
    found.extend(closed(case, seen));
    found.extend(pasted::reported(case));
    found.extend(pasted::unseen(case));
    found.extend(pasted::git_gone(case));
    found.extend(pasted::rest_gone(case));
    let refused = found.iter().any(|f| f.sign == Sign::OwnRefused && f.holds)
        || found.iter().any(|f| matches!(f.sign, Sign::Says(_)) && f.holds);
    let right_refused = own.is_none() && found.iter().any(|f| f.sign == Sign::RefusedRightWay && f.holds);
    let alive = found.iter().any(|f| f.sign == Sign::Alive && f.holds);
    match () {
        () if refused || right_refused => Outcome::Failed(found),
        () if alive => Outcome::Passed(found),
        () if case.options.offline => Outcome::Skipped("offline: nothing was asked".into(), found),
        () if case.subject().is_none() => Outcome::Skipped("no credential is known".into(), found),
        () if !case.may_send() => Outcome::Skipped("not sent: it is no credential of Bitbucket Cloud".into(), found),
        () if found.iter().any(|f| matches!(f.sign, Sign::Accepted(_))) => Outcome::Failed(found),
        () => Outcome::Skipped("no answer: no question told whether the credential is accepted".into(), found),
    }
}

/// Whether the credential lives. A role that cannot fail for its user decides both ways.
fn alive(case: &Case, seen: &Seen) -> Option<Finding> {
    if let Some(x) = seen.exchanges.iter().find(|x| seen.authenticated(x)) {
        return Some(Finding::new(Sign::Alive, true, "Bitbucket accepts this credential").shown_by(x.id));
    }
    if let Some(told) = said(case, seen, &[Sentence::AccountPassword]).into_iter().find(|f| !f.reported) {
        return Some(Finding { sign: Sign::Alive, holds: false, text: "Bitbucket takes no account passwords".into(), ..told });
    }
    let decisive: &[Role] = match case.kind() {
        Kind::ApiToken => &[Role::GitStaticUser],
        Kind::AccessToken | Kind::OauthToken => &[Role::Bearer, Role::GitStaticUser],
        _ => &[],
    };
    let dead = decisive.iter().find_map(|r| seen.accepted(*r).filter(|(ok, _)| !ok));
    if let Some((_, x)) = dead {
        return Some(Finding::new(Sign::Alive, false, "refused in a role that no user name can spoil").shown_by(x.id));
    }
    None
}

fn refusals(case: &Case, seen: &Seen) -> Vec<Finding> {
    let mut found = Vec::new();
    let rights = [role::right(case.kind(), Surface::Rest), role::right(case.kind(), Surface::Git)];
    let refused = rights.into_iter().flatten().find_map(|r| seen.accepted(r).filter(|(ok, _)| !ok));
    let any_alive = seen.exchanges.iter().any(|x| seen.authenticated(x));
    if let Some((_, x)) = refused {
        found.push(Finding::new(Sign::RefusedRightWay, true, "refused in the role that should work").shown_by(x.id));
    }
    let refusals: Vec<_> = seen.credentialed().filter(|(_, m)| *m == Meaning::Refused).map(|(x, _)| x).collect();
    if let Some(x) = refusals.first() {
        let untried = candidates(case).into_iter().any(|r| seen.of(r).next().is_none());
        let every = !any_alive && (!untried || matches!(case.kind(), Kind::Password));
        found.push(
            Finding::new(
                Sign::RefusedEveryWay,
                every,
                if every { "refused in every role that could be tried" } else { "not refused in every role" },
            )
            .shown_by(x.id),
        );
        if every && rights == [None, None] {
            found.push(Finding::new(Sign::RefusedRightWay, true, "refused in every role that could be tried").shown_by(x.id));
        }
    }
    found
}

/// What became of the person's own way, where exactly that was asked.
fn own_findings(case: &Case, seen: &Seen) -> Vec<Finding> {
    let mut found = Vec::new();
    let own = case.own_way().map(|w| (w.surface, w.role)).or_else(|| {
        // Nothing shows how it is sent: then the way that should work is taken for the person's.
        let surface = if case.asks(Surface::Rest).is_empty() { Surface::Git } else { Surface::Rest };
        (case.request.is_none()).then(|| role::right(case.kind(), surface).map(|r| (surface, r))).flatten()
    });
    let Some((surface, role)) = own else { return found };
    if role == Role::Anonymous {
        let asks = case.asks(surface);
        if let Some(x) = closed_to_all(seen) {
            found.push(Finding::new(Sign::OwnRefused, false, "it is not refused for want of a credential").shown_by(x.id));
            return found;
        }
        let refused = seen
            .of(role)
            .find(|(x, m)| asks.contains(&x.probe.ask) && matches!(m, Meaning::Refused | Meaning::NotThere | Meaning::Denied));
        if let Some((x, _)) = refused {
            found.push(Finding::new(Sign::OwnRefused, true, "without a credential it is refused").shown_by(x.id));
        } else if let Some((x, _)) = seen.of(role).find(|(x, m)| asks.contains(&x.probe.ask) && *m == Meaning::AlsoAnonymous) {
            found.push(Finding::new(Sign::OwnRefused, false, "without a credential it is answered").shown_by(x.id));
        }
        return found;
    }
    let spoiled = spoiled(case);
    match seen.accepted(role) {
        // What succeeded in another shape than the person's says nothing about theirs.
        Some((true, _)) if spoiled => {}
        Some((true, x)) => {
            found.push(Finding::new(Sign::OwnAuthenticated, true, "the person's own way is accepted").shown_by(x.id));
            found.push(Finding::new(Sign::OwnRefused, false, "the person's own way is accepted").shown_by(x.id));
        }
        Some((false, x)) => found.push(Finding::new(Sign::OwnRefused, true, "the person's own way is refused").shown_by(x.id)),
        None => {}
    }
    found
}

/// Whether what was asked differs from what the person sends: then its success says nothing about theirs.
pub(crate) fn spoiled(case: &Case) -> bool {
    let noted = case.request.iter().flat_map(|r| &r.notes).any(|n| {
        !matches!(
            n.kind,
            NoteKind::Remark
                | NoteKind::ToolUnable
                | NoteKind::OtherUser
                | NoteKind::ManagerAsks
                | NoteKind::PerhapsPlaceholder
                | NoteKind::PerhapsMangled
        )
    });
    noted || case.subject().is_some_and(|c| !c.shape.stray.is_empty())
}

/// What anybody gets of what is asked for.
fn closed(case: &Case, seen: &Seen) -> Vec<Finding> {
    let asks: Vec<Ask> = case.own_asks();
    let Some((x, meaning)) = seen.of(Role::Anonymous).find(|(x, _)| asks.contains(&x.probe.ask)) else { return Vec::new() };
    let empty = x.got.as_ref().ok().and_then(answer::entries) == Some(0);
    let say = |sign, holds, text: &str| Finding::new(sign, holds, text).shown_by(x.id);
    match meaning {
        _ if closed_to_all(seen).is_some() => {
            alloc::vec![say(Sign::ClosedToAnonymous, false, "a credential would not help here")]
        }
        Meaning::Refused => alloc::vec![
            say(Sign::ClosedToAnonymous, true, "nobody gets this without a credential"),
            say(Sign::SignInDemanded, true, "without a credential Bitbucket asks to sign in"),
        ],
        // What is hidden and what is not there answer alike (fact `404-repository`); an empty list may just be empty.
        Meaning::NotThere | Meaning::Denied => {
            alloc::vec![say(Sign::ClosedToAnonymous, true, "without a credential this is not there")]
        }
        Meaning::AlsoAnonymous if empty => {
            alloc::vec![say(Sign::ClosedToAnonymous, true, "without a credential the list is empty")]
        }
        Meaning::AlsoAnonymous => alloc::vec![say(Sign::ClosedToAnonymous, false, "anybody may read this")],
        _ => Vec::new(),
    }
}

/// The control that says that no credential would help: no such workspace, or one that was deactivated.
fn closed_to_all(seen: &Seen) -> Option<&Exchange> {
    seen.exchanges.iter().find(|x| {
        let says = x.got.as_ref().ok().and_then(|a| sentence(Some(a.status), &a.excerpt));
        x.probe.role == Role::Anonymous && matches!(says, Some(Sentence::NoWorkspace | Sentence::Deactivated))
    })
}

/// Sentences about the credential itself, in answers to it and in what was pasted.
pub(crate) fn said(case: &Case, seen: &Seen, which: &[Sentence]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (exchange, _) in seen.credentialed() {
        if let Ok(a) = &exchange.got
            && let Some(s) = sentence(Some(a.status), &a.excerpt).filter(|s| which.contains(s))
        {
            found.push(Finding::new(Sign::Says(s), true, "Bitbucket says so").shown_by(exchange.id));
        }
    }
    let pasted = case.reported().into_iter().chain(case.more.iter().filter_map(|r| r.reported.as_ref()));
    for r in pasted {
        if let Some(s) = sentence(r.status, &r.text).filter(|s| which.contains(s)) {
            found.push(Finding::new(Sign::Says(s), true, "the pasted answer says so").at(case.told_at(r)).as_reported());
        }
    }
    found
}
