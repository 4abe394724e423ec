//! The request with a caret under the wrong word, as compilers show it.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::Record;
use super::text;
use crate::checks::{Finding, Outcome, Request, Span};

/// How much of a pasted text is shown.
const LONGEST: usize = 16_384;
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
    let source = text::clean_lines(&request.text);
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

/// What the cause cites first, then what else failed, then what the reader of the command noted.
fn marks(record: Record<'_>, request: &Request) -> Vec<Mark> {
    let verdict = &record.diagnosis.verdict;
    let findings: Vec<&Finding> = record.findings().collect();
    let mut marks: Vec<Mark> = Vec::new();
    let mut add = |span: Span, label: String, primary: bool| {
        let Some((start, end)) = inside(&request.text, span) else { return };
        if marks.len() < MOST && !marks.iter().any(|m| m.start == start && m.end == end) {
            marks.push(Mark { start, end, label, primary });
        }
    };
    let cited = |of: &[usize]| of.iter().filter_map(|i| findings.get(*i).copied()).collect::<Vec<_>>();
    for finding in verdict.cause.iter().flat_map(|cause| cited(&cause.findings)) {
        if let Some(span) = finding.at {
            add(span, text::clean(&finding.text), true);
        }
    }
    for also in &verdict.also {
        for finding in cited(&also.findings) {
            if let Some(span) = finding.at {
                add(span, format!("also: {} [{}]", text::clean(&also.summary), also.code), false);
            }
        }
    }
    for note in &request.notes {
        if let Some(span) = note.at {
            add(span, text::clean(&note.text), false);
        }
    }
    for (_, outcome) in &record.diagnosis.outcomes {
        if let Outcome::Failed(found) = outcome {
            for finding in found {
                if let Some(span) = finding.at {
                    add(span, text::clean(&finding.text), false);
                }
            }
        }
    }
    if let Some(first) = marks.first_mut() {
        // One place always bears the caret.
        first.primary = true;
    }
    marks
}

/// The span cut to the text and to whole characters; `None` where nothing is left.
fn inside(text: &str, span: Span) -> Option<(usize, usize)> {
    let (start, end) = (usize::try_from(span.start).ok()?, usize::try_from(span.end).ok()?);
    let end = end.min(text.len());
    (start < end && text.is_char_boundary(start) && text.is_char_boundary(end)).then_some((start, end))
}
