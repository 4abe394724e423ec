//! `bbdoctor.toml`: what a pipeline needs. It stands in a repository, so whoever may push may write it: it names variables, needs
//! and dates, and can add no origin, proxy or certificate authority. What it does not know is an error with line and column.

use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::mistake::{self, Show, at, is_secret, shown_at, unsaid};
use crate::checks::{Need, Target, facts};
use crate::intake;
use crate::report::text;

pub use super::mistake::Error;

/// Credentials of a file.
const MOST_CREDENTIALS: usize = 32;
/// Needs of a credential.
const MOST_NEEDS: usize = 64;
/// Days ahead that an end is warned of, where the file says nothing else.
const WARN_DAYS: i64 = 30;

/// What the file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Days ahead that an end is warned of.
    pub warn_days: i64,
    /// At least one: without `[[credential]]` the one that bbdoctor finds by itself.
    pub credentials: Vec<Wanted>,
}

/// One credential and what it is to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// What the table calls it.
    pub name: Option<String>,
    /// The variable that holds it; `None`: found as always.
    pub env: Option<String>,
    /// The variable that holds the e-mail.
    pub email_env: Option<String>,
    /// Its last day: `2027-03-01`.
    pub expires: Option<String>,
    /// The workspace.
    pub workspace: Option<String>,
    /// `workspace/repository`
    pub repo: Option<String>,
    /// What it must be able to do.
    pub needs: Vec<Need>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    workspace: Option<Spanned<String>>,
    repo: Option<Spanned<String>>,
    #[serde(default)]
    needs: Vec<Spanned<String>>,
    #[serde(default)]
    git_read: Vec<Spanned<String>>,
    #[serde(default)]
    git_write: Vec<Spanned<String>>,
    warn_days: Option<Spanned<i64>>,
    #[serde(default)]
    credential: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Entry {
    name: Option<Spanned<String>>,
    env: Spanned<String>,
    email_env: Option<Spanned<String>>,
    expires: Option<Spanned<Day>>,
    workspace: Option<Spanned<String>>,
    repo: Option<Spanned<String>>,
    #[serde(default)]
    needs: Vec<Spanned<String>>,
    #[serde(default)]
    git_read: Vec<Spanned<String>>,
    #[serde(default)]
    git_write: Vec<Spanned<String>>,
}

/// A date, quoted or not.
#[derive(Deserialize)]
#[serde(untagged)]
enum Day {
    Date(Datetime),
    Text(String),
}

/// Reads the file's text.
///
/// # Errors
/// The first thing that is wrong. No value of the file is repeated in it that could be a secret.
pub fn read(source: &str) -> Result<Config, Error> {
    let file: File = toml::from_str(source).map_err(|error| mistake::refused(source, &error))?;
    let warn_days = match &file.warn_days {
        Some(days) if !(0..=3650).contains(days.get_ref()) => {
            return Err(at(source, &days.span(), "warn-days is between 0 and 3650", "for example warn-days = 30"));
        }
        Some(days) => *days.get_ref(),
        None => WARN_DAYS,
    };
    if let Some(entry) = file.credential.get(MOST_CREDENTIALS) {
        let why = format!("more than {MOST_CREDENTIALS} credentials");
        return Err(at(source, &entry.span(), &why, "split the file, and run bbdoctor preflight --config for each"));
    }
    let shared = Asked {
        workspace: file.workspace.as_ref(),
        repo: file.repo.as_ref(),
        lists: [&file.needs, &file.git_read, &file.git_write],
    };
    let mut credentials: Vec<Wanted> = Vec::new();
    for entry in &file.credential {
        let wanted = entry_of(source, entry.get_ref(), &shared)?;
        if credentials.iter().any(|other| other.env == wanted.env) {
            let why = "another [[credential]] has the same variable: it would be asked about twice";
            let next = "put all its needs into one; git-read and git-write take any number of repositories";
            return Err(at(source, &entry.get_ref().env.span(), why, next));
        }
        if credentials.iter().any(|other| other.name == wanted.name) {
            let place = entry.get_ref().name.as_ref().map_or_else(|| entry.span(), Spanned::span);
            return Err(at(source, &place, "two credentials have the same name", "give each a name = \"…\" of its own"));
        }
        credentials.push(wanted);
    }
    if credentials.is_empty() {
        credentials.push(shared.wanted(source, &Asked::default())?);
    }
    Ok(Config { warn_days, credentials })
}

/// The lists and the target of the file or of an entry.
#[derive(Default)]
struct Asked<'f> {
    workspace: Option<&'f Spanned<String>>,
    repo: Option<&'f Spanned<String>>,
    lists: [&'f [Spanned<String>]; 3],
}

