//! `two-step-required`: the workspace wants two-step verification.

use crate::Sign::{Says, TargetDenied};
use crate::Test::Is;
use crate::answer::Sentence;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::fix;
use crate::gate::{Class, Gate};

pub(super) static CAUSE: Cause = Cause {
    code: "two-step-required",
    title: "the workspace wants two-step verification",
    action: "switch two-step verification on",
    label: "two-step verification is required",
    gate: Gate::Permission,
    class: Class::Fault,
    must: &[Is(Says(Sentence::TwoStep))],
    never: &[],
    proof: &[Is(Says(Sentence::TwoStep))],
    hint: &[Is(TargetDenied)],
    grade: Grade::Doc,
    facts: &["git-two-step"],
    fix: fix::two_step,
};
