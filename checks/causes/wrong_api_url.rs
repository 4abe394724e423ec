//! `wrong-api-url`: this is not an address of Bitbucket Cloud, for its API or for git.

use crate::Sign::{Says, UrlUnfit, UrlUnlisted};
use crate::Test::{Any, Is};
use crate::answer::Sentence;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::fix_url;
use crate::gate::{Class, Gate};

pub(super) static CAUSE: Cause = Cause {
    code: "wrong-api-url",
    title: "this is not an address of Bitbucket Cloud",
    action: "use the right scheme, host and path",
    label: "not an address of Bitbucket Cloud",
    gate: Gate::Url,
    class: Class::Fault,
    must: &[Any(&[Is(UrlUnfit), Is(UrlUnlisted), Is(Says(Sentence::NoApi)), Is(Says(Sentence::Forbidden))])],
    never: &[],
    proof: &[Is(UrlUnfit), Is(Says(Sentence::NoApi))],
    hint: &[Is(UrlUnfit), Is(UrlUnlisted), Is(Says(Sentence::NoApi)), Is(Says(Sentence::Forbidden))],
    grade: Grade::Many,
    facts: &["404-no-api", "website", "403-forbidden"],
    fix: fix_url::api_url,
};
