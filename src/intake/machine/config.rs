//! git's configuration: what is set, where, and which of it git applies to an address. git reads and matches; nothing of it is
//! done again here.

use std::path::PathBuf;

use super::git::Git;
use crate::intake::git_url;

/// Patterns for which git is asked whether they fit; nobody has more.
const MOST_PATTERNS: usize = 24;

/// One value, as git lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// `http`, `credential`, `url`, …, lower case.
    pub(super) section: String,
    /// What stands between: a URL, a pattern, a remote's name.
    pub(super) between: Option<String>,
    /// The last part, lower case.
    pub(super) name: String,
    pub(super) value: String,
    /// File and scope, in words.
    pub(super) origin: String,
}

impl Entry {
    /// The key as a person types it, without what may be a secret in it.
    pub(super) fn key(&self) -> String {
        match &self.between {
            Some(between) => format!("{}.{}.{}", self.section, without_user(between), self.shown_name()),
            None => format!("{}.{}", self.section, self.shown_name()),
        }
    }

    fn shown_name(&self) -> &str {
        match self.name.as_str() {
            "extraheader" => "extraHeader",
            "insteadof" => "insteadOf",
            "pushinsteadof" => "pushInsteadOf",
            "usehttppath" => "useHttpPath",
            other => other,
        }
    }
}

/// A URL without user information.
pub(super) fn without_user(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => match rest.rsplit_once('@') {
            Some((_, host)) => format!("{scheme}://…@{host}"),
            None => url.to_owned(),
        },
        None => url.to_owned(),
    }
}

/// Everything that bears on addresses and credentials.
#[derive(Clone, Debug, Default)]
pub(super) struct Config(pub(super) Vec<Entry>);

impl Config {
    /// Asks git; `None` where there is no git.
    pub(super) fn read(git: Git<'_>) -> Option<Self> {
        let wanted = r"^(credential|http|url|lfs|remote|core|submodule)\.";
        let listed = git.ask(&["config", "--show-origin", "--show-scope", "-z", "--get-regexp", wanted], "");
        match listed {
            Ok(text) => Some(Self(entries(&text, &Where::of(git, &text)))),
            // Nothing set is a failure as well, and so is a git that knows no scopes (before 2.26).
            Err(super::git::Silence::Failed) => Some(Self::default()),
            Err(_) => None,
        }
    }

    /// The values of `SECTION.NAME` and `SECTION.<pattern>.NAME`, in git's order.
    pub(super) fn all<'a>(&'a self, section: &str, name: &str) -> impl Iterator<Item = &'a Entry> + use<'a> {
        let (section, name) = (section.to_owned(), name.to_owned());
        self.0.iter().filter(move |e| e.section == section && e.name == name)
    }

    /// Those that git applies to this address.
    pub(super) fn applied(&self, git: Git<'_>, section: &str, name: &str, url: &str) -> Vec<&Entry> {
        let mut asked: Vec<(&str, bool)> = Vec::new();
        let mut found = Vec::new();
        for entry in self.all(section, name) {
            let fits = match &entry.between {
                None => true,
                Some(pattern) => match asked.iter().find(|(known, _)| known == pattern) {
                    Some((_, fits)) => *fits,
                    None if asked.len() < MOST_PATTERNS => {
                        let fits = fits(git, pattern, url);
                        asked.push((pattern, fits));
                        fits
                    }
                    None => false,
                },
            };
            if fits {
                found.push(entry);
            }
        }
        found
    }

    /// The entry whose value git takes for this address, where one value is taken.
    pub(super) fn one(&self, git: Git<'_>, section: &str, name: &str, url: &str) -> Option<&Entry> {
        self.all(section, name).next()?;
        let value = git.ask(&["config", "-z", "--get-urlmatch", &format!("{section}.{name}"), url], "").ok()?;
        let value = value.strip_suffix('\0').unwrap_or(&value);
        self.applied(git, section, name, url).into_iter().rev().find(|e| e.value == value)
    }

    /// The names of the remotes.
    pub(super) fn remotes(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.all("remote", "url").filter_map(|e| e.between.as_deref()).collect();
        names.dedup();
        names
    }
}

