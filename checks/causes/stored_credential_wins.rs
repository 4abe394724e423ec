//! `stored-credential-wins`: git's helper supplies another credential.

use crate::Sign::{AnotherKindSent, Local};
use crate::Test::{Any, Is};
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{Effect, fix_machine};

pub(super) static CAUSE: Cause = Cause {
    code: "stored-credential-wins",
    title: "git's helper supplies another credential",
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
    fix: fix_machine::forget_stored,
};
