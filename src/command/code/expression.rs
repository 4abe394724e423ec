//! What an expression of program code stands for, as far as its text tells: literals, formatted texts, sums, tables, and names
//! that the same text assigns.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Code;
use crate::command::shell::{OPAQUE, name_at};
use crate::command::spelled::Spelled;

impl Code<'_> {
    /// `(user, secret)`, `HTTPBasicAuth(user, secret)`, `{username: …, password: …}`.
    pub(super) fn pair(&self, at: &Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
        let text = self.text(at);
        if text.starts_with('{') {
            let table = self.table(at);
            let of = |wanted: &str| table.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
            return of("username").or_else(|| of("user")).zip(of("password").or_else(|| of("pass")));
        }
        let open = at.start + text.find('(').filter(|open| *open == 0 || text[..*open].ends_with("Auth"))?;
        let inner = open + 1..open + length(&self.front.source[open..]).max(2) - 1;
        let parts: Vec<Range<usize>> = self.parts(&inner).into_iter().map(|p| self.argument(p).value).collect();
        match parts.as_slice() {
            [user, secret] => Some((user.clone(), secret.clone())),
            _ => None,
        }
    }

    /// The entries of a table.
    pub(super) fn table(&self, at: &Range<usize>) -> Vec<(String, Range<usize>)> {
        let at = self.resolved(at);
        let text = self.text(&at);
        let Some(open) = text.find('{').filter(|open| *open == 0 || text[..*open].ends_with('(')) else { return Vec::new() };
        let start = at.start + open;
        let inner = start + 1..start + length(&self.front.source[start..]).max(2) - 1;
        let mut entries = Vec::new();
        for part in self.parts(&inner) {
            let text = self.text(&part);
            let quote = text.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'));
            let (name, rest) = match quote {
                Some(quote) => match text[1..].find(quote) {
                    Some(end) => (&text[1..1 + end], &text[end + 2..]),
                    None => continue,
                },
                None => {
                    let name = name_at(text);
                    (name, &text[name.len()..])
                }
            };
            if let Some(value) = rest.trim_start().strip_prefix(':') {
                let value = value.trim_start();
                entries.push((name.to_owned(), part.end - value.len()..part.end));
            } else if rest.is_empty() && quote.is_none() {
                // JavaScript's `{headers}`.
                entries.push((name.to_owned(), part.clone()));
            }
        }
        entries
    }

    /// The parts between commas.
    pub(super) fn parts(&self, range: &Range<usize>) -> Vec<Range<usize>> {
        let text = self.text(range);
        let mut parts = Vec::new();
        let mut from = 0;
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            let Some(c) = rest.chars().next() else { break };
            match c {
                '"' | '\'' | '`' | '(' | '[' | '{' => at += length(rest).max(1),
                ',' => {
                    parts.push(from..at);
                    at += 1;
                    from = at;
                }
                '#' | '/' if c == '#' || rest.starts_with("//") => at += rest.find('\n').unwrap_or(rest.len()),
                c => at += c.len_utf8(),
            }
        }
        parts.push(from..text.len());
        let trimmed = parts.into_iter().map(|part| {
            let inner = &text[part.clone()];
            let start = part.start + inner.len() - inner.trim_start().len();
            range.start + start..range.start + start + inner.trim().len()
        });
        trimmed.filter(|part| !part.is_empty()).collect()
    }

    /// What a name was set to; anything else is itself.
    pub(super) fn resolved(&self, at: &Range<usize>) -> Range<usize> {
        let name = self.text(at);
        let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.".contains(&b));
        if plain && !name_at(name).is_empty() {
            // A function may use what stands below it.
            let found = self.assigned(&[name], at.start).or_else(|| self.assigned(&[name], usize::MAX));
            return found.unwrap_or_else(|| at.clone());
        }
        at.clone()
    }

    /// Where the value stands that one of these names was given last.
    pub(super) fn assigned(&self, names: &[&str], before: usize) -> Option<Range<usize>> {
        let source = self.front.source;
        let mut last: Option<(usize, Range<usize>)> = None;
        for name in names {
            for (at, _) in source.match_indices(name).take(2_000) {
                let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
                let alone = !source[..at].ends_with(word) && !source[at + name.len()..].starts_with(word);
                // `session.auth` is set apart from a call; `auth=` in one is that call's own.
                let begins = source[..at].trim_end_matches([' ', '\t']).ends_with('\n') || at == 0;
                let own = if *name == "auth" { source[..at].ends_with('.') || begins } else { !source[..at].ends_with('.') };
                // `headers=headers` in a call sets nothing.
                let own = own && !source[..at].trim_end().ends_with(['(', ',']);
                if alone
                    && own
                    && at < before.max(1)
                    && last.as_ref().is_none_or(|l| l.0 < at)
                    && let Some(value) = self.after_equals(at + name.len())
                {
                    last = Some((at, value));
                }
            }
        }
        last.map(|(_, value)| value)
    }

    /// The value behind `=`, up to the line's end or `;`.
    pub(super) fn after_equals(&self, at: usize) -> Option<Range<usize>> {
        let source = self.front.source;
        let rest = source.get(at..)?;
        let value = rest.trim_start_matches([' ', '\t']);
        let value = match value.strip_prefix(": ") {
            // A type between name and value.
            Some(typed) => typed.split_once('=').filter(|(kind, _)| kind.len() < 40 && !kind.contains(['\n', ',', '"', '\'']))?.1,
            None => value.strip_prefix('=').filter(|v| !v.starts_with(['=', '>']))?,
        };
        let value = value.trim_start_matches([' ', '\t']);
        let start = at + rest.len() - value.len();
        let mut end = 0;
        while let Some(c) = value[end..].chars().next() {
            match c {
                '\n' | ';' | ',' | ')' => break,
                '"' | '\'' | '`' | '(' | '[' | '{' => end += length(&value[end..]).max(1),
                '#' => break,
                c => end += c.len_utf8(),
            }
        }
        let end = value[..end].trim_end().len();
        (end > 0).then(|| start..start + end)
    }

    /// The text that an expression gives; what is not known of it is [`OPAQUE`].
    pub(super) fn value(&self, range: &Range<usize>, depth: usize) -> Spelled {
        let unknown = || {
            let mut value = Spelled::default();
            value.push_expansion(&OPAQUE.to_string(), range.clone());
            value
        };
        let text = self.text(range);
        if depth > 8 || text.is_empty() {
            return unknown();
        }
        // A sum, each side by itself.
        let mut sides = Vec::new();
        let (mut from, mut at) = (0, 0);
        while let Some(c) = text[at..].chars().next() {
            match c {
                '"' | '\'' | '`' | '(' | '[' | '{' => at += length(&text[at..]).max(1),
                '+' => {
                    sides.push(from..at);
                    at += 1;
                    from = at;
                }
                c => at += c.len_utf8(),
            }
        }
        sides.push(from..text.len());
        if sides.len() > 1 {
            let mut whole = Spelled::default();
            for side in sides {
                let inner = &text[side.clone()];
                let start = range.start + side.start + inner.len() - inner.trim_start().len();
                whole.append(&self.value(&(start..start + inner.trim().len()), depth + 1));
            }
            return whole;
        }
        self.one(range, depth).unwrap_or_else(unknown)
    }

    /// One literal, name or call.
    pub(super) fn one(&self, range: &Range<usize>, depth: usize) -> Option<Spelled> {
        let text = self.text(range);
        let marks = text.bytes().take_while(|b| b"fFrRbBuU".contains(b)).count();
        let marks = if text[marks..].starts_with(['"', '\'']) { marks } else { 0 };
        if let Some(quote) = text[marks..].chars().next().filter(|c| matches!(c, '"' | '\'' | '`')) {
            let end = marks + length(&text[marks..]);
            let after = &text[end..];
            let formats = quote == '`' || text[..marks].contains(['f', 'F']);
            let inner = range.start + marks + 1..range.start + end.max(marks + 2) - 1;
            let value = self.literal(&inner, if quote == '`' { Some("${") } else { formats.then_some("{") }, depth);
            if let Some(filled) = self.filled(&value, after, range.start + end, depth) {
                return Some(filled);
            }
            // `"…".encode()` is the same text.
            let same =
                after.is_empty() || after.starts_with(".encode(") || after.starts_with(".strip(") || after.starts_with(".trim(");
            return same.then_some(value);
        }
        let base64 = ["b64encode(", "btoa("].iter().find_map(|sign| text.find(sign).map(|at| at + sign.len() - 1));
        let buffer = text.find("Buffer.from(").filter(|_| text.contains("base64")).map(|at| at + "Buffer.from(".len() - 1);
        if let Some(open) = base64.or(buffer) {
            let open = range.start + open;
            let inner = open + 1..open + length(&self.front.source[open..]).max(2) - 1;
            let pair = self.value(self.parts(&inner).first()?, depth + 1);
            if pair.as_str().contains(OPAQUE) {
                return None;
            }
            let mut value = Spelled::default();
            value.push_expansion(&STANDARD.encode(pair.as_str()), range.clone());
            return Some(value);
        }
        for sign in ["os.environ[", "os.environ.get(", "os.getenv(", "environ[", "getenv(", "process.env["] {
            if let Some(rest) = text.strip_prefix(sign) {
                let name = rest.trim_matches(['"', '\'', ')', ']']).split(['"', '\'']).next()?;
                return self.variable(name, range);
            }
        }
        if let Some(name) = text.strip_prefix("process.env.").map(name_at) {
            return self.variable(name, range);
        }
        if text.starts_with('(') && length(text) == text.len() {
            return Some(self.value(&(range.start + 1..range.end.max(range.start + 2) - 1), depth + 1));
        }
        // A name, and what may be done to it without changing its text.
        let name = text.split(".encode(").next().unwrap_or_default().split(".decode(").next().unwrap_or_default();
        let name_range = range.start..range.start + name.len();
        let value = self.resolved(&name_range);
        (value != name_range || name.len() < text.len()).then(|| self.value(&value, depth + 1))
    }

    /// `"Basic %s" % pair`, `"{}:{}".format(user, token)`: the text with what is put into it.
    pub(super) fn filled(&self, text: &Spelled, after: &str, at: usize, depth: usize) -> Option<Spelled> {
        let start = at + after.len() - after.trim_start().len();
        let after = after.trim_start();
        let values = if let Some(rest) = after.strip_prefix('%') {
            let start = start + 1 + rest.len() - rest.trim_start().len();
            let rest = rest.trim_start();
            let whole = start..start + rest.len();
            if rest.starts_with('(') && length(rest) == rest.len() {
                self.parts(&(whole.start + 1..whole.end - 1))
            } else {
                vec![whole]
            }
        } else {
            let rest = after.strip_prefix(".format")?;
            let open = start + ".format".len();
            (rest.starts_with('(') && length(rest) == rest.len()).then(|| self.parts(&(open + 1..open + rest.len() - 1)))?
        };
        let signs: &[&str] = if after.starts_with('%') { &["%s"] } else { &["{}", "{0}", "{1}", "{2}"] };
        let mut whole = Spelled::default();
        let (mut from, mut number) = (0, 0);
        while let Some((place, sign)) = signs.iter().filter_map(|s| Some((from + text.as_str()[from..].find(s)?, *s))).min() {
            let index = sign[1..].trim_end_matches('}').parse().unwrap_or(number);
            whole.append(&text.part(from..place));
            whole.append(&self.value(values.get(index)?, depth + 1));
            number += 1;
            from = place + sign.len();
        }
        whole.append(&text.from(from));
        Some(whole)
    }

    pub(super) fn variable(&self, name: &str, at: &Range<usize>) -> Option<Spelled> {
        let value = (self.front.context.variable)(name)?;
        let mut spelled = Spelled::default();
        spelled.push_expansion(&value, at.clone());
        Some(spelled)
    }

    /// The inside of quotes, with what is put into it.
    pub(super) fn literal(&self, range: &Range<usize>, opens: Option<&str>, depth: usize) -> Spelled {
        let text = self.text(range);
        let mut value = Spelled::default();
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let start = range.start + at;
            if let Some(open) = opens.filter(|open| text[at..].starts_with(*open) && !text[at..].starts_with("{{")) {
                let brace = at + open.len() - 1;
                let close = brace + length(&text[brace..]);
                let inner = range.start + brace + 1..range.start + close.max(brace + 2) - 1;
                let place = start..range.start + close;
                value.append(&self.value(&inner, depth + 1).moved_to(place));
                at = close.max(at + 1);
            } else if c == '\\' && text[at + 1..].starts_with(['"', '\'', '\\', '`', '/']) {
                let escaped = text[at + 1..].chars().next().unwrap_or('\\');
                value.push(escaped, start..start + 2);
                at += 2;
            } else {
                value.push(c, start..start + c.len_utf8());
                at += c.len_utf8();
            }
        }
        value
    }
}

/// How far a bracket may be from the one that closes it, in bytes.
const CALL: usize = 1 << 14;

/// The length of the quoted or bracketed text at the start.
pub(super) fn length(text: &str) -> usize {
    let mut most = text.len().min(CALL);
    while !text.is_char_boundary(most) {
        most -= 1;
    }
    let text = &text[..most];
    let Some(first) = text.chars().next() else { return 0 };
    let triple = ["\"\"\"", "'''"].iter().find(|t| text.starts_with(**t));
    if let Some(triple) = triple {
        return text[3..].find(triple).map_or(text.len(), |end| end + 6);
    }
    if matches!(first, '"' | '\'' | '`') {
        let mut escaped = false;
        for (at, c) in text.char_indices().skip(1) {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '\n' if first != '`' => return at,
                c if c == first => return at + 1,
                _ => {}
            }
        }
        return text.len();
    }
    // Brackets, with quotes inside them.
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            '"' | '\'' | '`' => {
                at += length(&text[at..]).max(1);
                continue;
            }
            _ => {}
        }
        at += c.len_utf8();
    }
    text.len()
}
