//! curl: the words of a command line in operations, what stands between `--next` and `--next`.

use std::ops::Range;

use crate::checks::NoteKind;

use super::config;
use super::methods::Methods;
use super::options;
use super::value::{of_a_file, password_of, undashed, unquoted_header, urlencoded};
use crate::command::Front;
use crate::command::address::Address;
use crate::command::draft::RawNote;
use crate::command::shell::{OPAQUE, Word};
use crate::command::spelled::Spelled;

/// A value with the word that it was in.
#[derive(Clone)]
pub(super) struct Given {
    pub(super) value: Spelled,
    pub(super) word: usize,
    /// `--json`: added to what stands before without an `&`.
    pub(super) glued: bool,
}

/// What one operation (between `--next`) was given.
#[derive(Clone, Default)]
pub(super) struct Operation {
    pub(super) urls: Vec<Given>,
    pub(super) headers: Vec<Given>,
    pub(super) user: Option<Given>,
    pub(super) bearer: Option<Given>,
    pub(super) method: Option<Given>,
    pub(super) data: Vec<Given>,
    pub(super) form: bool,
    /// How many of the data are parts of a form.
    pub(super) forms: usize,
    pub(super) uploads: Vec<Given>,
    pub(super) get: Option<Range<usize>>,
    pub(super) head: Option<Range<usize>>,
    netrc: Option<Range<usize>>,
    netrc_file: Option<Range<usize>>,
    netrc_optional: Option<Range<usize>>,
    pub(super) globoff: bool,
    pub(super) path_as_is: bool,
    /// `--request-target`.
    pub(super) target: Option<Given>,
    pub(super) methods: Methods,
    pub(super) data_at: Option<Range<usize>>,
    /// Whether options come from a file, too.
    pub(super) unseen: bool,
    pub(super) notes: Vec<RawNote>,
    pub(super) url_query: Vec<Given>,
    /// Passwords that are not for Bitbucket: of a proxy, of a key.
    pub(super) others: Vec<Spelled>,
}

impl Operation {
    /// Where netrc is asked for.
    pub(super) fn netrc(&self) -> Option<&Range<usize>> {
        self.netrc_optional.as_ref().or(self.netrc.as_ref()).or(self.netrc_file.as_ref())
    }

    /// `--netrc-optional` counts whatever else asks for netrc.
    pub(super) fn netrc_optional(&self) -> bool {
        self.netrc_optional.is_some()
    }

    /// Whether there is a user to sign in with, as the beginning of a sentence that depends on it: netrc is not read here.
    pub(super) fn user_from(&self, url: &Address) -> Option<&'static str> {
        if self.user.is_some() || url.user.is_some() {
            return Some("");
        }
        self.netrc().is_some().then_some("where netrc has this host, ")
    }

    /// Whether a body goes along, beside what `-T` sends.
    pub(super) fn has_body(&self) -> bool {
        !self.data.is_empty() && (self.get.is_none() || self.form)
    }
}

/// Reads the words after `curl`.
pub(super) fn operations(words: &[Word], front: &Front<'_>) -> Vec<Operation> {
    let mut all = vec![Operation::default()];
    add(&mut all, words.get(1..).unwrap_or_default(), Source { first: Some(1), front });
    all
}

/// Where words come from.
#[derive(Clone, Copy)]
struct Source<'a> {
    /// The place of the first in the command; `None`: they stand in a file.
    first: Option<usize>,
    front: &'a Front<'a>,
}

impl Source<'_> {
    fn given(self, value: Spelled, at: usize) -> Given {
        Given { value, word: self.first.map_or(0, |first| first + at), glued: false }
    }
}

