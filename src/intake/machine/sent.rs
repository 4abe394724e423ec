//! A credential that this machine would send by itself: where it comes from, and what it is in words. Its text goes to the vault.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::checks::{Credential, CredentialId, Kind, LocalSetting, Scheme, User, UserForm, shape};
use crate::intake::{people, token};
use crate::redact::mask_identity;
use crate::secret::Secret;

/// What git or curl would put into the Authorization header.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    /// The setting's name.
    pub(super) name: String,
    /// Where it is set.
    pub(super) origin: String,
    pub(super) scheme: Scheme,
    /// The user of Basic, unmasked.
    pub(super) user: Option<String>,
    pub(super) secret: Secret,
    pub(super) credential: Credential,
    /// What else is to be said of the place, with a `; ` in front of each.
    pub(super) remark: String,
}

impl Sent {
    pub(super) fn new(name: &str, origin: &str, scheme: Scheme, user: Option<&str>, secret: &str) -> Self {
        let source = format!("{name} ({origin})");
        let (mut credential, secret) = token::credential(CredentialId::default(), secret, &source);
        credential.user = user.filter(|_| scheme == Scheme::Basic).map(|user| people::user(user, &source));
        Self {
            name: name.into(),
            origin: origin.into(),
            scheme,
            user: user.map(Into::into),
            secret,
            credential,
            remark: String::new(),
        }
    }

    /// Reads the value of an Authorization header.
    pub(super) fn header(name: &str, origin: &str, value: &str) -> Option<Self> {
        let (scheme, rest) = value.trim().split_once(char::is_whitespace)?;
        if scheme.eq_ignore_ascii_case("bearer") {
            return Some(Self::new(name, origin, Scheme::Bearer, None, rest.trim()));
        }
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let decoded = STANDARD.decode(rest.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok())?;
        let (user, secret) = decoded.split_once(':')?;
        Some(Self::new(name, origin, Scheme::Basic, Some(user), secret))
    }

    /// What it is, in words: no secret and no name.
    pub(super) fn words(&self) -> String {
        let kind = kind(self.credential.kind);
        let print = self.credential.shape.fingerprint.as_deref();
        let print = print.map_or_else(String::new, |print| format!(", fingerprint {print}"));
        let user = match (self.scheme, &self.user) {
            (Scheme::Bearer, _) => "Bearer: ".to_owned(),
            (Scheme::Basic, Some(user)) => format!("{}: ", user_words(user)),
            (Scheme::Basic, None) => String::new(),
        };
        format!("{user}{kind}{print}")
    }

    /// As a setting without effect.
    pub(super) fn setting(&self) -> LocalSetting {
        let value = format!("{}{}", self.words(), self.remark);
        LocalSetting { name: self.name.clone(), value, origin: self.origin.clone(), effect: None }
    }
}

fn user_words(user: &str) -> String {
    match shape::user_form(user) {
        UserForm::Email => format!("the e-mail {} as user", mask_identity(user, &[user.to_owned()])),
        UserForm::Name => format!("the user {}", mask_identity(user, &[user.to_owned()])),
        UserForm::Token => "a token as user".into(),
        UserForm::Empty => "no user".into(),
        UserForm::ApiTokenStatic | UserForm::AccessTokenStatic | UserForm::ForeignStatic | UserForm::Placeholder => {
            format!("the user {user}")
        }
    }
}

/// A user of the case.
pub(super) fn user(text: &str, source: &str) -> User {
    people::user(text, source)
}

/// A kind in words.
pub(super) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::ApiToken => "an API token",
        Kind::AccessToken => "an access token",
        Kind::AppPassword => "an app password",
        Kind::OauthToken => "an OAuth token",
        Kind::OauthClient => "an OAuth consumer's key or secret",
        Kind::DataCenterToken => "a Data Center token",
        Kind::OtherProduct => "another product's token",
        Kind::Password => "a password",
        Kind::Unknown => "a secret of no known form",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers() {
        let basic = format!("Basic {}", STANDARD.encode("anna:correct horse"));
        let sent = Sent::header("http.extraHeader", "here", &basic).expect("it is one");
        assert_eq!((sent.user.as_deref(), sent.secret.expose()), (Some("anna"), "correct horse"));
        assert!(!sent.words().contains("anna") && !sent.words().contains("horse"), "{}", sent.words());
        let sent = Sent::header("h", "o", "bearer  abc ").expect("it is one");
        assert_eq!((sent.scheme, sent.secret.expose()), (Scheme::Bearer, "abc"));
        assert!(Sent::header("h", "o", "Basic %%%").is_none() && Sent::header("h", "o", "abc").is_none());
    }
}
