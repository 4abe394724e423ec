//! What a text shows of git's own configuration and of credential helpers: rewritten addresses, and what a helper hands out.

use crate::checks::{NoteKind, shape};

use super::draft::Draft;
use super::settings::{Setting, What};

/// `[url "git@bitbucket.org:"] insteadOf = https://bitbucket.org/`: the command's URL is another one for git.
pub(crate) fn rewritten(drafts: &mut [Draft], source: &str) {
    let mut base: Option<&str> = None;
    let mut start = 0;
    for line in source.split_inclusive('\n') {
        let text = line.trim();
        let at = start + (line.len() - line.trim_start().len());
        start += line.len();
        if text.starts_with('[') {
            base = text.strip_prefix("[url \"").and_then(|rest| rest.strip_suffix("\"]"));
            continue;
        }
        let Some(base) = base else { continue };
        let Some((name, prefix)) = text.split_once('=') else { continue };
        let name = name.trim();
        let pushes = name.eq_ignore_ascii_case("pushinsteadof");
        if !pushes && !name.eq_ignore_ascii_case("insteadof") {
            continue;
        }
        let prefix = prefix.trim().trim_matches('"');
        for draft in drafts.iter_mut().filter(|d| d.tool == "git" && (!pushes || d.writes)) {
            let url = draft.address.url(&[]);
            let hit = !prefix.is_empty() && url.starts_with(prefix) && !base.is_empty() && !url.starts_with(base);
            if hit {
                let shown = base.rsplit_once('@').map_or(base, |(_, host)| host);
                let text = format!("insteadOf makes an address at {shown} of this URL");
                draft.note(NoteKind::UrlRewritten, text, Some(at..at + text_length(line)));
            }
        }
    }
}

fn text_length(line: &str) -> usize {
    line.trim().len()
}

/// What `git credential fill`, or a helper's `get`, prints: it is what git sends, whatever else the text means to use.
pub(crate) fn handed_out(drafts: &mut [Draft], settings: &[Setting], source: &str) {
    const ASKS: &[&str] =
        &["credential fill", "credential-manager get", "credential-osxkeychain get", "credential-libsecret get"];
    let Some(asked) = ASKS.iter().filter_map(|words| source.find(words)).min() else { return };
    let secret = |s: &&Setting| s.what == What::Secret && !shape::stands_for_nothing(s.value.as_str());
    let printed = |s: &&Setting| s.at > asked && s.name == "password" && source[asked..s.at].lines().count() <= 8;
    let Some(stored) = settings.iter().filter(secret).find(printed) else { return };
    let other = settings.iter().filter(secret).any(|s| s.value.as_str() != stored.value.as_str());
    if !other {
        return;
    }
    for draft in drafts.iter_mut().filter(|d| d.tool == "git" && d.sends.place == "prompt" && super::failed(d)) {
        let text = "the helper is shown to hand out another credential than the one that is meant";
        draft.note(NoteKind::StoredOther, text, stored.value.span());
    }
}
