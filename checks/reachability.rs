//! `reachability`: does a question get to Bitbucket, and an answer back?
//!
//! Evidence: the network faults and the anonymous control. A fault of the way is never a fault of the token.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::answer::{self, Meaning};
use crate::autopsy::Refusal;
use crate::check::asks_nothing;
use crate::wanted::ask_of;
use crate::{Answer, Ask, Case, Check, FaultKind, Finding, Outcome, Reported, Role, Seen, Sign, clock, facts, reported_fault};

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
                let text = exchange.got.as_ref().map(stranger).unwrap_or_default();
                found.push(Finding::new(Sign::NotBitbucket, true, text).shown_by(exchange.id));
            }
            Meaning::Unwell if wants(case, &exchange.probe.ask) => {
                let text = exchange.got.as_ref().map(unwell).unwrap_or_default();
                found.push(Finding::new(Sign::Unwell, true, text).shown_by(exchange.id));
            }
            _ => {}
        }
    }
    found.extend(clock(case, seen));
    found.extend(limited(case, seen));
    if let (Some(id), false) = (open, found.iter().any(|f| f.sign == Sign::Limited)) {
        found.push(Finding::new(Sign::Limited, false, "no rate limit was met").shown_by(id));
    }
    if let Some(id) = open {
        found.extend(elsewhere(case).map(|finding| finding.shown_by(id)));
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
        _ if found.iter().any(|f| f.holds && matches!(f.sign, Sign::ClockOff | Sign::Fault(_))) => Outcome::Warned(found),
        _ => Outcome::Passed(found),
    }
}

/// What curl or git said of the way.
fn pasted_fault(case: &Case) -> Option<(&Reported, FaultKind)> {
    let pasted = case.request.iter().chain(&case.more).filter_map(|r| r.reported.as_ref()).chain(&case.reported);
    // SSH is another way, with another address: its faults are the URL's.
    let ssh = case.request.as_ref().is_some_and(crate::Request::is_ssh);
    let over_ssh = |r: &&Reported| ssh || r.text.contains("ssh: connect to host");
    // Who was answered got through, whatever was said of a try before.
    let answered = |r: &&Reported| r.status.is_some_and(|status| status < 500 && status != 407);
    pasted.into_iter().filter(|r| !over_ssh(r) && !answered(r)).find_map(|r| Some((r, reported_fault(&r.text)?)))
}

/// What was pasted failed on the way, and this run got through: the program's own settings differ from the system's.
fn elsewhere(case: &Case) -> Option<Finding> {
    let (r, fault) = pasted_fault(case)?;
    let text = match fault {
        FaultKind::Tls | FaultKind::TlsDates => {
            "what was pasted failed at the certificate, and this run got through with this system's list of authorities: that program has a list of its own, see bbdoctor explain tls-untrusted"
        }
        FaultKind::Proxy => {
            "what was pasted failed at a proxy, and this run got through: that program has a proxy setting of its own, see bbdoctor explain proxy-refused"
        }
        _ => {
            "what was pasted did not get through to Bitbucket, and this run did: that program, or that moment, had another way, see bbdoctor explain cannot-connect"
        }
    };
    Some(Finding::new(Sign::Fault(fault), true, text).at(case.told_at(r)).as_reported())
}

/// Without a question of our own: what curl or git said.
fn reported(case: &Case, mut found: Vec<Finding>) -> Outcome {
    if let Some((r, fault)) = pasted_fault(case) {
        found.push(Finding::new(Sign::Fault(fault), true, "what was pasted says so").at(case.told_at(r)).as_reported());
    }
    if let Some(r) = case.reported() {
        match r.status {
            Some(407) => {
                found.push(
                    Finding::new(Sign::Fault(FaultKind::Proxy), true, "407 is a proxy's answer")
                        .at(case.told_at(r))
                        .as_reported(),
                );
            }
            Some(status @ 500..=599) => {
                found.push(Finding::new(Sign::Unwell, true, format!("{status} was answered")).at(case.told_at(r)).as_reported());
            }
            Some(429) => found.push(Finding::new(Sign::Limited, true, "429 was answered").at(case.told_at(r)).as_reported()),
            _ => {}
        }
    }
    if found.is_empty() { Outcome::Skipped("nothing was sent".into(), found) } else { Outcome::Failed(found) }
}

fn wants(case: &Case, ask: &Ask) -> bool {
    case.wanted().iter().filter_map(ask_of).any(|a| a == *ask)
}

