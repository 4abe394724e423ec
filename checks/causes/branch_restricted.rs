//! `branch-restricted`: a branch restriction refuses this push.

use crate::Sign::Says;
use crate::Test::{Any, Is};
use crate::answer::Sentence;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::fix;
use crate::gate::{Class, Gate};

pub(super) static CAUSE: Cause = Cause {
    code: "branch-restricted",
    title: "a branch restriction refuses this push",
    action: "push to another branch",
    label: "a branch restriction refuses this",
    gate: Gate::Permission,
    class: Class::Fault,
    must: &[Any(&[Is(Says(Sentence::Branch)), Is(Says(Sentence::Declined))])],
    never: &[],
    proof: &[Is(Says(Sentence::Branch))],
    hint: &[Is(Says(Sentence::Branch)), Is(Says(Sentence::Declined))],
    grade: Grade::Doc,
    facts: &["git-branch", "403-branch"],
    fix: fix::branch,
};
