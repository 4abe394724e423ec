//! `git-url`: is this an address that git over HTTPS takes?
//!
//! Evidence: form and host of the URL (fact `git-ssh-host`), and what stands before its `@` (fact `git-no-prompt`).

use alloc::format;
use alloc::vec::Vec;

use crate::api_url::{data_center, foreign, slip};
use crate::check::asks_nothing;
use crate::host_name::is_slip;
use crate::{Case, Check, Finding, GitUrl, NoteKind, Outcome, Request, Seen, Sign, Span, Surface, UserForm};

pub(crate) static CHECK: Check = Check { id: "git-url", title: "an address for git over HTTPS", asks: asks_nothing, reads };

fn reads(case: &Case, _: &Seen) -> Outcome {
    let at = case.request.as_ref().and_then(|r| r.spans.get("host").or_else(|| r.spans.get("url"))).copied();
    let mut found = Vec::new();
    for note in case.request.iter().flat_map(|r| &r.notes) {
        if matches!(note.kind, NoteKind::UserinfoNotEncoded | NoteKind::TokenAsUser) {
            found.push(Finding::new(Sign::Noted(note.kind), true, note.text.clone()).at(note.at));
        }
    }
    let git = case.request.as_ref().filter(|r| r.surface == Some(Surface::Git) || r.tool == "git");
    let of_request = git.filter(|r| !r.url.is_empty()).map(|r| read_url(&r.url));
    let Some(url) = of_request.as_ref().or(case.target.git_url.as_ref()) else {
        let git = git.is_some();
        return match (found.is_empty(), git) {
            (true, true) => Outcome::Passed(found),
            (true, false) => Outcome::Skipped("no git URL is known".into(), found),
            (false, _) => Outcome::Failed(found),
        };
    };
    if let Some(at) = of_request.as_ref().zip(git).and_then(|(_, request)| folder(request)) {
        let text = "without https:// in front of the host, or a colon behind it, git takes this for a folder of this machine";
        found.push(Finding::new(Sign::UrlUnfit, true, text).at(Some(at)));
        return Outcome::Failed(found);
    }
    let path_at = git.and_then(|r| r.spans.get("path")).copied().or(at);
    found.extend(judge(case, url).into_iter().map(|f| {
        let path = f.sign == Sign::UrlUnfit && f.text.starts_with(REPOSITORY);
        f.at(if path { path_at } else { at })
    }));
    if url.scheme == "ssh" {
        found.push(ssh_answered(case));
    }
    if found.iter().any(|f| f.holds) { Outcome::Failed(found) } else { Outcome::Passed(found) }
}

const REPOSITORY: &str = "a repository's address is ";

/// Where the address of a git command stands that git takes for a folder: Bitbucket's host in front of a path, and neither a
/// scheme nor a colon between them.
fn folder(request: &Request) -> Option<Span> {
    let (command, at) = (request.spans.get("command")?, *request.spans.get("url")?);
    let inside = command.start <= at.start && at.end <= command.end;
    let text = request.text.get(at.start as usize..at.end as usize).filter(|_| inside && request.tool == "git")?;
    let (head, path) = text.split_once('/')?;
    let host = head.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
    let ours = matches!(host.as_str(), "bitbucket.org" | "www.bitbucket.org" | "ssh.bitbucket.org" | "altssh.bitbucket.org");
    (ours && !head.contains(':') && path.contains('/')).then_some(at)
}

/// Whether an SSH server spoke in what was pasted: then the host served SSH at that time (fact `git-ssh-host`).
fn ssh_answered(case: &Case) -> Finding {
    let answered = case.reported().filter(|r| {
        let text = r.text.to_ascii_lowercase();
        text.contains("permission denied (") || text.contains("host key verification failed")
    });
    match answered {
        Some(r) => {
            Finding::new(Sign::SshAnswered, true, "an SSH server answered, and refused the key").at(case.told_at(r)).as_reported()
        }
        None => Finding::new(Sign::SshAnswered, false, "no answer of an SSH server is shown"),
    }
}

