//! `token-without-scopes`: this API token has no Bitbucket scopes.

use crate::Sign::Says;
use crate::Test::Is;
use crate::answer::Sentence;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::fix;
use crate::gate::{Class, Gate};

pub(super) static CAUSE: Cause = Cause {
    code: "token-without-scopes",
    title: "this API token has no Bitbucket scopes",
    action: "make a new API token with Bitbucket scopes",
    label: "this token has no Bitbucket scopes",
    gate: Gate::State,
    class: Class::Fault,
    must: &[Is(Says(Sentence::NoScopes))],
    never: &[],
    proof: &[Is(Says(Sentence::NoScopes))],
    hint: &[Is(Says(Sentence::NoScopes))],
    grade: Grade::Many,
    facts: &["401-no-scopes", "git-no-scopes", "api-token-needs-scopes"],
    fix: fix::new_token,
};
