//! A curl command: its options with their places, and what has to change about method, URL and Authorization.

use std::ops::Range;

use super::{Draft, Wanted};
use crate::checks::{FixAuth, Request};
use crate::command::curl::options;
use crate::command::shell::{Seen, Word};
use crate::command::spelled::Spelled;
use crate::command::{Context, address};

/// An option with its value, or an operand.
struct Item {
    /// The option's long name; empty for an operand.
    name: &'static str,
    /// Its words.
    words: Range<usize>,
    /// What stands in the first word up to the value, where both share it: `-u`, `-sSu`.
    glued: Option<String>,
    /// The value's word, where it has one.
    value: Option<usize>,
    /// The value.
    text: String,
    /// Other options in the same word, in front of this one: `-sS` of `-sSu`.
    before: String,
    /// Whether it was written with one dash.
    short: bool,
}

/// Corrects the words; returns where the command ends.
pub(super) fn correct(draft: &mut Draft<'_>, request: &Request, wanted: &Wanted<'_>, context: &Context<'_>) -> Option<usize> {
    let items = items(&draft.words)?;
    let urls: Vec<&Item> = items.iter().filter(|i| matches!(i.name, "" | "url")).collect();
    let [url] = urls.as_slice() else { return None };
    if draft.shell.curl() != "curl" && draft.words.first()?.value.as_str() == "curl" {
        let at = draft.words.first()?.at.clone();
        draft.edits.replace(at, draft.shell.curl());
    }
    method(draft, &items, request, wanted);
    let end = self::url(draft, url, wanted, context)?;
    authorization(draft, &items, url, wanted);
    dashes(draft)?;
    Some(end)
}

/// The options of one operation. `None` where there are several, or a word that is no option of curl.
fn items(words: &[Word]) -> Option<Vec<Item>> {
    let mut items = Vec::new();
    let mut at = 1;
    let mut only_urls = false;
    while let Some(word) = words.get(at) {
        let (value, _) = crate::command::curl::undashed(&word.value);
        let text = value.as_str();
        let item = |name, words, text: &str| Item {
            name,
            words,
            glued: None,
            value: None,
            text: text.to_owned(),
            before: String::new(),
            short: false,
        };
        if only_urls || !text.starts_with('-') || text == "-" {
            items.push(Item { value: Some(at), ..item("", at..at + 1, text) });
            at += 1;
        } else if text == "--" {
            only_urls = true;
            at += 1;
        } else if text == "--next" || text == "-:" {
            return None;
        } else if let Some(long) = text.strip_prefix("--") {
            let (name, _, takes) = options::long(long)?;
            let value = (*takes).then(|| at + 1).filter(|value| *value < words.len());
            if *takes && value.is_none() {
                return None;
            }
            let end = at + 1 + usize::from(value.is_some());
            let given = value.map(|v| words[v].value.as_str().to_owned()).unwrap_or_default();
            items.push(Item { value, text: given, ..item(name, at..end, "") });
            at = end;
        } else {
            at = cluster(words, at, text, &mut items)?;
        }
    }
    Some(items)
}

/// `-sSu user:secret`, `-XPOST`: returns the next word's place.
fn cluster(words: &[Word], at: usize, text: &str, items: &mut Vec<Item>) -> Option<usize> {
    for (index, letter) in text.char_indices().skip(1) {
        let (name, _, takes) = options::short(letter)?;
        if !*takes {
            let item = Item {
                name,
                words: at..at + 1,
                glued: None,
                value: None,
                text: String::new(),
                before: text[..index].to_owned(),
                short: true,
            };
            items.push(item);
            continue;
        }
        let rest = &text[index + letter.len_utf8()..];
        let own_word = rest.is_empty();
        let value = if own_word { at + 1 } else { at };
        let given = if own_word { words.get(value)?.value.as_str() } else { rest };
        items.push(Item {
            name,
            words: at..value + 1,
            glued: (!own_word).then(|| text[..index + letter.len_utf8()].to_owned()),
            value: Some(value),
            text: given.to_owned(),
            before: text[..index].to_owned(),
            short: true,
        });
        return Some(value + 1);
    }
    Some(at + 1)
}

impl Item {
    /// Writes another value, ready for the shell, in the place of this one.
    fn set(&self, draft: &mut Draft<'_>, value: &str) -> Option<()> {
        let at = draft.words.get(self.value?)?.at.clone();
        let text = match &self.glued {
            Some(option) => format!("{option}{value}"),
            None => value.to_owned(),
        };
        draft.edits.replace(at, text);
        Some(())
    }

