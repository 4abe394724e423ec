//! `git-config-wins`: git's configuration changes what git sends.

use crate::Sign::{Local, Noted};
use crate::Test::{Any, Is};
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{Effect, NoteKind, fix};

pub(super) static CAUSE: Cause = Cause {
    code: "git-config-wins",
    title: "git's configuration changes what git sends",
    gate: Gate::Machine,
    class: Class::Fault,
    must: &[Any(&[Is(Local(Effect::GitConfigReplaces)), Is(Noted(NoteKind::GitConfig))])],
    never: &[],
    proof: &[Is(Local(Effect::GitConfigReplaces))],
    hint: &[Is(Local(Effect::GitConfigReplaces)), Is(Noted(NoteKind::GitConfig))],
    grade: Grade::Doc,
    facts: &[],
    fix: fix::mend_git_config,
};
