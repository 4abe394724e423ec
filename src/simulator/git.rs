//! Smart HTTP for git, as far as the real git needs it to list, clone and be refused a push (section 4 of the facts).
//!
//! Protocol version 0 is answered whatever is asked for; a client that offered version 2 takes it. There is one small
//! repository, the same under every name, and it never changes: `fixtures/repository.sh` made it.

use super::account::{Access, Repository, WorkspaceState};
use super::bitbucket::{Bitbucket, GitPath};
use super::credential::{Credential, CredentialKind};
use super::login::{Login, Refusal};
use super::reply::{Reply, Request};
use super::world::{BadLoginOnPublic, PrivateRepositoryDenied};
use super::{scopes, texts};

/// The commit at the tip of `main`.
pub(super) const TIP: &str = "6d3e0ef6d2ca74bdb8b1e55e01dfb57ada2db7c4";
const PACK: &[u8] = include_bytes!("../../fixtures/repository.pack");

/// What git wants to do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Service {
    Read,
    Write,
}

impl Service {
    fn name(self) -> &'static str {
        match self {
            Self::Read => "git-upload-pack",
            Self::Write => "git-receive-pack",
        }
    }
}

impl Bitbucket {
    /// Answers a request below a repository's address.
    pub(super) fn git(&self, request: &Request, path: &GitPath, login: Login<'_>) -> Reply {
        if path.rest.starts_with("info/lfs") {
            return self.lfs(request, path, login);
        }
        let (service, posts) = match (path.rest.as_str(), request.parameter("service").as_deref()) {
            ("info/refs", Some("git-upload-pack")) => (Service::Read, false),
            ("info/refs", Some("git-receive-pack")) => (Service::Write, false),
            ("git-upload-pack", _) => (Service::Read, true),
            ("git-receive-pack", _) => (Service::Write, true),
            // The protocol of before 2010 (guess on the status).
            _ => return Reply::text(403, "Please upgrade your git client."),
        };
        let repository = self.scenario.account.repository(&path.workspace, &path.slug);
        let public = repository.is_some_and(|r| !r.private);
        match login {
            // Fact `git-public`; with refused credentials it is the doubt of `list-anonymous`.
            Login::Anonymous if public && service == Service::Read => {}
            Login::Refused(_)
                if public && service == Service::Read && self.world.bad_login_on_public == BadLoginOnPublic::AsAnonymous => {}
            // Fact `git-no-prompt`: a challenge. That it is one for what does not exist, too, is a guess.
            Login::Anonymous => return Self::git_refusal(Refusal::Basic),
            Login::Refused(refusal) => return Self::git_refusal(refusal),
            Login::Known(credential) => {
                if let Err(reply) = self.git_permitted(service, path, repository, credential) {
                    return reply;
                }
            }
        }
        if let Some(deactivated) = self.git_deactivated(path) {
            return deactivated;
        }
        match (service, posts) {
            (_, false) => advertisement(service),
            (Service::Read, true) => upload(&request.body),
            (Service::Write, true) => receive(&request.body, repository),
        }
    }

    fn git_permitted(
        &self,
        service: Service,
        path: &GitPath,
        repository: Option<&Repository>,
        credential: &Credential,
    ) -> Result<(), Reply> {
        let public_read = service == Service::Read && repository.is_some_and(|r| !r.private);
        // Fact `git-scope`: fetching wants read, pushing wants read and write; a public repository is read by anybody.
        let wanted: &[&str] = match (credential.kind, service) {
            _ if public_read => &[],
            (CredentialKind::ApiToken, Service::Read) => &["read:repository:bitbucket"],
            (CredentialKind::ApiToken, Service::Write) => &["read:repository:bitbucket", "write:repository:bitbucket"],
            (_, Service::Read) => &["repository"],
            (_, Service::Write) => &["repository:write"],
        };
        let granted = scopes::granted(credential);
        if !wanted.iter().all(|scope| scopes::covers(credential, &granted, scope)) {
            return Err(Reply::text(403, texts::SCOPE));
        }
        let Some(workspace) = self.scenario.account.workspace(&path.workspace) else { return Err(self.git_hidden(false)) };
        if workspace.state == WorkspaceState::Deactivated {
            return Ok(());
        }
        if !public_read
            && self.is_insider(workspace, credential)
            && let Some(refused) = self.barred(workspace, credential)
        {
            return Err(Reply::text(403, refused));
        }
        let Some(repository) = repository else { return Err(self.git_hidden(false)) };
        let access = self.access(repository, credential);
        if access == Access::None {
            return Err(self.git_hidden(true));
        }
        if service == Service::Write && access < Access::Write {
            // That a reader who pushes gets the words of `git-no-access` is a guess.
            return Err(Reply::text(403, texts::GIT_NO_ACCESS));
        }
        if service == Service::Write && workspace.state == WorkspaceState::ReadOnly {
            return Err(Reply::text(402, &texts::read_only(&workspace.slug)));
        }
        Ok(())
    }

