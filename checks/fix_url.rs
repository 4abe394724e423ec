//! What mends an address: which one of Bitbucket Cloud's was meant, and how a remote is pointed there.
//!
//! Only what the address itself shows is carried over (fact `website`, `404-no-api`): a Data Center's project key is no
//! workspace, so its paths get words and no command.

use alloc::format;
use alloc::string::String;

use crate::endpoints::{meant_by, methods_of, similar};
use crate::fix::{asked_path, auth_of, git_verb, text};
use crate::fix_machine::{mend_alias, point_remote};
use crate::git_url::read_url;
use crate::host_name::is_slip;
use crate::{Case, Fix, FixAuth, FixCommand, GitUrl, Kind, Request, Seen, Surface};

pub(crate) fn cloud_url(_: &Case, _: &Seen) -> Fix {
    text(
        "Bitbucket Cloud's API is https://api.bitbucket.org/2.0/repositories/WORKSPACE/REPOSITORY, its git address https://bitbucket.org/WORKSPACE/REPOSITORY.git; there are no /rest/api/, /scm/ or /projects/ paths. For a Data Center host, use its own documentation.",
    )
}

pub(crate) fn api_url(case: &Case, _: &Seen) -> Fix {
    let command = case.request.as_ref().and_then(|request| meant(case, request));
    if let Some(FixCommand::Git { .. }) = command {
        let mut fix = text("git is served at https://bitbucket.org/WORKSPACE/REPOSITORY.git, and by no other host.");
        fix.commands.extend(command);
        return fix;
    }
    let mut words = String::from("The API is https://api.bitbucket.org/2.0/…: host, https and /2.0 all matter.");
    if command.is_none()
        && let Some(path) = asked_path(case)
    {
        let near = similar(&path);
        if !near.is_empty() {
            words = format!("{words} Near this path: {}.", near.join(", "));
        }
    }
    let mut fix = text(words);
    fix.commands.extend(command);
    fix
}

/// The request at the address that was meant, where that address can be told.
fn meant(case: &Case, request: &Request) -> Option<FixCommand> {
    let url = read_url(&request.url);
    let ours = matches!(url.host.as_str(), "api.bitbucket.org" | "bitbucket.org" | "www.bitbucket.org") || is_slip(&url.host);
    if !ours || request.url_is_unfinished() || url.scheme == "ssh" {
        return None;
    }
    let kind = if case.subject().is_none() { Kind::ApiToken } else { case.kind() };
    let (rest, git) = auth_of(kind);
    if request.tool == "git" || request.surface == Some(Surface::Git) {
        let repo = repository(&url)?;
        return Some(FixCommand::Git { verb: git_verb(case), repo, auth: git });
    }
    let query = request.url.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
    let path = format!("{}{query}", meant_by(&url.path)?);
    let methods = methods_of(&path);
    let method = if methods.contains(&request.method.as_str()) { request.method.clone() } else { "GET".into() };
    Some(FixCommand::Curl { method, path, auth: rest })
}

/// The repository of an address that git cannot use: the API's, or one copied from the browser.
fn repository(url: &GitUrl) -> Option<String> {
    let path = url.path.trim_start_matches("!api/").trim_start_matches("2.0/repositories/");
    if path.starts_with("scm/") {
        return None;
    }
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let (workspace, name) = (parts.next()?, parts.next()?);
    Some(format!("{workspace}/{}", name.strip_suffix(".git").unwrap_or(name)))
}

pub(crate) fn other_service(case: &Case, _: &Seen) -> Fix {
    let host = case.request.as_ref().map(|r| r.url.clone()).unwrap_or_default();
    text(format!("Ask the service behind {host}; nothing about a Bitbucket token follows from its answer."))
}

pub(crate) fn new_ssh_host(case: &Case, _: &Seen) -> Fix {
    if let Some(fix) = mend_alias(case) {
        return fix;
    }
    let mut fix = text(
        "Point the remote at the new host (its key differs: compare the fingerprint with Atlassian's page), or use HTTPS with a token.",
    );
    if let Some(repo) = ssh_in_command(case) {
        fix.commands.push(FixCommand::Git { verb: git_verb(case), repo, auth: FixAuth::Key });
    } else if let Some(repo) = git_url(case).and_then(GitUrl::repo).or_else(|| case.repo()) {
        let moved = format!("git@ssh.bitbucket.org:{repo}.git");
        let command = match submodule(case) {
            Some(name) => format!("git submodule set-url {name} {moved}"),
            None => point_remote(case, &moved),
        };
        fix.commands.push(FixCommand::Plain(command));
    }
    fix
}

/// The repository of an SSH address that stands in the git command itself, and in no remote.
fn ssh_in_command(case: &Case) -> Option<String> {
    let request = case.request.as_ref().filter(|r| r.tool == "git" && !r.text.contains("submodule"))?;
    let (command, host) = (request.spans.get("command")?, request.spans.get("host")?);
    let inside = command.start <= host.start && host.end <= command.end;
    let words = request.text.get(command.start as usize..command.end as usize)?;
    let once = [" clone ", " ls-remote "].iter().any(|verb| words.contains(verb));
    (inside && once).then(|| read_url(&request.url).repo()).flatten()
}

/// The submodule whose address it is, where that is what the case is about and its name means nothing to a shell.
fn submodule(case: &Case) -> Option<&str> {
    let url = case.request.as_ref().filter(|r| r.text.contains("submodule")).map(|r| r.url.as_str())?;
    let plain = |name: &&str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._-".contains(&b)) && !name.starts_with('-');
    let found = case.local.iter().filter(|l| l.value.starts_with(url));
    found.filter_map(|l| l.name.strip_prefix("submodule.")?.strip_suffix(".url")).find(plain)
}

pub(crate) fn https_remote(case: &Case, _: &Seen) -> Fix {
    let mut fix = text("Nothing to mend about a token: SSH takes a key. To use the token, point the remote at HTTPS.");
    if let Some(repo) = git_url(case).and_then(GitUrl::repo).or_else(|| case.repo()) {
        let url = format!("https://bitbucket.org/{repo}.git");
        let command = match ssh_in_command(case) {
            Some(_) => format!("git {} {url}", git_verb(case)),
            None => point_remote(case, &url),
        };
        fix.commands.push(FixCommand::Plain(command));
    }
    fix
}

fn git_url(case: &Case) -> Option<&GitUrl> {
    case.target.git_url.as_ref()
}
