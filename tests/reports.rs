//! Real reports: what people showed when a credential did not work, and the causes that a careful reader accepts.
//!
//! `fixtures/reports` has them. Each is judged from what is shown alone, and once more with the account that it describes, where
//! it can be played. How many come out right is printed in every run; fewer than were right before is a failure.

use std::io::Write as _;
use std::path::Path;

use bbdoctor::checks::{Certainty, Diagnosis};
use bbdoctor::simulator::{Scenario, World};
use serde::Deserialize;

use crate::stage;

/// What came out right when this was last looked at: from what is shown alone, and with the account.
const RIGHT: (usize, usize) = (508, 77);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    report: Vec<Report>,
}

/// How much may be claimed from what is shown alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
enum AtMost {
    /// Nothing without the other candidates.
    Possible,
    Likely,
    Certain,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Report {
    id: String,
    /// Where it was seen; named in failures.
    source: String,
    /// When it was written.
    seen: String,
    shown: String,
    /// As in scenarios: what the placeholders of `shown` stand for, and in which state it is.
    #[serde(default)]
    credentials: toml::value::Array,
    /// As in scenarios.
    account: Option<toml::Table>,
    /// Best first.
    accepted: Vec<String>,
    /// Tempting and wrong.
    #[serde(default)]
    forbidden: Vec<String>,
    at_most: AtMost,
    /// `false`: no account can be described in which this happens.
    #[serde(default = "yes")]
    played: bool,
}

fn yes() -> bool {
    true
}

impl Report {
    /// What the person does, as a scenario.
    fn scenario(&self, offline: bool) -> Scenario {
        let mut does = toml::Table::new();
        does.insert("command".into(), self.shown.clone().into());
        does.insert("offline".into(), offline.into());
        does.insert("no_email".into(), offline.into());
        let mut verdict = toml::Table::new();
        verdict.insert("status".into(), "inconclusive".into());
        let mut table = toml::Table::new();
        table.insert("title".into(), self.id.clone().into());
        table.insert("about".into(), self.source.clone().into());
        table.insert("credentials".into(), self.credentials.clone().into());
        if let Some(account) = &self.account {
            table.insert("account".into(), account.clone().into());
        }
        table.insert("does".into(), does.into());
        table.insert("verdict".into(), verdict.into());
        let text = toml::to_string(&table).expect("a table can be written");
        Scenario::parse(&self.id, &text).unwrap_or_else(|error| panic!("{}: {error}", self.id))
    }

    /// What is wrong with a diagnosis; empty: nothing.
    fn faults(&self, diagnosis: &Diagnosis, offline: bool) -> Vec<String> {
        let verdict = &diagnosis.verdict;
        let among = |code: &str| self.accepted.iter().any(|c| c == code);
        let mut wrong = Vec::new();
        match &verdict.cause {
            Some(judged) if among(judged.code) => {}
            Some(judged) => wrong.push(format!("says {}", judged.code)),
            // Not to decide is right where nobody could, as long as the candidates are named.
            None if offline && verdict.undecided_between.iter().any(|code| among(code)) => {}
            None => wrong.push(format!("names no cause, but {:?}", verdict.undecided_between)),
        }
        let named = verdict.cause.iter().chain(&verdict.also);
        wrong.extend(named.filter(|j| self.forbidden.iter().any(|c| c == j.code)).map(|j| format!("names {}", j.code)));
        if let Some(judged) = verdict.cause.as_ref().filter(|_| offline) {
            let claims = match judged.confidence {
                Certainty::Certain => AtMost::Certain,
                _ if verdict.undecided_between.is_empty() => AtMost::Likely,
                _ => AtMost::Possible,
            };
            if claims > self.at_most {
                wrong.push(format!("claims {claims:?}, at most {:?} can be known", self.at_most));
            }
        }
        wrong
    }
}

fn all() -> Vec<Report> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reports");
    let mut files: Vec<_> = std::fs::read_dir(&folder).expect("fixtures/reports").flatten().map(|e| e.path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "toml"));
    files.sort();
    let mut reports = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).expect("a fixture can be read");
        let file: File = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        reports.extend(file.report);
    }
    reports
}

