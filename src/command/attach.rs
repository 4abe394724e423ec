//! Which credential of a text goes with a request that shows none: the settings, the form or the environment beside it.

use crate::checks::{CredentialId, NoteKind, Scheme, UserForm, shape};

use super::draft::Draft;
use super::loose::Region;
use super::secrets::Secrets;
use super::settings::{Setting, What};

/// Gives requests without a credential the one that the settings of the text hold.
pub(crate) fn attach(drafts: &mut [Draft], settings: &[Setting], source: &str, secrets: &mut Secrets) {
    let usable = |s: &&Setting| !s.value.as_str().contains('$') || s.value.as_str().len() > 60;
    let all: Vec<&Setting> = settings.iter().filter(|s| s.what == What::Secret).filter(usable).collect();
    let client = settings.iter().any(|s| s.what == What::ClientId);
    for draft in drafts.iter_mut() {
        let said_none = draft.notes.iter().any(|(kind, ..)| matches!(kind, NoteKind::NoCredential | NoteKind::SentNothing));
        let loose = !matches!(draft.tool.as_str(), "curl" | "git" | "wget" | "http" | "powershell");
        let prompts = draft.tool == "git" && draft.sends.place == "prompt";
        let masked = draft.sends.credential.filter(|id| is_masked(*id, secrets));
        let takes = match draft.sends.credential {
            Some(_) => masked.is_some() && all.len() == 1,
            None => draft.sends.place != "header" && (loose || prompts) && !said_none,
        };
        if !takes {
            continue;
        }
        if matches!(draft.address.scheme.as_str(), "ssh" | "git")
            || draft.address.surface.is_none() && !draft.address.host.is_empty() && !near(draft)
        {
            continue;
        }
        // An entry of a netrc file is for one machine, and for no other.
        let host = &draft.address.host.clone();
        let for_it = |s: &&&Setting| s.machine.as_ref().is_none_or(|machine| host.is_empty() || machine == host);
        let before = all.iter().rev().filter(for_it).find(|s| s.at < draft.command.end);
        let no_netrc = || source.contains(".netrc: No such file") && draft.tool == "go";
        if all.is_empty() && no_netrc() {
            draft.note(NoteKind::SentNothing, "there is no netrc, where this program takes its credential from", None);
        }
        let Some(secret) = before.or_else(|| all.iter().find(for_it)).map(|s| (*s).clone()) else {
            if let Some(other) = all.first().filter(|s| s.machine.is_some() && loose && !host.is_empty()) {
                let text = format!("the netrc entry that is shown is for another machine than {host}: nothing is sent there");
                draft.note(NoteKind::SentNothing, text, other.value.span());
            }
            continue;
        };
        if masked.is_some() {
            draft.set_secret(&secret.value, secrets);
            other_user(draft, settings);
            continue;
        }
        let users = settings.iter().filter(|s| s.what == What::User && !s.value.is_empty() && s.machine == secret.machine);
        let user = users.filter(usable).min_by_key(|u| u.at.abs_diff(secret.at)).cloned();
        if prompts {
            let (Some(user), own) = (&user, draft.sends.user.as_ref()) else { continue };
            let same = own.is_none_or(|own| own.text == user.value.as_str());
            if !same || secret.value.is_empty() {
                continue;
            }
        }
        let place = if prompts { "prompt" } else { "settings" };
        if client && user.is_none() {
            draft.note(NoteKind::OauthClient, "key and secret of an OAuth consumer are set", secret.value.span());
        }
        // A pipe sends its access token alone, whatever user is named beside it.
        let alone = draft.tool == "pipe" && secret.name == "BITBUCKET_ACCESS_TOKEN";
        if alone || user.is_none() && draft.sends.user.is_none() && in_bearer(source, &secret) {
            draft.set_secret(&secret.value, secrets);
            draft.sends.place = place.into();
            draft.sends.scheme = Some(Scheme::Bearer);
            continue;
        }
        match (&user, draft.sends.user.is_some()) {
            (Some(user), false) => draft.authorize_pair(&user.value, Some(&secret.value), place, secrets),
            _ => {
                draft.set_secret(&secret.value, secrets);
                draft.sends.place = place.into();
                if draft.sends.user.as_ref().is_some_and(|u| u.form != UserForm::Empty) {
                    draft.sends.scheme = Some(Scheme::Basic);
                }
            }
        }
    }
}

