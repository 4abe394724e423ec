//! The tokens that a run knows without a command: what arrives elsewhere is told apart by them.

use super::{Around, Error, people, token};
use crate::checks::{Certainty, Credential, CredentialId, Kind, User, shape};
use crate::cli::args::CheckArgs;
use crate::recipe;
use crate::secret::Secret;

/// A token that is known, and where from.
#[derive(Debug)]
pub struct KnownToken {
    /// What its text tells; the source is the variable or the option.
    pub credential: Credential,
    /// Its text, without what is around it.
    pub secret: Secret,
    /// Its text as it was found.
    pub raw: Secret,
}

/// Everything that is known of whose requests these may be.
#[derive(Debug, Default)]
pub struct Known {
    /// Each text once, the first place that holds it.
    pub tokens: Vec<KnownToken>,
    /// The account's e-mail.
    pub email: Option<User>,
}

/// What `--token-…` names, then the variables that bbdoctor reads, then those in which known programs look for a secret.
///
/// # Errors
/// What is given to bbdoctor wrongly.
pub fn known(args: &CheckArgs, around: &Around) -> Result<Known, Error> {
    if args.token.is_some() {
        return Err(Error::TokenOnCommandLine);
    }
    people::check(args)?;
    let mut known = Known::default();
    if let Some(found) = token::option(args, around)?.filter(|found| found.missing.is_none()) {
        let option = if args.token_file.is_some() { "--token-file" } else { "--token-stdin" };
        let source = args.token_env.as_deref().unwrap_or(option);
        known.add(&found.text, source);
    }
    for name in token::VARIABLES {
        if let Some(value) = around.filled(name) {
            known.add(value, name);
        }
    }
    for (name, _) in recipe::secret_variables() {
        // These may hold anything: what is no token by its shape tells nothing here.
        let read = around.filled(name).map(|value| (value, shape::read(value)));
        if let Some((value, _)) = read.filter(|(_, read)| {
            read.certainty != Certainty::Possible && !matches!(read.kind, Kind::Unknown | Kind::Password | Kind::OauthClient)
        }) {
            known.add(value, name);
        }
    }
    let email = args.email.as_deref().map(|text| (text, "--email"));
    let email = email.or_else(|| around.filled(people::EMAIL).map(|text| (text, people::EMAIL)));
    known.email = email.map(|(text, source)| people::user(text, source));
    Ok(known)
}

impl Known {
    fn add(&mut self, text: &str, source: &str) {
        let id = CredentialId(u16::try_from(self.tokens.len()).unwrap_or(u16::MAX));
        let (credential, secret) = token::credential(id, text, source);
        let empty = credential.shape.unexpanded.is_some() || credential.shape.placeholder.is_some();
        if !empty && !self.tokens.iter().any(|known| known.secret == secret) {
            self.tokens.push(KnownToken { credential, secret, raw: Secret::new(text.to_owned()) });
        }
    }

    /// The known token that has this text.
    #[must_use]
    pub fn find(&self, secret: &Secret) -> Option<&KnownToken> {
        self.tokens.iter().find(|known| known.secret == *secret)
    }

    /// The known token that this text is a part of.
    #[must_use]
    pub fn part_of(&self, secret: &Secret) -> Option<&KnownToken> {
        const SHORTEST: usize = 20;
        let part = secret.expose();
        self.tokens.iter().find(|known| part.len() >= SHORTEST && known.secret != *secret && known.secret.expose().contains(part))
    }
}
