//! `access`: is the workspace or repository there, and may this account reach it?
//!
//! Evidence: answers to an accepted credential beside what anybody gets (facts `404-repository`, `workspace-anonymous`,
//! `403-ip`, `403-deactivated`). A wrong workspace shows without any login.

use alloc::format;
use alloc::vec::Vec;

use crate::answer::{self, Meaning, Sentence, sentence};
use crate::wanted::ask_of;
use crate::{Ask, Case, Check, Exchange, Finding, GitService, Kind, Need, Outcome, Probe, Role, Seen, Sign, Surface, endpoints};

pub(crate) static CHECK: Check =
    Check { id: "access", title: "the workspace or repository is there and open to the account", asks, reads };

const WORKSPACES: &str = "/2.0/user/workspaces";
const LIST: &str = "/2.0/repositories/{workspace}";

/// With an accepted role: everything else that is wanted. Where something is not there: whether the workspace is.
fn asks(case: &Case, seen: &Seen) -> Vec<Probe> {
    let mut out = Vec::new();
    let accepted = seen.accepted_role(Surface::Rest);
    if let Some(role) = accepted {
        out.extend(case.asks(Surface::Rest).into_iter().map(|ask| case.probe(ask, role)));
        let doubtful = || case.asks(Surface::Rest).iter().any(|ask| listing_in_doubt(case, seen, ask));
        if matches!(case.kind(), Kind::ApiToken | Kind::OauthToken) && (lists_no_more(case, seen).is_some() || doubtful()) {
            out.push(case.probe(Ask::Api(WORKSPACES.into()), role));
        }
    }
    let nobody = case.subject().is_none();
    // Whether what may not be written may be read: that tells a permission from a name.
    for x in seen.exchanges.iter().filter(|x| x.probe.role != Role::Anonymous && wanted(case, x)) {
        if let Ask::GitRefs(repo, GitService::ReceivePack) = &x.probe.ask
            && matches!(answer::meaning(x, seen), Meaning::Denied | Meaning::NotThere)
        {
            out.push(case.probe(Ask::GitRefs(repo.clone(), GitService::UploadPack), x.probe.role));
        }
    }
    let absent = seen
        .exchanges
        .iter()
        .any(|x| wanted(case, x) && (nobody || x.probe.role != Role::Anonymous) && answer::meaning(x, seen) == Meaning::NotThere);
    if let Some(workspace) = case.workspace().filter(|w| absent && plain(w) && workspace(seen).is_none()) {
        out.push(case.probe(Ask::Api(format!("/2.0/workspaces/{workspace}")), Role::Anonymous));
    }
    out
}

/// A name that a path can carry as it stands.
fn plain(name: &str) -> bool {
    !name.is_empty() && name.len() <= 128 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.%{}~".contains(&b))
}

fn wanted(case: &Case, x: &Exchange) -> bool {
    case.own_asks().contains(&x.probe.ask)
}

fn reads(case: &Case, seen: &Seen) -> Outcome {
    let mut found = Vec::new();
    for x in seen.exchanges.iter().filter(|x| wanted(case, x)) {
        let Ok(a) = &x.got else { continue };
        let says = sentence(Some(a.status), &a.excerpt);
        let anonymous = x.probe.role == Role::Anonymous;
        if let Some(s) = says.filter(|s| about_target(*s) && (!anonymous || *s == Sentence::Deactivated)) {
            found.push(Finding::new(Sign::Says(s), true, "Bitbucket says so").shown_by(x.id));
        }
        if !anonymous {
            found.extend(judge(case, seen, x, says));
        }
    }
    let absent = |f: &Finding| matches!(f.sign, Sign::TargetNotThere | Sign::TargetHidden | Sign::NoSuchWorkspace);
    let let_in = seen.credentialed().find(|(x, m)| wanted(case, x) && *m == Meaning::Accepted);
    // What an older answer says is outweighed by what is there now.
    if let Some((x, _)) = let_in.filter(|_| !found.iter().any(absent)) {
        for sign in [Sign::TargetNotThere, Sign::TargetHidden] {
            found.push(Finding::new(sign, false, "it is there for this account").shown_by(x.id));
        }
    }
    found.extend(workspace(seen));
    found.extend(listing(case, seen));
    found.extend(reported(case));
    if found.is_empty() {
        let asked = seen.exchanges.iter().any(|x| wanted(case, x) && seen.authenticated(x));
        return if asked {
            Outcome::Passed(found)
        } else {
            Outcome::Skipped("no accepted question about a workspace or repository".into(), found)
        };
    }
    if found.iter().any(|f| f.holds) { Outcome::Failed(found) } else { Outcome::Passed(found) }
}

