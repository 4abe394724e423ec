//! `shell-mangled`: the shell, or curl itself, made something else of it.

use crate::Sign::Noted;
use crate::Test::Is;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{NoteKind, fix};

pub(super) static CAUSE: Cause = Cause {
    code: "shell-mangled",
    title: "the shell, or curl itself, made something else of it",
    action: "quote it with straight single quotes",
    label: "the shell changes this",
    gate: Gate::Text,
    class: Class::Fault,
    must: &[Is(Noted(NoteKind::ShellMangled))],
    never: &[],
    proof: &[Is(Noted(NoteKind::ShellMangled))],
    hint: &[Is(Noted(NoteKind::ShellMangled))],
    grade: Grade::Doc,
    facts: &[],
    fix: fix::quote,
};
