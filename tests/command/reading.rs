//! What is read of whole pastes.

use bbdoctor::checks::{NoteKind, Scheme, Surface, UserForm};
use bbdoctor::command::{Input, read};

use super::fixture::{api_token, at, context, text};

#[test]
fn a_curl_of_several_lines_with_its_answer() {
    let token = api_token();
    let pasted = format!(
        "$ curl --request POST \\\n  --url https://api.bitbucket.org/2.0/repositories/acme \\\n  --header 'Authorization: Bearer {token}'\nHTTP/2 401\nwww-authenticate: OAuth realm=\"Bitbucket.org HTTP\"\n\n{{\"type\": \"error\"}}\n"
    );
    let reading = text(&pasted);
    let [request] = reading.requests.as_slice() else { panic!("one request") };
    assert_eq!(request.tool, "curl");
    assert_eq!((request.method.as_str(), request.api_path.as_deref()), ("POST", Some("/2.0/repositories/acme")));
    assert_eq!(request.surface, Some(Surface::Rest));
    assert_eq!(request.sends.scheme, Some(Scheme::Bearer));
    assert_eq!((at(request, "method"), at(request, "scheme"), at(request, "secret")), ("POST", "Bearer", "ATATT3…"));
    let reported = request.reported.as_ref().expect("an answer");
    assert_eq!(reported.status, Some(401));
    assert!(reported.headers.contains_key("www-authenticate"));
    assert_eq!(reported.text, "{\"type\": \"error\"}");
    assert!(!format!("{:?}", reading.requests).contains(&token));
    assert_eq!(reading.credentials[0].1.expose(), token);
}

#[test]
fn a_clone_with_the_token_as_user() {
    let token = api_token();
    let reading =
        text(&format!("git clone https://{token}@bitbucket.org/acme/app.git\nPassword for 'https://{token}@bitbucket.org':"));
    let request = &reading.requests[0];
    assert_eq!(request.repo.as_deref(), Some("acme/app"));
    assert_eq!(request.sends.user.as_ref().map(|u| u.form), Some(UserForm::Token));
    assert!(request.notes.iter().any(|n| n.kind == NoteKind::TokenAsUser));
    assert!(!format!("{:?}", reading.requests).contains(&token));
}

#[test]
fn words_that_a_shell_has_split() {
    let token = api_token();
    let words = ["curl", "-u", &format!("anna@example.com:{token}"), "https://api.bitbucket.org/2.0/user?x=1&y=2"];
    let words: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
    let reading = read(Input::Words(&words), &context());
    let request = &reading.requests[0];
    assert_eq!(request.api_path.as_deref(), Some("/2.0/user?x=1&y=2"));
    assert_eq!(request.notes, Vec::new());
    assert_eq!(request.text, "curl -u anna@example.com:ATATT3… 'https://api.bitbucket.org/2.0/user?x=1&y=2'");
    assert_eq!(reading.users.email.as_deref(), Some("anna@example.com"));
}
