//! Words of a command line with their positions, as the shells write them.
//!
//! Each lexer reads one simple command: up to the end of the line that is not continued, or up to an operator. It is
//! lenient where a real shell would send something else than what was meant (typographic quotes, placeholders in angle
//! brackets): it reads what was meant and records an [`Event`], from which a note is made.

mod cmd;
mod escape;
mod posix;
mod powershell;
mod substitution;
mod variables;
mod write;

use std::ops::Range;

use super::spelled::Spelled;

pub(crate) use substitution::parenthesised;
pub(crate) use variables::{Variables, assigned_by, collect, filled_when_run, utf16};
pub use write::Shell;

/// Stands in a word for the result of a substitution that is not run.
pub(crate) const OPAQUE: char = '\u{fffc}';

/// Whose rules a command line follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// sh, bash, zsh.
    Posix,
    /// PowerShell.
    PowerShell,
    /// cmd.exe.
    Cmd,
    /// The words of `-- COMMAND`: a shell has already split them.
    Words,
}

/// A word, with what happened while it was read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Word {
    /// What the program gets.
    pub(crate) value: Spelled,
    /// All of it in the source, quotes included.
    pub(crate) at: Range<usize>,
    /// What was seen in it.
    pub(crate) events: Vec<Event>,
    /// Whether any part of it was quoted.
    pub(crate) quoted: bool,
}

/// Something in a word that bears on what is really sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) what: Seen,
    pub(crate) at: Range<usize>,
}

/// What an [`Event`] saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// A variable that is defined nowhere.
    Undefined(String),
    /// A variable that is set and empty.
    EmptyVariable(String),
    /// A variable between single quotes, which is not expanded there.
    SingleQuoted(String),
    /// A variable in another shell's spelling.
    OtherShell(String),
    /// A variable that is assigned in front of this very command: the shell expands before it assigns.
    AssignedTooLate(String),
    /// A substitution that is not run.
    Substitution,
    /// A variable that is defined where the text does not show it: a pipeline's settings, a file that is read in.
    Elsewhere,
    /// `$1`, `$$` and the others that a shell sets itself.
    Parameter(char),
    /// An unquoted character that ends the word, or the command, in the middle of a URL.
    Unquoted(char),
    /// An unquoted `?`, `*` or `[` in a URL, which zsh takes for a pattern.
    Pattern,
    /// Encoded text with a newline at its end, which `echo` put there.
    EncodedNewline,
    /// Encoded text that `base64` breaks into lines.
    EncodedWrapped,
    /// A typographic quote where a plain one belongs.
    TypographicQuote,
    /// A non-breaking space or a character without width outside quotes.
    Invisible,
    /// `!` where an interactive bash or zsh puts an old command.
    History,
    /// An unquoted `&`: it ends the command here.
    Ampersand,
    /// A single quote in cmd, which is no quote there.
    CmdQuote,
    /// A backslash followed by white space at the end of a line: no continuation.
    BrokenContinuation,
    /// A backslash at the end of a line, in a shell that goes on with another sign.
    OtherContinuation,
    /// A quote that is never closed.
    Unclosed,
}

/// One simple command.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    /// Its words.
    pub(crate) words: Vec<Word>,
    /// Where reading stopped: at an operator, a comment, the end of the line.
    pub(crate) end: usize,
    /// The operator that ended it.
    pub(crate) operator: Option<Range<usize>>,
    /// The comment behind it.
    pub(crate) comment: Option<Range<usize>>,
    /// Events outside words.
    pub(crate) events: Vec<Event>,
    /// What ends each here-document whose lines follow.
    pub(crate) heredocs: Vec<String>,
}

impl Line {
    /// Where the here-documents end that follow a line's end; the same place where there is none.
    pub(crate) fn after_heredocs(&self, source: &str, line_end: usize) -> usize {
        let mut at = line_end;
        for delimiter in &self.heredocs {
            let mut next = at;
            let ended = source.get(at..).unwrap_or_default().split_inclusive('\n').any(|line| {
                next += line.len();
                line.trim() == delimiter
            });
            if ended {
                at = next;
            }
        }
        at
    }
}

/// Reads one simple command of `source`, from `start` to `limit` at most.
pub(crate) fn read(source: &str, start: usize, limit: usize, dialect: Dialect, variables: &Variables<'_>) -> Line {
    let limit = limit.min(source.len());
    match dialect {
        Dialect::Posix | Dialect::Words => posix::read(source, start, limit, variables),
        Dialect::PowerShell => powershell::read(source, start, limit, variables),
        Dialect::Cmd => cmd::read(source, start, limit, variables),
    }
}

