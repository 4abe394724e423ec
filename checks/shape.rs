//! What the text of a secret tells about its kind, and whether it is whole (section 1 of the facts).
//!
//! The text is read once, by the front end that found it; only the [`Shape`] goes on.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::{Certainty, Jwt, Kind, Shape, UserForm};

/// What [`read`] found.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The kind that the text looks like.
    pub kind: Kind,
    /// How sure that is.
    pub certainty: Certainty,
    /// Everything else. [`Shape::fingerprint`] is left open: it needs SHA-256, which the caller has.
    pub shape: Shape,
    /// The text without the stray characters: this is what can be sent.
    pub cleaned: String,
}

/// Reads the text of a secret.
#[must_use]
pub fn read(text: &str) -> Reading {
    let (cleaned, stray) = clean(text);
    let mut shape = Shape { stray, length: u32::try_from(cleaned.chars().count()).unwrap_or(u32::MAX), ..Shape::default() };
    shape.unexpanded = unexpanded(&cleaned);
    shape.masked = masked(&cleaned);
    if shape.unexpanded.is_none() && !shape.masked {
        shape.placeholder = placeholder(&cleaned);
    }
    let (kind, certainty) = if shape.masked {
        shape.stray.clear();
        masked_kind(&cleaned, &mut shape)
    } else if shape.unexpanded.is_some() || shape.placeholder.is_some() {
        (Kind::Unknown, Certainty::Possible)
    } else {
        kind_of(&cleaned, &mut shape)
    };
    Reading { kind, certainty, shape, cleaned }
}

/// Whether this kind has a token that may be shown by its fingerprint: recognised, and long enough not to be guessed.
#[must_use]
pub fn has_fingerprint(kind: Kind, shape: &Shape) -> bool {
    shape.length >= 30
        && matches!(kind, Kind::ApiToken | Kind::AccessToken | Kind::OauthToken | Kind::AppPassword | Kind::DataCenterToken)
}

/// The form of a user name beside this secret.
#[must_use]
pub fn user_form(user: &str) -> UserForm {
    let name = user.trim();
    let lower = name.to_ascii_lowercase();
    match lower.as_str() {
        "" => UserForm::Empty,
        "x-bitbucket-api-token-auth" => UserForm::ApiTokenStatic,
        "x-token-auth" => UserForm::AccessTokenStatic,
        "git"
        | "oauth"
        | "oauth2"
        | "x-auth-token"
        | "x-access-token"
        | "x-oauth-basic"
        | "token"
        | "bearer"
        | "gitlab-ci-token"
        | "x-bitbucket-token-auth"
        | "private-token"
        | "pat" => UserForm::ForeignStatic,
        _ if name.len() >= 24
            && matches!(read(name).kind, Kind::ApiToken | Kind::AccessToken | Kind::AppPassword | Kind::OauthToken) =>
        {
            UserForm::Token
        }
        _ if unexpanded(name).is_some() || placeholder(name).is_some() || masked(name) => UserForm::Placeholder,
        _ if name.contains('@') => UserForm::Email,
        _ => UserForm::Name,
    }
}

const PREFIX_API: &str = "ATATT3";
const PREFIX_ACCESS: &str = "ATCTT3";

/// Fact `checksum`: the last eight characters are the CRC-32 of everything before them, `=` included.
#[must_use]
pub fn checksum(token_without_checksum: &str) -> String {
    let mut text = String::new();
    for shift in (0..8).rev() {
        let digit = crc32fast::hash(token_without_checksum.as_bytes()) >> (shift * 4) & 0xF;
        text.push(char::from_digit(digit, 16).map_or('0', |c| c.to_ascii_uppercase()));
    }
    text
}

