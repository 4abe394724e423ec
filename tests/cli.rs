//! The command line: what is a usage error, what it says, what it never shows.

use std::process::Stdio;

use super::{api_token, bbdoctor, run, run_with, stderr, stdout};

#[test]
fn usage_errors_exit_2_and_say_what_to_do() {
    let wrong: &[&[&str]] = &[
        &["--email", "anna"],
        &["--email", "anna@"],
        &["--repo", "app"],
        &["--repo", "https://bitbucket.org/acme/app"],
        &["--workspace", "other", "--repo", "acme/app"],
        &["--api-url", "http://example.com"],
        &["--api-url", "not a url"],
        &["--git-base-url", "http://example.com"],
        &["--token-file", "no/such/file"],
        &["--command-file", "no/such/file"],
        &["--ca-cert", "no/such/file"],
        &["--cacert", "no/such/file"],
        &["--proxy", "gopher://example.com"],
        &["--timeout", "0"],
        &["--timeout", "soon"],
        &["--require", "read:repositry:bitbucket"],
        &["--require", "git:read"],
        &["--require", "FETCH /2.0/user"],
        &["--token-stdin", "--token-env", "NAME"],
        &["-", "--", "curl", "https://api.bitbucket.org/2.0/user"],
        &["--format", "yaml"],
        &["--scheme", "digest"],
        &["demo", "no-such-scenario"],
        &["explain", "no-such-cause"],
        &["explain", "GET /2.0/no/such/path"],
        &["replay", "no/such/file"],
        &["list", "everything"],
        &["chek"],
        &["--offlin"],
        &["--email", "anna@example.com", "demo"],
    ];
    for words in wrong {
        let output = run(words);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {said}");
        assert!(said.starts_with("error: "), "{words:?}: {said}");
        assert!(said.lines().count() >= 2 || said.contains("give "), "{words:?} says no more than: {said}");
        assert!(output.stdout.is_empty(), "{words:?}");
    }
}

#[test]
fn a_command_without_the_dashes_is_told_where_it_goes() {
    for words in [
        &["curl", "-u", "anna@example.com:x", "https://api.bitbucket.org/2.0/user"][..],
        &["-X", "POST"],
        &["git", "clone", "https://bitbucket.org/acme/app.git"],
        &["check", "curl", "-H", "Accept: application/json"],
    ] {
        let said = stderr(&run(words));
        assert!(said.contains("bbdoctor -- curl"), "{words:?}: {said}");
        assert!(!said.contains("as a value"), "{words:?}: {said}");
    }
    // A mistyped option is no command.
    let said = stderr(&run(&["--emial", "anna@example.com"]));
    assert!(said.contains("'--email'") && !said.contains("after `--`") && !said.contains("as a value"), "{said}");
}

#[test]
fn a_mistyped_word_gets_a_suggestion() {
    for (words, hint) in [
        (&["--offlin"][..], "--offline"),
        (&["chek"], "check"),
        (&["demo", "healthy-api-tokn"], "healthy-api-token"),
        (&["--require", "read:repositry:bitbucket"], "read:repository:bitbucket"),
        (&["explain", "mising-scope"], "missing-scope"),
    ] {
        let said = stderr(&run(words));
        assert!(said.contains(hint), "{words:?}: {said}");
    }
}

#[test]
fn a_token_on_the_command_line_is_refused_with_a_reason_and_not_repeated() {
    let token = api_token();
    for words in [vec!["--token", &token], vec!["--tokn", &token], vec![&token], vec!["--token-env", &token]] {
        let output = run(&words);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(!said.contains("aB3dE5aB3dE5"), "{said}");
    }
    let said = stderr(&run(&["--token", &token]));
    assert!(said.contains("list of processes") && said.contains("history") && said.contains("--token-file"), "{said}");
}

#[test]
fn nothing_given_without_a_terminal() {
    let output = run(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        stderr(&output),
        "error: nothing to diagnose: no command, no token, and no terminal to ask on\n  \
         the failing command:  bbdoctor - < command.txt      bbdoctor -- curl …\n  \
         or the token:         set BITBUCKET_API_TOKEN and BITBUCKET_EMAIL\n  \
         or a tour:            bbdoctor demo\n"
    );
    assert_eq!(run(&["check"]).status.code(), Some(2));
}

#[test]
fn check_is_the_bare_command() {
    let token = api_token();
    let of = |words: &[&str]| {
        let home = tempfile::tempdir().expect("a temporary directory");
        let output = bbdoctor(home.path()).args(words).env("BITBUCKET_API_TOKEN", &token).output().expect("it runs");
        (output.status.code(), stdout(&output))
    };
    let bare = of(&["--offline", "--repo", "acme/app"]);
    assert_eq!(bare.0, Some(3), "{}", bare.1);
    assert_eq!(bare, of(&["check", "--offline", "--repo", "acme/app"]));
    assert_eq!(bare, of(&["--offline", "check", "--repo", "acme/app"]));
    assert!(!bare.1.contains("aB3dE5aB3dE5"));
    assert_eq!(of(&["--offline", "--allow-inconclusive"]).0, Some(0));
    assert_eq!(of(&["--offline", "-q"]).1.lines().count(), 1);
    assert_eq!(of(&["--offline", "-qq"]).1, "");
}

