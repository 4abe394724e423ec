//! What pasted answers say of authentication: of the person's own request, and of others with the same credential.
//!
//! A pasted answer is what somebody saw, at some time, of some request: its findings are reported ones, which this run's own
//! answers outweigh. Where nothing shows what was sent, a refusal is a refusal and nothing more.

use alloc::string::ToString;
use alloc::vec::Vec;

use crate::answer::{self, Meaning, Sentence, sentence};
use crate::authentication::spoiled;
use crate::wanted::USER;
use crate::{Case, Finding, Kind, NoteKind, Reported, Request, Role, Sign, Span, Surface, role};

impl Case {
    /// Where in the request's text an answer says what it says: Bitbucket's sentence, else the status, else the first line that
    /// speaks of a failure. All of it where nothing stands out.
    pub(crate) fn told_at(&self, reported: &Reported) -> Option<Span> {
        let whole = reported.at?;
        let of = self.request.iter().chain(&self.more).find(|r| r.reported.as_ref() == Some(reported));
        let Some(text) = of.and_then(|r| r.text.get(whole.start as usize..whole.end as usize)) else { return Some(whole) };
        let part = answer::part(&reported.text);
        let status = reported.status.map(|status| status.to_string());
        let failure = ["fatal:", "error", "denied", "failed", "refused", "remote:"];
        let lines = || {
            let mut start = 0;
            text.split_inclusive('\n').map(move |line| {
                let at = start;
                start += line.len();
                (at, line.trim_end())
            })
        };
        let has = |test: &dyn Fn(&str) -> bool| lines().find(|(_, line)| test(&line.to_ascii_lowercase()));
        let word = |line: &str, word: &str| line.split(|c: char| !c.is_ascii_alphanumeric()).any(|w| w == word);
        let found = part
            .and_then(|part| has(&|line| line.contains(part)))
            .or_else(|| status.as_ref().and_then(|status| has(&|line| word(line, status))))
            .or_else(|| has(&|line| failure.iter().any(|words| line.contains(words))));
        let Some((at, line)) = found else { return Some(whole) };
        // The words themselves, where the line has them.
        let lower = line.to_ascii_lowercase();
        let words = part.or(status.as_deref()).and_then(|words| lower.find(words).map(|at| (at, words.len())));
        let (from, length) = words.unwrap_or_else(|| {
            let indent = line.len() - line.trim_start().len();
            (indent, line.len() - indent)
        });
        let start = whole.start + u32::try_from(at + from).ok()?;
        Some(Span { start, end: start + u32::try_from(length).ok()? })
    }
}

/// Whether the pasted answer refuses the person's own way; `None` where it does not say.
pub(crate) fn own_refused_as_reported(case: &Case) -> Option<bool> {
    // Another host's answer, the website's, or that of Git LFS says nothing about this credential.
    let elsewhere = |r: &Request| {
        // git pushes to a remote that no URL names; whose it is, its answer does not deny.
        let of_git = r.tool == "git" && r.url.is_empty();
        r.tool != "answer" && !of_git && (r.surface.is_none() || r.surface == Some(Surface::Rest) && r.api_path.is_none())
    };
    if case.request.as_ref().is_some_and(elsewhere) || crate::local_settings::speaks_of_large_files(case) {
        return None;
    }
    let reported = case.reported()?;
    match answer::reported(reported) {
        // git asked for a password that it was not given: nothing of what stands in the URL was refused by Bitbucket.
        Meaning::Refused if asks_in_vain(case, reported) => None,
        Meaning::Refused => Some(true),
        Meaning::Known | Meaning::Accepted => Some(false),
        Meaning::Denied => {
            sentence(reported.status, &reported.text).is_some_and(Sentence::proves_authentication).then_some(false)
        }
        _ if git_worked(case.request.as_ref()?) || user_answered(case.request.as_ref()?) => Some(false),
        _ => None,
    }
}

/// git's `could not read Password`, and no refusal beside it, where the token stands in the place of the user.
fn asks_in_vain(case: &Case, reported: &Reported) -> bool {
    let text = reported.text.to_ascii_lowercase();
    let refused = ["authentication failed", "invalid credentials", "returned error"].iter().any(|words| text.contains(words));
    let token = case.request.as_ref().is_some_and(|r| r.notes.iter().any(|n| n.kind == NoteKind::TokenAsUser));
    token && !refused && text.contains("could not read password")
}

