//! The commands that mend a fault, written for a shell: what `run` says can be copied, and runs.
//!
//! A secret is always a variable. git gets it from a helper that reads the variable itself, so it is in nobody's argument list.

use std::fmt::Write as _;

use super::wire::{CommandReport, FixReport};
use crate::checks::wanted::without_hidden;
use crate::checks::{Case, Fix, FixAuth, FixCommand, User, UserForm};
pub use crate::command::Shell;
use crate::command::{Correction, Wanted, correct, helper};

/// The variable that holds the secret for this way of presenting it.
#[must_use]
pub fn variable(auth: FixAuth) -> Option<&'static str> {
    match auth {
        FixAuth::EmailBasic | FixAuth::OtherEmailBasic | FixAuth::ApiTokenStatic => Some("BITBUCKET_API_TOKEN"),
        FixAuth::Bearer | FixAuth::AccessTokenStatic => Some("BITBUCKET_ACCESS_TOKEN"),
        FixAuth::Key | FixAuth::None => None,
    }
}

/// The variable that holds the e-mail where it is not shown.
pub const EMAIL_VARIABLE: &str = "BITBUCKET_EMAIL";

/// How a command presents its credential.
#[must_use]
pub fn auth(command: &FixCommand) -> FixAuth {
    match command {
        FixCommand::Curl { auth, .. } | FixCommand::Git { auth, .. } => *auth,
        FixCommand::Plain(_) | FixCommand::Settings(_) => FixAuth::None,
    }
}

/// The e-mail, where it is known and shown unmasked.
#[must_use]
pub fn shown_email(case: &Case) -> Option<&str> {
    let shown = |user: &&User| user.form == UserForm::Email && !user.text.contains(['*', '…', ':']);
    case.email.as_ref().filter(shown).map(|user| user.text.as_str())
}

/// A command of a fix, written.
pub enum Written {
    /// The person's own command, corrected.
    Corrected(Correction),
    /// Made from nothing but what it has to do, in parts between which a line may end.
    Canonical(Vec<String>),
}

impl Written {
    /// All of it, as it can be copied.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Corrected(correction) => correction.text.clone(),
            Self::Canonical(parts) => parts.join(" "),
        }
    }
}

/// The fix of the JSON report: every command for every shell.
#[must_use]
pub fn report(case: &Case, fix: &Fix) -> FixReport {
    let mut commands: Vec<CommandReport> = Vec::new();
    for command in &fix.commands {
        for shell in Shell::ALL {
            if let Some(written) = write(case, command, shell) {
                commands.push(CommandReport {
                    purpose: purpose(command).into(),
                    shell: shell.name().into(),
                    run: written.text(),
                });
            }
            // What is complete as it stands is not written once more.
            if matches!(command, FixCommand::Plain(_) | FixCommand::Settings(_)) {
                break;
            }
        }
    }
    FixReport { text: fix.text.clone(), commands }
}

/// The shell that a person reads the fix in: their command's own, where it could be corrected.
#[must_use]
pub fn shell(case: &Case, fix: &Fix, usual: Shell) -> Shell {
    fix.commands.iter().find_map(|command| correction(case, command)).map_or(usual, |correction| correction.shell)
}

/// One command for a shell: the person's own corrected, where it is one of this shell's, else the canonical one. `None` where
/// only the person's own could do it: what a write holds is theirs.
#[must_use]
pub fn write(case: &Case, command: &FixCommand, shell: Shell) -> Option<Written> {
    if let Some(correction) = correction(case, command).filter(|c| c.shell == shell) {
        return Some(Written::Corrected(correction));
    }
    let writes = matches!(command, FixCommand::Curl { method, .. } if method != "GET" && method != "HEAD");
    (!writes).then(|| Written::Canonical(canonical(case, command, shell)))
}

/// The command that the person showed, corrected so that it does what the fix's command does.
fn correction(case: &Case, command: &FixCommand) -> Option<Correction> {
    let request = case.request.as_ref()?;
    let api_url = case.options.api_url.trim_end_matches('/');
    let git_base_url = case.options.git_base_url.trim_end_matches('/');
    let (method, path, url, own) = match command {
        FixCommand::Curl { method, path, .. } => {
            let path = without_hidden(path);
            let url = format!("{api_url}{}", safe_path(&path));
            (method.as_str(), path, url, request.tool == "curl")
        }
        FixCommand::Git { repo, .. } => {
            let own = request.tool == "git" && request.repo.as_ref().is_none_or(|r| r == repo);
            ("", String::new(), format!("{git_base_url}/{}.git", safe_path(repo)), own)
        }
        FixCommand::Plain(_) | FixCommand::Settings(_) => return None,
    };
    if !own {
        return None;
    }
    let auth = auth(command);
    let wanted = Wanted {
        method,
        path: &path,
        url,
        api_url,
        git_base_url,
        auth,
        variable: variable(auth),
        email: shown_email(case),
        email_variable: EMAIL_VARIABLE,
    };
    correct(request, &wanted)
}

