//! Every scenario in a pairwise cover of the worlds: a verdict may be certain only if it is true in the world that made the
//! record, and taking evidence away only weakens it.

use std::fmt::Write as _;

use bbdoctor::checks::{Certainty, Diagnosis, Seen, Status, diagnose};
use bbdoctor::simulator::{Scenario, World};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::stage::{self, Played};

/// Scenarios whose way is faulty wait for time limits; the worlds differ only in what a server answers.
fn answers(scenario: &Scenario) -> bool {
    scenario.way.fault.is_none()
}

/// Plays every scenario in its worlds, on as many threads as there are processors.
fn play(scenarios: &[&Scenario], worlds: impl Fn(&Scenario) -> Vec<World> + Sync) -> Vec<(String, World, Played)> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    let some = |scenarios: &[&Scenario]| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let mut played = Vec::new();
        for scenario in scenarios {
            for world in worlds(scenario) {
                let one = runtime.block_on(stage::play(scenario, &world));
                played.push((scenario.name.clone(), world, one));
            }
        }
        played
    };
    std::thread::scope(|scope| {
        let parts: Vec<_> = scenarios.chunks(scenarios.len().div_ceil(threads)).map(|part| scope.spawn(|| some(part))).collect();
        parts.into_iter().flat_map(|part| part.join().expect("no thread panics")).collect()
    })
}

#[test]
fn a_verdict_is_certain_only_if_it_is_true_in_its_world() {
    let scenarios: Vec<&Scenario> = Scenario::all().iter().filter(|s| answers(s)).collect();
    let mut wrong = String::new();
    for (name, world, played) in play(&scenarios, Scenario::worlds) {
        let scenario = Scenario::find(&name).expect("it was played");
        let differences = stage::differences(&scenario.verdict_in(&world), &played.diagnosis, false);
        if !differences.is_empty() {
            let _ = writeln!(wrong, "{name} in {world}:\n    {}\n{}", differences.join("\n    "), stage::record(&played));
        }
        assert!(played.counts.requests <= 20 && played.counts.failed_logins <= 4, "{name} in {world}: {:?}", played.counts);
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

fn certain(diagnosis: &Diagnosis) -> Option<&'static str> {
    diagnosis.verdict.cause.as_ref().filter(|j| j.confidence == Certainty::Certain).map(|j| j.code)
}

/// What is left of a record when some exchanges are taken out.
fn without(seen: &Seen, gone: impl Fn(usize) -> bool) -> Seen {
    let kept = seen.exchanges.iter().enumerate().filter(|(at, _)| !gone(*at)).map(|(_, x)| x.clone());
    Seen { exchanges: kept.collect() }
}

/// With less evidence another cause may be likely; it may not be certain.
fn only_weaker(whole: &Diagnosis, part: &Diagnosis) -> Result<(), String> {
    let (now, before) = (certain(part), certain(whole));
    let true_before: Vec<&str> = whole.verdict.cause.iter().chain(&whole.verdict.also).map(|j| j.code).collect();
    match now {
        Some(code) if !true_before.contains(&code) => Err(format!("certain of {code}, was {before:?}")),
        _ if whole.verdict.status != Status::Healthy && part.verdict.status == Status::Healthy => {
            Err("healthy with less evidence".into())
        }
        _ => Ok(()),
    }
}

#[test]
fn taking_evidence_away_only_weakens_a_verdict() {
    let scenarios: Vec<&Scenario> = Scenario::all().iter().filter(|s| answers(s)).collect();
    let played = play(&scenarios, |s| vec![s.in_world(World::default())]);
    let mut wrong = String::new();
    for (name, _, one) in &played {
        for at in 0..one.seen.exchanges.len() {
            let part = diagnose(&one.case, &without(&one.seen, |gone| gone == at));
            if let Err(why) = only_weaker(&one.diagnosis, &part) {
                let _ = writeln!(wrong, "{name} without x{}: {why}\n{}", at + 1, stage::record(one));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    let mut runner = TestRunner::new(Config { cases: 400, failure_persistence: None, ..Config::default() });
    let some = (0..played.len(), any::<u32>());
    runner
        .run(&some, |(which, mask)| {
            let (name, _, one) = &played[which];
            let part = diagnose(&one.case, &without(&one.seen, |at| mask >> (at % 32) & 1 == 1));
            only_weaker(&one.diagnosis, &part).map_err(|why| TestCaseError::fail(format!("{name}, {mask:b} taken out: {why}")))
        })
        .expect("taking evidence away only weakens");
}
