//! `missing-scope`: signed in, but the token lacks a scope that this needs.

use crate::Sign::{DeniedUnsaid, Says, ScopeMissing, ScopesSuffice, UserDenied};
use crate::Test::Is;
use crate::answer::Sentence;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::fix;
use crate::gate::{Class, Gate};

pub(super) static CAUSE: Cause = Cause {
    code: "missing-scope",
    title: "signed in, but the token lacks a scope that this needs",
    action: "make a new token with the missing scopes",
    label: "a scope is missing",
    gate: Gate::Scope,
    class: Class::Fault,
    must: &[Is(ScopeMissing)],
    // Where granted covers required it is a permission (fact `403-scope`): certain only where something shows what is granted.
    never: &[Is(ScopesSuffice)],
    proof: &[Is(ScopeMissing), Is(Says(Sentence::Scope))],
    hint: &[Is(ScopeMissing), Is(Says(Sentence::Scope)), Is(DeniedUnsaid), Is(UserDenied)],
    grade: Grade::Many,
    facts: &["403-scope", "git-scope", "scopes-granular", "scopes-classic"],
    fix: fix::add_scopes,
};
