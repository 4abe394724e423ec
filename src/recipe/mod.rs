//! Recipes: the settings with which a program works, for this kind of token; and what is known to be wrong with it.
//!
//! The data is [`crate::checks::programs`]. What a program's sources do not say is not shown as known.

mod page;
mod recognised;
mod unable;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

pub use page::{Filled, page};
pub use recognised::{recognised, speaking};
pub use unable::{Unable, unable};

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
    /// Other words by which people look for it.
    pub aliases: Vec<String>,
    /// What it alone writes: classes, user agents, forms of its log; lower case.
    pub says: Vec<String>,
    /// Whether its word is one of ordinary language: then it shows nothing where it merely stands in a text.
    pub everyday: bool,
    /// Whether other programs stand on it: it is named only where none of them speaks.
    pub under: bool,
    /// `NAME:what it holds`.
    pub env: Vec<String>,
    /// `NAME:kind=value`, where the value is not the secret as it is: `{email}`, `{token}` and `{repo}` are filled in, and
    /// nothing behind the `=` leaves the variable out.
    pub forms: Vec<String>,
    /// How it signs in to REST: `basic`, `bearer`, `oauth`.
    pub rest: Vec<String>,
    /// The users that it sends with git by itself.
    pub git: Vec<String>,
    /// Which user it sends with git, in words.
    pub git_user: Option<String>,
    /// Whether it takes an API token.
    pub api_token: Takes,
    /// Since which version.
    pub api_token_since: Option<String>,
    /// How it takes one, in words.
    pub api_token_how: Option<String>,
    /// Whether it takes an access token.
    pub access_token: Takes,
    /// Since which version.
    pub access_token_since: Option<String>,
    /// How it takes one, in words.
    pub access_token_how: Option<String>,
    /// Its documentation knows app passwords only, which are gone.
    pub app_password_only: bool,
    /// How to set it up, in a sentence or two.
    pub note: Option<String>,
    /// Where its settings and secrets stand: files, forms, stores of its own.
    pub kept: Vec<String>,
    /// The month of the newest source; none where the sources have no date.
    pub seen: Option<String>,
    /// Where this is known from.
    pub sources: Vec<String>,
    /// What is known to be wrong.
    pub fault: Vec<Fault>,
    /// Commands to copy, for programs that are called by hand.
    pub run: Vec<Run>,
}

/// A command with which a program asks for the repository. `{email}` and `{repo}` stand for the person's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Run {
    /// `api-token` or `access-token`.
    pub kind: String,
    /// The command, for a POSIX shell.
    pub run: String,
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
    /// The command that does it, whole.
    pub run: Option<String>,
    /// The version without it.
    pub fixed_in: Option<String>,
    /// Where it was reported.
    pub url: String,
    /// `derived` from the program's source, or `documented` by its makers; else people reported it.
    pub basis: Option<String>,
    /// The code that a verdict has for it, where there is one.
    pub cause: Option<String>,
    /// The kind of credential (`api-token`, `access-token`) that no version before [`Fault::fixed_in`] can use.
    pub cannot: Option<String>,
    /// `rest` or `git`, where it cannot use it on that side alone.
    pub side: Option<String>,
    /// The first good version of each line, where there are several; else it is [`Fault::fixed_in`].
    pub before: Vec<String>,
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

/// The programs of which it is known that this cause comes from them.
#[must_use]
pub fn known_for(cause: &str) -> Vec<&'static str> {
    let of = |p: &&Program| p.fault.iter().any(|fault| fault.cause.as_deref() == Some(cause));
    all().iter().filter(of).map(|p| p.id.as_str()).collect()
}

/// Only letters and digits count: `VS Code`, `vs-code` and `vscode` are one word.
fn plain(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The program with this word, name or other word.
#[must_use]
pub fn find(word: &str) -> Option<&'static Program> {
    let word = plain(word);
    let by = |of: fn(&Program) -> Vec<&str>| all().iter().find(|p| of(p).into_iter().any(|known| plain(known) == word));
    by(|p| vec![&p.id, &p.name]).or_else(|| by(|p| p.aliases.iter().map(String::as_str).collect()))
}

