//! PowerShell's `Invoke-RestMethod` and `Invoke-WebRequest`.

use crate::checks::{NoteKind, Scheme, Surface};

use super::Front;
use super::draft::Draft;
use super::secrets::Secrets;
use super::shell::{self, Dialect, OPAQUE, Variables, Word};

/// Parameters that take no value.
const SWITCHES: &[&str] = &[
    "usebasicparsing",
    "skipcertificatecheck",
    "usedefaultcredentials",
    "disablekeepalive",
    "passthru",
    "skipheadervalidation",
    "allowunencryptedauthentication",
    "preserveauthorizationonredirect",
    "followrellink",
    "verbose",
    "debug",
    "resume",
    "skiphttperrorcheck",
    "nobodyoutput",
];

/// Reads the words after the command's name.
pub(crate) fn read(words: &[Word], front: &Front<'_>, secrets: &mut Secrets) -> Vec<Draft> {
    let mut draft = Draft::new("powershell", front.command.clone());
    let (mut url, mut method, mut headers, mut token, mut credential, mut scheme) = (None, None, None, None, None, None);
    let mut body = false;
    let mut at = 1;
    while let Some(word) = words.get(at) {
        at += 1;
        let text = word.value.as_str().to_owned();
        let Some(name) = text.strip_prefix('-').filter(|n| n.starts_with(|c: char| c.is_ascii_alphabetic())) else {
            url.get_or_insert(word);
            continue;
        };
        let name = name.trim_end_matches(':').to_ascii_lowercase();
        if SWITCHES.contains(&name.as_str()) {
            continue;
        }
        let value = words.get(at);
        at += 1;
        // PowerShell takes any unambiguous beginning of a parameter's name.
        let is = |full: &str, least: usize| name.len() >= least && full.starts_with(&name);
        if is("uri", 1) {
            url = value;
        } else if is("method", 1) {
            method = value;
        } else if is("headers", 1) {
            headers = value;
        } else if is("token", 2) {
            token = value;
        } else if is("credential", 2) {
            credential = value;
        } else if is("authentication", 1) {
            scheme = value;
        } else if is("body", 1) || is("infile", 3) {
            body = true;
        }
    }
    if let Some(url) = url {
        draft.set_url(&url.value, false, front.context, secrets);
        draft.word_events(url, front.dialect, front.source);
    }
    draft.method = method.map_or("GET".to_owned(), |m| m.value.as_str().to_ascii_uppercase());
    if draft.method == "GET" && body {
        draft.note(NoteKind::Remark, "with GET the body becomes the query", None);
    }
    draft.span("method", method.and_then(|m| m.value.span()));
    let authorization = headers.and_then(|word| entry(word, "authorization", front));
    if let Some(value) = authorization {
        draft.span("header", value.value.span());
        draft.authorize(&value.value, secrets);
        draft.word_events(&value, front.dialect, front.source);
    } else if let Some(token) = token {
        draft.sends.place = "header".into();
        let basic = scheme.is_some_and(|s: &Word| s.value.as_str().eq_ignore_ascii_case("basic"));
        draft.sends.scheme = Some(if basic { Scheme::Basic } else { Scheme::Bearer });
        if token.value.as_str().contains(OPAQUE) || token.value.as_str().starts_with('(') {
            draft.note(NoteKind::Remark, "the secret comes from an expression, which is not run", token.value.span());
        } else {
            draft.set_secret(&token.value, secrets);
            draft.word_events(token, front.dialect, front.source);
        }
    } else if credential.is_some() {
        draft.sends.scheme = scheme.map(|_| Scheme::Basic);
        draft.sends.place = "prompt".into();
        if scheme.is_none() {
            let text = "without `-Authentication Basic` PowerShell sends the credential only after a refusal that asks for it";
            draft.note(NoteKind::Remark, text, credential.and_then(|c| c.value.span()));
        }
    } else if headers.is_some_and(|h| h.value.as_str().contains('$') || h.value.as_str().contains(OPAQUE)) {
        draft.note(NoteKind::Remark, "the headers come from a variable that is not shown", headers.and_then(|h| h.value.span()));
    } else if draft.address.surface == Some(Surface::Rest) && draft.sends.credential.is_none() {
        draft.note(NoteKind::NoCredential, "the command sends no credential", None);
    }
    vec![draft]
}

/// One value of `@{ Name = "value"; … }`.
fn entry(headers: &Word, name: &str, front: &Front<'_>) -> Option<Word> {
    let text = headers.value.as_str();
    let lower = text.to_ascii_lowercase();
    let at = lower.find(name)? + name.len();
    let rest = text[at..].trim_start_matches(['"', '\'', ' ']);
    let rest = rest.strip_prefix('=')?.trim_start();
    let start = headers.value.from(text.len() - rest.len()).span()?.start;
    let variables = Variables::again(front);
    let limit = start + rest.find('\n').unwrap_or(rest.len());
    let line = shell::read(front.source, start, limit.min(front.source.len()), Dialect::PowerShell, &variables);
    let mut words = line.words.into_iter();
    let first = words.next()?;
    // `"Basic " + $encoded`
    let plus = words.next().filter(|w| w.value.as_str() == "+").and_then(|_| words.next());
    Some(match plus {
        Some(second) => {
            let mut whole = first;
            whole.value.append(&second.value);
            whole.events.extend(second.events);
            whole.at.end = second.at.end;
            whole
        }
        None => {
            let mut whole = first;
            let closing = whole.value.as_str().trim_end_matches('}').len();
            if !whole.quoted && closing < whole.value.len() {
                whole.value = whole.value.to(closing);
            }
            whole
        }
    })
}
