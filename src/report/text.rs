//! Width, wrapping and characters: what a terminal can show of a text that others wrote.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns of a report.
pub const WIDTH: usize = 80;
/// How much of a foreign text is ever shown.
const LONGEST: usize = 2_000;

/// A foreign text on one line: control characters and characters that turn the reading direction taken out, white space
/// folded, bounded.
#[must_use]
pub fn clean(text: &str) -> String {
    let mut clean = String::new();
    let mut gap = false;
    for c in text.chars() {
        if c.is_whitespace() {
            gap = !clean.is_empty();
        } else if !is_unprintable(c) {
            if std::mem::take(&mut gap) {
                clean.push(' ');
            }
            clean.push(c);
            if clean.len() > LONGEST {
                clean.push('…');
                break;
            }
        }
    }
    without_commands(clean)
}

/// A foreign text whose lines stay lines: what else [`clean`] takes out is replaced by as many bytes, so positions stay true.
#[must_use]
pub fn clean_lines(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\n' || c == '\t' || !is_unprintable(c) {
            clean.push(c);
        } else {
            clean.extend(std::iter::repeat_n('?', c.len_utf8()));
        }
    }
    without_commands(clean)
}

/// Whether what follows `##` makes a command of it: Azure's `##vso[`, TeamCity's `##teamcity[`, GitHub's older `##[`.
fn is_command(rest: &str) -> bool {
    rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '.').starts_with('[')
}

/// A report is printed into the logs of builds, and the programs that run builds take commands from there: `::name …::text` at
/// the beginning of a line, `##name[…]` anywhere in it. One byte of each becomes another, so positions stay true.
fn without_commands(text: String) -> String {
    if !text.contains("::") && !text.contains("##") {
        return text;
    }
    let mut bytes = text.clone().into_bytes();
    for (at, _) in text.match_indices("##") {
        if is_command(text[at..].trim_start_matches('#')) {
            bytes[at + 1] = b'?';
        }
    }
    for (at, _) in text.match_indices("::") {
        // A line may be broken at any white space later on.
        let begins = text[..at].chars().next_back().is_none_or(char::is_whitespace);
        let rest = text[at + 2..].trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '-');
        let named = rest.len() < text.len() - at - 2;
        if begins && named && (rest.starts_with("::") || rest.starts_with(char::is_whitespace)) {
            bytes[at + 1] = b'?';
        }
    }
    String::from_utf8(bytes).unwrap_or(text)
}

/// The same for JSON as it is written: an escape says the same to whoever reads JSON, and nothing to whoever reads lines.
#[must_use]
pub fn json_without_commands(json: String) -> String {
    if !json.contains("##") {
        return json;
    }
    let mut out = String::with_capacity(json.len() + 16);
    let mut from = 0;
    for (at, _) in json.match_indices("##") {
        if is_command(json[at..].trim_start_matches('#')) {
            out.push_str(&json[from..=at]);
            out.push_str("\\u0023");
            from = at + 2;
        }
    }
    out.push_str(&json[from..]);
    out
}

fn is_unprintable(c: char) -> bool {
    c.is_control() || crate::checks::shape::is_invisible(c)
}

/// Columns of a text.
#[must_use]
pub fn width(text: &str) -> usize {
    text.width()
}

/// The text in at most so many columns, the end cut off where it is longer.
#[must_use]
pub fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.into();
    }
    let mut cut = String::new();
    let mut used = 0;
    for c in text.chars() {
        let wide = c.width().unwrap_or(0);
        if used + wide >= columns {
            break;
        }
        used += wide;
        cut.push(c);
    }
    let quotation = text.starts_with('"') && columns > 2;
    if quotation && used + 1 >= columns {
        cut.pop();
    }
    cut.push('…');
    // A quotation that is cut is closed again.
    if quotation {
        cut.push('"');
    }
    cut
}

