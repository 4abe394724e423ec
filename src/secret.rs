//! The only type that holds a secret: intake and the command reader make it, transport spends it, redaction hides it.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// The text of a secret. It has no `Display` and no `Serialize`, its `Debug` says nothing, and it is wiped when dropped.
///
/// ```
/// let secret = bbdoctor::secret::Secret::new("not-a-real-one".to_owned());
/// assert_eq!(format!("{secret:?}"), "Secret(…)");
/// ```
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes a text into custody.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(SecretString::from(text))
    }

    /// The text. Callers are counted: transport, redaction, fingerprint and nobody else.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}
impl Eq for Secret {}