/// Whether git is given a name of the person's own SSH configuration, `work:acme/app.git`: which host it is, is not known.
pub(crate) fn is_alias(url: &GitUrl) -> bool {
    url.scheme == "ssh" && !url.url.contains("://") && !url.host.is_empty() && !url.host.contains('.')
}

/// A URL without user information as git takes it: with a scheme, or `host:path` for SSH.
pub(crate) fn read_url(text: &str) -> GitUrl {
    let (scheme, rest) = text.split_once("://").map_or(("ssh", text), |(scheme, rest)| (scheme, rest));
    let scp_like = !text.contains("://");
    let (authority, path) =
        if scp_like { rest.split_once(':').unwrap_or((rest, "")) } else { rest.split_once('/').unwrap_or((rest, "")) };
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = if scp_like { host } else { host.split(':').next().unwrap_or_default() };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    GitUrl {
        url: text.into(),
        scheme: scheme.into(),
        host: host.to_ascii_lowercase(),
        path: path.trim_start_matches('/').into(),
        ..GitUrl::default()
    }
}

fn judge(case: &Case, url: &GitUrl) -> Vec<Finding> {
    let mut found = Vec::new();
    let base = case.options.git_base_url.split_once("://").map_or("", |(_, rest)| rest);
    let base_host = base.split(['/', ':']).next().unwrap_or_default();
    let ours = matches!(url.host.as_str(), "bitbucket.org" | "www.bitbucket.org" | "ssh.bitbucket.org" | "altssh.bitbucket.org")
        || (!base_host.is_empty() && url.host == base_host);
    let ssh = url.scheme == "ssh";
    let old = ssh && matches!(url.host.as_str(), "bitbucket.org" | "www.bitbucket.org");
    found.push(Finding::new(
        Sign::UrlSshOldHost,
        old,
        if old { "SSH is no longer served at bitbucket.org; it moved to ssh.bitbucket.org" } else { "not SSH at the old host" },
    ));
    let served = ssh && matches!(url.host.as_str(), "ssh.bitbucket.org" | "altssh.bitbucket.org");
    found.push(Finding::new(Sign::UrlSsh, served, if served { "an SSH address: git uses a key, no token" } else { "not SSH" }));
    let ours = ours || is_alias(url);
    let named_so =
        !ours && (url.host.contains("bitbucket") || url.host.contains("stash")) && !url.host.ends_with("bitbucket.org");
    if url.path.starts_with("scm/") {
        found.push(Finding::new(Sign::UrlDataCenter, true, "an address of Bitbucket Data Center, not of Bitbucket Cloud"));
    } else if !ours && is_slip(&url.host) {
        found.push(slip(&url.host, "git is served at https://bitbucket.org"));
    } else if named_so {
        found.push(data_center(&url.host, &url.url));
    } else if url.host == "api.bitbucket.org" {
        found.push(Finding::new(Sign::UrlUnfit, true, "git is served at https://bitbucket.org, not by the API's host"));
    } else if !ours && !url.host.is_empty() {
        found.push(foreign(case, &url.host));
    } else if !ssh && ours && url.repo().is_none() && !case.request.as_ref().is_some_and(crate::Request::url_is_unfinished) {
        let text = format!("{REPOSITORY}https://bitbucket.org/WORKSPACE/REPOSITORY.git, not …/{}", url.path);
        let finding = Finding::new(Sign::UrlUnfit, true, text);
        // What a program writes of an address need not be the one that it gave to git.
        let command = case.request.as_ref().is_none_or(|r| r.tool == "git");
        found.push(if command { finding } else { finding.as_reported() });
    }
    if url.user.as_ref().is_some_and(|u| u.form == UserForm::Token) {
        found.push(Finding::new(Sign::Noted(NoteKind::TokenAsUser), true, "the token stands where the user name belongs"));
    }
    found
}
