//! The verdict that a scenario must lead to, in every world.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use super::scenario::Scenario;
use super::world::World;

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

impl Scenario {
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
