//! Reports from outside: every scenario's JSON is valid against the published schema, and replays to the same bytes.

use std::fs;

use super::{bbdoctor, run, run_with, stderr, stdout};

#[test]
fn every_report_is_valid_and_replays_to_the_same_bytes() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../fixtures/schema/report-v1.json")).expect("JSON");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    let home = tempfile::tempdir().expect("a temporary directory");
    let scenarios = bbdoctor::simulator::Scenario::all();
    assert!(!scenarios.is_empty());
    for scenario in scenarios {
        let name = scenario.name.as_str();
        let made = bbdoctor(home.path()).args(["demo", name, "--format", "json"]).output().expect("it runs");
        let report: serde_json::Value =
            serde_json::from_slice(&made.stdout).unwrap_or_else(|e| panic!("{name}: {e}: {}", stderr(&made)));
        let errors: Vec<String> = schema.iter_errors(&report).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
        assert_eq!(report["verdict"]["cause"].is_null(), report["verdict"]["confidence"].is_null(), "{name}");

        let file = home.path().join("report.json");
        fs::write(&file, &made.stdout).expect("written");
        let again = bbdoctor(home.path()).args(["replay", "report.json", "--format", "json"]).output().expect("it runs");
        assert!(again.stdout == made.stdout, "{name} differs:\n{}", stdout(&again));
        let code = match report["verdict"]["status"].as_str() {
            Some("healthy") => 0,
            Some("misconfigured") => 1,
            _ => 3,
        };
        assert_eq!(again.status.code(), Some(code), "{name}");

        let human = stdout(&run_with(&["replay", "-"], &made.stdout));
        let last = human.lines().last().unwrap_or_default();
        assert!(last.starts_with(report["verdict"]["status"].as_str().unwrap_or("?")), "{name}: {last}");
        for token in scenario.texts().values().filter(|token| token.len() >= 20) {
            assert!(!human.contains(&token[token.len() - 20..]), "{name}");
            assert!(!String::from_utf8_lossy(&made.stdout).contains(&token[token.len() - 20..]), "{name}");
        }
    }
}

#[test]
fn replay_takes_unknown_fields_and_refuses_other_versions() {
    let made = run(&["demo", "healthy-api-token", "--format", "json"]);
    let report = stdout(&made);
    let newer = report.replacen('{', "{\n  \"from_the_future\": [1, {}],", 1);
    let again = run_with(&["replay", "-", "--format", "json"], newer.as_bytes());
    assert_eq!(stdout(&again), report);
    for (hostile, says) in [
        (report.replacen("\"schema_version\": 1", "\"schema_version\": 2", 1), "schema_version"),
        (report.replacen("\"schema_version\": 1", "\"schema_version\": \"\\u001b[2J\"", 1), "schema_version"),
        (report.replacen("T", "?", 1).replacen("\"started_at\": \"", "\"started_at\": \"x", 1), "started_at"),
        ("[".repeat(1 << 20), "JSON"),
        (String::new(), "JSON"),
        ("a".repeat(9 << 20), "larger"),
    ] {
        let output = run_with(&["replay", "-"], hostile.as_bytes());
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(says) && !said.contains('\u{1b}'), "{said}");
    }
}
