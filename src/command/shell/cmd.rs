//! cmd.exe, and how a program of the C runtime splits what cmd hands it.
//!
//! Two readers, one after the other, each with quotes of its own. cmd: `^` escapes, `%NAME%`, `& | < >` outside quotes, and every
//! `"` toggles (Microsoft, "cmd", remarks on special characters). The program (Microsoft, "Parsing C command-line arguments"):
//! blanks and tabs separate; `\"` is a quote; before a `"` two backslashes make one, anywhere else each is itself; `""` inside
//! quotes is a quote. For neither is `'` anything. PowerShell's `--%` hands a line to the second reader alone, with `%NAME%`
//! replaced (about_Parsing, "The stop-parsing token"). None of this could be run where it was written: it follows those pages, as
//! they stood in November 2026.

use super::{Event, Line, Seen, Variables, Word, is_odd_space};
use crate::command::spelled::Spelled;

/// Reads one simple command.
pub(super) fn read(source: &str, start: usize, limit: usize, variables: &Variables<'_>) -> Line {
    split(source, start, limit, variables, false)
}

/// Reads what follows PowerShell's `--%`, up to the end of the line or a pipe.
pub(super) fn verbatim(source: &str, start: usize, limit: usize, variables: &Variables<'_>) -> Line {
    split(source, start, limit, variables, true)
}

fn split(source: &str, start: usize, limit: usize, variables: &Variables<'_>, verbatim: bool) -> Line {
    let mut line = Line::default();
    let mut word: Option<Word> = None;
    let mut at = start;
    // For the program, and for cmd, which knows no `\"`.
    let (mut quoted, mut shell_quoted) = (false, false);
    let mut single: Option<usize> = None;
    while let Some(c) = source.get(at..limit).and_then(|rest| rest.chars().next()) {
        let rest = &source[at..limit];
        let here = at..at + c.len_utf8();
        let opened = |word: &mut Option<Word>| {
            word.get_or_insert_with(|| Word { at: here.start..here.start, ..Word::default() });
        };
        match c {
            '\n' => break,
            '\r' => at += 1,
            ' ' | '\t' if !quoted && single.is_none() => {
                finish(&mut word, &mut line, at);
                at += 1;
            }
            c if is_odd_space(c) && !quoted => {
                line.events.push(Event { what: Seen::Invisible, at: here });
                finish(&mut word, &mut line, at);
                at += c.len_utf8();
            }
            '^' if !shell_quoted && !verbatim => {
                let after = &rest[1..];
                let newline = ["\r\n", "\n"].iter().find(|n| after.starts_with(**n));
                if let Some(newline) = newline {
                    at += 1 + newline.len();
                } else if let Some(c) = after.chars().next() {
                    opened(&mut word);
                    push(&mut word, c, at..at + 1 + c.len_utf8());
                    at += 1 + c.len_utf8();
                } else {
                    at += 1;
                }
            }
            '\\' if word.is_none() && !quoted && other_continuation(rest) > 0 => {
                line.events.push(Event { what: Seen::OtherContinuation, at: here });
                at += other_continuation(rest);
            }
            '\\' => {
                opened(&mut word);
                let count = rest.len() - rest.trim_start_matches('\\').len();
                let before_quote = rest[count..].starts_with('"');
                let step = 1 + usize::from(before_quote);
                for pair in 0..count / step {
                    push(&mut word, '\\', at + pair * step..at + (pair + 1) * step);
                }
                at += count;
                if before_quote && count % 2 == 1 {
                    push(&mut word, '"', at - 1..at + 1);
                    shell_quoted = !shell_quoted;
                    at += 1;
                }
            }
            '"' if quoted && rest.starts_with("\"\"") => {
                push(&mut word, '"', at..at + 2);
                at += 2;
            }
            '"' => {
                opened(&mut word);
                if let Some(word) = &mut word {
                    word.quoted = true;
                }
                (quoted, shell_quoted) = (!quoted, !shell_quoted);
                at += 1;
            }
            // No quote for cmd; people carry it over from other shells. What was meant is read, and noted.
            '\'' if !verbatim
                && !quoted
                && single.is_none()
                && word.is_none()
                && rest[1..].lines().next().is_some_and(|l| l.contains('\'')) =>
            {
                opened(&mut word);
                if let Some(word) = &mut word {
                    word.events.push(Event { what: Seen::CmdQuote, at: here });
                }
                single = Some(at);
                at += 1;
            }
            '\'' if single.is_some() => {
                single = None;
                at += 1;
            }
            '%' => {
                opened(&mut word);
                at = percent(source, at, limit, variables, &mut word);
            }
            '&' | '>' | '<' if verbatim => {
                opened(&mut word);
                push(&mut word, c, here);
                at += 1;
            }
            '&' | '|' | '>' | '<' if !shell_quoted && single.is_none() => {
                if c == '<' && placeholder(rest) {
                    opened(&mut word);
                    push(&mut word, c, here);
                    at += 1;
                    continue;
                }
                if c == '>' && word.as_ref().is_some_and(|w| w.value.as_str().contains('<')) {
                    push(&mut word, c, here);
                    at += 1;
                    continue;
                }
                let double = rest.len() > 1 && rest.as_bytes()[1] == rest.as_bytes()[0];
                if let Some(word) = word.as_mut().filter(|_| c == '&' && !double) {
                    word.events.push(Event { what: Seen::Ampersand, at: here.clone() });
                }
                finish(&mut word, &mut line, at);
                if c == '>' || c == '<' {
                    // The file that output goes to is the next word.
                    at += 1 + usize::from(double);
                    at += source[at..limit].len() - source[at..limit].trim_start_matches([' ', '&']).len();
                    at += source[at..limit].find([' ', '\n', '&', '|']).unwrap_or(limit - at);
                    continue;
                }
                line.operator = Some(here.start..here.start + 1 + usize::from(double));
                break;
            }
            c => {
                opened(&mut word);
                push(&mut word, c, here);
                at += c.len_utf8();
            }
        }
    }
    finish(&mut word, &mut line, at);
    line.end = at;
    line
}

