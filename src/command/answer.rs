//! An answer that was pasted: status line, headers, body, git's lines. Only what stands there is read; what it means is decided
//! elsewhere.

use std::collections::BTreeMap;

use crate::checks::{FaultKind, Reported, reported_fault};

/// How much of an answer is kept.
const MOST: usize = 4_096;

/// How git, libraries and programs say that the credential was refused, where they name no status.
pub(crate) const REFUSED: &[&str] = &[
    "authentication failed",
    "authentication required",
    "authorization failed",
    "authorization error",
    "could not read username",
    "could not read password",
    "not authorized",
    "unauthorized",
    "logon failed",
    "invalid credentials",
];

/// Reads the lines of an answer. `git`: whether a git command stands above.
pub(crate) fn read(text: &str, git: bool) -> Option<Reported> {
    let mut status = None;
    let mut headers = BTreeMap::new();
    let mut body = String::new();
    let mut in_headers = false;
    let mut connected = false;
    for line in text.lines() {
        let plain = line.trim();
        let bare =
            plain.strip_prefix('<').filter(|_| !plain.starts_with("<!") && !plain.starts_with("<h")).unwrap_or(plain).trim();
        if bare.starts_with("HTTP/")
            && let Some(code) = bare.split_ascii_whitespace().nth(1)
        {
            // A proxy's own answer to CONNECT comes first, and so does `100 Continue`; the last status line is the server's.
            let before = bare.to_ascii_lowercase().contains("connection established") || code.len() == 3 && code.starts_with('1');
            if before || number(code).is_some() {
                connected = before;
                status = number(code).filter(|_| !before).or(status);
                if !before {
                    headers.clear();
                }
                in_headers = true;
                continue;
            }
        }
        if in_headers || plain.starts_with("< ") || known_header(bare) {
            if let Some((name, value)) = header(bare) {
                headers.insert(name, value);
                continue;
            }
            if bare.is_empty() {
                in_headers = false;
                continue;
            }
            in_headers = false;
        }
        // curl -v: what was sent, and its own remarks.
        if plain.starts_with("> ") || plain.starts_with("* ") {
            continue;
        }
        if body.len() < MOST && !(plain.is_empty() && body.is_empty()) {
            body.push_str(line.trim_end());
            body.push('\n');
        }
    }
    let body = bounded(body.trim());
    if status.is_none() && !connected {
        status = if git { git_status(&body) } else { shown_status(&body) };
    }
    // What a proxy says to CONNECT is nothing of Bitbucket's, whatever its number.
    if reported_fault(&body) == Some(FaultKind::Proxy) {
        status = None;
        headers.clear();
    }
    if status.is_none() && headers.is_empty() && body.is_empty() {
        return None;
    }
    Some(Reported { status, headers, text: body, at: None })
}

fn bounded(text: &str) -> String {
    let mut kept: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    let mut end = kept.len().min(MOST);
    while !kept.is_char_boundary(end) {
        end -= 1;
    }
    kept.truncate(end);
    kept
}

