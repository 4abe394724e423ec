//! `data-center-url`: a URL of Data Center, not of Bitbucket Cloud.

use crate::Sign::UrlDataCenter;
use crate::Test::Is;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::fix_url;
use crate::gate::{Class, Gate};

pub(super) static CAUSE: Cause = Cause {
    code: "data-center-url",
    title: "a URL of Data Center, not of Bitbucket Cloud",
    action: "use Bitbucket Cloud's form of this URL",
    label: "a form of Data Center",
    gate: Gate::Url,
    class: Class::Fault,
    must: &[Is(UrlDataCenter)],
    never: &[],
    proof: &[Is(UrlDataCenter)],
    hint: &[Is(UrlDataCenter)],
    grade: Grade::Many,
    facts: &["404-no-api"],
    fix: fix_url::cloud_url,
};
