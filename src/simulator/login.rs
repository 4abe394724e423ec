//! Who a request comes from: reads the Authorization header and finds the credential by its exact text
//! (section 2 of the facts).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::bitbucket::Bitbucket;
use super::credential::{Credential, CredentialKind, State};
use super::reply::Reply;
use super::texts;
use super::world::{AppPasswordGit, Basic401Body, BearerWithApiToken, NoScopesText, Realm, XTokenAuthWithApiToken};

/// What an Authorization header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Authorization {
    /// There is none, or it counts as none.
    None,
    Basic {
        user: String,
        secret: String,
    },
    Bearer(String),
    /// `Basic` with what is no base64 or has no colon.
    Undecodable,
}

impl Authorization {
    /// Reads the header. One word without a scheme counts as anonymous (fact `no-scheme-word`); that an unknown scheme
    /// does so too, and that several headers are read as one joined by commas, is a guess.
    pub(super) fn read(values: &[String]) -> Self {
        let value = values.join(", ");
        let Some((scheme, rest)) = value.trim().split_once(char::is_whitespace) else { return Self::None };
        let rest = rest.trim();
        if scheme.eq_ignore_ascii_case("bearer") {
            return Self::Bearer(rest.to_owned());
        }
        if !scheme.eq_ignore_ascii_case("basic") {
            return Self::None;
        }
        let decoded = STANDARD.decode(rest).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        match decoded.as_deref().map(|pair| pair.split_once(':')) {
            Ok(Some((user, secret))) => Self::Basic { user: user.into(), secret: secret.into() },
            _ => Self::Undecodable,
        }
    }
}

/// Who it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Login<'a> {
    Anonymous,
    Refused(Refusal),
    Known(&'a Credential),
}

/// Why somebody is not let in, as far as the answer tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Fact `401-basic`, `git-401`.
    Basic,
    /// Fact `401-token`.
    Token,
    /// Facts `401-no-scopes`, `git-no-scopes`: said in words.
    NoScopes,
    /// Fact `401-oauth-expired`; the short sentence for tokens of the older form.
    OauthExpired { short: bool },
    /// Facts `401-account-password`, `git-account-password`.
    AccountPassword,
    /// Fact `git-410-app-password`.
    AppPasswordGone,
    /// Fact `lockout`.
    Locked,
    /// Fact `policy-creation`.
    Blocked,
}

