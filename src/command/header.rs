//! The value of an Authorization header (RFC 9110, section 11.6.2): scheme, user and secret, and what is wrong with them.

use std::ops::Range;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::checks::{Kind, NoteKind, Scheme, shape};

use super::secrets::Secrets;
use super::shell::{OPAQUE, is_odd_space};
use super::spelled::Spelled;

/// What such a value says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Authorization {
    pub(crate) scheme: Option<Scheme>,
    pub(crate) scheme_at: Option<Range<usize>>,
    pub(crate) user: Option<Spelled>,
    pub(crate) secret: Option<Spelled>,
    pub(crate) secret_at: Option<Range<usize>>,
    /// Whether the secret comes from a substitution that is not run.
    pub(crate) opaque: bool,
    pub(crate) notes: Vec<(NoteKind, String, Option<Range<usize>>)>,
}

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Reads the value of an Authorization header, and hides what must not be shown.
pub(crate) fn read(value: &Spelled, secrets: &mut Secrets) -> Authorization {
    let mut found = Authorization::default();
    let value = stripped(value, &mut found);
    let text = value.as_str();
    let end = text.find(|c: char| c.is_whitespace() || is_odd_space(c)).unwrap_or(text.len());
    let (word, rest) = (value.to(end), value.from(end));
    if let Some(odd) = rest.as_str().chars().next().filter(|c| is_odd_space(*c)) {
        let at = rest.to(odd.len_utf8()).span();
        found.notes.push((
            NoteKind::StrayCharacters,
            "a character that only looks like a space follows the scheme word".into(),
            at,
        ));
    }
    let rest = trimmed_odd(&rest);
    let lower = word.as_str().to_ascii_lowercase();
    match lower.as_str() {
        "bearer" => {
            found.scheme = Some(Scheme::Bearer);
            found.scheme_at = word.span();
            if word.as_str() != "Bearer" {
                let text = format!("the scheme is written `{}`; `Bearer` is the usual spelling", word.as_str());
                found.notes.push((NoteKind::Remark, text, word.span()));
            }
            bearer(&rest, secrets, &mut found);
        }
        "basic" => {
            found.scheme = Some(Scheme::Basic);
            found.scheme_at = word.span();
            basic(&rest, secrets, &mut found);
        }
        _ if rest.is_empty() => no_scheme(&word, &mut found),
        "oauth" if rest.as_str().contains("oauth_consumer_key") => {
            found.scheme_at = word.span();
            found.notes.push((NoteKind::OauthClient, "this is an OAuth 1 header; only OAuth 2 is left".into(), word.span()));
            for part in rest.split(',') {
                if let Some((_, value)) = part.split_once('=').filter(|(name, _)| name.as_str().contains("consumer_key")) {
                    found.secret_at = value.span();
                }
            }
        }
        _ => {
            found.scheme_at = word.span();
            let shown = if is_token(word.as_str()) { "…" } else { word.as_str() };
            let known = ["token", "jwt", "oauth", "digest", "ntlm", "negotiate", "apikey", "key", "pat", "x-token-auth"];
            let near = ["bear", "brear", "baer", "basi", "bsic", "baisc"].iter().any(|near| lower.starts_with(near));
            let text = if near || known.contains(&lower.as_str()) || lower.ends_with([':', '=', ',']) {
                format!("`{shown}` is not a scheme that Bitbucket knows here: `Basic` or `Bearer`")
            } else {
                format!("no scheme word stands before the secret: `{shown}` is none")
            };
            found.notes.push((NoteKind::HeaderMalformed, text, word.span()));
            secret(&rest, &mut found);
        }
    }
    found
}

/// Without white space at both ends. A program takes off spaces and tabs, not what only looks like one.
fn stripped(value: &Spelled, found: &mut Authorization) -> Spelled {
    let text = value.as_str();
    let plain = text.trim_start_matches(|c: char| c.is_ascii_whitespace());
    if let Some(odd) = plain.chars().next().filter(|c| is_odd_space(*c)) {
        let start = text.len() - plain.len();
        found.notes.push((
            NoteKind::StrayCharacters,
            "a character that only looks like a space stands before the scheme word, and is sent".into(),
            value.part(start..start + odd.len_utf8()).span(),
        ));
    }
    trimmed_odd(value)
}

/// Without white space and look-alikes at both ends.
fn trimmed_odd(value: &Spelled) -> Spelled {
    let text = value.as_str();
    let start = text.len() - text.trim_start_matches(|c: char| c.is_whitespace() || is_odd_space(c)).len();
    value.from(start).trimmed()
}

