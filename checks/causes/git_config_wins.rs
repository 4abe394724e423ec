//! `git-config-wins`: git's configuration changes what git sends.

use crate::Sign::Local;
use crate::Test::Is;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{Effect, fix_machine};

pub(super) static CAUSE: Cause = Cause {
    code: "git-config-wins",
    title: "git's configuration changes what git sends",
    action: "remove the git setting that replaces it",
    label: "git's configuration replaces this",
    gate: Gate::Machine,
    class: Class::Fault,
    must: &[Is(Local(Effect::GitConfigReplaces))],
    never: &[],
    proof: &[Is(Local(Effect::GitConfigReplaces))],
    hint: &[Is(Local(Effect::GitConfigReplaces))],
    grade: Grade::Doc,
    facts: &[],
    fix: fix_machine::mend_git_config,
};
