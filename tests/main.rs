//! From outside, with the built binary: one test binary, one module for each subject.

mod canary;
mod cli;
mod command;
mod formats;
mod listen;
mod machine;
mod packaging;
mod preflight;
mod preflight_budget;
mod preflight_file;
mod promises;
mod promises_stage;
mod publish;
mod redact;
mod report;
mod reports;
mod scenarios;
mod stage;
mod suggest;
mod terminal;
mod transport;
mod way;
mod worlds;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The program with nothing around it: no variable of this machine, an empty home, nothing on standard input.
fn bbdoctor(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bbdoctor"));
    command.env_clear();
    for name in ["PATH", "SystemRoot", "LD_LIBRARY_PATH", "LLVM_PROFILE_FILE", "SSL_CERT_FILE", "SSL_CERT_DIR"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.env("HOME", home).env("LANG", "C.UTF-8").current_dir(home).stdin(Stdio::null());
    command
}

/// Runs it with these words in an empty home.
fn run(words: &[&str]) -> Output {
    let home = tempfile::tempdir().expect("a temporary directory");
    bbdoctor(home.path()).args(words).output().expect("the program starts")
}

/// Runs it with this on standard input.
fn run_with(words: &[&str], input: &[u8]) -> Output {
    let home = tempfile::tempdir().expect("a temporary directory");
    let mut child = bbdoctor(home.path())
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A program that ends without reading closes the pipe; that is no error of the test.
    let _ = child.stdin.take().expect("it is piped").write_all(input);
    child.wait_with_output().expect("it ends")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

/// A well-formed API token that nobody was given.
fn api_token() -> String {
    let body = format!("ATATT3xFfGF0{}=", "aB3dE5".repeat(28));
    let end = bbdoctor::checks::shape::checksum(&body);
    format!("{body}{end}")
}
