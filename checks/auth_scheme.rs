//! `auth-scheme`: Basic or Bearer, as this kind of credential wants it on REST?
//!
//! Evidence: section 2 of the facts. It asks the person's own way beside the way that should work; authentication reads both.

use alloc::vec::Vec;

use crate::{Case, Check, Finding, NoteKind, Outcome, Probe, Role, Seen, Sign, Surface, UserForm, role};

pub(crate) static CHECK: Check =
    Check { id: "auth-scheme", title: "Basic or Bearer, as this kind of credential wants it", asks, reads };

/// The person's own role on what they ask for; never for what is no secret.
fn asks(case: &Case, _: &Seen) -> Vec<Probe> {
    let Some(own) = case.own_way().filter(|w| w.surface == Surface::Rest && w.role != Role::Anonymous) else { return Vec::new() };
    if !case.may_send() || !case.can_play(own.role) {
        return Vec::new();
    }
    let first = case.asks(Surface::Rest).into_iter().next();
    first.map(|ask| case.probe(ask, own.role)).into_iter().collect()
}

fn reads(case: &Case, seen: &Seen) -> Outcome {
    let mut found = Vec::new();
    for note in case.request.iter().flat_map(|r| &r.notes) {
        if matches!(note.kind, NoteKind::HeaderMalformed | NoteKind::TwoAuthorizations) {
            found.push(Finding::new(Sign::Noted(note.kind), true, note.text.clone()).at(note.at));
        }
    }
    found.extend(crate::authentication::said(case, seen, &[crate::answer::Sentence::InvalidHeader]));
    let Some(own) = case.own_way() else {
        return match found.is_empty() {
            true => Outcome::Skipped("nothing shows how the credential is sent; --scheme or --username says it".into(), found),
            false => Outcome::Failed(found),
        };
    };
    let spans = case.request.as_ref().map(|r| &r.spans);
    let at = spans.and_then(|s| s.get("scheme").or_else(|| s.get("header")).or_else(|| s.get("user"))).copied();
    let malformed = found.iter().any(|f| f.sign == Sign::Noted(NoteKind::HeaderMalformed));
    for role in [Role::Bearer, Role::EmailBasic, Role::UserBasic, Role::GitStaticUser, Role::GitUserName] {
        let is = own.role == role;
        // A header that does not decode has no user that could be the wrong one.
        if is && malformed && role == Role::UserBasic && own.user.is_none_or(|form| form == UserForm::Empty) {
            continue;
        }
        found.push(Finding::new(Sign::Own(role), is, if is { in_words(role) } else { "not the way that is used" }).at(if is {
            at
        } else {
            None
        }));
    }
    let basic = own.surface == Surface::Rest && matches!(own.role, Role::EmailBasic | Role::UserBasic);
    found.push(Finding::new(
        Sign::OwnBasicRest,
        basic,
        if basic { "it is sent as Basic to REST" } else { "it is not sent as Basic to REST" },
    ));
    found.push(Finding::new(
        Sign::OwnGit,
        own.surface == Surface::Git,
        if own.surface == Surface::Git { "git sends it" } else { "REST gets it" },
    ));
    let nothing = own.role == Role::Anonymous;
    found.push(Finding::new(Sign::NothingSent, nothing, if nothing { "no credential is sent" } else { "a credential is sent" }));
    let right = role::right(case.kind(), own.surface);
    let wrong =
        own.surface == Surface::Rest && right.is_some_and(|r| r != own.role && (r == Role::Bearer) != (own.role == Role::Bearer));
    match () {
        () if nothing || malformed => Outcome::Failed(found),
        () if wrong && seen.accepted(own.role).is_some_and(|(ok, _)| ok) => Outcome::Warned(found),
        () if wrong => Outcome::Failed(found),
        () => Outcome::Passed(found),
    }
}

/// A role in words.
#[must_use]
pub fn in_words(role: Role) -> &'static str {
    match role {
        Role::Anonymous => "no credential",
        Role::EmailBasic => "sent as Basic with an e-mail as user",
        Role::UserBasic => "sent as Basic with a name as user",
        Role::Bearer => "sent as Bearer",
        Role::GitStaticUser => "sent by git with the static user of its kind",
        Role::GitUserName => "sent by git with a user of the person's choice",
    }
}
