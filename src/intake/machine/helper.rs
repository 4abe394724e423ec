//! git's credential helpers: which there are, and what they would hand out. They are asked only where the person allows it.

use std::path::PathBuf;

use super::config::{Config, Entry, below_home};
use super::file;
use super::git::{Git, Silence};
use super::sent::Sent;
use crate::checks::{LocalSetting, Scheme};
use crate::intake::{Around, git_url};
use crate::secret::Secret;

/// What the helpers said.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    /// Nobody allowed it, or git would not ask.
    NotAsked,
    /// None has anything.
    Nothing,
    /// No answer that can be used.
    Silent(Silence),
    /// This.
    Sends(Box<Sent>),
}

/// The helpers that git asks for an address, in its order; an empty value forgets those before it.
pub(super) fn applied<'a>(config: &'a Config, git: Git<'_>, url: &str) -> Vec<&'a Entry> {
    let mut helpers: Vec<&Entry> = Vec::new();
    for entry in config.applied(git, "credential", "helper", url) {
        if entry.value.is_empty() {
            helpers.clear();
        } else {
            helpers.push(entry);
        }
    }
    helpers
}

/// A helper's name without its options, which may hold anything.
pub(super) fn shown(helper: &str) -> String {
    if helper.starts_with('!') {
        return "a shell command".into();
    }
    let program = helper.split_whitespace().next().unwrap_or_default();
    let name = program.rsplit(['/', '\\']).next().unwrap_or_default();
    let known = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    name.chars().filter(|c| known(*c)).take(40).collect()
}

/// Whether it is Git Credential Manager, by any of its names.
pub(super) fn is_manager(helper: &str) -> bool {
    let name = shown(helper).to_ascii_lowercase();
    let name = name.strip_suffix(".exe").unwrap_or(&name);
    matches!(name.strip_prefix("git-credential-").unwrap_or(name), "manager" | "manager-core")
}

/// Asks git what it would send to this address.
pub(super) fn ask(git: Git<'_>, address: &git_url::Parsed, name: &str, origin: &str) -> Answer {
    let url = &address.url;
    // As git itself asks since 2.46, which takes a whole header from a helper; older ones pass over the line.
    let mut question = format!("capability[]=authtype\nprotocol={}\nhost={}\npath={}\n", url.scheme, url.host, url.path);
    if let Some(user) = address.user.as_deref().filter(|user| !user.contains('\n') && !user.is_empty()) {
        question.push_str(&format!("username={user}\n"));
    }
    question.push('\n');
    if question.contains('\0') || url.path.contains('\n') {
        return Answer::NotAsked;
    }
    let said = match git.ask(&["credential", "fill"], &question) {
        Ok(said) => said,
        // Without an answer git would ask on the terminal, which it was told not to do.
        Err(Silence::Failed) => return Answer::Nothing,
        Err(silence) => return Answer::Silent(silence),
    };
    let field = |name: &str| said.lines().rev().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    if let (Some(scheme), Some(value)) = (field("authtype"), field("credential"))
        && let Some(sent) = Sent::header(name, origin, &format!("{scheme} {value}"))
    {
        return Answer::Sends(Box::new(sent));
    }
    match field("password").filter(|password| !password.is_empty()) {
        Some(password) => Answer::Sends(Box::new(Sent::new(name, origin, Scheme::Basic, field("username"), password))),
        None => Answer::Nothing,
    }
}

/// What git's `store` helper keeps in plain text for Bitbucket.
pub(super) fn stored_in_plain_text(around: &Around) -> Vec<(LocalSetting, Option<Secret>)> {
    let home = around.home();
    let below = |name: &str| home.map(|home| home.join(name));
    let config = around.filled("XDG_CONFIG_HOME").map(PathBuf::from).or_else(|| below(".config"));
    let usual = [below(".git-credentials"), config.map(|dir| dir.join("git/credentials"))];
    let mut paths: Vec<PathBuf> = usual.into_iter().flatten().collect();
    let helpers = Git(around).ask(&["config", "-z", "--get-regexp", r"^credential\.(.*\.)?helper$"], "").unwrap_or_default();
    for named in helpers.split('\0').filter_map(|pair| file_of_store(pair.split_once('\n')?.1)) {
        let path = named.strip_prefix("~/").and_then(below).unwrap_or_else(|| PathBuf::from(named));
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    let mut found = Vec::new();
    for path in paths {
        let Some(text) = file(&path) else { continue };
        for (number, line) in text.lines().enumerate() {
            let parsed = git_url::read(line, "");
            let ours = matches!(parsed.url.host.as_str(), "bitbucket.org" | "api.bitbucket.org" | "www.bitbucket.org");
            let (true, Some(password)) = (ours, parsed.password.as_deref().filter(|p| !p.is_empty())) else { continue };
            let origin = format!("{}:{}", below_home(&path, home), number + 1);
            let sent = Sent::new("stored credential", &origin, Scheme::Basic, parsed.user.as_deref(), password);
            let value = format!("{}; it lies there in plain text", sent.words());
            found.push((LocalSetting { value, ..sent.setting() }, Some(sent.secret)));
        }
    }
    found.truncate(8);
    found
}

/// The file that `store --file` names.
fn file_of_store(helper: &str) -> Option<&str> {
    let (program, options) = helper.split_once(char::is_whitespace)?;
    let (_, rest) = options.split_once("--file")?;
    let rest = rest.strip_prefix('=').unwrap_or(rest).trim();
    let name = match rest.strip_prefix(['"', '\'']) {
        Some(quoted) => quoted.split(['"', '\'']).next(),
        None => rest.split_whitespace().next(),
    };
    name.filter(|name| shown(program).trim_start_matches("git-credential-") == "store" && !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_helpers() {
        assert_eq!(shown("!f() { echo password=hush; }; f"), "a shell command");
        assert_eq!(shown("/usr/lib/git-core/git-credential-libsecret --x=hush"), "git-credential-libsecret");
        for name in ["manager", "manager-core", "/usr/local/bin/git-credential-manager", "C:\\x\\git-credential-manager.exe"] {
            assert!(is_manager(name), "{name}");
        }
        assert!(!is_manager("store") && !is_manager("osxkeychain") && !is_manager("!manager"));
    }
}
