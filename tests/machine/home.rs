//! A home directory of its own, the program in it, and what is needed to ask git what it really sends.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};

use bbdoctor::simulator::{Running, Scenario, Seen, Tls, World, serve_in_thread};
use serde_json::Value;

const SCENARIO: &str = r#"
title = "several credentials"
about = "One is meant, others lie around."

[[credentials]]
name = "TOKEN"
kind = "api-token"
scopes = ["all-read"]

[[credentials]]
name = "SECOND"
kind = "api-token"
scopes = ["all-read"]

[[credentials]]
name = "OLD"
kind = "app-password"

[does]
credential = "TOKEN"

[verdict]
status = "healthy"
"#;

/// A home directory with nothing in it.
pub(super) struct Home {
    directory: tempfile::TempDir,
    pub(super) scenario: Scenario,
    /// The text of each credential.
    pub(super) texts: BTreeMap<String, String>,
}

/// What bbdoctor said.
pub(super) struct Said {
    pub(super) code: Option<i32>,
    pub(super) report: Value,
    pub(super) all: String,
}

impl Home {
    pub(super) fn new() -> Self {
        let scenario = Scenario::parse("machine", SCENARIO).expect("the scenario is well formed");
        let texts = scenario.texts();
        Self { directory: tempfile::tempdir().expect("a temporary directory can be made"), scenario, texts }
    }

    pub(super) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(super) fn text(&self, name: &str) -> &str {
        &self.texts[name]
    }

    /// Writes a file below the home directory; `{NAME}` is that credential.
    pub(super) fn write(&self, name: &str, text: &str) -> &Self {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().expect("it is below the home")).expect("a directory can be made");
        std::fs::write(path, self.filled(text)).expect("a file can be written");
        self
    }

    pub(super) fn filled(&self, text: &str) -> String {
        self.texts.iter().fold(text.to_owned(), |text, (name, held)| text.replace(&format!("{{{name}}}"), held))
    }

    /// A helper that answers with this user and secret.
    pub(super) fn helper(&self, user: &str, secret: &str) -> &Self {
        self.script(&format!("echo username={user}; echo password={secret}"))
    }

    /// A helper that does this when it is asked.
    pub(super) fn script(&self, does: &str) -> &Self {
        self.write("helper.sh", &format!("test \"$1\" = get || exit 0\n{does}\n"));
        let path = self.path().join("helper.sh");
        self.config(&["--global", "--add", "credential.helper", &format!("!sh {}", path.display())])
    }

    /// `git config` with these words.
    pub(super) fn config(&self, words: &[&str]) -> &Self {
        let words: Vec<String> = words.iter().map(|word| self.filled(word)).collect();
        let done = self.command("git").arg("config").args(words).output().expect("git runs");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        self
    }

    /// A program in this home, and in nothing else of this machine.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.path())
            .env("XDG_CONFIG_HOME", self.path().join(".config"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", self.path().join(".gitconfig"))
            .env("GIT_TERMINAL_PROMPT", "0")
            .current_dir(self.path());
        command
    }

    /// bbdoctor, offline, with TOKEN meant.
    pub(super) fn offline(&self, words: &[&str]) -> Said {
        self.bbdoctor(&["--offline"], words, &[("BITBUCKET_API_TOKEN", self.text("TOKEN"))])
    }

    /// bbdoctor with these options, this command and these variables.
    pub(super) fn bbdoctor(&self, options: &[&str], words: &[&str], variables: &[(&str, &str)]) -> Said {
        let mut command = self.command(env!("CARGO_BIN_EXE_bbdoctor"));
        command.args(["--format", "json"]).args(options).envs(variables.iter().copied());
        if !words.is_empty() {
            command.arg("--").args(words.iter().map(|word| self.filled(word)));
        }
        let output: Output = command.output().expect("bbdoctor runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let all = text.clone() + &String::from_utf8_lossy(&output.stderr);
        for (name, held) in &self.texts {
            assert!(!all.contains(held.as_str()), "{name} stands in what bbdoctor wrote");
        }
        let report = serde_json::from_str(&text).unwrap_or_else(|e| panic!("no report ({e}): {all}"));
        Said { code: output.status.code(), report, all }
    }
}

impl Said {
    pub(super) fn cause(&self) -> Option<&str> {
        self.report["verdict"]["cause"].as_str()
    }

    /// The settings with this effect.
    pub(super) fn with_effect(&self, effect: &str) -> Vec<&Value> {
        self.local().iter().filter(|setting| setting["effect"] == effect).collect()
    }

    pub(super) fn local(&self) -> &[Value] {
        self.report["case"]["local"].as_array().map_or(&[], Vec::as_slice)
    }

    /// Whether no setting bears on the case.
    pub(super) fn no_effect(&self) -> bool {
        self.local().iter().all(|s| s["effect"].is_null() || s["effect"] == "none" || s["effect"] == "not-used")
    }
}

/// The simulated Bitbucket behind the names of the real one, for whoever uses the proxy.
pub(super) struct Bitbucket {
    running: Running,
    proxy: String,
}

impl Bitbucket {
    pub(super) fn start(home: &Home) -> Self {
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let running = serve_in_thread(&home.scenario, &World::default(), listen, Some(Tls::Trusted)).expect("it can listen");
        let authority = |url: &str| url.trim_start_matches("https://").parse::<SocketAddr>().expect("an address");
        let (api, site) = (authority(&running.api_url), authority(&running.git_url));
        let listener = TcpListener::bind(listen).expect("it can listen");
        let proxy = format!("http://{}", listener.local_addr().expect("it listens"));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                std::thread::spawn(move || splice(stream, api, site));
            }
        });
        Self { running, proxy }
    }

    /// What arrived when a program did this.
    pub(super) fn hears(&self, home: &Home, program: &str, words: &[&str]) -> Vec<Seen> {
        let before = self.running.log().len();
        let words: Vec<String> = words.iter().map(|word| home.filled(word)).collect();
        let mut command = home.command(program);
        command.args(words).env("https_proxy", &self.proxy).env("GIT_SSL_NO_VERIFY", "1");
        let output = command.output().expect("it runs");
        let heard: Vec<Seen> = self.running.log().split_off(before);
        assert!(!heard.is_empty(), "nothing arrived: {}", String::from_utf8_lossy(&output.stderr));
        heard
    }
}

/// CONNECT: to the API's address or the website's, whatever port was asked for.
fn splice(mut client: TcpStream, api: SocketAddr, site: SocketAddr) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && head.len() < 8192 {
        if !client.read(&mut byte).is_ok_and(|read| read == 1) {
            return;
        }
        head.push(byte[0]);
    }
    let target = if head.starts_with(b"CONNECT api.") { api } else { site };
    let Ok(mut server) = TcpStream::connect(target) else { return };
    if client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").is_err() {
        return;
    }
    let (Ok(mut from_client), Ok(mut to_server)) = (client.try_clone(), server.try_clone()) else { return };
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(std::net::Shutdown::Write);
    });
    let _ = std::io::copy(&mut server, &mut client);
    let _ = client.shutdown(std::net::Shutdown::Both);
}
