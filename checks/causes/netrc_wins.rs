//! `netrc-wins`: a netrc or curlrc entry replaces the credential that is meant.

use crate::Sign::Local;
use crate::Test::Is;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{Effect, fix_machine};

pub(super) static CAUSE: Cause = Cause {
    code: "netrc-wins",
    title: "a netrc or curlrc entry replaces the credential that is meant",
    action: "change the netrc entry",
    label: "netrc replaces this",
    gate: Gate::Machine,
    class: Class::Fault,
    must: &[Is(Local(Effect::NetrcReplaces))],
    never: &[],
    proof: &[Is(Local(Effect::NetrcReplaces))],
    hint: &[Is(Local(Effect::NetrcReplaces))],
    grade: Grade::Doc,
    facts: &[],
    fix: fix_machine::mend_netrc,
};
