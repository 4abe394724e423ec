//! curl's configuration files, `-K FILE` and curlrc: one option on each line.
//!
//! `user = "anna:secret"`, `user: anna:secret`, `user anna:secret`, `--user anna:secret`, `-u anna:secret`. A sign between name
//! and value belongs only to a name without dashes; a value in double quotes has escapes, any other ends at white space; a line
//! that starts with `#` is a comment (measured with curl 7.88, read in its `parseconfig`).

use super::options;
use crate::command::Front;
use crate::command::shell::{Dialect, OPAQUE, Variables, Word, name_at, read};
use crate::command::spelled::Spelled;

/// The option of one line, with dashes, and its value; `None`: nothing is said there.
fn line(line: &Spelled) -> Option<(Spelled, Option<Spelled>)> {
    let line = line.from(line.len() - line.as_str().trim_start().len());
    let text = line.as_str();
    if text.is_empty() || text.starts_with(['#', '/', '*']) {
        return None;
    }
    let dashed = text.starts_with('-');
    let sign = |c: char| !dashed && (c == '=' || c == ':');
    let end = text.find(|c: char| c.is_ascii_whitespace() || sign(c)).unwrap_or(text.len());
    let mut name = Spelled::default();
    if !dashed {
        name.push_expansion("--", line.to(1).span().map_or(0..0, |at| at.start..at.start));
    }
    name.append(&line.to(end));
    let rest = text[end..].trim_start_matches(|c: char| c.is_ascii_whitespace() || sign(c));
    let rest = line.from(text.len() - rest.len());
    let value = if rest.as_str().starts_with('"') {
        Some(unquoted(&rest.from(1)))
    } else {
        let end = rest.as_str().find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
        Some(rest.to(end)).filter(|value| !value.is_empty())
    };
    Some((name, value))
}

/// Up to the closing quote, escapes undone.
fn unquoted(text: &Spelled) -> Spelled {
    let mut value = Spelled::default();
    let mut characters = text.as_str().char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => break,
            '\\' => {
                let Some((next, c)) = characters.next() else { break };
                let real = match c {
                    't' => '\t',
                    'n' => '\n',
                    'r' => '\r',
                    'v' => '\u{b}',
                    c => c,
                };
                value.push(real, text.part(at..next + c.len_utf8()).span().unwrap_or_default());
            }
            c => value.append(&text.part(at..at + c.len_utf8())),
        }
    }
    value
}

/// The options of one line by their long names, with the value of the last.
pub(crate) fn settings(text: &str) -> Vec<(&'static str, Option<String>)> {
    let Some((name, value)) = line(&Spelled::slice_of(text, 0..text.len())) else { return Vec::new() };
    let value = value.map(|value| value.as_str().to_owned());
    let name = name.as_str();
    if let Some(long) = name.strip_prefix("--") {
        return options::long(long).map(|(long, _, _)| (*long, value)).into_iter().collect();
    }
    let mut found = Vec::new();
    for (at, letter) in name.char_indices().skip(1) {
        let Some((long, _, takes)) = options::short(letter) else { break };
        if *takes {
            let rest = &name[at + letter.len_utf8()..];
            found.push((*long, if rest.is_empty() { value } else { Some(rest.to_owned()) }));
            break;
        }
        found.push((*long, None));
    }
    found
}

/// A whole text as words, as if its options stood in the command.
pub(super) fn words(text: &Spelled) -> Vec<Word> {
    let word = |value: Spelled| Word { at: value.span().unwrap_or_default(), value, quoted: true, ..Word::default() };
    let mut words = Vec::new();
    for (name, value) in text.split('\n').iter().filter_map(line) {
        match (needs_value(name.as_str()), value) {
            (true, Some(value)) => words.extend([word(name), word(value)]),
            // curl refuses an option that lacks its value.
            (true, None) => {}
            (false, _) => words.push(word(name)),
        }
    }
    words
}

/// Whether the value of an option is looked for behind it.
fn needs_value(option: &str) -> bool {
    if let Some(name) = option.strip_prefix("--") {
        return options::long(name).is_some_and(|(_, _, takes)| *takes);
    }
    let mut letters = option.chars().skip(1);
    letters.by_ref().any(|letter| options::short(letter).is_some_and(|(_, _, takes)| *takes)) && letters.next().is_none()
}

