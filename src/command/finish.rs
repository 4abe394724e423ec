//! The last step: secrets are replaced, and positions in the source become positions in what is shown.

use std::ops::Range;

use crate::checks::{Note, NoteKind, Reported, Request, UserForm, manager_asks_again};

use super::draft::Draft;
use super::secrets::{self, Secrets};
use super::shell::OPAQUE;
use super::{Reading, Users};

/// Makes the reading of all that was found.
pub(crate) fn reading(
    source: &str,
    drafts: Vec<Draft>,
    answers: Vec<(Reported, Range<usize>)>,
    unread: Vec<String>,
    mut secrets: Secrets,
) -> Reading {
    secrets.take_recognised(source, 0..source.len());
    secrets.conceal(source);
    link_users(&drafts, &mut secrets);
    let users: Vec<String> = drafts.iter().flat_map(|d| [d.users.rest.clone(), d.users.git.clone()]).flatten().collect();
    secrets.hide_everywhere(source, &users);
    let mask = secrets.mask();
    let hide = |text: &str| hidden(text, &secrets);
    let reported = |reported: &Reported, at: &Range<usize>, block: &Range<usize>| Reported {
        text: hide(&reported.text),
        headers: reported.headers.iter().map(|(name, value)| (name.clone(), hide(value))).collect(),
        status: reported.status,
        at: mask.span(block, at),
    };
    let mut requests = Vec::new();
    let with_url = drafts.iter().position(|d| super::failed(d) && !d.address.host.is_empty());
    let main = with_url.or_else(|| drafts.iter().position(super::failed));
    // A command shows what was sent; a log line of the same address before it does not.
    let main = main.map(|first| {
        let loose = matches!(drafts[first].tool.as_str(), "log" | "settings" | "exception");
        let url = drafts[first].address.url(&[]);
        let command = |d: &Draft| {
            d.tool == "git" && super::failed(d) && d.sends.credential.is_some() && same_address(&d.address.url(&[]), &url)
        };
        let first = if loose { drafts.iter().position(command).unwrap_or(first) } else { first };
        // A log may show one command twice: first that it is run, and then what it was answered.
        let status = |d: &Draft| d.reported.as_ref().and_then(|(r, _)| r.status);
        let told = |d: &Draft| {
            d.tool == drafts[first].tool && status(d).is_some_and(|s| s >= 400) && same_address(&d.address.url(&[]), &url)
        };
        if status(&drafts[first]).is_none() { drafts.iter().position(told).unwrap_or(first) } else { first }
    });
    for draft in &drafts {
        let block = draft.block.clone();
        let mut request = Request {
            text: mask.show(source, block.clone()),
            tool: draft.tool.clone(),
            surface: draft.address.surface,
            method: draft.method.clone(),
            url: if draft.address.host.is_empty() {
                String::new()
            } else {
                shown(&hide(&draft.address.url(&draft.hidden_in_url)))
            },
            api_path: draft.address.shown_api_path(&draft.hidden_in_url).map(|path| shown(&hide(&path))),
            repo: draft.address.repo.clone().map(|repo| shown(&hide(&repo))),
            writes: draft.writes,
            sends: draft.sends.clone(),
            ..Request::default()
        };
        for (name, at) in &draft.spans {
            if let Some(span) = mask.span(&block, at) {
                request.spans.insert((*name).to_owned(), span);
            }
        }
        if let Some(span) = mask.span(&block, &draft.command) {
            request.spans.insert("command".to_owned(), span);
        }
        for (kind, text, at) in &draft.notes {
            let at = at.as_ref().and_then(|at| mask.span(&block, at));
            request.notes.push(Note { kind: *kind, text: hide(text), at });
        }
        // A request that is told apart by its shell's mistake is not also called one without a credential.
        if request.notes.iter().any(|n| n.kind == NoteKind::ShellMangled) && secrets.len() > 0 {
            request.notes.retain(|n| n.kind != NoteKind::NoCredential || n.at.is_some());
        }
        request.reported = draft.reported.as_ref().map(|(r, at)| reported(r, at, &block));
        requests.push(request);
    }
    // What stands beside the commands tells of it as often as what stands below them.
    if manager_asks_again(source) {
        for request in requests.iter_mut().filter(|r| r.tool == "git") {
            let text = "the text tells of Git Credential Manager asking again";
            request.notes.push(Note { kind: NoteKind::ManagerAsks, text: text.into(), at: None });
        }
    }
    let answers = answers.iter().map(|(r, at)| reported(r, at, &(0..0))).collect();
    let users = Users {
        email: drafts.iter().flat_map(|d| [&d.users.rest, &d.users.git]).flatten().find(|u| u.contains('@')).cloned(),
        requests: drafts.iter().map(|d| d.users.clone()).collect(),
    };
    // None failed, as shown: the first that is for Bitbucket.
    let ours = drafts.iter().position(|d| d.address.surface.is_some());
    let main = main.or(ours).or(if requests.is_empty() { None } else { Some(0) });
    let unread = unread.iter().map(|text| hidden(text, &secrets)).collect();
    let text = mask.show(source, 0..source.len());
    let beside = drafts.iter().map(|d| d.beside.clone()).collect();
    let git_places = drafts.iter().map(|d| d.git_place.clone()).collect();
    Reading { requests, git_places, beside, credentials: secrets.into_credentials(), users, answers, main, unread, text }
}

fn shown(text: &str) -> String {
    text.replace(OPAQUE, "$(…)")
}

fn same_address(one: &str, other: &str) -> bool {
    let plain = |url: &str| url.trim_end_matches('/').trim_end_matches(".git").to_owned();
    plain(one) == plain(other)
}

/// Each credential learns which user stands beside it.
fn link_users(drafts: &[Draft], secrets: &mut Secrets) {
    for draft in drafts {
        let (Some(id), Some(user)) = (draft.sends.credential, &draft.sends.user) else { continue };
        if let Some(credential) = secrets.get_mut(id).filter(|c| c.user.is_none() && user.form != UserForm::Token) {
            credential.user = Some(user.clone());
        }
    }
}

/// A text that was made of the source, without secrets.
fn hidden(text: &str, secrets: &Secrets) -> String {
    let mut inner = Secrets::default();
    inner.concealed_of(secrets);
    for index in 0..secrets.len() {
        let id = crate::checks::CredentialId(u16::try_from(index).unwrap_or(u16::MAX));
        let (Some(credential), Some(token)) = (secrets.get(id), secrets.text(id)) else { continue };
        if secrets::is_secret(credential) {
            inner.take(&super::spelled::Spelled::default().standing_for(token));
        }
    }
    inner.take_recognised(text, 0..text.len());
    inner.hide_everywhere(text, &[]);
    inner.mask().show(text, 0..text.len())
}
