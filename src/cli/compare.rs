//! `compare A.json B.json`: what differs between "works there" and "fails here".
//!
//! Both recordings are judged anew by this program, so that the judgements can be compared. The rows stand in the order in which
//! they explain each other: another credential explains another answer, not the other way round.

mod screen;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::args::{Format, LookArgs};
use super::check::{by_hand, recorded};
use super::{Failure, output};
use crate::checks::{self, Case, Diagnosis, Effect, Exchange, Role, Seen, User};
use crate::intake::{self, Around};
use crate::report::{text, wire};

/// One recording, judged.
struct Side {
    /// Where it was read from.
    file: String,
    case: Case,
    seen: Seen,
    diagnosis: Diagnosis,
}

/// What a row is about; in this order they explain each other.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum About {
    Credential,
    CredentialText,
    User,
    Command,
    Scheme,
    Request,
    Target,
    Source,
    Setting,
    Way,
    Answer,
    Verdict,
}

/// One thing that both recordings say something about.
#[derive(Serialize)]
struct Row {
    about: About,
    /// What it is: `credential`, `answer: GET /2.0/user, Bearer`.
    what: String,
    a: Option<String>,
    b: Option<String>,
}

/// A side in a few words.
#[derive(Serialize)]
struct Told {
    file: String,
    started_at: String,
    verdict: String,
    confidence: Option<String>,
    summary: String,
}

#[derive(Serialize)]
struct Comparison<'r> {
    verdicts_agree: bool,
    a: Told,
    b: Told,
    /// The first row that differs.
    first: Option<&'r Row>,
    /// What that difference means.
    means: Option<&'static str>,
    differs: Vec<&'r Row>,
    /// What is the same on both sides.
    same: Vec<&'r str>,
}

/// Exit code 0 where the verdicts agree, else 1.
pub(super) fn compare(a: &Path, b: &Path, look: &LookArgs) -> Result<u8, Failure> {
    if !matches!(look.format, Format::Human | Format::Json) {
        return Err(Failure::usage("--format: a comparison comes for people or as JSON", "leave it out, or --format json"));
    }
    let around = Around::of_process();
    let (a, b) = (side(a, look, &around)?, side(b, look, &around)?);
    let rows = rows(&a, &b);
    let (differs, same): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.a != row.b);
    let agree = verdict(&a) == verdict(&b);
    let comparison = Comparison {
        verdicts_agree: agree,
        first: differs.first().copied(),
        means: differs.first().map(|row| screen::means(row)),
        a: a.told(),
        b: b.told(),
        differs,
        same: same.iter().filter(|row| row.a.is_some()).map(|row| row.what.as_str()).collect(),
    };
    let text = if look.format == Format::Json {
        format!("{}\n", serde_json::to_string_pretty(&comparison).map_err(|e| Failure::Internal(e.to_string()))?)
    } else {
        screen::people(&comparison, screen::mend(&a, &b), output::look(look, &[]))
    };
    output::stdout(&text, &by_hand([&a.case, &b.case]))?;
    Ok(u8::from(!agree))
}

fn side(file: &Path, look: &LookArgs, around: &Around) -> Result<Side, Failure> {
    let (mut case, seen) = recorded("compare", file, around)?;
    if !look.show_identity {
        intake::mask(&mut case);
    }
    let diagnosis = checks::diagnose(&case, &seen);
    Ok(Side { file: clean(&file.to_string_lossy()), case, seen, diagnosis })
}

impl Side {
    fn told(&self) -> Told {
        let verdict = &self.diagnosis.verdict;
        Told {
            file: self.file.clone(),
            started_at: wire::started_at(self.case.now),
            verdict: self::verdict(self),
            confidence: verdict.cause.as_ref().map(|cause| word(&cause.confidence)),
            summary: clean(&verdict.summary),
        }
    }
}

/// `misconfigured: bearer-with-api-token`
fn verdict(side: &Side) -> String {
    let verdict = &side.diagnosis.verdict;
    let status = wire::status(verdict.status);
    verdict.cause.as_ref().map_or_else(|| status.to_owned(), |cause| format!("{status}: {}", cause.code))
}

/// Every row, in order, whether or not it differs.
fn rows(a: &Side, b: &Side) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut row = |about: About, what: &str, of: &dyn Fn(&Side) -> Option<String>| {
        let of = |side: &Side| of(side).map(|value| clean(&value)).filter(|value| !value.is_empty());
        rows.push(Row { about, what: what.to_owned(), a: of(a), b: of(b) });
    };
    let subject = |side: &Side| side.case.subject().cloned();
    let kind = |side: &Side| subject(side).map(|c| word(&c.kind));
    row(About::Credential, "credential", &|s| {
        subject(s).map(|c| c.shape.fingerprint.map_or_else(|| "one without a fingerprint".into(), |id| format!("id {id}")))
    });
    row(About::Credential, "its kind", &kind);
    row(About::CredentialText, "its text", &|s| subject(s).map(|c| shape(&c.shape)));
    row(About::User, "form of the user", &|s| user(&s.case).map(|u| word(&u.form)));
    row(About::User, "user", &|s| comparable(a, b).then(|| user(&s.case).map(|u| u.text.clone())).flatten());
    // Where one side was diagnosed without a command there is nothing to compare its parts with.
    let both = a.case.request.is_some() == b.case.request.is_some();
    if both {
        row(About::Scheme, "scheme", &scheme);
        row(About::Request, "method", &|s| s.case.request.as_ref().map(|r| r.method.clone()));
        row(About::Request, "URL", &|s| s.case.request.as_ref().map(|r| r.url.clone()));
    } else {
        row(About::Command, "command", &|s| {
            let sent = s.case.request.as_ref()?;
            let parts = [Some(sent.tool.clone()), Some(sent.method.clone()), Some(sent.url.clone()), scheme(s)];
            Some(parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "))
        });
    }
    row(About::Target, "target", &|s| s.case.repo().or_else(|| s.case.workspace()));
    row(About::Target, "needs", &|s| {
        let needs: Vec<String> = s.case.needs.iter().map(wire::need).collect();
        (!needs.is_empty()).then(|| needs.join(", "))
    });
    row(About::Source, "source", &|s| subject(s).map(|c| c.source));
    let (of_a, of_b) = (settings(&a.case, false), settings(&b.case, false));
    pairs(&mut rows, About::Setting, "setting", &of_a, &of_b);
    let (of_a, of_b) = (way(&a.case), way(&b.case));
    pairs(&mut rows, About::Way, "way", &of_a, &of_b);
    let (of_a, of_b) = (answers(a), answers(b));
    pairs(&mut rows, About::Answer, "answer", &of_a, &of_b);
    rows.push(Row { about: About::Verdict, what: "verdict".into(), a: Some(verdict(a)), b: Some(verdict(b)) });
    rows
}

