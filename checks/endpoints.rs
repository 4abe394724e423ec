//! Which operation of the REST API a method and a path are, what it wants, and what a path is that is none.
//!
//! Evidence: Atlassian's API description (fact `endpoint-scopes`) in `data/endpoints.tsv`, removals in `data/removed.toml`.
//! Where a path is given, host and query may stand around it; `shape_of` says what became of a path that matches nothing, and
//! `meant_by` which path of the API one of the website stands for.

use alloc::string::String;
use alloc::vec::Vec;
use alloc::{format, vec};

/// One operation of the REST API as Atlassian declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Upper case.
    pub method: &'static str,
    /// Template: `/2.0/repositories/{workspace}/{repo_slug}`.
    pub path: &'static str,
    /// Scopes that OAuth tokens and access tokens need, all of them (fact `scopes-all-needed`).
    pub classic: &'static [&'static str],
    /// Scopes that API tokens need, all of them.
    pub granular: &'static [&'static str],
    /// Whether API tokens are declared for it.
    pub takes_api_token: bool,
    /// Whether anything at all is declared about credentials; nothing is for operations of add-ons and for public ones.
    pub declared: bool,
    /// Whether it is marked deprecated.
    pub deprecated: bool,
}

/// Something that existed once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Removed {
    /// Template; `{rest}` at the end takes any number of segments, `{name}` a user name.
    pub path: &'static str,
    /// Methods that are gone; empty: all.
    pub methods: &'static [&'static str],
    /// The day, month or year of the removal, where it is known.
    pub since: Option<&'static str>,
    /// The fact that says so.
    pub fact: &'static str,
    /// What to use instead, in words.
    pub instead: &'static str,
}

/// What a method and a path are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// This operation.
    Found(&'static Endpoint),
    /// The path exists, the method does not; these do.
    OtherMethods(Vec<&'static str>),
    /// No operation has this path.
    NoSuchPath,
}

/// What kind of path this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathShape {
    /// An operation has it, with whatever method.
    Known,
    /// It existed once.
    Removed(&'static Removed),
    /// A form of Bitbucket Data Center (fact `data-center-paths`).
    DataCenter,
    /// `/2.0` is missing or written otherwise (fact `403-forbidden`); with it, the path is this one.
    WithoutVersion(String),
    /// None of these.
    Unknown,
}

/// Longest path, and most segments, that are looked at: more is no path of this API.
const MAX_BYTES: usize = 4096;
const MAX_SEGMENTS: usize = 64;

/// The operation of this method on this path. `HEAD` is answered as `GET`.
#[must_use]
pub fn find(method: &str, path: &str) -> Match {
    let endpoints = most_specific(path);
    let with = |wanted: &str| endpoints.iter().find(|endpoint| endpoint.method.eq_ignore_ascii_case(wanted));
    match with(method).or_else(|| if method.eq_ignore_ascii_case("HEAD") { with("GET") } else { None }) {
        Some(endpoint) => Match::Found(endpoint),
        None if endpoints.is_empty() => Match::NoSuchPath,
        None => Match::OtherMethods(endpoints.iter().map(|endpoint| endpoint.method).collect()),
    }
}

/// Every method that this path has; empty where no operation has the path.
#[must_use]
pub fn methods_of(path: &str) -> Vec<&'static str> {
    most_specific(path).iter().map(|endpoint| endpoint.method).collect()
}

/// All operations, in the order of the file.
#[must_use]
pub fn all() -> &'static [Endpoint] {
    ENDPOINTS
}

/// Everything that is known to be gone.
#[must_use]
pub fn all_removed() -> &'static [Removed] {
    REMOVED
}

/// What existed once under this path.
#[must_use]
pub fn removed(path: &str) -> Option<&'static Removed> {
    let segments = segments(path)?;
    REMOVED.iter().find(|row| specificity(row.path, &segments).is_some())
}

/// What existed once under this path with this method: `POST /2.0/snippets` lives on, `GET` does not.
#[must_use]
pub fn removed_with(method: &str, path: &str) -> Option<&'static Removed> {
    removed(path).filter(|row| row.methods.is_empty() || row.methods.iter().any(|gone| gone.eq_ignore_ascii_case(method)))
}

/// What kind of path this is. What is gone comes before what the description still lists.
#[must_use]
pub fn shape_of(path: &str) -> PathShape {
    if let Some(row) = removed(path) {
        return PathShape::Removed(row);
    }
    if !most_specific(path).is_empty() {
        return PathShape::Known;
    }
    let Some(segments) = segments(path) else { return PathShape::Unknown };
    if is_data_center(&segments) {
        return PathShape::DataCenter;
    }
    let rest = match segments.split_first() {
        Some((&("2" | "v2" | "v2.0" | "V2.0" | "latest"), rest)) => rest,
        _ => &segments[..],
    };
    let with_version = format!("/2.0/{}", rest.join("/"));
    if !rest.is_empty() && (!most_specific(&with_version).is_empty() || removed(&with_version).is_some()) {
        return PathShape::WithoutVersion(with_version);
    }
    PathShape::Unknown
}

