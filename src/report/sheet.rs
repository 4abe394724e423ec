//! What every document says, gathered once and in the order of importance; each format only lays it out and escapes it.

use super::fix::{self, Shell, Written};
use super::{Record, caret, exchange, human, text, wire};
use crate::checks::{
    Ask, Case, CouldBe, Effect, Exchange, FixCommand, Judged, LocalSetting, Met, Need, Outcome, Role, Status, Verdict, clock,
    pages,
};

/// Commands and their sentence.
pub(super) struct Mend {
    pub(super) text: String,
    /// Pages to open and settings to change.
    pub(super) places: Vec<String>,
    /// What can be copied into a shell, line by line.
    pub(super) commands: Vec<String>,
    /// The shell's language, as code blocks name it.
    pub(super) language: &'static str,
}

/// One row of evidence.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) method: &'static str,
    pub(super) url: String,
    /// The question in a few words: `GET /2.0/user`, `git fetch acme/app`.
    pub(super) asked: String,
    pub(super) role: &'static str,
    /// Status or fault.
    pub(super) outcome: String,
    /// The HTTP status, where there is an answer.
    pub(super) status: Option<u16>,
    /// Whether it is the control: asked without any credential.
    pub(super) control: bool,
    /// What came back, in a few words.
    pub(super) remark: String,
    pub(super) request_id: Option<String>,
    /// RFC 3339, UTC: by the server's clock where it said one.
    pub(super) time: Option<String>,
}

/// Another fault.
pub(super) struct Other {
    pub(super) code: &'static str,
    pub(super) summary: String,
    pub(super) fix: String,
}

