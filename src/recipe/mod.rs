//! Recipes: the settings with which a program works, for this kind of token; and what is known to be wrong with it.
//!
//! The data is [`crate::checks::programs`]. What a program's sources do not say is not shown as known.

mod page;
mod recognised;
mod unable;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

pub use page::{Filled, page};
pub use recognised::recognised;
pub use unable::unable;

use crate::checks::programs;

/// One program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Program {
    /// The word that `bbdoctor recipe` takes.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is: `ci`, `bot`, `cli`, …
    pub kind: String,
    /// `NAME:what it holds`.
    pub env: Vec<String>,
    /// How it signs in to REST: `basic`, `bearer`, `oauth`.
    pub rest: Vec<String>,
    /// The users that it sends with git by itself.
    pub git: Vec<String>,
    /// Whether it takes an API token.
    pub api_token: Takes,
    /// Since which version.
    pub api_token_since: Option<String>,
    /// Whether it takes an access token.
    pub access_token: Takes,
    /// Since which version.
    pub access_token_since: Option<String>,
    /// Its documentation knows app passwords only, which are gone.
    pub app_password_only: bool,
    /// How to set it up, in a sentence or two.
    pub note: Option<String>,
    /// Where its settings and secrets stand: files, forms, stores of its own.
    pub kept: Vec<String>,
    /// Where this is known from.
    pub sources: Vec<String>,
    /// What is known to be wrong.
    pub fault: Vec<Fault>,
}

/// Whether a program takes a kind of credential.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Takes {
    /// It does.
    Yes,
    /// For one side or one feature.
    Partly,
    /// It does not.
    No,
    /// No source says it.
    #[default]
    Unknown,
}

/// A known fault of a program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fault {
    /// What goes wrong.
    pub what: String,
    /// What helps.
    #[serde(rename = "do")]
    pub remedy: String,
    /// The version without it.
    pub fixed_in: Option<String>,
    /// Where it was reported.
    pub url: String,
    /// The kind of credential (`api-token`, `access-token`) that no version before [`Fault::fixed_in`] can use.
    pub cannot: Option<String>,
    /// How the program calls itself in logs, right before its version.
    pub logs: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    program: Vec<Program>,
}

static ALL: LazyLock<Vec<Program>> =
    LazyLock::new(|| toml::from_str::<File>(programs::TEXT).map(|file| file.program).unwrap_or_default());

/// Every program, in the order of its word.
#[must_use]
pub fn all() -> &'static [Program] {
    &ALL
}

/// The program with this word or name.
#[must_use]
pub fn find(word: &str) -> Option<&'static Program> {
    let word = word.trim();
    all().iter().find(|p| p.id.eq_ignore_ascii_case(word) || p.name.eq_ignore_ascii_case(word))
}

/// The programs whose word or name holds this, and those that are spelled like it.
#[must_use]
pub fn similar(word: &str) -> Vec<&'static str> {
    let lower = word.trim().to_ascii_lowercase();
    if lower.is_empty() {
        return Vec::new();
    }
    let holds = |p: &&Program| p.id.contains(&lower) || p.name.to_ascii_lowercase().contains(&lower) || lower.contains(&p.id);
    let mut found: Vec<&'static str> = all().iter().filter(holds).map(|p| p.id.as_str()).collect();
    let ids: Vec<&'static str> = all().iter().map(|p| p.id.as_str()).collect();
    for near in crate::cli::nearest(&lower, &ids) {
        if let Some(id) = ids.iter().find(|id| **id == near)
            && !found.contains(id)
        {
            found.push(id);
        }
    }
    found.truncate(4);
    found
}

/// The variables in which programs look for a secret, each with the programs that do.
#[must_use]
pub fn secret_variables() -> Vec<(&'static str, Vec<&'static str>)> {
    variables(&["api-token", "access-token", "app-password", "any-secret", "oauth-secret"])
}

/// The variables in which programs look for Bitbucket's address, each with the programs that do.
#[must_use]
pub fn address_variables() -> Vec<(&'static str, Vec<&'static str>)> {
    variables(&["base-url"])
}

fn variables(of: &[&str]) -> Vec<(&'static str, Vec<&'static str>)> {
    let mut found: Vec<(&'static str, Vec<&'static str>)> = Vec::new();
    for program in all() {
        for (name, holds) in program.env.iter().filter_map(|env| env.split_once(':')) {
            if !of.contains(&holds) {
                continue;
            }
            match found.iter_mut().find(|(known, _)| *known == name) {
                Some((_, programs)) => programs.push(&program.id),
                None => found.push((name, vec![&program.id])),
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_is_whole() {
        let file: File = toml::from_str(programs::TEXT).expect("the table is well formed");
        assert!(file.program.len() > 90);
        let mut ids: Vec<&str> = file.program.iter().map(|p| p.id.as_str()).collect();
        assert!(ids.is_sorted(), "in the order of their words");
        ids.dedup();
        assert_eq!(ids.len(), file.program.len());
        for program in &file.program {
            assert!(!program.sources.is_empty() && !program.name.is_empty(), "{}", program.id);
            assert!(program.env.iter().all(|env| env.contains(':')), "{}", program.id);
            for fault in &program.fault {
                assert!(
                    fault.url.starts_with("https://") && !fault.what.is_empty() && !fault.remedy.is_empty(),
                    "{}",
                    program.id
                );
                assert!(fault.cannot.is_none() || fault.fixed_in.is_some() && !fault.logs.is_empty(), "{}", program.id);
            }
        }
    }

    #[test]
    fn words_and_names() {
        assert_eq!(find("Renovate").map(|p| p.id.as_str()), Some("renovate"));
        assert!(similar("jenkns").contains(&"jenkins") && similar("vs code").contains(&"vscode"));
        assert!(similar("").is_empty() && find("no such program").is_none());
        let variables = secret_variables();
        assert!(variables.iter().any(|(name, programs)| *name == "RENOVATE_PASSWORD" && programs == &["renovate"]));
    }
}
