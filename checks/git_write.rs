//! `git-write`: does git's ref advertisement for writing answer (`git-receive-pack`)? Nothing is pushed.
//!
//! Evidence: section 4 of the facts. Nobody gets this advertisement without a credential.

use alloc::vec::Vec;

use crate::git_read::{outcome, probes};
use crate::{Case, Check, GitService, Need, Outcome, Probe, Seen};

pub(crate) static CHECK: Check = Check { id: "git-write", title: "git can push", asks, reads };

fn asks(case: &Case, _: &Seen) -> Vec<Probe> {
    probes(case, GitService::ReceivePack)
}

fn reads(case: &Case, seen: &Seen) -> Outcome {
    outcome(case, seen, |need| matches!(need, Need::GitWrite(_)))
}
