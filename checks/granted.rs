//! What is known of scopes in a case and its record: which ones are needed, which are granted, which an answer has proven.
//!
//! Evidence: `x-oauth-scopes`, the detail of a 403, and requests that worked (facts `headers`, `403-scope`, `granted-for-free`).

use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::answer::Meaning;
use crate::wanted::ask_of;
use crate::{Case, Kind, Need, Scopes, Seen, scopes as scope_table};

/// The scopes that what the person wants needs, for a credential of this kind.
#[must_use]
pub(crate) fn required_scopes(case: &Case, kind: Kind) -> Vec<String> {
    let mut required: Vec<String> = Vec::new();
    let mut add = |names: &[&str]| {
        for name in names {
            if !required.iter().any(|r| r == name) {
                required.push((*name).to_string());
            }
        }
    };
    for need in case.wanted() {
        match &need {
            Need::Endpoint { method, path } => {
                // A method that the endpoint does not have is asked for as the one that it has.
                let names = scope_table::required(method, path, kind).or_else(|| scope_table::required("GET", path, kind));
                add(&names.unwrap_or_default());
            }
            Need::GitRead(_) => add(scope_table::git_read(kind)),
            Need::GitWrite(_) => add(scope_table::git_write(kind)),
            Need::Scope(name) => add(&[name.as_str()]),
            Need::SignIn => {}
        }
    }
    required
}

/// What this run could see of scopes.
#[must_use]
pub(crate) fn scopes(case: &Case, seen: &Seen) -> Scopes {
    let kind = case.kind();
    let mut required = if kind_refused(case, seen) { Vec::new() } else { required_scopes(case, kind) };
    let mut granted: Option<Vec<String>> = None;
    let mut refused_by_name: Vec<String> = Vec::new();
    let own: BTreeSet<_> = case.own_asks().into_iter().collect();
    let mut read_headers = |headers: &alloc::collections::BTreeMap<String, String>, text: &str, wanted: bool| {
        let detail = scope_table::parse_detail(text);
        let from_header = headers.get("x-oauth-scopes").map(|v| scope_table::parse_header(v));
        if let Some(list) = from_header.or(detail.granted) {
            let all = granted.get_or_insert_with(Vec::new);
            for name in list {
                if !all.contains(&name) {
                    all.push(name);
                }
            }
        }
        if let Some(names) = detail.required.filter(|_| wanted) {
            for name in names {
                if !required.contains(&name) {
                    required.push(name.clone());
                }
                refused_by_name.push(name);
            }
        }
    };
    for (exchange, _) in seen.credentialed() {
        if let Ok(answer) = &exchange.got {
            read_headers(&answer.headers, &answer.excerpt, own.contains(&exchange.probe.ask));
        }
    }
    if let Some(reported) = case.reported() {
        read_headers(&reported.headers, &reported.text, true);
    }
    let names: Vec<&str> = required.iter().map(String::as_str).collect();
    let (missing, unproven) = match &granted {
        Some(granted) => {
            let granted: Vec<&str> = granted.iter().map(String::as_str).collect();
            (scope_table::missing(&names, &granted, kind).into_iter().map(ToString::to_string).collect(), Vec::new())
        }
        None => {
            let proven = proven_scopes(case, seen, kind);
            let open: Vec<String> = required.iter().filter(|r| !proven.contains(r)).cloned().collect();
            let refused = scope_refused(case, seen);
            // One scope in question and a refusal for want of a scope: it is that one.
            let named =
                |name: &String| refused && (open.len() == 1 || refused_by_name.len() == 1 && refused_by_name.contains(name));
            let missing: Vec<String> = open.iter().filter(|n| named(n)).cloned().collect();
            let unproven = open.iter().filter(|n| !missing.contains(n)).cloned().collect();
            (missing, unproven)
        }
    };
    Scopes { granted, required, missing, unproven }
}

/// Whether the endpoint takes no credential of this kind: then no scope would help.
fn kind_refused(case: &Case, seen: &Seen) -> bool {
    use crate::answer::{Sentence, sentence};
    let own = case.own_asks();
    let measured = seen.credentialed().any(|(x, _)| {
        own.contains(&x.probe.ask)
            && x.got.as_ref().is_ok_and(|a| sentence(Some(a.status), &a.excerpt) == Some(Sentence::Mechanism))
    });
    measured || case.reported().is_some_and(|r| sentence(r.status, &r.text) == Some(Sentence::Mechanism))
}

/// These scopes and what is granted already: a new token needs them all.
pub(crate) fn with_granted(names: &[String], granted: Option<&[String]>) -> Vec<String> {
    let mut all = names.to_vec();
    for name in granted.unwrap_or_default() {
        if !all.contains(name) && scope_table::is_scope(name) {
            all.push(name.clone());
        }
    }
    all
}

/// Scopes that an accepted request on exactly what needs them shows.
fn proven_scopes(case: &Case, seen: &Seen, kind: Kind) -> Vec<String> {
    let mut proven = Vec::new();
    for need in case.wanted() {
        let Some(ask) = ask_of(&need) else { continue };
        let accepted = seen.credentialed().any(|(x, m)| x.probe.ask == ask && m == Meaning::Accepted);
        if !accepted {
            continue;
        }
        let names = match &need {
            Need::Endpoint { path, .. } => scope_table::required("GET", path, kind).unwrap_or_default(),
            Need::GitRead(_) => scope_table::git_read(kind).to_vec(),
            Need::GitWrite(_) => scope_table::git_write(kind).to_vec(),
            Need::SignIn | Need::Scope(_) => Vec::new(),
        };
        proven.extend(names.iter().map(ToString::to_string));
    }
    proven
}

/// Whether what the person asks for was refused for want of a scope.
pub(crate) fn scope_refused(case: &Case, seen: &Seen) -> bool {
    use crate::answer::{Sentence, sentence};
    let asks: Vec<_> = case.own_asks();
    let measured = seen.credentialed().any(|(x, _)| {
        asks.contains(&x.probe.ask) && x.got.as_ref().is_ok_and(|a| sentence(Some(a.status), &a.excerpt) == Some(Sentence::Scope))
    });
    measured || case.reported().is_some_and(|r| sentence(r.status, &r.text) == Some(Sentence::Scope))
}