fn kind_of(text: &str, shape: &mut Shape) -> (Kind, Certainty) {
    let length = text.chars().count();
    if text.starts_with("ATAT") && text.len() > 20 || text.starts_with(PREFIX_API) {
        shape.prefix = Some(if text.starts_with(PREFIX_API) { PREFIX_API } else { "ATAT" }.into());
        atlassian_tail(text, shape);
        return (Kind::ApiToken, Certainty::Certain);
    }
    if text.starts_with("ATCT") && text.len() > 20 || text.starts_with(PREFIX_ACCESS) {
        shape.prefix = Some(if text.starts_with(PREFIX_ACCESS) { PREFIX_ACCESS } else { "ATCT" }.into());
        atlassian_tail(text, shape);
        // The prefix is shared with Atlassian organisation API keys (fact `kind-access-token`).
        return (Kind::AccessToken, Certainty::Likely);
    }
    if text.starts_with("ATBB") && (28..=44).contains(&length) {
        shape.prefix = Some("ATBB".into());
        shape.alphabet_fits = Some(text.bytes().all(|b| b.is_ascii_alphanumeric()));
        return (Kind::AppPassword, Certainty::Certain);
    }
    if text.starts_with("BBDC-") {
        shape.prefix = Some("BBDC-".into());
        return (Kind::DataCenterToken, Certainty::Certain);
    }
    if let Some(product) = foreign_product(text) {
        shape.product = Some(product.into());
        return (Kind::OtherProduct, Certainty::Certain);
    }
    if let Some(jwt) = read_jwt(text) {
        let certainty = if jwt.oidc || jwt.connect { Certainty::Possible } else { Certainty::Likely };
        if jwt.oidc {
            shape.product = Some("a pipeline step's OIDC token, for services outside Bitbucket".into());
        }
        let kind = if jwt.oidc { Kind::OtherProduct } else { Kind::OauthToken };
        shape.jwt = Some(jwt);
        return (kind, certainty);
    }
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if length == 44 && text.ends_with('=') && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b)) {
        // Fact `kind-data-center`: the older form. Jira Data Center tokens have the same one.
        return (Kind::DataCenterToken, Certainty::Possible);
    }
    if plain && (80..=120).contains(&length) || text.ends_with('=') && (80..=120).contains(&length) {
        return (Kind::OauthToken, Certainty::Possible);
    }
    if plain && length == 24 && mixed(text) {
        // Fact `kind-api-token`: the older form without a prefix; every one of them has expired (`api-token-life`).
        return (Kind::ApiToken, Certainty::Possible);
    }
    if plain && (length == 18 || length == 32 || length == 76) && mixed(text) {
        return (Kind::OauthClient, Certainty::Possible);
    }
    if length < 40 {
        return (Kind::Password, Certainty::Possible);
    }
    (Kind::Unknown, Certainty::Possible)
}

/// Letters of both cases and digits: what a generator makes rather than a person.
fn mixed(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit())
        && text.bytes().any(|b| b.is_ascii_lowercase())
        && text.bytes().any(|b| b.is_ascii_uppercase())
}

fn atlassian_tail(text: &str, shape: &mut Shape) {
    let tail_ok = |tail: &str| tail.len() == 8 && tail.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b));
    let body_ok = |body: &str| body.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    match text.rfind('=') {
        Some(at) => {
            let (body, tail) = (&text[..at], &text[at + 1..]);
            shape.tail_present = Some(tail_ok(tail));
            shape.alphabet_fits = Some(body_ok(body) && tail.bytes().all(|b| b.is_ascii_hexdigit()));
            shape.checksum_fits = Some(tail_ok(tail) && checksum(&text[..=at]) == tail);
        }
        None => {
            shape.tail_present = Some(false);
            shape.alphabet_fits = Some(body_ok(text));
            shape.checksum_fits = Some(false);
        }
    }
}

