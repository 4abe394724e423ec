//! What the simulator answers, row by row against the facts: without sockets, so every world is quick.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::bitbucket::Bitbucket;
use super::reply::{Reply, Request, Side};
use super::*;

const ACCOUNT: &str = r#"
title = "everything"
about = "an account with one of everything"

[account]
workspaces = [
    { slug = "acme" }, { slug = "hidden", private = true }, { slug = "asleep", state = "deactivated" },
    { slug = "office", ip_allowlist = true }, { slug = "careful", two_step = true }, { slug = "broke", state = "read-only" },
    { slug = "others", member = false },
]
repositories = [
    { full_name = "acme/app", restricted_branches = ["main", "release/*"] }, { full_name = "acme/site", private = false },
    { full_name = "acme/read", access = "read" }, { full_name = "acme/secret", access = "none" },
    { full_name = "asleep/app" }, { full_name = "office/app" }, { full_name = "careful/app" }, { full_name = "broke/app" },
    { full_name = "others/app", access = "none" },
]

[[credentials]]
name = "API"
kind = "api-token"
scopes = ["all"]

[[credentials]]
name = "NARROW"
kind = "api-token"
scopes = ["admin:repository:bitbucket"]

[[credentials]]
name = "NONE"
kind = "api-token"
state = "no-scopes"

[[credentials]]
name = "ACCESS"
kind = "access-token"
scopes = ["repository:write", "pullrequest"]

[[credentials]]
name = "WORKSPACE"
kind = "access-token"
level = "workspace"
scopes = ["all"]

[[credentials]]
name = "OAUTH"
kind = "oauth-token"
scopes = ["project"]

[[credentials]]
name = "LATE"
kind = "oauth-token"
state = "expired"

[[credentials]]
name = "APP"
kind = "app-password"

[[credentials]]
name = "LOGIN"
kind = "account-password"

[verdict]
status = "healthy"
"#;

/// Asks as `-`, `Basic user:NAME`, `Bearer NAME` or a raw header (`=NAME`), `METHOD path`.
fn ask(world: &str, header: &str, line: &str) -> Reply {
    let scenario = Scenario::parse("everything", ACCOUNT).expect("the scenario is well formed");
    let held = |name: &str| scenario.credential(name).map_or_else(|| name.to_owned(), Credential::held);
    let authorization = match header.split_once(' ') {
        Some(("Basic", pair)) => {
            let (user, name) = pair.split_once(':').expect("user:NAME");
            vec![format!("Basic {}", STANDARD.encode(format!("{user}:{}", held(name))))]
        }
        Some((scheme, name)) => vec![format!("{scheme} {}", held(name))],
        None => header.strip_prefix('=').map(held).into_iter().collect(),
    };
    let (method, target) = line.split_once(' ').expect("METHOD path");
    let (target, body) = target.split_once(' ').unwrap_or((target, ""));
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let request = Request {
        side: Side::Both,
        method: method.into(),
        path: path.into(),
        query: query.into(),
        authorization,
        body: body.into(),
    };
    let world = world.parse().expect("a world");
    Bitbucket::new(&scenario, &world).answer(&request).1
}

/// Rows of: world, header, request, status, a piece of the body or of a header (`name: value`).
fn check(rows: &[(&str, &str, &str, u16, &str)]) {
    for (world, header, line, status, piece) in rows {
        let reply = ask(world, header, line);
        let mut text = String::from_utf8_lossy(&reply.body).into_owned();
        for (name, value) in &reply.headers {
            text.push_str(&format!("\n{name}: {value}"));
        }
        assert!(reply.status == *status && text.contains(piece), "{world} | {header} | {line}\n{} {text}", reply.status);
    }
}

const EMAIL: &str = "Basic anna@example.com:API";

