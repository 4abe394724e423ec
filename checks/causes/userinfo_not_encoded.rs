//! `userinfo-not-encoded`: the URL's user or password is not encoded.

use crate::Sign::Noted;
use crate::Test::Is;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{NoteKind, fix};

pub(super) static CAUSE: Cause = Cause {
    code: "userinfo-not-encoded",
    title: "the URL's user or password is not encoded",
    action: "percent-encode the user, or leave it out of the URL",
    label: "not percent-encoded",
    gate: Gate::Url,
    class: Class::Fault,
    must: &[Is(Noted(NoteKind::UserinfoNotEncoded))],
    never: &[],
    proof: &[Is(Noted(NoteKind::UserinfoNotEncoded))],
    hint: &[Is(Noted(NoteKind::UserinfoNotEncoded))],
    grade: Grade::Doc,
    facts: &["git-api-token"],
    fix: fix::git_right_user,
};
