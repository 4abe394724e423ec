//! curl: which request each URL of a command line becomes, and which Authorization is sent with it.
//!
//! The order of the sources of Authorization was measured with curl 7.88 against loopback: a header of the person's own wins
//! over everything, then `--oauth2-bearer`, then `-u`, then the URL's user information, then netrc.

mod auth;
mod config;
mod methods;
mod operation;
pub(super) mod options;
mod url;
mod value;

use crate::checks::NoteKind;

use self::auth::{authorization, body, name_of, telling_header};
use self::operation::{Given, Operation, operations};
use self::url::{glob_notes, globbed, query_parts, with_file_name, with_query};
use crate::command::Front;
use crate::command::draft::{Draft, RawNote};
use crate::command::secrets::Secrets;
use crate::command::shell::{Dialect, OPAQUE, Seen, Word};
use crate::command::spelled::Spelled;

pub(crate) use self::config::settings;
pub(super) use self::value::undashed;

/// Reads the words after `curl`.
pub(super) fn read(words: &[Word], front: &Front<'_>, secrets: &mut Secrets) -> Vec<Draft> {
    let mut operations = operations(words, front);
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
            // Each `-T` goes with one URL, in their order; an empty one with none.
            let upload = operation.uploads.get(index).filter(|file| !file.value.is_empty());
            let files = upload.map_or(vec![None], |file| globbed(&file.value, operation.globoff).into_iter().map(Some).collect());
            for file in &files {
                for expanded in globbed(&url.value, operation.globoff) {
                    drafts.push(draft(operation, &expanded, url.word, file.as_ref(), words, front, secrets));
                }
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

fn draft(
    operation: &Operation,
    url: &Spelled,
    url_word: usize,
    upload: Option<&Spelled>,
    words: &[Word],
    front: &Front<'_>,
    secrets: &mut Secrets,
) -> Draft {
    let mut draft = Draft::new("curl", front.command.clone());
    for (kind, text, at) in &operation.notes {
        draft.note(*kind, text.clone(), at.clone());
    }
    let named = upload.map_or(url.clone(), |file| with_file_name(url, file));
    let parts = query_parts(operation);
    let whole = with_query(&named, parts);
    if url.as_str().contains(OPAQUE) {
        draft.note(NoteKind::Remark, "a part of the URL comes from a substitution, which is not run", url.span());
    } else if let Some(at) = whole.as_str().find(OPAQUE) {
        let place = whole.part(at..at + OPAQUE.len_utf8()).span();
        draft.note(NoteKind::Remark, "a part of the URL comes from a file, which is not read", place);
    }
    draft.set_url(&whole, false, front.context, secrets);
    if operation.path_as_is && named == *url && parts.is_empty() {
        draft.address.keep_dots(front.context);
    }
    if let Some(target) = operation.target.as_ref().filter(|target| target.value.as_str().starts_with('/')) {
        draft.address.ask_for(&target.value, front.context);
    }
    if let Some(at) = words.get(url_word).filter(|_| url_word > 0).and_then(|w| w.value.span()) {
        draft.span("url", Some(at));
    }
    glob_notes(operation, words.get(url_word), &mut draft);
    method(operation, upload.is_some(), &mut draft);
    authorization(operation, &mut draft, secrets);
    if operation.methods.foreign().is_some_and(|only| matches!(only, "digest" | "ntlm"))
        && (operation.has_body() || upload.is_some())
        && let Some(known) = operation.user_from(&draft.address)
    {
        let text =
            format!("{known}the first request goes without its body: curl waits for what the answer says about signing in");
        draft.note(NoteKind::Remark, text, operation.data_at.clone());
    }
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
                Seen::TypographicQuote
                    | Seen::Invisible
                    | Seen::Unclosed
                    | Seen::CmdQuote
                    | Seen::BrokenContinuation
                    | Seen::OtherContinuation
            )
        }) {
            draft.event(event, front.dialect, front.source);
        }
    }
    draft
}

fn method(operation: &Operation, uploads: bool, draft: &mut Draft) {
    let body = operation.has_body();
    let implied = if operation.head.is_some() {
        "HEAD"
    } else if uploads {
        "PUT"
    } else if body {
        "POST"
    } else {
        "GET"
    };
    let wants = [
        operation.head.is_some() || operation.get.is_some() && !operation.data.is_empty() && !operation.form,
        operation.data.len() > operation.forms && operation.get.is_none(),
        operation.form,
        uploads,
    ];
    if wants.iter().filter(|wanted| **wanted).count() > 1 {
        let text = "curl sends nothing: of `-d`, `-F`, `-G`, `-I` and `-T` only one can make the request";
        draft.note(NoteKind::Remark, text, operation.data_at.clone());
    }
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
