//! `rate-limited`: Bitbucket's rate limit is used up.

use crate::Sign::Limited;
use crate::Test::Is;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::fix;
use crate::gate::{Class, Gate};

pub(super) static CAUSE: Cause = Cause {
    code: "rate-limited",
    title: "Bitbucket's rate limit is used up",
    action: "wait for the rate limit to pass",
    label: "the limit is used up",
    gate: Gate::State,
    class: Class::Way,
    must: &[Is(Limited)],
    never: &[],
    proof: &[Is(Limited)],
    hint: &[Is(Limited)],
    grade: Grade::Doc,
    facts: &["429"],
    fix: fix::wait_for_limit,
};
