//! Variables that programs for Bitbucket read, set on this machine.

use super::{pipelines, sent};
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
        let mut damaged = false;
        let words = if value.is_empty() {
            intake.asides.push(format!("{name} is set and empty; read by {readers}"));
            format!("set and empty; read by {readers}")
        } else {
            let (credential, secret) = token::credential(crate::checks::CredentialId::default(), value, name);
            let same = known.iter().any(|(known, _)| *known == secret);
            let print = credential.shape.fingerprint.as_deref().map_or_else(String::new, |p| format!(", fingerprint {p}"));
            let which = if same { ", the one that is diagnosed".to_owned() } else { print };
            let damage = stray(&credential.shape);
            damaged = !damage.is_empty();
            if !same {
                intake.vault.hide(secret, format!("[{name}]"));
            }
            format!("{}{which}{damage}; read by {readers}", sent::kind(credential.kind))
        };
        found.push(LocalSetting {
            name: name.into(),
            value: words,
            origin: "environment".into(),
            effect: damaged.then_some(Effect::StrayCharacters),
        });
    }
    found.truncate(MOST);
    intake.case.local.extend(found);
    used(intake, around);
    pipelines::read(intake, around);
}

fn stray(shape: &Shape) -> String {
    if shape.stray.is_empty() { String::new() } else { format!(", with {}", shape.stray.join(" and ")) }
}

/// Quotes, white space and invisible characters around a value.
pub(in crate::intake) fn without_stray(value: &str) -> &str {
    value.trim_matches(|c: char| c.is_whitespace() || c == '"' || c == '\'' || shape::is_invisible(c))
}

/// Variables for addresses and names with quotes or blanks around them; and those that name another e-mail than what is used.
fn used(intake: &mut Intake, around: &Around) {
    const OWN: [&str; 4] = ["BITBUCKET_EMAIL", "BITBUCKET_USERNAME", "BITBUCKET_WORKSPACE", "BITBUCKET_REPO_FULL_NAME"];
    let local =
        |name: &str, value: String, effect| LocalSetting { name: name.into(), value, origin: "environment".into(), effect };
    let others = recipe::name_variables();
    for name in OWN.into_iter().chain(others.iter().map(|(name, ..)| *name).filter(|name| !OWN.contains(name))) {
        let Some(value) = around.filled(name) else { continue };
        if without_stray(value).len() != value.len() {
            let value = "quotes, blanks or invisible characters stand around its value".to_owned();
            intake.case.local.push(local(name, value, Some(Effect::StrayCharacters)));
        }
    }
    let email = around.filled(OWN[0]).map(without_stray);
    for (name, holds, programs) in others {
        let (Some(value), Some(email)) = (around.filled(name).map(without_stray), email) else { continue };
        if holds == "email" && name != OWN[1] && value.contains('@') && !value.eq_ignore_ascii_case(email) {
            let value = format!("another e-mail than BITBUCKET_EMAIL; read by {}", programs.join(", "));
            intake.case.local.push(local(name, value, None));
            intake.asides.push(format!("{name} and BITBUCKET_EMAIL hold different e-mails"));
        }
    }
}
