//! Secrets in URLs: in their user information, whatever they lead to, and in parameters that only a query calls so.

use std::ops::Range;

use super::line_behind;
use super::spoken::is_random;

/// Names that say nothing elsewhere; `client_secret` and the like are told by their names wherever they stand.
const PARAMETERS: &[&str] = &["code", "key", "sig"];

/// Passwords in the user information of URLs (RFC 3986, section 3.2.1), whichever of them are read as requests.
pub(super) fn userinfo(source: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, sign) in source.match_indices("://") {
        let start = at + sign.len();
        // A text of nothing but URLs is not read to its end for each.
        let rest = line_behind(source, start);
        let stop = rest.find(|c: char| c.is_whitespace() || "\"'`<>|\\".contains(c)).unwrap_or(rest.len());
        // The last `@` with a host behind it: characters that end an authority may stand unencoded in a password.
        let host = |at: &usize| {
            let name = rest[at + 1..stop].split(['/', ':', '?', '#', ')', ',', ';']).next().unwrap_or_default();
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
        };
        let Some(end) = rest[..stop].rmatch_indices('@').map(|(at, _)| at).find(host) else { continue };
        let Some(colon) = rest[..end].find(':') else {
            // A token alone.
            if is_random(&rest[..end]) {
                found.push(start..start + end);
            }
            continue;
        };
        // A path with an `@` in it has no user information.
        if !rest[..colon].contains('/') && end - colon > 1 {
            found.push(start + colon + 1..start + end);
        }
    }
    found
}

/// Where the values of such parameters stand: behind `?`, `&` or `;`, and as they look inside another URL's query.
pub(super) fn parameters(source: &str) -> Vec<Range<usize>> {
    let lower = source.to_ascii_lowercase();
    let mut found = Vec::new();
    for (sign, equals, ends) in
        [("?", "=", "&"), ("&", "=", "&"), (";", "=", "&"), ("#", "=", "&"), ("%3f", "%3d", "%26"), ("%26", "%3d", "%26")]
    {
        for (at, _) in lower.match_indices(sign) {
            let name = at + sign.len();
            let within = (name..=(name + 7).min(lower.len())).rev().find(|end| lower.is_char_boundary(*end)).unwrap_or(name);
            let Some(length) = lower[name..within].find(equals) else { continue };
            if !PARAMETERS.contains(&&lower[name..name + length]) {
                continue;
            }
            let start = name + length + equals.len();
            let rest = &source[start..];
            let stop = rest.find(|c: char| c.is_whitespace() || "&\"'`<>;,)}]|\\".contains(c)).unwrap_or(rest.len());
            let end = lower[start..start + stop].find(ends).unwrap_or(stop);
            // `code=200` is a number of an error.
            let least = if &lower[name..name + length] == "code" { 8 } else { 4 };
            if end >= least {
                found.push(start..start + end);
            }
        }
    }
    found
}
