//! What is wrong with a `bbdoctor.toml`, shown as compilers do: line, column, a caret, what to write instead.
//!
//! Somebody may have put a secret into the file, as a value of whatever key. So a line is shown without the text of any string
//! that could be one.

use std::ops::Range;

use thiserror::Error;

use super::place::Place;
use crate::checks::{Kind, shape};
use crate::cli;
use crate::report::text;

/// Every key with a value that fits, where it may stand.
const KEYS: [(&str, &str); 10] = [
    ("workspace", "\"acme\""),
    ("repo", "\"acme/app\""),
    ("needs", "[\"git:read\"]"),
    ("git-read", "[\"acme/charts\"]"),
    ("git-write", "[\"acme/app\"]"),
    ("warn-days", "30"),
    ("name", "\"deploy\""),
    ("env", "\"BITBUCKET_API_TOKEN\""),
    ("email-env", "\"BITBUCKET_EMAIL\""),
    ("expires", "2027-03-01"),
];

/// What is wrong with the file, and where.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{why}")]
pub struct Error {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub why: String,
    /// What to write instead.
    pub next: String,
    /// The line with a caret below the place.
    pub excerpt: Vec<String>,
}

/// How much of a line may be shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Show {
    /// All but strings that could be a secret.
    Line,
    /// The key, and nothing behind it.
    Key,
    /// No string at all.
    NoText,
}

/// A mistake at these bytes of the source.
pub(super) fn at(source: &str, span: &Range<usize>, why: &str, next: &str) -> Error {
    shown_at(source, span, why, next, Show::Line)
}

pub(super) fn shown_at(source: &str, span: &Range<usize>, why: &str, next: &str, show: Show) -> Error {
    let tail = (show == Show::Key).then_some(" = …");
    let Place { line, column, excerpt, .. } = Place::of(source, span, &|piece| veiled(piece, show), tail);
    Error { line, column, why: why.into(), next: next.into(), excerpt }
}

/// A piece of a line without control characters and without what could be a secret.
fn veiled(piece: &str, show: Show) -> String {
    let mut out = String::new();
    let mut rest = piece;
    while let Some(open) = rest.find(['"', '\'']) {
        let quote = &rest[open..=open];
        out.push_str(&unsaid(&rest[..=open]));
        rest = &rest[open + 1..];
        let close = rest.find(quote);
        let content = &rest[..close.unwrap_or(rest.len())];
        out.push_str(if show == Show::Line && could_be_shown(content) { content } else { "…" });
        let Some(close) = close else { return text::clean_lines(&out) };
        out.push_str(quote);
        rest = &rest[close + 1..];
    }
    // Behind an odd quote stands the end of a string that began before this piece.
    out.push_str(&unsaid(rest));
    text::clean_lines(&out)
}

fn could_be_shown(content: &str) -> bool {
    content.len() <= 80 && (content.starts_with("GET /") || content.len() <= 60) && !is_secret(content)
}

/// Whether a text is a token by its shape.
pub(super) fn is_secret(text: &str) -> bool {
    let kind = shape::read(text.trim()).kind;
    text.len() >= 16 && !matches!(kind, Kind::Unknown | Kind::Password | Kind::OauthClient)
}

/// Without what is long enough for a secret and has no blank in it.
pub(super) fn unsaid(message: &str) -> String {
    let long = |word: &str| (word.len() > 40 && !word.starts_with("/2.0/")) || is_secret(word.trim_matches(['`', '"', '\'']));
    message.split(' ').map(|word| if long(word) { "…" } else { word }).collect::<Vec<_>>().join(" ")
}

