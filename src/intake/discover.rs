//! What this machine is set to: the remotes of the clone, proxies, certificate authorities.

use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use url::Url;

use super::{Around, git_url};
use crate::checks::{Effect, LocalSetting};
use crate::seam::{Settings, Vault};
use crate::secret::Secret;

/// How long git may take.
const LIMIT: Duration = Duration::from_secs(3);
/// Bytes of git's answer that are read.
const LARGEST: u64 = 256 * 1024;
const HOSTS: [&str; 3] = ["bitbucket.org", "ssh.bitbucket.org", "altssh.bitbucket.org"];

/// The remote of this clone that is Bitbucket's: `origin` before others. The person's own git is asked.
pub(super) fn remote(_around: &Around, settings: &Settings) -> Option<(String, String)> {
    let listed = git(&["config", "--get-regexp", r"^remote\..*\.url$"])?;
    let base = Url::parse(&settings.git_base_url).ok()?;
    let ours = |url: &str| {
        let host = git_url::read(url, "").url.host;
        HOSTS.contains(&host.as_str()) || base.host_str() == Some(&host)
    };
    let remotes: Vec<(String, String)> = listed
        .lines()
        .filter_map(|line| {
            let (key, url) = line.split_once(' ')?;
            let name = key.strip_prefix("remote.")?.strip_suffix(".url")?;
            ours(url).then(|| (name.to_owned(), url.to_owned()))
        })
        .collect();
    remotes.iter().find(|(name, _)| name == "origin").or(remotes.first()).cloned()
}

/// What git says to this; `None` where there is no git, no answer in time, or a failure.
fn git(words: &[&str]) -> Option<String> {
    let mut child = Command::new("git")
        .args(words)
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let out = child.stdout.take()?;
    let reader = std::thread::spawn(move || {
        let mut text = Vec::new();
        out.take(LARGEST).read_to_end(&mut text).map(|_| text)
    });
    let start = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if start.elapsed() < LIMIT => std::thread::sleep(Duration::from_millis(2)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    };
    let text = reader.join().ok()?.ok()?;
    status.success().then(|| String::from_utf8_lossy(&text).into_owned())
}

/// What stands between this machine and Bitbucket: proxies and private certificate authorities.
pub(super) fn between(around: &Around, settings: &Settings, vault: &mut Vault) -> Vec<LocalSetting> {
    let mut found = Vec::new();
    let mut add = |name: &str, value: String, origin: &str| {
        found.push(LocalSetting { name: name.into(), value, origin: origin.into(), effect: Some(Effect::Between) });
    };
    if let Some(proxy) = &settings.proxy {
        add("--proxy", without_password(proxy, vault), "--proxy");
    } else {
        let variables = if settings.api_url.starts_with("http://") {
            ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]
        } else {
            ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
        };
        let set = variables.into_iter().find_map(|name| around.filled(name).map(|value| (name, value)));
        if let Some((name, value)) = set {
            let hosts = [&settings.api_url, &settings.git_base_url].map(|base| host(base));
            if !hosts.iter().all(|host| goes_direct(host, around)) {
                add(name, without_password(value, vault), "environment");
            }
        }
    }
    if let Some(file) = &settings.ca_cert {
        add("--ca-cert", file.display().to_string(), "--ca-cert");
    }
    for name in ["SSL_CERT_FILE", "SSL_CERT_DIR"] {
        if let Some(value) = around.filled(name) {
            add(name, value.into(), "environment");
        }
    }
    found
}

fn host(base: &str) -> String {
    Url::parse(base).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// Whether `NO_PROXY` excepts this host.
fn goes_direct(host: &str, around: &Around) -> bool {
    let excepted = around.filled("no_proxy").or_else(|| around.filled("NO_PROXY")).unwrap_or_default();
    excepted.split([',', ' ']).map(|entry| entry.trim().trim_start_matches("*.").trim_start_matches('.')).any(|entry| {
        let entry = entry.split_once(':').map_or(entry, |(name, _)| name);
        entry == "*" || !entry.is_empty() && (host == entry || host.ends_with(&format!(".{entry}")))
    })
}

/// A proxy's address as it may be shown; its password is hidden from now on.
fn without_password(proxy: &str, vault: &mut Vault) -> String {
    let Some((scheme, rest)) = proxy.split_once("://").map(|(s, r)| (format!("{s}://"), r)).or(Some((String::new(), proxy)))
    else {
        return String::new();
    };
    let Some((user, host)) = rest.rsplit_once('@') else { return proxy.into() };
    if let Some((_, password)) = user.split_once(':') {
        vault.hide(Secret::new(password.into()), "[proxy password]");
    }
    format!("{scheme}…@{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_proxy() {
        let around = |value: &str| Around::new([("NO_PROXY".into(), value.into())], false);
        for (value, direct) in [
            ("bitbucket.org", true),
            (".bitbucket.org", true),
            ("*", true),
            ("example.com,api.bitbucket.org:443", true),
            ("tbucket.org", false),
            ("", false),
        ] {
            assert_eq!(goes_direct("api.bitbucket.org", &around(value)), direct, "{value}");
        }
    }

    #[test]
    fn a_proxys_password_is_not_shown() {
        let mut vault = Vault::default();
        assert_eq!(
            without_password("http://anna:correct-horse@proxy.example.com:3128", &mut vault),
            "http://…@proxy.example.com:3128"
        );
        assert_eq!(without_password("proxy.example.com:3128", &mut vault), "proxy.example.com:3128");
    }
}
