//! Every scenario in its own world: the verdict that it states, within the budget; and what the scenarios cover together.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use bbdoctor::checks::{CAUSES, Kind, Role, Status};
use bbdoctor::simulator::{Scenario, World};

use crate::stage::{self, Played};

/// Causes that only a machine's own settings or a program can have: no account can be described in which they are found.
const OF_THE_MACHINE: &[&str] =
    &["stored-credential-wins", "netrc-wins", "git-config-wins", "gcm-validation-loop", "lfs-uses-other-credential"];

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

#[test]
fn every_file_can_be_read() {
    let errors: Vec<String> = Scenario::errors().iter().map(ToString::to_string).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert!(Scenario::all().len() >= 60, "{}", Scenario::all().len());
}

#[test]
fn every_scenario_gives_its_verdict() {
    let runtime = runtime();
    let mut wrong = String::new();
    let mut table = Vec::new();
    for scenario in Scenario::all() {
        let world = scenario.in_world(World::default());
        let played = runtime.block_on(stage::play(scenario, &world));
        let differences = stage::differences(&scenario.verdict_in(&world), &played.diagnosis, true);
        if !differences.is_empty() {
            let _ = writeln!(wrong, "{}:\n    {}\n{}", scenario.name, differences.join("\n    "), stage::record(&played));
        }
        budget(scenario, &played);
        table.push((scenario, played));
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    counted(&table);
}

/// No run asks more than the budget; a healthy, recognised token that is sent rightly costs little and no failed login.
fn budget(scenario: &Scenario, played: &Played) {
    let counts = played.counts;
    assert!(counts.requests <= 20 && counts.failed_logins <= 4, "{}: {counts:?}", scenario.name);
    let recognised = matches!(played.case.kind(), Kind::ApiToken | Kind::AccessToken | Kind::OauthToken);
    let rightly =
        played.case.own_way().is_none_or(|way| matches!(way.role, Role::EmailBasic | Role::GitStaticUser | Role::Bearer));
    if recognised && rightly && played.diagnosis.verdict.status == Status::Healthy {
        assert!(counts.requests <= 8 && counts.failed_logins == 0, "{}: {counts:?}", scenario.name);
    }
}

/// `docs/requests.md` is written from the simulator's own counts; `BBDOCTOR_UPDATE=1` rewrites it.
fn counted(played: &[(&Scenario, Played)]) {
    let mut text = String::from(
        "# Requests\n\nWhat each scenario costs, counted by the simulated server in its own world. A run may send 20 requests,\n4 of them with a credential that is refused; a healthy, recognised token sent rightly costs 8 and none.\nWritten by the tests (`BBDOCTOR_UPDATE=1 cargo test --test it scenarios`).\n\n| scenario | requests | failed logins | waves |\n|---|---|---|---|\n",
    );
    for (scenario, played) in played {
        let counts = played.counts;
        let _ = writeln!(text, "| {} | {} | {} | {} |", scenario.name, counts.requests, counts.failed_logins, played.waves);
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/requests.md");
    if std::env::var_os("BBDOCTOR_UPDATE").is_some() {
        std::fs::write(&file, text).expect("docs/ can be written");
        return;
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(committed == text, "docs/requests.md is out of date: BBDOCTOR_UPDATE=1 cargo test --test it scenarios");
}

#[test]
fn every_cause_is_reached_and_has_a_near_miss() {
    let mut reached: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut missed: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for scenario in Scenario::all() {
        let expected = scenario.verdict_in(&scenario.in_world(World::default()));
        if let Some(cause) = &expected.cause {
            let code =
                CAUSES.iter().find(|c| c.code == cause).unwrap_or_else(|| panic!("{}: no cause {cause}", scenario.name)).code;
            reached.entry(code).or_default().insert(&scenario.name);
        }
        for code in &scenario.near_miss_of {
            assert!(expected.must_not.contains(code), "{}: a near miss of {code} must not reach it", scenario.name);
            missed.entry(code).or_default().insert(&scenario.name);
        }
    }
    let of_an_account = || CAUSES.iter().map(|c| c.code).filter(|code| !OF_THE_MACHINE.contains(code));
    let unreached: Vec<&str> = of_an_account().filter(|code| !reached.contains_key(code)).collect();
    assert!(unreached.is_empty(), "no scenario reaches {unreached:?}");
    let unmissed: Vec<&str> = of_an_account().filter(|code| !missed.contains_key(code)).collect();
    assert!(unmissed.is_empty(), "no scenario is a near miss of {unmissed:?}");
}
