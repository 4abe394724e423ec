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
        self.email.as_deref().filter(|email| plain(email)).unwrap_or("YOUR-ACCOUNT-E-MAIL")
    }

    fn workspace(&self) -> &str {
        let of_repo = || self.repo.as_deref().and_then(|repo| repo.split_once('/')).map(|(workspace, _)| workspace);
        self.workspace.as_deref().or_else(of_repo).filter(|workspace| plain(workspace)).unwrap_or("WORKSPACE")
    }

    fn repo(&self) -> String {
        let given = self.repo.clone().filter(|repo| plain(repo));
        given.unwrap_or_else(|| format!("{}/REPOSITORY", self.workspace()))
    }

    fn kinds(&self) -> Vec<Kind> {
        match self.kind {
            Some(kind @ (Kind::ApiToken | Kind::AccessToken)) => vec![kind],
            // An OAuth token goes the access token's way (fact `git-access-token`).
            Some(Kind::OauthToken) => vec![Kind::AccessToken],
            _ => vec![Kind::ApiToken, Kind::AccessToken],
        }
    }

    fn heading(&self, kind: Kind) -> &'static str {
        match (kind, self.kind) {
            (Kind::ApiToken, _) => "With an API token",
            (_, Some(Kind::OauthToken)) => "With an OAuth token, which goes an access token's way",
            _ => "With an access token (of a repository, project or workspace)",
        }
    }

    fn fill(&self, text: &str) -> String {
        let text = text.replace("{email}", self.email()).replace("{repo}", &self.repo());
        text.replace("WORKSPACE/REPOSITORY", &self.repo()).replace("WORKSPACE", self.workspace())
    }
}

/// Whether a text may stand in a command as it is, quoted or not.
fn plain(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '@' | '/' | '{' | '}'))
}

/// The lines of a page: prose is wrapped, what is copied stays whole.
#[derive(Default)]
struct Page(Vec<String>);

impl Page {
    fn say(&mut self, indent: usize, text: &str) {
        self.0.extend(text::wrap(text, &" ".repeat(indent), text::WIDTH));
    }

    fn copy(&mut self, indent: usize, text: &str) {
        self.0.push(format!("{}{text}", " ".repeat(indent)));
    }

    fn part(&mut self, heading: &str) {
        self.0.push(String::new());
        self.say(0, heading);
    }
}

/// The whole page; `None` for a word that is no program's.
#[must_use]
pub fn page(word: &str, filled: &Filled) -> Option<String> {
    let mut page = Page::default();
    match word.trim().to_ascii_lowercase().as_str() {
        tool @ ("curl" | "git") => own(&mut page, tool, filled),
        _ => program(&mut page, super::find(word)?, filled),
    }
    if matches!(filled.kind, Some(Kind::AppPassword)) {
        page.part("Your variable holds an app password: these stopped working in 2026 (fact app-passwords-gone).");
    }
    Some(page.0.join("\n") + "\n")
}

/// curl and git themselves: the commands that bbdoctor's verdicts show.
fn own(page: &mut Page, tool: &str, filled: &Filled) {
    let mut case = Case::default();
    case.options.api_url = "https://api.bitbucket.org".into();
    case.options.git_base_url = "https://bitbucket.org".into();
    case.email = filled.email.clone().map(|text| User { text, form: UserForm::Email, source: "--email".into() });
    page.say(0, tool);
    for kind in filled.kinds() {
        let api_token = kind == Kind::ApiToken;
        page.part(filled.heading(kind));
        let (how, command) = match (tool, api_token) {
            ("curl", true) => (
                "Basic: the account e-mail as user, the token as password (fact rest-api-token).",
                curl(filled, FixAuth::EmailBasic),
            ),
            ("curl", false) => ("Bearer, without a user (fact rest-access-token).", curl(filled, FixAuth::Bearer)),
            (_, true) => (
                "The user x-bitbucket-api-token-auth or your Bitbucket user name; never the e-mail (fact git-api-token).",
                git(filled, FixAuth::ApiTokenStatic),
            ),
            (_, false) => ("The user x-token-auth (fact git-access-token).", git(filled, FixAuth::AccessTokenStatic)),
        };
        page.say(2, how);
        if let Some(written) = fix::write(&case, &command, Shell::Sh) {
            page.copy(2, &written.text());
        }
        if tool == "git" {
            page.say(2, "To stay: git asks for the token as password, and its helper keeps it.");
            let user = static_user(api_token);
            page.copy(2, &format!("git remote set-url origin https://{user}@bitbucket.org/{}.git", filled.repo()));
        }
    }
}

fn curl(filled: &Filled, auth: FixAuth) -> FixCommand {
    FixCommand::Curl { method: "GET".into(), path: format!("/2.0/repositories/{}", filled.repo()), auth }
}

fn git(filled: &Filled, auth: FixAuth) -> FixCommand {
    FixCommand::Git { verb: "ls-remote", repo: filled.repo(), auth }
}

const fn static_user(api_token: bool) -> &'static str {
    if api_token { "x-bitbucket-api-token-auth" } else { "x-token-auth" }
}

