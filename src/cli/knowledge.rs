//! `list`: what bbdoctor knows, a line each.

use serde::Serialize;
use serde_json::{Map, Value};

use super::args::{Format, ListWhat, LookArgs};
use super::{Failure, output};
use crate::checks::engine::Cause;
use crate::checks::{CAUSES, CHECKS, scopes};
use crate::recipe;
use crate::redact::Redactor;
use crate::report::text;
use crate::simulator::Scenario;

/// What a list shows: an id and what it is; the JSON says more of some.
#[derive(Clone, Debug, Serialize)]
struct Entry {
    id: &'static str,
    title: String,
    #[serde(flatten)]
    more: Map<String, Value>,
}

impl Entry {
    fn new(id: &'static str, title: impl Into<String>) -> Self {
        Self { id, title: title.into(), more: Map::new() }
    }

    fn with(mut self, name: &str, value: impl Serialize) -> Self {
        self.more.insert(name.into(), serde_json::json!(value));
        self
    }
}

fn cause(cause: &'static Cause) -> Entry {
    let gate = serde_json::json!({ "number": cause.gate as u8, "title": cause.gate.title() });
    Entry::new(cause.code, cause.title).with("gate", gate).with("facts", cause.facts)
}

fn scenario(scenario: &'static Scenario) -> Entry {
    Entry::new(&scenario.name, &scenario.title)
        .with("cause", &scenario.verdict.cause)
        .with("near_miss_of", &scenario.near_miss_of)
}

fn entries(what: ListWhat) -> Vec<Entry> {
    match what {
        ListWhat::Causes => CAUSES.iter().map(|c| cause(c)).collect(),
        ListWhat::Checks => CHECKS.iter().map(|c| Entry::new(c.id, c.title)).collect(),
        ListWhat::Scopes => scopes::all().iter().map(|s| Entry::new(s.name, s.gives)).collect(),
        ListWhat::Scenarios => Scenario::all().iter().map(scenario).collect(),
        ListWhat::Recipes => {
            let own = [("curl", "curl itself"), ("git", "git itself")].map(|(id, title)| Entry::new(id, title));
            let programs = recipe::all().iter();
            own.into_iter().chain(programs.map(|p| Entry::new(&p.id, format!("{} ({})", p.name, p.kind)))).collect()
        }
    }
}

/// `bbdoctor list …`
pub(super) fn list(what: ListWhat, look: &LookArgs) -> Result<u8, Failure> {
    let entries = entries(what);
    let text = match look.format {
        Format::Json => {
            let mut text = serde_json::to_string_pretty(&entries).map_err(|e| Failure::Internal(e.to_string()))?;
            text.push('\n');
            text
        }
        _ => table(&entries),
    };
    output::stdout(&text, &Redactor::default())?;
    Ok(0)
}

/// Two columns; a long title goes on below.
fn table(entries: &[Entry]) -> String {
    let wide = entries.iter().map(|e| text::width(e.id)).max().unwrap_or(0).min(40);
    let indent = " ".repeat(wide + 2);
    let mut out = String::new();
    for entry in entries {
        let lines = text::wrap(&text::clean(&entry.title), &indent, text::WIDTH);
        let first = lines.first().map_or("", |line| line.trim_start());
        out.push_str(format!("{}  {first}", text::pad(entry.id, wide)).trim_end());
        out.push('\n');
        for line in lines.iter().skip(1) {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}
