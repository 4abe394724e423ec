//! Requests from files: a Postman collection or request (format 2.1) and a HAR (1.2).
//!
//! Each request is written out as a short text first, a line for the request and one for each header that bears on it, so that
//! everything later has positions as in a pasted command.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value;

use crate::checks::{NoteKind, Reported, Surface};

use super::draft::Draft;
use super::secrets::Secrets;
use super::spelled::Spelled;
use super::{Context, MOST, Reading, finish};

/// Why a file of requests cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RequestFileError {
    /// Not JSON.
    #[error("the file is not JSON (line {line}, column {column}): export the request again, as Collection v2.1 or HAR")]
    NotJson {
        /// Where it stops being JSON.
        line: usize,
        /// Where in that line.
        column: usize,
    },
    /// JSON of another form.
    #[error("the file holds no request: it is neither a Postman collection or request (v2.1) nor a HAR")]
    NoRequest,
    /// Too long to be read.
    #[error("the file is longer than 64 MiB: export the one request that fails")]
    TooLong,
}

/// Most requests that are read of one file.
const REQUESTS: usize = 50;

fn parse(json: &str) -> Result<Value, RequestFileError> {
    if json.len() > MOST * 64 {
        return Err(RequestFileError::TooLong);
    }
    serde_json::from_str(json.trim_start_matches('\u{feff}'))
        .map_err(|e| RequestFileError::NotJson { line: e.line(), column: e.column() })
}

/// The text that requests are written out to.
#[derive(Default)]
pub(super) struct Sheet {
    text: String,
}

impl Sheet {
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn write(&mut self, text: &str) -> Spelled {
        let start = self.text.len();
        self.text.extend(text.chars().map(|c| if c.is_control() { ' ' } else { c }));
        Spelled::slice_of(&self.text, start..self.text.len())
    }

    pub(super) fn end_line(&mut self) {
        self.text.push('\n');
    }
}

/// A request before it is written out.
#[derive(Default)]
struct Plain {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    auth: Auth,
    body: String,
    reported: Option<Reported>,
    notes: Vec<(NoteKind, String)>,
}

#[derive(Clone, Default)]
enum Auth {
    #[default]
    None,
    Basic(String, String),
    Bearer(String),
    Key(String, String, bool),
    Other(String),
}

/// Reads a Postman collection or a single request, with an environment if there is one.
pub fn read_postman(json: &str, environment: Option<&str>, context: &Context<'_>) -> Result<Reading, RequestFileError> {
    let value = parse(json)?;
    let mut variables = BTreeMap::new();
    collect_variables(value.get("variable"), &mut variables);
    if let Some(environment) = environment {
        collect_variables(parse(environment)?.get("values"), &mut variables);
    }
    let mut found = Vec::new();
    items(&value, &Auth::None, &variables, 0, &mut found);
    if found.is_empty() {
        return Err(RequestFileError::NoRequest);
    }
    let mut reading = written("postman", &found, context);
    if environment.is_none() {
        // Postman's environments are no part of a collection: what is not in this file may be defined there.
        for note in reading.requests.iter_mut().flat_map(|r| &mut r.notes).filter(|n| n.kind == NoteKind::NotExpanded) {
            if let Some(name) = note.text.strip_prefix("the variable ").and_then(|text| text.split(' ').next()) {
                note.text = format!("the variable {name} is not in this file: --postman-environment FILE shows its value");
                note.kind = NoteKind::NotDefined;
            }
        }
    }
    Ok(reading)
}

/// Reads a HAR: the requests to Bitbucket, or all where there is none.
pub fn read_har(json: &str, context: &Context<'_>) -> Result<Reading, RequestFileError> {
    let value = parse(json)?;
    let entries = value.pointer("/log/entries").and_then(Value::as_array).ok_or(RequestFileError::NoRequest)?;
    let plain: Vec<Plain> = entries.iter().filter_map(har_entry).collect();
    let ours = |p: &&Plain| {
        let draft = address(&p.url, context);
        draft.surface.is_some() || draft.host.contains("bitbucket")
    };
    let chosen: Vec<Plain> =
        if plain.iter().any(|p| ours(&p)) { plain.into_iter().filter(|p| ours(&p)).collect() } else { plain };
    if chosen.is_empty() {
        return Err(RequestFileError::NoRequest);
    }
    // The first that failed has to be among those that are kept.
    let failed = chosen.iter().position(|p| p.reported.as_ref().is_some_and(super::answer::failed)).unwrap_or(0);
    let from = failed.saturating_sub(REQUESTS / 2);
    let mut reading = written("har", &chosen[from..chosen.len().min(from + REQUESTS)], context);
    if sanitized(&value) {
        for note in reading.requests.iter_mut().flat_map(|r| &mut r.notes).filter(|n| n.kind == NoteKind::NoCredential) {
            note.kind = NoteKind::Remark;
            note.text =
                "the browser leaves Authorization out of what it exports, unless it is told to keep sensitive data".into();
        }
    }
    Ok(reading)
}

