//! `stored-credential-wins`: git's credential helper supplies another credential than the one that is meant.

use crate::Sign::{AnotherKindSent, Local};
use crate::Test::{Any, Is};
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{Effect, fix};

pub(super) static CAUSE: Cause = Cause {
    code: "stored-credential-wins",
    title: "git's credential helper supplies another credential than the one that is meant",
    action: "let git forget the stored credential",
    label: "another credential is sent",
    gate: Gate::Machine,
    class: Class::Fault,
    must: &[Any(&[Is(Local(Effect::HelperSuppliesOther)), Is(AnotherKindSent)])],
    never: &[],
    proof: &[Is(Local(Effect::HelperSuppliesOther))],
    hint: &[Is(Local(Effect::HelperSuppliesOther)), Is(AnotherKindSent)],
    grade: Grade::Doc,
    facts: &[],
    fix: fix::forget_stored,
};
