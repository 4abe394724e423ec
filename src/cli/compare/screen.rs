//! The comparison for people: both verdicts, the first difference and what it means, the rest in two columns, what is the same.

use super::{About, Comparison, Row, Side, Told};
use crate::checks::Status;
use crate::report::human::Look;
use crate::report::palette::Palette;
use crate::report::text;

/// Rows that are shown; hostile recordings may differ in thousands.
const MOST: usize = 24;
/// Columns of a row's name, and of each value beside it.
const NAME: usize = 24;
const VALUE: usize = 24;

/// What it means that this is the first thing that differs: everything before it is the same.
pub(super) fn means(row: &Row) -> &'static str {
    match row.about {
        About::Credential if row.a.is_none() || row.b.is_none() => {
            "One side has no credential: see where the other's comes from."
        }
        About::Credential => {
            "Two different credentials were used. Set the same one on both sides before anything else is compared; an id tells two tokens apart without showing them."
        }
        About::CredentialText => {
            "It is one credential by its id, or one without, and its text is not the same: a character was lost, or something was added, on its way to one side."
        }
        About::User => {
            "The credential is the same, and another user is sent with it: REST wants the e-mail, git a user of its own."
        }
        About::Command => {
            "One side was diagnosed with a command, the other without: give both the same command to compare what is sent."
        }
        About::Scheme => "The credential and the user are the same, and they are sent in another way.",
        About::Request => "The credential is sent in the same way, to another address or with another method.",
        About::Target => "The same credential is to reach something else.",
        About::Source => "All that is sent is the same; it only comes from another place.",
        About::Setting => "What was given is the same; a setting of one machine changes what is sent.",
        About::Way => "What is sent is the same; the way to Bitbucket is another one.",
        About::Answer => {
            "All that is known of what was sent is the same, and Bitbucket answers differently: the state of the credential, its permissions or a limit changed in between."
        }
        About::Verdict => "Everything that was recorded is the same.",
    }
}

/// What mends the side that fails, where the other one works.
pub(super) fn mend(a: &Side, b: &Side) -> Option<(char, String)> {
    let healthy = |side: &Side| side.diagnosis.verdict.status == Status::Healthy;
    let (name, broken) = match (healthy(a), healthy(b)) {
        (true, false) => ('B', b),
        (false, true) => ('A', a),
        _ => return None,
    };
    let cause = broken.diagnosis.verdict.cause.as_ref()?;
    let text = text::clean(&cause.fix.text);
    (!text.is_empty()).then_some((name, text))
}

