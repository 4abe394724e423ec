//! `data-center-credential`: a token of Data Center is no token of Cloud.

use crate::Sign::{self, KindCertain, RefusedEveryWay};
use crate::Test::{Any, Is};
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{Kind, fix};

pub(super) static CAUSE: Cause = Cause {
    code: "data-center-credential",
    title: "a token of Data Center is no token of Cloud",
    action: "use a token of Bitbucket Cloud",
    label: "a token of Data Center",
    gate: Gate::Kind,
    class: Class::Fault,
    must: &[Is(Sign::Kind(Kind::DataCenterToken)), Any(&[Is(KindCertain), Is(RefusedEveryWay)])],
    never: &[],
    proof: &[Is(KindCertain)],
    hint: &[Is(Sign::Kind(Kind::DataCenterToken))],
    grade: Grade::Many,
    facts: &["kind-data-center"],
    fix: fix::new_token,
};
