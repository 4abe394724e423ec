//! What mends a setting of this machine: the command that takes away exactly what was found, at the place where it was found.
//!
//! A setting's origin is `FILE:LINE, SCOPE`, as git tells it. A key that holds a secret is not written out: it is matched.

use alloc::string::String;
use alloc::vec::Vec;
use alloc::{format, vec};

use crate::fix::text;
use crate::{Case, Effect, Fix, FixCommand, LocalSetting, Seen};

/// git's own way to lose a credential, for every helper that keeps one.
pub(crate) fn forget_stored(case: &Case, _: &Seen) -> Fix {
    let setting = case.local.iter().find(|l| l.effect == Some(Effect::HelperSuppliesOther));
    let why = setting.map_or("", |_| "git asks its helper before anybody can type: what it keeps is sent, not what is meant. ");
    let mut words = format!("{why}Let git forget the stored credential; it asks for the new one at the next fetch.");
    if let Some(setting) = setting.filter(|s| s.name.contains("a shell command")) {
        words =
            format!("{words} The helper is a command of your own ({}): what keeps no `erase` is changed there.", setting.origin);
    }
    Fix { text: words, commands: vec![FixCommand::Plain(reject(case))] }
}

/// `git credential reject` for the host of the case; with the path where git's helpers are told paths.
fn reject(case: &Case) -> String {
    let www = case.request.as_ref().is_some_and(|r| r.url.contains("://www.bitbucket.org/"));
    let host = if www { "www.bitbucket.org" } else { "bitbucket.org" };
    format!("printf 'protocol=https\\nhost={host}\\n\\n' | git credential reject")
}

/// netrc or curlrc: the entry at its line.
pub(crate) fn mend_netrc(case: &Case, _: &Seen) -> Fix {
    let Some(setting) = case.local.iter().find(|l| l.effect == Some(Effect::NetrcReplaces)) else {
        return text(
            "Change or remove the entry for the host in the netrc file; entries are read from the top, and `default` takes what is left.",
        );
    };
    let words = if setting.name != "netrc" {
        format!(
            "curl reads this for every command, and it is what is sent. Change or remove line {} of curl's configuration; curl --disable as first option leaves it out for one command.",
            setting.origin
        )
    } else if case.request.as_ref().is_some_and(|r| r.tool == "python") {
        format!(
            "requests puts the netrc entry at {} in the place of your header. Give the pair with auth=(user, token), set trust_env = False on the session, or remove the entry.",
            setting.origin
        )
    } else {
        let tool = if case.request.as_ref().is_some_and(|r| r.tool == "curl") { "curl" } else { "git" };
        format!(
            "{tool} takes this entry for the host before it asks anybody. Change or remove the entry at {}; entries are read from the top, and `default` takes what is left.",
            setting.origin
        )
    };
    let command = cut(setting);
    let kept = if command.is_some() { " The file as it was stays beside it (.bak): delete that once it works." } else { "" };
    Fix { text: format!("{words}{kept}"), commands: command.into_iter().map(FixCommand::Plain).collect() }
}

/// The command that takes an entry out of netrc, or a line out of curlrc.
fn cut(setting: &LocalSetting) -> Option<String> {
    let (file, line) = setting.origin.rsplit_once(':')?;
    let line: u32 = line.parse().ok()?;
    let file = path_word(file)?;
    if setting.name != "netrc" {
        return Some(format!("sed -i.bak '{line}d' {file}"));
    }
    // What shares a line with another cannot be cut out by lines.
    if setting.value.contains("another entry stands on its line") {
        return None;
    }
    let last = setting.value.split("; lines ").nth(1).and_then(|range| range.split(" to ").nth(1));
    let last = last.and_then(|rest| rest.split(';').next()?.trim().parse::<u32>().ok()).filter(|last| *last > line);
    let lines = last.map_or_else(|| format!("{line}"), |last| format!("{line},{last}"));
    Some(format!("sed -i.bak '{lines}d' {file}"))
}

