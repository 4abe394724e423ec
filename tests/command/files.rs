//! Requests from Postman and HAR files.

use bbdoctor::checks::{NoteKind, Scheme};
use bbdoctor::command::{Reading, read_har, read_postman};

use super::fixture::{api_token, context};

#[test]
fn a_collection_with_inherited_authorization_and_an_environment() {
    let token = api_token();
    let collection = r#"{"info": {"schema": "v2.1.0"}, "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}"}]},
      "item": [{"name": "folder", "item": [{"name": "list", "request": {"method": "POST",
        "header": [{"key": "Authorization", "value": "Basic eHg6eXk=", "disabled": true}],
        "url": {"raw": "{{base}}/2.0/repositories/:workspace", "variable": [{"key": "workspace", "value": "acme"}]}},
        "response": [{"code": 401, "header": [{"key": "X-Request-Id", "value": "r1"}], "body": "no"}]}]}]}"#;
    let environment = format!(
        r#"{{"values": [{{"key": "token", "value": "{token}", "enabled": true}}, {{"key": "base", "value": "https://api.bitbucket.org"}}]}}"#
    );
    let reading = read_postman(collection, Some(&environment), &context()).expect("a collection");
    let request = &reading.requests[0];
    assert_eq!((request.method.as_str(), request.api_path.as_deref()), ("POST", Some("/2.0/repositories/acme")));
    assert_eq!(request.sends.scheme, Some(Scheme::Bearer));
    assert_eq!(request.reported.as_ref().and_then(|r| r.status), Some(401));
    assert_eq!(reading.credentials[0].1.expose(), token);
    assert!(!format!("{:?}", reading.requests).contains(&token));
    let without = read_postman(collection, None, &context()).expect("a collection");
    assert!(without.requests[0].notes.iter().any(|n| n.kind == NoteKind::NotDefined));
}

#[test]
fn a_har_gives_the_request_that_failed() {
    let token = api_token();
    let har = format!(
        r#"{{"log": {{"entries": [
        {{"request": {{"method": "GET", "url": "https://example.com/", "headers": []}}, "response": {{"status": 500}}}},
        {{"request": {{"method": "GET", "url": "https://api.bitbucket.org/2.0/workspaces/acme", "headers": []}}, "response": {{"status": 200}}}},
        {{"request": {{"method": "GET", "url": "https://api.bitbucket.org/2.0/user",
           "headers": [{{"name": "authorization", "value": "Bearer {token}"}}]}},
           "response": {{"status": 401, "headers": [{{"name": "WWW-Authenticate", "value": "OAuth"}}], "content": {{"text": "{{}}"}}}}}}]}}}}"#
    );
    let reading = read_har(&har, &context()).expect("a HAR");
    assert_eq!(reading.requests.len(), 2);
    assert_eq!(reading.main, Some(1));
    let request = &reading.requests[1];
    assert_eq!(request.api_path.as_deref(), Some("/2.0/user"));
    assert_eq!(request.sends.scheme, Some(Scheme::Bearer));
    assert!(!request.text.contains(&token));
    assert!(read_har("{}", &context()).is_err());
    assert!(read_har("not json", &context()).is_err());
}

#[test]
fn what_an_export_leaves_out_is_no_fault() {
    let postman = r#"{"info": {"schema": "v2.1.0"}, "item": [{"name": "a", "request": {"method": "GET", "url": "https://api.bitbucket.org/2.0/user",
        "auth": {"type": "basic", "basic": [{"key": "username", "value": "anna@example.com"}, {"key": "password", "value": "{{tok}}"}]}}}]}"#;
    let kinds = |reading: &Reading| reading.requests[0].notes.iter().map(|n| n.kind).collect::<Vec<_>>();
    // The environment lies in a file of its own.
    let alone = read_postman(postman, None, &context()).expect("a collection");
    assert_eq!(kinds(&alone), [NoteKind::NotDefined]);
    let with = read_postman(postman, Some(r#"{"values": []}"#), &context()).expect("a collection");
    assert_eq!(kinds(&with), [NoteKind::NotExpanded]);
    // Chrome takes Authorization and cookies out, and Firefox does not.
    let har = |creator: &str, header: &str| {
        format!(
            r#"{{"log": {{"creator": {{"name": "{creator}"}}, "entries": [{{"request": {{"method": "GET",
            "url": "https://api.bitbucket.org/2.0/user", "headers": [{{"name": "{header}", "value": "x"}}]}}, "response": {{"status": 401}}}}]}}}}"#
        )
    };
    for (creator, header, kind) in [
        ("WebInspector", "accept", NoteKind::Remark),
        ("WebInspector", "cookie", NoteKind::NoCredential),
        ("Firefox", "accept", NoteKind::NoCredential),
    ] {
        let reading = read_har(&har(creator, header), &context()).expect("a HAR");
        assert_eq!(kinds(&reading), [kind], "{creator} {header}");
    }
}
