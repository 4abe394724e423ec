//! The one substitution that is worked out without running anything: `echo` or `printf` piped into `base64`.
//!
//! It is how people build a Basic header by hand, and where it goes wrong: `echo` adds a newline that is encoded with the
//! secret, and GNU `base64` breaks its output after 76 characters.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Seen, Variables};
use crate::command::spelled::Spelled;

/// What such a substitution gives.
pub(crate) struct Done {
    pub(crate) value: Spelled,
    pub(crate) seen: Vec<Seen>,
}

/// The text between the parenthesis at the start and the one that closes it.
pub(crate) fn parenthesised(text: &str) -> String {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if escaped {
            escaped = false;
            continue;
        }
        match (quote, c) {
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (None | Some('"'), '\\') => escaped = true,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return text[1..at].to_owned();
                }
            }
            _ => {}
        }
    }
    text[1..].lines().next().unwrap_or_default().to_owned()
}

/// Works out the substitution at `range`, if it is one of the known ones.
pub(crate) fn run(source: &str, range: Range<usize>, variables: &Variables<'_>) -> Option<Done> {
    if variables.depth() > 3 {
        return None;
    }
    let inner = variables.deeper();
    let print = super::posix::read(source, range.start, range.end, &inner);
    let program = print.words.first()?.value.as_str().to_owned();
    let mut seen: Vec<Seen> = Vec::new();
    let mut arguments = print.words[1..].iter().peekable();
    let mut newline = program == "echo";
    match program.as_str() {
        "echo" => {
            while let Some(option) = arguments.next_if(|w| {
                let text = w.value.as_str();
                text.len() > 1 && text.starts_with('-') && text[1..].bytes().all(|b| b"neE".contains(&b))
            }) {
                newline &= !option.value.as_str().contains('n');
            }
        }
        "printf" => {
            if arguments.peek().is_some_and(|w| w.value.as_str() == "--") {
                arguments.next();
            }
            let formats = arguments.peek().is_some_and(|w| matches!(w.value.as_str(), "%s" | "%s\\n" | "%s:%s"));
            if let Some(format) = arguments.next_if(|_| formats) {
                newline = format.value.as_str().ends_with("\\n");
                if format.value.as_str() == "%s:%s" {
                    let pair: Vec<_> = arguments.by_ref().map(|w| w.value.as_str().to_owned()).collect();
                    return encoded(source, &print, &range, pair.join(":"), seen);
                }
            }
        }
        _ => return None,
    }
    let mut text = arguments.map(|w| w.value.as_str()).collect::<Vec<_>>().join(" ");
    if program == "printf" && text.ends_with("\\n") {
        text.truncate(text.len() - 2);
        newline = true;
    }
    for word in &print.words {
        seen.extend(word.events.iter().map(|e| e.what.clone()));
    }
    if newline {
        text.push('\n');
        seen.push(Seen::EncodedNewline);
    }
    encoded(source, &print, &range, text, seen)
}

fn encoded(source: &str, print: &super::Line, range: &Range<usize>, text: String, mut seen: Vec<Seen>) -> Option<Done> {
    let pipe = print.operator.clone()?;
    let rest = source.get(pipe.end..range.end)?;
    if source.get(pipe)? != "|" || text.contains(super::OPAQUE) {
        return None;
    }
    let mut pipeline = rest.split('|').map(str::trim);
    let encoder = pipeline.next()?;
    let openssl = encoder.starts_with("openssl base64") || encoder.starts_with("openssl enc -base64");
    if !(encoder == "base64" || encoder.starts_with("base64 ") || openssl) {
        return None;
    }
    let whole = if openssl {
        encoder.split(' ').any(|w| w == "-A")
    } else {
        ["-w0", "-w 0", "--wrap=0", "--wrap 0", "-b0", "-b 0"].iter().any(|option| encoder.contains(option))
    };
    let joined = pipeline.any(|next| next.starts_with("tr -d") && next.contains('n'));
    let mut value = STANDARD.encode(&text);
    if value.len() > 76 && !whole && !joined {
        seen.push(Seen::EncodedWrapped);
    }
    value.truncate(16_384);
    let mut spelled = Spelled::default();
    spelled.push_expansion(&value, range.clone());
    Some(Done { value: spelled, seen })
}