/// The programs whose word, name or other word holds this, and those that are spelled like it.
#[must_use]
pub fn similar(word: &str) -> Vec<&'static str> {
    let word = plain(word);
    if word.is_empty() {
        return Vec::new();
    }
    let words = |p: &'static Program| [&p.id, &p.name].into_iter().chain(&p.aliases);
    let whole: Vec<(String, &'static str)> = all().iter().flat_map(|p| words(p).map(|w| (plain(w), p.id.as_str()))).collect();
    // A word of two letters stands in too many others.
    let holds = |known: &str| known.len() > 2 && word.len() > 2 && (known.contains(&word) || word.contains(known));
    let names: Vec<&str> = whole.iter().map(|(known, _)| known.as_str()).chain(["curl", "git"]).collect();
    let near = crate::cli::nearest(&word, &names);
    let id =
        |near: &&str| whole.iter().find(|(known, _)| known == near).map_or(if *near == "git" { "git" } else { "curl" }, |w| w.1);
    let mut found: Vec<&'static str> = Vec::new();
    for id in near.iter().map(id).chain(whole.iter().filter(|(known, _)| holds(known)).map(|(_, id)| *id)) {
        if !found.contains(&id) {
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

/// The variables in which programs look for an e-mail, a user or a workspace, with what they hold and who reads them.
#[must_use]
pub fn name_variables() -> Vec<(&'static str, &'static str, Vec<&'static str>)> {
    let of = |holds: &'static str| variables(&[holds]).into_iter().map(move |(name, programs)| (name, holds, programs));
    of("email").chain(of("username")).chain(of("workspace")).collect()
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
                assert!(matches!(fault.basis.as_deref(), None | Some("derived" | "documented")), "{}", program.id);
                let known = |code: &String| crate::checks::CAUSES.iter().any(|cause| cause.code == *code);
                assert!(fault.cause.iter().all(known), "{}: {:?}", program.id, fault.cause);
                assert!(matches!(fault.side.as_deref(), None | Some("rest" | "git")), "{}", program.id);
            }
            assert!(program.says.iter().all(|says| *says == says.to_ascii_lowercase()), "{}", program.id);
            assert!(program.run.iter().all(|run| matches!(run.kind.as_str(), "api-token" | "access-token")), "{}", program.id);
        }
    }

    #[test]
    fn no_word_is_of_two_programs() {
        let mut words: Vec<(String, &str)> =
            all().iter().flat_map(|p| p.aliases.iter().chain([&p.id]).map(|w| (plain(w), p.id.as_str()))).collect();
        words.sort();
        words.dedup();
        for pair in words.windows(2) {
            assert_ne!(pair[0].0, pair[1].0, "{} and {}", pair[0].1, pair[1].1);
        }
    }

    #[test]
    fn words_and_names() {
        assert_eq!(find("Renovate").map(|p| p.id.as_str()), Some("renovate"));
        assert!(similar("jenkns").contains(&"jenkins") && similar("vs code").contains(&"vscode"));
        for (word, id) in [("VS Code", "vscode"), ("IntelliJ", "jetbrains"), ("python-requests", "requests"), ("Argo", "argo-cd")]
        {
            assert_eq!(find(word).map(|p| p.id.as_str()), Some(id), "{word}");
        }
        for (word, id) in [("intelij", "jetbrains"), ("sourcetre", "sourcetree"), ("gitt", "git"), ("request", "requests")] {
            assert!(similar(word).contains(&id), "{word}: {:?}", similar(word));
        }
        assert!(similar("").is_empty() && find("no such program").is_none());
        let variables = secret_variables();
        assert!(variables.iter().any(|(name, programs)| *name == "RENOVATE_PASSWORD" && programs == &["renovate"]));
    }
}
