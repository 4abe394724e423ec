//! `explain`: the page of a cause or a check with the facts behind it, what an endpoint needs, what a scope is good for.
//!
//! A page cites its facts by id; here each is said in full, with its grade, its sources and the day on which they were last
//! read. Where sources contradict each other, both sides stand there.

use super::args::{Format, LookArgs};
use super::{Failure, near, output};
use crate::checks::endpoints::{self, Endpoint, Match};
use crate::checks::facts::{self, Fact};
use crate::checks::{CAUSES, CHECKS, pages, scopes};
use crate::recipe;
use crate::redact::Redactor;
use crate::report::text;
use crate::simulator::Scenario;

/// `bbdoctor explain CAUSE|CHECK|"METHOD PATH"`
pub(super) fn explain(what: &str, look: &LookArgs) -> Result<u8, Failure> {
    let what = what.trim();
    let name = what.to_lowercase();
    let page = match what.split_once(char::is_whitespace) {
        Some((method, path)) => endpoint(&method.to_ascii_uppercase(), path.trim())?,
        None if what.starts_with('/') || what.starts_with("https://") => endpoint("GET", what)?,
        None => match pages::cause(&name).or_else(|| pages::check(&name)) {
            Some(page) => with_facts(page, &name),
            None => scope(what).ok_or_else(|| unknown(what))?,
        },
    };
    let text = match look.format {
        Format::Json => format!(
            "{:#}\n",
            serde_json::json!({ "id": what, "text": page, "facts": cited(&name), "programs": recipe::known_for(&name) })
        ),
        _ => page.trim_end().to_owned() + "\n",
    };
    output::stdout(&text, &Redactor::default())?;
    Ok(0)
}

/// The facts that the page of this name cites, for programs.
fn cited(name: &str) -> Vec<serde_json::Value> {
    let Some(page) = pages::cause(name).or_else(|| pages::check(name)) else { return Vec::new() };
    let known = pages::facts(page).filter_map(facts::get);
    let one = |f: &Fact| serde_json::json!({ "id": f.id, "text": f.text, "grade": f.grade.word(), "sources": f.sources, "sides": f.sides, "confirmed": f.confirmed });
    known.map(one).collect()
}

/// The page with each of its facts said in full, and a scenario to see it happen.
fn with_facts(page: &str, name: &str) -> String {
    let mut out = String::new();
    let mut in_facts = false;
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            in_facts = heading == "Facts";
        }
        match line.strip_prefix("- `").and_then(|rest| rest.split_once('`')).filter(|_| in_facts) {
            Some((id, why)) => {
                if !out.ends_with("\n\n") {
                    out.push('\n');
                }
                let why = why.trim_start_matches(':').trim();
                said(&mut out, id, why);
            }
            None => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    let programs = recipe::known_for(name);
    if !programs.is_empty() {
        let text = format!("Known of these; `bbdoctor recipe PROGRAM` says more: {}.", programs.join(", "));
        out.push_str(&format!("\n## Programs\n\n{}\n", text::wrap(&text, "", text::WIDTH).join("\n")));
    }
    let shown = Scenario::all().iter().find(|s| s.verdict.cause.as_deref() == Some(name));
    if let Some(scenario) = shown {
        out.push_str(&format!("\n## See it happen\n\n```sh\nbbdoctor demo {}\n```\n", scenario.name));
    }
    out
}

/// One fact: what it is cited for, its grade and day, its text, its sides, its sources.
fn said(out: &mut String, id: &str, why: &str) {
    let mut paragraph = |sign: &str, text: &str| {
        let indent = " ".repeat(sign.len());
        for (place, line) in text::wrap(text, &indent, text::WIDTH).iter().enumerate() {
            out.push_str(if place == 0 { sign } else { &indent });
            out.push_str(line.trim_start());
            out.push('\n');
        }
    };
    let Some(fact) = facts::get(id) else { return paragraph("- ", &format!("`{id}`: {why}")) };
    paragraph("- ", &format!("`{id}` ({}, last read {}): {why}", fact.grade.word(), fact.confirmed));
    paragraph("  ", fact.text);
    for side in fact.sides {
        paragraph("  - ", &format!("some say: {side}"));
    }
    if !fact.sources.is_empty() {
        paragraph("  ", &format!("Sources: {}", fact.sources.join("; ")));
    }
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
