//! Requests in text that is no command: log lines, exceptions, traces, configuration, program code.
//!
//! A URL is taken for a request where a method, a status or a refusal stands beside it; a URL in a setting counts where nothing
//! else does. Which credential goes with it is taken from the settings of the same text.

use std::ops::Range;

use crate::checks::{FaultKind, NoteKind, Reported, Scheme, Surface, UserForm, reported_fault, shape};

use super::draft::Draft;
use super::secrets::Secrets;
use super::settings::{self, Setting, What};
use super::spelled::Spelled;
use super::{Front, answer, git};

/// A part of the text that no command was read from.
#[derive(Clone, Debug)]
pub(crate) struct Region {
    pub(crate) range: Range<usize>,
    /// The program that was called there, if one was.
    pub(crate) program: Option<String>,
}

/// A URL with what stands around it.
struct Place {
    at: Range<usize>,
    method: Option<(String, Range<usize>)>,
    status: Option<u16>,
    /// Whether a refusal or a failure is spoken of beside it.
    refused: bool,
    line: Range<usize>,
}

/// Reads the requests of one region.
pub(crate) fn read(region: &Region, front: &Front<'_>, secrets: &mut Secrets) -> Vec<Draft> {
    let source = front.source;
    let mut places = places(source, region.range.clone());
    places.retain(|place| relevant(&source[place.at.clone()], place, front) && has_path(&source[place.at.clone()]));
    let asked = |p: &Place| p.method.is_some() || p.status.is_some() || p.refused;
    if places.iter().any(asked) {
        places.retain(asked);
    } else {
        // The root of the API is where a program was told to look, not what it asked for.
        places.retain(|place| !source[place.at.clone()].trim_end_matches('/').ends_with("bitbucket.org/2.0"));
    }
    let mut drafts = Vec::new();
    for (index, place) in places.iter().enumerate().take(30) {
        let end = places.get(index + 1).map_or(region.range.end, |next| next.line.start.max(place.line.end));
        let after = index.checked_sub(1).and_then(|before| places.get(before)).map_or(region.range.start, |p| p.line.end);
        let answer_at = told_above(source, after.min(place.line.start)..place.line.start)..end;
        let mut draft = draft(place, region, front, secrets);
        let text = source[answer_at.clone()].trim_end();
        let status = place.status.or_else(|| below(&source[place.line.end.min(end)..end]));
        let status = status.or_else(|| place.refused.then(|| answer::git_status(text)).flatten());
        let fault = reported_fault(text);
        // A proxy's number is none of Bitbucket's.
        let status = status.filter(|_| fault != Some(FaultKind::Proxy));
        if asked(place) || status.is_some() || fault.is_some() {
            let mut reported = answer::read(text, false).unwrap_or_default();
            reported.status = status.or(reported.status);
            let range = answer_at.start..answer_at.start + text.len();
            draft.reported = Some((reported, range));
        }
        header(&source[answer_at.clone()], answer_at.start, &mut draft, front, secrets);
        let twin = drafts.iter().any(|d: &Draft| {
            d.address.url(&[]) == draft.address.url(&[]) && d.method == draft.method && draft.reported.is_none()
        });
        if !twin {
            drafts.push(draft);
        }
    }
    let worked = |d: &Draft| d.reported.as_ref().is_some_and(|(r, _)| r.status.is_some_and(|s| (200..300).contains(&s)));
    if let Some(first) = places.first().filter(|_| drafts.iter().all(worked)) {
        // What was asked by hand works; what the program says above is the failure.
        let above = Region { range: region.range.start..first.line.start, program: region.program.clone() };
        drafts
            .extend(without_url(&above, front, secrets).filter(|d| d.reported.as_ref().is_some_and(|(r, _)| answer::failed(r))));
    }
    if drafts.is_empty() {
        drafts.extend(of_git(region, front, secrets).or_else(|| without_url(region, front, secrets)));
    }
    drafts
}

