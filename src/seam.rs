//! The one place where command line, intake and reports meet the parts that judge and send.
//!
//! Everything below is named here and nowhere else, so that a part can be put in its place without touching its callers.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::checks::{Case, Check, Credential, CredentialId, Diagnosis, Reported, Request, Scopes, Seen, Status, Verdict};
use crate::secret::Secret;

/// The secrets and the unmasked names of one run.
#[derive(Clone, Debug, Default)]
pub struct Vault {
    secrets: BTreeMap<CredentialId, Secret>,
    /// The Atlassian account e-mail.
    pub email: Option<String>,
    /// The user that the person sends to REST.
    pub rest_user: Option<String>,
    /// The user that the person gives to git.
    pub git_user: Option<String>,
    hidden: Vec<Secret>,
}

impl Vault {
    /// Takes a secret into custody.
    pub fn insert(&mut self, id: CredentialId, secret: Secret) {
        self.secrets.insert(id, secret);
    }

    /// Hides a text that is never sent as a credential.
    pub fn hide(&mut self, secret: Secret, _placeholder: impl Into<String>) {
        self.hidden.push(secret);
    }

    /// The secret of a credential.
    #[must_use]
    pub fn secret(&self, id: CredentialId) -> Option<&Secret> {
        self.secrets.get(&id)
    }

    /// What stands in front of every writer.
    #[must_use]
    pub fn redactor(&self) -> Redactor {
        Redactor { secrets: self.secrets.values().chain(&self.hidden).cloned().collect() }
    }
}

/// The first eight hexadecimal digits of SHA-256 over `bbdoctor-v1` and the token.
#[must_use]
pub fn fingerprint(_secret: &Secret) -> String {
    String::new()
}

/// Replaces secrets in front of every writer.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    secrets: Vec<Secret>,
}

impl Redactor {
    /// The text without any of the secrets.
    #[must_use]
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut clean = Cow::Borrowed(text);
        for secret in self.secrets.iter().filter(|s| s.expose().len() >= 8) {
            if clean.contains(secret.expose()) {
                clean = Cow::Owned(clean.replace(secret.expose(), "…"));
            }
        }
        clean
    }
}

/// A name with all but its form taken out, in as many bytes.
#[must_use]
pub fn mask_identity(name: &str) -> String {
    let mut start = true;
    let mut masked = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '@' | '.' => {
                masked.push(c);
                start = c == '@';
            }
            c if start && c.is_ascii() => {
                masked.push(c);
                start = false;
            }
            c => masked.extend(std::iter::repeat_n('*', c.len_utf8())),
        }
    }
    masked
}

/// How the way to Bitbucket is built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Base URL of the API.
    pub api_url: String,
    /// Base URL of git.
    pub git_base_url: String,
    /// `--proxy`.
    pub proxy: Option<String>,
    /// `--ca-cert`.
    pub ca_cert: Option<PathBuf>,
    /// Bounds the whole run.
    pub timeout: Duration,
    /// Bounds connecting.
    pub connect_timeout: Duration,
}

/// The reader of pasted commands.
pub mod command {
    use super::{Credential, Reported, Request, Secret};

    /// What is read.
    #[derive(Clone, Copy, Debug)]
    pub enum Input<'a> {
        /// Pasted text.
        Text(&'a str),
        /// Words that a shell has already split.
        Words(&'a [String]),
    }

    /// What the reader may know of its surroundings.
    pub struct Context<'a> {
        /// The value of a variable.
        pub variable: &'a dyn Fn(&str) -> Option<String>,
        /// Base URL of the API.
        pub api_url: &'a str,
        /// Base URL of git.
        pub git_base_url: &'a str,
    }

    /// What was read.
    #[derive(Debug, Default)]
    pub struct Reading {
        /// Every request.
        pub requests: Vec<Request>,
        /// Every credential with its text.
        pub credentials: Vec<(Credential, Secret)>,
        /// The unmasked names that stand in the text.
        pub users: Vec<String>,
        /// Answers that belong to no command.
        pub answers: Vec<Reported>,
        /// Which request is the one to diagnose.
        pub main: Option<usize>,
        /// What was not read, in words.
        pub unread: Vec<String>,
    }

    /// Reads a command.
    #[must_use]
    pub fn read(_input: Input<'_>, _context: &Context<'_>) -> Reading {
        Reading::default()
    }
}

/// The checks in their order.
#[must_use]
pub fn checks() -> &'static [&'static Check] {
    &[]
}

/// Judges a record.
#[must_use]
pub fn diagnose(_case: &Case, _seen: &Seen) -> Diagnosis {
    Diagnosis {
        outcomes: Vec::new(),
        verdict: Verdict {
            status: Status::Inconclusive,
            cause: None,
            summary: "nothing was judged".into(),
            also: Vec::new(),
            undecided_between: Vec::new(),
            could_be: Vec::new(),
            settle_with: None,
            ruled_out: Vec::new(),
        },
        scopes: Scopes::default(),
        needs: Vec::new(),
        facts: Vec::new(),
    }
}

/// The exit code of a verdict.
#[must_use]
pub fn exit_code(verdict: &Verdict) -> u8 {
    match verdict.status {
        Status::Healthy => 0,
        Status::Misconfigured => 1,
        Status::Inconclusive => 3,
    }
}

/// The date on which a fact was seen, `YYYY-MM-DD`.
#[must_use]
pub fn fact_date(_id: &str) -> Option<&'static str> {
    None
}

/// Every scope's name.
#[must_use]
pub fn scope_names() -> Vec<&'static str> {
    Vec::new()
}

/// What a list shows: an id and what it is.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// What it is, in a sentence.
    pub title: String,
}

/// Every cause.
#[must_use]
pub fn causes() -> Vec<Entry> {
    Vec::new()
}

/// Every scope.
#[must_use]
pub fn scopes() -> Vec<Entry> {
    Vec::new()
}

/// Every simulated account.
#[must_use]
pub fn scenarios() -> Vec<Entry> {
    Vec::new()
}

/// The page of a cause or check.
#[must_use]
pub fn page(_name: &str) -> Option<&'static str> {
    None
}

/// What an endpoint needs, in lines; `None` where there is no such endpoint.
#[must_use]
pub fn endpoint(_method: &str, _path: &str) -> Option<String> {
    None
}

/// Asks until nothing is left to ask.
#[cfg(feature = "cli")]
pub fn investigate(_case: &Case, _vault: &Vault, _settings: &Settings) -> Result<Seen, crate::cli::Failure> {
    Err(crate::cli::Failure::Internal("nothing is sent yet; --offline works".into()))
}

/// A simulated account that is served while this lives, and the case of the person who uses it.
#[cfg(feature = "cli")]
#[derive(Debug)]
pub struct Demo {
    /// The case.
    pub intake: crate::intake::Intake,
}

/// Serves a simulated account for one diagnosis.
#[cfg(feature = "cli")]
pub fn demo(_scenario: Option<&str>) -> Result<Demo, crate::cli::Failure> {
    Err(crate::cli::Failure::Internal("nothing is simulated yet".into()))
}

/// Serves a simulated account until interrupted.
#[cfg(feature = "cli")]
pub fn simulate(_scenario: Option<&str>, _listen: &str) -> Result<u8, crate::cli::Failure> {
    Err(crate::cli::Failure::Internal("nothing is simulated yet".into()))
}