fn foreign_product(text: &str) -> Option<&'static str> {
    const KNOWN: &[(&str, usize, &str)] = &[
        ("ghp_", 30, "GitHub"),
        ("gho_", 30, "GitHub"),
        ("ghs_", 30, "GitHub"),
        ("ghu_", 30, "GitHub"),
        ("github_pat_", 30, "GitHub"),
        ("glpat-", 20, "GitLab"),
        ("gldt-", 20, "GitLab"),
        ("glcbt-", 20, "GitLab"),
        ("ATOAT", 20, "an Atlassian OAuth app (Jira, Confluence)"),
        ("ATSTT", 20, "Atlassian Statuspage or another Atlassian service"),
        ("ATPTT", 20, "another Atlassian product"),
        ("AKIA", 20, "AWS"),
        ("xoxb-", 20, "Slack"),
        ("npm_", 30, "npm"),
        ("sqp_", 30, "SonarQube"),
        ("hf_", 30, "Hugging Face"),
        ("glsa_", 30, "Grafana"),
    ];
    KNOWN.iter().find(|(prefix, least, _)| text.starts_with(prefix) && text.len() >= *least).map(|(_, _, product)| *product)
}

/// The claims of a JWT (RFC 7519), where the text is one.
fn read_jwt(text: &str) -> Option<Jwt> {
    let mut parts = text.split('.');
    let (header, payload, signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || !header.starts_with("eyJ") || signature.is_empty() || text.len() > 16_384 {
        return None;
    }
    let decode = |part: &str| -> Option<serde_json::Value> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()?).ok()
    };
    decode(header)?;
    // A payload that does not decode (a pasted one that lost characters) is still a JWT by its header.
    let claims = decode(payload).unwrap_or_default();
    let text_of = |name: &str| claims.get(name).map(ToString::to_string).unwrap_or_default();
    let issuer = text_of("iss");
    Some(Jwt {
        expires: claims.get("exp").and_then(|v| v.as_i64().or_else(|| v.as_f64().map(|f| f as i64))),
        oidc: issuer.contains("/oidc") || text_of("aud").contains("ari:cloud:bitbucket") || claims.get("stepUuid").is_some(),
        connect: claims.get("qsh").is_some(),
    })
}

/// The name of a variable that was not expanded, or the word that stands for nothing.
#[must_use]
pub fn unexpanded(text: &str) -> Option<String> {
    let name_ok = |name: &str| {
        !name.is_empty()
            && name.len() <= 80
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-: ".contains(&b))
            && name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_' || b == b' ')
    };
    if text.is_empty() {
        return Some("empty".into());
    }
    if matches!(text, "null" | "undefined" | "None" | "nil" | "NULL" | "NaN" | "[object Object]") {
        return Some(text.into());
    }
    let wrapped = [("${{", "}}"), ("{{", "}}"), ("${", "}"), ("$(", ")"), ("%", "%"), ("<%=", "%>"), ("#{", "}"), ("@@", "@@")];
    for (open, close) in wrapped {
        if let Some(name) = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)).filter(|name| name_ok(name.trim()))
        {
            return Some(name.trim().into());
        }
    }
    let name = text.strip_prefix("$env:").or_else(|| text.strip_prefix('$'))?;
    let plain = name_ok(name) && !name.contains([' ', ':', '-']) && name.bytes().any(|b| b.is_ascii_alphabetic());
    plain.then(|| name.into())
}

/// Whether somebody hid what it is before showing it: stars, dots, an ellipsis, a word that says so, or nothing but the
/// beginning that all tokens of a kind share.
#[must_use]
pub fn masked(text: &str) -> bool {
    let inner = text.trim_matches(['<', '>', '[', ']', '(', ')', '{', '}']);
    let is_dot = |c: char| matches!(c, '*' | '•' | '●' | '·' | '█' | '.' | '…' | '#');
    let hides = |text: &str| text.contains('…') || ["...", "***", "•••", "●●●", "███"].iter().any(|run| text.contains(run));
    let words: String = inner.to_ascii_lowercase().chars().filter(char::is_ascii_alphabetic).collect();
    let says = ["redacted", "hidden", "masked", "removed", "snip", "censored", "obfuscated"]
        .iter()
        .any(|word| words.ends_with(word) && words.len() <= word.len() + 16);
    let atlassian = MASKED_KINDS.iter().any(|(prefix, _)| text.starts_with(prefix));
    let says = says || matches!(text.chars().next(), Some('[' | '<' | '(')) && MASKS.contains(&words.as_str());
    let run_of_x = || text.to_ascii_lowercase().contains("xxxx") && text.len() < 60;
    !inner.is_empty() && inner.chars().all(is_dot) && hides(inner)
        || says && text.len() < 60 && !text.bytes().any(|b| b.is_ascii_digit())
        || atlassian && (hides(text) || run_of_x() || says || text.len() <= 12)
}