/// What every document says.
pub(super) struct Sheet {
    pub(super) status: Status,
    pub(super) code: Option<&'static str>,
    /// `misconfigured, likely`
    pub(super) standing: String,
    pub(super) summary: String,
    /// What the cause is, from its page.
    pub(super) about: Option<&'static str>,
    pub(super) started_at: String,
    /// Whose credential, from where, what it is to reach.
    pub(super) subject: Vec<String>,
    /// The command with carets below the wrong words.
    pub(super) caret: Option<String>,
    pub(super) rows: Vec<Row>,
    pub(super) not_asked: Vec<String>,
    pub(super) undecided: Vec<&'static str>,
    pub(super) settle: Option<String>,
    /// Why it is likely only, where the age of the knowledge decided that.
    pub(super) not_certain: Option<String>,
    pub(super) could_be: Vec<String>,
    /// Where all of these are told apart.
    pub(super) look_at: Option<&'static str>,
    pub(super) mend: Option<Mend>,
    pub(super) also: Vec<Other>,
    /// Code and reason.
    pub(super) ruled_out: Vec<(&'static str, String)>,
    pub(super) needs: Vec<(String, &'static str, String)>,
    /// Heading and names.
    pub(super) scopes: Vec<(&'static str, String)>,
    pub(super) environment: Vec<(String, String)>,
    /// One line for each answer with an id that Bitbucket's support can look up.
    pub(super) support: Vec<String>,
    pub(super) facts: String,
}

impl Sheet {
    /// The first line with a caret, and the caret under it: the place in the command, for formats that have two lines for it.
    pub(super) fn pointed_at(&self) -> Option<[&str; 2]> {
        let lines: Vec<&str> = self.caret.as_deref()?.lines().collect();
        let caret = lines.iter().position(|line| line.trim_start().starts_with('|') && line.contains('^'))?;
        let above = lines[..caret].iter().rev().find(|line| !line.trim_start().starts_with('|'))?;
        Some([above.trim_end(), lines[caret].trim_end()])
    }

    pub(super) fn of(record: Record<'_>) -> Self {
        let verdict = &record.diagnosis.verdict;
        let cause = verdict.cause.as_ref();
        let status = wire::status(verdict.status);
        let (could_be, look_at) = could_be(verdict);
        let standing = cause.map_or_else(|| status.to_owned(), |c| format!("{status}, {}", wire::word(&c.confidence)));
        Self {
            status: verdict.status,
            code: cause.map(|c| c.code),
            standing,
            summary: text::clean(&verdict.summary),
            about: cause.and_then(|c| pages::cause(c.code)).map(pages::summary),
            started_at: moment(record.case.now),
            subject: subject(record),
            caret: cause.and_then(|c| {
                caret::block(record, &text::clean(&c.summary), c.code, annotate_snippets::Level::ERROR, false)
                    .map(|block| block.text)
            }),
            rows: record.seen.exchanges.iter().map(|x| row(record, x)).collect(),
            not_asked: not_asked(record),
            undecided: verdict.undecided_between.clone(),
            settle: verdict.settle_with.as_deref().map(text::clean),
            not_certain: cause.and_then(Judged::not_certain_because),
            could_be,
            look_at,
            mend: cause.map(|c| mend(record, &c.fix)),
            also: verdict
                .also
                .iter()
                .map(|j| Other { code: j.code, summary: text::clean(&j.summary), fix: text::clean(&j.fix.text) })
                .collect(),
            ruled_out: verdict.ruled_out.iter().map(|r| (r.code, because(record, r))).collect(),
            needs: record.diagnosis.needs.iter().map(need).collect(),
            scopes: scopes(record),
            environment: environment(record),
            support: record.seen.exchanges.iter().filter_map(support).collect(),
            facts: facts(record),
        }
    }

    /// `misconfigured, likely: token-rejected`
    pub(super) fn headline(&self) -> String {
        self.code.map_or_else(|| self.standing.clone(), |code| format!("{}: {code}", self.standing))
    }
}

/// With a capital, unless it begins with the name of a program.
pub(super) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if !text.starts_with("git ") && !text.starts_with("bbdoctor ") => first.to_uppercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

/// What the findings of a check say, each sentence once.
pub(super) fn said_by(outcome: &Outcome) -> Vec<&str> {
    let mut said: Vec<&str> = Vec::new();
    for text in outcome.findings().iter().map(|f| f.text.as_str()).filter(|text| !text.is_empty()) {
        if !said.contains(&text) {
            said.push(text);
        }
    }
    said
}

/// The head of the human report, its wrapped lines put together again: the credential, and what it is to reach.
fn subject(record: Record<'_>) -> Vec<String> {
    let (target, credential): (Vec<String>, Vec<String>) =
        human::header(record).into_iter().partition(|line| line.starts_with("target "));
    [credential.join(" "), target.join(" ")].into_iter().filter(|part| !part.is_empty()).collect()
}

/// Seconds since 1970 as RFC 3339.
pub(super) fn moment(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).unwrap_or_default().to_string()
}

fn row(record: Record<'_>, x: &Exchange) -> Row {
    let headers = x.got.as_ref().ok().map(|a| &a.headers);
    let header = |name: &str| headers.and_then(|h| h.get(name)).map(|v| text::clean(v));
    Row {
        id: exchange::name(x.id),
        method: "GET",
        url: text::clean(&exchange::url(record.case, &x.probe.ask)),
        asked: match &x.probe.ask {
            Ask::Api(_) => text::clean(&exchange::ask(&x.probe.ask)),
            Ask::GitRefs(..) => text::clean(&format!("git {}", exchange::ask(&x.probe.ask))),
        },
        role: exchange::role(x.probe.role),
        outcome: exchange::outcome(x),
        status: x.got.as_ref().ok().map(|answer| answer.status),
        control: x.probe.role == Role::Anonymous,
        remark: exchange::remark(x),
        request_id: header("x-request-id"),
        time: header("date").and_then(|date| clock::parse(&date)).map(moment),
    }
}

/// What would have been asked, and why it was not.
fn not_asked(record: Record<'_>) -> Vec<String> {
    if record.case.options.arrived {
        return vec!["Bitbucket was not asked: this was seen by bbdoctor listen".into()];
    }
    if record.case.options.offline {
        return vec!["nothing was sent: --offline".into()];
    }
    let rest = record.seen.exchanges.iter().filter(|x| matches!(x.probe.ask, Ask::Api(_)));
    let asked: Vec<Role> = rest.map(|x| x.probe.role).collect();
    let healthy = record.diagnosis.verdict.status == Status::Healthy;
    if !healthy && asked.iter().any(|r| *r != Role::Anonymous) && human::email_not_given(record.case, &asked) {
        return vec!["REST as Basic with the e-mail: no e-mail was given".into()];
    }
    Vec::new()
}

fn mend(record: Record<'_>, of: &crate::checks::Fix) -> Mend {
    let shell = fix::shell(record.case, of, Shell::Sh);
    let (places, runs): (Vec<&FixCommand>, Vec<&FixCommand>) =
        of.commands.iter().partition(|command| matches!(command, FixCommand::Settings(_)));
    let written = |of: Vec<&FixCommand>| -> Vec<Written> {
        of.into_iter().filter_map(|command| fix::write(record.case, command, shell)).collect()
    };
    let places = written(places).iter().map(|place| text::clean(&place.text())).collect();
    let runs = written(runs);
    let mut commands = if runs.is_empty() { Vec::new() } else { fix::prelude(record.case, of, shell) };
    let (language, sign) = match shell {
        Shell::Sh => ("sh", " \\"),
        Shell::PowerShell => ("powershell", " `"),
        Shell::Cmd => ("bat", " ^"),
    };
    for written in runs {
        match written {
            Written::Corrected(correction) => {
                commands.extend(text::clean_lines(&correction.text).lines().map(str::to_owned));
            }
            Written::Canonical(parts) => {
                let last = parts.len().saturating_sub(1);
                for (place, part) in parts.iter().enumerate() {
                    let (indent, end) = (if place > 0 { "  " } else { "" }, if place < last { sign } else { "" });
                    commands.push(format!("{indent}{}{end}", text::clean_lines(part)));
                }
            }
        }
    }
    Mend { text: text::clean(&of.text), places, commands, language }
}

/// The kinds of the one cause, and where to look if it is one place for all.
fn could_be(verdict: &Verdict) -> (Vec<String>, Option<&'static str>) {
    let kinds = &verdict.could_be;
    let place = kinds.first().map(|first| first.look_at).filter(|place| kinds.iter().all(|kind| kind.look_at == *place));
    let told = |kind: &CouldBe| if place.is_some() { kind.text.to_owned() } else { format!("{}: {}", kind.text, kind.look_at) };
    (kinds.iter().map(told).collect(), place)
}

/// The words of the findings that exclude it, and the exchanges.
fn because(record: Record<'_>, out: &crate::checks::RuledOut) -> String {
    let findings: Vec<_> = record.findings().collect();
    let mut parts: Vec<String> = Vec::new();
    for finding in out.findings.iter().filter_map(|i| findings.get(*i)).take(2) {
        let said = text::clean(&finding.text);
        if !said.is_empty() && !parts.contains(&said) {
            parts.push(said);
        }
    }
    let shown = wire::names(&out.exchanges, &[]);
    match (parts.is_empty(), shown.is_empty()) {
        (true, true) => text::clean(&out.because),
        (true, false) => shown.join(", "),
        (false, true) => parts.join("; "),
        (false, false) => format!("{} ({})", parts.join("; "), shown.join(", ")),
    }
}

fn need(of: &crate::checks::NeedStatus) -> (String, &'static str, String) {
    let name = match &of.need {
        Need::GitRead(repo) | Need::GitWrite(repo) => format!("{} {repo}", wire::need(&of.need)),
        other => wire::need(other),
    };
    (text::clean(&name), met(of.status), wire::names(&of.evidence, &[]).join(", "))
}

/// Met, missing or unproven.
pub(super) fn met(status: Met) -> &'static str {
    match status {
        Met::Met => "met",
        Met::Missing => "missing",
        Met::Unproven => "unproven",
    }
}

fn scopes(record: Record<'_>) -> Vec<(&'static str, String)> {
    let of = &record.diagnosis.scopes;
    let mut lines = Vec::new();
    for (head, names) in [
        ("granted", of.granted.as_deref().unwrap_or_default()),
        ("missing", of.missing.as_slice()),
        ("unproven", of.unproven.as_slice()),
    ] {
        if !names.is_empty() {
            lines.push((head, text::clean(&names.join(" "))));
        }
    }
    lines
}

fn environment(record: Record<'_>) -> Vec<(String, String)> {
    let case = record.case;
    let mut rows = vec![("bbdoctor".to_owned(), env!("CARGO_PKG_VERSION").to_owned())];
    for setting in &case.environment {
        let of = if setting.origin.is_empty() { String::new() } else { format!(" ({})", text::clean(&setting.origin)) };
        rows.push((format!("{}{of}", text::clean(&setting.name)), text::clean(&setting.value)));
    }
    rows.push(("API".into(), text::clean(&case.options.api_url)));
    rows.push(("git".into(), text::clean(&case.options.git_base_url)));
    let between: Vec<_> = case.local.iter().filter(|s| s.effect == Some(Effect::Between)).collect();
    if proxy(case).is_none() {
        rows.push(("proxy".into(), "none".into()));
    }
    for setting in between {
        rows.push((format!("{} ({})", text::clean(&setting.name), text::clean(&setting.origin)), text::clean(&setting.value)));
    }
    if !case.environment.iter().any(|setting| setting.name == "TLS issuer") {
        let faults = record.seen.exchanges.iter().filter_map(|x| x.got.as_ref().err());
        let issuer = faults.filter_map(|fault| fault.found.chain.first()).map(|shown| text::clean(&shown.issuer)).next();
        rows.push((
            "TLS issuer".into(),
            issuer.map_or("unknown: no certificate was seen".into(), |issuer| format!("{issuer} (refused)")),
        ));
    }
    rows.push(("clock skew".into(), skew(record)));
    rows.push(("started at".into(), moment(case.now)));
    rows
}

/// The setting of the proxy that the questions went through; a list of authorities stands between too, and is none.
pub(super) fn proxy(case: &Case) -> Option<&LocalSetting> {
    let mut between = case.local.iter().filter(|s| s.effect == Some(Effect::Between));
    between.find(|s| s.name != "--ca-cert")
}

/// This machine's clock against the first answer's `Date`.
fn skew(record: Record<'_>) -> String {
    let dates = record.seen.exchanges.iter().filter_map(|x| x.got.as_ref().ok()).filter_map(|a| a.headers.get("date"));
    // The run lasts a while after its start, and the header has whole seconds.
    match dates.filter_map(|date| clock::parse(date)).next().map(|server| server - record.case.now) {
        None => "unknown: no answer said a time".into(),
        Some(ahead) if ahead.abs() <= 60 => "none".into(),
        Some(ahead) => {
            let (by, which) = (ahead.abs(), if ahead > 0 { "behind" } else { "ahead" });
            let by = match by {
                s if s < 7_200 => format!("{} minutes", s / 60),
                s if s < 172_800 => format!("{} hours", s / 3600),
                s => format!("{} days", s / 86_400),
            };
            format!("this machine is {by} {which}")
        }
    }
}

/// Request and trace ids, which Bitbucket's support can look up (fact `headers`).
fn support(x: &Exchange) -> Option<String> {
    let answer = x.got.as_ref().ok()?;
    let mut ids = Vec::new();
    for name in ["x-request-id", "x-b3-traceid", "x-trace-id"] {
        if let Some(value) = answer.headers.get(name) {
            ids.push(format!("{name} {}", text::cut(&text::clean(value), 64)));
        }
    }
    if ids.is_empty() {
        return None;
    }
    let time =
        answer.headers.get("date").and_then(|date| clock::parse(date)).map_or_else(String::new, |t| format!("{}  ", moment(t)));
    Some(format!("{:<3} {time}{}  {}  {}", exchange::name(x.id), exchange::ask(&x.probe.ask), answer.status, ids.join("  ")))
}

fn facts(record: Record<'_>) -> String {
    let used = &record.diagnosis.facts;
    match crate::checks::facts::newest_and_oldest(used) {
        Some((newest, oldest)) if newest == oldest => format!("{} (confirmed {newest})", used.join(", ")),
        Some((newest, oldest)) => format!("{} (confirmed {oldest} to {newest})", used.join(", ")),
        None => String::new(),
    }
}
