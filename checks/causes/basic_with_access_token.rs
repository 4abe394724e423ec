//! `basic-with-access-token`: an access token goes as Bearer, not as Basic.

use crate::Sign::{self, Accepted, Alive, OwnBasicRest};
use crate::Test::Is;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{Kind, Role, fix};

pub(super) static CAUSE: Cause = Cause {
    code: "basic-with-access-token",
    title: "an access token goes as Bearer, not as Basic",
    action: "send the token as Bearer",
    label: "an access token goes as Bearer",
    gate: Gate::SchemeAndUser,
    class: Class::Fault,
    must: &[Is(Sign::Kind(Kind::AccessToken)), Is(OwnBasicRest)],
    never: &[],
    proof: &[Is(Accepted(Role::Bearer)), Is(Alive)],
    hint: &[Is(OwnBasicRest)],
    grade: Grade::Many,
    facts: &["rest-access-token", "rest-access-token-basic"],
    fix: fix::right_way,
};