/// The path of the API that a path without its version, or one of the website, stands for.
#[must_use]
pub(crate) fn meant_by(path: &str) -> Option<String> {
    let path = path.trim_start_matches("!api/").trim_start_matches("api/").trim_matches('/');
    match shape_of(&format!("/{path}")) {
        PathShape::Known => return Some(format!("/{path}")),
        PathShape::WithoutVersion(with) => return Some(with),
        PathShape::DataCenter | PathShape::Removed(_) => return None,
        PathShape::Unknown => {}
    }
    // What the browser's address bar holds: WORKSPACE/REPOSITORY/pull-requests/1.
    let mut segments: Vec<&str> = path.split('/').collect();
    if let Some(third) = segments.get_mut(2) {
        match *third {
            "pull-requests" => *third = "pullrequests",
            "branches" => *third = "refs/branches",
            _ => {}
        }
    }
    if segments.len() < 2 || path.starts_with("2.0") {
        return None;
    }
    let full = format!("/2.0/repositories/{}", segments.join("/").trim_end_matches(".git"));
    matches!(shape_of(&full), PathShape::Known).then_some(full)
}

/// Templates that look like this path, the nearest first, three at most.
#[must_use]
pub fn similar(path: &str) -> Vec<&'static str> {
    let Some(given) = segments(path) else { return Vec::new() };
    let given = if given.first() == Some(&"2.0") { &given[1..] } else { &given[..] };
    let mut near: Vec<(usize, &'static str)> = Vec::new();
    for endpoint in ENDPOINTS {
        let gone = || removed_with(endpoint.method, endpoint.path).is_some();
        if near.iter().any(|(_, path)| *path == endpoint.path) || gone() {
            continue;
        }
        let template: Vec<&str> = endpoint.path.split('/').skip(2).collect();
        if template.len().abs_diff(given.len()) <= 2 {
            near.push((distance(given, &template), endpoint.path));
        }
    }
    near.sort_by_key(|(distance, _)| *distance);
    near.iter().take_while(|(distance, _)| *distance <= 10).take(3).map(|(_, path)| *path).collect()
}

/// Whether access tokens of a repository, project or workspace are refused on this path whatever their scopes: it is about the
/// user, spans workspaces (fact `403-mechanism`), or is about permissions (fact `scopes-access-token`).
#[must_use]
pub fn refuses_access_tokens(path: &str) -> bool {
    let Some(segments) = segments(path) else { return false };
    match segments.as_slice() {
        ["2.0", "user", ..] | ["2.0", "workspaces" | "repositories" | "snippets"] => true,
        ["2.0", "workspaces", _, rest @ ..] => rest.first() == Some(&"permissions") || is_permission_setting(rest),
        ["2.0", "repositories", _, _, rest @ ..] => is_permission_setting(rest),
        _ => false,
    }
}

fn is_permission_setting(rest: &[&str]) -> bool {
    matches!(rest, ["permissions-config", ..] | ["projects", _, "permissions-config", ..])
}

fn is_data_center(segments: &[&str]) -> bool {
    let rest = if segments.first() == Some(&"2.0") { &segments[1..] } else { segments };
    matches!(rest, ["rest", _, ..] | ["scm", _, _, ..])
        || rest.windows(4).any(|four| matches!(four, ["projects", _, "repos", _]))
        || matches!(rest, ["users", _, "repos", _, ..] | ["projects", _, "repos"])
        || rest.windows(2).any(|two| matches!(two, ["rest", "api"]))
}

/// The segments of a path: host, query, fragment, one trailing slash and the website's prefix (fact `website`) taken off. An
/// empty segment inside stays, and matches nothing (fact `404-no-api`).
fn segments(path: &str) -> Option<Vec<&str>> {
    let path = match path.split_once("://") {
        Some((scheme, rest)) if scheme.bytes().all(|b| b.is_ascii_alphabetic()) => rest.find('/').map_or("", |at| &rest[at..]),
        _ => path,
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() || path.len() > MAX_BYTES {
        return None;
    }
    let mut segments: Vec<&str> = path.split('/').collect();
    if segments.len() > 1 && matches!(segments[0], "api" | "!api") && matches!(segments[1], "1.0" | "2.0") {
        segments.remove(0);
    }
    (segments.len() <= MAX_SEGMENTS).then_some(segments)
}

/// All operations of the template that fits this path best: a literal segment beats a placeholder.
fn most_specific(path: &str) -> Vec<&'static Endpoint> {
    let Some(segments) = segments(path) else { return Vec::new() };
    let mut best: Option<Vec<u8>> = None;
    let mut found: Vec<&'static Endpoint> = Vec::new();
    for endpoint in ENDPOINTS {
        let Some(rank) = specificity(endpoint.path, &segments) else { continue };
        if best.as_ref().is_none_or(|best| rank > *best) {
            best = Some(rank);
            found = vec![endpoint];
        } else if best.as_ref() == Some(&rank) {
            found.push(endpoint);
        }
    }
    found
}