impl Bitbucket {
    /// The login of a REST request.
    pub(super) fn rest_login(&self, authorization: &Authorization) -> Login<'_> {
        match authorization {
            Authorization::None => Login::Anonymous,
            Authorization::Undecodable => Login::Refused(Refusal::Basic),
            Authorization::Bearer(secret) => self.rest_bearer(secret),
            Authorization::Basic { user, secret } => self.rest_basic(user, secret),
        }
    }

    fn rest_bearer(&self, secret: &str) -> Login<'_> {
        let Some(credential) = self.known(secret) else { return Login::Refused(Refusal::Token) };
        match credential.kind {
            // Fact `rest-access-token`.
            CredentialKind::AccessToken => by_state(credential, Refusal::Token),
            CredentialKind::OauthToken if credential.state == State::Expired => {
                Login::Refused(Refusal::OauthExpired { short: credential.opaque })
            }
            CredentialKind::OauthToken => by_state(credential, Refusal::Token),
            // Fact `rest-api-token-bearer`. Without scopes it is always the sentence of `401-token` (fact `401-no-scopes`).
            CredentialKind::ApiToken if self.world.bearer_with_api_token == BearerWithApiToken::Accepted => {
                match credential.state {
                    State::NoScopes | State::OtherApp => Login::Refused(Refusal::Token),
                    _ => by_state(credential, Refusal::Token),
                }
            }
            _ => Login::Refused(Refusal::Token),
        }
    }

    fn rest_basic(&self, user: &str, secret: &str) -> Login<'_> {
        let owner = &self.scenario.account.owner;
        let Some(credential) = self.known(secret) else { return Login::Refused(Refusal::Basic) };
        match credential.kind {
            // Fact `rest-api-token`: the e-mail and nothing else. That its case does not matter is a guess.
            CredentialKind::ApiToken if user.eq_ignore_ascii_case(&owner.email) => match credential.state {
                State::NoScopes | State::OtherApp => Login::Refused(self.no_scopes(Refusal::Token)),
                _ => by_state(credential, Refusal::Basic),
            },
            CredentialKind::AccountPassword if user == owner.username || user.eq_ignore_ascii_case(&owner.email) => {
                by_state(credential, Refusal::Basic)
            }
            // Fact `rest-access-token-basic`; app passwords have no body of their own at REST.
            _ => Login::Refused(Refusal::Basic),
        }
    }

    /// The login of a request by git or Git LFS. A Bearer header there counts for what REST takes as Bearer (guess).
    pub(super) fn git_login(&self, authorization: &Authorization) -> Login<'_> {
        let (user, secret) = match authorization {
            Authorization::None => return Login::Anonymous,
            Authorization::Undecodable => return Login::Refused(Refusal::Basic),
            Authorization::Bearer(secret) => return self.rest_bearer(secret),
            Authorization::Basic { user, secret } => (user.as_str(), secret.as_str()),
        };
        let owner = &self.scenario.account.owner;
        let Some(credential) = self.known(secret) else { return Login::Refused(Refusal::Basic) };
        let right_user = match credential.kind {
            CredentialKind::ApiToken => match user {
                // Fact `git-api-token`; the e-mail is refused (fact `git-api-token-email`).
                "x-bitbucket-api-token-auth" => true,
                // Fact `git-api-token-x-token-auth`.
                "x-token-auth" => self.world.x_token_auth_with_api_token == XTokenAuthWithApiToken::Accepted,
                _ => user == owner.username,
            },
            // Fact `git-access-token`.
            CredentialKind::AccessToken | CredentialKind::OauthToken => user == "x-token-auth",
            // Fact `git-410-app-password`: recognised by its text.
            CredentialKind::AppPassword if self.world.app_password_git == AppPasswordGit::Gone => {
                return Login::Refused(Refusal::AppPasswordGone);
            }
            CredentialKind::AccountPassword => user == owner.username || user.eq_ignore_ascii_case(&owner.email),
            _ => false,
        };
        if !right_user {
            return Login::Refused(Refusal::Basic);
        }
        match credential.state {
            State::NoScopes | State::OtherApp => Login::Refused(self.no_scopes(Refusal::Basic)),
            _ => by_state(credential, Refusal::Basic),
        }
    }

    fn no_scopes(&self, generic: Refusal) -> Refusal {
        match self.world.no_scopes_text {
            NoScopesText::Specific => Refusal::NoScopes,
            NoScopesText::Generic => generic,
        }
    }

    /// The answer of the API to a refused login.
    pub(super) fn rest_refusal(&self, refusal: Refusal) -> Reply {
        let reply = match refusal {
            Refusal::Basic | Refusal::AppPasswordGone => match self.world.basic_401_body {
                Basic401Body::Empty => Reply::text(401, ""),
                Basic401Body::Json => Reply::error(401, texts::TOKEN_INVALID),
                Basic401Body::Text => Reply::text(401, texts::LOGIN_FAILED),
            },
            Refusal::Token => Reply::error(401, texts::TOKEN_INVALID),
            Refusal::NoScopes => Reply::error(401, texts::NO_SCOPES),
            Refusal::OauthExpired { short: true } => Reply::error(401, texts::OAUTH_EXPIRED_SHORT),
            Refusal::OauthExpired { short: false } => Reply::error(401, texts::OAUTH_EXPIRED),
            Refusal::AccountPassword => Reply::text(401, texts::ACCOUNT_PASSWORD_API),
            // The statuses of these two are guesses.
            Refusal::Locked => Reply::text(401, texts::LOCKED),
            Refusal::Blocked => return Reply::error(403, texts::BLOCKED),
        };
        self.challenged(reply)
    }

    /// `WWW-Authenticate` as this world has it (fact `401-basic`).
    pub(super) fn challenged(&self, reply: Reply) -> Reply {
        match self.world.realm {
            Realm::Basic => reply.with("www-authenticate", "Basic realm=\"Bitbucket.org HTTP\""),
            Realm::BitbucketCustom => reply.with("www-authenticate", "BitbucketCustom realm=Bitbucket.org HTTP"),
            Realm::None => reply,
        }
    }

    /// The answer of git's side to a refused login. git asks for credentials only where the challenge says Basic, so the
    /// realm is no switch here.
    pub(super) fn git_refusal(refusal: Refusal) -> Reply {
        let challenged = |text: &str| Reply::text(401, text).with("www-authenticate", "Basic realm=\"Bitbucket.org HTTP\"");
        match refusal {
            // Fact `git-401`.
            Refusal::Basic | Refusal::Token => challenged(""),
            // Fact `git-no-scopes`.
            Refusal::NoScopes => Reply::text(403, &format!("{}.", texts::NO_SCOPES)),
            // That git says the sentence of the API is a guess.
            Refusal::OauthExpired { .. } => challenged(texts::OAUTH_EXPIRED_SHORT),
            Refusal::AccountPassword => challenged(texts::ACCOUNT_PASSWORD_GIT),
            Refusal::AppPasswordGone => Reply::text(410, texts::APP_PASSWORD_GIT),
            Refusal::Locked => challenged(texts::LOCKED),
            Refusal::Blocked => Reply::text(403, texts::BLOCKED),
        }
    }
}

/// What a recognised credential in the right place gets by its state.
fn by_state(credential: &Credential, generic: Refusal) -> Login<'_> {
    match credential.state {
        State::Active if credential.kind == CredentialKind::AccountPassword => Login::Refused(Refusal::AccountPassword),
        State::Active => Login::Known(credential),
        State::Locked => Login::Refused(Refusal::Locked),
        State::Blocked => Login::Refused(Refusal::Blocked),
        // That a token limited to another workspace is refused as a dead one is a guess.
        State::Expired if credential.kind == CredentialKind::OauthToken => {
            Login::Refused(Refusal::OauthExpired { short: credential.opaque })
        }
        State::Expired | State::Revoked | State::NoScopes | State::OtherApp | State::OtherWorkspace => Login::Refused(generic),
    }
}
