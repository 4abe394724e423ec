//! Calls in program code: Python's `requests`, `httpx` and `urllib`, JavaScript's `fetch` and `axios`.
//!
//! URL, method, headers and the pair of Basic are worked out as far as literals, formatted texts, sums, tables and the names
//! that the same text assigns go. What only a run can tell stands as unknown; nothing is guessed from its absence.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::checks::{NoteKind, Surface};

use super::Front;
use super::draft::Draft;
use super::secrets::Secrets;
use super::shell::{OPAQUE, name_at};
use super::spelled::Spelled;

const METHODS: &[&str] = &["get", "post", "put", "delete", "patch", "head", "options"];

/// Objects whose methods ask: modules, sessions and clients by their usual names.
const ASKERS: &[&str] = &[
    "requests",
    "session",
    "s",
    "client",
    "httpx",
    "axios",
    "got",
    "ky",
    "superagent",
    "needle",
    "http",
    "self.session",
    "api",
    "sess",
];

/// Calls that make an object which asks: what they are given goes along with each of its requests.
const MAKERS: &[(&str, &str)] = &[
    ("axios.create(", "javascript"),
    ("ky.create(", "javascript"),
    ("got.extend(", "javascript"),
    ("httpx.Client(", "python"),
    ("httpx.AsyncClient(", "python"),
    ("aiohttp.ClientSession(", "python"),
];

/// Under which names they take the address that every other one is below.
const BASES: &[&str] = &["base_url", "baseURL", "baseUrl", "prefixUrl"];

/// What the object was made with.
struct Maker {
    tool: &'static str,
    arguments: Vec<Argument>,
}

impl Maker {
    fn named(&self, names: &[&str]) -> Option<Range<usize>> {
        let found = self.arguments.iter().find(|a| a.name.as_deref().is_some_and(|name| names.contains(&name)));
        found.map(|a| a.value.clone())
    }
}

/// A call, and where its arguments stand.
struct Call {
    tool: &'static str,
    at: usize,
    /// The method that its name says.
    method: Option<(String, Range<usize>)>,
    arguments: Vec<Argument>,
    end: usize,
}

struct Argument {
    name: Option<String>,
    value: Range<usize>,
}

/// Reads the calls of a text; each with the end of its call, behind which its answer may stand.
pub(crate) fn read(front: &Front<'_>, apart: &[Range<usize>], secrets: &mut Secrets) -> Vec<Draft> {
    let code = Code { front };
    let mut drafts = Vec::new();
    for call in code.calls().into_iter().filter(|c| !apart.iter().any(|at| at.contains(&c.at))).take(20) {
        drafts.extend(code.draft(&call, secrets));
    }
    drafts
}

struct Code<'a> {
    front: &'a Front<'a>,
}

