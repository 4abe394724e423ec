//! The person's own git, asked a question: no prompt, no window, three seconds, a bounded answer.
//!
//! What it would do is never worked out here: git is asked for it.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::intake::Around;

/// How long one question may take.
pub(super) const LIMIT: Duration = Duration::from_secs(3);
/// Bytes of an answer that are read.
const LARGEST: u64 = 256 * 1024;
/// Variables that make git, curl or a helper write down what it does.
const TRACES: [&str; 3] = ["GIT_TRACE", "GIT_CURL_VERBOSE", "GCM_TRACE"];

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Silence {
    /// The program cannot be started.
    Absent,
    /// It said no.
    Failed,
    /// It took longer than [`LIMIT`].
    TooSlow,
    /// Its answer is longer than anything that is meant.
    TooLong,
}

/// git in this environment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Git<'a>(pub(super) &'a Around);

impl Git<'_> {
    /// What git says to these words; no secret is ever among them.
    pub(super) fn ask(&self, words: &[&str], input: &str) -> Result<String, Silence> {
        run("git", words, input, self.0)
    }

    /// The first line of the answer, where there is one.
    pub(super) fn line(&self, words: &[&str]) -> Option<String> {
        let answer = self.ask(words, "").ok()?;
        let line = answer.lines().next().unwrap_or_default();
        (!line.is_empty()).then(|| line.to_owned())
    }
}

/// Runs a program of the person's with what it reads on standard input.
pub(super) fn run(program: &str, words: &[&str], input: &str, around: &Around) -> Result<String, Silence> {
    let mut command = Command::new(program);
    command
        .args(words)
        .env_clear()
        // What git and its helpers trace, they trace into files of the person's.
        .envs(around.variables().filter(|(name, _)| !TRACES.iter().any(|trace| name.starts_with(trace))))
        // `trace2.*Target` of git's configuration does the same; a variable comes before it.
        .envs(["GIT_TRACE2", "GIT_TRACE2_PERF", "GIT_TRACE2_EVENT"].map(|name| (name, "0")))
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_ASKPASS", "")
        .env("SSH_ASKPASS", "")
        .env("GCM_INTERACTIVE", "never")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    if program == "git" {
        in_place(&mut command, around);
    }
    // In a group of its own, so that what it started ends with it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().map_err(|_| Silence::Absent)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that reads none of it has closed the pipe: its affair.
        let _ = stdin.write_all(input.as_bytes());
    }
    wait(&mut child)
}

/// In the folder of the person's command, with what it sets for this once, in variables.
fn in_place(command: &mut Command, around: &Around) {
    let place = around.git_place();
    if let Some(folder) = place.folder {
        command.current_dir(folder);
    }
    if let Some(git_dir) = place.git_dir {
        command.env("GIT_DIR", git_dir);
    }
    let first = around.filled("GIT_CONFIG_COUNT").and_then(|count| count.parse::<usize>().ok()).unwrap_or(0);
    for (number, (key, value)) in place.settings.iter().enumerate() {
        command.env(format!("GIT_CONFIG_KEY_{}", first + number), key);
        command.env(format!("GIT_CONFIG_VALUE_{}", first + number), value);
    }
    if !place.settings.is_empty() {
        command.env("GIT_CONFIG_COUNT", (first + place.settings.len()).to_string());
    }
}

/// The answer. Where there is none in time, program and what it started are ended; who ended by itself, whatever it said, may
/// have left something running on purpose, as the daemon of git's cache.
fn wait(child: &mut Child) -> Result<String, Silence> {
    let start = Instant::now();
    let Some(out) = child.stdout.take() else { return Err(ended(child, Silence::Failed)) };
    let (done, when_done) = mpsc::channel();
    // Not joined: something that was started may hold the pipe open for ever.
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = out.take(LARGEST + 1).read_to_end(&mut bytes);
        // The receiver is gone where it took too long.
        let _ = done.send(read.map(|_| bytes));
    });
    let bytes = match when_done.recv_timeout(LIMIT) {
        Ok(Ok(bytes)) if bytes.len() as u64 <= LARGEST => bytes,
        Ok(Ok(_)) => return Err(ended(child, Silence::TooLong)),
        Ok(Err(_)) => return Err(ended(child, Silence::Failed)),
        Err(_) => return Err(ended(child, Silence::TooSlow)),
    };
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(String::from_utf8_lossy(&bytes).into_owned()),
            // From here on its number may be somebody else's.
            Ok(Some(_)) | Err(_) => return Err(Silence::Failed),
            Ok(None) if start.elapsed() > LIMIT => return Err(ended(child, Silence::TooSlow)),
            Ok(None) => std::thread::sleep(Duration::from_millis(1)),
        }
    }
}

/// Ends a program that nobody has waited for yet, and what it started. Until somebody waits, the system gives its number, which
/// is its group's, to nobody else, even where it has come to its end.
fn ended(child: &mut Child, why: Silence) -> Silence {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        // Nothing of it may be left.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
    why
}
