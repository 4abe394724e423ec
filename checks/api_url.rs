//! `api-url`: is this an address of Bitbucket Cloud's API?
//!
//! Evidence: host and path of the request (facts `website`, `404-no-api`, `403-forbidden`, `api-1`) and the table of endpoints.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::answer::{Meaning, Sentence, sentence};
use crate::check::asks_nothing;
use crate::endpoints::{PathShape, meant_by, shape_of};
use crate::git_url::{is_alias, read_url};
use crate::host_name::{is_another_service, is_slip, may_be_ones_own};
use crate::reported_fault;
use crate::{Case, Check, Finding, Need, Outcome, Seen, Sign, Surface};

pub(crate) static CHECK: Check = Check { id: "api-url", title: "an address of Bitbucket Cloud's API", asks: asks_nothing, reads };

fn reads(case: &Case, seen: &Seen) -> Outcome {
    let mut found = Vec::new();
    let mut shown = false;
    if let Some(request) = &case.request {
        let at = request.spans.get("url").copied();
        let host_at = request.spans.get("host").copied().or(at);
        let alias = request.tool == "git" && is_alias(&read_url(&request.url));
        if request.surface != Some(Surface::Git) && !request.url.is_empty() && !alias {
            shown = true;
            match host(&request.url, request.surface.is_some()) {
                Host::Bitbucket => found.push(Finding::new(Sign::UrlForeign, false, "the host is Bitbucket's").at(host_at)),
                Host::Website
                    if matches!(shape_of(&request.url), PathShape::DataCenter) || request.url.contains("/rest/api/") =>
                {
                    found.push(Finding::new(Sign::UrlDataCenter, true, "this path is one of Bitbucket Data Center").at(at));
                }
                Host::Website if request.api_path.is_none() && means_the_api(request) => found.push(
                    Finding::new(Sign::UrlUnfit, true, "bitbucket.org is the website; the API is https://api.bitbucket.org/2.0")
                        .at(host_at),
                ),
                Host::Website => {}
                Host::Atlassian(name) => found.push(
                    Finding::new(
                        Sign::UrlUnfit,
                        true,
                        format!("{name} is another Atlassian product; the API is https://api.bitbucket.org/2.0"),
                    )
                    .at(host_at),
                ),
                Host::Slip(name) => found.push(slip(&name, "the API is https://api.bitbucket.org/2.0").at(host_at)),
                Host::DataCenter(name) => found.push(data_center(&name, &request.url).at(host_at)),
                Host::Foreign(name) => found.push(foreign(case, &name).at(host_at)),
            }
            // A pipeline's proxy takes plain http (fact `code-insights`).
            let plain = request.url.starts_with("http://") && !loopback(&request.url) && !case.is_signed_in_by_proxy();
            if plain && request.surface.is_some() {
                let scheme = request.spans.get("url-scheme").copied().or(at);
                found.push(Finding::new(Sign::UrlUnfit, true, "http: the API answers on https only").at(scheme));
            }
        }
    }
    found.extend(for_servers(case));
    found.extend(other_services_word(case));
    // An address in a program's settings is where it was told to look; what it asked is not shown.
    if case.request.as_ref().is_some_and(|r| r.tool == "settings") {
        found.iter_mut().filter(|f| f.holds).for_each(|f| f.reported = true);
    }
    for (path, at) in paths(case) {
        shown = true;
        found.extend(judge_path(case, seen, &path).into_iter().map(|f| f.at(at)));
    }
    // One part of an address that is wrong is enough; that another one is right takes nothing from it.
    if found.iter().any(|f| f.sign == Sign::UrlUnfit && f.holds) {
        found.retain(|f| f.sign != Sign::UrlUnfit || f.holds);
    }
    found.extend(said_no_api(case, seen));
    found.extend(said_forbidden(case));
    if !shown {
        return Outcome::Skipped("no request to the API is known".into(), found);
    }
    if found.iter().any(|f| f.holds) { Outcome::Failed(found) } else { Outcome::Passed(found) }
}

fn paths(case: &Case) -> Vec<(String, Option<crate::Span>)> {
    let at = case.request.as_ref().and_then(|r| r.spans.get("path").or_else(|| r.spans.get("url"))).copied();
    let wanted = case.wanted();
    let of = wanted.iter().filter_map(|need| match need {
        Need::Endpoint { path, .. } => Some((path.clone(), at)),
        _ => None,
    });
    of.collect()
}

