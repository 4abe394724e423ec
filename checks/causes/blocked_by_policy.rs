//! `blocked-by-policy`: an administrator's policy blocks this token.

use crate::Sign::Says;
use crate::Test::Is;
use crate::answer::Sentence;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::fix;
use crate::gate::{Class, Gate};

pub(super) static CAUSE: Cause = Cause {
    code: "blocked-by-policy",
    title: "an administrator's policy blocks this token",
    action: "ask the organisation's administrator",
    label: "blocked by a policy",
    gate: Gate::State,
    class: Class::Fault,
    must: &[Is(Says(Sentence::Policy))],
    never: &[],
    proof: &[Is(Says(Sentence::Policy))],
    hint: &[Is(Says(Sentence::Policy))],
    grade: Grade::One,
    facts: &["policy-creation"],
    fix: fix::ask_administrator,
};