/// The text in at most so many columns, the middle taken out: the end of a path tells more than its middle.
#[must_use]
pub fn cut_middle(text: &str, columns: usize) -> String {
    if width(text) <= columns || columns < 8 {
        return if columns < 8 { cut(text, columns) } else { text.into() };
    }
    let chars: Vec<char> = text.chars().collect();
    let tail = columns / 3;
    let head = columns - tail - 1;
    let start: String = chars.iter().take(head).collect();
    let end: String = chars[chars.len().saturating_sub(tail)..].iter().collect();
    format!("{start}…{end}")
}

/// The text in lines of at most so many columns, each after the indent.
#[must_use]
pub fn wrap(text: &str, indent: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && width(indent) + width(&line) + 1 + width(word) > columns {
                lines.push(format!("{indent}{line}"));
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(if line.is_empty() { String::new() } else { format!("{indent}{line}") });
    }
    lines
}

/// Filled up with spaces to so many columns.
#[must_use]
pub fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Whether this locale shows other characters than ASCII: `LC_ALL`, `LC_CTYPE`, `LANG`, the first that is set, as POSIX has it.
#[must_use]
pub fn locale_is_utf8(variable: &dyn Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| variable(name).filter(|value| !value.is_empty()));
    // Windows has none of them and shows UTF-8; elsewhere an empty locale is the C locale.
    locale.map_or(cfg!(windows), |name| {
        let name = name.to_ascii_lowercase();
        name.contains("utf-8") || name.contains("utf8")
    })
}

/// The text in ASCII, for terminals that show nothing else; in as many columns where one character stands for one.
#[must_use]
pub fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_ascii() => out.push(c),
            '…' => out.push('~'),
            '—' | '–' | '‐' | '‑' => out.push('-'),
            '“' | '”' | '„' | '«' | '»' => out.push('"'),
            '‘' | '’' => out.push('\''),
            '·' | '•' => out.push('*'),
            '→' => out.push('>'),
            '×' => out.push('x'),
            '\u{a0}' => out.push(' '),
            _ => out.push('?'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_cannot_move_the_cursor() {
        assert_eq!(clean("a\u{1b}[31mred\u{7}\r\n  b\u{202e}c"), "a[31mred bc");
        assert_eq!(clean_lines("a\u{1b}b\nc").len(), 5);
    }

    #[test]
    fn foreign_text_commands_no_build() {
        for (text, wanted) in [
            ("::error title=x::y", ":?error title=x::y"),
            ("a ::add-mask::b", "a :?add-mask::b"),
            ("x ##vso[task.setvariable variable=a]b", "x #?vso[task.setvariable variable=a]b"),
            ("##[group]a", "#?[group]a"),
            ("##teamcity[x]", "#?teamcity[x]"),
            ("on ::1 and ::ffff:10.0.0.1", "on ::1 and ::ffff:10.0.0.1"),
            ("std::fmt ## What it is", "std::fmt ## What it is"),
        ] {
            assert_eq!(clean(text), wanted);
            assert_eq!(clean_lines(text), wanted);
        }
        assert_eq!(clean_lines("a\n::stop-commands::x"), "a\n:?stop-commands::x");
        let json = serde_json::to_string("##vso[a]##[b] ## c").expect("JSON");
        let written = json_without_commands(json.clone());
        assert!(!written.contains("##vso") && !written.contains("##["), "{written}");
        assert_eq!(serde_json::from_str::<String>(&written).ok(), serde_json::from_str(&json).ok());
    }

    #[test]
    fn cut_fits() {
        assert_eq!(cut("\"Token is invalid\"", 11), "\"Token is…\"");
        assert_eq!(width(&cut("\"Token is invalid\"", 11)), 11);
        assert_eq!(cut("short", 12), "short");
        assert_eq!(width(&cut_middle("/2.0/repositories/acme/app/pullrequests", 20)), 20);
    }

    #[test]
    fn locale() {
        let of = |name: &'static str, value: &'static str| move |asked: &str| (asked == name).then(|| value.to_string());
        assert!(locale_is_utf8(&of("LANG", "en_GB.UTF-8")));
        assert!(!locale_is_utf8(&of("LC_ALL", "C")));
        assert_eq!(ascii("“a…”"), "\"a~\"");
    }
}