fn add(all: &mut Vec<Operation>, words: &[Word], source: Source<'_>) {
    let mut at = 0;
    let mut only_urls = false;
    while let Some(word) = words.get(at) {
        let (value, dashes) = undashed(&word.value);
        let text = value.as_str();
        let Some(current) = all.last_mut() else { return };
        if let Some(place) = dashes.filter(|_| !only_urls) {
            let text = "a typographic dash: curl takes the option for a URL";
            current.notes.push((NoteKind::ShellMangled, text.into(), Some(place)));
        }
        if only_urls || !text.starts_with('-') || text == "-" {
            current.urls.push(source.given(value, at));
            at += 1;
        } else if text == "--" {
            only_urls = true;
            at += 1;
        } else if text == "--next" || text == "-:" {
            // In a file it says nothing where no URL stands before it.
            if source.first.is_some() || !current.urls.is_empty() {
                all.push(Operation::default());
            }
            at += 1;
        } else if text.starts_with("--") {
            at = long_option(&value, words, at, all, source);
        } else {
            at = short_options(&value, words, at, all, source);
        }
    }
}

/// One long option; returns the word where to go on.
fn long_option(value: &Spelled, words: &[Word], at: usize, all: &mut Vec<Operation>, source: Source<'_>) -> usize {
    let Some((current, word)) = all.last_mut().zip(words.get(at)) else { return at + 1 };
    let name = &value.as_str()[2..];
    let (name, joined) = match name.split_once('=') {
        Some((name, _)) if options::long(name).is_some() => (name, Some(value.from(3 + name.len()))),
        _ => (name, None),
    };
    let mut remark = |text: String| current.notes.push((NoteKind::Remark, text, Some(word.at.clone())));
    let Some((long, _, takes)) = options::long(name) else {
        let shown: String = name.chars().take(30).collect();
        remark(format!("curl has no option `--{shown}`"));
        return at + 1;
    };
    let off = name.starts_with("no-");
    let whole = name.trim_start_matches("no-").trim_start_matches("expand-");
    if joined.is_some() {
        remark(format!("curl takes `--{long}=…` from 8.16 on; an older one wants a space there, and sends nothing"));
    } else if whole != *long && name != *long {
        remark(format!("`--{name}` is short for `--{long}`: curl takes that up to 8.5, a newer one sends nothing"));
    }
    let (given, last) = match joined {
        Some(value) => (Some(source.given(value, at)), at),
        None if *takes => (words.get(at + 1).map(|w| source.given(w.value.clone(), at + 1)), at + 1),
        None => (None, at),
    };
    if off {
        apply(current, long, None, word, true);
        return at + 1;
    }
    applied(all, long, given, word, words, last, source)
}

/// A cluster of short options; the last may have its value in the same word or in the next one.
fn short_options(value: &Spelled, words: &[Word], at: usize, all: &mut Vec<Operation>, source: Source<'_>) -> usize {
    let text = value.as_str();
    for (index, letter) in text.char_indices().skip(1) {
        let Some(current) = all.last_mut() else { break };
        let Some((long, _, takes)) = options::short(letter) else {
            let text = format!("curl has no option `-{letter}`");
            current.notes.push((NoteKind::Remark, text, value.span()));
            return at + 1;
        };
        if *takes {
            let rest = value.from(index + letter.len_utf8());
            let (given, last) = if rest.is_empty() {
                (words.get(at + 1).map(|w| source.given(w.value.clone(), at + 1)), at + 1)
            } else {
                (Some(source.given(rest, at)), at)
            };
            return applied(all, long, given, &words[at], words, last, source);
        }
        apply(current, long, None, &words[at], false);
    }
    at + 1
}

/// What a file of options or headers holds, where the text shows it: standard input, or what a shell prints in its place.
fn shown(long: &str, value: &Spelled, source: Source<'_>) -> Option<Spelled> {
    let text = value.as_str();
    let file = match long {
        "config" => text,
        "header" => text.strip_prefix('@')?,
        _ => return None,
    };
    // A file that names itself is not read twice.
    source.first?;
    match file {
        "-" | "/dev/stdin" => config::document(source.front),
        _ if file.chars().eq([OPAQUE]) => config::printed(&value.from(text.len() - file.len()), source.front),
        _ => None,
    }
}

