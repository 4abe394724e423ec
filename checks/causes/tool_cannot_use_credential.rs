//! `tool-cannot-use-credential`: this program cannot use this credential.

use crate::Sign::{Noted, Says, WorksByHand, WorksByHandSomehow};
use crate::Test::{Any, Is};
use crate::answer::Sentence;
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
    must: &[Any(&[Is(Noted(NoteKind::ToolUnable)), Is(WorksByHand)])],
    // The program got past authentication: what it met there is no fault of its credential.
    never: &[Is(Says(Sentence::Content))],
    proof: &[],
    hint: &[Is(Noted(NoteKind::ToolUnable)), Is(WorksByHand), Is(WorksByHandSomehow)],
    grade: Grade::Many,
    facts: &[],
    fix: fix::other_tool,
};
