//! Annotations of a GitHub workflow: one line each for the cause, what else is wrong, and needs that are not met.

use super::Record;
use super::escape::{line, message, property};
use super::sheet::Sheet;
use crate::checks::Status;

/// One annotation.
#[must_use]
pub fn annotation(level: &str, title: &str, text: &str) -> String {
    format!("::{level} title={}::{}\n", property(title), message(text))
}

/// The whole report as text.
#[must_use]
pub fn write(record: Record<'_>) -> String {
    let sheet = Sheet::of(record);
    let level = match sheet.status {
        Status::Healthy => "notice",
        Status::Misconfigured => "error",
        Status::Inconclusive => "warning",
    };
    let title = sheet.code.map_or_else(|| "bbdoctor".to_owned(), |code| format!("bbdoctor: {code}"));
    let mut text = format!("{}: {}", sheet.standing, sheet.summary);
    if let Some(mend) = sheet.mend.as_ref().filter(|mend| !mend.text.is_empty()) {
        text.push_str(&format!(" | To do: {}", mend.text));
    }
    text.extend(sheet.not_certain.iter().map(|why| format!(" | {why}")));
    let mut out = annotation(level, &title, &text);
    // The command stands in no file of the repository: its place is shown in lines of the annotation itself.
    if let Some(lines) = sheet.pointed_at() {
        out.truncate(out.trim_end().len());
        out.extend(lines.iter().map(|shown| format!("%0A{}", line(shown))));
        out.push('\n');
    }
    for other in &sheet.also {
        out.push_str(&annotation(
            "warning",
            &format!("bbdoctor: {}", other.code),
            &format!("{} | To do: {}", other.summary, other.fix),
        ));
    }
    for (need, status, by) in sheet.needs.iter().filter(|(_, status, _)| *status != "met") {
        let by = if by.is_empty() { String::new() } else { format!(" ({by})") };
        let level = if *status == "missing" && sheet.status == Status::Misconfigured { "error" } else { "warning" };
        out.push_str(&annotation(level, "bbdoctor: need", &format!("{need}: {status}{by}")));
    }
    out
}

/// One annotation at a place: path, line, column, column behind the end.
#[must_use]
pub fn annotation_at(level: &str, place: (&str, usize, usize, usize), title: &str, text: &str) -> String {
    let (path, line, column, end) = place;
    let (path, title) = (property(path), property(title));
    format!("::{level} file={path},line={line},col={column},endColumn={end},title={title}::{}\n", message(text))
}
