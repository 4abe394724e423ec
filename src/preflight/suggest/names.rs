//! What the name of a variable says of its value, and a value that stands for it while the commands of a file are read.
//!
//! A name is no proof: what follows from it is said as what the name says. A name that says nothing gives a value that supports
//! no finding.

use std::collections::BTreeMap;

use crate::checks::shape;
use crate::preflight::place::floor;

/// What a variable is to hold, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// An app password.
    AppPassword,
    /// An Atlassian API token.
    ApiToken,
    /// A repository, project or workspace access token.
    AccessToken,
    /// A secret of whatever kind.
    Secret,
    /// An e-mail address.
    Email,
    /// A user name.
    UserName,
    /// A workspace's slug.
    Workspace,
    /// A repository's slug.
    Slug,
    /// `workspace/repository`.
    FullName,
    /// Something else.
    Other,
}

/// Stand-ins, so that what was made of them is recognised again.
pub(super) const WORKSPACE: &str = "zz-workspace";
pub(super) const SLUG: &str = "zz-slug";
/// Stands for any other value, in a path too.
pub(super) const OTHER: &str = "zz-value";

/// Bytes of `${…}` that are looked at.
const LONGEST: usize = 300;

/// What the name says.
pub(super) fn holds(name: &str) -> Holds {
    let upper = name.to_ascii_uppercase().replace('-', "_");
    let words: Vec<&str> = upper.split('_').filter(|word| !word.is_empty()).collect();
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(word));
    let pair = |first: &str, second: &[&str]| words.windows(2).any(|two| two[0] == first && second.contains(&two[1]));
    if pair("APP", &["PASSWORD", "PASS", "PWD", "PW"]) || has(&["APPPASSWORD", "APPPASS"]) {
        Holds::AppPassword
    } else if pair("API", &["TOKEN"]) || has(&["APITOKEN"]) {
        Holds::ApiToken
    } else if pair("ACCESS", &["TOKEN"]) && !has(&["OAUTH"]) {
        Holds::AccessToken
    } else if has(&["TOKEN", "PASSWORD", "PASS", "PWD", "PASSWD", "SECRET", "CREDENTIALS", "AUTH", "KEY", "PAT"]) {
        Holds::Secret
    } else if has(&["EMAIL", "MAIL"]) {
        Holds::Email
    } else if has(&["USER", "USERNAME", "LOGIN"]) {
        Holds::UserName
    } else if upper.ends_with("REPO_FULL_NAME") {
        Holds::FullName
    } else if upper.ends_with("REPO_SLUG") || has(&["SLUG"]) {
        Holds::Slug
    } else if has(&["WORKSPACE"]) || upper.ends_with("REPO_OWNER") {
        Holds::Workspace
    } else {
        Holds::Other
    }
}

/// Whether the name says that it is Bitbucket's: an app password of another service is none of ours.
pub(super) fn is_bitbucket(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    upper.contains("BITBUCKET") || upper.split('_').any(|word| word == "BB")
}

/// What the variables of a file are set to in it.
#[derive(Debug, Default)]
pub(super) struct Assigned(BTreeMap<String, String>);

impl Assigned {
    /// Remembers an assignment; the first counts.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        if self.0.len() < 2_000 && value.len() < 2_000 {
            self.0.entry(name.to_owned()).or_insert_with(|| value.to_owned());
        }
    }

    /// The variable of the environment that this one's value comes from, at the end of the chain; `None` where the file sets it
    /// to something of its own. Of a value made of several variables it is the one that holds a secret.
    pub(super) fn origin<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        let mut name = name;
        for _ in 0..5 {
            let Some(value) = self.0.get(name) else { return Some(name) };
            match only_variable(value).or_else(|| secret_in(value))? {
                other if other == name => return Some(name),
                other => name = other,
            }
        }
        Some(name)
    }

    /// A value to read commands with.
    pub(super) fn value(&self, name: &str) -> String {
        self.expanded(name, 0)
    }

    fn expanded(&self, name: &str, depth: usize) -> String {
        let Some(value) = self.0.get(name).filter(|_| depth < 5) else { return stand_in(name) };
        let mut out = String::new();
        let mut rest = value.as_str();
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            let (inner, length) = variable_at(&rest[at..]);
            if length == 0 {
                // `$(…)` and the like: nobody knows.
                return stand_in(name);
            }
            let expanded = if inner == name { stand_in(name) } else { self.expanded(inner, depth + 1) };
            out.push_str(&expanded);
            rest = &rest[at + length..];
            if out.len() > 4_000 {
                break;
            }
        }
        out.push_str(rest);
        out
    }
}

