//! The request with a caret under the wrong word, as compilers show it.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::Record;
use super::text;
use crate::checks::{Finding, Outcome, Request, Sign, Span, causes};

/// How much of a pasted text is shown.
const LONGEST: usize = 16_384;
/// So many lines are shown whole.
const FEW_LINES: usize = 8;
/// How many places are pointed at.
const MOST: usize = 5;
/// What stands before each line: number, bar, blanks.
const GUTTER: usize = 5;

/// One place and what is wrong there.
struct Mark {
    start: usize,
    end: usize,
    label: String,
    primary: bool,
    code: Option<&'static str>,
}

/// The block with its title line, and the codes of the causes that it points at.
pub(super) struct Block {
    pub(super) text: String,
    pub(super) shown: Vec<&'static str>,
}

/// Nothing where nothing in the request has a position.
pub(super) fn block(record: Record<'_>, title: &str, code: &str, level: Level<'_>, painted: bool) -> Option<Block> {
    let marks = marks(record, record.case.request.as_ref()?);
    render(record, marks, level.primary_title(title).id(code), painted)
}

/// What was noted about the command, where that is no cause: the first note is the title.
pub(super) fn noted(record: Record<'_>, painted: bool) -> Option<Block> {
    let mut marks = marks(record, record.case.request.as_ref()?);
    let title = std::mem::take(&mut marks.first_mut()?.label);
    render(record, marks, Level::NOTE.primary_title(title.as_str()), painted)
}

fn render(record: Record<'_>, mut marks: Vec<Mark>, title: annotate_snippets::Title<'_>, painted: bool) -> Option<Block> {
    let request = record.case.request.as_ref()?;
    if request.text.is_empty() || request.text.len() > LONGEST {
        return None;
    }
    if marks.is_empty() {
        return None;
    }
    let source = folded(&text::clean_lines(&request.text), &mut marks);
    let shown = marks.iter().filter_map(|mark| mark.code).collect();
    for mark in &mut marks {
        mark.label = fitting(&mark.label, mark.code, &source, mark.end);
    }
    let renderer = if painted { Renderer::styled() } else { Renderer::plain() }.term_width(text::WIDTH);
    let annotations = marks.iter().map(|mark| {
        let kind = if mark.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        let annotation = kind.span(mark.start..mark.end);
        if mark.label.is_empty() { annotation } else { annotation.label(mark.label.as_str()) }
    });
    let snippet =
        Snippet::source(source.as_str()).line_start(1).fold(source.lines().count() > FEW_LINES).annotations(annotations);
    let group = title.element(snippet);
    Some(Block { text: renderer.render(&[group]), shown })
}

/// What the cause cites first, then the faults beside it, then what else failed or was noted, one mark for each place and each
/// cause.
fn marks(record: Record<'_>, request: &Request) -> Vec<Mark> {
    let verdict = &record.diagnosis.verdict;
    let findings: Vec<&Finding> = record.findings().collect();
    let mut marks: Vec<Mark> = Vec::new();
    let mut add = |span: Option<Span>, label: String, primary: bool, code: Option<&'static str>| {
        let Some((start, end)) = span.and_then(|span| inside(&request.text, span)) else { return false };
        let apart = marks.iter().all(|m| end <= m.start || m.end <= start);
        let fits = marks.len() < MOST && apart;
        if fits {
            marks.push(Mark { start, end, label, primary, code });
        }
        fits
    };
    // What kind of token it is says least about what is wrong with the word.
    let cited = |of: &[usize]| {
        let mut cited: Vec<&Finding> = of.iter().filter_map(|i| findings.get(*i).copied()).collect();
        cited.sort_by_key(|finding| matches!(finding.sign, Sign::Kind(_)));
        cited
    };
    if let Some(cause) = &verdict.cause {
        for finding in cited(&cause.findings) {
            if add(finding.at, label(cause.code), true, Some(cause.code)) {
                break;
            }
        }
    }
    for also in &verdict.also {
        for finding in cited(&also.findings) {
            if add(finding.at, format!("also: {} [{}]", label(also.code), also.code), false, Some(also.code)) {
                break;
            }
        }
    }
    for note in &request.notes {
        add(note.at, text::clean(&note.text), false, None);
    }
    for (_, outcome) in &record.diagnosis.outcomes {
        if let Outcome::Failed(found) = outcome {
            for finding in found.iter().filter(|finding| finding.holds) {
                add(finding.at, text::clean(&finding.text), false, None);
            }
        }
    }
    if let Some(first) = marks.first_mut() {
        // One place always bears the caret.
        first.primary = true;
    }
    marks
}

