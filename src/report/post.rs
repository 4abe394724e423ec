//! The answer for a forum: some 15 lines that somebody else can judge. The caller masks identities, always.

use super::sheet::Sheet;
use super::{Record, text};
use crate::checks::Status;

/// Rows of evidence.
const ROWS: usize = 5;
/// Columns of a line: forums wrap code at about this.
const COLUMNS: usize = 110;

/// The whole report as text.
#[must_use]
pub fn write(record: Record<'_>) -> String {
    let sheet = Sheet::of(record);
    let mut lines = vec![format!("bbdoctor {}: {}", env!("CARGO_PKG_VERSION"), sheet.headline())];
    lines.push(sheet.summary.clone());
    lines.extend(sheet.not_certain.clone());
    lines.extend(sheet.subject.first().map(|_| sheet.subject.join("; ")));
    if let Some(request) = record.case.request.as_ref().filter(|r| !r.url.is_empty()) {
        lines.push(format!("sent with {}: {} {}", request.tool, request.method, request.url));
    }
    lines.extend(sheet.pointed_at().iter().flatten().map(|line| format!("  {line}")));
    let width = |of: fn(&super::sheet::Row) -> &str| sheet.rows.iter().take(ROWS).map(|r| text::width(of(r))).max().unwrap_or(0);
    let asked = width(|r| &r.asked).min(48);
    let (role, outcome) = (width(|r| r.role), width(|r| &r.outcome));
    for row in sheet.rows.iter().take(ROWS) {
        lines.push(format!(
            "  {}  {}  {}  {}  {}",
            row.id,
            text::pad(&text::cut_middle(&row.asked, 48), asked),
            text::pad(row.role, role),
            text::pad(&row.outcome, outcome),
            row.remark
        ));
    }
    if sheet.rows.len() > ROWS {
        lines.push(format!("  and {} more", sheet.rows.len() - ROWS));
    }
    if !sheet.also.is_empty() {
        lines.push(format!("also: {}", sheet.also.iter().map(|o| o.code).collect::<Vec<_>>().join(", ")));
    }
    if sheet.undecided.len() > 1 {
        lines.push(format!("cannot tell apart: {}", sheet.undecided.join(", ")));
    }
    if !sheet.ruled_out.is_empty() {
        lines.push(format!("ruled out: {}", sheet.ruled_out.iter().map(|(code, _)| *code).collect::<Vec<_>>().join(", ")));
    }
    if let Some(mend) = &sheet.mend {
        lines.push(format!("to do: {}", mend.text));
    } else if sheet.status == Status::Healthy {
        let met: Vec<&str> = sheet.needs.iter().map(|(need, ..)| need.as_str()).collect();
        lines.push(format!("works: {}", met.join(", ")));
    }
    let of = |name: &str| sheet.environment.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let around = [("system", of("system")), ("proxy", of("proxy")), ("clock skew", of("clock skew"))];
    let around: Vec<String> = around.iter().filter_map(|(name, value)| Some(format!("{name} {}", (*value)?))).collect();
    lines.push(format!("environment: {}", around.join(", ")));
    let mut text = String::new();
    for line in lines {
        // What leads a line stays, what a stranger wrote into it cannot break it.
        let indent = if line.starts_with("  ") { "  " } else { "" };
        let wrapped = if indent.is_empty() {
            text::wrap(&text::clean(&line), "", COLUMNS)
        } else {
            vec![text::cut(&text::clean_lines(line.trim_end().strip_prefix("  ").unwrap_or(&line)), COLUMNS)]
        };
        for part in wrapped {
            text.push_str(&format!("{indent}{}\n", part.trim_end()));
        }
    }
    if let Some(settle) = &sheet.settle {
        text.push_str(&format!("to settle it: {settle}\n"));
    }
    text
}
