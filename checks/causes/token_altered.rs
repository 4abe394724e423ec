//! `token-altered`: the token is damaged: characters were lost or changed.

use crate::Sign::{Alive, Altered};
use crate::Test::Is;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::fix;
use crate::gate::{Class, Gate};

pub(super) static CAUSE: Cause = Cause {
    code: "token-altered",
    title: "the token is damaged: characters were lost or changed",
    action: "copy the token again, all of it",
    label: "characters were lost or changed",
    gate: Gate::Text,
    class: Class::Fault,
    must: &[Is(Altered)],
    never: &[Is(Alive)],
    proof: &[],
    hint: &[Is(Altered)],
    grade: Grade::One,
    facts: &["checksum"],
    fix: fix::copy_again,
};
