//! What mends each cause, as structure: texts, and commands that name tool, target and the way the credential goes along.
//!
//! `src/report` writes the commands for a shell. A secret is always a variable there.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::engine::Cause;
use crate::{Case, Fix, FixAuth, FixCommand, Kind, Need, Role, Seen, Sign, Surface, granted};

/// Where API tokens are made and listed (fact `api-token-needs-scopes`).
pub(crate) const TOKEN_PAGE: &str = "https://id.atlassian.com/manage-profile/security/api-tokens";

pub(crate) fn text(words: impl Into<String>) -> Fix {
    Fix { text: words.into(), commands: Vec::new() }
}

fn settings(words: impl Into<String>, place: impl Into<String>) -> Fix {
    Fix { text: words.into(), commands: vec![FixCommand::Settings(place.into())] }
}

/// What mends a cause. An e-mail that was refused is not printed as the one to use: whose it is has to be looked up.
pub(crate) fn of(cause: &Cause, case: &Case, seen: &Seen) -> Fix {
    let mut fix = (cause.fix)(case, seen);
    if matches!(seen.accepted(Role::EmailBasic), Some((false, _))) {
        for command in &mut fix.commands {
            if let FixCommand::Curl { auth, .. } = command
                && *auth == FixAuth::EmailBasic
            {
                *auth = FixAuth::OtherEmailBasic;
            }
        }
    }
    crate::fix_machine::at_its_source(case, &mut fix);
    fix
}

/// How this kind of credential goes along: to the API, and to git.
pub(crate) const fn auth_of(kind: Kind) -> (FixAuth, FixAuth) {
    match kind {
        Kind::AccessToken | Kind::OauthToken => (FixAuth::Bearer, FixAuth::AccessTokenStatic),
        _ => (FixAuth::EmailBasic, FixAuth::ApiTokenStatic),
    }
}

/// The command that does what the person wants, the right way for this kind of credential.
fn commands(case: &Case, kind: Kind) -> Vec<FixCommand> {
    let (rest, git) = auth_of(kind);
    let wanted = case.wanted();
    let mut out = Vec::new();
    for need in &wanted {
        let command = match need {
            Need::Endpoint { method, path } => {
                let fits = crate::endpoints::methods_of(path);
                let method = if fits.is_empty() || fits.contains(&method.as_str()) { method.clone() } else { "GET".into() };
                FixCommand::Curl { method, path: path.clone(), auth: rest }
            }
            Need::GitRead(repo) => FixCommand::Git { verb: git_verb(case), repo: repo.clone(), auth: git },
            Need::GitWrite(repo) => FixCommand::Git { verb: "ls-remote", repo: repo.clone(), auth: git },
            Need::SignIn | Need::Scope(_) => continue,
        };
        if !out.contains(&command) {
            out.push(command);
        }
    }
    out.truncate(2);
    out
}

pub(crate) fn git_verb(case: &Case) -> &'static str {
    let words = case.request.as_ref().filter(|r| r.tool == "git").map_or("", |r| r.text.as_str());
    if words.contains(" clone ") { "clone" } else { "ls-remote" }
}

fn way_in_words(kind: Kind, surface: Option<Surface>) -> &'static str {
    match (kind, surface) {
        (Kind::AccessToken, Some(Surface::Git)) => {
            "Over git an access token wants the user x-token-auth and the token as password."
        }
        (Kind::AccessToken | Kind::OauthToken, _) => "Send it as Bearer: Authorization: Bearer TOKEN; no user name goes along.",
        (_, Some(Surface::Git)) => {
            "Over git an API token wants the user x-bitbucket-api-token-auth (or your Bitbucket user name) and the token as password."
        }
        _ => "Send it as Basic: user = the e-mail of your Atlassian account, password = the API token.",
    }
}

/// Scheme, user and place of the credential put right.
pub(crate) fn right_way(case: &Case, _: &Seen) -> Fix {
    let kind = if case.subject().is_none() { Kind::ApiToken } else { case.kind() };
    let surface = case.own_way().map(|w| w.surface).or_else(|| case.request.as_ref().and_then(|r| r.surface));
    Fix { text: way_in_words(kind, surface).into(), commands: commands(case, kind) }
}

