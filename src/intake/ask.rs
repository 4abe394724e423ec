//! What is asked where nothing was given: the failing command or the token; and the e-mail, where Basic cannot be tried without.

use super::{Around, Error, Given, Intake, people, prompt, token};
use crate::checks::{Credential, Kind, Surface, UserForm};

const PASTE: &str = "Paste the command that fails (curl, git, wget, http; several lines are fine)
or the token alone. What you paste is not shown, not stored, and sent to
api.bitbucket.org and bitbucket.org only. End with an empty line.

> ";

impl Intake {
    /// Asks for the failing command or the token; without a terminal that is an error.
    pub(super) fn ask(&mut self, around: &Around) -> Result<(), Error> {
        if !around.can_ask {
            return Err(Error::Nothing);
        }
        prompt::say("bbdoctor finds out why a Bitbucket Cloud token does not work.\n\n");
        let target = &self.case.target;
        if target.source.is_empty() {
            let [a, b, c, d] = token::VARIABLES;
            prompt::say(&format!(
                "Nothing to look at yet: no token in {a}, {b},\n{c} or {d}, and no clone of a Bitbucket\nrepository here.\n\n"
            ));
            prompt::say(PASTE);
        } else {
            let url = target.git_url.as_ref().map(|url| url.url.as_str());
            let what = target.repo.as_deref().or(target.workspace.as_deref()).or(url).unwrap_or_default();
            prompt::say(&format!("target {what}, from {}\n\nToken (not shown; end with an empty line):\n> ", target.source));
        }
        let text = prompt::hidden_lines()?;
        if text.trim().is_empty() {
            prompt::say("\n");
            return Err(Error::NothingEntered);
        }
        if is_token(&text) {
            self.credential(&token::Found { text: text.clone(), source: "the prompt".into(), missing: None });
        } else {
            self.command(&Given::Text(text.clone()), around)?;
        }
        prompt::say(&format!("(hidden) {}\n\n", self.was_read(&text)));
        Ok(())
    }

    /// What was read, in so many words that the person sees it arrived whole.
    fn was_read(&self, text: &str) -> String {
        let lines = text.trim().lines().count();
        let mut parts = Vec::new();
        if let Some(request) = &self.case.request {
            parts.push(request.tool.clone());
            parts.push(request.method.clone());
        }
        parts.extend(self.case.credentials.first().map(|c| format!("{} ({})", kind(c), shape(c))));
        parts.retain(|part| !part.is_empty());
        let parts = if parts.is_empty() { "nothing known in it".to_owned() } else { parts.join(", ") };
        format!("{lines} {} read: {parts}", if lines == 1 { "line" } else { "lines" })
    }
}

fn kind(credential: &Credential) -> &'static str {
    match credential.kind {
        Kind::ApiToken => "API token",
        Kind::AccessToken => "access token",
        Kind::AppPassword => "app password",
        Kind::OauthToken => "OAuth token",
        Kind::DataCenterToken => "Data Center token",
        Kind::OauthClient | Kind::OtherProduct | Kind::Password | Kind::Unknown => "secret",
    }
}

fn shape(credential: &Credential) -> String {
    let checksum = match credential.shape.checksum_fits {
        Some(true) => ", checksum fits",
        Some(false) => ", checksum does not fit",
        None => "",
    };
    format!("{} characters{checksum}", credential.shape.length)
}

/// One word on one line that is no URL.
fn is_token(text: &str) -> bool {
    let text = text.trim();
    !text.contains(char::is_whitespace) && !text.contains("://") && !text.starts_with("git@")
}

/// Asks for the e-mail where an API token is sent to REST without one; Enter skips it, and nobody is asked in CI.
pub(super) fn email(intake: &mut Intake, around: &Around) -> Result<(), Error> {
    let case = &intake.case;
    let api_token = case.credentials.first().is_some_and(|c| c.kind == Kind::ApiToken && c.shape.length > 0);
    let on_rest = case.request.as_ref().is_none_or(|r| r.surface == Some(Surface::Rest));
    let wanted = api_token && on_rest && case.email.is_none() && !case.options.offline;
    if !wanted || !around.can_ask || around.is_ci() {
        return Ok(());
    }
    let answer = prompt::line("Atlassian account e-mail, to try the other way (Enter skips): ")?;
    if let Some(text) = answer {
        let user = people::user(&text, "the prompt");
        if user.form == UserForm::Email {
            intake.vault.email = Some(text);
            intake.case.email = Some(user);
        }
    }
    prompt::say("\n");
    Ok(())
}
