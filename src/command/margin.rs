//! What stands around the lines of a paste and is no part of them: marks of a quotation, the second prompt of a shell, the time
//! stamps of a log, line numbers, colours, HTML. It is taken off before anything is read, so that a command may go on in the
//! next line; every position is one in the text without it.

use std::borrow::Cow;

use super::prompt::{Prompt, is_command, prompt};

/// The text as it was before it was quoted, logged, numbered or coloured.
pub(crate) fn without(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    // UTF-16 that was read as bytes.
    if text.bytes().filter(|byte| *byte == 0).count() * 4 > text.len() {
        text = Cow::Owned(text.replace('\0', ""));
    }
    if text.contains('\u{1b}') {
        text = Cow::Owned(uncoloured(&text));
    }
    if ["&quot;", "&#34;", "&#39;", "&#x27;", "&apos;"].iter().any(|entity| text.contains(entity)) {
        text = Cow::Owned(unescaped(&text));
    }
    if starts(&text, |line| stamp(line).is_some_and(told)) {
        text = Cow::Owned(each(&text, |line| stamp(line).unwrap_or(line)));
    }
    // A quotation may stand in a quotation.
    for _ in 0..4 {
        match unmarked(&text) {
            Some(less) => text = Cow::Owned(less),
            None => break,
        }
    }
    text
}

fn starts(text: &str, test: impl Fn(&str) -> bool) -> bool {
    text.lines().any(test)
}

fn each<'t>(text: &'t str, keep: impl Fn(&'t str) -> &'t str) -> String {
    text.split_inclusive('\n').map(keep).collect()
}

/// Escape sequences of a terminal (ECMA-48, section 5.4; `OSC` in section 8.3.89).
fn uncoloured(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = if let Some(sequence) = after.strip_prefix('[') {
            let end = sequence.find(|c: char| ('@'..='~').contains(&c) || c.is_control()).unwrap_or(sequence.len());
            sequence[end..].strip_prefix(|c: char| !c.is_control()).unwrap_or(&sequence[end..])
        } else if let Some(sequence) = after.strip_prefix(']') {
            let end = sequence.find(['\u{7}', '\u{1b}', '\n']).unwrap_or(sequence.len());
            sequence[end..].strip_prefix('\u{7}').unwrap_or(&sequence[end..])
        } else {
            after
        };
    }
    plain.push_str(rest);
    plain
}

/// What a copy of a page's source shows instead of the page. Text alone that holds entities for quotes is taken for one.
fn unescaped(text: &str) -> String {
    const ENTITIES: &[(&str, &str)] = &[
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&apos;", "'"),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ];
    const TAGS: &[&str] = &["code", "pre", "p", "br", "span", "li", "ul", "ol", "div"];
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<']) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some((entity, character)) = ENTITIES.iter().find(|(entity, _)| rest.starts_with(entity)) {
            plain.push_str(character);
            rest = &rest[entity.len()..];
            continue;
        }
        let inner = rest.strip_prefix('<').unwrap_or_default();
        let name = inner.trim_start_matches('/');
        let word: String = name.chars().take_while(char::is_ascii_alphanumeric).take(8).collect();
        match inner.find('>').filter(|end| *end < 200 && TAGS.contains(&word.as_str())) {
            Some(end) => rest = &inner[end + 1..],
            None => {
                plain.push_str(&rest[..1]);
                rest = &rest[1..];
            }
        }
    }
    plain.push_str(rest);
    plain
}

/// What follows a time stamp: `2026-01-02T03:04:05.678Z `, `[2026-01-02 03:04:05] `, `[03:04:05] `.
fn stamp(line: &str) -> Option<&str> {
    let bracket = line.starts_with('[');
    let text = line.strip_prefix('[').unwrap_or(line);
    let shaped = |shape: &str| {
        let mut bytes = text.bytes();
        let fits = shape.bytes().all(|s| {
            bytes.next().is_some_and(|b| match s {
                b'0' => b.is_ascii_digit(),
                b'T' => b == b'T' || b == b' ',
                s => s == b,
            })
        });
        fits.then(|| &text[shape.len()..])
    };
    let rest = shaped("0000-00-00T00:00:00").or_else(|| shaped("00:00:00").filter(|_| bracket))?;
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '+' | ':' | 'Z'));
    let rest = if bracket { rest.strip_prefix(']')? } else { rest };
    let after = rest.strip_prefix([' ', '\t'])?;
    Some(after.strip_prefix("| ").unwrap_or(after))
}

/// Whether the rest of a logged line is a command, or where a log announces one.
fn told(rest: &str) -> bool {
    rest.starts_with("##[") || rest.starts_with("[command]") || commands(rest)
}

fn commands(line: &str) -> bool {
    let (at, sign) = prompt(line);
    is_command(&line[at..], if sign == Prompt::Perhaps { Prompt::None } else { sign })
}

