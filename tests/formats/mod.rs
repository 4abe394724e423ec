//! Every report format from outside: the built program on every simulated account, hostile recordings, files that cannot be written.

mod age;
mod browser;
mod compare;
mod hostile;
pub(crate) mod published;
mod written;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::OnceLock;

use bbdoctor::simulator::Scenario;
use serde_json::{Value, json};

/// File name and the format that stands before it.
const FILES: [(&str, &str); 8] = [
    ("r.md", ""),
    ("r.html", ""),
    ("r.json", ""),
    ("r.xml", ""),
    ("r.sarif", ""),
    ("r.github", "github="),
    ("r.post", "post="),
    ("r.txt", "human="),
];

fn bbdoctor(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bbdoctor"))
        .args(words)
        .env_clear()
        .env("LANG", "C.UTF-8")
        .output()
        .expect("the program was built")
}

fn with_reports(words: &[&str], folder: &Path) -> Output {
    let mut all: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
    for (name, format) in FILES {
        all.extend(["--report".to_owned(), format!("{format}{}", folder.join(name).display())]);
    }
    bbdoctor(&all.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Says why something was not looked at on this machine.
pub(crate) fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

/// A recording of every scenario with its name, made once.
fn recordings() -> &'static [(String, Vec<u8>)] {
    static MADE: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
    MADE.get_or_init(|| {
        let made = |scenario: &Scenario| (scenario.name.clone(), bbdoctor(&["demo", &scenario.name, "--format", "json"]).stdout);
        Scenario::all().iter().map(made).collect()
    })
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// Elements open and close in order, attributes are quoted, no character is forbidden (XML 1.0).
fn well_formed(xml: &str) -> Result<(), String> {
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    if let Some(c) = xml.chars().find(|c| !allowed(*c)) {
        return Err(format!("holds {c:?}"));
    }
    let tag = regex::Regex::new(r#"^<(/?)([a-z-]+)((?: [a-z]+="[^"<]*")*) ?(/?)>"#).expect("a pattern");
    let entity = regex::Regex::new(r"&(amp|lt|gt|quot|apos|#[0-9]+);").expect("a pattern");
    if entity.replace_all(xml, "").contains('&') {
        return Err("a bare &".into());
    }
    let mut rest = xml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").ok_or("no declaration")?;
    let mut open: Vec<&str> = Vec::new();
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let found = tag.captures(rest).ok_or_else(|| format!("no tag: {}", rest.chars().take(60).collect::<String>()))?;
        let name = found.get(2).map_or("", |m| m.as_str());
        match (&found[1], &found[4]) {
            ("/", _) if open.pop() != Some(name) => return Err(format!("</{name}> closes another")),
            ("/", _) | (_, "/") => {}
            _ => open.push(name),
        }
        rest = &rest[found[0].len()..];
    }
    if open.is_empty() { Ok(()) } else { Err(format!("{open:?} stay open")) }
}

fn before_details(markdown: &str) -> usize {
    markdown.lines().take_while(|line| !line.starts_with("<details>")).count()
}

/// What a ticket must hold, whatever happened: the verdict first, the evidence, the environment, the ids for support.
fn a_ticket(name: &str, markdown: &str, report: &Value) {
    let verdict = &report["verdict"];
    let status = verdict["status"].as_str().expect("it has one");
    assert!(markdown.starts_with(&format!("## {status}")), "{name}: {markdown}");
    let one_of = |text: &str| assert!(markdown.contains(text), "{name}: no {text} in\n{markdown}");
    for row in ["| bbdoctor |", "| API |", "| clock skew |", "| started at |"] {
        one_of(row);
    }
    assert!(markdown.contains("TLS issuer") && markdown.to_lowercase().contains("proxy"), "{name}");
    let mut fence: Option<String> = None;
    for line in markdown.lines() {
        match (line.strip_prefix("```"), &fence) {
            (Some(language), None) => fence = Some(language.to_owned()),
            (Some(_), Some(_)) => fence = None,
            // What is to be run is run as it stands: no page to open is among it.
            (None, Some(language)) => {
                assert!(language == "text" || language == "http" || !line.starts_with("http"), "{name}: {line}");
            }
            (None, None) => {}
        }
    }
    assert_eq!(fence, None, "{name}");
    for exchange in report["exchanges"].as_array().expect("a list") {
        let id = exchange["id"].as_str().expect("it has one");
        assert!(markdown.contains(&format!("| {id} |")), "{name}: {id} is not in the evidence");
        if let Some(request) = exchange["request_id"].as_str() {
            one_of(&format!("x-request-id {request}"));
        }
    }
    for out in verdict["ruled_out"].as_array().expect("a list") {
        let cause = out["cause"].as_str().expect("it has one");
        one_of(&format!("- `{cause}`: "));
    }
}

#[test]
fn every_scenario_in_every_format() {
    let rule = published::sarif().map_err(|why| skipped(&format!("no schema of SARIF: {why}"))).ok();
    let kept = tempfile::tempdir().expect("a folder can be made");
    let mut suites = Vec::new();
    for scenario in Scenario::all() {
        let name = scenario.name.as_str();
        let folder = tempfile::tempdir().expect("a folder can be made");
        let output = with_reports(&["demo", name, "--format", "json"], folder.path());
        assert_ne!(output.status.code(), Some(4), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{name}: {e}"));
        let status = report["verdict"]["status"].as_str().expect("it has one");
        let cause = report["verdict"]["cause"].as_str();
        for (file, _) in FILES {
            let text = read(folder.path(), file);
            assert!(text.contains(status), "{name}: {file} does not say {status}");
            assert!(cause.is_none_or(|cause| text.contains(cause)), "{name}: {file} does not name the cause");
            for (credential, secret) in scenario.texts() {
                assert!(secret.len() < 8 || !text.contains(secret.as_str()), "{name}: {file} holds {credential}");
            }
        }
        assert!(before_details(&read(folder.path(), "r.md")) <= 60, "{name}: {}", read(folder.path(), "r.md"));
        a_ticket(name, &read(folder.path(), "r.md"), &report);
        let post = read(folder.path(), "r.post");
        assert!(post.lines().count() <= 20, "{name}: {post}");
        assert!(scenario.email().is_none_or(|mail| !post.contains(mail)), "{name}: {post}");
        let xml = read(folder.path(), "r.xml");
        well_formed(&xml).unwrap_or_else(|e| panic!("{name}: {e}\n{xml}"));
        let suite = kept.path().join(format!("{name}.xml"));
        std::fs::write(&suite, &xml).expect("it is written");
        suites.push(suite);
        let sarif: Value = serde_json::from_str(&read(folder.path(), "r.sarif")).expect("JSON");
        assert_eq!(sarif["version"], "2.1.0");
        let rules = sarif["runs"][0]["tool"]["driver"]["rules"].as_array().expect("a list");
        let at = |index: &Value| rules[usize::try_from(index.as_u64().expect("a number")).expect("a place")]["id"].clone();
        for result in sarif["runs"][0]["results"].as_array().expect("a list") {
            assert_eq!(at(&result["ruleIndex"]), result["ruleId"], "{name}: {result}");
        }
        let checks = sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"].as_array().expect("a list");
        for told in checks {
            assert_eq!(at(&told["associatedRule"]["index"]), told["associatedRule"]["id"], "{name}: {told}");
        }
        for check in report["checks"].as_array().expect("a list") {
            let rule = rules.iter().find(|rule| rule["id"] == check["id"]).expect("every check is a rule");
            assert!(rule["help"]["markdown"].as_str().is_some_and(|page| page.starts_with("# ")), "{name}: {rule}");
            assert!(xml.contains(&format!("name=\"{}\"", check["id"].as_str().expect("a text"))), "{name}: {check}");
        }
        if let Some(rule) = &rule {
            let errors: Vec<String> = rule.iter_errors(&sarif).map(|e| format!("{} {e}", e.instance_path())).collect();
            assert!(errors.is_empty(), "{name}: {errors:?}");
        }
        let html = read(folder.path(), "r.html");
        for never in ["<script", "src=", "@import", "url(", "<link", "onload"] {
            assert!(!html.contains(never), "{name}: {never}");
        }
        assert!(html.contains("<ol class=\"path\">") && html.contains("<html lang=\"en\">"), "{name}");
        let stopped = html.matches("stopped here").count();
        assert_eq!(stopped, usize::from(cause.is_some()), "{name}");
        for line in read(folder.path(), "r.github").lines() {
            assert!(
                line.starts_with("::error title=") || line.starts_with("::warning title=") || line.starts_with("::notice title=")
            );
        }
    }
    match published::junit(&suites) {
        Ok(wrong) => assert_eq!(wrong, None),
        Err(why) => skipped(&format!("no schema of JUnit XML: {why}")),
    }
}

const HOSTILE: &str = "</td></pre>]]><img src=x onerror=alert(1)>\n::error title=x::y\n| a | `b` ``` ~~~ **c** [d](javascript:e) @all\u{0}\u{1b}[2J\u{202e}%0A&lt;--><details> ##vso[task.x]y ::add-mask::z";

/// A recording whose every text is somebody else's.
fn hostile(folder: &Path) -> std::path::PathBuf {
    let json_body = json!({ "error": { "message": HOSTILE } }).to_string();
    let case = json!({
        "request": {
            "text": format!("curl {HOSTILE}"), "tool": HOSTILE, "surface": "rest", "method": HOSTILE, "url": HOSTILE,
            "api_path": format!("/2.0/{HOSTILE}"),
            "sends": { "scheme": "bearer", "credential": 0, "place": "header", "user": { "text": HOSTILE, "form": "name" } },
            "notes": [{ "kind": "header-malformed", "text": HOSTILE, "at": { "start": 3, "end": 9 } }],
        },
        "credentials": [{ "id": 0, "kind": "api-token", "kind_certainty": "certain", "source": HOSTILE, "shape": { "length": 192, "fingerprint": HOSTILE } }],
        "target": { "workspace": HOSTILE, "repo": format!("acme/{HOSTILE}"), "source": HOSTILE },
        "local": [{ "name": HOSTILE, "value": HOSTILE, "origin": HOSTILE, "effect": "between" }],
        "environment": [{ "name": HOSTILE, "value": HOSTILE, "origin": HOSTILE }],
    });
    let exchange = |id: &str, role: &str, body: &str| {
        json!({ "id": id, "ask": { "api": format!("/2.0/{HOSTILE}") }, "role": role, "status": 401,
            "headers": { "x-request-id": HOSTILE, "date": HOSTILE, HOSTILE: HOSTILE }, "body_excerpt": body })
    };
    let report = json!({
        "schema_version": 1, "started_at": "2026-11-23T12:00:00Z", "case": case,
        "exchanges": [exchange("x1", "anonymous", HOSTILE), exchange("x2", "bearer", &json_body),
            json!({ "id": "x3", "ask": { "api": "/2.0/user" }, "role": "bearer", "error": { "kind": "tls", "detail": HOSTILE } })],
    });
    let path = folder.join("hostile.json");
    std::fs::write(&path, report.to_string()).expect("it is written");
    path
}

#[test]
fn words_of_strangers_stay_words() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let recording = hostile(folder.path());
    let output = with_reports(&["replay", &recording.to_string_lossy()], folder.path());
    assert!(matches!(output.status.code(), Some(1 | 3)), "{}", String::from_utf8_lossy(&output.stderr));
    for (file, _) in FILES {
        let text = read(folder.path(), file);
        // JSON is for programs: it holds the characters as they came, control characters escaped.
        let turns = |c: char| c == '\u{202e}' && file != "r.json";
        let bad = text.chars().find(|c| c.is_control() && *c != '\n' && *c != '\t' || turns(*c));
        assert_eq!(bad, None, "{file}");
        // Whatever is printed into the log of a build: no line is a command to whoever runs it.
        let command = |line: &&str| line.trim_start().starts_with("::") && file != "r.github" || line.contains("##vso[");
        assert_eq!(text.lines().find(command), None, "{file}");
    }
    let html = read(folder.path(), "r.html");
    assert!(!html.contains("<img") && !html.contains("]]>") && html.contains("&lt;img"));
    well_formed(&read(folder.path(), "r.xml")).expect("XML");
    let annotations = read(folder.path(), "r.github");
    assert!(annotations.lines().all(|line| line.starts_with("::") && !line.starts_with("::error title=x")), "{annotations}");
    let markdown = read(folder.path(), "r.md");
    // What is not in a block is in a code span or escaped.
    let span = regex::Regex::new("`{4}.*?`{4}|`[^`]*`").expect("a pattern");
    let mut fence = None;
    for line in markdown.lines() {
        let ticks = line.chars().take_while(|c| *c == '`').count();
        match fence {
            Some(length) if ticks >= length && line.chars().all(|c| c == '`') => fence = None,
            None if ticks >= 3 => fence = Some(ticks),
            None => {
                let bare = span.replace_all(line, "");
                assert!(!bare.contains("<img") && !bare.contains("**c**") && !bare.contains("[d]("), "{line}");
                assert_eq!(line.starts_with('|'), line.ends_with('|'), "{line}");
            }
            Some(_) => {}
        }
    }
    assert_eq!(fence, None);
}

#[test]
fn names_are_masked() {
    for (scenario, name) in [("post-bearer-other-email-repo", "a.smith@example.org"), ("username-at-rest", "annasmith")] {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let recording = folder.path().join("plain.json");
        let shown = bbdoctor(&["demo", scenario, "--format", "json", "--show-identity"]);
        assert!(String::from_utf8_lossy(&shown.stdout).contains(name), "asked for, it is shown");
        std::fs::write(&recording, &shown.stdout).expect("it is written");
        let path = recording.to_string_lossy().into_owned();
        with_reports(&["replay", &path], folder.path());
        for (file, _) in FILES {
            assert!(!read(folder.path(), file).contains(name), "{scenario}: {file}");
        }
        with_reports(&["replay", &path, "--show-identity"], folder.path());
        assert!(read(folder.path(), "r.json").contains(name) && !read(folder.path(), "r.post").contains(name));
    }
}
