//! curl: which request each URL of a command line becomes, and which Authorization is sent with it.
//!
//! The order of the sources of Authorization was measured with curl 7.88 against loopback: a header of the person's own wins
//! over everything, then `--oauth2-bearer`, then `-u`, then the URL's user information, then netrc. With `--anyauth`, `--digest`
//! or several methods the first request carries nothing.

use std::ops::Range;

use crate::checks::NoteKind;

use super::Front;
use super::curl_auth::{authorization, body, name_of, telling_header};
use super::curl_options as options;
use super::draft::{Draft, RawNote};
use super::secrets::Secrets;
use super::shell::{Dialect, OPAQUE, Seen, Word};
use super::spelled::Spelled;

/// A value with the word that it was in.
#[derive(Clone)]
pub(super) struct Given {
    pub(super) value: Spelled,
    pub(super) word: usize,
    /// `--json`: added to what stands before without an `&`.
    glued: bool,
}

/// What one operation (between `--next`) was given.
#[derive(Clone, Default)]
pub(super) struct Operation {
    urls: Vec<Given>,
    pub(super) headers: Vec<Given>,
    pub(super) user: Option<Given>,
    pub(super) bearer: Option<Given>,
    method: Option<Given>,
    pub(super) data: Vec<Given>,
    form: bool,
    uploads: Vec<Given>,
    get: Option<Range<usize>>,
    head: Option<Range<usize>>,
    pub(super) netrc: Option<Range<usize>>,
    pub(super) netrc_optional: bool,
    globoff: bool,
    pub(super) methods: Vec<&'static str>,
    data_at: Option<Range<usize>>,
    /// Whether options come from a file, too.
    pub(super) unseen: bool,
    notes: Vec<RawNote>,
    url_query: Vec<Given>,
    /// Passwords that are not for Bitbucket: of a proxy, of a key.
    others: Vec<Spelled>,
}

/// Reads the words after `curl`.
pub(super) fn read(words: &[Word], front: &Front<'_>, secrets: &mut Secrets) -> Vec<Draft> {
    let mut operations = operations(words);
    if let (Some(note), Some(first)) = (another_curl(words, front), operations.first_mut()) {
        first.notes.push(note);
    }
    let mut drafts = Vec::new();
    for operation in &operations {
        let mut urls = operation.urls.clone();
        if urls.is_empty() && (operation.user.is_some() || !operation.headers.is_empty()) {
            // A URL that a variable or a lost line took away: what is sent with it still tells something.
            urls.push(Given { value: Spelled::default(), word: 0, glued: false });
        }
        for (index, url) in urls.iter().take(20).enumerate() {
            for expanded in globbed(&url.value, operation.globoff) {
                // Each `-T` goes with one URL, in their order.
                let uploads = index < operation.uploads.len();
                drafts.push(draft(operation, &expanded, url.word, uploads, words, front, secrets));
            }
        }
    }
    drafts
}

/// Windows PowerShell has `curl` as another name of its own command, which knows none of curl's options.
fn another_curl(words: &[Word], front: &Front<'_>) -> Option<RawNote> {
    let name = words.first().filter(|w| w.value.as_str() == "curl" && front.dialect == Dialect::PowerShell)?;
    let refused = ["Cannot bind parameter", "Invoke-WebRequest :"].iter().any(|words| front.source.contains(words));
    let kind = if refused { NoteKind::ShellMangled } else { NoteKind::Remark };
    Some((kind, "in Windows PowerShell `curl` is Invoke-WebRequest; `curl.exe` is curl".into(), Some(name.at.clone())))
}

fn operations(words: &[Word]) -> Vec<Operation> {
    let mut all = vec![Operation::default()];
    let mut at = 1;
    let mut only_urls = false;
    while let Some(word) = words.get(at) {
        let (word_value, dashes) = undashed(&word.value);
        let text = word_value.as_str();
        let current = all.last_mut().expect("it starts with one");
        if let Some(place) = dashes.filter(|_| !only_urls) {
            current.notes.push((
                NoteKind::ShellMangled,
                "a typographic dash: curl takes the option for a URL".into(),
                Some(place),
            ));
        }
        if only_urls || !text.starts_with('-') || text == "-" {
            current.urls.push(Given { value: word_value, word: at, glued: false });
            at += 1;
            continue;
        }
        if text == "--" {
            only_urls = true;
            at += 1;
            continue;
        }
        if text == "--next" || text == "-:" {
            all.push(Operation::default());
            at += 1;
            continue;
        }
        if let Some(name) = text.strip_prefix("--") {
            let (name, joined) = match name.split_once('=') {
                Some((name, _)) if options::long(name).is_some() => (name, Some(word_value.from(3 + name.len()))),
                _ => (name, None),
            };
            let Some((long, _, takes)) = options::long(name) else {
                let shown: String = name.chars().take(30).collect();
                current.notes.push((NoteKind::Remark, format!("curl has no option `--{shown}`"), Some(word.at.clone())));
                at += 1;
                continue;
            };
            if joined.is_some() {
                let text = format!("curl wants `--{long} VALUE`: with `=` it does not know the option and sends nothing");
                current.notes.push((NoteKind::Remark, text, Some(word.at.clone())));
            }
            let value = match joined {
                Some(value) => Some(Given { value, word: at, glued: false }),
                None if *takes => {
                    at += 1;
                    words.get(at).map(|w| Given { value: w.value.clone(), word: at, glued: false })
                }
                None => None,
            };
            let off = name.starts_with("no-") && !long.starts_with("no-");
            if off {
                apply(current, long, value, word, off);
                at += 1;
            } else {
                at = applied(current, long, value, word, words, at);
            }
            continue;
        }
        at = short_options(&word_value, words, at, current);
    }
    all
}

