//! `header-malformed`: the Authorization header is not well formed.

use crate::Sign::{Alive, Noted, Says};
use crate::Test::{All, Any, Is};
use crate::answer::Sentence;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{NoteKind, fix};

pub(super) static CAUSE: Cause = Cause {
    code: "header-malformed",
    title: "the Authorization header is not well formed",
    action: "write the Authorization header out in full",
    label: "not well formed",
    gate: Gate::Text,
    class: Class::Fault,
    must: &[Any(&[Is(Noted(NoteKind::HeaderMalformed)), Is(Says(Sentence::InvalidHeader))])],
    never: &[],
    proof: &[All(&[Is(Noted(NoteKind::HeaderMalformed)), Is(Alive)]), Is(Says(Sentence::InvalidHeader))],
    hint: &[Is(Noted(NoteKind::HeaderMalformed)), Is(Says(Sentence::InvalidHeader))],
    grade: Grade::Doc,
    facts: &["no-scheme-word"],
    fix: fix::right_way,
};
