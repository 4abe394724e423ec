//! `oauth-client-misconfigured`: a consumer's key or secret, used wrongly.

use crate::Sign::{self, Noted, OwnRefused, RefusedEveryWay, Says};
use crate::Test::{self, Any, Is};
use crate::answer::Sentence;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{Kind, NoteKind, fix};

/// The token endpoint's own words; only some of them name what is wrong.
const SAID: Test = Any(&[Is(Says(Sentence::OauthClient)), Is(Says(Sentence::OauthRefused))]);

pub(super) static CAUSE: Cause = Cause {
    code: "oauth-client-misconfigured",
    title: "a consumer's key or secret, used wrongly",
    action: "get an access token with key and secret first",
    label: "a consumer's key or secret",
    gate: Gate::Kind,
    class: Class::Fault,
    must: &[
        Any(&[SAID, Is(Noted(NoteKind::OauthClient)), Is(Noted(NoteKind::OauthEndpoint)), Is(Sign::Kind(Kind::OauthClient))]),
        Any(&[SAID, Is(Noted(NoteKind::OauthClient)), Is(OwnRefused), Is(RefusedEveryWay)]),
    ],
    never: &[],
    proof: &[Is(Says(Sentence::OauthClient))],
    hint: &[SAID, Is(Noted(NoteKind::OauthClient)), Is(Sign::Kind(Kind::OauthClient))],
    grade: Grade::Many,
    facts: &["oauth-errors", "kind-oauth-client"],
    fix: fix::oauth_client,
};
