//! A check is one static: two pure functions of the case and what was seen.

use alloc::vec::Vec;

use crate::{Case, Outcome, Probe, Seen};

/// One question that bbdoctor asks of a case.
#[derive(Debug)]
pub struct Check {
    /// Its id in reports: `token-format`.
    pub id: &'static str,
    /// What it judges, in a few words.
    pub title: &'static str,
    /// Called before every wave: what to ask. Empty: nothing (more).
    pub asks: fn(&Case, &Seen) -> Vec<Probe>,
    /// Called on any prefix of the record; the last call counts.
    pub reads: fn(&Case, &Seen) -> Outcome,
}

/// A check that asks nothing: what it judges is in the case, or in the answers to what others ask.
pub(crate) fn asks_nothing(_: &Case, _: &Seen) -> Vec<Probe> {
    Vec::new()
}
