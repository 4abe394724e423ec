//! Which texts give a secret away, and where they stand.

use std::collections::HashMap;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use bbdoctor_checks::shape;

use super::view;
use crate::secret::Secret;

/// The shortest piece of a long secret that is hidden.
pub(super) const PIECE: usize = 20;
/// The shortest piece of a token that is known by its shape: its characters are drawn at random, so no other text has them.
const TOKEN_PIECE: usize = 12;
/// What every token of a kind begins with (`ATATT3xFfGF0`) is no secret.
const TOKEN_HEAD: usize = 12;
/// Shorter secrets are hidden only where they stand as a word.
const WORD: usize = 6;
/// Shorter ones are none.
const SHORTEST: usize = 4;
/// The most bytes that one byte of a secret becomes in a form that [`view`] reads.
const WIDEST: usize = 12;

/// Words that a report is made of: a secret that is one of them cannot be told from them.
const COMMON: &[&str] = &[
    "Authorization",
    "Basic",
    "Bearer",
    "access",
    "access_token",
    "account",
    "admin",
    "anonymous",
    "atlassian",
    "basic",
    "bearer",
    "bitbucket",
    "case",
    "cause",
    "checks",
    "commands",
    "confidence",
    "credential",
    "credentials",
    "curl",
    "email",
    "error",
    "evidence",
    "exchanges",
    "facts",
    "failed",
    "false",
    "findings",
    "format",
    "headers",
    "healthy",
    "https",
    "kind",
    "likely",
    "local",
    "method",
    "misconfigured",
    "name",
    "needs",
    "options",
    "passed",
    "passwd",
    "password",
    "reason",
    "replay",
    "repositories",
    "repository",
    "request",
    "role",
    "scheme",
    "scopes",
    "secret",
    "shape",
    "source",
    "status",
    "subject",
    "summary",
    "target",
    "text",
    "title",
    "token",
    "tool",
    "true",
    "user",
    "username",
    "verdict",
    "version",
    "workspace",
];

/// A place in a text that gives a secret away.
#[derive(Clone, Debug)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
    owner: usize,
}

/// What to look for.
pub(super) struct Pieces {
    placeholders: Vec<String>,
    /// Every piece of a long secret and of its base64 forms, with its owner.
    windows: Windows<PIECE>,
    /// Every piece of a token behind its head.
    of_tokens: Windows<TOKEN_PIECE>,
    /// Short secrets and their base64 forms.
    wholes: Vec<Whole>,
    longest: usize,
}

struct Whole {
    bytes: Vec<u8>,
    owner: usize,
    word: bool,
}

impl Pieces {
    pub(super) fn of(secrets: &[(&Secret, &str)]) -> Self {
        let mut pieces = Self {
            placeholders: Vec::new(),
            windows: Windows::default(),
            of_tokens: Windows::default(),
            wholes: Vec::new(),
            longest: PIECE,
        };
        for (secret, placeholder) in secrets {
            let text = secret.expose();
            if text.len() < SHORTEST || shape::stands_for_nothing(text) || COMMON.contains(&text) {
                continue;
            }
            let owner = pieces.placeholders.len();
            pieces.placeholders.push((*placeholder).to_owned());
            pieces.add(text, owner);
            let trimmed = text.trim();
            if trimmed.len() >= SHORTEST && trimmed != text {
                pieces.add(trimmed, owner);
            }
        }
        pieces
    }

    pub(super) fn is_empty(&self) -> bool {
        self.placeholders.is_empty()
    }

    pub(super) fn placeholder(&self, span: &Span) -> &str {
        &self.placeholders[span.owner]
    }

    /// How far a match can reach in a text, whatever form it has.
    pub(super) fn reach(&self) -> usize {
        self.longest * WIDEST + 16
    }

    fn add(&mut self, text: &str, owner: usize) {
        let bytes = text.as_bytes();
        let word = bytes.len() < WORD;
        self.add_form(bytes, owner, word);
        let read = shape::read(text);
        if shape::has_fingerprint(read.kind, &read.shape) {
            self.of_tokens.add(bytes.get(TOKEN_HEAD..).unwrap_or_default(), owner);
        }
        if text.contains(' ') {
            self.add_form(text.replace(' ', "+").as_bytes(), owner, word);
        }
        if !word {
            for form in base64_forms(bytes) {
                self.add_form(form.as_bytes(), owner, false);
            }
        }
    }

    fn add_form(&mut self, form: &[u8], owner: usize, word: bool) {
        if form.len() < PIECE || form.iter().all(|byte| *byte == form[0]) {
            self.longest = self.longest.max(form.len());
            self.wholes.push(Whole { bytes: form.to_vec(), owner, word });
            return;
        }
        self.windows.add(form, owner);
    }

