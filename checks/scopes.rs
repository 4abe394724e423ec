//! Scopes: what an operation or git wants, what was granted, what is missing.
//!
//! Two vocabularies live side by side: granular scopes of API tokens, none of which includes another (fact `scopes-granular`),
//! and classic ones of OAuth and access tokens, some of which do (fact `scopes-classic`). The table is `data/scopes.toml`.

use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::endpoints::{self, Match};
use crate::{Kind, facts};

/// One scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// `read:repository:bitbucket`, `repository:write`.
    pub name: &'static str,
    /// Whose vocabulary it belongs to.
    pub family: Family,
    /// What it includes, one step.
    pub implies: &'static [&'static str],
    /// The granular scopes that together give the same.
    pub equals: &'static [&'static str],
    /// The nearest classic scope.
    pub classic: Option<&'static str>,
    /// Who may carry it.
    pub carriers: &'static [Carrier],
    /// What to tick where the credential is made.
    pub page: &'static str,
    /// What it is good for, in a few words.
    pub gives: &'static str,
}

/// A vocabulary of scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Of API tokens: `LEVEL:GROUP:bitbucket`.
    Granular,
    /// Of OAuth consumers and access tokens.
    Classic,
    /// Of the Atlassian account: they open nothing in Bitbucket.
    Account,
}

/// Who may carry a scope (facts `scopes-granular`, `scopes-access-token`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// Atlassian API tokens.
    ApiToken,
    /// OAuth consumers.
    Oauth,
    /// Repository access tokens.
    RepositoryToken,
    /// Project access tokens.
    ProjectToken,
    /// Workspace access tokens.
    WorkspaceToken,
}

/// All scopes, in the order of the file.
#[must_use]
pub fn all() -> &'static [Scope] {
    SCOPES
}

/// The scope of this name.
#[must_use]
pub fn get(name: &str) -> Option<&'static Scope> {
    SCOPES.iter().find(|scope| scope.name == name)
}

/// Whether this is a scope of Bitbucket; `read:me` and `read:account` are none.
#[must_use]
pub fn is_scope(name: &str) -> bool {
    get(name).is_some_and(|scope| scope.family != Family::Account)
}

/// The vocabulary that this kind of credential has; `None` for kinds without scopes.
#[must_use]
pub fn family_of(kind: Kind) -> Option<Family> {
    match kind {
        Kind::ApiToken => Some(Family::Granular),
        Kind::AccessToken | Kind::OauthToken => Some(Family::Classic),
        _ => None,
    }
}

/// The scopes that this kind of credential needs here, all of them; `None` where no such operation is known, where the kind has
/// no scopes, or where nothing is declared for it.
#[must_use]
pub fn required(method: &str, path: &str, kind: Kind) -> Option<Vec<&'static str>> {
    let family = family_of(kind)?;
    let Match::Found(endpoint) = endpoints::find(method, path) else { return None };
    match family {
        _ if !endpoint.declared => None,
        Family::Granular => endpoint.takes_api_token.then(|| endpoint.granular.to_vec()),
        _ => Some(endpoint.classic.to_vec()),
    }
}

/// What fetching with git needs (fact `git-scope`); empty for kinds without scopes.
#[must_use]
pub fn git_read(kind: Kind) -> &'static [&'static str] {
    match family_of(kind) {
        Some(Family::Granular) => &["read:repository:bitbucket"],
        Some(Family::Classic) => &["repository"],
        _ => &[],
    }
}

/// What pushing with git needs (fact `git-scope`): of granular scopes reading too, since writing does not include it.
#[must_use]
pub fn git_write(kind: Kind) -> &'static [&'static str] {
    match family_of(kind) {
        Some(Family::Granular) => &["read:repository:bitbucket", "write:repository:bitbucket"],
        Some(Family::Classic) => &["repository:write"],
        _ => &[],
    }
}

/// What was granted and everything that it includes. Names that are not known stay in.
#[must_use]
pub fn implied<'a>(granted: &[&'a str]) -> BTreeSet<&'a str> {
    let mut held: BTreeSet<&'a str> = BTreeSet::new();
    let mut open: Vec<&'a str> = granted.to_vec();
    while let Some(name) = open.pop() {
        if held.insert(name) {
            open.extend(get(name).map_or(&[][..], |scope| scope.implies));
        }
    }
    held
}