/// Whether it was exported without what is sensitive, as Chrome does unless it is told otherwise: no request of the whole file
/// has a cookie or an Authorization header.
fn sanitized(har: &Value) -> bool {
    let creator = har.pointer("/log/creator/name").and_then(Value::as_str).unwrap_or_default();
    let entries = har.pointer("/log/entries").and_then(Value::as_array).into_iter().flatten();
    let mut headers = entries.flat_map(|e| e.pointer("/request/headers").and_then(Value::as_array).into_iter().flatten());
    let sensitive = |name: &str| name.eq_ignore_ascii_case("authorization") || name.eq_ignore_ascii_case("cookie");
    creator == "WebInspector" && !headers.any(|h| h.get("name").and_then(Value::as_str).is_some_and(sensitive))
}

fn address(url: &str, context: &Context<'_>) -> super::address::Address {
    super::address::read(&Spelled::slice_of(url, 0..url.len()), false, context)
}

fn text_of(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

fn collect_variables(list: Option<&Value>, variables: &mut BTreeMap<String, String>) {
    for entry in list.and_then(Value::as_array).into_iter().flatten().take(1_000) {
        let disabled = entry.get("disabled").and_then(Value::as_bool).unwrap_or(false)
            || entry.get("enabled").and_then(Value::as_bool) == Some(false);
        let name = text_of(entry.get("key").or_else(|| entry.get("id")));
        if !disabled && !name.is_empty() {
            variables.insert(name, text_of(entry.get("value")));
        }
    }
}

/// `{{name}}` replaced by what is known; what is not known stays.
fn resolved(text: &str, variables: &BTreeMap<String, String>) -> String {
    let mut text = text.to_owned();
    for _ in 0..5 {
        let mut changed = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(open) = rest.find("{{") {
            let (before, after) = rest.split_at(open);
            changed.push_str(before);
            let close = after.find("}}");
            let value = close.and_then(|close| variables.get(after[2..close].trim()));
            match (value, close) {
                (Some(value), Some(close)) => {
                    changed.push_str(value);
                    rest = &after[close + 2..];
                }
                _ => {
                    changed.push_str("{{");
                    rest = &after[2..];
                }
            }
            if changed.len() > 65_536 {
                return text;
            }
        }
        changed.push_str(rest);
        if changed == text {
            break;
        }
        text = changed;
    }
    text
}

/// Walks folders; a request without its own authorization takes that of the nearest folder.
fn items(value: &Value, inherited: &Auth, variables: &BTreeMap<String, String>, depth: usize, found: &mut Vec<Plain>) {
    if depth > 30 || found.len() >= REQUESTS {
        return;
    }
    let own = auth(value.get("auth"), variables).unwrap_or_else(|| inherited.clone());
    if let Some(request) =
        value.get("request").or_else(|| value.get("url").filter(|_| value.get("item").is_none()).map(|_| value))
    {
        found.extend(postman_request(request, value.get("response"), &own, variables));
    }
    for item in value.get("item").and_then(Value::as_array).into_iter().flatten() {
        items(item, &own, variables, depth + 1, found);
    }
}

/// `None`: it is inherited.
fn auth(value: Option<&Value>, variables: &BTreeMap<String, String>) -> Option<Auth> {
    let value = value.filter(|v| !v.is_null())?;
    let kind = value.get("type").and_then(Value::as_str).unwrap_or_default();
    let field = |name: &str| {
        let list = value.get(kind);
        let raw = match list {
            Some(Value::Array(list)) => {
                text_of(list.iter().find(|e| e.get("key").and_then(Value::as_str) == Some(name)).and_then(|e| e.get("value")))
            }
            Some(object) => text_of(object.get(name)),
            None => String::new(),
        };
        resolved(&raw, variables)
    };
    Some(match kind {
        "basic" => Auth::Basic(field("username"), field("password")),
        "bearer" => Auth::Bearer(field("token")),
        "oauth2" => Auth::Bearer(field("accessToken")),
        "apikey" => Auth::Key(field("key"), field("value"), field("in") == "query"),
        "noauth" => Auth::None,
        other => Auth::Other(other.chars().take(20).collect()),
    })
}

fn postman_request(
    request: &Value,
    responses: Option<&Value>,
    inherited: &Auth,
    variables: &BTreeMap<String, String>,
) -> Option<Plain> {
    if let Value::String(url) = request {
        return Some(Plain { method: "GET".into(), url: resolved(url, variables), auth: inherited.clone(), ..Plain::default() });
    }
    let url = match request.get("url")? {
        Value::String(url) => url.clone(),
        object => {
            let raw = text_of(object.get("raw"));
            path_variables(&raw, object.get("variable"))
        }
    };
    let mut plain = Plain {
        method: request.get("method").and_then(Value::as_str).unwrap_or("GET").to_ascii_uppercase(),
        url: resolved(&url, variables),
        auth: auth(request.get("auth"), variables).unwrap_or_else(|| inherited.clone()),
        body: resolved(&text_of(request.pointer("/body/raw")), variables),
        ..Plain::default()
    };
    for header in request.get("header").and_then(Value::as_array).into_iter().flatten().take(200) {
        let name = text_of(header.get("key"));
        if header.get("disabled").and_then(Value::as_bool) == Some(true) {
            if name.eq_ignore_ascii_case("authorization") {
                plain.notes.push((NoteKind::Remark, "an Authorization header is there but switched off".into()));
            }
            continue;
        }
        plain.headers.push((resolved(&name, variables), resolved(&text_of(header.get("value")), variables)));
    }
    let answers = responses.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let status = |r: &&Value| r.get("code").and_then(Value::as_u64).is_some_and(|code| code >= 400);
    plain.reported = answers.iter().find(status).or_else(|| answers.first()).map(|response| {
        let headers = headers(response.get("header"), "key");
        reported(response.get("code").and_then(Value::as_u64), headers, &text_of(response.get("body")))
    });
    Some(plain)
}

/// `:workspace` in a path, where the request gives its value.
fn path_variables(url: &str, list: Option<&Value>) -> String {
    let mut variables = BTreeMap::new();
    collect_variables(list, &mut variables);
    let replaced = url.split('/').map(|segment| match segment.strip_prefix(':').and_then(|name| variables.get(name)) {
        Some(value) if !value.is_empty() => value.clone(),
        _ => segment.to_owned(),
    });
    replaced.collect::<Vec<_>>().join("/")
}

fn headers(list: Option<&Value>, name: &str) -> BTreeMap<String, String> {
    list.and_then(Value::as_array)
        .into_iter()
        .flatten()
        .take(100)
        .map(|h| (text_of(h.get(name)).to_ascii_lowercase(), text_of(h.get("value")).chars().take(1_000).collect()))
        .collect()
}

fn reported(status: Option<u64>, headers: BTreeMap<String, String>, body: &str) -> Reported {
    let mut read = super::answer::read(body.get(..8_192).unwrap_or(body), false).unwrap_or_default();
    read.status = status.and_then(|s| u16::try_from(s).ok()).filter(|s| (100..600).contains(s));
    read.headers.extend(headers);
    read
}

fn har_entry(entry: &Value) -> Option<Plain> {
    let request = entry.get("request")?;
    let response = entry.get("response");
    let headers_of = |value: &Value| -> Vec<(String, String)> {
        let list = value.get("headers").and_then(Value::as_array);
        list.into_iter().flatten().take(200).map(|h| (text_of(h.get("name")), text_of(h.get("value")))).collect()
    };
    let answer = response.map(|r| {
        let body = text_of(r.pointer("/content/text"));
        let encoded = r.pointer("/content/encoding").and_then(Value::as_str) == Some("base64");
        let body = if encoded { super::header::decode(&body).unwrap_or_default() } else { body };
        reported(r.get("status").and_then(Value::as_u64), headers(r.get("headers"), "name"), &body)
    });
    Some(Plain {
        method: request.get("method").and_then(Value::as_str).unwrap_or("GET").to_ascii_uppercase(),
        url: text_of(request.get("url")),
        headers: headers_of(request),
        body: text_of(request.pointer("/postData/text")),
        reported: answer.filter(|r| r.status.is_some()),
        ..Plain::default()
    })
}

/// Writes the requests out and reads them.
fn written(tool: &str, requests: &[Plain], context: &Context<'_>) -> Reading {
    let mut sheet = Sheet::default();
    let mut secrets = Secrets::default();
    let mut drafts = Vec::new();
    for plain in requests {
        drafts.push(write(tool, plain, &mut sheet, context, &mut secrets));
    }
    finish::reading(&sheet.text, drafts, Vec::new(), Vec::new(), secrets)
}

fn write(tool: &str, plain: &Plain, sheet: &mut Sheet, context: &Context<'_>, secrets: &mut Secrets) -> Draft {
    let start = sheet.text.len();
    let method = sheet.write(&plain.method);
    sheet.write(" ");
    let url = sheet.write(&plain.url);
    sheet.end_line();
    let mut draft = Draft::new(tool, start..start);
    draft.method = method.as_str().to_owned();
    draft.set_url(&url, false, context, secrets);
    draft.span("method", method.span());
    for (kind, text) in &plain.notes {
        draft.note(*kind, text.clone(), None);
    }
    let own: Vec<&(String, String)> =
        plain.headers.iter().filter(|(name, _)| name.trim().eq_ignore_ascii_case("authorization")).collect();
    let header = |sheet: &mut Sheet, draft: &mut Draft, value: &str, secrets: &mut Secrets| {
        let from = sheet.text.len();
        sheet.write("Authorization: ");
        let value = sheet.write(value);
        draft.span("header", Some(from..sheet.text.len()));
        draft.authorize(&value, secrets);
        sheet.end_line();
    };
    let configured = !matches!(plain.auth, Auth::None);
    // What is set on the Authorization tab replaces a header of that name.
    if let (Some((_, value)), false) = (own.first(), configured) {
        header(sheet, &mut draft, value, secrets);
    } else if let Some((_, value)) = own.first() {
        let mut unused = Draft::default();
        header(sheet, &mut unused, value, secrets);
        draft.note(NoteKind::TwoAuthorizations, "the Authorization tab is what is sent; the header of that name is not", None);
    }
    if own.len() > 1 {
        draft.note(NoteKind::TwoAuthorizations, "two Authorization headers are given", None);
        draft.note(NoteKind::HeaderMalformed, "two Authorization headers", None);
        for (_, value) in own.iter().skip(1) {
            header(sheet, &mut Draft::default(), value, secrets);
        }
    }
    match &plain.auth {
        Auth::Basic(user, password) => {
            sheet.write("Basic auth: ");
            let user = sheet.write(user);
            sheet.write(" : ");
            let password = sheet.write(password);
            sheet.end_line();
            draft.authorize_pair(&user, Some(&password), "header", secrets);
        }
        Auth::Bearer(token) => {
            let value = format!("Bearer {token}");
            header(sheet, &mut draft, &value, secrets);
        }
        Auth::Key(name, value, query) => {
            sheet.write(&format!("{name}: "));
            let value = sheet.write(value);
            sheet.end_line();
            if *query {
                draft.set_secret(&value, secrets);
                draft.sends.place = "query".into();
                draft.note(
                    NoteKind::TokenInQuery,
                    "a token in the query is not read: only the Authorization header counts",
                    value.span(),
                );
            } else if name.trim().eq_ignore_ascii_case("authorization") {
                draft.authorize(&value, secrets);
            } else {
                draft.set_secret(&value, secrets);
                draft.sends.place = "header".into();
                let shown: String = name.chars().take(40).collect();
                draft.note(
                    NoteKind::HeaderMalformed,
                    format!("Bitbucket reads the token from `Authorization`, not from `{shown}`"),
                    value.span(),
                );
            }
        }
        Auth::Other(kind) => draft.note(
            NoteKind::HeaderMalformed,
            format!("`{kind}` is no way to sign in to Bitbucket: it knows Basic and Bearer"),
            None,
        ),
        Auth::None => {}
    }
    let nothing = draft.sends.place.is_empty() && draft.address.user.is_none();
    if nothing
        && draft.address.surface == Some(Surface::Rest)
        && !draft.notes.iter().any(|(k, _, _)| *k == NoteKind::HeaderMalformed)
    {
        draft.note(NoteKind::NoCredential, "the request carries no credential", None);
    } else if let (true, Some(user)) = (nothing, draft.address.user.clone()) {
        let password = draft.address.password.clone();
        draft.authorize_pair(&user, password.as_ref(), "url", secrets);
    }
    if plain.body.contains("access_token=") {
        draft.note(NoteKind::TokenInQuery, "a token in the body is not read: only the Authorization header counts", None);
    }
    let end = sheet.text.len();
    let block: Range<usize> = start..end.max(start + 1) - 1;
    draft.command = block.clone();
    draft.block = block;
    draft.reported = plain.reported.clone().map(|r| (r, end..end));
    sheet.end_line();
    draft
}
