//! What was found, for people on standard error, and for programs.

use serde_json::{Value, json};

use super::{Finding, Level, Suggestion};
use crate::checks::CAUSES;
use crate::report::palette::Palette;
use crate::report::{github, text};

impl Suggestion {
    /// For people: each finding with its line, then what could not be read, then one line.
    #[must_use]
    pub fn people(&self, palette: Palette) -> String {
        let mut out = String::new();
        for finding in &self.findings {
            let (head, painted) = match finding.level {
                Level::Outdated => (format!("error[{}]", finding.rule), palette.bad(&format!("error[{}]", finding.rule))),
                Level::Doubt => (format!("warning[{}]", finding.rule), palette.open(&format!("warning[{}]", finding.rule))),
            };
            let title = text::wrap(&format!("{head}: {}", text::clean(&finding.what)), "", text::WIDTH - 2).join("\n  ");
            out.push_str(&format!("{}\n --> {}\n", title.replacen(&head, &painted, 1), finding.address()));
            for line in &finding.place.excerpt {
                out.push_str(line);
                out.push('\n');
            }
            for line in text::wrap(&finding.next, "  ", text::WIDTH) {
                out.push_str(&line);
                out.push('\n');
            }
            out.push('\n');
        }
        for note in &self.notes {
            for line in text::wrap(&format!("note: {}", text::clean(note)), "", text::WIDTH) {
                out.push_str(&line);
                out.push('\n');
            }
        }
        out.push_str(&self.last());
        out.push('\n');
        out
    }

    /// One line.
    #[must_use]
    pub fn last(&self) -> String {
        let count = |level| self.findings.iter().filter(|finding| finding.level == level).count();
        let (outdated, doubts) = (count(Level::Outdated), count(Level::Doubt));
        let doubts = match doubts {
            0 => String::new(),
            1 => ", 1 place to look at".to_owned(),
            n => format!(", {n} places to look at"),
        };
        let files = if self.files == 1 { "1 file".to_owned() } else { format!("{} files", self.files) };
        match outdated {
            0 => format!("nothing outdated in {files}{doubts}"),
            1 => format!("outdated: 1 place in {files}{doubts}"),
            n => format!("outdated: {n} places in {files}{doubts}"),
        }
    }

    /// One object, with the proposal as text.
    ///
    /// # Panics
    /// Never: the object has string keys only.
    #[must_use]
    pub fn json(&self) -> String {
        let finding = |finding: &Finding| {
            json!({
                "rule": finding.rule,
                "level": finding.level.word(),
                "path": text::clean(&finding.path),
                "line": finding.place.line,
                "column": finding.place.column,
                "end_column": finding.place.end_column,
                "text": text::clean(&finding.what),
                "next": finding.next,
                "facts": finding.facts,
            })
        };
        let report = json!({
            "schema_version": 1,
            "tool": { "name": "bbdoctor", "version": env!("CARGO_PKG_VERSION") },
            "files": self.files,
            "outdated": self.is_outdated(),
            "findings": self.findings.iter().map(finding).collect::<Vec<_>>(),
            "notes": self.notes.iter().map(|note| text::clean(note)).collect::<Vec<_>>(),
            "proposal": self.toml(),
        });
        format!("{report:#}\n")
    }

    /// Annotations of a GitHub workflow, at the lines themselves.
    #[must_use]
    pub fn github(&self) -> String {
        let mut out = String::new();
        for finding in &self.findings {
            let level = if finding.level == Level::Outdated { "error" } else { "warning" };
            let what = format!("{} | To do: {}", finding.what, finding.next);
            let place = (finding.path.as_str(), finding.place.line, finding.place.column, finding.place.end_column);
            out.push_str(&github::annotation_at(level, place, finding.rule, &what));
        }
        out.push_str(&github::annotation("notice", "bbdoctor preflight --suggest", &self.last()));
        out
    }

    /// SARIF 2.1.0.
    ///
    /// # Panics
    /// Never: the object has string keys only.
    #[must_use]
    pub fn sarif(&self) -> String {
        let mut rules: Vec<&'static str> = self.findings.iter().map(|finding| finding.rule).collect();
        rules.sort_unstable();
        rules.dedup();
        let title = |rule: &str| CAUSES.iter().find(|c| c.code == rule).map_or("a secret stands in a file", |cause| cause.title);
        let result = |finding: &Finding| {
            let level = if finding.level == Level::Outdated { "error" } else { "warning" };
            json!({
                "ruleId": finding.rule,
                "ruleIndex": rules.iter().position(|rule| *rule == finding.rule).unwrap_or(0),
                "level": level,
                "message": { "text": text::clean(&format!("{}. To do: {}", finding.what, finding.next)) },
                "locations": [{ "physicalLocation": {
                    "artifactLocation": { "uri": uri(&finding.path), "uriBaseId": "%SRCROOT%" },
                    "region": {
                        "startLine": finding.place.line,
                        "startColumn": finding.place.column,
                        "endColumn": finding.place.end_column,
                    },
                }}],
            })
        };
        let rule = |rule: &&'static str| -> Value { json!({ "id": rule, "shortDescription": { "text": title(rule) } }) };
        let report = json!({
            "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": "bbdoctor",
                    "version": env!("CARGO_PKG_VERSION"),
                    "informationUri": env!("CARGO_PKG_REPOSITORY"),
                    "rules": rules.iter().map(rule).collect::<Vec<_>>(),
                }},
                "columnKind": "unicodeCodePoints",
                "results": self.findings.iter().map(result).collect::<Vec<_>>(),
            }],
        });
        format!("{report:#}\n")
    }
}

impl Level {
    const fn word(self) -> &'static str {
        match self {
            Self::Outdated => "outdated",
            Self::Doubt => "doubt",
        }
    }
}

impl Finding {
    /// `path:line:column`
    fn address(&self) -> String {
        format!("{}:{}:{}", text::clean(&self.path), self.place.line, self.place.column)
    }
}

/// A path as a relative URI.
fn uri(path: &str) -> String {
    const KEPT: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    percent_encoding::utf8_percent_encode(path, KEPT).to_string()
}
