//! The address that git is given, and what `insteadOf` and `pushInsteadOf` make of it: git is asked for both.

use super::config::{Config, Entry, without_user};
use super::git::Git;
use super::sent::Sent;
use super::{ssh, submodules};
use crate::checks::{LocalSetting, Request, Scheme, UserForm};
use crate::intake::{Intake, git_url};
use crate::secret::Secret;

/// An address before and after git's rewriting.
#[derive(Clone, Debug)]
pub(super) struct Address {
    /// As it was given.
    pub(super) meant: git_url::Parsed,
    /// As git uses it.
    pub(super) effective: git_url::Parsed,
    /// The setting that rewrites it and its place, where it is rewritten.
    pub(super) rule: Option<(String, String)>,
    /// The remote that the address was looked up by, where the command names none.
    pub(super) remote: Option<String>,
    /// The setting that holds it and its place, where it is a remote's.
    pub(super) key: Option<(String, String)>,
    /// What ssh's configuration makes of its host.
    pub(super) alias: Option<ssh::Alias>,
}

impl Address {
    /// Whether git goes to another host, path or scheme than was meant.
    pub(super) fn leads_elsewhere(&self) -> bool {
        let parts = |p: &git_url::Parsed| {
            let path = p.url.path.trim_end_matches('/');
            (p.url.scheme.clone(), p.url.host.clone(), path.strip_suffix(".git").unwrap_or(path).to_ascii_lowercase())
        };
        parts(&self.meant) != parts(&self.effective)
    }
}

/// The address of the case; `None` where there is none.
pub(super) fn address(git: Git<'_>, config: &Config, intake: &Intake) -> Option<Address> {
    let case = &intake.case;
    let base = case.options.git_base_url.as_str();
    let push = case.request.as_ref().is_some_and(|r| r.writes);
    let held = |entry: &Entry| Some((entry.key(), entry.origin.clone()));
    let mut setting = None;
    let (text, remote) = match &case.request {
        Some(request) if request.url.is_empty() && request.text.contains("submodule") => {
            (submodules::meant(&submodules::all(git, config))?.url.clone(), None)
        }
        Some(request) if request.url.is_empty() => {
            let name = named(git, config, request)?;
            let key = if push { "pushurl" } else { "url" };
            let of = |key| config.all("remote", key).filter(|e| e.between.as_deref() == Some(&name)).last();
            let entry = of(key).or_else(|| of("url"))?;
            setting = held(entry);
            (entry.value.clone(), Some(name))
        }
        Some(request) => {
            let user = request.sends.user.as_ref().filter(|_| request.spans.contains_key("user"));
            (with_user(&request.url, user.filter(|u| shows(u.form)).map(|u| u.text.as_str())), None)
        }
        None => match &case.target.git_url {
            Some(url) => {
                let same =
                    |e: &&Entry| case.target.source.ends_with("this clone") && git_url::read(&e.value, "").url.url == url.url;
                setting = config.all("remote", "url").find(same).and_then(held);
                (with_user(&url.url, url.user.as_ref().filter(|u| shows(u.form)).map(|u| u.text.as_str())), None)
            }
            None => (format!("https://bitbucket.org/{}.git", case.repo()?), None),
        },
    };
    let real = real(&text, base);
    let meant = git_url::read(&real, "the remote");
    let rewritten = match &remote {
        Some(name) if push => git.line(&["remote", "get-url", "--push", name]),
        Some(name) => git.line(&["remote", "get-url", name]),
        // git says only of a remote's name where it pushes to; of a URL it does so with what is documented: the longest prefix.
        None if push => pushed(config, &real).or_else(|| git.line(&["ls-remote", "--get-url", &real])),
        None => git.line(&["ls-remote", "--get-url", &real]),
    };
    let rewritten = rewritten.map_or_else(|| real.clone(), |url| self::real(&url, base));
    let mut effective = git_url::read(&rewritten, "git's configuration");
    let alias = (effective.url.scheme == "ssh").then(|| ssh::alias(git.0, &effective.url.host)).flatten();
    if let Some(alias) = &alias {
        effective.url.url = effective.url.url.replacen(&effective.url.host, &alias.host, 1);
        effective.url.host.clone_from(&alias.host);
    }
    let rule = (rewritten != real).then(|| rule(config, &text, &real, push)).flatten();
    Some(Address { meant, effective, rule, remote, key: setting, alias })
}

/// The remote that a command means: the one it names, else the branch's, else `origin`, else the only one.
fn named(git: Git<'_>, config: &Config, request: &Request) -> Option<String> {
    let names = config.remotes();
    let words: Vec<&str> = request.text.split_whitespace().collect();
    let named = names.iter().find(|name| words.contains(*name)).copied();
    let of_branch = || of_branch(git, request.writes).and_then(|branch| names.iter().find(|name| **name == branch).copied());
    let usual = || names.iter().find(|name| **name == "origin").or(names.first().filter(|_| names.len() == 1)).copied();
    named.or_else(of_branch).or_else(usual).map(str::to_owned)
}

/// The remote that is set for the branch that is checked out; for pushing it may be another.
fn of_branch(git: Git<'_>, push: bool) -> Option<String> {
    if push {
        let said = git.ask(&["for-each-ref", "--format=%(if)%(HEAD)%(then)%(push:remotename)%(end)", "refs/heads"], "").ok()?;
        return said.lines().find(|line| !line.is_empty()).map(str::to_owned);
    }
    let branch = git.line(&["symbolic-ref", "--quiet", "--short", "HEAD"])?;
    git.line(&["config", "--get", &format!("branch.{branch}.remote")])
}

