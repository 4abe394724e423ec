//! URLs in running text, each with what stands around it: a method, a status, the words of a refusal.

use std::ops::Range;

use crate::checks::reported_fault;

use super::attach::speaks_of_userinfo;
use super::spelled::Spelled;
use super::{Front, answer};

const METHODS: &[&str] = &["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];

/// How programs say that git failed, where they do not show why.
pub(super) const NOT_CLONED: &[&str] =
    &["failed to clone", "unable to clone", "could not clone", "cannot clone", "error cloning", "clone failed", "can't clone"];

/// A URL with what stands around it.
pub(super) struct Mention {
    /// The URL; put together from the lines of a request where it is one of HTTP's own (RFC 9112, section 3).
    pub(super) url: Spelled,
    pub(super) method: Option<(String, Range<usize>)>,
    pub(super) status: Option<u16>,
    /// Whether a refusal or a failure is spoken of beside it.
    pub(super) refused: bool,
    pub(super) line: Range<usize>,
}

impl Mention {
    /// Whether something shows that it was asked, and not only named.
    pub(super) fn asked(&self) -> bool {
        self.method.is_some() || self.status.is_some() || self.refused
    }
}

/// Every URL of a region.
pub(super) fn mentions(source: &str, range: Range<usize>) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut start = range.start;
    for line in source[range].split_inclusive('\n') {
        let line_range = start..start + line.trim_end().len();
        let text = &source[line_range.clone()];
        if let Some(mention) = request_line(source, line_range.clone()).or_else(|| logged(source, line_range.clone())) {
            found.push(mention);
            start += line.len();
            continue;
        }
        if speaks_of_userinfo(text) {
            // What is named there is the URL as it was misread.
            start += line.len();
            continue;
        }
        let mut urls: Vec<Range<usize>> = Vec::new();
        for sign in ["https://", "http://", "ssh://", "git@"] {
            let mut end = 0;
            for (at, _) in text.match_indices(sign) {
                // What stands inside one is a part of it.
                if at < end {
                    continue;
                }
                let length = url_length(&text[at..]);
                if length > sign.len() {
                    urls.push(at..at + length);
                    end = at + length;
                }
            }
        }
        urls.sort_by_key(|u| u.start);
        // A URL that begins inside another is a part of it, whichever sign was looked for first.
        let mut end = 0;
        urls.retain(|u| {
            let apart = u.start >= end;
            end = if apart { u.end } else { end };
            apart
        });
        for (index, url) in urls.iter().enumerate() {
            let from = if index == 0 { 0 } else { urls[index - 1].end };
            let to = urls.get(index + 1).map_or(text.len(), |next| next.start);
            let (before, after) = (&text[from..url.start], &text[url.end..to]);
            let status = directly(after).or_else(|| answer::status_in(after)).or_else(|| answer::status_in(before));
            let lower = format!("{before} {after}").to_ascii_lowercase();
            let denied =
                ["do not have permission to access", "don't have permission to access"].iter().any(|w| lower.contains(w));
            let status = status.or(denied.then_some(403));
            let refused = answer::REFUSED
                .iter()
                .chain(&["forbidden", "access denied"])
                .chain(NOT_CLONED)
                .any(|words| lower.contains(words))
                || reported_fault(text).is_some();
            let at = line_range.start + url.start..line_range.start + url.end;
            let method =
                method(text, from..url.start, to).map(|(m, at)| (m, line_range.start + at.start..line_range.start + at.end));
            found.push(Mention { url: Spelled::slice_of(source, at), method, status, refused, line: line_range.clone() });
        }
        start += line.len();
    }
    found
}

/// A request as HTTP writes it: `POST /2.0/user HTTP/1.1`, and below it `Host: api.bitbucket.org`.
fn request_line(source: &str, line: Range<usize>) -> Option<Mention> {
    let text = &source[line.clone()];
    let start = text.len() - text.trim_start_matches(['>', ' ', '\t']).len();
    let mut words = text[start..].split(' ').filter(|w| !w.is_empty());
    let (method, path, version) = (words.next()?, words.next()?, words.next()?);
    if !METHODS.contains(&method) || !path.starts_with('/') || !version.starts_with("HTTP/") {
        return None;
    }
    let named = |l: &str| {
        let (name, value) = l.trim_start_matches(['>', ' ', '\t']).split_once(':')?;
        name.eq_ignore_ascii_case("host").then(|| value.trim().to_owned())
    };
    let below = source[line.end..].lines().skip(1).take(20).take_while(|l| !l.trim().is_empty());
    let host = below.filter_map(named).next().or_else(|| path.starts_with("/2.0/").then(|| "api.bitbucket.org".into()))?;
    let offset = |part: &str| line.start + (part.as_ptr() as usize - text.as_ptr() as usize);
    let mut url = Spelled::default();
    url.push_expansion(&format!("https://{host}"), offset(path)..offset(path));
    url.append(&Spelled::slice_of(source, offset(path)..offset(path) + path.len()));
    let method_at = offset(method)..offset(method) + method.len();
    Some(Mention { url, method: Some((method.to_owned(), method_at)), status: None, refused: false, line })
}

