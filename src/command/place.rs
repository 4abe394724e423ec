//! Where a git command runs, and which settings it brings along: `-C`, `--git-dir`, a `cd` above it, `-c`. With these the
//! person's own git is asked what holds there.

use super::prompt::prompt;
use super::shell::{OPAQUE, Word};
use super::spelled::Spelled;

/// What a command says of its own place and settings; nothing in it is a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The folder of `-C`; each further one is meant from the one before (git(1)).
    pub folder: Option<String>,
    /// The folder that the shell stands in by then: the last `cd` above the command.
    pub entered: Option<String>,
    /// `--git-dir`, or `GIT_DIR` in front of the command.
    pub git_dir: Option<String>,
    /// Settings of `-c` that are safe to ask git with: none that runs a program, none that may hold a secret.
    pub settings: Vec<(String, String)>,
    /// Whether `-c` names a credential helper, which is not asked: what was pasted is never run.
    pub own_helper: bool,
}

impl Place {
    /// Reads the options between `git` and its command.
    pub(crate) fn read(&mut self, options: &[Word], configs: &[Spelled]) {
        let known = |name: &&str| !name.is_empty() && !name.contains(OPAQUE);
        let mut words = options.iter().map(|word| word.value.as_str());
        while let Some(word) = words.next() {
            if word == "-C" {
                if let Some(name) = words.next().filter(known) {
                    self.folder = Some(joined(self.folder.take(), name));
                }
            } else if word == "-c" {
                words.next();
            } else if let Some(name) =
                word.strip_prefix("--git-dir=").or_else(|| words.clone().next().filter(|_| word == "--git-dir"))
            {
                self.git_dir = Some(name).filter(known).map(str::to_owned).or(self.git_dir.take());
            }
        }
        for setting in configs {
            let (key, value) = setting.as_str().split_once('=').unwrap_or((setting.as_str(), "true"));
            let name = key.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
            let section = key.split('.').next().unwrap_or_default().to_ascii_lowercase();
            let harmless = match (section.as_str(), name.as_str()) {
                ("credential", "helper") | ("http", "extraheader") => value.is_empty(),
                ("credential", "usehttppath" | "bitbucketvalidatestoredcredentials") | ("lfs", "access") => true,
                ("http", "proxy") => !value.contains('@'),
                _ => false,
            };
            self.own_helper = match (section.as_str(), name.as_str()) {
                ("credential", "helper") => !value.is_empty(),
                _ => self.own_helper,
            };
            if harmless && !key.contains(['@', '\n', OPAQUE]) {
                self.settings.push((key.to_owned(), value.to_owned()));
            }
        }
    }

    /// Learns the folder that the shell stands in from what is shown above the command.
    pub(crate) fn enter(&mut self, source: &str, command: usize) {
        let Some(above) = source.get(..command) else { return };
        for line in above.lines() {
            let line = line.get(prompt(line).0..).unwrap_or_default();
            for statement in line.split(['(', '{', ';', '&', '|']).map(str::trim) {
                let Some((verb, rest)) = statement.split_once(char::is_whitespace) else {
                    if matches!(statement, "cd" | "popd") {
                        self.entered = None;
                    }
                    continue;
                };
                if !matches!(verb, "cd" | "chdir" | "pushd" | "Set-Location" | "sl") {
                    continue;
                }
                let name = rest.trim().trim_end_matches(')');
                let quoted = ['"', '\''].iter().find_map(|quote| name.strip_prefix(*quote)?.strip_suffix(*quote));
                // Words behind it make a sentence of it, or options; `cd -` and variables lead nobody knows where.
                let plain = !name.contains(char::is_whitespace) && !name.starts_with('-');
                match quoted.or(plain.then_some(name)).filter(|name| !name.contains(['$', '`', '%'])) {
                    Some(name) => self.entered = Some(joined(self.entered.take(), name)),
                    None if plain => self.entered = None,
                    None => {}
                }
            }
        }
    }
}

/// A folder named from within another.
fn joined(whole: Option<String>, name: &str) -> String {
    match whole {
        Some(whole) if !name.starts_with(['/', '~']) => format!("{whole}/{name}"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_above() {
        let of = |above: &str| {
            let mut place = Place::default();
            place.enter(above, above.len());
            place.entered
        };
        for above in
            ["cd a/b && ", "$ cd a/b\n$ ", "cd 'a/b'; ", "(cd a/b; ", "$ pushd a\n$ cd b\n", "cd /x\ncd a\ncd b\ncd ../../a/b\n"]
        {
            assert!(of(above).is_some_and(|found| found.ends_with("a/b")), "{above}: {:?}", of(above));
        }
        for above in ["cd into the folder and run\n", "cd a\ncd\n", "cd $HOME/a && ", "cd -\n", "abcd a\n"] {
            assert_eq!(of(above), None, "{above}");
        }
    }
}
