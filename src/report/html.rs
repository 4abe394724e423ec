//! The report as one HTML file: no script, nothing loaded from elsewhere, light and dark, readable on paper and aloud.
//!
//! The Content-Security-Policy allows the one style sheet, by its hash, and nothing else: whatever a stranger's text might do
//! to the page, no browser would run, load or send anything.

use super::escape::{markup, markup_lines};
use super::sheet::{Sheet, sentence};
use super::{Record, wire};
use crate::checks::Status;

mod carets;
mod evidence;
mod path;

const PAGE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/style.css");
/// SHA-256 of the style sheet in base64, for the Content-Security-Policy. A test compares the two.
const STYLE_HASH: &str = "Y/BT2LjmKlRC+L2eWO5rYDWkbOBtJX1tFVlU+9zPToo=";

/// The whole report as text.
#[must_use]
pub fn write(record: Record<'_>) -> String {
    let sheet = Sheet::of(record);
    let mark = match sheet.status {
        Status::Healthy => "✓",
        Status::Misconfigured => "✗",
        Status::Inconclusive => "?",
    };
    let code = sheet.code.map_or_else(String::new, |code| format!(" <code>{}</code>", markup(code)));
    let about: Vec<String> = sheet.about.into_iter().map(str::to_owned).chain(sheet.not_certain.clone()).collect();
    let about: String = about.iter().map(|text| format!("<p>{}</p>\n", markup(&sentence(text)))).collect();
    fill(
        PAGE,
        &[
            ("title", &markup(&format!("bbdoctor: {}", sheet.headline()))),
            ("hash", STYLE_HASH),
            ("style", STYLE),
            ("class", wire::status(sheet.status)),
            ("mark", mark),
            ("standing", &format!("{}{code}", markup(&sheet.standing))),
            ("summary", &markup(&sentence(&sheet.summary))),
            ("about", &about),
            ("subject", &sheet.subject.iter().map(|line| format!("<p>{}</p>\n", markup(line))).collect::<String>()),
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
    add("command", "The command", sheet.caret.as_deref().map(carets::block).unwrap_or_default());
    add("fix", if sheet.mend.is_some() { "What to do" } else { "What works" }, to_do(sheet));
    add("undecided", "What is not decided", undecided(sheet));
    add("evidence", "What was asked, and what came back", evidence::table(sheet));
    let also = sheet
        .also
        .iter()
        .map(|o| format!("<code>{}</code> {}. {}", markup(o.code), markup(&sentence(&o.summary)), markup(&o.fix)));
    add("also", "Also wrong", list("faults", also));
    let out_of = sheet.ruled_out.iter().map(|(c, because)| format!("<code>{}</code> {}", markup(c), markup(&sentence(because))));
    add("out", "Ruled out, and by what", list("faults", out_of));
    add("environment", "Environment", pairs(sheet));
    add("support", "For Bitbucket's support", support(sheet));
    add("more", "Details", format!("{}{}", evidence::checks(record), evidence::answers(record)));
    out
}

/// A block that scrolls sideways can be reached with the keyboard, and says aloud what it is.
fn pre(label: &str, inner: &str) -> String {
    format!("<pre tabindex=\"0\" role=\"group\" aria-label=\"{label}\">{inner}</pre>\n")
}

fn list(class: &str, items: impl Iterator<Item = String>) -> String {
    let items: String = items.map(|item| format!("<li>{item}</li>\n")).collect();
    if items.is_empty() { items } else { format!("<ul class=\"{class}\">\n{items}</ul>\n") }
}

fn pairs(sheet: &Sheet) -> String {
    let facts = (!sheet.facts.is_empty()).then(|| ("facts".to_owned(), sheet.facts.clone()));
    let rows = sheet.environment.iter().cloned().chain(facts);
    let rows: String = rows.map(|(name, value)| format!("<dt>{}</dt><dd>{}</dd>\n", markup(&name), markup(&value))).collect();
    format!("<dl>\n{rows}</dl>\n")
}

fn support(sheet: &Sheet) -> String {
    if sheet.support.is_empty() {
        return String::new();
    }
    let lines = pre("Request ids to copy", &markup_lines(&sheet.support.join("\n")));
    format!("<p>Bitbucket finds its own record of each answer by these ids and times (UTC). Copy the block whole.</p>\n{lines}")
}

fn to_do(sheet: &Sheet) -> String {
    let needs = list(
        "needs",
        sheet.needs.iter().map(|(need, status, by)| {
            let by = if by.is_empty() { String::new() } else { format!(" <span class=\"by\">({})</span>", markup(by)) };
            format!("<span class=\"{status}\">{status}</span> <code>{}</code>{by}", markup(need))
        }),
    );
    let scopes: String = sheet
        .scopes
        .iter()
        .map(|(head, names)| {
            let names: Vec<String> = names.split(' ').map(|name| format!("<code>{}</code>", markup(name))).collect();
            format!("<p>Scopes {head}: {}</p>\n", names.join(" "))
        })
        .collect();
    let Some(mend) = &sheet.mend else { return format!("{needs}{scopes}") };
    let commands = match mend.commands.as_slice() {
        [] => String::new(),
        lines => pre("Commands to copy", &markup_lines(&lines.join("\n"))),
    };
    let needs = if sheet.needs.len() > 1 { needs } else { String::new() };
    let places: String = mend.places.iter().map(|place| format!("<p>{}</p>\n", markup(place))).collect();
    format!("<p class=\"do\">{}</p>\n{places}{commands}{needs}{scopes}", markup(&mend.text))
}

fn undecided(sheet: &Sheet) -> String {
    let mut out = String::new();
    if sheet.undecided.len() > 1 {
        let codes: Vec<String> = sheet.undecided.iter().map(|c| format!("<code>{}</code>", markup(c))).collect();
        out.push_str(&format!("<p>The evidence cannot tell apart {}.</p>\n", codes.join(", ")));
    }
    if !sheet.could_be.is_empty() {
        out.push_str("<p>It is one of these, and Bitbucket gives the same answer to all of them:</p>\n");
        out.push_str(&list("", sheet.could_be.iter().map(|line| markup(&sentence(line)))));
        out.push_str(&sheet.look_at.map(|place| format!("<p>Look at {}</p>\n", markup(place))).unwrap_or_default());
    }
    if let Some(settle) = &sheet.settle {
        out.push_str(&format!("<p><b>To settle it:</b> {}</p>\n", markup(settle)));
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

    #[cfg(feature = "cli")]
    #[test]
    fn the_policy_allows_this_style_sheet_and_no_other() {
        use base64::Engine as _;
        use sha2::{Digest as _, Sha256};
        // What stands between the tags, the first newline included.
        let element = PAGE.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>")).map(|(style, _)| style);
        let element = element.expect("the page has one").replace("{{style}}", STYLE);
        let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(element));
        assert_eq!(hash, STYLE_HASH, "the style sheet was changed: write this hash into STYLE_HASH");
    }
}
