//! SARIF 2.1.0 (OASIS), only the fields that are filled: rules are causes with their pages as help, results are what the verdict
//! names, the artifact is the command as the report shows it.

use serde_json::{Value, json};

use super::sheet::Sheet;
use super::{Record, text};
use crate::checks::{Certainty, Finding, Judged, Span, Status, pages};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// What the artifact is called that holds the command.
const COMMAND: &str = "command.txt";

/// The whole report as text.
///
/// # Panics
/// Never: the object has string keys only.
#[must_use]
pub fn write(record: Record<'_>) -> String {
    let verdict = &record.diagnosis.verdict;
    let sheet = Sheet::of(record);
    let judged: Vec<&Judged> = verdict.cause.iter().chain(&verdict.also).collect();
    let mut codes: Vec<&'static str> = Vec::new();
    for code in judged.iter().map(|j| j.code).chain(verdict.undecided_between.iter().copied()) {
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    let mut results: Vec<Value> = judged.iter().enumerate().map(|(place, j)| result(record, j, place == 0, &codes)).collect();
    if verdict.cause.is_none() && verdict.status == Status::Inconclusive {
        results.push(json!({
            "ruleId": "inconclusive",
            "level": "warning",
            "kind": "open",
            "message": { "text": sheet.summary },
            "locations": locations(record, None),
        }));
    }
    let mut rules: Vec<Value> = codes.iter().map(|code| rule(code)).collect();
    if results.iter().any(|r| r["ruleId"] == "inconclusive") {
        rules.push(json!({ "id": "inconclusive", "shortDescription": { "text": "The evidence fits no single cause" } }));
    }
    // `open` and the like go with the level `none` only (section 3.27.9).
    for result in &mut results {
        if result["kind"] == "open" {
            result["level"] = json!("none");
        }
    }
    let exit = crate::checks::gate::exit_code(verdict);
    let mut run = json!({
        "tool": { "driver": {
            "name": "bbdoctor",
            "version": env!("CARGO_PKG_VERSION"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
            "rules": rules,
        }},
        "invocations": [{ "executionSuccessful": true, "startTimeUtc": sheet.started_at, "exitCode": exit }],
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": { "status": super::wire::status(verdict.status), "summary": sheet.summary },
    });
    if let Some(command) = command(record) {
        run["artifacts"] =
            json!([{ "location": { "uri": COMMAND }, "contents": { "text": command }, "sourceLanguage": "shell" }]);
    }
    let mut text = serde_json::to_string_pretty(&json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] }))
        .expect("the object has string keys only");
    text.push('\n');
    text
}

/// The command as the report shows it, where there is one.
fn command(record: Record<'_>) -> Option<String> {
    let request = record.case.request.as_ref().filter(|r| !r.text.is_empty())?;
    Some(text::clean_lines(&request.text))
}

fn rule(code: &str) -> Value {
    let title = crate::checks::CAUSES.iter().find(|c| c.code == code).map_or(code, |c| c.title);
    let page = pages::cause(code).unwrap_or_default();
    json!({
        "id": code,
        "name": code.split('-').map(capital).collect::<String>(),
        "shortDescription": { "text": title },
        "fullDescription": { "text": pages::summary(page) },
        "help": { "text": page, "markdown": page },
        "properties": { "tags": ["authentication", "bitbucket"] },
    })
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
}

fn result(record: Record<'_>, judged: &Judged, is_cause: bool, codes: &[&'static str]) -> Value {
    let fault = record.diagnosis.verdict.status == Status::Misconfigured;
    let level = if is_cause && fault { "error" } else { "warning" };
    let summary = text::clean(&judged.summary);
    let fix = text::clean(&judged.fix.text);
    let parts = [Some(summary), judged.not_certain_because(), Some(fix)];
    let message = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(". ");
    let findings: Vec<&Finding> = record.findings().collect();
    let at = judged.findings.iter().filter_map(|i| findings.get(*i)).find_map(|f| f.at);
    json!({
        "ruleId": judged.code,
        "ruleIndex": codes.iter().position(|c| *c == judged.code).unwrap_or(0),
        "level": level,
        "message": { "text": message },
        "locations": locations(record, at),
        "partialFingerprints": { "bbdoctor/v1": format!("{}:{}", judged.code, target(record)) },
        "properties": {
            "confidence": if judged.confidence == Certainty::Certain { "certain" } else { "likely" },
            "evidence": super::wire::names(&judged.exchanges, &judged.findings),
        },
    })
}

/// What the credential is to reach.
fn target(record: Record<'_>) -> String {
    let case = record.case;
    let named = case.repo().or_else(|| case.target.workspace.clone());
    text::clean(&named.unwrap_or_else(|| "bitbucket.org".into()))
}

fn locations(record: Record<'_>, at: Option<Span>) -> Value {
    let mut location = json!({ "logicalLocations": [{ "name": target(record), "kind": "resource" }] });
    if let Some(command) = command(record) {
        let mut place = json!({ "artifactLocation": { "uri": COMMAND, "index": 0 } });
        place["region"] = at.and_then(|span| region(&command, span)).unwrap_or_else(|| json!({ "startLine": 1 }));
        location["physicalLocation"] = place;
    }
    json!([location])
}

/// Lines and columns, counted in characters from 1, of bytes in the text.
fn region(text: &str, span: Span) -> Option<Value> {
    let (start, end) = (usize::try_from(span.start).ok()?, usize::try_from(span.end).ok()?);
    if start >= end || !text.is_char_boundary(start) || !text.is_char_boundary(end) {
        return None;
    }
    let place = |at: usize| {
        let before = &text[..at];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |rest| rest.chars().count()) + 1;
        (line, column)
    };
    let ((line, column), (end_line, end_column)) = (place(start), place(end));
    Some(json!({ "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_characters() {
        let found = region("a\näb c", Span { start: 5, end: 6 });
        assert_eq!(found, Some(json!({ "startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 4 })));
        assert_eq!(region("ä", Span { start: 1, end: 2 }), None);
        assert_eq!(region("a", Span { start: 0, end: 9 }), None);
    }
}
