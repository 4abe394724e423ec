//! Reports: what a diagnosis looks like on paper.
//!
//! Nothing here judges and nothing here asks: a [`Record`] goes in, text comes out. Every text passes the redactor before it
//! leaves the program; that is the caller's business, in one place.

mod caret;
mod escape;
mod exchange;
pub mod fix;
pub mod github;
pub mod html;
pub mod human;
pub mod insights;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod palette;
pub mod post;
pub mod recording;
pub mod sarif;
mod sheet;
pub mod text;
pub mod wire;

use crate::checks::{Case, Diagnosis, Finding, Seen};

/// What a report is about.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// What was known before asking.
    pub case: &'a Case,
    /// What was asked and answered.
    pub seen: &'a Seen,
    /// What follows.
    pub diagnosis: &'a Diagnosis,
}

impl<'a> Record<'a> {
    /// Every finding in the flat order of all outcomes: the first is `f1`.
    pub fn findings(&self) -> impl Iterator<Item = &'a Finding> + use<'a> {
        self.diagnosis.outcomes.iter().flat_map(|(_, outcome)| outcome.findings())
    }
}