#[test]
fn a_token_from_standard_input_and_from_a_file() {
    let token = api_token();
    for (input, stray) in
        [(format!("{token}\n"), false), (format!("{token}\r\n"), false), (token.clone(), false), (format!("{token}\n\n"), true)]
    {
        let output = run_with(&["--token-stdin", "--offline", "--format", "json"], input.as_bytes());
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(report["subject"]["kind"], "api-token");
        assert_eq!(report["subject"]["source"], "--token-stdin");
        let found = report["case"]["credentials"][0]["shape"]["stray"].as_array().is_some_and(|stray| !stray.is_empty());
        assert_eq!(found, stray, "{input:?}");
    }
    for empty in ["", "\n", " \r\n"] {
        assert_eq!(run_with(&["--token-stdin", "--offline"], empty.as_bytes()).status.code(), Some(2));
    }
    let large = vec![b'a'; 2 << 20];
    assert_eq!(run_with(&["--token-stdin", "--offline"], &large).status.code(), Some(2));
    assert_eq!(run_with(&["-", "--offline"], &large).status.code(), Some(2));
}

#[test]
fn text_that_is_no_utf_8_is_read() {
    let output = run_with(&["-", "--offline"], b"curl -u anna:\xff\xfe https://api.bitbucket.org/2.0/user\n");
    assert!(matches!(output.status.code(), Some(1 | 3)), "{}", stderr(&output));
}

#[test]
fn an_empty_variable_is_diagnosed() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let output =
        bbdoctor(home.path()).args(["--offline", "--format", "json"]).env("BITBUCKET_API_TOKEN", "").output().expect("it runs");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["verdict"]["cause"], "variable-not-expanded", "{report:#}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_closed_pipe_is_no_error() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let mut child =
        bbdoctor(home.path()).args(["list", "scopes"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
}

#[test]
fn identities_are_masked_where_nobody_sits_in_front() {
    let token = api_token();
    let of = |words: &[&str]| {
        let home = tempfile::tempdir().expect("a temporary directory");
        let command =
            ["--", "curl", "-u", &format!("anna@example.com:{token}"), "https://api.bitbucket.org/2.0/user"].map(str::to_owned);
        stdout(&bbdoctor(home.path()).args(words).args(command).output().expect("it runs"))
    };
    for format in ["json", "human"] {
        let masked = of(&["--offline", "--format", format]);
        assert!(!masked.contains("anna@example.com") && !masked.contains("aB3dE5aB3dE5"), "{masked}");
    }
    assert!(of(&["--offline", "--format", "json", "--show-identity"]).contains("anna@example.com"));
}

#[test]
fn what_it_knows() {
    for what in ["causes", "checks", "scopes", "scenarios"] {
        let output = run(&["list", what, "--format", "json"]);
        let list: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).expect("a JSON array");
        assert!(list.len() > 10 && list.iter().all(|entry| entry["id"].is_string()), "{what}");
        assert!(stdout(&run(&["list", what])).lines().all(|line| line.chars().count() <= 80), "{what}");
    }
    assert!(stdout(&run(&["explain", "bearer-with-api-token"])).starts_with("# bearer-with-api-token"));
    assert!(stdout(&run(&["explain", "GET", "/2.0/repositories/{workspace}"])).contains("read:repository:bitbucket"));
    assert!(stdout(&run(&["explain", "GET /2.0/repositories/acme/app"])).contains("read:repository:bitbucket"));
    assert!(stdout(&run(&["explain", "GET /2.0/workspaces"])).contains("removed"));
    assert!(stdout(&run(&["completions", "bash"])).contains("--token-stdin"));
    assert!(stdout(&run(&["man"])).contains("bbdoctor"));
    assert_eq!(stdout(&run(&["--version"])), concat!("bbdoctor ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn colours_are_asked_for() {
    let of = |words: &[&str], variables: &[(&str, &str)]| {
        let home = tempfile::tempdir().expect("a temporary directory");
        let output = bbdoctor(home.path())
            .args(["--token-env", "NIX", "--offline"])
            .args(words)
            .envs(variables.iter().copied())
            .output()
            .expect("it runs");
        stdout(&output)
    };
    assert!(!of(&[], &[]).contains('\u{1b}'));
    assert!(of(&["--color", "always"], &[("NO_COLOR", "1")]).contains('\u{1b}'));
    assert!(of(&[], &[("CLICOLOR_FORCE", "1")]).contains('\u{1b}'));
    assert!(!of(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]).contains('\u{1b}'));
    assert!(of(&[], &[("LC_ALL", "C")]).is_ascii());
}

#[test]
fn an_exported_request_is_read() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let collection = serde_json::json!({
        "info": { "name": "acme", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
        "item": [{ "name": "list", "request": {
            "method": "POST",
            "auth": { "type": "bearer", "bearer": [{ "key": "token", "value": "{{token}}" }] },
            "url": "https://api.bitbucket.org/2.0/repositories/acme",
        } }],
    });
    let environment = serde_json::json!({ "values": [{ "key": "token", "value": api_token(), "enabled": true }] });
    std::fs::write(home.path().join("acme.json"), collection.to_string()).expect("written");
    std::fs::write(home.path().join("environment.json"), environment.to_string()).expect("written");
    let words = ["--offline", "--request-file", "acme.json", "--postman-environment", "environment.json", "--format", "json"];
    let output = bbdoctor(home.path()).args(words).output().expect("it runs");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!(report["subject"]["kind"], "api-token");
    assert_eq!(report["case"]["request"]["method"], "POST");
    assert_eq!(report["verdict"]["cause"], "wrong-method");
    assert!(!stdout(&output).contains(&api_token()[20..60]));

    std::fs::write(home.path().join("list.json"), "[]").expect("written");
    let output = bbdoctor(home.path()).args(["--request-file", "list.json"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--request-file") && stderr(&output).contains("Postman"), "{}", stderr(&output));
}
