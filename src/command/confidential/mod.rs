//! Secrets that no command uses, told by what stands around them: a value behind a name that says what it is, a cookie, the
//! user part of any URL, a key between its lines, a word in prose. They are hidden in what is shown and are judged by nothing.
//!
//! Showing too little of a pasted text costs a word; showing too much costs a credential. So a name is enough where a program
//! wrote it (`=`, a header, a field, an option), and in prose, where "token expired" is no secret, the word has to look like one.

mod options;
mod spoken;
mod urls;

use std::ops::Range;

use crate::checks::shape;

pub(super) use self::spoken::looks_secret;

/// Parts of a name that say that its value is secret.
const TELLING: &[&str] = &[
    "password",
    "passwort",
    "passwd",
    "passphrase",
    "passcode",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "accesskey",
    "access_key",
    "access-key",
    "privatekey",
    "private_key",
    "private-key",
    "credential",
    "jsessionid",
    "sessionid",
    "session_id",
    "signature",
    "app_pass",
    "app-pass",
    "assertion",
    "code_verifier",
    "cookie",
    "securestring",
];

/// Names, and last words of names, that say it by themselves.
const TELLING_WORDS: &[&str] = &["pass", "pwd", "pw", "_auth", "authorization", "pat", "jwt", "session", "otp", "sid", "bearer"];

/// Names that hold one of these and are none: what a token is for, where it is, of which kind.
const PLAIN: &[&str] = &[
    "_url",
    "_uri",
    "_type",
    "_file",
    "_path",
    "_id",
    "_name",
    "_user",
    "_env",
    "-url",
    "-type",
    "-file",
    "-env",
    "-name",
    "_method",
    "_key_id",
    "_expires_in",
    "expires",
    "scopes",
    "-stdin",
    "x-token-auth",
    "x-bitbucket-api-token-auth",
    "x-oauth-scopes",
    "x-credential-type",
    "cookie-jar",
    "cookiejar",
    "cookiefile",
    "credentialsid",
    "credential.helper",
    "helper",
    "credential.username",
    "access-control-allow-credentials",
    "variable",
    "keyring",
    "public_key",
    "public-key",
];

/// Where such values stand, in order and apart from each other.
pub(crate) fn places(source: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    found.extend(named(source));
    found.extend(options::cookies(source));
    found.extend(urls::userinfo(source));
    found.extend(urls::parameters(source));
    found.extend(keys(source));
    found.extend(options::options(source));
    found.extend(pairs(source));
    found.extend(spoken::places(source));
    found.retain(|at| at.len() >= 4 && !stands_for_nothing(&source[at.clone()]));
    found.sort_by_key(|at| (at.start, usize::MAX - at.end));
    let mut end = 0;
    found.retain(|at| {
        let apart = at.start >= end;
        end = end.max(at.end);
        apart
    });
    found
}

/// A placeholder, a variable, a masked text, or a word that a setting may well have.
fn stands_for_nothing(text: &str) -> bool {
    let text = text.trim();
    let setting = || {
        ["true", "false", "null", "none", "undefined", "basic", "bearer", "read", "write", "string", "required"]
            .iter()
            .any(|word| text.eq_ignore_ascii_case(word))
    };
    text.len() < 4
        || text.starts_with(['$', '<', '{', '[', '(', '&', '*', '/', '@', '…', '`', '.'])
        || text.starts_with("\\u0024")
        || setting()
        || text.contains('…')
        || text.contains("...")
        // Nothing as long as this is a placeholder, and what is nothing but names is not read to its end for each.
        || text.len() <= 256 && shape::stands_for_nothing(text)
}

/// Whether a name says that its value is secret.
pub(crate) fn is_telling(name: &str) -> bool {
    let lower = name.trim_matches(['-', '"', '\'', '$', '/', ':']).to_ascii_lowercase();
    if PLAIN.iter().any(|plain| lower.ends_with(plain)) || lower.len() > 64 {
        return false;
    }
    let last = lower.rsplit(['.', '-', ':', ' ']).next().unwrap_or_default();
    let word = last.rsplit('_').next().unwrap_or_default();
    TELLING.iter().any(|part| lower.contains(part)) || TELLING_WORDS.contains(&last) || TELLING_WORDS.contains(&word)
}

const fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// `NAME=value`, `"name": "value"`, `Name: value`, `<name>value</name>`, and the same with the signs percent-encoded.
fn named(source: &str) -> Vec<Range<usize>> {
    let bytes = source.as_bytes();
    let mut found = Vec::new();
    for (at, sign) in bytes.iter().enumerate().filter(|(_, byte)| matches!(byte, b'=' | b':' | b'>' | b'%')) {
        let encoded = *sign == b'%';
        let signs = if encoded { 3 } else { 1 };
        if encoded && !source.get(at + 1..at + 3).is_some_and(|digits| digits.eq_ignore_ascii_case("3d")) {
            continue;
        }
        let mut end = at;
        while end > 0 && matches!(bytes[end - 1], b' ' | b'\t' | b'"' | b'\'' | b'\\' | b'=' | b']') && at - end < 6 {
            end -= 1;
        }
        let start = end - bytes[..end].iter().rev().take(72).take_while(|byte| in_name(**byte)).count();
        // `%26client_secret%3D`: two digits of the sign before it belong to no name.
        let start = if encoded && start >= 1 && bytes[start - 1] == b'%' { (start + 2).min(end) } else { start };
        if start == end || !is_telling(&source[start..end]) {
            continue;
        }
        let tag = start > 0 && bytes[start - 1] == b'<';
        // `a > b` of running text is no tag; `=>` is a sign of hashes.
        if *sign == b'>' && !tag && bytes[end..at].last() != Some(&b'=') {
            continue;
        }
        // The user of a URL, whose secret is found as such, and a scheme's own sign.
        if source[at..].starts_with("://") || *sign == b':' && source[..start].ends_with("//") {
            continue;
        }
        let header = *sign == b':';
        found.extend(value(source, at + signs, header, tag && *sign == b'>', encoded));
    }
    found
}

/// The value that begins here, without its quotes.
fn value(source: &str, from: usize, header: bool, tag: bool, encoded: bool) -> Option<Range<usize>> {
    let rest = line_behind(source, from);
    if tag {
        let end = rest.find('<')?;
        return Some(from..from + end);
    }
    if encoded {
        let end = rest.find(|c: char| c.is_whitespace() || "\"'`<>&;".contains(c)).unwrap_or(rest.len());
        let stop = rest[..end].to_ascii_lowercase().find("%26").unwrap_or(end);
        return Some(from..from + stop);
    }
    let gap = rest.len() - rest.trim_start_matches([' ', '\t', '>']).len();
    let body = &rest[gap..];
    let start = from + gap;
    let first = body.chars().next()?;
    // JSON inside of a quoted word has its quotes escaped.
    let escaped = body.strip_prefix("\\\"").map(|inner| (inner, "\\\""));
    let quoted =
        ['"', '\''].into_iter().find(|quote| *quote == first).map(|quote| (&body[1..], if quote == '"' { "\"" } else { "'" }));
    if let Some((inner, close)) = escaped.or(quoted) {
        let begin = start + close.len();
        let end = closing(inner, close).unwrap_or(inner.len());
        return (end > 0).then(|| in_scheme(source, begin..begin + end));
    }
    let line = body;
    if header {
        // A header or a field of YAML: up to the quote that holds the whole of it.
        let before = line_before(source, from);
        let opened = open_quote(before);
        let quote = |quote| if quote == '"' { "\"" } else { "'" };
        let end = opened.and_then(|(open, _)| closing(line, quote(open))).unwrap_or(line.len());
        let words = line[..end].trim_end();
        let whole = opened.map_or_else(|| alone(before), |(_, at)| before[at + 1..].bytes().all(|b| in_name(b) || b == b':'));
        let spoken = words.contains(' ') && !whole;
        let words = if spoken { words.split(' ').next().unwrap_or_default() } else { words };
        // A word behind a colon may be anything; a secret is not written like one.
        let secret = opened.is_some() && whole || spoken::looks_secret(words.trim_end_matches([',', ';', '}', ')']));
        return (secret && !words.is_empty()).then(|| in_scheme(source, start..start + words.len()));
    }
    let ends = |c: char| c.is_whitespace() || "\"'`<>;&,)}|".contains(c);
    let mut end = line.find(ends).unwrap_or(line.len());
    match open_quote(line_before(source, from)) {
        // A quote inside a word is one of its letters where nothing opened it.
        None if line[end..].starts_with(['"', '\'']) => {
            end = line.find(|c: char| c.is_whitespace() || ";&|".contains(c)).unwrap_or(line.len());
        }
        // Inside of quotes a space ends nothing, unless another field follows.
        Some((quote, _)) => {
            let close = line.find(quote).unwrap_or(line.len());
            let stop = line[..close].find(['&', ';', ',']).unwrap_or(close);
            end = if line[..stop].split(' ').any(|word| word.contains('=') && !word.ends_with('=')) { end } else { stop };
        }
        None => {}
    }
    let text = &line[..end];
    // A variable of a language, its field, a call: the name of a secret, not the secret.
    let code = text.contains('(') || text.contains('.') && text.split('.').all(is_identifier);
    let name = is_identifier(text) && source[..from].trim_end_matches([' ', '=']).ends_with(text);
    if code || name {
        return None;
    }
    Some(start..start + end)
}

