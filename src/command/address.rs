//! A URL as it is given to a program: which host, which path of the API or which repository, and who stands in it.
//!
//! Where user or password are not percent-encoded, curl and git refuse the URL or take another host for it; it is read as it
//! was meant, and the fault is noted.

use std::ops::Range;

use crate::checks::{GitUrl, Surface, shape};

use super::Context;
use super::spelled::Spelled;

/// A URL in its parts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Address {
    /// The whole of it in the source.
    pub(crate) at: Option<Range<usize>>,
    pub(crate) scheme: String,
    /// Whether a scheme was written.
    pub(crate) scheme_written: bool,
    /// Lower case, without port.
    pub(crate) host: String,
    pub(crate) host_at: Option<Range<usize>>,
    pub(crate) port: String,
    /// With the leading `/`; for scp-like forms without it.
    pub(crate) path: Spelled,
    /// Without `?`.
    pub(crate) query: Option<Spelled>,
    /// Percent-decoded.
    pub(crate) user: Option<Spelled>,
    /// Percent-decoded.
    pub(crate) password: Option<Spelled>,
    /// What should be percent-encoded and is not.
    pub(crate) not_encoded: Option<Range<usize>>,
    /// Where `#` and what follows stands; it is not sent.
    pub(crate) fragment: Option<Range<usize>>,
    /// Whether it is scp-like: `git@host:path`.
    pub(crate) scp_like: bool,
    /// Whether `.` and `..` of the path are sent.
    pub(crate) as_is: bool,
    pub(crate) surface: Option<Surface>,
    pub(crate) api_path: Option<String>,
    pub(crate) repo: Option<String>,
}

/// Hosts of Bitbucket Cloud; SSH's own (fact `git-ssh-host`) among them.
const SITES: &[&str] = &["bitbucket.org", "www.bitbucket.org", "ssh.bitbucket.org", "altssh.bitbucket.org"];

/// Reads a URL. `git` says whether git reads it: then scp-like forms count, and a missing scheme is a path.
pub(crate) fn read(url: &Spelled, git: bool, context: &Context<'_>) -> Address {
    let url = url.trimmed();
    let mut address = Address { at: url.span(), ..Address::default() };
    let text = url.as_str();
    let (rest, scheme) = match text.find("://") {
        Some(at) if at > 0 && at <= 12 && text[..at].bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b)) => {
            (url.from(at + 3), Some(text[..at].to_ascii_lowercase()))
        }
        _ => (url.clone(), None),
    };
    address.scheme_written = scheme.is_some();
    if scheme.is_none() && git && scp_like(&rest, &mut address) {
        place(&mut address, git, context);
        return address;
    }
    address.scheme = scheme.unwrap_or_else(|| "http".into());
    let (authority, rest) = split_authority(&rest, context, &mut address);
    let (userinfo, host) = match authority.rsplit_once('@') {
        Some((userinfo, host)) => (Some(userinfo), host),
        None => (None, authority),
    };
    if let Some(userinfo) = userinfo {
        if userinfo.as_str().contains('@') || bad_escape(userinfo.as_str()) {
            address.not_encoded = userinfo.span();
        }
        let (user, password) = match userinfo.split_once(':') {
            Some((user, password)) => (user, Some(password.percent_decoded())),
            None => (userinfo, None),
        };
        address.user = Some(user.percent_decoded());
        address.password = password;
    }
    read_host(&host, &mut address);
    let (rest, fragment) = match rest.split_once('#') {
        Some((before, _)) => (before.clone(), rest.from(before.len()).span()),
        None => (rest, None),
    };
    address.fragment = fragment;
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (rest, None),
    };
    address.path = path;
    address.query = query;
    place(&mut address, git, context);
    address
}

/// The authority and what follows. Characters that end an authority may stand unencoded in a password.
fn split_authority(rest: &Spelled, context: &Context<'_>, address: &mut Address) -> (Spelled, Spelled) {
    let text = rest.as_str();
    let end = text.find(['/', '?', '#']).unwrap_or(text.len());
    if let Some(at) = text.rfind('@').filter(|at| *at > end) {
        let after = &text[at + 1..];
        let host_end = after.find(['/', '?', '#', ':']).unwrap_or(after.len());
        let before = &text[..at];
        let meant = is_known_host(&after[..host_end].to_ascii_lowercase(), context) && before.contains(':');
        // `/@bitbucket.org` in a path has no password in front of it.
        if meant && !before.starts_with(['/', '?']) && !is_known_host(&text[..end].to_ascii_lowercase(), context) {
            address.not_encoded = rest.to(at).span();
            let path = at + 1 + after.find(['/', '?', '#']).unwrap_or(after.len());
            return (rest.to(path), rest.from(path));
        }
    }
    (rest.to(end), rest.from(end))
}

