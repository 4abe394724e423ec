//! `app-password-removed`: app passwords stopped working on 2026-07-28.

use crate::Sign::{self, GitGone, Says};
use crate::Test::{Any, Is};
use crate::answer::Sentence;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{Kind, fix};

pub(super) static CAUSE: Cause = Cause {
    code: "app-password-removed",
    title: "app passwords stopped working on 2026-07-28",
    action: "replace the app password with an API token",
    label: "app passwords are gone",
    gate: Gate::Kind,
    class: Class::Fault,
    must: &[Any(&[Is(Sign::Kind(Kind::AppPassword)), Is(Says(Sentence::AppPassword)), Is(GitGone)])],
    never: &[],
    proof: &[Is(Sign::Kind(Kind::AppPassword)), Is(Says(Sentence::AppPassword))],
    hint: &[Is(Sign::Kind(Kind::AppPassword)), Is(Says(Sentence::AppPassword)), Is(GitGone)],
    grade: Grade::Doc,
    facts: &["app-passwords-gone", "kind-app-password", "git-410-app-password"],
    fix: fix::replace_app_password,
};