#[test]
fn logins_of_the_api() {
    check(&[
        ("", EMAIL, "GET /2.0/user", 200, "x-credential-type: api_token"),
        ("", "Basic annasmith:API", "GET /2.0/user", 401, "www-authenticate: Basic realm=\"Bitbucket.org HTTP\""),
        ("realm=bitbucket-custom", "Basic x:API", "GET /2.0/user", 401, "BitbucketCustom realm=Bitbucket.org HTTP"),
        ("basic_401_body=text", "Basic x:API", "GET /2.0/user", 401, "Login failed due to incorrect login"),
        ("basic_401_body=json", "Basic x:API", "GET /2.0/user", 401, "Token is invalid, expired"),
        ("", "Bearer API", "GET /2.0/user", 401, "{\"type\": \"error\", \"error\": {\"message\": \"Token is invalid, expired"),
        ("bearer_with_api_token=accepted", "Bearer API", "GET /2.0/user", 200, "annasmith"),
        ("", "Basic anna@example.com:NONE", "GET /2.0/user", 401, "API Token provided has no Bitbucket scopes"),
        ("no_scopes_text=generic", "Basic anna@example.com:NONE", "GET /2.0/user", 401, "Token is invalid"),
        ("bearer_with_api_token=accepted", "Bearer NONE", "GET /2.0/user", 401, "Token is invalid"),
        ("", "Basic x-token-auth:ACCESS", "GET /2.0/repositories/acme/app", 401, ""),
        ("", "Bearer ACCESS", "GET /2.0/user", 403, "This API is not accessible by this authentication mechanism"),
        ("", "Bearer ACCESS", "GET /2.0/user", 403, "x-credential-type: repo_access_token"),
        ("", "Bearer LATE", "GET /2.0/user", 401, "Access token expired. Use your refresh token"),
        ("", "Basic annasmith:APP", "GET /2.0/user", 401, ""),
        ("", "Basic annasmith:LOGIN", "GET /2.0/user", 401, "recently stopped supporting account passwords for API"),
        ("", "=API", "GET /2.0/repositories/acme/app", 404, "make sure you are authenticated."),
        ("", "=API", "GET /2.0/repositories/acme/site", 200, "acme/site"),
        ("", "Token API", "GET /2.0/repositories/acme/site", 200, "acme/site"),
        ("", "-", "GET /2.0/repositories/acme/app?access_token=x", 401, "Token is invalid"),
        ("", "-", "GET /2.0/user", 401, ""),
        ("", "Basic x:API", "GET /2.0/repositories/acme", 401, ""),
        ("bad_login_on_public=as-anonymous", "Basic x:API", "GET /2.0/repositories/acme", 200, "acme/site"),
        ("bad_login_on_public=as-anonymous", "Basic x:API", "GET /2.0/repositories/acme/site", 401, ""),
    ]);
}

#[test]
fn targets_and_permissions_of_the_api() {
    check(&[
        ("", "-", "GET /2.0/workspaces/ACME", 200, "\"slug\":\"acme\""),
        ("", "-", "GET /2.0/workspaces/nope", 404, "No workspace with identifier 'nope'."),
        ("", "-", "GET /2.0/workspaces/asleep", 403, "deactivated due to inactivity"),
        ("", EMAIL, "GET /2.0/repositories/asleep/app", 403, "deactivated due to inactivity"),
        ("", EMAIL, "GET /2.0/user/workspaces", 200, "\"slug\":\"acme\""),
        ("", EMAIL, "GET /2.0/repositories/acme", 200, "acme/app"),
        ("", EMAIL, "POST /2.0/repositories/acme", 405, ""),
        ("", EMAIL, "GET /2.0/repositories/acme/secret", 404, "You may not have access"),
        ("private_repository_denied=403", EMAIL, "GET /2.0/repositories/acme/secret", 403, "either does not exist"),
        ("", EMAIL, "GET /2.0/repositories/office/app", 403, "whitelist your IP"),
        ("", EMAIL, "GET /2.0/repositories/careful/app", 403, "two-step"),
        ("", EMAIL, "GET /2.0/repositories/broke/app/downloads", 402, ""),
        ("", EMAIL, "GET /2.0/workspaces", 410, "CHANGE-2770"),
        ("removed_endpoint=404", EMAIL, "GET /2.0/workspaces", 404, "There is no API hosted at this URL."),
        ("", "-", "GET /2.0/repositories/acme/app/issues", 410, ""),
        ("", EMAIL, "GET /2.0/repositories/acme/app/commit/feature/x", 404, "Resource not found"),
        ("", "-", "GET /user", 403, "Forbidden"),
        ("", "-", "GET /1.0/user", 404, ""),
        ("", "-", "GET /acme/app", 302, "text/html"),
        (
            "",
            "Basic anna@example.com:NARROW",
            "GET /2.0/repositories/acme/app",
            403,
            "{\"required\": [\"read:repository:bitbucket\"], \"granted\": [\"admin",
        ),
        (
            "scope_detail=none",
            "Basic anna@example.com:NARROW",
            "GET /2.0/user",
            403,
            "x-oauth-scopes: admin:repository:bitbucket",
        ),
        ("", EMAIL, "PUT /2.0/repositories/acme/read", 403, "lack one or more required privilege scopes"),
        ("", "Bearer ACCESS", "GET /2.0/repositories/acme/app/pullrequests", 200, "x-ratelimit-nearlimit"),
        ("", "Bearer ACCESS", "GET /2.0/repositories/acme/read", 404, ""),
        ("", "Bearer ACCESS", "GET /2.0/repositories/acme", 403, "mechanism"),
        ("", "Bearer WORKSPACE", "GET /2.0/repositories/acme", 200, "acme/secret"),
        ("", "Bearer WORKSPACE", "GET /2.0/repositories/acme/app/permissions-config/users", 403, "mechanism"),
        ("", "Bearer OAUTH", "GET /2.0/repositories/acme/app", 200, "x-credential-type: oauth2"),
        ("", "Bearer OAUTH", "GET /2.0/repositories/acme/app/pullrequests", 403, "\"required\": [\"pullrequest\"]"),
        ("", EMAIL, "POST /2.0/repositories/acme/app/refs/branches {\"name\":\"release/1\"}", 403, "BRANCH_PERMISSION_VIOLATED"),
        ("", EMAIL, "POST /2.0/repositories/acme/app/refs/branches {\"name\":\"x\"}", 201, ""),
        ("", EMAIL, "POST /2.0/repositories/acme/app/pullrequests", 400, "Bad request"),
    ]);
    let silent = ask("scope_headers_on_403=absent", "Basic anna@example.com:NARROW", "GET /2.0/user");
    assert!(silent.status == 403 && silent.headers.iter().all(|(name, _)| !name.starts_with("x-")));
}

