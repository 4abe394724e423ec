//! When bbdoctor itself fails: a short apology instead of a stack of internals, redacted like everything else.

use std::io::Write as _;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{OnceLock, PoisonError, RwLock};

use super::Redactor;

/// What panic messages pass through. Until the first secret is known their text is not shown at all.
static ACTIVE: RwLock<Option<Redactor>> = RwLock::new(None);

/// What they pass through besides, whatever becomes known later: the command line stays as it is.
static ALWAYS: OnceLock<Redactor> = OnceLock::new();

/// For the whole life of the process panic messages pass through this redactor as well.
pub fn protect_always(redactor: &Redactor) {
    let _ = ALWAYS.set(redactor.clone());
}

/// From now on panic messages pass through this redactor.
pub fn protect(redactor: &Redactor) {
    *ACTIVE.write().unwrap_or_else(PoisonError::into_inner) = Some(redactor.clone());
}

/// Replaces the panic message of the standard library.
pub fn install_panic_hook() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(|place| format!("{}:{}", place.file(), place.line())).unwrap_or_default();
        let payload = info.payload();
        let said = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let text = apology(&place, said.unwrap_or_default());
        // Standard error may be closed; there is nobody else to tell.
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }));
}

/// Runs the program; a panic in it becomes this exit code.
pub fn guard(failed: u8, run: impl FnOnce() -> u8) -> u8 {
    panic::catch_unwind(AssertUnwindSafe(run)).unwrap_or(failed)
}

fn apology(place: &str, said: &str) -> String {
    let active = ACTIVE.try_read().ok().and_then(|active| active.clone());
    let always = |said: &str| ALWAYS.get().map_or_else(|| said.to_owned(), |redactor| redactor.redact(said).into_owned());
    let said =
        active.map(|redactor| redactor.redact(&always(said)).chars().filter(|c| !c.is_control()).take(300).collect::<String>());
    let detail = said.filter(|said| !said.is_empty()).map(|said| format!(": {said}")).unwrap_or_default();
    format!(
        "bbdoctor failed: an internal error at {place}{detail}\n\
         This says nothing about your credential, and it is a bug. Please report it with the line above and the command\n\
         that you ran: {}/issues\n",
        env!("CARGO_PKG_REPOSITORY")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn a_panic_shows_no_secret() {
        let secret = Secret::new("correct-horse-battery-staple".into());
        protect(&Redactor::new(&[(&secret, "[secret]")]));
        let typed = Secret::new("a-word-of-the-command-line-that-is-a-token".into());
        protect_always(&Redactor::new(&[(&typed, "[secret]")]));
        let text = apology("src/y.rs:2", "no such file: a-word-of-the-command-line-that-is-a-token");
        assert!(text.contains("src/y.rs:2: no such file: [secret]"), "{text}");
        let text = apology("src/x.rs:1", "index out of bounds: correct-horse-battery-staple\u{1b}[2J");
        assert!(text.contains("src/x.rs:1: index out of bounds: [secret][2J"), "{text}");
        assert!(!text.contains("horse"));
    }

    #[test]
    fn a_panic_becomes_the_exit_code() {
        assert_eq!(guard(4, || 1), 1);
    }
}