/// Whether git finds that a pattern fits an address.
///
/// A user in a pattern fits that user in the address alone. Any other may be a token, and stays out of every argument list.
fn fits(git: Git<'_>, pattern: &str, url: &str) -> bool {
    if pattern.contains(['=', '\n']) {
        return false;
    }
    if pattern.contains('@') {
        let (wanted, given) = (git_url::read(pattern, ""), git_url::read(url, ""));
        if wanted.password.is_some() || wanted.user.is_none() || wanted.user != given.user {
            return false;
        }
    }
    let probe = format!("credential.{pattern}.bbdoctorasks=1");
    git.line(&["-c", &probe, "config", "--get-urlmatch", "credential.bbdoctorasks", url]).is_some()
}

/// `scope NUL origin NUL key LF value NUL`, again and again.
fn entries(text: &str, place: &Where) -> Vec<Entry> {
    let mut fields = text.split('\0');
    let mut found = Vec::new();
    let mut files: Vec<(&str, String)> = Vec::new();
    while let (Some(scope), Some(origin), Some(pair)) = (fields.next(), fields.next(), fields.next()) {
        let (key, value) = pair.split_once('\n').unwrap_or((pair, "true"));
        let Some((section, rest)) = key.split_once('.') else { continue };
        let (between, name) = match rest.rsplit_once('.') {
            Some((between, name)) => (Some(between.to_owned()), name),
            None => (None, rest),
        };
        let line = origin.strip_prefix("file:").and_then(|file| {
            if !files.iter().any(|(known, _)| *known == file) {
                files.push((file, super::file(&place.full(file)).unwrap_or_default()));
            }
            let (_, text) = files.iter().find(|(known, _)| *known == file)?;
            line_of(text, name, value)
        });
        found.push(Entry {
            section: section.to_ascii_lowercase(),
            between,
            name: name.to_ascii_lowercase(),
            value: value.to_owned(),
            origin: place.words(scope, origin, line, key),
        });
    }
    found
}

/// Where in a file a value stands, counted from one: git tells the file alone. Only a line that cannot be another's is named.
fn line_of(text: &str, name: &str, value: &str) -> Option<usize> {
    let sets = |line: &str| {
        let (key, set) = line.split_once('=').unwrap_or((line, "true"));
        // `[section] key = value` may stand on one line.
        let key = key.rsplit(']').next().unwrap_or_default().trim();
        key.eq_ignore_ascii_case(name) && set.trim().trim_matches('"') == value.trim()
    };
    let mut lines = text.lines().enumerate().filter(|(_, line)| sets(line)).map(|(number, _)| number + 1);
    match (lines.next(), lines.next()) {
        (Some(line), None) => Some(line),
        _ => None,
    }
}

/// What is needed to say where a value stands.
#[derive(Debug, Default)]
struct Where {
    home: Option<PathBuf>,
    /// What git names files from: the top of the work tree.
    top: Option<PathBuf>,
    /// Whether that is another folder's than the one that bbdoctor was started in.
    elsewhere: bool,
    /// Keys of `GIT_CONFIG_KEY_<n>`, lower case, with their numbers.
    numbered: Vec<(String, usize)>,
    /// Keys that the command sets by `-c`, lower case.
    of_command: Vec<String>,
}

