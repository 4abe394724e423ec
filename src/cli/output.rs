//! Standard output and standard error: everything passes the redactor, and a closed pipe is no error.

use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::sync::OnceLock;

use super::args::{ColorWhen, LookArgs};
use crate::redact::{Redactor, protect_always};
use crate::report::human::Look;
use crate::report::palette::Palette;
use crate::report::text;
use crate::secret::Secret;
use crate::vault::PLACEHOLDER;

/// Tokens of the command line: one typed in the wrong place is part of no case, and no vault has it.
static TYPED: OnceLock<Redactor> = OnceLock::new();

/// From now on none of these is written anywhere.
pub(super) fn never_show(secrets: &[Secret]) {
    let secrets: Vec<(&Secret, &str)> = secrets.iter().map(|secret| (secret, PLACEHOLDER)).collect();
    // Set once for a process: the command line does not change.
    let typed = Redactor::new(&secrets);
    protect_always(&typed);
    let _ = TYPED.set(typed);
}

/// A text without the secrets of the run and of the command line.
pub(super) fn without_secrets(text: &str, redactor: &Redactor) -> String {
    let text = redactor.redact(text);
    TYPED.get().map_or_else(|| text.to_string(), |typed| typed.redact(&text).into_owned())
}

/// Writes a text to standard output.
pub fn stdout(text: &str, redactor: &Redactor) -> io::Result<()> {
    let text = without_secrets(text, redactor);
    let mut out = io::stdout().lock();
    quiet_pipe(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Writes a text to standard error. Where that is closed nobody reads it.
pub fn stderr(text: &str, redactor: &Redactor) {
    let text = without_secrets(text, redactor);
    let mut out = io::stderr().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Whoever closed the pipe has read enough.
fn quiet_pipe(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// How the human report is to look here.
#[must_use]
pub fn look<'a>(args: &LookArgs, asides: &'a [String]) -> Look<'a> {
    let variable = |name: &str| std::env::var_os(name).map(|v| v.to_string_lossy().into_owned());
    let palette = if colours(args.color, &variable, io::stdout().is_terminal()) { Palette::painted() } else { Palette::plain() };
    Look { palette, ascii: !text::locale_is_utf8(&variable), verbose: args.verbose, quiet: args.quiet, asides, ..Look::default() }
}

/// `--color`, then `NO_COLOR`, then `CLICOLOR_FORCE`, then whether somebody looks.
fn colours(when: ColorWhen, variable: &dyn Fn(&str) -> Option<String>, terminal: bool) -> bool {
    let set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    match when {
        ColorWhen::Always => true,
        ColorWhen::Never => false,
        ColorWhen::Auto if set("NO_COLOR") => false,
        ColorWhen::Auto if variable("CLICOLOR_FORCE").is_some_and(|v| !v.is_empty() && v != "0") => true,
        ColorWhen::Auto => terminal && variable("TERM").is_none_or(|term| term != "dumb"),
    }
}

/// A line on standard error while something takes time; gone when dropped. Only on a terminal.
pub struct Progress {
    terminal: bool,
    shown: bool,
}

impl Progress {
    /// Nothing is shown yet.
    #[must_use]
    pub fn new(quiet: bool) -> Self {
        Self { terminal: !quiet && io::stderr().is_terminal(), shown: false }
    }

    /// Shows this instead of what was shown before.
    pub fn say(&mut self, line: &str) {
        if self.terminal {
            self.shown = true;
            stderr(&format!("\r\u{1b}[K{line}"), &Redactor::default());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            stderr("\r\u{1b}[K", &Redactor::default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_follow_the_conventions() {
        let none = |_: &str| None;
        let no_color = |name: &str| (name == "NO_COLOR").then(|| "1".to_string());
        let force = |name: &str| (name == "CLICOLOR_FORCE").then(|| "1".to_string());
        assert!(colours(ColorWhen::Auto, &none, true));
        assert!(!colours(ColorWhen::Auto, &none, false));
        assert!(!colours(ColorWhen::Auto, &no_color, true));
        assert!(colours(ColorWhen::Always, &no_color, false));
        assert!(colours(ColorWhen::Auto, &force, false));
    }
}
