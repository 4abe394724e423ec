//! `list` and `explain`: what bbdoctor knows, without asking anybody.

use serde::Serialize;
use serde_json::{Map, Value};

use super::args::{Format, ListWhat, LookArgs};
use super::{Failure, near, output};
use crate::checks::endpoints::{self, Endpoint, Match};
use crate::checks::engine::Cause;
use crate::checks::{CAUSES, CHECKS, pages, scopes};
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

/// `bbdoctor explain CAUSE|CHECK|"METHOD PATH"`
pub(super) fn explain(what: &str, look: &LookArgs) -> Result<u8, Failure> {
    let what = what.trim();
    let name = what.to_lowercase();
    let page = match what.split_once(char::is_whitespace) {
        Some((method, path)) => endpoint(&method.to_ascii_uppercase(), path.trim())?,
        None if what.starts_with('/') || what.starts_with("https://") => endpoint("GET", what)?,
        None => match pages::cause(&name).or_else(|| pages::check(&name)) {
            Some(page) => page.to_owned(),
            None => scope(what).ok_or_else(|| unknown(what))?,
        },
    };
    let text = match look.format {
        Format::Json => format!("{:#}\n", serde_json::json!({ "id": what, "text": page })),
        _ => page.trim_end().to_owned() + "\n",
    };
    output::stdout(&text, &Redactor::default())?;
    Ok(0)
}

/// What an endpoint is and which scopes it needs.
fn endpoint(method: &str, path: &str) -> Result<String, Failure> {
    let path = path.strip_prefix("https://api.bitbucket.org").unwrap_or(path);
    if let Some(gone) = endpoints::removed_with(method, path) {
        let since = gone.since.map_or_else(String::new, |since| format!(" since {since}"));
        return Ok(format!("{method} {}\n\nremoved{since}; instead: {}\n(fact {})\n", gone.path, gone.instead, gone.fact));
    }
    match endpoints::find(method, path) {
        Match::Found(found) => Ok(needs(found)),
        Match::OtherMethods(methods) => Err(Failure::usage(
            format!("{} takes no {method}", text::cut(&text::clean(path), 100)),
            format!("it takes {}", methods.join(", ")),
        )),
        Match::NoSuchPath => {
            let similar = endpoints::similar(path);
            let next = if similar.is_empty() {
                "for example bbdoctor explain \"GET /2.0/repositories/{workspace}\"".to_owned()
            } else {
                format!("did you mean {}?", similar.join(" or "))
            };
            Err(Failure::usage(
                format!("no endpoint of Bitbucket Cloud's API is \"{}\"", text::cut(&text::clean(path), 100)),
                next,
            ))
        }
    }
}

fn needs(endpoint: &Endpoint) -> String {
    let names = |names: &[&str]| if names.is_empty() { "none is declared".to_owned() } else { names.join(", ") };
    let mut page = format!("{} {}\n\n", endpoint.method, endpoint.path);
    if endpoint.takes_api_token {
        page.push_str(&format!("API token:            {}\n", names(endpoint.granular)));
    } else {
        page.push_str("API token:            not declared for it\n");
    }
    let access = if endpoints::refuses_access_tokens(endpoint.path) {
        "refused here, whatever their scopes".to_owned()
    } else {
        names(endpoint.classic)
    };
    page.push_str(&format!("access token:         {access}\nOAuth:                {}\n", names(endpoint.classic)));
    if endpoint.deprecated {
        page.push_str("\nIt is marked deprecated.\n");
    }
    page
}

/// What a scope is good for, and where it is ticked.
fn scope(name: &str) -> Option<String> {
    let scope = scopes::get(name)?;
    let mut page = format!("{}\n\n{}\n", scope.name, scope.gives);
    let mut row = |head: &str, names: &str| {
        if !names.is_empty() {
            page.push_str(&format!("\n{head} {names}"));
        }
    };
    row("includes:", &scope.implies.join(", "));
    row("the same as:", &scope.equals.join(", "));
    row("to tick:", scope.page);
    page.push('\n');
    Some(page)
}

fn unknown(what: &str) -> Failure {
    let names: Vec<&str> =
        CAUSES.iter().map(|c| c.code).chain(CHECKS.iter().map(|c| c.id)).chain(scopes::all().iter().map(|s| s.name)).collect();
    let near = near::nearest(what, &names);
    let next = if near.is_empty() {
        "bbdoctor list causes and bbdoctor list checks show them all".to_owned()
    } else {
        format!("did you mean {}?", near.join(" or "))
    };
    Failure::usage(format!("there is no cause, check or scope \"{}\"", text::cut(&text::clean(what), 60)), next)
}
