//! What must not be shown: the secrets of a run and the names that go with them. Intake fills it, transport spends it.
//!
//! The case, which reports repeat, holds shapes and masked names only; this is the other half, and it is never written.

use std::collections::BTreeMap;
use std::fmt;

use bbdoctor_checks::CredentialId;

use crate::redact::Redactor;
use crate::secret::Secret;

/// The secrets of a run, by the id that the case knows them under, and the unmasked names.
#[derive(Clone, Default)]
pub struct Vault {
    secrets: BTreeMap<CredentialId, Secret>,
    /// The Atlassian account e-mail.
    pub email: Option<String>,
    /// The user that the person sends to REST.
    pub rest_user: Option<String>,
    /// The user that the person gives to git.
    pub git_user: Option<String>,
    /// Secrets that are hidden but never sent: a proxy's password, other tokens of a pasted text.
    hidden: Vec<(Secret, String)>,
    redactor: Redactor,
}

impl Vault {
    /// Takes a secret into custody and hides it from now on behind a placeholder that names the credential.
    pub fn insert(&mut self, id: CredentialId, secret: Secret) {
        self.secrets.insert(id, secret);
        self.rebuild();
    }

    /// Hides a text that is never sent as a credential, behind this placeholder.
    pub fn hide(&mut self, secret: Secret, placeholder: impl Into<String>) {
        self.hidden.push((secret, placeholder.into()));
        self.rebuild();
    }

    /// Hides several texts at once behind one placeholder; those that are hidden already stay as they are.
    pub fn hide_all(&mut self, secrets: impl IntoIterator<Item = Secret>, placeholder: &str) {
        let before = self.hidden.len();
        for secret in secrets {
            if !self.hidden.iter().any(|(known, _)| *known == secret) {
                self.hidden.push((secret, placeholder.to_owned()));
            }
        }
        if self.hidden.len() > before {
            self.rebuild();
        }
    }

    /// How many bytes are hidden.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.hidden.iter().map(|(secret, _)| secret.expose().len()).sum()
    }

    /// Hides what the other one hides as well.
    pub fn hide_all_of(&mut self, other: &Self) {
        self.hidden.extend(other.secrets.values().map(|secret| (secret.clone(), PLACEHOLDER.to_owned())));
        self.hidden.extend(other.hidden.iter().cloned());
        self.rebuild();
    }

    /// The secret of a credential.
    #[must_use]
    pub fn secret(&self, id: CredentialId) -> Option<&Secret> {
        self.secrets.get(&id)
    }

    /// The unmasked names, for [`crate::redact::mask_identity`].
    #[must_use]
    pub fn identities(&self) -> Vec<String> {
        let mut names: Vec<String> = [&self.email, &self.rest_user, &self.git_user].into_iter().flatten().cloned().collect();
        names.sort();
        names.dedup();
        names
    }

    /// What stands in front of every writer. Cheap to clone.
    #[must_use]
    pub fn redactor(&self) -> Redactor {
        self.redactor.clone()
    }

    fn rebuild(&mut self) {
        let known = self.secrets.values().map(|secret| (secret, PLACEHOLDER));
        let hidden = self.hidden.iter().map(|(secret, placeholder)| (secret, placeholder.as_str()));
        let all: Vec<(&Secret, &str)> = known.chain(hidden).collect();
        self.redactor = Redactor::new(&all);
    }
}

/// What stands in the place of a secret that is sent.
pub const PLACEHOLDER: &str = "[secret]";

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({} secrets)", self.secrets.len())
    }
}

/// The first eight hexadecimal digits of SHA-256 over `bbdoctor-v1` and the token: enough to tell two tokens apart, too
/// little to find one. Only for recognised, long tokens ([`bbdoctor_checks::shape::has_fingerprint`]).
#[cfg(feature = "cli")]
#[must_use]
pub fn fingerprint(secret: &Secret) -> String {
    use sha2::{Digest, Sha256};
    let digest = Sha256::new().chain_update(b"bbdoctor-v1").chain_update(secret.expose().as_bytes()).finalize();
    digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_tells_the_number_only() {
        let mut vault = Vault { email: Some("anna@example.com".into()), ..Vault::default() };
        vault.insert(CredentialId::default(), Secret::new("correct horse battery".into()));
        assert_eq!(format!("{vault:?}"), "Vault(1 secrets)");
    }

    #[cfg(feature = "cli")]
    #[test]
    fn fingerprint_is_of_the_prefixed_text() {
        // printf 'bbdoctor-v1abc' | sha256sum
        assert_eq!(fingerprint(&Secret::new("abc".into())).len(), 8);
        assert_ne!(fingerprint(&Secret::new("abc".into())), fingerprint(&Secret::new("abd".into())));
    }
}