    /// Every place that gives a secret away, in order, apart from each other, at the borders of characters.
    pub(super) fn spans(&self, text: &str) -> Vec<Span> {
        let mut found = Vec::new();
        self.scan(text.as_bytes(), |range, owner| found.push(Span { start: range.start, end: range.end, owner }));
        let views = view::views(text.as_bytes());
        for view in &views {
            self.scan(&view.bytes, |range, owner| {
                let (start, end) = view.original(range.start, range.end);
                found.push(Span { start, end, owner });
            });
        }
        let joined = views.iter().filter_map(|view| view::without_gaps(&view.bytes, Some(view)));
        for view in view::without_gaps(text.as_bytes(), None).into_iter().chain(joined) {
            self.scan_windows(&view.bytes, |range, owner| {
                let (start, end) = view.original(range.start, range.end);
                // The gap behind it is none of it.
                let gap = text.as_bytes()[start..end].iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count();
                found.push(Span { start, end: end - gap, owner });
            });
        }
        for span in &mut found {
            while !text.is_char_boundary(span.start) {
                span.start -= 1;
            }
            while !text.is_char_boundary(span.end) {
                span.end += 1;
            }
        }
        found.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
        let mut apart = apart(found);
        let mut places: Vec<(usize, usize)> = apart.iter().map(|span| (span.start, span.end)).collect();
        view::borders(text.as_bytes(), &mut places);
        for (span, (start, end)) in apart.iter_mut().zip(places) {
            (span.start, span.end) = (start, end);
        }
        let mut apart = self::apart(apart);
        // A placeholder that happens to hold a secret is shown as it is: replacing it would never end.
        apart.retain(|span| !self.placeholders.iter().any(|placeholder| within(text, span, placeholder)));
        apart
    }

    fn scan_windows(&self, bytes: &[u8], mut tell: impl FnMut(Range<usize>, usize)) {
        self.windows.scan(bytes, &mut tell);
        self.of_tokens.scan(bytes, &mut tell);
    }

    fn scan(&self, bytes: &[u8], mut tell: impl FnMut(Range<usize>, usize)) {
        self.scan_windows(bytes, &mut tell);
        for whole in &self.wholes {
            let length = whole.bytes.len();
            let mut from = 0;
            while let Some(at) = find(&bytes[from..], &whole.bytes).map(|at| from + at) {
                let alone = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
                if !whole.word || alone(at.checked_sub(1).and_then(|before| bytes.get(before))) && alone(bytes.get(at + length)) {
                    tell(at..at + length, whole.owner);
                }
                from = at + 1;
            }
        }
    }
}

/// Pieces of one length, each with its owner.
struct Windows<const N: usize> {
    known: HashMap<[u8; N], usize>,
    /// Which two bytes a piece can begin with: most places in a text need no further look.
    beginnings: Vec<u64>,
}

impl<const N: usize> Default for Windows<N> {
    fn default() -> Self {
        Self { known: HashMap::new(), beginnings: vec![0; 1024] }
    }
}

impl<const N: usize> Windows<N> {
    fn add(&mut self, form: &[u8], owner: usize) {
        for window in form.windows(N) {
            let Ok(window) = <[u8; N]>::try_from(window) else { continue };
            // Rulers and padding are in every text.
            if window.iter().any(|byte| *byte != window[0]) {
                let (word, bit) = place(window[0], window[1]);
                self.beginnings[word] |= bit;
                self.known.entry(window).or_insert(owner);
            }
        }
    }

    fn scan(&self, bytes: &[u8], tell: &mut impl FnMut(Range<usize>, usize)) {
        if self.known.is_empty() {
            return;
        }
        for (at, window) in bytes.windows(N).enumerate() {
            let (word, bit) = place(window[0], window[1]);
            if self.beginnings[word] & bit != 0
                && let Some(owner) = self.known.get(window)
            {
                tell(at..at + N, *owner);
            }
        }
    }
}

/// Spans in order, joined where they overlap, and where two of one secret touch.
fn apart(found: Vec<Span>) -> Vec<Span> {
    let mut apart: Vec<Span> = Vec::new();
    for span in found {
        match apart.last_mut() {
            Some(last) if span.start < last.end || span.start == last.end && span.owner == last.owner => {
                last.end = last.end.max(span.end);
            }
            _ => apart.push(span),
        }
    }
    apart
}

fn place(first: u8, second: u8) -> (usize, u64) {
    let index = usize::from(first) << 8 | usize::from(second);
    (index / 64, 1 << (index % 64))
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut from = 0;
    while let Some(at) = haystack.get(from..)?.iter().position(|byte| *byte == first).map(|at| from + at) {
        if haystack[at..].starts_with(needle) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

fn within(text: &str, span: &Span, placeholder: &str) -> bool {
    let length = placeholder.len();
    let earliest = span.end.saturating_sub(length);
    (earliest..=span.start).any(|at| text.as_bytes().get(at..at + length) == Some(placeholder.as_bytes()))
}

/// Base64 of a text with the secret in it, wherever it begins: the digits that depend on nothing but the secret (and the
/// colon of `user:secret`). Both alphabets, at the end of what was encoded and before its end.
fn base64_forms(secret: &[u8]) -> Vec<String> {
    const SHORTEST_FORM: usize = 6;
    let mut forms = Vec::new();
    for before in [&b""[..], b":"] {
        for shift in 0..3 {
            let mut data = vec![0; shift];
            data.extend_from_slice(before);
            data.extend_from_slice(secret);
            // Digits that share bits with what stands before.
            let skip = (shift * 8).div_ceil(6);
            // Digits that would share bits with what stands after.
            let inner = data.len() * 8 / 6;
            for engine in [&STANDARD, &URL_SAFE] {
                let encoded = engine.encode(&data);
                let unpadded = encoded.trim_end_matches('=');
                for form in [unpadded.get(skip..), encoded.get(skip..inner), encoded.get(skip..)].into_iter().flatten() {
                    if form.len() >= SHORTEST_FORM {
                        forms.push(form.to_owned());
                    }
                }
            }
        }
    }
    forms.sort();
    forms.dedup();
    forms
}
