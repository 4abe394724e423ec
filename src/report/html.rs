//! The report as one HTML file: no script, nothing loaded from elsewhere, light and dark, readable on paper and aloud.

use super::escape::{markup, markup_lines};
use super::sheet::{Sheet, said_by};
use super::{Record, exchange, wire};
use crate::checks::{Outcome, Status};

mod path;

const PAGE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/style.css");

/// The whole report as text.
#[must_use]
pub fn write(record: Record<'_>) -> String {
    let sheet = Sheet::of(record);
    let status = wire::status(sheet.status);
    let mark = match sheet.status {
        Status::Healthy => "✓",
        Status::Misconfigured => "✗",
        Status::Inconclusive => "?",
    };
    let code = sheet.code.map_or_else(String::new, |code| format!(" · <code>{}</code>", markup(code)));
    fill(
        PAGE,
        &[
            ("title", &markup(&format!("bbdoctor: {}", sheet.headline()))),
            ("style", STYLE),
            ("class", status),
            ("mark", mark),
            ("standing", &format!("{}{code}", markup(&sheet.standing))),
            ("summary", &markup(&sheet.summary)),
            ("about", &sheet.about.map_or_else(String::new, |about| format!("<p>{}</p>\n", markup(about)))),
            ("subject", &markup(&sheet.subject.join(" · "))),
            ("body", &body(record, &sheet)),
            ("version", env!("CARGO_PKG_VERSION")),
            ("started", &markup(&sheet.started_at)),
        ],
    )
}

/// The template with its names replaced, each once and in one pass: what is filled in is not read again.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len() * 4);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((name, behind)) = after.split_once("}}") else { break };
        out.push_str(values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value));
        rest = behind;
    }
    out.push_str(rest);
    out
}

fn body(record: Record<'_>, sheet: &Sheet) -> String {
    let mut out = String::new();
    let mut add = |id: &str, title: &str, inner: String| {
        if !inner.is_empty() {
            out.push_str(&format!("<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{title}</h2>\n{inner}</section>\n"));
        }
    };
    add("path", "How far the credential came", path::diagram(record));
    add("fix", if sheet.mend.is_some() { "What to do" } else { "What works" }, to_do(sheet));
    add("command", "The command", sheet.caret.as_deref().map(pre).unwrap_or_default());
    add("evidence", "What was asked, and what came back", evidence(sheet));
    add("undecided", "What is not decided", undecided(sheet));
    add(
        "also",
        "Also wrong",
        list(sheet.also.iter().map(|o| format!("<code>{}</code>: {}. {}", markup(o.code), markup(&o.summary), markup(&o.fix)))),
    );
    add(
        "out",
        "Ruled out",
        list(sheet.ruled_out.iter().map(|(c, because)| format!("<code>{}</code>: {}", markup(c), markup(because)))),
    );
    add("environment", "Environment", pairs(&sheet.environment));
    add(
        "support",
        "For Bitbucket's support",
        if sheet.support.is_empty() { String::new() } else { pre(&sheet.support.join("\n")) },
    );
    add("more", "Details", format!("{}{}", checks(record), answers(record)));
    out
}

/// A block that scrolls sideways can be reached with the keyboard.
fn pre(text: &str) -> String {
    format!("<pre tabindex=\"0\">{}</pre>\n", markup_lines(text))
}

fn list(items: impl Iterator<Item = String>) -> String {
    let items: String = items.map(|item| format!("<li>{item}</li>\n")).collect();
    if items.is_empty() { items } else { format!("<ul>\n{items}</ul>\n") }
}

fn pairs(rows: &[(String, String)]) -> String {
    let rows: String =
        rows.iter().map(|(name, value)| format!("<dt>{}</dt><dd>{}</dd>\n", markup(name), markup(value))).collect();
    format!("<dl>\n{rows}</dl>\n")
}

fn to_do(sheet: &Sheet) -> String {
    let needs = list(sheet.needs.iter().map(|(need, status, by)| {
        let by = if by.is_empty() { String::new() } else { format!(" ({})", markup(by)) };
        format!("<code>{}</code>: {status}{by}", markup(need))
    }));
    let scopes: String =
        sheet.scopes.iter().map(|(head, names)| format!("<p>Scopes {head}: <code>{}</code></p>\n", markup(names))).collect();
    let Some(mend) = &sheet.mend else { return format!("{needs}{scopes}") };
    let commands = if mend.commands.is_empty() { String::new() } else { pre(&mend.commands.join("\n")) };
    format!("<p>{}</p>\n{commands}{scopes}", markup(&mend.text))
}

