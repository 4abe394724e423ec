//! The proposed `bbdoctor.toml`: valid by its schema, each need with the file and line that it comes from.

use super::names::{Holds, holds};
use super::{Suggestion, Use, Wants};
use crate::report::text;

const SCHEMA: &str = "https://github.com/bbdoctor/bbdoctor/raw/main/docs/bbdoctor.schema.json";
/// Places that are named beside a need.
const PLACES: usize = 3;
/// What a file may hold.
const MOST_CREDENTIALS: usize = 32;
const MOST_NEEDS: usize = 60;

/// One list of a credential: entries with the comment behind each.
type List = Vec<(String, Vec<String>)>;

#[derive(Default)]
struct Entry {
    env: String,
    email_env: Option<String>,
    needs: List,
    git_read: List,
    git_write: List,
}

impl Suggestion {
    /// The file's text.
    #[must_use]
    pub fn toml(&self) -> String {
        let mut entries: Vec<Entry> = Vec::new();
        for used in self.uses.iter().filter(|used| is_variable(&used.env)) {
            let place = entries.iter().position(|entry| entry.env == used.env).unwrap_or_else(|| {
                entries.push(Entry { env: used.env.clone(), ..Entry::default() });
                entries.len() - 1
            });
            entries[place].take(used);
        }
        entries.truncate(MOST_CREDENTIALS);
        let mut out = format!("#:schema {SCHEMA}\n");
        out.push_str(&format!(
            "# Proposed by bbdoctor preflight --suggest, from {} of this repository.\n# Read it over: a script tells less than its author knows. Save it as bbdoctor.toml.\n\n",
            if self.files == 1 { "1 file".to_owned() } else { format!("{} files", self.files) }
        ));
        match &self.repo {
            Some(repo) => out.push_str(&format!("repo = {}\n", string(repo))),
            None => out.push_str("repo = \"WORKSPACE/REPO\" # nothing here says which repository this is: fill it in\n"),
        }
        if entries.is_empty() {
            out.push_str("\n# No command was found that sends a credential from a variable to Bitbucket. docs/bbdoctor.toml is an example.\n");
        }
        for entry in &entries {
            out.push_str(&entry.toml());
        }
        out
    }
}

impl Entry {
    fn take(&mut self, used: &Use) {
        self.email_env = self.email_env.take().or_else(|| used.email_env.clone().filter(|name| is_variable(name)));
        let place = text::cut_middle(&text::clean(&used.place), 60);
        let (list, entry, comment) = match &used.wants {
            Wants::Need(need, None) => (&mut self.needs, need.clone(), place),
            Wants::Need(need, Some(endpoint)) => (&mut self.needs, need.clone(), format!("{place}: {endpoint}")),
            Wants::GitRead(None) => (&mut self.needs, "git:read".to_owned(), place),
            Wants::GitWrite(None) => (&mut self.needs, "git:write".to_owned(), place),
            Wants::GitRead(Some(repo)) => (&mut self.git_read, repo.clone(), place),
            Wants::GitWrite(Some(repo)) => (&mut self.git_write, repo.clone(), place),
        };
        if let Some((_, comments)) = list.iter_mut().find(|(known, _)| *known == entry) {
            if !comments.contains(&comment) {
                comments.push(comment);
            }
        } else if list.len() < MOST_NEEDS {
            list.push((entry, vec![comment]));
        }
    }

    fn toml(&self) -> String {
        let mut out = format!("\n[[credential]]\nenv = {}\n", string(&self.env));
        if holds(&self.env) == Holds::AppPassword {
            out.push_str(
                "# By its name an app password, which works nowhere any more: name the variable of the token that replaces it.\n",
            );
        }
        if let Some(email) = self.email_env.as_ref().filter(|email| **email != self.env) {
            out.push_str(&format!("email-env = {}\n", string(email)));
        }
        out.push_str("# expires = 2027-03-01  # its last day, as the page where it was made shows it\n");
        for (key, list) in [("needs", &self.needs), ("git-read", &self.git_read), ("git-write", &self.git_write)] {
            if list.is_empty() {
                continue;
            }
            out.push_str(&format!("{key} = [\n"));
            for (entry, comments) in list {
                let mut shown: Vec<&str> = comments.iter().take(PLACES).map(String::as_str).collect();
                if comments.len() > PLACES {
                    shown.push("…");
                }
                out.push_str(&format!("  {}, # {}\n", string(entry), shown.join(", ")));
            }
            out.push_str("]\n");
        }
        out
    }
}

fn is_variable(name: &str) -> bool {
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    plain && !name.is_empty() && name.len() <= 80 && !name.as_bytes()[0].is_ascii_digit()
}

fn string(text: &str) -> String {
    toml::Value::from(text).to_string()
}
