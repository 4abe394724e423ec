//! `bbdoctor preflight`: the credentials and needs of `--require` or `bbdoctor.toml`, a few at a time, by the same engine, inside
//! one budget of requests.

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use tokio::runtime::Builder;
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, LocalSet};

use super::args::{CheckArgs, Format, LookArgs, PreflightArgs};
use super::error::FAILED;
use super::reports::{self, Told};
use super::{Failure, output, suggest};
use crate::checks::{self, Case, Diagnosis, Kind, Seen, facts};
use crate::diagnose::{Part, Shared, run_part};
use crate::intake::{self, Around, Intake};
use crate::preflight::config::{self, Config, Wanted};
use crate::preflight::matrix::Matrix;
use crate::preflight::{AT_ONCE, Expiry, Judged, MOST_REQUESTS, Run, budget, exit_code};
use crate::redact::{Redactor, protect};
use crate::report::github::annotation_at;
use crate::report::human::Look;
use crate::transport::Client;
use crate::vault::Vault;

/// The file that is read where none is named.
const FILE: &str = "bbdoctor.toml";

/// One credential with its needs.
struct Job {
    name: String,
    /// What its allowance is counted for.
    account: String,
    expiry: Option<Expiry>,
    intake: Intake,
}

/// What became of a job.
struct Done {
    place: usize,
    case: Case,
    seen: Seen,
    diagnosis: Diagnosis,
}

pub(super) fn preflight(args: &PreflightArgs, look: &LookArgs) -> Result<u8, Failure> {
    if args.suggest {
        return suggest::suggest(args, look);
    }
    formats(look)?;
    let check = &args.check;
    if !check.words.is_empty() || check.dash.is_some() || check.command_file.is_some() {
        return Err(Failure::usage("preflight takes needs, no command", "bbdoctor -- COMMAND diagnoses a command that fails"));
    }
    let config = config(args, look.format)?;
    let mut jobs = Vec::new();
    for wanted in &config.credentials {
        jobs.push(job(check, wanted, config.warn_days)?);
    }
    let mut all = Vault::default();
    jobs.iter().for_each(|job| all.hide_all_of(&job.intake.vault));
    let redactor = all.redactor();
    protect(&redactor);

    let offline = check.offline;
    let now = jobs.first().map_or(0, |job| job.intake.case.now);
    let mut notes: Vec<String> = Vec::new();
    for note in jobs.iter().flat_map(|job| &job.intake.asides) {
        if !notes.contains(note) {
            notes.push(note.clone());
        }
    }
    let done = if offline { jobs.iter().enumerate().map(offline_run).collect() } else { ask(&jobs, look, &mut notes)? };
    let shown = look.show_identity || look.format == Format::Human && std::io::stdout().is_terminal();
    let told: Vec<Told> = done.into_iter().map(|done| Told::new(done.case, done.seen, done.diagnosis)).collect();
    let masked = judged(&jobs, &told, false);
    let plain = judged(&jobs, &told, true);
    let pick = |shown: bool| if shown { &plain } else { &masked };

    let write = |format: Format, shown: bool, look: Look<'_>| {
        let matrix = Matrix { all: pick(shown), now, notes: &notes };
        match format {
            Format::Json => matrix.json(),
            Format::Junit => matrix.junit(),
            Format::Github => matrix.github(),
            Format::Insights => matrix.insights().json(),
            _ => matrix.people(look),
        }
    };
    let file_look = Look { verbose: look.verbose, ..Look::default() };
    let written = reports::files(look, &redactor, |format| write(format, look.show_identity, file_look));
    output::stdout(&write(look.format, shown, output::look(look, &[])), &redactor)?;
    let published = reports::publish(look, "bbdoctor-preflight", &redactor, || {
        Matrix { all: pick(look.show_identity), now, notes: &notes }.insights()
    });
    let code = exit_code(&plain);
    Ok(match written && published {
        false => FAILED,
        true if look.allow_inconclusive && code == 3 => 0,
        true => code,
    })
}