    /// Writes another option in the place of this one.
    fn turn_into(&self, draft: &mut Draft<'_>, long: &str, short: char, value: &str) {
        let first = draft.words[self.words.start].at.start;
        let last = draft.words[self.words.end - 1].at.end;
        let option = match (self.short, self.before.trim_start_matches('-')) {
            (false, _) => format!("--{long}"),
            (true, "") => format!("-{short}"),
            (true, others) => format!("-{others}{short}"),
        };
        draft.edits.replace(first..last, format!("{option} {value}"));
    }

    /// Writes an option without a value in the place of this one.
    fn become_flag(&self, draft: &mut Draft<'_>, long: &str, short: char) {
        let first = draft.words[self.words.start].at.start;
        let last = draft.words[self.words.end - 1].at.end;
        let option = match (self.short, self.before.trim_start_matches('-')) {
            (false, _) => format!("--{long}"),
            (true, others) => format!("-{others}{short}"),
        };
        draft.edits.replace(first..last, option);
    }

    fn remove(&self, draft: &mut Draft<'_>) {
        match self.before.trim_start_matches('-') {
            "" => draft.remove(self.words.clone()),
            others => {
                let first = draft.words[self.words.start].at.start;
                let last = draft.words[self.words.end - 1].at.end;
                draft.edits.replace(first..last, format!("-{others}"));
            }
        }
    }

    fn is_authorization(&self) -> bool {
        self.name == "header"
            && self.text.split([':', ';']).next().is_some_and(|name| name.trim().eq_ignore_ascii_case("authorization"))
    }
}

/// Plain dashes in the place of typographic ones.
fn dashes(draft: &mut Draft<'_>) -> Option<()> {
    for at in 1..draft.words.len() {
        let word = &draft.words[at];
        let (value, place) = crate::command::curl::undashed(&word.value);
        if place.is_some() {
            if word.quoted {
                return None;
            }
            let at = word.at.clone();
            draft.edits.replace_if_free(at, value.as_str());
        }
    }
    Some(())
}

fn method(draft: &mut Draft<'_>, items: &[Item], request: &Request, wanted: &Wanted<'_>) {
    if request.method == wanted.method {
        return;
    }
    let given = items.iter().rev().find(|i| i.name == "request");
    let reads = wanted.method == "GET";
    // A body would make a POST of it again, or go along unread.
    let sends = |i: &&Item| {
        matches!(
            i.name,
            "data"
                | "data-raw"
                | "data-binary"
                | "data-ascii"
                | "data-urlencode"
                | "json"
                | "form"
                | "form-string"
                | "upload-file"
        )
    };
    let sent: Vec<&Item> = items.iter().filter(sends).collect();
    // What narrows a list belongs into the query, and curl puts it there.
    let query = reads && !sent.is_empty() && sent.iter().all(|i| is_query(i)) && !items.iter().any(|i| i.name == "get");
    if reads && !query {
        for item in sent {
            item.remove(draft);
        }
    }
    match given {
        Some(given) if query => given.become_flag(draft, "get", 'G'),
        Some(given) => {
            given.set(draft, wanted.method);
        }
        None if query => {
            let at = draft.words.first().map_or(0, |w| w.at.end);
            draft.edits.insert(at, " --get");
        }
        None if !reads => {
            let at = draft.words.first().map_or(0, |w| w.at.end);
            draft.edits.insert(at, format!(" --request {}", wanted.method));
        }
        None => {}
    }
}

/// Whether data is a parameter of the API's lists (`pagelen=50`), which a body never is there.
fn is_query(item: &Item) -> bool {
    const PARAMETERS: &[&str] = &[
        "q", "sort", "fields", "page", "pagelen", "role", "after", "state", "include", "exclude", "path", "at", "format",
        "search",
    ];
    let name = item.text.split_once('=').map_or("", |(name, _)| name);
    matches!(item.name, "data" | "data-raw" | "data-ascii" | "data-urlencode") && PARAMETERS.contains(&name)
}

