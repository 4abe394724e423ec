//! The JSON report as structs: frozen, so that the domain may change behind them.
//!
//! Field names and codes are an interface that scripts rely on; `summary` and every `text` are prose. A report is a complete
//! recording without secrets: [`super::recording`] reads it back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Record, exchange, fix};
use crate::checks::autopsy::Autopsy;
use crate::checks::facts;
use crate::checks::{Ask, Case, CredentialId, Judged, Met, Need, Outcome, Role, Status};

/// The version of the report's form that this program writes and reads.
pub const SCHEMA_VERSION: u32 = 1;

/// The whole report.
#[derive(Debug, Serialize, Deserialize)]
pub struct Report {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Who wrote it.
    #[serde(default)]
    pub tool: Tool,
    /// RFC 3339, UTC: the only clock of the judgement.
    pub started_at: String,
    /// What was known before asking.
    #[serde(default)]
    pub case: Case,
    /// The credential that was judged.
    #[serde(default)]
    pub subject: Subject,
    /// Every check in the declared order.
    #[serde(default)]
    pub checks: Vec<CheckReport>,
    /// Every exchange in the order of asking.
    #[serde(default)]
    pub exchanges: Vec<ExchangeReport>,
    /// What follows.
    #[serde(default)]
    pub verdict: VerdictReport,
    /// Scopes as far as the run could see.
    #[serde(default)]
    pub scopes: ScopesReport,
    /// What the credential must be able to do, one by one.
    #[serde(default)]
    pub needs: Vec<NeedReport>,
    /// The knowledge that the verdict rests on.
    #[serde(default)]
    pub facts: FactsReport,
}

/// The program.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct Tool {
    pub name: String,
    pub version: String,
}

/// The credential that was judged.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct Subject {
    pub kind: String,
    pub kind_certainty: String,
    pub source: String,
    pub claimed_user: Option<String>,
    pub fingerprint: Option<String>,
}

/// One check.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct CheckReport {
    pub id: String,
    pub title: String,
    pub status: String,
    pub reason: Option<String>,
    pub findings: Vec<FindingReport>,
}

/// One finding.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct FindingReport {
    pub id: String,
    pub sign: String,
    pub holds: bool,
    pub text: String,
    pub evidence: Vec<String>,
    pub span: Option<SpanReport>,
}

/// UTF-8 bytes into `case.request.text`.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct SpanReport {
    pub start: u32,
    pub end: u32,
}

/// One exchange.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct ExchangeReport {
    pub id: String,
    pub check: String,
    pub checks: Vec<String>,
    pub method: String,
    pub url: String,
    pub role: Option<Role>,
    /// With which of `case.credentials`; null for the control.
    pub credential: Option<CredentialId>,
    /// What was asked, as structure: what a replay reads.
    pub ask: Option<Ask>,
    pub status: Option<u16>,
    pub headers: BTreeMap<String, String>,
    pub body_excerpt: String,
    pub request_id: Option<String>,
    pub elapsed_ms: u32,
    pub error: Option<ErrorReport>,
}

/// Why there is no answer.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct ErrorReport {
    pub kind: String,
    pub detail: String,
    /// Certificates, addresses, the proxy's word: each where there is one.
    #[serde(flatten)]
    pub found: Autopsy,
}

/// The verdict.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct VerdictReport {
    pub status: String,
    pub cause: Option<String>,
    pub confidence: Option<String>,
    pub summary: String,
    pub evidence: Vec<String>,
    pub fix: FixReport,
    pub also: Vec<AlsoReport>,
    pub undecided_between: Vec<String>,
    pub could_be: Vec<CouldBeReport>,
    pub settle_with: Option<String>,
    /// Why it is *likely* where this run proved it: the knowledge is old.
    pub not_certain_because: Option<String>,
    pub ruled_out: Vec<RuledOutReport>,
}

/// What mends it.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct FixReport {
    pub text: String,
    pub commands: Vec<CommandReport>,
}

/// One command that can be copied.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct CommandReport {
    #[serde(rename = "for")]
    pub purpose: String,
    pub shell: String,
    pub run: String,
}

/// An established fault at a later gate.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct AlsoReport {
    pub cause: String,
    pub confidence: String,
    pub summary: String,
    pub fix: FixReport,
}

