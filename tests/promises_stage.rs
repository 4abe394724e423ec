//! A scenario on stage: its Bitbucket is served, and a person with an empty home runs the program against it.

use std::collections::VecDeque;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Mutex;

use bbdoctor::simulator::{CredentialKind, Fault, Running, Scenario, World, serve_in_thread};
use bbdoctor::transport::{API_URL, GIT_BASE_URL};
use tempfile::TempDir;

/// Any port of loopback.
pub(crate) const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// A served scenario and the machine of its person.
pub(crate) struct Stage {
    pub(crate) scenario: Scenario,
    pub(crate) running: Running,
    home: TempDir,
}

/// A command with nothing of this machine's environment but the programs.
pub(crate) fn clean(program: impl AsRef<std::ffi::OsStr>, home: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(home).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("HOME", home).envs([("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_TERMINAL_PROMPT", "0"), ("LC_ALL", "C.UTF-8")]);
    command
}

/// The program in a home where nothing is.
pub(crate) fn program(home: &Path) -> Command {
    clean(env!("CARGO_BIN_EXE_bbdoctor"), home)
}

/// Runs a command with this on its standard input.
pub(crate) fn output(mut command: Command, input: &str) -> Output {
    let mut child: Child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program can be started");
    let mut stdin = child.stdin.take().expect("it was asked for");
    // Who reads no input may be gone already.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

/// Both streams as text.
pub(crate) fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

impl Stage {
    /// Sets it up in the default world.
    pub(crate) fn of(scenario: &Scenario) -> Self {
        let running =
            serve_in_thread(scenario, &scenario.in_world(World::default()), ANYWHERE, None).expect("loopback can be listened on");
        let home = TempDir::new().expect("a folder can be made");
        let stage = Self { scenario: scenario.clone(), running, home };
        for (name, text) in &scenario.does.files {
            let path = stage.home().join(name);
            std::fs::create_dir_all(path.parent().expect("it stands below the home")).expect("a folder can be made");
            std::fs::write(path, stage.filled(text)).expect("a file can be written");
        }
        if let Some(pem) = &stage.running.ca_pem {
            std::fs::write(stage.authority(), pem).expect("a file can be written");
        }
        stage
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    fn authority(&self) -> PathBuf {
        self.home().join("authority.pem")
    }

    fn filled(&self, text: &str) -> String {
        self.scenario.filled(text, API_URL, GIT_BASE_URL)
    }

    /// The program as this person runs it, with these options more.
    pub(crate) fn bbdoctor(&self, options: &[&str]) -> Command {
        let does = &self.scenario.does;
        let mut command = program(self.home());
        command.envs(does.env.iter().map(|(name, value)| (name, self.filled(value))));
        if let Some(credential) = does.credential.as_deref().and_then(|name| self.scenario.credential(name)) {
            command.env("BITBUCKET_TOKEN", credential.held());
        }
        command.args(["--api-url", &self.running.api_url, "--git-base-url", &self.running.git_url]);
        if self.running.ca_pem.is_some() {
            command.arg("--ca-cert").arg(self.authority());
        }
        if self.scenario.way.fault == Some(Fault::Hangs) {
            command.args(["--timeout", "2"]);
        }
        let git_url = does.git_url.as_deref().map(|url| self.filled(url));
        for (option, value) in [
            ("--proxy", self.running.proxy.as_deref()),
            ("--email", self.scenario.email()),
            ("--username", does.username.as_deref()),
            ("--scheme", does.scheme.as_deref()),
            ("--workspace", does.workspace.as_deref()),
            ("--repo", does.repo.as_deref()),
            ("--git-url", git_url.as_deref()),
            ("--token-env", does.token_env.as_deref()),
        ] {
            command.args(value.into_iter().flat_map(|value| [option, value]));
        }
        command.args(does.require.iter().flat_map(|need| ["--require", need]));
        if does.offline {
            command.arg("--offline");
        }
        command.args(options);
        if does.command.is_some() {
            command.arg("-");
        } else if !does.words.is_empty() {
            command.arg("--").args(self.scenario.filled_words(API_URL, GIT_BASE_URL));
        }
        command
    }

    /// Runs it.
    pub(crate) fn run(&self, options: &[&str]) -> Output {
        output(self.bbdoctor(options), &self.input())
    }

    /// What the person pastes.
    pub(crate) fn input(&self) -> String {
        self.scenario.filled_command(API_URL, GIT_BASE_URL).unwrap_or_default()
    }

    /// Every text of this scenario that nobody may see.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let credentials = self.scenario.credentials.iter().filter(|c| c.kind != CredentialKind::Nothing);
        let mut secrets: Vec<String> = credentials
            .filter(|c| c.text.is_none() || c.kind == CredentialKind::AccountPassword)
            .flat_map(|c| [c.held(), c.minted()])
            .collect();
        secrets.sort();
        secrets.dedup();
        secrets
    }
}

/// Looks at every scenario, several at a time, and collects what is wrong.
pub(crate) fn wrong_in_every_scenario(look: impl Fn(&Scenario) -> Vec<String> + Sync) -> Vec<String> {
    let left: Mutex<VecDeque<&Scenario>> = Mutex::new(Scenario::all().iter().collect());
    let wrong = Mutex::new(Vec::new());
    let next = || left.lock().expect("nobody panics while holding it").pop_front();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(scenario) = next() {
                    let found = look(scenario);
                    let mut wrong = wrong.lock().expect("nobody panics while holding it");
                    wrong.extend(found.into_iter().map(|what| format!("{}: {what}", scenario.name)));
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().expect("nobody panics while holding it");
    wrong.sort();
    wrong
}
