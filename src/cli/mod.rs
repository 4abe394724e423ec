//! The command line: parse, run, exit code.

pub mod args;
mod check;
mod compare;
mod error;
mod explain;
mod knowledge;
mod listen;
mod near;
mod preflight;
mod recipe;
mod reports;
mod simulated;
mod suggest;

pub mod output;

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, Parser as _};

use self::args::{CheckArgs, Cli, Command};
pub use self::error::{FAILED, Failure};
pub use self::near::nearest;
pub use self::simulated::take_in;
use crate::redact::{Redactor, install_panic_hook};

/// Runs the program with these arguments, the first being its name, and gives its exit code.
pub fn run(arguments: Vec<OsString>) -> u8 {
    install_panic_hook();
    output::never_show(&error::tokens(&arguments));
    let cli = match parse(&arguments) {
        Ok(cli) => cli,
        Err(error) => return refuse(&error, &arguments),
    };
    match dispatch(cli) {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

fn parse(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    let cli = Cli::try_parse_from(arguments).map_err(|error| with_dash(error, arguments))?;
    if matches!(cli.command, Some(Command::Check(_))) {
        // `check` is the bare command by another name: without the word the options before and after it are one set.
        if let Some(place) = arguments.iter().skip(1).position(|word| word == "check") {
            let mut bare = arguments.to_vec();
            bare.remove(place + 1);
            return parse(&bare);
        }
    }
    if let Some(word) = cli.check.dash.as_deref().filter(|word| *word != "-") {
        return Err(unknown_subcommand(word));
    }
    if cli.command.is_some() && cli.check != CheckArgs::default() {
        return Err(Cli::command().error(
            ErrorKind::ArgumentConflict,
            "a subcommand takes none of the options that say what to diagnose: leave out one of the two",
        ));
    }
    Ok(cli)
}

fn unknown_subcommand(word: &str) -> clap::Error {
    let command = Cli::command();
    let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    let known = near::nearest(word, &names)
        .first()
        .map_or_else(String::new, |name| format!("\n\n  tip: a similar subcommand exists: '{name}'"));
    let text = format!("'{word}' is no subcommand; a failing command goes after `--`, or in on standard input with `-`{known}");
    Cli::command().error(ErrorKind::InvalidSubcommand, text)
}

/// Whoever leaves out `--` means the words of a command: clap's advice to put it before the one word would lead nowhere.
fn with_dash(mut error: clap::Error, arguments: &[OsString]) -> clap::Error {
    if error.kind() != ErrorKind::UnknownArgument {
        return error;
    }
    error.remove(ContextKind::Suggested);
    let known = error.get(ContextKind::SuggestedArg).is_some();
    let takes = |word: &OsString| word == "check" || Cli::command().find_subcommand(word).is_none();
    let dashed = arguments.iter().any(|word| word == "--");
    if !known && !dashed && arguments.iter().skip(1).all(takes) {
        let tip = "a failing command goes after `--`, as in: bbdoctor -- curl -u EMAIL:TOKEN URL";
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    error
}

/// Prints what clap says, without any word of the command line that could be a secret.
fn refuse(error: &clap::Error, arguments: &[OsString]) -> u8 {
    if error.use_stderr() {
        let text = error::without_secrets(&error.render().to_string(), arguments);
        output::stderr(&text, &Redactor::default());
        return error::USAGE;
    }
    match output::stdout(&error.render().to_string(), &Redactor::default()) {
        Ok(()) => 0,
        Err(_) => error::FAILED,
    }
}

fn dispatch(cli: Cli) -> Result<u8, Failure> {
    let Cli { check, command, look } = cli;
    reports::accept(&look, command.as_ref())?;
    match command {
        None | Some(Command::Check(_)) => check::check(&check, &look),
        Some(Command::Preflight(args)) => preflight::preflight(&args, &look),
        Some(Command::Replay { file }) => check::replay(&file, &look),
        Some(Command::Compare { a, b }) => compare::compare(&a, &b, &look),
        Some(Command::Explain { what }) => explain::explain(&what.join(" "), &look),
        Some(Command::Recipe(args)) => recipe::recipe(&args, &look),
        Some(Command::List { what }) => knowledge::list(what, &look),
        Some(Command::Demo { scenario }) => simulated::demo(scenario.as_deref(), &look),
        Some(Command::Simulate { scenario, listen, tls_ca }) => {
            simulated::simulate(scenario.as_deref(), &listen, tls_ca.as_deref())
        }
        Some(Command::Listen(args)) => listen::listen(&args, &look),
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "bbdoctor", &mut script);
            print(&script)
        }
        Some(Command::Man { dir: Some(dir) }) => {
            let failed = |error: std::io::Error| {
                Failure::usage(format!("--dir: {}: {error}", dir.display()), "give a folder that can be written")
            };
            std::fs::create_dir_all(&dir).map_err(failed)?;
            clap_mangen::generate_to(Cli::command(), &dir).map_err(failed)?;
            Ok(0)
        }
        Some(Command::Man { dir: None }) => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page)?;
            print(&page)
        }
    }
}

fn print(text: &[u8]) -> Result<u8, Failure> {
    output::stdout(&String::from_utf8_lossy(text), &Redactor::default())?;
    Ok(0)
}