fn scheme(side: &Side) -> Option<String> {
    let sent = side.case.request.as_ref().and_then(|r| r.sends.scheme);
    sent.or(side.case.scheme).map(|scheme| word(&scheme))
}

/// Names of both sides in order of their text; on one side only is a difference too.
fn pairs(rows: &mut Vec<Row>, about: About, what: &str, a: &BTreeMap<String, String>, b: &BTreeMap<String, String>) {
    let mut names: Vec<&String> = a.keys().chain(b.keys()).collect();
    names.sort();
    names.dedup();
    // What both were asked says most: it comes before what only one of them was.
    names.sort_by_key(|name| a.contains_key(*name) != b.contains_key(*name));
    for name in names {
        let of = |side: &BTreeMap<String, String>| side.get(name).cloned();
        rows.push(Row { about, what: format!("{what}: {name}"), a: of(a), b: of(b) });
    }
}

fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

fn shape(shape: &checks::Shape) -> String {
    let mut parts = vec![format!("{} characters", shape.length)];
    if let Some(fits) = shape.checksum_fits {
        parts.push(format!("checksum {}", if fits { "fits" } else { "does not fit" }));
    }
    parts.extend(shape.stray.iter().take(4).cloned());
    parts.extend(shape.placeholder.iter().map(|p| format!("placeholder {p}")));
    parts.extend(shape.unexpanded.iter().map(|v| format!("not expanded: {v}")));
    parts.join(", ")
}

fn user(case: &Case) -> Option<&User> {
    let sent = case.request.as_ref().and_then(|r| r.sends.user.as_ref());
    let beside = case.subject().and_then(|c| c.user.as_ref());
    sent.or(beside).or(case.email.as_ref()).or(case.username.as_ref())
}

/// Names can be compared where both are shown or both are masked: `a***` may be `anna`.
fn comparable(a: &Side, b: &Side) -> bool {
    let masked = |side: &Side| user(&side.case).is_some_and(|u| u.text.contains('*'));
    masked(a) == masked(b)
}

/// Settings of the machine, or those of the way.
fn settings(case: &Case, between: bool) -> BTreeMap<String, String> {
    let of = case.local.iter().filter(|s| (s.effect == Some(Effect::Between)) == between);
    of.map(|s| (clean(&s.name), format!("{} ({})", clean(&s.value), clean(&s.origin)))).collect()
}

fn way(case: &Case) -> BTreeMap<String, String> {
    let mut way = settings(case, true);
    for (name, url) in [("API", &case.options.api_url), ("git", &case.options.git_base_url)] {
        way.insert(name.into(), clean(url));
    }
    // Another system is no other way, but it often is where the difference comes from.
    way.extend(case.environment.iter().map(|s| (clean(&format!("{} {}", s.name, s.origin)), clean(&s.value))));
    way
}

/// What came back to each question. A question names no host: that stands in the way.
fn answers(side: &Side) -> BTreeMap<String, String> {
    side.seen.exchanges.iter().map(|x| (question(x), answer(x))).collect()
}

fn question(x: &Exchange) -> String {
    let ask = match &x.probe.ask {
        checks::Ask::Api(path) => format!("GET {path}"),
        checks::Ask::GitRefs(repo, checks::GitService::UploadPack) => format!("fetch {repo}"),
        checks::Ask::GitRefs(repo, checks::GitService::ReceivePack) => format!("push {repo}"),
    };
    let role = match x.probe.role {
        Role::Anonymous => "no credential".to_owned(),
        role => word(&role),
    };
    clean(&format!("{ask}, {role}"))
}

fn answer(x: &Exchange) -> String {
    match &x.got {
        Err(fault) => format!("no answer: {}", word(&fault.kind)),
        Ok(answer) => {
            let body: Option<serde_json::Value> = serde_json::from_str(&answer.excerpt).ok();
            let said = body.as_ref().and_then(|b| b.pointer("/error/message")).and_then(|m| m.as_str());
            let kind = answer.headers.get("x-credential-type").map(|kind| format!(", {kind}"));
            let scopes = answer.headers.get("x-oauth-scopes").map(|scopes| format!(", scopes {scopes}"));
            let said = said.filter(|_| answer.status >= 400).map(|said| format!(" \"{said}\""));
            let parts = [Some(answer.status.to_string()), kind, scopes, said];
            clean(&parts.into_iter().flatten().collect::<String>())
        }
    }
}

fn clean(foreign: &str) -> String {
    text::cut(&text::clean(foreign), 400)
}
