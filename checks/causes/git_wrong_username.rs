//! `git-wrong-username`: this user does not go with this token over git.

use crate::Sign::{self, Accepted, GitUserUnfit, Own, OwnGit, RefusedUnseenGit};
use crate::Test::{Any, Is, Not};
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{Kind, Role, fix};

pub(super) static CAUSE: Cause = Cause {
    code: "git-wrong-username",
    title: "this user does not go with this token over git",
    action: "give git the user that goes with this token",
    label: "this user does not go with the token",
    gate: Gate::SchemeAndUser,
    class: Class::Fault,
    must: &[
        Any(&[Is(Sign::Kind(Kind::ApiToken)), Is(Sign::Kind(Kind::AccessToken)), Is(Sign::Kind(Kind::OauthToken))]),
        Is(OwnGit),
        Is(Own(Role::GitUserName)),
        Is(GitUserUnfit),
    ],
    never: &[Is(Accepted(Role::GitUserName))],
    proof: &[Is(Accepted(Role::GitStaticUser))],
    hint: &[Is(RefusedUnseenGit), Is(GitUserUnfit), Not(Accepted(Role::GitUserName))],
    grade: Grade::Many,
    facts: &["git-api-token", "git-api-token-email", "git-access-token"],
    fix: fix::right_way,
};
