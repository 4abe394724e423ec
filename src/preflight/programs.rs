//! What preflight writes for programs: JSON, JUnit, annotations of a GitHub workflow, Code Insights.

use serde::Serialize;

use super::matrix::{Matrix, need, record, word};
use super::{Judged, Run, exit_code, status};
use crate::checks::{Met, NeedStatus, Status};
use crate::report::human::Look;
use crate::report::insights::{Insights, Weight};
use crate::report::{github, junit, wire};

impl Matrix<'_> {
    /// For programs.
    ///
    /// # Panics
    /// Never: the structs have string keys only.
    #[must_use]
    pub fn json(self) -> String {
        let credential = |judged: &Judged| CredentialReport {
            name: judged.name.clone(),
            status: wire::status(judged.status()),
            cause: judged.run.diagnosis.verdict.cause.as_ref().map(|cause| cause.code),
            expires: judged.expiry.as_ref().map(|e| e.date.clone()),
            expires_in_days: judged.expiry.as_ref().map(|e| e.days),
            needs: judged.needs().iter().map(|n| NeedReport { need: need(&n.need), status: word(n.status) }).collect(),
            reports: vec![wire::Report::of(record(&judged.run))],
        };
        let report = Report {
            schema_version: wire::SCHEMA_VERSION,
            tool: wire::Tool { name: "bbdoctor".into(), version: env!("CARGO_PKG_VERSION").into() },
            started_at: jiff::Timestamp::from_second(self.now).unwrap_or_default().to_string(),
            status: wire::status(status(self.all)),
            exit_code: exit_code(self.all),
            warnings: self.warnings(),
            credentials: self.all.iter().map(credential).collect(),
        };
        let mut text = serde_json::to_string_pretty(&report).expect("the structs have string keys only");
        text.push('\n');
        text
    }

    /// For CI: a suite for each credential.
    #[must_use]
    pub fn junit(self) -> String {
        let suite = |judged: &Judged| {
            let time = |run: &Run| run.seen.exchanges.iter().map(|x| x.elapsed_ms).max().unwrap_or(0);
            let mut cases: Vec<junit::Case> = judged.needs().iter().map(|n| test_case(judged, n)).collect();
            cases.push(verdict_case(judged));
            cases.extend(judged.expiry.as_ref().map(|expiry| junit::Case {
                class: format!("bbdoctor.preflight.{}", judged.name),
                name: "last day".into(),
                result: junit::Result::Passed,
                code: "expiry".into(),
                message: if expiry.soon { format!("warning: {}", expiry.words()) } else { expiry.words() },
                detail: Vec::new(),
            }));
            junit::Suite {
                name: format!("bbdoctor preflight: {}", judged.name),
                timestamp: jiff::Timestamp::from_second(self.now).unwrap_or_default().to_string(),
                milliseconds: time(&judged.run),
                cases,
            }
        };
        junit::file(&self.all.iter().map(suite).collect::<Vec<_>>())
    }

    /// Annotations of a GitHub workflow: one for each credential that is not well, each need that is not met, each end that is near.
    #[must_use]
    pub fn github(self) -> String {
        let mut out = String::new();
        for judged in self.all {
            let level = match judged.status() {
                Status::Healthy => continue,
                Status::Misconfigured => "error",
                Status::Inconclusive => "warning",
            };
            let verdict = &judged.run.diagnosis.verdict;
            let code = verdict.cause.as_ref().map_or(wire::status(verdict.status), |cause| cause.code);
            let fix = verdict.cause.as_ref().map(|cause| cause.fix.text.as_str()).filter(|fix| !fix.is_empty());
            let fix = fix.map_or_else(String::new, |fix| format!(" | To do: {fix}"));
            out.push_str(&github::annotation(level, &format!("{}: {code}", judged.name), &format!("{}{fix}", verdict.summary)));
            for n in judged.needs().iter().filter(|n| n.status != Met::Met) {
                let level = if n.status == Met::Missing { level } else { "warning" };
                out.push_str(&github::annotation(level, &judged.name, &format!("{}: {}", need(&n.need), word(n.status))));
            }
        }
        for warning in self.warnings() {
            out.push_str(&github::annotation("warning", "bbdoctor preflight", &warning));
        }
        let plain = Look::default();
        out.push_str(&github::annotation("notice", "bbdoctor preflight", self.last(plain).trim_end()));
        out
    }

    /// For the commit: one annotation for each credential that is not well, each need that is not met, each end that is near.
    #[must_use]
    pub fn insights(self) -> Insights {
        let mut insights = Insights::new(
            "bbdoctor preflight: the Bitbucket credentials of this build",
            status(self.all),
            &self.last(Look::default()),
        );
        insights.text("Verdict", wire::status(status(self.all)));
        let met: usize = self.all.iter().map(Judged::met).sum();
        let needs: usize = self.all.iter().map(|judged| judged.needs().len()).sum();
        insights.text("Credentials that are well", &format!("{} of {}", self.all.len() - self.sick(), self.all.len()));
        insights.text("Needs that are met", &format!("{met} of {needs}"));
        for judged in self.all.iter().filter(|judged| judged.status() != Status::Healthy) {
            let verdict = &judged.run.diagnosis.verdict;
            let weight = if judged.status() == Status::Misconfigured { Weight::Fault } else { Weight::Doubt };
            let code = verdict.cause.as_ref().map(|cause| cause.code);
            let title = format!("{}: {}", judged.name, code.unwrap_or(wire::status(verdict.status)));
            let fix = verdict.cause.as_ref().map_or("", |cause| cause.fix.text.as_str());
            if let Some(code) = code {
                insights.cause(&judged.name, code);
            }
            insights.annotate(weight, &title, &verdict.summary, fix, code);
            for need_status in judged.needs().iter().filter(|n| n.status != Met::Met) {
                let weight = if need_status.status == Met::Missing { weight } else { Weight::Doubt };
                let name = need(&need_status.need);
                insights.annotate(
                    weight,
                    &format!("{}: {name}", judged.name),
                    &format!("{name}: {}", word(need_status.status)),
                    "",
                    None,
                );
            }
        }
        for warning in self.warnings() {
            insights.annotate(Weight::Remark, "a last day is near", &warning, "", None);
        }
        insights
    }
}

