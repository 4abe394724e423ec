//! `captive-portal`: a gateway answered instead of Bitbucket.

use crate::Sign::{NotBitbucket, WayOpen};
use crate::Test::Is;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::fix_way;
use crate::gate::{Class, Gate};

pub(super) static CAUSE: Cause = Cause {
    code: "captive-portal",
    title: "a gateway answered instead of Bitbucket",
    action: "sign in to the network first",
    label: "a gateway answered",
    gate: Gate::Way,
    class: Class::Way,
    must: &[Is(NotBitbucket)],
    never: &[Is(WayOpen)],
    proof: &[Is(NotBitbucket)],
    hint: &[Is(NotBitbucket)],
    grade: Grade::Many,
    facts: &["server-names"],
    fix: fix_way::mend_portal,
};
