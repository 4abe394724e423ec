//! `name-not-resolved`: the host name of Bitbucket has no address here.

use crate::FaultKind::Name;
use crate::Sign::{Fault, WayOpen};
use crate::Test::Is;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::fix_way;
use crate::gate::{Class, Gate};

pub(super) static CAUSE: Cause = Cause {
    code: "name-not-resolved",
    title: "the host name of Bitbucket has no address here",
    action: "find out why the name does not resolve",
    label: "this host does not resolve here",
    gate: Gate::Way,
    class: Class::Way,
    must: &[Is(Fault(Name))],
    never: &[Is(WayOpen)],
    proof: &[Is(Fault(Name))],
    hint: &[Is(Fault(Name))],
    grade: Grade::Doc,
    facts: &[],
    fix: fix_way::mend_name,
};