/// A cluster of short options; the last may have its value in the same word or in the next one.
fn short_options(value: &Spelled, words: &[Word], at: usize, current: &mut Operation) -> usize {
    let text = value.as_str();
    for (index, letter) in text.char_indices().skip(1) {
        let Some((long, _, takes)) = options::short(letter) else {
            let text = format!("curl has no option `-{letter}`");
            current.notes.push((NoteKind::Remark, text, value.span()));
            return at + 1;
        };
        if *takes {
            let rest = value.from(index + letter.len_utf8());
            let (given, next) = if rest.is_empty() {
                (words.get(at + 1).map(|w| Given { value: w.value.clone(), word: at + 1, glued: false }), at + 2)
            } else {
                (Some(Given { value: rest, word: at, glued: false }), at + 1)
            };
            return applied(current, long, given, &words[at], words, next - 1);
        }
        apply(current, long, None, &words[at], false);
    }
    at + 1
}

/// Applies an option whose value ends at a word, and gives the word where to go on.
fn applied(current: &mut Operation, long: &str, mut value: Option<Given>, option: &Word, words: &[Word], last: usize) -> usize {
    let mut next = last + 1;
    let more = value.as_mut().filter(|_| long == "header").and_then(|given| unquoted_header(given, words, last));
    if let Some((taken, note)) = more {
        current.notes.push(note);
        next += taken;
    }
    apply(current, long, value, option, false);
    next
}

fn apply(operation: &mut Operation, long: &str, value: Option<Given>, word: &Word, off: bool) {
    let at = Some(word.at.clone());
    let mut remark = |text: &str| operation.notes.push((NoteKind::Remark, text.to_owned(), at.clone()));
    match (long, value) {
        ("url", Some(url)) => operation.urls.push(url),
        ("url-query", Some(query)) => {
            let value = match query.value.as_str().strip_prefix('+') {
                Some(_) => query.value.from(1),
                None => urlencoded(&query.value),
            };
            operation.url_query.push(Given { value, ..query });
        }
        ("user", Some(user)) => operation.user = Some(user),
        ("header", Some(header)) => {
            if header.value.as_str().starts_with('@') {
                remark("headers from a file are not read");
            }
            operation.headers.push(header);
        }
        ("request", Some(method)) => operation.method = Some(method),
        ("oauth2-bearer", Some(token)) => operation.bearer = Some(token),
        ("data-urlencode", Some(data)) => {
            operation.data.push(Given { value: urlencoded(&data.value), ..data });
            operation.data_at = at;
        }
        ("data" | "data-raw" | "data-binary" | "data-ascii" | "json", Some(data)) => {
            operation.data.push(Given { glued: long == "json" && !operation.data.is_empty(), ..data });
            operation.data_at = at;
        }
        ("form" | "form-string", Some(data)) => {
            operation.form = true;
            operation.data.push(data);
            operation.data_at = at;
        }
        ("upload-file", Some(file)) => {
            operation.uploads.push(file);
            operation.data_at = at;
        }
        ("get", _) => operation.get = at.filter(|_| !off),
        ("head", _) => operation.head = at.filter(|_| !off),
        ("netrc" | "netrc-file", _) => operation.netrc = at.filter(|_| !off),
        ("netrc-optional", _) => {
            operation.netrc_optional = !off;
            operation.netrc = at.filter(|_| !off);
        }
        ("globoff", _) => operation.globoff = !off,
        ("basic", _) => operation.methods.push("basic"),
        ("digest", _) => operation.methods.push("digest"),
        ("ntlm", _) => operation.methods.push("ntlm"),
        ("negotiate", _) => operation.methods.push("negotiate"),
        ("anyauth", _) => operation.methods.push("any"),
        ("aws-sigv4", _) => operation.methods.push("aws"),
        ("config", _) => {
            remark("options from a file are not read");
            operation.unseen = true;
        }
        ("insecure", _) if !off => remark("the certificate is not checked: anybody on the way can read the secret"),
        ("location-trusted", _) => remark("the secret goes along wherever the answer redirects to"),
        ("request-target", _) => remark("another path than the URL's is asked"),
        ("proxy", Some(proxy)) => {
            remark("the request goes through the proxy named here");
            operation.others.extend(password_of(&proxy.value));
        }
        ("preproxy" | "socks4" | "socks4a" | "socks5" | "socks5-hostname" | "socks5h" | "doh-url", Some(proxy)) => {
            operation.others.extend(password_of(&proxy.value));
        }
        ("proxy-user", Some(pair)) => operation.others.extend(pair.value.split_once(':').map(|(_, password)| password)),
        ("pass" | "proxy-pass" | "tlspassword" | "proxy-tlspassword", Some(given)) => operation.others.push(given.value),
        _ => {}
    }
}