/// A method that the endpoint has. A write is never turned into another write.
pub(crate) fn right_method(case: &Case, _: &Seen) -> Fix {
    let methods = asked_path(case).map(|path| crate::endpoints::methods_of(&path)).unwrap_or_default();
    let text = if methods.contains(&"GET") {
        "This URL is read with GET.".into()
    } else {
        format!("This URL takes {}.", methods.join(", "))
    };
    Fix { text, commands: commands(case, case.kind()) }
}

/// The user in a git URL.
pub(crate) fn git_right_user(case: &Case, _: &Seen) -> Fix {
    let words =
        "Leave the secret out of the URL: then nothing in it has to be percent-encoded. An @ in a user name would be %40.";
    Fix { text: words.into(), commands: commands(case, case.kind()) }
}

/// The e-mail of the account that owns the token.
pub(crate) fn right_email(case: &Case, _: &Seen) -> Fix {
    let mut fix = settings(
        "Use the e-mail of the Atlassian account that made the token. It stands at the top right of the token page.",
        TOKEN_PAGE,
    );
    fix.commands.extend(commands(case, Kind::ApiToken));
    fix
}

/// A new API token.
pub(crate) fn new_token(case: &Case, _: &Seen) -> Fix {
    let wants = scopes_in_words(case, Kind::ApiToken);
    let mut fix = settings(
        format!("Make a new one: \"Create API token with scopes\", app Bitbucket{wants}. {}", way_in_words(Kind::ApiToken, None)),
        TOKEN_PAGE,
    );
    fix.commands.extend(commands(case, Kind::ApiToken));
    fix
}

fn scopes_in_words(case: &Case, kind: Kind) -> String {
    let required = granted::required_scopes(case, kind);
    if required.is_empty() { String::new() } else { format!(", scopes {}", required.join(" ")) }
}

pub(crate) fn replace_app_password(case: &Case, seen: &Seen) -> Fix {
    let mut fix = new_token(case, seen);
    fix.text = format!("App passwords are gone. {}", fix.text);
    fix
}

pub(crate) fn replace_token(case: &Case, seen: &Seen) -> Fix {
    if case.kind() == Kind::AccessToken {
        let mut fix = text(
            "Look at Settings > Access tokens of the repository, project or workspace: is this one listed and in date? If in doubt, make a new one there and send it as Bearer.",
        );
        fix.commands = commands(case, Kind::AccessToken);
        return fix;
    }
    if case.kind() == Kind::OauthToken {
        return refresh_oauth(case, seen);
    }
    let mut fix = new_token(case, seen);
    fix.text = format!("Look at the token page: is it listed, in date, with Bitbucket scopes? {}", fix.text);
    fix
}

pub(crate) fn refresh_oauth(case: &Case, _: &Seen) -> Fix {
    Fix {
        text: "Get a fresh access token from https://bitbucket.org/site/oauth2/access_token with the consumer's key and secret, and read expires_in: it lives for about two hours. A refresh token works once."
            .into(),
        commands: commands(case, Kind::OauthToken),
    }
}

pub(crate) fn oauth_client(_: &Case, _: &Seen) -> Fix {
    text(
        "Key and secret of a consumer are no token: ask https://bitbucket.org/site/oauth2/access_token for one with grant_type=client_credentials and key:secret as Basic. The consumer needs a callback URL and must be private.",
    )
}

pub(crate) fn add_scopes(case: &Case, seen: &Seen) -> Fix {
    let found = granted::scopes(case, seen);
    let list: Vec<String> = if found.missing.is_empty() { found.required.clone() } else { found.missing };
    if case.kind() == Kind::AccessToken {
        return text(format!(
            "Scopes of a token cannot be changed: make a new access token in the same place with {} added.",
            list.join(" ")
        ));
    }
    let all = granted::with_granted(&list, found.granted.as_deref());
    let mut fix = settings(
        format!(
            "Scopes of a token cannot be changed: make a new one with scopes {}; none of them includes another.",
            all.join(" ")
        ),
        TOKEN_PAGE,
    );
    fix.commands.extend(commands(case, case.kind()));
    fix
}

