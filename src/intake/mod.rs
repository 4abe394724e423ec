//! Where the case comes from: options, the pasted command, variables, the clone, the prompt; their precedence stands here.
//!
//! What is given to bbdoctor wrongly is an error. What the person uses is taken as it is, however broken: that is diagnosed.

mod around;
mod ask;
mod base;
mod discover;
mod error;
pub mod git_url;
mod known;
mod machine;
mod mask;
mod masked;
mod needs;
mod people;
mod prompt;
mod target;
#[cfg(test)]
mod tests;
mod token;

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

pub use self::around::{Around, LARGEST, text};
pub use self::error::Error;
pub use self::known::{Known, KnownToken, known};
pub use self::machine::{ask_git, netrc_sends};
pub use self::mask::mask;
pub use self::needs::read as needs;
use crate::checks::{Case, CredentialId, Effect, LocalSetting, Options, Scheme, shape};
use crate::cli::args::{CheckArgs, SchemeArg};
use crate::command::{self, Context, Input, Reading};
use crate::secret::Secret;
use crate::transport::Settings;
use crate::vault::{Vault, fingerprint};

/// Versions of the programs that the case is about, for its environment.
#[must_use]
pub fn versions(intake: &Intake, around: &Around) -> Vec<LocalSetting> {
    machine::versions(intake, around)
}

/// Everything that a run needs.
#[derive(Debug)]
pub struct Intake {
    /// What is known before asking; names unmasked.
    pub case: Case,
    /// The secrets and the names as they are sent.
    pub vault: Vault,
    /// The way to Bitbucket.
    pub settings: Settings,
    /// Lines that bear on this run but not on the verdict.
    pub asides: Vec<String>,
    /// The whole of what was pasted, secrets replaced; for no report.
    pasted: String,
    /// The e-mail of a user that the command names and does not send.
    email_unsent: Option<String>,
}

/// The failing command as it was given.
enum Given {
    Text(String),
    Words(Vec<String>),
    /// What Postman or a browser exported, with Postman's environment.
    Exported(String, Option<String>),
}

/// Takes the case in.
pub fn take_in(args: &CheckArgs, around: &Around) -> Result<Intake, Error> {
    if args.token.is_some() {
        return Err(Error::TokenOnCommandLine);
    }
    let given = command(args, around)?;
    gather(args, around, given)
}

/// Takes the case in with this pasted text.
pub fn take_in_text(args: &CheckArgs, around: &Around, text: String) -> Result<Intake, Error> {
    gather(args, around, Some(Given::Text(text)))
}

fn gather(args: &CheckArgs, around: &Around, given: Option<Given>) -> Result<Intake, Error> {
    let settings = base::settings(args, around)?;
    people::check(args)?;
    let token = token::option(args, around)?;
    let found = target::read(args, around, &settings, given.is_none() && !args.no_discover)?;
    let needs = needs::read(&args.require, &found.target)?;

    let mut intake = Intake {
        case: Case {
            now: now(),
            target: found.target,
            needs,
            scheme: args.scheme.map(|s| if s == SchemeArg::Basic { Scheme::Basic } else { Scheme::Bearer }),
            options: Options {
                offline: args.offline,
                api_url: base::url_text(settings.api_url()),
                git_base_url: base::url_text(settings.git_base_url()),
                between: false,
                arrived: false,
            },
            ..Case::default()
        },
        vault: Vault::default(),
        settings,
        asides: Vec::new(),
        pasted: String::new(),
        email_unsent: None,
    };
    if let Some(given) = given {
        intake.command(&given, around)?;
    }
    // A remote that holds a secret, or a user that had to be encoded, is read as the command that uses it.
    if let (None, Some(remote)) = (&intake.case.request, &found.remote) {
        let raw = args.git_url.clone();
        intake.remote(remote, raw.as_deref(), around)?;
    }
    let mut machine = machine::look(&mut intake, args, around);
    if let Some(token) = token {
        let option = if args.token_file.is_some() {
            "--token-file"
        } else if args.token_stdin {
            "--token-stdin"
        } else {
            "--token-env"
        };
        intake.option(&token, option)?;
    } else if intake.case.credentials.is_empty() && intake.case.request.is_none() {
        if let Some(token) = token::variable(around) {
            intake.credential(&token);
        } else {
            // A target alone is worth a look, but better with the token, where somebody can be asked for it.
            let enough = found.given && (around.is_ci() || !around.can_ask);
            if !enough && !intake.is_something() && !machine.sends_something() {
                intake.ask(around)?;
                if intake.case.request.is_some() {
                    machine = machine::look(&mut intake, args, around);
                }
            }
        }
    } else if intake.is_masked() {
        let stands_in = token::variable(around).is_some_and(|token| intake.stand_in(&token));
        if !stands_in {
            intake.asides.push(masked::ASIDE.into());
        }
    } else if intake.case.credentials.is_empty() && intake.lacks_secret() {
        // The command shows no secret of its own where git or curl would ask for one: the variable is what is meant.
        if let Some(token) = token::variable(around).filter(|token| token.missing.is_none()) {
            intake.credential(&token);
        }
    }
    machine.judge(&mut intake, args, around);
    people::read(&mut intake, args, around);
    intake.not_used(around);
    let between = base::between(&intake.settings);
    intake.case.options.between = !between.is_empty();
    intake.case.local.extend(between);
    if !args.no_discover {
        intake.case.local.extend(base::of_others(around));
    }
    ask::email(&mut intake, around)?;
    Ok(intake)
}

