//! Diagnose, replay, demo, simulate: the runs that end in a verdict or serve one.

use std::io::IsTerminal as _;
use std::path::Path;

use super::args::{CheckArgs, Format, LookArgs};
use super::{Failure, error, output};
use crate::checks::{Case, Diagnosis, Seen};
use crate::intake::{self, Around, Intake};
use crate::report::{Record, human, json, recording};
use crate::seam::{self, Redactor};

/// `bbdoctor`, `bbdoctor check`.
pub(super) fn check(args: &CheckArgs, look: &LookArgs) -> Result<u8, Failure> {
    let intake = intake::take_in(args, &Around::of_process())?;
    diagnose(intake, look)
}

/// Asks, judges, reports.
pub(super) fn diagnose(intake: Intake, look: &LookArgs) -> Result<u8, Failure> {
    let Intake { mut case, vault, settings, asides } = intake;
    if !shows_identity(look) {
        intake::mask(&mut case);
    }
    let seen = if case.options.offline {
        Seen::default()
    } else {
        let _progress = output::Progress::start("asking Bitbucket ...", look.quiet > 0);
        seam::investigate(&case, &vault, &settings)?
    };
    let diagnosis = seam::diagnose(&case, &seen);
    write(&case, &seen, &diagnosis, look, &asides, &vault.redactor())
}

/// Identities are shown where asked for, and to whoever sits in front of the terminal; JSON is for sending on.
fn shows_identity(look: &LookArgs) -> bool {
    look.show_identity || look.format == Format::Human && std::io::stdout().is_terminal()
}

fn write(
    case: &Case,
    seen: &Seen,
    diagnosis: &Diagnosis,
    look: &LookArgs,
    asides: &[String],
    redactor: &Redactor,
) -> Result<u8, Failure> {
    let record = Record { case, seen, diagnosis };
    let text = match look.format {
        Format::Human => human::write(record, output::look(look, asides)),
        Format::Json => json::write(record),
    };
    output::stdout(&text, redactor)?;
    let code = seam::exit_code(&diagnosis.verdict);
    Ok(if look.allow_inconclusive && code == 3 { 0 } else { code })
}

/// `bbdoctor replay`: judged at the time of the recording, by what this program knows.
pub(super) fn replay(file: &Path, look: &LookArgs) -> Result<u8, Failure> {
    let bytes = Around::of_process().read_up_to("replay", file, recording::LARGEST as u64)?;
    let (case, seen) = recording::read(&bytes).map_err(|error| {
        Failure::usage(
            format!("{} cannot be replayed: {error}", file.display()),
            "it wants a report that bbdoctor --format json wrote",
        )
    })?;
    let diagnosis = seam::diagnose(&case, &seen);
    write(&case, &seen, &diagnosis, look, &[], &Redactor::default())
}

/// `bbdoctor demo`.
pub(super) fn demo(scenario: Option<&str>, look: &LookArgs) -> Result<u8, Failure> {
    let run = seam::demo(scenario)?;
    let code = diagnose(run.intake, look)?;
    Ok(if code == error::FAILED { code } else { 0 })
}

/// `bbdoctor simulate`.
pub(super) fn simulate(scenario: Option<&str>, listen: &str) -> Result<u8, Failure> {
    seam::simulate(scenario, listen)
}
