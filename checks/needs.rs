//! Whether what the person needs is met: every need beside the answers that show it.

use alloc::string::String;
use alloc::vec::Vec;

use crate::access;
use crate::answer::{self, Meaning};
use crate::granted::scopes;
use crate::wanted::ask_of;
use crate::{Case, ExchangeId, Met, Need, NeedStatus, Role, Scopes, Seen, endpoints, scopes as scope_table};

/// Every need and whether it is met.
pub(crate) fn needs(case: &Case, seen: &Seen) -> Vec<NeedStatus> {
    let scopes = scopes(case, seen);
    case.wanted()
        .into_iter()
        .map(|need| {
            let (status, evidence) = need_status(case, seen, &need, &scopes);
            NeedStatus { need, status, evidence }
        })
        .collect()
}

fn need_status(case: &Case, seen: &Seen, need: &Need, scopes: &Scopes) -> (Met, Vec<ExchangeId>) {
    let Some(ask) = ask_of(need) else { return (Met::Unproven, Vec::new()) };
    let asked = seen.exchanges.iter().filter(|x| x.probe.ask == ask && x.probe.role != Role::Anonymous);
    let answers: Vec<_> = asked.map(|x| (x, answer::meaning(x, seen))).collect();
    let accepted = answers.iter().find(|(_, m)| *m == Meaning::Accepted).map(|(x, _)| x.id);
    let alive = seen.exchanges.iter().find(|x| seen.authenticated(x)).map(|x| x.id);
    let refused: Vec<ExchangeId> = answers
        .iter()
        .filter(|(_, m)| matches!(m, Meaning::Refused | Meaning::Known | Meaning::Denied | Meaning::NotThere | Meaning::Gone))
        .map(|(x, _)| x.id)
        .collect();
    let from = |met: Option<ExchangeId>| match (met, refused.is_empty()) {
        (Some(id), _) => (Met::Met, alloc::vec![id]),
        (None, false) => (Met::Missing, refused.clone()),
        (None, true) => (Met::Unproven, Vec::new()),
    };
    match need {
        // 403 for want of a scope proves the sign-in (fact `user-probe`).
        Need::SignIn => from(alive),
        Need::Scope(name) => {
            let kind = case.kind();
            match &scopes.granted {
                Some(granted) => {
                    let granted: Vec<&str> = granted.iter().map(String::as_str).collect();
                    let lacks = !scope_table::missing(&[name.as_str()], &granted, kind).is_empty();
                    (if lacks { Met::Missing } else { Met::Met }, alive.into_iter().collect())
                }
                None => (Met::Unproven, Vec::new()),
            }
        }
        Need::GitRead(_) | Need::GitWrite(_) => from(accepted.or_else(|| public_too(case, seen, need, alive))),
        Need::Endpoint { method, path } => {
            let reads = method == "GET" || method == "HEAD";
            let open = accepted.or_else(|| public_too(case, seen, need, alive));
            if reads {
                // A list that shows no more than anybody sees, of a workspace that may be another's, is no health.
                return match open.filter(|_| access::listing_in_doubt(case, seen, &ask)) {
                    Some(_) => (Met::Unproven, Vec::new()),
                    None => from(open),
                };
            }
            // A write is never tried: scopes, and the GET beside it, say whether it would do.
            let kind = case.kind();
            let needed = scope_table::required(method, path, kind);
            let exists = matches!(endpoints::find(method, path), endpoints::Match::Found(_));
            match (&scopes.granted, needed, open) {
                (Some(granted), Some(needed), Some(id)) if exists => {
                    let granted: Vec<&str> = granted.iter().map(String::as_str).collect();
                    let lacks = !scope_table::missing(&needed, &granted, kind).is_empty();
                    (if lacks { Met::Missing } else { Met::Met }, alloc::vec![id])
                }
                (Some(granted), Some(needed), None) => {
                    let granted: Vec<&str> = granted.iter().map(String::as_str).collect();
                    let lacks = !scope_table::missing(&needed, &granted, kind).is_empty();
                    (if lacks || !refused.is_empty() { Met::Missing } else { Met::Unproven }, refused)
                }
                (_, _, None) => from(None),
                _ => (Met::Unproven, Vec::new()),
            }
        }
    }
}

/// What anybody may read is met for a credential that is alive, unless the listing hides what the account cannot see.
fn public_too(case: &Case, seen: &Seen, need: &Need, alive: Option<ExchangeId>) -> Option<ExchangeId> {
    let ask = ask_of(need)?;
    if case.own_way().is_some_and(|w| w.role == Role::Anonymous) {
        let (x, _) = seen.of(Role::Anonymous).find(|(x, m)| x.probe.ask == ask && *m == Meaning::AlsoAnonymous)?;
        return Some(x.id);
    }
    alive?;
    let open = seen.credentialed().find(|(x, m)| x.probe.ask == ask && *m == Meaning::AlsoAnonymous).map(|(x, _)| x.id)?;
    let own_role_refused =
        case.own_way().is_some_and(|w| w.role != Role::Anonymous && seen.accepted(w.role).is_some_and(|(ok, _)| !ok));
    (!own_role_refused).then_some(open)
}
