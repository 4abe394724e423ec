//! The table finds itself, and the paths that people really type are told apart.

use alloc::string::ToString;

use super::*;

fn filled(template: &str) -> String {
    let mut text = String::new();
    for (at, part) in template.split('{').enumerate() {
        match part.split_once('}') {
            Some((_, rest)) if at > 0 => text.push_str(&format!("x{at}{rest}")),
            _ => text.push_str(part),
        }
    }
    text
}

fn found(method: &str, path: &str) -> Option<&'static str> {
    match find(method, path) {
        Match::Found(endpoint) => Some(endpoint.path),
        _ => None,
    }
}

#[test]
fn every_operation_finds_itself() {
    assert_eq!(all().len(), 336);
    for endpoint in all() {
        for path in [filled(endpoint.path), format!("{}/?page=2", filled(endpoint.path))] {
            assert_eq!(find(endpoint.method, &path), Match::Found(endpoint), "{} {path}", endpoint.method);
            assert!(methods_of(&path).contains(&endpoint.method));
        }
    }
}

#[test]
fn every_removed_path_finds_itself() {
    for row in all_removed() {
        assert_eq!(removed(&filled(row.path)), Some(row), "{}", row.path);
        assert!(crate::facts::get(row.fact).is_some(), "{}", row.fact);
    }
}

#[test]
fn a_literal_beats_a_placeholder() {
    let base = "/2.0/repositories/{workspace}/{repo_slug}";
    assert_eq!(found("GET", "/2.0/repositories/acme/app/pullrequests/activity"), Some(&*format!("{base}/pullrequests/activity")));
    assert_eq!(
        found("GET", "/2.0/repositories/acme/app/pullrequests/7"),
        Some(&*format!("{base}/pullrequests/{{pull_request_id}}"))
    );
    assert_eq!(found("GET", "/2.0/workspaces/acme"), Some("/2.0/workspaces/{workspace}"));
}

#[test]
fn the_last_placeholder_may_span_segments_where_the_api_does_so() {
    let source = Some("/2.0/repositories/{workspace}/{repo_slug}/src/{commit}/{path}");
    assert_eq!(found("GET", "/2.0/repositories/acme/app/src/main/docs/a/b.md"), source);
    assert_eq!(found("GET", "/2.0/repositories/acme/app/src/main/"), source);
    assert!(found("GET", "/2.0/repositories/acme/app/refs/branches/feature/login").is_some());
    assert_eq!(find("GET", "/2.0/repositories/acme/app/commit/feature/login"), Match::NoSuchPath);
}

#[test]
fn a_wrong_method_names_the_right_ones() {
    assert_eq!(find("POST", "/2.0/repositories/acme"), Match::OtherMethods(vec!["GET"]));
    assert_eq!(methods_of("/2.0/repositories/acme/app"), ["DELETE", "GET", "POST", "PUT"]);
    assert!(matches!(find("head", "/2.0/user"), Match::Found(_)));
    assert!(matches!(find("get", "https://api.bitbucket.org/2.0/user"), Match::Found(_)));
    assert_eq!(find("GET", "/2.0/repositories//app"), Match::NoSuchPath);
}

