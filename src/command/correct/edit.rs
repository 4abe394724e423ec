//! Changes of single words of a text; everything else stays byte for byte.

use std::ops::Range;

/// Replacements in one text, in any order.
#[derive(Default)]
pub(super) struct Edits(Vec<(Range<usize>, String)>);

impl Edits {
    pub(super) fn replace(&mut self, at: Range<usize>, text: impl Into<String>) {
        self.0.push((at, text.into()));
    }

    pub(super) fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(at..at, text);
    }

    /// Replaces a part that no other change touches.
    pub(super) fn replace_if_free(&mut self, at: Range<usize>, text: impl Into<String>) {
        if !self.0.iter().any(|(taken, _)| taken.start < at.end && at.start < taken.end) {
            self.replace(at, text);
        }
    }

    /// The part `whole` of the text with the changes made, and where in it something is new. `None` where two changes meet.
    pub(super) fn apply(mut self, source: &str, whole: Range<usize>) -> Option<(String, Vec<Range<usize>>)> {
        self.0.sort_by_key(|(at, _)| (at.start, at.end));
        let mut text = String::new();
        let mut changed = Vec::new();
        let mut from = whole.start;
        for (at, new) in self.0 {
            if at.start < from || at.end > whole.end {
                return None;
            }
            text.push_str(source.get(from..at.start)?);
            let start = text.len();
            text.push_str(&new);
            if !new.is_empty() && source.get(at.clone())? != new {
                changed.push(start..text.len());
            }
            from = at.end;
        }
        text.push_str(source.get(from..whole.end)?);
        Some((text, changed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_stays() {
        let mut edits = Edits::default();
        edits.replace(6..9, "GET");
        edits.insert(2, "!");
        let made = edits.apply("ab -X PUT url", 0..13).expect("they do not meet");
        assert_eq!(made, ("ab! -X GET url".into(), vec![2..3, 7..10]));
        let mut edits = Edits::default();
        edits.replace(0..4, "x");
        edits.replace(2..6, "y");
        assert_eq!(edits.apply("abcdefgh", 0..8), None);
    }
}
