//! `credential-missing`: no credential is sent.

use crate::Sign::{ClosedToAnonymous, Limited, NothingSent, OwnRefused, SignInDemanded};
use crate::Test::{Any, Is};
use crate::engine::Cause;
use crate::facts::Grade;
use crate::fix;
use crate::gate::{Class, Gate};

pub(super) static CAUSE: Cause = Cause {
    code: "credential-missing",
    title: "no credential is sent",
    action: "send a credential",
    label: "no credential is sent",
    gate: Gate::Text,
    class: Class::Fault,
    must: &[Is(NothingSent), Any(&[Is(ClosedToAnonymous), Is(OwnRefused)])],
    never: &[Is(Limited)],
    proof: &[Is(SignInDemanded)],
    hint: &[Is(NothingSent)],
    grade: Grade::Many,
    facts: &["list-anonymous", "git-no-prompt"],
    fix: fix::right_way,
};
