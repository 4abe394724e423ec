//! `wrong-email`: this e-mail is not the one of the token's Atlassian account.

use crate::Sign::{self, Accepted, Alive};
use crate::Test::{Is, Not};
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{Kind, Role, fix};

pub(super) static CAUSE: Cause = Cause {
    code: "wrong-email",
    title: "this e-mail is not the one of the token's Atlassian account",
    action: "use the e-mail of the account that made the token",
    label: "not the token owner's e-mail",
    gate: Gate::SchemeAndUser,
    class: Class::Fault,
    must: &[Is(Sign::Kind(Kind::ApiToken)), Not(Accepted(Role::EmailBasic)), Is(Alive)],
    never: &[],
    proof: &[Is(Alive)],
    hint: &[Not(Accepted(Role::EmailBasic))],
    grade: Grade::Doc,
    facts: &["rest-api-token", "git-api-token"],
    fix: fix::right_email,
};