/// Where an answer begins that git tells above the line with the URL: `remote: …`.
fn told_above(source: &str, above: Range<usize>) -> usize {
    let mut start = above.end;
    for line in source[above].split_inclusive('\n').rev() {
        if !line.contains("remote: ") {
            break;
        }
        start -= line.len();
    }
    start
}

fn draft(place: &Place, region: &Region, front: &Front<'_>, secrets: &mut Secrets) -> Draft {
    let source = front.source;
    let url = Spelled::slice_of(source, place.at.clone());
    let text = url.as_str();
    let line = source[place.line.clone()].to_ascii_lowercase();
    let tool = region.program.clone().unwrap_or_else(|| {
        let what = if line.contains("requests.") || line.contains("urllib") || line.contains("urlopen") {
            "python"
        } else if line.contains("fetch(") || line.contains("axios") {
            "javascript"
        } else if line.contains("exception") || line.contains("error:") || line.contains("traceback") {
            "exception"
        } else if place.method.is_some() || place.status.is_some() || place.refused {
            "log"
        } else {
            "settings"
        };
        what.to_owned()
    });
    let mut draft = Draft::new(&tool, region.range.clone());
    let site = text.contains("bitbucket.org/") && !text.contains("api.bitbucket.org") && !text.contains("/api/");
    let path = text.split_once("bitbucket.org/").map(|(_, path)| path).unwrap_or_default();
    let is_git = region.program.as_deref() == Some("git")
        || !text.contains("://")
        || text.starts_with("ssh://")
        || text.contains(".git")
        || site
            && place.method.is_none()
            && super::address::repository(path).is_some()
            && (place.refused || line.contains("clone"))
        || line.contains("git") && site && super::address::repository(path).is_some() && place.method.is_none();
    if is_git {
        git::set_url(&mut draft, &url, front, secrets);
        let pushes = line.contains("push") && !line.contains("pull");
        draft.writes = pushes;
        draft.method = if pushes { "POST".into() } else { "GET".into() };
    } else {
        draft.set_url(&url, false, front.context, secrets);
        if let Some(user) = draft.address.user.clone() {
            let password = draft.address.password.clone();
            draft.authorize_pair(&user, password.as_ref(), "url", secrets);
        }
    }
    if is_git && draft.sends.place.is_empty() && draft.address.scheme.starts_with("http") {
        draft.sends.place = "prompt".into();
    }
    draft.weak = place.method.is_none() && place.status.is_none() && !place.refused;
    if let Some((method, at)) = &place.method {
        draft.method = method.clone();
        draft.span("method", Some(at.clone()));
    }
    draft
}

/// What git or ssh says by itself: a request to git of which no command and no whole URL is shown.
fn of_git(region: &Region, front: &Front<'_>, secrets: &mut Secrets) -> Option<Draft> {
    let text = front.source.get(region.range.clone())?;
    let lower = text.to_ascii_lowercase();
    let says =
        ["fatal: ", "remote: ", "ssh: connect to host ", "permission denied (publickey"].iter().any(|sign| lower.contains(sign));
    if !says || !lower.contains("bitbucket") && !lower.contains("remote: ") {
        return None;
    }
    let start = region.range.start + text.len() - text.trim_start().len();
    let answer = Spelled::slice_of(front.source, start..start + text.trim().len());
    let mut draft = Draft::new("git", region.range.clone());
    draft.address.surface = Some(Surface::Git);
    draft.sends.place = "prompt".into();
    draft.reported = Some((answer::read(answer.as_str(), true)?, answer.span()?));
    git::from_answer(&mut draft, &answer, front, secrets);
    Some(draft)
}

