//! `git-read`: does git's ref advertisement for reading answer (`git-upload-pack`)?
//!
//! Evidence: section 4 of the facts. Anybody may read a public repository (fact `git-public`).

use alloc::vec::Vec;

use crate::answer::Meaning;
use crate::wanted::ask_of;
use crate::{Ask, Case, Check, GitService, Need, Outcome, Probe, Role, Seen, Surface, role};

pub(crate) static CHECK: Check = Check { id: "git-read", title: "git can fetch", asks, reads };

fn asks(case: &Case, _: &Seen) -> Vec<Probe> {
    probes(case, GitService::UploadPack)
}

/// The role that should work and the person's own, on what is wanted of git.
pub(crate) fn probes(case: &Case, service: GitService) -> Vec<Probe> {
    let wanted = case.asks(Surface::Git).into_iter().filter(|a| matches!(a, Ask::GitRefs(_, s) if *s == service));
    let own = case.own_way().filter(|w| w.surface == Surface::Git).map(|w| w.role);
    if case.subject().is_none() && own == Some(Role::Anonymous) {
        return wanted.map(|ask| case.probe(ask, Role::Anonymous)).collect();
    }
    if !case.may_send() {
        return Vec::new();
    }
    let right = role::right(case.kind(), Surface::Git);
    // An app password is told by one question; other texts without a static user go as the person's own user.
    let roles: Vec<Role> = match (right, own) {
        (Some(right), Some(own)) if right != own => alloc::vec![right, own],
        (Some(right), _) => alloc::vec![right],
        (None, Some(own)) => alloc::vec![own],
        (None, None) => alloc::vec![Role::GitUserName],
    };
    let mut out = Vec::new();
    for ask in wanted {
        out.extend(roles.iter().filter(|r| case.can_play(**r)).map(|r| case.probe(ask.clone(), *r)));
    }
    out
}

fn reads(case: &Case, seen: &Seen) -> Outcome {
    outcome(case, seen, |need| matches!(need, Need::GitRead(_)))
}

/// How git fared with what is wanted of this service.
pub(crate) fn outcome(case: &Case, seen: &Seen, of: impl Fn(&Need) -> bool) -> Outcome {
    let asks: Vec<Ask> = case.wanted().iter().filter(|n| of(n)).filter_map(ask_of).collect();
    if asks.is_empty() {
        return Outcome::Skipped("not asked for".into(), Vec::new());
    }
    let answers: Vec<_> = seen.credentialed().filter(|(x, _)| asks.contains(&x.probe.ask)).collect();
    let let_in = answers.iter().any(|(_, m)| matches!(m, Meaning::Accepted | Meaning::AlsoAnonymous));
    match () {
        () if answers.is_empty() && case.options.offline => Outcome::Skipped("offline: nothing was asked".into(), Vec::new()),
        () if answers.is_empty() => Outcome::Skipped("no answer: not asked".into(), Vec::new()),
        () if let_in => Outcome::Passed(Vec::new()),
        () if answers.iter().all(|(_, m)| matches!(m, Meaning::Silent(_) | Meaning::Unclear | Meaning::NotBitbucket)) => {
            Outcome::Skipped("no answer: git's server did not say".into(), Vec::new())
        }
        () => Outcome::Failed(Vec::new()),
    }
}