/// Seconds since 1970. A clock before that is as wrong as one can be, and shown as 1970.
fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// The failing command: at most one of the three ways to give it.
fn command(args: &CheckArgs, around: &Around) -> Result<Option<Given>, Error> {
    let words = (!args.words.is_empty()).then_some("-- COMMAND");
    let file = args.command_file.as_ref().map(|_| "--command-file");
    let dash = args.dash.as_ref().map(|_| "-");
    let request = args.request_file.as_ref().map(|_| "--request-file");
    let ways: Vec<&str> = [words, file, request, dash].into_iter().flatten().collect();
    if let [one, other, ..] = ways.as_slice() {
        return Err(Error::Both { one: (*one).into(), other: (*other).into(), why: "there is one command to diagnose" });
    }
    if words.is_some() {
        return Ok(Some(Given::Words(args.words.iter().map(|word| word.to_string_lossy().into_owned()).collect())));
    }
    if let Some(path) = &args.request_file {
        let json = around.read_text("--request-file", path)?;
        let environment =
            args.postman_environment.as_ref().map(|path| around.read_text("--postman-environment", path)).transpose()?;
        return Ok(Some(Given::Exported(json, environment)));
    }
    let (option, path): (&'static str, &Path) = match (&args.command_file, dash) {
        (Some(path), _) => ("--command-file", path),
        (None, Some(_)) => ("-", Path::new("-")),
        (None, None) => return Ok(None),
    };
    let text = around.read_text(option, path)?;
    if text.trim().is_empty() {
        return Err(Error::value(option, "it is empty", "paste the failing command with what it answered"));
    }
    Ok(Some(Given::Text(text)))
}

impl Intake {
    /// Reads a command, and what stands around it, into the case.
    fn command(&mut self, given: &Given, around: &Around) -> Result<(), Error> {
        let variable = |name: &str| around.variable(name).map(str::to_owned);
        let (api_url, git_base_url) = (self.case.options.api_url.clone(), self.case.options.git_base_url.clone());
        let context = Context { variable: &variable, api_url: &api_url, git_base_url: &git_base_url };
        let reading = match given {
            Given::Text(text) => command::read(Input::Text(text), &context),
            Given::Words(words) => command::read(Input::Words(words), &context),
            Given::Exported(json, environment) => command::read_har(json, &context)
                .or_else(|_| command::read_postman(json, environment.as_deref(), &context))
                .map_err(|error| {
                    Error::value(
                        "--request-file",
                        error.to_string(),
                        "paste the request as curl instead: bbdoctor - < command.txt",
                    )
                })?,
        };
        let shows_one = reading.credentials.iter().any(|(credential, _)| {
            let shape = &credential.shape;
            shape.unexpanded.is_none() && shape.placeholder.is_none() && !shape.masked && shape.length > 0
        });
        if matches!(given, Given::Words(_)) && shows_one {
            let line = "the token in this command is now in your shell's history; next time run just bbdoctor, and paste";
            self.asides.push(line.into());
        }
        for unread in &reading.unread {
            self.asides.push(format!("not read: {unread}"));
        }
        if let Some(place) = reading.git_places.get(reading.main.unwrap_or(0)) {
            around.ask_git_in(place);
        }
        self.take(reading);
        Ok(())
    }

    fn take(&mut self, reading: Reading) {
        let Reading { mut requests, credentials, mut users, answers, main, text, .. } = reading;
        self.pasted = text;
        let case = &mut self.case;
        // Every command that is shown worked: what failed is what the lone answer tells of.
        let worked =
            |r: &crate::checks::Request| r.reported.as_ref().is_some_and(|r| r.status.is_some_and(|s| (200..300).contains(&s)));
        let refusal =
            answers.iter().find(|a| a.status.is_some_and(|s| s >= 400) || crate::checks::reported_fault(&a.text).is_some());
        if !requests.is_empty() && requests.iter().all(worked) && refusal.is_some() {
            case.reported = refusal.cloned();
            case.more = std::mem::take(&mut requests);
        }
        if !requests.is_empty() {
            let main = main.filter(|place| *place < requests.len()).unwrap_or(0);
            if main < users.requests.len() {
                let names = users.requests.swap_remove(main);
                (self.vault.rest_user, self.vault.git_user) = (names.rest, names.git);
                self.email_unsent = names.unsent;
            }
            case.request = Some(requests.remove(main));
            case.more = requests;
        }
        let sent = case.request.as_ref().and_then(|r| r.sends.credential);
        for (mut credential, secret) in credentials {
            if credential.shape.fingerprint.is_none() && shape::has_fingerprint(credential.kind, &credential.shape) {
                credential.shape.fingerprint = Some(fingerprint(&secret));
            }
            self.vault.insert(credential.id, secret);
            // The subject first: what the failing request sends.
            if Some(credential.id) == sent { case.credentials.insert(0, credential) } else { case.credentials.push(credential) }
        }
        let shown = case.request.as_ref().and_then(|r| r.reported.clone()).or_else(|| answers.into_iter().next());
        case.reported = case.reported.take().or(shown);
    }

