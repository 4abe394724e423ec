//! Submodules: each has an address of its own, in `.gitmodules` and, once it is set up, in the clone's configuration. A token for
//! the repository around them says nothing about them.

use super::config::{Config, Entry, without_user};
use super::git::Git;
use crate::checks::LocalSetting;
use crate::intake::git_url;

/// One submodule's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Submodule {
    pub(super) name: String,
    /// As it is set, user information and all.
    pub(super) url: String,
    pub(super) origin: String,
}

/// More are not looked at.
const MOST: usize = 20;

/// The submodules of the clone: what its own configuration says of one counts before `.gitmodules`, as for git.
pub(super) fn all(git: Git<'_>, config: &Config) -> Vec<Submodule> {
    let of = |e: &Entry| Some(Submodule { name: e.between.clone()?, url: e.value.clone(), origin: e.origin.clone() });
    let mut found: Vec<Submodule> = config.all("submodule", "url").filter_map(of).collect();
    let Some(root) = git.line(&["rev-parse", "--show-toplevel"]) else { return found };
    let file = format!("{root}/.gitmodules");
    let listed = git.ask(&["config", "-f", &file, "-z", "--get-regexp", r"^submodule\..*\.url$"], "").unwrap_or_default();
    for pair in listed.split('\0') {
        let Some((key, url)) = pair.split_once('\n') else { continue };
        let Some(name) = key.strip_prefix("submodule.").and_then(|rest| rest.strip_suffix(".url")) else { continue };
        if !found.iter().any(|known| known.name == name) {
            found.push(Submodule { name: name.to_owned(), url: url.to_owned(), origin: ".gitmodules".into() });
        }
    }
    found.truncate(MOST);
    found
}

/// The one that a command about submodules is about, as far as can be told: of those at Bitbucket the first whose address no
/// longer serves, else the first.
pub(super) fn meant(of: &[Submodule]) -> Option<&Submodule> {
    let ours = |s: &&Submodule| git_url::read(&s.url, "").url.host.ends_with("bitbucket.org");
    of.iter().filter(ours).find(|s| old_host(&s.url)).or_else(|| of.iter().find(ours))
}

/// SSH at the host that served it until November 2026 (fact `git-ssh-host`).
fn old_host(url: &str) -> bool {
    let url = git_url::read(url, "").url;
    url.scheme == "ssh" && matches!(url.host.as_str(), "bitbucket.org" | "www.bitbucket.org")
}

/// As settings, each with what is to be said of its address.
pub(super) fn settings(of: &[Submodule]) -> Vec<LocalSetting> {
    let one = |submodule: &Submodule| {
        let read = git_url::read(&submodule.url, "");
        let shown = if read.url.host.is_empty() { submodule.url.clone() } else { read.url.url.clone() };
        let remark = match &read {
            _ if old_host(&submodule.url) => "; SSH moved to ssh.bitbucket.org",
            read if read.password.as_deref().is_some_and(|p| !p.is_empty()) => "; a password stands in it, in plain text",
            read if read.url.scheme == "http" => "; http sends the credential in the clear",
            _ => "",
        };
        let name = format!("submodule.{}.url", without_user(&submodule.name));
        LocalSetting { name, value: format!("{shown}{remark}"), origin: submodule.origin.clone(), effect: None }
    };
    of.iter().map(one).collect()
}