/// `Basic xyz`: the scheme stays.
fn in_scheme(source: &str, at: Range<usize>) -> Range<usize> {
    let text = &source[at.clone()];
    let scheme = ["basic ", "bearer ", "token ", "digest ", "negotiate ", "ntlm "]
        .into_iter()
        .find(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    at.start + scheme.map_or(0, str::len)..at.end
}

/// Where the quote closes that opened before.
fn closing(text: &str, close: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + text[from..].find(close)?;
        // A backslash keeps it open; and in prose or in a broken line a quote inside a word closes nothing.
        let inside = text[..at].ends_with(|c: char| c.is_alphanumeric())
            && text[at + close.len()..].starts_with(|c: char| c.is_ascii_alphanumeric());
        if (text[..at].ends_with('\\') && close.len() == 1) || inside {
            from = at + close.len();
            continue;
        }
        return Some(at);
    }
}

/// A name as most languages have them, in small letters.
fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

/// How far the beginning and the end of a line are looked for: a text of one line is not read again for each of its words.
const REACH: usize = 1024;

/// The line up to here, or its last part.
fn line_before(source: &str, to: usize) -> &str {
    let from = (to.saturating_sub(REACH)..=to).find(|at| source.is_char_boundary(*at)).unwrap_or(to);
    source[from..to].rsplit('\n').next().unwrap_or_default()
}

/// What follows in the same line, or its first part.
pub(super) fn line_behind(source: &str, from: usize) -> &str {
    let to = (from..=(from + REACH).min(source.len())).rev().find(|at| source.is_char_boundary(*at)).unwrap_or(from);
    source[from..to].split(['\n', '\r']).next().unwrap_or_default()
}

/// The quote that is open at the end of this piece of a line, and where it stands.
fn open_quote(before: &str) -> Option<(char, usize)> {
    if !before.bytes().any(|byte| matches!(byte, b'"' | b'\'')) {
        return None;
    }
    let mut open = None;
    let mut last = ' ';
    for (at, c) in before.char_indices() {
        match open {
            None if matches!(c, '"' | '\'') && !last.is_alphanumeric() && last != '\\' => open = Some((c, at)),
            Some((quote, _)) if c == quote && last != '\\' => open = None,
            _ => {}
        }
        last = c;
    }
    open
}

/// Whether a line holds nothing but a name in front of its value: a prompt's, a header's, a field's.
fn alone(before: &str) -> bool {
    let name = before.trim_start_matches(['>', '<', '-', '*', '#', ' ', '\t']).trim_end_matches([':', ' ']);
    let prompt = name.to_ascii_lowercase().starts_with("password for ");
    prompt || !name.contains(' ') && !name.is_empty()
}

/// A private key between its first and last line (RFC 7468), or up to the end where that one is missing.
fn keys(source: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, _) in source.match_indices("PRIVATE KEY") {
        let Some(begin) = source[..at].rfind("-----BEGIN").filter(|begin| at - begin < 40) else { continue };
        let Some(head) = line_behind(source, at).find("-----").map(|end| at + end + 5) else { continue };
        if found.last().is_some_and(|last: &Range<usize>| last.end > at) {
            continue;
        }
        if !source[begin..at].contains("END") {
            let end = source[head..].find("-----END").map_or(source.len(), |end| head + end);
            found.push(head..end);
        }
    }
    found
}

/// Base64 behind `Basic`, wherever it stands.
fn pairs(source: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for sign in ["Basic ", "basic "] {
        for (at, _) in source.match_indices(sign) {
            let from = at + sign.len();
            let rest = &source[from..];
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+/_-=".contains(c))).unwrap_or(rest.len());
            let pair = super::header::decode(&rest[..end]).is_some_and(|text| text.contains(':'));
            if pair && end >= 8 {
                found.push(from..from + end);
            }
        }
    }
    found
}