#[test]
fn real_reports_come_out_right() {
    let reports = all();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut wrong = String::new();
    let mut right = (0, 0);
    let mut played = 0;
    for report in &reports {
        for offline in [true, false] {
            if !offline && !report.played {
                continue;
            }
            played += usize::from(!offline);
            let one = runtime.block_on(stage::play(&report.scenario(offline), &World::default()));
            let faults = report.faults(&one.diagnosis, offline);
            if faults.is_empty() {
                let count = if offline { &mut right.0 } else { &mut right.1 };
                *count += 1;
            } else {
                let how = if offline { "from what is shown" } else { "with the account" };
                let id = format!("{} ({}, {})", report.id, report.source, report.seen);
                wrong.push_str(&format!("{id}, {how}: {}\n", faults.join("; ")));
                if !offline {
                    wrong.push_str(&stage::record(&one));
                }
            }
        }
    }
    // Past the harness, which shows nothing of a test that passes.
    let line = format!(
        "real reports that come out right: {} of {} from what is shown alone, {} of {} with the account\n",
        right.0,
        reports.len(),
        right.1,
        played
    );
    let _ = std::io::stderr().write_all(line.as_bytes());
    assert!(right.0 >= RIGHT.0 && right.1 >= RIGHT.1, "{line}fewer than before ({RIGHT:?}):\n{wrong}");
    if std::env::var_os("BBDOCTOR_REPORTS").is_some() {
        let _ = std::io::stderr().write_all(wrong.as_bytes());
    }
}

/// What stands around a report, how its lines end, and what people and places are called in it are no evidence.
#[test]
fn noise_and_other_names_do_not_change_the_cause() {
    type Change = fn(&str) -> String;
    const CHANGES: &[(&str, Change)] = &[
        ("prose", |shown| format!("Hi all,\n\nthis worked until last week, any idea?\n\n{shown}\n\nThanks a lot!\n")),
        ("fence", |shown| format!("```\n{shown}\n```\n")),
        ("windows", |shown| shown.replace('\n', "\r\n")),
        ("names", |shown| shown.replace("acme", "northwind").replace("anna", "petra")),
    ];
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let cause = |report: &Report, shown: String| {
        let changed = Report { shown, ..report.clone() };
        let played = runtime.block_on(stage::play(&changed.scenario(true), &World::default()));
        played.diagnosis.verdict.cause.map(|judged| judged.code)
    };
    let mut wrong = String::new();
    for report in all() {
        let plain = cause(&report, report.shown.clone());
        for (how, change) in CHANGES {
            let changed = cause(&report, change(&report.shown));
            if changed != plain {
                wrong.push_str(&format!("{} with {how}: {changed:?}, was {plain:?}\n", report.id));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Another token of the same kind is judged alike: nothing hangs on its letters.
#[test]
fn another_token_of_the_kind_does_not_change_the_verdict() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut wrong = String::new();
    for report in all() {
        // Tokens are minted from their names; a text that is given stays.
        let mut other = report.clone();
        for credential in &mut other.credentials {
            let table = credential.as_table_mut().expect("a credential is a table");
            let name = table["name"].as_str().expect("it has a name").to_owned();
            let new = format!("{name}_AGAIN");
            other.shown = other.shown.replace(&format!("{{{name}}}"), &format!("{{{new}}}"));
            other.shown = other.shown.replace(&format!("{{{name}."), &format!("{{{new}."));
            table.insert("name".into(), new.into());
        }
        let verdict = |report: &Report| {
            let verdict = runtime.block_on(stage::play(&report.scenario(true), &World::default())).diagnosis.verdict;
            (verdict.cause.map(|judged| (judged.code, judged.confidence)), verdict.undecided_between)
        };
        let (plain, changed) = (verdict(&report), verdict(&other));
        if plain != changed {
            wrong.push_str(&format!("{}: {changed:?}, was {plain:?}\n", report.id));
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Without what was answered less is known: no cause becomes certain that was not named. One that was may: a refusal leaves
/// other causes open too, and an SSH server that answered speaks against its having moved.
#[test]
fn without_the_answers_no_other_cause_becomes_certain() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut wrong = String::new();
    for report in all() {
        let played = runtime.block_on(stage::play(&report.scenario(true), &World::default()));
        let mut less = played.case.clone();
        less.reported = None;
        for request in less.request.iter_mut().chain(&mut less.more) {
            request.reported = None;
        }
        let before = &played.diagnosis.verdict;
        let after = bbdoctor::checks::diagnose(&less, &played.seen).verdict;
        let Some(now) = after.cause.filter(|judged| judged.confidence == Certainty::Certain) else { continue };
        let known = before.cause.iter().chain(&before.also).any(|judged| judged.code == now.code);
        let denied = before.ruled_out.iter().any(|ruled| ruled.code == now.code);
        if !known && !denied {
            wrong.push_str(&format!(
                "{}: certain of {} without the answer, which named {:?}\n",
                report.id, now.code, before.cause
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
