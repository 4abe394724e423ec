//! wget, HTTPie and xh: the request that their words make.

use crate::checks::{NoteKind, Scheme, Surface};

use super::Front;
use super::draft::Draft;
use super::secrets::Secrets;
use super::shell::{Seen, Word};
use super::spelled::Spelled;

/// What both programs are given, before it becomes a request.
#[derive(Default)]
struct Given {
    urls: Vec<Spelled>,
    headers: Vec<Spelled>,
    user: Option<Spelled>,
    password: Option<Spelled>,
    bearer: Option<Spelled>,
    method: Option<Spelled>,
    body: bool,
    query: Vec<Spelled>,
}

fn drafts(tool: &str, given: &Given, words: &[Word], front: &Front<'_>, secrets: &mut Secrets) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for url in given.urls.iter().take(10) {
        let mut draft = Draft::new(tool, front.command.clone());
        let mut whole = url.clone();
        for part in &given.query {
            let joint = if whole.as_str().contains('?') { "&" } else { "?" };
            whole.push_expansion(joint, whole.span().map_or(0..0, |s| s.end..s.end));
            whole.append(part);
        }
        draft.set_url(&whole, false, front.context, secrets);
        draft.span("url", url.span());
        draft.method = given.method.as_ref().map_or(if given.body { "POST" } else { "GET" }, |m| m.as_str()).to_ascii_uppercase();
        draft.span("method", given.method.as_ref().and_then(Spelled::span));
        let authorization = given
            .headers
            .iter()
            .find(|h| h.as_str().split_once(':').is_some_and(|(name, _)| name.trim().eq_ignore_ascii_case("authorization")));
        let address = draft.address.clone();
        if let Some(header) = authorization {
            let colon = header.as_str().find(':').map_or(0, |at| at + 1);
            draft.span("header", header.span());
            draft.authorize(&header.from(colon), secrets);
            if let Some(user) = &given.user {
                if let Some(password) = &given.password {
                    secrets.take(password);
                }
                draft.note(
                    NoteKind::TwoAuthorizations,
                    "a header and a user are given; the header is the one to count on",
                    user.span(),
                );
            }
        } else if let Some(token) = &given.bearer {
            draft.sends.scheme = Some(Scheme::Bearer);
            draft.sends.place = "header".into();
            draft.set_secret(token, secrets);
        } else if let Some(user) = &given.user {
            draft.authorize_pair(user, given.password.as_ref(), "user-option", secrets);
            if given.password.is_none() {
                draft.sends.place = "prompt".into();
                draft.note(NoteKind::NoCredential, "no password is given: it is asked for", user.span());
            }
        } else if let Some(user) = &address.user {
            draft.authorize_pair(user, address.password.as_ref(), "url", secrets);
        } else if draft.address.surface == Some(Surface::Rest) && draft.sends.credential.is_none() {
            draft.note(NoteKind::NoCredential, "the command sends no credential", None);
        }
        for word in words {
            let bears = word.value.as_str().contains("://") || word.value.as_str().to_ascii_lowercase().contains("authorization");
            let own = given.user.iter().chain(&given.password).chain(&given.bearer).filter_map(Spelled::span);
            let bears = bears || own.into_iter().any(|at| word.at.start <= at.start && at.end <= word.at.end);
            for event in &word.events {
                if bears || matches!(event.what, Seen::TypographicQuote | Seen::Invisible | Seen::Unclosed) {
                    draft.event(event, front.dialect, front.source);
                }
            }
        }
        drafts.push(draft);
    }
    drafts
}

/// Options of wget that take their value from the next word.
const WGET_VALUES: &[&str] = &[
    "-O",
    "-o",
    "-a",
    "-P",
    "-U",
    "-t",
    "-T",
    "-e",
    "-i",
    "-B",
    "-D",
    "-A",
    "-R",
    "-I",
    "-X",
    "-l",
    "-Q",
    "-w",
    "--output-document",
    "--timeout",
    "--tries",
    "--ca-certificate",
    "--user-agent",
    "--directory-prefix",
    "--load-cookies",
    "--save-cookies",
    "--post-file",
    "--body-file",
    "--referer",
    "--execute",
    "--output-file",
];

