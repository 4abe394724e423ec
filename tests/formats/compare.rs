//! "Works there, fails here": two recordings beside each other, and the first row that explains the difference.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{bbdoctor, recordings};

fn compare(words: &[&str]) -> (Option<i32>, String) {
    let output = bbdoctor(&[&["compare"], words].concat());
    (output.status.code(), format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
}

fn recording(name: &str) -> Value {
    let (_, text) = recordings().iter().find(|(scenario, _)| scenario == name).expect("it is a scenario");
    serde_json::from_slice(text).expect("JSON")
}

fn written(folder: &Path, name: &str, report: &Value) -> PathBuf {
    let path = folder.join(format!("{name}.json"));
    std::fs::write(&path, report.to_string()).expect("it is written");
    path
}

/// What is compared: two recordings, and the same as JSON.
fn both(a: &Value, b: &Value) -> (Option<i32>, String, Value) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (a, b) = (written(folder.path(), "works", a), written(folder.path(), "fails", b));
    let (a, b) = (a.to_string_lossy(), b.to_string_lossy());
    let (code, screen) = compare(&[&a, &b]);
    let (_, json) = compare(&[&a, &b, "--format", "json"]);
    (code, screen, serde_json::from_str(&json).unwrap_or_else(|e| panic!("{e}: {json}")))
}

#[test]
fn the_first_difference_is_the_one_that_explains_the_rest() {
    let healthy = recording("healthy-api-token");
    let change = |change: &dyn Fn(&mut Value)| {
        let mut report = healthy.clone();
        change(&mut report);
        report
    };
    let pages: [(Value, &str, bool); 9] = [
        (change(&|r| r["case"]["credentials"][0]["shape"]["fingerprint"] = json!("00c0ffee")), "credential", true),
        (change(&|r| r["case"]["credentials"][0]["shape"]["checksum_fits"] = json!(false)), "its text", true),
        (recording("username-at-rest"), "form of the user", false),
        (recording("wrong-email"), "user", false),
        (change(&|r| r["case"]["target"]["repo"] = json!("acme/other")), "target", false),
        (
            change(&|r| r["case"]["local"] = json!([{ "name": "http.extraHeader", "value": "set", "origin": "~/.gitconfig" }])),
            "setting: http.extraHeader",
            true,
        ),
        (recording("way-proxy-407"), "way: --proxy", false),
        (recording("token-revoked"), "answer: GET /2.0/repositories/acme/app, email-basic", false),
        (change(&|r| r["exchanges"][0]["elapsed_ms"] = json!(9)), "", true),
    ];
    for (other, first, agree) in pages {
        let (code, screen, found) = both(&healthy, &other);
        assert_eq!(code, Some(i32::from(!agree)), "{first}: {screen}");
        assert_eq!(found["verdicts_agree"], agree, "{first}: {found}");
        assert_eq!(found["first"]["what"].as_str().unwrap_or_default(), first, "{screen}");
        assert!(screen.lines().all(|line| line.chars().count() <= 80 || line.starts_with("the verdicts differ")), "{screen}");
        let wanted = if first.is_empty() { "Nothing differs".to_owned() } else { format!("First difference: {first}\n  A  ") };
        assert!(screen.contains(&wanted), "{screen}");
        let last = if agree { "the verdicts agree: healthy\n" } else { "the verdicts differ: healthy (A), " };
        assert!(screen.contains(last) && screen.ends_with('\n'), "{screen}");
        // The side that fails is mended by what its own verdict says.
        assert_eq!(screen.contains("To mend B: "), !agree && found["b"]["verdict"] != "inconclusive", "{screen}");
        assert_eq!(found["means"].is_string(), !first.is_empty(), "{found}");
        assert!(
            first == "credential" || found["same"].as_array().is_some_and(|same| same.contains(&json!("credential"))),
            "{found}"
        );
    }
}

#[test]
fn every_scenario_agrees_with_itself_and_order_does_not_matter() {
    let healthy = recording("healthy-api-token");
    for (name, _) in recordings().iter().step_by(6) {
        let other = recording(name);
        let (code, screen, found) = both(&other, &other);
        assert_eq!((code, found["first"].is_null()), (Some(0), true), "{name}: {screen}");
        let (there, _, one) = both(&healthy, &other);
        let (back, _, two) = both(&other, &healthy);
        assert_eq!(there, back, "{name}");
        assert_eq!(one["first"]["what"], two["first"]["what"], "{name}");
        assert_eq!(one["first"]["a"], two["first"]["b"], "{name}");
    }
}

#[test]
fn names_stay_masked_and_quiet_is_quiet() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let plain = |name: &str| {
        let shown = bbdoctor(&["demo", name, "--format", "json", "--show-identity"]);
        let path = folder.path().join(format!("{name}.json"));
        std::fs::write(&path, shown.stdout).expect("it is written");
        path.to_string_lossy().into_owned()
    };
    let (a, b) = (plain("healthy-api-token"), plain("username-at-rest"));
    let (_, masked) = compare(&[&a, &b]);
    assert!(!masked.contains("anna@example.com") && !masked.contains("annasmith"), "{masked}");
    let (_, shown) = compare(&[&a, &b, "--show-identity"]);
    assert!(shown.contains("anna@example.com") && shown.contains("annasmith"), "{shown}");
    let (code, quiet) = compare(&[&a, &b, "-q"]);
    assert_eq!((code, quiet.lines().count()), (Some(1), 1), "{quiet}");
    assert_eq!(compare(&[&a, &b, "-q", "-q"]), (Some(1), String::new()));
}

#[test]
fn compare_is_not_impressed_by_files() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let good = written(folder.path(), "good", &recording("healthy-api-token"));
    let good = good.to_string_lossy();
    let deep = format!("{{\"schema_version\":1,\"x\":{}{}}}", "[".repeat(50_000), "]".repeat(50_000));
    for (name, text) in [
        ("empty", ""),
        ("array", "[]"),
        ("future", "{\"schema_version\":9}"),
        ("deep", deep.as_str()),
        ("bytes", "\u{0}\u{1b}[2J"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("it is written");
        let (code, said) = compare(&[&good, &path.to_string_lossy()]);
        assert_eq!(code, Some(2), "{name}: {said}");
        assert!(!said.contains('\u{1b}') && said.contains("cannot be read"), "{name}: {said}");
    }
    assert_eq!(compare(&["-", "-"]).0, Some(2));
    assert_eq!(compare(&[&good, "no-such-file"]).0, Some(2));
    assert_eq!(compare(&[&good, &good, "--format", "html"]).0, Some(2));
}