fn judge_path(case: &Case, seen: &Seen, path: &str) -> Option<Finding> {
    // What a substitution or a variable puts in is not known.
    if path.contains("$(…)") {
        return None;
    }
    let host_is_cloud = case.request.as_ref().is_none_or(|r| r.surface.is_some());
    if !host_is_cloud {
        return None;
    }
    let answered = seen.credentialed().any(|(x, m)| m == Meaning::Accepted && x.probe.ask == crate::Ask::Api(path.into()));
    if answered {
        return Some(Finding::new(Sign::UrlUnfit, false, "the path answers"));
    }
    match shape_of(path) {
        PathShape::Known if collection_as_repository(path) => Some(Finding::new(
            Sign::UrlUnlisted,
            true,
            "a collection's name stands where the repository belongs: /2.0/repositories/WORKSPACE/REPOSITORY/…",
        )),
        PathShape::Known => Some(Finding::new(Sign::UrlUnfit, false, "the path is one of the API's")),
        PathShape::Removed(_) => None,
        PathShape::DataCenter => Some(Finding::new(Sign::UrlDataCenter, true, "this path is one of Bitbucket Data Center")),
        PathShape::WithoutVersion(with) => {
            Some(Finding::new(Sign::UrlUnfit, true, format!("/2.0 is missing in the path; with it: {}", brief(&with))))
        }
        PathShape::Unknown if path.contains("://") || path.contains("%3A%2F%2F") => {
            Some(Finding::new(Sign::UrlUnfit, true, "a whole address stands inside the path"))
        }
        PathShape::Unknown => {
            Some(Finding::new(Sign::UrlUnlisted, true, format!("no endpoint of the API has the path {}", brief(path))))
        }
    }
}

/// `/2.0/repositories/NAME/issues`: one segment too few, so the collection is read as a repository.
fn collection_as_repository(path: &str) -> bool {
    const COLLECTIONS: &[&str] = &[
        "issues",
        "pullrequests",
        "commits",
        "branches",
        "refs",
        "downloads",
        "pipelines",
        "hooks",
        "deploy-keys",
        "forks",
        "watchers",
    ];
    let repo = crate::repo_of_path(path);
    repo.and_then(|r| r.split_once('/').map(|(_, name)| COLLECTIONS.contains(&name))).unwrap_or(false)
        && path
            .trim_start_matches("/2.0/repositories/")
            .split(['?', '#'])
            .next()
            .is_some_and(|p| p.trim_end_matches('/').split('/').count() == 2)
}

/// The API's own word that there is nothing at this path.
fn said_no_api(case: &Case, seen: &Seen) -> Vec<Finding> {
    let asks: Vec<_> = case.own_asks();
    let mut found = Vec::new();
    for x in seen.exchanges.iter().filter(|x| asks.contains(&x.probe.ask)) {
        if let Ok(a) = &x.got
            && sentence(Some(a.status), &a.excerpt) == Some(Sentence::NoApi)
            && !removed(case)
        {
            found.push(
                Finding::new(Sign::Says(Sentence::NoApi), true, "Bitbucket says that there is no API at this URL").shown_by(x.id),
            );
        }
    }
    if let Some(r) = case.reported()
        && sentence(r.status, &r.text) == Some(Sentence::NoApi)
        && !removed(case)
    {
        // Where no address is shown, which one it was is open.
        let shown = case.request.as_ref().is_some_and(|r| !r.url.is_empty());
        let sign = if shown { Sign::Says(Sentence::NoApi) } else { Sign::UrlUnlisted };
        found.push(
            Finding::new(sign, true, "the pasted answer says that there is no API at this URL").at(case.told_at(r)).as_reported(),
        );
    }
    found
}

/// A pasted `Forbidden` and nothing else, which the API says of paths that it does not know (fact `403-forbidden`), where no
/// path that it knows is shown.
fn said_forbidden(case: &Case) -> Option<Finding> {
    let reported = case.reported().filter(|r| sentence(r.status, &r.text) == Some(Sentence::Forbidden))?;
    let text = "the pasted answer is the API's for a path without /2.0: the message `Forbidden` alone";
    (!case.asks_known_path())
        .then(|| Finding::new(Sign::Says(Sentence::Forbidden), true, text).at(case.told_at(reported)).as_reported())
}

/// A removed path may answer 404 instead of 410 (switch `removed_endpoint`).
fn removed(case: &Case) -> bool {
    case.wanted().iter().any(|n| matches!(n, Need::Endpoint { path, .. } if matches!(shape_of(path), PathShape::Removed(_))))
}

/// Whether a request to the website is meant for the API: it carries a credential, or its path is one of the API's.
fn means_the_api(request: &crate::Request) -> bool {
    let path = request.url.split_once("://").map_or("", |(_, rest)| rest).split_once('/').map_or("", |(_, path)| path);
    // Archives and files of a repository are the website's own: whether a credential is taken there is not known.
    let file = matches!(path.split('/').nth(2), Some("get" | "raw" | "downloads"));
    // A program that writes, or is told that nothing is there, at a page that the API has under the same name.
    let failed = request.reported.as_ref().and_then(|r| r.status).is_some_and(|status| status >= 400);
    let asked = request.tool != "git" && (request.method != "GET" || failed);
    let analogue = || path.split('/').count() > 2 && meant_by(path).is_some();
    !path.is_empty()
        && !file
        && (asked && analogue() || request.sends.credential.is_some() || path.starts_with("2.0") || path.starts_with("api"))
}

