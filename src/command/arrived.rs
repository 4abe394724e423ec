//! Requests as they arrived over the wire: what a program really sends, read like what a person pastes.
//!
//! Each is written out as a short text, a line for the request and one for each header that bears on it, so that everything
//! later has positions as in a pasted command. Nothing has to be guessed here: a header that is not there was not sent.

use crate::checks::{NoteKind, Reported, Surface};

use super::draft::Draft;
use super::request_file::Sheet;
use super::secrets::{self, Secrets};
use super::spelled::Spelled;
use super::{Context, Front, Reading, finish, git, shell};

/// One request, as far as it bears on the credential. It holds secrets, so it has no `Debug`.
#[derive(Clone, Default)]
pub struct ArrivedRequest {
    /// As it was written.
    pub method: String,
    /// With the host that it was meant for.
    pub url: String,
    /// Every Authorization header.
    pub authorization: Vec<String>,
    /// Names and values of other headers in which programs put a token.
    pub other: Vec<(String, String)>,
    /// The body, where it is a form.
    pub form: String,
    /// A refusal that follows from how the credential was sent.
    pub refused: Option<(u16, String)>,
    /// What else was seen, and no header shows.
    pub notes: Vec<(NoteKind, String)>,
}

/// Headers that other services read a token from; Bitbucket Cloud reads `Authorization` alone.
pub const OTHER_HEADERS: &[&str] =
    &["private-token", "x-api-key", "x-auth-token", "x-access-token", "x-token-auth", "x-bitbucket-token", "proxy-authorization"];

/// Reads them in their order; secrets are replaced, and handed over once.
#[must_use]
pub fn read_arrived(requests: &[ArrivedRequest], context: &Context<'_>) -> Reading {
    let mut sheet = Sheet::default();
    let mut secrets = Secrets::default();
    secrets.apart = true;
    let drafts: Vec<Draft> = requests.iter().map(|request| written(request, &mut sheet, context, &mut secrets)).collect();
    secrets.apart = false;
    let text = sheet.text();
    super::swept(finish::reading(text, drafts, Vec::new(), Vec::new(), secrets))
}

fn written(request: &ArrivedRequest, sheet: &mut Sheet, context: &Context<'_>, secrets: &mut Secrets) -> Draft {
    let start = sheet.text().len();
    let method = sheet.write(&request.method);
    sheet.write(" ");
    let url = sheet.write(&request.url);
    sheet.end_line();
    let mut draft = Draft::new("arrived", start..start);
    draft.method = method.as_str().to_owned();
    set_url(&mut draft, &url, sheet, context, secrets);
    draft.span("method", method.span());
    for (kind, text) in &request.notes {
        draft.note(*kind, text.clone(), url.span());
    }
    for (place, value) in request.authorization.iter().enumerate() {
        let from = sheet.text().len();
        sheet.write("Authorization: ");
        let value = sheet.write(value);
        let at = from..sheet.text().len();
        sheet.end_line();
        if place == 0 {
            draft.span("header", Some(at));
            draft.authorize(&value, secrets);
        } else {
            draft.note(NoteKind::TwoAuthorizations, "two Authorization headers arrived", Some(at.clone()));
            draft.note(NoteKind::HeaderMalformed, "two Authorization headers", Some(at));
            Draft::default().authorize(&value, secrets);
        }
    }
    for (name, value) in &request.other {
        sheet.write(name);
        sheet.write(": ");
        let value = sheet.write(value);
        sheet.end_line();
        other_header(&mut draft, name, &value, secrets);
    }
    form(&mut draft, request, sheet, secrets);
    // A note on the form of a header says more than that nothing came.
    let malformed = draft.notes.iter().any(|(kind, ..)| *kind == NoteKind::HeaderMalformed);
    if draft.sends.place.is_empty() && draft.address.surface.is_some() && !malformed {
        draft.note(NoteKind::NoCredential, "no credential arrived", url.span());
    }
    let end = sheet.text().len();
    let block = start..end.max(start + 1) - 1;
    draft.command = block.clone();
    draft.block = block;
    draft.reported = request.refused.as_ref().map(|(status, said)| {
        let mut reported = super::answer::read(said, false).unwrap_or_default();
        reported.status = Some(*status);
        (Reported { headers: Default::default(), ..reported }, end..end)
    });
    draft
}

/// git's own paths are a repository's address with a question behind it.
fn set_url(draft: &mut Draft, url: &Spelled, sheet: &Sheet, context: &Context<'_>, secrets: &mut Secrets) {
    let source = sheet.text();
    let mut probe = Draft::default();
    probe.set_url(url, false, context, &mut Secrets::default());
    if probe.address.surface != Some(Surface::Git) {
        draft.set_url(url, false, context, secrets);
        return;
    }
    draft.tool = "git".into();
    let front = Front { source, context, dialect: shell::Dialect::Words, command: 0..0 };
    git::set_url(draft, url, &front, secrets);
    draft.sends = Default::default();
    draft.writes = url.as_str().contains("git-receive-pack");
    draft.method = if draft.writes { "POST".into() } else { "GET".into() };
}

/// A token in a header that is not read.
fn other_header(draft: &mut Draft, name: &str, value: &Spelled, secrets: &mut Secrets) {
    let text = format!("Bitbucket reads the token from `Authorization`, not from `{name}`");
    if draft.sends.credential.is_none() && draft.sends.place.is_empty() {
        draft.note(NoteKind::HeaderMalformed, text, value.span());
        draft.set_secret(value, secrets);
        draft.sends.place = "header".into();
    } else {
        secrets.take(value);
        draft.note(NoteKind::Remark, text, value.span());
    }
}

/// A token among the fields of a form.
fn form(draft: &mut Draft, request: &ArrivedRequest, sheet: &mut Sheet, secrets: &mut Secrets) {
    for (name, value) in url::form_urlencoded::parse(request.form.as_bytes()).take(100) {
        let named = matches!(name.as_ref(), "access_token" | "token" | "private_token" | "api_token");
        if value.is_empty() || !named && secrets::recognised(&value, 0..value.len()).is_empty() {
            continue;
        }
        let name: String = name.chars().take(40).collect();
        sheet.write(&format!("body: {name}="));
        let value = sheet.write(&value);
        sheet.end_line();
        let id = secrets.take(&value);
        draft.note(NoteKind::TokenInQuery, "a token in the body is not read: only the Authorization header counts", value.span());
        if draft.sends.credential.is_none() {
            draft.sends.credential = Some(id);
            draft.sends.place = "body".into();
            draft.span("secret", value.span());
        }
    }
}
