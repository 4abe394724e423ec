//! `account-password-used`: this looks like the account's password.

use crate::Sign::{self, Alive, RefusedEveryWay, Says};
use crate::Test::{Any, Is};
use crate::answer::Sentence;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{Kind, fix};

pub(super) static CAUSE: Cause = Cause {
    code: "account-password-used",
    title: "this looks like the account's password",
    action: "use an API token instead of the password",
    label: "looks like a password",
    gate: Gate::Kind,
    class: Class::Fault,
    must: &[
        Any(&[Is(Says(Sentence::AccountPassword)), Is(Sign::Kind(Kind::Password))]),
        Any(&[Is(Says(Sentence::AccountPassword)), Is(RefusedEveryWay)]),
    ],
    never: &[Is(Sign::Kind(Kind::ApiToken)), Is(Sign::Kind(Kind::AccessToken)), Is(Sign::Kind(Kind::AppPassword)), Is(Alive)],
    proof: &[],
    hint: &[Is(Says(Sentence::AccountPassword)), Is(Sign::Kind(Kind::Password))],
    grade: Grade::Many,
    facts: &["401-account-password", "git-account-password"],
    fix: fix::new_token,
};
