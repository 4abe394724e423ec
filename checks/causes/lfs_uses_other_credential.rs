//! `lfs-uses-other-credential`: git works, Git LFS goes another way.

use crate::Sign::Local;
use crate::Test::Is;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{Effect, fix_machine};

pub(super) static CAUSE: Cause = Cause {
    code: "lfs-uses-other-credential",
    title: "git works, Git LFS goes another way",
    action: "tell Git LFS to sign in",
    label: "Git LFS goes another way",
    gate: Gate::Machine,
    class: Class::Fault,
    must: &[Is(Local(Effect::LfsDiffers))],
    never: &[],
    proof: &[],
    hint: &[Is(Local(Effect::LfsDiffers))],
    grade: Grade::One,
    facts: &["git-lfs"],
    fix: fix_machine::mend_lfs,
};
