//! Where reports land: whole files, links and permissions that stay, pipes and devices, and what cannot be written.

use std::fs;
use std::io::Read as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{bbdoctor, read, well_formed};

const HEALTHY: [&str; 4] = ["demo", "healthy-api-token", "-q", "-q"];

/// A healthy run with these reports: its exit code and what it says on standard error.
fn reports(given: &[&str]) -> (Option<i32>, String) {
    let words: Vec<&str> = HEALTHY.into_iter().chain(given.iter().flat_map(|report| ["--report", report])).collect();
    let output = bbdoctor(&words);
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("it is there")
        .map(|entry| entry.expect("it is there").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn what_cannot_be_written_is_said_before_anything_is_sent() {
    for (given, wanted) in
        [("report.txt", ".md .html .json .xml .sarif"), ("jsn=report", "json"), ("json=", "names no file"), ("-", "--format")]
    {
        let output = bbdoctor(&["demo", "--report", given]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{given}: {said}");
        assert!(said.contains(wanted) && output.stdout.is_empty(), "{given}: {said}");
    }
    let twice = bbdoctor(&["demo", "--report", "a.md", "--report", "a.md"]);
    assert_eq!(twice.status.code(), Some(2));
    assert_eq!(bbdoctor(&["list", "causes", "--report", "a.md"]).status.code(), Some(2));
    assert_eq!(bbdoctor(&["list", "causes", "--format", "html"]).status.code(), Some(2));
}

#[test]
fn one_that_fails_does_not_lose_the_others() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let (missing, good) = (path("no/such/folder/r.md"), path("r.xml"));
    let output = bbdoctor(&["demo", "healthy-api-token", "--report", &missing, "--report", &good, "--format", "json"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("r.md could not be written"), "{said}");
    assert!(serde_json::from_slice::<Value>(&output.stdout).is_ok());
    well_formed(&read(folder.path(), "r.xml")).expect("XML");
    let left = std::fs::read_dir(folder.path()).expect("it is there").count();
    assert_eq!(left, 1, "no half report is left behind");
}

#[cfg(unix)]
#[test]
fn each_trouble_is_named_and_no_other_report_is_lost() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    fs::create_dir(path("folder.md")).expect("a folder can be made");
    fs::write(path("file"), "").expect("it is written");
    let long = path(&format!("{}.md", "a".repeat(300)));
    let good = path("good.md");
    for (bad, why) in [
        (path("no/such/r.md"), "there is no such folder"),
        (path("folder.md"), "it is a folder"),
        (path("file/r.md"), "a part of the path is no folder"),
        (long, "the name is too long"),
        ("human=/dev/full".to_owned(), "the disk is full"),
        ("/proc/r.md".to_owned(), ""),
        (path("\u{1b}[2J/r.md"), "there is no such folder"),
    ] {
        let _ = fs::remove_file(&good);
        let (code, said) = reports(&[&bad, &good]);
        assert_eq!(code, Some(4), "{bad}: {said}");
        assert!(said.contains("could not be written: ") && said.contains(why) && !said.contains('\u{1b}'), "{bad}: {said}");
        assert!(read(folder.path(), "good.md").contains("healthy"), "{bad}");
        assert_eq!(names(folder.path()), ["file", "folder.md", "good.md"], "{bad}: nothing half is left");
    }
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay_and_one_file_is_one() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    fs::write(path("real.md"), "before").expect("it is written");
    fs::set_permissions(path("real.md"), fs::Permissions::from_mode(0o640)).expect("it is ours");
    symlink("real.md", path("link.md")).expect("a link can be made");
    symlink("later.json", path("dangling.json")).expect("a link can be made");
    symlink("circle.md", path("circle.md")).expect("a link can be made");
    let (code, said) = reports(&[&path("link.md"), &path("dangling.json")]);
    assert_eq!(code, Some(0), "{said}");
    for (link, target) in [("link.md", "real.md"), ("dangling.json", "later.json")] {
        assert!(fs::symlink_metadata(path(link)).expect("it is there").is_symlink(), "{link} was replaced");
        assert!(read(folder.path(), target).contains("healthy"), "{target}");
    }
    let mode = fs::metadata(path("real.md")).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    // Two names of one file would leave one report: said before anything is asked.
    let dotted = folder.path().join(".").join("real.md").to_string_lossy().into_owned();
    for other in [path("link.md"), dotted, format!("json={}", path("link.md"))] {
        let (code, said) = reports(&[&path("real.md"), &other]);
        assert_eq!(code, Some(2), "{other}: {said}");
        assert!(said.contains("two reports"), "{said}");
    }
    let (code, said) = reports(&[&path("circle.md")]);
    assert!(matches!(code, Some(0 | 4)), "{said}");
}

#[cfg(unix)]
#[test]
fn a_pipe_is_written_to_and_a_closed_one_is_no_error() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let pipe = folder.path().join("pipe.md");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo starts").success());
    let reader = Command::new("cat").arg(&pipe).stdout(Stdio::piped()).spawn().expect("cat starts");
    let (code, said) = reports(&[&pipe.to_string_lossy()]);
    assert_eq!(code, Some(0), "{said}");
    let read = reader.wait_with_output().expect("it ends").stdout;
    assert!(String::from_utf8_lossy(&read).contains("healthy"));
    for words in [&["demo", "healthy-api-token", "--format", "html"][..], &["list", "causes"], &["explain", "wrong-email"]] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_bbdoctor"))
            .args(words)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        // One byte is enough for this reader.
        let mut out = child.stdout.take().expect("it is piped");
        let mut first = [0];
        out.read_exact(&mut first).expect("it says something");
        drop(out);
        let done = child.wait_with_output().expect("it ends");
        assert_eq!((done.status.code(), done.stderr.is_empty()), (Some(0), true), "{words:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_loses_no_report() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").expect("it is there");
    for format in ["human", "json"] {
        let report = folder.path().join(format!("{format}.md"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_bbdoctor"));
        command.args(["demo", "healthy-api-token", "--format", format, "--report"]).arg(&report).env_clear();
        let done = command.stdout(full()).stderr(Stdio::piped()).output().expect("it ends");
        let said = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(4), "{said}");
        assert!(said.contains("could not be written"), "{said}");
        assert!(fs::read_to_string(&report).expect("it was written").contains("healthy"));
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_nothing_half() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let silent = TcpListener::bind("127.0.0.1:0").expect("loopback can be listened on");
    let api = format!("http://{}", silent.local_addr().expect("it has one"));
    fs::write(folder.path().join("r.md"), "before").expect("it is written");
    let child = Command::new(env!("CARGO_BIN_EXE_bbdoctor"))
        .args(["--api-url", &api, "--git-base-url", &api, "--workspace", "acme", "--timeout", "60", "--no-discover"])
        .args(["--email", "anna@example.com", "--report", "r.md", "--report", "new.html"])
        .env_clear()
        .env("BITBUCKET_API_TOKEN", crate::api_token())
        .env("HOME", folder.path())
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    // It has connected: the question is on its way, and nobody answers.
    let (_held, _) = silent.accept().expect("it asks");
    let start = Instant::now();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill starts").success());
    let done = child.wait_with_output().expect("it ends");
    assert_eq!(done.status.code(), Some(130), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert_eq!(names(folder.path()), ["r.md"]);
    assert_eq!(read(folder.path(), "r.md"), "before");
}
