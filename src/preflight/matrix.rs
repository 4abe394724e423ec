//! What preflight writes: one line when all is well, else one table of need and credential and what to do; JSON, JUnit and
//! annotations for programs.

use serde::Serialize;

use super::{Judged, Run, exit_code, status};
use crate::checks::{Met, Need, NeedStatus, Status};
use crate::report::human::{self, Look};
use crate::report::insights::{Insights, Weight};
use crate::report::{Record, github, junit, text, wire};

/// Columns of a need's name.
const NEED: usize = 46;
/// Columns of a credential.
const CREDENTIAL: usize = 20;

/// All credentials of a run.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a> {
    /// In the order of the file.
    pub all: &'a [Judged],
    /// Seconds since 1970.
    pub now: i64,
    /// What bears on the run but on no verdict.
    pub notes: &'a [String],
}

fn record(run: &Run) -> Record<'_> {
    Record { case: &run.case, seen: &run.seen, diagnosis: &run.diagnosis }
}

/// A need as the table names it.
#[must_use]
pub fn need(need: &Need) -> String {
    match need {
        Need::GitRead(repo) | Need::GitWrite(repo) => text::clean(&format!("{} {repo}", wire::need(need))),
        other => text::clean(&wire::need(other)),
    }
}

fn word(status: Met) -> &'static str {
    match status {
        Met::Met => "met",
        Met::Missing => "missing",
        Met::Unproven => "unproven",
    }
}