/// One kind of a cause that has several.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct CouldBeReport {
    pub id: String,
    pub text: String,
    pub look_at: String,
}

/// A cause that something spoke for and the evidence excludes.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct RuledOutReport {
    pub cause: String,
    pub because: String,
    pub evidence: Vec<String>,
}

/// Scopes as far as the run could see.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct ScopesReport {
    pub granted: Option<Vec<String>>,
    pub required: Vec<String>,
    pub missing: Vec<String>,
    pub unproven: Vec<String>,
}

/// One need and whether it is met.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct NeedReport {
    pub need: String,
    pub status: String,
    pub evidence: Vec<String>,
}

/// The knowledge that the verdict rests on, and its age.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct FactsReport {
    pub newest: Option<String>,
    pub oldest: Option<String>,
    pub used: Vec<String>,
}

impl Report {
    /// The report of a record.
    #[must_use]
    pub fn of(record: Record<'_>) -> Self {
        let Record { case, seen, diagnosis } = record;
        let mut number = 0;
        let asked_by = exchange::asked_by(case, seen, diagnosis);
        Self {
            schema_version: SCHEMA_VERSION,
            tool: Tool { name: "bbdoctor".into(), version: env!("CARGO_PKG_VERSION").into() },
            started_at: started_at(case.now),
            case: case.clone(),
            subject: Subject::of(case),
            checks: diagnosis.outcomes.iter().map(|(check, outcome)| CheckReport::of(check, outcome, &mut number)).collect(),
            exchanges: seen.exchanges.iter().zip(asked_by).map(|(x, checks)| ExchangeReport::of(case, x, checks)).collect(),
            verdict: VerdictReport::of(record),
            scopes: ScopesReport {
                granted: diagnosis.scopes.granted.clone(),
                required: diagnosis.scopes.required.clone(),
                missing: diagnosis.scopes.missing.clone(),
                unproven: diagnosis.scopes.unproven.clone(),
            },
            needs: diagnosis
                .needs
                .iter()
                .map(|n| NeedReport {
                    need: need(&n.need),
                    status: met(n.status).into(),
                    evidence: n.evidence.iter().map(|x| exchange::name(*x)).collect(),
                })
                .collect(),
            facts: FactsReport::of(&diagnosis.facts),
        }
    }
}

/// Seconds since 1970 as RFC 3339.
#[must_use]
pub fn started_at(now: i64) -> String {
    jiff::Timestamp::from_second(now).unwrap_or_default().to_string()
}

impl Subject {
    fn of(case: &Case) -> Self {
        let named = [case.email.as_ref(), case.username.as_ref()];
        let sent = case.request.as_ref().and_then(|r| r.sends.user.as_ref());
        let Some(subject) = case.credentials.first() else {
            let claimed = sent.into_iter().chain(named.into_iter().flatten()).next();
            return Self {
                kind: "none".into(),
                kind_certainty: "certain".into(),
                claimed_user: claimed.map(|u| u.text.clone()),
                ..Self::default()
            };
        };
        let claimed = subject.user.as_ref().or(sent).into_iter().chain(named.into_iter().flatten()).next();
        Self {
            kind: word(&subject.kind),
            kind_certainty: word(&subject.kind_certainty),
            source: subject.source.clone(),
            claimed_user: claimed.map(|u| u.text.clone()),
            fingerprint: subject.shape.fingerprint.clone(),
        }
    }
}

impl CheckReport {
    fn of(check: &crate::checks::Check, outcome: &Outcome, number: &mut usize) -> Self {
        let (status, reason) = match outcome {
            Outcome::Passed(_) => ("passed", None),
            Outcome::Warned(_) => ("warned", None),
            Outcome::Failed(_) => ("failed", None),
            Outcome::Skipped(reason, _) => ("skipped", Some(reason.clone())),
        };
        let findings = outcome.findings().iter().map(|finding| {
            *number += 1;
            FindingReport {
                id: format!("f{number}"),
                sign: finding.sign.id(),
                holds: finding.holds,
                text: finding.text.clone(),
                evidence: finding.evidence.iter().map(|x| exchange::name(*x)).collect(),
                span: finding.at.map(|s| SpanReport { start: s.start, end: s.end }),
            }
        });
        Self { id: check.id.into(), title: check.title.into(), status: status.into(), findings: findings.collect(), reason }
    }
}

