//! PowerShell: backtick escapes, `$env:NAME`, doubled quotes, `--%`.
//!
//! It follows Microsoft's pages about_Quoting_Rules (a doubled quote is one; only double quotes replace variables), about_Parsing
//! (what a word is, the stop-parsing token), about_Special_Characters (the escapes) and about_Variables, as they stood in
//! November 2026; it could not be run where this was written. What Windows PowerShell takes out of a native program's words
//! (quotes inside them) is not followed: no credential holds any.

use std::ops::Range;

use super::{Event, Line, OPAQUE, Seen, Variables, Word, is_odd_space, name_at, typographic};
use crate::command::spelled::Spelled;

struct Lexer<'a> {
    source: &'a str,
    limit: usize,
    at: usize,
    variables: &'a Variables<'a>,
    line: Line,
    word: Option<Word>,
}

/// Reads one simple command.
pub(super) fn read(source: &str, start: usize, limit: usize, variables: &Variables<'_>) -> Line {
    let mut lexer = Lexer { source, limit, at: start, variables, line: Line::default(), word: None };
    lexer.run();
    lexer.line.end = lexer.at;
    lexer.line
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.source.get(self.at..self.limit).unwrap_or_default()
    }

    fn word(&mut self) -> &mut Word {
        let at = self.at;
        self.word.get_or_insert_with(|| Word { at: at..at, ..Word::default() })
    }

    fn event(&mut self, what: Seen, at: Range<usize>) {
        self.word().events.push(Event { what, at });
    }

    fn finish(&mut self) {
        if let Some(mut word) = self.word.take() {
            word.at.end = self.at;
            self.line.words.push(word);
        }
    }

    fn take(&mut self, c: char) {
        let at = self.at..self.at + c.len_utf8();
        self.word().value.push(c, at);
        self.at += c.len_utf8();
    }

    fn run(&mut self) {
        while let Some(c) = self.rest().chars().next() {
            match c {
                '\n' => break,
                ' ' | '\t' | '\r' => {
                    let stop = self.word.as_ref().is_some_and(|word| !word.quoted && word.value.as_str() == "--%");
                    if stop && !self.line.words.is_empty() {
                        return self.stop();
                    }
                    self.finish();
                    self.at += 1;
                }
                c if is_odd_space(c) => {
                    let at = self.at..self.at + c.len_utf8();
                    self.line.events.push(Event { what: Seen::Invisible, at });
                    self.finish();
                    self.at += c.len_utf8();
                }
                '#' if self.word.is_none() => {
                    let end = self.rest().find('\n').unwrap_or(self.rest().len());
                    self.line.comment = Some(self.at..self.at + end);
                    break;
                }
                '\\' if self.word.is_none() && super::cmd::other_continuation(self.rest()) > 0 => {
                    let length = super::cmd::other_continuation(self.rest());
                    self.line.events.push(Event { what: Seen::OtherContinuation, at: self.at..self.at + 1 });
                    self.at += length;
                }
                '`' => self.backtick(),
                '\'' => self.single(),
                '"' => self.double(),
                '$' => self.dollar(),
                '@' if self.rest()[1..].starts_with(['{', '(']) => self.group(),
                '(' => self.group(),
                '{' if self.word.is_none() => self.group(),
                '|' | ';' | ')' => {
                    self.finish();
                    let length = if self.rest().starts_with("||") { 2 } else { 1 };
                    self.line.operator = Some(self.at..self.at + length);
                    break;
                }
                '&' if self.word.is_none() && self.line.words.is_empty() => self.at += 1,
                '&' => {
                    let double = self.rest().starts_with("&&");
                    if self.word.is_some() && !double {
                        self.event(Seen::Ampersand, self.at..self.at + 1);
                    }
                    self.finish();
                    self.line.operator = Some(self.at..self.at + 1 + usize::from(double));
                    break;
                }
                // PowerShell takes typographic quotes for plain ones.
                c => match typographic(c) {
                    Some(_) if "“”„".contains(c) => self.double(),
                    Some(_) if "‘’‚‛".contains(c) => self.single(),
                    _ => self.take(c),
                },
            }
        }
        self.finish();
    }

    /// Behind `--%` nothing is PowerShell's any more.
    fn stop(&mut self) {
        self.word = None;
        let mut rest = super::cmd::verbatim(self.source, self.at, self.limit, self.variables);
        self.line.words.append(&mut rest.words);
        self.line.events.append(&mut rest.events);
        self.line.operator = rest.operator;
        self.at = rest.end;
    }

    fn backtick(&mut self) {
        let after = self.rest()[1..].to_owned();
        if let Some(newline) = ["\r\n", "\n"].iter().find(|n| after.starts_with(**n)) {
            self.at += 1 + newline.len();
            return;
        }
        let blanks = after.len() - after.trim_start_matches([' ', '\t']).len();
        if blanks > 0 && after[blanks..].starts_with(['\n', '\r']) {
            let at = self.at..self.at + 1 + blanks;
            self.line.events.push(Event { what: Seen::BrokenContinuation, at });
            self.finish();
            let newline = after[blanks..].find('\n').unwrap_or(0);
            self.at += 2 + blanks + newline;
            return;
        }
        self.escape();
    }

    /// A backtick and what it escapes.
    fn escape(&mut self) {
        let after = self.rest()[1..].to_owned();
        let code = after.strip_prefix("u{").and_then(|rest| {
            let digits = &rest[..rest.find('}')?];
            Some((char::from_u32(u32::from_str_radix(digits, 16).ok()?)?, digits.len() + 3))
        });
        let Some((c, length)) = code.or_else(|| after.chars().next().map(|c| (escaped(c), c.len_utf8()))) else {
            self.at += 1;
            return;
        };
        let at = self.at..self.at + 1 + length;
        self.word().value.push(c, at.clone());
        self.at = at.end;
    }

    fn single(&mut self) {
        let open = self.rest().chars().next().map_or(1, char::len_utf8);
        self.word().quoted = true;
        self.at += open;
        while let Some(c) = self.rest().chars().next() {
            if c == '\'' || "‘’‚‛".contains(c) {
                let start = self.at;
                self.at += c.len_utf8();
                // Two of any of them are one.
                let Some(next) = self.rest().chars().next().filter(|next| *next == '\'' || "‘’‚‛".contains(*next)) else {
                    return;
                };
                self.at += next.len_utf8();
                let at = start..self.at;
                self.word().value.push(next, at);
            } else {
                if c == '$' {
                    let after = &self.rest()[1..];
                    let scope = after.get(..4).is_some_and(|s| s.eq_ignore_ascii_case("env:"));
                    let name = name_at(if scope { &after[4..] } else { after }).to_owned();
                    if !name.is_empty() {
                        let end = self.at + 1 + name.len() + if scope { 4 } else { 0 };
                        self.event(Seen::SingleQuoted(name), self.at..end);
                    }
                }
                self.take(c);
            }
        }
        let at = self.at;
        self.event(Seen::Unclosed, at..at);
    }

    fn double(&mut self) {
        let open = self.rest().chars().next().map_or(1, char::len_utf8);
        self.word().quoted = true;
        self.at += open;
        while let Some(c) = self.rest().chars().next() {
            let start = self.at;
            match c {
                '"' | '“' | '”' | '„' => {
                    self.at += c.len_utf8();
                    let Some(next) = self.rest().chars().next().filter(|next| "\"“”„".contains(*next)) else { return };
                    self.at += next.len_utf8();
                    let at = start..self.at;
                    self.word().value.push(next, at);
                }
                '`' => self.escape(),
                // What people carry over from other shells; PowerShell passes it on.
                '\\' if self.rest().starts_with("\\\"") && !self.rest()[2..].starts_with(['\n', ' ']) => {
                    self.word().value.push('"', start..start + 2);
                    self.at += 2;
                }
                '$' => self.dollar(),
                c => self.take(c),
            }
        }
        let at = self.at;
        self.event(Seen::Unclosed, at..at);
    }

    fn dollar(&mut self) {
        let start = self.at;
        let after = self.rest()[1..].to_owned();
        if let Some(first) = after.strip_prefix('(') {
            let length = balanced(&after);
            let inner = after.get(2..length.saturating_sub(1)).unwrap_or_default();
            if first.starts_with('$') && inner.bytes().all(|b| b.is_ascii_alphanumeric() || b"_:".contains(&b)) {
                // `$($name)` is the variable itself.
                self.at = start + 2;
                self.dollar();
                self.at = start + 1 + length;
                return;
            }
            let built = inner.contains("ToBase64String").then(|| {
                let inner = start + 2..start + length;
                super::variables::worked_out(self.source, inner, self.variables)
            });
            if let Some(built) = built.flatten() {
                self.word().value.append(&built.moved_to(start..start + 1 + length));
                self.at = start + 1 + length;
                return;
            }
            self.event(Seen::Substitution, start..start + 1 + length);
            self.word().value.push_expansion(&OPAQUE.to_string(), start..start + 1 + length);
            self.at = start + 1 + length;
            return;
        }
        let braced = after.starts_with('{');
        let inner = if braced { &after[1..] } else { &after };
        let scoped = inner.get(..4).is_some_and(|s| s.eq_ignore_ascii_case("env:"));
        let name = name_at(if scoped { &inner[4..] } else { inner }).to_owned();
        if name.is_empty() {
            return self.take('$');
        }
        let length = name.len() + if scoped { 4 } else { 0 };
        let end = start + 1 + length + if braced { 1 + usize::from(inner[length..].starts_with('}')) } else { 0 };
        self.word();
        let own = self.variables.get(&if scoped { format!("env:{name}") } else { name.clone() });
        let value = own.or_else(|| scoped.then(|| self.variables.get(&name)).flatten());
        match value {
            Some(value) => {
                if value.is_empty() {
                    self.event(Seen::EmptyVariable(name.clone()), start..end);
                }
                // A table is read where it stands, not where its name does.
                match self.variables.spelled(&name).filter(|s| s.as_str().starts_with("@{")).cloned() {
                    Some(table) => self.word().value.append(&table),
                    None => self.word().value.push_expansion(&value, start..end),
                }
            }
            None => {
                self.event(Seen::Undefined(name), start..end);
                let literal = Spelled::slice_of(self.source, start..end);
                self.word().value.append(&literal);
            }
        }
        self.at = end;
    }

    /// `@{…}`, `@(…)`, `(…)`: one word, read later by whoever needs it.
    fn group(&mut self) {
        let start = self.at;
        let skip = usize::from(self.rest().starts_with('@'));
        let length = skip + balanced(&self.rest()[skip..]);
        let text = Spelled::slice_of(self.source, start..start + length);
        self.word().value.append(&text);
        self.word().quoted = true;
        self.at = start + length;
    }
}

fn escaped(c: char) -> char {
    match c {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        'e' => '\u{1b}',
        'f' => '\u{c}',
        'v' => '\u{b}',
        c => c,
    }
}

/// The length of the bracketed text at the start.
fn balanced(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(q), c) if q == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(' | '{' | '[') => depth += 1,
            (None, ')' | '}' | ']') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    text.find('\n').unwrap_or(text.len())
}
