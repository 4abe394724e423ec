//! `token-has-stray-characters`: not everything here is the token.

use crate::Sign::{Alive, Noted, Stray};
use crate::Test::{All, Any, Is};
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{NoteKind, fix};

pub(super) static CAUSE: Cause = Cause {
    code: "token-has-stray-characters",
    title: "not everything here is the token",
    action: "take the stray characters out",
    label: "does not belong to the token",
    gate: Gate::Text,
    class: Class::Fault,
    must: &[Any(&[Is(Stray), Is(Noted(NoteKind::StrayCharacters))])],
    never: &[],
    proof: &[Is(Stray), All(&[Is(Noted(NoteKind::StrayCharacters)), Is(Alive)])],
    hint: &[Is(Stray), Is(Noted(NoteKind::StrayCharacters))],
    grade: Grade::Many,
    facts: &["kind-api-token"],
    fix: fix::copy_again,
};