/// wget. It sends user and password only after a refusal that asks for them, unless `--auth-no-challenge` stands there.
pub(crate) fn wget(words: &[Word], front: &Front<'_>, secrets: &mut Secrets) -> Vec<Draft> {
    let mut given = Given::default();
    let mut challenge = true;
    let mut at = 1;
    while let Some(word) = words.get(at) {
        at += 1;
        let text = word.value.as_str();
        if !text.starts_with('-') || text == "-" {
            given.urls.push(word.value.clone());
            continue;
        }
        let (name, joined) = match text.split_once('=').filter(|_| text.starts_with("--")) {
            Some((name, _)) => (name, Some(word.value.from(name.len() + 1))),
            None => (text, None),
        };
        let mut value = || {
            joined.clone().or_else(|| {
                at += 1;
                words.get(at - 1).map(|w| w.value.clone())
            })
        };
        match name {
            "--user" | "--http-user" => given.user = value(),
            "--password" | "--http-password" | "--http-passwd" => given.password = value(),
            "--header" => given.headers.extend(value()),
            "--method" => given.method = value(),
            "--post-data" | "--body-data" | "--post-file" | "--body-file" => {
                given.body = true;
                value();
            }
            "--auth-no-challenge" => challenge = false,
            _ if WGET_VALUES.contains(&name) => {
                value();
            }
            _ => {}
        }
    }
    let mut found = drafts("wget", &given, words, front, secrets);
    for draft in found.iter_mut().filter(|d| challenge && matches!(d.sends.place.as_str(), "user-option" | "url")) {
        let text = "wget asks without the credential first: what anybody may see is then answered so";
        let at = given.user.as_ref().and_then(Spelled::span);
        draft.note(NoteKind::Remark, text, at);
    }
    found
}

/// Options of HTTPie and xh that take a value.
const HTTPIE_VALUES: &[&str] = &[
    "-o",
    "--output",
    "-p",
    "--print",
    "-s",
    "--style",
    "--timeout",
    "--verify",
    "--cert",
    "--cert-key",
    "--proxy",
    "--session",
    "--pretty",
    "--format-options",
    "--ssl",
    "--max-redirects",
    "--default-scheme",
];

/// HTTPie and xh: `http -a user:secret GET URL name:value name==value name=value`.
pub(crate) fn httpie(name: &str, words: &[Word], front: &Front<'_>, secrets: &mut Secrets) -> Vec<Draft> {
    let mut given = Given::default();
    let mut bearer = false;
    let mut auth: Option<Spelled> = None;
    let mut plain: Vec<Spelled> = Vec::new();
    let mut at = 1;
    while let Some(word) = words.get(at) {
        at += 1;
        let text = word.value.as_str();
        if !text.starts_with('-') {
            plain.push(word.value.clone());
            continue;
        }
        let (option, joined) = match text.split_once('=').filter(|_| text.starts_with("--")) {
            Some((option, _)) => (option, Some(word.value.from(option.len() + 1))),
            None => (text, None),
        };
        let mut value = || {
            joined.clone().or_else(|| {
                at += 1;
                words.get(at - 1).map(|w| w.value.clone())
            })
        };
        match option {
            "-a" | "--auth" => auth = value(),
            "-A" | "--auth-type" => bearer = value().is_some_and(|v| v.as_str().eq_ignore_ascii_case("bearer")),
            "--bearer" => {
                bearer = true;
                auth = value();
            }
            "--raw" => {
                given.body = true;
                value();
            }
            _ if option.starts_with("-a") && option.len() > 2 && !option.starts_with("--") => auth = Some(word.value.from(2)),
            _ if HTTPIE_VALUES.contains(&option) => {
                value();
            }
            _ => {}
        }
    }
    let mut items = plain.into_iter().peekable();
    given.method = items.next_if(|w| !w.is_empty() && w.len() <= 8 && w.as_str().bytes().all(|b| b.is_ascii_uppercase()));
    let Some(mut url) = items.next() else { return Vec::new() };
    if !url.as_str().contains("://") {
        let mut whole = Spelled::default();
        whole.push_expansion(if name == "https" { "https://" } else { "http://" }, url.span().map_or(0..0, |s| s.start..s.start));
        whole.append(&url.from(url.len() - url.as_str().trim_start_matches(':').len()));
        url = whole;
    }
    given.urls.push(url);
    for item in items {
        let text = item.as_str();
        let colon = text.find(':');
        let equals = text.find('=');
        match (colon, equals) {
            (Some(c), e) if e.is_none_or(|e| c < e) && !text[c..].starts_with(":=") => given.headers.push(item),
            (_, Some(e)) if text[e..].starts_with("==") => {
                let mut pair = item.to(e + 1);
                pair.append(&item.from(e + 2));
                given.query.push(pair);
            }
            (_, Some(_)) => given.body = true,
            _ => {}
        }
    }
    match auth {
        Some(token) if bearer => given.bearer = Some(token),
        Some(pair) => match pair.split_once(':') {
            Some((user, password)) => (given.user, given.password) = (Some(user), Some(password)),
            None => given.user = Some(pair),
        },
        None => {}
    }
    drafts("http", &given, words, front, secrets)
}
