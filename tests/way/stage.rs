//! A person with a token and an empty home, and what the program says to them.

use std::time::{Duration, Instant};

use bbdoctor::simulator::{Running, Scenario, Tls, World, serve};
use serde_json::Value;
use tempfile::TempDir;

use crate::promises_stage::{ANYWHERE, program};

const SCENARIO: &str = r#"
title = "a good token and a bad one"
about = "For the way to them."

[[credentials]]
name = "TOKEN"
kind = "api-token"
scopes = ["all-read"]

[[credentials]]
name = "REVOKED"
kind = "api-token"
state = "revoked"

[does]
credential = "TOKEN"
repo = "acme/app"

[verdict]
status = "healthy"
"#;

/// Serves Anna's account.
pub(super) async fn bitbucket(tls: Option<Tls>) -> Running {
    let scenario = Scenario::parse("way", SCENARIO).expect("it is well formed");
    serve(&scenario, &World::default(), ANYWHERE, tls).await.expect("loopback can be listened on")
}

/// Anna.
pub(super) struct Person {
    home: TempDir,
    token: String,
    variables: Vec<(String, String)>,
}

/// What the program said.
pub(super) struct Said {
    pub(super) code: Option<i32>,
    pub(super) report: Value,
    pub(super) human: String,
    pub(super) took: Duration,
    all: String,
}

impl Person {
    fn with(credential: &str) -> Self {
        let scenario = Scenario::parse("way", SCENARIO).expect("it is well formed");
        let token = scenario.texts()[credential].clone();
        let mut person = Self { home: TempDir::new().expect("a folder can be made"), token, variables: Vec::new() };
        // Where this system's certificates are, for a program whose environment is otherwise empty.
        for name in ["SSL_CERT_FILE", "SSL_CERT_DIR"] {
            if let Some(value) = std::env::var_os(name) {
                person.variables.push((name.into(), value.to_string_lossy().into_owned()));
            }
        }
        person
    }

    /// With a token that works.
    pub(super) fn new() -> Self {
        Self::with("TOKEN")
    }

    /// With one that was revoked.
    pub(super) fn with_a_bad_token() -> Self {
        Self::with("REVOKED")
    }

    /// In an environment with this variable.
    pub(super) fn setting(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.into(), value.into()));
        self
    }

    /// A file in the home.
    pub(super) fn file(&self, name: &str, text: &str) -> String {
        let path = self.home.path().join(name);
        std::fs::write(&path, text).expect("a file can be written");
        path.to_string_lossy().into_owned()
    }

    /// Runs the program for the repository with these words.
    pub(super) async fn runs(&self, words: &[&str]) -> Said {
        let human = self.home.path().join("human");
        let markdown = self.home.path().join("report.md");
        let mut command = program(self.home.path());
        command.args(["--email", "anna@example.com", "--repo", "acme/app", "--format", "json"]);
        command.arg(format!("--report=human={}", human.display())).arg("--report").arg(&markdown);
        command.args(words).env("BITBUCKET_API_TOKEN", &self.token);
        command.envs(self.variables.iter().map(|(name, value)| (name, value))).stdin(std::process::Stdio::null());
        let begun = Instant::now();
        let output = tokio::process::Command::from(command).output().await.expect("the program starts");
        let took = begun.elapsed();
        let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no report: {stdout}{stderr}"));
        let read = |path| std::fs::read_to_string(path).expect("it was written");
        let (human, markdown) = (read(&human), read(&markdown));
        let all = format!("{stdout}{stderr}{human}{markdown}");
        assert!(!all.contains(&self.token), "the token is shown");
        for line in human.lines() {
            // A command is as long as it is.
            let command = ["curl ", "git ", "  -c "].iter().any(|start| line.starts_with(start));
            assert!(line.chars().count() <= 80 || command, "{line}");
        }
        Said { code: output.status.code(), report, human, took, all }
    }
}

impl Said {
    pub(super) fn cause(&self) -> &str {
        self.report["verdict"]["cause"].as_str().unwrap_or("none")
    }

    /// The way is at fault, this one, and nothing is said against the token.
    #[track_caller]
    pub(super) fn is_the_way(&self, cause: &str) -> &Self {
        assert_eq!((self.cause(), self.code), (cause, Some(3)), "{}", self.human);
        let verdict = &self.report["verdict"];
        assert_eq!(verdict["status"], "inconclusive", "{}", self.human);
        let beside = format!("{}{}{}", verdict["also"], verdict["undecided_between"], verdict["could_be"]);
        assert!(!beside.contains("token-rejected") && !beside.contains("wrong-email"), "{beside}");
        assert!(verdict["could_be"].as_array().is_none_or(Vec::is_empty), "{beside}");
        self
    }

    #[track_caller]
    pub(super) fn is_healthy(&self) -> &Self {
        assert_eq!((self.cause(), self.code), ("none", Some(0)), "{}", self.human);
        self
    }

    /// A person reads this; line ends do not matter.
    #[track_caller]
    pub(super) fn says(&self, parts: &[&str]) -> &Self {
        let text = self.human.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in parts {
            assert!(text.contains(part), "{part:?} is not in:\n{}", self.human);
        }
        self
    }

    /// Nothing that the program wrote anywhere holds this.
    #[track_caller]
    pub(super) fn never_says(&self, parts: &[&str]) -> &Self {
        for part in parts {
            assert!(!self.all.contains(part), "{part:?} is in:\n{}", self.all);
        }
        self
    }

    /// The first exchange's error.
    pub(super) fn error(&self) -> &Value {
        &self.report["exchanges"][0]["error"]
    }
}
