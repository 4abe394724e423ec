//! The REST API: in which order a request is judged, and what it gets (section 3 of the facts).
//!
//! The order itself (rate limit, removed, login, method, kind of credential, scope, target, permission, content) is a guess
//! where no fact names it; it is the order in which such services usually judge.

use serde_json::json;

use super::account::{Access, Repository, Workspace, WorkspaceState};
use super::bitbucket::Bitbucket;
use super::credential::{Credential, CredentialKind, Level};
use super::endpoints::{self, Endpoint, Found};
use super::login::Login;
use super::reply::{Reply, Request};
use super::scenario::Fault;
use super::world::{BadLoginOnPublic, PrivateRepositoryDenied, RemovedEndpoint, ScopeDetail, ScopeHeadersOn403};
use super::{content, scopes, texts};

/// Fact `410-removed`: endpoints that span workspaces.
const REMOVED: &[&str] = &[
    "/2.0/repositories",
    "/2.0/workspaces",
    "/2.0/user/permissions/workspaces",
    "/2.0/user/permissions/repositories",
    "/2.0/snippets",
];

/// What a path is about.
pub(super) struct Target<'a> {
    /// `workspaces`, `repositories`, `user`, …
    pub(super) area: &'a str,
    pub(super) workspace: Option<&'a str>,
    pub(super) slug: Option<&'a str>,
    /// What follows.
    pub(super) rest: Vec<&'a str>,
}

impl<'a> Target<'a> {
    fn of(path: &'a str) -> Self {
        let mut parts = path.trim_start_matches("/2.0/").trim_end_matches('/').split('/');
        let area = parts.next().unwrap_or_default();
        let mut rest: Vec<&str> = parts.collect();
        if area == "user" && rest.len() > 1 && rest[0] == "workspaces" {
            rest.remove(0);
        }
        let has_workspace =
            matches!(area, "repositories" | "workspaces" | "snippets") || area == "user" && path.contains("/workspaces/");
        let workspace = (has_workspace && !rest.is_empty()).then(|| rest.remove(0));
        let slug = (area == "repositories" && !rest.is_empty()).then(|| rest.remove(0));
        Self { area, workspace, slug, rest }
    }
}

impl Bitbucket {
    /// Answers a request to the API.
    pub(super) fn rest(&self, request: &Request, path: &str, login: Login<'_>) -> Reply {
        let limited = match self.scenario.way.fault {
            Some(Fault::RateLimited) => true,
            Some(Fault::RateLimitedAnonymous) => matches!(login, Login::Anonymous),
            _ => false,
        };
        if limited {
            return rate_limit(login);
        }
        if let Some(gone) = self.removed(path) {
            return gone;
        }
        let found = endpoints::find(&request.method, path);
        if matches!(found, Found::Nothing) {
            return Reply::no_api();
        }
        let target = Target::of(path);
        let login = match login {
            Login::Refused(refusal) if !self.lets_bad_logins_by(&target) => return self.rest_refusal(refusal),
            Login::Refused(_) => Login::Anonymous,
            other => other,
        };
        let endpoint = match found {
            Found::Operation(endpoint) => endpoint,
            // That a wrong method gets 405 is a guess.
            Found::OtherMethods(methods) => {
                return Reply::error(405, "Method not allowed").with("allow", methods.join(", "));
            }
            Found::Nothing => return Reply::no_api(),
        };
        if target.area == "addon" {
            return Reply::error(403, texts::JWT_ONLY);
        }
        match login {
            Login::Known(credential) => self.rest_known(request, endpoint, &target, credential),
            Login::Anonymous | Login::Refused(_) => self.rest_anonymous(request, endpoint, &target),
        }
    }

    /// Facts `410-removed`, `410-issues`, `api-1`: the same for every caller.
    fn removed(&self, path: &str) -> Option<Reply> {
        if path.starts_with("/1.0/") {
            return Some(Reply::no_api());
        }
        let trimmed = path.trim_end_matches('/');
        let parts: Vec<&str> = trimmed.split('/').collect();
        let tracker =
            parts.get(2) == Some(&"repositories") && parts.get(5).is_some_and(|part| matches!(*part, "issues" | "wiki"));
        if !REMOVED.contains(&trimmed) && !tracker {
            return None;
        }
        Some(match self.world.removed_endpoint {
            RemovedEndpoint::NotFound => Reply::no_api(),
            RemovedEndpoint::Gone => {
                let data = json!({ "announcement_url": texts::REMOVED_URL });
                Reply::error_with(410, texts::REMOVED, &[("data", data.to_string())])
            }
        })
    }

    /// Fact `list-anonymous`: a workspace's list and the workspace itself are public; single repositories answer 401.
    fn lets_bad_logins_by(&self, target: &Target<'_>) -> bool {
        let public = target.workspace.is_some() && target.slug.is_none() && target.rest.is_empty();
        public
            && matches!(target.area, "repositories" | "workspaces")
            && self.world.bad_login_on_public == BadLoginOnPublic::AsAnonymous
    }