/// What stands beside the caret of a cause.
fn label(code: &str) -> String {
    causes::find(code).map_or("", |cause| cause.label).to_owned()
}

/// The span cut to the text, to its first line and to whole characters; `None` where nothing is left.
fn inside(text: &str, span: Span) -> Option<(usize, usize)> {
    let (start, end) = (usize::try_from(span.start).ok()?, usize::try_from(span.end).ok()?);
    let end = end.min(text.len());
    let span = text.get(start..end)?;
    // A mark over several lines is a frame as wide as the widest of them; its first line says where it is.
    let blank = span.len() - span.trim_start().len();
    let first = span.trim_start().lines().next().map_or(0, |line| line.trim_end().len());
    if first == 0 {
        // A blank that is none to a shell makes one word of what stands around it.
        let ends = |c: char| c.is_ascii_whitespace();
        let from = text[..start].rfind(ends).map_or(0, |at| at + 1);
        let to = text[end..].find(ends).map_or(text.len(), |at| end + at);
        return (from < to && !text[from..to].trim().is_empty()).then_some((from, to));
    }
    Some((start + blank, start + blank + first))
}

/// A long line broken before its options, as people write it; the marks move along.
fn folded(source: &str, marks: &mut [Mark]) -> String {
    const BREAK: &str = " \\\n  ";
    let mut out = String::with_capacity(source.len());
    let mut moved: Vec<(usize, usize)> = Vec::new();
    let mut from = 0;
    for line in source.split_inclusive('\n') {
        let long = text::width(line) + GUTTER > text::WIDTH;
        let mut quote = None;
        for (at, c) in line.char_indices() {
            match (c, quote) {
                ('\'' | '"', None) => quote = Some(c),
                (c, Some(open)) if c == open => quote = None,
                _ => {}
            }
            let rest = &line[at + c.len_utf8()..];
            let bare = rest.trim_start_matches(['\'', '"']);
            // A list's mark is no option, and what indents a line is no place to break it.
            let option = rest.starts_with('-') && !rest.starts_with("- ") || bare.starts_with("http");
            let option = option && !matches!(line[..at].trim(), "" | "-");
            if long && c == ' ' && quote.is_none() && option {
                out.push_str(BREAK);
                moved.push((from + at, BREAK.len() - 1));
            } else {
                out.push(c);
            }
        }
        from += line.len();
    }
    for mark in marks {
        let shift = |place: usize| moved.iter().filter(|(at, _)| *at < place).map(|(_, by)| by).sum::<usize>();
        (mark.start, mark.end) = (mark.start + shift(mark.start), mark.end + shift(mark.end));
    }
    out
}

/// The label in what is left of the line behind the place; where that is too little the code alone, or nothing: the title line
/// says it as well. A line that is too long is shown around the place, which leaves room.
fn fitting(label: &str, code: Option<&str>, source: &str, end: usize) -> String {
    const LEAST: usize = 16;
    let start = source[..end].rfind('\n').map_or(0, |newline| newline + 1);
    let stop = source[end..].find('\n').map_or(source.len(), |newline| end + newline);
    if GUTTER + text::width(&source[start..stop]) > text::WIDTH {
        return text::cut(label, 28);
    }
    let left = text::WIDTH.saturating_sub(GUTTER + 1 + text::width(&source[start..end]));
    let code = code.map(|code| format!("[{code}]")).filter(|code| text::width(code) <= left);
    match code {
        _ if text::width(label) <= left => label.into(),
        Some(code) => code,
        None if left >= LEAST => text::cut(label, left),
        None => String::new(),
    }
}
