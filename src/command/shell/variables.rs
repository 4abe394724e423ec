//! Variables that a pasted text assigns, and those of the environment.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Dialect, OPAQUE, Seen, name_at};
use crate::command::Front;
use crate::command::spelled::Spelled;

/// What a name stands for.
pub(crate) struct Variables<'a> {
    assigned: Vec<Assigned>,
    outside: &'a dyn Fn(&str) -> Option<String>,
    /// Names that are assigned in front of the command being read, for that command's environment only.
    late: Vec<String>,
    /// Whether what is not defined here is defined somewhere that is not shown: a file that is read in, a pipeline's settings.
    elsewhere: bool,
    depth: usize,
}

/// An assignment of the text.
#[derive(Clone)]
pub(crate) struct Assigned {
    pub(crate) name: String,
    pub(crate) value: Spelled,
    /// What was seen in its value.
    pub(crate) seen: Vec<Seen>,
}

impl<'a> Variables<'a> {
    pub(crate) fn new(outside: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { assigned: Vec::new(), outside, late: Vec::new(), elsewhere: false, depth: 0 }
    }

    /// The assignments of a whole text, for what is read out of order: a table of headers above the call that uses it.
    pub(crate) fn again(front: &'a Front<'_>) -> Self {
        let mut variables = Self::new(front.context.variable);
        let mut start = 0;
        for line in front.source.split_inclusive('\n') {
            let (indent, _) = crate::command::prompt::prompt(line);
            if line[indent..].starts_with('$') && line.contains('=') {
                let found = powershell(front.source, start + indent, front.source.len(), &variables);
                for assigned in found.map(|(found, _)| found).unwrap_or_default() {
                    variables.assign(assigned);
                }
            }
            start += line.len();
        }
        variables
    }

    pub(super) fn deeper(&self) -> Variables<'_> {
        Variables {
            assigned: self.assigned.clone(),
            outside: self.outside,
            late: self.late.clone(),
            elsewhere: self.elsewhere,
            depth: self.depth + 1,
        }
    }

    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    /// The value of a name, the text's own assignments first, the last one winning.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        let mine = self.assigned.iter().rev().find(|a| a.name == name).map(|a| a.value.as_str().to_owned());
        mine.or_else(|| (self.outside)(name))
    }

    /// Says that what is not defined here is defined where the text does not show it.
    pub(crate) fn set_elsewhere(&mut self) {
        self.elsewhere = true;
    }

    pub(crate) fn elsewhere(&self) -> bool {
        self.elsewhere
    }

    /// A name whose value only a run can tell.
    pub(crate) fn fill_when_run(&mut self, name: &str) {
        let mut value = Spelled::default();
        value.push_expansion(&OPAQUE.to_string(), 0..0);
        self.assign(Assigned { name: name.to_owned(), value, seen: Vec::new() });
    }

    pub(crate) fn assigned_too_late(&self, name: &str) -> bool {
        self.late.iter().any(|late| late == name)
    }

    pub(crate) fn assign(&mut self, assigned: Assigned) {
        if self.assigned.len() < 1_000 {
            self.assigned.push(assigned);
        }
    }

    pub(crate) fn set_late(&mut self, names: Vec<String>) {
        self.late = names;
    }

    /// The value with its own positions, where the text assigns it.
    pub(crate) fn spelled(&self, name: &str) -> Option<&Spelled> {
        self.assigned.iter().rev().find(|a| a.name == name).map(|a| &a.value)
    }

    /// What was seen in the assignment of a name: it goes along to where the value is used.
    pub(super) fn seen(&self, name: &str) -> Vec<Seen> {
        self.assigned.iter().rev().find(|a| a.name == name).map(|a| a.seen.clone()).unwrap_or_default()
    }
}

/// Names that a line of sh fills with what only a run can tell: `for NAME in …`, `read -rs NAME`, `mapfile NAME`.
pub(crate) fn filled_when_run(line: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for part in line.split([';', '|', '&']) {
        let mut words = part.split_whitespace().skip_while(|w| matches!(*w, "while" | "until" | "do" | "if" | "!" | "{"));
        let mut words = words.by_ref().skip_while(|w| assigned(w));
        match words.next() {
            Some("for" | "select") => names.extend(words.next()),
            Some("read" | "mapfile" | "readarray") => {
                let mut quote = None;
                for word in words {
                    // The text of `-p "Token: "` may be several words.
                    if let Some(open) = quote {
                        quote = Some(open).filter(|q| !word.ends_with(*q));
                    } else if let Some(open) = word.chars().next().filter(|c| matches!(c, '"' | '\'')) {
                        quote = Some(open).filter(|q| word.len() < 2 || !word.ends_with(*q));
                    } else if !word.starts_with('-') && name_at(word) == word {
                        names.push(word);
                    }
                }
            }
            _ => {}
        }
    }
    names.extend(line.split_whitespace().filter_map(substituted));
    names.retain(|name| !name.is_empty() && name_at(name) == *name);
    names
}