/// Whether this machine's clock is wrong: against an answer's `Date`, against a certificate that begins later, or against the
/// day on which the facts were collected.
fn clock(case: &Case, seen: &Seen) -> Option<Finding> {
    let dated = seen.exchanges.iter().find_map(|x| {
        let date = clock::parse(x.got.as_ref().ok()?.headers.get("date")?)?;
        Some((x.id, case.now - date))
    });
    if let Some((id, off)) = dated {
        let wrong = off.abs() > SKEW_SECONDS;
        let text = if wrong {
            let side = if off > 0 { "ahead of" } else { "behind" };
            format!("this machine's clock is {} {side} the one of what answered", clock::span(off))
        } else {
            "the clocks agree".into()
        };
        return Some(Finding::new(Sign::ClockOff, wrong, text).shown_by(id));
    }
    let faults = || seen.exchanges.iter().filter_map(|x| Some((x.id, x.got.as_ref().err()?)));
    let early = faults().find(|(_, f)| {
        f.kind == FaultKind::TlsDates
            && (f.found.refused == Some(Refusal::NotYetValid) || f.detail.contains("not valid yet by this machine's clock"))
    });
    if let Some((id, fault)) = early {
        let begins = fault.found.chain.iter().filter_map(|c| clock::parse_rfc3339(&c.not_before)).max();
        let text = match begins.filter(|begins| *begins > case.now) {
            Some(begins) => format!(
                "this machine's clock says {}, and the certificate begins on {}: it is {} behind at the least, if the certificate is genuine",
                clock::day(case.now),
                clock::day(begins),
                clock::span(begins - case.now)
            ),
            None => "this machine's clock stands before the certificate".into(),
        };
        return Some(Finding::new(Sign::ClockOff, true, text).shown_by(id));
    }
    let newest = facts::all().iter().filter_map(|f| facts::days_since_1970(f.confirmed)).max()? * 86_400;
    if case.now < newest {
        let text = format!("this machine's clock says {}, which was before this program was made", clock::day(case.now));
        return Some(Finding::new(Sign::ClockOff, true, text));
    }
    let plain = faults().any(|(_, f)| matches!(f.kind, FaultKind::Tls | FaultKind::TlsDates));
    plain.then(|| Finding::new(Sign::ClockOff, false, "this machine's clock is plausible"))
}

/// Who answered in Bitbucket's place, as far as the answer tells.
fn stranger(answer: &Answer) -> String {
    let server = answer.headers.get("server").map_or_else(String::new, |name| format!(" (Server: {})", short(name)));
    if let Some(host) = answer::leads_to(answer) {
        return format!("what answered is not Bitbucket: {} leads to {}{server}", answer.status, short(host));
    }
    let page = title(&answer.excerpt);
    let page = if page.is_empty() { "an empty page".into() } else { format!("a page \"{page}\"") };
    format!("what answered is not Bitbucket: {} with {page}{server}", answer.status)
}

/// A 5xx: whose it is, and when to come back.
fn unwell(answer: &Answer) -> String {
    let mut text = format!("Bitbucket answered {}", answer.status);
    if !answer::is_genuine(answer) {
        let server = answer.headers.get("server").map_or_else(String::new, |name| format!(" (Server: {})", short(name)));
        text = format!("{} was answered{server}, without what Bitbucket's own answers carry", answer.status);
    }
    if let Some(after) = answer.headers.get("retry-after") {
        text.push_str(&format!("; Retry-After {}", short(after)));
    }
    text
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
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

/// The title of a page, or its beginning without what stands in angle brackets.
fn title(page: &str) -> String {
    // The names of elements are ASCII, so positions in lower case are positions in the page.
    let lower = page.to_ascii_lowercase();
    let inside = lower.find("<title").and_then(|a| {
        let from = a + lower[a..].find('>')? + 1;
        Some((from, from + lower[from..].find('<')?))
    });
    let text: String = match inside.and_then(|(a, b)| page.get(a..b)) {
        Some(title) => title.into(),
        None => {
            let mut depth = 0_usize;
            let outside = page.chars().take(4_000).map(|c| match c {
                '<' => {
                    depth += 1;
                    ' '
                }
                '>' => {
                    depth = depth.saturating_sub(1);
                    ' '
                }
                c if depth == 0 && !c.is_control() => c,
                _ => ' ',
            });
            outside.collect()
        }
    };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = text.chars().filter(|c| !c.is_control()).take(60).collect();
    short.trim_end().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_of_pages() {
        for (page, wanted) in [
            ("<HTML><Title lang=en>\n Example Corp \t Gateway</title>", "Example Corp Gateway"),
            ("<html><body><h1>Access</h1> denied", "Access denied"),
            ("<title>open", "open"),
            ("<title", ""),
            ("<title></title>", ""),
            ("İ<TITLE>Ünï</TITLE>", "Ünï"),
            ("", ""),
        ] {
            assert_eq!(title(page), wanted, "{page}");
        }
        assert!(title(&"<b>x".repeat(100_000)).chars().count() <= 60);
    }
}
