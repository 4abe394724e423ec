//! Text that knows where each of its bytes was written.
//!
//! A word of a shell is not a slice of what was pasted: quotes, escapes, continuations and variables stand between. Every
//! byte of the word keeps the range of the source that it came from, so a caret can be put under any part of it.

use std::ops::Range;

/// Where one byte of a [`Spelled`] comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// First byte in the source.
    pub(crate) start: usize,
    /// One past the last byte in the source.
    pub(crate) end: usize,
    /// Whether the character itself stands there; `false` for what a variable or a substitution was replaced by.
    pub(crate) own: bool,
}

/// A text with the origin of each byte.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spelled {
    text: String,
    origin: Vec<Origin>,
}

impl Spelled {
    /// A piece of the source as it stands.
    pub(crate) fn slice_of(source: &str, range: Range<usize>) -> Self {
        let mut spelled = Self::default();
        if let Some(text) = source.get(range.clone()) {
            for (at, c) in text.char_indices() {
                let start = range.start + at;
                spelled.push(c, start..start + c.len_utf8());
            }
        }
        spelled
    }

    /// Adds a character that stands in the source at `at`.
    pub(crate) fn push(&mut self, c: char, at: Range<usize>) {
        self.text.push(c);
        let origin = Origin { start: at.start, end: at.end, own: true };
        self.origin.extend(std::iter::repeat_n(origin, c.len_utf8()));
    }

    /// Adds what the shell puts in the place of `at`.
    pub(crate) fn push_expansion(&mut self, text: &str, at: Range<usize>) {
        self.text.push_str(text);
        self.origin.extend(std::iter::repeat_n(Origin { start: at.start, end: at.end, own: false }, text.len()));
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }

    /// A part, by byte positions in the text; out of range or off a character boundary gives an empty one.
    pub(crate) fn part(&self, range: Range<usize>) -> Self {
        match self.text.get(range.clone()) {
            Some(text) => Self { text: text.to_owned(), origin: self.origin[range].to_vec() },
            None => Self::default(),
        }
    }

    /// From a byte position to the end.
    pub(crate) fn from(&self, at: usize) -> Self {
        self.part(at..self.len())
    }

    /// Up to a byte position.
    pub(crate) fn to(&self, at: usize) -> Self {
        self.part(0..at)
    }

    /// Where it stands in the source: from the first byte's start to the last one's end.
    pub(crate) fn span(&self) -> Option<Range<usize>> {
        let start = self.origin.iter().map(|o| o.start).min()?;
        let end = self.origin.iter().map(|o| o.end).max()?;
        Some(start..end)
    }

    /// Where its own characters stand: what has to be hidden if it is a secret.
    pub(crate) fn own_span(&self) -> Option<Range<usize>> {
        let own = || self.origin.iter().filter(|o| o.own);
        Some(own().map(|o| o.start).min()?..own().map(|o| o.end).max()?)
    }

    /// Without white space at both ends.
    pub(crate) fn trimmed(&self) -> Self {
        let start = self.text.len() - self.text.trim_start().len();
        let end = self.text.trim_end().len();
        if start >= end { Self::default() } else { self.part(start..end) }
    }

    /// The two sides of the first `c`.
    pub(crate) fn split_once(&self, c: char) -> Option<(Self, Self)> {
        let at = self.text.find(c)?;
        Some((self.to(at), self.from(at + c.len_utf8())))
    }

    /// The two sides of the last `c`.
    pub(crate) fn rsplit_once(&self, c: char) -> Option<(Self, Self)> {
        let at = self.text.rfind(c)?;
        Some((self.to(at), self.from(at + c.len_utf8())))
    }