/// How exactly a template fits, segment by segment; `None` where it does not.
fn specificity(template: &str, segments: &[&str]) -> Option<Vec<u8>> {
    let mut wanted = template.split('/').skip(1).peekable();
    let mut rank = Vec::with_capacity(segments.len());
    let (mut at, mut before) = (0, "");
    while let Some(pattern) = wanted.next() {
        if wanted.peek().is_none()
            && let Some(least) = spans(before, pattern)
        {
            let rest = segments.get(at..).unwrap_or_default();
            rank.push(1);
            return (rest.len() >= least && rest.iter().all(|segment| !segment.is_empty())).then_some(rank);
        }
        let segment = *segments.get(at)?;
        rank.push(fits(pattern, segment)?);
        before = pattern;
        at += 1;
    }
    (at == segments.len()).then_some(rank)
}

/// The least number of segments that a last placeholder takes, where it takes several: paths of files, names of branches and
/// tags (which may hold `/`), two of these in a specification, the rest of something removed.
fn spans(before: &str, pattern: &str) -> Option<usize> {
    match (before, pattern) {
        (_, "{rest}") | ("{commit}", "{path}") => Some(0),
        (_, "{path}") | ("branches" | "tags", "{name}") | ("diff" | "diffstat" | "patch", "{spec}") => Some(1),
        _ => None,
    }
}

fn fits(pattern: &str, segment: &str) -> Option<u8> {
    if segment.is_empty() {
        return None;
    }
    match (pattern.find('{'), pattern.rfind('}')) {
        (Some(0), Some(last)) if last + 1 == pattern.len() && pattern.matches('{').count() == 1 => {
            (pattern != "{name}" || is_user_name(segment)).then_some(2)
        }
        (Some(_), Some(_)) => fits_mixed(pattern, segment).then_some(3),
        _ => (pattern == segment).then_some(4),
    }
}

/// `{repo_name}-issues-{task_id}.zip`: the fixed parts have to stand in this order, something between them.
fn fits_mixed(pattern: &str, segment: &str) -> bool {
    let mut rest = segment;
    let mut open = false;
    for part in pattern.split('{') {
        let fixed = part.split_once('}').map_or(part, |(_, fixed)| fixed);
        if part.contains('}') {
            open = true;
        }
        if fixed.is_empty() {
            continue;
        }
        match rest.find(fixed) {
            Some(at) if (at > 0) == open => rest = &rest[at + fixed.len()..],
            _ => return false,
        }
        open = false;
    }
    if open { !rest.is_empty() } else { rest.is_empty() }
}

/// No UUID in braces and no Atlassian account id (fact `users-by-name`).
fn is_user_name(segment: &str) -> bool {
    let lower = segment.to_ascii_lowercase();
    let account_id = lower.len() == 24 && lower.bytes().all(|b| b.is_ascii_hexdigit());
    !(lower.starts_with('{') || lower.starts_with("%7b") || lower.contains(':') || lower.contains("%3a") || account_id)
}

/// How far a path is from a template, segment by segment.
fn distance(given: &[&str], template: &[&str]) -> usize {
    const SKIP: usize = 4;
    let mut row: Vec<usize> = (0..=template.len()).map(|n| n * SKIP).collect();
    for (at, segment) in given.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = (at + 1) * SKIP;
        for (to, pattern) in template.iter().enumerate() {
            let change = diagonal + cost(segment, pattern);
            diagonal = row[to + 1];
            row[to + 1] = change.min(diagonal + SKIP).min(row[to] + SKIP);
        }
    }
    row[template.len()]
}

fn cost(segment: &str, pattern: &str) -> usize {
    if segment == pattern {
        0
    } else if pattern.starts_with('{') {
        1
    } else if near(segment, pattern) {
        2
    } else {
        7
    }
}

/// The same word but for case, hyphens, a letter, or an ending (`repository`, `repositories`).
fn near(a: &str, b: &str) -> bool {
    let plain = |word: &str| -> Vec<u8> {
        word.bytes().filter(|b| !b"-_".contains(b)).map(|b| b.to_ascii_lowercase()).take(64).collect()
    };
    let (a, b) = (plain(a), plain(b));
    if a.len() < 3 || b.len() < 3 {
        return false;
    }
    let shared = a.iter().zip(&b).take_while(|(left, right)| left == right).count();
    if shared == a.len().min(b.len()) || shared >= 5 && 3 * shared >= 2 * a.len().max(b.len()) {
        return true;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, left) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (to, right) in b.iter().enumerate() {
            let change = diagonal + usize::from(left != right);
            diagonal = row[to + 1];
            row[to + 1] = change.min(diagonal + 1).min(row[to] + 1);
        }
    }
    row[b.len()] <= 1 + a.len().min(b.len()) / 6
}

include!(concat!(env!("OUT_DIR"), "/endpoints.rs"));

#[cfg(test)]
#[path = "endpoints_tests.rs"]
mod tests;
