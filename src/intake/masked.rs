//! A token that somebody masked before pasting the command, and the real one that stands in for it.

use super::{Intake, token};
use crate::checks::{Credential, Kind, shape};

/// Said where nothing stands in.
pub(super) const ASIDE: &str = "the token is masked in what was given: its text is not judged, and it is not sent; to have it \
                                asked, put it into BITBUCKET_API_TOKEN and run this again";

impl Intake {
    /// Whether the failing request shows its token masked.
    pub(super) fn is_masked(&self) -> bool {
        self.case.subject().is_some_and(|credential| credential.shape.masked)
    }

    /// Puts a token in the place of the one that is masked in the command, where it may be the same one.
    pub(super) fn stand_in(&mut self, token: &token::Found) -> bool {
        let Some(id) = self.case.subject().filter(|credential| credential.shape.masked).map(|credential| credential.id) else {
            return false;
        };
        let (whole, secret) = token::credential(id, &token.text, &token.source);
        let shown = self.vault.secret(id).map(|text| shape::shown_of_masked(text.expose()).to_owned()).unwrap_or_default();
        let Some(masked) = self.case.credentials.iter_mut().find(|credential| credential.id == id) else { return false };
        let same = masked.kind == whole.kind && secret.expose().starts_with(&shown) || masked.kind == Kind::Unknown;
        if token.missing.is_none() && same {
            let user = masked.user.take();
            *masked = Credential { user, ..whole };
            self.vault.insert(id, secret);
        }
        token.missing.is_none() && same
    }
}
