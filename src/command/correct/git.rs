//! A git command: the credential comes from a helper that reads a variable, and nobody stands in the URL any more.

use super::{Draft, Wanted};
use crate::checks::FixAuth;
use crate::command::git::{is_url, subcommand};
use crate::command::shell::Shell;
use crate::command::{Context, address};

/// Corrects the words; returns where the command ends.
pub(super) fn correct(draft: &mut Draft<'_>, wanted: &Wanted<'_>, context: &Context<'_>) -> Option<usize> {
    let (at, verb) = subcommand(&draft.words)?;
    let end = draft.words.last()?.at.end;
    let urls: Vec<usize> = (at + 1..draft.words.len()).filter(|i| is_url(draft.words[*i].value.as_str())).collect();
    if wanted.auth == FixAuth::Key {
        let [url] = urls.as_slice() else { return None };
        let read = address::read(&draft.words[*url].value, true, context);
        draft.edits.replace(read.host_at.filter(|_| read.scheme == "ssh")?, "ssh.bitbucket.org");
        return Some(end);
    }
    let user = match wanted.auth {
        FixAuth::AccessTokenStatic | FixAuth::Bearer => "x-token-auth",
        FixAuth::Key | FixAuth::None => return None,
        FixAuth::ApiTokenStatic | FixAuth::EmailBasic | FixAuth::OtherEmailBasic => "x-bitbucket-api-token-auth",
    };
    // A helper of the person's own stands behind the one that is put in, and would put it away.
    let helps = |text: &str| text.starts_with("credential.") && text.contains("helper=");
    if draft.words.iter().any(|word| helps(&word.value.as_str().to_ascii_lowercase())) {
        return None;
    }
    // `git remote set-url` sends nothing: what it leaves behind is the user, and git asks for the token.
    let keeps = verb == "remote";
    for url in urls {
        let value = draft.words[url].value.clone();
        let read = address::read(&value, true, context);
        if !read.scheme.starts_with("http") {
            return None;
        }
        let deeper = read.path.as_str().trim_matches('/').split('/').count() > 2;
        if read.repo.is_none() || deeper || !read.scheme_written || read.host == "api.bitbucket.org" {
            // Another host, a path that is no repository's: all of it is written anew.
            let (scheme, rest) = wanted.url.split_once("://")?;
            let whole = if keeps { format!("{scheme}://{user}@{rest}") } else { wanted.url.clone() };
            draft.edits.replace(draft.words[url].at.clone(), draft.shell.word(&whole));
            continue;
        }
        let authority = value.as_str().find("://")? + 3;
        let from = value.from(authority).span()?.start;
        let host = read.host_at.clone()?;
        if host.start < from {
            return None;
        }
        let base = wanted.git_base_url.split_once("://")?.0;
        if value.as_str().starts_with("http://") && base == "https" {
            draft.edits.replace(value.to(authority).span()?, "https://");
        }
        draft.edits.replace(from..host.start, if keeps { format!("{user}@") } else { String::new() });
        if value.as_str().trim_end_matches('/').ends_with(".git.git") {
            let kept = value.as_str().trim_end_matches('/').len() - ".git".len();
            draft.edits.replace(value.from(kept).span()?, "");
        }
    }
    if keeps {
        return Some(end);
    }
    headers_of_settings(draft);
    let git = draft.words.first()?.at.end;
    let helper = helper(draft.shell, user, &draft.secret(wanted));
    // On lines of its own: with it the command would be twice as wide as a screen.
    let goes_on = draft.shell.continuation();
    draft.edits.insert(git, format!(" -c credential.helper= {goes_on}\n  -c {helper} {goes_on}\n "));
    Some(end)
}

/// `-c http.extraHeader=Authorization: …`: it would go along whatever else is sent.
fn headers_of_settings(draft: &mut Draft<'_>) {
    for at in 1..draft.words.len() {
        let value = draft.words[at].value.as_str().to_ascii_lowercase();
        let sets = value.starts_with("http.") && value.contains("extraheader=") && value.contains("auth");
        if sets && matches!(draft.words[at - 1].value.as_str(), "-c" | "--config") {
            draft.remove(at - 1..at + 1);
        }
    }
}

/// A credential helper for this one command. git runs it with a POSIX shell on every system.
pub(crate) fn helper(shell: Shell, user: &str, secret: &str) -> String {
    // Whatever shell the command is typed in, the helper's is POSIX.
    let name = secret.trim_start_matches("$env:").trim_matches(['$', '{', '}', '%']);
    match shell {
        Shell::Sh => format!("credential.helper='!f() {{ echo username={user}; echo \"password=${name}\"; }}; f'"),
        // Double quotes inside an argument get lost between PowerShell 5 and a program; a token has no blanks.
        Shell::PowerShell => format!("'credential.helper=!f() {{ echo username={user}; echo password=${name}; }}; f'"),
        Shell::Cmd => format!("\"credential.helper=!f() {{ echo username={user}; echo password=${name}; }}; f\""),
    }
}