/// What the TOML reader or serde refused.
pub(super) fn refused(source: &str, error: &toml::de::Error) -> Error {
    let span = error.span().unwrap_or(0..0);
    let message = error.message();
    let quoted = |prefix: &str| message.strip_prefix(prefix).and_then(|rest| rest.split('`').next());
    if let Some(key) = quoted("unknown field `") {
        return unknown(source, &span, key, message);
    }
    if let Some(key) = quoted("missing field `") {
        let why = format!("this [[credential]] has no {key}: nothing says which variable holds the secret");
        return at(source, &span, &why, &example(key));
    }
    if let Some(found) = message.strip_prefix("invalid type: ") {
        let is = found.split([' ', ',']).next().unwrap_or_default();
        let is = if is == "map" { "table" } else { is };
        let key = key_before(source, span.start);
        return shown_at(source, &span, &format!("this is of the wrong type: {is}"), &example(key), Show::NoText);
    }
    if message.starts_with("data did not match any variant") {
        return at(source, &span, "this is no date of the calendar", &example("expires"));
    }
    let why = match message {
        "" => "this is no TOML".to_owned(),
        message => format!("this is no TOML: {}", unsaid(&text::clean(message))),
    };
    shown_at(source, &span, &why, "bbdoctor preflight --suggest writes a file that can be begun with", Show::NoText)
}

fn unknown(source: &str, span: &Range<usize>, key: &str, message: &str) -> Error {
    const SECRETS: [&str; 9] =
        ["token", "secret", "password", "api-token", "api_token", "app-password", "access-token", "key", "value"];
    let folded = key.to_ascii_lowercase().replace('_', "-");
    let key_shown = text::cut(&unsaid(&text::clean(key)), 40);
    if SECRETS.contains(&folded.as_str()) {
        let why = format!("`{key_shown}`: a secret does not belong in this file, which others can read");
        return shown_at(source, span, &why, "env = \"NAME\" names the variable that holds it", Show::Key);
    }
    let option = match folded.as_str() {
        "api-url" | "url" | "base-url" => Some("--api-url"),
        "git-base-url" | "git-url" => Some("--git-base-url"),
        "proxy" | "https-proxy" | "http-proxy" => Some("--proxy"),
        "ca" | "ca-cert" | "cacert" | "ca-file" | "ca-bundle" => Some("--ca-cert"),
        _ => None,
    };
    if let Some(option) = option {
        let why = format!("`{key_shown}`: this file cannot say where a credential is sent, or whom to trust");
        let next = format!("whoever may push could redirect it; give it on the command line: bbdoctor preflight {option} …");
        return shown_at(source, span, &why, &next, Show::Key);
    }
    if let "email" | "username" | "user" = folded.as_str() {
        let why = format!("`{key_shown}`: no name of a person stands in this file");
        return shown_at(source, span, &why, "email-env = \"NAME\" names the variable that holds the e-mail", Show::Key);
    }
    if folded == "timeout" {
        let why = format!("`{key_shown}` is an option of the command line");
        return shown_at(source, span, &why, "bbdoctor preflight --timeout SECONDS", Show::Key);
    }
    let here = message.split_once("expected ").map_or("", |(_, known)| known);
    let known: Vec<&str> = here.split('`').skip(1).step_by(2).collect();
    let next = match cli::nearest(&folded, &known).as_slice() {
        [] if KEYS.iter().any(|(name, _)| *name == folded) => {
            format!(
                "that belongs {}; known here: {}",
                if known.contains(&"env") { "above the first [[credential]]" } else { "into a [[credential]]" },
                known.join(", ")
            )
        }
        [] => format!("known here: {}", known.join(", ")),
        near => format!("did you mean {}?", near.join(" or ")),
    };
    shown_at(source, span, &format!("unknown key `{key_shown}`"), &next, Show::Key)
}

/// The key that the value at this place belongs to.
fn key_before(source: &str, at: usize) -> &str {
    let before = source.get(..at).unwrap_or_default();
    let mut lines = before.rsplit('\n');
    let line = lines.find(|line| line.contains('=')).unwrap_or_default();
    line.split('=').next().unwrap_or_default().trim().trim_matches(['"', '\''])
}

fn example(key: &str) -> String {
    let known = KEYS.iter().find(|(name, _)| *name == key);
    known.map_or_else(|| "docs/bbdoctor.toml is an example".to_owned(), |(name, value)| format!("for example {name} = {value}"))
}
