//! `removed-endpoint`: this endpoint no longer exists.

use crate::Sign::{RestGone, Says, UrlRemoved};
use crate::Test::{Any, Is};
use crate::answer::Sentence;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::fix;
use crate::gate::{Class, Gate};

pub(super) static CAUSE: Cause = Cause {
    code: "removed-endpoint",
    title: "this endpoint no longer exists",
    action: "use the endpoint that took its place",
    label: "this endpoint is gone",
    gate: Gate::Endpoint,
    class: Class::Fault,
    must: &[Any(&[Is(UrlRemoved), Is(Says(Sentence::Removed)), Is(RestGone)])],
    never: &[],
    proof: &[Is(UrlRemoved), Is(Says(Sentence::Removed))],
    hint: &[Is(UrlRemoved), Is(Says(Sentence::Removed)), Is(RestGone)],
    grade: Grade::Many,
    facts: &["410-removed", "410-issues", "api-1"],
    fix: fix::other_endpoint,
};
