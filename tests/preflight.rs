//! Preflight from outside, against the simulated Bitbucket.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Command, Output};

use bbdoctor::simulator::{Running, Scenario, World, serve_in_thread};
use serde_json::Value;

/// One token that may read, one without any scope.
const ACCOUNT: &str = r#"
title = "two tokens"
about = "One that may read, one that was made without scopes."

[[credentials]]
name = "READER"
kind = "api-token"
scopes = ["read:repository:bitbucket", "read:pullrequest:bitbucket"]

[[credentials]]
name = "BARE"
kind = "api-token"
state = "no-scopes"

[does]
credential = "READER"
repo = "acme/app"

[verdict]
status = "healthy"
"#;

pub(crate) struct Stage {
    scenario: Scenario,
    pub(crate) running: Running,
    pub(crate) folder: tempfile::TempDir,
}

impl Stage {
    pub(crate) fn new(config: &str) -> Self {
        Self::with(ACCOUNT, config)
    }

    pub(crate) fn with(account: &str, config: &str) -> Self {
        let scenario = Scenario::parse("two-tokens", account).expect("well formed");
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let running = serve_in_thread(&scenario, &World::default(), anywhere, None).expect("loopback can be listened on");
        let folder = tempfile::tempdir().expect("a folder can be made");
        if !config.is_empty() {
            std::fs::write(folder.path().join("bbdoctor.toml"), config).expect("it is written");
        }
        Self { scenario, running, folder }
    }

    /// The program in the stage's folder, with the stage's secrets in its environment.
    pub(crate) fn bare(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bbdoctor"));
        command.args(words).args(["--api-url", &self.running.api_url, "--git-base-url", &self.running.git_url]);
        command.current_dir(self.folder.path()).env_clear().env("LANG", "C.UTF-8").env("BITBUCKET_EMAIL", "anna@example.com");
        command.envs(self.scenario.texts());
        command
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let (first, rest): (Vec<&str>, Vec<&str>) =
            (vec!["preflight"], words.iter().copied().take_while(|w| *w != "--").collect());
        let behind = words.iter().copied().skip_while(|w| *w != "--");
        let mut command = self.bare(&[first, rest].concat());
        command.args(behind);
        command
    }

    pub(crate) fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().expect("the program was built")
    }

    pub(crate) fn secrets(&self) -> Vec<String> {
        self.scenario.texts().values().cloned().collect()
    }

    /// Exit code and standard output; no secret in any of them.
    pub(crate) fn says(&self, words: &[&str]) -> (Option<i32>, String) {
        let output = self.run(words);
        let (said, cried) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        for secret in self.scenario.texts().values() {
            assert!(!said.contains(secret) && !cried.contains(secret));
        }
        assert!(output.stderr.is_empty() || output.status.code() == Some(2), "{cried}");
        (output.status.code(), format!("{said}{cried}"))
    }
}

const GOOD: &str = "repo = 'acme/app'\n[[credential]]\nname = 'reader'\nenv = 'READER'\nneeds = ['read:repository:bitbucket', 'git:read', 'GET /2.0/repositories/{workspace}/{repo_slug}/pullrequests']\n";

#[test]
fn quiet_when_healthy() {
    let stage = Stage::new(GOOD);
    assert_eq!(stage.says(&[]), (Some(0), "healthy: 1 credential, 3 needs met\n".to_owned()));
    assert_eq!(stage.says(&["-qq"]), (Some(0), String::new()));
    let (code, said) = stage.says(&["-v"]);
    assert_eq!(code, Some(0));
    assert!(said.contains("git:read acme/app") && said.contains("== reader =="), "{said}");
}

