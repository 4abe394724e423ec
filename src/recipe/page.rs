//! A recipe as text: one part for each kind of token, filled in with what is known of the person.

use super::{Program, Takes};
use crate::checks::{Case, FixAuth, FixCommand, Kind, User, UserForm};
use crate::report::fix::{self, Shell};
use crate::report::text;

/// What a recipe is filled in with.
#[derive(Clone, Debug, Default)]
pub struct Filled {
    /// The kind of the token, where one is there; else both are shown.
    pub kind: Option<Kind>,
    /// The account e-mail.
    pub email: Option<String>,
    /// The workspace's slug.
    pub workspace: Option<String>,
    /// `workspace/repository`.
    pub repo: Option<String>,
}

impl Filled {
    fn email(&self) -> &str {
        self.email.as_deref().unwrap_or("YOUR-ACCOUNT-E-MAIL")
    }

    fn workspace(&self) -> &str {
        let of_repo = || self.repo.as_deref().and_then(|repo| repo.split_once('/')).map(|(workspace, _)| workspace);
        self.workspace.as_deref().or_else(of_repo).unwrap_or("WORKSPACE")
    }

    fn repo(&self) -> String {
        self.repo.clone().unwrap_or_else(|| format!("{}/REPOSITORY", self.workspace()))
    }

    fn kinds(&self) -> Vec<Kind> {
        match self.kind {
            Some(kind @ (Kind::ApiToken | Kind::AccessToken)) => vec![kind],
            // An OAuth token goes the access token's way (fact `git-access-token`).
            Some(Kind::OauthToken) => vec![Kind::AccessToken],
            _ => vec![Kind::ApiToken, Kind::AccessToken],
        }
    }
}

/// The whole page; `None` for a word that is no program's.
#[must_use]
pub fn page(word: &str, filled: &Filled) -> Option<String> {
    let mut lines = match word.trim().to_ascii_lowercase().as_str() {
        "curl" => own("curl", filled),
        "git" => own("git", filled),
        _ => program(super::find(word)?, filled),
    };
    if matches!(filled.kind, Some(Kind::AppPassword)) {
        lines.push(String::new());
        lines.push("Your variable holds an app password: these stopped working in 2026 (fact app-passwords-gone).".into());
    }
    let wrapped = lines.iter().flat_map(|line| {
        let indent = " ".repeat(line.len() - line.trim_start().len());
        // Commands and addresses are copied: they stay on one line.
        let keep = line.is_empty() || line.contains("://") || line.contains('=') || line.contains("--");
        if keep { vec![line.clone()] } else { text::wrap(line.trim_start(), &indent, text::WIDTH) }
    });
    let lines: Vec<String> = wrapped.collect();
    Some(lines.join("\n") + "\n")
}

const fn heading(kind: Kind) -> &'static str {
    match kind {
        Kind::ApiToken => "With an API token",
        _ => "With an access token (of a repository, project or workspace)",
    }
}

/// curl and git themselves: the commands that bbdoctor's verdicts show.
fn own(tool: &str, filled: &Filled) -> Vec<String> {
    let mut case = Case::default();
    case.options.api_url = "https://api.bitbucket.org".into();
    case.options.git_base_url = "https://bitbucket.org".into();
    case.email = filled.email.clone().map(|text| User { text, form: UserForm::Email, source: "--email".into() });
    let mut lines = vec![tool.to_owned()];
    for kind in filled.kinds() {
        let api_token = kind == Kind::ApiToken;
        lines.extend([String::new(), heading(kind).to_owned()]);
        let command = if tool == "curl" {
            let auth = if api_token { FixAuth::EmailBasic } else { FixAuth::Bearer };
            lines.push(
                if api_token {
                    "  Basic: the account e-mail as user, the token as password (fact rest-api-token)."
                } else {
                    "  Bearer, without a user (fact rest-access-token)."
                }
                .into(),
            );
            FixCommand::Curl { method: "GET".into(), path: format!("/2.0/repositories/{}", filled.repo()), auth }
        } else {
            let auth = if api_token { FixAuth::ApiTokenStatic } else { FixAuth::AccessTokenStatic };
            lines.push(
                if api_token {
                    "  The user x-bitbucket-api-token-auth or your Bitbucket user name; never the e-mail (fact git-api-token)."
                } else {
                    "  The user x-token-auth (fact git-access-token)."
                }
                .into(),
            );
            FixCommand::Git { verb: "ls-remote", repo: filled.repo(), auth }
        };
        lines.extend(fix::write(&case, &command, Shell::Sh).map(|written| format!("  {}", written.text())));
        if tool == "git" {
            let user = if api_token { "x-bitbucket-api-token-auth" } else { "x-token-auth" };
            lines.push("  To stay: git asks for the token as password, and its helper keeps it.".into());
            lines.push(format!("  git remote set-url origin https://{user}@bitbucket.org/{}.git", filled.repo()));
        }
    }
    lines
}

