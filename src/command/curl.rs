//! curl: which request each URL of a command line becomes, and which Authorization is sent with it.
//!
//! The order of the sources of Authorization was measured with curl 7.88 against loopback: a header of the person's own wins
//! over everything, then `--oauth2-bearer`, then `-u`, then the URL's user information, then netrc. With `--anyauth`, `--digest`
//! or several methods the first request carries nothing.

use std::ops::Range;

use crate::checks::{NoteKind, Scheme, Surface, UserForm};

use super::Front;
use super::curl_options as options;
use super::draft::{Draft, RawNote};
use super::secrets::Secrets;
use super::shell::{OPAQUE, Seen, Word};
use super::spelled::Spelled;

/// A value with the word that it was in.
#[derive(Clone)]
struct Given {
    value: Spelled,
    word: usize,
    /// `--json`: added to what stands before without an `&`.
    glued: bool,
}

/// What one operation (between `--next`) was given.
#[derive(Clone, Default)]
struct Operation {
    urls: Vec<Given>,
    headers: Vec<Given>,
    user: Option<Given>,
    bearer: Option<Given>,
    method: Option<Given>,
    data: Vec<Given>,
    form: bool,
    upload: Option<Given>,
    get: Option<Range<usize>>,
    head: Option<Range<usize>>,
    netrc: Option<Range<usize>>,
    netrc_optional: bool,
    globoff: bool,
    methods: Vec<&'static str>,
    data_at: Option<Range<usize>>,
    notes: Vec<RawNote>,
    url_query: Vec<Given>,
}

/// Reads the words after `curl`.
pub(super) fn read(words: &[Word], front: &Front<'_>, secrets: &mut Secrets) -> Vec<Draft> {
    let operations = operations(words);
    let mut drafts = Vec::new();
    for operation in &operations {
        let mut urls = operation.urls.clone();
        if urls.is_empty() && (operation.user.is_some() || !operation.headers.is_empty()) {
            // A URL that a variable or a lost line took away: what is sent with it still tells something.
            urls.push(Given { value: Spelled::default(), word: 0, glued: false });
        }
        for url in urls.iter().take(20) {
            for expanded in globbed(&url.value, operation.globoff) {
                drafts.push(draft(operation, &expanded, url.word, words, front, secrets));
            }
        }
    }
    drafts
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
            apply(current, long, value, word, off);
            at += 1;
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
            apply(current, long, given, &words[at], false);
            return next;
        }
        apply(current, long, None, &words[at], false);
    }
    at + 1
}

