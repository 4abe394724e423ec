//! What shows in the text of a file without reading a command: names of app passwords, SSH at the old host, secrets.

use std::ops::Range;

use super::names::{self, Holds, holds, is_bitbucket, variable_at};
use super::script::Script;
use super::{Level, Reader};
use crate::checks::{Kind, shape};
use crate::preflight::place::floor;

pub(super) const APP_PASSWORD: &str = "make an API token with scopes, and put it into a variable of another name, such as BITBUCKET_API_TOKEN: REST takes it as Basic with the account's e-mail, git with the user x-bitbucket-api-token-auth";

impl Reader<'_> {
    /// Tokens that stand in the file as they are; in comments too.
    pub(super) fn literal_secrets(&mut self) {
        let text = &self.file.text;
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '=');
        let mut found: Vec<(Range<usize>, &'static str)> = Vec::new();
        for beginning in ["ATATT3", "ATCTT3", "ATBB", "BBDC-"] {
            for (start, _) in text.match_indices(beginning) {
                if text[..start].chars().next_back().is_some_and(|c| is_part(c) && c != '=') {
                    continue;
                }
                let rest = &text[start..];
                let end = start + rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
                if let Some(kind) = known(&text[start..end]) {
                    found.push((start..end, kind));
                }
            }
        }
        for (at, kind) in found {
            let what = format!("{kind} stands in this file: whoever can read it can use it");
            let next = "revoke it, make a new one, and put that into a secured variable; the old one stays in the history of the repository";
            self.add(
                "literal-secret",
                Level::Outdated,
                &at,
                what,
                next,
                &["kind-api-token", "kind-access-token", "kind-app-password"],
            );
        }
    }

    /// Variables of app passwords, and SSH at the old host, outside of comments.
    pub(super) fn text(&mut self, script: &Script, comments: &[Range<usize>]) {
        let text = &script.text;
        // They are in order, and there may be many.
        let said = |at: usize| {
            let next = comments.partition_point(|comment| comment.start <= at);
            next.checked_sub(1).is_some_and(|last| comments[last].contains(&at))
        };
        for (at, _) in text.match_indices('$').filter(|(at, _)| !said(*at)) {
            let (name, length) = variable_at(&text[at..]);
            if length > 0 && holds(name) == Holds::AppPassword && is_bitbucket(name) {
                self.app_password(name, &script.source(&(at..at + length)));
            }
        }
        for (at, word) in text.match_indices("git@bitbucket.org").filter(|(at, _)| !said(*at)) {
            let near = floor(text, at.saturating_sub(300));
            let start = text[near..at]
                .rfind(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '='))
                .map_or(near, |at| near + at + 1);
            let over_http = text[start..at].contains("http") || is_replaced(text, at);
            let next = text[at + word.len()..].chars().next();
            if !over_http && !next.is_some_and(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-') {
                let host = at + "git@".len()..at + word.len();
                self.old_host(&script.source(&host));
            }
        }
        for (at, _) in text.match_indices("ssh-keyscan").filter(|(at, _)| !said(*at)) {
            let line = text[at..floor(text, at + 300)].lines().next().unwrap_or_default();
            let mut words = line.split_whitespace();
            if !line.contains("ssh.bitbucket.org")
                && let Some(word) = words.find(|word| word.trim_matches(['"', '\'']) == "bitbucket.org")
            {
                let start = at + (word.as_ptr() as usize - line.as_ptr() as usize);
                self.old_host(&script.source(&(start..start + word.len())));
            }
        }
    }

    pub(super) fn app_password(&mut self, name: &str, at: &Range<usize>) {
        let name = crate::report::text::cut(name, 40);
        let what = format!("{name}: by its name an app password; they stopped working on 2026-07-28");
        self.add("app-password-removed", Level::Outdated, at, what, APP_PASSWORD, &["app-passwords-gone"]);
    }

    fn old_host(&mut self, at: &Range<usize>) {
        let what = "SSH is served by ssh.bitbucket.org; here it stopped working in November 2026".to_owned();
        let next = "write git@ssh.bitbucket.org:WORKSPACE/REPO.git, and accept the new host's key";
        self.add("ssh-host-moved", Level::Outdated, at, what, next, &["git-ssh-host"]);
    }
}

/// Whether the address stands there to be replaced by another: `insteadOf "git@bitbucket.org:"`, `sed 's#git@…#'`.
fn is_replaced(text: &str, at: usize) -> bool {
    let near = &text[floor(text, at.saturating_sub(300))..at];
    let before = near.rsplit('\n').next().unwrap_or_default().to_ascii_lowercase();
    let setting = before.rfind("insteadof").is_some_and(|setting| before.rfind("url.").is_none_or(|base| base < setting));
    setting || before.contains("sed ")
}

/// What kind of token a word is, where it is one and no sample of one.
fn known(word: &str) -> Option<&'static str> {
    let read = shape::read(word);
    if read.shape.masked || read.shape.placeholder.is_some() || word.len() < 36 {
        return None;
    }
    // A sample in a document is made up, and its checksum with it.
    let whole = read.shape.checksum_fits == Some(true);
    match read.kind {
        Kind::ApiToken if whole => Some("an API token"),
        Kind::AccessToken if whole => Some("an access token"),
        Kind::AppPassword if word.len() == 36 && varied(word) => Some("an app password"),
        Kind::DataCenterToken if varied(word) => Some("a Data Center token"),
        _ => None,
    }
}

/// More than a handful of different characters: `ATBBxxxxxxxx` is a mask.
fn varied(word: &str) -> bool {
    let mut seen: Vec<char> = word.chars().skip(4).collect();
    seen.sort_unstable();
    seen.dedup();
    seen.len() >= 8
}

/// The variable that the text of a span comes from.
pub(super) fn variable_of<'a>(text: &'a str, assigned: &'a names::Assigned) -> Option<&'a str> {
    let text = text.trim_start_matches(['"', '\'']);
    let (name, length) = variable_at(text);
    match length {
        0 if text.starts_with(['$', '`']) => assigned.origin(names::secret_in(text)?),
        0 => None,
        _ => assigned.origin(name),
    }
}
