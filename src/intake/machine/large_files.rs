//! Where Git LFS goes (fact `git-lfs`): to an address of its own, where one is set.

use super::config::Config;
use super::git::Git;
use super::remote::Address;
use crate::checks::{Effect, LocalSetting};
use crate::intake::{Intake, git_url};

/// Git LFS goes to the repository's own address unless it is told another (fact `git-lfs`). It counts where LFS is what fails.
pub(super) fn look(git: Git<'_>, config: &Config, intake: &Intake, address: &Address) -> Vec<LocalSetting> {
    let mut set: Vec<(String, String, String)> = config
        .0
        .iter()
        .filter(|e| e.section == "lfs" && e.name == "url" && e.between.is_none() || e.section == "remote" && e.name == "lfsurl")
        .map(|e| (e.key(), e.value.clone(), e.origin.clone()))
        .collect();
    if let Some(root) = git.line(&["rev-parse", "--show-toplevel"]).filter(|_| set.is_empty()) {
        let file = format!("{root}/.lfsconfig");
        if std::path::Path::new(&file).is_file()
            && let Some(url) = git.line(&["config", "-f", &file, "--get", "lfs.url"])
        {
            set.push(("lfs.url".into(), url, ".lfsconfig".into()));
        }
    }
    let fails = lfs_is_what_fails(intake);
    // `lfs.<address>.access`: whether Git LFS signs in there at all.
    let access = config.all("lfs", "access").filter_map(|e| Some((e, e.between.as_deref()?)));
    let access: Vec<LocalSetting> = access
        .filter(|(_, address)| address.contains("bitbucket.org"))
        .take(4)
        .map(|(e, _)| {
            let never = e.value.eq_ignore_ascii_case("none");
            let effect = (never && fails).then_some(Effect::LfsDiffers);
            LocalSetting { name: e.key(), value: e.value.clone(), origin: e.origin.clone(), effect }
        })
        .collect();
    set.truncate(4);
    set.into_iter()
        .map(|(name, value, origin)| {
            let parsed = git_url::read(&value, "");
            let path = |path: &str| {
                let path = path.trim_end_matches('/').trim_end_matches("/info/lfs").trim_end_matches(".git");
                path.to_ascii_lowercase()
            };
            let git = &address.effective.url;
            let differs = parsed.url.host != git.host || path(&parsed.url.path) != path(&git.path);
            let effect = (differs && fails).then_some(Effect::LfsDiffers);
            LocalSetting { name, value: parsed.url.url, origin, effect }
        })
        .chain(access)
        .collect()
}

fn lfs_is_what_fails(intake: &Intake) -> bool {
    let request = intake.case.request.as_ref().is_some_and(|r| r.text.contains("git lfs") || r.url.contains("/info/lfs"));
    let speaks = |text: &str| ["/info/lfs", "batch response", "git-lfs", "Git LFS", "LFS:"].iter().any(|w| text.contains(w));
    request || intake.case.reported().is_some_and(|r| speaks(&r.text))
}
