//! `variable-not-expanded`: a variable was sent, or it is empty.

use crate::Sign::{Local, NotExpanded, Noted};
use crate::Test::{Any, Is};
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{Effect, NoteKind, fix};

pub(super) static CAUSE: Cause = Cause {
    code: "variable-not-expanded",
    title: "a variable was sent, or it is empty",
    action: "let the shell put the variable's value in",
    label: "the variable was not expanded",
    gate: Gate::Text,
    class: Class::Fault,
    must: &[Any(&[
        Is(NotExpanded),
        Is(Noted(NoteKind::NotExpanded)),
        Is(Noted(NoteKind::NotDefined)),
        Is(Local(Effect::EmptyVariable)),
    ])],
    never: &[],
    proof: &[Is(NotExpanded), Is(Noted(NoteKind::NotExpanded)), Is(Local(Effect::EmptyVariable))],
    hint: &[Is(NotExpanded), Is(Noted(NoteKind::NotExpanded)), Is(Noted(NoteKind::NotDefined)), Is(Local(Effect::EmptyVariable))],
    grade: Grade::Doc,
    facts: &[],
    fix: fix::set_variable,
};
