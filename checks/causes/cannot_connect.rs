//! `cannot-connect`: no connection to Bitbucket from this machine.

use crate::FaultKind::{Broken, Connect, Timeout};
use crate::Sign::{Fault, WayOpen};
use crate::Test::{Any, Is};
use crate::engine::Cause;
use crate::facts::Grade;
use crate::fix_way;
use crate::gate::{Class, Gate};

pub(super) static CAUSE: Cause = Cause {
    code: "cannot-connect",
    title: "no connection to Bitbucket from this machine",
    action: "get a connection to Bitbucket first",
    label: "no connection",
    gate: Gate::Way,
    class: Class::Way,
    must: &[Any(&[Is(Fault(Connect)), Is(Fault(Timeout)), Is(Fault(Broken))])],
    never: &[Is(WayOpen)],
    proof: &[Is(Fault(Connect)), Is(Fault(Timeout)), Is(Fault(Broken))],
    hint: &[Is(Fault(Connect)), Is(Fault(Timeout)), Is(Fault(Broken))],
    grade: Grade::Doc,
    facts: &[],
    fix: fix_way::mend_connection,
};
