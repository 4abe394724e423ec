//! The report as a ticket, in Markdown: the verdict first, at most 60 lines before the first block that has to be unfolded.

use super::escape::{block, code, prose};
use super::sheet::{Row, Sheet, said_by, sentence};
use super::{Record, exchange, text};
use crate::checks::Outcome;

/// Lines before the first folded block.
const LINES: usize = 60;
/// Rows of evidence that are shown unfolded.
const ROWS: usize = 12;
/// Bytes of an answer's body that a ticket repeats.
const EXCERPT: usize = 1_000;

/// A part of the ticket.
struct Section {
    title: &'static str,
    lines: Vec<String>,
    /// The higher, the sooner it is folded where the ticket gets long; 0 never is.
    folds: u8,
}

/// The whole report as text.
#[must_use]
pub fn write(record: Record<'_>) -> String {
    let sheet = Sheet::of(record);
    let mut open =
        vec![format!("## {}", prose(&sheet.headline())), String::new(), format!("**{}**", prose(&sentence(&sheet.summary)))];
    open.extend(sheet.about.iter().flat_map(|about| [String::new(), prose(about)]));
    open.extend(sheet.not_certain.iter().flat_map(|why| [String::new(), prose(&sentence(why))]));
    let subject: Vec<String> = sheet.subject.iter().map(|line| prose(line)).collect();
    if !subject.is_empty() {
        open.extend([String::new(), subject.join("; ")]);
    }
    let mut sections = sections(&sheet);
    let mut folded = Vec::new();
    let length = |sections: &[Section]| sections.iter().map(|s| s.lines.len() + 3).sum::<usize>();
    while open.len() + length(&sections) + 1 > LINES {
        let Some((place, _)) = sections.iter().enumerate().filter(|(_, s)| s.folds > 0).max_by_key(|(_, s)| s.folds) else {
            break;
        };
        folded.push(sections.remove(place));
    }
    for section in sections {
        open.extend([String::new(), format!("### {}", section.title), String::new()]);
        open.extend(section.lines);
    }
    // What could not be folded as a whole goes on below.
    folded.reverse();
    folded.push(Section { title: "Checks", lines: checks(record), folds: 0 });
    let answers = answers(record);
    if !answers.is_empty() {
        folded.push(Section { title: "Answers", lines: answers, folds: 0 });
    }
    for section in folded {
        open.extend([String::new(), format!("<details><summary>{}</summary>", section.title), String::new()]);
        open.extend(section.lines);
        open.extend([String::new(), "</details>".into()]);
    }
    let mut text = open.join("\n");
    text.push('\n');
    text
}

fn sections(sheet: &Sheet) -> Vec<Section> {
    let mut all = Vec::new();
    let mut add = |title, folds, lines: Vec<String>| {
        if !lines.is_empty() {
            all.push(Section { title, lines, folds });
        }
    };
    add("Evidence", 0, evidence(sheet, ROWS));
    add("What to do", 0, to_do(sheet));
    add("Not decided", 2, undecided(sheet));
    add("Also wrong", 3, also(sheet));
    add("Ruled out", 1, sheet.ruled_out.iter().map(|(c, because)| format!("- {}: {}", code(c), prose(because))).collect());
    add("Needs", 6, needs(sheet));
    add("Environment", 5, environment(sheet));
    add("For Bitbucket's support", 4, support(sheet));
    add("The command", 7, sheet.caret.as_deref().map(|text| block("text", text)).unwrap_or_default());
    add("All evidence", 9, if sheet.rows.len() > ROWS { evidence(sheet, usize::MAX) } else { Vec::new() });
    all
}

fn evidence(sheet: &Sheet, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    if !sheet.rows.is_empty() {
        lines.push("| id | method | URL | role | status | answer | request id | UTC |".to_owned());
        lines.push("|---|---|---|---|---|---|---|---|".to_owned());
    }
    for row in sheet.rows.iter().take(most) {
        lines.push(format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            row.id,
            row.method,
            code(&text::cut_middle(&row.url, 120)),
            prose(row.role),
            prose(&row.outcome),
            code(&text::cut(&row.remark, 100)),
            row.request_id.as_deref().map(|id| code(&text::cut(id, 64))).unwrap_or_default(),
            row.time.as_deref().unwrap_or_default(),
        ));
    }
    for line in &sheet.not_asked {
        lines.extend([String::new(), format!("Not asked: {}", prose(line))]);
    }
    if lines.first().is_some_and(String::is_empty) {
        lines.remove(0);
    }
    lines
}

