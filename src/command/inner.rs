//! Commands that stand inside something else: `$(curl …)`, `` `curl …` `` in a sentence, the word of `bash -c "curl …"`, and
//! the quoted or folded scalars of a pipeline's YAML (YAML 1.2.2, sections 7.3 and 8.1).

use std::ops::Range;

use super::prompt::{Prompt, first_word, is_command, program};
use super::shell::{Dialect, Word, parenthesised};
use super::spelled::Spelled;

/// Where a command stands in a line: between `$(` and `)`, or between backticks. It may go on below the line.
pub(crate) fn in_line(source: &str, line: Range<usize>, dialect: Dialect) -> Option<Range<usize>> {
    let text = source.get(line.clone())?;
    let starts = |rest: &str| {
        let word = first_word(rest).map(|w| w.trim_end_matches(['\\', '`', ')']));
        word.is_some_and(|w| program(w).is_some()) && is_command(rest.trim_start(), Prompt::None)
    };
    for (at, _) in text.match_indices("$(").take(20) {
        let inner = line.start + at + 2;
        if starts(&text[at + 2..]) {
            let length = parenthesised(&source[inner - 1..]).len();
            return Some(inner..inner + length);
        }
    }
    if dialect != Dialect::PowerShell {
        for (at, _) in text.match_indices('`').take(40) {
            let rest = &text[at + 1..];
            // A fence of Markdown has three.
            if !rest.starts_with('`') && starts(rest) {
                let length = rest.find('`').unwrap_or(rest.trim_end().len());
                return Some(line.start + at + 1..line.start + at + 1 + length);
            }
        }
    }
    // `Command 'git clone …' failed`: another program shows what it ran.
    for quote in ['\'', '"'] {
        for (at, _) in text.match_indices(quote).take(20) {
            let rest = &text[at + 1..];
            let spoken = text[..at].ends_with(' ') && text[..at].trim_end().ends_with(|c: char| c.is_alphabetic());
            let close = rest.find(quote).filter(|_| spoken && starts(rest));
            if let Some(length) = close.filter(|length| rest[..*length].contains("://")) {
                return Some(line.start + at + 1..line.start + at + 1 + length);
            }
        }
    }
    // `ERROR - git clone … https://…`: a log shows what is run.
    for (at, sign) in text.match_indices(" - git ").chain(text.match_indices(": git ")).take(5) {
        let start = at + sign.len() - "git ".len();
        // A text of JSON goes on behind the command.
        let rest = text[start..].split('"').next().unwrap_or_default();
        let rest = rest.split("\\n").next().unwrap_or_default().trim_end();
        if starts(rest) && rest.contains("://") {
            return Some(line.start + start..line.start + start + rest.len());
        }
    }
    // `by hand: curl -u … https://…`: in a sentence, behind a colon.
    for (at, sign) in text.match_indices(": curl ").take(5) {
        let rest = &text[at + 2..];
        if starts(rest) && rest.contains("://") && rest.contains(" -") {
            return Some(line.start + at + sign.len() - "curl ".len()..line.start + text.trim_end().len());
        }
    }
    None
}

/// The word of a command that is a command itself.
pub(crate) fn whole(words: &[Word]) -> Option<&Word> {
    words.iter().take(60).find(|w| {
        let text = w.value.as_str().trim_start();
        text.contains(' ') && first_word(text).is_some_and(|w| program(w).is_some()) && is_command(text, Prompt::None)
    })
}

/// A quoted or folded scalar that is a command, and where it ends.
pub(crate) fn scalar(source: &str, line: usize, start: usize, end: usize) -> Option<(Spelled, usize)> {
    let text = source.get(start..end)?.trim_end();
    let value = ["- ", "run: ", "command: ", "script: "].iter().fold(text, |text, key| text.strip_prefix(key).unwrap_or(text));
    let (start, text) = (start + text.len() - value.len(), value);
    if let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let inner = text.get(1..text.len() - 1).filter(|_| text.len() > 1 && text.ends_with(quote))?;
        let value = unquoted(source, start + 1..start + 1 + inner.len(), quote);
        return is_command(value.as_str(), Prompt::None).then_some((value, end));
    }
    let head = source.get(line..end)?.trim_end();
    let folded = [" >", " >-", " >+"].iter().any(|sign| head.ends_with(sign)) && head.contains([':', '-']);
    if !folded {
        return None;
    }
    let depth = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let own = depth(source.get(line..end)?);
    let mut value = Spelled::default();
    let mut at = end;
    for more in source.get(end..)?.split_inclusive('\n').take(200) {
        if !more.trim().is_empty() && depth(more) <= own {
            break;
        }
        let from = at + depth(more);
        let to = at + more.trim_end().len();
        if from < to {
            if !value.is_empty() {
                value.push_expansion(" ", from..from);
            }
            value.append(&Spelled::slice_of(source, from..to));
        }
        at += more.len();
    }
    is_command(value.as_str(), Prompt::None).then_some((value, at))
}

/// What a quoted scalar stands for.
fn unquoted(source: &str, range: Range<usize>, quote: char) -> Spelled {
    let mut value = Spelled::default();
    let text = &source[range.clone()];
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let at = range.start + at;
        let escaped = match (quote, c) {
            ('"', '\\') => characters.next_if(|(_, e)| matches!(e, '"' | '\\' | '/' | 'n' | 't')),
            ('\'', '\'') => characters.next_if(|(_, e)| *e == '\''),
            _ => None,
        };
        match escaped {
            Some((_, 'n')) => value.push('\n', at..at + 2),
            Some((_, 't')) => value.push('\t', at..at + 2),
            Some((_, e)) => value.push(e, at..at + 2),
            None => value.push(c, at..at + c.len_utf8()),
        }
    }
    value
}
