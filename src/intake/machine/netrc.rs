//! netrc files, read as curl reads them: words with quotes, comments, macros, the first entry that fits, `default` at any place.
//!
//! Measured with curl 7.88: a `default` that stands first takes every host; of two entries for a host the first counts, unless
//! the URL names the user of the other.

/// A file is read up to here.
pub(super) const LARGEST: u64 = 256 * 1024;

/// One entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    /// Lower case; `None` is `default`.
    pub(super) host: Option<String>,
    pub(super) login: Option<String>,
    pub(super) password: Option<String>,
    /// Counted from one.
    pub(super) line: usize,
    /// The line on which it ends.
    pub(super) last: usize,
    /// Another entry stands on one of its lines.
    pub(super) shares_line: bool,
}

/// Reads a whole file; nothing in it is refused.
pub(super) fn read(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut words = Words { text, at: 0, line: 1 };
    // The line on which the word before ended.
    let mut ended = 0;
    while let Some((word, line)) = words.next() {
        let shares_line = ended == line && !entries.is_empty();
        if let ("machine" | "default", Some(before)) = (word.as_str(), entries.last_mut()) {
            before.shares_line |= shares_line;
        }
        match word.as_str() {
            "machine" => {
                let Some((host, _)) = words.next() else { break };
                entries.push(Entry {
                    host: Some(host.to_ascii_lowercase()),
                    line,
                    last: words.line,
                    shares_line,
                    ..Entry::default()
                });
            }
            "default" => entries.push(Entry { line, last: line, shares_line, ..Entry::default() }),
            "macdef" => words.skip_macro(),
            "login" | "password" | "account" => {
                let Some((value, _)) = words.next() else { break };
                let Some(entry) = entries.last_mut() else { continue };
                entry.last = words.line;
                match word.as_str() {
                    "login" => entry.login = entry.login.take().or(Some(value)),
                    "password" => entry.password = entry.password.take().or(Some(value)),
                    _ => {}
                }
            }
            _ => {}
        }
        ended = words.line;
    }
    entries
}

/// The entry that is taken for this host and, where the URL names one, this user.
///
/// Without a user it is the first that has both login and password. With one it is the user's own; where that is not there,
/// curl up to 8.10 sends the last password of the host with the URL's user. `strict`: curl from 8.11 on takes no password of
/// another login (measured with curl 7.88; read in curl's `netrc.c`).
pub(super) fn find<'a>(entries: &'a [Entry], host: &str, user: Option<&str>, strict: bool) -> Option<&'a Entry> {
    let fits = |e: &&Entry| e.host.as_deref().is_none_or(|h| h == host) && e.password.is_some();
    let Some(user) = user else {
        return entries.iter().filter(fits).find(|e| e.login.is_some()).or_else(|| entries.iter().find(fits));
    };
    let mine = |e: &&Entry| e.login.as_deref() == Some(user) || strict && e.login.is_none();
    let exact = entries.iter().filter(fits).find(mine);
    if strict { exact } else { exact.or_else(|| entries.iter().rfind(fits)) }
}

/// The entry that Python's `netrc` module gives for this host: of several the last, and `default` only where none fits
/// (measured with Python 3.11).
pub(super) fn find_as_python<'a>(entries: &'a [Entry], host: &str) -> Option<&'a Entry> {
    let of = |wanted: Option<&str>| entries.iter().rev().find(|e| e.host.as_deref() == wanted && e.password.is_some());
    of(Some(host)).or_else(|| of(None))
}

/// What is to be said of an entry and its file.
pub(super) fn remark(entry: &Entry, path: &std::path::Path) -> String {
    let lines = match entry.last {
        _ if entry.shares_line => "; another entry stands on its line".to_owned(),
        last if last > entry.line => format!("; lines {} to {last}", entry.line),
        _ => String::new(),
    };
    let open = if open_to_others(path) { "; others on this machine can read it: chmod 600" } else { "" };
    format!("{lines}{open}")
}

/// Whether others than its owner may read the file.
pub(super) fn open_to_others(path: &std::path::Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o044 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

struct Words<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl Words<'_> {
    fn next(&mut self) -> Option<(String, usize)> {
        loop {
            let c = self.peek()?;
            if c.is_whitespace() {
                self.take();
            } else if c == '#' {
                while self.peek().is_some_and(|c| c != '\n') {
                    self.take();
                }
            } else {
                break;
            }
        }
        let line = self.line;
        let mut word = String::new();
        if self.peek() == Some('"') {
            self.take();
            while let Some(c) = self.take() {
                match c {
                    '"' => break,
                    '\\' => match self.take()? {
                        'n' => word.push('\n'),
                        'r' => word.push('\r'),
                        't' => word.push('\t'),
                        other => word.push(other),
                    },
                    other => word.push(other),
                }
            }
        } else {
            while self.peek().is_some_and(|c| !c.is_whitespace()) {
                word.extend(self.take());
            }
        }
        Some((word, line))
    }

    /// A macro ends with an empty line.
    fn skip_macro(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = ["\n\n", "\n\r\n"].iter().filter_map(|end| rest.find(end).map(|at| at + end.len())).min().unwrap_or(rest.len());
        self.line += rest[..end].matches('\n').count();
        self.at += end;
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        self.line += usize::from(c == '\n');
        Some(c)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_with_their_lines() {
        let text = "# machine commented.example.com login x password y\nmachine api.bitbucket.org\n  login anna@example.com\n  password \"a b\\\"c\"\nmacdef init\nmachine inside.example.com login no password no\n\nmachine Bitbucket.org login x-token-auth password pw#1 account z\ndefault login d password e";
        let found = read(text);
        let lines: Vec<(Option<&str>, usize)> = found.iter().map(|e| (e.host.as_deref(), e.line)).collect();
        assert_eq!(lines, [(Some("api.bitbucket.org"), 2), (Some("bitbucket.org"), 8), (None, 9)]);
        assert_eq!(found[0].password.as_deref(), Some("a b\"c"));
        assert_eq!(found[1].password.as_deref(), Some("pw#1"));
    }

    #[test]
    fn which_entry_counts() {
        let text =
            "machine h login one password 1\nmachine h login two password 2\nmachine empty login x\ndefault login d password 3";
        let entries = read(text);
        let password = |host, user, strict| find(&entries, host, user, strict).and_then(|e| e.password.clone());
        assert_eq!(password("h", None, true).as_deref(), Some("1"));
        assert_eq!(password("h", Some("two"), true).as_deref(), Some("2"));
        assert_eq!(password("h", Some("other"), false).as_deref(), Some("3"));
        assert_eq!(password("h", Some("other"), true), None);
        assert_eq!(password("elsewhere", None, true).as_deref(), Some("3"));
        let first = read("default login d password 3\nmachine h login one password 1");
        assert_eq!(find(&first, "h", None, true).and_then(|e| e.password.clone()).as_deref(), Some("3"));
    }

    #[test]
    fn python_takes_the_last() {
        let entries = read("default login d password 3\nmachine h login one password 1\nmachine h login two password 2");
        let password = |host| find_as_python(&entries, host).and_then(|e| e.password.clone());
        assert_eq!((password("h").as_deref(), password("x").as_deref()), (Some("2"), Some("3")));
    }

    #[test]
    fn anything_is_read() {
        for text in ["machine", "login", "\"", "machine h password", "macdef", "machine \"h\\", "\u{feff}machine h password é"] {
            let _ = read(text);
        }
    }
}
