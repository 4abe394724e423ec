//! The request with a caret under the wrong word, as compilers show it.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::Record;
use super::text;
use crate::checks::{Finding, Request, Sign, Span, causes};

/// How much of a pasted text is shown.
const LONGEST: usize = 16_384;
/// Columns of a line of the request: the number and the bar stand before it.
const LINE: usize = text::WIDTH - 6;
/// How many places are pointed at.
const MOST: usize = 6;

/// One place and what is wrong there.
struct Mark {
    start: usize,
    end: usize,
    label: String,
    primary: bool,
}

/// The block below the title line, empty where nothing in the request has a position.
pub(super) fn block(record: Record<'_>, title: &str, code: &str, level: Level<'_>, painted: bool) -> Option<String> {
    let request = record.case.request.as_ref()?;
    if request.text.is_empty() || request.text.len() > LONGEST {
        return None;
    }
    let marks = marks(record, request);
    if marks.is_empty() {
        return None;
    }
    let source = folded(&text::clean_lines(&request.text));
    let renderer = if painted { Renderer::styled() } else { Renderer::plain() }.term_width(text::WIDTH);
    let annotations = marks.iter().map(|mark| {
        let kind = if mark.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        kind.span(mark.start..mark.end).label(mark.label.as_str())
    });
    let snippet = Snippet::source(source.as_str()).line_start(1).fold(true).annotations(annotations);
    let title = level.primary_title(title);
    let group = if code.is_empty() { title.element(snippet) } else { title.id(code).element(snippet) };
    Some(renderer.render(&[group]))
}

/// One place for the cause, one for each fault beside it; what the reader of the command noted only where neither has one.
fn marks(record: Record<'_>, request: &Request) -> Vec<Mark> {
    let verdict = &record.diagnosis.verdict;
    let findings: Vec<&Finding> = record.findings().collect();
    let mut marks: Vec<Mark> = Vec::new();
    let mut add = |span: Span, label: String, primary: bool| {
        let Some((start, end)) = inside(&request.text, span) else { return };
        if marks.len() < MOST && !marks.iter().any(|m| m.start < end && start < m.end) {
            marks.push(Mark { start, end, label, primary });
        }
    };
    let mut pointed = false;
    for (judged, primary) in verdict.cause.iter().map(|c| (c, true)).chain(verdict.also.iter().map(|a| (a, false))) {
        let cited = judged.findings.iter().filter_map(|i| findings.get(*i).copied()).filter(|f| f.at.is_some());
        // The kind is seen at the secret; what is wrong stands somewhere else, if it stands anywhere.
        let place = cited.min_by_key(|f| matches!(f.sign, Sign::Kind(_)));
        let label = causes::find(judged.code).map_or("", |c| c.label);
        if let Some(span) = place.and_then(|f| f.at) {
            let label = if primary { label.to_owned() } else { format!("also: {label} [{}]", judged.code) };
            add(span, label, primary);
            pointed |= primary;
        }
    }
    if !pointed {
        for note in &request.notes {
            if let Some(span) = note.at {
                add(span, text::clean(&note.text), false);
            }
        }
    }
    if let Some(first) = marks.first_mut() {
        // One place always bears the caret.
        first.primary = true;
    }
    marks
}

/// Long lines broken at spaces, byte for byte in place, so that every position still fits.
fn folded(source: &str) -> String {
    let mut out = source.as_bytes().to_vec();
    let (mut column, mut space) = (0, None);
    for (at, c) in source.char_indices() {
        match c {
            '\n' => (column, space) = (0, None),
            _ => {
                if c == ' ' {
                    space = Some((at, column));
                }
                column += 1;
                if let (Some((cut, before)), true) = (space, column > LINE) {
                    out[cut] = b'\n';
                    column -= before + 1;
                    space = None;
                }
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| source.to_owned())
}

/// The span cut to the text and to whole characters; `None` where nothing is left.
fn inside(text: &str, span: Span) -> Option<(usize, usize)> {
    let (start, end) = (usize::try_from(span.start).ok()?, usize::try_from(span.end).ok()?);
    let end = end.min(text.len());
    (start < end && text.is_char_boundary(start) && text.is_char_boundary(end)).then_some((start, end))
}
