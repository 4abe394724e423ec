//! From a response to a bounded [`Answer`]: the headers that bear on a diagnosis and the beginning of the body, control
//! characters taken out, secrets replaced.

use std::collections::BTreeMap;

use bbdoctor_checks::{Answer, Ask};
use reqwest::Response;
use reqwest::header::HeaderMap;

use crate::redact::Redactor;

/// How much of a body is read.
const BODY: usize = 64 << 10;
/// How much of a ref advertisement is read: its first lines say what there is to know.
const ADVERTISEMENT: usize = 4 << 10;
/// How much of a body is kept.
const EXCERPT: usize = 16 << 10;
/// How much of a header's value is kept; a full list of scopes has some 1,500 characters.
const VALUE: usize = 4 << 10;

/// Facts `headers`, `server-names`, `401-basic`, `429`, `website`; `date` for the clock, `via` for what stands between.
const CHOSEN: &[&str] = &[
    "content-length",
    "content-type",
    "date",
    "location",
    "proxy-authenticate",
    "retry-after",
    "server",
    "via",
    "www-authenticate",
    "x-accepted-oauth-scopes",
    "x-b3-traceid",
    "x-credential-type",
    "x-oauth-scopes",
    "x-request-id",
    "x-served-by",
    "x-trace-id",
    "x-view-name",
];
const CHOSEN_PREFIX: &str = "x-ratelimit-";

/// Reads an answer to its bounded end.
pub(super) async fn answer(mut response: Response, ask: &Ask, redactor: &Redactor) -> Result<Answer, reqwest::Error> {
    let status = response.status().as_u16();
    let headers = headers(response.headers(), redactor);
    let limit = if matches!(ask, Ask::GitRefs(..)) { ADVERTISEMENT } else { BODY };
    let mut body: Vec<u8> = Vec::new();
    while body.len() < limit {
        match response.chunk().await? {
            Some(chunk) => body.extend_from_slice(&chunk[..chunk.len().min(limit - body.len())]),
            None => break,
        }
    }
    // Redacted before it is cut: half a secret might pass.
    let text = redactor.redact(&String::from_utf8_lossy(&body)).into_owned();
    Ok(Answer { status, headers, excerpt: bounded(&text, EXCERPT, |c| matches!(c, '\n' | '\t')) })
}

fn headers(map: &HeaderMap, redactor: &Redactor) -> BTreeMap<String, String> {
    let mut chosen: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in map {
        let name = name.as_str();
        if !CHOSEN.contains(&name) && !name.starts_with(CHOSEN_PREFIX) || chosen.len() >= 40 {
            continue;
        }
        let mut text = redactor.redact(&String::from_utf8_lossy(value.as_bytes())).into_owned();
        if name == "location" {
            // What follows the path may carry sessions and names; where it leads is what matters.
            text.truncate(text.find(['?', '#']).unwrap_or(text.len()));
            if let Some((scheme, rest)) = text.split_once("://") {
                let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
                text = format!("{scheme}://{host}{path}");
            }
        }
        let text = bounded(&text, VALUE, |_| false);
        chosen
            .entry(name.to_owned())
            .and_modify(|before| {
                if before.len() < VALUE {
                    before.push_str(", ");
                    before.push_str(&text);
                }
            })
            .or_insert(text);
    }
    chosen
}

fn bounded(text: &str, limit: usize, keeps: impl Fn(char) -> bool) -> String {
    let mut result = String::with_capacity(text.len().min(limit));
    for c in text.chars().filter(|c| !c.is_control() || keeps(*c)) {
        if result.len() + c.len_utf8() > limit {
            break;
        }
        result.push(c);
    }
    result
}
