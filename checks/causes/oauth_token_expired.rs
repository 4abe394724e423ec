//! `oauth-token-expired`: this OAuth access token has expired.

use crate::Sign::{self, Alive, JwtExpired, NotExpanded, Placeholder, Says};
use crate::Test::{Any, Is, Not};
use crate::answer::Sentence;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{Kind, fix};

pub(super) static CAUSE: Cause = Cause {
    code: "oauth-token-expired",
    title: "this OAuth access token has expired",
    action: "get a fresh access token",
    label: "this token has expired",
    gate: Gate::State,
    class: Class::Fault,
    must: &[Any(&[Is(JwtExpired), Is(Says(Sentence::Expired))])],
    never: &[
        Not(JwtExpired),
        Is(Alive),
        Is(NotExpanded),
        Is(Placeholder),
        Is(Sign::Kind(Kind::ApiToken)),
        Is(Sign::Kind(Kind::AccessToken)),
        Is(Sign::Kind(Kind::AppPassword)),
        Is(Sign::Kind(Kind::OauthClient)),
        Is(Sign::Kind(Kind::OtherProduct)),
    ],
    proof: &[Is(JwtExpired)],
    hint: &[Is(JwtExpired), Is(Says(Sentence::Expired)), Is(Sign::Kind(Kind::OauthToken))],
    grade: Grade::Many,
    facts: &["401-oauth-expired", "kind-oauth-token"],
    fix: fix::refresh_oauth,
};