impl ExchangeReport {
    fn of(case: &Case, x: &crate::checks::Exchange, checks: Vec<&'static str>) -> Self {
        let (answer, error) = match &x.got {
            Ok(answer) => (Some(answer), None),
            Err(fault) => {
                (None, Some(ErrorReport { kind: word(&fault.kind), detail: fault.detail.clone(), found: (*fault.found).clone() }))
            }
        };
        Self {
            id: exchange::name(x.id),
            check: checks.first().copied().unwrap_or_default().into(),
            checks: checks.into_iter().map(Into::into).collect(),
            method: "GET".into(),
            url: exchange::url(case, &x.probe.ask),
            role: Some(x.probe.role),
            credential: x.probe.credential,
            ask: Some(x.probe.ask.clone()),
            status: answer.map(|a| a.status),
            headers: answer.map(|a| a.headers.clone()).unwrap_or_default(),
            body_excerpt: answer.map(|a| a.excerpt.clone()).unwrap_or_default(),
            request_id: answer.and_then(|a| a.headers.get("x-request-id").cloned()),
            elapsed_ms: x.elapsed_ms,
            error,
        }
    }
}

impl VerdictReport {
    fn of(record: Record<'_>) -> Self {
        let verdict = &record.diagnosis.verdict;
        let cause = verdict.cause.as_ref();
        Self {
            status: status(verdict.status).into(),
            cause: cause.map(|c| c.code.into()),
            confidence: cause.map(|c| word(&c.confidence)),
            summary: verdict.summary.clone(),
            evidence: cause.map(evidence).unwrap_or_default(),
            fix: cause.map(|c| fix::report(record.case, &c.fix)).unwrap_or_default(),
            also: verdict
                .also
                .iter()
                .map(|judged| AlsoReport {
                    cause: judged.code.into(),
                    confidence: word(&judged.confidence),
                    summary: judged.summary.clone(),
                    fix: fix::report(record.case, &judged.fix),
                })
                .collect(),
            undecided_between: verdict.undecided_between.iter().map(|c| (*c).into()).collect(),
            could_be: verdict
                .could_be
                .iter()
                .map(|c| CouldBeReport { id: c.id.into(), text: c.text.into(), look_at: c.look_at.into() })
                .collect(),
            settle_with: verdict.settle_with.clone(),
            not_certain_because: cause.and_then(Judged::not_certain_because),
            ruled_out: verdict
                .ruled_out
                .iter()
                .map(|r| RuledOutReport {
                    cause: r.code.into(),
                    because: r.because.clone(),
                    evidence: names(&r.exchanges, &r.findings),
                })
                .collect(),
        }
    }
}

impl FactsReport {
    fn of(used: &[&'static str]) -> Self {
        let (newest, oldest) = facts::newest_and_oldest(used).unzip();
        Self {
            newest: newest.map(Into::into),
            oldest: oldest.map(Into::into),
            used: used.iter().map(|id| (*id).into()).collect(),
        }
    }
}

fn evidence(judged: &Judged) -> Vec<String> {
    names(&judged.exchanges, &judged.findings)
}

/// Ids of exchanges and findings, as reports cite them.
#[must_use]
pub fn names(exchanges: &[crate::checks::ExchangeId], findings: &[usize]) -> Vec<String> {
    let exchanges = exchanges.iter().map(|x| exchange::name(*x));
    exchanges.chain(findings.iter().map(|f| format!("f{}", f + 1))).collect()
}

/// The status as a word.
#[must_use]
pub fn status(status: Status) -> &'static str {
    match status {
        Status::Healthy => "healthy",
        Status::Misconfigured => "misconfigured",
        Status::Inconclusive => "inconclusive",
    }
}

fn met(status: Met) -> &'static str {
    match status {
        Met::Met => "met",
        Met::Missing => "missing",
        Met::Unproven => "unproven",
    }
}

/// A need as `--require` takes it.
#[must_use]
pub fn need(need: &Need) -> String {
    match need {
        Need::SignIn => "sign-in".into(),
        Need::Endpoint { method, path } => format!("{method} {path}"),
        Need::GitRead(_) => "git:read".into(),
        Need::GitWrite(_) => "git:write".into(),
        Need::Scope(name) => name.clone(),
    }
}

/// The word that serde writes for a unit variant.
pub(super) fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
