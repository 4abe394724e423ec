//! `username-instead-of-email`: REST wants the e-mail, not a user name.

use crate::Sign::{self, Accepted, Alive, Own, RefusedUnseen};
use crate::Test::Is;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{Kind, Role, fix};

pub(super) static CAUSE: Cause = Cause {
    code: "username-instead-of-email",
    title: "REST wants the e-mail, not a user name",
    action: "use the account's e-mail as user",
    label: "REST wants the e-mail here",
    gate: Gate::SchemeAndUser,
    class: Class::Fault,
    must: &[Is(Sign::Kind(Kind::ApiToken)), Is(Own(Role::UserBasic))],
    never: &[Is(Accepted(Role::UserBasic))],
    proof: &[Is(Accepted(Role::EmailBasic)), Is(Alive)],
    hint: &[Is(RefusedUnseen), Is(Own(Role::UserBasic))],
    grade: Grade::Doc,
    facts: &["rest-api-token"],
    fix: fix::right_way,
};
