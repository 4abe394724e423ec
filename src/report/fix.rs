//! The commands that mend a fault, written for a shell: what `run` says can be copied, and runs.
//!
//! A secret is always a variable. git gets it from a helper that reads the variable itself, so it is in nobody's argument list.

use std::fmt::Write as _;

use super::wire::{CommandReport, FixReport};
use crate::checks::{Case, Fix, FixAuth, FixCommand, User, UserForm};

/// A shell that a command is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    /// POSIX: bash, zsh, dash, Git Bash.
    Sh,
    /// PowerShell.
    PowerShell,
    /// The Windows command prompt.
    Cmd,
}

impl Shell {
    /// Every shell, in the order of the report.
    pub const ALL: [Self; 3] = [Self::Sh, Self::PowerShell, Self::Cmd];

    /// Its name in the report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sh => "sh",
            Self::PowerShell => "powershell",
            Self::Cmd => "cmd",
        }
    }

    /// A text as one word in which nothing is expanded.
    fn word(self, text: &str) -> String {
        let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./:=@%+,".contains(&b));
        match self {
            Self::Sh if plain => text.into(),
            Self::PowerShell if plain && !text.starts_with(['@', '-']) && !text.contains(',') => text.into(),
            Self::Cmd if plain && !text.contains(['%', ',', '=']) => text.into(),
            _ => self.quoted(text),
        }
    }

    /// A text in quotes in which nothing is expanded.
    fn quoted(self, text: &str) -> String {
        match self {
            Self::Sh => format!("'{}'", text.replace('\'', r"'\''")),
            // A typographic quote ends a PowerShell string as well.
            Self::PowerShell => format!("'{}'", text.replace(['\'', '‘', '’'], "''")),
            Self::Cmd => format!("\"{}\"", text.replace('"', "\\\"")),
        }
    }

    /// A variable inside double quotes.
    fn variable(self, name: &str) -> String {
        match self {
            Self::Sh => format!("${name}"),
            Self::PowerShell => format!("$env:{name}"),
            Self::Cmd => format!("%{name}%"),
        }
    }

    /// A variable inside double quotes with other text right behind it.
    fn variable_before(self, name: &str) -> String {
        match self {
            Self::PowerShell => format!("$($env:{name})"),
            _ => self.variable(name),
        }
    }

    fn curl(self) -> &'static str {
        // In Windows PowerShell `curl` is another program's alias.
        if self == Self::PowerShell { "curl.exe" } else { "curl" }
    }
}

