//! curl: which of the sources of Authorization is sent, and what headers and body say about signing in.
//!
//! Measured with curl 7.88: a header of the person's own keeps curl from sending Basic or Bearer, not from NTLM, which goes
//! before it. `Authorization;` sends an empty header; with anything behind the semicolon nothing is sent, and `-u` neither.

use std::ops::Range;

use crate::checks::{NoteKind, Scheme, Sends, Surface, UserForm, shape};

use super::operation::{Given, Operation};
use crate::command::address::Address;
use crate::command::draft::Draft;
use crate::command::secrets::Secrets;
use crate::command::shell::OPAQUE;
use crate::command::spelled::Spelled;

/// The name of a header as curl takes it, in lower case.
pub(super) fn name_of(header: &Spelled) -> Option<String> {
    let text = header.as_str();
    let end = text.find([':', ';'])?;
    Some(text[..end].to_ascii_lowercase())
}

pub(super) fn telling_header(name: &str) -> bool {
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

const BOTH: &str = "two Authorization headers are given, and curl sends both";

pub(super) fn authorization(operation: &Operation, draft: &mut Draft, secrets: &mut Secrets) {
    let mut sent: Vec<&Given> = Vec::new();
    let (mut removed, mut emptied, mut lost) = (None, Vec::new(), None);
    for header in &operation.headers {
        other_header(&header.value, draft, secrets);
        if name_of(&header.value).as_deref() != Some("authorization") {
            continue;
        }
        let text = header.value.as_str();
        match text.split_once(':').map(|(_, v)| v.trim()) {
            _ if text.get("authorization".len()..).is_some_and(|rest| rest.starts_with(';')) => {
                if text.len() == "authorization;".len() { emptied.push(&header.value) } else { lost = Some(&header.value) }
            }
            Some("") => removed = header.value.span(),
            _ => sent.push(header),
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
            draft.beside.push(other.sends);
            twice(draft, second.value.span());
        }
        for second in emptied {
            draft.beside.push(Sends { place: "header".into(), ..Sends::default() });
            twice(draft, second.span());
        }
        own_scheme_too(operation, draft);
        if let Some(user) = &operation.user {
            take_unused(&user.value, draft, secrets);
            let text = "the Authorization header is sent; what `-u` says is not";
            draft.note(NoteKind::TwoAuthorizations, text, user.value.span());
        } else if url_has {
            take_unused_pair(&url, secrets);
            let text = "the Authorization header is sent; user and password of the URL are not";
            draft.note(NoteKind::TwoAuthorizations, text, url.at.clone());
        } else if let Some(netrc) = operation.netrc() {
            draft.note(
                NoteKind::NetrcUsed,
                "netrc is asked for, but the Authorization header is what is sent",
                Some(netrc.clone()),
            );
        }
        return;
    }
    if let Some((first, more)) = emptied.split_first() {
        draft.sends = Sends { place: "header".into(), ..Sends::default() };
        draft.note(NoteKind::HeaderMalformed, "`Authorization;` sends the header without a value", first.span());
        for second in more {
            draft.beside.push(Sends { place: "header".into(), ..Sends::default() });
            twice(draft, second.span());
        }
        own_scheme_too(operation, draft);
        return take_all_unused(operation, &url, draft, secrets);
    }
    if let Some(header) = lost {
        own_scheme_too(operation, draft);
        take_all_unused(operation, &url, draft, secrets);
        let text = "a semicolon is no colon: curl sends neither this header nor what `-u` says";
        return draft.note(NoteKind::HeaderMalformed, text, header.span());
    }
    if let Some(at) = removed {
        own_scheme_too(operation, draft);
        take_all_unused(operation, &url, draft, secrets);
        draft.note(NoteKind::NoCredential, "`Authorization:` without a value makes curl send no such header", Some(at));
        return;
    }
    let user = operation.user.as_ref().map(|user| user.value.span()).or_else(|| url_has.then(|| url.at.clone()));
    if let Some(bearer) = &operation.bearer {
        let several = operation.methods.several();
        if several && user.is_none() && operation.netrc().is_none() {
            take_all_unused(operation, &url, draft, secrets);
            let text = "with a second method beside it curl waits for a refusal that names Bearer before it sends \
                        what `--oauth2-bearer` says: no credential is sent";
            return draft.note(NoteKind::NoCredential, text, bearer.value.span());
        }
        if !several {
            draft.sends.scheme = Some(Scheme::Bearer);
            draft.sends.place = "header".into();
            draft.set_secret(&bearer.value, secrets);
            if let Some(user) = &operation.user {
                take_unused(&user.value, draft, secrets);
                draft.note(NoteKind::TwoAuthorizations, "`--oauth2-bearer` is sent; what `-u` says is not", user.value.span());
            } else if let Some(at) = user {
                take_unused_pair(&url, secrets);
                let text = "`--oauth2-bearer` is sent; user and password of the URL are not";
                draft.note(NoteKind::TwoAuthorizations, text, at);
            }
            return;
        }
        if !bearer.value.is_empty() && !bearer.value.as_str().contains(OPAQUE) {
            secrets.take(&bearer.value);
        }
        let text = "several methods are allowed: what `--oauth2-bearer` says is sent only if the refusal names Bearer";
        draft.note(NoteKind::TwoAuthorizations, text, bearer.value.span());
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
        if operation.netrc().is_some() {
            draft.note(NoteKind::NetrcUsed, "netrc is asked for, but what `-u` says is sent", operation.netrc().cloned());
        }
        negotiated(operation, draft, user.value.span());
        return;
    }
    if let Some(user) = &url.user {
        // `--netrc` goes before the URL's password, `--netrc-optional` behind it; both look for the URL's user.
        let asked = operation.netrc().filter(|_| !operation.netrc_optional() || url.password.is_none());
        if let Some(netrc) = asked {
            if let Some(password) = url.password.as_ref().filter(|p| !p.is_empty()) {
                draft.sends.credential = None;
                draft.authorize_pair(user, Some(password), "url", secrets);
            } else {
                draft.set_user(user, "the URL", secrets);
            }
            draft.sends.place = "netrc".into();
            draft.note(NoteKind::NetrcUsed, "the password comes from netrc", Some(netrc.clone()));
        } else {
            // What a header without a colon holds is not sent.
            draft.sends.credential = None;
            draft.authorize_pair(user, url.password.as_ref(), "url", secrets);
        }
        negotiated(operation, draft, url.at.clone());
        return;
    }
    if let Some(netrc) = operation.netrc() {
        draft.sends.place = "netrc".into();
        draft.note(NoteKind::NetrcUsed, "user and password come from netrc", Some(netrc.clone()));
        negotiated(operation, draft, Some(netrc.clone()));
        return;
    }
    let malformed = draft.notes.iter().any(|(kind, _, _)| *kind == NoteKind::HeaderMalformed);
    // A header or an option from a file may hold one.
    let unseen = operation.unseen || operation.headers.iter().any(|h| h.value.as_str().starts_with('@'));
    if draft.address.surface == Some(Surface::Rest) && draft.sends.credential.is_none() && !malformed && !unseen {
        draft.note(NoteKind::NoCredential, "the command sends no credential", None);
    }
}

/// With several methods allowed, curl asks without a credential first.
fn negotiated(operation: &Operation, draft: &mut Draft, at: Option<Range<usize>>) {
    if operation.methods.several() {
        draft.note(
            NoteKind::Remark,
            "curl asks without the credential first and sends it only if the refusal names a method that it knows",
            at,
        );
    } else if let Some(foreign) = operation.methods.foreign() {
        draft.sends.scheme = None;
        let text = format!("`--{foreign}` is no way to sign in to Bitbucket: it knows Basic and Bearer");
        draft.note(NoteKind::HeaderMalformed, text, at);
    }
}

/// A second header of the same name.
fn twice(draft: &mut Draft, at: Option<Range<usize>>) {
    draft.note(NoteKind::TwoAuthorizations, BOTH, at.clone());
    draft.note(NoteKind::HeaderMalformed, "two Authorization headers", at);
}

/// NTLM begins with a header of its own, whatever the person's says.
fn own_scheme_too(operation: &Operation, draft: &mut Draft) {
    let Some(known) = operation.user_from(&draft.address).filter(|_| operation.methods.only() == "ntlm") else { return };
    let (place, kind) = if known.is_empty() { ("ntlm", NoteKind::HeaderMalformed) } else { ("netrc", NoteKind::Remark) };
    draft.beside.push(Sends { place: place.into(), ..Sends::default() });
    let at = draft.spans.iter().find(|(name, _)| *name == "header").map(|(_, at)| at.clone());
    draft.note(kind, format!("{known}`--ntlm` sends an Authorization header of its own"), at);
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
fn take_unused(pair: &Spelled, draft: &mut Draft, secrets: &mut Secrets) {
    let user = pair.split_once(':').map_or_else(|| pair.clone(), |(user, _)| user);
    if shape::user_form(user.as_str()) == UserForm::Email {
        draft.users.unsent.get_or_insert_with(|| user.as_str().to_owned());
    }
    if let Some((_, secret)) = pair.split_once(':').filter(|(_, secret)| !secret.is_empty())
        && !secret.as_str().contains(OPAQUE)
    {
        secrets.take(&secret);
    }
}

fn take_all_unused(operation: &Operation, address: &Address, draft: &mut Draft, secrets: &mut Secrets) {
    for pair in operation.user.iter() {
        take_unused(&pair.value, draft, secrets);
    }
    if let Some(bearer) = operation.bearer.as_ref().filter(|b| !b.value.is_empty() && !b.value.as_str().contains(OPAQUE)) {
        secrets.take(&bearer.value);
    }
    take_unused_pair(address, secrets);
}

fn take_unused_pair(address: &Address, secrets: &mut Secrets) {
    if let Some(secret) = address.password.as_ref().filter(|p| !p.is_empty()) {
        secrets.take(secret);
    }
}

/// Headers that are almost Authorization, or hold a token where Bitbucket does not look.
fn other_header(header: &Spelled, draft: &mut Draft, secrets: &mut Secrets) {
    let text = header.as_str();
    let Some(end) = text.find(':') else {
        let semicolon = name_of(header).as_deref() == Some("authorization");
        if text.to_ascii_lowercase().trim_start().starts_with("authorization") && !semicolon {
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
    } else if near_authorization(&name) && bears(value.as_str()) {
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
pub(super) fn body(operation: &Operation, draft: &mut Draft, secrets: &mut Secrets) {
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
            NoteKind::OauthEndpoint,
            "this asks OAuth's token endpoint, with key and secret of a consumer",
            draft.address.at.clone(),
        );
    }
}

/// Whether a header's value is meant to sign in: a scheme's word in front, or a secret's length.
fn bears(value: &str) -> bool {
    let first = value.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    matches!(first.as_str(), "basic" | "bearer" | "token" | "jwt") || value.len() >= 16 || value.contains(['$', '{', '%', OPAQUE])
}
