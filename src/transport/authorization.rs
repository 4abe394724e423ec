//! From a role to the Authorization header (section 2 of the facts). The only place that spends a secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bbdoctor_checks::{Kind, Probe, Role, role};
use reqwest::header::HeaderValue;

use crate::vault::Vault;

/// The header of a probe, marked sensitive so that neither logs nor HTTP/2's compression table keep it; `None` for the
/// control.
///
/// # Errors
/// What is missing, for the report. Nothing of the secret.
pub(super) fn header(probe: &Probe, kind: Kind, vault: &Vault) -> Result<Option<HeaderValue>, String> {
    if probe.role == Role::Anonymous {
        return Ok(None);
    }
    let secret = probe.credential.and_then(|id| vault.secret(id)).ok_or("not sent: this credential's text is not at hand")?;
    let user = match probe.role {
        Role::Anonymous | Role::Bearer => None,
        Role::EmailBasic => Some(vault.email.as_deref().ok_or("not sent: no e-mail was given")?),
        Role::UserBasic => Some(vault.rest_user.as_deref().ok_or("not sent: no user name for REST was given")?),
        Role::GitUserName => Some(vault.git_user.as_deref().ok_or("not sent: no user name for git was given")?),
        Role::GitStaticUser => {
            Some(role::git_static_user(kind).ok_or("not sent: this kind of credential has no static user for git")?)
        }
    };
    let text = match user {
        Some(user) => format!("Basic {}", STANDARD.encode(format!("{user}:{}", secret.expose()))),
        None => format!("Bearer {}", secret.expose()),
    };
    let mut value = HeaderValue::from_bytes(text.as_bytes())
        .map_err(|_| "not sent: the credential holds a character that no header can carry")?;
    value.set_sensitive(true);
    Ok(Some(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use bbdoctor_checks::{Ask, CredentialId};

    fn probe(role: Role) -> Probe {
        Probe { ask: Ask::Api("/2.0/user".into()), role, credential: (role != Role::Anonymous).then(CredentialId::default) }
    }

    #[test]
    fn each_role_has_its_user() {
        let mut vault = Vault::default();
        vault.email = Some("anna@example.com".into());
        vault.rest_user = Some("anna".into());
        vault.git_user = Some("anna-b".into());
        vault.insert(CredentialId::default(), Secret::new("s3cret".into()));
        let sent = |role, kind| {
            header(&probe(role), kind, &vault).expect("sent").map(|value| {
                assert!(value.is_sensitive());
                value.to_str().expect("text").to_owned()
            })
        };
        let basic = |user: &str| Some(format!("Basic {}", STANDARD.encode(format!("{user}:s3cret"))));
        assert_eq!(sent(Role::Anonymous, Kind::ApiToken), None);
        assert_eq!(sent(Role::EmailBasic, Kind::ApiToken), basic("anna@example.com"));
        assert_eq!(sent(Role::UserBasic, Kind::ApiToken), basic("anna"));
        assert_eq!(sent(Role::GitUserName, Kind::ApiToken), basic("anna-b"));
        assert_eq!(sent(Role::GitStaticUser, Kind::ApiToken), basic("x-bitbucket-api-token-auth"));
        assert_eq!(sent(Role::GitStaticUser, Kind::AccessToken), basic("x-token-auth"));
        assert_eq!(sent(Role::Bearer, Kind::ApiToken), Some("Bearer s3cret".into()));
        assert!(header(&probe(Role::GitStaticUser), Kind::AppPassword, &vault).is_err());
    }

    #[test]
    fn what_no_header_can_carry_is_not_shown() {
        let mut vault = Vault::default();
        vault.insert(CredentialId::default(), Secret::new("s3cret\nX-Injected: 1".into()));
        let why = header(&probe(Role::Bearer), Kind::Unknown, &vault).expect_err("a newline");
        assert!(!why.contains("s3cret"));
        assert!(header(&probe(Role::EmailBasic), Kind::Unknown, &vault).is_err(), "no e-mail");
    }
}
