//! `ip-not-allowed`: the workspace's IP allowlist does not hold this address.

use crate::Sign::{Says, TargetDenied};
use crate::Test::Is;
use crate::answer::Sentence;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::fix;
use crate::gate::{Class, Gate};

pub(super) static CAUSE: Cause = Cause {
    code: "ip-not-allowed",
    title: "the workspace's IP allowlist does not hold this address",
    action: "come from an address that is on the allowlist",
    label: "this address is not allowed",
    gate: Gate::Permission,
    class: Class::Fault,
    must: &[Is(Says(Sentence::Ip))],
    never: &[],
    proof: &[Is(Says(Sentence::Ip))],
    hint: &[Is(TargetDenied)],
    grade: Grade::Doc,
    facts: &["git-ip", "403-ip"],
    fix: fix::allow_ip,
};
