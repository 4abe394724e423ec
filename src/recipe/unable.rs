//! A known program that is known to be unable to use a kind of credential: in a version that a pasted text names right after
//! it, or, where no known version can, wherever it speaks.
//!
//! What the person's credential is, is told by the credential; where none is shown, by the program's own variables, or by the
//! one kind that the text speaks of.

use super::{
    Fault, Program, Takes, all,
    recognised::{beginning, speaking},
};
use crate::checks::{Kind, Surface};

/// What a text shows of the program that wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unable {
    /// The program.
    pub program: &'static Program,
    /// `Renovate 40.1.3 cannot use an API token: …`
    pub text: String,
}

/// What a text proves about the program that wrote it, for this kind of credential on this side.
#[must_use]
pub fn unable(text: &str, kind: Kind, surface: Option<Surface>) -> Option<Unable> {
    let text = beginning(text);
    let lower = text.to_ascii_lowercase();
    for program in all() {
        let Some(kind) = of(kind, program, text, &lower) else { continue };
        for fault in program.fault.iter().filter(|f| f.cannot.as_deref() == Some(word(kind)) && on(f.side.as_deref(), surface)) {
            let shown = fault.logs.iter().flat_map(|name| versions(&lower, name)).find(|version| is_before(version, fault));
            if let Some(version) = shown {
                return Some(said(program, Some(version), kind, &fault.what));
            }
        }
    }
    let program = speaking(text)?;
    let kind = of(kind, program, text, &lower)?;
    let takes = if kind == Kind::ApiToken { program.api_token } else { program.access_token };
    // What it does not take is told of its sign-in to REST; one without is git's own.
    let side = if program.rest.is_empty() { "git" } else { "rest" };
    let uses_one = !program.rest.is_empty() || !program.git.is_empty();
    (takes == Takes::No && uses_one && on(Some(side), surface)).then(|| said(program, None, kind, &by_itself(program)))
}

/// The credential's own kind; where it shows none, what the text speaks of. Any other kind has faults of its own.
fn of(kind: Kind, program: &Program, text: &str, lower: &str) -> Option<Kind> {
    match kind {
        Kind::ApiToken | Kind::AccessToken => Some(kind),
        Kind::Unknown => spoken_of(program, text, lower),
        _ => None,
    }
}

const fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::ApiToken => "api-token",
        _ => "access-token",
    }
}

fn on(side: Option<&str>, surface: Option<Surface>) -> bool {
    match (side, surface) {
        (Some("rest"), Some(Surface::Git)) | (Some("git"), Some(Surface::Rest)) => false,
        // Git is on the way to most faults of git alone; where nothing is told, it is not assumed.
        (Some("git"), None) => false,
        _ => true,
    }
}

fn said(program: &'static Program, version: Option<&str>, kind: Kind, why: &str) -> Unable {
    let version = version.map_or_else(String::new, |version| format!(" {version}"));
    let kind = if kind == Kind::ApiToken { "an API token" } else { "an access token" };
    let why = why.trim_end_matches('.');
    let text = format!("{}{version} cannot use {kind}: {why}; see bbdoctor recipe {}", program.name, program.id);
    Unable { program, text }
}

/// Why a program takes a kind in no version that is known.
fn by_itself(program: &Program) -> String {
    let sends = match program.rest.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["oauth"] => "it signs in by OAuth alone",
        ["bearer"] => "it sends Bearer alone",
        ["basic"] => "it sends Basic alone",
        _ => "no setting for one is known",
    };
    let seen = program.seen.as_ref().map_or_else(String::new, |seen| format!(", as of {seen}"));
    format!("{sends}{seen}")
}

/// The kind that the text speaks of: by the program's own variables, else by name; none where it speaks of several.
fn spoken_of(program: &Program, text: &str, lower: &str) -> Option<Kind> {
    let variable = |holds: &str| {
        let names = program.env.iter().filter_map(|env| env.split_once(':')).filter(|(_, h)| *h == holds);
        names.into_iter().any(|(name, _)| text.contains(&format!("{name}=")) || text.contains(&format!("{name}:")))
    };
    let api_token = ["api token", "api-token", "apitoken", "atatt"].iter().any(|w| lower.contains(w));
    let access_token =
        ["repository access token", "project access token", "workspace access token", "atctt"].iter().any(|w| lower.contains(w));
    let another = ["app password", "app-password", "oauth", "ssh key"].iter().any(|w| lower.contains(w));
    match (api_token, access_token, another) {
        (true, false, false) => Some(Kind::ApiToken),
        (false, true, false) => Some(Kind::AccessToken),
        (false, false, false) if variable("api-token") != variable("access-token") => {
            Some(if variable("api-token") { Kind::ApiToken } else { Kind::AccessToken })
        }
        _ => None,
    }
}

/// The versions right behind a name that is a word of its own: `renovate 40.1.0`, `renovate@40.1.0`, `renovate/v40.1.0`.
fn versions<'t>(lower: &'t str, name: &'t str) -> impl Iterator<Item = &'t str> {
    lower.match_indices(name).filter_map(|(at, _)| version(lower, at, name.len()))
}