fn finish(word: &mut Option<Word>, line: &mut Line, at: usize) {
    if let Some(mut word) = word.take() {
        word.at.end = at;
        line.words.push(word);
    }
}

fn push(word: &mut Option<Word>, c: char, at: std::ops::Range<usize>) {
    if let Some(word) = word {
        word.value.push(c, at);
    }
}

fn placeholder(rest: &str) -> bool {
    rest.find('>').is_some_and(|end| end > 1 && rest[1..end].chars().all(|c| c.is_alphanumeric() || " -_".contains(c)))
}

/// The length of a lone backslash that ends a line, and of the line's end.
pub(super) fn other_continuation(rest: &str) -> usize {
    ["\\\r\n", "\\\n"].iter().find(|sign| rest.starts_with(**sign)).map_or(0, |sign| sign.len())
}

/// `%NAME%`; any other `%` stands for itself. Returns where to go on.
fn percent(source: &str, at: usize, limit: usize, variables: &Variables<'_>, word: &mut Option<Word>) -> usize {
    let rest = &source[at + 1..limit];
    let name = rest.find('%').map(|end| &rest[..end]).filter(|name| {
        !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
    });
    let Some(name) = name else {
        push(word, '%', at..at + 1);
        return at + 1;
    };
    let end = at + name.len() + 2;
    // `%40anna%40` could be two encoded characters; a variable is only what is defined or looks like a name of one.
    let encoded = name.len() >= 2 && name.as_bytes()[..2].iter().all(u8::is_ascii_hexdigit);
    // `%BB_TOKEN%` could not.
    let named = name.contains('_') && !name.bytes().any(|b| b.is_ascii_lowercase());
    let encoded = encoded && !named;
    if let Some(word) = word {
        match variables.get(name) {
            Some(value) => word.value.push_expansion(&value, at..end),
            None if encoded => {
                word.value.push('%', at..at + 1);
                return at + 1;
            }
            None => {
                word.events.push(Event { what: Seen::Undefined(name.to_owned()), at: at..end });
                word.value.append(&Spelled::slice_of(source, at..end));
            }
        }
    }
    end
}