const fn about_target(s: Sentence) -> bool {
    matches!(
        s,
        Sentence::Deactivated
            | Sentence::Ip
            | Sentence::TwoStep
            | Sentence::ReadOnly
            | Sentence::Branch
            | Sentence::Declined
            | Sentence::NoAccessToWorkspace
            | Sentence::Content
    )
}

/// One refusal of what is wanted, to a credential that is accepted.
fn judge(case: &Case, seen: &Seen, x: &Exchange, says: Option<Sentence>) -> Option<Finding> {
    let role_ok = seen.authenticated(x) || seen.accepted(x.probe.role).is_some_and(|(ok, _)| ok);
    if !role_ok {
        return None;
    }
    let meaning = answer::meaning(x, seen);
    let unnamed = matches!(says, None | Some(Sentence::NotThere | Sentence::Forbidden));
    if let Some(read) = reads_it(seen, x).filter(|_| unnamed && matches!(meaning, Meaning::Denied | Meaning::NotThere)) {
        return Some(
            Finding::new(Sign::ReadsOnly, true, "this account may read it, and may not write to it")
                .shown_by(x.id)
                .shown_by(read.id),
        );
    }
    let suffices = says == Some(Sentence::Scope) && {
        let scopes = crate::granted::scopes(case, seen);
        scopes.granted.is_some() && scopes.missing.is_empty()
    };
    match (meaning, says) {
        (Meaning::NotThere, Some(Sentence::NoApi)) => None,
        (Meaning::NotThere, Some(Sentence::NoWorkspace)) => {
            Some(Finding::new(Sign::NoSuchWorkspace, true, "Bitbucket knows no workspace of this name").shown_by(x.id))
        }
        (Meaning::Denied | Meaning::Unclear, Some(Sentence::NotThere)) => Some(
            Finding::new(Sign::TargetHidden, true, "not there, or not open to this account: the answer leaves it open")
                .shown_by(x.id),
        ),
        (Meaning::NotThere, Some(Sentence::NotThere)) => {
            Some(Finding::new(Sign::TargetNotThere, true, "not there for this account").shown_by(x.id))
        }
        // What is hidden has a sentence of its own (fact `404-repository`): this one is about something inside.
        (Meaning::NotThere, None)
            if matches!(&x.probe.ask, Ask::Api(path) if is_inside(path)) && x.got.as_ref().is_ok_and(|a| speaks(&a.excerpt)) =>
        {
            Some(Finding::new(Sign::ContentRefused, true, INSIDE).shown_by(x.id))
        }
        (Meaning::NotThere, _) if !removed_path(x) => {
            Some(Finding::new(Sign::TargetNotThere, true, "404 for this account").shown_by(x.id))
        }
        (Meaning::Denied, None | Some(Sentence::Forbidden)) => {
            Some(Finding::new(Sign::TargetDenied, true, "403, and no reason is given").shown_by(x.id))
        }
        // Where what is granted covers what is required, the cause is a permission or an allowlist (fact `403-scope`).
        (Meaning::Known, Some(Sentence::Scope)) if suffices => Some(
            Finding::new(Sign::TargetDenied, true, "refused for want of a scope that is granted: a permission or an allowlist")
                .shown_by(x.id),
        ),
        (Meaning::Known, None) => {
            Some(Finding::new(Sign::ContentRefused, true, "the content of the request is refused").shown_by(x.id))
        }
        (Meaning::Accepted, _) => Some(Finding::new(Sign::TargetDenied, false, "let in").shown_by(x.id)),
        _ => None,
    }
}

const INSIDE: &str = "the repository or workspace is reached; what is asked for inside it is not there";

