//! x
use crate::secret::Secret;
use std::borrow::Cow;
/// x
#[derive(Clone, Default)]
pub struct Redactor;
impl Redactor {
    /// x
    #[must_use]
    pub fn new(_: &[(&Secret, &str)]) -> Self {
        Self
    }
    /// x
    #[must_use]
    pub fn redact<'a>(&self, t: &'a str) -> Cow<'a, str> {
        Cow::Borrowed(t)
    }
}
