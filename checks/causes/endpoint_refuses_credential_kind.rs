//! `endpoint-refuses-credential-kind`: not for this kind of credential.

use crate::Sign::{Says, UrlRefusesAccessTokens};
use crate::Test::{Any, Is};
use crate::answer::Sentence;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::fix;
use crate::gate::{Class, Gate};

pub(super) static CAUSE: Cause = Cause {
    code: "endpoint-refuses-credential-kind",
    title: "not for this kind of credential",
    action: "use another kind of credential here",
    label: "not for this kind of credential",
    gate: Gate::Endpoint,
    class: Class::Fault,
    must: &[Any(&[Is(Says(Sentence::Mechanism)), Is(UrlRefusesAccessTokens)])],
    never: &[],
    proof: &[Is(Says(Sentence::Mechanism))],
    hint: &[Is(Says(Sentence::Mechanism)), Is(UrlRefusesAccessTokens)],
    grade: Grade::Many,
    facts: &["403-mechanism", "scopes-access-token"],
    fix: fix::other_credential,
};
