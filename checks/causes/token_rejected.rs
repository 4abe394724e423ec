//! `token-rejected`: well formed, sent the right way, accepted nowhere.

use crate::Sign::{
    self, Alive, Altered, JwtExpired, NothingSent, OwnRefused, RefusedRightWay, RefusedUnseen, RefusedUnseenGit, Says,
};
use crate::Test::Is;
use crate::answer::Sentence;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{Kind, fix};

pub(super) static CAUSE: Cause = Cause {
    code: "token-rejected",
    title: "well formed, sent the right way, accepted nowhere",
    action: "replace the token (what is wrong is undecided)",
    label: "this token is accepted nowhere",
    gate: Gate::State,
    class: Class::Fault,
    must: &[Is(RefusedRightWay)],
    never: &[
        Is(NothingSent),
        Is(Alive),
        Is(Altered),
        Is(JwtExpired),
        Is(Says(Sentence::Expired)),
        Is(Says(Sentence::NoScopes)),
        Is(Says(Sentence::Locked)),
        Is(Says(Sentence::Policy)),
        Is(Sign::Kind(Kind::AppPassword)),
        Is(Sign::Kind(Kind::Password)),
        Is(Sign::Kind(Kind::DataCenterToken)),
        Is(Sign::Kind(Kind::OtherProduct)),
        Is(Sign::Kind(Kind::OauthClient)),
    ],
    proof: &[],
    hint: &[Is(RefusedUnseen), Is(RefusedUnseenGit), Is(OwnRefused), Is(RefusedRightWay)],
    grade: Grade::Guess,
    facts: &["401-basic", "401-token", "api-token-life", "access-token-life"],
    fix: fix::replace_token,
};
