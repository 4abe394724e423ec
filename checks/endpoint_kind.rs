//! `endpoint-kind`: does this endpoint still exist, and does it take this kind of credential?
//!
//! Evidence: what is known to be removed (facts `410-removed`, `410-issues`, `api-1`), and `403-mechanism`.

use alloc::format;
use alloc::vec::Vec;

use crate::answer::{Meaning, Sentence, sentence};
use crate::check::asks_nothing;
use crate::wanted::ask_of;
use crate::{Ask, Case, Check, Finding, Kind, Need, Outcome, Seen, Sign, endpoints};

pub(crate) static CHECK: Check =
    Check { id: "endpoint-kind", title: "the endpoint exists and takes this kind of credential", asks: asks_nothing, reads };

fn reads(case: &Case, seen: &Seen) -> Outcome {
    let mut found: Vec<Finding> = Vec::new();
    let at = case.request.as_ref().and_then(|r| r.spans.get("url")).copied();
    let cloud = case.request.as_ref().is_none_or(|r| r.surface.is_some() || r.url.contains("bitbucket.org"));
    let mut judged = false;
    for need in case.wanted() {
        let Need::Endpoint { method, path } = need else { continue };
        if !cloud {
            continue;
        }
        judged = true;
        let lives = seen.credentialed().any(|(x, m)| m == Meaning::Accepted && x.probe.ask == Ask::Api(path.clone()));
        if let Some(row) = endpoints::removed_with(&method, &path).filter(|_| !lives) {
            let since = row.since.map(|s| format!(" since {s}")).unwrap_or_default();
            found.push(Finding::new(Sign::UrlRemoved, true, format!("{} is gone{since}", row.path)).at(at));
        } else {
            found.push(Finding::new(Sign::UrlRemoved, false, "not among the endpoints that were removed").at(at));
        }
        if case.kind() == Kind::AccessToken {
            let refuses = endpoints::refuses_access_tokens(&path) && !lives;
            let text = if refuses {
                "this endpoint spans workspaces or belongs to a person; access tokens are not taken here"
            } else {
                "access tokens are taken here, as far as is known"
            };
            found.push(Finding::new(Sign::UrlRefusesAccessTokens, refuses, text).at(at));
        }
    }
    found.extend(said(case, seen));
    if found.is_empty() && !judged {
        return Outcome::Skipped("no endpoint is asked for".into(), found);
    }
    if found.iter().any(|f| f.holds) { Outcome::Failed(found) } else { Outcome::Passed(found) }
}

/// Sentences about the endpoint count on what the person asks for only: other questions are bbdoctor's own.
fn said(case: &Case, seen: &Seen) -> Vec<Finding> {
    const ABOUT: &[Sentence] = &[Sentence::Mechanism, Sentence::Removed];
    let asks: Vec<Ask> = case.wanted().iter().filter(|n| matches!(n, Need::Endpoint { .. })).filter_map(ask_of).collect();
    let mut found = Vec::new();
    for x in seen.exchanges.iter().filter(|x| asks.contains(&x.probe.ask)) {
        if let Ok(a) = &x.got
            && let Some(s) = sentence(Some(a.status), &a.excerpt).filter(|s| ABOUT.contains(s))
        {
            found.push(Finding::new(Sign::Says(s), true, "Bitbucket says so").shown_by(x.id));
        }
    }
    if let Some(r) = case.reported() {
        let says = sentence(r.status, &r.text).filter(|s| ABOUT.contains(s));
        // 410 on REST without a sentence: a removed endpoint; an app password gets 401 there.
        let bare = (r.status == Some(410)
            && case.asks(crate::Surface::Git).is_empty()
            && says.is_none()
            && sentence(r.status, &r.text).is_none()
            && case.request.as_ref().is_some_and(|q| q.api_path.is_some()))
        .then_some(Sentence::Removed);
        if let Some(s) = says.or(bare) {
            found.push(Finding::new(Sign::Says(s), true, "the pasted answer says so").at(case.told_at(r)).as_reported());
        }
    }
    found
}
