//! What the person wants, and the way they go about it: needs, the questions that answer them, the person's own role.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use crate::{
    Ask, Case, Credential, CredentialId, GitService, GitUrl, Kind, Need, NoteKind, Probe, Reported, Role, Scheme, Surface,
    UserForm, endpoints, role,
};

/// The path that refuses a bad credential and answers a good one whatever its scopes are (fact `user-probe`).
pub(crate) const USER: &str = "/2.0/user";

/// How the person sends the credential, where that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnWay {
    /// REST or git.
    pub surface: Surface,
    /// In which role; [`Role::Anonymous`] where nothing is sent.
    pub role: Role,
    /// The form of the user, where Basic sends one.
    pub user: Option<UserForm>,
}

impl Case {
    /// The credential that the verdict is about.
    #[must_use]
    pub fn subject(&self) -> Option<&Credential> {
        let sends = self.request.as_ref().map(|r| &r.sends);
        if let Some(id) = sends.and_then(|sends| sends.credential) {
            return self.credentials.iter().find(|c| c.id == id).or_else(|| self.credentials.first());
        }
        // What another command of the text sends is not what this one does, where it takes its own from a substitution.
        let own =
            |sends: &crate::Sends| sends.scheme.is_some() && matches!(sends.place.as_str(), "url" | "user-option" | "header");
        let apart = sends.is_some_and(own) && !self.more.is_empty();
        self.credentials.iter().find(|c| !apart || c.source != "the command")
    }

    /// The subject's number, for probes.
    #[must_use]
    pub fn subject_id(&self) -> Option<CredentialId> {
        self.subject().map(|c| c.id)
    }

