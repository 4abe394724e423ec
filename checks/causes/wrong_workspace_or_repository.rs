//! `wrong-workspace-or-repository`: not there for this account.

use crate::Sign::{self, NoSuchWorkspace, TargetHidden, TargetNotThere};
use crate::Test::{Any, Is, Not};
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{Kind, fix};

pub(super) static CAUSE: Cause = Cause {
    code: "wrong-workspace-or-repository",
    title: "not there for this account",
    action: "compare the name with the address in the browser",
    label: "not there for this account",
    gate: Gate::Permission,
    class: Class::Fault,
    must: &[
        Any(&[Is(TargetNotThere), Is(NoSuchWorkspace), Is(TargetHidden)]),
        Any(&[Is(NoSuchWorkspace), Not(Sign::Kind(Kind::AccessToken))]),
    ],
    never: &[],
    proof: &[Is(TargetNotThere), Is(NoSuchWorkspace)],
    hint: &[Is(TargetHidden), Is(TargetNotThere), Is(NoSuchWorkspace)],
    grade: Grade::Many,
    facts: &["404-repository", "404-workspace", "workspace-anonymous"],
    fix: fix::right_name,
};
