//! `token-format`: is the text of the credential whole, and is it one?
//!
//! Evidence: the shape that intake read once (facts `kind-*`, `checksum`), and what the reader of the command noted.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::check::asks_nothing;
use crate::{Case, Check, Finding, Kind, NoteKind, Outcome, Seen, Sign, shape};

pub(crate) static CHECK: Check =
    Check { id: "token-format", title: "the text of the credential is whole", asks: asks_nothing, reads };

fn reads(case: &Case, seen: &Seen) -> Outcome {
    let mut found = noted(case);
    let failed_by_note = !found.is_empty();
    let Some(credential) = case.subject() else {
        return if failed_by_note { Outcome::Failed(found) } else { Outcome::Skipped("no credential is known".into(), found) };
    };
    let at = case.request.as_ref().and_then(|r| r.spans.get("secret")).copied();
    let shape = &credential.shape;
    let mut state = |sign, holds, text: alloc::string::String| found.push(Finding::new(sign, holds, text).at(at));
    let perhaps = shape.placeholder.as_deref().is_some_and(shape::is_run_of_x);
    state(
        if perhaps { Sign::PerhapsPlaceholder } else { Sign::Placeholder },
        shape.placeholder.is_some(),
        match &shape.placeholder {
            Some(word) if perhaps => format!("\"{}\" is a sample, or somebody masked the credential", brief(word)),
            Some(word) => format!("\"{}\" is the placeholder of an example, not a credential", brief(word)),
            None => "no placeholder".into(),
        },
    );
    // Where bbdoctor does not know the variable, the person's shell may.
    let unknown_here = |name: &str| {
        let notes = case.request.iter().flat_map(|r| &r.notes);
        notes.into_iter().any(|n| n.kind == NoteKind::NotDefined && n.text.contains(&format!("`{name}`")))
    };
    if !shape.unexpanded.as_deref().is_some_and(unknown_here) {
        state(
            Sign::NotExpanded,
            shape.unexpanded.is_some(),
            match shape.unexpanded.as_deref() {
                Some("empty") => format!("the credential from {} is empty", credential.source),
                Some(name) => format!("\"{}\" was sent as it stands: the variable was not expanded", brief(name)),
                None => "no unexpanded variable".into(),
            },
        );
    }
    state(
        Sign::Stray,
        !shape.stray.is_empty(),
        match shape.stray.first() {
            Some(_) => format!("not part of the token: {}{}", shape.stray.join(" and "), from(&credential.source)),
            None => "nothing around or inside it that does not belong there".into(),
        },
    );
    let altered = altered(credential.kind, shape.checksum_fits, shape.alphabet_fits, shape.tail_present);
    if let Some(altered) = altered {
        let text = match (altered, shape.tail_present) {
            (false, _) => "the checksum at its end fits",
            (true, Some(false)) => "the = and eight hexadecimal digits that end such a token are missing: it was cut",
            (true, _) => "the checksum at its end does not fit: characters were lost or changed",
        };
        state(Sign::Altered, altered, text.into());
    }
    if let Some(jwt) = &shape.jwt
        && let Some(expires) = jwt.expires
    {
        let now = server_time(seen).unwrap_or(case.now);
        let past = expires < now;
        let text = if past { format!("its exp passed {} ago", span_of(now - expires)) } else { "its exp lies ahead".into() };
        state(Sign::JwtExpired, past, text);
    }
    let old = credential.kind == Kind::ApiToken && shape.prefix.is_none();
    if old {
        state(Sign::OldApiToken, true, "24 characters without a prefix: API tokens of this form have all expired".into());
    }
    if found.iter().any(|f| f.holds && f.sign != Sign::OldApiToken) { Outcome::Failed(found) } else { Outcome::Passed(found) }
}

/// Whether checksum, alphabet or end say that characters were lost or changed; length alone never does.
fn altered(kind: Kind, checksum: Option<bool>, alphabet: Option<bool>, tail: Option<bool>) -> Option<bool> {
    match kind {
        Kind::ApiToken => match (checksum, alphabet, tail) {
            (Some(fits), ..) => Some(!fits),
            _ => None,
        },
        // The checksum of access tokens is likely, not known (fact `checksum`): only a missing end speaks against one.
        Kind::AccessToken => match (checksum, tail) {
            (Some(true), _) => Some(false),
            (_, Some(false)) => Some(true),
            _ => None,
        },
        _ => None,
    }
}

/// Seconds since 1970 by Bitbucket's own clock, where an answer shows it; it outweighs this machine's.
fn server_time(seen: &Seen) -> Option<i64> {
    seen.exchanges.iter().find_map(|x| crate::clock::parse(x.got.as_ref().ok()?.headers.get("date")?))
}

fn span_of(seconds: i64) -> alloc::string::String {
    match seconds {
        ..120 => format!("{seconds} seconds"),
        120..7200 => format!("{} minutes", seconds / 60),
        7200..172_800 => format!("{} hours", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

fn brief(text: &str) -> alloc::string::String {
    text.chars().take(40).collect()
}

/// What the reader of the command noted about the text of the credential.
fn from(source: &str) -> String {
    if source.is_empty() { String::new() } else { format!(" ({source})") }
}

fn noted(case: &Case) -> Vec<Finding> {
    const TEXT: &[NoteKind] = &[
        NoteKind::PerhapsPlaceholder,
        NoteKind::PerhapsMangled,
        NoteKind::Placeholder,
        NoteKind::NotExpanded,
        NoteKind::NotDefined,
        NoteKind::ShellMangled,
        NoteKind::TokenInQuery,
        NoteKind::StrayCharacters,
        NoteKind::ToolUnable,
    ];
    let notes = case.request.iter().flat_map(|r| &r.notes).filter(|n| TEXT.contains(&n.kind));
    let found = notes.map(|n| {
        let finding = |kind| Finding::new(Sign::Noted(kind), true, n.text.clone()).at(n.at);
        match n.kind {
            // What may be meant as it stands supports the cause, and is no proof of it.
            NoteKind::PerhapsPlaceholder => finding(NoteKind::Placeholder).as_reported(),
            NoteKind::PerhapsMangled => finding(NoteKind::ShellMangled).as_reported(),
            kind => finding(kind),
        }
    });
    found.collect()
}
