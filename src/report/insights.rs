//! Code Insights: a report and its annotations, as Bitbucket shows them on a commit (fact `code-insights`).
//!
//! The JSON holds both bodies: `report` is what `PUT …/commit/{commit}/reports/{id}` takes, `annotations` what
//! `POST …/annotations` takes, a hundred at a time. Every text is cut to what Bitbucket keeps.

use serde::Serialize;

use super::sheet::Sheet;
use super::{Record, text};
use crate::checks::{Kind, Status, causes};

/// Characters of a report's and an annotation's details.
const DETAILS: usize = 2_000;
/// Characters of a title and of an annotation's summary.
const SUMMARY: usize = 450;
/// Fields of a report.
const DATA: usize = 10;
/// Annotations of a report.
const ANNOTATIONS: usize = 1_000;
/// Annotations of one request.
pub const AT_ONCE: usize = 100;

/// The report and its annotations.
#[derive(Debug, Serialize)]
pub struct Insights {
    /// What stands beside the commit.
    pub report: Report,
    /// One for each fault, each need that is not met, each warning.
    pub annotations: Vec<Annotation>,
}

/// The body of the report.
#[derive(Debug, Serialize)]
pub struct Report {
    title: String,
    details: String,
    report_type: &'static str,
    reporter: &'static str,
    link: String,
    result: &'static str,
    data: Vec<Datum>,
}

/// One field of the report.
#[derive(Debug, Serialize)]
struct Datum {
    title: String,
    #[serde(rename = "type")]
    kind: &'static str,
    value: Value,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Value {
    Text(String),
    Number(usize),
    Link { text: String, href: String },
}

/// The body of an annotation. It is about no line of the code, so it has no path.
#[derive(Debug, Serialize)]
pub struct Annotation {
    external_id: String,
    title: String,
    annotation_type: &'static str,
    summary: String,
    details: String,
    severity: &'static str,
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

/// How much an annotation matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// The build will fail.
    Fault,
    /// It may.
    Doubt,
    /// Worth a line.
    Remark,
}

impl Insights {
    /// A report without annotations.
    #[must_use]
    pub fn new(title: &str, status: Status, details: &str) -> Self {
        Self {
            report: Report {
                title: bounded(title, SUMMARY),
                details: bounded_lines(details, DETAILS),
                report_type: "TEST",
                reporter: "bbdoctor",
                link: env!("CARGO_PKG_REPOSITORY").to_owned(),
                result: match status {
                    Status::Healthy => "PASSED",
                    Status::Misconfigured => "FAILED",
                    // Neither passed nor failed: it could not be found out.
                    Status::Inconclusive => "PENDING",
                },
                data: Vec::new(),
            },
            annotations: Vec::new(),
        }
    }

    /// Adds a field of text, while there is room.
    pub fn text(&mut self, title: &str, value: &str) {
        self.datum(title, "TEXT", Value::Text(bounded(value, SUMMARY)));
    }

    /// Adds a number, while there is room.
    pub fn number(&mut self, title: &str, value: usize) {
        self.datum(title, "NUMBER", Value::Number(value));
    }

    /// Adds a cause with the address of its page, while there is room.
    pub fn cause(&mut self, title: &str, code: &str) {
        self.datum(title, "LINK", Value::Link { text: code.to_owned(), href: page(code) });
    }

    fn datum(&mut self, title: &str, kind: &'static str, value: Value) {
        if self.report.data.len() < DATA {
            self.report.data.push(Datum { title: bounded(title, 60), kind, value });
        }
    }

    /// Adds an annotation, while there is room. `cause` is the code of a cause, whose page it links.
    pub fn annotate(&mut self, weight: Weight, title: &str, summary: &str, details: &str, cause: Option<&str>) {
        if self.annotations.len() == ANNOTATIONS {
            return;
        }
        self.annotations.push(Annotation {
            external_id: format!("bbdoctor-{:04}", self.annotations.len() + 1),
            title: bounded(title, SUMMARY),
            annotation_type: "BUG",
            summary: bounded(summary, SUMMARY),
            details: bounded_lines(details, DETAILS),
            severity: match weight {
                Weight::Fault => "HIGH",
                Weight::Doubt => "MEDIUM",
                Weight::Remark => "LOW",
            },
            result: if weight == Weight::Fault { "FAILED" } else { "IGNORED" },
            link: cause.map(page),
        });
    }

    /// Both bodies as one object.
    ///
    /// # Panics
    /// Never: the structs have string keys only.
    #[must_use]
    pub fn json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("the structs have string keys only");
        text.push('\n');
        text
    }
}

/// One diagnosis.
#[must_use]
pub fn of(record: Record<'_>) -> Insights {
    let sheet = Sheet::of(record);
    let verdict = &record.diagnosis.verdict;
    let mut details = format!("{}: {}", sheet.standing, sheet.summary);
    if let Some(mend) = sheet.mend.as_ref().filter(|mend| !mend.text.is_empty()) {
        details.push_str(&format!("\nTo do: {}", mend.text));
    }
    if let Some(settle) = &sheet.settle {
        details.push_str(&format!("\nTo settle it: {settle}"));
    }
    let mut insights = Insights::new("bbdoctor: the Bitbucket credential of this build", sheet.status, &details);
    insights.text("Verdict", &sheet.standing);
    if let Some(code) = sheet.code {
        insights.cause("Cause", code);
    }
    if record.case.kind() != Kind::Unknown {
        insights.text("Credential", &super::wire::word(&record.case.kind()));
    }
    insights.number("Questions asked", record.seen.exchanges.len());
    insights.text("Looked at", &sheet.started_at);
    if let Some(cause) = &verdict.cause {
        let weight = if sheet.status == Status::Misconfigured { Weight::Fault } else { Weight::Doubt };
        insights.annotate(weight, &title(cause.code), &sheet.summary, &text::clean(&cause.fix.text), Some(cause.code));
    }
    for other in &sheet.also {
        insights.annotate(Weight::Doubt, &title(other.code), &other.summary, &other.fix, Some(other.code));
    }
    for (need, status, by) in sheet.needs.iter().filter(|(_, status, _)| *status != "met") {
        let weight = if *status == "missing" && sheet.status == Status::Misconfigured { Weight::Fault } else { Weight::Doubt };
        insights.annotate(weight, &format!("need: {need}"), &format!("{need}: {status}"), by, None);
    }
    insights
}

/// `bearer-with-api-token: an API token is refused as Bearer`
fn title(code: &str) -> String {
    causes::find(code).map_or_else(|| code.to_owned(), |cause| format!("{code}: {}", cause.title))
}

fn page(code: &str) -> String {
    format!("{}/blob/main/checks/causes/{code}.md", env!("CARGO_PKG_REPOSITORY"))
}

/// On one line, in at most so many characters.
fn bounded(foreign: &str, most: usize) -> String {
    shortened(&text::clean(foreign), most)
}

fn bounded_lines(foreign: &str, most: usize) -> String {
    shortened(text::clean_lines(foreign).trim(), most)
}

fn shortened(clean: &str, most: usize) -> String {
    if clean.chars().count() <= most {
        return clean.to_owned();
    }
    clean.chars().take(most - 1).chain(['…']).collect()
}
