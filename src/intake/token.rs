//! Where the secret is: options, then variables. Its kind is told by its shape, never by where it was found.

use super::{Around, Error};
use crate::checks::{Credential, CredentialId, Effect, LocalSetting, shape};
use crate::cli::args::CheckArgs;
use crate::secret::Secret;
use crate::vault::fingerprint;

/// The variables that may hold the token, in order of precedence.
pub(super) const VARIABLES: [&str; 4] =
    ["BITBUCKET_API_TOKEN", "BITBUCKET_ACCESS_TOKEN", "BITBUCKET_TOKEN", "BITBUCKET_APP_PASSWORD"];

/// A secret's text and where it was found.
pub(super) struct Found {
    pub(super) text: String,
    pub(super) source: String,
    /// The variable, where it is set and empty, or was named and is not set.
    pub(super) missing: Option<String>,
}

/// Reads a text as credential; what can be sent goes to the secret.
pub(super) fn credential(id: CredentialId, text: &str, source: &str) -> (Credential, Secret) {
    let read = shape::read(text);
    let secret = Secret::new(read.cleaned);
    let mut shape = read.shape;
    if shape::has_fingerprint(read.kind, &shape) {
        shape.fingerprint = Some(fingerprint(&secret));
    }
    (Credential { id, kind: read.kind, kind_certainty: read.certainty, shape, user: None, source: source.into() }, secret)
}

/// The secret that `--token-*` names.
pub(super) fn option(args: &CheckArgs, around: &Around) -> Result<Option<Found>, Error> {
    let given: Vec<&str> = [
        args.token_file.as_ref().map(|_| "--token-file"),
        args.token_stdin.then_some("--token-stdin"),
        args.token_env.as_ref().map(|_| "--token-env"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if let [one, other, ..] = given.as_slice() {
        return Err(Error::Both { one: (*one).into(), other: (*other).into(), why: "there is one token to diagnose" });
    }
    if let Some(path) = &args.token_file {
        return file("--token-file", path, around).map(Some);
    }
    if args.token_stdin {
        return file("--token-stdin", "-".as_ref(), around).map(Some);
    }
    let Some(name) = &args.token_env else { return Ok(None) };
    if name.is_empty() || name.contains(['=', '\0']) {
        return Err(Error::value("--token-env", "it is no name of a variable", "for example --token-env BITBUCKET_API_TOKEN"));
    }
    let known = shape::read(name).kind;
    if name.len() > 24 && !matches!(known, crate::checks::Kind::Unknown | crate::checks::Kind::Password) {
        return Err(Error::value(
            "--token-env",
            "it wants the name of a variable, not the token",
            "set the variable and name it",
        ));
    }
    Ok(Some(match around.filled(name) {
        Some(value) => Found { text: value.into(), source: name.clone(), missing: None },
        None => Found { text: String::new(), source: name.clone(), missing: Some(name.clone()) },
    }))
}

/// A file or standard input: one line ending at the end is not part of the token.
fn file(option: &'static str, path: &std::path::Path, around: &Around) -> Result<Found, Error> {
    let text = around.read_text(option, path)?;
    let text = text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    if text.trim().is_empty() {
        return Err(Error::value(option, "it is empty", "write the token into it, and nothing else"));
    }
    Ok(Found { text: text.into(), source: option.into(), missing: None })
}

/// The first variable that holds a token; where none does, the first that is set and empty.
pub(super) fn variable(around: &Around) -> Option<Found> {
    let filled = VARIABLES
        .into_iter()
        .find_map(|name| around.filled(name).map(|value| Found { text: value.into(), source: name.into(), missing: None }));
    filled.or_else(|| {
        VARIABLES.into_iter().find(|name| around.variable(name).is_some()).map(|name| Found {
            text: String::new(),
            source: name.into(),
            missing: Some(name.into()),
        })
    })
}

/// The variables that are set too: to something else than what is used, each with those that it differs from; or to nothing.
pub(super) fn not_used(around: &Around, used: &[(&str, &str)]) -> Vec<(LocalSetting, Option<Secret>)> {
    let setting = |name: &str, value: String, effect| LocalSetting {
        name: name.into(),
        value,
        origin: "environment".into(),
        effect: Some(effect),
    };
    let mut held: Vec<(String, String)> = used.iter().map(|(text, source)| ((*text).into(), (*source).into())).collect();
    let mut found = Vec::new();
    for name in VARIABLES {
        let Some(value) = around.variable(name) else { continue };
        if value.is_empty() {
            if !held.is_empty() {
                found.push((setting(name, "it is set and empty".into(), Effect::NotUsed), None));
            }
            continue;
        }
        let read = shape::read(value);
        if used.iter().any(|(text, _)| *text == read.cleaned) {
            continue;
        }
        let others: Vec<&str> =
            held.iter().filter(|(text, _)| *text != read.cleaned).map(|(_, source)| source.as_str()).collect();
        let stray =
            if read.shape.stray.is_empty() { String::new() } else { format!(", with {}", read.shape.stray.join(" and ")) };
        let what =
            if others.is_empty() { "it holds a token".into() } else { format!("another token than {}", others.join(" and ")) };
        found.push((setting(name, format!("{what}{stray}"), Effect::NotUsed), Some(Secret::new(read.cleaned.clone()))));
        held.push((read.cleaned, name.into()));
    }
    found
}

/// A variable that is set to nothing, or named and not set.
pub(super) fn empty(name: &str) -> LocalSetting {
    LocalSetting { name: name.into(), value: String::new(), origin: "environment".into(), effect: Some(Effect::EmptyVariable) }
}
