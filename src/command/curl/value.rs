//! curl: what single values of a command line come to: encoded data, files that are not read, odd dashes, headers without quotes.

use std::ops::Range;

use super::operation::Given;
use super::options;
use crate::checks::NoteKind;
use crate::command::draft::RawNote;
use crate::command::shell::{OPAQUE, Word};
use crate::command::spelled::Spelled;

/// `--data-urlencode`: `content`, `=content`, `name=content`, `@file`, `name@file`.
pub(super) fn urlencoded(value: &Spelled) -> Spelled {
    let text = value.as_str();
    let sign = text.find('=').or_else(|| text.find('@'));
    let name = sign.map_or(0, |at| if at == 0 { 0 } else { at + 1 });
    let content = sign.map_or(0, |at| at + 1);
    let file = sign.is_some_and(|at| text[at..].starts_with('@'));
    let mut encoded = value.to(if file { name.saturating_sub(1) } else { name });
    if file {
        let place = value.span().unwrap_or_default();
        encoded.push_expansion(if name > 0 { "=" } else { "" }, place);
        encoded.append(&of_a_file(&value.from(content.saturating_sub(1))));
        return encoded;
    }
    for (at, c) in text[content..].char_indices() {
        let piece = value.part(content + at..content + at + c.len_utf8());
        if c.is_ascii_alphanumeric() || "-._~".contains(c) || c == OPAQUE {
            encoded.append(&piece);
        } else {
            let place = piece.span().unwrap_or_default();
            let code =
                if c == ' ' { "+".to_owned() } else { c.encode_utf8(&mut [0; 4]).bytes().map(|b| format!("%{b:02X}")).collect() };
            encoded.push_expansion(&code, place);
        }
    }
    encoded
}

/// What a file holds: it is not read.
pub(super) fn of_a_file(name: &Spelled) -> Spelled {
    let mut held = Spelled::default();
    held.push_expansion(&OPAQUE.to_string(), name.span().unwrap_or_default());
    held
}

/// The password in the user information of a URL.
pub(super) fn password_of(url: &Spelled) -> Option<Spelled> {
    let start = url.as_str().find("://").map_or(0, |at| at + 3);
    let (userinfo, _) = url.from(start).rsplit_once('@')?;
    userinfo.split_once(':').map(|(_, password)| password)
}

/// A word in whose dashes a text program has put a typographic one.
pub(in crate::command) fn undashed(word: &Spelled) -> (Spelled, Option<Range<usize>>) {
    let odd = |c: char| matches!(c, '–' | '—' | '‒' | '―' | '−' | '‐' | '‑');
    let text = word.as_str();
    let dashes = text.len() - text.trim_start_matches(|c: char| c == '-' || odd(c)).len();
    let (Some(first), Some(last)) = (text[..dashes].find(odd), text[..dashes].rfind(odd)) else { return (word.clone(), None) };
    let last = last + text[last..].chars().next().map_or(1, char::len_utf8);
    let place = word.part(first..last).span();
    let name = &text[dashes..];
    let mut fixed = Spelled::default();
    let at = place.clone().unwrap_or_default();
    let long = options::long(name.split('=').next().unwrap_or_default()).is_some() && name.chars().count() > 1;
    fixed.push('-', at.clone());
    if long {
        fixed.push('-', at);
    }
    fixed.append(&word.from(dashes));
    (fixed, place)
}

/// A header that is not in quotes, so that it comes in several words: curl takes all but the first for URLs.
pub(super) fn unquoted_header(given: &mut Given, words: &[Word], at: usize) -> Option<(usize, RawNote)> {
    let text = given.value.as_str();
    let whole =
        text.ends_with(':') && text.len() > 1 && text[..text.len() - 1].bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !whole {
        return None;
    }
    let mut taken = 0;
    for word in words.get(at + 1..).unwrap_or_default().iter().take(3) {
        let value = word.value.as_str();
        if value.starts_with('-') || value.contains("://") || value.contains("bitbucket.org") || value.is_empty() {
            break;
        }
        let gap = word.at.start..word.at.start;
        given.value.push_expansion(" ", gap);
        given.value.append(&word.value);
        taken += 1;
    }
    let note = "the header is not in quotes: the shell splits it at its spaces, and curl takes the rest for URLs";
    (taken > 0).then(|| (taken, (NoteKind::ShellMangled, note.to_owned(), given.value.span())))
}