impl Code<'_> {
    fn text(&self, range: &Range<usize>) -> &str {
        self.front.source.get(range.clone()).unwrap_or_default()
    }

    /// Every call of a name that asks for a URL.
    fn calls(&self) -> Vec<Call> {
        let source = self.front.source;
        let mut found = Vec::new();
        let (mut line, mut tried) = (0, 0);
        let maker = self.maker();
        for (open, _) in source.match_indices('(').take(20_000) {
            line = line.max(open.saturating_sub(80));
            while !source.is_char_boundary(line) {
                line += 1;
            }
            let before = &source[line..open];
            let start = before
                .rfind(|c: char| !(c.is_ascii_alphanumeric() || "_.".contains(c)))
                .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
            let name = &before[start..];
            let made = |maker: &Maker| {
                let (object, last) = name.rsplit_once('.')?;
                let asks = METHODS.contains(&last) && !object.is_empty();
                asks.then_some((maker.tool, Some(last)))
            };
            let Some((tool, method)) = asks(name).or_else(|| maker.as_ref().and_then(made)) else { continue };
            tried += 1;
            if tried > 100 {
                break;
            }
            let close = open + length(&source[open..]);
            let inner = open + 1..close.saturating_sub(1).max(open + 1);
            let mut arguments: Vec<Argument> = self.parts(&inner).into_iter().map(|at| self.argument(at)).collect();
            let below = maker.as_ref().is_some_and(|maker| maker.named(BASES).is_some()) && method.is_some();
            let url = |range: &Range<usize>| {
                let text = self.value(range, 0);
                text.as_str().contains("://") || below && is_path(text.as_str())
            };
            let table = arguments.first().is_some_and(|a| self.text(&a.value).starts_with('{'));
            if !(table || arguments.iter().take(3).any(|a| url(&a.value))) {
                continue;
            }
            // `axios.post(url, data, {headers})`: the settings come last; `axios({…})`, `$.ajax({…})`: they are all.
            let settings: Vec<Argument> = arguments
                .iter()
                .filter(|a| a.name.is_none() && self.text(&self.resolved(&a.value)).starts_with('{'))
                .flat_map(|a| self.table(&a.value))
                .map(|(name, value)| Argument { name: Some(name), value })
                .collect();
            let known = ["headers", "method", "url", "auth", "type", "username"];
            if tool == "javascript" || settings.iter().any(|s| s.name.as_deref().is_some_and(|n| known.contains(&n))) {
                arguments.extend(settings);
            }
            // Whose object it is, its maker tells.
            let tool = maker.as_ref().filter(|_| below && !ASKERS[..2].contains(&name)).map_or(tool, |maker| maker.tool);
            let method = method.map(|m| (m.to_ascii_uppercase(), line + before.len() - m.len()..line + before.len()));
            found.push(Call { tool, at: line + start, method, arguments, end: close });
        }
        found
    }

    /// The first object of the text that is made with settings for its requests.
    fn maker(&self) -> Option<Maker> {
        let source = self.front.source;
        let (at, sign, tool) = MAKERS.iter().filter_map(|(sign, tool)| Some((source.find(sign)?, sign, *tool))).min()?;
        let open = at + sign.len() - 1;
        let inner = open + 1..open + length(&source[open..]).max(2) - 1;
        let mut arguments: Vec<Argument> = self.parts(&inner).into_iter().map(|at| self.argument(at)).collect();
        let table = arguments.first().filter(|a| a.name.is_none()).map(|a| self.table(&a.value)).unwrap_or_default();
        arguments.extend(table.into_iter().map(|(name, value)| Argument { name: Some(name), value }));
        Some(Maker { tool, arguments })
    }

    fn argument(&self, at: Range<usize>) -> Argument {
        let text = self.text(&at);
        let name = name_at(text);
        let rest = text[name.len()..].trim_start();
        match rest.strip_prefix('=').filter(|r| !name.is_empty() && !r.starts_with(['=', '>'])) {
            Some(value) => {
                let value = value.trim_start();
                Argument { name: Some(name.to_owned()), value: at.end - value.len()..at.end }
            }
            None => Argument { name: None, value: at },
        }
    }

    fn draft(&self, call: &Call, secrets: &mut Secrets) -> Option<Draft> {
        let named = |names: &[&str]| {
            let found = call.arguments.iter().rev().find(|a| a.name.as_deref().is_some_and(|n| names.contains(&n)));
            found.map(|a| a.value.clone())
        };
        let plain: Vec<&Argument> = call.arguments.iter().filter(|a| a.name.is_none()).collect();
        let first = plain.first().map(|a| self.value(&a.value, 0));
        let verb = first.as_ref().filter(|v| METHODS.contains(&v.as_str().to_ascii_lowercase().as_str())).cloned();
        let url = named(&["url", "uri", "fullurl"]).map(|at| self.value(&at, 0));
        let mut url = url.or_else(|| plain.get(usize::from(verb.is_some())).map(|a| self.value(&a.value, 0)))?;
        if is_path(url.as_str()) && !url.as_str().contains("://") {
            let base = self.maker()?.named(BASES).map(|at| self.value(&at, 0))?;
            let mut whole = base.to(base.as_str().trim_end_matches('/').len());
            if !url.as_str().starts_with('/') {
                whole.push_expansion("/", base.span().map_or(0..0, |at| at.end..at.end));
            }
            whole.append(&url);
            url = whole;
        }
        if !url.as_str().contains("://") {
            return None;
        }
        for (name, value) in named(&["params"]).map(|at| self.table(&at)).unwrap_or_default() {
            let joint = if url.as_str().contains('?') { "&" } else { "?" };
            let end = url.span().map_or(0..0, |s| s.end..s.end);
            url.push_expansion(&format!("{joint}{name}="), end);
            url.append(&self.value(&value, 0));
        }
        let mut draft = Draft::new(call.tool, call.at..call.end);
        draft.set_url(&url, false, self.front.context, secrets);
        let method = named(&["method", "type"]).map(|at| self.value(&at, 0)).or(verb);
        let body = named(&["data", "json", "body", "files"]).is_some();
        draft.method = match (&method, &call.method) {
            (Some(method), _) => method.as_str().to_ascii_uppercase(),
            (None, Some((method, _))) => method.clone(),
            // urllib posts as soon as there is a body.
            (None, None) if body && call.tool == "python" => "POST".into(),
            (None, None) => "GET".into(),
        };
        draft.span("method", method.and_then(|m| m.span()).or_else(|| call.method.clone().map(|(_, at)| at)));
        self.sign_in(call, &named, &mut draft, secrets);
        Some(draft)
    }

    fn sign_in(&self, call: &Call, named: &dyn Fn(&[&str]) -> Option<Range<usize>>, draft: &mut Draft, secrets: &mut Secrets) {
        let maker = self.maker();
        let of_maker = |names: &[&str]| maker.as_ref().and_then(|maker| maker.named(names));
        let headers = named(&["headers"]).or_else(|| of_maker(&["headers"]));
        let header = headers.as_ref().and_then(|at| {
            let found = self.table(at).into_iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
            found.map(|(_, value)| value)
        });
        let header = header.or_else(|| self.set_later());
        let auth = named(&["auth"]).or_else(|| self.assigned(&["auth"], call.at)).or_else(|| of_maker(&["auth"]));
        if let Some(pair) = auth.map(|at| self.resolved(&at)) {
            // requests replaces a header of this name by what `auth` says.
            if let Some((user, secret)) = self.pair(&pair) {
                self.shown(&user, &secret, draft, secrets);
            } else {
                draft.note(NoteKind::Remark, "user and secret come from a value that is not shown", Some(pair));
                draft.sends.place = "header".into();
            }
            if let Some(header) = header {
                let value = self.value(&header, 0);
                Draft::default().authorize(&value, secrets);
                draft.note(NoteKind::TwoAuthorizations, "a header and `auth` are given: `auth` is sent", Some(header));
            }
            return;
        }
        if let Some(at) = header {
            let value = self.value(&at, 0);
            draft.span("header", Some(at.clone()));
            if value.as_str().starts_with(OPAQUE) {
                draft.note(NoteKind::Remark, "the header comes from a value that is not shown", Some(at));
                draft.sends.place = "header".into();
            } else {
                draft.authorize(&value, secrets);
            }
            return;
        }
        if let Some(user) = draft.address.user.clone() {
            let password = draft.address.password.clone();
            return draft.authorize_pair(&user, password.as_ref(), "url", secrets);
        }
        let unknown = headers.filter(|at| !self.text(&self.resolved(at)).starts_with(['{', '[']));
        if let Some(at) = unknown {
            draft.note(NoteKind::Remark, "the headers come from a value that is not shown", Some(at));
            draft.sends.place = "header".into();
        } else if draft.address.surface == Some(Surface::Rest) && draft.sends.credential.is_none() && call.tool != "python" {
            draft.note(NoteKind::NoCredential, "the call sends no credential", None);
        }
    }

    fn shown(&self, user: &Range<usize>, secret: &Range<usize>, draft: &mut Draft, secrets: &mut Secrets) {
        let (user, secret) = (self.value(user, 0), self.value(secret, 0));
        draft.authorize_pair(&user, Some(&secret), "header", secrets);
    }

    /// `request.add_header("Authorization", …)`, `session.headers.update({…})`, `session.headers["Authorization"] = …`.
    fn set_later(&self) -> Option<Range<usize>> {
        let source = self.front.source;
        let calls = ["add_header(", "setRequestHeader(", "headers.update(", "headers.set(", "headers.append("];
        for sign in calls {
            for (at, _) in source.match_indices(sign).take(50) {
                let open = at + sign.len() - 1;
                let inner = open + 1..open + length(&source[open..]).max(2) - 1;
                let parts = self.parts(&inner);
                if let [name, value] = parts.as_slice()
                    && self.value(name, 0).as_str().eq_ignore_ascii_case("authorization")
                {
                    return Some(value.clone());
                }
                let table = parts.first().map(|at| self.table(at)).unwrap_or_default();
                if let Some((_, value)) = table.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization")) {
                    return Some(value);
                }
            }
        }
        for quote in ['"', '\''] {
            for before in ["headers", "headers.common", "headers.get"] {
                let sign = format!("{before}[{quote}Authorization{quote}]");
                if let Some(at) = source.find(&sign).map(|at| at + sign.len()) {
                    return self.after_equals(at);
                }
            }
        }
        None
    }

    /// `(user, secret)`, `HTTPBasicAuth(user, secret)`, `{username: …, password: …}`.
    fn pair(&self, at: &Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
        let text = self.text(at);
        if text.starts_with('{') {
            let table = self.table(at);
            let of = |wanted: &str| table.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
            return of("username").or_else(|| of("user")).zip(of("password").or_else(|| of("pass")));
        }
        let open = at.start + text.find('(').filter(|open| *open == 0 || text[..*open].ends_with("Auth"))?;
        let inner = open + 1..open + length(&self.front.source[open..]).max(2) - 1;
        let parts: Vec<Range<usize>> = self.parts(&inner).into_iter().map(|p| self.argument(p).value).collect();
        match parts.as_slice() {
            [user, secret] => Some((user.clone(), secret.clone())),
            _ => None,
        }
    }

    /// The entries of a table.
    fn table(&self, at: &Range<usize>) -> Vec<(String, Range<usize>)> {
        let at = self.resolved(at);
        let text = self.text(&at);
        let Some(open) = text.find('{').filter(|open| *open == 0 || text[..*open].ends_with('(')) else { return Vec::new() };
        let start = at.start + open;
        let inner = start + 1..start + length(&self.front.source[start..]).max(2) - 1;
        let mut entries = Vec::new();
        for part in self.parts(&inner) {
            let text = self.text(&part);
            let quote = text.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'));
            let (name, rest) = match quote {
                Some(quote) => match text[1..].find(quote) {
                    Some(end) => (&text[1..1 + end], &text[end + 2..]),
                    None => continue,
                },
                None => {
                    let name = name_at(text);
                    (name, &text[name.len()..])
                }
            };
            if let Some(value) = rest.trim_start().strip_prefix(':') {
                let value = value.trim_start();
                entries.push((name.to_owned(), part.end - value.len()..part.end));
            } else if rest.is_empty() && quote.is_none() {
                // JavaScript's `{headers}`.
                entries.push((name.to_owned(), part.clone()));
            }
        }
        entries
    }

    /// The parts between commas.
    fn parts(&self, range: &Range<usize>) -> Vec<Range<usize>> {
        let text = self.text(range);
        let mut parts = Vec::new();
        let mut from = 0;
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            let Some(c) = rest.chars().next() else { break };
            match c {
                '"' | '\'' | '`' | '(' | '[' | '{' => at += length(rest).max(1),
                ',' => {
                    parts.push(from..at);
                    at += 1;
                    from = at;
                }
                '#' | '/' if c == '#' || rest.starts_with("//") => at += rest.find('\n').unwrap_or(rest.len()),
                c => at += c.len_utf8(),
            }
        }
        parts.push(from..text.len());
        let trimmed = parts.into_iter().map(|part| {
            let inner = &text[part.clone()];
            let start = part.start + inner.len() - inner.trim_start().len();
            range.start + start..range.start + start + inner.trim().len()
        });
        trimmed.filter(|part| !part.is_empty()).collect()
    }

    /// What a name was set to; anything else is itself.
    fn resolved(&self, at: &Range<usize>) -> Range<usize> {
        let name = self.text(at);
        let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.".contains(&b));
        if plain && !name_at(name).is_empty() {
            // A function may use what stands below it.
            let found = self.assigned(&[name], at.start).or_else(|| self.assigned(&[name], usize::MAX));
            return found.unwrap_or_else(|| at.clone());
        }
        at.clone()
    }

    /// Where the value stands that one of these names was given last.
    fn assigned(&self, names: &[&str], before: usize) -> Option<Range<usize>> {
        let source = self.front.source;
        let mut last: Option<(usize, Range<usize>)> = None;
        for name in names {
            for (at, _) in source.match_indices(name).take(2_000) {
                let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
                let alone = !source[..at].ends_with(word) && !source[at + name.len()..].starts_with(word);
                // `session.auth` is set apart from a call; `auth=` in one is that call's own.
                let begins = source[..at].trim_end_matches([' ', '\t']).ends_with('\n') || at == 0;
                let own = if *name == "auth" { source[..at].ends_with('.') || begins } else { !source[..at].ends_with('.') };
                // `headers=headers` in a call sets nothing.
                let own = own && !source[..at].trim_end().ends_with(['(', ',']);
                if alone
                    && own
                    && at < before.max(1)
                    && last.as_ref().is_none_or(|l| l.0 < at)
                    && let Some(value) = self.after_equals(at + name.len())
                {
                    last = Some((at, value));
                }
            }
        }
        last.map(|(_, value)| value)
    }

    /// The value behind `=`, up to the line's end or `;`.
    fn after_equals(&self, at: usize) -> Option<Range<usize>> {
        let source = self.front.source;
        let rest = source.get(at..)?;
        let value = rest.trim_start_matches([' ', '\t']);
        let value = match value.strip_prefix(": ") {
            // A type between name and value.
            Some(typed) => typed.split_once('=').filter(|(kind, _)| kind.len() < 40 && !kind.contains(['\n', ',', '"', '\'']))?.1,
            None => value.strip_prefix('=').filter(|v| !v.starts_with(['=', '>']))?,
        };
        let value = value.trim_start_matches([' ', '\t']);
        let start = at + rest.len() - value.len();
        let mut end = 0;
        while let Some(c) = value[end..].chars().next() {
            match c {
                '\n' | ';' | ',' | ')' => break,
                '"' | '\'' | '`' | '(' | '[' | '{' => end += length(&value[end..]).max(1),
                '#' => break,
                c => end += c.len_utf8(),
            }
        }
        let end = value[..end].trim_end().len();
        (end > 0).then(|| start..start + end)
    }

    /// The text that an expression gives; what is not known of it is [`OPAQUE`].
    fn value(&self, range: &Range<usize>, depth: usize) -> Spelled {
        let unknown = || {
            let mut value = Spelled::default();
            value.push_expansion(&OPAQUE.to_string(), range.clone());
            value
        };
        let text = self.text(range);
        if depth > 8 || text.is_empty() {
            return unknown();
        }
        // A sum, each side by itself.
        let mut sides = Vec::new();
        let (mut from, mut at) = (0, 0);
        while let Some(c) = text[at..].chars().next() {
            match c {
                '"' | '\'' | '`' | '(' | '[' | '{' => at += length(&text[at..]).max(1),
                '+' => {
                    sides.push(from..at);
                    at += 1;
                    from = at;
                }
                c => at += c.len_utf8(),
            }
        }
        sides.push(from..text.len());
        if sides.len() > 1 {
            let mut whole = Spelled::default();
            for side in sides {
                let inner = &text[side.clone()];
                let start = range.start + side.start + inner.len() - inner.trim_start().len();
                whole.append(&self.value(&(start..start + inner.trim().len()), depth + 1));
            }
            return whole;
        }
        self.one(range, depth).unwrap_or_else(unknown)
    }

    /// One literal, name or call.
    fn one(&self, range: &Range<usize>, depth: usize) -> Option<Spelled> {
        let text = self.text(range);
        let marks = text.bytes().take_while(|b| b"fFrRbBuU".contains(b)).count();
        let marks = if text[marks..].starts_with(['"', '\'']) { marks } else { 0 };
        if let Some(quote) = text[marks..].chars().next().filter(|c| matches!(c, '"' | '\'' | '`')) {
            let end = marks + length(&text[marks..]);
            let after = &text[end..];
            let formats = quote == '`' || text[..marks].contains(['f', 'F']);
            let inner = range.start + marks + 1..range.start + end.max(marks + 2) - 1;
            let value = self.literal(&inner, if quote == '`' { Some("${") } else { formats.then_some("{") }, depth);
            if let Some(filled) = self.filled(&value, after, range.start + end, depth) {
                return Some(filled);
            }
            // `"…".encode()` is the same text.
            let same =
                after.is_empty() || after.starts_with(".encode(") || after.starts_with(".strip(") || after.starts_with(".trim(");
            return same.then_some(value);
        }
        let base64 = ["b64encode(", "btoa("].iter().find_map(|sign| text.find(sign).map(|at| at + sign.len() - 1));
        let buffer = text.find("Buffer.from(").filter(|_| text.contains("base64")).map(|at| at + "Buffer.from(".len() - 1);
        if let Some(open) = base64.or(buffer) {
            let open = range.start + open;
            let inner = open + 1..open + length(&self.front.source[open..]).max(2) - 1;
            let pair = self.value(self.parts(&inner).first()?, depth + 1);
            if pair.as_str().contains(OPAQUE) {
                return None;
            }
            let mut value = Spelled::default();
            value.push_expansion(&STANDARD.encode(pair.as_str()), range.clone());
            return Some(value);
        }
        for sign in ["os.environ[", "os.environ.get(", "os.getenv(", "environ[", "getenv(", "process.env["] {
            if let Some(rest) = text.strip_prefix(sign) {
                let name = rest.trim_matches(['"', '\'', ')', ']']).split(['"', '\'']).next()?;
                return self.variable(name, range);
            }
        }
        if let Some(name) = text.strip_prefix("process.env.").map(name_at) {
            return self.variable(name, range);
        }
        if text.starts_with('(') && length(text) == text.len() {
            return Some(self.value(&(range.start + 1..range.end.max(range.start + 2) - 1), depth + 1));
        }
        // A name, and what may be done to it without changing its text.
        let name = text.split(".encode(").next().unwrap_or_default().split(".decode(").next().unwrap_or_default();
        let name_range = range.start..range.start + name.len();
        let value = self.resolved(&name_range);
        (value != name_range || name.len() < text.len()).then(|| self.value(&value, depth + 1))
    }

    /// `"Basic %s" % pair`, `"{}:{}".format(user, token)`: the text with what is put into it.
    fn filled(&self, text: &Spelled, after: &str, at: usize, depth: usize) -> Option<Spelled> {
        let start = at + after.len() - after.trim_start().len();
        let after = after.trim_start();
        let values = if let Some(rest) = after.strip_prefix('%') {
            let start = start + 1 + rest.len() - rest.trim_start().len();
            let rest = rest.trim_start();
            let whole = start..start + rest.len();
            if rest.starts_with('(') && length(rest) == rest.len() {
                self.parts(&(whole.start + 1..whole.end - 1))
            } else {
                vec![whole]
            }
        } else {
            let rest = after.strip_prefix(".format")?;
            let open = start + ".format".len();
            (rest.starts_with('(') && length(rest) == rest.len()).then(|| self.parts(&(open + 1..open + rest.len() - 1)))?
        };
        let signs: &[&str] = if after.starts_with('%') { &["%s"] } else { &["{}", "{0}", "{1}", "{2}"] };
        let mut whole = Spelled::default();
        let (mut from, mut number) = (0, 0);
        while let Some((place, sign)) = signs.iter().filter_map(|s| Some((from + text.as_str()[from..].find(s)?, *s))).min() {
            let index = sign[1..].trim_end_matches('}').parse().unwrap_or(number);
            whole.append(&text.part(from..place));
            whole.append(&self.value(values.get(index)?, depth + 1));
            number += 1;
            from = place + sign.len();
        }
        whole.append(&text.from(from));
        Some(whole)
    }

    fn variable(&self, name: &str, at: &Range<usize>) -> Option<Spelled> {
        let value = (self.front.context.variable)(name)?;
        let mut spelled = Spelled::default();
        spelled.push_expansion(&value, at.clone());
        Some(spelled)
    }

    /// The inside of quotes, with what is put into it.
    fn literal(&self, range: &Range<usize>, opens: Option<&str>, depth: usize) -> Spelled {
        let text = self.text(range);
        let mut value = Spelled::default();
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let start = range.start + at;
            if let Some(open) = opens.filter(|open| text[at..].starts_with(*open) && !text[at..].starts_with("{{")) {
                let brace = at + open.len() - 1;
                let close = brace + length(&text[brace..]);
                let inner = range.start + brace + 1..range.start + close.max(brace + 2) - 1;
                let place = start..range.start + close;
                value.append(&self.value(&inner, depth + 1).moved_to(place));
                at = close.max(at + 1);
            } else if c == '\\' && text[at + 1..].starts_with(['"', '\'', '\\', '`', '/']) {
                let escaped = text[at + 1..].chars().next().unwrap_or('\\');
                value.push(escaped, start..start + 2);
                at += 2;
            } else {
                value.push(c, start..start + c.len_utf8());
                at += c.len_utf8();
            }
        }
        value
    }
}

