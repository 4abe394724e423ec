//! Plausible bodies of successful answers. Nothing is kept: what is sent is looked at and forgotten.

use serde_json::{Value, json};

use super::account::{Access, Repository, Workspace};
use super::bitbucket::Bitbucket;
use super::credential::Credential;
use super::endpoints::Endpoint;
use super::reply::{Reply, Request};
use super::rest::Target;

/// The commit at the tip of `main` in the repository that git serves.
const TIP: &str = super::git::TIP;

/// Refuses what no credential would mend: a page too long, a body that is missing or no JSON (answers of 400).
pub(super) fn refused(request: &Request, endpoint: &Endpoint) -> Option<Reply> {
    let too_long = request.parameter("pagelen").is_some_and(|n| n.parse::<u32>().map_or(true, |n| n == 0 || n > 100));
    if too_long {
        return Some(Reply::error(400, "Invalid pagelen"));
    }
    let wants_body =
        ["/pullrequests", "/refs/branches", "/refs/tags", "/hooks", "/comments", "/variables", "/deploy-keys", "/pipelines"];
    if endpoint.method != "POST" || !wants_body.iter().any(|end| endpoint.path.ends_with(end)) {
        return None;
    }
    match serde_json::from_slice::<Value>(&request.body) {
        Ok(Value::Object(fields)) if !fields.is_empty() => None,
        _ => {
            let fields = json!({ "": ["required key not provided"] }).to_string();
            Some(Reply::error_with(400, "Bad request", &[("fields", fields)]))
        }
    }
}

/// The body of a GET.
pub(super) fn get(bitbucket: &Bitbucket, request: &Request, target: &Target<'_>, credential: Option<&Credential>) -> Reply {
    let account = &bitbucket.scenario.account;
    let workspace_of = |slug: &str| account.workspace(slug);
    let body = match (target.area, target.workspace, target.slug, &target.rest[..]) {
        ("user", None, _, []) => user(&account.owner.username),
        ("user", None, _, ["emails"]) => {
            page(vec![json!({ "type": "email", "email": account.owner.email, "is_primary": true, "is_confirmed": true })])
        }
        ("user", None, _, _) => {
            page(account.workspaces.iter().filter(|w| w.member).map(|w| json!({ "type": "workspace_access", "administrator": false, "workspace": workspace(w) })).collect())
        }
        // User names were taken out of this path in 2020; ids in braces stayed. The words are a guess.
        ("users", _, _, [id]) if !id.starts_with('{') => return Reply::error(404, &format!("{id} is not a known user")),
        ("users", _, _, [_]) => user(&account.owner.username),
        ("user", Some(slug), _, ["permission"]) => match workspace_of(slug) {
            Some(found) if found.member => json!({ "type": "workspace_membership", "permission": "member", "workspace": workspace(found) }),
            _ => return Reply::error(404, &super::texts::no_workspace(slug)),
        },
        ("user", Some(slug), _, ["permissions", "repositories"]) => page(
            account
                .repositories
                .iter()
                .filter(|r| r.workspace().eq_ignore_ascii_case(slug) && r.access > Access::None)
                .map(|r| json!({ "type": "repository_permission", "permission": permission(r.access), "repository": repository(r) }))
                .collect(),
        ),
        ("workspaces", Some(slug), _, []) => match workspace_of(slug) {
            Some(found) => workspace(found),
            None => return Reply::error(404, &super::texts::no_workspace(slug)),
        },
        ("workspaces", Some(_), _, ["projects"]) => {
            page(vec![json!({ "type": "project", "key": "APP", "name": "App", "is_private": false })])
        }
        ("repositories", Some(slug), None, _) => {
            // Fact `list-anonymous`: the public ones; who is let in sees more.
            let role = request.parameter("role");
            let shown = |r: &&Repository| {
                let access = credential.map(|c| bitbucket.access(r, c));
                let member = account.workspace(slug).is_some_and(|w| credential.is_some_and(|c| bitbucket.is_insider(w, c)));
                let seen = !r.private || access.is_some_and(|a| a > Access::None);
                r.workspace().eq_ignore_ascii_case(slug) && seen && (role.is_none() || member && credential.is_some())
            };
            page(account.repositories.iter().filter(shown).map(repository).collect())
        }
        ("repositories", Some(slug), Some(name), rest) => match account.repository(slug, name) {
            Some(found) => return inside(found, rest),
            None => return Reply::error(404, super::texts::NO_REPOSITORY),
        },
        _ => page(Vec::new()),
    };
    Reply::json(200, &body)
}

/// What lies below a repository.
fn inside(found: &Repository, rest: &[&str]) -> Reply {
    let branch = json!({ "type": "branch", "name": "main", "target": { "type": "commit", "hash": TIP } });
    let body = match rest {
        [] => repository(found),
        ["commits", ..] => page(vec![json!({ "type": "commit", "hash": TIP, "message": "Say hello\n" })]),
        ["commit", hash, ..] => json!({ "type": "commit", "hash": hash, "message": "Say hello\n" }),
        ["refs" | "refs/branches"] | ["refs", "branches"] => page(vec![branch]),
        ["refs", "branches", "main"] => branch,
        ["refs", "branches", ..] => return Reply::error(404, "Branch not found"),
        ["src", _, path, ..] if *path == "README.md" => return Reply::text(200, "# A small repository\n"),
        ["src", ..] => page(vec![json!({ "type": "commit_file", "path": "README.md", "commit": { "hash": TIP } })]),
        ["pullrequests", number, ..] if number.parse::<u32>().is_ok() => {
            json!({ "type": "pullrequest", "id": number.parse::<u32>().unwrap_or(1), "title": "Say hello", "state": "OPEN" })
        }
        ["pullrequests"] => page(vec![json!({ "type": "pullrequest", "id": 1, "title": "Say hello", "state": "OPEN" })]),
        _ => page(Vec::new()),
    };
    Reply::json(200, &body)
}

/// A page of a list.
fn page(values: Vec<Value>) -> Value {
    json!({ "values": values, "pagelen": 10, "size": values.len(), "page": 1 })
}

fn user(name: &str) -> Value {
    json!({
        "type": "user", "display_name": "Anna Smith", "username": name, "nickname": name,
        "uuid": "{00000000-0000-4000-8000-00000000a44a}", "account_status": "active",
    })
}

/// The keys of fact `workspace-anonymous`.
fn workspace(found: &Workspace) -> Value {
    json!({
        "type": "workspace", "uuid": "{00000000-0000-4000-8000-00000000acee}", "name": found.slug, "slug": found.slug,
        "is_private": found.private, "is_privacy_enforced": false, "created_on": "2020-01-01T00:00:00+00:00",
        "forking_mode": "allow_forks", "is_personal": false, "links": {},
    })
}

fn repository(found: &Repository) -> Value {
    let name = &found.full_name;
    json!({
        "type": "repository", "full_name": name, "name": found.slug(), "slug": found.slug(), "is_private": found.private,
        "scm": "git", "mainbranch": { "type": "branch", "name": "main" }, "workspace": { "slug": found.workspace() },
        "links": { "clone": [
            { "name": "https", "href": format!("https://bitbucket.org/{name}.git") },
            { "name": "ssh", "href": format!("git@ssh.bitbucket.org:{name}.git") },
        ] },
    })
}

fn permission(access: Access) -> &'static str {
    match access {
        Access::None => "none",
        Access::Read => "read",
        Access::Write => "write",
        Access::Admin => "admin",
    }
}
