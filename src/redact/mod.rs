//! What stands in front of every writer: secrets are replaced, in every form that programs turn them into, and names are
//! masked. Pure.
//!
//! - A secret of 20 bytes and more is found by any piece of 20 bytes, so half a token is hidden too; a shorter one only as a
//!   whole; one of four or five bytes only where it stands as a word of its own. Shorter ones, and words that stand for
//!   nothing (`null`) or that every report is made of (`token`), are no secrets.
//! - Of a token that is known by its shape a piece of 12 bytes behind its public head is enough; and a long secret is found where
//!   it was wrapped, set apart or written as UTF-16.
//! - Base64 is searched as such, in all alignments and both alphabets, so `user:secret` is found whoever the user is
//!   (`pieces.rs`). Percent-encoding, JSON's and the shell's escapes, HTML entities and hexadecimal digits are read back
//!   (`view.rs`) and the secret is looked for in what they say, however they were spelled or mixed.
//! - What is redacted stays as it is when it is redacted again, and a text comes out the same in one write or in many
//!   (`writer.rs`).

mod identity;
mod panic;
mod pieces;
mod view;
mod writer;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

pub use identity::{mask_fields, mask_identity, mask_mails, mask_name};
pub use panic::{guard, install_panic_hook, protect, protect_always};
pub use writer::Writer;

use crate::secret::Secret;
use pieces::Pieces;

/// A replacement may bring its neighbours together; more rounds than this nothing needs.
const ROUNDS: usize = 8;

/// Replaces secrets by placeholders. Cheap to clone.
#[derive(Clone, Default)]
pub struct Redactor(Option<Arc<Pieces>>);

impl Redactor {
    /// A redactor that puts these placeholders in the place of these secrets.
    #[must_use]
    pub fn new(secrets: &[(&Secret, &str)]) -> Self {
        let pieces = Pieces::of(secrets);
        Self((!pieces.is_empty()).then(|| Arc::new(pieces)))
    }

    /// The text without the secrets.
    #[must_use]
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let Some(pieces) = &self.0 else { return Cow::Borrowed(text) };
        let mut result = Cow::Borrowed(text);
        for _ in 0..ROUNDS {
            let spans = pieces.spans(&result);
            if spans.is_empty() {
                break;
            }
            let mut clean = String::with_capacity(result.len());
            let mut from = 0;
            for span in &spans {
                // Read in another encoding, a secret may begin or end inside a character: that one goes with it.
                let start = (from..=span.start).rev().find(|at| result.is_char_boundary(*at)).unwrap_or(from);
                let end = (span.end..=result.len()).find(|at| result.is_char_boundary(*at)).unwrap_or(result.len());
                if end <= from {
                    continue;
                }
                clean.push_str(result.get(from..start).unwrap_or_default());
                clean.push_str(pieces.placeholder(span));
                from = end;
            }
            clean.push_str(result.get(from..).unwrap_or_default());
            result = Cow::Owned(clean);
        }
        result
    }

    /// A writer that lets nothing through but what is redacted. Text is held back until it cannot be part of a secret any
    /// more; [`Writer::finish`] writes the rest.
    pub fn writer<W: std::io::Write>(&self, inner: W) -> Writer<W> {
        Writer::new(self.clone(), inner)
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor(…)")
    }
}