/// Three digits that are an HTTP status.
pub(crate) fn number(text: &str) -> Option<u16> {
    (text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
        // What is below 200 ends no exchange, and is an exit code as often: `exited with 128`.
        .filter(|status| (200..600).contains(status))
}

fn header(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    let named = !name.is_empty() && name.len() <= 60 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    named.then(|| (name.to_ascii_lowercase(), bounded(value.trim())))
}

/// Headers that are pasted without their status line.
fn known_header(line: &str) -> bool {
    const KNOWN: &[&str] = &[
        "www-authenticate:",
        "x-oauth-scopes:",
        "x-accepted-oauth-scopes:",
        "x-credential-type:",
        "x-request-id:",
        "x-b3-traceid:",
        "x-trace-id:",
        "x-served-by:",
        "x-view-name:",
        "x-ratelimit-",
        "retry-after:",
        "server:",
        "content-type:",
        "location:",
    ];
    let lower = line.to_ascii_lowercase();
    KNOWN.iter().any(|name| lower.starts_with(name))
}

/// The status of git's own lines (section 4 of the facts).
pub(crate) fn git_status(text: &str) -> Option<u16> {
    if let Some(at) = text.find("returned error: ")
        && let Some(status) = text.get(at + 16..at + 19).and_then(number)
    {
        return Some(status);
    }
    if let Some(at) = text.find("HTTP ")
        && let Some(status) = text.get(at + 5..at + 8).and_then(number)
    {
        return Some(status);
    }
    let lower = text.to_ascii_lowercase();
    if let Some(status) = traced(&lower) {
        return Some(status);
    }
    if REFUSED.iter().any(|words| lower.contains(words)) {
        return Some(401);
    }
    if lower.contains("error: 403") || lower.lines().any(|l| l.trim() == "403") {
        return Some(403);
    }
    let failed = lower.contains("fatal:") || lower.contains("error:") || lower.contains("rejected") || lower.contains("denied");
    let worked = [
        "already up to date",
        "already up-to-date",
        "everything up-to-date",
        "done.",
        "100% done",
        "resolving deltas",
        "-> fetch_head",
        "-> origin/",
        "(works)",
        "new branch",
    ];
    let first = lower.split_whitespace().next().unwrap_or_default();
    let hash = lower.split_whitespace().next().is_some_and(|w| w.len() == 40 && w.bytes().all(|b| b.is_ascii_hexdigit()));
    let ok = matches!(first, "ok" | "works" | "success" | "200");
    if !failed && (hash || ok || worked.iter().any(|words| lower.contains(words))) {
        return Some(200);
    }
    None
}

/// The last status in a trace of git's or of Git LFS: `HTTP: 401`, `<= Recv header: HTTP/1.1 401`.
fn traced(lower: &str) -> Option<u16> {
    let marks = ["http: ", "http/1.1 ", "http/1.0 ", "http/2 "];
    let found = marks.iter().flat_map(|mark| lower.match_indices(mark).map(|(at, mark)| at + mark.len()));
    let statuses = found.filter_map(|at| {
        let ends = !lower[at..].get(3..).unwrap_or_default().starts_with(|c: char| c.is_ascii_alphanumeric());
        Some((at, number(lower.get(at..at + 3)?)?)).filter(|_| ends)
    });
    statuses.max_by_key(|(at, _)| *at).map(|(_, status)| status)
}

/// A status in an answer without a status line: a number alone (`curl -w`), or in front of a reason.
pub(crate) fn shown_status(text: &str) -> Option<u16> {
    for line in text.lines().map(str::trim) {
        // A remark behind the command: `# 401`, `// works`.
        let remark = line.strip_prefix('#').or_else(|| line.strip_prefix("//")).map(str::trim_start);
        if let Some(word) = remark.and_then(|r| r.split([' ', ',', '.', '!']).next())
            && matches!(word.to_ascii_lowercase().as_str(), "works" | "ok" | "fine" | "success" | "succeeds")
        {
            return Some(200);
        }
        let line = remark.unwrap_or(line);
        if let Some(status) = number(line) {
            return Some(status);
        }
        if let Some(status) = bare_status(line) {
            return Some(status);
        }
    }
    if let Some(at) = text.find("returned error: ") {
        return text.get(at + 16..at + 19).and_then(number);
    }
    if let Some(status) = status_in(text) {
        return Some(status);
    }
    // An object of the API that is no error was given with a success.
    let body = text.trim();
    let value = body.starts_with('{').then(|| serde_json::from_str::<serde_json::Value>(body).ok()).flatten()?;
    let typed = value.get("type").and_then(serde_json::Value::as_str).is_some_and(|kind| kind != "error");
    // Every object of the API has one of these beside its type.
    let named = ["links", "uuid", "full_name", "slug", "hash"].iter().any(|name| value.get(name).is_some());
    (typed && named || value.get("values").is_some_and(serde_json::Value::is_array)).then_some(200)
}

/// `401 Unauthorized`, `403 {"type": …`, `401: …` at the start of a line.
fn bare_status(line: &str) -> Option<u16> {
    let status = line.get(..3).and_then(number)?;
    let after = line.get(3..)?.trim_start_matches([' ', ':', '-', ',']);
    let reason = after.starts_with('{')
        || reason(status).is_some_and(|r| after.to_ascii_lowercase().starts_with(r))
        || after.starts_with("Client Error")
        || status >= 400
            && self::reason(status).is_some()
            && line[3..].starts_with(' ')
            && after.starts_with(|c: char| c.is_ascii_uppercase());
    reason.then_some(status)
}

/// The usual reason phrase, lower case (RFC 9110, section 15).
pub(crate) fn reason(status: u16) -> Option<&'static str> {
    Some(match status {
        200 => "ok",
        201 => "created",
        204 => "no content",
        302 => "found",
        400 => "bad request",
        401 => "unauthorized",
        402 => "payment required",
        403 => "forbidden",
        404 => "not found",
        405 => "method not allowed",
        407 => "proxy authentication required",
        409 => "conflict",
        410 => "gone",
        415 => "unsupported media type",
        429 => "too many requests",
        500 => "internal server error",
        502 => "bad gateway",
        503 => "service unavailable",
        _ => return None,
    })
}

