//! Weighs every cause against the signs and decides.
//!
//! No points, no weights. A sign that nobody stated is unknown, never false; two findings that disagree make it unknown
//! again; a measurement outweighs what was pasted. So taking evidence away only weakens a verdict.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::facts::Grade;
use crate::gate::{Class, Gate};
use crate::{Case, Certainty, ExchangeId, Finding, Fix, Seen, Sign, Test};

/// One known cause: a row of the table.
#[derive(Debug)]
pub struct Cause {
    /// Its code in reports.
    pub code: &'static str,
    /// What is wrong, in one line that reads well after `error[code]: `.
    pub title: &'static str,
    /// What to do, in a few words that read well after `misconfigured, certain: `.
    pub action: &'static str,
    /// What stands beside a caret: 45 characters at most.
    pub label: &'static str,
    /// Where on its way the request stops.
    pub gate: Gate,
    /// Whether it is a fault, or the way.
    pub class: Class,
    /// What has to hold: unknown leaves the cause open, contrary rules it out.
    pub must: &'static [Test],
    /// What rules it out; for *certain* each of them has to be known not to hold.
    pub never: &'static [Test],
    /// Any one of these lifts *likely* to *certain*.
    pub proof: &'static [Test],
    /// Any one of these makes a cause that is still open worth naming as possible: signs of its own.
    pub hint: &'static [Test],
    /// Grade of the weakest fact that it needs and that a run does not measure.
    pub grade: Grade,
    /// The facts that it rests on.
    pub facts: &'static [&'static str],
    /// What mends it.
    pub fix: fn(&Case, &Seen) -> Fix,
}

/// What shows a sign: exchanges, and findings by their place in the flat order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Exchanges.
    pub exchanges: Vec<ExchangeId>,
    /// Findings.
    pub findings: Vec<usize>,
}

impl Shown {
    fn add(&mut self, other: &Self) {
        for x in &other.exchanges {
            if !self.exchanges.contains(x) {
                self.exchanges.push(*x);
            }
        }
        for f in &other.findings {
            if !self.findings.contains(f) {
                self.findings.push(*f);
            }
        }
    }
}

#[derive(Clone, Debug)]
struct State {
    holds: bool,
    reported: bool,
    shown: Shown,
}

/// What is known of each sign.
#[derive(Clone, Debug, Default)]
pub struct Signs(BTreeMap<Sign, Option<State>>);

impl Signs {
    /// Gathers the findings.
    #[must_use]
    pub fn gather<'a>(findings: impl Iterator<Item = &'a Finding>) -> Self {
        let mut signs: BTreeMap<Sign, Option<State>> = BTreeMap::new();
        for (place, finding) in findings.enumerate() {
            let shown = Shown { exchanges: finding.evidence.clone(), findings: alloc::vec![place] };
            let new = State { holds: finding.holds, reported: finding.reported, shown };
            match signs.get_mut(&finding.sign) {
                None => {
                    signs.insert(finding.sign, Some(new));
                }
                Some(slot) => match slot {
                    Some(old) if old.reported && !new.reported => *slot = Some(new),
                    Some(old) if !old.reported && new.reported => {}
                    Some(old) if old.holds == new.holds => old.shown.add(&new.shown),
                    _ => *slot = None,
                },
            }
        }
        Self(signs)
    }

    fn state(&self, sign: Sign) -> Option<&State> {
        self.0.get(&sign)?.as_ref()
    }

    /// Whether the sign is known to hold.
    #[must_use]
    pub fn holds(&self, sign: Sign) -> bool {
        self.state(sign).is_some_and(|s| s.holds)
    }

    /// Whether the test passes, `None` where that is unknown, with what shows it.
    #[must_use]
    pub fn test(&self, test: Test) -> Option<(bool, Shown)> {
        match test {
            Test::Is(sign) => self.state(sign).map(|s| (s.holds, s.shown.clone())),
            Test::Not(sign) => self.state(sign).map(|s| (!s.holds, s.shown.clone())),
            Test::Any(tests) => {
                let told: Vec<_> = tests.iter().map(|t| self.test(*t)).collect();
                if let Some(pass) = told.iter().flatten().find(|(ok, _)| *ok) {
                    return Some(pass.clone());
                }
                // One alternative that is unknown leaves the whole unknown.
                let mut shown = Shown::default();
                for part in told {
                    shown.add(&part?.1);
                }
                Some((false, shown))
            }
            Test::All(tests) => {
                let told: Vec<_> = tests.iter().map(|t| self.test(*t)).collect();
                if let Some(fail) = told.iter().flatten().find(|(ok, _)| !*ok) {
                    return Some(fail.clone());
                }
                let mut shown = Shown::default();
                for part in told {
                    shown.add(&part?.1);
                }
                Some((true, shown))
            }
        }
    }

    fn measured(&self, test: Test) -> bool {
        match test {
            Test::Is(sign) => self.state(sign).is_some_and(|s| s.holds && !s.reported),
            Test::Not(sign) => self.state(sign).is_some_and(|s| !s.holds && !s.reported),
            Test::Any(tests) => tests.iter().any(|t| self.measured(*t)),
            Test::All(tests) => tests.iter().all(|t| self.measured(*t)),
        }
    }

    /// A pasted answer proves nothing, except a sentence that names the cause.
    fn proves(&self, test: Test) -> bool {
        match test {
            Test::Is(Sign::Says(_)) => self.test(test).is_some_and(|(ok, _)| ok),
            Test::Any(tests) => tests.iter().any(|t| self.proves(*t)),
            Test::All(tests) => tests.iter().all(|t| self.proves(*t)),
            plain => self.measured(plain),
        }
    }
}

