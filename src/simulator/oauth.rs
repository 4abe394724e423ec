//! The token endpoint of OAuth 2.0 (section 6 of the facts).

use serde_json::json;

use super::bitbucket::Bitbucket;
use super::credential::{CredentialKind, State};
use super::login::Authorization;
use super::reply::{Reply, Request};
use super::scopes;

impl Bitbucket {
    /// Facts `oauth-errors`, `oauth-2026`.
    pub(super) fn oauth(&self, request: &Request, authorization: &Authorization) -> Reply {
        let refused =
            |error: &str, description: &str| Reply::json(400, &json!({ "error_description": description, "error": error }));
        if request.method != "POST" {
            return Reply::html(405, "Method not allowed", "This page is for programs.");
        }
        let (key, secret) = match authorization {
            Authorization::Basic { user, secret } => (user.clone(), secret.clone()),
            Authorization::None => match (request.field("client_id"), request.field("client_secret")) {
                (Some(key), Some(secret)) => (key, secret),
                _ => return refused("unauthorized_client", "Requests must be authenticated using OAuth client credentials"),
            },
            // Seen: a wrong scheme word gets a page instead of JSON.
            _ => return Reply::html(400, "Bad request", "Requests must be authenticated using OAuth client credentials"),
        };
        let client = self.known(&secret).filter(|c| c.kind == CredentialKind::OauthClient && c.key() == key);
        let Some(client) = client.filter(|c| c.state == State::Active) else {
            return refused("unauthorized_client", "Invalid OAuth client credentials");
        };
        match request.field("grant_type").as_deref() {
            Some("client_credentials") if client.public => refused(
                "invalid_grant",
                "Cannot use client_credentials with a consumer marked as \"public\". Calls for auto generated consumers should use urn:bitbucket:oauth2:jwt instead.",
            ),
            // Fact `oauth-2026`: no refresh token for this grant; the field is `scope` now.
            Some("client_credentials") => {
                let issued = client.issued();
                let scope = scopes::granted(&issued).join(" ");
                let token = issued.minted();
                Reply::json(200, &json!({ "scope": scope, "access_token": token, "expires_in": 7200, "token_type": "bearer" }))
            }
            Some("refresh_token") => refused("invalid_grant", "Invalid refresh_token"),
            // That other grants are refused in these words is a guess.
            _ => refused("unsupported_grant_type", "Unsupported grant type"),
        }
    }
}