/// The variable that holds the secret for this way of presenting it.
#[must_use]
pub fn variable(auth: FixAuth) -> Option<&'static str> {
    match auth {
        FixAuth::EmailBasic | FixAuth::OtherEmailBasic | FixAuth::ApiTokenStatic => Some("BITBUCKET_API_TOKEN"),
        FixAuth::Bearer | FixAuth::AccessTokenStatic => Some("BITBUCKET_ACCESS_TOKEN"),
        FixAuth::None => None,
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

/// The fix of the JSON report: every command for every shell.
#[must_use]
pub fn report(case: &Case, fix: &Fix) -> FixReport {
    let mut commands: Vec<CommandReport> = Vec::new();
    for command in &fix.commands {
        for shell in Shell::ALL {
            let run =
                CommandReport { purpose: purpose(command).into(), shell: shell.name().into(), run: write(case, command, shell) };
            commands.push(run);
            // What is complete as it stands is not written once more.
            if matches!(command, FixCommand::Plain(_) | FixCommand::Settings(_)) {
                break;
            }
        }
    }
    FixReport { text: fix.text.clone(), commands }
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

/// One command on one line.
#[must_use]
pub fn write(case: &Case, command: &FixCommand, shell: Shell) -> String {
    lines(case, command, shell).join(" ")
}

/// One command, broken where a line may end.
#[must_use]
pub fn lines(case: &Case, command: &FixCommand, shell: Shell) -> Vec<String> {
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
                    parts.push(format!("--user {}", user_option(email, shell, name)));
                }
                (_, None) => {}
            }
            parts
        }
        FixCommand::Git { verb, repo, auth } => {
            let user = match auth {
                FixAuth::ApiTokenStatic | FixAuth::EmailBasic | FixAuth::OtherEmailBasic => "x-bitbucket-api-token-auth",
                FixAuth::AccessTokenStatic | FixAuth::Bearer => "x-token-auth",
                FixAuth::None => "",
            };
            let url = format!("{}/{}.git", case.options.git_base_url.trim_end_matches('/'), safe_path(repo));
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

/// `"anna@example.com:$BITBUCKET_API_TOKEN"`; where the address could mean something to the shell, it stands in quotes of its own.
fn user_option(email: Option<&str>, shell: Shell, secret: &str) -> String {
    let harmless = |c: char| c.is_alphanumeric() || "@._+-".contains(c);
    match email {
        Some(email) if email.chars().all(harmless) => format!("\"{email}:{}\"", shell.variable(secret)),
        Some(email) if shell == Shell::Sh => format!("{}\"${secret}\"", shell.quoted(&format!("{email}:"))),
        _ => format!("\"{}:{}\"", shell.variable_before(EMAIL_VARIABLE), shell.variable(secret)),
    }
}

/// A credential helper for this one command. git runs it with a POSIX shell on every system.
fn helper(shell: Shell, user: &str, name: &str) -> String {
    match shell {
        Shell::Sh => format!("credential.helper='!f() {{ echo username={user}; echo \"password=${name}\"; }}; f'"),
        // Double quotes inside an argument get lost between PowerShell 5 and a program; a token has no blanks.
        Shell::PowerShell => format!("'credential.helper=!f() {{ echo username={user}; echo password=${name}; }}; f'"),
        Shell::Cmd => format!("\"credential.helper=!f() {{ echo username={user}; echo password=${name}; }}; f\""),
    }
}

/// A path without the parameters in which a secret stood: it goes along in another way now, and `…` is no value.
fn without_hidden(path: &str) -> String {
    let Some((before, query)) = path.split_once('?') else { return path.into() };
    let kept: Vec<&str> = query.split('&').filter(|parameter| !parameter.ends_with("=…")).collect();
    if kept.is_empty() { before.into() } else { format!("{before}?{}", kept.join("&")) }
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
    let mut names: Vec<&str> = fix.commands.iter().filter_map(|c| variable(auth(c))).collect();
    names.dedup();
    let email = fix.commands.iter().any(|c| match c {
        FixCommand::Curl { auth: FixAuth::EmailBasic | FixAuth::ApiTokenStatic, .. } => shown_email(case).is_none(),
        FixCommand::Curl { auth: FixAuth::OtherEmailBasic, .. } => true,
        _ => false,
    });
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

    fn curl(auth: FixAuth) -> FixCommand {
        FixCommand::Curl { method: "GET".into(), path: "/2.0/repositories/acme".into(), auth }
    }

    #[test]
    fn curl_for_every_shell() {
        let case = case(Some("anna@example.com"));
        assert_eq!(
            write(&case, &curl(FixAuth::EmailBasic), Shell::Sh),
            "curl --request GET --url 'https://api.bitbucket.org/2.0/repositories/acme' --user \"anna@example.com:$BITBUCKET_API_TOKEN\""
        );
        assert_eq!(
            write(&case, &curl(FixAuth::Bearer), Shell::PowerShell),
            "curl.exe --request GET --url 'https://api.bitbucket.org/2.0/repositories/acme' --header \"Authorization: Bearer $env:BITBUCKET_ACCESS_TOKEN\""
        );
        assert!(
            write(&case, &curl(FixAuth::EmailBasic), Shell::Cmd).ends_with("--user \"anna@example.com:%BITBUCKET_API_TOKEN%\"")
        );
    }

    #[test]
    fn a_masked_or_odd_email_is_a_variable() {
        let masked = write(&case(Some("a***@e******.c**")), &curl(FixAuth::EmailBasic), Shell::Sh);
        assert!(masked.ends_with("--user \"$BITBUCKET_EMAIL:$BITBUCKET_API_TOKEN\""), "{masked}");
        let odd = write(&case(Some("a$(id)'@example.com")), &curl(FixAuth::EmailBasic), Shell::Sh);
        assert!(odd.ends_with(r#"--user 'a$(id)'\''@example.com:'"$BITBUCKET_API_TOKEN""#), "{odd}");
    }

    #[test]
    fn a_refused_email_is_asked_for() {
        let fix = Fix { text: String::new(), commands: vec![curl(FixAuth::OtherEmailBasic)] };
        let case = case(Some("other@example.com"));
        let run = write(&case, &fix.commands[0], Shell::Sh);
        assert!(run.ends_with("--user \"$BITBUCKET_EMAIL:$BITBUCKET_API_TOKEN\""), "{run}");
        assert_eq!(prelude(&case, &fix, Shell::Sh).len(), 2);
    }

    #[test]
    fn git_keeps_the_secret_out_of_its_arguments() {
        let clone = FixCommand::Git { verb: "clone", repo: "acme/app".into(), auth: FixAuth::ApiTokenStatic };
        assert_eq!(
            write(&case(None), &clone, Shell::Sh),
            "git -c credential.helper= -c credential.helper='!f() { echo username=x-bitbucket-api-token-auth; echo \"password=$BITBUCKET_API_TOKEN\"; }; f' clone https://bitbucket.org/acme/app.git"
        );
    }

    #[test]
    fn a_token_in_the_query_is_left_out() {
        let command =
            FixCommand::Curl { method: "GET".into(), path: "/2.0/user?access_token=…&q=a".into(), auth: FixAuth::Bearer };
        assert!(write(&case(None), &command, Shell::Sh).contains("/2.0/user?q=a'"));
    }

    #[test]
    fn a_hostile_path_stays_a_path() {
        let command = FixCommand::Curl { method: "GET".into(), path: "/2.0/a'b\"$(id){x}[1]".into(), auth: FixAuth::None };
        let run = write(&case(None), &command, Shell::Sh);
        assert_eq!(run, "curl --request GET --url 'https://api.bitbucket.org/2.0/a%27b%22$(id)%7Bx%7D%5B1%5D'");
    }
}