fn purpose(command: &FixCommand) -> &'static str {
    match command {
        FixCommand::Curl { .. } => "curl",
        FixCommand::Git { .. } => "git",
        FixCommand::Plain(text) if text.starts_with("curl") => "curl",
        FixCommand::Plain(text) if text.starts_with("git") => "git",
        FixCommand::Plain(_) | FixCommand::Settings(_) => "settings",
    }
}

/// One command from nothing but what it has to do, broken where a line may end.
fn canonical(case: &Case, command: &FixCommand, shell: Shell) -> Vec<String> {
    match command {
        FixCommand::Curl { method, path, auth } => {
            let url = format!("{}{}", case.options.api_url.trim_end_matches('/'), safe_path(path));
            let mut parts = vec![format!("{} --request {} --url {}", shell.curl(), shell.word(method), shell.quoted(&url))];
            match (auth, variable(*auth)) {
                (FixAuth::Bearer | FixAuth::AccessTokenStatic, Some(name)) => {
                    parts.push(format!("--header \"Authorization: Bearer {}\"", shell.variable(name)));
                }
                (_, Some(name)) => {
                    let email = shown_email(case).filter(|_| *auth != FixAuth::OtherEmailBasic);
                    let pair = shell.user_and_secret(email, EMAIL_VARIABLE, &shell.variable(name));
                    parts.push(format!("--user {pair}"));
                }
                (_, None) => {}
            }
            parts
        }
        FixCommand::Git { verb, repo, auth } => {
            let user = match auth {
                FixAuth::ApiTokenStatic | FixAuth::EmailBasic | FixAuth::OtherEmailBasic => "x-bitbucket-api-token-auth",
                FixAuth::AccessTokenStatic | FixAuth::Bearer => "x-token-auth",
                FixAuth::Key | FixAuth::None => "",
            };
            let url = match auth {
                FixAuth::Key => format!("git@ssh.bitbucket.org:{}.git", safe_path(repo)),
                _ => format!("{}/{}.git", case.options.git_base_url.trim_end_matches('/'), safe_path(repo)),
            };
            let mut parts = vec!["git".to_owned()];
            if let Some(name) = variable(*auth) {
                parts[0].push_str(" -c credential.helper=");
                parts.push(format!("-c {}", helper(shell, user, name)));
            }
            let mut last = format!("{verb} {}", shell.word(&url));
            if *verb == "push" {
                last.push_str(" HEAD");
            }
            parts.push(last);
            parts
        }
        FixCommand::Plain(text) | FixCommand::Settings(text) => vec![text.clone()],
    }
}

/// A path that no shell, no curl globbing and no URL reader takes for anything else.
fn safe_path(path: &str) -> String {
    let path = &without_hidden(path);
    let mut safe = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/?&=%:@!$()*+,;#".contains(&byte) {
            safe.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(safe, "%{byte:02X}");
        }
    }
    safe
}