/// The formats that hold a table of credentials.
fn formats(look: &LookArgs) -> Result<(), Failure> {
    let fits =
        |format: Format| matches!(format, Format::Human | Format::Json | Format::Junit | Format::Github | Format::Insights);
    let all_fit = reports::destinations(look)?.iter().all(|destination| fits(destination.format));
    if !fits(look.format) || !all_fit {
        return Err(Failure::usage(
            "preflight writes human, json, junit, github and insights reports",
            "for the others diagnose one credential: bbdoctor --format markdown --require …",
        ));
    }
    Ok(())
}

/// `--config`, else the file here; with `--require` alone exactly those needs.
fn config(args: &PreflightArgs, format: Format) -> Result<Config, Failure> {
    let here = Path::new(FILE);
    let found = !args.check.no_discover && args.check.require.is_empty() && here.is_file();
    let path: PathBuf = match &args.config {
        Some(path) => path.clone(),
        None if found => here.to_owned(),
        None => return Ok(config::read("").unwrap_or(Config { warn_days: 30, credentials: vec![Wanted::default()] })),
    };
    let text = Around::of_process().read_text("--config", &path)?;
    config::read(&text).map_err(|error| {
        let place = crate::report::text::cut(&crate::report::text::clean(&path.to_string_lossy()), 60);
        if format == Format::Github {
            let at = (place.as_str(), error.line, error.column, error.column + 1);
            let what = format!("{} | To do: {}", error.why, error.next);
            // Where it cannot be written, standard error says the same.
            let _ = output::stdout(&annotation_at("error", at, "bbdoctor.toml", &what), &Redactor::default());
        }
        let mut next = error.excerpt;
        next.push(error.next);
        Failure::Usage { what: format!("{place}:{}:{}: {}", error.line, error.column, error.why), next }
    })
}

fn job(check: &CheckArgs, wanted: &Wanted, warn_days: i64) -> Result<Job, Failure> {
    let mut args = check.clone();
    let mut variables: Vec<(OsString, OsString)> = std::env::vars_os().collect();
    let mut asides = Vec::new();
    if let Some(name) = &wanted.env {
        if check.token_env.is_some() || check.token_file.is_some() || check.token_stdin {
            return Err(Failure::usage(
                "the file names the credentials, and an option another one",
                "leave out --token-env, --token-file and --token-stdin, or [[credential]] in the file",
            ));
        }
        args.token_env = Some(name.clone());
        // Each credential stands for itself: what else lies about in this environment is no part of it.
        args.no_discover = true;
    }
    if let Some(name) = &wanted.email_env {
        let value = variables.iter().find(|(known, _)| known == name.as_str()).map(|(_, value)| value.clone());
        if value.as_ref().is_none_or(|value| value.is_empty()) {
            asides.push(format!("{name}, which is to hold an e-mail, is not set"));
        }
        variables.retain(|(known, _)| known != "BITBUCKET_EMAIL" && known != "BITBUCKET_USERNAME");
        variables.extend(value.map(|value| (OsString::from("BITBUCKET_EMAIL"), value)));
        args.email = None;
    }
    if args.workspace.is_none() && args.repo.is_none() {
        (args.workspace, args.repo) = (wanted.workspace.clone(), wanted.repo.clone());
    }
    // Nobody is asked for anything in a pipeline.
    let mut intake = intake::take_in(&args, &Around::new(variables, false))?;
    for need in &wanted.needs {
        if !intake.case.needs.contains(need) {
            intake.case.needs.push(need.clone());
        }
    }
    intake.asides.extend(asides);
    let name = wanted.name.clone().or_else(|| intake.case.credentials.first().map(|c| c.source.clone()));
    let expiry = wanted.expires.as_ref().and_then(|date| expiry(date, intake.case.now, warn_days));
    let name = crate::report::text::clean(&name.unwrap_or_else(|| "no credential".into()));
    let account = account(&intake).unwrap_or_else(|| name.clone());
    Ok(Job { name, account, expiry, intake })
}

