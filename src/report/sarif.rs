//! SARIF 2.1.0 (OASIS), only the fields that are filled: rules are causes and checks with their pages as help, results are what
//! the verdict names, the artifact is the command as the report shows it.
//!
//! Readers of SARIF make an alert of every result, whatever its kind, so checks are no results: what became of them stands in
//! the notifications of the run, and each result names the checks that show it.

use serde_json::{Value, json};

use super::sheet::{Sheet, said_by};
use super::{Record, text};
use crate::checks::{Certainty, Finding, Judged, Outcome, Span, Status, pages};

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
            "ruleIndex": codes.len(),
            "level": "warning",
            "kind": "open",
            "message": { "text": sheet.summary },
            "locations": locations(record, None),
        }));
    }
    let mut rules: Vec<Value> = codes.iter().map(|code| rule(code, pages::cause(code))).collect();
    if results.iter().any(|r| r["ruleId"] == "inconclusive") {
        rules.push(json!({ "id": "inconclusive", "shortDescription": { "text": "The evidence fits no single cause" } }));
    }
    let causes = rules.len();
    rules.extend(record.diagnosis.outcomes.iter().map(|(check, _)| rule(check.id, pages::check(check.id))));
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
        "invocations": [{ "executionSuccessful": true, "startTimeUtc": sheet.started_at, "exitCode": exit, "toolExecutionNotifications": checks(record, causes) }],
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
    text::json_without_commands(text)
}

/// The command as the report shows it, where there is one.
fn command(record: Record<'_>) -> Option<String> {
    let request = record.case.request.as_ref().filter(|r| !r.text.is_empty())?;
    Some(text::clean_lines(&request.text))
}

/// What became of each check that did not just pass.
fn checks(record: Record<'_>, first_rule: usize) -> Vec<Value> {
    let told = record.diagnosis.outcomes.iter().enumerate().filter_map(|(place, (check, outcome))| {
        let (word, reason) = match outcome {
            Outcome::Passed(_) => return None,
            Outcome::Warned(_) => ("warned", String::new()),
            Outcome::Failed(_) => ("failed", String::new()),
            Outcome::Skipped(reason, _) => ("skipped", text::clean(reason)),
        };
        let said: Vec<String> = said_by(outcome).into_iter().map(text::clean).collect();
        let parts: Vec<String> = std::iter::once(reason).chain(said).filter(|part| !part.is_empty()).collect();
        Some(json!({
            "associatedRule": { "id": check.id, "index": first_rule + place },
            "level": "note",
            "message": { "text": format!("{word}: {}", parts.join("; ")) },
        }))
    });
    told.collect()
}

/// A cause or a check.
fn rule(id: &str, page: Option<&str>) -> Value {
    let cause = crate::checks::CAUSES.iter().find(|c| c.code == id).map(|c| c.title);
    let check = crate::checks::CHECKS.iter().find(|c| c.id == id).map(|c| c.title);
    let folder = if cause.is_some() { "checks/causes" } else { "checks" };
    let page = page.unwrap_or_default();
    json!({
        "id": id,
        "name": id.split('-').map(capital).collect::<String>(),
        "shortDescription": { "text": cause.or(check).unwrap_or(id) },
        "fullDescription": { "text": pages::summary(page) },
        "help": { "text": page, "markdown": page },
        "helpUri": format!("{}/blob/main/{folder}/{id}.md", env!("CARGO_PKG_REPOSITORY")),
        "properties": { "tags": ["authentication", "bitbucket", if cause.is_some() { "cause" } else { "check" }] },
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
            "checks": shown_by(record, judged),
        },
    })
}

/// The checks whose findings show it.
fn shown_by(record: Record<'_>, judged: &Judged) -> Vec<&'static str> {
    let of_findings = record.diagnosis.outcomes.iter().flat_map(|(check, outcome)| outcome.findings().iter().map(|_| check.id));
    let of_findings: Vec<&'static str> = of_findings.collect();
    let mut ids: Vec<&'static str> = Vec::new();
    for id in judged.findings.iter().filter_map(|place| of_findings.get(*place)) {
        if !ids.contains(id) {
            ids.push(id);
        }
    }
    ids
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
