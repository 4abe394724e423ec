//! What goes wrong with bbdoctor itself: what happened, why it matters, what to do next; and the exit code.

use std::ffi::OsString;
use std::io;

use thiserror::Error;

use super::output;
use crate::checks::{Certainty, Kind, shape};
use crate::intake;
use crate::redact::Redactor;
use crate::secret::Secret;

/// Exit code: something was given wrongly.
pub(super) const USAGE: u8 = 2;
/// Exit code: bbdoctor failed.
pub const FAILED: u8 = 4;
/// Exit code: interrupted.
pub(super) const INTERRUPTED: u8 = 130;

/// Why bbdoctor ends without a verdict.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Failure {
    /// Something was given wrongly.
    #[error("{what}")]
    Usage {
        /// What happened and why it matters.
        what: String,
        /// What to do next, line by line.
        next: Vec<String>,
    },
    /// The case could not be taken in.
    #[error(transparent)]
    Intake(#[from] intake::Error),
    /// The output could not be written.
    #[error("the report could not be written: {0}")]
    Output(#[from] io::Error),
    /// Something inside failed.
    #[error("{0}")]
    Internal(String),
}

impl Failure {
    /// A usage error with one line of advice.
    pub fn usage(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self::Usage { what: what.into(), next: vec![next.into()] }
    }

    /// Says it on standard error and gives the exit code.
    #[must_use]
    pub fn report(&self) -> u8 {
        let (code, next): (u8, Vec<String>) = match self {
            Self::Usage { next, .. } => (USAGE, next.clone()),
            Self::Intake(intake::Error::Interrupted) => return INTERRUPTED,
            Self::Intake(error) => (USAGE, error.next()),
            Self::Output(_) => (FAILED, vec!["standard output may be closed or its disk full".into()]),
            Self::Internal(_) => (FAILED, vec!["this is a fault of bbdoctor, not of your token".into()]),
        };
        let mut text = format!("error: {self}\n");
        for line in next {
            text.push_str("  ");
            text.push_str(&line);
            text.push('\n');
        }
        output::stderr(&text, &Redactor::default());
        code
    }
}

/// A message that repeats words of the command line, without those that could be a secret: a token typed in the wrong place
/// must not be shown again.
#[must_use]
pub(super) fn without_secrets(message: &str, arguments: &[OsString]) -> String {
    let mut message = message.to_owned();
    for argument in arguments.iter().skip(1) {
        let word = argument.to_string_lossy();
        for part in word.split(['=', ':', '@', '/', ' ']).chain([word.as_ref()]) {
            if could_be_secret(part) {
                message = message.replace(part, "…");
            }
        }
    }
    message
}

/// Texts of the command line that are tokens by their shape: wherever they were typed, they are not shown.
pub(super) fn tokens(arguments: &[OsString]) -> Vec<Secret> {
    let mut found: Vec<Secret> = Vec::new();
    for argument in arguments.iter().skip(1) {
        let word = argument.to_string_lossy();
        // A token of Atlassian's ends in `=` and eight digits, so `=` parts only what stands before.
        for part in
            word.split([':', '@', '/', ' ', '?', '&']).flat_map(|part| [Some(part), part.split_once('=').map(|(_, rest)| rest)])
        {
            let secret = part.filter(|part| part.len() >= 20 && is_token(part)).map(|part| Secret::new(part.to_owned()));
            found.extend(secret.filter(|secret| !found.contains(secret)));
        }
    }
    found
}

fn is_token(word: &str) -> bool {
    let read = shape::read(word);
    let known = !matches!(read.kind, Kind::Unknown | Kind::Password | Kind::OauthClient);
    known && read.certainty != Certainty::Possible
}

fn could_be_secret(word: &str) -> bool {
    if word.len() < 16 {
        return false;
    }
    let known = !matches!(shape::read(word).kind, Kind::Unknown | Kind::Password | Kind::OauthClient);
    let digit = word.bytes().any(|b| b.is_ascii_digit());
    let dashed = word.starts_with('-');
    known || (digit && !dashed && word.bytes().any(|b| b.is_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_in_the_wrong_place_is_not_repeated() {
        let body = format!("ATATT3{}=", "xY7".repeat(60));
        let token = format!("{body}{}", shape::checksum(&body));
        let arguments = vec![OsString::from("bbdoctor"), OsString::from(&token)];
        let message = without_secrets(&format!("'{token}' is no subcommand"), &arguments);
        assert!(!message.contains("xY7"), "{message}");
    }
}
