//! cmd.exe, and how a program of the C runtime splits what cmd hands it: `^` escapes, `%NAME%`, `"` toggles, `\"` is a
//! quote, and `'` is an ordinary character.

use super::{Event, Line, Seen, Variables, Word, is_odd_space};
use crate::command::spelled::Spelled;

/// Reads one simple command.
pub(super) fn read(source: &str, start: usize, limit: usize, variables: &Variables<'_>) -> Line {
    let mut line = Line::default();
    let mut word: Option<Word> = None;
    let mut at = start;
    let mut quoted = false;
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
            '^' if !quoted => {
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
            '\\' if rest.starts_with("\\\"") => {
                opened(&mut word);
                push(&mut word, '"', at..at + 2);
                at += 2;
            }
            '"' => {
                opened(&mut word);
                if let Some(word) = &mut word {
                    word.quoted = true;
                }
                quoted = !quoted;
                at += 1;
            }
            // No quote for cmd; people carry it over from other shells. What was meant is read, and noted.
            '\'' if !quoted
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
            '&' | '|' | '>' | '<' if !quoted && single.is_none() => {
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
