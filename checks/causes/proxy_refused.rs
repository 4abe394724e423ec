//! `proxy-refused`: the proxy refuses the way to Bitbucket.

use crate::FaultKind::Proxy;
use crate::Sign::{Fault, WayOpen};
use crate::Test::Is;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::fix_way;
use crate::gate::{Class, Gate};

pub(super) static CAUSE: Cause = Cause {
    code: "proxy-refused",
    title: "the proxy refuses the way to Bitbucket",
    action: "mend the proxy setting first",
    label: "the proxy refuses",
    gate: Gate::Way,
    class: Class::Way,
    must: &[Is(Fault(Proxy))],
    never: &[Is(WayOpen)],
    proof: &[Is(Fault(Proxy))],
    hint: &[Is(Fault(Proxy))],
    grade: Grade::Doc,
    facts: &[],
    fix: fix_way::mend_proxy,
};
