//! Scenarios: an account, what a person does with it, and the verdict that must follow, as TOML files.
//!
//! Every file of `fixtures/scenarios` is embedded by the build; its name is the scenario's. Unknown fields are errors, and
//! an error names file, line and column.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer};

use super::account::Account;
use super::credential::{Credential, State};
use super::fill;
use super::world::World;

/// Names and texts of the embedded files, in name order.
static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/scenarios.rs"));
static ALL: LazyLock<Vec<Scenario>> = LazyLock::new(|| FILES.iter().filter_map(|(n, t)| Scenario::parse(n, t).ok()).collect());

/// One scenario.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The file's name without `.toml`.
    #[serde(skip)]
    pub name: String,
    /// A few words for lists.
    pub title: String,
    /// Why it exists, in plain words.
    pub about: String,
    /// Codes of causes that this scenario comes near and must not reach.
    #[serde(default)]
    pub near_miss_of: Vec<String>,
    /// What exists.
    #[serde(default)]
    pub account: Account,
    /// The credentials that were made.
    #[serde(default)]
    pub credentials: Vec<Credential>,
    /// What the person does.
    #[serde(default)]
    pub does: Does,
    /// What is wrong with the way to Bitbucket.
    #[serde(default)]
    pub way: Way,
    /// Switches that this scenario fixes.
    #[serde(default)]
    pub world: Settings,
    /// What must come out.
    pub verdict: Expected,
}

/// What the person does and gives to bbdoctor.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Does {
    /// Which credential is given, where no command carries one.
    pub credential: Option<String>,
    /// `--email`; without it the owner's (see [`Scenario::email`]).
    pub email: Option<String>,
    /// `--username`.
    pub username: Option<String>,
    /// `--scheme`.
    pub scheme: Option<String>,
    /// `--workspace`.
    pub workspace: Option<String>,
    /// `--repo`.
    pub repo: Option<String>,
    /// `--git-url`; filled as commands are.
    pub git_url: Option<String>,
    /// `--require`, one each.
    pub require: Vec<String>,
    /// `--token-env`.
    pub token_env: Option<String>,
    /// Environment variables; values filled as commands are.
    pub env: BTreeMap<String, String>,
    /// Files below the home directory (`.netrc`, `.gitconfig`); texts filled as commands are.
    pub files: BTreeMap<String, String>,
    /// The failing command as pasted text.
    pub command: Option<String>,
    /// The failing command as words after `--`.
    pub words: Vec<String>,
    /// `--offline`.
    pub offline: bool,
    /// No e-mail is given at all.
    pub no_email: bool,
}

/// What is wrong with the way.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Way {
    /// The fault, if any.
    pub fault: Option<Fault>,
    /// Milliseconds before every answer.
    pub latency_ms: u64,
}

/// What can be wrong with the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The host has no address.
    NameNotResolved,
    /// Nobody listens.
    Refused,
    /// The connection stands and nothing comes.
    Hangs,
    /// The connection is reset as soon as something was sent.
    Resets,
    /// The proxy wants a sign-in of its own.
    #[serde(rename = "proxy-407")]
    Proxy407,
    /// The proxy refuses this destination.
    ProxyRefuses,
    /// A certificate that nobody vouches for.
    TlsSelfSigned,
    /// A certificate past its time.
    TlsExpired,
    /// A certificate before its time: what a clock that is late sees.
    TlsNotYetValid,
    /// A certificate for another name.
    TlsWrongName,
    /// A gateway answers everything with its own page.
    Portal,
    /// 503 to everything.
    Unavailable,
    /// 429 to every request of the API (fact `429`; git has an allowance of its own).
    RateLimited,
    /// 429 to every request of the API without credentials (fact `429`: 60 an hour for an address).
    RateLimitedAnonymous,
    /// `Date` is days away from this machine's clock.
    ClockSkewed,
}

/// Some switches and their settings, checked when read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings(pub BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = BTreeMap::<String, String>::deserialize(deserializer)?;
        let mut world = World::default();
        for (switch, setting) in &given {
            world.set(switch, setting).map_err(serde::de::Error::custom)?;
        }
        Ok(Self(given))
    }
}

