//! Variables that programs for Bitbucket read, set on this machine; and what a Bitbucket Pipelines step has and has not.

use super::sent;
use crate::checks::{Effect, LocalSetting, Shape, shape};
use crate::intake::{Around, Intake, token};
use crate::recipe;
use crate::secret::Secret;

/// More are not listed.
const MOST: usize = 12;

/// Adds those that hold a secret of their own, and those that are empty or damaged. They are used by other programs than the
/// one of this case: none has an effect.
pub(super) fn read(intake: &mut Intake, around: &Around) {
    let known: Vec<(Secret, Option<String>)> = intake
        .case
        .credentials
        .iter()
        .filter_map(|c| intake.vault.secret(c.id).cloned().map(|s| (s, c.shape.fingerprint.clone())))
        .collect();
    let mut found = Vec::new();
    for (name, programs) in recipe::secret_variables() {
        if token::VARIABLES.contains(&name) {
            continue;
        }
        let Some(value) = around.variable(name) else { continue };
        let readers = programs.join(", ");
        let words = if value.is_empty() {
            format!("set and empty; read by {readers}")
        } else {
            let (credential, secret) = token::credential(crate::checks::CredentialId::default(), value, name);
            let same = known.iter().any(|(known, _)| *known == secret);
            let print = credential.shape.fingerprint.as_deref().map_or_else(String::new, |p| format!(", fingerprint {p}"));
            let which = if same { ", the one that is diagnosed".to_owned() } else { print };
            let damage = stray(&credential.shape);
            if !same {
                intake.vault.hide(secret, format!("[{name}]"));
            }
            format!("{}{which}{damage}; read by {readers}", sent::kind(credential.kind))
        };
        found.push(LocalSetting { name: name.into(), value: words, origin: "environment".into(), effect: None });
    }
    found.truncate(MOST);
    intake.case.local.extend(found);
    used(intake, around);
    pipelines(intake, around);
}

fn stray(shape: &Shape) -> String {
    if shape.stray.is_empty() { String::new() } else { format!(", with {}", shape.stray.join(" and ")) }
}

/// A variable of bbdoctor's own that holds an address or a name with quotes or blanks around it.
fn used(intake: &mut Intake, around: &Around) {
    for name in ["BITBUCKET_EMAIL", "BITBUCKET_USERNAME", "BITBUCKET_WORKSPACE", "BITBUCKET_REPO_FULL_NAME"] {
        let Some(value) = around.filled(name) else { continue };
        let trimmed = value.trim_matches(|c: char| c.is_whitespace() || c == '"' || c == '\'' || shape::is_invisible(c));
        if trimmed.len() != value.len() {
            intake.case.local.push(LocalSetting {
                name: name.into(),
                value: "has quotes, blanks or invisible characters around it".into(),
                origin: "environment".into(),
                effect: None,
            });
        }
    }
}

/// Bitbucket Pipelines (fact `pipelines-proxy`): git needs no credential there, and secured variables are not given to builds of
/// pull requests from forks.
fn pipelines(intake: &mut Intake, around: &Around) {
    if around.filled("BITBUCKET_BUILD_NUMBER").is_none() {
        return;
    }
    let any = token::VARIABLES.iter().any(|name| around.filled(name).is_some());
    let empty = intake.case.local.iter().any(|l| l.effect == Some(Effect::EmptyVariable));
    let value = if around.filled("BITBUCKET_PR_ID").is_some() && (empty || !any) {
        let text = "this step builds a pull request: secured variables are not given to builds of forks";
        intake.asides.push(text.into());
        "a Bitbucket Pipelines step of a pull request: secured variables are not there in builds of forks"
    } else {
        "a Bitbucket Pipelines step: git reaches its own repository over http, through a proxy that signs in"
    };
    intake.case.local.push(LocalSetting {
        name: "BITBUCKET_BUILD_NUMBER".into(),
        value: value.into(),
        origin: "environment".into(),
        effect: None,
    });
}
