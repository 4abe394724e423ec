//! Parse, run, exit.

use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    // What a panic says may hold anything, so only its place is shown.
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        let _ = writeln!(std::io::stderr(), "error: bbdoctor failed{place}; this is a fault of bbdoctor, not of your token");
    }));
    let run = || bbdoctor::cli::run(std::env::args_os().collect());
    ExitCode::from(std::panic::catch_unwind(run).unwrap_or(4))
}
