//! The hidden prompt in a real terminal, which `script` of util-linux lends; without it there is nothing to test.

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use super::api_token;

/// What a terminal shows, as it comes.
struct Screen {
    pieces: Receiver<Vec<u8>>,
    text: String,
}

impl Screen {
    /// Waits for this text; what is shown by then.
    fn until(&mut self, wanted: &str) -> &str {
        let end = Instant::now() + Duration::from_secs(20);
        while !self.text.contains(wanted) && Instant::now() < end {
            match self.pieces.recv_timeout(Duration::from_millis(200)) {
                Ok(piece) => self.text.push_str(&String::from_utf8_lossy(&piece)),
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {}
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => break,
            }
        }
        &self.text
    }
}

/// Types these at the paste prompt and gives what the terminal showed, with the exit code at its end.
fn typed(keys: &[&str]) -> Option<String> {
    let there =
        Command::new("script").arg("--version").output().is_ok_and(|o| String::from_utf8_lossy(&o.stdout).contains("util-linux"));
    if !there {
        return None;
    }
    let home = tempfile::tempdir().expect("a temporary directory");
    // `stty` tells whether the echo is back.
    let line =
        format!("'{}' --offline --no-discover; echo \"exit $?\"; stty -a | grep -o '.echo '", env!("CARGO_BIN_EXE_bbdoctor"));
    let mut child = Command::new("script")
        .args(["-qec", &line, "/dev/null"])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs([("LANG", "C.UTF-8"), ("TERM", "xterm"), ("SHELL", "/bin/sh")])
        .env("HOME", home.path())
        .current_dir(home.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("script starts");
    let mut out = child.stdout.take().expect("it is piped");
    let (send, pieces) = channel();
    std::thread::spawn(move || {
        let mut piece = [0; 4096];
        while let Ok(length @ 1..) = out.read(&mut piece) {
            if send.send(piece[..length].to_vec()).is_err() {
                break;
            }
        }
    });
    let mut screen = Screen { pieces, text: String::new() };
    let mut input = child.stdin.take().expect("it is piped");
    screen.until("empty line.\r\n\r\n> ");
    std::thread::sleep(Duration::from_millis(200));
    for key in keys {
        input.write_all(key.as_bytes()).and_then(|()| input.flush()).expect("it listens");
        std::thread::sleep(Duration::from_millis(100));
    }
    let shown = screen.until("echo ").to_owned();
    drop(input);
    child.wait().expect("it ends");
    Some(shown)
}

#[test]
fn a_pasted_token_is_not_shown() {
    let token = api_token();
    let Some(shown) = typed(&[&token, "\r", "\r"]) else { return };
    assert!(shown.contains("(hidden) 1 line read: API token (") && shown.contains("checksum fits"), "{shown}");
    assert!(!shown.contains("aB3dE5aB3dE5"), "{shown}");
    assert!(shown.contains("exit 3"), "{shown}");
}

#[test]
fn a_pasted_command_of_several_lines_is_read() {
    let command = format!(
        "curl --request POST \\\r  --url https://api.bitbucket.org/2.0/repositories/acme \\\r  --header 'Authorization: Bearer {}'\r",
        api_token()
    );
    let Some(shown) = typed(&[&command, "\r"]) else { return };
    assert!(shown.contains("(hidden) 3 lines read: curl, POST, API token ("), "{shown}");
    assert!(!shown.contains("aB3dE5aB3dE5") && shown.contains("exit 1"), "{shown}");
}

#[test]
fn ctrl_c_gives_the_echo_back() {
    let Some(shown) = typed(&["half a secret", "\u{3}"]) else { return };
    assert!(shown.contains("exit 130") && !shown.contains("half a secret"), "{shown}");
    assert!(shown.contains(" echo ") && !shown.contains("-echo "), "{shown}");
}
