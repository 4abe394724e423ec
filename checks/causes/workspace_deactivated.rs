//! `workspace-deactivated`: the workspace was deactivated for inactivity.

use crate::Sign::Says;
use crate::Test::Is;
use crate::answer::Sentence;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::fix;
use crate::gate::{Class, Gate};

pub(super) static CAUSE: Cause = Cause {
    code: "workspace-deactivated",
    title: "the workspace was deactivated for inactivity",
    action: "have an administrator reactivate the workspace",
    label: "the workspace is deactivated",
    gate: Gate::Permission,
    class: Class::Fault,
    must: &[Is(Says(Sentence::Deactivated))],
    never: &[],
    proof: &[Is(Says(Sentence::Deactivated))],
    hint: &[Is(Says(Sentence::Deactivated))],
    grade: Grade::Many,
    facts: &["403-deactivated"],
    fix: fix::reactivate,
};