fn version(text: &str, at: usize, length: usize) -> Option<&str> {
    let before = text[..at].chars().next_back();
    if before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_' || c == '.') {
        return None;
    }
    const BETWEEN: &[char] = &[' ', ':', '@', '/', '=', '"', '\'', '(', '~'];
    let mut rest = text.get(at + length..)?.trim_start_matches(BETWEEN);
    for word in ["for windows", "for macos", "for mac", "plugin", "cli", "version"] {
        rest = rest.strip_prefix(word).map_or(rest, |rest| rest.trim_start_matches(BETWEEN));
    }
    let rest = rest.strip_prefix('v').unwrap_or(rest);
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let version = rest[..end].trim_end_matches('.');
    // `933.v7119…`, as Jenkins counts.
    (version.contains('.') || rest[end..].starts_with('v') && rest[..end].ends_with('.')).then_some(version)
}

/// Whether a version comes before the first good one, of its own line where there are several.
fn is_before(shown: &str, fault: &Fault) -> bool {
    let Some(shown) = numbers(shown) else { return false };
    let named: Vec<&str> = if fault.before.is_empty() {
        fault.fixed_in.iter().map(String::as_str).collect()
    } else {
        fault.before.iter().map(String::as_str).collect()
    };
    let good: Vec<Vec<u64>> = named.into_iter().filter_map(numbers).collect();
    let line = good.iter().find(|good| good.first() == shown.first()).or_else(|| good.iter().min());
    line.is_some_and(|good| shown < *good)
}

/// The numbers that a version begins with.
fn numbers(version: &str) -> Option<Vec<u64>> {
    let numbers: Vec<u64> = version.split('.').map_while(|part| part.parse().ok()).collect();
    (!numbers.is_empty()).then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(text: &str, kind: Kind) -> Option<&'static str> {
        unable(text, kind, None).map(|u| u.program.id.as_str())
    }

    #[test]
    fn only_with_name_and_old_version() {
        assert_eq!(says("Renovate 40.1.3 started", Kind::ApiToken), Some("renovate"));
        assert_eq!(says("renovate@41.1.9", Kind::ApiToken), Some("renovate"));
        assert_eq!(says("\"renovateVersion\": \"41.1.9\"", Kind::ApiToken), Some("renovate"));
        assert_eq!(says("renovate: v41.2.0", Kind::ApiToken), None);
        assert_eq!(says("renovate 40.1.3", Kind::AccessToken), None);
        assert_eq!(says("ghorg version 1.11.7", Kind::ApiToken), Some("ghorg"));
        assert_eq!(says("my-renovate 1.2.3; renovate failed; node 20.1.0", Kind::ApiToken), None);
        assert_eq!(says("", Kind::ApiToken), None);
    }

    #[test]
    fn each_line_has_its_own_first_good_version() {
        for (version, is) in
            [("3.4.23", true), ("3.4.24", false), ("4.2.12", true), ("4.2.14", false), ("2.7.6", true), ("5.0.0", false)]
        {
            let text = format!("Sourcetree for Windows {version}: failed");
            assert_eq!(says(&text, Kind::ApiToken).is_some(), is, "{version}");
        }
        // git itself takes it there.
        assert!(unable("sourcetree 3.4.20", Kind::ApiToken, Some(Surface::Git)).is_none());
        let jenkins = "cloudbees-bitbucket-branch-source:886.v44cf5e4ecec5";
        assert_eq!(says(jenkins, Kind::AccessToken), Some("jenkins"));
        assert_eq!(says(&jenkins.replace("886", "933"), Kind::AccessToken), None);
    }

    #[test]
    fn where_no_version_can() {
        assert_eq!(says("$ git-cliff --bump\nERROR 401", Kind::ApiToken), Some("git-cliff"));
        assert_eq!(says("$ git-cliff --bump\nERROR 401", Kind::AccessToken), None);
        assert_eq!(says("I read about git-cliff", Kind::ApiToken), None, "its name alone");
        assert_eq!(says("$ git-town sync\n401", Kind::AccessToken), Some("git-town"));
        assert_eq!(says("POST JENKINS/bitbucket-hook/ fails", Kind::ApiToken), None, "it needs none");
    }

    #[test]
    fn the_kind_where_none_is_shown() {
        assert_eq!(says("renovate 40.1.3 with my new API token: 401", Kind::Unknown), Some("renovate"));
        assert_eq!(says("RENOVATE_PASSWORD=***\nrenovate 40.1.3: 401", Kind::Unknown), Some("renovate"));
        assert_eq!(says("RENOVATE_TOKEN=***\nrenovate 40.1.3: 401", Kind::Unknown), None, "an access token");
        assert_eq!(says("renovate 40.1.3: 401", Kind::Unknown), None, "nobody knows");
        assert_eq!(says("renovate 40.1.3 with an app password or an API token", Kind::Unknown), None, "which?");
        assert_eq!(says("renovate 40.1.3 with an API token", Kind::AppPassword), None, "it shows its own");
    }
}
