//! Recipes from outside: every page in eighty columns, and the commands that they show run with the real programs.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::Command;

use bbdoctor::checks::Kind;
use bbdoctor::recipe::{Filled, all, page};
use bbdoctor::simulator::{Running, Scenario, World, serve_in_thread};

use super::home::Home;

const KINDS: [Kind; 4] = [Kind::ApiToken, Kind::AccessToken, Kind::OauthToken, Kind::AppPassword];

fn filled(kind: Kind) -> Filled {
    Filled {
        kind: Some(kind),
        email: Some("anna@example.com".into()),
        workspace: Some("acme".into()),
        repo: Some("acme/app".into()),
    }
}

/// What is copied as a whole: a command, a variable with its value, an address, a file of a repository.
fn is_copied(line: &str) -> bool {
    const COMMANDS: [&str; 8] = ["curl ", "git ", "wget ", "http ", "python3 ", "printf ", "go ", "bb "];
    let line = line.trim_start();
    let assigned = line.split_once('=').is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'));
    COMMANDS.iter().any(|command| line.starts_with(command)) || assigned || line.contains("://") || !line.contains(' ')
}

#[test]
fn every_page_in_eighty_columns() {
    let words: Vec<&str> = all().iter().map(|p| p.id.as_str()).chain(["curl", "git"]).collect();
    for word in words {
        for filled in KINDS.map(filled).iter().chain([&Filled::default()]) {
            let page = page(word, filled).unwrap_or_else(|| panic!("{word} has no page"));
            for line in page.lines() {
                let wide = line.chars().count();
                assert!(wide <= 80 || is_copied(line) && line.starts_with("  "), "{word}, {:?}, {wide}: {line}", filled.kind);
                assert_eq!(line.trim_end(), line, "{word}: blanks at the end");
            }
            assert_eq!(page.contains("app password: these stopped"), filled.kind == Some(Kind::AppPassword), "{word}");
        }
    }
}

#[test]
fn what_is_filled_in_cannot_break_a_command() {
    for odd in ["anna'; rm -rf ~ #@example.com", "$(id)@example.com", "`id`@example.com", "a b@example.com", "\"@example.com"] {
        let filled = Filled { email: Some(odd.into()), repo: Some(format!("acme/{odd}")), ..Filled::default() };
        for program in all() {
            let page = page(&program.id, &filled).expect("it is known");
            assert!(!page.contains(odd), "{}: {odd}", program.id);
        }
    }
}

const SCENARIO: &str = r#"
title = "a token of each kind"
about = "Commands of recipes are run with them."
[[credentials]]
name = "TOKEN"
kind = "api-token"
scopes = ["all-read"]
[[credentials]]
name = "ACCESS"
kind = "access-token"
scopes = ["all-read"]
[does]
credential = "TOKEN"
[verdict]
status = "healthy"
"#;

/// The commands of a page, for the simulated Bitbucket.
fn commands(word: &str, kind: Kind, running: &Running) -> Vec<String> {
    let page = page(word, &filled(kind)).expect("it is known");
    let runs = |line: &&str| ["curl ", "git -c", "wget ", "http ", "python3 "].iter().any(|c| line.starts_with(c));
    let aimed = |line: &str| {
        line.replace("https://api.bitbucket.org", &running.api_url).replace("https://bitbucket.org", &running.git_url)
    };
    page.lines().map(str::trim).filter(runs).map(aimed).collect()
}

/// Whether the program is on this machine.
fn is_there(home: &Home, word: &str) -> bool {
    let probe: &[&str] = match word {
        "requests" => &["python3", "-c", "import requests"],
        "httpie" => &["http", "--version"],
        word => &[word, "--version"],
    };
    home.command(probe[0]).args(&probe[1..]).output().is_ok_and(|done| done.status.success())
}

