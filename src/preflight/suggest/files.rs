//! Which files of the repository are read: pipelines, workflows, Jenkinsfiles, shell scripts, `.gitmodules`.
//!
//! Where there is git, its own list says which, so what is ignored is left out; else the folders are walked. Either way so many
//! files, so many bytes, and nothing that is a link or lies behind one that leads out.

use std::path::{Path, PathBuf};

use crate::intake::{self, Around};

/// Files that are read.
const MOST_FILES: usize = 2_000;
/// Bytes of a file.
const LARGEST: u64 = 1 << 20;
/// Bytes of all files.
const MOST_BYTES: usize = 32 << 20;
/// Entries of folders that are looked at where there is no git.
const MOST_ENTRIES: usize = 50_000;
/// Folders in folders.
const DEEPEST: usize = 16;
/// What git is asked to list.
const PATTERNS: [&str; 10] = [
    ":(glob)**/bitbucket-pipelines*.yml",
    ":(glob)**/bitbucket-pipelines*.yaml",
    ":(glob)**/.github/workflows/*.yml",
    ":(glob)**/.github/workflows/*.yaml",
    ":(glob)**/Jenkinsfile*",
    ":(glob)**/*.jenkinsfile",
    ":(glob)**/*.sh",
    ":(glob)**/*.bash",
    ":(glob)**/*.zsh",
    ":(glob)**/.gitmodules",
];
/// Folders of others' code, where no git says what is ignored.
const NOT_OURS: [&str; 7] = [".git", "node_modules", "target", "vendor", "dist", "build", ".venv"];

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Yaml,
    Shell,
    Groovy,
    /// Lines of settings: `.gitmodules`.
    Settings,
}

/// A file and its text.
#[derive(Debug)]
pub struct File {
    pub(super) path: String,
    pub(super) kind: Kind,
    pub(super) text: String,
}

impl File {
    /// A file of this name, if it is one that is read.
    #[must_use]
    pub fn new(path: &str, text: String) -> Option<Self> {
        Some(Self { path: path.to_owned(), kind: kind(path)?, text })
    }
}

/// What was read, and what was not.
#[derive(Debug, Default)]
pub struct Files {
    /// In the order of their paths.
    pub files: Vec<File>,
    /// What was left out, and why.
    pub notes: Vec<String>,
}

/// Reads the repository that this folder is in.
#[must_use]
pub fn read(around: &Around, folder: &Path) -> Files {
    let mut found = Files::default();
    let listed = listed(around, folder);
    let (root, mut paths) = match listed {
        Some((root, paths)) => (root, paths),
        None => (folder.to_owned(), walked(folder, &mut found.notes)),
    };
    paths.sort();
    paths.dedup();
    if paths.len() > MOST_FILES {
        found.notes.push(format!("only the first {MOST_FILES} of {} files were read", paths.len()));
        paths.truncate(MOST_FILES);
    }
    let Ok(top) = root.canonicalize() else { return found };
    let mut bytes = 0;
    for path in paths {
        let whole = root.join(&path);
        let plain = std::fs::symlink_metadata(&whole).is_ok_and(|meta| meta.is_file());
        if !plain || !whole.canonicalize().is_ok_and(|real| real.starts_with(&top)) {
            continue;
        }
        match around.read_up_to("--suggest", &whole, LARGEST) {
            Ok(content) if bytes + content.len() <= MOST_BYTES => {
                bytes += content.len();
                found.files.extend(File::new(&path, intake::text(content)));
            }
            Ok(_) => {
                found
                    .notes
                    .push(format!("{path} and what comes after it was not read: more than {} MiB in all", MOST_BYTES >> 20));
                break;
            }
            Err(_) => {
                found.notes.push(format!("{path} was not read: it is larger than {} MiB, or may not be read", LARGEST >> 20));
            }
        }
    }
    found
}

/// What git lists, from the top of the repository.
fn listed(around: &Around, folder: &Path) -> Option<(PathBuf, Vec<String>)> {
    let top = intake::ask_git(around, folder, &["rev-parse", "--show-toplevel"])?;
    let root = PathBuf::from(top.trim_end_matches(['\n', '\r']));
    // A repository's own settings may name programs; none of them is run for a list.
    let mut words = vec!["-c", "core.fsmonitor=false", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"];
    words.extend(PATTERNS);
    let names = intake::ask_git(around, &root, &words)?;
    Some((root, names.split('\0').filter(|name| !name.is_empty() && !name.contains('\u{fffd}')).map(str::to_owned).collect()))
}

/// What lies in the folders.
fn walked(folder: &Path, notes: &mut Vec<String>) -> Vec<String> {
    let mut found = Vec::new();
    let mut entries = 0;
    let mut open: Vec<(PathBuf, String, usize)> = vec![(folder.to_owned(), String::new(), 0)];
    while let Some((path, prefix, depth)) = open.pop() {
        let Ok(list) = std::fs::read_dir(&path) else { continue };
        for entry in list.flatten() {
            entries += 1;
            if entries > MOST_ENTRIES {
                notes.push(format!("only {MOST_ENTRIES} entries of folders were looked at"));
                return found;
            }
            let (Ok(name), Ok(what)) = (entry.file_name().into_string(), entry.file_type()) else { continue };
            let relative = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
            if what.is_dir() && depth < DEEPEST && !NOT_OURS.contains(&name.as_str()) {
                open.push((entry.path(), relative, depth + 1));
            } else if what.is_file() && kind(&relative).is_some() {
                found.push(relative);
            }
        }
    }
    found
}

fn kind(path: &str) -> Option<Kind> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    if name == ".gitmodules" {
        Some(Kind::Settings)
    } else if name.starts_with("Jenkinsfile") || name.ends_with(".jenkinsfile") {
        Some(Kind::Groovy)
    } else if yaml && (name.starts_with("bitbucket-pipelines") || folder.ends_with(".github/workflows")) {
        Some(Kind::Yaml)
    } else if [".sh", ".bash", ".zsh"].iter().any(|end| name.ends_with(end)) {
        Some(Kind::Shell)
    } else {
        None
    }
}