/// Whether a shell reads on in the next line.
fn goes_on(line: &str) -> bool {
    let line = line.trim_end_matches(['\n', '\r']);
    line.ends_with(['\\', '^']) || line.ends_with('`') && !line.ends_with("```") && line.contains(' ')
}

/// One mark less in front of each line that has one; `None`: there is none.
fn unmarked(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut less = String::with_capacity(text.len());
    let (mut changed, mut quoting, mut number, mut continued) = (false, false, None, false);
    for (index, line) in lines.iter().enumerate() {
        let mut kept = *line;
        if let Some(rest) = quoted(line) {
            if index == 0 || quoted(lines[index - 1]).is_none() {
                let run = lines[index..].iter().map_while(|l| quoted(l));
                let first = lines.get(index + 1).is_some_and(|next| quoted(next).is_some());
                quoting = first && run.take(200).any(|l| commands(l) || l.trim_start().starts_with("```"));
            }
            if quoting || continued {
                kept = rest;
            }
        } else if let Some(rest) = second_prompt(line).filter(|_| continued || !line.starts_with("More?")) {
            kept = rest;
        } else if let Some((n, rest)) =
            numbered(line).filter(|(n, rest)| commands(rest) || continued && number.is_some_and(|before: u32| before + 1 == *n))
        {
            number = Some(n);
            kept = rest;
        } else if let Some(command) = line.strip_prefix("##[group]Run ") {
            // The log shows the first line, and then all of them.
            let again = lines.get(index + 1).is_some_and(|next| next.trim() == command.trim());
            kept = if again { "" } else { command };
        }
        changed |= kept.len() != line.len();
        continued = goes_on(kept);
        less.push_str(kept);
    }
    changed.then_some(less)
}

/// `> ` of a quotation, of `sh` and of PowerShell.
fn quoted(line: &str) -> Option<&str> {
    let text = line.trim_start_matches(' ');
    let rest = text.strip_prefix(">>").filter(|r| !r.starts_with('>')).or_else(|| text.strip_prefix('>'))?;
    (line.len() - text.len() <= 3).then(|| rest.strip_prefix(' ').unwrap_or(rest))
}

/// The second prompt of zsh and of cmd.
fn second_prompt(line: &str) -> Option<&str> {
    const SIGNS: &[&str] =
        &["quote> ", "dquote> ", "bquote> ", "cmdsubst> ", "pipe> ", "heredoc> ", "cmdand> ", "cmdor> ", "More? "];
    SIGNS.iter().find_map(|sign| line.strip_prefix(sign))
}

/// `  12  curl …`, `3. curl …`, `4: curl …`.
fn numbered(line: &str) -> Option<(u32, &str)> {
    let text = line.trim_start_matches([' ', '\t']);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number = text.get(..digits).filter(|d| !d.is_empty() && d.len() <= 5)?.parse().ok()?;
    let rest = text[digits..].trim_start_matches(['.', ':', ')', '|', '*']);
    rest.starts_with([' ', '\t']).then(|| (number, rest.trim_start_matches([' ', '\t'])))
}

#[cfg(test)]
mod tests {
    use super::without;

    #[test]
    fn what_stands_around_lines_is_taken_off() {
        const COMMAND: &str = "curl -X GET \\\n  -H 'Accept: text/plain' \\\n  https://api.bitbucket.org/2.0/user\n";
        let framed = |frame: &dyn Fn(usize, &str) -> String| -> String {
            COMMAND.lines().enumerate().map(|(at, line)| format!("{}\n", frame(at + 1, line))).collect()
        };
        for shown in [
            framed(&|_, line| format!("> {line}")),
            framed(&|_, line| format!("> > {line}")),
            framed(&|_, line| format!("2026-01-02T03:04:05.6789012Z {line}")),
            framed(&|_, line| format!("[2026-01-02 03:04:05] {line}")),
            framed(&|at, line| format!("   {at}  {line}").replace("    ", "  ")),
            framed(&|at, line| format!("{at}: {line}")),
            framed(&|at, line| if at == 1 { line.into() } else { format!("> {line}") }),
            framed(&|_, line| format!("\u{1b}[36;1m{line}\u{1b}[0m")),
            COMMAND.replace('\'', "&#39;"),
        ] {
            let lines = |text: &str| -> Vec<String> { text.lines().map(|l| l.trim().to_owned()).collect() };
            assert_eq!(lines(&without(&shown)), lines(COMMAND), "{shown}");
        }
    }

    #[test]
    fn what_belongs_to_an_answer_stays() {
        for text in [
            "> GET /2.0/user HTTP/1.1\n> Host: api.bitbucket.org\n> \n< HTTP/1.1 401 Unauthorized\n",
            "2026-01-02T03:04:05Z GET https://api.bitbucket.org/2.0/user 401\n",
            "401 Unauthorized\n",
            "1. I made a token\n2. I ran it\n",
            "a &amp; b\n",
        ] {
            assert_eq!(without(text), text);
        }
    }
}
