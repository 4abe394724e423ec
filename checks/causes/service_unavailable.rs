//! `service-unavailable`: Bitbucket itself answers with an error.

use crate::Sign::Unwell;
use crate::Test::Is;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::fix_way;
use crate::gate::{Class, Gate};

pub(super) static CAUSE: Cause = Cause {
    code: "service-unavailable",
    title: "Bitbucket itself answers with an error",
    action: "wait until Bitbucket is well again",
    label: "Bitbucket is unwell",
    gate: Gate::Way,
    class: Class::Way,
    must: &[Is(Unwell)],
    never: &[],
    proof: &[Is(Unwell)],
    hint: &[Is(Unwell)],
    grade: Grade::Doc,
    facts: &[],
    fix: fix_way::wait_for_service,
};
