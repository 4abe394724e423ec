//! `token-as-git-username`: the token stands in the user name's place.

use crate::Sign::Noted;
use crate::Test::Is;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{NoteKind, fix};

pub(super) static CAUSE: Cause = Cause {
    code: "token-as-git-username",
    title: "the token stands in the user name's place",
    action: "send the token as password, not as user name",
    label: "the token stands where the user belongs",
    gate: Gate::SchemeAndUser,
    class: Class::Fault,
    must: &[Is(Noted(NoteKind::TokenAsUser))],
    never: &[],
    proof: &[Is(Noted(NoteKind::TokenAsUser))],
    hint: &[Is(Noted(NoteKind::TokenAsUser))],
    grade: Grade::Many,
    facts: &["git-no-prompt", "git-api-token"],
    fix: fix::right_way,
};
