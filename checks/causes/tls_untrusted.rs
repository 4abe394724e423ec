//! `tls-untrusted`: the certificate for Bitbucket is not trusted here.

use crate::FaultKind::{Tls, TlsDates};
use crate::Sign::{ClockOff, Fault, WayOpen};
use crate::Test::{Any, Is};
use crate::engine::Cause;
use crate::facts::Grade;
use crate::fix_trust;
use crate::gate::{Class, Gate};

pub(super) static CAUSE: Cause = Cause {
    code: "tls-untrusted",
    title: "the certificate for Bitbucket is not trusted here",
    action: "find out whose certificate this is",
    label: "not trusted here",
    gate: Gate::Way,
    class: Class::Way,
    must: &[Any(&[Is(Fault(Tls)), Is(Fault(TlsDates))])],
    never: &[Is(WayOpen), Is(ClockOff)],
    proof: &[Is(Fault(Tls)), Is(Fault(TlsDates))],
    hint: &[Is(Fault(Tls)), Is(Fault(TlsDates))],
    grade: Grade::Doc,
    facts: &[],
    fix: fix_trust::mend_trust,
};
