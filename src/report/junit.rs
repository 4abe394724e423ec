//! JUnit XML as Jenkins, GitLab and Bitbucket Pipelines read it: a suite of the checks, the needs and the verdict, each a test
//! case whose name is its id.

use super::escape::markup;
use super::sheet::{Sheet, said_by};
use super::{Record, wire};
use crate::checks::{Outcome, Status};

/// How a test case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Result {
    /// As it should.
    Passed,
    /// Something is wrong.
    Failed,
    /// It could not be found out.
    Error,
    /// It was not asked.
    Skipped,
}

/// A test case.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it belongs to: `bbdoctor.checks`.
    pub class: String,
    /// Its id.
    pub name: String,
    /// How it ended.
    pub result: Result,
    /// The code that a failure has as its type.
    pub code: String,
    /// One line; of a test case that passed, its output.
    pub message: String,
    /// More lines.
    pub detail: Vec<String>,
}

/// A suite of test cases.
#[derive(Clone, Debug)]
pub struct Suite {
    /// Its name.
    pub name: String,
    /// RFC 3339, UTC.
    pub timestamp: String,
    /// How long it took.
    pub milliseconds: u32,
    /// What is in it.
    pub cases: Vec<Case>,
}

/// The whole report as text.
#[must_use]
pub fn write(record: Record<'_>) -> String {
    file(&[suite("bbdoctor", record)])
}

/// One diagnosis as a suite.
#[must_use]
pub fn suite(name: &str, record: Record<'_>) -> Suite {
    let sheet = Sheet::of(record);
    let mut cases = Vec::new();
    for (check, outcome) in &record.diagnosis.outcomes {
        let mut detail: Vec<String> = said_by(outcome).into_iter().map(str::to_owned).collect();
        let (result, message) = match outcome {
            Outcome::Passed(_) | Outcome::Warned(_) => (Result::Passed, String::new()),
            Outcome::Failed(_) => {
                detail.push(page(check.id));
                (Result::Failed, format!("does not hold: {}", check.title))
            }
            Outcome::Skipped(reason, _) => (Result::Skipped, reason.clone()),
        };
        let (class, name) = ("bbdoctor.checks".into(), check.id.into());
        cases.push(Case { class, name, result, code: check.id.into(), message, detail });
    }
    cases.extend(needs(&sheet));
    cases.push(verdict(&sheet));
    let milliseconds = record.seen.exchanges.iter().map(|x| x.elapsed_ms).max().unwrap_or(0);
    Suite { name: name.into(), timestamp: sheet.started_at.clone(), milliseconds, cases }
}

fn needs(sheet: &Sheet) -> Vec<Case> {
    let of = |(need, status, by): &(String, &'static str, String)| Case {
        class: "bbdoctor.needs".into(),
        name: need.clone(),
        result: match *status {
            "met" => Result::Passed,
            "missing" => Result::Failed,
            _ => Result::Skipped,
        },
        code: "need".into(),
        message: if by.is_empty() { (*status).to_owned() } else { format!("{status} ({by})") },
        detail: Vec::new(),
    };
    sheet.needs.iter().map(of).collect()
}

fn verdict(sheet: &Sheet) -> Case {
    let mut detail: Vec<String> = sheet.mend.iter().map(|mend| mend.text.clone()).collect();
    detail.extend(sheet.not_certain.clone());
    detail.extend(sheet.settle.iter().map(|settle| format!("To settle it: {settle}")));
    for row in &sheet.rows {
        detail.push(format!("{}  {} {}  {}  {}  {}", row.id, row.method, row.url, row.role, row.outcome, row.remark));
    }
    detail.extend(sheet.code.map(page));
    Case {
        class: "bbdoctor".into(),
        name: "verdict".into(),
        result: match sheet.status {
            Status::Healthy => Result::Passed,
            Status::Misconfigured => Result::Failed,
            Status::Inconclusive => Result::Error,
        },
        code: sheet.code.unwrap_or(wire::status(sheet.status)).into(),
        message: format!("{}: {}", sheet.headline(), sheet.summary),
        detail,
    }
}

/// Where more is said.
fn page(id: &str) -> String {
    format!("more: bbdoctor explain {id}")
}

/// The file with these suites.
#[must_use]
pub fn file(suites: &[Suite]) -> String {
    let all = suites.iter().flat_map(|suite| &suite.cases);
    let time: u32 = suites.iter().map(|suite| suite.milliseconds).sum();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str(&format!("<testsuites name=\"bbdoctor\" {} time=\"{}\">\n", counts(all, false), seconds(time)));
    for suite in suites {
        out.push_str(&format!(
            "  <testsuite name=\"{}\" {} timestamp=\"{}\" time=\"{}\">\n",
            markup(&suite.name),
            counts(suite.cases.iter(), true),
            // Jenkins' schema wants no zone.
            markup(suite.timestamp.trim_end_matches('Z')),
            seconds(suite.milliseconds)
        ));
        suite.cases.iter().for_each(|case| out.push_str(&test_case(case)));
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn counts<'a>(cases: impl Iterator<Item = &'a Case>, skipped: bool) -> String {
    let cases: Vec<&Case> = cases.collect();
    let of = |result| cases.iter().filter(|case| case.result == result).count();
    let mut text = format!("tests=\"{}\" failures=\"{}\" errors=\"{}\"", cases.len(), of(Result::Failed), of(Result::Error));
    if skipped {
        text.push_str(&format!(" skipped=\"{}\"", of(Result::Skipped)));
    }
    text
}

fn seconds(milliseconds: u32) -> String {
    format!("{}.{:03}", milliseconds / 1000, milliseconds % 1000)
}

fn test_case(case: &Case) -> String {
    let head = format!("    <testcase classname=\"{}\" name=\"{}\" time=\"0\"", markup(&case.class), markup(&case.name));
    let detail: Vec<String> = case.detail.iter().map(|line| markup(line)).collect();
    let detail = detail.join("\n");
    let element = match case.result {
        Result::Passed if case.message.is_empty() && detail.is_empty() => return format!("{head}/>\n"),
        Result::Passed => {
            let gap = if case.message.is_empty() || detail.is_empty() { "" } else { "\n" };
            format!("<system-out>{}{gap}{detail}</system-out>", markup(&case.message))
        }
        Result::Skipped => format!("<skipped message=\"{}\"/>", markup(&case.message)),
        Result::Failed | Result::Error => {
            let name = if case.result == Result::Failed { "failure" } else { "error" };
            format!("<{name} message=\"{}\" type=\"{}\">{detail}</{name}>", markup(&case.message), markup(&case.code))
        }
    };
    format!("{head}>\n      {element}\n    </testcase>\n")
}