#[test]
fn logins_and_refusals_of_git() {
    let read = "GET /acme/app.git/info/refs?service=git-upload-pack";
    let write = "GET /acme/app/info/refs?service=git-receive-pack";
    check(&[
        ("", "Basic x-bitbucket-api-token-auth:API", read, 200, "refs/heads/main"),
        ("", "Basic annasmith:API", write, 200, "report-status"),
        ("", "Basic anna@example.com:API", read, 401, ""),
        ("", "Basic x-token-auth:API", read, 401, ""),
        ("x_token_auth_with_api_token=accepted", "Basic x-token-auth:API", read, 200, ""),
        ("", "Basic x-token-auth:ACCESS", write, 200, ""),
        ("", "Basic annasmith:ACCESS", read, 401, ""),
        ("", "Basic x-token-auth:OAUTH", read, 200, ""),
        ("", "Basic x-token-auth:OAUTH", write, 403, "required privilege scopes"),
        ("", "Basic annasmith:APP", read, 410, "CHANGE-3222"),
        ("app_password_git=401", "Basic annasmith:APP", read, 401, ""),
        ("", "Basic annasmith:NONE", read, 403, "API Token provided has no Bitbucket scopes."),
        ("no_scopes_text=generic", "Basic annasmith:NONE", read, 401, ""),
        ("", "Basic annasmith:NARROW", read, 403, "required privilege scopes"),
        ("", "Basic annasmith:LOGIN", read, 401, "for Git authentication"),
        ("", "-", read, 401, "www-authenticate: Basic"),
        ("", "-", "GET /acme/site/info/refs?service=git-upload-pack", 200, ""),
        ("", "Basic annasmith:API", "GET /acme/read/info/refs?service=git-receive-pack", 403, "do not have access"),
        ("", "Basic annasmith:API", "GET /acme/secret/info/refs?service=git-upload-pack", 404, "You may not have access"),
        ("", "Basic annasmith:API", "GET /office/app/info/refs?service=git-upload-pack", 403, "whitelist your IP"),
        ("", "Basic annasmith:API", "GET /careful/app/info/refs?service=git-upload-pack", 403, "two-step"),
        ("", "Basic annasmith:API", "GET /broke/app/info/refs?service=git-receive-pack", 402, "[ALERT] Your push failed"),
        ("", "-", "POST /acme/app.git/info/lfs/objects/batch {}", 403, ""),
    ]);
}