/// Puts the URL right; returns where the command ends.
fn url(draft: &mut Draft<'_>, item: &Item, wanted: &Wanted<'_>, context: &Context<'_>) -> Option<usize> {
    let word = draft.words.get(item.value?)?.clone();
    let value = &word.value;
    let text = value.as_str();
    let last = draft.words.last()?.at.end;
    // An `&` outside quotes ended the command: what follows it is the rest of the URL.
    let rest = draft.source.get(word.at.end..)?;
    if rest.starts_with('&') && !rest.starts_with("&&") && !word.quoted && word.at.end == last {
        let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let whole = format!("{text}{}", &rest[..length]);
        let whole = whole.trim_end_matches('&');
        draft.edits.replace(word.at.start..word.at.end + length, draft.shell.quoted(whole));
        return Some(word.at.end + length);
    }
    let address = address::read(value, false, context);
    let path = wanted.path;
    let same = address.api_path.as_deref() == Some(path) && address.fragment.is_none();
    let same = same && (address.scheme == "https" || wanted.api_url.starts_with("http://")) && address.scheme_written;
    let mangled = word.events.iter().any(|e| matches!(e.what, Seen::History | Seen::Ampersand | Seen::Pattern));
    if !same || mangled || address.not_encoded.is_some() {
        if text.contains(['{', '[']) {
            return None;
        }
        let whole = mangled || address.not_encoded.is_some() || address.fragment.is_some();
        if !whole && let Some((at, new)) = smallest_change(value, &wanted.url) {
            draft.edits.replace(at, new);
            return Some(last);
        }
        let new = draft.shell.quoted(&wanted.url);
        match &item.glued {
            Some(option) => draft.edits.replace(word.at.clone(), format!("{option}{new}")),
            None => draft.edits.replace(word.at.clone(), new),
        }
    } else if address.user.is_some() {
        let authority = text.find("://")? + 3;
        let from = value.from(authority).span()?.start;
        let host = address.host_at.clone()?;
        if host.start < from {
            return None;
        }
        draft.edits.replace(from..host.start, "");
    }
    Some(last)
}

/// The one part of a URL in which it differs from the wanted one, where what comes into its place means nothing to any shell:
/// the quotes around the URL, and what is right in it, stay.
fn smallest_change(value: &Spelled, wanted: &str) -> Option<(Range<usize>, String)> {
    let text = value.as_str();
    if !text.is_ascii() || !wanted.is_ascii() {
        return None;
    }
    let same = |a: &mut dyn Iterator<Item = u8>, b: &mut dyn Iterator<Item = u8>| a.zip(b).take_while(|(x, y)| x == y).count();
    let front = same(&mut text.bytes(), &mut wanted.bytes());
    let back = same(&mut text[front..].bytes().rev(), &mut wanted[front..].bytes().rev());
    let new = &wanted[front..wanted.len() - back];
    let plain = new.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/:".contains(&b));
    let start = if back > 0 { value.from(text.len() - back).span()?.start } else { value.span()?.end };
    let at = if front + back == text.len() { start..start } else { value.part(front..text.len() - back).span()? };
    (plain && back > 0).then(|| (at, new.to_owned()))
}

/// One source of Authorization, the right one, in the place of the one that was sent.
fn authorization(draft: &mut Draft<'_>, items: &[Item], url: &Item, wanted: &Wanted<'_>) {
    let secret = draft.secret(wanted);
    let (long, letter, value) = match wanted.auth {
        FixAuth::Key | FixAuth::None => return,
        FixAuth::Bearer | FixAuth::AccessTokenStatic => ("header", 'H', format!("\"Authorization: Bearer {secret}\"")),
        FixAuth::EmailBasic | FixAuth::OtherEmailBasic | FixAuth::ApiTokenStatic => {
            let email = wanted.email.filter(|_| wanted.auth != FixAuth::OtherEmailBasic);
            ("user", 'u', draft.shell.user_and_secret(email, wanted.email_variable, &secret))
        }
    };
    let near = |i: &Item| {
        let header = i.name == "header" && i.text.contains('…');
        i.is_authorization() || header || matches!(i.name, "user" | "oauth2-bearer")
    };
    let mut sources: Vec<&Item> = items.iter().filter(|i| near(i)).collect();
    // The same option stays where it is; else the first source gives its place.
    let place = sources.iter().position(|i| i.name == long && (long == "user" || i.is_authorization())).unwrap_or(0);
    if sources.is_empty() {
        let short = items.iter().any(|i| i.short && matches!(i.name, "user" | "header" | "request" | "data"));
        let option = if short { format!("-{letter}") } else { format!("--{long}") };
        let at = draft.words[url.words.start].at.start;
        draft.edits.insert(at, format!("{option} {value} "));
    } else {
        let first = sources.remove(place);
        if first.name == long {
            first.set(draft, &value).unwrap_or_default();
        } else {
            first.turn_into(draft, long, letter, &value);
        }
        for other in sources {
            other.remove(draft);
        }
    }
    // What says how to sign in otherwise, or whose file to ask, goes.
    for item in items
        .iter()
        .filter(|i| matches!(i.name, "netrc" | "netrc-optional" | "netrc-file" | "digest" | "ntlm" | "negotiate" | "anyauth"))
    {
        item.remove(draft);
    }
}
