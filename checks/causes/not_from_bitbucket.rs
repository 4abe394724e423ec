//! `not-from-bitbucket`: this refusal comes from another service.

use crate::Sign::UrlForeign;
use crate::Test::Is;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::fix_url;
use crate::gate::{Class, Gate};

pub(super) static CAUSE: Cause = Cause {
    code: "not-from-bitbucket",
    title: "this refusal comes from another service",
    action: "ask the service that answered",
    label: "this host is not Bitbucket",
    gate: Gate::Url,
    class: Class::Fault,
    must: &[Is(UrlForeign)],
    never: &[],
    proof: &[Is(UrlForeign)],
    hint: &[Is(UrlForeign)],
    grade: Grade::Doc,
    facts: &[],
    fix: fix_url::other_service,
};