/// No secret goes into an argument list.
pub(super) fn shows(form: UserForm) -> bool {
    !matches!(form, UserForm::Token | UserForm::Placeholder)
}

pub(super) fn with_user(url: &str, user: Option<&str>) -> String {
    let Some(user) = user else { return url.to_owned() };
    match url.split_once("://") {
        Some((scheme, rest)) if !user.is_empty() => {
            let encoded = percent_encoding::utf8_percent_encode(user, percent_encoding::NON_ALPHANUMERIC).to_string();
            format!("{scheme}://{}@{rest}", encoded.replace("%2D", "-").replace("%2E", ".").replace("%5F", "_"))
        }
        None if !user.is_empty() && !url.contains('@') => format!("{user}@{url}"),
        _ => url.to_owned(),
    }
}

/// Whatever `--git-base-url` says, git's settings are those for the real host.
fn real(url: &str, base: &str) -> String {
    const REAL: &str = "https://bitbucket.org";
    let base = base.trim_end_matches('/');
    if base.is_empty() || base == REAL {
        return url.to_owned();
    }
    let (Some((scheme, rest)), Some((base_scheme, base_rest))) = (url.split_once("://"), base.split_once("://")) else {
        return url.to_owned();
    };
    let (user, below) = match rest.split_once('/').map_or(rest, |(authority, _)| authority).rsplit_once('@') {
        Some((user, _)) => (format!("{user}@"), &rest[user.len() + 1..]),
        None => (String::new(), rest),
    };
    match below.strip_prefix(base_rest) {
        Some(path) if scheme == base_scheme && (path.is_empty() || path.starts_with('/')) => {
            format!("https://{user}bitbucket.org{path}")
        }
        _ => url.to_owned(),
    }
}

/// Remotes of this clone with a password in their URL, which lies there in plain text.
pub(super) fn in_plain_text(git: Git<'_>) -> Vec<(LocalSetting, Option<Secret>)> {
    let listed = git.ask(&["config", "-z", "--get-regexp", r"^remote\..*\.(push)?url$"], "").unwrap_or_default();
    let one = |pair: &str| {
        let (key, url) = pair.split_once('\n')?;
        let read = git_url::read(url, "");
        let password = read.password.as_deref().filter(|p| !p.is_empty() && read.url.host.ends_with("bitbucket.org"))?;
        let sent = Sent::new(key, "this clone", Scheme::Basic, read.user.as_deref(), password);
        let (name, kind) = key.strip_prefix("remote.").and_then(|rest| rest.rsplit_once('.')).unwrap_or(("origin", "url"));
        let push = if kind == "pushurl" { "--push " } else { "" };
        let value = format!(
            "{}; it lies there in plain text: git remote set-url {push}{name} {}",
            sent.words(),
            super::config::without_user(&read.url.url)
        );
        Some((LocalSetting { value, ..sent.setting() }, Some(sent.secret)))
    };
    listed.split('\0').filter_map(one).take(4).collect()
}

/// The address that `pushInsteadOf` makes of this one, where it makes any; then `insteadOf` counts no more.
fn pushed(config: &Config, url: &str) -> Option<String> {
    let fits = config.all("url", "pushinsteadof").filter(|e| !e.value.is_empty() && url.starts_with(&e.value));
    let rule = fits.max_by_key(|e| e.value.len())?;
    Some(format!("{}{}", rule.between.as_deref()?, &url[rule.value.len()..]))
}

/// The setting to name: of those whose prefix fits, the longest, as git takes it. What git made of it is known already.
fn rule(config: &Config, text: &str, real: &str, push: bool) -> Option<(String, String)> {
    let of = |name| {
        let fits = config.all("url", name).filter(|e| text.starts_with(&e.value) || real.starts_with(&e.value));
        fits.max_by_key(|e| e.value.len()).map(|e| (format!("{} {}", e.key(), without_user(&e.value)), e.origin.clone()))
    };
    if push { of("pushinsteadof").or_else(|| of("insteadof")) } else { of("insteadof") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_real_host() {
        let base = "http://127.0.0.1:8080";
        assert_eq!(real("http://anna@127.0.0.1:8080/acme/app.git", base), "https://anna@bitbucket.org/acme/app.git");
        assert_eq!(real("http://127.0.0.1:80801/acme/app.git", base), "http://127.0.0.1:80801/acme/app.git");
        assert_eq!(real("git@bitbucket.org:acme/app.git", base), "git@bitbucket.org:acme/app.git");
        assert_eq!(real("https://bitbucket.org/a/b", "https://bitbucket.org"), "https://bitbucket.org/a/b");
    }

    #[test]
    fn users_are_encoded() {
        assert_eq!(
            with_user("https://bitbucket.org/a/b", Some("anna@example.com")),
            "https://anna%40example.com@bitbucket.org/a/b"
        );
        assert_eq!(with_user("https://bitbucket.org/a/b", Some("x-token-auth")), "https://x-token-auth@bitbucket.org/a/b");
        assert_eq!(with_user("bitbucket.org:a/b", Some("git")), "git@bitbucket.org:a/b");
    }
}
