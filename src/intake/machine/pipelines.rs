//! What a Bitbucket Pipelines step has and has not (fact `pipelines-proxy`): a proxy that signs in what goes to Bitbucket over
//! plain http, git for the build's own repository and REST where it is named as proxy; and no secured variables in builds of
//! pull requests from forks.

use crate::checks::{Effect, LocalSetting, Request, Surface};
use crate::intake::{Around, Intake, token};

/// The port of the proxy, at `localhost` or, from a pipe, at `host.docker.internal`.
const PROXY: &str = ":29418";

/// Adds what this step shows.
pub(super) fn read(intake: &mut Intake, around: &Around) {
    if around.filled("BITBUCKET_BUILD_NUMBER").is_none() {
        return;
    }
    let mut value =
        "a Bitbucket Pipelines step: git reaches its own repository over http, through a proxy that signs in".to_owned();
    let mut effect = None;
    if signs_in(intake, around) {
        effect = Some(Effect::ProxySignsIn);
        intake.asides.push("in Bitbucket Pipelines a proxy signs this request in: it needs no credential of its own".into());
    } else if let Some(names) = absent(intake, around) {
        value =
            format!("a Bitbucket Pipelines step of a pull request: builds of forks get no secured variables; not set: {names}");
        intake
            .asides
            .push(format!("this step builds a pull request, and builds of forks get no secured variables; not set: {names}"));
    }
    if went_past(intake, around) {
        let text = "in Bitbucket Pipelines the origin is plain http, through a proxy that signs in; over https it does not";
        intake.asides.push(text.into());
    }
    let name = "BITBUCKET_BUILD_NUMBER".to_owned();
    intake.case.local.push(LocalSetting { name, value, origin: "environment".into(), effect });
}

/// Whether the proxy signs this request in. git's own words that it lacks a user name show that it did not.
fn signs_in(intake: &Intake, around: &Around) -> bool {
    let refused = intake.case.reported().is_some_and(|reported| reported.text.to_ascii_lowercase().contains("could not read"));
    let Some(request) = intake.case.request.as_ref().filter(|r| r.sends.credential.is_none() && !refused) else { return false };
    match request.surface {
        Some(Surface::Git) => request.url.starts_with("http://bitbucket.org/") && is_own(request, around),
        Some(Surface::Rest) => {
            let named = request.text.contains(PROXY)
                || ["http_proxy", "all_proxy", "ALL_PROXY"]
                    .iter()
                    .any(|name| around.filled(name).is_some_and(|v| v.contains(PROXY)));
            request.url.starts_with("http://api.bitbucket.org/") && named
        }
        None => false,
    }
}

/// git over https to the build's own repository, without a credential: past the proxy.
fn went_past(intake: &Intake, around: &Around) -> bool {
    let bare = |r: &&Request| r.surface == Some(Surface::Git) && r.sends.credential.is_none();
    intake.case.request.as_ref().filter(bare).is_some_and(|r| r.url.starts_with("https://bitbucket.org/") && is_own(r, around))
}

fn is_own(request: &Request, around: &Around) -> bool {
    let own = around.filled("BITBUCKET_REPO_FULL_NAME");
    own.is_none_or(|own| request.repo.as_deref().is_some_and(|repo| repo.eq_ignore_ascii_case(own)))
}

/// The variables for a secret that a build of a pull request misses: those that are used and empty or not defined; else, where
/// no secret is there at all, bbdoctor's own.
fn absent(intake: &Intake, around: &Around) -> Option<String> {
    around.filled("BITBUCKET_PR_ID")?;
    let is_name = |name: &&str| name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    let case = &intake.case;
    let used = case.credentials.iter().filter_map(|c| c.shape.unexpanded.as_deref()).filter(is_name);
    let empty = case.local.iter().filter(|l| l.effect == Some(Effect::EmptyVariable)).map(|l| l.name.as_str());
    let mut names: Vec<&str> = used.chain(empty).filter(|name| around.filled(name).is_none()).collect();
    names.dedup();
    let any = case.credentials.iter().any(|c| c.shape.unexpanded.is_none());
    if names.is_empty() && !any && token::VARIABLES.iter().all(|name| around.filled(name).is_none()) {
        names = token::VARIABLES.to_vec();
    }
    (!names.is_empty()).then(|| names.join(", "))
}
