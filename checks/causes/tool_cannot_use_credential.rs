//! `tool-cannot-use-credential`: this program cannot use this credential.

use crate::Sign::Noted;
use crate::Test::Is;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{NoteKind, fix};

pub(super) static CAUSE: Cause = Cause {
    code: "tool-cannot-use-credential",
    title: "this program cannot use this credential",
    action: "use another version or kind of credential",
    label: "this program cannot use it",
    gate: Gate::Machine,
    class: Class::Fault,
    must: &[Is(Noted(NoteKind::ToolUnable))],
    never: &[],
    proof: &[],
    hint: &[Is(Noted(NoteKind::ToolUnable))],
    grade: Grade::Many,
    facts: &[],
    fix: fix::other_tool,
};