/// A request of which only the program, its settings and its complaint are shown.
fn without_url(region: &Region, front: &Front<'_>, secrets: &mut Secrets) -> Option<Draft> {
    let text = front.source.get(region.range.clone())?;
    let of_a_proxy = reported_fault(text) == Some(FaultKind::Proxy);
    let status = answer::status_in(text).filter(|status| *status >= 400 && !of_a_proxy);
    let about = front.source.to_ascii_lowercase().contains("bitbucket");
    const UTILITIES: &[&str] =
        &["env", "grep", "echo", "cat", "cd", "ls", "which", "printf", "base64", "jq", "export", "printenv", "git"];
    let program = region.program.as_deref().filter(|p| !UTILITIES.contains(p));
    let lower = text.to_ascii_lowercase();
    let complains =
        ["error", "fail", "denied", "unauthorized", "not found", "no repos", "could not", "couldn't", "unable", "invalid"]
            .iter()
            .any(|word| lower.contains(word));
    let given =
        settings::collect(front.source, region.range.clone()).iter().any(|s| s.what == What::Secret && s.value.len() > 12);
    if !about || status.is_none() && (program.is_none() && !given || !complains) {
        return None;
    }
    let mut draft = Draft::new(program.unwrap_or(if status.is_some() { "log" } else { "settings" }), region.range.clone());
    let clones = ["failed to clone", "unable to clone", "could not clone", "cannot clone", "error cloning", "clone failed"]
        .iter()
        .any(|words| lower.contains(words));
    draft.address.surface = Some(if clones { Surface::Git } else { Surface::Rest });
    let mut reported = answer::read(text.trim(), clones)?;
    reported.status = status.or(reported.status.filter(|_| clones));
    let start = region.range.start + text.len() - text.trim_start().len();
    draft.reported = Some((reported, start..start + text.trim().len()));
    header(text, region.range.start, &mut draft, front, secrets);
    if let Some((name, at)) = unknown_setting(region, front) {
        draft.note(NoteKind::ToolUnable, format!("the program knows no setting `{name}`, where the credential stands"), Some(at));
    }
    Some(draft)
}

/// A setting that holds a secret, and that the program complains of not to know.
fn unknown_setting(region: &Region, front: &Front<'_>) -> Option<(String, Range<usize>)> {
    const COMPLAINTS: &[&str] = &[
        "unsupported argument",
        "unsupported attribute",
        "unknown option",
        "unknown flag",
        "unknown field",
        "unknown property",
        "unrecognized argument",
        "unrecognised argument",
        "unrecognized option",
        "unexpected argument",
        "unexpected keyword argument",
        "no such option",
        "is not expected here",
        "additional property",
    ];
    let settings = settings::collect(front.source, region.range.clone());
    let mut start = region.range.start;
    let mut complaint = Vec::new();
    for line in front.source.get(region.range.clone())?.split_inclusive('\n') {
        if COMPLAINTS.iter().any(|words| line.to_ascii_lowercase().contains(words)) {
            complaint.push(start..start + line.trim_end().len());
        }
        start += line.len();
    }
    let named = |name: &str, line: &str| {
        line.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').any(|w| w.trim_matches('-') == name)
    };
    let secret = settings.iter().filter(|s| s.what == What::Secret && !s.name.is_empty());
    let (setting, _) = secret
        .flat_map(|s| complaint.iter().map(move |at| (s, at)))
        .find(|(s, at)| named(&s.name, &front.source[(*at).clone()]))?;
    Some((setting.name.clone(), setting.at..setting.at + setting.name.len()))
}

/// Every URL of a region.
fn places(source: &str, range: Range<usize>) -> Vec<Place> {
    let mut found = Vec::new();
    let mut start = range.start;
    for line in source[range].split_inclusive('\n') {
        let line_range = start..start + line.trim_end().len();
        let text = &source[line_range.clone()];
        let mut urls: Vec<Range<usize>> = Vec::new();
        for sign in ["https://", "http://", "ssh://", "git@"] {
            for (at, _) in text.match_indices(sign) {
                let length = url_length(&text[at..]);
                if length > sign.len() && !urls.iter().any(|u| u.start <= at && at < u.end) {
                    urls.push(at..at + length);
                }
            }
        }
        urls.sort_by_key(|u| u.start);
        // A URL that begins inside another is a part of it, whichever sign was looked for first.
        let mut end = 0;
        urls.retain(|u| {
            let apart = u.start >= end;
            end = if apart { u.end } else { end };
            apart
        });
        for (index, url) in urls.iter().enumerate() {
            let from = if index == 0 { 0 } else { urls[index - 1].end };
            let to = urls.get(index + 1).map_or(text.len(), |next| next.start);
            let (before, after) = (&text[from..url.start], &text[url.end..to]);
            let status = directly(after).or_else(|| answer::status_in(after)).or_else(|| answer::status_in(before));
            let lower = format!("{before} {after}").to_ascii_lowercase();
            let refused = answer::REFUSED.iter().chain(&["forbidden", "access denied"]).any(|words| lower.contains(words))
                || reported_fault(text).is_some();
            let at = line_range.start + url.start..line_range.start + url.end;
            let method =
                method(text, from..url.start, to).map(|(m, at)| (m, line_range.start + at.start..line_range.start + at.end));
            found.push(Place { at, method, status, refused, line: line_range.clone() });
        }
        start += line.len();
    }
    found
}