fn no_scheme(word: &Spelled, found: &mut Authorization) {
    if word.is_empty() {
        return;
    }
    for scheme in ["Bearer", "Basic"] {
        let glued = word.as_str().get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
        let after = word.from(scheme.len());
        if glued && !after.is_empty() {
            let length = after.as_str().len() - after.as_str().trim_start_matches([':', '=', ',', '_']).len();
            found.scheme_at = word.to(scheme.len() + length).span();
            let text = format!("a space, and nothing else, stands between `{scheme}` and the secret");
            found.notes.push((NoteKind::HeaderMalformed, text, found.scheme_at.clone()));
            return secret(&after.from(length), found);
        }
    }
    let text = if shape::unexpanded(word.as_str()).is_some() {
        "no scheme word is to be seen: unless the variable holds it, the header has none"
    } else {
        "the scheme word is missing: such a header counts as no credential at all"
    };
    found.notes.push((NoteKind::HeaderMalformed, text.into(), word.span()));
    match word.split_once(':') {
        Some((user, rest)) if !user.is_empty() => {
            found.user = Some(user);
            secret(&rest, found);
        }
        _ => secret(word, found),
    }
}

fn secret(value: &Spelled, found: &mut Authorization) {
    if value.as_str().contains(OPAQUE) {
        found.opaque = true;
        found.secret_at = value.span();
        return;
    }
    found.secret_at = value.span();
    found.secret = Some(value.clone());
}

fn malformed(found: &mut Authorization, text: &str, at: Option<Range<usize>>) {
    found.notes.push((NoteKind::HeaderMalformed, text.to_owned(), at));
}

fn bearer(rest: &Spelled, secrets: &mut Secrets, found: &mut Authorization) {
    let text = rest.as_str();
    let lower = text.to_ascii_lowercase();
    if rest.is_empty() {
        return malformed(found, "nothing stands after `Bearer`", found.scheme_at.clone());
    }
    for again in ["bearer", "basic"] {
        if let Some(after) = lower.strip_prefix(again).filter(|a| a.starts_with(' ') || a.starts_with(':')) {
            let start = text.len() - after.len();
            malformed(found, "the scheme word stands there twice", rest.to(again.len()).span());
            let inner = rest.from(start + 1).trimmed();
            if again == "basic" {
                found.scheme = None;
                return basic(&inner, secrets, found);
            }
            return secret(&inner, found);
        }
    }
    if shape::unexpanded(text).is_some() {
        // `$env:NAME` has a colon of its own.
        return secret(rest, found);
    }
    if let Some((user, after)) = rest.split_once(':').filter(|(user, after)| !user.is_empty() && !after.is_empty()) {
        malformed(found, "a pair of user and secret stands after `Bearer`, which takes the secret alone", user.span());
        found.user = Some(user);
        return secret(&after, found);
    }
    // A token that an app of Connect makes itself has claims of its own (Atlassian, "Understanding JWT for Connect apps").
    if text.starts_with("eyJ") && text.split('.').nth(1).and_then(decode).is_some_and(|claims| claims.contains("\"qsh\"")) {
        malformed(found, "a token that an app of Connect signs goes as `JWT`, not as `Bearer`", found.scheme_at.clone());
        return secret(rest, found);
    }
    // A pair in base64 after Bearer.
    if text.len() >= 24
        && !is_token(text)
        && let Some(pair) = decode(text).filter(|pair| pair.contains(':') && is_text(pair))
        // Chance makes no text of sixteen printable characters and a colon.
        && pair.split_once(':').is_some_and(|(user, token)| !user.is_empty() && !token.is_empty())
        && pair.bytes().all(|b| b.is_ascii_graphic())
    {
        malformed(found, "base64 of a pair stands after `Bearer`; that is how `Basic` is written", rest.span());
        return take_pair(&pair, rest, secrets, found);
    }
    secret(rest, found);
}