/// The whole screen.
pub(super) fn people(found: &Comparison<'_>, mend: Option<(char, String)>, look: Look<'_>) -> String {
    let last = match (found.verdicts_agree, &found.a.verdict, &found.b.verdict) {
        (true, a, _) => format!("the verdicts agree: {a}\n"),
        (false, a, b) => format!("the verdicts differ: {a} (A), {b} (B)\n"),
    };
    match look.quiet {
        0 => {}
        1 => return last,
        _ => return String::new(),
    }
    let mut out = String::new();
    for (name, told) in [('A', &found.a), ('B', &found.b)] {
        out.push_str(&head(name, told, look.palette));
    }
    out.push('\n');
    let mut rows = found.differs.iter().copied().filter(|row| row.about != About::Verdict);
    match rows.next() {
        None => out.push_str("Nothing differs that bears on a verdict.\n"),
        Some(first) => {
            out.push_str(&format!("First difference: {}\n", text::cut(&first.what, text::WIDTH - 18)));
            for (name, value) in [('A', &first.a), ('B', &first.b)] {
                let value = value.as_deref().map_or_else(|| look.palette.faint("(nothing)"), str::to_owned);
                for (place, line) in text::wrap(&value, "     ", text::WIDTH).into_iter().take(3).enumerate() {
                    let line = text::cut(&line, text::WIDTH);
                    out.push_str(&if place == 0 { format!("  {name}  {}\n", line.trim_start()) } else { format!("{line}\n") });
                }
            }
            paragraph(&mut out, means(first));
        }
    }
    if let Some((name, text)) = mend {
        paragraph(&mut out, &format!("To mend {name}: {text}"));
    }
    // A question that one side alone was asked is told in a line: it compares with nothing.
    let (alone, rest): (Vec<&Row>, Vec<&Row>) =
        rows.partition(|row| row.about == About::Answer && (row.a.is_none() || row.b.is_none()));
    if !rest.is_empty() {
        out.push_str(&format!("\n{}  {}  B\n", text::pad("Also different", NAME + 2), text::pad("A", VALUE)));
    }
    for row in rest.iter().take(MOST) {
        out.push_str(&beside(row));
    }
    if rest.len() > MOST {
        out.push_str(&format!("  and {} more: --format json has them all\n", rest.len() - MOST));
    }
    if !alone.is_empty() {
        out.push('\n');
    }
    for (name, of) in [('A', (|row| row.a.as_ref()) as fn(&Row) -> Option<&String>), ('B', |row| row.b.as_ref())] {
        let asked = alone.iter().filter_map(|row| {
            let question = row.what.split_once(": ").map_or(row.what.as_str(), |(_, question)| question);
            Some(format!("{question}: {}", text::cut(of(row)?, 24)))
        });
        let asked: Vec<String> = asked.take(MOST).collect();
        if !asked.is_empty() {
            let lines = text::wrap(&format!("Asked only in {name}: {}", asked.join("; ")), "  ", text::WIDTH);
            out.push_str(&format!("{}\n", lines.join("\n").trim_start()));
        }
    }
    let same: Vec<&str> = found.same.iter().copied().filter(|what| !what.contains(':') && *what != "verdict").collect();
    if !same.is_empty() && !found.differs.is_empty() {
        out.push('\n');
        out.push_str(&format!("{}\n", text::wrap(&format!("The same: {}", same.join(", ")), "", text::WIDTH).join("\n")));
    }
    out.push('\n');
    out.push_str(&last);
    if look.ascii { text::ascii(&out) } else { out }
}

/// File, time and verdict of a side.
fn head(name: char, told: &Told, palette: Palette) -> String {
    let status = told.verdict.split(':').next().unwrap_or_default();
    let painted = match status {
        "healthy" => palette.good(status),
        "misconfigured" => palette.bad(status),
        _ => palette.open(status),
    };
    let code = told.verdict.split_once(": ").map(|(_, code)| format!(": {code}")).unwrap_or_default();
    let sure = told.confidence.as_ref().map(|sure| format!(", {sure}")).unwrap_or_default();
    let file = text::cut_middle(&told.file, text::WIDTH - 5 - told.started_at.len());
    let summary = text::cut(&told.summary, text::WIDTH - 3);
    format!("{name}  {file}  {}\n   {painted}{sure}{code}\n   {summary}\n", told.started_at)
}

/// A row: both values beside the name where they fit, else below each other.
fn beside(row: &Row) -> String {
    let value = |side: &Option<String>| side.clone().unwrap_or_else(|| "(nothing)".into());
    let (a, b) = (value(&row.a), value(&row.b));
    if text::width(&row.what) <= NAME && text::width(&a) <= VALUE && text::width(&b) <= VALUE {
        return format!("  {}  {}  {b}\n", text::pad(&row.what, NAME), text::pad(&a, VALUE));
    }
    let cut = |of: &str, columns| text::cut(of, columns);
    format!("  {}\n    A  {}\n    B  {}\n", cut(&row.what, text::WIDTH - 2), cut(&a, text::WIDTH - 7), cut(&b, text::WIDTH - 7))
}

fn paragraph(out: &mut String, sentence: &str) {
    for line in text::wrap(sentence, "", text::WIDTH) {
        out.push_str(&format!("{line}\n"));
    }
}
