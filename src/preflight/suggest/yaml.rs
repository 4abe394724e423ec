//! YAML of pipelines and workflows: every scalar that may hold commands, with its place; pipes with their variables.
//!
//! Read as a stream of events: nothing is built, so an anchor is read where it is defined, once, and no nesting or alias can
//! make it grow.

use saphyr_parser::{Event, Parser, Span};

use super::script::Script;

/// How deep a file may nest.
const DEEPEST: usize = 200;

/// A use of a pipe.
#[derive(Debug)]
pub(super) struct Pipe {
    /// `atlassian/bitbucket-upload-file`, without its version.
    pub(super) name: String,
    /// Its bytes in the file.
    pub(super) at: std::ops::Range<usize>,
    /// Its variables, by name, as written.
    pub(super) variables: Vec<(String, String)>,
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Yaml {
    /// Every value, in the order of the file.
    pub(super) values: Vec<Script>,
    /// Every pipe.
    pub(super) pipes: Vec<Pipe>,
    /// `env:` and `variables:` as assignments.
    pub(super) assigned: Vec<(String, String)>,
    /// What is no YAML, and in which line.
    pub(super) broken: Option<(usize, String)>,
}

/// A mapping or a sequence that is open.
#[derive(Default)]
struct Open {
    mapping: bool,
    /// The key whose value comes next.
    key: Option<String>,
    pipe: Option<(String, std::ops::Range<usize>)>,
    variables: Vec<(String, String)>,
}

/// Reads a file.
pub(super) fn read(text: &str) -> Yaml {
    let mut yaml = Yaml::default();
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let byte = |character: usize| starts.get(character).copied().unwrap_or(text.len());
    let mut open: Vec<Open> = Vec::new();
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = match event {
            Ok(event) => event,
            Err(error) => {
                yaml.broken = Some((error.marker().line(), error.info().to_owned()));
                break;
            }
        };
        match event {
            Event::MappingStart(..) | Event::SequenceStart(..) => {
                if open.len() == DEEPEST {
                    yaml.broken = Some((span.start.line(), "it nests too deep".into()));
                    break;
                }
                open.push(Open { mapping: matches!(event, Event::MappingStart(..)), ..Open::default() });
            }
            Event::MappingEnd | Event::SequenceEnd => {
                if let Some(Open { pipe: Some((name, at)), variables, .. }) = open.pop() {
                    yaml.pipes.push(Pipe { name, at, variables });
                }
                value_is_read(&mut open);
            }
            Event::Alias(_) => value_is_read(&mut open),
            Event::Scalar(value, ..) => scalar(&mut yaml, &mut open, &value, text, byte(span.start.index())..end(&span, &byte)),
            _ => {}
        }
    }
    yaml
}

fn end(span: &Span, byte: &impl Fn(usize) -> usize) -> usize {
    byte(span.end.index())
}

/// The next scalar of the mapping is a key again.
fn value_is_read(open: &mut [Open]) {
    if let Some(last) = open.last_mut() {
        last.key = None;
    }
}

fn scalar(yaml: &mut Yaml, open: &mut [Open], value: &str, text: &str, at: std::ops::Range<usize>) {
    if let Some(last) = open.last_mut().filter(|last| last.mapping && last.key.is_none()) {
        last.key = Some(value.to_owned());
        return;
    }
    if let Some(last) = open.last_mut().filter(|last| last.key.as_deref() == Some("pipe")) {
        let name = value.trim_start_matches("docker://").split(':').next().unwrap_or_default();
        last.pipe = Some((name.to_owned(), at.clone()));
    }
    if let [.., outer, inner] = open
        && let (Some("variables" | "env"), Some(key)) = (outer.key.as_deref(), inner.key.as_deref())
    {
        outer.variables.push((key.to_owned(), value.to_owned()));
        yaml.assigned.push((key.to_owned(), expressions(value)));
    }
    yaml.values.push(aligned(value, text, at.start));
    value_is_read(open);
}

/// `${{ secrets.NAME }}` of a workflow as a shell's variable of the same length: places stay as they are.
fn expressions(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(start) = rest.find("${{") {
        let Some(length) = rest[start..].find("}}").map(|end| end + 2) else { break };
        out.push_str(&rest[..start]);
        let whole = &rest[start..start + length];
        let name = whole[3..length - 2].trim();
        let name = name.rsplit('.').next().unwrap_or_default();
        let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if plain && whole.is_ascii() {
            out.push_str(&format!("${{{}{name}}}", "_".repeat(length - 3 - name.len())));
        } else {
            out.push_str(whole);
        }
        rest = &rest[start + length..];
    }
    out.push_str(rest);
    out
}

