//! Variables of the environment: those that disagree, are empty or hold more than a value; and what a pipeline has and has not.

use super::home::{Home, Said};

const USER: [&str; 4] = ["curl", "-u", "anna@example.com:{TOKEN}", "https://api.bitbucket.org/2.0/user"];

fn run(home: &Home, words: &[&str], variables: &[(&str, &str)]) -> Said {
    home.bbdoctor(&["--offline"], words, variables)
}

fn value<'s>(said: &'s Said, name: &str) -> &'s str {
    let of = |setting: &&serde_json::Value| setting["name"] == name;
    said.local().iter().find(of).and_then(|s| s["value"].as_str()).unwrap_or_else(|| panic!("{name}: {}", said.all))
}

#[test]
fn each_pair_that_disagrees_is_named() {
    let home = Home::new();
    let (token, second, old) = (home.text("TOKEN"), home.text("SECOND"), home.text("OLD"));
    let said = run(&home, &[], &[("BITBUCKET_API_TOKEN", token), ("BITBUCKET_TOKEN", second), ("BITBUCKET_APP_PASSWORD", old)]);
    assert_eq!(value(&said, "BITBUCKET_TOKEN"), "another token than BITBUCKET_API_TOKEN");
    assert_eq!(value(&said, "BITBUCKET_APP_PASSWORD"), "another token than BITBUCKET_API_TOKEN and BITBUCKET_TOKEN");
    // The same text twice is no disagreement.
    let said = run(&home, &[], &[("BITBUCKET_API_TOKEN", token), ("BITBUCKET_TOKEN", token)]);
    assert!(said.with_effect("not-used").is_empty(), "{}", said.all);
    // E-mails too, without showing them.
    let said = run(&home, &USER, &[("BITBUCKET_EMAIL", "anna@example.com"), ("ATLASSIAN_EMAIL", "bob@example.org")]);
    assert!(value(&said, "ATLASSIAN_EMAIL").starts_with("another e-mail than BITBUCKET_EMAIL"));
    assert!(!said.all.contains("bob@"), "{}", said.all);
    let said = run(&home, &USER, &[("BITBUCKET_EMAIL", "anna@example.com"), ("ATLASSIAN_EMAIL", "Anna@example.com")]);
    assert!(said.local().iter().all(|s| s["name"] != "ATLASSIAN_EMAIL"), "{}", said.all);
}

#[test]
fn empty_ones_are_mentioned() {
    let home = Home::new();
    let token = home.text("TOKEN");
    let said = run(&home, &[], &[("BITBUCKET_API_TOKEN", token), ("BITBUCKET_APP_PASSWORD", ""), ("RENOVATE_PASSWORD", "")]);
    assert_eq!(said.cause(), None, "{}", said.all);
    assert_eq!(value(&said, "BITBUCKET_APP_PASSWORD"), "it is set and empty");
    assert!(value(&said, "RENOVATE_PASSWORD").starts_with("set and empty; read by renovate"));
    let said = run(&home, &[], &[("BITBUCKET_APP_PASSWORD", "")]);
    assert_eq!(said.cause(), Some("variable-not-expanded"), "{}", said.all);
}

#[test]
fn what_does_not_belong_to_a_value_is_found() {
    let home = Home::new();
    let quoted = format!("\"{}\"", home.text("TOKEN"));
    let spaced = format!("{} ", home.text("SECOND"));
    let variables = [
        ("BITBUCKET_API_TOKEN", quoted.as_str()),
        ("BITBUCKET_EMAIL", "'anna@example.com'"),
        ("RENOVATE_PASSWORD", spaced.as_str()),
    ];
    let said = run(&home, &[], &variables);
    assert_eq!(said.cause(), Some("token-has-stray-characters"), "{}", said.all);
    let findings: Vec<&str> = (said.report["checks"].as_array().into_iter().flatten())
        .flat_map(|check| check["findings"].as_array().into_iter().flatten())
        .filter_map(|finding| finding["text"].as_str())
        .collect();
    for (name, _) in variables {
        assert!(findings.iter().any(|text| text.contains(name)), "{name}: {findings:?}");
    }
    // In a workspace's name they make no contradiction, and are not sent.
    let token = home.text("TOKEN");
    let said = run(
        &home,
        &[],
        &[("BITBUCKET_API_TOKEN", token), ("BITBUCKET_WORKSPACE", "\"acme\""), ("BITBUCKET_REPO_FULL_NAME", "acme/app ")],
    );
    assert_eq!(said.report["case"]["target"]["repo"], "acme/app", "{}", said.all);
    assert_eq!(said.with_effect("stray-characters").len(), 2, "{}", said.all);
    assert_eq!(said.cause(), None, "{}", said.all);
}