/// A status right behind the URL: `: 410`, ` -> 401`, `  200`.
fn directly(after: &str) -> Option<u16> {
    let rest = after.trim_start_matches([' ', '\t', ':', '-', '>', '=', '(', '[', ',', '"', '\'']);
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let alone = !rest[digits..].starts_with(|c: char| c.is_alphanumeric() || c == '%' || c == '/');
    answer::number(&rest[..digits]).filter(|_| alone && rest.len() < after.len())
}

/// How far a URL goes in running text.
fn url_length(text: &str) -> usize {
    let end = text.find(|c: char| c.is_whitespace() || c.is_control() || "\"'<>`\\|^“”‘’".contains(c)).unwrap_or(text.len());
    let mut url = &text[..end];
    loop {
        let trimmed = url.trim_end_matches(['.', ',', ';', ':', '!', '…', '*']);
        let opened = trimmed.matches('(').count();
        let trimmed = match trimmed.strip_suffix(')') {
            Some(inner) if opened <= inner.matches(')').count() => inner,
            _ => trimmed,
        };
        let trimmed = match trimmed.strip_suffix(']') {
            Some(inner) if !inner.contains('[') => inner,
            _ => trimmed,
        };
        let trimmed = match trimmed.strip_suffix('}') {
            Some(inner) if !inner.contains('{') => inner,
            _ => trimmed,
        };
        if trimmed.len() == url.len() {
            return url.len();
        }
        url = trimmed;
    }
}

