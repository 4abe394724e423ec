//! What was found where the way ended: the rows have no room for it.

use crate::checks::{FaultKind, NetFault, Sign, Status, autopsy};
use crate::report::{Record, exchange, text, wire};

/// Different faults that are told; the rows show the rest.
const MOST: usize = 2;

/// Each fault of the way once, with certificates, addresses and the proxy's word; and what answered in Bitbucket's place.
pub(super) fn found(record: Record<'_>) -> Vec<String> {
    if record.diagnosis.verdict.status == Status::Healthy {
        return Vec::new();
    }
    let mut faults: Vec<(Vec<String>, &NetFault)> = Vec::new();
    for x in &record.seen.exchanges {
        let Err(fault) = &x.got else { continue };
        if fault.kind == FaultKind::Budget || fault.detail.starts_with("not sent") {
            continue;
        }
        match faults.iter_mut().find(|(_, known)| known.detail == fault.detail) {
            Some((ids, _)) => ids.push(exchange::name(x.id)),
            None => faults.push((vec![exchange::name(x.id)], fault)),
        }
    }
    let mut lines = Vec::new();
    for (ids, fault) in faults.iter().take(MOST) {
        let indent = "  ";
        lines.extend(text::wrap(&format!("{}: {}", ids.join(", "), text::clean(&fault.detail)), indent, text::WIDTH));
        for line in autopsy::lines(fault, record.case.now) {
            lines.extend(hanging(&text::clean(&line)));
        }
    }
    lines.extend(strangers(record));
    lines
}

/// What the check of the way says of answers that are not Bitbucket's, or that are errors of its own.
fn strangers(record: Record<'_>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut said: Vec<(&str, Vec<String>)> = Vec::new();
    for finding in record.findings().filter(|f| f.holds && matches!(f.sign, Sign::NotBitbucket | Sign::Unwell)) {
        match said.iter_mut().find(|(text, _)| *text == finding.text) {
            Some((_, ids)) => ids.extend(wire::names(&finding.evidence, &[])),
            None => said.push((&finding.text, wire::names(&finding.evidence, &[]))),
        }
    }
    for (sentence, ids) in said.into_iter().take(MOST) {
        let ids = if ids.is_empty() { String::new() } else { format!("{}: ", ids.join(", ")) };
        lines.extend(text::wrap(&format!("{ids}{}", text::clean(sentence)), "  ", text::WIDTH));
    }
    lines
}

fn hanging(line: &str) -> Vec<String> {
    let mut lines = text::wrap(line, "      ", text::WIDTH);
    if let Some(first) = lines.first_mut() {
        *first = format!("    {}", first.trim_start());
    }
    lines
}

/// A clock that is wrong, whatever the verdict: certificates and tokens are judged by it.
pub(super) fn clock(record: Record<'_>) -> Vec<String> {
    let off = record.findings().find(|f| f.sign == Sign::ClockOff && f.holds);
    off.map_or_else(Vec::new, |f| text::wrap(&format!("note: {}", text::clean(&f.text)), "", text::WIDTH))
}