fn test_case(judged: &Judged, of: &NeedStatus) -> junit::Case {
    junit::Case {
        class: format!("bbdoctor.preflight.{}", judged.name),
        name: need(&of.need),
        result: match of.status {
            Met::Met => junit::Result::Passed,
            Met::Missing => junit::Result::Failed,
            Met::Unproven => junit::Result::Skipped,
        },
        code: "need".into(),
        message: if of.status == Met::Met { String::new() } else { word(of.status).into() },
        detail: Vec::new(),
    }
}

fn verdict_case(judged: &Judged) -> junit::Case {
    let verdict = &judged.run.diagnosis.verdict;
    let cause = verdict.cause.as_ref();
    junit::Case {
        class: format!("bbdoctor.preflight.{}", judged.name),
        name: "verdict".into(),
        result: match verdict.status {
            Status::Healthy => junit::Result::Passed,
            Status::Misconfigured => junit::Result::Failed,
            Status::Inconclusive => junit::Result::Error,
        },
        code: cause.map_or(wire::status(verdict.status), |cause| cause.code).into(),
        message: verdict.summary.clone(),
        detail: cause.map(|cause| cause.fix.text.clone()).into_iter().collect(),
    }
}

#[derive(Serialize)]
struct Report {
    schema_version: u32,
    tool: wire::Tool,
    started_at: String,
    status: &'static str,
    exit_code: u8,
    warnings: Vec<String>,
    credentials: Vec<CredentialReport>,
}

#[derive(Serialize)]
struct CredentialReport {
    name: String,
    status: &'static str,
    cause: Option<&'static str>,
    expires: Option<String>,
    expires_in_days: Option<i64>,
    needs: Vec<NeedReport>,
    reports: Vec<wire::Report>,
}

#[derive(Serialize)]
struct NeedReport {
    need: String,
    status: &'static str,
}