/// What programs write in brackets in the place of a secret: `[FILTERED]` (Rails), `[secure]` (Travis, semantic-release).
const MASKS: [&str; 8] = ["filtered", "secure", "private", "protected", "sanitized", "scrubbed", "sensitive", "sensitivevalue"];

const MASKED_KINDS: [(&str, Kind); 3] = [("ATATT", Kind::ApiToken), ("ATCTT", Kind::AccessToken), ("ATBB", Kind::AppPassword)];

/// What the part that is shown tells.
fn masked_kind(text: &str, shape: &mut Shape) -> (Kind, Certainty) {
    let Some((prefix, kind)) = MASKED_KINDS.iter().find(|(prefix, _)| text.starts_with(prefix)) else {
        return (Kind::Unknown, Certainty::Possible);
    };
    shape.prefix = Some((*prefix).into());
    (*kind, Certainty::Likely)
}

/// The beginning of a masked text that is still to be seen.
#[must_use]
pub fn shown_of_masked(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '='))).unwrap_or(text.len());
    let end = text[..end].to_ascii_lowercase().find("xxxx").unwrap_or(end);
    text.get(..end).unwrap_or_default()
}

/// Whether the text is no secret: a placeholder, a variable, or masked so that nothing of it is left.
#[must_use]
pub fn stands_for_nothing(text: &str) -> bool {
    let shape = read(text).shape;
    shape.unexpanded.is_some() || shape.placeholder.is_some() || shape.masked && shape.prefix.is_none()
}

/// Sample words, single braces or angle brackets of a documentation example. A UUID in braces is none.
#[must_use]
pub fn placeholder(text: &str) -> Option<String> {
    if text.len() > 80 || text.is_empty() {
        return None;
    }
    for (open, close) in [('<', '>'), ('{', '}'), ('[', ']')] {
        if let Some(inner) = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)) {
            let uuid = inner.len() == 36 && inner.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
            if !uuid && !inner.is_empty() && inner.bytes().any(|b| b.is_ascii_alphabetic()) && !inner.contains(['{', '"']) {
                return Some(inner.into());
            }
        }
    }
    let words: String = text.to_ascii_lowercase().replace(['-', '_', ' ', '.'], "");
    let telling = [
        "yourtoken",
        "youraccesstoken",
        "yourapitoken",
        "yourapppassword",
        "yourpassword",
        "yourusername",
        "youremail",
        "yoursecret",
        "myapitoken",
        "mytoken",
        "apitoken",
        "accesstoken",
        "apppassword",
        "tokenhere",
        "pasteyourtokenhere",
        "insertyourtokenhere",
        "yourtokenhere",
        "bitbuckettoken",
        "bitbucketapitoken",
        "changeme",
        "replaceme",
        "token",
        "secret",
        "yourworkspace",
        "workspaceid",
        "reposlug",
        "youremail@examplecom",
    ];
    (is_run_of_x(text)
        || telling.contains(&words.as_str())
        || (words.starts_with("your") && words.len() < 40 && !words.chars().any(|c| c.is_ascii_digit())))
    .then(|| text.to_string())
}

/// Whether it is three `x` or more and nothing else: as in samples, and as people mask what they show.
#[must_use]
pub fn is_run_of_x(text: &str) -> bool {
    let is_x = |c: char| matches!(c, 'x' | 'X');
    text.chars().filter(|c| is_x(*c)).count() >= 3 && text.chars().all(|c| is_x(c) || matches!(c, '-' | '_' | ' ' | '.'))
}

