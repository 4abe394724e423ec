//! sh, bash and zsh (POSIX.1-2017, "Shell Command Language", sections 2.2 to 2.6; bash's `$'…'`).

use std::ops::Range;

use super::escape::{ansi_escape, closing_quote, continued_name};
use super::{Event, Line, OPAQUE, Seen, Variables, Word, is_odd_space, name_at, substitution, typographic};
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

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn word(&mut self) -> &mut Word {
        let at = self.at;
        self.word.get_or_insert_with(|| Word { at: at..at, ..Word::default() })
    }

    fn event(&mut self, what: Seen, at: Range<usize>) {
        let event = Event { what, at };
        match &mut self.word {
            Some(word) => word.events.push(event),
            None => self.line.events.push(event),
        }
    }

    fn finish(&mut self) {
        if let Some(mut word) = self.word.take() {
            if word.value.is_empty() && !word.quoted {
                // An empty expansion outside quotes leaves no word (POSIX 2.6.5); what was seen in it stays.
                self.line.events.append(&mut word.events);
                return;
            }
            word.at.end = self.at;
            self.line.words.push(word);
        }
    }

    /// Adds the next character as it stands.
    fn take(&mut self, c: char) {
        let at = self.at..self.at + c.len_utf8();
        self.word().value.push(c, at);
        self.at += c.len_utf8();
    }

    fn skip(&mut self, c: char) {
        self.word();
        self.at += c.len_utf8();
    }

    fn run(&mut self) {
        while let Some(c) = self.peek() {
            match c {
                '\n' => break,
                '\r' if self.rest()[1..].starts_with('\n') || self.rest().len() == 1 => {
                    self.finish();
                    self.at += 1;
                }
                ' ' | '\t' => {
                    self.finish();
                    self.at += 1;
                }
                c if is_odd_space(c) => {
                    self.event(Seen::Invisible, self.at..self.at + c.len_utf8());
                    if c.is_whitespace() {
                        self.finish();
                    }
                    self.at += c.len_utf8();
                }
                '#' if self.word.is_none() => {
                    let end = self.rest().find('\n').unwrap_or(self.rest().len());
                    self.line.comment = Some(self.at..self.at + end);
                    break;
                }
                '\\' => {
                    if !self.backslash() {
                        break;
                    }
                }
                '\'' => self.single(),
                '"' => self.double(),
                '`' => self.backtick(),
                '$' => self.dollar(false),
                '<' | '>' if self.rest()[1..].starts_with('(') => self.process(),
                '<' if self.placeholder() => {}
                '>' | '<' => self.redirect(),
                '&' if self.rest().starts_with("&>") => self.redirect(),
                '|' | ';' | '(' | ')' => {
                    self.inside_url(c);
                    self.finish();
                    self.operator();
                    break;
                }
                '&' => {
                    // At the end of a line it sends the command to the background, and nothing is lost.
                    let last = self.rest()[1..].split('\n').next().is_none_or(|rest| rest.trim().is_empty());
                    let inside = self.word.is_some() && !self.rest().starts_with("&&") && !last;
                    if inside {
                        self.event(Seen::Ampersand, self.at..self.at + 1);
                    }
                    self.finish();
                    self.operator();
                    break;
                }
                '!' if self.history() => {
                    self.word();
                    self.event(Seen::History, self.at..self.at + 1);
                    self.take('!');
                }
                c => match typographic(c) {
                    Some(closing) => self.curly(c, closing),
                    None => {
                        if matches!(c, '?' | '*' | '[') && self.in_url() {
                            self.event(Seen::Pattern, self.at..self.at + 1);
                        }
                        self.take(c);
                    }
                },
            }
        }
        self.finish();
    }

    fn in_url(&self) -> bool {
        self.word.as_ref().is_some_and(|w| w.value.as_str().contains("://"))
    }

    /// An operator that was meant as a part of a URL: `…?a=b;c=d`, `…?q=name(x)`.
    fn inside_url(&mut self, c: char) {
        let rest = &self.rest()[1..];
        let next = rest.split([' ', '\t', '\n', '\r']).next().unwrap_or_default();
        let queried = self.word.as_ref().is_some_and(|w| w.value.as_str().contains('?'));
        let meant = match c {
            ';' => queried && next.contains('=') && !next.starts_with(';'),
            '(' => !next.is_empty(),
            _ => false,
        };
        if meant && self.in_url() {
            self.event(Seen::Unquoted(c), self.at..self.at + 1);
        }
    }

    fn operator(&mut self) {
        let length = ["&&", "||", ";;"].iter().find(|op| self.rest().starts_with(**op)).map_or(1, |op| op.len());
        self.line.operator = Some(self.at..self.at + length);
    }

    /// bash and zsh, at a prompt, replace `!word`.
    fn history(&self) -> bool {
        self.word.is_some() && self.rest()[1..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-' || c == '!')
    }

    /// Returns whether the line goes on.
    fn backslash(&mut self) -> bool {
        let after = &self.rest()[1..];
        if after.starts_with('\n') {
            self.at += 2;
            return true;
        }
        if after.starts_with("\r\n") {
            self.at += 3;
            return true;
        }
        let blanks = after.len() - after.trim_start_matches([' ', '\t', '\u{a0}']).len();
        if blanks > 0 && after[blanks..].starts_with('\n') && self.word.is_none() {
            // What was meant is a continuation; the shell escapes the blank and ends the command.
            self.event(Seen::BrokenContinuation, self.at..self.at + 1 + blanks);
            self.at += 2 + blanks;
            return true;
        }
        match after.chars().next() {
            Some(c) => {
                let at = self.at..self.at + 1 + c.len_utf8();
                self.word().value.push(c, at.clone());
                self.word().quoted = true;
                self.at = at.end;
            }
            None => {
                // The last character of the text: a continuation of which the next line was not pasted.
                self.at += 1;
                return false;
            }
        }
        true
    }

    fn single(&mut self) {
        let open = self.at;
        self.skip('\'');
        self.word().quoted = true;
        let Some(length) = self.rest().find('\'') else {
            return self.unclosed(open);
        };
        let (start, end) = (self.at, self.at + length);
        let inner = Spelled::slice_of(self.source, start..end);
        for (at, _) in inner.as_str().match_indices('$') {
            let text = &inner.as_str()[at..];
            let braced = text.strip_prefix("${").map(name_at).filter(|n| text[2 + n.len()..].starts_with('}'));
            let name = braced.unwrap_or_else(|| name_at(&text[1..]));
            if !name.is_empty() {
                let length = if braced.is_some() { name.len() + 3 } else { name.len() + 1 };
                self.event(Seen::SingleQuoted(name.to_owned()), start + at..start + at + length);
            }
        }
        self.word().value.append(&inner);
        self.at = end + 1;
    }

    fn unclosed(&mut self, open: usize) {
        self.event(Seen::Unclosed, open..open + 1);
        // To the end of this line, so that an answer below it is not swallowed.
        let length = self.rest().find('\n').unwrap_or(self.rest().len());
        let inner = Spelled::slice_of(self.source, self.at..self.at + length);
        self.word().value.append(&inner);
        self.at += length;
    }

    fn double(&mut self) {
        let open = self.at;
        if closing_quote(&self.rest()[1..]).is_none() {
            self.skip('"');
            return self.unclosed(open);
        }
        self.skip('"');
        self.word().quoted = true;
        while let Some(c) = self.peek() {
            match c {
                '"' => {
                    self.at += 1;
                    return;
                }
                '\\' => {
                    let after = self.rest()[1..].chars().next();
                    match after {
                        Some('\n') => self.at += 2,
                        Some(e) if "$`\"\\".contains(e) => {
                            let at = self.at..self.at + 2;
                            self.word().value.push(e, at);
                            self.at += 2;
                        }
                        _ => self.take('\\'),
                    }
                }
                '$' => self.dollar(true),
                '`' => self.backtick(),
                '!' if self.history() => {
                    self.event(Seen::History, self.at..self.at + 1);
                    self.take('!');
                }
                c => self.take(c),
            }
        }
    }

    fn curly(&mut self, c: char, closing: &[char]) {
        let open = self.at;
        self.skip(c);
        self.event(Seen::TypographicQuote, open..open + c.len_utf8());
        self.word().quoted = true;
        let rest = self.rest();
        let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
        // A curly quote is sometimes closed by a straight one.
        let Some(length) = line.find(closing).or_else(|| line.find(['"', '\''])) else { return };
        let end = self.at + length;
        while self.at < end {
            match self.peek() {
                Some('$') if closing.contains(&'”') => self.dollar(true),
                Some(c) => self.take(c),
                None => return,
            }
        }
        if let Some(c) = self.peek() {
            self.at += c.len_utf8();
        }
    }

    fn dollar(&mut self, in_quotes: bool) {
        let rest = self.rest().to_owned();
        let start = self.at;
        if !in_quotes && rest.starts_with("$'") {
            return self.ansi();
        }
        if !in_quotes && rest.starts_with("$\"") {
            self.skip('$');
            return;
        }
        if rest.starts_with("$(") {
            let inner = substitution::parenthesised(&rest[1..]);
            let (text, length) = (inner.clone(), 1 + inner.len() + 2);
            let end = (start + length).min(self.limit);
            return self.substituted(&text, start + 2, start..end);
        }
        // A template's own variable, as pipelines write it, is replaced before a shell runs.
        if rest.starts_with("${{") && self.variables.elsewhere() {
            let end = (start + rest.find("}}").map_or(rest.len(), |at| at + 2)).min(self.limit);
            self.word();
            self.elsewhere(start..end);
            self.at = end;
            return;
        }
        if let Some(c) = rest[1..].chars().next().filter(|c| c.is_ascii_digit() || "@*#?$!-".contains(*c)) {
            return self.parameter(c, start);
        }
        let (name, length, default) = if let Some(inner) = rest.strip_prefix("${") {
            let close = inner.find('}').unwrap_or(inner.len());
            let name = name_at(inner);
            let operator = inner[name.len()..close].trim_start_matches(':');
            (name.to_owned(), 2 + close + 1, operator.strip_prefix(['-', '=']).map(str::to_owned))
        } else if let Some(name) = rest.get(1..).filter(|r| r.to_ascii_lowercase().starts_with("env:")).map(|r| name_at(&r[4..]))
        {
            let length = 5 + name.len();
            self.word();
            self.event(Seen::OtherShell(name.to_owned()), start..start + length);
            (String::new(), 1, None)
        } else {
            let (name, length) = continued_name(&rest[1..]);
            (name, 1 + length, None)
        };
        let end = (start + length).min(self.limit);
        if name.is_empty() {
            return self.take('$');
        }
        self.word();
        match self.variables.get(&name).or(default) {
            Some(value) => {
                for what in self.variables.seen(&name) {
                    self.event(what, start..end);
                }
                if value.is_empty() {
                    self.event(Seen::EmptyVariable(name), start..end);
                }
                self.expand(&value, start..end, in_quotes);
            }
            None if self.variables.elsewhere() && !self.variables.assigned_too_late(&name) => self.elsewhere(start..end),
            None => {
                let late = self.variables.assigned_too_late(&name);
                let what = if late { Seen::AssignedTooLate(name) } else { Seen::Undefined(name) };
                self.event(what, start..end);
                let literal = Spelled::slice_of(self.source, start..end);
                self.word().value.append(&literal);
            }
        }
        self.at = end;
    }

    /// `$1`, `$$` and the others that a shell sets itself (POSIX 2.5.1, 2.5.2).
    fn parameter(&mut self, c: char, start: usize) {
        let at = start..start + 2;
        self.word();
        if self.variables.elsewhere() || self.source.contains("() {") || self.source.starts_with("#!") {
            self.elsewhere(at.clone());
        } else {
            self.event(Seen::Parameter(c), at.clone());
            let literal = Spelled::slice_of(self.source, at.clone());
            self.word().value.append(&literal);
        }
        self.at = at.end;
    }

    /// What is defined where the text does not show it.
    fn elsewhere(&mut self, at: Range<usize>) {
        self.event(Seen::Elsewhere, at.clone());
        self.word().value.push_expansion(&OPAQUE.to_string(), at);
    }

    /// Puts a value in the place of `at`; outside quotes it is split at white space (POSIX 2.6.5).
    fn expand(&mut self, value: &str, at: Range<usize>, in_quotes: bool) {
        if in_quotes {
            return self.word().value.push_expansion(value, at);
        }
        for (index, part) in value.split([' ', '\t', '\n']).enumerate() {
            if index > 0 && self.word.as_ref().is_some_and(|w| !w.value.is_empty() || w.quoted) {
                self.at = at.end;
                self.finish();
                self.at = at.start;
            }
            self.word().value.push_expansion(part, at.clone());
        }
    }

    fn backtick(&mut self) {
        let start = self.at;
        let Some(length) = self.rest()[1..].find('`') else {
            return self.take('`');
        };
        let text = self.rest()[1..1 + length].to_owned();
        self.substituted(&text, start + 1, start..start + length + 2);
    }

    /// `<(…)` of bash and zsh: the name of a file that holds what a command prints.
    fn process(&mut self) {
        let length = 1 + substitution::parenthesised(&self.rest()[1..]).len() + 2;
        let at = self.at..(self.at + length).min(self.limit);
        self.word();
        self.event(Seen::Substitution, at.clone());
        self.word().value.push_expansion(&OPAQUE.to_string(), at.clone());
        self.at = at.end;
    }

    fn substituted(&mut self, text: &str, inner: usize, at: Range<usize>) {
        self.word();
        match substitution::run(self.source, inner..inner + text.len(), self.variables) {
            Some(done) => {
                for what in done.seen {
                    self.event(what, at.clone());
                }
                self.word().value.append(&done.value.moved_to(at.clone()));
            }
            None => {
                self.event(Seen::Substitution, at.clone());
                self.word().value.push_expansion(&OPAQUE.to_string(), at.clone());
            }
        }
        self.at = at.end;
    }

    /// bash's `$'…'`.
    fn ansi(&mut self) {
        let open = self.at;
        self.word();
        self.at += 2;
        self.word().quoted = true;
        while let Some(c) = self.peek() {
            let start = self.at;
            match c {
                '\'' => {
                    self.at += 1;
                    return;
                }
                '\\' => {
                    let after = &self.rest()[1..];
                    let (text, length) = ansi_escape(after);
                    for c in text {
                        self.word().value.push(c, start..start + 1 + length);
                    }
                    self.at = start + 1 + length;
                }
                c => self.take(c),
            }
        }
        self.event(Seen::Unclosed, open..open + 2);
    }

    /// `<your token>`: a sample of a documentation page, which a shell would take for a redirection.
    fn placeholder(&mut self) -> bool {
        let rest = self.rest();
        let Some(length) = rest.find('>') else { return false };
        let inner = &rest[1..length];
        let sample = inner.starts_with(|c: char| c.is_ascii_alphabetic())
            && inner.len() <= 60
            && inner.chars().all(|c| c.is_alphanumeric() || " -_.'/@".contains(c));
        if sample {
            let end = self.at + length + 1;
            let text = Spelled::slice_of(self.source, self.at..end);
            self.word().value.append(&text);
            self.at = end;
        }
        sample
    }

    /// `>file`, `2>&1`, `< file`: no part of the command.
    fn redirect(&mut self) {
        if self.word.as_ref().is_some_and(|w| !w.quoted && w.value.as_str().bytes().all(|b| b.is_ascii_digit())) {
            self.word = None;
        }
        self.finish();
        let operator = self.rest().bytes().take_while(|b| b"<>&|".contains(b)).count();
        let document = self.rest().starts_with("<<") && operator == 2;
        self.at += operator;
        if document && self.rest().starts_with('-') {
            self.at += 1;
        }
        while self.peek().is_some_and(|c| c == ' ' || c == '\t') {
            self.at += 1;
        }
        let words = self.line.words.len();
        while let Some(c) = self.peek() {
            match c {
                ' ' | '\t' | '\n' | ';' | '|' | '&' | '<' | '>' | '(' | ')' => break,
                '\'' => self.single(),
                '"' => self.double(),
                '$' => self.dollar(true),
                '\\' if document => self.at += 1,
                '\\' => {
                    if !self.backslash() {
                        break;
                    }
                }
                c => self.take(c),
            }
        }
        if let Some(word) = self.word.take().filter(|w| document && !w.value.is_empty()) {
            self.line.heredocs.push(word.value.as_str().to_owned());
        }
        self.line.words.truncate(words);
    }
}
