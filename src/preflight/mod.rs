//! Preflight: is everything there that a pipeline needs? Several credentials, each with needs and perhaps a last day.
//!
//! `config.rs` reads `bbdoctor.toml`, `matrix.rs` writes one table of credential and need. The judgement is the same as everywhere.

pub mod config;
pub mod matrix;
mod mistake;
pub mod place;
mod programs;
pub mod suggest;

use crate::checks::waves::Budget;
use crate::checks::{Case, Diagnosis, Met, NeedStatus, Seen, Status, gate};

/// Credentials that are asked about at the same time: enough to be quick, few enough for the rate limit.
pub const AT_ONCE: usize = 4;
/// Requests for all credentials together; a user has some 1,000 an hour (fact `429`).
pub const MOST_REQUESTS: usize = 250;

/// What a credential with so many needs may ask: a need takes a question, its control, and one that tells a refusal apart.
#[must_use]
pub fn budget(needs: usize) -> Budget {
    let usual = Budget::default();
    Budget { requests: usual.requests.max(5 + 3 * needs), ..usual }
}

/// The last day of a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// `2027-03-01`
    pub date: String,
    /// Days until then; negative: it is over.
    pub days: i64,
    /// Whether that is worth a warning.
    pub soon: bool,
}

impl Expiry {
    /// In words.
    #[must_use]
    pub fn words(&self) -> String {
        match self.days {
            0 => format!("today, {}", self.date),
            1 => format!("tomorrow, {}", self.date),
            days if days < 0 => format!("over since {}", self.date),
            days if self.soon => format!("in {days} days, {}", self.date),
            _ => self.date.clone(),
        }
    }
}

/// A credential's run of the engine.
#[derive(Debug)]
pub struct Run {
    /// What was known, names masked unless they are shown.
    pub case: Case,
    /// What was asked and answered.
    pub seen: Seen,
    /// What follows.
    pub diagnosis: Diagnosis,
}

/// One credential, judged.
#[derive(Debug)]
pub struct Judged {
    /// What the table calls it.
    pub name: String,
    /// Its last day, where the file names one.
    pub expiry: Option<Expiry>,
    /// How it was judged.
    pub run: Run,
}

impl Judged {
    /// The status of the credential.
    #[must_use]
    pub const fn status(&self) -> Status {
        self.run.diagnosis.verdict.status
    }

    /// Every need, in order.
    #[must_use]
    pub fn needs(&self) -> &[NeedStatus] {
        &self.run.diagnosis.needs
    }

    /// How many needs are met.
    #[must_use]
    pub fn met(&self) -> usize {
        self.needs().iter().filter(|need| need.status == Met::Met).count()
    }
}

/// The status of all together: what has to be mended comes before what could not be found out.
#[must_use]
pub fn status(all: &[Judged]) -> Status {
    let any = |status| all.iter().any(|judged| judged.status() == status);
    if any(Status::Misconfigured) {
        Status::Misconfigured
    } else if any(Status::Inconclusive) {
        Status::Inconclusive
    } else {
        Status::Healthy
    }
}

/// The exit code of all together.
#[must_use]
pub fn exit_code(all: &[Judged]) -> u8 {
    let codes = || all.iter().map(|judged| gate::exit_code(&judged.run.diagnosis.verdict));
    if codes().any(|code| code == 1) { 1 } else { codes().max().unwrap_or(0) }
}