    /// Fact `git-no-access`: 403 or 404, for what is hidden and for what is not there.
    fn git_hidden(&self, exists: bool) -> Reply {
        match self.world.private_repository_denied {
            PrivateRepositoryDenied::Forbidden if exists => Reply::text(403, texts::GIT_NO_ACCESS),
            PrivateRepositoryDenied::Forbidden => Reply::text(404, texts::GIT_NO_ACCESS),
            PrivateRepositoryDenied::NotFound => Reply::text(404, texts::NO_REPOSITORY),
        }
    }

    /// Fact `403-deactivated`; that git says the same is a guess.
    fn git_deactivated(&self, path: &GitPath) -> Option<Reply> {
        let workspace = self.scenario.account.workspace(&path.workspace)?;
        (workspace.state == WorkspaceState::Deactivated).then(|| Reply::text(403, texts::DEACTIVATED))
    }

    /// Git LFS's batch endpoint.
    fn lfs(&self, request: &Request, path: &GitPath, login: Login<'_>) -> Reply {
        let message = |status, text: &str| {
            let body = serde_json::json!({ "message": text });
            Reply::new(status, "application/vnd.git-lfs+json", body.to_string())
        };
        let repository = self.scenario.account.repository(&path.workspace, &path.slug);
        match login {
            Login::Anonymous if repository.is_some_and(|r| !r.private) => {}
            // Fact `git-lfs`: 403 where 401 is due, so git-lfs never asks.
            Login::Anonymous => return message(403, texts::NO_REPOSITORY),
            Login::Refused(_) => {
                return message(401, texts::TOKEN_INVALID).with("www-authenticate", "Basic realm=\"Bitbucket.org HTTP\"");
            }
            Login::Known(credential) => {
                let service =
                    if String::from_utf8_lossy(&request.body).contains("\"upload\"") { Service::Write } else { Service::Read };
                if let Err(reply) = self.git_permitted(service, path, repository, credential) {
                    return message(reply.status, &String::from_utf8_lossy(&reply.body));
                }
            }
        }
        if repository.is_some_and(|r| !r.lfs) {
            return message(404, "Git LFS is not enabled for this repository.");
        }
        let batch = serde_json::json!({ "transfer": "basic", "objects": [] });
        Reply::new(200, "application/vnd.git-lfs+json", batch.to_string())
    }
}

/// The refs, in protocol version 0.
fn advertisement(service: Service) -> Reply {
    let mut body = Vec::new();
    line(&mut body, format!("# service={}\n", service.name()).as_bytes());
    body.extend_from_slice(b"0000");
    let agent = "agent=git/simulated";
    match service {
        Service::Read => {
            line(
                &mut body,
                format!("{TIP} HEAD\0side-band-64k ofs-delta shallow no-progress symref=HEAD:refs/heads/main {agent}\n")
                    .as_bytes(),
            );
            line(&mut body, format!("{TIP} refs/heads/main\n").as_bytes());
        }
        Service::Write => {
            line(
                &mut body,
                format!("{TIP} refs/heads/main\0report-status side-band-64k delete-refs ofs-delta {agent}\n").as_bytes(),
            );
        }
    }
    body.extend_from_slice(b"0000");
    let content_type = format!("application/x-{}-advertisement", service.name());
    Reply::new(200, &content_type, body).with("cache-control", "no-cache, max-age=0, must-revalidate")
}