const STEP: [(&str, &str); 3] = [("BITBUCKET_BUILD_NUMBER", "17"), ("CI", "true"), ("BITBUCKET_REPO_FULL_NAME", "acme/app")];

fn may_be_missing(said: &Said) -> bool {
    let undecided = said.report["verdict"]["undecided_between"].as_array();
    said.cause() == Some("credential-missing")
        || undecided.is_some_and(|all| all.iter().any(|code| code == "credential-missing"))
        || said.all.contains("may be credential-missing")
}

#[test]
fn a_pipelines_own_origin_needs_no_credential() {
    let home = Home::new();
    home.command("git").args(["init", "-q", "."]).output().expect("git runs");
    home.config(&["remote.origin.url", "http://bitbucket.org/acme/app"]);
    let through = ["curl", "--proxy", "http://localhost:29418", "http://api.bitbucket.org/2.0/repositories/acme/app"];
    for words in
        [&["git", "fetch"][..], &["git", "push", "origin", "main"], &["git", "clone", "http://bitbucket.org/acme/app"], &through]
    {
        let said = run(&home, words, &STEP);
        assert!(!may_be_missing(&said) && said.cause().is_none(), "{words:?}: {}", said.all);
        assert_eq!(said.with_effect("proxy-signs-in").len(), 1, "{words:?}: {}", said.all);
    }
    // Near misses: another repository, https, no proxy named, outside of Pipelines.
    let other = run(&home, &["git", "clone", "http://bitbucket.org/acme/other"], &STEP);
    assert!(other.with_effect("proxy-signs-in").is_empty(), "{}", other.all);
    let https = run(&home, &["git", "clone", "https://bitbucket.org/acme/app"], &STEP);
    assert!(https.with_effect("proxy-signs-in").is_empty(), "{}", https.all);
    let bare = run(&home, &["curl", "http://api.bitbucket.org/2.0/repositories/acme/app"], &STEP);
    assert_eq!(bare.cause(), Some("wrong-api-url"), "{}", bare.all);
    assert!(run(&home, &["git", "fetch"], &[]).with_effect("proxy-signs-in").is_empty());
    // git's own words outweigh what is usual there.
    home.write("log", "$ git push http://bitbucket.org/acme/app main\nfatal: could not read Username for 'http://bitbucket.org': No such device or address\n");
    let file = home.path().join("log");
    let said = home.bbdoctor(&["--offline", "--command-file", &file.to_string_lossy()], &[], &STEP);
    assert_eq!(said.cause(), Some("credential-missing"), "{}", said.all);
}

#[test]
fn secured_variables_that_a_pull_request_misses_are_named() {
    let home = Home::new();
    home.write("command", "curl -u \"$BITBUCKET_EMAIL:$DEPLOY_TOKEN\" https://api.bitbucket.org/2.0/user\n");
    let file = home.path().join("command");
    let options = ["--offline", "--command-file", &file.to_string_lossy()];
    let step = [&STEP[..], &[("BITBUCKET_PR_ID", "3"), ("BITBUCKET_EMAIL", "anna@example.com")]].concat();
    let said = home.bbdoctor(&options, &[], &step);
    assert!(value(&said, "BITBUCKET_BUILD_NUMBER").ends_with("not set: DEPLOY_TOKEN"), "{}", said.all);
    let said = home.bbdoctor(&["--offline"], &[], &[&step[..], &[("BITBUCKET_API_TOKEN", "")]].concat());
    assert!(value(&said, "BITBUCKET_BUILD_NUMBER").ends_with("not set: BITBUCKET_API_TOKEN"), "{}", said.all);
    let said = home.bbdoctor(&["--offline"], &[], &[&step[..], &[("BITBUCKET_API_TOKEN", home.text("TOKEN"))]].concat());
    assert!(!value(&said, "BITBUCKET_BUILD_NUMBER").contains("not set"), "{}", said.all);
}
