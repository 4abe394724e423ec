//! `wrong-method`: this endpoint does not take this method.

use crate::Sign::MethodUnfit;
use crate::Test::Is;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::fix;
use crate::gate::{Class, Gate};

pub(super) static CAUSE: Cause = Cause {
    code: "wrong-method",
    title: "this endpoint does not take this method",
    action: "use the method that this URL takes",
    label: "not a method of this URL",
    gate: Gate::Endpoint,
    class: Class::Fault,
    must: &[Is(MethodUnfit)],
    never: &[],
    proof: &[Is(MethodUnfit)],
    hint: &[Is(MethodUnfit)],
    grade: Grade::Doc,
    facts: &[],
    fix: fix::right_method,
};