impl Where {
    fn of(git: Git<'_>, listed: &str) -> Self {
        let around = git.0;
        let place = around.git_place();
        let relative = |part: &str| part.strip_prefix("file:").is_some_and(|file| std::path::Path::new(file).is_relative());
        let top = listed.split('\0').any(relative).then(|| {
            // Without a work tree, as in a bare clone, files are named from the folder itself.
            let top = git.line(&["rev-parse", "--show-toplevel"]).map(PathBuf::from);
            top.or_else(|| place.folder.clone())
        });
        let count = around.filled("GIT_CONFIG_COUNT").and_then(|count| count.parse().ok()).unwrap_or(0_usize);
        let key = |n: usize| Some((around.variable(&format!("GIT_CONFIG_KEY_{n}"))?.to_ascii_lowercase(), n));
        Self {
            home: around.home().map(Into::into),
            top: top.flatten(),
            elsewhere: place.folder.is_some(),
            numbered: (0..count.min(100)).filter_map(key).collect(),
            of_command: place.settings.iter().map(|(key, _)| key.to_ascii_lowercase()).collect(),
        }
    }

    fn full(&self, file: &str) -> PathBuf {
        self.top.as_ref().map_or_else(|| PathBuf::from(file), |top| top.join(file))
    }

    fn words(&self, scope: &str, origin: &str, line: Option<usize>, key: &str) -> String {
        let line = line.map_or_else(String::new, |line| format!(":{line}"));
        let Some(file) = origin.strip_prefix("file:") else {
            let key = key.to_ascii_lowercase();
            let numbered = self.numbered.iter().find(|(known, _)| *known == key);
            return match (scope, numbered) {
                ("command", _) if self.of_command.contains(&key) => "the command".to_owned(),
                ("command", Some((_, number))) => format!("GIT_CONFIG_KEY_{number}, environment"),
                ("command", None) => "GIT_CONFIG_PARAMETERS, environment".to_owned(),
                _ => scope.to_owned(),
            };
        };
        let path = if self.elsewhere { self.full(file) } else { PathBuf::from(file) };
        format!("{}{line}, {scope}", below_home(&path, self.home.as_deref()))
    }
}

/// A path as people write it: the home directory, which names its owner, is `~`.
pub(in crate::intake) fn below_home(path: &std::path::Path, home: Option<&std::path::Path>) -> String {
    match home.and_then(|home| path.strip_prefix(home).ok()) {
        Some(rest) => format!("~/{}", rest.display()),
        None => path.display().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listed_as_git_lists() {
        let text = "global\0file:/home/anna/.gitconfig\0credential.https://bitbucket.org.helper\nstore\0local\0file:.git/config\0http.extraheader\nA: b\nc\0command\0command line:\0lfs.locksverify\0";
        let found = entries(text, &Where { home: Some("/home/anna".into()), ..Where::default() });
        assert_eq!(found.len(), 3);
        assert_eq!(found[0].between.as_deref(), Some("https://bitbucket.org"));
        assert_eq!((found[0].name.as_str(), found[0].origin.as_str()), ("helper", "~/.gitconfig, global"));
        assert_eq!((found[1].between.as_deref(), found[1].value.as_str()), (None, "A: b\nc"));
        assert_eq!(found[2].origin, "GIT_CONFIG_PARAMETERS, environment");
        assert!(entries("a\0b", &Where::default()).is_empty() && entries("", &Where::default()).is_empty());
    }

    #[test]
    fn lines_of_values() {
        let text = "[credential]\n\thelper = store\n[http \"https://x\"] extraHeader = A: b\n[credential \"y\"]\n helper=cache\n";
        assert_eq!(line_of(text, "helper", "store"), Some(2));
        assert_eq!(line_of(text, "extraheader", "A: b"), Some(3));
        assert_eq!(line_of(text, "helper", "cache"), Some(5));
        assert_eq!(line_of("[a]\nhelper = x\n[b]\nhelper = x\n", "helper", "x"), None, "either may be the one");
    }

    #[test]
    fn keys_show_no_user() {
        let entry = &entries(
            "local\0file:x\0url.https://x-token-auth:hush@bitbucket.org/.insteadof\nhttps://bitbucket.org/\0",
            &Where::default(),
        )[0];
        assert_eq!(entry.key(), "url.https://…@bitbucket.org/.insteadOf");
    }
}
