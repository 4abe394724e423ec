//! `gcm-validation-loop`: the credential manager's own check fails.

use crate::Sign::Local;
use crate::Test::Is;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{Effect, fix_machine};

pub(super) static CAUSE: Cause = Cause {
    code: "gcm-validation-loop",
    title: "the credential manager's own check fails",
    action: "switch the credential manager's check off",
    label: "the manager checks it wrongly",
    gate: Gate::Machine,
    class: Class::Fault,
    must: &[Is(Local(Effect::GcmValidates))],
    never: &[],
    proof: &[],
    hint: &[Is(Local(Effect::GcmValidates))],
    grade: Grade::One,
    facts: &["gcm-loop"],
    fix: fix_machine::stop_gcm_validation,
};