/// The user in a URL beside the one that the settings name as the account's: a workspace, or half an e-mail address, is none.
fn other_user(draft: &mut Draft, settings: &[Setting]) {
    let Some(own) = draft.address.user.clone().filter(|u| shape::user_form(u.as_str()) == UserForm::Name) else { return };
    // `DB_USER=postgres` is nobody's name at Bitbucket.
    let of_account = |s: &&Setting| {
        let name: String = s.name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        matches!(name.as_str(), "" | "user" | "username" | "login" | "account" | "email" | "mail")
            || ["bitbucket", "git"].iter().any(|word| name.contains(word))
            || name.starts_with("bb")
    };
    let users = settings.iter().filter(|s| s.what == What::User && s.value.span() != own.span());
    let mut names = users.filter(of_account).map(|s| s.value.as_str());
    let same = |name: &str| name == own.as_str();
    let half = |name: &str| name.split_once('@').is_some_and(|(local, _)| local == own.as_str() && local.contains('.'));
    let named: Vec<&str> = names.by_ref().collect();
    let other = named.iter().find(|name| half(name) || !name.contains('@') && !same(name));
    if let Some(other) = other.filter(|_| !named.iter().any(|name| same(name))) {
        let text = format!("the URL's user is not the account's: {other} is named");
        let at = draft.spans.iter().find(|(name, _)| *name == "user").map(|(_, at)| at.clone());
        draft.note(NoteKind::OtherUser, text, at);
    }
}