/// Applies an option whose value ends at a word, and gives the word where to go on.
fn applied(
    all: &mut Vec<Operation>,
    long: &str,
    mut value: Option<Given>,
    option: &Word,
    words: &[Word],
    last: usize,
    source: Source<'_>,
) -> usize {
    let mut next = last + 1;
    let Some(current) = all.last_mut() else { return next };
    let more = value.as_mut().filter(|_| long == "header").and_then(|given| unquoted_header(given, words, last));
    if let Some((taken, note)) = more {
        current.notes.push(note);
        next += taken;
    }
    match value.as_ref().and_then(|given| shown(long, &given.value, source)) {
        Some(text) if long == "config" => add(all, &config::words(&text), Source { first: None, ..source }),
        Some(text) => {
            for line in text.split('\n').into_iter().filter(|line| !line.as_str().trim().is_empty()) {
                apply(current, long, Some(Given { value: line, word: 0, glued: false }), option, false);
            }
        }
        None => apply(current, long, value, option, false),
    }
    next
}

fn apply(operation: &mut Operation, long: &str, value: Option<Given>, word: &Word, off: bool) {
    let at = Some(word.at.clone());
    let mut remark = |text: &str| operation.notes.push((NoteKind::Remark, text.to_owned(), at.clone()));
    match (long, value) {
        ("url", Some(url)) => operation.urls.push(url),
        ("url-query", Some(query)) => {
            let value = match query.value.as_str().strip_prefix('+') {
                Some(_) => query.value.from(1),
                None => urlencoded(&query.value),
            };
            operation.url_query.push(Given { value, ..query });
        }
        ("user", Some(user)) => operation.user = Some(user),
        ("header", Some(header)) => {
            if header.value.as_str().starts_with('@') {
                remark("headers from a file are not read");
            }
            operation.headers.push(header);
        }
        ("request", Some(method)) => operation.method = Some(method),
        ("oauth2-bearer", Some(token)) => {
            operation.bearer = Some(token);
            operation.methods.apply(long, false);
        }
        ("data-urlencode", Some(data)) => {
            operation.data.push(Given { value: urlencoded(&data.value), ..data });
            operation.data_at = at;
        }
        ("data" | "data-raw" | "data-binary" | "data-ascii" | "json", Some(data)) => {
            let file = long != "data-raw" && data.value.as_str().starts_with('@');
            let value = if file { of_a_file(&data.value) } else { data.value.clone() };
            operation.data.push(Given { value, glued: long == "json" && !operation.data.is_empty(), ..data });
            operation.data_at = at;
        }
        ("form" | "form-string", Some(data)) => {
            operation.form = true;
            operation.forms += 1;
            operation.data.push(data);
            operation.data_at = at;
        }
        ("upload-file", Some(file)) => {
            operation.uploads.push(file);
            operation.data_at = at;
        }
        ("get", _) => operation.get = at.filter(|_| !off),
        ("head", _) => operation.head = at.filter(|_| !off),
        ("netrc", _) => operation.netrc = at.filter(|_| !off),
        ("netrc-file", _) => operation.netrc_file = at,
        ("netrc-optional", _) => operation.netrc_optional = at.filter(|_| !off),
        ("globoff", _) => operation.globoff = !off,
        ("path-as-is", _) => operation.path_as_is = !off,
        ("basic" | "digest" | "ntlm" | "ntlm-wb" | "negotiate" | "anyauth" | "aws-sigv4", _) => {
            operation.methods.apply(long, off);
        }
        ("config", _) => {
            remark("options from a file are not read");
            operation.unseen = true;
        }
        ("insecure", _) if !off => remark("the certificate is not checked: anybody on the way can read the secret"),
        ("location-trusted", _) => remark("the secret goes along wherever the answer redirects to"),
        ("request-target", target) => {
            remark("another path than the URL's is asked");
            operation.target = target;
        }
        ("proxy", Some(proxy)) => {
            remark("the request goes through the proxy named here");
            operation.others.extend(password_of(&proxy.value));
        }
        ("preproxy" | "socks4" | "socks4a" | "socks5" | "socks5-hostname" | "socks5h" | "doh-url", Some(proxy)) => {
            operation.others.extend(password_of(&proxy.value));
        }
        ("proxy-user", Some(pair)) => operation.others.extend(pair.value.split_once(':').map(|(_, password)| password)),
        ("pass" | "proxy-pass" | "tlspassword" | "proxy-tlspassword", Some(given)) => operation.others.push(given.value),
        _ => {}
    }
}
