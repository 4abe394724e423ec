//! `reachability`: does a question get to Bitbucket, and an answer back?
//!
//! Evidence: the network faults and the anonymous control. A fault of the way is never a fault of the token.

use alloc::format;
use alloc::vec::Vec;

use crate::answer::{Meaning, reported_fault};
use crate::check::asks_nothing;
use crate::wanted::ask_of;
use crate::{Ask, Case, Check, FaultKind, Finding, Outcome, Role, Seen, Sign, facts};

pub(crate) static CHECK: Check = Check { id: "reachability", title: "the way to Bitbucket is open", asks: asks_nothing, reads };

const FAULTS: &[FaultKind] = &[
    FaultKind::Name,
    FaultKind::Connect,
    FaultKind::Proxy,
    FaultKind::Tls,
    FaultKind::TlsDates,
    FaultKind::Timeout,
    FaultKind::Broken,
];

/// Minutes by which this machine's clock may differ from Bitbucket's before that is worth a line.
const SKEW_SECONDS: i64 = 300;

fn reads(case: &Case, seen: &Seen) -> Outcome {
    let mut found = Vec::new();
    if seen.exchanges.is_empty() {
        return reported(case, found);
    }
    let open = seen.meanings().find(|(_, m)| !matches!(m, Meaning::Silent(_) | Meaning::NotBitbucket)).map(|(x, _)| x.id);
    if let Some(id) = open {
        found.push(Finding::new(Sign::WayOpen, true, "Bitbucket answered").shown_by(id));
    } else {
        found.push(Finding::new(Sign::WayOpen, false, "no answer of Bitbucket arrived"));
    }
    let mut silent = Vec::new();
    for (exchange, meaning) in seen.meanings() {
        match meaning {
            Meaning::Silent(kind) if kind != FaultKind::Budget => silent.push((exchange, kind)),
            Meaning::NotBitbucket => {
                let text = format!(
                    "what answered is not Bitbucket: {}",
                    title(&exchange.got.as_ref().map(|a| a.excerpt.clone()).unwrap_or_default())
                );
                found.push(Finding::new(Sign::NotBitbucket, true, text).shown_by(exchange.id));
            }
            Meaning::Unwell if wants(case, &exchange.probe.ask) => {
                let status = exchange.got.as_ref().map_or(0, |a| a.status);
                found.push(Finding::new(Sign::Unwell, true, format!("Bitbucket answered {status}")).shown_by(exchange.id));
            }
            _ => {}
        }
    }
    found.extend(clock(case, seen));
    found.extend(limited(case, seen));
    if let (Some(id), false) = (open, found.iter().any(|f| f.sign == Sign::Limited)) {
        found.push(Finding::new(Sign::Limited, false, "no rate limit was met").shown_by(id));
    }
    let shut = open.is_none();
    if shut {
        for kind in FAULTS {
            if let Some((exchange, _)) = silent.iter().find(|(_, k)| k == kind) {
                let detail = exchange.got.as_ref().err().map(|f| f.detail.clone()).unwrap_or_default();
                found.push(Finding::new(Sign::Fault(*kind), true, detail).shown_by(exchange.id));
            }
        }
    }
    let unwell = found.iter().any(|f| f.holds && matches!(f.sign, Sign::Unwell | Sign::NotBitbucket | Sign::Limited));
    match (shut, unwell) {
        (true, _) | (_, true) => Outcome::Failed(found),
        _ if !silent.is_empty() => Outcome::Skipped(
            format!("no answer: {}", silent[0].0.got.as_ref().err().map(|f| f.detail.clone()).unwrap_or_default()),
            found,
        ),
        _ if found.iter().any(|f| f.sign == Sign::ClockOff && f.holds) => Outcome::Warned(found),
        _ => Outcome::Passed(found),
    }
}