/// The method in front of a URL, or of the call that it stands in.
fn method(line: &str, before: Range<usize>, to: usize) -> Option<(String, Range<usize>)> {
    const METHODS: &[&str] = &["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];
    let text = &line[before.clone()];
    let trimmed = text.trim_end_matches([' ', '"', '\'', '(', ':', ',', '\\', '[']);
    for method in METHODS {
        if trimmed.ends_with(method) {
            let start = before.start + trimmed.len() - method.len();
            let alone = !line[..start].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
            if alone {
                return Some(((*method).to_owned(), start..start + method.len()));
            }
        }
    }
    // `requests.post(`, `axios.get(`, `session.delete(`
    for method in METHODS {
        let lower = method.to_ascii_lowercase();
        if trimmed.ends_with(&format!(".{lower}")) {
            let start = before.start + trimmed.len() - lower.len();
            return Some(((*method).to_owned(), start..start + lower.len()));
        }
    }
    let after = &line[..to];
    for key in ["method: ", "method:", "method=", "\"method\": ", "-Method ", "'method' => "] {
        if let Some(at) = after.find(key).map(|at| at + key.len()) {
            let rest = after[at..].trim_start_matches(['"', '\'', ' ']);
            let start = after.len() - rest.len();
            let word: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
            if METHODS.contains(&word.to_ascii_uppercase().as_str()) {
                return Some((word.to_ascii_uppercase(), start..start + word.len()));
            }
        }
    }
    None
}

/// A host alone is where a program was told to look, not what it asked for.
fn has_path(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split_once(['/', ':']).is_some_and(|(_, path)| !path.trim_matches('/').is_empty())
}

/// Pages that are named for reading, not asked.
fn relevant(url: &str, place: &Place, front: &Front<'_>) -> bool {
    const PAGES: &[&str] = &[
        "developer.atlassian.com",
        "community.atlassian.com",
        "atlassian.community",
        "support.atlassian.com",
        "confluence.atlassian.com",
        "id.atlassian.com",
        "status.atlassian.com",
        "bitbucket.org/account/",
        "bitbucket.org/blog",
        "/workspace/settings",
        "docs.",
        "stackoverflow.com",
        "github.com",
        "learn.microsoft.com",
        "bitbucket.org/product",
        "support.",
        "jira.atlassian.com",
    ];
    let lower = url.to_ascii_lowercase();
    if PAGES.iter().any(|page| lower.contains(page)) {
        return false;
    }
    let asked = place.method.is_some() || place.status.is_some();
    let ours = ["bitbucket", "/rest/api/", "atlassian.net"].iter().any(|word| lower.contains(word))
        || [front.context.api_url, front.context.git_base_url].iter().any(|base| lower.starts_with(&base.to_ascii_lowercase()));
    ours || asked
}

/// The status in the lines below a request, up to the next one.
fn below(text: &str) -> Option<u16> {
    text.lines().take(6).find_map(|line| answer::shown_status(line.trim()))
}

/// An Authorization header that is shown with a request.
fn header(text: &str, offset: usize, draft: &mut Draft, front: &Front<'_>, secrets: &mut Secrets) {
    let lower = text.to_ascii_lowercase();
    let Some(at) = lower.find("authorization").map(|at| at + "authorization".len()) else { return };
    let rest = &text[at..];
    let value = rest.trim_start_matches(['"', '\'', ' ', ']']);
    let Some(separator) = ["=>", ":", "=", ","].iter().find(|s| value.starts_with(**s)) else { return };
    let value = &value[separator.len()..];
    let value = value.trim_start_matches([' ', 'f']);
    let quote = value.chars().next().filter(|c| "\"'`".contains(*c));
    let inner = quote.map_or(value, |q| &value[q.len_utf8()..]);
    let end = match quote {
        Some(quote) => inner.find(quote),
        None => inner.find(['\n', ')', '"', '\'', '}', '|']),
    };
    let inner = inner[..end.unwrap_or(inner.len())].trim_end();
    let first = inner.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    let known = matches!(first.as_str(), "bearer" | "basic" | "token" | "jwt")
        || inner.split_whitespace().count() == 1 && inner.len() > 20;
    if inner.is_empty() || !known {
        return;
    }
    let start = offset + (inner.as_ptr() as usize - text.as_ptr() as usize);
    let value = resolved(&Spelled::slice_of(front.source, start..start + inner.len()), front, quote.is_some());
    draft.sends = crate::checks::Sends::default();
    draft.span("header", value.span());
    draft.authorize(&value, secrets);
}

/// Variables of program code in a header: `f"Bearer {token}"`, `` `Bearer ${token}` ``.
fn resolved(value: &Spelled, front: &Front<'_>, in_code: bool) -> Spelled {
    let text = value.as_str();
    let Some(open) = text.find('{').filter(|_| in_code) else { return value.clone() };
    let Some(close) = text[open..].find('}').map(|c| open + c) else { return value.clone() };
    let start = if text[..open].ends_with('$') { open - 1 } else { open };
    let name = text[open + 1..close].trim().rsplit('.').next().unwrap_or_default().to_owned();
    let settings = settings::collect(front.source, 0..front.source.len());
    let known = settings.iter().rev().find(|s| s.name == name && !s.value.is_empty());
    let mut whole = value.to(start);
    let at = value.part(start..close + 1).span().unwrap_or_default();
    match known {
        Some(setting) => whole.append(&setting.value.moved_to(at)),
        // A variable of the code whose value is not shown.
        None => whole.push_expansion(&super::shell::OPAQUE.to_string(), at),
    }
    whole.append(&value.from(close + 1));
    whole
}

/// Gives requests without a credential the one that the settings of the text hold.
pub(crate) fn attach(drafts: &mut [Draft], settings: &[Setting], secrets: &mut Secrets) {
    let usable = |s: &&Setting| !s.value.as_str().contains('$') || s.value.as_str().len() > 60;
    let secret = |from: &Range<usize>| {
        let all: Vec<&Setting> = settings.iter().filter(|s| s.what == What::Secret).filter(usable).collect();
        all.iter().rev().find(|s| s.at < from.end).or_else(|| all.first()).copied().cloned()
    };
    let user_near = |secret: &Setting| {
        let users = settings.iter().filter(|s| s.what == What::User && !s.value.is_empty()).filter(usable);
        users.min_by_key(|u| u.at.abs_diff(secret.at)).cloned()
    };
    let client = settings.iter().any(|s| s.what == What::ClientId);
    for draft in drafts.iter_mut() {
        let loose = !matches!(draft.tool.as_str(), "curl" | "git" | "wget" | "http" | "powershell");
        let prompts = draft.tool == "git" && draft.sends.place == "prompt";
        if draft.sends.credential.is_some() || draft.sends.place == "header" || !(loose || prompts) {
            continue;
        }
        if matches!(draft.address.scheme.as_str(), "ssh" | "git")
            || draft.address.surface.is_none() && !draft.address.host.is_empty() && !near(draft)
        {
            continue;
        }
        let Some(secret) = secret(&draft.command) else { continue };
        let user = user_near(&secret);
        if prompts {
            let (Some(user), own) = (&user, draft.sends.user.as_ref()) else { continue };
            let same = own.is_none_or(|own| own.text == user.value.as_str());
            if !same || secret.value.is_empty() {
                continue;
            }
        }
        let place = if prompts { "prompt" } else { "settings" };
        if client && user.is_none() {
            draft.note(NoteKind::OauthClient, "key and secret of an OAuth consumer are set", secret.value.span());
        }
        match (&user, draft.sends.user.is_some()) {
            (Some(user), false) => draft.authorize_pair(&user.value, Some(&secret.value), place, secrets),
            _ => {
                draft.set_secret(&secret.value, secrets);
                draft.sends.place = place.into();
                if draft.sends.user.as_ref().is_some_and(|u| u.form != UserForm::Empty) {
                    draft.sends.scheme = Some(Scheme::Basic);
                }
            }
        }
    }
}

/// A host of another Atlassian service: the credential was meant for Bitbucket.
fn near(draft: &Draft) -> bool {
    draft.address.host.contains("bitbucket") || draft.address.host.ends_with(".atlassian.net")
}

/// A program that failed, in an environment that was looked at and holds nothing of what it reads.
pub(crate) fn nothing_set(drafts: &mut [Draft], regions: &[Region], source: &str) {
    let empty = regions.iter().find(|r| {
        let text = source.get(r.range.clone()).unwrap_or_default();
        let looks = matches!(r.program.as_deref(), Some("env" | "printenv"));
        looks && !text.lines().skip(1).any(|line| line.contains('=') || line.trim().len() > 3)
    });
    let Some(region) = empty else { return };
    let line = source[region.range.clone()].lines().next().map_or(0, str::len);
    for draft in drafts.iter_mut().filter(|d| d.sends.credential.is_none() && d.sends.place.is_empty()) {
        let at = Some(region.range.start..region.range.start + line);
        draft.note(NoteKind::NoCredential, "the environment that was looked at holds no credential", at);
    }
}

/// Takes every secret of the settings, so that it is hidden wherever it stands.
pub(crate) fn take(settings: &[Setting], secrets: &mut Secrets) {
    for setting in settings {
        let text = setting.value.as_str();
        let skip = text.len() < 4 || text.contains('$') || text.contains("://") || text.contains(super::shell::OPAQUE);
        if setting.what == What::Secret && !skip && !shape::stands_for_nothing(text) {
            secrets.take(&setting.value);
        }
    }
}

/// The report of a region without any request.
pub(crate) fn report(region: &Region, source: &str) -> Option<(Reported, Range<usize>)> {
    let text = source.get(region.range.clone())?.trim();
    let comment = text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with(['#', '/']));
    let reported = answer::read(text, false).filter(|_| text.len() > 1 && !comment)?;
    Some((reported, region.range.clone()))
}