/// A request as clients and servers log it: `https://api.bitbucket.org:443 "GET /2.0/user HTTP/1.1" 401 61`.
fn logged(source: &str, line: Range<usize>) -> Option<Mention> {
    let text = &source[line.clone()];
    let (method, quote) = METHODS.iter().find_map(|method| Some((*method, text.find(&format!("\"{method} /"))?)))?;
    let path = quote + 1 + method.len() + 1;
    let end = path + text[path..].find(" HTTP/")?;
    let close = end + text[end..].find('"')?;
    let before = &text[..quote];
    let base = before.rfind("https://").map(|at| before[at..].split_whitespace().next().unwrap_or_default());
    let base = base.map(|base| base.trim_end_matches(":443").trim_end_matches('/').to_owned());
    let base = base.or_else(|| text[path..].starts_with("/2.0/").then(|| "https://api.bitbucket.org".into()))?;
    let mut url = Spelled::default();
    url.push_expansion(&base, line.start + path..line.start + path);
    url.append(&Spelled::slice_of(source, line.start + path..line.start + end));
    let method_at = line.start + quote + 1..line.start + quote + 1 + method.len();
    let status = directly(&text[close + 1..]);
    Some(Mention { url, method: Some((method.to_owned(), method_at)), status, refused: false, line })
}

/// A status right behind the URL: `: 410`, ` -> 401`, `  200`.
fn directly(after: &str) -> Option<u16> {
    let rest = after.trim_start_matches([' ', '\t', ':', '-', '>', '=', '(', '[', ',', '"', '\'']);
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let alone = !rest[digits..].starts_with(|c: char| c.is_alphanumeric() || c == '%' || c == '/');
    answer::number(&rest[..digits]).filter(|_| alone && rest.len() < after.len())
}

/// How far a URL goes in running text.
fn url_length(text: &str) -> usize {
    let end = text.find(|c: char| c.is_whitespace() || c.is_control() || "\"'<>`\\|^“”‘’".contains(c)).unwrap_or(text.len());
    let mut url = &text[..end];
    loop {
        let trimmed = url.trim_end_matches(['.', ',', ';', ':', '!', '…', '*']);
        let opened = trimmed.matches('(').count();
        let trimmed = match trimmed.strip_suffix(')') {
            Some(inner) if opened <= inner.matches(')').count() => inner,
            _ => trimmed,
        };
        let trimmed = match trimmed.strip_suffix(']') {
            Some(inner) if !inner.contains('[') => inner,
            _ => trimmed,
        };
        let trimmed = match trimmed.strip_suffix('}') {
            Some(inner) if !inner.contains('{') => inner,
            _ => trimmed,
        };
        if trimmed.len() == url.len() {
            return url.len();
        }
        url = trimmed;
    }
}

/// The method in front of a URL, or of the call that it stands in.
fn method(line: &str, before: Range<usize>, to: usize) -> Option<(String, Range<usize>)> {
    let text = &line[before.clone()];
    let trimmed = text.trim_end_matches([' ', '"', '\'', '(', ':', ',', '\\', '[']);
    for method in METHODS {
        if trimmed.ends_with(method) {
            let start = before.start + trimmed.len() - method.len();
            let alone = !line[..start].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
            if alone {
                return Some(((*method).to_owned(), start..start + method.len()));
            }
        }
    }
    // `requests.post(`, `axios.get(`, `session.delete(`, and a log's `INFO -- : post https://…`
    for method in METHODS {
        let lower = method.to_ascii_lowercase();
        let logged = || text.ends_with(&format!(": {lower} ")) || text.trim_start() == format!("{lower} ");
        if trimmed.ends_with(&format!(".{lower}")) || logged() {
            let start = before.start + trimmed.len() - lower.len();
            return Some(((*method).to_owned(), start..start + lower.len()));
        }
    }
    let after = &line[..to];
    for key in ["method: ", "method:", "method=", "\"method\": ", "-Method ", "'method' => "] {
        if let Some(at) = after.find(key).map(|at| at + key.len()) {
            let rest = after[at..].trim_start_matches(['"', '\'', ' ']);
            let start = after.len() - rest.len();
            let word: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
            if METHODS.contains(&word.to_ascii_uppercase().as_str()) {
                return Some((word.to_ascii_uppercase(), start..start + word.len()));
            }
        }
    }
    None
}

/// A host alone is where a program was told to look, not what it asked for.
pub(super) fn has_path(url: &str) -> bool {
    if let Some((_, rest)) = url.split_once("://") {
        return rest.split_once('/').is_some_and(|(_, path)| !path.trim_matches('/').is_empty());
    }
    url.split_once(['/', ':']).is_some_and(|(_, path)| !path.trim_matches('/').is_empty())
}

/// Pages that are named for reading, not asked.
pub(super) fn relevant(url: &str, mention: &Mention, front: &Front<'_>) -> bool {
    const PAGES: &[&str] = &[
        "developer.atlassian.com",
        "community.atlassian.com",
        "atlassian.community",
        "support.atlassian.com",
        "confluence.atlassian.com",
        "id.atlassian.com",
        "status.atlassian.com",
        "bitbucket.org/account/",
        "bitbucket.org/blog",
        "/workspace/settings",
        "docs.",
        "stackoverflow.com",
        "github.com",
        "learn.microsoft.com",
        "bitbucket.org/product",
        "support.",
        "jira.atlassian.com",
    ];
    let lower = url.to_ascii_lowercase();
    // A line of a log that has both is no page to read: it says which service answered.
    let answered = mention.method.is_some() && mention.status.is_some();
    if !answered && PAGES.iter().any(|page| lower.contains(page)) {
        return false;
    }
    let asked = mention.method.is_some() || mention.status.is_some();
    let ours = ["bitbucket", "/rest/api/", "atlassian.net"].iter().any(|word| lower.contains(word))
        || [front.context.api_url, front.context.git_base_url].iter().any(|base| lower.starts_with(&base.to_ascii_lowercase()));
    ours || asked
}
