//! Diagnose and replay: the runs that end in a verdict.

use std::path::Path;

use tokio::runtime::Builder;

use super::args::{CheckArgs, Format, LookArgs};
use super::reports::{self, Told};
use super::{Failure, output};
use crate::checks::{self, Case, Diagnosis, Seen};
use crate::command;
use crate::intake::{self, Around, Intake};
use crate::redact::{Redactor, protect};
use crate::report::recording;
use crate::transport::Client;
use crate::vault::Vault;

/// `bbdoctor`, `bbdoctor check`.
pub(super) fn check(args: &CheckArgs, look: &LookArgs) -> Result<u8, Failure> {
    let around = Around::of_process();
    let mut intake = intake::take_in(args, &around)?;
    // On the screen nobody asks for them; a report goes where nobody can look.
    if !args.no_discover && (look.format != Format::Human || !look.report.is_empty()) {
        let versions = intake::versions(&intake, &around);
        intake.case.environment.extend(versions);
    }
    let (code, _) = diagnose(intake, look)?;
    Ok(code)
}

/// Ends the work at Ctrl-C, with the exit code that says so.
pub(super) async fn until_interrupted<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    tokio::select! {
        // The signal is waited for before the first question leaves: until then it would end the program the system's way.
        biased;
        // Where no signal can be waited for, that way is left.
        Ok(()) = tokio::signal::ctrl_c() => Err(intake::Error::Interrupted.into()),
        done = work => Ok(done),
    }
}

/// Asks, judges, reports.
pub(super) fn diagnose(intake: Intake, look: &LookArgs) -> Result<(u8, Diagnosis), Failure> {
    let Intake { mut case, vault, settings, mut asides, .. } = intake;
    let redactor = vault.redactor();
    protect(&redactor);
    let (seen, diagnosis) = if case.options.offline {
        let seen = Seen::default();
        let diagnosis = checks::diagnose(&case, &seen);
        (seen, diagnosis)
    } else {
        let client = Client::new(&settings).map_err(|error| intake::Error::Setting(error.to_string()))?;
        let mut progress = output::Progress::new(look.quiet > 0);
        // The runtime starts here and not before: what needs none should not wait for it.
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let told = |wave: usize, questions: usize| {
            let noun = if questions == 1 { "question" } else { "questions" };
            progress.say(&format!("asking Bitbucket: wave {wave}, {questions} {noun}"));
        };
        let result = runtime.block_on(until_interrupted(crate::diagnose::run(&case, &client, &vault, told)));
        // A name that is still being looked up must not hold up the end.
        runtime.shutdown_background();
        let result = result?;
        asides.extend(reports::note_environment(&mut case, &client));
        result
    };
    let told = Told::new(case, seen, diagnosis);
    let code = reports::write(&told, look, &asides, &redactor)?;
    Ok((code, told.diagnosis()))
}

/// `bbdoctor replay`: judged at the time of the recording, by what this program knows.
pub(super) fn replay(file: &Path, look: &LookArgs) -> Result<u8, Failure> {
    let (case, seen) = recorded("replay", file, &Around::of_process())?;
    let diagnosis = checks::diagnose(&case, &seen);
    let redactor = by_hand([&case]);
    reports::write(&Told::new(case, seen, diagnosis), look, &[], &redactor)
}

/// A recording holds no secret, unless somebody wrote one into it.
pub(super) fn by_hand<'a>(cases: impl IntoIterator<Item = &'a Case>) -> Redactor {
    let mut vault = Vault::default();
    for request in cases.into_iter().flat_map(|case| case.request.iter().chain(&case.more)) {
        let answer = request.reported.iter().map(|reported| &reported.text);
        for text in [&request.text, &request.url].into_iter().chain(answer) {
            vault.hide_all(command::secrets_in(text), "[secret]");
        }
    }
    vault.redactor()
}

/// A recording, from a file or from standard input.
pub(super) fn recorded(command: &'static str, file: &Path, around: &Around) -> Result<(Case, Seen), Failure> {
    let bytes = around.read_up_to(command, file, recording::LARGEST as u64)?;
    recording::read(&bytes).map_err(|error| {
        Failure::usage(
            format!("{} cannot be read: {error}", file.display()),
            format!("{command} wants a report that bbdoctor --format json wrote"),
        )
    })
}
