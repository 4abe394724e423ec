//! The rules by which causes win, on causes made for the purpose.

use crate::engine::{Cause, Decision, Signs, Standing, decide, weigh};
use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{Certainty, ExchangeId, Finding, Fix, Role, Sign, Test};

const fn cause(code: &'static str, gate: Gate, must: &'static [Test]) -> Cause {
    Cause {
        code,
        title: "",
        action: "",
        label: "",
        gate,
        class: Class::Fault,
        must,
        never: &[],
        proof: must,
        hint: must,
        grade: Grade::Many,
        facts: &[],
        fix: |_, _| Fix { text: alloc::string::String::new(), commands: alloc::vec::Vec::new() },
    }
}

static EARLY: Cause = cause("early", Gate::Text, &[Test::Is(Sign::Altered)]);
static LATE: Cause = cause("late", Gate::Scope, &[Test::Is(Sign::ScopeMissing)]);
static TWIN: Cause = cause("twin", Gate::Text, &[Test::Is(Sign::Stray), Test::Is(Sign::Placeholder)]);
static GUESSED: Cause = Cause { grade: Grade::One, ..cause("guessed", Gate::Text, &[Test::Is(Sign::Altered)]) };
static GUARDED: Cause = Cause { never: &[Test::Is(Sign::Alive)], ..cause("guarded", Gate::Text, &[Test::Is(Sign::Altered)]) };

fn holds(sign: Sign) -> Finding {
    Finding::new(sign, true, "")
}

fn fails(sign: Sign) -> Finding {
    Finding::new(sign, false, "")
}

fn decided(causes: &[&'static Cause], findings: &[Finding]) -> Decision {
    decide(causes, &Signs::gather(findings.iter()))
}

fn won(decision: &Decision) -> Option<(&'static str, Certainty)> {
    decision.cause.as_ref().map(|(cause, confidence, _)| (cause.code, *confidence))
}

#[test]
fn the_earliest_gate_owns_the_verdict() {
    let decision = decided(&[&EARLY, &LATE], &[holds(Sign::ScopeMissing), holds(Sign::Altered)]);
    assert_eq!(won(&decision), Some(("early", Certainty::Certain)));
    assert_eq!(decision.also.len(), 1);
    assert_eq!(decision.also[0].0.code, "late");
}

#[test]
fn a_sign_that_nobody_stated_is_unknown_and_two_that_disagree_are_too() {
    let signs = Signs::gather([].iter());
    assert_eq!(weigh(&EARLY, &signs), Standing::Silent);
    let decision = decided(&[&EARLY], &[holds(Sign::Altered), fails(Sign::Altered)]);
    assert_eq!(won(&decision), None);
}

#[test]
fn a_measurement_outweighs_what_was_pasted() {
    let decision = decided(&[&EARLY], &[holds(Sign::Altered).as_reported(), fails(Sign::Altered)]);
    assert_eq!(won(&decision), None);
    let decision = decided(&[&EARLY], &[fails(Sign::Altered).as_reported(), holds(Sign::Altered)]);
    assert_eq!(won(&decision), Some(("early", Certainty::Certain)));
}

#[test]
fn what_was_pasted_fills_a_must_and_proves_nothing() {
    let decision = decided(&[&EARLY], &[holds(Sign::Altered).as_reported()]);
    assert_eq!(won(&decision), Some(("early", Certainty::Likely)));
}

#[test]
fn an_open_cause_with_a_sign_of_its_own_is_a_rival() {
    static OPEN: Cause = Cause {
        hint: &[Test::Is(Sign::Stray)],
        ..cause("open", Gate::Text, &[Test::Is(Sign::Stray), Test::Is(Sign::Placeholder)])
    };
    let decision = decided(&[&EARLY, &OPEN], &[holds(Sign::Altered), holds(Sign::Stray)]);
    assert_eq!(won(&decision), Some(("early", Certainty::Likely)));
    assert_eq!(decision.undecided.iter().map(|c| c.code).collect::<alloc::vec::Vec<_>>(), ["early", "open"]);
    assert_eq!(decision.settle, [Test::Is(Sign::Placeholder)]);
}

#[test]
fn certain_wants_every_never_known_not_to_hold() {
    assert_eq!(won(&decided(&[&GUARDED], &[holds(Sign::Altered)])), Some(("guarded", Certainty::Likely)));
    assert_eq!(won(&decided(&[&GUARDED], &[holds(Sign::Altered), fails(Sign::Alive)])), Some(("guarded", Certainty::Certain)));
    assert_eq!(won(&decided(&[&GUARDED], &[holds(Sign::Altered), holds(Sign::Alive)])), None);
}

#[test]
fn a_weak_fact_keeps_a_cause_from_being_certain() {
    assert_eq!(won(&decided(&[&GUESSED], &[holds(Sign::Altered)])), Some(("guessed", Certainty::Likely)));
}

#[test]
fn what_got_past_authentication_met_no_fault_before_it() {
    let past = holds(Sign::OwnAuthenticated).shown_by(ExchangeId(1));
    let decision = decided(&[&EARLY, &LATE], &[holds(Sign::Altered), holds(Sign::ScopeMissing), past]);
    assert_eq!(won(&decision), Some(("late", Certainty::Certain)));
    assert_eq!(decision.ruled_out.iter().map(|(c, _)| c.code).collect::<alloc::vec::Vec<_>>(), ["early"]);
}

#[test]
fn one_alternative_that_is_unknown_leaves_the_whole_unknown() {
    let any = Test::Any(&[Test::Is(Sign::Stray), Test::Is(Sign::Accepted(Role::Bearer))]);
    assert_eq!(Signs::gather([fails(Sign::Stray)].iter()).test(any).map(|(ok, _)| ok), None);
    assert_eq!(Signs::gather([holds(Sign::Stray)].iter()).test(any).map(|(ok, _)| ok), Some(true));
}

#[test]
fn a_cause_of_which_half_is_contrary_is_ruled_out() {
    let standing = weigh(&TWIN, &Signs::gather([holds(Sign::Stray), fails(Sign::Placeholder)].iter()));
    assert!(matches!(standing, Standing::RuledOut(_)));
}