#[test]
fn the_commands_work() {
    let home = Home::new();
    let scenario = Scenario::parse("recipes", SCENARIO).expect("it is well formed");
    let texts: BTreeMap<String, String> = scenario.texts();
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let running = serve_in_thread(&scenario, &World::default(), listen, None).expect("loopback can be listened on");
    // An entry for another password: what the recipe says has to come first.
    home.write(".netrc", "machine 127.0.0.1 login annasmith password wrong\n");
    let mut ran = 0;
    for word in ["curl", "git", "wget", "httpie", "requests"].into_iter().filter(|word| is_there(&home, word)) {
        for (kind, scheme, name) in [(Kind::ApiToken, "basic", "TOKEN"), (Kind::AccessToken, "bearer", "ACCESS")] {
            for run in commands(word, kind, &running) {
                let before = running.log().len();
                let mut shell: Command = home.command("sh");
                shell
                    .args(["-c", &run])
                    .env("BITBUCKET_API_TOKEN", &texts["TOKEN"])
                    .env("BITBUCKET_ACCESS_TOKEN", &texts["ACCESS"]);
                let done = shell.output().expect("a shell runs");
                let heard = running.log().split_off(before);
                let last =
                    heard.last().unwrap_or_else(|| panic!("{run}: nothing arrived: {}", String::from_utf8_lossy(&done.stderr)));
                assert_eq!((last.status, last.credential.as_deref()), (200, Some(name)), "{run}: {heard:?}");
                assert_eq!(last.scheme, Some(if word == "git" { "basic" } else { scheme }), "{run}");
                assert!(done.status.success(), "{run}: {}", String::from_utf8_lossy(&done.stderr));
                ran += 1;
            }
        }
    }
    assert!(ran >= 4, "curl and git are always there");
}

#[test]
fn other_words_and_near_ones() {
    let home = Home::new();
    let recipe = |words: &[&str]| {
        let output = home.command(env!("CARGO_BIN_EXE_bbdoctor")).arg("recipe").args(words).output().expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr))
    };
    for (words, name) in [
        (&["VS", "Code"][..], "Atlassian for VS Code"),
        (&["intellij"], "JetBrains IDEs"),
        (&["jetbrains"], "JetBrains IDEs"),
        (&["python"], "Python requests"),
        (&["Argo-CD"], "Argo CD"),
        (&["credential manager"], "Git Credential Manager"),
        (&["poetry"], "pip / uv / poetry"),
    ] {
        let (code, text) = recipe(words);
        assert!(code == Some(0) && text.starts_with(name), "{words:?}: {text}");
    }
    for (word, near) in [
        ("gitlb", "gitlab-import"),
        ("sourcetre", "sourcetree"),
        ("curll", "curl"),
        ("intelij", "jetbrains"),
        ("terrafrom", "terraform"),
    ] {
        let (code, text) = recipe(&[word]);
        assert!(code == Some(2) && text.contains("did you mean") && text.contains(near), "{word}: {text}");
    }
    let (code, text) = recipe(&["qqqqqqqqqq"]);
    assert!(code == Some(2) && text.contains("list recipes"), "{text}");
}

#[test]
fn explain_names_the_programs_and_every_one_has_a_recipe() {
    let home = Home::new();
    let bbdoctor = |words: &[&str]| home.command(env!("CARGO_BIN_EXE_bbdoctor")).args(words).output().expect("it runs").stdout;
    let text = String::from_utf8_lossy(&bbdoctor(&["explain", "bearer-with-api-token"])).into_owned();
    assert!(text.contains("## Programs") && text.contains("bbdoctor recipe PROGRAM") && text.contains("renovate"), "{text}");
    let json: serde_json::Value =
        serde_json::from_slice(&bbdoctor(&["explain", "tool-cannot-use-credential", "--format", "json"])).expect("it is JSON");
    let programs: Vec<&str> = json["programs"].as_array().into_iter().flatten().filter_map(|p| p.as_str()).collect();
    assert!(programs.contains(&"ghorg"), "{programs:?}");
    assert!(programs.iter().all(|word| page(word, &Filled::default()).is_some()));
    let text = String::from_utf8_lossy(&bbdoctor(&["explain", "ip-not-allowed"])).into_owned();
    assert!(!text.contains("## Programs"), "{text}");
}