/// The name in `NAME=$(…`: what the command prints is not known here.
fn substituted(word: &str) -> Option<&str> {
    let name = name_at(word);
    let value = word[name.len()..].strip_prefix('=')?.trim_start_matches('"');
    (!name.is_empty() && (value.starts_with("$(") || value.starts_with('`'))).then_some(name)
}

fn assigned(word: &str) -> bool {
    let name = name_at(word);
    !name.is_empty() && word[name.len()..].starts_with('=')
}

/// The assignments that a line makes, if it makes nothing else: `NAME=value`, `export NAME=value …`, `set NAME=value`,
/// `$env:NAME = "value"`, `$name = "value"`.
pub(crate) fn collect(
    source: &str,
    start: usize,
    limit: usize,
    dialect: Dialect,
    variables: &Variables<'_>,
) -> Option<(Vec<Assigned>, super::Line)> {
    let text = source.get(start..limit)?;
    let first_line = text.lines().next()?;
    let lower = first_line.trim_start().to_ascii_lowercase();
    if lower.starts_with('$') {
        return powershell(source, start, limit, variables);
    }
    if dialect == Dialect::Cmd && lower.starts_with("set ") {
        return cmd(source, start, first_line);
    }
    let line = super::read(source, start, limit, Dialect::Posix, variables);
    assigned_by(&line).map(|found| (found, line))
}

/// What the words of a command line assign, where they do nothing else.
pub(crate) fn assigned_by(line: &super::Line) -> Option<Vec<Assigned>> {
    let mut words = line.words.as_slice();
    let keyword = words.first().map(|w| w.value.as_str().to_owned()).unwrap_or_default();
    let declared = matches!(keyword.as_str(), "export" | "declare" | "local" | "readonly" | "typeset" | "setx" | "set");
    if declared {
        words = &words[1..];
        while words.first().is_some_and(|w| w.value.as_str().starts_with('-')) {
            words = &words[1..];
        }
    }
    let mut found = Vec::new();
    const FIELDS: &[&str] = &["level", "msg", "time", "ts", "error", "err", "caller", "logger", "severity", "lvl", "message"];
    for word in words {
        let name = name_at(word.value.as_str());
        if words.len() > 1 && !declared && FIELDS.contains(&name) {
            // Fields of a log line.
            return None;
        }
        let after = &word.value.as_str()[name.len()..];
        if name.is_empty() || !after.starts_with('=') {
            return None;
        }
        found.push(Assigned {
            name: name.to_owned(),
            value: word.value.from(name.len() + 1),
            seen: word.events.iter().map(|e| e.what.clone()).collect(),
        });
    }
    (!found.is_empty()).then_some(found)
}

fn cmd(source: &str, start: usize, line: &str) -> Option<(Vec<Assigned>, super::Line)> {
    let indent = line.len() - line.trim_start().len();
    let from = indent + 4;
    let rest = line.get(from..)?;
    // `set "NAME=value"` keeps the quotes out of the value, `set NAME="value"` keeps them in.
    let quoted = rest.starts_with('"') && rest.trim_end().ends_with('"') && rest.len() > 2;
    let inner_start = start + from + usize::from(quoted);
    let inner = if quoted { &rest[1..rest.trim_end().len() - 1] } else { rest.trim_end_matches('\r') };
    let equals = inner.find('=')?;
    let name = inner[..equals].trim().to_owned();
    if name.is_empty() || name.contains(' ') {
        return None;
    }
    let value = Spelled::slice_of(source, inner_start + equals + 1..inner_start + inner.len());
    let end = start + line.len();
    let assigned = Assigned { name, value, seen: Vec::new() };
    Some((vec![assigned], super::Line { end, ..super::Line::default() }))
}

fn powershell(source: &str, start: usize, limit: usize, variables: &Variables<'_>) -> Option<(Vec<Assigned>, super::Line)> {
    let text = source.get(start..limit)?;
    let indent = text.len() - text.trim_start().len();
    let rest = text[indent..].strip_prefix('$')?;
    let scoped = rest.get(..4).is_some_and(|scope| scope.eq_ignore_ascii_case("env:"));
    let rest = if scoped { &rest[4..] } else { rest };
    let name = name_at(rest);
    let after = rest[name.len()..].trim_start_matches([' ', '\t']);
    if name.is_empty() || !after.starts_with('=') || after.starts_with("==") {
        return None;
    }
    let value_at = start + text.len() - after.len() + 1;
    let line = super::read(source, value_at, limit, Dialect::PowerShell, variables);
    let word = line.words.first()?;
    if crate::command::prompt::program(word.value.as_str()).is_some() {
        return None;
    }
    let end = line.words.last().map_or(value_at, |w| w.at.end);
    // A table is read later, entry by entry.
    let table = word.value.as_str().starts_with("@{");
    let built = if table { None } else { worked_out(source, word.at.start..end, variables) };
    let value = built.unwrap_or_else(|| sum(&line.words));
    let assigned = Assigned {
        name: if scoped { format!("env:{name}") } else { name.to_owned() },
        value,
        seen: word.events.iter().map(|e| e.what.clone()).collect(),
    };
    let line = super::Line { words: Vec::new(), ..line };
    Some((vec![assigned], line))
}