/// The verdict that must come out.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// `healthy`, `misconfigured` or `inconclusive`.
    pub status: ExpectedStatus,
    /// The code; none where it is null.
    #[serde(default)]
    pub cause: Option<String>,
    /// The most that may be said; in [`World::default`] exactly this.
    #[serde(default)]
    pub confidence: Option<ExpectedConfidence>,
    /// Codes that stand beside it.
    #[serde(default)]
    pub also: Vec<String>,
    /// Codes that cannot be told apart.
    #[serde(default)]
    pub undecided_between: Vec<String>,
    /// Scopes that are missing.
    #[serde(default)]
    pub missing_scopes: Vec<String>,
    /// Codes that are really true here; without it `cause` and `also`.
    #[serde(default)]
    pub true_causes: Option<Vec<String>>,
    /// Codes that must never be cause or stand beside it.
    #[serde(default)]
    pub must_not: Vec<String>,
    /// What differs in some worlds; the later one wins.
    #[serde(default, rename = "in")]
    pub overrides: Vec<Override>,
}

/// What differs in worlds that match.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// The worlds.
    pub when: Settings,
    /// Instead of [`Expected::status`].
    pub status: Option<ExpectedStatus>,
    /// Instead of [`Expected::cause`]; `none` for null.
    pub cause: Option<String>,
    /// Instead of [`Expected::confidence`].
    pub confidence: Option<ExpectedConfidence>,
    /// Instead of [`Expected::also`].
    pub also: Option<Vec<String>>,
    /// Instead of [`Expected::undecided_between`].
    pub undecided_between: Option<Vec<String>>,
    /// Instead of [`Expected::missing_scopes`].
    pub missing_scopes: Option<Vec<String>>,
    /// Instead of [`Expected::true_causes`].
    pub true_causes: Option<Vec<String>>,
    /// Instead of [`Expected::must_not`].
    pub must_not: Option<Vec<String>>,
}

/// A status of a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExpectedStatus {
    /// Everything works.
    Healthy,
    /// A cause was found.
    Misconfigured,
    /// It cannot be told.
    Inconclusive,
}

/// How sure a verdict is, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExpectedConfidence {
    /// Probably.
    Likely,
    /// Surely.
    Certain,
}

impl Expected {
    /// Codes that are true in the account, whether or not they can be seen.
    #[must_use]
    pub fn true_causes(&self) -> Vec<&str> {
        match &self.true_causes {
            Some(codes) => codes.iter().map(String::as_str).collect(),
            None => self.cause.iter().chain(&self.also).map(String::as_str).collect(),
        }
    }
}

/// A scenario file that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("fixtures/scenarios/{file}:{line}:{column}: {message}")]
pub struct ScenarioError {
    /// The file's name.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

impl Scenario {
    /// Every embedded scenario in name order. One that cannot be read is left out; [`Scenario::errors`] has it.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &ALL
    }

    /// What is wrong with embedded files; a test holds it empty.
    #[must_use]
    pub fn errors() -> Vec<ScenarioError> {
        FILES.iter().filter_map(|(name, text)| Self::parse(name, text).err()).collect()
    }

