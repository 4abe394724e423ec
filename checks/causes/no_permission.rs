//! `no-permission`: signed in, but the account lacks the permission.

use crate::Kind;
use crate::Sign::{self, DeniedUnsaid, ListingForeign, ReadsOnly, Says, ScopeMissing, TargetDenied, TargetHidden};
use crate::Test::{All, Any, Is};
use crate::answer::Sentence;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::fix;
use crate::gate::{Class, Gate};

pub(super) static CAUSE: Cause = Cause {
    code: "no-permission",
    title: "signed in, but the account lacks the permission",
    action: "ask for access for this account",
    label: "the account may not",
    gate: Gate::Permission,
    class: Class::Fault,
    must: &[Any(&[
        Is(TargetDenied),
        Is(TargetHidden),
        Is(ReadsOnly),
        Is(ListingForeign),
        Is(Says(Sentence::NoAccessToWorkspace)),
    ])],
    // An access token has no account whose permissions could lack: what it does not see is out of its reach.
    never: &[Is(ScopeMissing), All(&[Is(Sign::Kind(Kind::AccessToken)), Is(TargetHidden)])],
    proof: &[Is(ReadsOnly), Is(Says(Sentence::NoAccessToWorkspace))],
    hint: &[Is(DeniedUnsaid), Is(TargetHidden), Is(TargetDenied), Is(ListingForeign), Is(Says(Sentence::NoAccessToWorkspace))],
    grade: Grade::Many,
    facts: &["git-no-access", "403-scope"],
    fix: fix::ask_permission,
};
