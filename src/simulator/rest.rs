//! The REST API: in which order a request is judged, and what it gets (section 3 of the facts).
//!
//! The order itself (rate limit, removed, login, method, kind of credential, scope, target, permission, content) is a guess
//! where no fact names it; it is the order in which such services usually judge.

use serde_json::json;

use super::account::{Workspace, WorkspaceState};
use super::bitbucket::Bitbucket;
use super::credential::{Credential, CredentialKind, Level};
use super::endpoints::{self, Endpoint, Found};
use super::login::Login;
use super::permission::{needs_admin, refuses_kind};
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
        let workspace = match self.found_workspace(target) {
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
            // Fact `headers`: on 200 and 403.
            Err(reply) if reply.status == 403 => self.forbidden_with(&headers, reply),
            Err(reply) => reply,
            Ok(()) => headers.on(self.success(request, endpoint, target, Some(credential))),
        }
    }

    /// Fact `403-scope`.
    fn scope_missing(&self, headers: &ScopeHeaders<'_>) -> Option<Reply> {
        let covered = headers.wanted.iter().all(|scope| scopes::covers(headers.credential, headers.granted, scope));
        (!covered).then(|| self.forbidden_with(headers, self.scope_refusal(headers)))
    }

    /// Fact `403-scope`; with everything granted that is wanted it means permission.
    pub(super) fn scope_refusal(&self, headers: &ScopeHeaders<'_>) -> Reply {
        let (required, granted) = (json!(headers.wanted), json!(headers.granted));
        let detail = match self.world.scope_detail {
            ScopeDetail::GrantedAndRequired => Some(format!("{{\"required\": {required}, \"granted\": {granted}}}")),
            ScopeDetail::RequiredOnly => Some(format!("{{\"required\": {required}}}")),
            ScopeDetail::None => None,
        };
        let detail: Vec<(&str, String)> = detail.map(|detail| ("detail", detail)).into_iter().collect();
        Reply::error_with(403, texts::SCOPE, &detail)
    }

    fn forbidden_with(&self, headers: &ScopeHeaders<'_>, reply: Reply) -> Reply {
        match self.world.scope_headers_on_403 {
            ScopeHeadersOn403::Present => headers.on(reply),
            ScopeHeadersOn403::Absent => reply,
        }
    }

    /// A private repository that the caller may not see (facts `404-repository`, `git-no-access`).
    pub(super) fn hidden(&self) -> Reply {
        match self.world.private_repository_denied {
            PrivateRepositoryDenied::NotFound => Reply::error(404, texts::NO_REPOSITORY),
            PrivateRepositoryDenied::Forbidden => Reply::error(403, texts::GIT_NO_ACCESS),
        }
    }

    /// The workspace of a path; `Ok(None)` where the path has none.
    pub(super) fn found_workspace(&self, target: &Target<'_>) -> Result<Option<&Workspace>, Reply> {
        let Some(slug) = target.workspace else { return Ok(None) };
        match self.scenario.account.workspace(slug) {
            // Fact `403-deactivated`: without credentials too.
            Some(workspace) if workspace.state == WorkspaceState::Deactivated => Err(Reply::error(403, texts::DEACTIVATED)),
            Some(workspace) => Ok(Some(workspace)),
            // Fact `404-workspace`; that a repository's path has the sentence of `404-repository` is a guess.
            None if target.slug.is_some() => Err(Reply::error(404, texts::NO_REPOSITORY)),
            None => Err(Reply::error(404, &texts::no_workspace(slug))),
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
pub(super) struct ScopeHeaders<'a> {
    pub(super) credential: &'a Credential,
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