pub(crate) fn other_endpoint(case: &Case, _: &Seen) -> Fix {
    let path = asked_path(case).unwrap_or_default();
    let instead = crate::endpoints::removed(&path).map(|r| r.instead).filter(|i| !i.is_empty());
    match instead {
        Some(gone) if gone.starts_with("nothing: ") => {
            text(format!("There is {}.", gone.replacen("nothing: ", "nothing to use instead: ", 1)))
        }
        Some(instead) => text(format!("Use {instead} instead.")),
        None => text("Nothing takes its place one to one; `bbdoctor explain removed-endpoint` lists what is left."),
    }
}

pub(crate) fn other_credential(case: &Case, _: &Seen) -> Fix {
    settings(
        format!(
            "Access tokens see their own repository, project or workspace only. Use an API token of a person here{}.",
            scopes_in_words(case, Kind::ApiToken)
        ),
        TOKEN_PAGE,
    )
}

pub(crate) fn token_for_target(case: &Case, _: &Seen) -> Fix {
    let target = case.repo().or_else(|| case.workspace()).unwrap_or_else(|| "the target".into());
    text(format!("Make an access token at {target} itself (Settings > Access tokens), or use one of its project or workspace."))
}

pub(crate) fn right_name(case: &Case, seen: &Seen) -> Fix {
    let repo = case.repo();
    let words = match (repo, case.workspace()) {
        (Some(repo), _) if !crate::diagnosis::says(case, seen, Sign::NoSuchWorkspace) => format!(
            "Compare {repo} with the address in the browser: https://bitbucket.org/WORKSPACE/REPOSITORY holds the slugs, not the display names. If it is right, this account has no access to it."
        ),
        (_, Some(workspace)) => format!(
            "There is no workspace \"{workspace}\". The slug stands in the browser's address: https://bitbucket.org/WORKSPACE/. A workspace unused for long may have been deleted."
        ),
        _ => "Compare the name with the address in the browser: it holds the slugs, not the display names.".into(),
    };
    text(words)
}

pub(crate) fn ask_permission(case: &Case, _: &Seen) -> Fix {
    let target = case.repo().or_else(|| case.workspace()).unwrap_or_else(|| "it".into());
    text(format!("Ask an administrator of {target} for access for this account; a token never has more rights than its account."))
}

pub(crate) fn asked_path(case: &Case) -> Option<String> {
    let from_request = case.request.as_ref().and_then(|r| r.api_path.clone());
    from_request.or_else(|| {
        case.wanted().iter().find_map(|n| match n {
            Need::Endpoint { path, .. } => Some(path.clone()),
            _ => None,
        })
    })
}

pub(crate) fn copy_again(case: &Case, seen: &Seen) -> Fix {
    let mut fix = right_way(case, seen);
    fix.text = format!(
        "Copy the token again, all of it and nothing else; it is shown only once, so if in doubt make a new one. {}",
        way_in_words(case.kind(), case.own_way().map(|w| w.surface))
    );
    fix
}

pub(crate) fn fill_in(case: &Case, seen: &Seen) -> Fix {
    let mut fix = right_way(case, seen);
    fix.text = "Put your own value where the example has a placeholder, braces and angle brackets included.".into();
    fix.commands.retain(|c| match c {
        FixCommand::Curl { path, .. } => !path.contains(['{', '<']),
        FixCommand::Git { repo, .. } => !repo.contains(['{', '<']),
        _ => true,
    });
    fix
}

pub(crate) fn set_variable(case: &Case, seen: &Seen) -> Fix {
    let name =
        case.subject().and_then(|c| c.shape.unexpanded.clone()).filter(|n| n != "empty").unwrap_or_else(|| "the variable".into());
    let mut fix = right_way(case, seen);
    fix.text = format!(
        "Set {name} where the command runs, and let the shell see it: double quotes, not single ones, and the shell's own form of a variable. A secured variable of a pipeline is empty on forks."
    );
    fix
}

