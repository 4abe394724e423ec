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
    /// Each secret by the number of its credential.
    pub secrets: BTreeMap<CredentialId, Secret>,
    /// The Atlassian account e-mail.
    pub email: Option<String>,
    /// The user that the person sends to REST.
    pub rest_user: Option<String>,
    /// The user that the person gives to git.
    pub git_user: Option<String>,
}

/// Replaces secrets in front of every writer.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    secrets: Vec<Secret>,
}

impl Redactor {
    /// Knows the secrets of this run.
    #[must_use]
    pub fn new(vault: &Vault) -> Self {
        Self { secrets: vault.secrets.values().cloned().collect() }
    }

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