/// Whether a path leads to something inside a repository or a workspace.
fn is_inside(path: &str) -> bool {
    let parts: Vec<&str> = path.split(['?', '#']).next().unwrap_or_default().trim_matches('/').split('/').collect();
    matches!(parts.as_slice(), ["2.0", "repositories", _, _, _, ..] | ["2.0", "workspaces", _, _, ..])
}

/// Whether an answer says in words what is not there.
fn speaks(text: &str) -> bool {
    answer::error_message(text)
        .is_some_and(|message| message.len() > 3 && message != "Not found" && message != "Resource not found")
}

/// The exchange that reads what this one may not write to, with the credential or as anybody.
fn reads_it<'a>(seen: &'a Seen, x: &Exchange) -> Option<&'a Exchange> {
    let Ask::GitRefs(repo, GitService::ReceivePack) = &x.probe.ask else { return None };
    let read = Ask::GitRefs(repo.clone(), GitService::UploadPack);
    seen.credentialed()
        .find(|(o, m)| o.probe.ask == read && matches!(m, Meaning::Accepted | Meaning::AlsoAnonymous))
        .map(|(o, _)| o)
}

fn removed_path(x: &Exchange) -> bool {
    matches!(&x.probe.ask, Ask::Api(path) if crate::endpoints::removed(path).is_some())
}

/// The workspace as anybody sees it.
fn workspace(seen: &Seen) -> Option<Finding> {
    let (x, a) = seen.exchanges.iter().find_map(|x| match (&x.probe.ask, &x.got) {
        (Ask::Api(path), Ok(a))
            if x.probe.role == Role::Anonymous
                && (path.starts_with("/2.0/workspaces/") || path.starts_with("/2.0/repositories/")) =>
        {
            (sentence(Some(a.status), &a.excerpt) == Some(Sentence::NoWorkspace)
                || (a.status == 200 && path.starts_with("/2.0/workspaces/")))
            .then_some((x, a))
        }
        _ => None,
    })?;
    let missing = a.status == 404;
    let text = if missing { "no workspace of this name exists, as anybody can see" } else { "the workspace exists" };
    Some(Finding::new(Sign::NoSuchWorkspace, missing, text).shown_by(x.id))
}

/// A listing to an accepted credential that shows no more than the control's.
fn lists_no_more<'a>(case: &Case, seen: &'a Seen) -> Option<&'a Exchange> {
    case.wanted().iter().filter(|n| matches!(n, Need::Endpoint { .. })).filter_map(ask_of).find_map(|ask| {
        let control = answer::entries(seen.control(&ask)?)?;
        let (x, _) = seen.credentialed().find(|(x, m)| {
            x.probe.ask == ask
                && matches!(m, Meaning::Accepted | Meaning::AlsoAnonymous)
                && seen.accepted(x.probe.role).is_some_and(|(ok, _)| ok)
        })?;
        (answer::entries(x.got.as_ref().ok()?)? <= control).then_some(x)
    })
}

/// Whether nothing shows that a listing holds what the account may see: it is no longer than anybody's (or nobody's is known),
/// nothing in it is private, and the workspace is not shown to be the account's own. An access token knows no workspaces; it is
/// taken at its word unless the list is empty.
pub(crate) fn listing_in_doubt(case: &Case, seen: &Seen, ask: &Ask) -> bool {
    let accepted = |m: &Meaning| matches!(m, Meaning::Accepted | Meaning::AlsoAnonymous);
    let of_workspace =
        matches!(ask, Ask::Api(path) if matches!(endpoints::find("GET", path), endpoints::Match::Found(e) if e.path == LIST));
    let Some((x, _)) = seen.credentialed().find(|(x, m)| x.probe.ask == *ask && accepted(m)) else { return false };
    let Some((a, mine)) = x.got.as_ref().ok().and_then(|a| Some((a, answer::entries(a)?))) else { return false };
    let refused = |c: &crate::Answer| matches!(c.status, 401 | 403 | 404);
    let more = match seen.control(ask) {
        Some(control) => refused(control) || answer::entries(control).is_some_and(|anybodys| mine > anybodys),
        None => false,
    };
    let private = a.excerpt.contains("\"is_private\":true") || a.excerpt.contains("\"is_private\": true");
    let personal = matches!(case.kind(), Kind::ApiToken | Kind::OauthToken);
    of_workspace && !more && !private && (personal || mine == 0) && member(case, seen).is_none_or(|(member, _)| !member)
}