/// `"a" + $b`; any other expression of several words is not worked out.
fn sum(words: &[super::Word]) -> Spelled {
    let mut value = Spelled::default();
    for (index, word) in words.iter().enumerate() {
        if index % 2 == 0 {
            value.append(&word.value);
        } else if word.value.as_str() != "+" {
            value = Spelled::default();
            value.push_expansion(&OPAQUE.to_string(), word.at.clone());
            break;
        }
    }
    // A call or a cast, as it stands, is no value.
    if value.as_str().starts_with(['[', '(']) {
        let at = value.span().unwrap_or_default();
        value = Spelled::default();
        value.push_expansion(&OPAQUE.to_string(), at);
    }
    value
}

/// The calls with which people build a credential: bytes of a text and their base64, a secure string, a pair.
pub(super) fn worked_out(source: &str, at: std::ops::Range<usize>, variables: &Variables<'_>) -> Option<Spelled> {
    let (start, end) = (at.start, at.end);
    let text = source.get(at)?;
    let inner = |sign: &str| {
        let at = start + text.find(sign)? + sign.len();
        let rest = source.get(at..end)?;
        let at = at + rest.len() - rest.trim_start_matches(['(', ' ']).len();
        let line = super::read(source, at, end, Dialect::PowerShell, variables);
        (!line.words.is_empty()).then_some(line.words)
    };
    if text.contains("ToBase64String") {
        let words = inner("GetBytes(").or_else(|| inner("ToBase64String("))?;
        let pair = bytes(text, formatted(&words));
        let mut value = Spelled::default();
        if pair.as_str().contains(OPAQUE) || pair.as_str().starts_with('[') {
            value.push_expansion(&OPAQUE.to_string(), start..end);
        } else {
            value.push_expansion(&STANDARD.encode(pair.as_str()), start..end);
        }
        return Some(value);
    }
    if text.contains("GetBytes(") {
        return inner("GetBytes(").map(|words| bytes(text, formatted(&words)));
    }
    if text.trim_start_matches(['(', ' ']).get(..22).is_some_and(|call| call.eq_ignore_ascii_case("ConvertTo-SecureString")) {
        let words = inner("ecureString")?;
        return words.iter().find(|w| !w.value.as_str().starts_with('-')).map(|w| w.value.clone());
    }
    if let Some(at) = text.to_ascii_lowercase().find("pscredential") {
        let open = start + at + text[at..].find('(')? + 1;
        let line = super::read(source, open, end, Dialect::PowerShell, variables);
        // `("anna", $secret)`: the comma is a part of the word before it.
        let mut pair = Spelled::default();
        for (index, word) in line.words.iter().take(2).enumerate() {
            // The secure string may be made in its place.
            let made = worked_out(source, word.at.clone(), variables).filter(|_| word.value.as_str().starts_with('('));
            let value = made.as_ref().unwrap_or(&word.value);
            let value = value.to(value.as_str().trim_end_matches([',', ')']).len());
            if index == 1 {
                pair.push_expansion(":", word.at.start..word.at.start);
            }
            pair.append(&value);
        }
        return Some(pair);
    }
    None
}

/// The bytes of a text as the call makes them: `[Text.Encoding]::Unicode` is UTF-16.
fn bytes(call: &str, text: Spelled) -> Spelled {
    let wide = call.contains("Unicode.GetBytes(") && !text.as_str().contains(OPAQUE);
    if wide { utf16(&text) } else { text }
}

/// A text as UTF-16, which is each letter with a zero behind it.
pub(crate) fn utf16(text: &Spelled) -> Spelled {
    let mut wide = Spelled::default();
    let letters: String = text.as_str().chars().flat_map(|c| [c, '\0']).collect();
    wide.push_expansion(&letters, text.span().unwrap_or_default());
    wide
}

/// `"{0}:{1}" -f $user, $secret`, a sum, or the one word.
fn formatted(words: &[super::Word]) -> Spelled {
    let Some(first) = words.first() else { return Spelled::default() };
    if !words.get(1).is_some_and(|w| w.value.as_str().eq_ignore_ascii_case("-f")) {
        return sum(words);
    }
    let values: String = words[2..].iter().map(|w| w.value.as_str()).collect();
    let mut text = first.value.as_str().to_owned();
    for (index, value) in values.split(',').enumerate() {
        text = text.replace(&format!("{{{index}}}"), value.trim_matches([' ', '"', '\'', ')']));
    }
    let mut value = Spelled::default();
    value.push_expansion(&text, first.at.clone());
    value
}
