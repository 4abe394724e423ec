//! A known program in a version that is known to be unable: only where a pasted text names both, one right after the other.

use super::{Fault, Program, all};
use crate::checks::Kind;

/// What a text proves about the program that wrote it, for this kind of credential.
#[must_use]
pub fn unable(text: &str, kind: Kind) -> Option<(&'static Program, &'static Fault, String)> {
    let kind = match kind {
        Kind::ApiToken => "api-token",
        Kind::AccessToken => "access-token",
        _ => return None,
    };
    let lower = text.to_ascii_lowercase();
    for program in all() {
        for fault in program.fault.iter().filter(|f| f.cannot.as_deref() == Some(kind)) {
            let Some(first_good) = fault.fixed_in.as_deref().and_then(numbers) else { continue };
            for name in &fault.logs {
                let versions = lower.match_indices(name.as_str()).filter_map(|(at, _)| version(&lower, at, name.len()));
                for shown in versions {
                    if numbers(shown).is_some_and(|version| version < first_good) {
                        return Some((program, fault, shown.to_owned()));
                    }
                }
            }
        }
    }
    None
}

/// The version right behind a name that is a word of its own: `renovate 40.1.0`, `renovate@40.1.0`, `renovate/v40.1.0`.
fn version(text: &str, at: usize, length: usize) -> Option<&str> {
    let before = text[..at].chars().next_back();
    if before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_' || c == '.') {
        return None;
    }
    let rest = text.get(at + length..)?;
    let rest = rest.trim_start_matches([' ', ':', '@', '/', '=', '"']);
    let rest = rest.strip_prefix("version").map_or(rest, |rest| rest.trim_start_matches([' ', ':', '=', '"']));
    let rest = rest.strip_prefix('v').unwrap_or(rest);
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let version = rest[..end].trim_end_matches('.');
    version.contains('.').then_some(version)
}

/// The numbers that a version begins with.
fn numbers(version: &str) -> Option<Vec<u64>> {
    let numbers: Vec<u64> = version.split('.').map_while(|part| part.parse().ok()).collect();
    (!numbers.is_empty()).then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_with_name_and_old_version() {
        let says = |text: &str, kind| unable(text, kind).map(|(p, _, version)| (p.id.as_str(), version));
        assert_eq!(says("Renovate 40.1.3 started", Kind::ApiToken), Some(("renovate", "40.1.3".into())));
        assert_eq!(says("renovate@41.1.9", Kind::ApiToken), Some(("renovate", "41.1.9".into())));
        assert_eq!(says("renovate: v41.2.0", Kind::ApiToken), None);
        assert_eq!(says("renovate 40.1.3", Kind::AccessToken), None);
        assert_eq!(says("ghorg version 1.11.7", Kind::ApiToken), Some(("ghorg", "1.11.7".into())));
        assert_eq!(says("my-renovate 1.2.3; renovate failed; node 20.1.0", Kind::ApiToken), None);
        assert_eq!(says("", Kind::ApiToken), None);
    }
}