    /// A git remote with a secret in it.
    fn remote(&mut self, remote: &git_url::Parsed, raw: Option<&str>, around: &Around) -> Result<(), Error> {
        let secret_user = remote.url.user.as_ref().is_some_and(|u| u.form == crate::checks::UserForm::Token);
        let password = remote.password.as_deref().filter(|p| !p.is_empty());
        if let (Some(raw), true) = (raw, secret_user || remote.needs_encoding || password.is_some()) {
            let words = ["git", "ls-remote", raw].map(str::to_owned).to_vec();
            let asides = self.asides.len();
            self.command(&Given::Words(words), around)?;
            self.asides.truncate(asides);
            if self.case.request.is_some() {
                return Ok(());
            }
        }
        let text = if secret_user { remote.user.as_deref() } else { password };
        if let Some(text) = text.filter(|_| remote.url.scheme != "ssh") {
            let (mut credential, secret) = token::credential(self.next_id(), text, &self.case.target.source);
            credential.user.clone_from(&remote.url.user);
            self.vault.insert(credential.id, secret);
            self.case.credentials.push(credential);
        }
        Ok(())
    }

    /// A secret that an option names: it may repeat the command's, not contradict it.
    fn option(&mut self, token: &token::Found, option: &'static str) -> Result<(), Error> {
        if self.stand_in(token) {
            return Ok(());
        }
        let (_, secret) = token::credential(CredentialId::default(), &token.text, "");
        let in_command: Vec<&Secret> = self.case.credentials.iter().filter_map(|c| self.vault.secret(c.id)).collect();
        if !in_command.is_empty() {
            return if in_command.contains(&&secret) { Ok(()) } else { Err(Error::TwoTokens(option)) };
        }
        self.credential(token);
        Ok(())
    }

    /// A secret that was found outside the command becomes the subject.
    fn credential(&mut self, token: &token::Found) {
        let (mut credential, secret) = token::credential(self.next_id(), &token.text, &token.source);
        if let Some(name) = &token.missing {
            credential.shape.unexpanded = Some(name.clone());
            self.case.local.push(token::empty(name));
        } else {
            self.vault.insert(credential.id, secret);
        }
        self.case.credentials.insert(0, credential);
    }

    fn next_id(&self) -> CredentialId {
        CredentialId(self.case.credentials.iter().map(|c| c.id.0 + 1).max().unwrap_or(0))
    }

    /// Whether there is anything to diagnose without a token: an empty variable, an answer, SSH.
    fn is_something(&self) -> bool {
        let empty = self.case.local.iter().any(|l| l.effect == Some(Effect::EmptyVariable));
        empty || self.case.reported.is_some() || self.is_ssh()
    }

    fn is_ssh(&self) -> bool {
        self.case.target.git_url.as_ref().is_some_and(|url| url.scheme == "ssh")
    }

    /// Whether the request is of a kind that asks for its secret: git, or curl with a user and no password.
    fn lacks_secret(&self) -> bool {
        let asks = |r: &crate::checks::Request| {
            r.sends.credential.is_none()
                && (r.sends.place == "prompt" || r.sends.user.is_some() || r.tool == "git" || r.tool == "answer")
        };
        self.case.request.as_ref().is_none_or(asks)
    }

    /// The variables that hold a token too, and were not used.
    fn not_used(&mut self, around: &Around) {
        let credentials = self.case.credentials.iter();
        let used: Vec<(Secret, String)> =
            credentials.filter_map(|c| Some((self.vault.secret(c.id)?.clone(), c.source.clone()))).collect();
        let used: Vec<(&str, &str)> = used.iter().map(|(secret, source)| (secret.expose(), source.as_str())).collect();
        let mut found = token::not_used(around, &used);
        // One that would be the one used is another matter.
        found.retain(|(setting, _)| !self.case.local.iter().any(|l| l.name == setting.name));
        for (setting, secret) in found {
            if let Some(secret) = secret {
                self.vault.hide(secret, format!("[{}]", setting.name));
            }
            self.case.local.push(setting);
        }
    }
}
