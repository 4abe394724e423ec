//! What this machine is set to: the remotes of the clone.

use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{Around, git_url, machine};
use crate::transport::Settings;

/// How long git may take.
const LIMIT: Duration = Duration::from_secs(3);
/// Bytes of git's answer that are read.
const LARGEST: u64 = 256 * 1024;
const HOSTS: [&str; 4] = ["bitbucket.org", "www.bitbucket.org", "ssh.bitbucket.org", "altssh.bitbucket.org"];

/// The remote of this clone that is Bitbucket's: `origin` before others. The person's own git is asked.
pub(super) fn remote(around: &Around, settings: &Settings) -> Option<(String, String)> {
    let listed = git(&["config", "--get-regexp", r"^remote\..*\.url$"])?;
    let ours = |url: &str| {
        let git_url::Parsed { url, .. } = git_url::read(url, "");
        let host = url.host;
        let alias = || url.scheme == "ssh" && machine::ssh_host(around, &host).is_some_and(|host| HOSTS.contains(&host.as_str()));
        HOSTS.contains(&host.as_str()) || alias() || settings.git_base_url().host_str() == Some(&host)
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