/// The name at the start of `$NAME` or `${NAME…}`, and how long that is; 0 where it is none.
pub(super) fn variable_at(text: &str) -> (&str, usize) {
    let body = text.strip_prefix('$').unwrap_or_default();
    let (inner, braced) = body.strip_prefix('{').map_or((body, false), |inner| (inner, true));
    let name = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(inner, |end| &inner[..end]);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return ("", 0);
    }
    if !braced {
        return (name.trim_start_matches('_'), 1 + name.len());
    }
    let near = &inner[..floor(inner, LONGEST)];
    near.find('}').map_or(("", 0), |end| (name.trim_start_matches('_'), 2 + end + 1))
}

/// The last variable of a text that holds a secret by its name: `$(printf '%s' "$USER:$TOKEN" | base64)`.
pub(super) fn secret_in(text: &str) -> Option<&str> {
    let secret = |name: &&str| {
        !name.is_empty() && matches!(holds(name), Holds::AppPassword | Holds::ApiToken | Holds::AccessToken | Holds::Secret)
    };
    text.match_indices('$').map(|(at, _)| variable_at(&text[at..]).0).rfind(secret)
}

/// The variable that is all of a text, quotes aside.
pub(super) fn only_variable(text: &str) -> Option<&str> {
    let text = text.trim().trim_matches(['"', '\'']);
    let (name, length) = variable_at(text);
    (length > 0 && length == text.len()).then_some(name)
}

fn stand_in(name: &str) -> String {
    match holds(name) {
        Holds::AppPassword => format!("ATBB{}", "zZ9x".repeat(8)),
        Holds::ApiToken => token("ATATT3xFfGF0"),
        Holds::AccessToken => token("ATCTT3xFfGN0"),
        // Long enough for no password, of no known kind.
        Holds::Secret => "zz.".repeat(18),
        Holds::Email => "zz@example.com".into(),
        Holds::UserName => "zz-user".into(),
        Holds::Workspace => WORKSPACE.into(),
        Holds::Slug => SLUG.into(),
        Holds::FullName => format!("{WORKSPACE}/{SLUG}"),
        Holds::Other => match name {
            "BITBUCKET_GIT_HTTP_ORIGIN" => format!("http://bitbucket.org/{WORKSPACE}/{SLUG}"),
            "BITBUCKET_GIT_SSH_ORIGIN" => format!("git@ssh.bitbucket.org:{WORKSPACE}/{SLUG}.git"),
            _ => OTHER.into(),
        },
    }
}

fn token(beginning: &str) -> String {
    let body = format!("{beginning}{}=", "zZ9".repeat(57));
    let end = shape::checksum(&body);
    format!("{body}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_they_hold() {
        for (name, says) in [
            ("BITBUCKET_APP_PASSWORD", Holds::AppPassword),
            ("bb-app-pass", Holds::AppPassword),
            ("BITBUCKET_API_TOKEN", Holds::ApiToken),
            ("BITBUCKET_ACCESS_TOKEN", Holds::AccessToken),
            ("BITBUCKET_TOKEN", Holds::Secret),
            ("BITBUCKET_PASSWORD", Holds::Secret),
            ("ATLASSIAN_ACCOUNT_EMAIL", Holds::Email),
            ("BITBUCKET_USERNAME", Holds::UserName),
            ("BITBUCKET_REPO_FULL_NAME", Holds::FullName),
            ("BITBUCKET_REPO_SLUG", Holds::Slug),
            ("BITBUCKET_WORKSPACE", Holds::Workspace),
            ("PR_ID", Holds::Other),
            ("APPLE", Holds::Other),
        ] {
            assert_eq!(holds(name), says, "{name}");
        }
        assert!(is_bitbucket("BB_APP_PASSWORD") && !is_bitbucket("GMAIL_APP_PASSWORD") && !is_bitbucket("ABBEY"));
    }

    #[test]
    fn chains_are_followed_and_end() {
        let mut assigned = Assigned::default();
        for (name, value) in [
            ("T", "$BITBUCKET_API_TOKEN"),
            ("U", "\"${T}\""),
            ("API", "https://api.bitbucket.org/2.0"),
            ("A", "$B"),
            ("B", "$A"),
            ("R", "$API/x"),
        ] {
            assigned.set(name, value);
        }
        assigned.set("H", "Authorization: Basic $(printf '%s' \"$E:$BB_TOKEN\" | base64)");
        assigned.set("N", "anna");
        assert_eq!(assigned.origin("U"), Some("BITBUCKET_API_TOKEN"));
        assert_eq!((assigned.origin("H"), assigned.origin("N"), assigned.origin("Z")), (Some("BB_TOKEN"), None, Some("Z")));
        assert!(assigned.value("T").starts_with("ATATT3") && shape::read(&assigned.value("T")).shape.checksum_fits == Some(true));
        assert_eq!(assigned.value("R"), "https://api.bitbucket.org/2.0/x");
        assert!(assigned.origin("A").is_some());
        assert!(!assigned.value("A").is_empty());
        assert_eq!(variable_at("${X:-y}z"), ("X", 7));
        assert_eq!(variable_at("$(x)"), ("", 0));
    }
}