    /// The scenario of this name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        Self::all().iter().find(|scenario| scenario.name == name)
    }

    /// Reads a scenario.
    ///
    /// # Errors
    /// Where the text is no TOML, has an unknown field or value, or names something that is not there.
    pub fn parse(name: &str, text: &str) -> Result<Self, ScenarioError> {
        let at = |offset: usize, message: String| {
            let before = text.get(..offset).unwrap_or_default();
            let start = before.rfind('\n').map_or(0, |newline| newline + 1);
            ScenarioError {
                file: format!("{name}.toml"),
                line: before.matches('\n').count() + 1,
                column: before[start..].chars().count() + 1,
                message,
            }
        };
        let mut scenario: Self =
            toml::from_str(text).map_err(|error| at(error.span().map_or(0, |span| span.start), error.message().to_owned()))?;
        name.clone_into(&mut scenario.name);
        match scenario.fault_in_itself() {
            Some((word, message)) => Err(at(text.find(&word).unwrap_or_default(), message)),
            None => Ok(scenario),
        }
    }

    /// What no type can say: a word of the file that is wrong, and why.
    fn fault_in_itself(&self) -> Option<(String, String)> {
        let known = |name: &str| self.credentials.iter().any(|c| c.name == name);
        if let Some(name) = self.does.credential.as_deref().filter(|name| !known(name)) {
            return Some((name.into(), format!("no credential is named `{name}`")));
        }
        for (at, credential) in self.credentials.iter().enumerate() {
            let name = &credential.name;
            if name.is_empty() || !name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_') {
                return Some((name.clone(), format!("`{name}` is no name: capital letters, digits and `_`, as of a variable")));
            }
            if self.credentials[..at].iter().any(|other| other.name == *name) {
                return Some((name.clone(), format!("two credentials are named `{name}`")));
            }
            let scopeless = matches!(credential.state, State::NoScopes | State::OtherApp);
            if scopeless && !credential.scopes.is_empty() {
                return Some((name.clone(), format!("`{name}` has a state without scopes, and scopes")));
            }
        }
        for repository in &self.account.repositories {
            if repository.full_name.split('/').filter(|part| !part.is_empty()).count() != 2 {
                let name = &repository.full_name;
                return Some((name.clone(), format!("`{name}` is not of the form workspace/repository")));
            }
            if self.account.workspace(repository.workspace()).is_none() {
                let name = repository.workspace();
                return Some((repository.full_name.clone(), format!("no workspace has the slug `{name}`")));
            }
        }
        if self.does.command.is_some() && !self.does.words.is_empty() {
            return Some(("words".into(), "`command` and `words` exclude each other".into()));
        }
        None
    }

    /// The e-mail that is given to bbdoctor: the one that the scenario says, else the owner's, else none.
    #[must_use]
    pub fn email(&self) -> Option<&str> {
        match &self.does.email {
            _ if self.does.no_email => None,
            Some(email) => Some(email),
            None => Some(&self.account.owner.email),
        }
    }

    /// Every secret's text as the person holds it, by name.
    #[must_use]
    pub fn texts(&self) -> BTreeMap<String, String> {
        self.credentials.iter().map(|c| (c.name.clone(), c.held())).collect()
    }

    /// The credential of this name.
    #[must_use]
    pub fn credential(&self, name: &str) -> Option<&Credential> {
        self.credentials.iter().find(|c| c.name == name)
    }

    /// [`Does::command`] with credentials and base URLs filled in (without a `/` at the end).
    #[must_use]
    pub fn filled_command(&self, api_url: &str, git_url: &str) -> Option<String> {
        self.does.command.as_deref().map(|text| self.filled(text, api_url, git_url))
    }

    /// [`Does::words`], filled in the same way.
    #[must_use]
    pub fn filled_words(&self, api_url: &str, git_url: &str) -> Vec<String> {
        self.does.words.iter().map(|word| self.filled(word, api_url, git_url)).collect()
    }

    /// Any text of the scenario, filled in: `{NAME}`, `{NAME.key}`, `{BASE64:…}`, `{PERCENT:…}`, `{API}`, `{GIT}`,
    /// `{GIT:user:{NAME}}`.
    #[must_use]
    pub fn filled(&self, text: &str, api_url: &str, git_url: &str) -> String {
        let mut values = self.texts();
        values.extend(self.credentials.iter().map(|c| (format!("{}.key", c.name), c.key())));
        values.insert("API".into(), api_url.into());
        values.insert("GIT".into(), git_url.into());
        fill::fill(text, &values)
    }

    /// The worlds that this scenario is run in: a pairwise cover of the switches that it leaves open.
    #[must_use]
    pub fn worlds(&self) -> Vec<World> {
        let mut worlds: Vec<World> = Vec::new();
        for world in World::pairwise() {
            let world = self.in_world(world);
            if !worlds.contains(&world) {
                worlds.push(world);
            }
        }
        worlds
    }

    /// A world with the switches that this scenario fixes.
    #[must_use]
    pub fn in_world(&self, mut world: World) -> World {
        for (switch, setting) in &self.world.0 {
            // Both names were checked when the scenario was read.
            let _ = world.set(switch, setting);
        }
        world
    }

    /// The verdict that must come out in this world.
    #[must_use]
    pub fn verdict_in(&self, world: &World) -> Expected {
        let mut expected = self.verdict.clone();
        for other in std::mem::take(&mut expected.overrides) {
            if !world.matches(other.when.0.iter().map(|(a, b)| (a.as_str(), b.as_str()))) {
                continue;
            }
            expected.status = other.status.unwrap_or(expected.status);
            expected.confidence = other.confidence.or(expected.confidence);
            if let Some(cause) = other.cause {
                expected.cause = (cause != "none").then_some(cause);
            }
            if expected.cause.is_none() {
                expected.confidence = None;
            }
            expected.also = other.also.unwrap_or(expected.also);
            expected.undecided_between = other.undecided_between.unwrap_or(expected.undecided_between);
            expected.missing_scopes = other.missing_scopes.unwrap_or(expected.missing_scopes);
            expected.true_causes = other.true_causes.or(expected.true_causes);
            expected.must_not = other.must_not.unwrap_or(expected.must_not);
        }
        expected
    }
}
