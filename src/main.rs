//! Parse, run, exit.

use std::process::ExitCode;

fn main() -> ExitCode {
    let run = || bbdoctor::cli::run(std::env::args_os().collect());
    ExitCode::from(bbdoctor::redact::guard(bbdoctor::cli::FAILED, run))
}