/// Users are limited over all their tokens, access tokens each for itself (fact `429`).
fn account(intake: &Intake) -> Option<String> {
    let mail = intake.vault.email.clone().filter(|_| intake.case.kind() == Kind::ApiToken);
    mail.or_else(|| intake.case.subject().and_then(|credential| credential.shape.fingerprint.clone()))
}

fn expiry(date: &str, now: i64, warn_days: i64) -> Option<Expiry> {
    let days = facts::days_since_1970(date)? - now.div_euclid(86_400);
    Some(Expiry { date: date.into(), days, soon: days <= warn_days })
}

fn offline_run((place, job): (usize, &Job)) -> Done {
    let (case, seen) = (job.intake.case.clone(), Seen::default());
    let diagnosis = checks::diagnose(&case, &seen);
    Done { place, case, seen, diagnosis }
}

/// Asks for all of them, a few at a time, through one client: one limit of time, one set of connections, one budget.
fn ask(jobs: &[Job], look: &LookArgs, notes: &mut Vec<String>) -> Result<Vec<Done>, Failure> {
    let Some(first) = jobs.first() else { return Ok(Vec::new()) };
    let client = Rc::new(Client::new(&first.intake.settings).map_err(|error| intake::Error::Setting(error.to_string()))?);
    let shared = Rc::new(Shared::new(MOST_REQUESTS));
    let mut progress = output::Progress::new(look.quiet > 0);
    let noun = if jobs.len() == 1 { "credential" } else { "credentials" };
    progress.say(&format!("asking Bitbucket about {} {noun}", jobs.len()));
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let local = LocalSet::new();
    let mut done = local
        .block_on(
            &runtime,
            super::check::until_interrupted(async {
                let turns = Rc::new(Semaphore::new(AT_ONCE));
                let mut open = JoinSet::new();
                for (place, job) in jobs.iter().enumerate() {
                    let (client, turns, shared) = (Rc::clone(&client), Rc::clone(&turns), Rc::clone(&shared));
                    let (mut case, vault) = (job.intake.case.clone(), job.intake.vault.clone());
                    let (name, account) = (job.name.clone(), job.account.clone());
                    open.spawn_local(async move {
                        // The semaphore is never closed; without a turn it would only be quicker.
                        let _turn = turns.acquire().await;
                        let part = Part { shared: &shared, name: &name, account: &account };
                        let budget = budget(case.needs.len());
                        let (seen, diagnosis) = run_part(&case, &client, &vault, &budget, &part, |_, _| {}).await;
                        reports::note_environment(&mut case, &client);
                        Done { place, case, seen, diagnosis }
                    });
                }
                let mut done = Vec::new();
                while let Some(result) = open.join_next().await {
                    done.push(result.map_err(|error| Failure::Internal(format!("a credential was not judged: {error}"))));
                }
                done
            }),
        )?
        .into_iter()
        .collect::<Result<Vec<Done>, Failure>>()?;
    runtime.shutdown_background();
    done.sort_by_key(|done| done.place);
    for (name, by) in shared.stopped() {
        notes.push(format!(
            "{name} was not asked about: Bitbucket's rate limit was reached with {by}, and counts for the account"
        ));
    }
    if shared.is_spent() {
        notes.push(format!("only {MOST_REQUESTS} questions are asked in one run; split the file, and run each with --config"));
    }
    Ok(done)
}

fn judged(jobs: &[Job], told: &[Told], shown: bool) -> Vec<Judged> {
    let one = |(job, told): (&Job, &Told)| {
        let record = told.record(Format::Human, shown);
        let run = Run { case: record.case.clone(), seen: record.seen.clone(), diagnosis: record.diagnosis.clone() };
        Judged { name: job.name.clone(), expiry: job.expiry.clone(), run }
    };
    jobs.iter().zip(told).map(one).collect()
}