fn to_do(sheet: &Sheet) -> Vec<String> {
    let Some(mend) = &sheet.mend else { return Vec::new() };
    let mut lines = vec![prose(&mend.text)];
    lines.extend(mend.places.iter().flat_map(|place| [String::new(), prose(place)]));
    if !mend.commands.is_empty() {
        lines.push(String::new());
        lines.extend(block(mend.language, &mend.commands.join("\n")));
    }
    lines
}

fn undecided(sheet: &Sheet) -> Vec<String> {
    let mut lines = Vec::new();
    if sheet.undecided.len() > 1 {
        let codes: Vec<String> = sheet.undecided.iter().map(|c| code(c)).collect();
        lines.push(format!("The evidence cannot tell apart {}.", codes.join(", ")));
    }
    if let Some(settle) = &sheet.settle {
        lines.extend([String::new(), format!("To settle it: {}", prose(settle))]);
    }
    if !sheet.could_be.is_empty() {
        lines.extend([String::new(), "It is one of these:".into(), String::new()]);
        lines.extend(sheet.could_be.iter().map(|line| format!("- {}", prose(line))));
        lines.extend(sheet.look_at.iter().flat_map(|place| [String::new(), format!("Look at {}", prose(place))]));
    }
    if lines.first().is_some_and(String::is_empty) {
        lines.remove(0);
    }
    lines
}

fn also(sheet: &Sheet) -> Vec<String> {
    sheet.also.iter().map(|o| format!("- {}: {}. {}", code(o.code), prose(&o.summary), prose(&o.fix))).collect()
}

fn needs(sheet: &Sheet) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (need, status, by) in &sheet.needs {
        let by = if by.is_empty() { String::new() } else { format!(" ({by})") };
        lines.push(format!("- {}: {status}{by}", code(need)));
    }
    lines.extend(sheet.scopes.iter().map(|(head, names)| format!("- scopes {head}: {}", code(names))));
    lines
}

fn environment(sheet: &Sheet) -> Vec<String> {
    let mut lines = vec!["| | |".to_owned(), "|---|---|".to_owned()];
    lines.extend(sheet.environment.iter().map(|(name, value)| format!("| {} | {} |", prose(name), code(value))));
    if !sheet.facts.is_empty() {
        lines.push(format!("| facts | {} |", code(&sheet.facts)));
    }
    lines
}

/// Request and trace ids with their times, in one block, and which of them to look at first.
fn support(sheet: &Sheet) -> Vec<String> {
    if sheet.support.is_empty() {
        return Vec::new();
    }
    let refused = |row: &&Row| !row.control && row.status.is_some_and(|status| status >= 400);
    let refused: Vec<&str> = sheet.rows.iter().filter(refused).map(|row| row.id.as_str()).collect();
    let mut lines = match refused.is_empty() {
        true => Vec::new(),
        false => vec![
            format!("Refused with a credential: {}. Times are UTC, by the server's clock.", refused.join(", ")),
            String::new(),
        ],
    };
    lines.extend(block("text", &sheet.support.join("\n")));
    lines
}

fn checks(record: Record<'_>) -> Vec<String> {
    let mut lines = vec!["| check | status | what was found |".to_owned(), "|---|---|---|".to_owned()];
    for (check, outcome) in &record.diagnosis.outcomes {
        let (status, mut said) = match outcome {
            Outcome::Passed(_) => ("passed", Vec::new()),
            Outcome::Warned(_) => ("warned", Vec::new()),
            Outcome::Failed(_) => ("failed", Vec::new()),
            Outcome::Skipped(reason, _) => ("skipped", vec![prose(reason)]),
        };
        said.extend(said_by(outcome).iter().take(6).map(|text| prose(text)));
        lines.push(format!("| {} | {status} | {} |", code(check.id), said.join("; ")));
    }
    lines
}

fn answers(record: Record<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for x in &record.seen.exchanges {
        let mut said = format!("{}  {}  {}\n", exchange::name(x.id), exchange::ask(&x.probe.ask), exchange::outcome(x));
        match &x.got {
            Ok(answer) => {
                for (name, value) in &answer.headers {
                    said.push_str(&format!("{}: {}\n", text::clean(name), text::clean(value)));
                }
                let body = text::clean_lines(&answer.excerpt);
                let end = (0..=EXCERPT.min(body.len())).rev().find(|at| body.is_char_boundary(*at)).unwrap_or(0);
                said.push_str(&format!("\n{}{}", &body[..end], if end < body.len() { "…" } else { "" }));
            }
            Err(fault) => said.push_str(&exchange::fault(fault, record.case.now)),
        }
        lines.extend(block("http", said.trim_end()));
        lines.push(String::new());
    }
    lines
}
