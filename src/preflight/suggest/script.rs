//! A text in which commands stand, every byte knowing where in its file it came from; and where in it the commands are.
//!
//! This is no shell: quotes, comments, substitutions and separators are followed only as far as it takes to find the first word
//! of each command. What a command says is read by [`crate::command`].

use std::ops::Range;

/// Programs whose commands can be read.
const PROGRAMS: [&str; 8] = ["curl", "git", "wget", "http", "https", "xh", "xhs", "Invoke-RestMethod"];
/// Words after which a command begins all the same.
const BEFORE: [&str; 16] =
    ["if", "then", "do", "else", "elif", "!", "while", "until", "time", "sudo", "env", "exec", "command", "nohup", "{", "retry"];
/// Bytes of a command that are read.
const LONGEST: usize = 4 << 10;
/// Bytes of a word that are looked at.
const LONGEST_WORD: usize = 512;
/// Commands of a script that are read.
const MOST: usize = 500;
/// Assignments of a script that are remembered.
const MOST_ASSIGNED: usize = 2_000;

/// Text with its place in the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Script {
    /// What the shell is given.
    pub(super) text: String,
    /// For each byte of the text, and one more, its byte in the file.
    at: Vec<u32>,
}

impl Script {
    /// A whole file.
    pub(super) fn whole(text: &str) -> Self {
        Self { text: text.to_owned(), at: (0..=text.len()).map(place).collect() }
    }

    /// A text made of the file: `at` has the file's byte for each byte of the text, and one more.
    pub(super) fn mapped(text: String, at: Vec<usize>) -> Self {
        Self { text, at: at.into_iter().map(place).collect() }
    }

    /// The file's bytes of these bytes of the text.
    pub(super) fn source(&self, span: &Range<usize>) -> Range<usize> {
        let of = |byte: usize| self.at.get(byte.min(self.at.len().saturating_sub(1))).map_or(0, |at| *at as usize);
        let start = of(span.start);
        // The end is behind the last byte, not before the next: they may be lines apart.
        let end = if span.end > span.start { of(span.end - 1) + 1 } else { start };
        start..end.max(start)
    }
}

fn place(byte: usize) -> u32 {
    u32::try_from(byte).unwrap_or(u32::MAX)
}

/// What was found in a script.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The commands, by their bytes.
    pub(super) commands: Vec<Range<usize>>,
    /// Assignments: name and value as written.
    pub(super) assigned: Vec<(String, String)>,
    /// Comments, by their bytes.
    pub(super) comments: Vec<Range<usize>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// `$( … )`, `( … )`
    Parens,
    /// `" … "`
    Quotes,
    /// `` ` … ` ``
    Ticks,
}