/// Examples put them around what is to be filled in, and some people fill in what stands between.
const BRACKETS: [(char, char); 4] = [('<', '>'), ('[', ']'), ('{', '}'), ('(', ')')];

/// Whether it is a token and no name of one, such as `ATLASSIAN_TOKEN`; brackets may stand around that one too.
fn begins_a_token(text: &str) -> bool {
    let text = text.trim_start_matches(['<', '[', '{', '(', ' ']);
    text.len() > 30 && ["ATATT3", "ATCTT3", "ATBB", "BBDC-", "eyJ"].iter().any(|start| text.starts_with(start))
}

/// Takes off what does not belong to a token, and says what it was.
fn clean(text: &str) -> (String, Vec<String>) {
    let mut stray = Vec::new();
    let mut say = |what: &str| {
        if !stray.iter().any(|s: &String| s == what) {
            stray.push(what.to_string());
        }
    };
    let mut rest = text;
    if rest.starts_with('\u{feff}') {
        say("a byte order mark at the start");
    }
    loop {
        let before = rest;
        let (first, last) = (rest.chars().next(), rest.chars().next_back());
        if let Some(c) = first.filter(|c| is_stray(*c)) {
            say(&alloc::format!("{} at the start", name_of(c)));
            rest = &rest[c.len_utf8()..];
        } else if let Some(c) = last.filter(|c| is_stray(*c)) {
            say(&alloc::format!("{} at the end", name_of(c)));
            rest = &rest[..rest.len() - c.len_utf8()];
        } else if let (Some(a), Some(b)) = (first, last) {
            let quotes = [('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”'), ('‘', '’'), ('„', '“'), ('«', '»')];
            if rest.chars().count() > 1 && quotes.contains(&(a, b)) {
                say("quotes around it");
                rest = &rest[a.len_utf8()..rest.len() - b.len_utf8()];
            } else if BRACKETS.contains(&(a, b)) && begins_a_token(&rest[1..rest.len() - 1]) {
                say("brackets around it");
                rest = &rest[1..rest.len() - 1];
            } else if rest.len() > 20 && (is_quote(b) || b == '\\' || b == ',' || b == ';') {
                say(&alloc::format!("{} at the end", name_of(b)));
                rest = &rest[..rest.len() - b.len_utf8()];
            } else if rest.len() > 20 && (is_quote(a) || a == '\\') {
                say(&alloc::format!("{} at the start", name_of(a)));
                rest = &rest[a.len_utf8()..];
            }
        }
        if rest == before {
            break;
        }
    }
    let token_like = rest.starts_with("AT") || rest.starts_with("eyJ") || rest.starts_with("BBDC-");
    let mut cleaned = String::with_capacity(rest.len());
    for c in rest.chars() {
        // White space inside a pass phrase may belong to it; inside a token's alphabet it never does.
        let inside = (c.is_control() || is_invisible(c)) || token_like && (c.is_whitespace() || c == '\\' || is_quote(c));
        if inside {
            say(&alloc::format!("{} inside it", name_of(c)));
        } else {
            cleaned.push(c);
        }
    }
    (cleaned, stray)
}

fn is_stray(c: char) -> bool {
    c.is_whitespace() || c.is_control() || is_invisible(c)
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`' | '“' | '”' | '‘' | '’' | '„' | '«' | '»')
}

/// Characters without width that survive copying from web pages and chat programs.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}')
}

fn name_of(c: char) -> &'static str {
    match c {
        '\n' => "a newline",
        '\r' => "a carriage return",
        '\t' => "a tab",
        ' ' => "a space",
        '\u{a0}' | '\u{202f}' => "a non-breaking space",
        '\\' => "a backslash",
        ',' => "a comma",
        ';' => "a semicolon",
        c if is_quote(c) => "a quote",
        c if c.is_whitespace() => "white space",
        _ => "an invisible character",
    }
}
