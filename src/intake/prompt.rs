//! Questions on the terminal: the failing command or the token, hidden; the e-mail, shown. On standard error only.

use std::io::{self, Read as _, Write as _};

#[cfg(unix)]
use rustix::termios::{InputModes, LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use super::Error;

/// Characters that are taken at a prompt.
const LARGEST: usize = 1024 * 1024;
const INTERRUPT: u8 = 3;
const END: u8 = 4;

#[cfg(unix)]
/// Restores the terminal when dropped, a panic included.
struct Hidden {
    before: Termios,
}

#[cfg(unix)]
impl Hidden {
    /// No echo, no line editing (a line could not be longer than 4095 bytes), no signal for Ctrl-C: it is read, so that the
    /// terminal is restored before the program ends.
    fn start() -> Result<Self, Error> {
        let terminal = |error: rustix::io::Errno| Error::Terminal(error.to_string());
        let before = tcgetattr(io::stdin()).map_err(terminal)?;
        let mut raw = before.clone();
        raw.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
        // Pasted line endings arrive as they are, so that one of two characters is not taken for two.
        raw.input_modes.remove(InputModes::ICRNL | InputModes::INLCR);
        tcsetattr(io::stdin(), OptionalActions::Now, &raw).map_err(terminal)?;
        Ok(Self { before })
    }
}

#[cfg(unix)]
impl Drop for Hidden {
    fn drop(&mut self) {
        // Nothing can be done where this fails.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.before);
    }
}

/// Says something on standard error.
pub(super) fn say(text: &str) {
    let mut err = io::stderr().lock();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}

/// Reads lines without showing them, until an empty line or Ctrl-D.
#[cfg(unix)]
pub(super) fn hidden_lines() -> Result<String, Error> {
    let _hidden = Hidden::start()?;
    lines(&mut io::stdin().lock())
}

/// Reads lines without showing them, until an empty line.
#[cfg(not(unix))]
pub(super) fn hidden_lines() -> Result<String, Error> {
    let mut text = String::new();
    loop {
        let line = rpassword::read_password().map_err(|error| Error::Terminal(error.to_string()))?;
        if line.trim().is_empty() || text.len() > LARGEST {
            break;
        }
        text.push_str(&line);
        text.push('\n');
    }
    lines(&mut text.as_bytes())
}

fn lines(input: &mut dyn io::BufRead) -> Result<String, Error> {
    let mut bytes: Vec<u8> = Vec::new();
    let mut carriage_return = false;
    for byte in input.bytes() {
        let after_carriage_return = std::mem::take(&mut carriage_return);
        match byte.map_err(|error| Error::Terminal(error.to_string()))? {
            INTERRUPT => return Err(Error::Interrupted),
            END => break,
            // Backspace; the line that is being typed only.
            8 | 127 => {
                if bytes.last().is_some_and(|last| *last != b'\n') {
                    // A character of several bytes goes as a whole.
                    while bytes.pop().is_some_and(|gone| gone & 0b1100_0000 == 0b1000_0000) {}
                }
            }
            b'\n' if after_carriage_return => {}
            ending @ (b'\r' | b'\n') => {
                carriage_return = ending == b'\r';
                let blank = bytes.iter().rev().take_while(|b| **b != b'\n').all(u8::is_ascii_whitespace);
                // An empty line ends it, except before the first.
                if blank && bytes.iter().any(|b| !b.is_ascii_whitespace()) {
                    break;
                }
                bytes.push(b'\n');
            }
            other => bytes.push(other),
        }
        if bytes.len() > LARGEST {
            break;
        }
    }
    Ok(String::from_utf8_lossy(&bytes).trim_end_matches('\n').to_owned())
}

/// Asks for one line that is shown; nothing where only Enter is pressed.
pub(super) fn line(question: &str) -> Result<Option<String>, Error> {
    say(question);
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).map_err(|error| Error::Terminal(error.to_string()))?;
    if answer.is_empty() {
        say("\n");
    }
    let answer = answer.trim();
    Ok((!answer.is_empty()).then(|| answer.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(bytes: &[u8]) -> Result<String, Error> {
        lines(&mut &*bytes)
    }

    #[test]
    fn lines_end_at_an_empty_one() {
        assert_eq!(typed(b"\r\ncurl \\\n  -X GETT\x7f\n\nnot read").as_deref(), Ok("\ncurl \\\n  -X GET"));
        assert_eq!(typed("aé\u{7f}b\u{4}c".as_bytes()).as_deref(), Ok("ab"));
        assert_eq!(typed(b"secret\x03"), Err(Error::Interrupted));
        assert_eq!(typed(b"").as_deref(), Ok(""));
    }
}
