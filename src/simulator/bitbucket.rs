//! The simulated Bitbucket without its sockets: a request goes in, an answer and what was noticed come out.

use std::collections::BTreeMap;

use super::credential::{Credential, CredentialKind};
use super::login::{Authorization, Login};
use super::reply::{Reply, Request, Side};
use super::scenario::{Fault, Scenario};
use super::world::World;

/// One account in one world.
pub(super) struct Bitbucket {
    pub(super) scenario: Scenario,
    pub(super) world: World,
    /// Every credential by the text that the server knows.
    pub(super) known: BTreeMap<String, Credential>,
}

impl std::fmt::Debug for Bitbucket {
    /// The texts of credentials are left out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bitbucket").field("scenario", &self.scenario.name).field("world", &self.world).finish_non_exhaustive()
    }
}

/// What the server noticed of a login.
#[derive(Clone, Debug, Default)]
pub(super) struct Noticed {
    pub(super) scheme: Option<&'static str>,
    pub(super) user: Option<String>,
    pub(super) credential: Option<String>,
    pub(super) refused: bool,
}

impl Bitbucket {
    pub(super) fn new(scenario: &Scenario, world: &World) -> Self {
        let mut known = BTreeMap::new();
        for credential in &scenario.credentials {
            if credential.kind == CredentialKind::OauthClient {
                let issued = credential.issued();
                known.insert(issued.minted(), issued);
            }
            let text = credential.minted();
            if !text.is_empty() {
                known.insert(text, credential.clone());
            }
        }
        Self { scenario: scenario.clone(), world: scenario.in_world(*world), known }
    }

    /// The credential that has this very text.
    pub(super) fn known(&self, secret: &str) -> Option<&Credential> {
        self.known.get(secret)
    }

    /// A text in which no credential's text stands.
    pub(super) fn without_secrets(&self, text: String) -> String {
        self.known
            .iter()
            .fold(text, |text, (secret, credential)| text.replace(secret.as_str(), &format!("({})", credential.name)))
    }

    /// Answers a request.
    pub(super) fn answer(&self, request: &Request) -> (Noticed, Reply) {
        let mut authorization = Authorization::read(&request.authorization);
        let noticed = |authorization: &Authorization, login: Login<'_>| self.noticed(authorization, login);
        match self.scenario.way.fault {
            Some(Fault::Unavailable) => {
                let page = Reply::html(503, "Service unavailable", "Bitbucket is temporarily unavailable.");
                return (noticed(&authorization, Login::Anonymous), page);
            }
            Some(Fault::Portal) => {
                let page = Reply::html(200, "Example Corp Web Gateway: please sign in", "Sign in to use this network.");
                return (noticed(&authorization, Login::Anonymous), page);
            }
            _ => {}
        }
        match Surface::of(request) {
            Surface::Api(path) => {
                if authorization == Authorization::None
                    && let Some(token) = request.parameter("access_token").or_else(|| request.field("access_token"))
                {
                    // Fact `query-token`: refused; that the answer is that of any refused token is a guess.
                    authorization = Authorization::Bearer(format!("{token} in the query"));
                }
                let login = self.rest_login(&authorization);
                (noticed(&authorization, login), self.rest(request, &path, login))
            }
            Surface::Git(repository) => {
                let login = self.git_login(&authorization);
                (noticed(&authorization, login), self.git(request, &repository, login))
            }
            Surface::Oauth => (noticed(&authorization, Login::Anonymous), self.oauth(request, &authorization)),
            Surface::Page(reply) => (noticed(&authorization, Login::Anonymous), reply),
        }
    }

    fn noticed(&self, authorization: &Authorization, login: Login<'_>) -> Noticed {
        let (scheme, user, secret) = match authorization {
            Authorization::None => (None, None, None),
            Authorization::Undecodable => (Some("basic"), None, None),
            Authorization::Bearer(secret) => (Some("bearer"), None, Some(secret)),
            Authorization::Basic { user, secret } => (Some("basic"), Some(user), Some(secret)),
        };
        let name = |text: &String| self.known(text).map(|c| c.name.clone());
        // A token may stand where the user belongs; it is never written down, nor is a user that looks like none.
        let user = user.map(|user| match name(user) {
            Some(name) => format!("({name})"),
            None if user.len() > 80 => "(long)".to_owned(),
            None => user.clone(),
        });
        Noticed { scheme, user, credential: secret.and_then(name), refused: matches!(login, Login::Refused(_)) }
    }
}

/// What a request is about, by host and path.
enum Surface {
    /// The API, with the path from `/2.0` on.
    Api(String),
    /// A repository for git.
    Git(GitPath),
    /// The token endpoint.
    Oauth,
    /// Something else, answered at once.
    Page(Reply),
}

/// A repository's address for git, and what is asked below it.
#[derive(Clone, Debug)]
pub(super) struct GitPath {
    pub(super) workspace: String,
    pub(super) slug: String,
    pub(super) rest: String,
}

impl Surface {
    fn of(request: &Request) -> Self {
        let path = request.path.as_str();
        // Fact `website`: `!api` and `api` of the website are the API.
        for prefix in ["/!api/", "/api/"] {
            if let Some(rest) = path.strip_prefix(prefix) {
                return match request.side {
                    Side::Api => Self::Page(Reply::no_api()),
                    Side::Site | Side::Both => Self::Api(format!("/{rest}")),
                };
            }
        }
        if path.starts_with("/2.0/") || path.starts_with("/1.0/") || path == "/2.0" {
            return match request.side {
                // Fact `website`: an API path on bitbucket.org is a page.
                Side::Site => Self::Page(Reply::html(404, "Page not found", "The link you followed may be broken.")),
                Side::Api | Side::Both => Self::Api(path.to_owned()),
            };
        }
        if request.side == Side::Api {
            // Fact `403-forbidden`; the website's pages are HTML there (fact `website`).
            return Self::Page(match path.contains(".git") || path.starts_with("/site/") {
                true => Reply::html(404, "Page not found", "There is no page here."),
                false => Reply::error(403, super::texts::FORBIDDEN),
            });
        }
        if path == "/site/oauth2/access_token" {
            return Self::Oauth;
        }
        if let Some(found) = GitPath::read(path) {
            return Self::Git(found);
        }
        let api_without_version = ["/user", "/workspaces", "/repositories"]
            .iter()
            .any(|start| path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
        if request.side == Side::Both && api_without_version {
            return Self::Page(Reply::error(403, super::texts::FORBIDDEN));
        }
        // Fact `website`: pages send to sign in.
        Self::Page(match path {
            "/" | "/account/signin/" => Reply::html(200, "Bitbucket", "Log in with your Atlassian account."),
            _ => Reply::html(302, "Log in", "Log in to see this page.").with("location", "/account/signin/"),
        })
    }
}

impl GitPath {
    fn read(path: &str) -> Option<Self> {
        let mut parts = path.trim_start_matches('/').splitn(3, '/');
        let (workspace, slug, rest) = (parts.next()?, parts.next()?, parts.next()?);
        let known = matches!(rest, "info/refs" | "git-upload-pack" | "git-receive-pack") || rest.starts_with("info/lfs");
        let slug = slug.strip_suffix(".git").unwrap_or(slug);
        (known && !workspace.is_empty() && !slug.is_empty()).then(|| Self {
            workspace: workspace.into(),
            slug: slug.into(),
            rest: rest.into(),
        })
    }
}
