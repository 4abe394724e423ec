//! Plays a scenario: serves its Bitbucket, builds the case that the person's doing makes, and runs the diagnosis.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bbdoctor::checks::{Case, Certainty, Diagnosis, Seen, Status};
use bbdoctor::cli::take_in;
use bbdoctor::intake::{self, Intake};
use bbdoctor::simulator::{Counts, Expected, ExpectedConfidence, ExpectedStatus, Fault, Scenario, World, serve};
use bbdoctor::transport::Client;

/// A scenario that was played.
pub(crate) struct Played {
    /// What went in.
    pub(crate) case: Case,
    /// What was asked and answered.
    pub(crate) seen: Seen,
    /// What came out.
    pub(crate) diagnosis: Diagnosis,
    /// The simulator's own counts.
    pub(crate) counts: Counts,
    /// Waves that were sent.
    pub(crate) waves: usize,
}

/// Serves a scenario in a world and diagnoses it.
pub(crate) async fn play(scenario: &Scenario, world: &World) -> Played {
    let anywhere = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0);
    let running = serve(scenario, world, anywhere, None).await.expect("loopback can be listened on");
    let Intake { mut case, vault, mut settings, .. } =
        take_in(scenario, &running).expect("a scenario does nothing that is refused");
    intake::mask(&mut case);
    if scenario.way.fault == Some(Fault::Hangs) {
        settings = settings.with_timeouts(Duration::from_millis(900), Duration::from_millis(400));
    }
    let client = Client::new(&settings).expect("the simulator's proxy is usable");
    let mut waves = 0;
    let (seen, diagnosis) = bbdoctor::diagnose::run(&case, &client, &vault, |_, _| waves += 1).await;
    Played { case, seen, diagnosis, counts: running.counts(), waves }
}

/// How the verdict differs from what must come out; empty: it does not.
pub(crate) fn differences(expected: &Expected, diagnosis: &Diagnosis, exactly: bool) -> Vec<String> {
    let verdict = &diagnosis.verdict;
    let mut wrong = Vec::new();
    let mut check = |what: &str, want: String, got: String| {
        if want != got {
            wrong.push(format!("{what}: wants {want}, got {got}"));
        }
    };
    let status = match verdict.status {
        Status::Healthy => ExpectedStatus::Healthy,
        Status::Misconfigured => ExpectedStatus::Misconfigured,
        Status::Inconclusive => ExpectedStatus::Inconclusive,
    };
    let cause = verdict.cause.as_ref().map(|j| j.code);
    check("status", format!("{:?}", expected.status), format!("{status:?}"));
    check("cause", format!("{:?}", expected.cause.as_deref()), format!("{cause:?}"));
    let sure = verdict
        .cause
        .as_ref()
        .map(|j| if j.confidence == Certainty::Certain { ExpectedConfidence::Certain } else { ExpectedConfidence::Likely });
    if exactly {
        if let Some(confidence) = expected.confidence {
            check("confidence", format!("{:?}", Some(confidence)), format!("{sure:?}"));
        }
        for code in &expected.also {
            check(
                "also",
                code.clone(),
                verdict
                    .also
                    .iter()
                    .find(|j| j.code == code)
                    .map_or_else(|| format!("{:?}", also(diagnosis)), |j| j.code.to_owned()),
            );
        }
        let sorted = |mut codes: Vec<String>| {
            codes.sort();
            codes.join(" ")
        };
        let undecided = verdict.undecided_between.iter().map(|code| (*code).to_owned()).collect();
        check("undecided_between", sorted(expected.undecided_between.clone()), sorted(undecided));
        check("missing scopes", sorted(expected.missing_scopes.clone()), sorted(diagnosis.scopes.missing.clone()));
    } else if expected.confidence == Some(ExpectedConfidence::Likely) && sure == Some(ExpectedConfidence::Certain) {
        wrong.push("confidence: at most likely, got certain".to_owned());
    }
    wrong.extend(untruths(expected, diagnosis));
    wrong
}

/// Certain where it is not true, or named where it must not be.
pub(crate) fn untruths(expected: &Expected, diagnosis: &Diagnosis) -> Vec<String> {
    let truth = expected.true_causes();
    let named = || diagnosis.verdict.cause.iter().chain(&diagnosis.verdict.also);
    let untrue = named()
        .filter(|j| j.confidence == Certainty::Certain && !truth.contains(&j.code))
        .map(|j| format!("certain and not true: {}", j.code));
    let banned =
        named().filter(|j| expected.must_not.iter().any(|code| code == j.code)).map(|j| format!("must not be named: {}", j.code));
    untrue.chain(banned).collect()
}

fn also(diagnosis: &Diagnosis) -> Vec<&'static str> {
    diagnosis.verdict.also.iter().map(|j| j.code).collect()
}

/// Every exchange in a line, for messages of failed tests.
pub(crate) fn record(played: &Played) -> String {
    let mut text = String::new();
    for x in &played.seen.exchanges {
        let got = match &x.got {
            Ok(a) => format!("{} {}", a.status, a.excerpt.chars().take(70).collect::<String>().replace('\n', " ")),
            Err(fault) => format!("{:?} {}", fault.kind, fault.detail),
        };
        text.push_str(&format!("      x{} {:?} {:?}: {got}\n", x.id.0, x.probe.ask, x.probe.role));
    }
    text
}
