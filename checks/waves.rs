//! What to ask next, and the budget that protects the account.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::answer::Meaning;
use crate::{Ask, CHECKS, Case, Kind, Probe, Role, Seen};

/// How much one run may ask. A lock after failed logins is not known for tokens (fact `lockout`), and anonymous requests are
/// counted per address, 60 an hour for a whole office (fact `429`); so both are kept few.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Requests of any kind.
    pub requests: usize,
    /// Requests with a credential that was refused, or that may be refused.
    pub failed_logins: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { requests: 20, failed_logins: 4 }
    }
}

/// The next wave: what every check asks, merged, with the control of each family of URLs, minus what was asked, inside the
/// budget. Empty: done.
#[must_use]
pub fn next(case: &Case, seen: &Seen, budget: &Budget) -> Vec<Probe> {
    if case.options.offline || !case.goes_to_bitbucket() || way_is_shut(seen) {
        return Vec::new();
    }
    let asked: BTreeSet<&Probe> = seen.exchanges.iter().map(|x| &x.probe).collect();
    let mut wave: Vec<Probe> = Vec::new();
    for probe in CHECKS.iter().flat_map(|check| (check.asks)(case, seen)) {
        let control = Probe { ask: probe.ask.clone(), role: Role::Anonymous, credential: None };
        let wants_control = needs_control(&probe.ask)
            && !seen.exchanges.iter().any(|x| x.probe.ask == probe.ask && x.probe.role == Role::Anonymous);
        for p in [Some(probe), wants_control.then_some(control)].into_iter().flatten() {
            if !asked.contains(&p) && !wave.contains(&p) {
                wave.push(p);
            }
        }
    }
    if case.options.between && !seen.exchanges.iter().any(|x| x.probe.role == Role::Anonymous) {
        // Something stands in the way: nobody sees a credential before the control has shown that Bitbucket is behind it.
        wave.retain(|p| p.role == Role::Anonymous);
        wave.truncate(1);
        return wave;
    }
    within(case, seen, budget, wave)
}

/// Whether the control said that no question can be answered: then nothing more is asked, a credential least of all.
fn way_is_shut(seen: &Seen) -> bool {
    let mut answered = seen.meanings().filter(|(_, m)| !matches!(m, Meaning::Silent(_) | Meaning::NotBitbucket)).peekable();
    let limited = seen.credentialed().any(|(_, m)| m == Meaning::Limited);
    limited || (!seen.exchanges.is_empty() && answered.peek().is_none())
}

/// What nobody gets without a credential needs no control; a second repository under the same workspace has its own.
fn needs_control(ask: &Ask) -> bool {
    match ask {
        Ask::Api(path) => !(path == crate::wanted::USER || path.starts_with("/2.0/user/")),
        Ask::GitRefs(..) => true,
    }
}

/// Cuts a wave to the budget, what decides most first: the wave's own order.
fn within(case: &Case, seen: &Seen, budget: &Budget, wave: Vec<Probe>) -> Vec<Probe> {
    let mut requests = seen.exchanges.len();
    let mut risky = seen.failed_logins();
    // Of a kind that is not known, one role at a time: the text may be a password.
    let one_by_one = matches!(case.kind(), Kind::Unknown | Kind::Password | Kind::OauthClient | Kind::DataCenterToken);
    let mut sent_unknown = false;
    let mut out = Vec::new();
    for probe in wave {
        let proven = probe.role == Role::Anonymous || seen.accepted(probe.role).is_some_and(|(ok, _)| ok);
        if requests >= budget.requests || (!proven && risky >= budget.failed_logins) {
            continue;
        }
        if !proven {
            if one_by_one && sent_unknown {
                continue;
            }
            sent_unknown = true;
            risky += 1;
        }
        requests += 1;
        out.push(probe);
    }
    // A wave of controls alone answers no question that the person has.
    if out.iter().all(|p| p.role == Role::Anonymous) && case.subject().is_some() && case.may_send() && !seen.exchanges.is_empty()
    {
        let asks_something = out.iter().any(|p| matches!(&p.ask, Ask::Api(path) if path.starts_with("/2.0/workspaces/")));
        if !asks_something {
            return Vec::new();
        }
    }
    out
}