    fn rest_anonymous(&self, request: &Request, endpoint: &Endpoint, target: &Target<'_>) -> Reply {
        // That an anonymous request to what needs a login is answered so is a guess.
        let sign_in = || self.challenged(Reply::error(401, texts::TOKEN_INVALID));
        if target.area == "user" {
            return sign_in();
        }
        let reading = endpoint.method == "GET";
        let workspace = match self.found_workspace(target, None) {
            Ok(workspace) => workspace,
            Err(reply) => return reply,
        };
        if let Some(slug) = target.slug {
            let repository = self.scenario.account.repository(target.workspace.unwrap_or_default(), slug);
            return match repository {
                Some(repository) if !repository.private && reading && !needs_admin(endpoint, target) => {
                    self.success(request, endpoint, target, None)
                }
                Some(repository) if !repository.private => sign_in(),
                // Facts `404-repository`, `no-scheme-word`.
                Some(_) => self.hidden(),
                None => Reply::error(404, texts::NO_REPOSITORY),
            };
        }
        // Facts `workspace-anonymous`, `list-anonymous`; that projects are listed too is a guess.
        let open = match target.area {
            "repositories" => reading,
            "workspaces" => reading && matches!(target.rest[..], [] | ["projects"]),
            _ => endpoint.classic.is_empty() && endpoint.granular.is_empty(),
        };
        if open && target.area == "workspaces" && workspace.is_some_and(|w| w.private) {
            // That a private workspace is hidden as if it were not there is a guess.
            return Reply::error(404, &texts::no_workspace(target.workspace.unwrap_or_default()));
        }
        if open { self.success(request, endpoint, target, None) } else { sign_in() }
    }

    fn rest_known(&self, request: &Request, endpoint: &Endpoint, target: &Target<'_>, credential: &Credential) -> Reply {
        let granted = scopes::granted(credential);
        let wanted = if credential.kind == CredentialKind::ApiToken { &endpoint.granular } else { &endpoint.classic };
        let headers = ScopeHeaders { credential, granted: &granted, wanted };
        if refuses_kind(endpoint, target, credential) {
            // Fact `403-mechanism`; the headers are there (fact `user-probe`), whatever they do on other 403s.
            return headers.on(Reply::error(403, texts::MECHANISM));
        }
        if let Some(refused) = self.scope_missing(&headers) {
            return refused;
        }
        match self.permitted(request, endpoint, target, &headers) {
            Err(reply) => reply,
            Ok(()) => headers.on(self.success(request, endpoint, target, Some(credential))),
        }
    }

    /// Fact `403-scope`.
    fn scope_missing(&self, headers: &ScopeHeaders<'_>) -> Option<Reply> {
        let covered = headers.wanted.iter().all(|scope| scopes::covers(headers.credential, headers.granted, scope));
        (!covered).then(|| self.scope_refusal(headers))
    }

    /// Fact `403-scope`; with everything granted that is wanted it means permission.
    fn scope_refusal(&self, headers: &ScopeHeaders<'_>) -> Reply {
        let (required, granted) = (json!(headers.wanted), json!(headers.granted));
        let detail = match self.world.scope_detail {
            ScopeDetail::GrantedAndRequired => Some(format!("{{\"required\": {required}, \"granted\": {granted}}}")),
            ScopeDetail::RequiredOnly => Some(format!("{{\"required\": {required}}}")),
            ScopeDetail::None => None,
        };
        let detail: Vec<(&str, String)> = detail.map(|detail| ("detail", detail)).into_iter().collect();
        self.forbidden_with(headers, Reply::error_with(403, texts::SCOPE, &detail))
    }

    fn forbidden_with(&self, headers: &ScopeHeaders<'_>, reply: Reply) -> Reply {
        match self.world.scope_headers_on_403 {
            ScopeHeadersOn403::Present => headers.on(reply),
            ScopeHeadersOn403::Absent => reply,
        }
    }

    /// A private repository that the caller may not see (facts `404-repository`, `git-no-access`).
    fn hidden(&self) -> Reply {
        match self.world.private_repository_denied {
            PrivateRepositoryDenied::NotFound => Reply::error(404, texts::NO_REPOSITORY),
            PrivateRepositoryDenied::Forbidden => Reply::error(403, texts::GIT_NO_ACCESS),
        }
    }

