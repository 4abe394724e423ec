//! `token-has-stray-characters`: something stands around or inside the token that does not belong to it.

use crate::Sign::{Noted, Stray};
use crate::Test::{Any, Is};
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{NoteKind, fix};

pub(super) static CAUSE: Cause = Cause {
    code: "token-has-stray-characters",
    title: "something stands around or inside the token that does not belong to it",
    action: "take the stray characters out",
    label: "does not belong to the token",
    gate: Gate::Text,
    class: Class::Fault,
    must: &[Any(&[Is(Stray), Is(Noted(NoteKind::StrayCharacters))])],
    never: &[],
    proof: &[Is(Stray), Is(Noted(NoteKind::StrayCharacters))],
    hint: &[Is(Stray), Is(Noted(NoteKind::StrayCharacters))],
    grade: Grade::Many,
    facts: &["kind-api-token"],
    fix: fix::copy_again,
};
