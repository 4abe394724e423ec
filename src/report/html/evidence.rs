//! What was asked and what came back, every check, and the answers themselves.

use super::pre;
use crate::checks::Outcome;
use crate::report::escape::{markup, markup_lines};
use crate::report::sheet::{Row, Sheet, said_by, sentence};
use crate::report::{Record, exchange, text};

/// The evidence: a table, and on a narrow page a card for each row.
pub(super) fn table(sheet: &Sheet) -> String {
    let mut out = String::new();
    if !sheet.rows.is_empty() {
        let rows: String = sheet.rows.iter().map(row).collect();
        out.push_str(&format!(
            "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-labelledby=\"evidence\"><table class=\"rows\">\n<thead><tr><th scope=\"col\">id</th><th scope=\"col\">asked</th><th scope=\"col\">role</th><th scope=\"col\">status</th><th scope=\"col\">answer</th><th scope=\"col\">request id, UTC</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n"
        ));
    }
    for line in &sheet.not_asked {
        out.push_str(&format!("<p>Not asked: {}</p>\n", markup(line)));
    }
    out
}

fn row(row: &Row) -> String {
    let support: Vec<String> = [row.request_id.as_deref(), row.time.as_deref()]
        .into_iter()
        .flatten()
        .map(|part| format!("<span>{}</span>", markup(&text::cut(part, 64))))
        .collect();
    // A control that is refused is as it should be.
    let tone = match row.status {
        None => "open",
        Some(_) if row.control => "plain",
        Some(200..=299) => "good",
        Some(_) => "bad",
    };
    format!(
        "<tr><th scope=\"row\" id=\"{id}\">{id}</th><td class=\"url\" data-label=\"asked\"><code>{} {}</code></td><td data-label=\"role\">{}</td><td data-label=\"status\"><span class=\"status {tone}\">{}</span></td><td class=\"said\" data-label=\"answer\">{}</td><td class=\"id\" data-label=\"id, UTC\">{}</td></tr>\n",
        row.method,
        breakable(&row.url),
        markup(row.role),
        markup(&row.outcome),
        markup(&row.remark),
        support.join(" "),
        id = markup(&row.id),
    )
}

/// An address that may break where its parts meet.
fn breakable(url: &str) -> String {
    let mut out = String::new();
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (scheme, rest));
    if !scheme.is_empty() {
        out.push_str(&format!("{}://", markup(scheme)));
    }
    for part in rest.split_inclusive(['/', '?', '&', '=']) {
        out.push_str(&markup(part));
        out.push_str("<wbr>");
    }
    out.trim_end_matches("<wbr>").to_owned()
}

/// Every check and what it found, folded.
pub(super) fn checks(record: Record<'_>) -> String {
    let mut rows = String::new();
    for (check, outcome) in &record.diagnosis.outcomes {
        let (status, mut said) = match outcome {
            Outcome::Passed(_) => ("passed", Vec::new()),
            Outcome::Warned(_) => ("warned", Vec::new()),
            Outcome::Failed(_) => ("failed", Vec::new()),
            Outcome::Skipped(reason, _) => ("skipped", vec![markup(&sentence(reason))]),
        };
        said.extend(said_by(outcome).into_iter().map(|text| markup(&sentence(text))));
        rows.push_str(&format!(
            "<tr class=\"{status}\"><th scope=\"row\"><code>{}</code></th><td class=\"word\">{status}</td><td class=\"said\">{}</td></tr>\n",
            markup(check.id),
            said.join("<br>")
        ));
    }
    format!(
        "<details><summary>Every check</summary>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Every check\"><table class=\"checks\">\n<thead><tr><th scope=\"col\">check</th><th scope=\"col\">status</th><th scope=\"col\">what was found</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n</details>\n"
    )
}

/// Headers and body of each answer, or why there is none, folded.
pub(super) fn answers(record: Record<'_>) -> String {
    let mut out = String::new();
    for x in &record.seen.exchanges {
        let mut said = String::new();
        match &x.got {
            Ok(answer) => {
                for (name, value) in &answer.headers {
                    said.push_str(&format!("{}: {}\n", text::clean(name), text::clean(value)));
                }
                said.push_str(&format!("\n{}", answer.excerpt));
            }
            Err(fault) => said.push_str(&exchange::fault(fault, record.case.now)),
        }
        let name = exchange::name(x.id);
        let role = exchange::role(x.probe.role);
        out.push_str(&format!(
            "<details><summary>Answer {name}: {}</summary>\n{}</details>\n",
            markup(&format!("{}, {role}: {}", exchange::ask(&x.probe.ask), exchange::outcome(x))),
            pre(&format!("Headers and body of answer {name}"), &markup_lines(said.trim()))
        ));
    }
    out
}
