//! Calls in program code: Python's `requests`, `httpx` and `urllib`, JavaScript's `fetch` and `axios`.
//!
//! URL, method, headers and the pair of Basic are worked out as far as literals, formatted texts, sums, tables and the names
//! that the same text assigns go. What only a run can tell stands as unknown; nothing is guessed from its absence.

mod expression;

use std::ops::Range;

use crate::checks::{NoteKind, Surface};

use self::expression::length;
use crate::command::Front;
use crate::command::draft::Draft;
use crate::command::secrets::Secrets;
use crate::command::shell::{OPAQUE, name_at};

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