/// Which of the required scopes are not granted to a credential of this kind. A scope of the other vocabulary counts as granted
/// where its equals are.
#[must_use]
pub fn missing<'a>(required: &[&'a str], granted: &[&str], kind: Kind) -> Vec<&'a str> {
    let held = implied(granted);
    let classic = family_of(kind) == Some(Family::Classic);
    let has = |name: &str| {
        held.contains(name)
            || match get(name) {
                Some(scope) if classic && scope.family == Family::Granular => {
                    scope.classic.is_some_and(|name| held.contains(name))
                }
                Some(scope) if !classic && scope.family == Family::Classic => scope.equals.iter().all(|name| held.contains(name)),
                _ => false,
            }
    };
    required.iter().filter(|name| !has(name)).copied().collect()
}

/// The granular scopes that together give what this classic scope gives; a granular one gives itself, an unknown one nothing.
#[must_use]
pub fn granular_for_classic(name: &str) -> &'static [&'static str] {
    get(name).map_or(&[], |scope| scope.equals)
}

/// What to tick where the credential is made: granular scopes go by their name, classic ones as `Repositories: Write`.
#[must_use]
pub fn token_page_name(name: &str) -> Option<&'static str> {
    get(name).map(|scope| scope.page)
}

/// Reads `x-oauth-scopes` or `x-accepted-oauth-scopes`: names, commas or white space between them.
#[must_use]
pub fn parse_header(value: &str) -> Vec<String> {
    collect(value.split([',', ' ', '\t']))
}

/// What the body of a 403 about scopes lists (fact `403-scope`); each half may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// `error.detail.required`.
    pub required: Option<Vec<String>>,
    /// `error.detail.granted`.
    pub granted: Option<Vec<String>>,
}

/// Reads `error.detail` of a body, or what is left of one that was cut.
#[must_use]
pub fn parse_detail(body: &str) -> Detail {
    if let Ok(json) = serde_json::from_str::<serde_json::Value>(body) {
        let list = |name: &str| {
            let detail = json.get("error")?.get("detail")?.get(name)?;
            match detail {
                serde_json::Value::Array(items) => Some(collect(items.iter().filter_map(|item| item.as_str()))),
                serde_json::Value::String(text) => Some(parse_header(text)),
                _ => None,
            }
        };
        return Detail { required: list("required"), granted: list("granted") };
    }
    let list = |name: &str| {
        let (_, rest) = body.split_once(&alloc::format!("\"{name}\""))?;
        let (inside, _) = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('[')?.split_once(']')?;
        Some(collect(inside.split(',').map(|item| item.trim().trim_matches('"'))))
    };
    Detail { required: list("required"), granted: list("granted") }
}

/// Most scopes that are taken from one answer, and the longest name: servers are not trusted.
const MAX_NAMES: usize = 128;
const MAX_NAME: usize = 64;

fn collect<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    for name in names.take(4 * MAX_NAMES).map(str::trim) {
        let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b":-_.".contains(&b));
        if plain && !name.is_empty() && name.len() <= MAX_NAME && list.len() < MAX_NAMES && !list.iter().any(|had| had == name) {
            list.push(name.to_string());
        }
    }
    list
}

/// The fact behind a statement about scopes of this kind.
#[must_use]
pub fn fact(kind: Kind) -> Option<&'static facts::Fact> {
    facts::get(if family_of(kind)? == Family::Granular { "scopes-granular" } else { "scopes-classic" })
}