/// git's configuration: the setting itself, and the command that shows what else is set.
pub(crate) fn mend_git_config(case: &Case, _: &Seen) -> Fix {
    let mut fix = Fix {
        text: "Remove the setting named above; this shows every place that sets one.".into(),
        commands: vec![FixCommand::Plain(
            "git config --show-origin --show-scope --get-regexp '^(http\\..*extraheader|url\\..*insteadof|credential\\.)'".into(),
        )],
    };
    let Some(setting) = case.local.iter().find(|l| l.effect == Some(Effect::GitConfigReplaces)) else { return fix };
    if let Some(command) = without_password(case, setting) {
        fix.text = "git sends what stands in the URL, and asks no helper. Take user and password out of the remote's URL; the second command shows what else is set.".into();
        fix.commands.insert(0, FixCommand::Plain(command));
    } else if let Some(command) = removed(setting) {
        let name = setting.name.split(' ').next().unwrap_or_default();
        let why = match name.rsplit('.').next() {
            Some("extraHeader") => "git sends this header with every request, whatever URL and helper hold. ",
            Some("insteadOf" | "pushInsteadOf") => "git goes to another address than the one that was given. ",
            Some("username") => "git asks its helpers for this user, and sends it. ",
            _ => "",
        };
        fix.text = format!("{why}Remove the setting; the second command shows every other place that sets one.");
        fix.commands.insert(0, FixCommand::Plain(command));
    }
    fix
}

/// The command that takes away a setting of git's: out of the file that holds it, or out of the environment.
fn removed(setting: &LocalSetting) -> Option<String> {
    if let Some(variable) = setting.origin.strip_suffix(", environment") {
        let variable = if variable.starts_with("GIT_CONFIG_KEY_") { "GIT_CONFIG_COUNT" } else { variable };
        return variable.starts_with("GIT_CONFIG_").then(|| format!("unset {variable}"));
    }
    unset(setting)
}

/// The command that gives a remote its URL without what stands before the `@`, where its name means nothing to a shell.
fn without_password(case: &Case, setting: &LocalSetting) -> Option<String> {
    let repo = case.repo()?;
    set_url(&setting.name, &format!("https://bitbucket.org/{repo}.git"))
}

/// `git remote set-url` for the setting of a remote.
pub(crate) fn set_url(setting: &str, url: &str) -> Option<String> {
    let (name, kind) = setting.strip_prefix("remote.")?.rsplit_once('.')?;
    let push = match kind {
        "url" => "",
        "pushurl" => "--push ",
        _ => return None,
    };
    let plain = !name.starts_with('-') && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/".contains(&b));
    plain.then(|| format!("git remote set-url {push}{name} {url}"))
}

/// `git config --unset-all` in the file that holds the setting: `--global` alone means one file of several.
fn unset(setting: &LocalSetting) -> Option<String> {
    let (key, value) = setting.name.split_once(' ').map_or((setting.name.as_str(), None), |(key, value)| (key, Some(value)));
    let (origin, scope) = setting.origin.rsplit_once(", ")?;
    if key.starts_with("remote.") {
        return None;
    }
    let file = origin.rsplit_once(':').filter(|(_, line)| line.parse::<u32>().is_ok()).map_or(origin, |(file, _)| file);
    let which = match (scope, file) {
        ("global", "~/.gitconfig") => "--global".into(),
        ("local", ".git/config") => "--local".into(),
        ("system", "/etc/gitconfig") => "--system".into(),
        ("global" | "local" | "system" | "worktree", _) => format!("--file {}", path_word(file)?),
        _ => return None,
    };
    // Of several values of one key only this one.
    let only = match value {
        Some(value) if value.contains('…') => String::new(),
        Some(value) => format!(" {}", word(&format!("^{}$", escaped(value)))?),
        None => String::new(),
    };
    if key.contains('…') {
        // The key holds a secret, and is found by what stands around it.
        let (section, rest) = key.split_once('.')?;
        let (between, name) = rest.rsplit_once('.')?;
        let pattern = format!("^{section}\\.{}\\.{}$", escaped(between).replace('…', ".*"), name.to_ascii_lowercase());
        let pattern = word(&pattern)?;
        return Some(format!(
            "git config {which} --name-only --get-regexp {pattern} | while IFS= read -r key; do git config {which} --unset-all \"$key\"{only}; done"
        ));
    }
    Some(format!("git config {which} --unset-all {}{only}", word(key)?))
}

/// Characters that mean something in an extended regular expression, taken as they stand.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if "\\.+*?()[]{}|^$".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A word for a shell, in single quotes where one is needed.
fn word(text: &str) -> Option<String> {
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b":/.-_@=".contains(&b));
    match text {
        _ if text.is_empty() || text.contains(['\'', '\n', '\r']) => None,
        _ if plain && !text.starts_with('-') => Some(text.into()),
        _ => Some(format!("'{text}'")),
    }
}

/// A path for a shell: `~/` stays outside of the quotes.
fn path_word(path: &str) -> Option<String> {
    match path.strip_prefix("~/") {
        Some(rest) => Some(format!("~/{}", word(rest)?)),
        None => word(path),
    }
}