/// Whether the workspace is among the account's own, with the exchange that shows it.
fn member<'a>(case: &Case, seen: &'a Seen) -> Option<(bool, &'a Exchange)> {
    let workspace = case.workspace()?;
    let (own, a) = seen.exchanges.iter().find_map(|x| match (&x.probe.ask, &x.got) {
        (Ask::Api(path), Ok(a)) if path == WORKSPACES && (200..300).contains(&a.status) => Some((x, a)),
        _ => None,
    })?;
    Some((answer::lists_workspace(a, &workspace)?, own))
}

fn listing(case: &Case, seen: &Seen) -> Option<Finding> {
    let x = lists_no_more(case, seen)?;
    let (member, own) = member(case, seen)?;
    let text = if member {
        "the list shows no more than anybody sees; the workspace is the account's own"
    } else {
        "the list shows no more than anybody sees, and the workspace is not among the account's own"
    };
    Some(Finding::new(Sign::ListingForeign, !member, text).shown_by(x.id).shown_by(own.id))
}

/// What a pasted answer says about the target.
fn reported(case: &Case) -> Vec<Finding> {
    let mut found = Vec::new();
    let Some(r) = case.reported().filter(|_| !crate::local_settings::speaks_of_large_files(case)) else { return found };
    let says = sentence(r.status, &r.text);
    let mut say = |sign, text: &str| found.push(Finding::new(sign, true, text).at(case.told_at(r)).as_reported());
    match (answer::reported(r), says) {
        (_, Some(s)) if about_target(s) => say(Sign::Says(s), "the pasted answer says so"),
        (_, Some(Sentence::NoWorkspace)) => say(Sign::NoSuchWorkspace, "the pasted answer says that there is no such workspace"),
        (Meaning::Known, Some(Sentence::Scope)) => {
            let scopes = crate::granted::scopes(case, &Seen::default());
            if scopes.granted.is_some() && scopes.missing.is_empty() {
                say(Sign::TargetDenied, "refused for want of a scope that is granted");
            }
        }
        (Meaning::Denied, Some(Sentence::NotThere)) => {
            say(Sign::TargetHidden, "the pasted answer leaves open whether it is not there or closed");
        }
        (Meaning::NotThere, None)
            if speaks(&r.text)
                && case.request.as_ref().is_some_and(|request| {
                    request.sends.credential.is_some() && request.api_path.as_deref().is_some_and(is_inside)
                }) =>
        {
            say(Sign::ContentRefused, INSIDE);
        }
        (Meaning::NotThere, Some(Sentence::NotThere) | None) => {
            say(Sign::TargetNotThere, "the pasted answer says that it is not there");
        }
        (Meaning::Unclear, None) if matches!(r.status, Some(400 | 409 | 415 | 422)) => {
            say(Sign::ContentUnsaid, "400, and what Bitbucket said with it is not shown");
        }
        // Of a path that is not known this is the API's word for any path without its version (`api-url` reads it).
        (Meaning::Denied, Some(Sentence::Forbidden)) if !case.asks_known_path() => {}
        // A program that shows the status alone hides what Bitbucket said: of scopes, or of the target.
        (Meaning::Denied, None) if answer::error_message(&r.text).is_none() && !r.text.contains("<html") => {
            // There is nothing that could be permitted at one's own account (fact `user-probe`).
            let own = case.request.as_ref().and_then(|r| r.api_path.as_deref()).is_some_and(|path| path == crate::wanted::USER);
            let sign = if own { Sign::UserDenied } else { Sign::DeniedUnsaid };
            say(sign, "403, and what Bitbucket said with it is not shown");
        }
        (Meaning::Denied, None | Some(Sentence::Forbidden)) => say(Sign::TargetDenied, "403, and no reason is given"),
        (Meaning::Known, None) => {
            say(Sign::ContentRefused, "the credential is accepted; what is refused is the request's content");
        }
        _ => {}
    }
    found
}