/// How a cause stands against the signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing speaks of it.
    Silent,
    /// The evidence excludes it.
    RuledOut(Shown),
    /// Something that it needs is unknown.
    Open {
        /// What is unknown.
        unknown: Vec<Test>,
        /// Whether a sign of its own holds.
        possible: bool,
    },
    /// All that it needs holds.
    Stands {
        /// Whether something proves it.
        proved: bool,
        /// What shows it.
        shown: Shown,
    },
}

/// Weighs one cause.
#[must_use]
pub fn weigh(cause: &Cause, signs: &Signs) -> Standing {
    let told: Vec<_> = cause.must.iter().map(|t| (*t, signs.test(*t))).collect();
    let hinted = || cause.hint.iter().any(|t| signs.test(*t).is_some_and(|(ok, _)| ok));
    if told.iter().all(|(_, r)| r.is_none()) && !hinted() {
        return Standing::Silent;
    }
    let contrary = told.iter().find_map(|(_, r)| r.as_ref().filter(|(ok, _)| !ok)).map(|(_, shown)| shown.clone());
    let contrary =
        contrary.or_else(|| cause.never.iter().find_map(|t| signs.test(*t).filter(|(ok, _)| *ok)).map(|(_, shown)| shown));
    // What got past authentication met no fault before it (interface: "rules their causes out for it").
    let passed = || {
        let gate = cause.gate;
        let way = gate == Gate::Way && cause.class == Class::Way && signs.holds(Sign::OwnAuthenticated);
        (way || gate.is_before_authentication() && !judged_by_machine(cause))
            .then(|| signs.state(Sign::OwnAuthenticated).filter(|s| s.holds))
            .flatten()
            // What was pasted may be older than the end of a whole kind of credential.
            .filter(|s| !s.reported || gate != Gate::Kind)
            .map(|s| s.shown.clone())
    };
    if let Some(shown) = contrary.or_else(passed) {
        return Standing::RuledOut(shown);
    }
    let unknown: Vec<Test> = told.iter().filter(|(_, r)| r.is_none()).map(|(t, _)| *t).collect();
    let passes = |t: &Test| signs.test(*t).filter(|(ok, _)| *ok);
    if !unknown.is_empty() {
        return Standing::Open { unknown, possible: cause.hint.iter().any(|t| passes(t).is_some()) };
    }
    let mut shown = Shown::default();
    for (_, result) in &told {
        if let Some((_, s)) = result {
            shown.add(s);
        }
    }
    let proof = cause.proof.iter().find(|t| signs.proves(**t));
    if let Some((_, s)) = proof.and_then(|t| signs.test(*t)) {
        shown.add(&s);
    }
    let nevers_known = cause.never.iter().all(|t| signs.test(*t).is_some());
    Standing::Stands { proved: proof.is_some() && nevers_known && cause.grade >= Grade::Many, shown }
}

/// Rate limits and what the machine swaps in are seen beside an accepted request, not before it.
fn judged_by_machine(cause: &Cause) -> bool {
    cause.gate == Gate::Machine || cause.class == Class::Way
}