/// `$(NAME)` in a manifest of Kubernetes or a pipeline of Azure: who runs it puts the value in.
pub(crate) fn filled_by_the_runner(drafts: &mut [Draft], source: &str, secrets: &mut Secrets) {
    if !["valueFrom", "secretKeyRef", "envFrom", "- task: ", "- script: ", "- bash: "].iter().any(|word| source.contains(word)) {
        return;
    }
    let macro_of = |text: &str| {
        text.strip_prefix("$(")
            .and_then(|rest| rest.strip_suffix(')'))
            .is_some_and(|name| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.')))
    };
    for id in (0..secrets.len()).map(|index| CredentialId(u16::try_from(index).unwrap_or(u16::MAX))) {
        if secrets.text(id).is_some_and(macro_of)
            && let Some(credential) = secrets.get_mut(id)
        {
            credential.shape.unexpanded = None;
            credential.shape.masked = true;
        }
    }
    for draft in drafts {
        let is = draft.sends.credential.is_some_and(|id| secrets.text(id).is_some_and(macro_of));
        if is {
            draft.sends.credential = None;
            draft.notes.retain(|(kind, ..)| !matches!(kind, NoteKind::NotExpanded | NoteKind::NotDefined));
            draft.note(NoteKind::Remark, "the secret is put in by who runs this: it cannot be judged or tried", None);
        }
    }
}

/// Whether the secret that a request shows is hidden by who shows it: then it is the one that stands elsewhere in the text.
fn is_masked(id: CredentialId, secrets: &Secrets) -> bool {
    let shape = secrets.get(id).map(|c| &c.shape);
    let run_of_x = secrets.text(id).is_some_and(shape::is_run_of_x);
    run_of_x || shape.is_some_and(|shape| shape.masked && shape.prefix.is_none())
}

/// Whether a secret stands where a library takes what it sends as Bearer: `TokenAuth{Token: …}` (go-git), `{ auth: { token } }`
/// (the `bitbucket` package of npm), `HTTPBearerAuth(…)`.
fn in_bearer(source: &str, secret: &Setting) -> bool {
    const TAKERS: &[&str] =
        &["tokenauth", "bearerauth", "bearertoken", "bearer_token", "auth: { token", "auth: {token", "withtoken("];
    let Some(at) = secret.value.span() else { return false };
    // One call may stand in two lines.
    let before = source.get(..at.start).unwrap_or_default();
    let line = before.rmatch_indices('\n').nth(1).map_or(0, |(at, _)| at);
    let call = before[line..].to_ascii_lowercase();
    TAKERS.iter().any(|taker| call.contains(taker))
}

/// A host of another Atlassian service: the credential was meant for Bitbucket.
fn near(draft: &Draft) -> bool {
    draft.address.host.contains("bitbucket") || draft.address.host.ends_with(".atlassian.net")
}

/// `echo "TOKEN" > password.txt`, and a store that takes the file as it is: the newline of `echo` is stored with the token.
pub(crate) fn stored_with_newline(drafts: &mut [Draft], source: &str, secrets: &Secrets) {
    const TAKERS: &[&str] = &["--from-file", "secret create", "secrets create"];
    if !TAKERS.iter().any(|taker| source.contains(taker)) {
        return;
    }
    let Some(at) = secrets.places().into_iter().find(|at| {
        let line = source[..at.start].rfind('\n').map_or(0, |newline| newline + 1);
        let before = source[line..at.start].trim_end_matches(['"', '\'']);
        let after = source[at.end..].lines().next().unwrap_or_default().trim_start_matches(['"', '\'']);
        before.trim_end().ends_with("echo") && after.trim_start().starts_with('>')
    }) else {
        return;
    };
    for draft in drafts.iter_mut().filter(|d| d.sends.credential.is_some() || d.sends.place == "settings") {
        let text = "`echo` ends the file with a newline, which is stored with the token; `printf %s` writes none";
        draft.note(NoteKind::StrayCharacters, text, Some(at.clone()));
    }
}

/// curl's and git's word for a URL whose user or password holds what ends a host.
pub(super) fn speaks_of_userinfo(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["port number was not a decimal number", "port number ended with", "url rejected: bad user", "url rejected: malformed input"]
        .iter()
        .any(|words| text.contains(words))
}

/// A URL that curl or git refused, because user or password in it are not percent-encoded.
pub(crate) fn misread_userinfo(drafts: &mut [Draft]) {
    for draft in drafts {
        let user = draft.address.user.is_some() || draft.address.not_encoded.is_some();
        // git names the URL as it was read: `unable to access 'https://anna:Winter/'`.
        let named = |text: &str| {
            text.split("unable to access '")
                .nth(1)
                .is_some_and(|url| url.split("://").nth(1).is_some_and(|rest| rest.contains(':')))
        };
        let told = draft.reported.as_ref().is_some_and(|(r, _)| speaks_of_userinfo(&r.text) && (user || named(&r.text)));
        let noted = draft.notes.iter().any(|(kind, ..)| *kind == NoteKind::UserinfoNotEncoded);
        if told && !noted {
            let text = "the URL was refused: what stands in its user or password was read as its port";
            draft.note(NoteKind::UserinfoNotEncoded, text, draft.reported.as_ref().map(|(_, at)| at.clone()));
        }
    }
}

/// A program that failed, in an environment that was looked at and holds nothing of what it reads.
pub(crate) fn nothing_set(drafts: &mut [Draft], regions: &[Region], source: &str) {
    let empty = regions.iter().find(|r| {
        let text = source.get(r.range.clone()).unwrap_or_default();
        let looks = matches!(r.program.as_deref(), Some("env" | "printenv"));
        looks && !text.lines().skip(1).any(|line| line.contains('=') || line.trim().len() > 3)
    });
    let Some(region) = empty else { return };
    let line = source[region.range.clone()].lines().next().map_or(0, str::len);
    for draft in drafts.iter_mut().filter(|d| d.sends.credential.is_none() && d.sends.place.is_empty()) {
        let at = Some(region.range.start..region.range.start + line);
        draft.note(NoteKind::NoCredential, "the environment that was looked at holds no credential", at);
    }
}

/// Takes every secret of the settings, so that it is hidden wherever it stands.
pub(crate) fn take(settings: &[Setting], secrets: &mut Secrets) {
    for setting in settings {
        let text = setting.value.as_str();
        let skip = text.len() < 4 || text.contains('$') || text.contains("://") || text.contains(super::shell::OPAQUE);
        if setting.what == What::Secret && !skip && !shape::stands_for_nothing(text) {
            secrets.take(&setting.value);
        }
    }
}
