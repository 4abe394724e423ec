//! `local-settings`: does this machine send something else than what is meant?
//!
//! Evidence: the settings that intake found, each with where it is set. Judged before anything is asked.

use alloc::format;
use alloc::vec::Vec;

use crate::check::asks_nothing;
use crate::{Case, Check, Effect, Finding, NoteKind, Outcome, Seen, Sign};

pub(crate) static CHECK: Check =
    Check { id: "local-settings", title: "this machine sends what is meant", asks: asks_nothing, reads };

fn reads(case: &Case, _: &Seen) -> Outcome {
    let mut found = Vec::new();
    for note in case.request.iter().flat_map(|r| &r.notes).filter(|n| n.kind == NoteKind::GitConfig) {
        found.push(Finding::new(Sign::Noted(note.kind), true, note.text.clone()).at(note.at));
    }
    found.extend(large_files(case));
    let mut wrong = found.iter().any(|f| f.sign != Sign::Noted(NoteKind::GitConfig));
    for setting in &case.local {
        let Some(effect) = setting.effect.filter(|e| *e != Effect::None) else { continue };
        wrong |= !matches!(effect, Effect::Between | Effect::NotUsed);
        found.push(Finding::new(Sign::Local(effect), true, format!("{} ({})", setting.name, setting.origin)));
    }
    match (wrong, found.is_empty(), case.local.is_empty()) {
        (true, ..) => Outcome::Failed(found),
        (_, false, _) => Outcome::Warned(found),
        (_, true, false) => Outcome::Passed(found),
        (_, true, true) => Outcome::Skipped("no local setting was looked at".into(), found),
    }
}

/// Git LFS speaks for itself in what was pasted: it goes to another URL than git, with its own settings (fact `git-lfs`).
fn large_files(case: &Case) -> Option<Finding> {
    let reported = case.reported()?;
    let text = reported.text.to_ascii_lowercase();
    let speaks = ["git-lfs", "git lfs", "gitlfs", "/info/lfs", "lfs: ", "lfs/objects", "lfs.storage", "batch response"]
        .iter()
        .any(|w| text.contains(w))
        || case.request.as_ref().is_some_and(|r| r.url.contains("/info/lfs") || (r.tool == "git" && r.text.contains("git lfs ")));
    let refused = matches!(reported.status, Some(401 | 403))
        || text.contains("authentication required")
        || text.contains("authorization error");
    (speaks && refused).then(|| {
        Finding::new(Sign::Local(Effect::LfsDiffers), true, "what is refused is Git LFS, not git itself")
            .at(reported.at)
            .as_reported()
    })
}