/// `--data-urlencode`: `content`, `=content`, `name=content`; what follows an `@` is a file, which is not read.
fn urlencoded(value: &Spelled) -> Spelled {
    let text = value.as_str();
    let name = text.find('=').map_or(0, |at| if at == 0 { 0 } else { at + 1 });
    let start = if text.starts_with('=') { 1 } else { name };
    if text[..start].is_empty() && text.starts_with('@') {
        return value.clone();
    }
    let mut encoded = value.to(name);
    for (at, c) in text[start..].char_indices() {
        let piece = value.part(start + at..start + at + c.len_utf8());
        if c.is_ascii_alphanumeric() || "-._~".contains(c) || c == OPAQUE {
            encoded.append(&piece);
        } else {
            let place = piece.span().unwrap_or_default();
            let code =
                if c == ' ' { "+".to_owned() } else { c.encode_utf8(&mut [0; 4]).bytes().map(|b| format!("%{b:02X}")).collect() };
            encoded.push_expansion(&code, place);
        }
    }
    encoded
}

/// The password in the user information of a URL.
fn password_of(url: &Spelled) -> Option<Spelled> {
    let start = url.as_str().find("://").map_or(0, |at| at + 3);
    let (userinfo, _) = url.from(start).rsplit_once('@')?;
    userinfo.split_once(':').map(|(_, password)| password)
}

/// A word in whose dashes a text program has put a typographic one.
pub(super) fn undashed(word: &Spelled) -> (Spelled, Option<Range<usize>>) {
    let odd = |c: char| matches!(c, '–' | '—' | '‒' | '―' | '−' | '‐' | '‑');
    let text = word.as_str();
    let dashes = text.len() - text.trim_start_matches(|c: char| c == '-' || odd(c)).len();
    let (Some(first), Some(last)) = (text[..dashes].find(odd), text[..dashes].rfind(odd)) else { return (word.clone(), None) };
    let last = last + text[last..].chars().next().map_or(1, char::len_utf8);
    let place = word.part(first..last).span();
    let name = &text[dashes..];
    let mut fixed = Spelled::default();
    let at = place.clone().unwrap_or_default();
    let long = options::long(name.split('=').next().unwrap_or_default()).is_some() && name.chars().count() > 1;
    fixed.push('-', at.clone());
    if long {
        fixed.push('-', at);
    }
    fixed.append(&word.from(dashes));
    (fixed, place)
}

/// A header that is not in quotes, so that it comes in several words: curl takes all but the first for URLs.
fn unquoted_header(given: &mut Given, words: &[Word], at: usize) -> Option<(usize, RawNote)> {
    let text = given.value.as_str();
    let whole =
        text.ends_with(':') && text.len() > 1 && text[..text.len() - 1].bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !whole {
        return None;
    }
    let mut taken = 0;
    for word in words.get(at + 1..).unwrap_or_default().iter().take(3) {
        let value = word.value.as_str();
        if value.starts_with('-') || value.contains("://") || value.contains("bitbucket.org") || value.is_empty() {
            break;
        }
        let gap = word.at.start..word.at.start;
        given.value.push_expansion(" ", gap);
        given.value.append(&word.value);
        taken += 1;
    }
    let note = "the header is not in quotes: the shell splits it at its spaces, and curl takes the rest for URLs";
    (taken > 0).then(|| (taken, (NoteKind::ShellMangled, note.to_owned(), given.value.span())))
}

