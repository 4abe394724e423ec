//! At a terminal: what is asked, what is shown, what is left behind; and where there is none.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use bbdoctor::simulator::Scenario;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::promises_stage::{Stage, clean, output, program, said, wrong_in_every_scenario};

/// Runs a program at a terminal of its own: waits for each text, types what follows it; tells what was shown, how it ended,
/// and whether typing shows again.
const PLAY: &str = r#"
import fcntl, json, os, pty, select, subprocess, sys, termios, time
play = json.load(sys.stdin)
master, slave = pty.openpty()
def own():
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
child = subprocess.Popen(play["words"], stdin=slave, stdout=slave, stderr=slave, env=play["env"], cwd=play["home"], preexec_fn=own)
shown, steps, end, seen = b"", list(play["steps"]), time.time() + 20, 0
while time.time() < end:
    ready, _, _ = select.select([master], [], [], 0.05)
    if ready:
        shown += os.read(master, 65536)
        continue
    if steps and steps[0][0].encode() in shown[seen:]:
        seen = len(shown)
        os.write(master, steps.pop(0)[1].encode())
    elif child.poll() is not None:
        break
if child.poll() is None:
    child.kill()
echo = bool(termios.tcgetattr(slave)[3] & termios.ECHO)
json.dump({"shown": shown.decode("utf-8", "replace"), "code": child.wait(), "echo": echo, "left": len(steps)}, sys.stdout)
"#;

/// What a play came to; nothing where this machine cannot play it, with the reason.
fn play(home: &Path, options: &[&str], variables: &[(&str, &str)], steps: &[(&str, &str)]) -> Option<Value> {
    let words = [&[env!("CARGO_BIN_EXE_bbdoctor")], options].concat();
    let mut env = json!({"PATH": std::env::var("PATH").unwrap_or_default(), "HOME": home, "LC_ALL": "C.UTF-8", "TERM": "xterm"});
    for (name, value) in variables {
        env[name] = (*value).into();
    }
    let mut python = clean("python3", home);
    python.args(["-c", PLAY]);
    let there = Command::new("python3").args(["-c", "import pty"]).stderr(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        let _ = std::io::stderr().write_all(b"skipped: no python3 with a pty module to play a terminal\n");
        return None;
    }
    let done = output(python, &json!({"words": words, "env": env, "home": home, "steps": steps}).to_string());
    Some(serde_json::from_slice(&done.stdout).unwrap_or_else(|_| panic!("the play failed: {}", said(&done))))
}

fn shown(play: &Value) -> &str {
    play["shown"].as_str().expect("a text")
}

#[test]
fn a_pasted_command_is_read_without_being_shown() {
    let scenario = Scenario::find("post-bearer").expect("it is embedded");
    let stage = Stage::of(scenario);
    let pasted = format!("{}\n\n", stage.input().trim_end());
    assert!(pasted.lines().count() >= 4, "{pasted}");
    let options = ["--api-url", &stage.running.api_url, "--git-base-url", &stage.running.git_url];
    let steps = [("> ", pasted.as_str()), ("e-mail", "anna@example.com\n")];
    let Some(play) = play(stage.home(), &options, &[], &steps) else { return };
    let text = shown(&play);
    for secret in stage.secrets() {
        assert!(!text.contains(&secret[..30]), "{text}");
    }
    assert_eq!((play["code"].as_i64(), play["left"].as_i64(), play["echo"].as_bool()), (Some(1), Some(0), Some(true)), "{text}");
    assert!(text.contains("(hidden) ") && text.contains("bearer-with-api-token"), "{text}");
    assert!(text.trim_end().lines().next_back().is_some_and(|last| last.contains("misconfigured")), "{text}");
    assert!(text.contains("\u{1b}["), "a terminal has colours: {text}");
}