    /// The subject's kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.subject().map_or(Kind::Unknown, |c| c.kind)
    }

    /// The answer that was pasted, with its command or without one.
    #[must_use]
    pub fn reported(&self) -> Option<&Reported> {
        self.request.as_ref().and_then(|r| r.reported.as_ref()).or(self.reported.as_ref())
    }

    /// `workspace/repository`, wherever it is said.
    #[must_use]
    pub fn repo(&self) -> Option<String> {
        let from_request =
            self.request.as_ref().and_then(|r| r.repo.clone().or_else(|| r.api_path.as_deref().and_then(repo_of_path)));
        let from_url = || self.target.git_url.as_ref().and_then(GitUrl::repo);
        from_request.or_else(|| self.target.repo.clone()).or_else(from_url).or_else(|| {
            self.needs.iter().find_map(|need| match need {
                Need::GitRead(repo) | Need::GitWrite(repo) => Some(repo.clone()),
                Need::Endpoint { path, .. } => repo_of_path(path),
                Need::SignIn | Need::Scope(_) => None,
            })
        })
    }

    /// The workspace, wherever it is said.
    #[must_use]
    pub fn workspace(&self) -> Option<String> {
        let from_path = || self.request.as_ref().and_then(|r| r.api_path.as_deref()).and_then(workspace_of_path);
        let from_repo = || self.repo().and_then(|r| r.split_once('/').map(|(w, _)| w.to_string()));
        from_path().or_else(|| self.target.workspace.clone()).or_else(from_repo).or_else(|| {
            self.needs.iter().find_map(|need| match need {
                Need::Endpoint { path, .. } => workspace_of_path(path),
                _ => None,
            })
        })
    }

    /// What must work for *healthy* (interface, "What must work").
    #[must_use]
    pub fn wanted(&self) -> Vec<Need> {
        if !self.needs.is_empty() {
            return self.needs.clone();
        }
        if self.request.as_ref().is_some_and(crate::Request::url_is_unfinished) {
            // A sample's name may be somebody's workspace: only the sign-in can be judged.
            return vec![Need::SignIn];
        }
        if let Some(request) = &self.request {
            if let Some(path) = &request.api_path {
                // A token that stood in the query is not asked with: what is left of it there is a placeholder.
                let token = request.notes.iter().any(|n| n.kind == NoteKind::TokenInQuery);
                let path = if token { without_hidden(path) } else { path.clone() };
                return vec![Need::Endpoint { method: request.method.clone(), path }];
            }
            if request.surface == Some(Surface::Git) {
                if request.is_ssh() {
                    return Vec::new();
                }
                let repo = request.repo.clone().or_else(|| self.repo());
                return repo.map(|r| vec![if request.writes { Need::GitWrite(r) } else { Need::GitRead(r) }]).unwrap_or_default();
            }
        }
        if let Some(repo) = &self.target.repo {
            let get = Need::Endpoint { method: "GET".into(), path: format!("/2.0/repositories/{repo}") };
            return vec![get, Need::GitRead(repo.clone())];
        }
        if let Some(workspace) = &self.target.workspace {
            return vec![Need::Endpoint { method: "GET".into(), path: format!("/2.0/repositories/{workspace}") }];
        }
        if let Some(url) = &self.target.git_url {
            // SSH takes a key: nothing that a token could answer is wanted.
            let over_http = url.scheme.starts_with("http");
            return url.repo().filter(|_| over_http).map(|repo| vec![Need::GitRead(repo)]).unwrap_or_default();
        }
        vec![Need::SignIn]
    }

    /// The questions that the person asks themselves. What bbdoctor asks to judge a sign-in or a scope is none of these: a
    /// refusal there that proves the sign-in is no fault (fact `user-probe`).
    #[must_use]
    pub fn own_asks(&self) -> Vec<Ask> {
        let own = |n: &&Need| !matches!(n, Need::SignIn | Need::Scope(_));
        self.wanted().iter().filter(own).filter_map(ask_of).collect()
    }

    /// Whether the request's path on the API is known, and is one that the API has.
    pub(crate) fn asks_known_path(&self) -> bool {
        let path = self.request.as_ref().and_then(|r| r.api_path.as_deref());
        path.is_some_and(|path| matches!(endpoints::shape_of(path), endpoints::PathShape::Known))
    }

    /// The questions that answer what is wanted, in the order of wanting, without repetition.
    #[must_use]
    pub fn asks(&self, surface: Surface) -> Vec<Ask> {
        let mut asks = Vec::new();
        for ask in self.wanted().iter().filter_map(ask_of) {
            let of = if matches!(ask, Ask::Api(_)) { Surface::Rest } else { Surface::Git };
            if of == surface && !asks.contains(&ask) {
                asks.push(ask);
            }
        }
        asks
    }

    /// Whether something on the way signs the request in, so that it carries no credential.
    #[must_use]
    pub fn is_signed_in_by_proxy(&self) -> bool {
        self.local.iter().any(|setting| setting.effect == Some(crate::Effect::ProxySignsIn))
    }

    /// The person's own way: what their command does, or what they said of it.
    #[must_use]
    pub fn own_way(&self) -> Option<OwnWay> {
        let kind = self.kind();
        if let Some(request) = &self.request {
            let surface = request.surface.filter(|_| !request.is_ssh())?;
            if request.tool == "log" && crate::local_settings::speaks_of_credential_manager(self) {
                // What is shown is the manager's own check, not what the person sends.
                return None;
            }
            let user = request.sends.user.as_ref().map(|u| u.form);
            if request.notes.iter().any(|n| n.kind == NoteKind::SentNothing) {
                return Some(OwnWay { surface, role: Role::Anonymous, user });
            }
            if request.sends.credential.is_none() {
                if self.is_signed_in_by_proxy() {
                    return None;
                }
                // A log or a settings file shows no credential because it never does; a command shows all that it sends.
                let shows_all =
                    matches!(request.tool.as_str(), "arrived" | "curl" | "wget" | "http" | "https" | "xh" | "postman" | "har");
                let silent = request.notes.iter().any(|n| n.kind == NoteKind::NoCredential) && shows_all;
                // git shows none either; that it has none its own words say, or its helpers.
                let nothing_stored = request.tool == "git" && request.notes.iter().any(|n| n.kind == NoteKind::NoCredential);
                // A program says nothing of what it sends either, unless its environment was looked at.
                const NO_PROGRAM: &[&str] = &["answer", "exception", "javascript", "log", "python", "settings", "git"];
                let noted = request.notes.iter().any(|n| n.kind == NoteKind::NoCredential);
                let silent = silent || noted && !NO_PROGRAM.contains(&request.tool.as_str());
                let silent = silent && surface == Surface::Rest || nothing_stored && surface == Surface::Git;
                return silent.then_some(OwnWay { surface, role: Role::Anonymous, user });
            }
            let role = match (surface, request.sends.scheme) {
                (_, Some(Scheme::Bearer)) => Role::Bearer,
                (_, Some(Scheme::Basic)) | (Surface::Git, None) => role::of_user(kind, surface, user.unwrap_or(UserForm::Empty)),
                (Surface::Rest, None) => return None,
            };
            return Some(OwnWay { surface, role, user });
        }
        if self.scheme == Some(Scheme::Bearer) {
            return Some(OwnWay { surface: Surface::Rest, role: Role::Bearer, user: None });
        }
        if let Some(user) = self.target.git_url.as_ref().filter(|u| u.scheme.starts_with("http")).and_then(|u| u.user.as_ref()) {
            let role = role::of_user(kind, Surface::Git, user.form);
            return Some(OwnWay { surface: Surface::Git, role, user: Some(user.form) });
        }
        match (&self.username, self.username_surface) {
            (Some(user), Some(surface)) if surface == Surface::Rest || self.email.is_none() => {
                Some(OwnWay { surface, role: role::of_user(kind, surface, user.form), user: Some(user.form) })
            }
            _ if self.scheme == Some(Scheme::Basic) => {
                let user = self.email.as_ref().or(self.username.as_ref()).map_or(UserForm::Empty, |u| u.form);
                Some(OwnWay { surface: Surface::Rest, role: role::of_user(kind, Surface::Rest, user), user: Some(user) })
            }
            _ => None,
        }
    }

    /// The form of the user that this role would send, where one is known.
    #[must_use]
    pub fn user_for(&self, role: Role) -> Option<UserForm> {
        let sent = self.request.as_ref().and_then(|r| r.sends.user.as_ref().map(|u| (r.surface, u.form)));
        match role {
            Role::EmailBasic => self.email.as_ref().map(|u| u.form),
            Role::UserBasic => match sent {
                Some((Some(Surface::Rest), form)) if form != UserForm::Email => Some(form),
                _ => self.username.as_ref().filter(|_| self.username_surface == Some(Surface::Rest)).map(|u| u.form),
            },
            Role::GitUserName => match sent {
                Some((Some(Surface::Git), form)) => Some(form),
                _ => self
                    .target
                    .git_url
                    .as_ref()
                    .filter(|u| u.scheme.starts_with("http"))
                    .and_then(|u| u.user.as_ref())
                    .or(self.username.as_ref().filter(|_| self.username_surface == Some(Surface::Git)))
                    .map(|u| u.form),
            },
            Role::Anonymous | Role::Bearer | Role::GitStaticUser => None,
        }
    }

    /// Whether this role can be played: its user is known, and so is the credential.
    #[must_use]
    pub fn can_play(&self, role: Role) -> bool {
        match role {
            Role::Anonymous => true,
            Role::Bearer => self.subject().is_some(),
            Role::GitStaticUser => role::git_static_user(self.kind()).is_some(),
            Role::EmailBasic | Role::UserBasic | Role::GitUserName => {
                self.user_for(role).is_some_and(|form| !matches!(form, UserForm::Placeholder | UserForm::Token | UserForm::Empty))
            }
        }
    }

    /// Whether the subject may be sent to Bitbucket at all: not what is no secret, and nobody else's secret.
    #[must_use]
    pub fn may_send(&self) -> bool {
        self.subject().is_some_and(|c| {
            c.shape.unexpanded.is_none()
                && c.shape.placeholder.is_none()
                && !c.shape.masked
                && c.shape.length > 0
                && !matches!(c.kind, Kind::OtherProduct)
                && !(c.kind == Kind::DataCenterToken && c.shape.prefix.is_some())
        })
    }

    /// Whether the request's URL is one that its credential may go to.
    #[must_use]
    pub fn goes_to_bitbucket(&self) -> bool {
        self.request.as_ref().is_none_or(|r| r.surface.is_some() || r.tool == "answer")
    }

    /// The probe of this question in this role.
    #[must_use]
    pub fn probe(&self, ask: Ask, role: Role) -> Probe {
        let credential = if role == Role::Anonymous { None } else { self.subject_id() };
        Probe { ask, role, credential }
    }
}

