//! `not-an-authentication-fault`: signed in; the content is refused.

use crate::Sign::{ContentRefused, ContentUnsaid, OwnRefused, Says};
use crate::Test::{Any, Is};
use crate::answer::Sentence;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::fix;
use crate::gate::{Class, Gate};

pub(super) static CAUSE: Cause = Cause {
    code: "not-an-authentication-fault",
    title: "signed in; the content is refused",
    action: "mend the request's content",
    label: "the content is refused",
    gate: Gate::Content,
    class: Class::Fault,
    must: &[Any(&[Is(Says(Sentence::Content)), Is(ContentRefused)])],
    never: &[Is(OwnRefused)],
    proof: &[Is(Says(Sentence::Content))],
    hint: &[Is(Says(Sentence::Content)), Is(ContentRefused), Is(ContentUnsaid)],
    grade: Grade::Many,
    facts: &[],
    fix: fix::mend_content,
};
