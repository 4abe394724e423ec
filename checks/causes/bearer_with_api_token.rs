//! `bearer-with-api-token`: an API token is refused as Bearer.

use crate::Sign::{self, Accepted, Alive, Own, RefusedUnseen};
use crate::Test::{Is, Not};
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{Kind, Role, fix};

pub(super) static CAUSE: Cause = Cause {
    code: "bearer-with-api-token",
    title: "an API token is refused as Bearer",
    action: "send the token as Basic with your e-mail",
    label: "an API token goes as Basic",
    gate: Gate::SchemeAndUser,
    class: Class::Fault,
    must: &[Is(Sign::Kind(Kind::ApiToken)), Is(Own(Role::Bearer)), Not(Accepted(Role::Bearer))],
    never: &[],
    proof: &[Is(Accepted(Role::EmailBasic)), Is(Alive)],
    hint: &[Is(RefusedUnseen), Is(Own(Role::Bearer))],
    grade: Grade::Many,
    facts: &["rest-api-token", "rest-api-token-bearer"],
    fix: fix::right_way,
};