impl crate::Request {
    /// Whether a placeholder or a variable still stands in the URL, or something that only a run can tell.
    #[must_use]
    pub fn url_is_unfinished(&self) -> bool {
        if self.url.contains("$(…)") {
            return true;
        }
        let Some(url) = self.spans.get("url") else { return false };
        let inside = |at: crate::Span| url.start <= at.start && at.end <= url.end;
        // What stands in the user information is no part of the target.
        let host = self.spans.get("host").map_or(url.start, |host| host.start);
        let unfinished =
            |n: &&crate::Note| matches!(n.kind, NoteKind::Placeholder | NoteKind::NotExpanded | NoteKind::NotDefined);
        self.notes.iter().filter(unfinished).any(|n| n.at.is_some_and(|at| inside(at) && at.start >= host))
    }

    /// Whether git goes over SSH here: it takes a key, and no token takes part.
    #[must_use]
    pub fn is_ssh(&self) -> bool {
        self.surface == Some(Surface::Git) && !self.url.is_empty() && !self.url.starts_with("http")
    }
}

impl GitUrl {
    /// `workspace/repository`, where the path has that form.
    #[must_use]
    pub fn repo(&self) -> Option<String> {
        // Git LFS speaks to an address below the repository's.
        let path = self.path.split("/info/").next().unwrap_or_default().trim_matches('/');
        // What git itself asks for below it.
        let path = path.trim_end_matches("/git-upload-pack").trim_end_matches("/git-receive-pack");
        let path = path.strip_suffix(".git").unwrap_or(path);
        let mut parts = path.split('/');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(workspace), Some(repo), None) if !workspace.is_empty() && !repo.is_empty() => {
                Some(format!("{workspace}/{repo}"))
            }
            _ => None,
        }
    }
}

