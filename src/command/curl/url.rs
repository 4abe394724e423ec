//! curl: which URLs are asked for one URL of a command line: its globbing, what `-G`, `--url-query` and `-T` add to it.
//!
//! Measured with curl 7.88 against loopback: data and queries are joined by `&` before they are put behind the URL's own query;
//! `-T FILE` adds the file's name to a path that ends with a slash; both take dots out of the path even with `--path-as-is`.

use super::operation::{Given, Operation};
use crate::checks::NoteKind;
use crate::command::address::without_dots;
use crate::command::draft::Draft;
use crate::command::shell::Word;
use crate::command::spelled::Spelled;

/// How many URLs one pattern is read as.
const MOST: usize = 20;

/// What `-G` and `--url-query` put into the query.
pub(super) fn query_parts(operation: &Operation) -> &[Given] {
    let data = if operation.get.is_some() && !operation.form { operation.data.as_slice() } else { &[] };
    // Measured with curl 7.88: what `-G` makes of the data replaces `--url-query`.
    if data.is_empty() { &operation.url_query } else { data }
}

/// The URL with its query as these make it.
pub(super) fn with_query(url: &Spelled, parts: &[Given]) -> Spelled {
    if parts.is_empty() {
        return url.clone();
    }
    let query = joined(parts);
    // What is added goes before a fragment, which is not sent.
    let mut whole = url.split_once('#').map_or(url.clone(), |(before, _)| before);
    let text = whole.as_str();
    if query.is_empty() && (!text.contains('?') || text.ends_with('?')) {
        return whole.to(text.trim_end_matches('?').len());
    }
    let joint = match text {
        url if url.ends_with(['?', '&']) => "",
        url if url.contains('?') => "&",
        _ => "?",
    };
    whole.push_expansion(joint, whole.span().map_or(0..0, |s| s.end..s.end));
    whole.append(&query);
    whole
}

fn joined(parts: &[Given]) -> Spelled {
    let mut whole = Spelled::default();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 && !part.glued {
            whole.push_expansion("&", whole.span().map_or(0..0, |s| s.end..s.end));
        }
        whole.append(&part.value);
    }
    whole
}

/// The URL with the name of the file that `-T` sends, where its path has none.
pub(super) fn with_file_name(url: &Spelled, file: &Spelled) -> Spelled {
    // `-` and `.` are standard input.
    if matches!(file.as_str(), "-" | ".") {
        return url.clone();
    }
    let text = url.as_str();
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let authority = text.find("://").map_or(0, |at| at + 3).min(end);
    let path = text[authority..end].find('/').map(|at| &text[authority + at..end]);
    if path.is_some_and(|path| !without_dots(path).ends_with('/')) {
        return url.clone();
    }
    let name = file.from(file.as_str().rfind(['/', '\\']).map_or(0, |at| at + 1));
    let mut whole = url.to(end);
    let place = name.span().unwrap_or_default();
    if !path.is_some_and(|path| path.ends_with('/')) {
        whole.push_expansion("/", place.clone());
    }
    whole.push_expansion(&percent_encoded(name.as_str()), place);
    let rest = url.from(end);
    if rest.as_str() != "?" {
        whole.append(&rest);
    }
    whole
}

/// Everything but letters, digits and `-._~`.
fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|b| {
            let plain = b.is_ascii_alphanumeric() || b"-._~".contains(&b);
            if plain { char::from(b).to_string() } else { format!("%{b:02X}") }
        })
        .collect()
}

/// What curl makes of `{a,b}` and `[1-3]`: each alternative is a URL of its own.
pub(super) fn globbed(url: &Spelled, globoff: bool) -> Vec<Spelled> {
    let text = url.as_str();
    if globoff || text.contains("{{") || text.contains("${") {
        return vec![url.clone()];
    }
    let (before, Some(open)) = literal(url) else { return vec![literal(url).0] };
    let closing = if text[open..].starts_with('{') { '}' } else { ']' };
    let Some(close) = text[open..].find(closing).map(|close| open + close) else { return vec![url.clone()] };
    let inner = url.part(open + 1..close);
    let parts = if closing == '}' { inner.split(',') } else { range(&inner) };
    let mut urls = Vec::new();
    for part in parts.into_iter().take(10) {
        let mut one = before.clone();
        one.append(&part);
        for rest in globbed(&url.from(close + 1), false) {
            let mut whole = one.clone();
            whole.append(&rest);
            urls.push(whole);
        }
        if urls.len() > MOST {
            break;
        }
    }
    urls
}