/// The value with the place of each byte: both are walked side by side, and what YAML writes beyond the value (indentation,
/// escapes, doubled quotes) is passed over.
fn aligned(value: &str, text: &str, from: usize) -> Script {
    let source = text.as_bytes();
    let mut at: Vec<usize> = Vec::with_capacity(value.len() + 1);
    let mut place = from;
    // An anchor or a tag stands in front, and no value begins with such a sign unless it is quoted.
    while matches!(source.get(place), Some(b'&' | b'!')) {
        let rest = text.get(place..).unwrap_or_default();
        place += rest.find(char::is_whitespace).unwrap_or(rest.len());
        place += text.get(place..).map_or(0, |rest| rest.len() - rest.trim_start().len());
    }
    for c in value.chars() {
        if c == '\n' {
            let mut newline = place;
            while matches!(source.get(newline), Some(b' ' | b'\t' | b'\r')) {
                newline += 1;
            }
            if source.get(newline) == Some(&b'\n') {
                at.push(newline);
                place = newline + 1;
            } else {
                at.push(place);
                let escaped = source.get(place..).is_some_and(|rest| rest.starts_with(b"\\n"));
                place += if escaped { 2 } else { 0 };
            }
            continue;
        }
        if c.is_whitespace() {
            at.extend(std::iter::repeat_n(place, c.len_utf8()));
            let rest = text.get(place..).unwrap_or_default();
            place += if rest.starts_with(c) {
                c.len_utf8()
            } else if rest.starts_with("\\t") || rest.starts_with("\\ ") {
                2
            } else {
                // A line break that was folded: what follows passes over it.
                0
            };
            continue;
        }
        let mut next = place;
        while source.get(next).is_some_and(|b| b.is_ascii_whitespace() || matches!(b, b'\\' | b'\'' | b'"'))
            && !text.get(next..).is_some_and(|rest| rest.starts_with(c))
        {
            next += 1;
        }
        if text.get(next..).is_some_and(|rest| rest.starts_with(c)) {
            at.extend((0..c.len_utf8()).map(|byte| next + byte));
            place = next + c.len_utf8();
        } else {
            // An escape that is read otherwise.
            at.extend(std::iter::repeat_n(place, c.len_utf8()));
            if c.is_ascii() && source.get(place).is_some_and(u8::is_ascii) {
                place += 1;
            }
        }
    }
    at.push(place);
    Script::mapped(expressions(value), at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_keeps_its_places() {
        let text = "a:\n  - |-  # c\n    curl ä\n      X1\n  - >\n    fold X2\n    line\n  - 'it''s X3'\n  - \"a \\\"b\\\" \\t X4\n     X5\"\n  - plain X6\n    more X7\n  - &n ${{ secrets.X8 }} X9\n";
        let yaml = read(text);
        assert!(yaml.broken.is_none());
        for number in 1..=9 {
            let word = if number == 8 { "${{ secrets.X8 }}".to_owned() } else { format!("X{number}") };
            let read = expressions(&word);
            let script = yaml.values.iter().find(|script| script.text.contains(&read)).expect("it was read");
            let start = script.text.find(&read).expect("it is there");
            let at = script.source(&(start..start + word.len()));
            let shown = &text[at];
            assert_eq!(shown, word);
        }
    }

    #[test]
    fn pipes_and_variables() {
        let text = "- pipe: atlassian/bitbucket-upload-file:0.7.5\n  variables:\n    A: $B\n- variables: {C: x}\n  pipe: docker://acme/y:1\n- env: &e\n    D: ${{ secrets.E }}\n- *e\n";
        let yaml = read(text);
        let shown: Vec<_> = yaml.pipes.iter().map(|pipe| (pipe.name.as_str(), pipe.variables.clone())).collect();
        let pair = |a: &str, b: &str| vec![(a.to_owned(), b.to_owned())];
        assert_eq!(shown, [("atlassian/bitbucket-upload-file", pair("A", "$B")), ("acme/y", pair("C", "x"))]);
        assert!(yaml.assigned.iter().any(|(name, value)| name == "D" && value.trim_matches(['$', '{', '}', '_']) == "E"));
    }

    #[test]
    fn hostile_files_end() {
        assert!(read(&"- ".repeat(100_000)).broken.is_some());
        assert!(read(&"[".repeat(100_000)).broken.is_some());
        assert_eq!(read("a: 'x").broken.map(|(line, _)| line), Some(1));
    }
}