    /// The parts between one character.
    pub(crate) fn split(&self, c: char) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut start = 0;
        for (at, _) in self.text.match_indices(c) {
            parts.push(self.part(start..at));
            start = at + c.len_utf8();
        }
        parts.push(self.from(start));
        parts
    }

    /// Adds another one behind.
    pub(crate) fn append(&mut self, other: &Self) {
        self.text.push_str(&other.text);
        self.origin.extend_from_slice(&other.origin);
    }

    /// The same text as if it stood, whole, at `at`: the value of a variable at the place where it is used.
    pub(crate) fn moved_to(&self, at: Range<usize>) -> Self {
        let mut moved = Self::default();
        moved.push_expansion(&self.text, at);
        moved
    }

    /// Where a range of this text stands in the source.
    pub(crate) fn place(&self, range: &Range<usize>) -> Range<usize> {
        let last = self.origin.len().saturating_sub(1);
        let start = self.origin.get(range.start.min(last)).map_or(0, |o| if range.start > last { o.end } else { o.start });
        let end = match range.end.checked_sub(1).filter(|_| range.end > range.start) {
            Some(at) => self.origin.get(at.min(last)).map_or(start, |o| o.end),
            None => start,
        };
        start..end.max(start)
    }

    /// A text that was read from this one, with the places of this one.
    pub(crate) fn through(&self, outer: &Self) -> Self {
        let origin = self.origin.iter().map(|o| {
            let at = outer.place(&(o.start..o.end));
            let own = o.own && outer.origin.get(o.start..o.end).is_some_and(|from| from.iter().all(|f| f.own));
            Origin { start: at.start, end: at.end, own }
        });
        Self { text: self.text.clone(), origin: origin.collect() }
    }

    /// Another text that this one stands for (decoded base64): all of it is where this one is.
    pub(crate) fn standing_for(&self, text: &str) -> Self {
        let (Some(at), own) = (self.own_span().or_else(|| self.span()), self.own_span().is_some()) else {
            return Self { text: text.to_owned(), origin: vec![Origin { start: 0, end: 0, own: false }; text.len()] };
        };
        Self { text: text.to_owned(), origin: vec![Origin { start: at.start, end: at.end, own }; text.len()] }
    }

    /// The part that stands inside a range of the source.
    pub(crate) fn within(&self, at: &Range<usize>) -> Self {
        let start = self.origin.iter().position(|o| o.start >= at.start && o.end <= at.end);
        let end = self.origin.iter().rposition(|o| o.start >= at.start && o.end <= at.end);
        match (start, end) {
            (Some(start), Some(end)) => self.part(start..end + 1),
            _ => Self::default(),
        }
    }

    /// With percent-encoding undone (RFC 3986, section 2.1); what does not decode stays.
    pub(crate) fn percent_decoded(&self) -> Self {
        let bytes = self.text.as_bytes();
        let mut decoded: Vec<u8> = Vec::with_capacity(bytes.len());
        let mut origin = Vec::with_capacity(bytes.len());
        let mut at = 0;
        while at < bytes.len() {
            let pair = (bytes[at] == b'%').then(|| self.text.get(at + 1..at + 3)).flatten();
            match pair.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
                Some(byte) => {
                    decoded.push(byte);
                    origin.push(Origin { end: self.origin[at + 2].end, ..self.origin[at] });
                    at += 3;
                }
                None => {
                    decoded.push(bytes[at]);
                    origin.push(self.origin[at]);
                    at += 1;
                }
            }
        }
        match String::from_utf8(decoded) {
            Ok(text) => Self { text, origin },
            Err(_) => self.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_keep_their_place() {
        let source = "ab ü=%40z";
        let word = Spelled::slice_of(source, 3..source.len());
        let (left, right) = word.split_once('=').expect("it has one");
        assert_eq!((left.as_str(), left.span()), ("ü", Some(3..5)));
        let decoded = right.percent_decoded();
        assert_eq!(decoded.as_str(), "@z");
        assert_eq!(decoded.to(1).span(), Some(6..9));
        assert_eq!(word.part(1..2), Spelled::default(), "off a character boundary");
    }
}
