//! `local-settings`: does this machine send something else than what is meant?
//!
//! Evidence: the settings that intake found, each with where it is set. Judged before anything is asked.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::check::asks_nothing;
use crate::{Case, Check, Effect, Finding, Kind, LocalSetting, NoteKind, Outcome, Seen, Sign};

pub(crate) static CHECK: Check =
    Check { id: "local-settings", title: "this machine sends what is meant", asks: asks_nothing, reads };

fn reads(case: &Case, _: &Seen) -> Outcome {
    let mut found = Vec::new();
    for note in case.request.iter().flat_map(|r| &r.notes).filter(|n| n.kind == NoteKind::GitConfig) {
        found.push(Finding::new(Sign::Noted(note.kind), true, note.text.clone()).at(note.at));
    }
    for note in case.request.iter().flat_map(|r| &r.notes) {
        let effect = match note.kind {
            NoteKind::UrlRewritten => Effect::GitConfigReplaces,
            NoteKind::StoredOther => Effect::HelperSuppliesOther,
            _ => continue,
        };
        found.push(Finding::new(Sign::Local(effect), true, note.text.clone()).at(note.at).as_reported());
    }
    found.extend(large_files(case));
    found.extend(credential_manager(case));
    let mut wrong = found.iter().any(|f| f.sign != Sign::Noted(NoteKind::GitConfig));
    for setting in &case.local {
        let Some(effect) = setting.effect.filter(|e| *e != Effect::None) else { continue };
        wrong |= !matches!(effect, Effect::Between | Effect::NotUsed | Effect::StrayCharacters | Effect::ProxySignsIn);
        found.push(Finding::new(Sign::Local(effect), true, in_words(effect, setting)));
    }
    match (wrong, found.is_empty(), case.local.is_empty()) {
        (true, ..) => Outcome::Failed(found),
        (_, false, _) => Outcome::Warned(found),
        (_, true, false) => Outcome::Passed(found),
        (_, true, true) => Outcome::Skipped("no local setting was looked at".into(), found),
    }
}

/// What a setting does, with its place.
fn in_words(effect: Effect, setting: &LocalSetting) -> String {
    let LocalSetting { name, value, origin, .. } = setting;
    match effect {
        Effect::HelperSuppliesOther => format!("git's helper hands out another credential, {value} ({name}; {origin})"),
        Effect::NetrcReplaces => format!("{name} ({origin}) is what is sent: {value}"),
        Effect::GitConfigReplaces => format!("{name} ({origin}) changes what git sends: {value}"),
        Effect::GcmValidates if name.contains('=') => {
            format!("{name} ({origin}) hands out {value}; it tests a stored API token with git's user name, which REST refuses")
        }
        Effect::GcmValidates => {
            format!("{name} = {value} ({origin}) tests a stored API token with git's user name, which REST refuses")
        }
        Effect::LfsDiffers => format!("{name} ({origin}) leads Git LFS to {value}"),
        Effect::NotUsed => format!("{name} ({origin}) was not used: {value}"),
        Effect::StrayCharacters | Effect::ProxySignsIn => format!("{name} ({origin}): {value}"),
        Effect::Between | Effect::EmptyVariable | Effect::None => format!("{name} ({origin})"),
    }
}

/// Git LFS speaks for itself in what was pasted: it goes to another URL than git, with its own settings (fact `git-lfs`).
fn large_files(case: &Case) -> Option<Finding> {
    speaks_of_large_files(case).then(|| {
        let at = case.reported().and_then(|r| case.told_at(r));
        Finding::new(Sign::Local(Effect::LfsDiffers), true, "what is refused is Git LFS, not git itself").at(at).as_reported()
    })
}

/// Whether the pasted refusal is one of Git LFS: then it says nothing about git's own request.
pub(crate) fn speaks_of_large_files(case: &Case) -> bool {
    let Some(reported) = case.reported() else { return false };
    let text = reported.text.to_ascii_lowercase();
    let speaks = ["git-lfs", "git lfs", "gitlfs", "/info/lfs", "lfs: ", "lfs/objects", "lfs.storage", "batch response"]
        .iter()
        .any(|w| text.contains(w))
        || case.request.as_ref().is_some_and(|r| r.url.contains("/info/lfs") || (r.tool == "git" && r.text.contains("git lfs ")));
    let refused = matches!(reported.status, Some(401 | 403))
        || text.contains("authentication required")
        || text.contains("authorization error")
        || text.contains("batch response: repository or object not found");
    speaks && refused
}

fn credential_manager(case: &Case) -> Option<Finding> {
    speaks_of_credential_manager(case).then(|| {
        let text = "Git Credential Manager checks the token at /2.0/user with git's user name";
        Finding::new(Sign::Local(Effect::GcmValidates), true, text).as_reported()
    })
}

/// Whether a text tells of Git Credential Manager checking a credential, or asking for it again and again (fact `gcm-loop`).
/// Windows' own store bears nearly the same name.
#[must_use]
pub fn manager_asks_again(text: &str) -> bool {
    const MANAGER: &[&str] = &[
        "credential manager",
        "credential-manager",
        "gcm_",
        "credential.helper\nmanager",
        "helper = manager",
        "helper=manager",
        "[validatecredentials",
        "credentials for 'git:https://",
    ];
    const CHECKS: &[&str] = &[
        "validatecredentials",
        "validating credentials",
        "credentials are invalid",
        "credential validation failed",
        "logon failed",
    ];
    const REPEATS: &[&str] = &["again", "once more", "every time", "each time", "each pull", "always", "for ever", "keeps"];
    // A person who made a token again, or whose password is always right, says nothing of the manager.
    const ASKS: &[&str] = &["window", "asks", "asking", "prompt", "dialog", "pops up"];
    let text = text.to_ascii_lowercase().replace("windows credential manager", "");
    let asks = |line: &str| REPEATS.iter().any(|w| line.contains(w)) && ASKS.iter().any(|w| line.contains(w));
    let repeats = text.lines().any(asks)
        || text.matches("password for 'https://").count() > 1
        || text.matches("window").count() > 1 && text.contains("again");
    MANAGER.iter().any(|w| text.contains(w)) && (repeats || CHECKS.iter().any(|w| text.contains(w)))
}

/// Git Credential Manager in what was pasted, checking an API token and asking again.
pub(crate) fn speaks_of_credential_manager(case: &Case) -> bool {
    if case.subject().is_some_and(|c| !matches!(c.kind, Kind::ApiToken | Kind::Password | Kind::Unknown)) {
        return false;
    }
    // The reader has seen the whole text, what stands beside the commands too.
    let told = |r: &crate::Request| r.notes.iter().any(|n| n.kind == NoteKind::ManagerAsks);
    if case.request.iter().any(told) {
        return true;
    }
    let pasted: Vec<&str> = case.request.iter().chain(&case.more).map(|r| r.text.as_str()).collect();
    manager_asks_again(&pasted.join("\n"))
}
