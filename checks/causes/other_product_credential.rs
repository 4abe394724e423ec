//! `other-product-credential`: this credential belongs to another product.

use crate::Sign::{self, KindCertain};
use crate::Test::Is;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{Kind, fix};

pub(super) static CAUSE: Cause = Cause {
    code: "other-product-credential",
    title: "this credential belongs to another product",
    action: "use a credential of Bitbucket Cloud",
    label: "another product's credential",
    gate: Gate::Kind,
    class: Class::Fault,
    must: &[Is(Sign::Kind(Kind::OtherProduct))],
    never: &[],
    proof: &[Is(KindCertain)],
    hint: &[Is(Sign::Kind(Kind::OtherProduct))],
    grade: Grade::Many,
    facts: &["kind-access-token", "oidc-token"],
    fix: fix::new_token,
};
