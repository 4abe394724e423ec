//! Git URLs read as git reads them: `https`, `http`, `ssh://`, the scp-like form, `file`; with what stands before the `@`.
//!
//! Nothing is refused: whatever the person uses is diagnosed. What cannot be read at all is a path on this machine, as it is
//! for git.

use percent_encoding::percent_decode_str;

use crate::checks::{GitUrl, User, UserForm, shape};

/// A git URL taken apart. The parts with secrets stay here and go to the vault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    /// The URL without user information, as the case has it.
    pub url: GitUrl,
    /// The user, decoded.
    pub user: Option<String>,
    /// The password, decoded.
    pub password: Option<String>,
    /// Whether user or password hold characters that had to be percent-encoded.
    pub needs_encoding: bool,
}

/// Reads a git URL.
#[must_use]
pub fn read(text: &str, source: &str) -> Parsed {
    let text = text.trim();
    match text.split_once("://") {
        Some((scheme, rest)) if is_scheme(scheme) => with_scheme(&scheme.to_ascii_lowercase(), rest, source),
        _ => match scp_like(text) {
            Some((authority, path)) => of(("ssh", "", ':'), authority, path, source),
            None => Parsed {
                url: GitUrl {
                    url: text.into(),
                    scheme: "file".into(),
                    path: text.trim_start_matches('/').into(),
                    ..GitUrl::default()
                },
                ..Parsed::default()
            },
        },
    }
}

fn is_scheme(scheme: &str) -> bool {
    scheme.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

fn with_scheme(scheme: &str, rest: &str, source: &str) -> Parsed {
    // The last `@` before the repository ends the user information: a `/` or a second `@` in it shows that it was not encoded.
    let (authority, path) = match rest.split_once('/') {
        Some((authority, path)) if !path.split('/').next().unwrap_or("").contains('@') => (authority, path),
        Some(_) => match rest.rsplit_once('@').map(|(user, host)| (user.len() + 1, host)) {
            Some((start, host)) => match host.split_once('/') {
                Some((name, path)) => (&rest[..start + name.len()], path),
                None => (rest, ""),
            },
            None => (rest, ""),
        },
        None => (rest, ""),
    };
    let scheme = match scheme {
        "git+ssh" | "ssh+git" => "ssh",
        other => other,
    };
    of((scheme, "://", '/'), authority, path, source)
}

/// `[user@]host:path`, where no slash stands before the colon; `C:\…` is a path.
fn scp_like(text: &str) -> Option<(&str, &str)> {
    let (authority, path) = text.split_once(':')?;
    let windows = authority.len() == 1 && path.starts_with(['\\', '/']);
    (!authority.is_empty() && !authority.contains(['/', '\\', ' ']) && !windows).then_some((authority, path))
}

fn of((scheme, after, before_path): (&str, &str, char), authority: &str, path: &str, source: &str) -> Parsed {
    // A query is no part of a repository's address, and may hold a token.
    let hidden = path.split_once('?').map(|(path, _)| format!("{path}?…"));
    let path = hidden.as_deref().unwrap_or(path);
    let (user_info, host) = match authority.rsplit_once('@') {
        Some((user_info, host)) => (Some(user_info), host),
        None => (None, authority),
    };
    let decode = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
    let (user, password) = match user_info {
        Some(info) => match info.split_once(':') {
            Some((user, password)) => (Some(decode(user)), Some(decode(password))),
            None => (Some(decode(info)), None),
        },
        None => (None, None),
    };
    let raw = |info: &str| {
        let second_colon = info.split_once(':').is_some_and(|(_, password)| password.contains(':'));
        second_colon || info.contains(['@', '/', '#', '?', ' ', '[', ']'])
    };
    let host = host.to_ascii_lowercase();
    let form = user.as_deref().map(shape::user_form);
    let shown = |user: &String, form| if form == UserForm::Token { "…".to_owned() } else { user.clone() };
    let name = host.split_once(':').map_or(host.as_str(), |(name, _)| name).to_owned();
    let separator = if path.is_empty() && before_path == '/' { String::new() } else { before_path.to_string() };
    let url = GitUrl {
        url: format!("{}{after}{host}{separator}{path}", if after.is_empty() { "" } else { scheme }),
        scheme: scheme.into(),
        host: name,
        path: path.trim_start_matches('/').into(),
        user: user.as_ref().zip(form).map(|(u, form)| User { text: shown(u, form), form, source: source.into() }),
        has_password: password.is_some(),
    };
    Parsed { url, needs_encoding: user_info.is_some_and(raw), user, password }
}

/// `workspace/repository`, where the path is one of Bitbucket Cloud's.
#[must_use]
pub fn repo(url: &GitUrl) -> Option<String> {
    let path = url.path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let (workspace, repository) = path.trim_end_matches(".git").split_once('/')?;
    let fits = |part: &str| !part.is_empty() && !part.contains(['/', ' ', '{']);
    (fits(workspace) && fits(repository)).then(|| format!("{workspace}/{repository}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let cases = [
            ("https://bitbucket.org/acme/app.git", "https", "bitbucket.org", "acme/app.git", None, false),
            ("https://anna@bitbucket.org/acme/app.git", "https", "bitbucket.org", "acme/app.git", Some("anna"), false),
            (
                "https://bitbucket.org/acme/app.git?private_token=secretword1",
                "https",
                "bitbucket.org",
                "acme/app.git?…",
                None,
                false,
            ),
            (
                "https://x-token-auth:s%40t@Bitbucket.org/acme/app",
                "https",
                "bitbucket.org",
                "acme/app",
                Some("x-token-auth"),
                false,
            ),
            (
                "https://anna@example.com:se/cret@bitbucket.org/acme/app.git",
                "https",
                "bitbucket.org",
                "acme/app.git",
                Some("anna@example.com"),
                true,
            ),
            ("https://anna:se/cret@bitbucket.org/acme/app.git", "https", "bitbucket.org", "acme/app.git", Some("anna"), true),
            ("git@bitbucket.org:acme/app.git", "ssh", "bitbucket.org", "acme/app.git", Some("git"), false),
            ("ssh://git@ssh.bitbucket.org:443/acme/app.git", "ssh", "ssh.bitbucket.org", "acme/app.git", Some("git"), false),
            ("http://127.0.0.1:8080/acme/app.git", "http", "127.0.0.1", "acme/app.git", None, false),
            ("/srv/git/app.git", "file", "", "srv/git/app.git", None, false),
            ("C:\\git\\app", "file", "", "C:\\git\\app", None, false),
            ("", "file", "", "", None, false),
            ("https://", "https", "", "", None, false),
        ];
        for (text, scheme, host, path, user, encode) in cases {
            let parsed = read(text, "test");
            let found = (
                parsed.url.scheme.as_str(),
                parsed.url.host.as_str(),
                parsed.url.path.as_str(),
                parsed.user.as_deref(),
                parsed.needs_encoding,
            );
            assert_eq!(found, (scheme, host, path, user, encode), "{text}");
        }
    }

    #[test]
    fn no_user_information_is_left() {
        let parsed = read("https://x-token-auth:hush@bitbucket.org/acme/app.git", "test");
        assert_eq!(parsed.url.url, "https://bitbucket.org/acme/app.git");
        assert_eq!(parsed.password.as_deref(), Some("hush"));
        assert_eq!(read("git@bitbucket.org:acme/app.git", "t").url.url, "bitbucket.org:acme/app.git");
        assert_eq!(repo(&parsed.url).as_deref(), Some("acme/app"));
        assert_eq!(repo(&read("https://bitbucket.org/scm/acme/app.git", "t").url), None);
    }
}