    /// The workspace of a path; `Ok(None)` where the path has none.
    fn found_workspace(&self, target: &Target<'_>, credential: Option<&Credential>) -> Result<Option<&Workspace>, Reply> {
        let Some(slug) = target.workspace else { return Ok(None) };
        match self.scenario.account.workspace(slug) {
            // Fact `403-deactivated`: without credentials too.
            Some(workspace) if workspace.state == WorkspaceState::Deactivated => {
                let reply = Reply::error(403, texts::DEACTIVATED);
                Err(credential.map_or(reply.clone(), |c| reply.with("x-credential-type", credential_type(c))))
            }
            Some(workspace) => Ok(Some(workspace)),
            // Fact `404-workspace`; that a repository's path has the sentence of `404-repository` is a guess.
            None if target.slug.is_some() => Err(Reply::error(404, texts::NO_REPOSITORY)),
            None => Err(Reply::error(404, &texts::no_workspace(slug))),
        }
    }

    /// Gate by gate, whether somebody known with enough scopes may do this.
    fn permitted(
        &self,
        request: &Request,
        endpoint: &Endpoint,
        target: &Target<'_>,
        headers: &ScopeHeaders<'_>,
    ) -> Result<(), Reply> {
        let credential = headers.credential;
        let Some(workspace) = self.found_workspace(target, Some(credential))? else { return Ok(()) };
        let insider = self.is_insider(workspace, credential);
        let public_part = match target.slug {
            Some(slug) => self.scenario.account.repository(&workspace.slug, slug).is_some_and(|r| !r.private),
            None => target.area == "workspaces" && target.rest.is_empty() && !workspace.private,
        };
        if insider
            && !public_part
            && let Some(refused) = self.barred(workspace, credential)
        {
            return Err(self.forbidden_with(headers, Reply::error(403, refused)));
        }
        let Some(slug) = target.slug else {
            // Fact `list-repository-token`; that the refusal reads so is a guess.
            let one_repository = credential.kind == CredentialKind::AccessToken && credential.level == Level::Repository;
            if target.area == "repositories" && insider && one_repository && !request.query.contains("project.key") {
                return Err(headers.on(Reply::error(403, texts::MECHANISM)));
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

    fn success(&self, request: &Request, endpoint: &Endpoint, target: &Target<'_>, credential: Option<&Credential>) -> Reply {
        if let Some(refused) = content::refused(request, endpoint) {
            return refused;
        }
        match endpoint.method {
            "GET" => content::get(self, request, target, credential),
            _ => match endpoint.success() {
                204 => Reply::text(204, ""),
                // Nothing is kept: a stub of what was made.
                status => Reply::json(status, &json!({ "type": "simulated", "links": {} })),
            },
        }
    }
}

/// The headers that tell scopes (fact `headers`).
struct ScopeHeaders<'a> {
    credential: &'a Credential,
    granted: &'a [String],
    wanted: &'a [&'static str],
}

impl ScopeHeaders<'_> {
    fn on(&self, reply: Reply) -> Reply {
        let reply = reply
            .with("x-credential-type", credential_type(self.credential))
            .with("x-oauth-scopes", self.granted.join(", "))
            .with("x-accepted-oauth-scopes", self.wanted.join(", "));
        match self.credential.kind {
            // Fact `429`: these two for access tokens only.
            CredentialKind::AccessToken => reply.with("x-ratelimit-limit", "1000").with("x-ratelimit-nearlimit", "false"),
            _ => reply,
        }
    }
}

/// `x-credential-type` (fact `headers`).
fn credential_type(credential: &Credential) -> &'static str {
    match (credential.kind, credential.level) {
        (CredentialKind::AccessToken, Level::Repository) => "repo_access_token",
        (CredentialKind::AccessToken, Level::Project) => "project_access_token",
        (CredentialKind::AccessToken, Level::Workspace) => "workspace_access_token",
        (CredentialKind::OauthToken, _) => "oauth2",
        _ => "api_token",
    }
}

/// Fact `429`.
fn rate_limit(login: Login<'_>) -> Reply {
    let reply = Reply::text(429, texts::RATE_LIMIT);
    match login {
        Login::Known(c) if c.kind == CredentialKind::AccessToken => {
            reply.with("x-ratelimit-limit", "1000").with("x-ratelimit-nearlimit", "true")
        }
        _ => reply,
    }
}

/// Facts `403-mechanism`, `scopes-access-token`: whether the endpoint takes no credential of this kind. That an endpoint
/// without declared granular scopes refuses API tokens so is a guess.
fn refuses_kind(endpoint: &Endpoint, target: &Target<'_>, credential: &Credential) -> bool {
    match credential.kind {
        CredentialKind::AccessToken => {
            target.area == "user" || target.rest.iter().any(|part| matches!(*part, "permissions" | "permissions-config"))
        }
        CredentialKind::ApiToken => !endpoint.takes_api_tokens && endpoint.granular.is_empty() && !endpoint.classic.is_empty(),
        _ => false,
    }
}

fn needs_admin(endpoint: &Endpoint, target: &Target<'_>) -> bool {
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