#[test]
fn one_table_of_credential_and_need() {
    let stage = Stage::new(&format!("{GOOD}[[credential]]\nname = 'bare'\nenv = 'BARE'\nneeds = ['git:read']\n"));
    let (code, said) = stage.says(&[]);
    assert_eq!(code, Some(1), "{said}");
    let row = |name: &str| said.lines().find(|line| line.trim_start().starts_with(name)).unwrap_or_default().to_owned();
    assert!(row("read:repository:bitbucket").ends_with("met      -"), "{said}");
    assert!(row("git:read acme/app").contains("met") && !row("git:read acme/app").ends_with(" met"), "{said}");
    assert!(said.contains("error[") && said.contains("misconfigured: 1 of 2 credentials not well (bare)"), "{said}");
    assert!(said.lines().all(|line| line.chars().count() <= 100), "{said}");

    let (code, said) = stage.says(&["--format", "json"]);
    let report: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!((code, &report["exit_code"], &report["status"]), (Some(1), &1.into(), &"misconfigured".into()));
    assert_eq!(report["credentials"][0]["status"], "healthy");
    assert_eq!(report["credentials"][1]["name"], "bare");
    assert_eq!(report["credentials"][1]["reports"][0]["schema_version"], 1);

    let (code, said) = stage.says(&["--format", "github"]);
    assert_eq!(code, Some(1));
    assert!(said.lines().any(|line| line.starts_with("::error title=bare%3A ")), "{said}");
    assert!(said.lines().all(|line| line.starts_with("::")), "{said}");

    let (code, said) = stage.says(&["--format", "junit"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("<testsuite name=\"bbdoctor preflight: reader\" tests=\"4\" failures=\"0\""), "{said}");

    let (_, said) = stage.says(&["--report", "r.xml", "--report", "github=r.txt"]);
    assert!(said.contains("error["));
    for (name, holds) in [("r.xml", "<testsuites"), ("r.txt", "::error")] {
        let text = std::fs::read_to_string(stage.folder.path().join(name)).expect("it was written");
        assert!(text.contains(holds), "{text}");
    }
    assert_eq!(stage.run(&["--format", "html"]).status.code(), Some(2));
}

#[test]
fn last_days_are_warned_of() {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("the clock is right");
    let today = jiff::Timestamp::from_second(since.as_secs().try_into().expect("it fits")).expect("it fits");
    let day = |days: i64| (today + jiff::SignedDuration::from_hours(24 * days)).to_string()[..10].to_owned();
    for (days, says) in [(12, "in 12 days"), (-2, "change the date in the file")] {
        let stage = Stage::new(&format!("{GOOD}expires = {}\n", day(days)));
        let (code, said) = stage.says(&[]);
        assert_eq!(code, Some(0), "a date is no fault: {said}");
        assert!(said.starts_with("warning: the last day of reader ") && said.contains(says), "{said}");
        assert!(stage.says(&["--format", "github"]).1.contains("::warning title=bbdoctor preflight::the last day of reader"));
    }
    let stage = Stage::new(&format!("{GOOD}expires = \"{}\"\n", day(200)));
    assert_eq!(stage.says(&[]).1.lines().count(), 1);
}

#[test]
fn many_needs_are_one_run() {
    let ids: Vec<String> = (1..=9).map(|n| format!("'GET /2.0/repositories/acme/app/pullrequests?page={n}'")).collect();
    let stage = Stage::new(&format!(
        "repo = 'acme/app'\n[[credential]]\nenv = 'READER'\nneeds = [{}]\ngit-read = ['acme/app']\n",
        ids.join(",")
    ));
    let (code, said) = stage.says(&["--format", "json"]);
    let report: Value = serde_json::from_str(&said).expect("JSON");
    let needs = report["credentials"][0]["needs"].as_array().expect("a list");
    assert_eq!((code, needs.len()), (Some(0), 10), "{needs:?}");
    assert!(needs.iter().all(|need| need["status"] == "met"), "{needs:?}");
    assert_eq!(report["credentials"][0]["reports"].as_array().map(Vec::len), Some(1));
}

#[test]
fn needs_of_the_command_line_stand_alone() {
    let stage = Stage::new("this is no TOML");
    let words = ["--require", "git:read", "--repo", "acme/app", "--token-env", "READER"];
    assert_eq!(stage.says(&words), (Some(0), "healthy: 1 credential, 1 need met\n".to_owned()));
    let (code, said) = stage.says(&["--require", "git:write", "--repo", "acme/app", "--token-env", "READER"]);
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(stage.says(&["--offline", "--require", "git:read", "--repo", "acme/app", "--token-env", "READER"]).0, Some(3));
}

#[test]
fn the_file_is_read_strictly() {
    for (text, says) in [
        ("[[credential]]\nenv = 'READER'\nproxy = 'http://evil.example'", "bbdoctor.toml:3:1: `proxy`"),
        ("api-url = 'https://evil.example'", "bbdoctor.toml:1:1: `api-url`"),
        ("needs = [", "bbdoctor.toml:1:"),
        ("needs = ['git:read']", "bbdoctor.toml:1:10:"),
    ] {
        let stage = Stage::new(text);
        let (code, said) = stage.says(&[]);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(says), "{said}");
        assert_eq!(stage.running.counts().requests, 0);
        let (code, said) = stage.says(&["--format", "github"]);
        assert!(code == Some(2) && said.starts_with("::error file=bbdoctor.toml,line="), "{said}");
    }
    let stage = Stage::new(GOOD);
    assert_eq!(stage.says(&["--config", "no-such-file.toml"]).0, Some(2));
    assert_eq!(stage.says(&["--token-env", "BARE"]).0, Some(2));
    assert_eq!(stage.says(&["--", "curl", "https://api.bitbucket.org/2.0/user"]).0, Some(2));
}

#[test]
fn what_a_build_does_not_get() {
    let stage = Stage::new("repo = 'acme/app'\n[[credential]]\nenv = 'NOT_SET'\nneeds = ['git:read']");
    let (code, said) = stage.says(&["--format", "json"]);
    let report: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(code, Some(1));
    assert_eq!(report["credentials"][0]["cause"], "variable-not-expanded");
}