/// Where the text says that nothing was sent: a 403, or that nothing is there, is how a private target is refused then (fact
/// `404-repository`).
fn anonymous_refused(case: &Case) -> Option<Option<crate::Span>> {
    let said = case.request.as_ref()?.notes.iter().any(|n| n.kind == NoteKind::SentNothing);
    let reported = case.reported().filter(|_| said)?;
    matches!(answer::reported(reported), Meaning::Refused | Meaning::Denied | Meaning::NotThere).then(|| case.told_at(reported))
}

/// Nobody gets this without a credential (fact `user-probe`).
fn user_answered(request: &Request) -> bool {
    let answered = request.reported.as_ref().and_then(|r| r.status).is_some_and(|s| (200..300).contains(&s));
    answered
        && request.sends.credential.is_some()
        && request.api_path.as_deref().is_some_and(|p| p.split('?').next() == Some(USER))
}

fn git_worked(request: &Request) -> bool {
    let answered = request.reported.as_ref().and_then(|r| r.status).is_some_and(|s| (200..300).contains(&s));
    answered && request.surface == Some(Surface::Git) && request.sends.credential.is_some()
}

/// A refusal alone, without the command that met it.
pub(crate) fn unseen(case: &Case) -> Option<Finding> {
    // A token of which nothing shows how it was sent is no better known than none.
    let reported = case.reported().filter(|_| case.own_way().is_none())?;
    let git = case.request.as_ref().is_some_and(|r| r.surface == Some(Surface::Git) || r.tool == "git");
    let says = sentence(reported.status, &reported.text);
    let general = matches!(says, None | Some(Sentence::TokenInvalid)) || git && says == Some(Sentence::NotThere);
    let about = case.request.as_ref().is_none_or(|r| r.surface.is_some() || r.tool == "answer");
    (about && general && answer::reported(reported) == Meaning::Refused).then(|| {
        let sign = if git { Sign::RefusedUnseenGit } else { Sign::RefusedUnseen };
        Finding::new(sign, true, "a refusal, and nothing shows what was sent").at(case.told_at(reported)).as_reported()
    })
}

/// 410 to REST where no URL is shown: an endpoint that is gone, unless an app password was sent (fact `410-removed`).
pub(crate) fn rest_gone(case: &Case) -> Option<Finding> {
    let reported = case.reported().filter(|r| r.status == Some(410))?;
    let unseen = case.request.as_ref().is_some_and(|r| r.surface == Some(Surface::Rest) && r.api_path.is_none());
    let other = case.subject().is_none_or(|c| !matches!(c.kind, Kind::AppPassword | Kind::Password));
    (unseen && other && sentence(reported.status, &reported.text).is_none()).then(|| {
        let text = "410: what was asked for is gone, and nothing shows what it was";
        Finding::new(Sign::RestGone, true, text).at(case.told_at(reported)).as_reported()
    })
}

/// 410 to git, and no credential of another kind (fact `git-410-app-password`).
pub(crate) fn git_gone(case: &Case) -> Option<Finding> {
    let reported = case.reported().filter(|r| r.status == Some(410))?;
    let git = case.request.as_ref().is_some_and(|r| r.surface == Some(Surface::Git));
    let other = case.subject().is_some_and(|c| !matches!(c.kind, Kind::AppPassword | Kind::Password | Kind::Unknown));
    (git && !other).then(|| {
        let text = "git is answered 410, which Bitbucket says to app passwords";
        Finding::new(Sign::GitGone, true, text).at(case.told_at(reported)).as_reported()
    })
}