fn basic(rest: &Spelled, secrets: &mut Secrets, found: &mut Authorization) {
    let text = rest.as_str();
    if rest.is_empty() {
        return malformed(found, "nothing stands after `Basic`", found.scheme_at.clone());
    }
    if text.contains(OPAQUE) {
        return secret(rest, found);
    }
    // Stars, dots or an ellipsis inside it: who shows it hid a part.
    if text.contains(['*', '…', '•']) || text.contains("...") {
        let text = "a part of it is hidden in the text: it cannot be judged or tried";
        found.notes.push((NoteKind::Remark, text.into(), rest.span()));
        found.secret_at = rest.span();
        return;
    }
    if shape::masked(text) || shape::stands_for_nothing(text) {
        return secret(rest, found);
    }
    if let Some(after) = text.get(..6).filter(|s| s.eq_ignore_ascii_case("basic ")).and(text.get(6..)) {
        malformed(found, "the scheme word stands there twice", rest.to(5).span());
        let start = text.len() - after.len();
        return basic(&rest.from(start).trimmed(), secrets, found);
    }
    if let Some(after) = text.get(..7).filter(|s| s.eq_ignore_ascii_case("bearer ")).and(text.get(7..)) {
        malformed(found, "two scheme words stand there: `Basic` and `Bearer`", rest.to(6).span());
        found.scheme = None;
        let start = text.len() - after.len();
        return secret(&rest.from(start).trimmed(), found);
    }
    if let Some((user, after)) = rest.split_once(':').filter(|(user, _)| !user.is_empty()) {
        malformed(found, "`Basic` takes the base64 of user:secret, not the text itself", rest.span());
        found.user = Some(user);
        return secret(&after, found);
    }
    // Base64 of a short pair may look like a token by its length: what decodes to a pair is one.
    let pair = decode(text).is_some_and(|pair| is_text(&pair) && pair.contains(':'));
    if is_token(text) && !pair {
        malformed(found, "`Basic` takes the base64 of user:secret; this is the token itself", rest.span());
        return secret(rest, found);
    }
    let compact: String = text.chars().filter(|c| !c.is_whitespace() && !is_odd_space(*c)).collect();
    if compact.len() != text.len() {
        let text = "white space stands inside the base64 text";
        found.notes.push((NoteKind::StrayCharacters, text.into(), rest.span()));
    }
    match decode(&compact) {
        Some(wide) if narrow(&wide).is_some_and(|pair| is_text(&pair)) => {
            let text = "the base64 text is of UTF-16, as PowerShell's Encoding::Unicode makes it: Encoding::UTF8 is right";
            malformed(found, text, rest.span());
            take_pair(narrow(&wide).unwrap_or_default().trim_end(), rest, secrets, found);
        }
        Some(pair) if is_text(&pair) => {
            let line_end = pair.ends_with(['\n', '\r']);
            if line_end {
                let text = "the base64 text ends in an encoded newline: `echo` adds one, `printf %s` does not";
                found.notes.push((NoteKind::StrayCharacters, text.into(), rest.span()));
            }
            let twice = decode(pair.trim()).filter(|inner| is_text(inner) && inner.contains(':'));
            if let Some(inner) = twice.filter(|_| !pair.contains(':')) {
                malformed(found, "the pair is encoded twice: once is right", rest.span());
                return take_pair(inner.trim_end(), rest, secrets, found);
            }
            if !pair.contains(':') {
                let inner = pair.trim();
                let words = inner.get(..7).filter(|s| s.eq_ignore_ascii_case("bearer ")).map(|_| inner[7..].trim());
                if let Some(token) = words {
                    malformed(found, "the base64 text decodes to `Bearer` and a token; user:secret belongs there", rest.span());
                    if let Some(at) = rest.own_span() {
                        secrets.hide(at, None);
                    }
                    return secret(&rest.standing_for(token), found);
                }
                let text = if inner.contains('@') || is_token(inner) {
                    "the base64 text decodes to one word; user, colon and secret belong there"
                } else {
                    "the base64 text decodes to something without a colon; user:secret belongs there"
                };
                malformed(found, text, rest.span());
                if let Some(at) = rest.own_span() {
                    secrets.hide(at, None);
                }
                return secret(&rest.standing_for(inner), found);
            }
            take_pair(&pair, rest, secrets, found);
        }
        _ => {
            malformed(found, "what follows `Basic` is not base64", rest.span());
            secret(rest, found);
        }
    }
}

fn take_pair(pair: &str, encoded: &Spelled, secrets: &mut Secrets, found: &mut Authorization) {
    if let Some(at) = encoded.own_span() {
        secrets.hide(at, None);
    }
    let (user, token) = pair.split_once(':').unwrap_or(("", pair));
    found.user = Some(encoded.standing_for(user));
    found.secret = Some(encoded.standing_for(token));
    found.secret_at = encoded.span();
}

/// UTF-16 that was read as UTF-8: a zero stands behind every character, or before each.
fn narrow(wide: &str) -> Option<String> {
    let (zeros, letters): (Vec<_>, Vec<_>) = wide.chars().partition(|c| *c == '\0');
    let pair: String = letters.into_iter().collect();
    let alternate = |first: bool| wide.chars().enumerate().all(|(at, c)| (c == '\0') == ((at % 2 == 0) == first));
    (zeros.len() == pair.chars().count() && pair.contains(':') && (alternate(true) || alternate(false))).then_some(pair)
}

/// Text that a person may have encoded: no control characters but line ends.
fn is_text(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

fn is_token(text: &str) -> bool {
    matches!(shape::read(text).kind, Kind::ApiToken | Kind::AccessToken | Kind::AppPassword | Kind::DataCenterToken)
        || text.starts_with("eyJ") && text.matches('.').count() == 2
}

/// Base64 in either alphabet, with or without padding.
pub(crate) fn decode(text: &str) -> Option<String> {
    if text.len() < 4 || text.len() > 65_536 {
        return None;
    }
    let bytes = STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).ok()?;
    String::from_utf8(bytes).ok()
}