/// What a here-document or a here-string gives to the standard input of a command.
pub(super) fn document(front: &Front<'_>) -> Option<Spelled> {
    if front.dialect != Dialect::Posix {
        return None;
    }
    let source = front.source;
    let line_end = source[front.command.end..].find('\n').map_or(source.len(), |end| front.command.end + end);
    let sign = front.command.start + source.get(front.command.start..line_end)?.find("<<")?;
    let variables = Variables::new(front.context.variable);
    if let Some(rest) = source[sign..line_end].strip_prefix("<<<") {
        let start = line_end - rest.trim_start().len();
        return read(source, start, source.len(), Dialect::Posix, &variables).words.first().map(|word| word.value.clone());
    }
    let rest = source[sign + 2..line_end].trim_start_matches('-').trim_start();
    let delimiter: String = rest.chars().take_while(|c| !c.is_whitespace() && !";|&<>()".contains(*c)).collect();
    let name = delimiter.replace(['\'', '"', '\\'], "");
    let mut end = (line_end + 1).min(source.len());
    let start = end;
    for line in source[start..].split_inclusive('\n') {
        if line.trim() == name {
            let body = Spelled::slice_of(source, start..end);
            return Some(if name == delimiter { expanded(&body, &variables) } else { body });
        }
        end += line.len();
    }
    None
}

/// What `<(echo …)` or `<(printf …)` gives, where it is as simple as that.
pub(super) fn printed(substitution: &Spelled, front: &Front<'_>) -> Option<Spelled> {
    let at = substitution.span()?;
    front.source.get(at.clone())?.strip_prefix("<(")?.strip_suffix(')')?;
    let variables = Variables::new(front.context.variable);
    let line = read(front.source, at.start + 2, at.end - 1, Dialect::Posix, &variables);
    let (program, words) = line.words.split_first()?;
    if line.operator.is_some() || words.iter().any(|word| !word.events.is_empty()) {
        return None;
    }
    let mut values = words.iter().map(|word| &word.value).skip_while(|value| matches!(value.as_str(), "--" | "-n" | "-e" | "-r"));
    let mut whole = Spelled::default();
    match program.value.as_str() {
        "echo" => {
            for value in values {
                whole.append(value);
                whole.push_expansion(" ", at.clone());
            }
        }
        "printf" => {
            let format = values.next()?;
            let mut place = 0;
            while let Some(c) = format.as_str()[place..].chars().next() {
                let two = format.as_str().get(place..place + 2).unwrap_or_default();
                match two {
                    "%s" => whole.append(values.next().unwrap_or(&Spelled::default())),
                    "%%" => whole.push_expansion("%", at.clone()),
                    "\\n" => whole.push_expansion("\n", at.clone()),
                    "\\\\" | "\\\"" => whole.append(&format.part(place + 1..place + 2)),
                    _ if matches!(c, '%' | '\\') => return None,
                    _ => {
                        whole.append(&format.part(place..place + c.len_utf8()));
                        place += c.len_utf8();
                        continue;
                    }
                }
                place += 2;
            }
        }
        _ => return None,
    }
    Some(whole)
}

/// With variables replaced, as in a document whose delimiter is not quoted. What is not known here is not guessed.
fn expanded(body: &Spelled, variables: &Variables<'_>) -> Spelled {
    let text = body.as_str();
    let mut whole = Spelled::default();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at + c.len_utf8()..];
        let braced = rest.starts_with('{');
        let name = if c == '$' { name_at(rest.strip_prefix('{').unwrap_or(rest)) } else { "" };
        if c == '\\' && rest.starts_with(['$', '`', '\\']) {
            whole.append(&body.part(at + 1..at + 2));
            at += 2;
        } else if !name.is_empty() {
            let inner = name.len() + usize::from(braced);
            let end = if braced { rest.find('}').map_or(inner, |close| close + 1) } else { inner };
            let place = body.part(at..at + 1 + end).span().unwrap_or_default();
            let known = variables.get(name).filter(|_| end == name.len() + 2 * usize::from(braced));
            whole.push_expansion(&known.unwrap_or_else(|| OPAQUE.to_string()), place);
            at += 1 + end;
        } else {
            whole.append(&body.part(at..at + c.len_utf8()));
            at += c.len_utf8();
        }
    }
    whole
}
