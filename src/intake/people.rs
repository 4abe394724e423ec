//! E-mail and user name: who the person says they are, what they type, and where it is sent.

use super::machine::without_stray;
use super::{Around, Error, Intake, token};
use crate::checks::{Effect, Kind, Surface, User, UserForm, shape};
use crate::cli::args::CheckArgs;

pub(super) const EMAIL: &str = "BITBUCKET_EMAIL";
const USERNAME: &str = "BITBUCKET_USERNAME";

/// An `--email` that cannot be one is given wrongly; `--username` is whatever the person types.
pub(super) fn check(args: &CheckArgs) -> Result<(), Error> {
    let Some(email) = &args.email else { return Ok(()) };
    let possible = email.split_once('@').is_some_and(|(name, host)| {
        let odd = |c: char| c.is_whitespace() || c.is_control() || "<>(),;\"'".contains(c);
        !name.is_empty() && !host.is_empty() && !host.contains(['@', ':', '/']) && !name.contains(':') && !email.contains(odd)
    });
    if possible && email.len() <= 254 {
        return Ok(());
    }
    let why = if email.contains('@') { "it is no e-mail address" } else { "it has no @: it is no e-mail address" };
    Err(Error::value("--email", why, "it wants the e-mail of your Atlassian account; what you type as user goes to --username"))
}

/// Reads both into case and vault.
pub(super) fn read(intake: &mut Intake, args: &CheckArgs, around: &Around) {
    let email = args
        .email
        .as_deref()
        .map(|text| (text, "--email"))
        .or_else(|| around.filled(EMAIL).map(|text| (without_stray(text), EMAIL)))
        .map(|(text, source)| user(text, source));
    let username = args
        .username
        .as_deref()
        .map(|text| (text, "--username"))
        .or_else(|| around.filled(USERNAME).map(|text| (without_stray(text), USERNAME)))
        .map(|(text, source)| user(text, source));

    let sent = intake.case.request.as_ref().and_then(|r| r.sends.user.clone().map(|user| (user, r.surface)));
    let url_alone = intake.case.target.git_url.is_some() && intake.case.target.repo.is_none() && args.workspace.is_none();
    let shown = intake.case.request.as_ref().and_then(|r| r.surface);
    // Both variables at once: REST's e-mail and git's user, as programs read them.
    let both = args.username.is_none() && email.as_ref().is_some_and(|email| email.form == UserForm::Email);
    let surface = shown.unwrap_or(if args.email.is_some() || url_alone || both { Surface::Git } else { Surface::Rest });

    // What the command sends is what is tried: the verdict is about it.
    match &sent {
        Some((user, Some(Surface::Rest))) => {
            intake.vault.rest_user.get_or_insert_with(|| user.text.clone());
        }
        Some((user, Some(Surface::Git))) => {
            intake.vault.git_user.get_or_insert_with(|| user.text.clone());
        }
        _ => {}
    }
    let from_command =
        sent.filter(|(user, surface)| user.form == UserForm::Email && *surface == Some(Surface::Rest)).map(|(user, _)| user);
    if let (Some(sent), Some(given)) = (&from_command, &email)
        && !sent.text.eq_ignore_ascii_case(&given.text)
    {
        intake.asides.push(format!("the command sends another e-mail than {}; the command's was tried", given.source));
    }
    if let Some(name) = &username {
        let slot = match surface {
            Surface::Rest => &mut intake.vault.rest_user,
            Surface::Git => &mut intake.vault.git_user,
        };
        slot.get_or_insert_with(|| name.text.clone());
        intake.case.username_surface = Some(surface);
    }
    if let Some(user) =
        intake.case.target.git_url.as_ref().and_then(|url| url.user.as_ref()).filter(|u| u.form != UserForm::Token)
    {
        intake.vault.git_user.get_or_insert_with(|| user.text.clone());
    }
    let as_email = username.clone().filter(|user| user.form == UserForm::Email);
    let unsent = intake.email_unsent.as_deref().map(|text| user(text, "the command, which does not send it"));
    intake.case.email = from_command.or(email).or(as_email).or(unsent);
    intake.vault.email = intake.case.email.as_ref().map(|user| user.text.clone());
    intake.case.username = username;
    empty_names(intake, around);
}

/// A name that is set to nothing, where it would be the one used and nothing else gives it.
fn empty_names(intake: &mut Intake, around: &Around) {
    let is_empty = |name: &str| around.variable(name).is_some_and(str::is_empty);
    let case = &mut intake.case;
    let no_command = case.request.is_none();
    let api_token = case.credentials.first().is_some_and(|c| c.kind == Kind::ApiToken);
    let mut names = Vec::new();
    if is_empty(EMAIL) && case.email.is_none() && no_command && api_token {
        names.push(EMAIL);
    } else if is_empty(USERNAME) && case.email.is_none() && case.username.is_none() && no_command && api_token {
        names.push(USERNAME);
    }
    let untargeted = case.target.workspace.is_none() && case.target.repo.is_none() && case.target.git_url.is_none();
    if untargeted && no_command && case.needs.is_empty() {
        names.extend(["BITBUCKET_REPO_FULL_NAME", "BITBUCKET_WORKSPACE"].into_iter().find(|name| is_empty(name)));
    }
    for name in names {
        if !case.local.iter().any(|l| l.effect == Some(Effect::EmptyVariable) && l.name == name) {
            case.local.push(token::empty(name));
        }
    }
}

/// A name as the case has it.
pub(super) fn user(text: &str, source: &str) -> User {
    User { text: text.into(), form: shape::user_form(text), source: source.into() }
}