impl Matrix<'_> {
    /// For people.
    #[must_use]
    pub fn people(self, look: Look<'_>) -> String {
        let mut out = String::new();
        if look.quiet == 0 {
            if look.verbose > 0 || status(self.all) != Status::Healthy {
                out.push_str(&self.table());
                for judged in self.all {
                    out.push_str(&details(judged, look));
                }
                out.push('\n');
            }
            for warning in self.warnings() {
                out.push_str(&format!("warning: {warning}\n"));
            }
            for note in self.notes {
                text::wrap(&format!("note: {}", text::clean(note)), "", text::WIDTH).iter().for_each(|line| {
                    out.push_str(line);
                    out.push('\n');
                });
            }
        }
        if look.quiet < 2 {
            out.push_str(&self.last(look));
        }
        let out = out.trim_start_matches('\n').to_owned();
        if look.ascii { text::ascii(&out) } else { out }
    }

    fn last(self, look: Look<'_>) -> String {
        let (credentials, needs) = (self.all.len(), self.all.iter().map(|j| j.needs().len()).sum::<usize>());
        let status = status(self.all);
        let name = wire::status(status);
        let painted = match status {
            Status::Healthy => look.palette.good(name),
            Status::Misconfigured => look.palette.bad(name),
            Status::Inconclusive => look.palette.open(name),
        };
        let plural = |n: usize, word: &str| if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") };
        if status == Status::Healthy {
            return format!("{painted}: {}, {} met\n", plural(credentials, "credential"), plural(needs, "need"));
        }
        let wrong: Vec<&str> = self.all.iter().filter(|j| j.status() != Status::Healthy).map(|j| j.name.as_str()).collect();
        let met: usize = self.all.iter().map(Judged::met).sum();
        let wrong = text::cut(&wrong.join(", "), 40);
        format!(
            "{painted}: {} of {} not well ({wrong}), {met} of {} met\n",
            self.sick(),
            plural(credentials, "credential"),
            plural(needs, "need")
        )
    }

    fn sick(self) -> usize {
        self.all.iter().filter(|judged| judged.status() != Status::Healthy).count()
    }

    /// Ends that are near.
    fn warnings(self) -> Vec<String> {
        let soon = |judged: &Judged| {
            let expiry = judged.expiry.as_ref().filter(|expiry| expiry.soon)?;
            Some(format!("the last day of {} is {}: make a new one before", judged.name, expiry.words())).map(|text| {
                if expiry.days < 0 {
                    format!(
                        "the last day of {} was {}; if it is a new one, change the date in the file",
                        judged.name, expiry.date
                    )
                } else {
                    text
                }
            })
        };
        self.all.iter().filter_map(soon).collect()
    }

    /// Every need once, in the order in which it first appears.
    fn needs(self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for name in self.all.iter().flat_map(Judged::needs).map(|n| need(&n.need)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    fn table(self) -> String {
        let mut rows: Vec<(String, Vec<String>)> = Vec::new();
        for name in self.needs() {
            let cell = |judged: &Judged| {
                let found = judged.needs().iter().find(|n| need(&n.need) == name);
                found.map_or_else(|| "-".to_owned(), |n| word(n.status).to_owned())
            };
            rows.push((name.clone(), self.all.iter().map(cell).collect()));
        }
        if self.all.iter().any(|judged| judged.expiry.is_some()) {
            let cell = |judged: &Judged| judged.expiry.as_ref().map_or_else(|| "-".to_owned(), |e| e.date.clone());
            rows.push(("last day".into(), self.all.iter().map(cell).collect()));
        }
        rows.push(("verdict".into(), self.all.iter().map(|j| wire::status(j.status()).to_owned()).collect()));
        let first = rows.iter().map(|(name, _)| text::width(name)).max().unwrap_or(0).min(NEED);
        let widths: Vec<usize> = (self.all.iter().enumerate())
            .map(|(place, judged)| {
                rows.iter()
                    .map(|(_, cells)| text::width(&cells[place]))
                    .max()
                    .unwrap_or(0)
                    .max(text::width(&judged.name).min(CREDENTIAL))
            })
            .collect();
        if 2 + first + widths.iter().map(|w| w + 2).sum::<usize>() > text::WIDTH {
            return self.list(&rows);
        }
        let line = |name: &str, cells: Vec<String>| {
            let cells: Vec<String> = cells.iter().zip(&widths).map(|(cell, width)| text::pad(cell, *width)).collect();
            let name = text::pad(&text::cut_middle(name, first), first);
            format!("{}\n", format!("  {name}  {}", cells.join("  ")).trim_end())
        };
        let mut out = line("", self.all.iter().map(|judged| text::cut(&judged.name, CREDENTIAL)).collect());
        rows.into_iter().for_each(|(name, cells)| out.push_str(&line(&name, cells)));
        out
    }

    /// Where a table would be too wide: one block for each credential.
    fn list(self, rows: &[(String, Vec<String>)]) -> String {
        let mut out = String::new();
        for (place, judged) in self.all.iter().enumerate() {
            out.push_str(&format!("{}\n", judged.name));
            for (name, cells) in rows.iter().filter(|(_, cells)| cells[place] != "-") {
                out.push_str(&format!("  {}  {}\n", text::pad(&cells[place], 13), text::cut_middle(name, 62)));
            }
        }
        out
    }

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
            {
                let verdict = &judged.run.diagnosis.verdict;
                let code = verdict.cause.as_ref().map_or(wire::status(verdict.status), |cause| cause.code);
                let fix = verdict.cause.as_ref().map(|cause| cause.fix.text.as_str()).filter(|fix| !fix.is_empty());
                let fix = fix.map_or_else(String::new, |fix| format!(" | To do: {fix}"));
                out.push_str(&github::annotation(
                    level,
                    &format!("{}: {code}", judged.name),
                    &format!("{}{fix}", verdict.summary),
                ));
            }
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
}

impl Matrix<'_> {
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

/// The whole human report with `-v`; else the cause and what to do.
fn details(judged: &Judged, look: Look<'_>) -> String {
    let run = &judged.run;
    if look.verbose > 0 {
        let report = human::write(record(run), Look { verbose: look.verbose - 1, ascii: false, ..look });
        return format!("\n== {} ==\n{report}", judged.name);
    }
    let verdict = &run.diagnosis.verdict;
    if verdict.status == Status::Healthy {
        return String::new();
    }
    let code = verdict.cause.as_ref().map_or(String::new(), |cause| format!("[{}]", cause.code));
    let (word, painted) = if verdict.status == Status::Misconfigured { ("error", true) } else { ("warning", false) };
    let head = format!("{word}{code}");
    let head = if painted { look.palette.bad(&head) } else { look.palette.open(&head) };
    let mut out = format!("\n{head}: {}: {}\n", judged.name, text::clean(&verdict.summary));
    let mut paragraph = |sentence: &str| {
        for line in text::wrap(&text::clean(sentence), "  ", text::WIDTH) {
            out.push_str(&line);
            out.push('\n');
        }
    };
    if let Some(cause) = &verdict.cause {
        paragraph(&cause.fix.text);
    }
    if let Some(settle) = &verdict.settle_with {
        paragraph(&format!("To settle it: {settle}"));
    }
    out
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