/// A `%` that is not followed by two hexadecimal digits.
fn bad_escape(text: &str) -> bool {
    text.match_indices('%').any(|(at, _)| {
        let pair = text.get(at + 1..at + 3).unwrap_or_default();
        pair.len() < 2 || !pair.bytes().all(|b| b.is_ascii_hexdigit())
    }) && shape::unexpanded(text).is_none()
        && !text.split(':').any(|part| shape::unexpanded(part).is_some())
}

fn read_host(host: &Spelled, address: &mut Address) {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if port.as_str().bytes().all(|b| b.is_ascii_digit()) => (name, port.as_str().to_owned()),
        _ => (host.clone(), String::new()),
    };
    address.host = name.as_str().to_lowercase();
    address.host_at = name.span();
    address.port = port;
}

/// `[user@]host:path`, as git tells it from a path: a colon before any slash.
fn scp_like(url: &Spelled, address: &mut Address) -> bool {
    let text = url.as_str();
    let Some(colon) = text.find(':') else { return false };
    let head = &text[..colon];
    if head.contains('/') || head.is_empty() || text[colon..].starts_with("://") {
        return false;
    }
    // A bare name is one of SSH's or of `insteadOf`, unless a port follows it, or it is a drive or a scheme torn from its slashes.
    let name = head.len() > 1 && head.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    let scheme = ["http", "https", "ssh", "git", "file"].iter().any(|known| head.eq_ignore_ascii_case(known));
    let port = text[colon + 1..].starts_with(|c: char| c.is_ascii_digit());
    if !head.contains(['.', '@']) && (!name || scheme || port) {
        return false;
    }
    // `user:token@host/path` without a scheme is no scp-like form.
    if text[colon + 1..].contains('@') {
        return false;
    }
    let (user, host) = match url.to(colon).rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, url.to(colon)),
    };
    address.scheme = "ssh".into();
    address.scp_like = true;
    address.user = user;
    address.host = host.as_str().to_lowercase();
    address.host_at = host.span();
    address.path = url.from(colon + 1);
    true
}

fn is_known_host(host: &str, context: &Context<'_>) -> bool {
    let host = host.split(':').next().unwrap_or_default();
    host == "api.bitbucket.org"
        || SITES.contains(&host)
        || [context.api_url, context.git_base_url].iter().any(|base| host_of(base).0 == host && !host.is_empty())
}

/// Host and port of a base URL, and its path.
fn host_of(base: &str) -> (String, String, String) {
    let rest = base.split_once("://").map_or(base, |(_, rest)| rest);
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) = authority.rsplit_once(':').unwrap_or((authority, ""));
    (host.to_ascii_lowercase(), port.to_owned(), path.trim_end_matches('/').to_owned())
}

/// The path below a base URL, where the address is one of it.
fn below(address: &Address, base: &str) -> Option<String> {
    let (host, port, prefix) = host_of(base);
    if host.is_empty() || address.host != host || address.port != port {
        return None;
    }
    let path = address.sent_path();
    let rest = path.trim_start_matches('/').strip_prefix(prefix.as_str())?;
    Some(rest.to_owned())
}

/// `.` and `..` taken out (RFC 3986, section 5.2.4), as curl does before it sends a path.
pub(crate) fn without_dots(path: &str) -> String {
    if !path.split('/').any(|segment| matches!(segment, "." | "..")) {
        return path.to_owned();
    }
    let mut kept: Vec<&str> = Vec::new();
    let mut ends_in_folder = false;
    for segment in path.split('/').skip(usize::from(path.starts_with('/'))) {
        ends_in_folder = matches!(segment, "." | "..");
        match segment {
            "." => {}
            ".." => {
                kept.pop();
            }
            segment => kept.push(segment),
        }
    }
    format!("/{}{}", kept.join("/"), if ends_in_folder && !kept.is_empty() { "/" } else { "" })
}

/// Which surface, which path, which repository.
fn place(address: &mut Address, git: bool, context: &Context<'_>) {
    let query = address.query.as_ref().map(|q| format!("?{}", q.as_str())).unwrap_or_default();
    let path = address.sent_path();
    let is_api = address.host == "api.bitbucket.org";
    let api = if is_api { Some(path.clone()) } else { below(address, context.api_url) };
    let site = if SITES.contains(&address.host.as_str()) { Some(path) } else { below(address, context.git_base_url) };
    let web = matches!(address.scheme.as_str(), "http" | "https");
    if git {
        if api.is_some() || site.is_some() {
            address.surface = Some(Surface::Git);
        }
        if let Some(path) = site.filter(|_| !is_api) {
            address.repo = repository(&path);
        }
        return;
    }
    if let Some(path) = api.filter(|_| web) {
        address.surface = Some(Surface::Rest);
        address.api_path = Some(format!("/{}{query}", path.trim_start_matches('/')));
    } else if let Some(path) = site {
        let path = path.trim_start_matches('/');
        let inner = path.strip_prefix("!api/").or_else(|| path.strip_prefix("api/").filter(|p| p.starts_with(['1', '2'])));
        address.surface = Some(Surface::Rest);
        match inner {
            Some(inner) => address.api_path = Some(format!("/{inner}{query}")),
            None if is_repository_path(path) => {
                address.surface = Some(Surface::Git);
                address.repo = repository(path);
            }
            None => {}
        }
    }
}

