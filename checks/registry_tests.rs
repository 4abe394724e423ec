//! The registry tests itself: what is listed has a page, a name of its own, a place, and text that fits a line.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use crate::engine::Cause;
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{CAUSES, CHECKS, facts, pages};

#[test]
fn codes_and_ids_are_unique_and_have_pages() {
    let codes: BTreeSet<_> = CAUSES.iter().map(|c| c.code).collect();
    assert_eq!(codes.len(), CAUSES.len());
    let ids: BTreeSet<_> = CHECKS.iter().map(|c| c.id).collect();
    assert_eq!(ids.len(), CHECKS.len());
    assert!(codes.is_disjoint(&ids), "`explain` takes both");
    assert_eq!(codes, pages::causes().collect(), "each cause has a page, each page a cause");
    assert_eq!(ids, pages::checks().collect(), "each check has a page, each page a check");
}

#[test]
fn causes_stand_in_the_order_of_their_gates() {
    let gates: Vec<Gate> = CAUSES.iter().map(|c| c.gate).collect();
    assert!(gates.is_sorted());
}

#[test]
fn what_is_said_fits_a_line() {
    for cause in CAUSES {
        let title = format!("error[{}]: {}", cause.code, cause.title);
        assert!(title.chars().count() <= 80, "{title}");
        assert!(cause.label.chars().count() <= 45, "{}: {}", cause.code, cause.label);
        assert!(cause.action.chars().count() <= crate::diagnosis::ACTION, "{}: {}", cause.code, cause.action);
        assert!(!cause.action.is_empty() && !cause.action.ends_with('.'), "{}: {}", cause.code, cause.action);
    }
}

#[test]
fn every_cause_cites_facts_that_exist() {
    for cause in CAUSES {
        for id in cause.facts {
            assert!(facts::get(id).is_some(), "{} cites {id}", cause.code);
        }
    }
}

#[test]
fn the_way_and_the_rate_limit_leave_the_credential_unjudged() {
    let way = |c: &&&Cause| c.gate == Gate::Way || c.code == "rate-limited";
    assert!(CAUSES.iter().filter(way).all(|c| c.class == Class::Way));
    assert!(CAUSES.iter().filter(|c| !way(c)).all(|c| c.class == Class::Fault));
}

#[test]
fn what_is_never_certain_cannot_be_proved() {
    for code in ["token-rejected", "token-altered"] {
        let cause = crate::causes::find(code).expect("it is listed");
        assert!(cause.grade < Grade::Many || cause.proof.is_empty(), "{code}");
    }
}
