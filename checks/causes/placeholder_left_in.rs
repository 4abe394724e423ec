//! `placeholder-left-in`: the placeholder of an example is still in it.

use crate::Sign::{Noted, PerhapsPlaceholder, Placeholder};
use crate::Test::{Any, Is};
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{NoteKind, fix};

pub(super) static CAUSE: Cause = Cause {
    code: "placeholder-left-in",
    title: "the placeholder of an example is still in it",
    action: "put your own value in the placeholder's place",
    label: "a placeholder is left in",
    gate: Gate::Text,
    class: Class::Fault,
    must: &[Any(&[Is(Placeholder), Is(PerhapsPlaceholder), Is(Noted(NoteKind::Placeholder))])],
    never: &[],
    proof: &[Is(Placeholder), Is(Noted(NoteKind::Placeholder))],
    hint: &[Is(Placeholder), Is(PerhapsPlaceholder), Is(Noted(NoteKind::Placeholder))],
    grade: Grade::Doc,
    facts: &[],
    fix: fix::fill_in,
};