/// Finds them.
pub(super) fn find(text: &str) -> Found {
    let mut found = Found::default();
    let bytes = text.as_bytes();
    let mut inside: Vec<Inside> = Vec::new();
    // Commands that have begun, with how deep that was.
    let mut open: Vec<(usize, usize)> = Vec::new();
    // Assignments whose value is being passed, by how deep they are: behind it a command may begin.
    let mut assigning: Vec<usize> = Vec::new();
    let mut fresh = true;
    let mut at = 0;
    while at < bytes.len() {
        let quoted = inside.last() == Some(&Inside::Quotes);
        let byte = bytes[at];
        match byte {
            b'\\' => {
                at += 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8);
                continue;
            }
            b'\'' if !quoted => {
                let close = text[at + 1..].find('\'').map_or(bytes.len(), |end| at + 1 + end + 1);
                fresh = false;
                at = close;
                continue;
            }
            b'"' => {
                if quoted {
                    inside.pop();
                } else {
                    inside.push(Inside::Quotes);
                    fresh = false;
                }
            }
            b'$' if bytes.get(at + 1) == Some(&b'(') => {
                inside.push(Inside::Parens);
                fresh = true;
                at += 2;
                continue;
            }
            b'`' => {
                if inside.last() == Some(&Inside::Ticks) {
                    end(&mut found, &mut open, inside.len(), at);
                    inside.pop();
                    fresh = false;
                } else {
                    inside.push(Inside::Ticks);
                    fresh = true;
                }
            }
            _ if quoted => {}
            b'(' => {
                inside.push(Inside::Parens);
                fresh = true;
            }
            b')' => {
                end(&mut found, &mut open, inside.len(), at);
                if inside.last() == Some(&Inside::Parens) {
                    inside.pop();
                }
                while assigning.last().is_some_and(|depth| *depth > inside.len()) {
                    assigning.pop();
                }
                fresh = false;
            }
            b'\n' | b';' | b'|' | b'&' => {
                // `2>&1` and `&>` redirect.
                let redirects = byte == b'&' && (bytes.get(at + 1) == Some(&b'>') || at > 0 && bytes[at - 1] == b'>');
                if !redirects {
                    end(&mut found, &mut open, inside.len(), at);
                    while assigning.last().is_some_and(|depth| *depth >= inside.len()) {
                        assigning.pop();
                    }
                    fresh = true;
                }
            }
            b'#' if at == 0 || bytes[at - 1].is_ascii_whitespace() || bytes[at - 1] == b';' => {
                let close = text[at..].find('\n').map_or(bytes.len(), |end| at + end);
                end(&mut found, &mut open, inside.len(), at);
                found.comments.push(at..close);
                at = close;
                continue;
            }
            b' ' | b'\t' | b'\r' if assigning.last() == Some(&inside.len()) => {
                assigning.pop();
                fresh = true;
            }
            b' ' | b'\t' | b'\r' => {}
            _ if fresh => {
                let length = word(&text[at..]);
                let word = &text[at..at + length];
                if let Some((name, value)) = assignment(word) {
                    if found.assigned.len() < MOST_ASSIGNED {
                        found.assigned.push((name.to_owned(), value.to_owned()));
                    }
                    // What the value holds is looked through: `X=$(curl …)`.
                    at += name.len() + 1;
                    assigning.push(inside.len());
                    fresh = false;
                    continue;
                }
                let name = word.rsplit('/').next().unwrap_or_default();
                let name = name.trim_end_matches(".exe");
                if PROGRAMS.contains(&name) {
                    open.push((at, inside.len()));
                    fresh = false;
                } else if word == "export" || word == "local" || word == "readonly" {
                    // An assignment follows.
                } else {
                    fresh = BEFORE.contains(&word) || word == "-" && bytes.get(at + 1) == Some(&b' ');
                }
                at += length.max(1);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    let last = text.len();
    while let Some((start, _)) = open.pop() {
        found.commands.push(start..last.min(start + LONGEST));
    }
    for command in &mut found.commands {
        while !text.is_char_boundary(command.end) {
            command.end -= 1;
        }
    }
    found.commands.sort_by_key(|command| command.start);
    found.commands.truncate(MOST);
    found
}

/// Ends the commands that began this deep or deeper.
fn end(found: &mut Found, open: &mut Vec<(usize, usize)>, depth: usize, at: usize) {
    while open.last().is_some_and(|(_, begun)| *begun >= depth) {
        if let Some((start, _)) = open.pop() {
            found.commands.push(start..at.min(start + LONGEST));
        }
    }
}

/// How long the word is that begins here.
fn word(text: &str) -> usize {
    let mut quote = None;
    let mut depth = 0_usize;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if at >= LONGEST_WORD {
            return at;
        }
        match (c, quote) {
            _ if escaped => escaped = false,
            ('\\', _) => escaped = true,
            ('\'' | '"', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            ('(', None) => depth += 1,
            (')', None) if depth > 0 => depth -= 1,
            (c, None) if depth == 0 && (c.is_whitespace() || matches!(c, ';' | '|' | '&' | ')' | '`')) => return at,
            _ => {}
        }
    }
    text.len()
}

fn assignment(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    (plain && !name.is_empty() && !name.as_bytes()[0].is_ascii_digit()).then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands(text: &str) -> Vec<&str> {
        find(text).commands.iter().map(|range| text[range.clone()].trim()).collect()
    }

    #[test]
    fn commands_are_found_where_a_shell_would_run_them() {
        for (text, wanted) in [
            ("curl a", &["curl a"][..]),
            ("  cd x && git push; curl b | jq .", &["git push", "curl b"]),
            ("if ! curl -f a; then git fetch; fi", &["curl -f a", "git fetch"]),
            ("X=$(curl -s \"$A/b\") && echo \"$X\"", &["curl -s \"$A/b\""]),
            ("X=\"$(curl -s b | jq -r .x)\"\ngit pull", &["curl -s b", "git pull"]),
            ("echo `curl a` curl", &["curl a"]),
            ("curl -u a:b \\\n  --url c\ngit push", &["curl -u a:b \\\n  --url c", "git push"]),
            ("# curl a\necho 'curl b' # curl c", &[]),
            ("echo \"run curl a\"; echo curl", &[]),
            ("curl -d '{\"a\": 1}' x 2>&1 | tee y", &["curl -d '{\"a\": 1}' x 2>&1"]),
            ("A=1 B=\"x y\" /usr/bin/curl a", &["/usr/bin/curl a"]),
            ("export X=1; for i in a b; do curl $i; done", &["curl $i"]),
            ("curl 'unclosed", &["curl 'unclosed"]),
            ("curl $(git rev-parse HEAD)/x", &["curl $(git rev-parse HEAD)/x", "git rev-parse HEAD"]),
            ("curl a#b", &["curl a#b"]),
        ] {
            assert_eq!(commands(text), wanted, "{text}");
        }
        assert_eq!(find("export A=\"$B\"; C='d'").assigned, [("A".into(), "\"$B\"".into()), ("C".into(), "'d'".into())]);
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_it(text in "[a-z$(){}'\"`\\\\#;|&=äcurl git\n -]{0,60}") {
            for range in find(&text).commands {
                proptest::prop_assert!(text.get(range).is_some());
            }
        }
    }
}
