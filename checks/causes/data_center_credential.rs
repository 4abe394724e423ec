//! `data-center-credential`: this is a token of Bitbucket Data Center; Bitbucket Cloud does not know it.

use crate::Sign::{self, Alive, KindCertain, RefusedEveryWay};
use crate::Test::{Any, Is};
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{Kind, fix};

pub(super) static CAUSE: Cause = Cause {
    code: "data-center-credential",
    title: "this is a token of Bitbucket Data Center; Bitbucket Cloud does not know it",
    action: "use a token of Bitbucket Cloud",
    label: "a token of Data Center",
    gate: Gate::Kind,
    class: Class::Fault,
    must: &[Is(Sign::Kind(Kind::DataCenterToken)), Any(&[Is(KindCertain), Is(RefusedEveryWay)])],
    never: &[Is(Alive)],
    proof: &[],
    hint: &[Is(Sign::Kind(Kind::DataCenterToken))],
    grade: Grade::Many,
    facts: &["kind-data-center"],
    fix: fix::new_token,
};
