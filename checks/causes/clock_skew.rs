//! `clock-skew`: this machine's clock is wrong.

use crate::FaultKind::TlsDates;
use crate::Sign::{ClockOff, Fault, WayOpen};
use crate::Test::Is;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::fix_way;
use crate::gate::{Class, Gate};

pub(super) static CAUSE: Cause = Cause {
    code: "clock-skew",
    title: "this machine's clock is wrong",
    action: "set this machine's clock",
    label: "the clock is wrong",
    gate: Gate::Way,
    class: Class::Way,
    must: &[Is(ClockOff), Is(Fault(TlsDates))],
    never: &[Is(WayOpen)],
    proof: &[],
    hint: &[Is(ClockOff)],
    grade: Grade::Doc,
    facts: &[],
    fix: fix_way::mend_clock,
};
