//! `account-locked`: too many failed logins: the account is locked for now.

use crate::Sign::Says;
use crate::Test::Is;
use crate::answer::Sentence;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::fix;
use crate::gate::{Class, Gate};

pub(super) static CAUSE: Cause = Cause {
    code: "account-locked",
    title: "too many failed logins: the account is locked for now",
    action: "unlock the account on the website",
    label: "the account is locked",
    gate: Gate::State,
    class: Class::Fault,
    must: &[Is(Says(Sentence::Locked))],
    never: &[],
    proof: &[Is(Says(Sentence::Locked))],
    hint: &[Is(Says(Sentence::Locked))],
    grade: Grade::Guess,
    facts: &["lockout"],
    fix: fix::unlock,
};