fn apply(operation: &mut Operation, long: &str, value: Option<Given>, word: &Word, off: bool) {
    let at = Some(word.at.clone());
    let mut remark = |text: &str| operation.notes.push((NoteKind::Remark, text.to_owned(), at.clone()));
    match (long, value) {
        ("url", Some(url)) => operation.urls.push(url),
        ("url-query", Some(query)) => operation.url_query.push(query),
        ("user", Some(user)) => operation.user = Some(user),
        ("header", Some(header)) => {
            if header.value.as_str().starts_with('@') {
                remark("headers from a file are not read");
            }
            operation.headers.push(header);
        }
        ("request", Some(method)) => operation.method = Some(method),
        ("oauth2-bearer", Some(token)) => operation.bearer = Some(token),
        ("data" | "data-raw" | "data-binary" | "data-ascii" | "data-urlencode" | "json", Some(data)) => {
            operation.data.push(Given { glued: long == "json" && !operation.data.is_empty(), ..data });
            operation.data_at = at;
        }
        ("form" | "form-string", Some(data)) => {
            operation.form = true;
            operation.data.push(data);
            operation.data_at = at;
        }
        ("upload-file", Some(file)) => {
            operation.upload = Some(file);
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
        ("config", _) => remark("options from a file are not read"),
        ("insecure", _) if !off => remark("the certificate is not checked: anybody on the way can read the secret"),
        ("location-trusted", _) => remark("the secret goes along wherever the answer redirects to"),
        ("request-target", _) => remark("another path than the URL's is asked"),
        ("proxy", _) => remark("the request goes through the proxy named here"),
        _ => {}
    }
}

/// A word whose first dash a text program has replaced.
fn undashed(word: &Spelled) -> (Spelled, Option<Range<usize>>) {
    let dash = |c: char| matches!(c, '–' | '—' | '‒' | '―' | '−' | '‐' | '‑');
    let Some(first) = word.as_str().chars().next().filter(|c| dash(*c)) else { return (word.clone(), None) };
    let rest = word.from(first.len_utf8());
    let place = word.to(first.len_utf8()).span();
    let name = rest.as_str().trim_start_matches(|c: char| c == '-' || dash(c));
    let name_at = rest.len() - name.len();
    let mut fixed = Spelled::default();
    let at = place.clone().unwrap_or_default();
    let long = options::long(name.split('=').next().unwrap_or_default()).is_some() && name.chars().count() > 1;
    fixed.push('-', at.clone());
    if long {
        fixed.push('-', at);
    }
    fixed.append(&rest.from(name_at));
    (fixed, place)
}

/// What curl makes of `{a,b}`: each alternative is a URL of its own. Ranges are not enumerated.
fn globbed(url: &Spelled, globoff: bool) -> Vec<Spelled> {
    let text = url.as_str();
    if globoff || text.contains("{{") || text.contains("${") {
        return vec![url.clone()];
    }
    let Some(open) = text.find('{') else { return vec![url.clone()] };
    let Some(close) = text[open..].find('}').map(|close| open + close) else { return vec![url.clone()] };
    let mut urls = Vec::new();
    for part in url.part(open + 1..close).split(',').into_iter().take(10) {
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

fn draft(
    operation: &Operation,
    url: &Spelled,
    url_word: usize,
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
        let data = if operation.get.is_some() { operation.data.as_slice() } else { &[] };
        for part in operation.url_query.iter().chain(data) {
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
    method(operation, &mut draft);
    authorization(operation, &mut draft, secrets);
    body(operation, &mut draft, secrets);
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

fn method(operation: &Operation, draft: &mut Draft) {
    let body = !operation.data.is_empty() && operation.get.is_none();
    let implied = if operation.head.is_some() {
        "HEAD"
    } else if operation.upload.is_some() {
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

/// The name of a header as curl takes it, in lower case.
fn name_of(header: &Spelled) -> Option<String> {
    let text = header.as_str();
    let end = text.find([':', ';'])?;
    Some(text[..end].to_ascii_lowercase())
}

fn telling_header(name: &str) -> bool {
    let name = name.trim();
    name == "authorization" || near_authorization(name) || TOKEN_HEADERS.contains(&name)
}

/// Headers in which other services take a token.
const TOKEN_HEADERS: &[&str] =
    &["private-token", "x-api-key", "x-auth-token", "x-access-token", "api-key", "token", "x-token-auth", "job-token"];

fn near_authorization(name: &str) -> bool {
    name != "proxy-authorization"
        && name != "authorization"
        && (name.starts_with("auth")
            || name.starts_with("autor")
            || name.starts_with("x-auth")
            || name.ends_with("authorization"))
}

fn authorization(operation: &Operation, draft: &mut Draft, secrets: &mut Secrets) {
    let mut sent: Vec<&Given> = Vec::new();
    let mut removed = None;
    for header in &operation.headers {
        other_header(&header.value, draft, secrets);
        if name_of(&header.value).as_deref() == Some("authorization") {
            let text = header.value.as_str();
            let value = text.split_once(':').map(|(_, v)| v.trim());
            match value {
                Some("") => removed = header.value.span(),
                _ => sent.push(header),
            }
        }
    }
    let url = draft.address.clone();
    let url_has = url.user.is_some();
    if let Some(first) = sent.first() {
        let name_end = first.value.as_str().find([':', ';']).unwrap_or_default();
        draft.span("header", first.value.span());
        draft.authorize(&first.value.from(name_end + 1), secrets);
        for second in sent.iter().skip(1) {
            let mut other = Draft::default();
            other.authorize(&second.value.from("authorization:".len()), secrets);
            draft.note(
                NoteKind::TwoAuthorizations,
                "two Authorization headers are given, and curl sends both",
                second.value.span(),
            );
            draft.note(NoteKind::HeaderMalformed, "two Authorization headers", second.value.span());
        }
        if let Some(user) = &operation.user {
            take_unused(&user.value, secrets);
            let text = "the Authorization header is sent; what `-u` says is not";
            draft.note(NoteKind::TwoAuthorizations, text, user.value.span());
        } else if url_has {
            take_unused_pair(&url, secrets);
            let text = "the Authorization header is sent; user and password of the URL are not";
            draft.note(NoteKind::TwoAuthorizations, text, url.at.clone());
        } else if let Some(netrc) = &operation.netrc {
            draft.note(
                NoteKind::NetrcUsed,
                "netrc is asked for, but the Authorization header is what is sent",
                Some(netrc.clone()),
            );
        }
        return;
    }
    if let Some(at) = removed {
        draft.note(NoteKind::NoCredential, "`Authorization:` without a value makes curl send no such header", Some(at));
        return;
    }
    if let Some(bearer) = &operation.bearer {
        // Measured with curl 7.88: an explicit `--basic` leaves no scheme that a bearer token could go with.
        if operation.methods.last() == Some(&"basic") {
            take_unused(&bearer.value, secrets);
            if let Some(user) = &operation.user {
                take_unused(&user.value, secrets);
            }
            let text = "`--basic` keeps curl from sending what `--oauth2-bearer` says: no credential is sent";
            draft.note(NoteKind::NoCredential, text, bearer.value.span());
            return;
        }
        draft.sends.scheme = Some(Scheme::Bearer);
        draft.sends.place = "header".into();
        draft.set_secret(&bearer.value, secrets);
        if let Some(user) = &operation.user {
            take_unused(&user.value, secrets);
            draft.note(NoteKind::TwoAuthorizations, "`--oauth2-bearer` is sent; what `-u` says is not", user.value.span());
        }
        return;
    }
    if let Some(user) = &operation.user {
        user_option(&user.value, draft, secrets);
        if url_has {
            take_unused_pair(&url, secrets);
            draft.note(
                NoteKind::TwoAuthorizations,
                "what `-u` says is sent; user and password of the URL are not",
                url.at.clone(),
            );
        }
        if operation.netrc.is_some() {
            draft.note(NoteKind::NetrcUsed, "netrc is asked for, but what `-u` says is sent", operation.netrc.clone());
        }
        negotiated(operation, draft, user);
        return;
    }
    if let Some(user) = &url.user {
        draft.authorize_pair(user, url.password.as_ref(), "url", secrets);
        return;
    }
    if let Some(netrc) = &operation.netrc {
        draft.sends.place = "netrc".into();
        draft.note(NoteKind::NetrcUsed, "user and password come from netrc", Some(netrc.clone()));
        return;
    }
    let malformed = draft.notes.iter().any(|(kind, _, _)| *kind == NoteKind::HeaderMalformed);
    if draft.address.surface == Some(Surface::Rest) && draft.sends.credential.is_none() && !malformed {
        draft.note(NoteKind::NoCredential, "the command sends no credential", None);
    }
}

/// With several methods allowed, curl asks without a credential first.
fn negotiated(operation: &Operation, draft: &mut Draft, user: &Given) {
    let first = operation.methods.first();
    let several = operation.methods.iter().any(|m| Some(m) != first) || operation.methods.contains(&"any");
    if several {
        draft.note(
            NoteKind::Remark,
            "curl asks without the credential first and sends it only if the refusal names a method that it knows",
            user.value.span(),
        );
    } else if matches!(first, Some(&"digest" | &"ntlm" | &"negotiate" | &"aws")) {
        draft.sends.scheme = None;
        let text = format!("`--{}` is no way to sign in to Bitbucket: it knows Basic and Bearer", first.unwrap_or(&""));
        draft.note(NoteKind::HeaderMalformed, text, user.value.span());
    }
}

fn user_option(value: &Spelled, draft: &mut Draft, secrets: &mut Secrets) {
    // `$env:NAME` has a colon of its own.
    let own = if value.as_str().to_ascii_lowercase().starts_with("$env:") { "$env:".len() } else { 0 };
    let pair = value.from(own).split_once(':').map(|(user, secret)| (value.to(own + user.len()), secret));
    match pair {
        Some((user, secret)) => draft.authorize_pair(&user, Some(&secret), "user-option", secrets),
        None if value.as_str().contains(OPAQUE) => {
            draft.sends.scheme = Some(Scheme::Basic);
            draft.sends.place = "user-option".into();
            draft.note(NoteKind::Remark, "user and secret come from a substitution, which is not run", value.span());
        }
        None => {
            draft.authorize_pair(value, None, "prompt", secrets);
            let form = draft.sends.user.as_ref().map(|u| u.form);
            if form == Some(UserForm::Token) {
                let text = "the token stands in the place of the user: without a colon curl asks for a password";
                draft.note(NoteKind::TokenAsUser, text, value.span());
            } else if form != Some(UserForm::Placeholder) {
                draft.note(NoteKind::NoCredential, "no colon: curl asks for the password", value.span());
            }
        }
    }
}

/// A secret that is given and not sent is still to be hidden.
fn take_unused(pair: &Spelled, secrets: &mut Secrets) {
    if let Some((_, secret)) = pair.split_once(':').filter(|(_, secret)| !secret.is_empty())
        && !secret.as_str().contains(OPAQUE)
    {
        secrets.take(&secret);
    }
}

fn take_unused_pair(address: &super::address::Address, secrets: &mut Secrets) {
    if let Some(secret) = address.password.as_ref().filter(|p| !p.is_empty()) {
        secrets.take(secret);
    }
}

/// Headers that are almost Authorization, or hold a token where Bitbucket does not look.
fn other_header(header: &Spelled, draft: &mut Draft, secrets: &mut Secrets) {
    let text = header.as_str();
    let Some(end) = text.find(':') else {
        if text.to_ascii_lowercase().trim_start().starts_with("authorization") {
            let rest = header.from(text.find(' ').unwrap_or(text.len())).trimmed();
            draft.note(
                NoteKind::HeaderMalformed,
                "no colon after `Authorization`: curl does not send this header",
                header.span(),
            );
            draft.authorize(&rest, secrets);
            draft.sends.scheme = None;
        }
        return;
    };
    let name = text[..end].to_ascii_lowercase();
    let value = header.from(end + 1).trimmed();
    if name == "authorization" || value.is_empty() {
        return;
    }
    if name.trim() == "authorization" {
        draft.note(NoteKind::HeaderMalformed, "white space around the name makes it another header", header.span());
    } else if TOKEN_HEADERS.contains(&name.as_str()) {
        let text = format!("Bitbucket reads the token from `Authorization`, not from `{}`", text[..end].trim());
        draft.note(NoteKind::HeaderMalformed, text, header.to(end).span());
    } else if near_authorization(&name) {
        let text = format!("`{}` is not the header's name: it is `Authorization`", text[..end].trim());
        draft.note(NoteKind::HeaderMalformed, text, header.to(end).span());
    } else {
        return;
    }
    let mut other = Draft::default();
    other.authorize(&value, secrets);
    if draft.sends.credential.is_none() {
        draft.sends.credential = other.sends.credential;
        draft.sends.place = "header".into();
        draft.span("header", header.span());
        for (name, at) in other.spans {
            draft.span(name, Some(at));
        }
    }
}

/// What a body says about signing in: a token, or the fields of OAuth's token endpoint (RFC 6749, section 4).
fn body(operation: &Operation, draft: &mut Draft, secrets: &mut Secrets) {
    let endpoint = draft.address.path.as_str().contains("/oauth2/access_token");
    for data in operation.data.iter().flat_map(|d| d.value.split('&')) {
        let Some((name, value)) = data.split_once('=') else { continue };
        let secret = matches!(
            name.as_str(),
            "client_secret" | "refresh_token" | "code" | "password" | "access_token" | "token" | "assertion" | "private_token"
        );
        if !secret || value.is_empty() {
            continue;
        }
        let id = secrets.take(&value);
        if endpoint {
            if name.as_str() == "client_secret" && draft.sends.scheme.is_none() {
                let text = "key and secret stand in the body; Bitbucket wants them as user and password of Basic";
                draft.note(NoteKind::OauthClient, text, data.span());
            }
        } else if matches!(name.as_str(), "access_token" | "token" | "private_token") {
            draft.note(
                NoteKind::TokenInQuery,
                "a token in the body is not read: only the Authorization header counts",
                value.span(),
            );
            if draft.sends.credential.is_none() {
                draft.sends.credential = Some(id);
                draft.sends.place = "body".into();
                draft.span("secret", value.span());
            }
        }
    }
    if endpoint && draft.sends.credential.is_some() {
        draft.note(
            NoteKind::OauthClient,
            "this asks OAuth's token endpoint, with key and secret of a consumer",
            draft.address.at.clone(),
        );
    }
}