/// What stands before the first pattern, its escapes undone, and where that starts. `[]` and an IPv6 address are none.
fn literal(url: &Spelled) -> (Spelled, Option<usize>) {
    let text = url.as_str();
    let mut before = Spelled::default();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let length = match c {
            '{' => return (before, Some(at)),
            '[' => match rest.find(']').filter(|end| *end == 1 || is_ipv6(&rest[1..*end])) {
                Some(end) => end + 1,
                None => return (before, Some(at)),
            },
            '\\' if rest[1..].starts_with(['{', '}', '[', ']']) => {
                before.append(&url.part(at + 1..at + 2));
                at += 2;
                continue;
            }
            c => c.len_utf8(),
        };
        before.append(&url.part(at..at + length));
        at += length;
    }
    (before, None)
}

fn is_ipv6(text: &str) -> bool {
    text.split('%').next().is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok())
}

/// `1-3`, `01-10:3`, `a-c`; anything else stands for itself, with its brackets (curl refuses it).
fn range(inner: &Spelled) -> Vec<Spelled> {
    let text = inner.as_str();
    let (ends, step) = match text.split_once(':') {
        Some((ends, step)) => (ends, step.parse::<usize>().ok()),
        None => (text, Some(1)),
    };
    let at = inner.span().unwrap_or_default();
    let made = |text: String| {
        let mut one = Spelled::default();
        one.push_expansion(&text, at.clone());
        one
    };
    let pair = ends.split_once('-').zip(step.filter(|step| *step > 0));
    if let Some(((from, to), step)) = pair {
        if let (Ok(first), Ok(last)) = (from.parse::<u32>(), to.parse::<u32>()) {
            let width = from.len();
            return (first..=last).step_by(step).take(20).map(|n| made(format!("{n:0width$}"))).collect();
        }
        let letter = |text: &str| text.chars().next().filter(|c| c.is_ascii_alphabetic() && text.len() == 1);
        if let (Some(first), Some(last)) = (letter(from), letter(to)) {
            return (first..=last).step_by(step).take(20).map(|c| made(c.to_string())).collect();
        }
    }
    vec![made(format!("[{text}]"))]
}

/// What curl's globbing makes of a URL that was not meant as a pattern.
pub(super) fn glob_notes(operation: &Operation, word: Option<&Word>, draft: &mut Draft) {
    let Some(url) = word.map(|w| &w.value).filter(|_| !operation.globoff) else { return };
    let text = url.as_str();
    let mut from = 0;
    while let Some(open) = text[from..].find(['{', '[']).map(|at| from + at) {
        let bracket = text[open..].starts_with('[');
        let close = text[open..].find(if bracket { ']' } else { '}' }).map_or(text.len(), |at| open + at + 1);
        let piece = url.part(open..close);
        from = close.max(open + 1);
        let shell_owns = text[..open].ends_with(['$', '{']) || piece.as_str().starts_with("{{");
        if shell_owns {
            if let Some(name) = piece.as_str().strip_prefix("{{").and_then(|n| n.split('}').next()) {
                let text = format!("`{{{{{name}}}}}` is a variable of Postman or of a template: it was not replaced");
                let end = (close + 1).min(url.len());
                draft.note(NoteKind::NotExpanded, text, url.part(open..end).span());
            }
            continue;
        }
        let inner = piece.as_str().trim_matches(['{', '}', '[', ']']);
        let uuid = inner.len() == 36 && inner.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
        if bracket {
            draft.note(
                NoteKind::ShellMangled,
                "curl takes `[…]` for a range and sends something else, or nothing; `-g` turns that off",
                piece.span(),
            );
        } else if uuid || inner.contains(',') {
            draft.note(
                NoteKind::ShellMangled,
                "curl takes the braces for a list and does not send them; `-g` turns that off",
                piece.span(),
            );
        } else {
            let shown: String = inner.chars().take(40).collect();
            draft.note(
                NoteKind::Placeholder,
                format!("`{{{shown}}}` is a sample from a page; its braces are still there"),
                piece.span(),
            );
        }
    }
}
