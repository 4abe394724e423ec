//! What programs say in words of their own: that nothing was sent, that nothing was set, that they were refused.

use std::ops::Range;

use crate::checks::answer::is_prose;
use crate::checks::{NoteKind, Surface};

use super::answer;
use super::draft::Draft;
use super::loose::Region;

/// How programs put a refusal in their own words, and the status that stands behind them.
pub(super) const REFUSALS: &[(&str, u16)] = &[
    ("credentials refused", 401),
    ("realm=\"bitbucket", 401),
    ("invalid credentials", 401),
    ("bad credentials", 401),
    ("incorrect credentials", 401),
    ("incorrect login credentials", 401),
    ("login failed", 401),
    ("authentication failed", 401),
    ("authorization failed", 401),
    ("not authenticated", 401),
    ("access denied", 403),
    ("insufficient permission", 403),
    ("insufficient privileges", 403),
    ("do not have permission", 403),
    ("does not have permission", 403),
    ("don't have permission", 403),
];

/// Words in which programs say that they sent nothing, and git that it had nothing to send.
pub(super) fn nothing_sent(draft: &mut Draft, region: &Region, source: &str) {
    const SAID: &[&str] = &[
        "could not read username",
        "could not read password",
        "no credentials, anonymous",
        "anonymous access",
        "without credentials",
        "with no credentials",
    ];
    // Who speaks of the header has looked at the request.
    const SEEN: &[&str] = &[
        "without any authorization header",
        "without an authorization header",
        "without authorization header",
        "no authorization header",
    ];
    let whole = source[region.range.clone()].to_ascii_lowercase();
    let text = told(&source[region.range.clone()]);
    let git = draft.address.surface == Some(Surface::Git);
    let mut said = SAID.iter().filter(|words| git || !words.starts_with("could not read"));
    if let Some(at) = nothing_given(&text) {
        let at = region.range.start + at.start..region.range.start + at.end;
        draft.note(NoteKind::SentNothing, "the program says itself that it was given no credential", Some(at));
    } else if let Some(at) = said
        .find_map(|words| text.find(words).map(|at| at..at + words.len()))
        .or_else(|| SEEN.iter().find_map(|words| whole.find(words).map(|at| at..at + words.len())))
    {
        let at = region.range.start + at.start..region.range.start + at.end;
        draft.note(NoteKind::SentNothing, "the text says itself that no credential was sent", Some(at));
    }
}

/// A text in small letters, with blanks for the lines that tell of no request: what a person thinks, what would be or is so
/// elsewhere ("public ones work without credentials").
pub(super) fn told(text: &str) -> String {
    const ELSEWHERE: &[&str] = &["work", "works", "worked", "public", "if", "should", "would", "when", "private"];
    let elsewhere = |line: &str| line.split(|c: char| !c.is_ascii_alphanumeric()).any(|w| ELSEWHERE.contains(&w));
    let mut told = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let lower = line.to_ascii_lowercase();
        if is_prose(line) || elsewhere(&lower) {
            told.extend(std::iter::repeat_n(' ', line.len()));
        } else {
            told.push_str(&lower);
        }
    }
    told
}

/// Words in which programs say that nothing is set where they look for a credential; not where a server answered.
pub(super) fn nothing_given(lower: &str) -> Option<Range<usize>> {
    const THINGS: &[&str] = &["token", "credentials", "credential", "password", "api key", "secret"];
    const MISSING: &[&str] = &[
        "not found",
        "was not found",
        "is not set",
        "not set",
        "not provided",
        "is required",
        "are required",
        "must be set",
        "must be provided",
        "is missing",
        "are missing",
    ];
    if lower.contains("need to expose") {
        return lower.find("need to expose").map(|at| at..at + "need to expose".len());
    }
    if answer::status_in(lower).is_some_and(|status| status >= 400) {
        return None;
    }
    let pairs = THINGS.iter().flat_map(|thing| MISSING.iter().map(move |missing| format!("{thing} {missing}")));
    let before = [
        "no credentials found",
        "no credentials configured",
        "no token found",
        "no token provided",
        "missing token",
        "missing credentials",
    ];
    let mut phrases = pairs.chain(before.iter().map(|words| (*words).to_owned()));
    let found = phrases.find_map(|words| lower.find(&words).map(|at| at..at + words.len()));
    // `Credentials for Bitbucket Cloud integration required for this action.`
    found.or_else(|| {
        let at = lower.find("credentials for ")?;
        let line = lower[at..].lines().next()?;
        line.contains(" required").then(|| at..at + line.len())
    })
}