/// The command that points a remote at this address: the one that the case is about, where the clone tells it.
pub(crate) fn point_remote(case: &Case, url: &str) -> String {
    let of = |l: &LocalSetting| if l.effect.is_none() { set_url(&l.name, url) } else { None };
    case.local.iter().find_map(of).unwrap_or_else(|| format!("git remote set-url origin {url}"))
}

/// An alias of ssh's configuration that leads to the old host: the alias is mended, every remote that uses it with it.
pub(crate) fn mend_alias(case: &Case) -> Option<Fix> {
    let alias = case.local.iter().find(|l| l.name == "HostName" && l.value.ends_with(" is bitbucket.org"))?;
    let file =
        alias.origin.rsplit_once(':').filter(|(_, line)| line.parse::<u32>().is_ok()).map_or(alias.origin.as_str(), |(f, _)| f);
    let command = format!(
        "sed -i.bak 's/^\\([[:space:]]*[Hh]ost[Nn]ame[[:space:]=]*\\)bitbucket\\.org[[:space:]]*$/\\1ssh.bitbucket.org/' {}",
        path_word(file)?
    );
    let text = format!(
        "The name in the URL is one of your ssh configuration ({}): {}. Let it be ssh.bitbucket.org (its key differs: compare the fingerprint with Atlassian's page), or use HTTPS with a token.",
        alias.origin, alias.value
    );
    Some(Fix { text, commands: vec![FixCommand::Plain(command)] })
}

/// Git Credential Manager's test, off for the person.
pub(crate) fn stop_gcm_validation(_: &Case, _: &Seen) -> Fix {
    Fix {
        text: "It asks REST with git's user name whether a stored credential is good; REST refuses that for every API token, and the question comes again. Switch its check off; git itself then decides whether the credential is good.".into(),
        commands: vec![FixCommand::Plain("git config --global credential.bitbucketValidateStoredCredentials false".into())],
    }
}

/// Git LFS: what leads it elsewhere is removed, else it is told to sign in.
pub(crate) fn mend_lfs(case: &Case, _: &Seen) -> Fix {
    let repo = case.repo().unwrap_or_else(|| "WORKSPACE/REPOSITORY".into());
    let server = format!("https://bitbucket.org/{repo}.git/info/lfs");
    let setting = case.local.iter().find(|l| l.effect == Some(Effect::LfsDiffers) && !l.name.ends_with(".access"));
    if let Some(setting) = setting {
        // `.lfsconfig` belongs to the repository and its other users: this clone's own setting comes before it.
        let own = setting.origin.contains(".lfsconfig").then(|| format!("git config {} {server}", setting.name));
        if let Some(command) = own.or_else(|| removed(setting)).or_else(|| lfs_of_remote(setting)) {
            let text = format!(
                "Git LFS goes where {} ({}) leads it. Let it go to the repository's own address.",
                setting.name, setting.origin
            );
            return Fix { text, commands: vec![FixCommand::Plain(command)] };
        }
    }
    Fix {
        text: "Tell Git LFS to sign in at the repository's own address.".into(),
        commands: vec![FixCommand::Plain(format!("git config lfs.{server}.access basic"))],
    }
}

/// A setting of a remote for Git LFS alone.
fn lfs_of_remote(setting: &LocalSetting) -> Option<String> {
    let name = setting.name.strip_prefix("remote.")?;
    (name.contains("lfs")).then(|| Some(format!("git config --unset-all {}", word(&setting.name)?)))?
}

/// A credential that this machine sends by itself is sent again after it was replaced, unless it is taken away: before the
/// command that works stands the one that removes it.
pub(crate) fn at_its_source(case: &Case, fix: &mut Fix) {
    let Some(source) = case.subject().map(|c| c.source.as_str()) else { return };
    let of = |l: &&LocalSetting| {
        format!("{} ({})", l.name, l.origin) == source
            || l.name
                .strip_prefix("remote.")
                .and_then(|n| n.strip_suffix(".url"))
                .is_some_and(|name| source == format!("the remote \"{name}\" of this clone"))
    };
    let Some(setting) = case.local.iter().find(of) else { return };
    let Some(at) = fix.commands.iter().position(|c| matches!(c, FixCommand::Git { .. })) else { return };
    let command = if setting.name == "netrc" {
        cut(setting)
    } else if setting.name.starts_with("credential.helper") {
        Some(reject(case))
    } else {
        without_password(case, setting).or_else(|| removed(setting))
    };
    let plain: Vec<FixCommand> = command.into_iter().map(FixCommand::Plain).collect();
    if !plain.is_empty() {
        fix.text = format!("{} What is sent now comes from {source}: it is taken away first.", fix.text);
        fix.commands.splice(at..at, plain);
    }
}