/// Reads one simple command of a text that itself was read from the source, from `start` on. All places are in the source but
/// [`Line::end`], which is where to go on in `inner`.
pub(crate) fn read_within(inner: &Spelled, start: usize, dialect: Dialect, variables: &Variables<'_>) -> Line {
    let mut line = read(inner.as_str(), start, inner.len(), dialect, variables);
    let moved = |events: &mut Vec<Event>| events.iter_mut().for_each(|e| e.at = inner.place(&e.at));
    for word in &mut line.words {
        word.value = word.value.through(inner);
        word.at = inner.place(&word.at);
        moved(&mut word.events);
    }
    moved(&mut line.events);
    line.end = line.operator.as_ref().map_or(line.end, |operator| operator.end);
    line.operator = line.operator.as_ref().map(|at| inner.place(at));
    line.comment = line.comment.as_ref().map(|at| inner.place(at));
    line
}

/// The words of `-- COMMAND` as text that a shell would split into them again, and the same words with positions in it.
pub(crate) fn from_words(words: &[String]) -> (String, Line) {
    let mut text = String::new();
    let mut line = Line::default();
    for word in words {
        if !text.is_empty() {
            text.push(' ');
        }
        let start = text.len();
        let plain = !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "-_=:/.,@%+~{}[]?&".contains(c));
        let plain = plain && !word.contains(['{', '}', '[', ']', '?', '&']);
        let mut value = Spelled::default();
        if !plain {
            text.push('\'');
        }
        for c in word.chars() {
            let at = text.len();
            if c == '\'' {
                text.push_str("'\\''");
            } else {
                text.push(c);
            }
            value.push(c, at..text.len());
        }
        if !plain {
            text.push('\'');
        }
        line.words.push(Word { value, at: start..text.len(), events: Vec::new(), quoted: true });
    }
    line.end = text.len();
    (text, line)
}

/// Which shell a text was written for, from the signs in it.
pub(crate) fn guess(source: &str) -> Dialect {
    let any = |test: &dyn Fn(&str) -> bool| source.lines().any(|line| test(line.trim()));
    let lower = source.to_ascii_lowercase();
    let cmd_prompt =
        any(&|l| l.len() > 3 && l.as_bytes()[0].is_ascii_alphabetic() && l[1..].starts_with(":\\") && l.contains('>'));
    if any(&|l| l.starts_with("PS ") && l.contains('>') || l.starts_with("PS>"))
        || lower.contains("$env:")
        || lower.contains("invoke-restmethod")
        || lower.contains("invoke-webrequest")
        || lower.contains("-headers @{")
        || lower.contains("]::tobase64string(")
        || any(&|l| l.starts_with('$') && l.contains(" = @{"))
        || any(&|l| ["irm ", "iwr "].iter().any(|name| l.starts_with(name) || l.contains(&format!("= {name}"))))
        || any(&|l| l.ends_with('`') && l.matches('`').count() == 1 && l.contains(' '))
    {
        return Dialect::PowerShell;
    }
    let continued = any(&|l| l.ends_with('^') && l.contains(' '));
    let sets = any(&|l| l.to_ascii_lowercase().starts_with("set ") && l.contains('=') && !l.contains('$'));
    if cmd_prompt || continued || sets && source.contains('%') {
        return Dialect::Cmd;
    }
    if percent_variable(&lower) && lower.contains("curl") && !source.contains(['\'', '$']) {
        return Dialect::Cmd;
    }
    Dialect::Posix
}

/// `%NAME%` of cmd, and not percent-encoding or `%{http_code}`.
fn percent_variable(text: &str) -> bool {
    text.split('%')
        .skip(1)
        .step_by(2)
        .any(|name| name.len() >= 3 && !name.contains("://") && name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_'))
}

/// The name at the start of a text, as variables are named.
pub(crate) fn name_at(text: &str) -> &str {
    let end = text.bytes().position(|b| !(b.is_ascii_alphanumeric() || b == b'_')).unwrap_or(text.len());
    if text.starts_with(|c: char| c.is_ascii_digit()) { "" } else { &text[..end] }
}

/// White space that a shell does not take for white space, and characters without width.
pub(crate) fn is_odd_space(c: char) -> bool {
    c != ' ' && (c.is_whitespace() && !c.is_ascii() || crate::checks::shape::is_invisible(c))
}

/// The closing one for a typographic quote.
pub(crate) fn typographic(c: char) -> Option<&'static [char]> {
    match c {
        '“' | '”' | '„' | '‟' => Some(&['“', '”', '„', '‟']),
        '‘' | '’' | '‚' | '‛' => Some(&['‘', '’', '‚', '‛']),
        '«' | '»' => Some(&['«', '»']),
        _ => None,
    }
}