fn evidence(sheet: &Sheet) -> String {
    let mut out = String::new();
    if !sheet.rows.is_empty() {
        out.push_str(
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"evidence\"><table class=\"rows\">\n<thead><tr><th scope=\"col\">id</th><th scope=\"col\">asked</th><th scope=\"col\">role</th><th scope=\"col\">status</th><th scope=\"col\">answer</th><th scope=\"col\">request id, UTC</th></tr></thead>\n<tbody>\n",
        );
        for row in &sheet.rows {
            let support = [row.request_id.as_deref(), row.time.as_deref()];
            let support: Vec<String> = support.into_iter().flatten().map(markup).collect();
            out.push_str(&format!(
                "<tr><th scope=\"row\" id=\"{id}\">{id}</th><td class=\"url wide\"><code>{} {}</code></td><td data-label=\"role\">{}</td><td class=\"narrow\" data-label=\"status\">{}</td><td class=\"said wide\" data-label=\"answer\">{}</td><td class=\"id wide\" data-label=\"request id, UTC\">{}</td></tr>\n",
                row.method,
                markup(&row.url),
                markup(row.role),
                markup(&row.outcome),
                markup(&row.remark),
                support.join(" "),
                id = markup(&row.id),
            ));
        }
        out.push_str("</tbody>\n</table></div>\n");
    }
    for line in &sheet.not_asked {
        out.push_str(&format!("<p>Not asked: {}</p>\n", markup(line)));
    }
    out
}

fn undecided(sheet: &Sheet) -> String {
    let mut out = String::new();
    if sheet.undecided.len() > 1 {
        let codes: Vec<String> = sheet.undecided.iter().map(|c| format!("<code>{}</code>", markup(c))).collect();
        out.push_str(&format!("<p>The evidence cannot tell apart {}.</p>\n", codes.join(", ")));
    }
    if let Some(settle) = &sheet.settle {
        out.push_str(&format!("<p>To settle it: {}</p>\n", markup(settle)));
    }
    if !sheet.could_be.is_empty() {
        out.push_str("<p>It is one of these:</p>\n");
        out.push_str(&list(sheet.could_be.iter().map(|line| markup(line))));
    }
    out
}

fn checks(record: Record<'_>) -> String {
    let mut rows = String::new();
    for (check, outcome) in &record.diagnosis.outcomes {
        let (status, mut said) = match outcome {
            Outcome::Passed(_) => ("passed", Vec::new()),
            Outcome::Warned(_) => ("warned", Vec::new()),
            Outcome::Failed(_) => ("failed", Vec::new()),
            Outcome::Skipped(reason, _) => ("skipped", vec![markup(reason)]),
        };
        said.extend(said_by(outcome).into_iter().map(markup));
        rows.push_str(&format!(
            "<tr><th scope=\"row\" class=\"narrow\"><code>{}</code></th><td class=\"narrow\">{status}</td><td class=\"wide\">{}</td></tr>\n",
            markup(check.id),
            said.join("<br>")
        ));
    }
    format!(
        "<details><summary>Every check</summary>\n<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">check</th><th scope=\"col\">status</th><th scope=\"col\">what was found</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n</details>\n"
    )
}

fn answers(record: Record<'_>) -> String {
    let mut out = String::new();
    for x in &record.seen.exchanges {
        let mut said = String::new();
        match &x.got {
            Ok(answer) => {
                for (name, value) in &answer.headers {
                    said.push_str(&format!("{name}: {value}\n"));
                }
                said.push_str(&format!("\n{}", answer.excerpt));
            }
            Err(fault) => said.push_str(&exchange::fault(fault, record.case.now)),
        }
        out.push_str(&format!(
            "<details><summary>Answer {}: {}</summary>\n{}</details>\n",
            exchange::name(x.id),
            markup(&format!("{} {}", exchange::ask(&x.probe.ask), exchange::outcome(x))),
            pre(said.trim())
        ));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_not_read_again() {
        assert_eq!(fill("a{{x}}b{{y}}c", &[("x", "{{y}}"), ("y", "2")]), "a{{y}}b2c");
        assert_eq!(fill("a{{gone}}b", &[]), "ab");
    }

    #[test]
    fn the_page_loads_nothing() {
        for text in [PAGE, STYLE] {
            for never in ["http://", "https://", "url(", "<script", "@import", "src="] {
                assert!(!text.contains(never), "{never}");
            }
        }
    }
}