/// What pasted answers say: of the request, and of the other commands with the same credential.
pub(crate) fn reported(case: &Case) -> Vec<Finding> {
    let mut found = Vec::new();
    let own = case.own_way();
    let at = case.reported().and_then(|r| case.told_at(r));
    if case.options.arrived && own.is_some_and(|w| w.role == Role::Anonymous) {
        // Everything of the stand-in's account is private.
        let text = "without a credential there is nothing to see of what is private";
        found.push(Finding::new(Sign::ClosedToAnonymous, true, text).as_reported());
    }
    if let Some(at) = anonymous_refused(case) {
        let text = "the pasted answer refuses a request that carried no credential";
        found.push(Finding::new(Sign::OwnRefused, true, text).at(at).as_reported());
    } else if let Some(refused) = own_refused_as_reported(case) {
        let text = match (case.options.arrived, refused) {
            (true, true) => "the stand-in refuses it, as Bitbucket would",
            (true, false) => "the stand-in lets it past authentication, as Bitbucket would",
            (false, true) => "the pasted answer refuses it",
            (false, false) => "the pasted answer let it past authentication",
        };
        found.push(Finding::new(Sign::OwnRefused, refused, text).at(at).as_reported());
        found.push(Finding::new(Sign::OwnAuthenticated, !refused, text).at(at).as_reported());
        if let Some(own) = own.filter(|w| w.role != Role::Anonymous) {
            found.push(Finding::new(Sign::Accepted(own.role), !refused, text).at(at).as_reported());
            let other_user = case.request.iter().flat_map(|r| &r.notes).any(|n| n.kind == NoteKind::OtherUser);
            let right = !spoiled(case) && !other_user && role::can_work(case.kind(), own.surface, own.role, own.user);
            if refused && right {
                found.push(Finding::new(Sign::RefusedRightWay, true, text).at(at).as_reported());
            }
            if !refused {
                found.push(Finding::new(Sign::Alive, true, text).at(at).as_reported());
            }
        }
    }
    for other in &case.more {
        if other.sends.credential.is_none() || other.sends.credential != case.subject_id() {
            continue;
        }
        let mut view = case.clone();
        view.request = Some(other.clone());
        view.reported = None;
        found.extend(view.own_way().filter(|_| answered_by_hand(case, other)).and_then(|own| works_by_hand(case, own)));
        if let (Some(refused), Some(own)) = (own_refused_as_reported(&view), view.own_way()) {
            let text = if refused { "another pasted command with it is refused" } else { "another pasted command with it works" };
            if !refused {
                found.push(Finding::new(Sign::Alive, true, text).as_reported());
                found.extend(works_by_hand(case, own));
            }
            found.push(Finding::new(Sign::Accepted(own.role), !refused, text).as_reported());
            if refused && !spoiled(&view) && role::can_work(case.kind(), own.surface, own.role, own.user) {
                found.push(Finding::new(Sign::RefusedRightWay, true, text).as_reported());
            }
        }
    }
    found
}

/// Whether a command by hand is given what the request was refused: the same target, the same credential.
fn answered_by_hand(case: &Case, other: &Request) -> bool {
    let Some(request) = &case.request else { return false };
    let status = |r: &Request| r.reported.as_ref().and_then(|r| r.status);
    let hand = BY_HAND.contains(&other.tool.as_str()) && status(other).is_some_and(|s| (200..300).contains(&s));
    let same = request.api_path.is_some() && request.api_path == other.api_path
        || request.surface == Some(Surface::Git) && request.repo.is_some() && request.repo == other.repo;
    hand && same && status(request).is_some_and(|s| matches!(s, 401 | 403 | 404))
}

/// Commands that show all that they send.
const BY_HAND: &[&str] = &["answer", "arrived", "curl", "git", "har", "http", "postman", "wget"];

/// A program fails with settings that should work, and the same pair works in another hand.
fn works_by_hand(case: &Case, by_hand: crate::wanted::OwnWay) -> Option<Finding> {
    let program = case.request.as_ref().filter(|r| !BY_HAND.contains(&r.tool.as_str()))?;
    if !role::can_work(case.kind(), by_hand.surface, by_hand.role, by_hand.user) {
        return None;
    }
    // Sent in another way, it is the way that is wrong. Where nothing shows how the program sends it, it may be either.
    let sign = match case.own_way() {
        Some(own) if own.surface == by_hand.surface && own.role == by_hand.role => Sign::WorksByHand,
        Some(_) => return None,
        None => Sign::WorksByHandSomehow,
    };
    let text = "the program fails where the same credential works by hand";
    Some(Finding::new(sign, true, text).at(program.spans.get("secret").copied()).as_reported())
}