#[test]
fn paths_are_told_apart() {
    let gone = |path: &str| match shape_of(path) {
        PathShape::Removed(row) => Some(row.fact),
        _ => None,
    };
    assert_eq!(gone("/2.0/repositories"), Some("410-removed"));
    assert_eq!(gone("/2.0/repositories?role=member"), Some("410-removed"));
    assert_eq!(gone("/2.0/workspaces/"), Some("410-removed"));
    assert_eq!(gone("/2.0/repositories/acme/app/issues/7/comments"), Some("410-issues"));
    assert_eq!(gone("/1.0/users/acme"), Some("api-1"));
    assert_eq!(gone("/api/1.0/user"), Some("api-1"));
    assert_eq!(gone("/2.0/teams/acme/members"), Some("endpoints-of-old"));
    assert_eq!(gone("/2.0/users/anna"), Some("users-by-name"));
    for known in [
        "/2.0/user",
        "/2.0/user/workspaces",
        "/2.0/repositories/acme",
        "/!api/2.0/repositories/acme",
        "/2.0/users/{b0f5f4f0-8f2a-4c1e-9d52-0a8f3f6a7c11}",
        "/2.0/users/%7Bb0f5f4f0-8f2a-4c1e-9d52-0a8f3f6a7c11%7D",
        "/2.0/users/557058:c0b72ad0-1cb5-4018-9cdc-0cde8492c443",
    ] {
        assert_eq!(shape_of(known), PathShape::Known, "{known}");
    }
    for data_center in [
        "/rest/api/1.0/projects/ACME/repos/app",
        "/2.0/projects/ACME/repos/app/pull-requests",
        "/projects/ACME/repos/app/browse",
        "/scm/acme/app.git",
        "/users/anna/repos/app",
        "/2.0/rest/api/latest/projects",
    ] {
        assert_eq!(shape_of(data_center), PathShape::DataCenter, "{data_center}");
    }
    assert_eq!(shape_of("/user"), PathShape::WithoutVersion("/2.0/user".to_string()));
    assert_eq!(shape_of("/v2/repositories/acme/app"), PathShape::WithoutVersion("/2.0/repositories/acme/app".to_string()));
    assert_eq!(shape_of("/repositories"), PathShape::WithoutVersion("/2.0/repositories".to_string()));
    for unknown in ["", "/", "/2.0", "/2.0/2.0/user", "/2.0/workspaces//projects", "/2.0/orgs/acme", "/acme/app"] {
        assert_eq!(shape_of(unknown), PathShape::Unknown, "{unknown}");
    }
}

#[test]
fn a_method_lives_on_where_another_is_gone() {
    assert!(removed_with("GET", "/2.0/snippets").is_some());
    assert!(removed_with("POST", "/2.0/snippets").is_none());
    assert!(removed_with("DELETE", "/2.0/repositories/acme/app/issues/1").is_some());
}

#[test]
fn near_misses_are_named() {
    let first = |path: &str| similar(path).first().copied();
    assert_eq!(first("/2.0/repositories/acme/app/pull-requests"), Some("/2.0/repositories/{workspace}/{repo_slug}/pullrequests"));
    assert_eq!(first("/2.0/repository/acme/app"), Some("/2.0/repositories/{workspace}/{repo_slug}"));
    assert_eq!(
        first("/2.0/workspaces/acme/projects/WEB/permissions/groups"),
        Some("/2.0/workspaces/{workspace}/projects/{project_key}/permissions-config/groups")
    );
    assert!(similar("/2.0/a/b/c/d/e/f/g/h/i/j/k/l").is_empty());
}

#[test]
fn paths_closed_to_access_tokens() {
    for path in [
        "/2.0/user",
        "/2.0/user/workspaces",
        "/2.0/user/emails/anna@example.com",
        "/2.0/workspaces",
        "/2.0/repositories?role=member",
        "/2.0/workspaces/acme/permissions",
        "/2.0/workspaces/acme/permissions/repositories/app",
        "/2.0/repositories/acme/app/permissions-config/groups",
        "/2.0/workspaces/acme/projects/WEB/permissions-config/users",
    ] {
        assert!(refuses_access_tokens(path), "{path}");
    }
    for path in ["/2.0/repositories/acme", "/2.0/repositories/acme/app", "/2.0/workspaces/acme", "/2.0/workspaces/acme/projects"]
    {
        assert!(!refuses_access_tokens(path), "{path}");
    }
}

#[test]
fn hostile_paths_end() {
    let long = "/a".repeat(100_000);
    for path in [
        &*long,
        "://",
        "http://",
        "/2.0/é/{",
        "\u{0}",
        "/{}/{}",
        "?",
        "#",
        "//////",
        "/2.0/repositories/acme/app/issues/export/-issues-.zip",
    ] {
        let _ = (find("GET", path), shape_of(path), similar(path), refuses_access_tokens(path), removed(path));
    }
    assert_eq!(find("GET", &long), Match::NoSuchPath);
}