/// A program, or the part of one, that is made for Data Center and says so in its name (`bitbucket_server_cli`,
/// `platform: bitbucket-server`), told to use Bitbucket Cloud, where its paths do not exist.
fn for_servers(case: &Case) -> Option<Finding> {
    let request = case.request.as_ref().filter(|r| !matches!(r.tool.as_str(), "curl" | "git" | "wget" | "http"))?;
    let reported = case.reported().filter(|r| matches!(r.status, None | Some(400..=499)))?;
    let text = request.text.to_ascii_lowercase();
    let spelled = |product: &str| ["_", "-", ""].iter().any(|sign| text.contains(&format!("bitbucket{sign}{product}")));
    // What leads from one to the other knows both.
    let named = spelled("server") && !spelled("cloud");
    (named && text.contains("bitbucket.org")).then(|| {
        let text = "a program for Bitbucket Data Center asks Bitbucket Cloud";
        Finding::new(Sign::UrlDataCenter, true, text).at(case.told_at(reported)).as_reported()
    })
}

/// A refusal that names another service's API as the one that refused.
fn other_services_word(case: &Case) -> Option<Finding> {
    let reported = case.reported()?;
    let text = reported.text.to_ascii_lowercase();
    let named = ["github api", "gitlab api", "azure devops api"].iter().any(|name| text.contains(name));
    let own = case.request.as_ref().is_some_and(|r| r.api_path.is_some());
    (named && !own).then(|| {
        let text = "the refusal names another service's API";
        Finding::new(Sign::UrlForeign, true, text).at(case.told_at(reported)).as_reported()
    })
}

/// A server of the person's own: its paths show Data Center, its name alone only suggests it.
pub(crate) fn data_center(host: &str, url: &str) -> Finding {
    let shown = url.contains("/rest/api/") || url.contains("/scm/");
    if shown {
        let text = format!("{host} is a host of Bitbucket Data Center, not of Bitbucket Cloud");
        return Finding::new(Sign::UrlDataCenter, true, text);
    }
    let text = format!("{host} is not Bitbucket Cloud; by its name it is a Bitbucket Data Center");
    Finding::new(Sign::UrlDataCenter, true, text).as_reported()
}

/// A host that was meant for one of Bitbucket's, with the one that serves what is asked for.
pub(crate) fn slip(host: &str, served: &str) -> Finding {
    let finding = Finding::new(Sign::UrlUnfit, true, format!("{host} is not Bitbucket's name; {served}"));
    if may_be_ones_own(host) { finding.as_reported() } else { finding }
}

/// A host that is none of Bitbucket's. That a refusal came from there is known where one is shown, or where everybody knows
/// what answers there; else it may be a way to Bitbucket of the person's own, a gateway or a name that was mistyped.
pub(crate) fn foreign(case: &Case, host: &str) -> Finding {
    let answered = case.reported().is_some_and(|r| r.status.is_some() || reported_fault(&r.text).is_none());
    let text = format!("{host} is not Bitbucket: its answer says nothing of the token");
    let found = Finding::new(Sign::UrlForeign, true, text);
    // What a variable stands for in it is not known.
    let unfinished = case.request.as_ref().is_some_and(crate::Request::url_is_unfinished);
    if (answered || is_another_service(host)) && !unfinished { found } else { found.as_reported() }
}

enum Host {
    Bitbucket,
    Website,
    Atlassian(String),
    /// Meant for Bitbucket Cloud, and mistyped.
    Slip(String),
    DataCenter(String),
    Foreign(String),
}

/// The host of a URL. `known` where the reader took it for one of Bitbucket's (or for the base URL in use).
fn host(url: &str, known: bool) -> Host {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let name = authority.rsplit('@').next().unwrap_or_default().split(':').next().unwrap_or_default().to_ascii_lowercase();
    let path = rest.get(authority.len()..).unwrap_or_default();
    match name.as_str() {
        "api.bitbucket.org" => Host::Bitbucket,
        "bitbucket.org" | "www.bitbucket.org"
            if path.starts_with("/!api/2.0") || path.starts_with("/api/2.0") || path.starts_with("/site/oauth2") =>
        {
            Host::Bitbucket
        }
        "bitbucket.org" | "www.bitbucket.org" => Host::Website,
        _ if known => Host::Bitbucket,
        _ if name.ends_with(".atlassian.net") || name.ends_with("atlassian.com") || name.ends_with(".bitbucket.org") => {
            Host::Atlassian(name)
        }
        // Its paths show Data Center, whatever the host is called.
        _ if path.contains("/rest/api/") || path.contains("/scm/") => Host::DataCenter(name),
        _ if is_slip(&name) => Host::Slip(name),
        _ if name.contains("bitbucket") || name.contains("stash") => Host::DataCenter(name),
        _ => Host::Foreign(name),
    }
}

fn loopback(url: &str) -> bool {
    ["http://127.", "http://localhost", "http://[::1]"].iter().any(|start| url.starts_with(start))
}

fn brief(text: &str) -> String {
    text.chars().take(80).collect()
}
