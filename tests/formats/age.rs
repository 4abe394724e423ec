//! Knowledge ages: facts that nobody confirmed for more than a year make *certain* into *likely*, never less, and every report
//! says why. A recording judged at a later time is what a bbdoctor of that age would have said.

use bbdoctor::checks::{self, Certainty, facts};
use bbdoctor::report::recording;
use serde_json::Value;

use super::{FILES, bbdoctor, read, recordings, with_reports};

/// The recording as if it had been made at this time; the answers' own clocks go along with it.
fn moved(recording: &[u8], day: &str) -> Vec<u8> {
    let mut report: Value = serde_json::from_slice(recording).expect("JSON");
    report["started_at"] = format!("{day}T12:00:00Z").into();
    for exchange in report["exchanges"].as_array_mut().expect("a list") {
        if let Some(headers) = exchange["headers"].as_object_mut() {
            headers.remove("date");
        }
    }
    report.to_string().into_bytes()
}

/// Days, a year and a day after which a fact is old, as its own file has it.
fn days() -> (String, String) {
    let confirmed = || facts::all().iter().filter_map(|fact| facts::days_since_1970(fact.confirmed));
    let (oldest, newest) = (confirmed().min().expect("there are facts"), confirmed().max().expect("there are facts"));
    (checks::clock::day((oldest + 365) * 86_400), checks::clock::day((newest + 366) * 86_400))
}

#[test]
fn old_knowledge_makes_certain_likely_and_never_less() {
    let (fresh, old) = days();
    let mut aged = 0;
    for (name, text) in recordings() {
        let judge = |day: &str| {
            let (case, seen) = recording::read(&moved(text, day)).unwrap_or_else(|e| panic!("{name}: {e}"));
            checks::diagnose(&case, &seen).verdict
        };
        let (before, after) = (judge(&fresh), judge(&old));
        assert_eq!(before.status, after.status, "{name}");
        let causes = |verdict: &checks::Verdict| -> Vec<_> { verdict.cause.iter().chain(&verdict.also).cloned().collect() };
        let (one, other) = (causes(&before), causes(&after));
        assert_eq!(one.len(), other.len(), "{name}");
        for (one, other) in one.iter().zip(&other) {
            assert_eq!(one.code, other.code, "{name}");
            assert!(one.outdated.is_empty() && one.not_certain_because().is_none(), "{name}: {one:?}");
            let rests_on = checks::causes::find(one.code).map_or(&[][..], |cause| cause.facts);
            if one.confidence == Certainty::Certain && !rests_on.is_empty() {
                aged += 1;
                assert_eq!(other.confidence, Certainty::Likely, "{name}: {other:?}");
                let why = other.not_certain_because().expect("it is told");
                assert!(why.contains(rests_on[0]) && why.contains("more than a year"), "{name}: {why}");
            } else {
                assert_eq!(other.confidence, one.confidence, "{name}: {other:?}");
                assert_eq!(other.not_certain_because(), None, "{name}: {other:?}");
            }
        }
    }
    assert!(aged > 40, "only {aged} are certain for a reason that can age");
}

#[test]
fn every_report_says_why() {
    let (fresh, old) = days();
    let (_, text) = recordings().iter().find(|(name, _)| name == "post-bearer-other-email-repo").expect("it is a scenario");
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (day, aged) in [(fresh, false), (old, true)] {
        let recording = folder.path().join(format!("{aged}.json"));
        std::fs::write(&recording, moved(text, &day)).expect("it is written");
        let output = with_reports(&["replay", &recording.display().to_string()], folder.path());
        assert_eq!(output.status.code(), Some(1));
        for (file, _) in FILES {
            let text = read(folder.path(), file).split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(text.contains("more than a year before this run"), aged, "{file}: {text}");
            assert!(!aged || text.contains("rest-api-token"), "{file}: {text}");
        }
        let report: Value = serde_json::from_str(&read(folder.path(), "r.json")).expect("JSON");
        assert_eq!(report["verdict"]["confidence"], if aged { "likely" } else { "certain" });
        assert_eq!(report["verdict"]["not_certain_because"].is_string(), aged);
        // What was judged late and written down is judged the same again.
        let again = bbdoctor(&["replay", &folder.path().join("r.json").display().to_string(), "--format", "json"]);
        let again: Value = serde_json::from_slice(&again.stdout).expect("JSON");
        assert_eq!(again["verdict"], report["verdict"]);
    }
}