include!(concat!(env!("OUT_DIR"), "/scopes.rs"));

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn names_are_unique() {
        for (at, scope) in all().iter().enumerate() {
            assert!(!all()[..at].iter().any(|other| other.name == scope.name), "{} twice", scope.name);
        }
        assert!(is_scope("read:repository:bitbucket") && is_scope("pullrequest:write"));
        assert!(!is_scope("read:me") && !is_scope("read:account") && !is_scope("repo"));
    }

    #[test]
    fn classic_scopes_include_what_is_documented() {
        let of = |name| implied(&[name]).into_iter().filter(|held| *held != name).collect::<Vec<_>>();
        assert_eq!(of("project"), ["repository"]);
        assert_eq!(of("repository:write"), ["repository"]);
        assert_eq!(of("pullrequest"), ["repository"]);
        assert_eq!(of("pullrequest:write"), ["pullrequest", "repository", "repository:write"]);
        assert_eq!(of("pipeline:variable"), ["pipeline", "pipeline:write"]);
        assert_eq!(of("account:write"), ["account"]);
        for alone in ["project:admin", "repository:admin", "repository:delete", "email", "webhook", "wiki"] {
            assert!(of(alone).is_empty(), "{alone}");
        }
    }

    #[test]
    fn granular_scopes_include_nothing() {
        for scope in all().iter().filter(|scope| scope.family == Family::Granular) {
            assert_eq!(implied(&[scope.name]).len(), 1, "{}", scope.name);
        }
        let granted = ["admin:repository:bitbucket", "write:repository:bitbucket"];
        assert_eq!(missing(git_write(Kind::ApiToken), &granted, Kind::ApiToken), ["read:repository:bitbucket"]);
    }

    #[test]
    fn what_is_wanted_depends_on_the_kind() {
        let path = "/2.0/repositories/acme/app/pullrequests";
        assert_eq!(
            required("POST", path, Kind::ApiToken),
            Some(vec!["read:pullrequest:bitbucket", "write:pullrequest:bitbucket"])
        );
        assert_eq!(required("POST", path, Kind::AccessToken), Some(vec!["pullrequest:write"]));
        assert_eq!(required("GET", "/2.0/user", Kind::ApiToken), Some(vec!["read:user:bitbucket"]));
        assert_eq!(required("GET", "/2.0/workspaces/acme", Kind::OauthToken), Some(vec![]));
        assert_eq!(required("GET", "/2.0/user", Kind::Password), None);
        assert_eq!(required("GET", "/2.0/hook_events", Kind::ApiToken), None);
        assert_eq!(required("POST", "/2.0/repositories/acme", Kind::ApiToken), None);
    }

    #[test]
    fn missing_reads_both_vocabularies() {
        assert!(missing(&["repository"], &["pullrequest:write"], Kind::AccessToken).is_empty());
        assert!(missing(&["read:repository:bitbucket"], &["repository:write"], Kind::AccessToken).is_empty());
        assert_eq!(missing(&["repository:write"], &["read:repository:bitbucket"], Kind::ApiToken), ["repository:write"]);
        assert!(missing(&["repository"], &["read:repository:bitbucket"], Kind::ApiToken).is_empty());
        assert_eq!(missing(&["repository"], &["repository:admin"], Kind::OauthToken), ["repository"]);
        assert_eq!(missing(&["read:user:bitbucket"], &["read:account", "read:me"], Kind::ApiToken), ["read:user:bitbucket"]);
    }

    #[test]
    fn headers_and_bodies_are_read() {
        assert_eq!(parse_header("repository:write, pullrequest ,, account"), ["repository:write", "pullrequest", "account"]);
        assert!(parse_header("").is_empty());
        assert!(parse_header("\u{1b}[31mred, <b>").is_empty());
        let body = r#"{"type": "error", "error": {"message": "…", "detail": {"required": ["read:user:bitbucket"], "granted": ["read:repository:bitbucket", "read:pullrequest:bitbucket"]}}}"#;
        let whole = parse_detail(body);
        assert_eq!(whole.required.as_deref(), Some(&["read:user:bitbucket".to_string()][..]));
        assert_eq!(whole.granted.as_ref().map(Vec::len), Some(2));
        let cut = parse_detail(&body[..body.len() - 30]);
        assert_eq!(cut.required, whole.required);
        assert_eq!(cut.granted, None);
        assert_eq!(parse_detail("not JSON"), Detail::default());
        assert_eq!(parse_detail(r#"{"error": {"detail": "text"}}"#), Detail::default());
        assert_eq!(parse_header(&"a,".repeat(100_000)).len(), 1);
    }

    #[test]
    fn names_of_the_token_page() {
        assert_eq!(token_page_name("repository:write"), Some("Repositories: Write"));
        assert_eq!(token_page_name("read:user:bitbucket"), Some("read:user:bitbucket"));
        assert_eq!(granular_for_classic("repository:write"), ["read:repository:bitbucket", "write:repository:bitbucket"]);
        for scope in all() {
            assert!(!scope.page.is_empty() && !scope.gives.is_empty());
        }
    }

    #[test]
    fn every_operation_wants_known_scopes() {
        for endpoint in endpoints::all() {
            assert!(endpoint.classic.iter().chain(endpoint.granular).all(|name| is_scope(name)), "{}", endpoint.path);
        }
    }
}