fn program(program: &Program, filled: &Filled) -> Vec<String> {
    let mut lines = vec![format!("{} ({})", program.name, program.kind.replace('-', " "))];
    if let Some(note) = &program.note {
        lines.extend([String::new(), note.clone()]);
    }
    if program.app_password_only {
        lines.extend([String::new(), "Its own documentation speaks of app passwords only, which are gone.".into()]);
    }
    for kind in filled.kinds() {
        lines.extend([String::new(), format!("{}: {}", heading(kind), takes(program, kind))]);
        lines.extend(settings(program, kind, filled));
    }
    if !program.kept.is_empty() {
        lines.extend([String::new(), "Where it keeps settings and secrets: look there for an old one".into()]);
        lines.extend(program.kept.iter().map(|place| format!("  {place}")));
    }
    if !program.fault.is_empty() {
        lines.extend([String::new(), "Known faults".into()]);
    }
    for fault in &program.fault {
        let fixed = fault.fixed_in.as_ref().map_or_else(String::new, |version| format!(" Fixed in {version}."));
        lines.push(format!("  {}{fixed}", fault.what));
        lines.push(format!("    {}", fault.remedy));
        lines.push(format!("    {}", fault.url));
    }
    lines.extend([String::new(), "Known from".into()]);
    lines.extend(program.sources.iter().map(|source| format!("  {source}")));
    lines
}

fn takes(program: &Program, kind: Kind) -> String {
    let (takes, since) = match kind {
        Kind::ApiToken => (program.api_token, &program.api_token_since),
        _ => (program.access_token, &program.access_token_since),
    };
    let since = since.as_ref().map_or_else(String::new, |version| format!(", since version {version}"));
    match takes {
        Takes::Yes => format!("it takes one{since}"),
        Takes::Partly => format!("it takes one in part{since}"),
        Takes::No => "it takes none".into(),
        Takes::Unknown => "no source says whether it takes one".into(),
    }
}

fn settings(program: &Program, kind: Kind, filled: &Filled) -> Vec<String> {
    let api_token = kind == Kind::ApiToken;
    let takes = if api_token { program.api_token } else { program.access_token };
    if takes == Takes::No {
        return Vec::new();
    }
    let mut lines = Vec::new();
    let pairs: Vec<(&str, &str)> = program.env.iter().filter_map(|env| env.split_once(':')).collect();
    let names_a_secret = |holds: &str| match holds {
        "any-secret" => true,
        "api-token" => api_token,
        "access-token" => !api_token,
        _ => false,
    };
    if pairs.iter().any(|(_, holds)| names_a_secret(holds)) {
        for (name, holds) in &pairs {
            let value = match *holds {
                "email" if api_token => filled.email().to_owned(),
                "workspace" => filled.workspace().to_owned(),
                holds if names_a_secret(holds) => {
                    if api_token {
                        "$BITBUCKET_API_TOKEN".into()
                    } else {
                        "$BITBUCKET_ACCESS_TOKEN".into()
                    }
                }
                _ => continue,
            };
            lines.push(format!("  {name}={value}"));
        }
    }
    let has = |scheme: &str| program.rest.iter().any(|rest| rest == scheme);
    match (api_token, has("basic"), has("bearer")) {
        (true, true, _) => lines.push("  REST: Basic, with the account e-mail as user (fact rest-api-token).".into()),
        (true, false, true) => {
            lines.push(
                "  REST: it sends Bearer, which most measurements saw refused with an API token (fact rest-api-token-bearer)."
                    .into(),
            );
        }
        (false, _, true) => lines.push("  REST: Bearer (fact rest-access-token).".into()),
        (false, true, false) => {
            lines.push("  REST: it sends Basic, which is refused with an access token (fact rest-access-token-basic).".into());
        }
        (_, false, false) => {}
    }
    let user = if api_token { "x-bitbucket-api-token-auth" } else { "x-token-auth" };
    if program.git.iter().any(|known| known == user) {
        lines.push(format!("  git: the user {user}."));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filled_in() {
        let filled = Filled {
            kind: Some(Kind::ApiToken),
            email: Some("anna@example.com".into()),
            repo: Some("acme/app".into()),
            ..Filled::default()
        };
        let renovate = page("renovate", &filled).expect("it is known");
        assert!(
            renovate.contains("RENOVATE_USERNAME=anna@example.com\n")
                && renovate.contains("RENOVATE_PASSWORD=$BITBUCKET_API_TOKEN\n")
        );
        assert!(renovate.contains("since version 41.2.0") && !renovate.contains("RENOVATE_TOKEN=$"), "{renovate}");
        let curl = page("curl", &filled).expect("it is known");
        assert!(curl.contains("--user \"anna@example.com:$BITBUCKET_API_TOKEN\"") && curl.contains("/2.0/repositories/acme/app"));
        assert!(!curl.contains("Bearer"));
        assert!(
            page("git", &Filled::default())
                .is_some_and(|git| git.contains("x-token-auth@bitbucket.org/WORKSPACE/REPOSITORY.git"))
        );
        assert!(page("nothing such", &filled).is_none());
    }

    #[test]
    fn every_page_can_be_written() {
        for program in super::super::all() {
            let text = page(&program.id, &Filled::default()).expect("it is known");
            assert!(text.starts_with(&program.name) && text.contains("Known from"), "{}", program.id);
        }
    }
}