/// What is decided.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// The cause with its confidence and what shows it.
    pub cause: Option<(&'static Cause, Certainty, Shown)>,
    /// Established faults at later gates.
    pub also: Vec<(&'static Cause, Certainty, Shown)>,
    /// Causes that cannot be told apart, the cause first.
    pub undecided: Vec<&'static Cause>,
    /// What would tell them apart.
    pub settle: Vec<Test>,
    /// Causes that something spoke for and that are excluded.
    pub ruled_out: Vec<(&'static Cause, Shown)>,
}

/// Decides among the causes, which stand in the order of the gates' table.
#[must_use]
pub fn decide(causes: &[&'static Cause], signs: &Signs) -> Decision {
    let weighed: Vec<(&'static Cause, Standing)> = causes.iter().map(|c| (*c, weigh(c, signs))).collect();
    let mut decision = Decision::default();
    for (cause, standing) in &weighed {
        if let Standing::RuledOut(shown) = standing
            && spoken_for(cause, signs)
        {
            decision.ruled_out.push((cause, shown.clone()));
        }
    }
    let mut standing: Vec<(&'static Cause, bool, Shown)> = weighed
        .iter()
        .filter_map(|(c, s)| match s {
            Standing::Stands { proved, shown } => Some((*c, *proved, shown.clone())),
            _ => None,
        })
        .collect();
    // Stable: within a gate the proved come first, then the order of the table.
    standing.sort_by_key(|(c, proved, _)| (c.gate, !proved));
    let possible: Vec<(&'static Cause, &Vec<Test>)> = weighed
        .iter()
        .filter_map(|(c, s)| match s {
            Standing::Open { unknown, possible: true } => Some((*c, unknown)),
            _ => None,
        })
        .collect();
    let Some((winner, proved, shown)) = standing.first().cloned() else {
        decision.undecided = possible.iter().map(|(c, _)| *c).collect();
        decision.settle = possible.iter().flat_map(|(_, unknown)| (*unknown).clone()).collect();
        return decision;
    };
    let mut rivals: Vec<&'static Cause> = Vec::new();
    for (cause, other_proved, _) in &standing[1..] {
        if cause.gate == winner.gate && !other_proved {
            rivals.push(cause);
        }
    }
    for (cause, unknown) in &possible {
        // A later gate explains the same refusal only where the winner is inferred from it.
        if cause.gate <= winner.gate || (!proved && explains_a_refusal(winner) && explains_a_refusal(cause)) {
            rivals.push(cause);
            decision.settle.extend(unknown.iter().copied());
        }
    }
    let certain = rivals.is_empty() && proved && !speaks_otherwise(winner, causes, signs);
    let confidence = if certain { Certainty::Certain } else { Certainty::Likely };
    decision.also = standing[1..]
        .iter()
        .filter(|(c, ..)| c.gate > winner.gate || !rivals.iter().any(|r| r.code == c.code))
        .filter(|(c, own, _)| *own || !explained(c, winner, signs))
        .map(|(c, proved, shown)| (*c, if *proved { Certainty::Certain } else { Certainty::Likely }, shown.clone()))
        .collect();
    if !rivals.is_empty() {
        decision.undecided.push(winner);
        decision.undecided.extend(rivals);
    }
    decision.cause = Some((winner, confidence, shown));
    decision
}

/// Whether the answer to the same request names a state of the credential that is not the cause: then two things are said of
/// one refusal, and the sentence is no proof (fact `expired-text-misleads`), but the cause is not certain either.
fn speaks_otherwise(winner: &Cause, causes: &[&'static Cause], signs: &Signs) -> bool {
    let own: Vec<Sign> = [winner.must, winner.proof, winner.hint].concat().iter().flat_map(|t| t.signs()).collect();
    let said = |t: &Test| t.signs().into_iter().any(|s| matches!(s, Sign::Says(_)) && signs.holds(s) && !own.contains(&s));
    winner.gate < Gate::State && causes.iter().any(|c| c.gate == Gate::State && c.hint.iter().any(said))
}

/// Whether a cause is inferred from nothing but a pasted answer that an earlier fault explains already: then nothing speaks
/// for it any more. A request that did not sign in, or went to another address, is told that nothing is there (fact
/// `404-repository`).
fn explained(cause: &Cause, winner: &Cause, signs: &Signs) -> bool {
    let inferred = |t: &Test| match t {
        Test::Is(Sign::RefusedRightWay) => cause.gate == Gate::State && winner.gate < Gate::State,
        Test::Is(Sign::TargetNotThere | Sign::TargetHidden | Sign::TargetDenied) => {
            cause.gate == Gate::Permission && winner.gate <= Gate::Endpoint
        }
        _ => false,
    };
    let only = |test: &Test| match test {
        Test::Any(tests) => {
            let passes = |t: &&Test| signs.test(**t).is_some_and(|(ok, _)| ok);
            let mut passing = tests.iter().filter(passes).peekable();
            passing.peek().is_some() && passing.all(|t| inferred(t) && !signs.measured(*t))
        }
        plain => inferred(plain) && !signs.measured(*plain),
    };
    cause.must.iter().any(only)
}

/// Causes at these gates all look like the same 401 until something tells them apart.
const fn explains_a_refusal(cause: &Cause) -> bool {
    matches!(cause.gate, Gate::Text | Gate::Machine | Gate::Kind | Gate::State | Gate::SchemeAndUser | Gate::Permission)
}

/// Whether something of its own spoke for a cause that is excluded: only then is it worth a line. One that is about another
/// kind of credential was never in question.
fn spoken_for(cause: &Cause, signs: &Signs) -> bool {
    let other_kind = |t: &Test| matches!(t, Test::Is(Sign::Kind(_))) && signs.test(*t).is_some_and(|(ok, _)| !ok);
    !cause.must.iter().any(other_kind) && cause.hint.iter().any(|t| signs.test(*t).is_some_and(|(ok, _)| ok))
}
