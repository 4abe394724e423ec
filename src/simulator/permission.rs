//! What somebody whose login and scopes are right may still not do: gates of workspace, repository and branch.

use serde_json::json;

use super::account::{Access, Repository, Workspace, WorkspaceState};
use super::bitbucket::Bitbucket;
use super::credential::{Credential, CredentialKind, Level};
use super::endpoints::Endpoint;
use super::reply::{Reply, Request};
use super::rest::{ScopeHeaders, Target};
use super::texts;

impl Bitbucket {
    /// Gate by gate, whether somebody known with enough scopes may do this.
    pub(super) fn permitted(
        &self,
        request: &Request,
        endpoint: &Endpoint,
        target: &Target<'_>,
        headers: &ScopeHeaders<'_>,
    ) -> Result<(), Reply> {
        let credential = headers.credential;
        let Some(workspace) = self.found_workspace(target)? else { return Ok(()) };
        let insider = self.is_insider(workspace, credential);
        let public_part = match target.slug {
            Some(slug) => self.scenario.account.repository(&workspace.slug, slug).is_some_and(|r| !r.private),
            None => target.area == "workspaces" && target.rest.is_empty() && !workspace.private,
        };
        if insider
            && !public_part
            && let Some(refused) = self.barred(workspace, credential)
        {
            return Err(Reply::error(403, refused));
        }
        let Some(slug) = target.slug else {
            // Fact `list-repository-token`; that the refusal reads so is a guess.
            let one_repository = credential.kind == CredentialKind::AccessToken && credential.level == Level::Repository;
            if target.area == "repositories" && insider && one_repository && !request.query.contains("project.key") {
                return Err(Reply::error(403, texts::MECHANISM));
            }
            // That outsiders do not see the inside of a workspace is a guess.
            let inside = target.area == "workspaces" && (workspace.private || !target.rest.is_empty());
            return match !insider && inside {
                true => Err(Reply::error(404, &texts::no_workspace(target.workspace.unwrap_or_default()))),
                false => Ok(()),
            };
        };
        let Some(repository) = self.scenario.account.repository(&workspace.slug, slug) else {
            return Err(Reply::error(404, texts::NO_REPOSITORY));
        };
        let access = self.access(repository, credential);
        if repository.private && access == Access::None {
            return Err(self.hidden());
        }
        if access < wanted_access(endpoint, target) {
            // Fact `403-scope`: everything is granted that is wanted, so it is the permission.
            return Err(self.scope_refusal(headers));
        }
        let writing = endpoint.method != "GET";
        if workspace.state == WorkspaceState::ReadOnly && (writing || target.rest.first() == Some(&"downloads")) {
            // Fact `402`.
            return Err(Reply::error(402, texts::PLAN));
        }
        match written_branch(request, endpoint, target).filter(|branch| repository.restricts(branch)) {
            Some(branch) => {
                // Fact `403-branch`.
                let data = json!({ "key": "BRANCH_PERMISSION_VIOLATED" }).to_string();
                Err(Reply::error_with(403, &texts::branch(&branch), &[("data", data)]))
            }
            None => Ok(()),
        }
    }

    /// Why nobody gets in with this credential from here (facts `403-ip`, `git-two-step`). Access tokens need no
    /// two-step verification.
    pub(super) fn barred(&self, workspace: &Workspace, credential: &Credential) -> Option<&'static str> {
        if workspace.ip_allowlist {
            return Some(texts::IP);
        }
        (workspace.two_step && credential.kind != CredentialKind::AccessToken).then_some(texts::TWO_STEP)
    }

    /// Whether the workspace is the credential's own.
    pub(super) fn is_insider(&self, workspace: &Workspace, credential: &Credential) -> bool {
        match credential.kind {
            CredentialKind::AccessToken => {
                let reach = self.reach(credential);
                reach.split('/').next().is_some_and(|slug| slug.eq_ignore_ascii_case(&workspace.slug))
            }
            _ => workspace.member,
        }
    }

    /// Where an access token reaches: what it says, else the first repository, or its workspace.
    fn reach<'a>(&'a self, credential: &'a Credential) -> &'a str {
        let first = self.scenario.account.repositories.first().map_or("", |r| r.full_name.as_str());
        let reach = credential.reach.as_deref().unwrap_or(first);
        match credential.level {
            Level::Repository => reach,
            Level::Project | Level::Workspace => reach.split('/').next().unwrap_or_default(),
        }
    }

    /// What a credential may do with a repository. Within its reach an access token may do what its scopes say.
    pub(super) fn access(&self, repository: &Repository, credential: &Credential) -> Access {
        let public = if repository.private { Access::None } else { Access::Read };
        match credential.kind {
            CredentialKind::AccessToken => {
                let reach = self.reach(credential);
                let inside =
                    reach.eq_ignore_ascii_case(&repository.full_name) || reach.eq_ignore_ascii_case(repository.workspace());
                if inside { Access::Admin } else { public }
            }
            _ => repository.access.max(public),
        }
    }
}

/// Facts `403-mechanism`, `scopes-access-token`: whether the endpoint takes no credential of this kind. That an endpoint
/// without declared granular scopes refuses API tokens so is a guess.
pub(super) fn refuses_kind(endpoint: &Endpoint, target: &Target<'_>, credential: &Credential) -> bool {
    match credential.kind {
        CredentialKind::AccessToken => {
            target.area == "user" || target.rest.iter().any(|part| matches!(*part, "permissions" | "permissions-config"))
        }
        CredentialKind::ApiToken => !endpoint.takes_api_tokens && endpoint.granular.is_empty() && !endpoint.classic.is_empty(),
        _ => false,
    }
}

pub(super) fn needs_admin(endpoint: &Endpoint, target: &Target<'_>) -> bool {
    let scoped = endpoint.classic.iter().any(|scope| matches!(*scope, "repository:admin" | "repository:delete"));
    scoped || target.rest.iter().any(|part| matches!(*part, "permissions" | "permissions-config" | "hooks"))
}

/// The access that an endpoint wants: what its scopes say; opening a pull request wants no more than reading (guess).
fn wanted_access(endpoint: &Endpoint, target: &Target<'_>) -> Access {
    let writes = |scope: &&str| matches!(*scope, "repository:write" | "pipeline:write" | "pipeline:variable");
    if needs_admin(endpoint, target) {
        Access::Admin
    } else if endpoint.classic.iter().any(writes) {
        Access::Write
    } else {
        Access::Read
    }
}

/// The branch that a request writes to, where it names one.
fn written_branch(request: &Request, endpoint: &Endpoint, target: &Target<'_>) -> Option<String> {
    let json = || serde_json::from_slice::<serde_json::Value>(&request.body).ok();
    match (endpoint.method, &target.rest[..]) {
        ("POST", ["refs", "branches"]) => Some(json()?.get("name")?.as_str()?.to_owned()),
        ("DELETE", ["refs", "branches", name @ ..]) => Some(name.join("/")),
        ("POST", ["src"]) => Some(request.field("branch").unwrap_or_else(|| "main".into())),
        _ => None,
    }
}