#[test]
fn the_e_mail_may_be_skipped() {
    let scenario = Scenario::find("post-bearer").expect("it is embedded");
    let stage = Stage::of(scenario);
    let pasted = format!("{}\n\n", stage.input().trim_end());
    let options = ["--api-url", &stage.running.api_url, "--git-base-url", &stage.running.git_url];
    let Some(play) = play(stage.home(), &options, &[], &[("> ", pasted.as_str()), ("e-mail", "\n")]) else { return };
    let text = shown(&play);
    assert_eq!((play["code"].as_i64(), play["left"].as_i64()), (Some(1), Some(0)), "{text}");
    assert!(text.contains("no e-mail given") && text.contains("Cannot tell apart yet") && text.contains("likely"), "{text}");
}

#[test]
fn a_clone_tells_the_target() {
    let home = TempDir::new().expect("a folder can be made");
    for words in [&["init", "--quiet"][..], &["remote", "add", "origin", "https://bitbucket.org/acme/app.git"]] {
        let mut git = clean("git", home.path());
        git.args(words);
        assert!(output(git, "").status.success());
    }
    let Some(play) = play(home.path(), &["--offline"], &[], &[("Token (not shown", "\u{3}")]) else { return };
    let text = shown(&play);
    assert!(text.contains("target acme/app") && text.contains("origin"), "{text}");
    assert_eq!((play["code"].as_i64(), play["echo"].as_bool()), (Some(130), Some(true)), "{text}");
}

#[test]
fn an_interrupt_gives_the_terminal_back() {
    let home = TempDir::new().expect("a folder can be made");
    let Some(play) = play(home.path(), &[], &[], &[("> ", "half a sec\u{3}")]) else { return };
    assert_eq!((play["code"].as_i64(), play["echo"].as_bool()), (Some(130), Some(true)), "{play}");
    assert!(!shown(&play).contains("half"), "{play}");
}

#[test]
fn colours_at_a_terminal_can_be_refused_and_elsewhere_be_had() {
    let home = TempDir::new().expect("a folder can be made");
    for (variables, options) in
        [(&[("NO_COLOR", "1")][..], &["demo"][..]), (&[], &["demo", "--color", "never"]), (&[("TERM", "dumb")], &["demo"])]
    {
        let Some(play) = play(home.path(), options, variables, &[]) else { return };
        // Progress clears its line; that is no colour.
        let text = shown(&play).replace("\u{1b}[K", "");
        assert!(!text.contains('\u{1b}'), "{variables:?} {options:?}: {text}");
    }
    let mut piped = program(home.path());
    piped.args(["demo", "--color", "always"]).env("NO_COLOR", "1");
    assert!(said(&output(piped, "")).contains("\u{1b}["));
}

