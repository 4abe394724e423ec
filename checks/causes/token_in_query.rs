//! `token-in-query`: only a token in the Authorization header is read.

use crate::Sign::Noted;
use crate::Test::Is;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{NoteKind, fix};

pub(super) static CAUSE: Cause = Cause {
    code: "token-in-query",
    title: "only a token in the Authorization header is read",
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
