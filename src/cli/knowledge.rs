//! `list` and `explain`: what bbdoctor knows, without asking anybody.

use super::args::{Format, ListWhat, LookArgs};
use super::{Failure, near, output};
use crate::report::text;
use crate::seam::{self, Entry, Redactor};

fn entries(what: ListWhat) -> Vec<Entry> {
    match what {
        ListWhat::Causes => seam::causes(),
        ListWhat::Checks => seam::checks().iter().map(|c| Entry { id: c.id.into(), title: c.title.into() }).collect(),
        ListWhat::Scopes => seam::scopes(),
        ListWhat::Scenarios => seam::scenarios(),
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
        Format::Human => table(&entries),
    };
    output::stdout(&text, &Redactor::default())?;
    Ok(0)
}

/// Two columns; a long title goes on below.
fn table(entries: &[Entry]) -> String {
    let wide = entries.iter().map(|e| text::width(&e.id)).max().unwrap_or(0).min(40);
    let indent = " ".repeat(wide + 2);
    let mut out = String::new();
    for entry in entries {
        let lines = text::wrap(&entry.title, &indent, text::WIDTH);
        let first = lines.first().map_or("", |line| line.trim_start());
        out.push_str(format!("{}  {first}", text::pad(&entry.id, wide)).trim_end());
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
    let found = match what.split_once(char::is_whitespace) {
        Some((method, path)) => seam::endpoint(&method.to_ascii_uppercase(), path.trim()),
        None if what.starts_with('/') => seam::endpoint("GET", what),
        None => seam::page(&what.to_lowercase()).map(str::to_owned),
    };
    let Some(page) = found else { return Err(unknown(what)) };
    let text = match look.format {
        Format::Human => page.trim_end().to_owned() + "\n",
        Format::Json => {
            let object = serde_json::json!({ "id": what, "text": page });
            format!("{object:#}\n")
        }
    };
    output::stdout(&text, &Redactor::default())?;
    Ok(0)
}

fn unknown(what: &str) -> Failure {
    let shown = text::cut(&text::clean(what), 60);
    if what.starts_with('/') || what.contains(char::is_whitespace) {
        return Failure::usage(
            format!("no endpoint of Bitbucket Cloud's API is \"{shown}\""),
            "for example bbdoctor explain \"GET /2.0/repositories/{workspace}\"",
        );
    }
    let names: Vec<String> =
        seam::causes().into_iter().map(|e| e.id).chain(seam::checks().iter().map(|c| c.id.to_owned())).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let near = near::nearest(what, &names);
    let next = if near.is_empty() {
        "bbdoctor list causes and bbdoctor list checks show them all".to_owned()
    } else {
        format!("did you mean {}?", near.join(" or "))
    };
    Failure::usage(format!("there is no cause and no check \"{shown}\""), next)
}
