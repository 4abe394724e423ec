//! `identity`: the e-mail for REST, a user name for git.
//!
//! Evidence: section 2 of the facts. The static git user needs no e-mail, so its answer tells a wrong e-mail from a dead token.

use alloc::vec::Vec;

use crate::answer::Meaning;
use crate::{Ask, Case, Check, Finding, GitService, Kind, NoteKind, Outcome, Probe, Role, Seen, Sign, Surface, UserForm};

pub(crate) static CHECK: Check = Check { id: "identity", title: "the e-mail for REST, a user name for git", asks, reads };

/// After a refusal: the static git user, which needs no e-mail.
fn asks(case: &Case, seen: &Seen) -> Vec<Probe> {
    if case.kind() != Kind::ApiToken || !case.may_send() {
        return Vec::new();
    }
    let refused = [Role::EmailBasic, Role::UserBasic, Role::Bearer].iter().any(|r| matches!(seen.accepted(*r), Some((false, _))));
    let git_open = seen.accepted(Role::GitStaticUser).is_none();
    let rest_alive = seen.accepted_role(Surface::Rest).is_some();
    let Some(repo) = case.repo().filter(|_| refused && git_open && !rest_alive) else { return Vec::new() };
    let read = Ask::GitRefs(repo.clone(), GitService::UploadPack);
    // Anybody may read a public repository; what a push would ask first nobody gets without a credential.
    let open = seen.find(&read, Role::GitStaticUser).is_some_and(|(_, m)| matches!(m, Meaning::AlsoAnonymous | Meaning::Unclear));
    let ask = if open { Ask::GitRefs(repo, GitService::ReceivePack) } else { read };
    alloc::vec![case.probe(ask, Role::GitStaticUser)]
}

fn reads(case: &Case, seen: &Seen) -> Outcome {
    let Some(own) = case.own_way() else { return Outcome::Skipped("no user is known".into(), Vec::new()) };
    let at = case.request.as_ref().and_then(|r| r.spans.get("user")).copied();
    let mut found = Vec::new();
    if own.surface == Surface::Git {
        if let Some((unfit, text, reported)) = git_user(case, seen, own.user) {
            let finding = Finding::new(Sign::GitUserUnfit, unfit, text).at(at);
            found.push(if reported { finding.as_reported() } else { finding });
        }
    } else if case.kind() == Kind::ApiToken
        && let Some(form) = own.user
        && form != UserForm::Email
    {
        let refused = matches!(seen.accepted(Role::UserBasic), Some((false, _)));
        let text = if refused {
            "a user name is refused here: REST wants the account's e-mail"
        } else {
            "REST wants the account's e-mail here"
        };
        return Outcome::Failed(alloc::vec![Finding::new(Sign::Own(Role::UserBasic), own.role == Role::UserBasic, text).at(at)]);
    }
    match (own.role, found.iter().any(|f| f.holds)) {
        (_, true) => Outcome::Failed(found),
        (Role::EmailBasic, _) if matches!(seen.accepted(Role::EmailBasic), Some((false, _))) => Outcome::Failed(found),
        _ if own.user.is_none() => Outcome::Skipped("no user goes along".into(), found),
        _ => Outcome::Passed(found),
    }
}

fn other_user(case: &Case) -> bool {
    case.request.as_ref().is_some_and(|r| r.notes.iter().any(|n| n.kind == NoteKind::OtherUser))
}

/// Whether the user that git sends fits the credential: known, known by an answer only, or open.
fn git_user(case: &Case, seen: &Seen, form: Option<UserForm>) -> Option<(bool, &'static str, bool)> {
    let form = form?;
    let measured = seen.accepted(Role::GitUserName).map(|(ok, _)| !ok);
    let reported = crate::pasted::own_refused_as_reported(case);
    let told = measured.map(|m| (m, false)).or(reported.map(|r| (r, true)));
    match (case.kind(), form) {
        (Kind::ApiToken, UserForm::ApiTokenStatic) | (Kind::AccessToken | Kind::OauthToken, UserForm::AccessTokenStatic) => {
            Some((false, "this is the static user of this kind of token", false))
        }
        (Kind::ApiToken, UserForm::Email) => {
            Some((true, "git refuses the e-mail as user; it wants x-bitbucket-api-token-auth or the Bitbucket user name", false))
        }
        (Kind::ApiToken, UserForm::ForeignStatic) => {
            Some((true, "no user of Bitbucket for API tokens has this name; git wants x-bitbucket-api-token-auth", false))
        }
        // Sources disagree about this one (fact `git-api-token-x-token-auth`), and a name may be the owner's: the answer decides.
        (Kind::ApiToken, UserForm::AccessTokenStatic) => {
            told.map(|(unfit, r)| (unfit, "x-token-auth is the user of access tokens, not of API tokens", r))
        }
        // A user name is as good as the static one where it is the owner's (fact `git-api-token`): only the other's success tells.
        (Kind::ApiToken, UserForm::Name) => match told {
            Some((true, _)) if matches!(seen.accepted(Role::GitStaticUser), Some((true, _))) => Some((
                true,
                "this name is refused where the static user is accepted: it is not the token owner's user name",
                false,
            )),
            Some((false, reported)) => Some((false, "this user is accepted", reported)),
            Some((true, _)) if other_user(case) => {
                Some((true, "the text names another user as the account's own than the one that git is given", true))
            }
            _ => None,
        },
        (Kind::AccessToken | Kind::OauthToken, UserForm::Token | UserForm::Placeholder | UserForm::Empty) => None,
        (Kind::AccessToken | Kind::OauthToken, _) => {
            Some((true, "git wants the user x-token-auth with this kind of token", false))
        }
        _ => None,
    }
}