/// The whole repository to whoever is done with asking.
fn upload(body: &[u8]) -> Reply {
    let lines = lines(body);
    let mut answer = Vec::new();
    if let Some(depth) = lines.iter().find_map(|l| l.strip_prefix(b"deepen ")) {
        // The history has two commits: only a depth of one is cut. The pack may hold more than was asked for.
        if String::from_utf8_lossy(depth).trim() == "1" {
            line(&mut answer, format!("shallow {TIP}\n").as_bytes());
        }
        answer.extend_from_slice(b"0000");
        if !lines.iter().any(|l| l.starts_with(b"done") || l.starts_with(b"have ")) {
            // The client only asks where the history will end; it asks again for the rest.
            return Reply::new(200, "application/x-git-upload-pack-result", answer);
        }
    }
    line(&mut answer, b"NAK\n");
    let banded = lines.first().is_some_and(|first| String::from_utf8_lossy(first).contains("side-band-64k"));
    if lines.iter().any(|l| l.starts_with(b"done")) {
        if banded {
            for piece in PACK.chunks(60_000) {
                band(&mut answer, 1, piece);
            }
            answer.extend_from_slice(b"0000");
        } else {
            answer.extend_from_slice(PACK);
        }
    }
    Reply::new(200, "application/x-git-upload-pack-result", answer)
}

/// Refuses every update: those of restricted branches in the words of fact `git-branch`, the rest because nothing is kept.
fn receive(body: &[u8], repository: Option<&Repository>) -> Reply {
    let mut said = String::new();
    let mut report = Vec::new();
    line(&mut report, b"unpack ok\n");
    let mut banded = false;
    for command in lines(body) {
        let command = String::from_utf8_lossy(command).into_owned();
        let (update, capabilities) = command.split_once('\0').unwrap_or((command.trim_end(), ""));
        banded |= capabilities.contains("side-band-64k");
        let Some(reference) = update.split(' ').nth(2).map(str::trim_end) else { continue };
        let branch = reference.trim_start_matches("refs/heads/");
        let sentence = match repository.is_some_and(|r| r.restricts(branch)) {
            true => texts::branch_push(branch),
            false => "This is a simulated repository: it keeps nothing.".to_owned(),
        };
        said.push_str(&sentence);
        said.push('\n');
        line(&mut report, format!("ng {reference} pre-receive hook declined\n").as_bytes());
    }
    report.extend_from_slice(b"0000");
    let mut answer = Vec::new();
    if said.is_empty() {
        // git's question whether a large push may come.
    } else if banded {
        band(&mut answer, 2, said.as_bytes());
        band(&mut answer, 1, &report);
        answer.extend_from_slice(b"0000");
    } else {
        answer = report;
    }
    Reply::new(200, "application/x-git-receive-pack-result", answer)
}

/// Appends a pkt-line.
fn line(to: &mut Vec<u8>, text: &[u8]) {
    to.extend_from_slice(format!("{:04x}", text.len() + 4).as_bytes());
    to.extend_from_slice(text);
}

/// Appends a pkt-line of a side band: 1 is data, 2 is what git prints as `remote:`.
fn band(to: &mut Vec<u8>, number: u8, data: &[u8]) {
    to.extend_from_slice(format!("{:04x}", data.len() + 5).as_bytes());
    to.push(number);
    to.extend_from_slice(data);
}

/// The pkt-lines of a body up to what is none (the pack); flush packets are left out.
fn lines(body: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    let mut rest = body;
    while let Some(length) = rest.get(..4).and_then(|hex| usize::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()) {
        if length < 4 {
            rest = &rest[4..];
            continue;
        }
        let Some(text) = rest.get(4..length) else { break };
        found.push(text);
        rest = &rest[length..];
    }
    found
}
