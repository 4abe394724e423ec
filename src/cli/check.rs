//! Diagnose and replay: the runs that end in a verdict.

use std::io::IsTerminal as _;
use std::path::Path;

use tokio::runtime::Builder;

use super::args::{CheckArgs, Format, LookArgs};
use super::{Failure, output};
use crate::checks::{self, Case, Diagnosis, Seen, gate};
use crate::intake::{self, Around, Intake};
use crate::redact::{Redactor, protect};
use crate::report::{Record, human, json, recording};
use crate::transport::Client;

/// `bbdoctor`, `bbdoctor check`.
pub(super) fn check(args: &CheckArgs, look: &LookArgs) -> Result<u8, Failure> {
    let intake = intake::take_in(args, &Around::of_process())?;
    let (code, _) = diagnose(intake, look)?;
    Ok(code)
}

/// Asks, judges, reports.
pub(super) fn diagnose(intake: Intake, look: &LookArgs) -> Result<(u8, Diagnosis), Failure> {
    let Intake { mut case, vault, settings, asides } = intake;
    let redactor = vault.redactor();
    protect(&redactor);
    if !shows_identity(look) {
        intake::mask(&mut case);
    }
    let (seen, diagnosis) = if case.options.offline {
        let seen = Seen::default();
        let diagnosis = checks::diagnose(&case, &seen);
        (seen, diagnosis)
    } else {
        let client = Client::new(&settings).map_err(|error| intake::Error::Setting(error.to_string()))?;
        let mut progress = output::Progress::new(look.quiet > 0);
        // The runtime starts here and not before: what needs none should not wait for it.
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let told = |wave: usize, questions: usize| progress.say(&format!("asking Bitbucket: wave {wave}, {questions} questions"));
        let result = runtime.block_on(crate::diagnose::run(&case, &client, &vault, told));
        // A name that is still being looked up must not hold up the end.
        runtime.shutdown_background();
        result
    };
    let code = write(Record { case: &case, seen: &seen, diagnosis: &diagnosis }, look, &asides, &redactor)?;
    Ok((code, diagnosis))
}

/// Identities are shown where asked for, and to whoever sits in front of the terminal; JSON is for sending on.
fn shows_identity(look: &LookArgs) -> bool {
    look.show_identity || look.format == Format::Human && std::io::stdout().is_terminal()
}

fn write(record: Record<'_>, look: &LookArgs, asides: &[String], redactor: &Redactor) -> Result<u8, Failure> {
    let text = match look.format {
        Format::Human => human::write(record, output::look(look, asides)),
        Format::Json => json::write(record),
    };
    output::stdout(&text, redactor)?;
    let code = gate::exit_code(&record.diagnosis.verdict);
    Ok(if look.allow_inconclusive && code == 3 { 0 } else { code })
}

/// `bbdoctor replay`: judged at the time of the recording, by what this program knows.
pub(super) fn replay(file: &Path, look: &LookArgs) -> Result<u8, Failure> {
    let bytes = Around::of_process().read_up_to("replay", file, recording::LARGEST as u64)?;
    let (case, seen): (Case, Seen) = recording::read(&bytes).map_err(|error| {
        Failure::usage(
            format!("{} cannot be replayed: {error}", file.display()),
            "it wants a report that bbdoctor --format json wrote",
        )
    })?;
    let diagnosis = checks::diagnose(&case, &seen);
    write(Record { case: &case, seen: &seen, diagnosis: &diagnosis }, look, &[], &Redactor::default())
}
