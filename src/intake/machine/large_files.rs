//! Where Git LFS goes (fact `git-lfs`): to the repository's own address, unless a setting of its own leads it to another one, or
//! gives it another credential.

use super::config::{Config, without_user};
use super::git::Git;
use super::remote::Address;
use super::sent::Sent;
use crate::checks::{Effect, LocalSetting, Scheme};
use crate::intake::{Intake, git_url};

/// More are not listed.
const MOST: usize = 4;

/// A setting of Git LFS.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) setting: LocalSetting,
    /// User and password that stand in its URL.
    pub(super) pair: Option<Sent>,
    /// Whether Git LFS is what fails, and takes this setting for what it does.
    pub(super) counts: bool,
}

/// What is set, from what counts first.
pub(super) fn look(git: Git<'_>, config: &Config, intake: &Intake, address: &Address) -> Vec<Found> {
    let fails = is_what_fails(intake);
    let push = intake.case.request.as_ref().is_some_and(|r| r.writes);
    let remote = address.remote.as_deref().unwrap_or("origin");
    let url = |(name, value, origin): (String, String, String)| {
        let parsed = git_url::read(&value, "");
        let other = differs(&parsed, &address.effective) && fails && (push || !name.contains("push"));
        let pair = parsed.password.as_deref().filter(|password| !password.is_empty());
        let pair = pair.map(|password| Sent::new(&name, &origin, Scheme::Basic, parsed.user.as_deref(), password));
        let effect = other.then_some(Effect::LfsDiffers);
        let counts = fails && (push || !name.contains("push"));
        Found { setting: LocalSetting { name, value: parsed.url.url, origin, effect }, pair, counts }
    };
    let mut found: Vec<Found> = set(git, config, remote).into_iter().take(MOST).map(url).collect();
    // The remote whose address it takes, where that is not git's own.
    let default =
        config.all("remote", "lfsdefault").chain(config.all("remote", "lfspushdefault")).filter(|e| e.between.is_none());
    for entry in default.take(2) {
        let of = |e: &&super::config::Entry| e.between.as_deref() == Some(entry.value.as_str());
        let Some(url) = config.all("remote", "url").find(of) else { continue };
        let parsed = git_url::read(&url.value, "");
        let counts = fails && (push || entry.name == "lfsdefault");
        let effect = (counts && differs(&parsed, &address.effective)).then_some(Effect::LfsDiffers);
        let value = format!("{}, {}", entry.value, parsed.url.url);
        let setting = LocalSetting { name: entry.key(), value, origin: entry.origin.clone(), effect };
        found.push(Found { setting, pair: None, counts });
    }
    // `lfs.<address>.access`: whether Git LFS signs in there at all.
    let access = config.all("lfs", "access").filter(|e| e.between.as_deref().is_some_and(|at| at.contains("bitbucket.org")));
    found.extend(access.take(MOST).map(|e| {
        let never = e.value.eq_ignore_ascii_case("none");
        let effect = (never && fails).then_some(Effect::LfsDiffers);
        let setting = LocalSetting { name: e.key(), value: e.value.clone(), origin: e.origin.clone(), effect };
        Found { setting, pair: None, counts: fails }
    }));
    found
}

/// URLs of git's configuration and, where it has none, of `.lfsconfig`: name, value and origin.
fn set(git: Git<'_>, config: &Config, remote: &str) -> Vec<(String, String, String)> {
    let ours = |section: &str, between: Option<&str>, name: &str| match section {
        "lfs" => between.is_none() && matches!(name, "url" | "pushurl"),
        "remote" => between == Some(remote) && matches!(name, "lfsurl" | "lfspushurl"),
        _ => false,
    };
    let entries = config.0.iter().filter(|e| ours(&e.section, e.between.as_deref(), &e.name));
    let own: Vec<_> = entries.map(|e| (e.key(), e.value.clone(), e.origin.clone())).collect();
    if !own.is_empty() {
        return own;
    }
    let Some(root) = git.line(&["rev-parse", "--show-toplevel"]) else { return own };
    let file = format!("{root}/.lfsconfig");
    if !std::path::Path::new(&file).is_file() {
        return own;
    }
    let listed = git.ask(&["config", "-f", &file, "-z", "--get-regexp", r"^(lfs|remote\..*)\.(lfs)?(push)?url$"], "");
    let listed = listed.unwrap_or_default();
    let pairs = listed.split('\0').filter_map(|pair| pair.split_once('\n'));
    let pairs =
        pairs.filter(|(key, _)| key.starts_with("lfs.") || key.strip_prefix("remote.").is_some_and(|k| k.starts_with(remote)));
    pairs.map(|(key, value)| (without_user(key), value.to_owned(), ".lfsconfig".to_owned())).collect()
}

/// Whether this is another repository's address than git's.
fn differs(lfs: &git_url::Parsed, git: &git_url::Parsed) -> bool {
    let path = |path: &str| {
        let path = path.trim_end_matches('/').trim_end_matches("/info/lfs").trim_end_matches(".git");
        path.to_ascii_lowercase()
    };
    lfs.url.host != git.url.host || path(&lfs.url.path) != path(&git.url.path)
}

fn is_what_fails(intake: &Intake) -> bool {
    let request = intake.case.request.as_ref().is_some_and(|r| r.text.contains("git lfs") || r.url.contains("/info/lfs"));
    let speaks = |text: &str| ["/info/lfs", "batch response", "git-lfs", "Git LFS", "LFS:"].iter().any(|w| text.contains(w));
    request || intake.case.reported().is_some_and(|r| speaks(&r.text))
}