#[test]
fn reports_for_people_fit_and_end_with_the_verdict() {
    let wrong = wrong_in_every_scenario(|scenario| {
        let stage = Stage::of(scenario);
        let done = stage.run(&[]);
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        let mut wrong: Vec<String> = Vec::new();
        let last = text.trim_end().lines().next_back().unwrap_or_default();
        if !["healthy", "misconfigured", "inconclusive"].iter().any(|status| last.starts_with(status)) {
            wrong.push(format!("the last line is {last}"));
        }
        // What is copied is never broken.
        let copied = |line: &str| {
            let starts = ["curl ", "git ", "printf ", "  -c ", "read ", "$env:"];
            // What was pasted is shown as it is, and a mark stands where the word is, which may be far to the right.
            let gutter = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(" |");
            let mark = line.starts_with("  |") || line.starts_with(|c: char| c.is_ascii_digit()) && gutter;
            mark || line.contains("://") || starts.iter().any(|start| line.starts_with(start))
        };
        wrong.extend(
            text.lines().filter(|line| line.chars().count() > 80 && !copied(line)).map(|line| format!("wider than 80: {line}")),
        );
        let mut ascii = stage.bbdoctor(&[]);
        ascii.env("LC_ALL", "C");
        let plain = output(ascii, &stage.input());
        if let Some(line) = said(&plain).lines().find(|line| !line.is_ascii()) {
            wrong.push(format!("not ASCII under LC_ALL=C: {line}"));
        }
        wrong
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn closed_streams_are_no_failure() {
    let home = TempDir::new().expect("a folder can be made");
    let bbdoctor = env!("CARGO_BIN_EXE_bbdoctor");
    for (line, code) in [
        (format!("set -o pipefail; '{bbdoctor}' demo | head -1"), Some(0)),
        (format!("set -o pipefail; '{bbdoctor}' list scopes | head -1"), Some(0)),
        (format!("'{bbdoctor}' demo 2>&-"), Some(0)),
        (format!("'{bbdoctor}' --email anna 2>&-"), Some(2)),
        (format!("'{bbdoctor}' <&-"), Some(2)),
        (format!("'{bbdoctor}' demo >/dev/full"), Some(4)),
    ] {
        let mut shell = clean("bash", home.path());
        shell.args(["-c", &line]);
        let done = output(shell, "");
        assert_eq!(done.status.code(), code, "{line}: {}", said(&done));
        assert!(!said(&done).contains("internal error"), "{line}: {}", said(&done));
    }
    // The caller has closed it: nobody wants the report, and nothing breaks.
    let mut shell = clean("bash", home.path());
    shell.args(["-c", &format!("'{bbdoctor}' demo >&-")]);
    let done = output(shell, "");
    assert!(matches!(done.status.code(), Some(0 | 4)) && !said(&done).contains("internal error"), "{}", said(&done));
}

#[test]
fn nobody_is_asked_in_a_pipeline() {
    let home = TempDir::new().expect("a folder can be made");
    let token = "ATATT3xFfGF0".to_owned() + &"aB3".repeat(57);
    // An API token without an e-mail: at a terminal that is asked for.
    let variables = [("CI", "true"), ("BITBUCKET_TOKEN", token.as_str())];
    let nowhere = ["--api-url", "http://127.0.0.1:9", "--git-base-url", "http://127.0.0.1:9"];
    let Some(play) = play(home.path(), &nowhere, &variables, &[]) else { return };
    assert!(!shown(&play).contains("e-mail, to try"), "{play}");
    assert_ne!(play["code"].as_i64(), Some(-9), "it waits for somebody: {play}");
}

#[test]
fn what_is_given_wrongly_sends_nothing() {
    let scenario = Scenario::find("healthy-api-token").expect("it is embedded");
    let stage = Stage::of(scenario);
    let wrong: &[(&[&str], &str)] = &[
        (&["--email", "anna"], "--email"),
        (&["--email", "a@b:c"], "--email"),
        (&["--repo", "app"], "--repo"),
        (&["--workspace", "other", "--repo", "acme/app"], "--workspace"),
        (&["--token-file", "no/such"], "--token-file"),
        (&["--token-stdin"], "--token-stdin"),
        (&["--token", "x"], "--token"),
        (&["--token-env", "A=B"], "--token-env"),
        (&["--command-file", "no/such"], "--command-file"),
        (&["--ca-cert", "no/such"], "--ca-cert"),
        (&["--proxy", "gopher://example.com"], "--proxy"),
        (&["--timeout", "0"], "--timeout"),
        (&["--timeout", "soon"], "--timeout"),
        (&["--require", "read:nothing:bitbucket"], "--require"),
        (&["--require", "FETCH /2.0/user"], "--require"),
        (&["--scheme", "digest"], "--scheme"),
        (&["--format", "yaml"], "--format"),
        (&["--color", "blue"], "--color"),
        (&["--report", "report.txt"], "--report"),
        (&["--offlin"], "--offline"),
        (&["--token-stdin", "--token-env", "NAME"], "--token-env"),
    ];
    for (options, named) in wrong {
        let mut command = program(stage.home());
        let token = scenario.credentials.first().expect("it has one").held();
        command.env("BITBUCKET_API_TOKEN", token);
        command.args(["--api-url", &stage.running.api_url, "--git-base-url", &stage.running.git_url]).args(*options);
        let done = output(command, "");
        let text = said(&done);
        assert_eq!(done.status.code(), Some(2), "{options:?}: {text}");
        assert!(text.contains(named) && done.stdout.is_empty(), "{options:?}: {text}");
        assert!(text.lines().count() >= 2 || text.contains("; give"), "{options:?} says no more than: {text}");
    }
    assert_eq!(stage.running.counts().requests, 0);
}