pub(crate) fn quote(case: &Case, seen: &Seen) -> Fix {
    let mut fix = right_way(case, seen);
    fix.text = "Put straight single quotes around URL and header; typographic quotes and dashes are letters to a shell. curl reads {} and [] as patterns unless -g is given.".into();
    fix
}

pub(crate) fn wait_for_limit(_: &Case, _: &Seen) -> Fix {
    text(
        "Wait: the windows are one hour long. Without a credential 60 requests an hour are shared by everybody behind the same address; with one the limit is the account's, over all its tokens.",
    )
}

pub(crate) fn unlock(_: &Case, _: &Seen) -> Fix {
    settings(
        "Stop every job that uses the old credential, sign in on the website, then make a new token.",
        "https://bitbucket.org/",
    )
}

pub(crate) fn ask_administrator(_: &Case, _: &Seen) -> Fix {
    text(
        "Ask the administrator of your Atlassian organisation: a policy blocks this token, and nothing on this machine can change that.",
    )
}

pub(crate) fn reactivate(_: &Case, _: &Seen) -> Fix {
    text("An administrator of the workspace has to sign in on the website and reactivate it; no credential helps until then.")
}

pub(crate) fn allow_ip(_: &Case, _: &Seen) -> Fix {
    text(
        "Connect through the company's network or VPN, or let an administrator add this address: Workspace settings > Access controls.",
    )
}

pub(crate) fn two_step(_: &Case, _: &Seen) -> Fix {
    settings("Switch two-step verification on for your Atlassian account.", "https://id.atlassian.com/manage-profile/security")
}

pub(crate) fn plan(_: &Case, _: &Seen) -> Fix {
    text(
        "An administrator of the workspace has to pay the bill, remove users or upgrade the plan: Workspace settings > Plan details. Reading works meanwhile.",
    )
}

pub(crate) fn branch(_: &Case, _: &Seen) -> Fix {
    text(
        "Push to another branch and open a pull request, or let an administrator add you under Repository settings > Branch restrictions. Access tokens cannot be added there.",
    )
}

pub(crate) fn mend_content(_: &Case, _: &Seen) -> Fix {
    text(
        "The credential is fine. The answer names the field or value that is refused; compare the request with the documentation of this endpoint.",
    )
}

pub(crate) fn other_tool(case: &Case, _: &Seen) -> Fix {
    // Which program it is, why, and where its settings are, where what was pasted tells it.
    let mut notes = case.request.iter().flat_map(|r| &r.notes).filter(|n| n.kind == crate::NoteKind::ToolUnable);
    let why = notes.next().map_or_else(String::new, |note| format!("{}. ", note.text.trim_end_matches('.')));
    let text =
        "Update the program, or give it a kind of credential that it can use; by hand the same credential works like this.";
    Fix { text: format!("{why}{text}"), commands: commands(case, case.kind()) }
}

/// What would settle a test that is still open, in words and as a command.
pub(crate) fn settle(case: &Case, seen: &Seen) -> Option<String> {
    if case.options.arrived {
        return Some("give bbdoctor the same token and e-mail: it asks Bitbucket itself".into());
    }
    if case.options.offline {
        return Some("run bbdoctor without --offline: it asks Bitbucket the questions that tell these apart".into());
    }
    let kind = case.kind();
    let asked = |role: Role| seen.of(role).next().is_some();
    let git_open = kind == Kind::ApiToken && case.repo().is_none() && !asked(Role::GitStaticUser);
    let mail_open = kind == Kind::ApiToken && !case.can_play(Role::EmailBasic);
    match (mail_open, git_open) {
        (true, true) => Some("bbdoctor --email YOUR-ACCOUNT-E-MAIL --repo WORKSPACE/REPOSITORY: Basic with the e-mail, and git, which needs no e-mail, tell these apart".into()),
        (true, false) => Some("bbdoctor --email YOUR-ACCOUNT-E-MAIL: Basic with the e-mail tells these apart".into()),
        (false, true) => Some("bbdoctor --repo WORKSPACE/REPOSITORY: git's static user needs no e-mail, so its answer tells these apart".into()),
        (false, false) => None,
    }
}