/// What curl makes of `{a,b}` and `[1-3]`: each alternative is a URL of its own.
fn globbed(url: &Spelled, globoff: bool) -> Vec<Spelled> {
    let text = url.as_str();
    if globoff || text.contains("{{") || text.contains("${") {
        return vec![url.clone()];
    }
    let Some(open) = text.find(['{', '[']) else { return vec![url.clone()] };
    let closing = if text[open..].starts_with('{') { '}' } else { ']' };
    let Some(close) = text[open..].find(closing).map(|close| open + close) else { return vec![url.clone()] };
    let inner = url.part(open + 1..close);
    let parts = if closing == '}' { inner.split(',') } else { range(&inner) };
    let mut urls = Vec::new();
    for part in parts.into_iter().take(10) {
        let mut one = url.to(open);
        one.append(&part);
        for rest in globbed(&url.from(close + 1), false) {
            let mut whole = one.clone();
            whole.append(&rest);
            urls.push(whole);
        }
        if urls.len() > 20 {
            break;
        }
    }
    urls
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

fn draft(
    operation: &Operation,
    url: &Spelled,
    url_word: usize,
    uploads: bool,
    words: &[Word],
    front: &Front<'_>,
    secrets: &mut Secrets,
) -> Draft {
    let mut draft = Draft::new("curl", front.command.clone());
    for (kind, text, at) in &operation.notes {
        draft.note(*kind, text.clone(), at.clone());
    }
    let mut whole = url.clone();
    if operation.get.is_some() || !operation.url_query.is_empty() {
        // What is added goes before a fragment, which is not sent.
        whole = whole.split_once('#').map_or(whole, |(before, _)| before);
        let data = if operation.get.is_some() && !operation.form { operation.data.as_slice() } else { &[] };
        // Measured with curl 7.88: what `-G` makes of the data replaces `--url-query`.
        let query = if data.is_empty() { operation.url_query.as_slice() } else { data };
        for part in query {
            let joint = match whole.as_str() {
                url if part.glued && url.contains('?') => "",
                url if url.ends_with(['?', '&']) => "",
                url if url.contains('?') => "&",
                _ => "?",
            };
            whole.push_expansion(joint, whole.span().map_or(0..0, |s| s.end..s.end));
            whole.append(&part.value);
        }
    }
    if whole.as_str().contains(OPAQUE) {
        draft.note(NoteKind::Remark, "a part of the URL comes from a substitution, which is not run", url.span());
    }
    draft.set_url(&whole, false, front.context, secrets);
    if let Some(at) = words.get(url_word).filter(|_| url_word > 0).and_then(|w| w.value.span()) {
        draft.span("url", Some(at));
    }
    glob_notes(operation, words.get(url_word), &mut draft);
    method(operation, uploads, &mut draft);
    authorization(operation, &mut draft, secrets);
    body(operation, &mut draft, secrets);
    for at in operation.others.iter().filter_map(Spelled::own_span) {
        secrets.hide(at, None);
    }
    let bears = operation
        .headers
        .iter()
        .filter(|h| name_of(&h.value).is_some_and(|n| telling_header(&n)))
        .chain(&operation.user)
        .chain(&operation.bearer)
        .map(|given| given.word)
        .chain([url_word]);
    for word in bears.filter_map(|at| words.get(at)) {
        let ampersand = word.events.iter().any(|e| e.what == Seen::Ampersand);
        draft.word_events(word, front.dialect, front.source);
        if ampersand {
            draft.notes.retain(|(kind, _, _)| *kind != NoteKind::NoCredential);
        }
    }
    for word in words {
        for event in word.events.iter().filter(|e| {
            matches!(
                e.what,
                Seen::TypographicQuote | Seen::Invisible | Seen::Unclosed | Seen::CmdQuote | Seen::BrokenContinuation
            )
        }) {
            draft.event(event, front.dialect, front.source);
        }
    }
    draft
}

fn glob_notes(operation: &Operation, word: Option<&Word>, draft: &mut Draft) {
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

fn method(operation: &Operation, uploads: bool, draft: &mut Draft) {
    let body = !operation.data.is_empty() && (operation.get.is_none() || operation.form);
    let implied = if operation.head.is_some() {
        "HEAD"
    } else if uploads {
        "PUT"
    } else if body {
        "POST"
    } else {
        "GET"
    };
    let at = match &operation.method {
        Some(given) => given.value.span(),
        None if implied == "POST" || implied == "PUT" => operation.data_at.clone(),
        None if implied == "HEAD" => operation.head.clone(),
        None => operation.get.clone(),
    };
    draft.span("method", at);
    draft.method = operation.method.as_ref().map_or(implied.to_owned(), |m| m.value.as_str().to_owned());
    if draft.method.bytes().any(|b| b.is_ascii_lowercase()) {
        let at = operation.method.as_ref().and_then(|m| m.value.span());
        draft.note(NoteKind::Remark, "methods are written in capitals; curl sends them as they are typed", at);
        draft.method = draft.method.to_ascii_uppercase();
    }
    if let Some(given) = &operation.method
        && given.value.as_str() == "GET"
        && body
    {
        draft.note(NoteKind::Remark, "a GET with a body", given.value.span());
    }
}