/// Whether a text is a path below some base, and no key of a table.
fn is_path(text: &str) -> bool {
    text.contains('/') && !text.contains([' ', '\n', ';', '<'])
}

/// The language of a call's name, and the method that it says.
fn asks(name: &str) -> Option<(&'static str, Option<&str>)> {
    let plain = name.trim_start_matches('.');
    let last = plain.rsplit('.').next().unwrap_or_default();
    let object = plain.strip_suffix(last).unwrap_or_default().trim_end_matches('.');
    let javascript = matches!(object, "axios" | "got" | "ky" | "superagent" | "needle");
    let tool = if javascript { "javascript" } else { "python" };
    match plain {
        "fetch" | "axios" | "axios.request" | "got" | "$.ajax" | "ajax" | "node_fetch" | "nodeFetch" | "ky" => {
            Some(("javascript", None))
        }
        "requests.request" | "httpx.request" | "session.request" | "s.request" | "http.request" | "client.request" => {
            Some(("python", None))
        }
        "urllib.request.Request" | "Request" | "request.Request" | "urllib2.Request" | "urlopen" | "urllib.request.urlopen" => {
            Some(("python", None))
        }
        _ if METHODS.contains(&last) && ASKERS.contains(&object) => Some((tool, Some(last))),
        _ => None,
    }
}

/// How far a bracket may be from the one that closes it, in bytes.
const CALL: usize = 1 << 14;

/// The length of the quoted or bracketed text at the start.
fn length(text: &str) -> usize {
    let mut most = text.len().min(CALL);
    while !text.is_char_boundary(most) {
        most -= 1;
    }
    let text = &text[..most];
    let Some(first) = text.chars().next() else { return 0 };
    let triple = ["\"\"\"", "'''"].iter().find(|t| text.starts_with(**t));
    if let Some(triple) = triple {
        return text[3..].find(triple).map_or(text.len(), |end| end + 6);
    }
    if matches!(first, '"' | '\'' | '`') {
        let mut escaped = false;
        for (at, c) in text.char_indices().skip(1) {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '\n' if first != '`' => return at,
                c if c == first => return at + 1,
                _ => {}
            }
        }
        return text.len();
    }
    // Brackets, with quotes inside them.
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            '"' | '\'' | '`' => {
                at += length(&text[at..]).max(1);
                continue;
            }
            _ => {}
        }
        at += c.len_utf8();
    }
    text.len()
}