fn program(page: &mut Page, program: &Program, filled: &Filled) {
    page.say(0, &format!("{} ({})", program.name, program.kind.replace('-', " ")));
    if let Some(note) = &program.note {
        page.part(note);
    }
    if program.app_password_only {
        page.part("Its own documentation speaks of app passwords only, which are gone.");
    }
    for kind in filled.kinds() {
        page.part(&format!("{}: {}", filled.heading(kind), takes(program, kind)));
        settings(page, program, kind, filled);
    }
    if let Some(user) = &program.git_user {
        page.part(&format!("The user that it sends with git: {user}."));
    }
    let ignored: Vec<&str> = program.env.iter().filter_map(|env| env.strip_suffix(":ignored")).collect();
    if !ignored.is_empty() {
        page.part(&format!("It reads none of these: {}.", ignored.join(", ")));
    }
    if !program.kept.is_empty() {
        page.part("Where it keeps settings and secrets: look there for an old one");
        program.kept.iter().for_each(|place| page.say(2, place));
    }
    if !program.fault.is_empty() {
        page.part("Known faults");
    }
    for fault in &program.fault {
        let fixed = fault.fixed_in.as_ref().map_or_else(String::new, |version| format!(" Fixed in {version}."));
        page.say(2, &format!("{}{fixed}", fault.what));
        page.say(4, &fault.remedy);
        if let Some(run) = &fault.run {
            page.copy(4, &filled.fill(run));
        }
        let basis = fault.basis.as_ref().map_or_else(String::new, |basis| format!("{basis}: "));
        page.copy(4, &format!("{basis}{}", fault.url));
    }
    page.part(&program.seen.as_ref().map_or_else(|| "Known from".into(), |seen| format!("Known from, as of {seen}")));
    program.sources.iter().for_each(|source| page.copy(2, source));
}

fn takes(program: &Program, kind: Kind) -> String {
    let (takes, since, how) = match kind {
        Kind::ApiToken => (program.api_token, &program.api_token_since, &program.api_token_how),
        _ => (program.access_token, &program.access_token_since, &program.access_token_how),
    };
    let since = since.as_ref().map_or_else(String::new, |version| format!(", since version {version}"));
    let how = how.as_ref().map_or_else(String::new, |how| format!(": {how}"));
    match takes {
        Takes::Yes => format!("it takes one{since}{how}"),
        Takes::Partly => format!("it takes one in part{since}{how}"),
        Takes::No => format!("it takes none{how}"),
        Takes::Unknown => format!("no source says whether it takes one{how}"),
    }
}

fn settings(page: &mut Page, program: &Program, kind: Kind, filled: &Filled) {
    let api_token = kind == Kind::ApiToken;
    let takes = if api_token { program.api_token } else { program.access_token };
    if takes == Takes::No {
        return;
    }
    for run in program.run.iter().filter(|run| (run.kind == "api-token") == api_token) {
        page.copy(2, &filled.fill(&run.run));
    }
    variables(program, api_token, filled).iter().for_each(|line| page.copy(2, line));
    let has = |scheme: &str| program.rest.iter().any(|rest| rest == scheme);
    match (api_token, has("basic"), has("bearer")) {
        (true, true, _) => page.say(2, "REST: Basic, with the account e-mail as user (fact rest-api-token)."),
        (true, false, true) => page
            .say(2, "REST: it sends Bearer, which most measurements saw refused with an API token (fact rest-api-token-bearer)."),
        (false, _, true) => page.say(2, "REST: Bearer (fact rest-access-token)."),
        (false, true, false) => {
            page.say(2, "REST: it sends Basic, which is refused with an access token (fact rest-access-token-basic).");
        }
        (_, false, false) => {}
    }
    let user = static_user(api_token);
    if program.git.iter().any(|known| known == user) {
        page.say(2, &format!("git: the user {user}."));
    }
}

/// The variables that the program reads, filled in; none where none of them is for this kind.
fn variables(program: &Program, api_token: bool, filled: &Filled) -> Vec<String> {
    let pairs: Vec<(&str, &str)> = program.env.iter().filter_map(|env| env.split_once(':')).collect();
    let names_a_secret = |holds: &str| match holds {
        "any-secret" => true,
        "api-token" => api_token,
        "access-token" => !api_token,
        _ => false,
    };
    let (kind, secret) =
        if api_token { ("api-token", "$BITBUCKET_API_TOKEN") } else { ("access-token", "$BITBUCKET_ACCESS_TOKEN") };
    let form = |name: &str| {
        let of = |form: &'_ String| {
            form.strip_prefix(name)?.strip_prefix(':')?.strip_prefix(kind)?.strip_prefix('=').map(str::to_owned)
        };
        program.forms.iter().find_map(of)
    };
    if !pairs.iter().any(|(name, holds)| names_a_secret(holds) || form(name).is_some()) {
        return Vec::new();
    }
    let plainly = |holds: &str| match holds {
        "email" if api_token => Some(filled.email().to_owned()),
        "workspace" => Some(filled.workspace().to_owned()),
        holds if names_a_secret(holds) => Some(secret.to_owned()),
        _ => None,
    };
    let value = |name: &str, holds: &str| match form(name) {
        Some(form) => Some(filled.fill(&form.replace("{token}", secret))).filter(|value| !value.is_empty()),
        None => plainly(holds),
    };
    pairs.into_iter().filter_map(|(name, holds)| value(name, holds).map(|value| format!("{name}={value}"))).collect()
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
            assert!(text.replace('\n', " ").starts_with(&program.name) && text.contains("Known from"), "{}", program.id);
        }
    }
}
