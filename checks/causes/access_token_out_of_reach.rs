//! `access-token-out-of-reach`: this access token was made elsewhere.

use crate::Sign::{self, Alive, NoSuchWorkspace, RefusedRightWay, ScopeMissing, TargetDenied, TargetHidden, TargetNotThere};
use crate::Test::{Any, Is};
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{Kind, fix};

pub(super) static CAUSE: Cause = Cause {
    code: "access-token-out-of-reach",
    title: "this access token was made elsewhere",
    action: "make an access token at the target itself",
    label: "the token was made elsewhere",
    gate: Gate::Permission,
    class: Class::Fault,
    must: &[Is(Sign::Kind(Kind::AccessToken)), Is(Alive), Any(&[Is(TargetNotThere), Is(TargetDenied), Is(TargetHidden)])],
    never: &[Is(ScopeMissing), Is(NoSuchWorkspace)],
    proof: &[],
    hint: &[Is(RefusedRightWay), Is(TargetHidden), Is(TargetNotThere), Is(TargetDenied)],
    grade: Grade::Many,
    facts: &["kind-access-token", "scopes-access-token"],
    fix: fix::token_for_target,
};
