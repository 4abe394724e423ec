//! What a host's name means to the person's ssh: `HostName` of their configuration may make another of it, so that an alias is
//! Bitbucket's old host, or the old host has been led to the new one already. ssh is asked for it, and connects to nothing.

use std::path::PathBuf;

use super::{config, file, git};
use crate::intake::Around;

/// A name that ssh's configuration leads to another host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Alias {
    /// As it stands in the URL.
    pub(super) name: String,
    /// The host that ssh connects to.
    pub(super) host: String,
    /// Where that is set.
    pub(super) origin: String,
}

/// The host behind a name, where it is another one and one of the two is Bitbucket's.
pub(super) fn alias(around: &Around, name: &str) -> Option<Alias> {
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    if name.is_empty() || name.starts_with('-') || !name.chars().all(plain) {
        return None;
    }
    let path = config_file(around)?;
    let text = file(&path)?;
    let lower = text.to_ascii_lowercase();
    // Most have nothing of the kind: then nobody is asked.
    if !lower.contains("hostname") && !lower.contains("include") {
        return None;
    }
    let said = git::run("ssh", &["-F", path.to_str()?, "-G", name], "", around).ok()?;
    let host = said.lines().find_map(|line| line.strip_prefix("hostname "))?.trim().to_ascii_lowercase();
    let ours = |host: &str| host == "bitbucket.org" || host.ends_with(".bitbucket.org");
    if host == name || !(ours(&host) || ours(name)) {
        return None;
    }
    let shown = config::below_home(&path, around.home());
    let origin = line_of(&text, &host).map_or_else(|| shown.clone(), |line| format!("{shown}:{line}"));
    Some(Alias { name: name.to_owned(), host, origin })
}

/// The configuration that git's ssh reads: the one that its command names with `-F`, else the person's.
fn config_file(around: &Around) -> Option<PathBuf> {
    let set = around.filled("GIT_SSH_COMMAND").map(str::to_owned);
    let command = set.or_else(|| git::Git(around).line(&["config", "--get", "core.sshCommand"])).unwrap_or_default();
    let home = around.home()?;
    let mut words = command.split_whitespace().map(|word| word.trim_matches(['"', '\'']));
    let named = words.find_map(|word| word.strip_prefix("-F").map(str::to_owned));
    let named = match named {
        Some(file) if file.is_empty() => words.next().map(str::to_owned),
        other => other,
    };
    Some(match named {
        Some(file) => match file.strip_prefix("~/").or_else(|| file.strip_prefix("$HOME/")) {
            Some(rest) => home.join(rest),
            None => PathBuf::from(file),
        },
        None => home.join(".ssh/config"),
    })
}

/// The line that sets this host, counted from one, where there is but one.
fn line_of(text: &str, host: &str) -> Option<usize> {
    let sets = |line: &str| {
        let mut words = line.split(|c: char| c.is_whitespace() || c == '=').filter(|word| !word.is_empty());
        words.next().is_some_and(|key| key.eq_ignore_ascii_case("hostname"))
            && words.next().is_some_and(|value| value.trim_matches('"').eq_ignore_ascii_case(host))
    };
    let mut lines = text.lines().enumerate().filter(|(_, line)| sets(line)).map(|(number, _)| number + 1);
    lines.next().filter(|_| lines.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        let text =
            "Host bb\n  HostName bitbucket.org\nHost gh\n\thostname=github.com\nHost x\n HostName a.b\nHost y\n HostName a.b\n";
        assert_eq!((line_of(text, "bitbucket.org"), line_of(text, "github.com")), (Some(2), Some(4)));
        assert_eq!((line_of(text, "a.b"), line_of(text, "c.d")), (None, None));
    }
}
