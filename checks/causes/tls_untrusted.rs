//! `tls-untrusted`: the certificate that answers for Bitbucket is not trusted here.

use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::Sign::{ClockOff, Fault, WayOpen};
use crate::Test::{Any, Is};
use crate::FaultKind::{Tls, TlsDates};
use crate::{fix};

pub(super) static CAUSE: Cause = Cause {
    code: "tls-untrusted",
    title: "the certificate that answers for Bitbucket is not trusted here",
    gate: Gate::Way,
    class: Class::Way,
    must: &[Any(&[Is(Fault(Tls)), Is(Fault(TlsDates))])],
    never: &[Is(WayOpen), Is(ClockOff)],
    proof: &[Is(Fault(Tls)), Is(Fault(TlsDates))],
    hint: &[Is(Fault(Tls)), Is(Fault(TlsDates))],
    grade: Grade::Doc,
    facts: &[],
    fix: fix::mend_trust,
};
