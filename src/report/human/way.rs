//! What was found where the way ended: the rows have no room for it.

use crate::checks::{Ask, FaultKind, NetFault, Sign, Status, autopsy};
use crate::report::{Record, exchange, text, wire};

/// Different faults that are told; the rows show the rest.
const MOST: usize = 2;

/// Whether the fault of this exchange is told below the rows.
pub(super) fn tells(record: Record<'_>, fault: &NetFault) -> bool {
    faults(record).iter().take(MOST).any(|(_, told)| told.detail == fault.detail)
}

/// Each fault of the way once, with certificates, addresses and the proxy's word; and what answered in Bitbucket's place.
pub(super) fn found(record: Record<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut before: Option<&NetFault> = None;
    for (ids, fault) in faults(record).iter().take(MOST) {
        let indent = "  ";
        // One who stands between shows both hosts the same certificate.
        if before.is_some_and(|before| !fault.found.chain.is_empty() && before.found == fault.found) {
            let line = format!("{}: the same certificate, shown for {}", ids.join(", "), host(record, fault));
            lines.extend(text::wrap(&text::clean(&line), indent, text::WIDTH));
            continue;
        }
        before = Some(fault);
        lines.extend(text::wrap(&format!("{}: {}", ids.join(", "), text::clean(&fault.detail)), indent, text::WIDTH));
        for line in autopsy::lines(fault, record.case.now) {
            lines.extend(hanging(&text::clean(&line)));
        }
    }
    lines.extend(strangers(record));
    lines
}

/// The host that was asked when this fault was met.
fn host<'r>(record: Record<'r>, fault: &NetFault) -> &'r str {
    let options = &record.case.options;
    let met = record.seen.exchanges.iter().find(|x| x.got.as_ref().is_err_and(|known| known.detail == fault.detail));
    let url = match met.map(|x| &x.probe.ask) {
        Some(Ask::GitRefs(..)) => &options.git_base_url,
        _ => &options.api_url,
    };
    url.split_once("://").map_or(url.as_str(), |(_, host)| host)
}

/// The different faults, with the exchanges that met them; none where all is well.
fn faults(record: Record<'_>) -> Vec<(Vec<String>, &NetFault)> {
    let mut faults: Vec<(Vec<String>, &NetFault)> = Vec::new();
    if record.diagnosis.verdict.status == Status::Healthy {
        return faults;
    }
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
    faults
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

/// What bears on the way whatever the verdict: a clock that is wrong, by which certificates and tokens are judged, and a
/// program that did not get through where this run did.
pub(super) fn notes(record: Record<'_>) -> Vec<String> {
    let open = record.findings().any(|f| f.sign == Sign::WayOpen && f.holds);
    let tells = |sign: Sign| sign == Sign::ClockOff || open && matches!(sign, Sign::Fault(_));
    let told = record.findings().filter(|f| f.holds && tells(f.sign));
    told.flat_map(|f| text::wrap(&format!("note: {}", text::clean(&f.text)), "", text::WIDTH)).collect()
}
