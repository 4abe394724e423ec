//! `workspace-read-only`: the workspace is read-only: its plan or a bill.

use crate::Sign::Says;
use crate::Test::Is;
use crate::answer::Sentence;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::fix;
use crate::gate::{Class, Gate};

pub(super) static CAUSE: Cause = Cause {
    code: "workspace-read-only",
    title: "the workspace is read-only: its plan or a bill",
    action: "have the plan or the bill put right",
    label: "the workspace is read-only",
    gate: Gate::Permission,
    class: Class::Fault,
    must: &[Is(Says(Sentence::ReadOnly))],
    never: &[],
    proof: &[Is(Says(Sentence::ReadOnly))],
    hint: &[Is(Says(Sentence::ReadOnly))],
    grade: Grade::Doc,
    facts: &["git-read-only", "402"],
    fix: fix::plan,
};
