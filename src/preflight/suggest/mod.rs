//! `preflight --suggest`: which needs the commands in a repository's files imply, and which authentication in them is outdated.
//!
//! The files are read as text; nothing of them runs. `files.rs` chooses them, `yaml.rs`, `groovy.rs` and `script.rs` find the
//! commands, [`crate::command`] reads each, `names.rs` says what a variable is to hold, `judge.rs` and `text.rs` decide what
//! follows, `proposal.rs` writes it as a `bbdoctor.toml`, `report.rs` for people and programs.

pub mod files;
mod groovy;
mod judge;
mod names;
mod proposal;
mod report;
mod script;
mod text;
mod veil;
mod yaml;

use std::collections::BTreeSet;

use self::files::{File, Files, Kind};
use self::names::Assigned;
use self::script::Script;
use super::place::Place;

/// Findings that are kept.
const MOST_FINDINGS: usize = 500;
/// Findings of one file.
const MOST_OF_FILE: usize = 100;
/// Commands that are read in all.
const MOST_COMMANDS: usize = 5_000;
/// A line with this says that its author knows.
const IGNORE: &str = "bbdoctor: ignore";

/// How sure it is that something must be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The text alone shows it: it does not work any more, or must not stand there.
    Outdated,
    /// It depends on what a variable holds, or sources disagree.
    Doubt,
}

/// Something in a file that has to be changed.
#[derive(Clone, Debug)]
pub struct Finding {
    /// A cause's code, or `literal-secret`.
    pub rule: &'static str,
    /// How sure that is.
    pub level: Level,
    /// The file, from the top of the repository.
    pub path: String,
    /// Where in it.
    pub place: Place,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub next: String,
    /// The facts that say so.
    pub facts: &'static [&'static str],
}

/// What a command wants.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Wants {
    /// A scope or an endpoint, as `needs` takes it; and the endpoint that a scope is for.
    Need(String, Option<String>),
    /// To fetch; `None`: from this very repository.
    GitRead(Option<String>),
    /// To push.
    GitWrite(Option<String>),
}

impl Wants {
    /// The same repository, to be pushed to.
    fn written(self) -> Self {
        match self {
            Self::GitRead(repo) | Self::GitWrite(repo) => Self::GitWrite(repo),
            need @ Self::Need(..) => need,
        }
    }
}

/// A want and where it was seen.
#[derive(Clone, Debug)]
struct Use {
    /// The variable that holds the secret.
    env: String,
    /// The variable that holds the e-mail.
    email_env: Option<String>,
    wants: Wants,
    /// `path:line`
    place: String,
}

/// Everything that was found.
#[derive(Debug, Default)]
pub struct Suggestion {
    /// In the order of files and lines.
    pub findings: Vec<Finding>,
    /// How many files were read.
    pub files: usize,
    /// What bears on the proposal: what could not be read, and why.
    pub notes: Vec<String>,
    /// `workspace/repository` of this repository, where something says it.
    pub repo: Option<String>,
    uses: Vec<Use>,
    commands: usize,
}

impl Suggestion {
    /// Whether something has to be changed.
    #[must_use]
    pub fn is_outdated(&self) -> bool {
        self.findings.iter().any(|finding| finding.level == Level::Outdated)
    }
}

/// What follows from these files. `repo` is this repository's own `workspace/repository`.
#[must_use]
pub fn of(files: &Files, repo: Option<String>) -> Suggestion {
    let mut found = Suggestion { files: files.files.len(), notes: files.notes.clone(), repo, ..Suggestion::default() };
    for file in &files.files {
        one(file, &mut found);
    }
    if found.commands > MOST_COMMANDS {
        found.notes.push(format!("only the first {MOST_COMMANDS} of {} commands were read", found.commands));
    }
    found.findings.sort_by(|a, b| (&a.path, a.place.line, a.place.column).cmp(&(&b.path, b.place.line, b.place.column)));
    let mut seen = BTreeSet::new();
    found.findings.retain(|f| seen.insert((f.path.clone(), f.place.line, f.place.column, f.rule)));
    if found.findings.len() > MOST_FINDINGS {
        found.notes.push(format!("{} more findings are not shown", found.findings.len() - MOST_FINDINGS));
        found.findings.truncate(MOST_FINDINGS);
    }
    found
}

/// A file while it is read.
struct Reader<'f> {
    file: &'f File,
    /// Where its lines begin.
    lines: Vec<usize>,
    /// Findings so far.
    pointed: usize,
    assigned: Assigned,
    found: &'f mut Suggestion,
    /// Whether something is pushed to a remote that the command does not name.
    pushes_somewhere: bool,
    /// What `git remote` sets with a credential.
    remotes: Vec<Use>,
}

fn one(file: &File, found: &mut Suggestion) {
    let lines = std::iter::once(0).chain(file.text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let mut reader =
        Reader { lines, pointed: 0, file, assigned: Assigned::default(), found, pushes_somewhere: false, remotes: Vec::new() };
    reader.literal_secrets();
    let scripts = match file.kind {
        Kind::Shell | Kind::Settings => vec![Script::whole(&file.text)],
        Kind::Groovy => {
            let groovy = groovy::read(&file.text);
            for (url, at, credential) in groovy.remotes {
                reader.jenkins_remote(&url, &at, credential.as_deref());
            }
            groovy.values
        }
        Kind::Yaml => {
            let yaml = yaml::read(&file.text);
            if let Some((line, why)) = yaml.broken {
                let why = crate::report::text::cut(&crate::report::text::clean(&why), 80);
                reader.found.notes.push(format!("{}:{line}: what follows was not read: it is no YAML ({why})", file.path));
            }
            for (name, value) in &yaml.assigned {
                reader.assigned.set(name, value);
            }
            for pipe in &yaml.pipes {
                reader.pipe(pipe);
            }
            yaml.values
        }
    };
    let commands: Vec<script::Found> = scripts.iter().map(|script| script::find(&script.text)).collect();
    for (name, value) in commands.iter().flat_map(|found| &found.assigned) {
        reader.assigned.set(name, value);
    }
    for (script, commands) in scripts.iter().zip(&commands) {
        reader.text(script, &commands.comments);
        for command in &commands.commands {
            reader.found.commands += 1;
            if reader.found.commands <= MOST_COMMANDS {
                reader.command(script, command);
            }
        }
    }
    reader.pushes();
}

impl Reader<'_> {
    /// Adds a finding at these bytes of the file, unless its line says that it is known.
    fn add(
        &mut self,
        rule: &'static str,
        level: Level,
        at: &std::ops::Range<usize>,
        what: String,
        next: &str,
        facts: &'static [&'static str],
    ) {
        let text = &self.file.text;
        self.pointed += 1;
        if self.pointed > MOST_OF_FILE {
            return;
        }
        let start = self.lines.get(self.line_of(at.start).saturating_sub(1)).copied().unwrap_or_default();
        if text[start..].lines().next().is_some_and(|line| line.contains(IGNORE)) {
            return;
        }
        let place = Place::of(text, at, &veil::line, None);
        self.found.findings.push(Finding {
            rule,
            level,
            path: self.file.path.clone(),
            place,
            what,
            next: next.to_owned(),
            facts,
        });
    }

    /// The line of a byte.
    fn line_of(&self, at: usize) -> usize {
        self.lines.partition_point(|start| *start <= at)
    }

    /// `path:line` of a byte.
    fn line(&self, at: usize) -> String {
        format!("{}:{}", self.file.path, self.line_of(at))
    }
}