/// Without a question of our own: what curl or git said.
fn reported(case: &Case, mut found: Vec<Finding>) -> Outcome {
    let pasted = case.request.iter().chain(&case.more).filter_map(|r| r.reported.as_ref()).chain(&case.reported);
    let fault = pasted.into_iter().find_map(|r| Some((r, reported_fault(&r.text)?)));
    if let Some((r, fault)) = fault {
        found.push(Finding::new(Sign::Fault(fault), true, "what was pasted says so").at(r.at).as_reported());
    }
    if let Some(r) = case.reported() {
        match r.status {
            Some(407) => {
                found.push(Finding::new(Sign::Fault(FaultKind::Proxy), true, "407 is a proxy's answer").at(r.at).as_reported());
            }
            Some(status @ 500..=599) => {
                found.push(Finding::new(Sign::Unwell, true, format!("{status} was answered")).at(r.at).as_reported());
            }
            Some(429) => found.push(Finding::new(Sign::Limited, true, "429 was answered").at(r.at).as_reported()),
            _ => {}
        }
    }
    if found.is_empty() { Outcome::Skipped("nothing was sent".into(), found) } else { Outcome::Failed(found) }
}

fn wants(case: &Case, ask: &Ask) -> bool {
    case.wanted().iter().filter_map(ask_of).any(|a| a == *ask)
}

/// Whether this machine's clock is wrong: against an answer's `Date`, or against the day on which the facts were collected.
fn clock(case: &Case, seen: &Seen) -> Option<Finding> {
    let dated = seen.exchanges.iter().find_map(|x| {
        let date = crate::clock::parse(x.got.as_ref().ok()?.headers.get("date")?)?;
        Some((x.id, case.now - date))
    });
    if let Some((id, off)) = dated {
        let wrong = off.abs() > SKEW_SECONDS;
        let text = if wrong {
            format!("this machine's clock differs from the answer's by {} minutes", off.abs() / 60)
        } else {
            "the clocks agree".into()
        };
        return Some(Finding::new(Sign::ClockOff, wrong, text).shown_by(id));
    }
    let newest = facts::all().iter().filter_map(|f| facts::days_since_1970(f.confirmed)).max()? * 86_400;
    let dates = seen
        .exchanges
        .iter()
        .find(|x| matches!(&x.got, Err(f) if f.kind == FaultKind::TlsDates && f.detail.contains("not valid yet")));
    if case.now < newest || dates.is_some() {
        let text = "this machine's clock stands before the certificate, or before this program was made";
        return Some(Finding::new(Sign::ClockOff, true, text));
    }
    let plain = seen.exchanges.iter().any(|x| matches!(&x.got, Err(f) if matches!(f.kind, FaultKind::Tls | FaultKind::TlsDates)));
    plain.then(|| Finding::new(Sign::ClockOff, false, "this machine's clock is plausible"))
}

/// 429 counts where it meets the credential, or a person who sends none.
fn limited(case: &Case, seen: &Seen) -> Vec<Finding> {
    let own_is_anonymous = case.own_way().is_some_and(|w| w.role == Role::Anonymous) || case.subject().is_none();
    let counts = |role: Role| role != Role::Anonymous || own_is_anonymous;
    seen.meanings()
        .filter(|(x, m)| *m == Meaning::Limited && counts(x.probe.role))
        .map(|(x, _)| {
            let after = x.got.as_ref().ok().and_then(|a| a.headers.get("retry-after").cloned());
            let text = after.map_or_else(
                || "429: the rate limit is used up".into(),
                |s| format!("429: the rate limit is used up; Retry-After {s}"),
            );
            Finding::new(Sign::Limited, true, text).shown_by(x.id)
        })
        .collect()
}

/// The title of a page, or its beginning.
fn title(page: &str) -> alloc::string::String {
    let lower = page.to_ascii_lowercase();
    let inside = lower.find("<title>").and_then(|a| Some((a + 7, lower[a..].find("</title>")? + a)));
    let text = inside.and_then(|(a, b)| page.get(a..b)).unwrap_or(page);
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(80).collect()
}
