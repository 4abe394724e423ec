//! A place in a file, with its line and a caret below it, as compilers show it.

use std::ops::Range;

use crate::report::text;

/// Bytes on either side that are looked at.
const FAR: usize = 400;
/// Columns before the marked word that are shown of a long line.
const BEFORE: usize = 40;

/// Where something stands, and how that is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// In characters, one past the end of what is marked in this line.
    pub end_column: usize,
    /// The line with a caret below the place.
    pub excerpt: Vec<String>,
}

impl Place {
    /// These bytes of a text. `veil` takes out of a piece of the line what must not be shown; `tail` stands in the place of what
    /// follows the marked word.
    #[must_use]
    pub fn of(source: &str, span: &Range<usize>, veil: &dyn Fn(&str) -> String, tail: Option<&str>) -> Self {
        let before = source.get(..span.start).unwrap_or(source);
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let end = source[start..].find('\n').map_or(source.len(), |newline| start + newline);
        let stop = span.end.clamp(before.len(), end);
        let word = source.get(before.len()..stop).unwrap_or_default();
        let stop = before.len() + word.len();
        let flat = |piece: &str| veil(piece).replace(['\t', '\r'], " ");
        // Of a line without end only what is near the place is looked at.
        let near = ceil(source, start.max(before.len().saturating_sub(FAR)));
        let mut head = flat(&source[near..before.len()]);
        if text::width(&head) > BEFORE + 4 {
            let kept: Vec<char> = head.chars().rev().take(BEFORE).collect();
            head = std::iter::once('…').chain(kept.into_iter().rev()).collect();
        }
        let marked = flat(word);
        let tail = tail.map_or_else(|| flat(&source[stop..floor(source, end.min(stop + FAR))]), str::to_owned);
        let number = line.to_string();
        let gutter = " ".repeat(number.len());
        let room = text::WIDTH.saturating_sub(gutter.len() + 3);
        let shown = text::cut(format!("{head}{marked}{tail}").trim_end(), room);
        let indent = text::width(&head).min(room.saturating_sub(1));
        let carets = text::width(&marked).min(text::width(&shown).saturating_sub(indent)).max(1);
        let excerpt = vec![
            format!("{gutter} |"),
            format!("{number} | {shown}").trim_end().to_owned(),
            format!("{gutter} | {}{}", " ".repeat(indent), "^".repeat(carets)),
            format!("{gutter} |"),
        ];
        let column = source[start..before.len()].chars().count() + 1;
        Self { line, column, end_column: column + word.chars().count().max(1), excerpt }
    }
}

/// The nearest place at or behind this byte where a character begins.
fn ceil(text: &str, at: usize) -> usize {
    (at..text.len()).find(|place| text.is_char_boundary(*place)).unwrap_or(text.len())
}

/// The nearest place at or before this byte where a character begins.
pub(super) fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|place| text.is_char_boundary(*place)).unwrap_or(0)
}
