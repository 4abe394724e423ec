//! `token-in-query`: a token in the URL or the body is not read, only the Authorization header is.

use crate::Sign::Noted;
use crate::Test::Is;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{NoteKind, fix};

pub(super) static CAUSE: Cause = Cause {
    code: "token-in-query",
    title: "a token in the URL or the body is not read, only the Authorization header is",
    action: "send the token in the Authorization header",
    label: "only the header counts",
    gate: Gate::Text,
    class: Class::Fault,
    must: &[Is(Noted(NoteKind::TokenInQuery))],
    never: &[],
    proof: &[Is(Noted(NoteKind::TokenInQuery))],
    hint: &[Is(Noted(NoteKind::TokenInQuery))],
    grade: Grade::Doc,
    facts: &["query-token"],
    fix: fix::right_way,
};
