//! Several credentials have one budget: what it costs, where it ends, and how exit codes of several become one.

use bbdoctor::checks::{Diagnosis, Met, Need, Status};
use bbdoctor::diagnose::{Part, Shared, run_part};
use bbdoctor::intake::Intake;
use bbdoctor::preflight::{MOST_REQUESTS, budget};
use bbdoctor::simulator::{Scenario, World, serve};
use bbdoctor::transport::Client;
use serde_json::Value;

use super::preflight::Stage;

/// So many good tokens of one account, and what else is the matter.
fn account(tokens: usize, way: &str) -> String {
    let tokens: String = (1..=tokens)
        .map(|n| format!("[[credentials]]\nname = \"T{n}\"\nkind = \"api-token\"\nscopes = [\"all-read\"]\n"))
        .collect();
    format!(
        "title = \"many\"\nabout = \"Many tokens.\"\n{tokens}{way}\n[does]\ncredential = \"T1\"\nrepo = \"acme/app\"\n[verdict]\nstatus = \"healthy\"\n"
    )
}

fn config(tokens: usize, needs: &str) -> String {
    let each: String = (1..=tokens)
        .map(|n| format!("[[credential]]\nenv = 'T{n}'\nemail-env = 'BITBUCKET_EMAIL'\nneeds = [{needs}]\n"))
        .collect();
    format!("repo = 'acme/app'\n{each}")
}

#[test]
fn the_control_is_asked_once_for_all() {
    let needs = "'git:read', 'GET /2.0/repositories/{workspace}/{repo_slug}'";
    let stage = Stage::with(&account(8, ""), &config(8, needs));
    assert_eq!(stage.says(&[]), (Some(0), "healthy: 8 credentials, 16 needs met\n".to_owned()));
    // Each credential its two questions, and both controls once.
    assert_eq!(stage.running.counts().requests, 18);
}

#[test]
fn a_limit_of_the_account_ends_the_questions() {
    let limited = "[way]\nfault = \"rate-limited\"\n";
    let stage = Stage::with(&account(12, limited), &config(12, "'GET /2.0/repositories/acme/app'"));
    let (code, said) = stage.says(&[]);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("[rate-limited]"), "{said}");
    assert!(said.contains("note: T12 was not asked about: Bitbucket's rate limit"), "{said}");
    // Four were on their way at the same time, each with one question; the control is one.
    assert!(stage.running.counts().requests <= 4 + 1, "{}", stage.running.counts().requests);
    assert_eq!(stage.says(&["--allow-inconclusive"]).0, Some(0));
}

#[test]
fn exit_codes_of_several() {
    let sick = "[[credentials]]\nname = \"BARE\"\nkind = \"api-token\"\nstate = \"no-scopes\"\n";
    let entry = |env: &str, need: &str| format!("[[credential]]\nenv = '{env}'\nneeds = ['{need}']\n");
    let user = "GET /2.0/repositories/acme/app";
    for (way, config, code) in [
        ("", entry("T1", user), 0),
        // What has to be mended comes before what could not be found out.
        ("[way]\nfault = \"rate-limited-anonymous\"\n", entry("T1", user) + &entry("BARE", user), 1),
        ("[way]\nfault = \"unavailable\"\n", entry("T1", user) + &entry("BARE", user), 3),
        ("[way]\nfault = \"unavailable\"\n", entry("T1", user) + &entry("NOT_SET", user), 1),
    ] {
        let stage = Stage::with(&account(1, &format!("{sick}{way}")), &config);
        let (exit, said) = stage.says(&["--format", "json"]);
        let report: Value = serde_json::from_str(&said).expect("JSON");
        assert_eq!((exit, &report["exit_code"]), (Some(code), &code.into()), "{said}");
    }
}

/// One good token with so many endpoints to reach, inside a budget for all.
async fn played(endpoints: usize, requests: usize) -> (Diagnosis, Vec<usize>, bool, u32) {
    let scenario = Scenario::parse("many", &account(1, "")).expect("well formed");
    let anywhere = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let running = serve(&scenario, &World::default(), anywhere, None).await.expect("loopback can be listened on");
    let Intake { mut case, vault, settings, .. } = bbdoctor::cli::take_in(&scenario, &running).expect("nothing is refused");
    let path = |n: usize| format!("/2.0/repositories/acme/app/pullrequests?page={n}");
    let endpoint = |n: usize| Need::Endpoint { method: "GET".into(), path: path(n) };
    let others = [Need::GitRead("acme/app".into()), Need::Scope("read:user:bitbucket".into())];
    case.needs = (1..=endpoints).map(endpoint).chain(others).collect();
    let client = Client::new(&settings).expect("a client");
    let shared = Shared::new(requests);
    let part = Part { shared: &shared, name: "T1", account: "anna@example.com" };
    let mut waves = Vec::new();
    let told = |_, questions| waves.push(questions);
    let (_, diagnosis) = run_part(&case, &client, &vault, &budget(case.needs.len()), &part, told).await;
    (diagnosis, waves, shared.is_spent(), running.counts().requests)
}

#[tokio::test(flavor = "current_thread")]
async fn healthy_is_two_waves_however_many_needs() {
    let (diagnosis, waves, spent, _) = played(20, MOST_REQUESTS).await;
    assert_eq!(diagnosis.verdict.status, Status::Healthy, "{:?}", diagnosis.needs);
    assert_eq!((waves.len(), spent), (2, false), "{waves:?}");
}

#[tokio::test(flavor = "current_thread")]
async fn no_file_makes_it_ask_without_end() {
    let (diagnosis, _, spent, requests) = played(20, 15).await;
    assert_eq!((spent, requests), (true, 15));
    assert_ne!(diagnosis.verdict.status, Status::Healthy);
    assert!(diagnosis.needs.iter().any(|need| need.status == Met::Unproven), "{:?}", diagnosis.needs);
}
