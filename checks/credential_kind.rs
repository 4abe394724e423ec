//! `credential-kind`: is this a credential of Bitbucket Cloud at all, and one that still exists?
//!
//! Evidence: shape (facts `kind-*`), the sentences that name a kind, the header that names it (fact `headers`).

use alloc::format;
use alloc::vec::Vec;

use crate::answer::{Sentence, sentence};
use crate::check::asks_nothing;
use crate::{Case, Certainty, Check, Finding, Kind, NoteKind, Outcome, Seen, Sign};

pub(crate) static CHECK: Check =
    Check { id: "credential-kind", title: "a kind of credential that Bitbucket Cloud takes", asks: asks_nothing, reads };

const KINDS: &[Kind] = &[
    Kind::ApiToken,
    Kind::AccessToken,
    Kind::AppPassword,
    Kind::OauthToken,
    Kind::OauthClient,
    Kind::DataCenterToken,
    Kind::OtherProduct,
    Kind::Password,
];

fn reads(case: &Case, seen: &Seen) -> Outcome {
    let mut found: Vec<Finding> = Vec::new();
    for note in
        case.request.iter().flat_map(|r| &r.notes).filter(|n| matches!(n.kind, NoteKind::OauthClient | NoteKind::OauthEndpoint))
    {
        found.push(Finding::new(Sign::Noted(note.kind), true, note.text.clone()).at(note.at));
    }
    found.extend(said(case, seen));
    found.extend(another_kind(case, &found));
    let gone = found.iter().any(|f| f.holds);
    let Some(credential) = case.subject() else {
        return if gone { Outcome::Failed(found) } else { Outcome::Skipped("no credential is known".into(), found) };
    };
    if credential.shape.unexpanded.is_some() || credential.shape.placeholder.is_some() {
        return Outcome::Skipped("there is no credential to judge, see token-format".into(), found);
    }
    let at = case.request.as_ref().and_then(|r| r.spans.get("secret")).copied();
    for kind in KINDS {
        let is = credential.kind == *kind;
        let text =
            if is { format!("it has the form of {}", name(*kind)) } else { format!("it does not look like {}", name(*kind)) };
        found.push(Finding::new(Sign::Kind(*kind), is, text).at(if is { at } else { None }));
    }
    let certain = credential.kind_certainty == Certainty::Certain;
    found.push(Finding::new(
        Sign::KindCertain,
        certain,
        if certain { "its form is unmistakable" } else { "its form alone does not prove the kind" },
    ));
    match credential.kind {
        Kind::AppPassword | Kind::DataCenterToken | Kind::OtherProduct | Kind::OauthClient => Outcome::Failed(found),
        _ if gone => Outcome::Failed(found),
        Kind::Password | Kind::Unknown => Outcome::Warned(found),
        _ => Outcome::Passed(found),
    }
}

/// The kind in words.
#[must_use]
pub fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::ApiToken => "an API token",
        Kind::AccessToken => "an access token",
        Kind::AppPassword => "an app password",
        Kind::OauthToken => "an OAuth access token",
        Kind::OauthClient => "the key or secret of an OAuth consumer",
        Kind::DataCenterToken => "a Bitbucket Data Center token",
        Kind::OtherProduct => "another product's credential",
        Kind::Password => "a password",
        Kind::Unknown => "nothing that is known",
    }
}

/// Bitbucket speaks of a password to somebody who means a token, and the URL does not hold it: a stored one was sent instead.
fn another_kind(case: &Case, said: &[Finding]) -> Option<Finding> {
    let subject = case.subject().filter(|c| matches!(c.kind, Kind::ApiToken | Kind::AccessToken) && c.shape.prefix.is_some())?;
    let password = |f: &&Finding| matches!(f.sign, Sign::Says(Sentence::AppPassword | Sentence::AccountPassword)) && f.reported;
    let said = said.iter().find(password)?;
    let request = case.request.as_ref().filter(|r| r.tool == "git" && r.sends.place != "url")?;
    let text = format!("the answer speaks of a password, and {} is meant", name(subject.kind));
    Some(Finding::new(Sign::AnotherKindSent, true, text).at(said.at.or_else(|| request.spans.get("url").copied())).as_reported())
}

/// Sentences that name a kind.
fn said(case: &Case, seen: &Seen) -> Vec<Finding> {
    const NAMING: &[Sentence] =
        &[Sentence::AppPassword, Sentence::AccountPassword, Sentence::OauthClient, Sentence::OauthRefused];
    let mut found = Vec::new();
    for (exchange, _) in seen.credentialed() {
        if let Ok(answer) = &exchange.got
            && let Some(s) = sentence(Some(answer.status), &answer.excerpt).filter(|s| NAMING.contains(s))
        {
            found.push(Finding::new(Sign::Says(s), true, "Bitbucket names the kind of credential itself").shown_by(exchange.id));
        }
    }
    if let Some(reported) = case.reported()
        && let Some(s) = sentence(reported.status, &reported.text).filter(|s| NAMING.contains(s))
    {
        found.push(
            Finding::new(Sign::Says(s), true, "the pasted answer names the kind of credential")
                .at(case.told_at(reported))
                .as_reported(),
        );
    }
    found
}
