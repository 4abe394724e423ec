//! The way of the credential as a row of stations: client, proxy, Bitbucket, workspace, repository, and where it stopped.
//!
//! Where it stopped follows from the gate of the verdict's cause; that it passed a station, from the answers.

use crate::checks::gate::Gate;
use crate::checks::{CAUSES, Status};
use crate::report::escape::markup;
use crate::report::{Record, exchange, sheet};

/// What became of the credential at a station.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Passed,
    Direct,
    Stopped,
    Unclear,
    NotReached,
    NotAsked,
}

// The places in the row.
const CLIENT: usize = 0;
const PROXY: usize = 1;
const BITBUCKET: usize = 2;
const WORKSPACE: usize = 3;
const REPOSITORY: usize = 4;

struct Station {
    name: &'static str,
    what: String,
    state: State,
}

/// The stations as an ordered list: it is read aloud in order, and laid out as a path.
pub(super) fn diagram(record: Record<'_>) -> String {
    let mut out = String::from("<ol class=\"path\">\n");
    for station in stations(record) {
        let (class, sign, state) = match station.state {
            State::Passed => ("passed", "✓", "passed"),
            State::Direct => ("direct", "–", "none, direct"),
            State::Stopped => ("stopped", "✗", "stopped here"),
            State::Unclear => ("unclear", "?", "not known"),
            State::NotReached => ("later", "", "not reached"),
            State::NotAsked => ("later", "", "not asked"),
        };
        out.push_str(&format!(
            "<li class=\"{class}\"><span class=\"sign\" aria-hidden=\"true\">{sign}</span><b>{}</b><span class=\"state\">{state}</span><span class=\"what\">{}</span></li>\n",
            station.name,
            markup(&station.what)
        ));
    }
    out.push_str("</ol>\n");
    out
}

fn stations(record: Record<'_>) -> Vec<Station> {
    let case = record.case;
    let verdict = &record.diagnosis.verdict;
    let proxy = sheet::proxy(case);
    let repo = case.repo();
    let workspace = case.workspace();
    let stop = verdict.cause.as_ref().map(|cause| stop(cause.code, proxy.is_some(), repo.is_some()));
    let accepted = record.seen.exchanges.iter().find(|x| record.seen.authenticated(x));
    let client = match (case.credentials.first(), &case.request) {
        (Some(credential), _) => format!("credential from {}", credential.source),
        (None, _) => "no credential".to_owned(),
    };
    let between = match proxy {
        Some(setting) => format!("{} ({})", setting.value, setting.name),
        None => String::new(),
    };
    let sign_in = match accepted {
        Some(x) => format!("accepted: {} ({})", exchange::role(x.probe.role), exchange::name(x.id)),
        None if case.credentials.is_empty() => "sign-in".to_owned(),
        None => "the credential was not accepted".to_owned(),
    };
    let named = |name: Option<String>| name.unwrap_or_else(|| "none was named".to_owned());
    let (has_workspace, has_repo) = (workspace.is_some(), repo.is_some());
    let reached = [true, !record.seen.exchanges.is_empty(), accepted.is_some(), false, false];
    let asked = [true, true, true, has_workspace, has_repo];
    let parts = [
        ("Client", client),
        ("Proxy", between),
        ("Bitbucket", sign_in),
        ("Workspace", named(workspace)),
        ("Repository", named(repo)),
    ];
    let healthy = verdict.status == Status::Healthy;
    parts
        .into_iter()
        .enumerate()
        .map(|(place, (name, what))| {
            let state = match stop {
                _ if !asked[place] => State::NotAsked,
                Some(stop) if place < stop => State::Passed,
                Some(stop) if place == stop => State::Stopped,
                Some(_) => State::NotReached,
                None if healthy || reached[place] => State::Passed,
                None if case.options.offline => State::NotReached,
                None => State::Unclear,
            };
            let state = if place == PROXY && proxy.is_none() && state == State::Passed { State::Direct } else { state };
            let what = match (state, &verdict.cause) {
                (State::Stopped, Some(cause)) if place == BITBUCKET || what.is_empty() => cause.code.to_owned(),
                (State::Stopped, Some(cause)) => format!("{}: {what}", cause.code),
                // What became of it at a place that it did not come to, nobody can say.
                (State::NotReached, _) if place == BITBUCKET => String::new(),
                _ => what,
            };
            Station { name, what, state }
        })
        .collect()
}

/// The station at which a request with this fault stops.
fn stop(code: &str, proxy: bool, repo: bool) -> usize {
    let innermost = if repo { REPOSITORY } else { WORKSPACE };
    match (CAUSES.iter().find(|c| c.code == code).map(|c| c.gate), code) {
        (_, "proxy-refused" | "captive-portal") => PROXY,
        (_, "name-not-resolved" | "clock-skew") => CLIENT,
        (_, "service-unavailable") => BITBUCKET,
        (Some(Gate::Way), _) => {
            if proxy {
                PROXY
            } else {
                BITBUCKET
            }
        }
        (Some(Gate::Url | Gate::Text | Gate::Machine), _) => CLIENT,
        (_, "workspace-deactivated" | "ip-not-allowed" | "two-step-required" | "workspace-read-only") => WORKSPACE,
        (Some(Gate::Permission | Gate::Content), _) => innermost,
        _ => BITBUCKET,
    }
}