/// The lines that ask for the secret, and for the e-mail where it is not shown, without echo and without history.
#[must_use]
pub fn prelude(case: &Case, fix: &Fix, shell: Shell) -> Vec<String> {
    let written: Vec<String> = fix.commands.iter().filter_map(|c| write(case, c, shell)).map(|w| w.text()).collect();
    let used = |name: &str| written.iter().any(|text| text.contains(name));
    let mut names: Vec<&str> = fix.commands.iter().filter_map(|c| variable(auth(c))).filter(|name| used(name)).collect();
    names.dedup();
    let email = used(EMAIL_VARIABLE);
    let mut lines = Vec::new();
    if email {
        lines.push(match shell {
            Shell::Sh => format!("read -r {EMAIL_VARIABLE} && export {EMAIL_VARIABLE}"),
            Shell::PowerShell => format!("$env:{EMAIL_VARIABLE} = Read-Host"),
            Shell::Cmd => format!("set /p {EMAIL_VARIABLE}="),
        });
    }
    for name in names {
        lines.push(match shell {
            Shell::Sh => format!("read -rs {name} && export {name}"),
            Shell::PowerShell => {
                format!("$env:{name} = [Net.NetworkCredential]::new('', (Read-Host -AsSecureString)).Password")
            }
            Shell::Cmd => format!("set /p {name}="),
        });
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(email: Option<&str>) -> Case {
        let mut case = Case::default();
        case.options.api_url = "https://api.bitbucket.org".into();
        case.options.git_base_url = "https://bitbucket.org".into();
        case.email = email.map(|text| User { text: text.into(), form: UserForm::Email, source: "--email".into() });
        case
    }

    fn text(case: &Case, command: &FixCommand, shell: Shell) -> String {
        write(case, command, shell).expect("it reads").text()
    }

    fn curl(auth: FixAuth) -> FixCommand {
        FixCommand::Curl { method: "GET".into(), path: "/2.0/repositories/acme".into(), auth }
    }

    #[test]
    fn curl_for_every_shell() {
        let case = case(Some("anna@example.com"));
        assert_eq!(
            text(&case, &curl(FixAuth::EmailBasic), Shell::Sh),
            "curl --request GET --url 'https://api.bitbucket.org/2.0/repositories/acme' --user \"anna@example.com:$BITBUCKET_API_TOKEN\""
        );
        assert_eq!(
            text(&case, &curl(FixAuth::Bearer), Shell::PowerShell),
            "curl.exe --request GET --url 'https://api.bitbucket.org/2.0/repositories/acme' --header \"Authorization: Bearer $env:BITBUCKET_ACCESS_TOKEN\""
        );
        assert!(
            text(&case, &curl(FixAuth::EmailBasic), Shell::Cmd).ends_with("--user \"anna@example.com:%BITBUCKET_API_TOKEN%\"")
        );
    }

    #[test]
    fn a_masked_or_odd_email_is_a_variable() {
        let masked = text(&case(Some("a***@e******.c**")), &curl(FixAuth::EmailBasic), Shell::Sh);
        assert!(masked.ends_with("--user \"$BITBUCKET_EMAIL:$BITBUCKET_API_TOKEN\""), "{masked}");
        let odd = text(&case(Some("a$(id)'@example.com")), &curl(FixAuth::EmailBasic), Shell::Sh);
        assert!(odd.ends_with(r#"--user 'a$(id)'\''@example.com:'"$BITBUCKET_API_TOKEN""#), "{odd}");
    }

    #[test]
    fn a_refused_email_is_asked_for() {
        let fix = Fix { text: String::new(), commands: vec![curl(FixAuth::OtherEmailBasic)] };
        let case = case(Some("other@example.com"));
        let run = text(&case, &fix.commands[0], Shell::Sh);
        assert!(run.ends_with("--user \"$BITBUCKET_EMAIL:$BITBUCKET_API_TOKEN\""), "{run}");
        assert_eq!(prelude(&case, &fix, Shell::Sh).len(), 2);
    }

    #[test]
    fn git_keeps_the_secret_out_of_its_arguments() {
        let clone = FixCommand::Git { verb: "clone", repo: "acme/app".into(), auth: FixAuth::ApiTokenStatic };
        assert_eq!(
            text(&case(None), &clone, Shell::Sh),
            "git -c credential.helper= -c credential.helper='!f() { echo username=x-bitbucket-api-token-auth; echo \"password=$BITBUCKET_API_TOKEN\"; }; f' clone https://bitbucket.org/acme/app.git"
        );
    }

    #[test]
    fn a_token_in_the_query_is_left_out() {
        let command =
            FixCommand::Curl { method: "GET".into(), path: "/2.0/user?access_token=…&q=a".into(), auth: FixAuth::Bearer };
        assert!(text(&case(None), &command, Shell::Sh).contains("/2.0/user?q=a'"));
    }

    #[test]
    fn a_hostile_path_stays_a_path() {
        let command = FixCommand::Curl { method: "GET".into(), path: "/2.0/a'b\"$(id){x}[1]".into(), auth: FixAuth::None };
        let run = text(&case(None), &command, Shell::Sh);
        assert_eq!(run, "curl --request GET --url 'https://api.bitbucket.org/2.0/a%27b%22$(id)%7Bx%7D%5B1%5D'");
    }
}