impl Asked<'_> {
    /// What this says, with what stands above it.
    fn wanted(&self, source: &str, above: &Self) -> Result<Wanted, Error> {
        let repo = self.repo.or(above.repo.filter(|_| self.workspace.is_none()));
        let workspace = self.workspace.or(above.workspace.filter(|_| self.repo.is_none()));
        if let Some(repo) = repo {
            full_name(source, repo)?;
        }
        if let Some(slug) = workspace
            && (slug.get_ref().trim().is_empty() || slug.get_ref().contains(['/', '\\', '?', '#']))
        {
            return Err(at(source, &slug.span(), "it is no slug of a workspace", "for example workspace = \"acme\""));
        }
        let of_repo = repo.and_then(|repo| repo.get_ref().split_once('/')).map(|(workspace, _)| workspace.to_owned());
        if let (Some(slug), Some(of_repo)) = (workspace, &of_repo)
            && !slug.get_ref().eq_ignore_ascii_case(of_repo)
        {
            return Err(at(source, &slug.span(), "workspace and repo name different workspaces", "leave out workspace"));
        }
        let target = Target {
            workspace: workspace.map(|slug| slug.get_ref().clone()).or(of_repo),
            repo: repo.map(|repo| repo.get_ref().clone()),
            ..Target::default()
        };
        let mut needs: Vec<Need> = Vec::new();
        for asked in [above, self] {
            let [names, read, write] = asked.lists;
            for need in names {
                let found = intake::needs(std::slice::from_ref(need.get_ref()), &target).map_err(|error| {
                    let (why, next) = (error.to_string(), error.next().join("; "));
                    let (why, next) = (
                        unsaid(&why.replace("--require: ", "")),
                        next.replace("--require ", "needs = ")
                            .replace("--repo WORKSPACE/REPO", "repo = \"WORKSPACE/REPO\"")
                            .replace("--workspace SLUG", "workspace = \"SLUG\""),
                    );
                    at(source, &need.span(), &why, &next)
                })?;
                add(&mut needs, found);
            }
            for repo in read {
                add(&mut needs, vec![Need::GitRead(full_name(source, repo)?)]);
            }
            for repo in write {
                add(&mut needs, vec![Need::GitWrite(full_name(source, repo)?)]);
            }
            if needs.len() > MOST_NEEDS {
                let place = names.iter().chain(read).chain(write).next_back().map(Spanned::span).unwrap_or_default();
                return Err(at(source, &place, &format!("more than {MOST_NEEDS} needs"), "leave out those that others imply"));
            }
        }
        Ok(Wanted { workspace: target.workspace, repo: target.repo, needs, ..Wanted::default() })
    }
}

fn add(needs: &mut Vec<Need>, found: Vec<Need>) {
    for need in found {
        if !needs.contains(&need) {
            needs.push(need);
        }
    }
}

fn entry_of(source: &str, entry: &Entry, shared: &Asked<'_>) -> Result<Wanted, Error> {
    let own = Asked {
        workspace: entry.workspace.as_ref(),
        repo: entry.repo.as_ref(),
        lists: [&entry.needs, &entry.git_read, &entry.git_write],
    };
    let mut wanted = own.wanted(source, shared)?;
    for name in [Some(&entry.env), entry.email_env.as_ref()].into_iter().flatten() {
        variable(source, name)?;
    }
    if let Some(name) = entry.email_env.as_ref().filter(|name| name.get_ref() == entry.env.get_ref()) {
        let why = "the e-mail and the secret cannot be in the same variable";
        return Err(at(source, &name.span(), why, "for example email-env = \"BITBUCKET_EMAIL\""));
    }
    wanted.name = Some(match &entry.name {
        Some(name) if name.get_ref().trim().is_empty() => {
            return Err(at(source, &name.span(), "the name is empty", "leave it out: the variable's name is used"));
        }
        Some(name) => text::cut(&unsaid(&text::clean(name.get_ref())), 40),
        None => entry.env.get_ref().clone(),
    });
    wanted.env = Some(entry.env.get_ref().clone());
    wanted.email_env = entry.email_env.as_ref().map(|name| name.get_ref().clone());
    wanted.expires = entry.expires.as_ref().map(|day| date(source, day)).transpose()?;
    Ok(wanted)
}

/// The name of a variable, not its value.
fn variable(source: &str, name: &Spanned<String>) -> Result<(), Error> {
    let text = name.get_ref();
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && !text.starts_with(|c: char| c.is_ascii_digit());
    if text.is_empty() || !plain || text.len() > 80 || is_secret(text) {
        let why = "this is no name of a variable; a secret or an e-mail itself does not belong in this file";
        return Err(shown_at(source, &name.span(), why, "for example env = \"BITBUCKET_API_TOKEN\"", Show::NoText));
    }
    Ok(())
}

fn full_name(source: &str, repo: &Spanned<String>) -> Result<String, Error> {
    let fits = repo.get_ref().split_once('/').is_some_and(|(workspace, slug)| {
        let part =
            |text: &str| !text.is_empty() && !text.contains(['/', '?', '#', '@', ':']) && !text.contains(char::is_whitespace);
        part(workspace) && part(slug)
    });
    if !fits {
        return Err(at(source, &repo.span(), "this is not WORKSPACE/REPO", "for example \"acme/app\""));
    }
    Ok(repo.get_ref().clone())
}

fn date(source: &str, day: &Spanned<Day>) -> Result<String, Error> {
    let text = match day.get_ref() {
        Day::Date(date) => date.date.map(|date| date.to_string()),
        Day::Text(text) => Some(text.trim().to_owned()),
    };
    text.filter(|text| text.parse::<jiff::civil::Date>().is_ok() && facts::days_since_1970(text).is_some()).ok_or_else(|| {
        at(source, &day.span(), "this is no date of the calendar", "year, month, day: for example expires = 2027-03-01")
    })
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
