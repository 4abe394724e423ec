//! What preflight writes for people: one line when all is well, else one table of need and credential and what to do.

use super::{Judged, Run, status};
use crate::checks::{Met, Need, Status};
use crate::report::human::{self, Look};
use crate::report::{Record, text, wire};

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

pub(super) fn record(run: &Run) -> Record<'_> {
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

pub(super) fn word(status: Met) -> &'static str {
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

    pub(super) fn last(self, look: Look<'_>) -> String {
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

    pub(super) fn sick(self) -> usize {
        self.all.iter().filter(|judged| judged.status() != Status::Healthy).count()
    }

    /// Ends that are near.
    pub(super) fn warnings(self) -> Vec<String> {
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
