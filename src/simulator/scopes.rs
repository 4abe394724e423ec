//! What a credential's scopes grant (facts `scopes-granular`, `scopes-classic`, `scopes-access-token`).

use super::credential::{Credential, CredentialKind, Level};

/// Every granular scope of Bitbucket (fact `scopes-granular`): groups with their levels.
const GRANULAR: &[(&str, &[&str])] = &[
    ("repository", &["read", "write", "admin", "delete"]),
    ("pullrequest", &["read", "write"]),
    ("project", &["read", "admin"]),
    ("workspace", &["read", "admin"]),
    ("user", &["read", "write"]),
    ("pipeline", &["read", "write", "admin"]),
    ("runner", &["read", "write"]),
    ("issue", &["read", "write", "delete"]),
    ("webhook", &["read", "write", "delete"]),
    ("snippet", &["read", "write", "delete"]),
    ("ssh-key", &["read", "write", "delete"]),
    ("gpg-key", &["read", "write", "delete"]),
    ("permission", &["read", "write", "delete"]),
    ("wiki", &["read", "write", "delete"]),
    ("package", &["read", "write"]),
    ("test", &["read", "write"]),
];

/// Every classic scope, those that read first (fact `scopes-classic`).
const CLASSIC_READ: &[&str] =
    &["repository", "pullrequest", "project", "account", "email", "issue", "snippet", "webhook", "wiki", "pipeline", "runner"];
const CLASSIC_WRITE: &[&str] = &[
    "repository:write",
    "repository:admin",
    "repository:delete",
    "pullrequest:write",
    "project:admin",
    "account:write",
    "issue:write",
    "snippet:write",
    "pipeline:write",
    "pipeline:variable",
    "runner:write",
];

/// What each classic scope implies (fact `scopes-classic`).
const IMPLIES: &[(&str, &[&str])] = &[
    ("project", &["repository"]),
    ("repository:write", &["repository"]),
    ("pullrequest", &["repository"]),
    ("pullrequest:write", &["pullrequest", "repository:write"]),
    ("issue:write", &["issue"]),
    ("snippet:write", &["snippet"]),
    ("account:write", &["account"]),
    ("pipeline:write", &["pipeline"]),
    ("pipeline:variable", &["pipeline:write"]),
    ("runner:write", &["runner"]),
];

/// The scopes as granted: shorthands written out, nothing implied.
pub(super) fn granted(credential: &Credential) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for scope in &credential.scopes {
        match scope.as_str() {
            "all-read" | "all" => names.extend(all(credential, scope == "all")),
            _ => names.push(scope.clone()),
        }
    }
    names.dedup();
    names
}

fn all(credential: &Credential, writing: bool) -> Vec<String> {
    if credential.kind == CredentialKind::ApiToken {
        let wanted = |level: &&&str| writing || **level == "read";
        return GRANULAR
            .iter()
            .flat_map(|(group, levels)| levels.iter().filter(wanted).map(move |level| format!("{level}:{group}:bitbucket")))
            .collect();
    }
    let names = CLASSIC_READ.iter().chain(if writing { CLASSIC_WRITE } else { &[] });
    names
        .filter(|name| credential.kind != CredentialKind::AccessToken || offered(credential.level, name))
        .map(|s| (*s).to_owned())
        .collect()
}

/// Whether an access token of this level can have that scope (fact `scopes-access-token`).
fn offered(level: Level, scope: &str) -> bool {
    match scope {
        "project" => level != Level::Repository,
        "project:admin" | "account" => level == Level::Workspace,
        _ => ["repository", "pullrequest", "webhook", "pipeline", "runner"]
            .iter()
            .any(|group| scope.split(':').next() == Some(group)),
    }
}

/// Whether a scope is granted, itself or by another that implies it.
pub(super) fn covers(credential: &Credential, granted: &[String], wanted: &str) -> bool {
    // No granular scope implies another (fact `scopes-granular`).
    let granular = credential.kind == CredentialKind::ApiToken;
    granted.iter().any(|have| have == wanted || !granular && implies(have, wanted))
}

fn implies(have: &str, wanted: &str) -> bool {
    let direct = IMPLIES.iter().find(|(name, _)| *name == have).map_or(&[][..], |(_, implied)| *implied);
    direct.iter().any(|name| *name == wanted || implies(name, wanted))
}