/// Paths that only git's smart protocol and Git LFS have.
fn is_repository_path(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    path.ends_with(".git")
        || [".git/", "/info/refs", "/info/lfs"].iter().any(|part| path.contains(part))
        || ["/git-upload-pack", "/git-receive-pack"].iter().any(|end| path.ends_with(end))
}

/// `workspace/repository` of a path on bitbucket.org, where it is one.
pub(crate) fn repository(path: &str) -> Option<String> {
    let mut segments: Vec<String> = path
        .trim_matches('/')
        .split('/')
        .map(|s| percent_encoding::percent_decode_str(s).decode_utf8_lossy().into_owned())
        .collect();
    const BELOW: &[&str] = &["info", "objects", "git-upload-pack", "git-receive-pack", "src", "branch", "branches", "commits"];
    const MORE: &[&str] = &["pull-requests", "pipelines", "admin", "downloads", "issues", "wiki"];
    if segments.len() > 2 && (BELOW.contains(&segments[2].as_str()) || MORE.contains(&segments[2].as_str())) {
        segments.truncate(2);
    }
    let [workspace, name] = segments.as_slice() else { return None };
    let name = name.strip_suffix(".git").unwrap_or(name);
    (!workspace.is_empty() && !name.is_empty()).then(|| format!("{workspace}/{name}"))
}

impl Address {
    /// The path as a program sends it.
    fn sent_path(&self) -> String {
        let path = self.path.as_str();
        if self.as_is { path.to_owned() } else { without_dots(path) }
    }

    /// As curl's `--path-as-is` sends it.
    pub(crate) fn keep_dots(&mut self, context: &Context<'_>) {
        self.as_is = true;
        self.place_again(context);
    }

    /// Another path and query than the URL's own, as they stand.
    pub(crate) fn ask_for(&mut self, target: &Spelled, context: &Context<'_>) {
        let (path, query) = target.split_once('?').map_or((target.clone(), None), |(path, query)| (path, Some(query)));
        (self.path, self.query) = (path, query);
        self.keep_dots(context);
    }

    fn place_again(&mut self, context: &Context<'_>) {
        (self.surface, self.api_path, self.repo) = (None, None, None);
        place(self, false, context);
    }

    /// The URL without user information; `hide` are values in the query that must not be shown.
    pub(crate) fn url(&self, hide: &[Spelled]) -> String {
        if self.scp_like {
            let user = self.user.as_ref().map(|u| format!("{}@", u.as_str())).unwrap_or_default();
            return format!("{user}{}:{}", self.host, self.path.as_str());
        }
        let port = if self.port.is_empty() { String::new() } else { format!(":{}", self.port) };
        let query = self.query.as_ref().map(|q| format!("?{}", without(q.as_str(), hide))).unwrap_or_default();
        let path = if self.path.is_empty() && self.scheme.starts_with("http") { "/" } else { self.path.as_str() };
        let user = match (&self.user, self.scheme.as_str()) {
            (Some(user), "ssh") => format!("{}@", user.as_str()),
            _ => String::new(),
        };
        format!("{}://{user}{}{port}{}{query}", self.scheme, self.host, without(path, hide))
    }

    /// The path on the API, without secrets.
    pub(crate) fn shown_api_path(&self, hide: &[Spelled]) -> Option<String> {
        self.api_path.as_ref().map(|path| without(path, hide))
    }
}

fn without(text: &str, hide: &[Spelled]) -> String {
    hide.iter().filter(|h| !h.is_empty()).fold(text.to_owned(), |text, h| text.replace(h.as_str(), "…"))
}

/// Reads a URL or an scp-like form as git reads it, without what must not be shown.
#[must_use]
pub fn git_url(text: &str, context: &Context<'_>) -> GitUrl {
    let mut address = read(&Spelled::slice_of(text, 0..text.len()), true, context);
    // A query is no part of a repository's address, and may hold a token.
    address.query = address.query.map(|_| Spelled::default().standing_for("…"));
    let user = address.user.as_ref().map(|user| super::draft::user(user.as_str(), "the remote URL"));
    GitUrl {
        url: address.url(&[]),
        scheme: address.scheme.clone(),
        host: address.host.clone(),
        path: address.path.as_str().trim_start_matches('/').to_owned(),
        user,
        has_password: address.password.is_some(),
    }
}