/// A status somewhere in a sentence or a log line: a number beside one of the words that stand beside a status.
pub(crate) fn status_in(text: &str) -> Option<u16> {
    let lower = text.to_ascii_lowercase();
    let bytes = lower.as_bytes();
    let mut best: Option<(u8, u16)> = None;
    let mut at = 0;
    while at + 3 <= bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let length = bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        let (start, end) = (at, at + length);
        at = end;
        let Some(status) = lower.get(start..end).and_then(number) else { continue };
        let (before, after) = (&lower[..start], &lower[end..]);
        if before.ends_with(|c: char| c.is_alphanumeric() || "_.:/-#".contains(c) && !before.ends_with("http/"))
            && !before.ends_with(": ")
            && !before.ends_with("code:")
            && !before.ends_with("status:")
            && !before.ends_with("error:")
        {
            continue;
        }
        if after.starts_with(|c: char| c.is_alphanumeric() || "_%/".contains(c))
            || after.starts_with(".") && after.len() > 1 && after.as_bytes()[1].is_ascii_digit()
        {
            continue;
        }
        let before = before.trim_end_matches([' ', '(', '[', '"', '\'', ':', '=', '>', '-', '<']);
        let after_word = after.trim_start_matches([' ', ')', ']', '"', '\'', ':', ',', '-', '(']);
        let word = |words: &[&str]| words.iter().any(|w| before.ends_with(w));
        let line = word(&["http/1.1", "http/1.0", "http/2", "http/2.0"]);
        let reasoned = reason(status).is_some_and(|r| after_word.starts_with(r)) || after_word.starts_with("client error");
        let named = word(&[
            "status",
            "code",
            "status code",
            "status of",
            "code of",
            "got",
            "returned",
            "http",
            "error",
            "response",
            "with",
            "failed",
            "received",
            "answer",
        ]);
        let arrow = lower[..start].trim_end_matches(' ').ends_with(['>', '→']) || lower[..start].ends_with("<-- ");
        let bracket = lower[..start].ends_with(['(', '[']) && after.starts_with([')', ']']);
        let grade = match (reasoned, named, arrow, bracket) {
            (true, _, _, _) => 4,
            _ if line => 4,
            (_, _, true, _) => 3,
            (_, true, _, _) => 3,
            (_, _, _, true) => 2,
            _ if after.trim().is_empty() && before.ends_with(|c: char| c.is_alphanumeric() || "/})".contains(c)) => 1,
            _ => continue,
        };
        // `Expected 200 but got 401`: of two, the later one counts.
        if best.is_none_or(|(known, _)| grade >= known) {
            best = Some((grade, status));
        }
    }
    best.map(|(_, status)| status)
}

/// Whether the answer shows that the command failed.
pub(crate) fn failed(reported: &Reported) -> bool {
    match reported.status {
        Some(status) => status >= 400,
        None => {
            let lower = reported.text.to_ascii_lowercase();
            ["error", "fatal", "denied", "failed", "unauthorized", "forbidden", "invalid", "not authorized", "refused", "expired"]
                .iter()
                .any(|word| lower.contains(word))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_in_sentences() {
        for (text, status) in [
            ("Expected 200 but got 401", Some(401)),
            ("requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: https://x/2.0/user", Some(401)),
            ("GET https://api.bitbucket.org/2.0/user -> 403", Some(403)),
            ("https://api.bitbucket.org/2.0/user: 410 Gone", Some(410)),
            ("unexpected status code: 401, body: ", Some(401)),
            ("Request failed with status code 401", Some(401)),
            ("Bitbucket returned HTTP error [410].", Some(410)),
            ("GET https://bitbucket.org/api/2.0/x/ 401", Some(401)),
            ("pagelen=100 and 200 repositories", None),
            ("Downloading assets/a.bin (100 MB)", None),
            ("listening on :443", None),
        ] {
            assert_eq!(status_in(text), status, "{text}");
        }
    }
}
