//! The report for people: 80 columns, evidence in rows with the ids that the text cites, the verdict as the last line.

mod parts;
mod rows;
#[cfg(test)]
mod tests;
mod way;

use annotate_snippets::Level;

use self::parts::Page;
pub(super) use self::parts::{email_not_given, header};
use super::fix::Shell;
use super::palette::Palette;
use super::{Record, caret, text, wire};
use crate::checks::{Status, Verdict};

/// How the report is to look.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// Colours.
    pub palette: Palette,
    /// Nothing but ASCII.
    pub ascii: bool,
    /// How often `-v` was given.
    pub verbose: u8,
    /// How often `-q` was given.
    pub quiet: u8,
    /// The shell that commands are written for.
    pub shell: Shell,
    /// Lines that bear on this run but not on the verdict.
    pub asides: &'a [String],
}

impl Default for Look<'_> {
    fn default() -> Self {
        Self { palette: Palette::plain(), ascii: false, verbose: 0, quiet: 0, shell: Shell::Sh, asides: &[] }
    }
}

/// The whole report as text.
#[must_use]
pub fn write(record: Record<'_>, look: Look<'_>) -> String {
    let mut page = Page::default();
    match look.quiet {
        0 => whole(&mut page, record, look),
        1 => page.line(last(record, look.palette)),
        _ => {}
    }
    let text = page.finish();
    if look.ascii { text::ascii(&text) } else { text }
}

fn whole(page: &mut Page, record: Record<'_>, look: Look<'_>) {
    let verdict = &record.diagnosis.verdict;
    let block = title(record).and_then(|(code, title)| {
        let level = if verdict.status == Status::Misconfigured { Level::ERROR } else { Level::WARNING };
        caret::block(record, &title, &code, level, look.palette.is_on())
    });
    let noted = || caret::noted(record, look.palette.is_on()).filter(|_| verdict.status != Status::Healthy);
    let mut shown = Vec::new();
    let pointed = block.is_some();
    match block.or_else(|| if verdict.cause.is_none() { noted() } else { None }) {
        // With a command the wrong word comes first: it is what the person recognises.
        Some(block) => {
            page.block(&block.text);
            shown = block.shown;
            page.paragraph(rows::rows(record, look));
        }
        None => {
            page.paragraph(parts::header(record));
            page.paragraph(rows::rows(record, look));
            if let Some((code, title)) = title(record) {
                page.paragraph(parts::title(&code, &title, verdict.status, look.palette));
            }
        }
    }
    if look.verbose == 0 {
        page.paragraph(parts::machine(record, |setting| parts::decides(setting.effect)));
    }
    page.paragraph(way::found(record));
    page.paragraph(parts::also(record, &shown));
    page.paragraph(parts::undecided(verdict, look.palette));
    page.paragraph(parts::could_be(verdict));
    parts::fix(page, record, look);
    page.paragraph(parts::scopes(record));
    let mut notes = parts::ruled_out(verdict);
    notes.extend(parts::not_certain(verdict));
    notes.extend(way::notes(record));
    notes.extend(parts::notes(record, look.asides, pointed || verdict.status != Status::Healthy));
    page.paragraph(notes);
    if look.verbose > 0 {
        parts::verbose(page, record);
    }
    page.gap();
    page.line(last(record, look.palette));
}

/// Code and sentence of the title line: none where all is well, or where nothing was found.
fn title(record: Record<'_>) -> Option<(String, String)> {
    let cause = record.diagnosis.verdict.cause.as_ref()?;
    Some((cause.code.into(), text::clean(&cause.summary)))
}

/// The verdict: the last line.
fn last(record: Record<'_>, palette: Palette) -> String {
    let verdict = &record.diagnosis.verdict;
    let word = wire::status(verdict.status);
    let word = match verdict.status {
        Status::Healthy => palette.good(word),
        Status::Misconfigured => palette.bad(word),
        Status::Inconclusive => palette.open(word),
    };
    let mut line = word;
    if let (Status::Misconfigured, Some(cause)) = (verdict.status, &verdict.cause) {
        line.push_str(", ");
        line.push_str(&wire::word(&cause.confidence));
    }
    line.push_str(": ");
    line.push_str(&text::clean(&verdict.summary));
    line.push_str(&after(record, verdict));
    line
}

/// What stands behind the summary: what it took, or the code where no title names it.
fn after(record: Record<'_>, verdict: &Verdict) -> String {
    match (verdict.status, &verdict.cause) {
        (Status::Healthy, _) => match record.seen.exchanges.len() {
            0 => String::new(),
            1 => "  (1 request)".into(),
            n => format!("  ({n} requests)"),
        },
        (Status::Inconclusive, Some(cause)) => format!(" [{}]", cause.code),
        _ => String::new(),
    }
}
