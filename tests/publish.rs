//! Code Insights: what is put on a commit, and that it goes to the build's own proxy, without a credential, and nowhere else.

use std::io::{BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Output;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bbdoctor::checks::Status;
use bbdoctor::report::insights::{Insights, Weight};
use serde_json::Value;

use super::preflight::Stage;

/// The port is the one that Pipelines uses: one test at a time has it.
static PORT: Mutex<()> = Mutex::new(());

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
const BUILD: [(&str, &str); 3] =
    [("BITBUCKET_BUILD_NUMBER", "7"), ("BITBUCKET_REPO_FULL_NAME", "acme/app"), ("BITBUCKET_COMMIT", COMMIT)];

fn skipped(why: &str) {
    // `eprintln!` is captured from a test that passes; this is not.
    let _ = std::io::stderr().write_all(format!("skipped: {why}\n").as_bytes());
}

/// One request as the proxy got it.
#[derive(Clone, Debug)]
struct Got {
    method: String,
    target: String,
    headers: String,
    body: String,
}

/// A stand-in for the proxy of a step, where the real one listens.
struct StepProxy {
    got: Arc<Mutex<Vec<Got>>>,
    _port: MutexGuard<'static, ()>,
}

impl StepProxy {
    /// `None`, with a printed reason, where something else has the port.
    fn start(answer: fn(&str) -> u16) -> Option<Self> {
        let port = PORT.lock().unwrap_or_else(PoisonError::into_inner);
        let listener = match TcpListener::bind("127.0.0.1:29418") {
            Ok(listener) => listener,
            Err(error) => {
                skipped(&format!("port 29418 of this machine cannot be had: {error}"));
                return None;
            }
        };
        let got = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&got);
        std::thread::spawn(move || {
            // The listener closes with the process; a test that ends leaves it to the next one by connecting once.
            for stream in listener.incoming().flatten() {
                let mut reader = BufReader::new(stream.try_clone().expect("a handle"));
                while let Some(request) = read(&mut reader) {
                    if request.target == "/end" {
                        return;
                    }
                    let status = answer(&request.method);
                    heard.lock().unwrap_or_else(PoisonError::into_inner).push(request);
                    let body = if status < 300 { "{}" } else { "{\"error\": {\"message\": \"no \u{1b}[2J report\"}}" };
                    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                    if (&stream).write_all(head.as_bytes()).is_err() {
                        break;
                    }
                }
            }
        });
        Some(Self { got, _port: port })
    }

    fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for StepProxy {
    fn drop(&mut self) {
        if let Ok(mut stream) = TcpStream::connect("127.0.0.1:29418") {
            let _ = stream.write_all(b"GET /end HTTP/1.1\r\n\r\n");
            let _ = stream.read(&mut [0]);
        }
    }
}

fn read(reader: &mut impl std::io::BufRead) -> Option<Got> {
    let mut first = String::new();
    reader.read_line(&mut first).ok().filter(|read| *read > 0)?;
    let mut words = first.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (mut headers, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        if line.trim().is_empty() {
            break;
        }
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        headers.push_str(&lower);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Got { method, target, headers, body: String::from_utf8(body).ok()? })
}

const CONFIG: &str = "repo = 'acme/app'\n[[credential]]\nname = 'reader'\nenv = 'READER'\nneeds = ['git:read']\n";
const SICK: &str = "[[credential]]\nname = 'bare'\nenv = 'BARE'\nneeds = ['git:read', 'read:user:bitbucket']\n";

fn run(stage: &Stage, words: &[&str], build: &[(&str, &str)]) -> Output {
    stage.command(words).envs(build.iter().copied()).output().expect("the program was built")
}

fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_broken_token_is_seen_on_the_commit() {
    let Some(proxy) = StepProxy::start(|method| if method == "DELETE" { 404 } else { 200 }) else { return };
    let stage = Stage::new(&format!("{CONFIG}{SICK}"));
    let output = run(&stage, &["--publish"], &BUILD);
    assert_eq!(output.status.code(), Some(1), "{}", error(&output));
    let got = proxy.got();
    let base = format!("http://api.bitbucket.org/2.0/repositories/acme/app/commit/{COMMIT}/reports/bbdoctor-preflight");
    let lines: Vec<(&str, &str)> = got.iter().map(|got| (got.method.as_str(), got.target.as_str())).collect();
    let annotations = format!("{base}/annotations");
    assert_eq!(lines, [("DELETE", base.as_str()), ("PUT", base.as_str()), ("POST", annotations.as_str())]);
    for request in &got {
        assert!(!request.headers.contains("authorization") && !request.headers.contains("cookie"), "{}", request.headers);
        let known = stage.secrets().iter().any(|secret| request.body.contains(secret.as_str()));
        assert!(!known && !request.body.contains("anna@example.com"), "{}", request.body);
    }
    let report: Value = serde_json::from_str(&got[1].body).expect("JSON");
    assert_eq!(
        (&report["result"], &report["report_type"], &report["reporter"]),
        (&"FAILED".into(), &"TEST".into(), &"bbdoctor".into())
    );
    let annotations: Value = serde_json::from_str(&got[2].body).expect("JSON");
    let annotations = annotations.as_array().expect("a list");
    assert!(annotations[0]["title"].as_str().is_some_and(|title| title.starts_with("bare: ")), "{annotations:?}");
    assert!(
        annotations
            .iter()
            .any(|a| a["summary"] == "read:user:bitbucket: unproven" || a["summary"] == "read:user:bitbucket: missing")
    );
}

#[test]
fn a_healthy_run_and_one_diagnosis() {
    let Some(proxy) = StepProxy::start(|_| 200) else { return };
    let stage = Stage::new(CONFIG);
    let output = run(&stage, &["--publish", "-qq"], &BUILD);
    assert_eq!((output.status.code(), output.stdout.len(), error(&output).as_str()), (Some(0), 0, ""));
    let report: Value = serde_json::from_str(&proxy.got()[1].body).expect("JSON");
    assert_eq!(report["result"], "PASSED");
    assert_eq!(proxy.got().len(), 2, "nothing to annotate");

    let words = ["check", "--publish", "--repo", "acme/app", "--token-env", "BARE", "--no-discover"];
    let output = stage.bare(&words).envs(BUILD).output().expect("the program was built");
    assert_eq!(output.status.code(), Some(1), "{}", error(&output));
    let last = &proxy.got()[4];
    assert!(last.method == "POST" && last.target.ends_with("/reports/bbdoctor-check/annotations"), "{last:?}");
    assert!(last.body.contains("token-without-scopes") || last.body.contains("token-rejected"), "{}", last.body);
}

#[test]
fn what_cannot_be_published_is_named_and_loses_nothing() {
    let stage = Stage::new(CONFIG);
    {
        let Some(_proxy) = StepProxy::start(|_| 403) else { return };
        let output = run(&stage, &["--publish", "--report", "r.json"], &BUILD);
        let said = error(&output);
        assert_eq!(output.status.code(), Some(4), "{said}");
        assert!(
            said.contains("error: the report was not published on the commit: Bitbucket answered 403 to the report"),
            "{said}"
        );
        assert!(!said.contains('\u{1b}'), "{said}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("healthy: 1 credential"));
        assert!(stage.folder.path().join("r.json").exists());
    }
    // Nobody listens: nothing is sent by any other way.
    let _port = PORT.lock().unwrap_or_else(PoisonError::into_inner);
    if TcpStream::connect("127.0.0.1:29418").is_ok() {
        return skipped("something else listens on port 29418");
    }
    let output = run(&stage, &["--publish"], &BUILD);
    assert_eq!(output.status.code(), Some(4));
    assert!(error(&output).contains("the proxy of the build could not be reached"), "{}", error(&output));
}

#[test]
fn outside_a_build_nothing_is_asked() {
    let stage = Stage::new(CONFIG);
    for (build, says) in [
        (&BUILD[1..], "BITBUCKET_BUILD_NUMBER is not set"),
        (
            &[("BITBUCKET_BUILD_NUMBER", "7"), ("BITBUCKET_REPO_FULL_NAME", "../x"), ("BITBUCKET_COMMIT", COMMIT)][..],
            "no WORKSPACE/REPO",
        ),
        (&[("BITBUCKET_BUILD_NUMBER", "7"), ("BITBUCKET_REPO_FULL_NAME", "a/b"), ("BITBUCKET_COMMIT", "main")][..], "no hash"),
    ] {
        let output = run(&stage, &["--publish"], build);
        assert_eq!((output.status.code(), error(&output).contains(says)), (Some(2), true), "{}", error(&output));
    }
    assert_eq!(stage.running.counts().requests, 0);
    for words in [&["demo", "--publish"][..], &["list", "causes", "--publish"]] {
        let output = super::run(words);
        assert_eq!(output.status.code(), Some(2), "{words:?}");
    }
}

#[test]
fn as_a_format_it_holds_both_bodies() {
    let stage = Stage::new(&format!("{CONFIG}{SICK}"));
    let (code, said) = stage.says(&["--format", "insights", "--report", "insights=i.json"]);
    let report: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!((code, &report["report"]["result"]), (Some(1), &"FAILED".into()));
    assert!(report["annotations"].as_array().is_some_and(|list| !list.is_empty()));
    assert!(stage.folder.path().join("i.json").exists());
    let output = super::run(&["demo", "--format", "insights"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["annotations"][0]["external_id"], "bbdoctor-0001");
    assert!(report["annotations"][0]["link"].as_str().is_some_and(|link| link.ends_with("/bearer-with-api-token.md")));
}

#[test]
fn the_limits_of_bitbucket_are_kept() {
    let long = "ä\u{1b}[31m lörem\n".repeat(1_000);
    let mut insights = Insights::new(&long, Status::Inconclusive, &long);
    for n in 0..1_500 {
        insights.annotate(Weight::Fault, &long, &long, &long, None);
        insights.text(&long, &long);
        insights.number("n", n);
    }
    let json: Value = serde_json::from_str(&insights.json()).expect("JSON");
    let chars = |value: &Value| value.as_str().expect("text").chars().count();
    let report = &json["report"];
    assert!(chars(&report["title"]) <= 450 && chars(&report["details"]) <= 2_000);
    assert_eq!((report["data"].as_array().map(Vec::len), &report["result"]), (Some(10), &"PENDING".into()));
    let annotations = json["annotations"].as_array().expect("a list");
    assert_eq!(annotations.len(), 1_000);
    let mut ids: Vec<&str> = annotations.iter().filter_map(|a| a["external_id"].as_str()).collect();
    ids.dedup();
    assert_eq!(ids.len(), 1_000);
    assert!(annotations.iter().all(|a| chars(&a["summary"]) <= 450 && chars(&a["details"]) <= 2_000));
    assert!(!insights.json().contains("\\u001b"));
}