/// The question that answers a need. A write is asked as the GET beside it.
#[must_use]
pub fn ask_of(need: &Need) -> Option<Ask> {
    match need {
        Need::SignIn | Need::Scope(_) => Some(Ask::Api(USER.into())),
        Need::Endpoint { method, path } => Some(Ask::Api(get_beside(method, path))),
        Need::GitRead(repo) => Some(Ask::GitRefs(repo.clone(), GitService::UploadPack)),
        Need::GitWrite(repo) => Some(Ask::GitRefs(repo.clone(), GitService::ReceivePack)),
    }
}

/// The path itself where it can be read with GET; else the nearest one above it that can.
fn get_beside(method: &str, path: &str) -> String {
    let methods = crate::endpoints::methods_of(path);
    if method == "GET" || method == "HEAD" || methods.is_empty() || methods.contains(&"GET") {
        return path.into();
    }
    let mut above = path.split(['?', '#']).next().unwrap_or(path).trim_end_matches('/');
    while let Some((shorter, _)) = above.rsplit_once('/') {
        above = shorter;
        if crate::endpoints::methods_of(above).contains(&"GET") {
            return above.into();
        }
    }
    path.into()
}

/// `workspace/repository` in `/2.0/repositories/workspace/repository/…`.
#[must_use]
pub fn repo_of_path(path: &str) -> Option<String> {
    let rest = path.strip_prefix("/2.0/repositories/")?;
    let mut parts = rest.split(['?', '#']).next()?.split('/');
    let (workspace, repo) = (parts.next()?, parts.next()?);
    (!workspace.is_empty() && !repo.is_empty()).then(|| format!("{workspace}/{repo}"))
}

/// The workspace in `/2.0/repositories/workspace…` or `/2.0/workspaces/workspace…`.
#[must_use]
pub fn workspace_of_path(path: &str) -> Option<String> {
    let path = path.split(['?', '#']).next()?;
    let rest = path.strip_prefix("/2.0/repositories/").or_else(|| path.strip_prefix("/2.0/workspaces/"))?;
    let workspace = rest.split('/').next()?;
    (!workspace.is_empty()).then(|| workspace.to_string())
}

/// A path without the parameters in which a secret stood: what is left of one in a text is no value.
#[must_use]
pub fn without_hidden(path: &str) -> String {
    let Some((before, query)) = path.split_once('?') else { return path.into() };
    let kept: Vec<&str> = query.split('&').filter(|parameter| !parameter.ends_with("=…")).collect();
    if kept.is_empty() { before.into() } else { format!("{before}?{}", kept.join("&")) }
}
