//! What surrounds a run: variables, terminals, standard input, files. Everything that intake reads goes through here, bounded.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use super::Error;
use crate::command;

/// Bytes of a file or of standard input that are read.
pub const LARGEST: u64 = 1024 * 1024;

/// Where and with what the person's git is asked, where it is not simply here.
#[derive(Clone, Debug, Default)]
pub(super) struct GitPlace {
    pub(super) folder: Option<PathBuf>,
    pub(super) git_dir: Option<PathBuf>,
    /// Settings that the command brings along.
    pub(super) settings: Vec<(String, String)>,
    /// It names a helper of its own, which is not asked.
    pub(super) own_helper: bool,
}

/// The surroundings of one run.
#[derive(Debug)]
pub struct Around {
    variables: BTreeMap<String, String>,
    /// Whether questions can be asked: standard input and standard error are terminals.
    pub can_ask: bool,
    /// Whether a program that is started here finds a terminal to ask on, wherever standard input comes from.
    pub has_terminal: bool,
    stdin_used_by: Cell<Option<&'static str>>,
    git_place: RefCell<GitPlace>,
}

impl Around {
    /// Those of this process.
    #[must_use]
    pub fn of_process() -> Self {
        let can_ask = io::stdin().is_terminal() && io::stderr().is_terminal();
        // Where git asks, too.
        let has_terminal = can_ask || File::open(if cfg!(windows) { "CONIN$" } else { "/dev/tty" }).is_ok();
        Self { has_terminal, ..Self::new(std::env::vars_os(), can_ask) }
    }

    /// These.
    pub fn new(variables: impl IntoIterator<Item = (OsString, OsString)>, can_ask: bool) -> Self {
        // A value that is no text is still one that was set: it is shown and judged with the replacement character.
        let text = |os: OsString| os.to_string_lossy().into_owned();
        let variables = variables.into_iter().map(|(name, value)| (text(name), text(value))).collect();
        Self { variables, can_ask, has_terminal: can_ask, stdin_used_by: Cell::new(None), git_place: RefCell::default() }
    }

    /// A variable, set or set to nothing.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// Every variable that is set.
    pub(super) fn variables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The person's own directory, where programs look for their settings.
    pub(super) fn home(&self) -> Option<&Path> {
        self.filled("HOME").or_else(|| self.filled("USERPROFILE")).map(Path::new)
    }

    /// A variable that is set to something.
    #[must_use]
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.variable(name).filter(|value| !value.is_empty())
    }

    /// Where and with what git is asked from now on: as the command's shell would take it. What `-C` and `--git-dir` name and is
    /// not on this machine has settings of its own that nobody sees here; those of this folder are not the command's. A `cd` that
    /// leads nowhere here may have been done already.
    pub(super) fn ask_git_in(&self, place: &command::Place) {
        let below = |base: &Option<PathBuf>, name: &str| {
            let path = match (name.strip_prefix('~'), self.home()) {
                (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with('/') => home.join(rest.trim_start_matches('/')),
                _ => PathBuf::from(name),
            };
            base.as_ref().map_or(path.clone(), |base| base.join(path))
        };
        let mut folder = place.entered.as_deref().map(|name| below(&None, name)).filter(|path| path.is_dir());
        if let Some(name) = &place.folder {
            folder = Some(below(&folder, name)).map(|path| if path.is_dir() { path } else { PathBuf::from("/") });
        }
        let mut git_dir = place.git_dir.as_deref().map(|name| below(&folder, name));
        if git_dir.as_ref().is_some_and(|path| !path.is_dir()) {
            (folder, git_dir) = (Some(PathBuf::from("/")), None);
        }
        let git_dir = git_dir.map(|path| std::path::absolute(&path).unwrap_or(path));
        self.git_place.replace(GitPlace { folder, git_dir, settings: place.settings.clone(), own_helper: place.own_helper });
    }

    /// Where git is asked, and with what.
    pub(super) fn git_place(&self) -> GitPlace {
        self.git_place.borrow().clone()
    }

    /// Whether nobody sits in front of it.
    #[must_use]
    pub fn is_ci(&self) -> bool {
        self.filled("CI").is_some_and(|value| value != "false" && value != "0")
    }

    /// A file as bytes; `-` is standard input, once.
    pub fn read(&self, option: &'static str, path: &Path) -> Result<Vec<u8>, Error> {
        self.read_up_to(option, path, LARGEST)
    }

    /// A file as bytes, at most so many.
    pub fn read_up_to(&self, option: &'static str, path: &Path, largest: u64) -> Result<Vec<u8>, Error> {
        let unreadable = |why: String| Error::Unreadable { option, path: path.into(), why };
        let mut bytes = Vec::new();
        let result = if path == Path::new("-") {
            if let Some(other) = self.stdin_used_by.replace(Some(option)) {
                return Err(Error::Both { one: other.into(), other: option.into(), why: "both would read standard input" });
            }
            io::stdin().lock().take(largest + 1).read_to_end(&mut bytes)
        } else {
            if std::fs::metadata(path).is_ok_and(|m| m.is_dir()) {
                return Err(unreadable("it is a directory".into()));
            }
            File::open(path).and_then(|file| file.take(largest + 1).read_to_end(&mut bytes))
        };
        result.map_err(|error| unreadable(error.to_string()))?;
        if bytes.len() as u64 > largest {
            return Err(unreadable(format!("it is larger than {} MiB", largest / LARGEST)));
        }
        Ok(bytes)
    }

    /// A file as text; what is no UTF-8 becomes the replacement character, a UTF-16 file of Windows is understood.
    pub fn read_text(&self, option: &'static str, path: &Path) -> Result<String, Error> {
        Ok(text(self.read(option, path)?))
    }
}

/// Bytes as text.
#[must_use]
pub fn text(bytes: Vec<u8>) -> String {
    let wide = |rest: &[u8], read: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = rest.chunks_exact(2).map(|pair| read([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    // Windows PowerShell writes UTF-16 with a byte order mark when output is redirected to a file.
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return wide(rest, u16::from_le_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return wide(rest, u16::from_be_bytes);
    }
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    }
}
