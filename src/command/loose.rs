//! Requests in text that is no command: log lines, exceptions, traces, configuration, program code.
//!
//! A URL is taken for a request where a method, a status or a refusal stands beside it; a URL in a setting counts where nothing
//! else does. Which credential goes with it is taken from the settings of the same text.

use std::ops::Range;

use crate::checks::answer::sentence;
use crate::checks::{FaultKind, NoteKind, Reported, Surface, reported_fault};

use super::attach::speaks_of_userinfo;
use super::draft::Draft;
use super::mentions::{Mention, NOT_CLONED, has_path, mentions, relevant};
use super::said::{REFUSALS, nothing_given, nothing_sent, told};
use super::secrets::Secrets;
use super::settings::{self, What};
use super::spelled::Spelled;
use super::{Front, answer, git, shown_header};

/// A part of the text that no command was read from.
#[derive(Clone, Debug)]
pub(crate) struct Region {
    pub(crate) range: Range<usize>,
    /// The program that was called there, if one was.
    pub(crate) program: Option<String>,
}

/// Reads the requests of one region.
pub(crate) fn read(region: &Region, front: &Front<'_>, secrets: &mut Secrets) -> Vec<Draft> {
    let source = front.source;
    let mut mentions = mentions(source, region.range.clone());
    // The root of the API is where a program was told to look, not what it asked for.
    let root = |m: &Mention| m.method.is_none() && m.url.as_str().trim_end_matches('/').ends_with("bitbucket.org/2.0");
    mentions.retain(|m| relevant(m.url.as_str(), m, front) && has_path(m.url.as_str()) && !root(m));
    if mentions.iter().any(Mention::asked) {
        mentions.retain(Mention::asked);
    }
    let mut drafts = Vec::new();
    for (index, mention) in mentions.iter().enumerate().take(30) {
        let end = mentions.get(index + 1).map_or(region.range.end, |next| next.line.start.max(mention.line.end));
        let after = index.checked_sub(1).and_then(|before| mentions.get(before)).map_or(region.range.start, |p| p.line.end);
        let answer_at = told_above(source, after.min(mention.line.start)..mention.line.start)..end;
        let mut draft = draft(mention, region, front, secrets);
        let text = source[answer_at.clone()].trim_end();
        let status = mention.status.or_else(|| below(&source[mention.line.end.min(end)..end]));
        let status = status.or_else(|| mention.refused.then(|| answer::git_status(text)).flatten());
        // A program may tell the status first, and the request in the next line.
        let status = status.or_else(|| {
            let line = source[..mention.line.start].trim_end_matches('\n').rsplit('\n').next().unwrap_or_default();
            let mine = mention.method.is_some() && mention.line.start > region.range.start && !line.contains("://");
            mine.then(|| answer::status_in(line)).flatten().filter(|status| *status >= 400)
        });
        let fault = reported_fault(text);
        // A proxy's number is none of Bitbucket's.
        let status = status.filter(|_| fault != Some(FaultKind::Proxy));
        if mention.asked() || status.is_some() || fault.is_some() {
            let mut reported = answer::read(text, false).unwrap_or_default();
            reported.status = status.or(reported.status);
            let range = answer_at.start..answer_at.start + text.len();
            draft.weak &= reported.status.is_none_or(|status| status < 400);
            draft.reported = Some((reported, range));
        }
        shown_header::read(&source[answer_at.clone()], answer_at.start, &mut draft, front, secrets);
        let twin = drafts.iter().any(|d: &Draft| {
            d.address.url(&[]) == draft.address.url(&[]) && d.method == draft.method && draft.reported.is_none()
        });
        if !twin {
            drafts.push(draft);
        }
    }
    let worked = |d: &Draft| d.reported.as_ref().is_some_and(|(r, _)| r.status.is_some_and(|s| (200..300).contains(&s)));
    if let Some(first) = mentions.first().filter(|_| drafts.iter().all(worked)) {
        // What was asked by hand works; what the program says above is the failure.
        let above = Region { range: region.range.start..first.line.start, program: region.program.clone() };
        drafts
            .extend(without_url(&above, front, secrets).filter(|d| d.reported.as_ref().is_some_and(|(r, _)| answer::failed(r))));
    }
    let unanswered = |d: &Draft| d.reported.is_none();
    if drafts.iter().all(|d| unanswered(d) || worked(d)) {
        // An address is only named, or with a user that git never got: what git says by itself is the failure.
        let asks = source[region.range.clone()].contains("could not read Username");
        let apart = drafts.iter().all(|d| d.address.surface != Some(Surface::Git) || asks && d.address.user.is_some());
        let failure = of_git(region, front, secrets).filter(|_| apart);
        if let Some(failure) = failure.filter(|d| d.reported.as_ref().is_some_and(|(r, _)| r.status.is_some())) {
            drafts.retain(|d| !d.weak);
            drafts.insert(0, failure);
        }
    }
    // A page that is only named goes where an address of Bitbucket's is named as well.
    let ours = |d: &Draft| d.address.surface.is_some();
    if drafts.iter().any(ours) {
        drafts.retain(|d| ours(d) || !d.weak);
    }
    let told = sentence(None, &source[region.range.clone()]).is_some();
    let first = if drafts.len() == 1 || told && drafts.iter().all(unanswered) { drafts.first_mut() } else { None };
    // What a program says of pull requests or builds it asked REST for, whatever address it clones from.
    let asks_rest = || {
        let text = source[region.range.clone()].to_ascii_lowercase();
        ["pull request", "commit status", "build status", "webhook", "pullrequest"].iter().any(|words| text.contains(words))
    };
    let first = first.filter(|only| !(only.weak && only.is_git() && asks_rest()));
    if let Some(only) = first
        && unanswered(only)
    {
        // What is told beside the one address is told of it, above it or below.
        let text = source[region.range.clone()].trim_end();
        let range = region.range.start..region.range.start + text.len();
        let mut told = answer::read(text, only.is_git());
        if let Some(told) = &mut told {
            told.status = told.status.or_else(|| answer::status_in(text));
        }
        let fails = |r: &Reported| r.status.is_some_and(|s| s >= 400) || speaks_of_userinfo(&r.text);
        let known = |r: &Reported| sentence(r.status, &r.text).is_some();
        only.reported = told.filter(|r| fails(r) || known(r)).map(|r| (r, range));
    }
    if drafts.is_empty() {
        let told = of_git(region, front, secrets).or_else(|| without_url(region, front, secrets));
        drafts.extend(told.or_else(|| pipe(region, source)));
    }
    for draft in drafts.iter_mut().filter(|d| d.sends.credential.is_none()) {
        nothing_sent(draft, region, source);
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

fn draft(mention: &Mention, region: &Region, front: &Front<'_>, secrets: &mut Secrets) -> Draft {
    let source = front.source;
    let url = mention.url.clone();
    let text = url.as_str();
    let line = source[mention.line.clone()].to_ascii_lowercase();
    let tool = region.program.clone().unwrap_or_else(|| {
        let what = if line.contains("curl ") {
            "curl"
        } else if line.contains("requests.") || line.contains("urllib") || line.contains("urlopen") {
            "python"
        } else if line.contains("fetch(") || line.contains("axios") {
            "javascript"
        } else if line.contains("exception") || line.contains("error:") || line.contains("traceback") {
            "exception"
        } else if mention.method.is_some() || mention.status.is_some() || mention.refused {
            "log"
        } else {
            "settings"
        };
        what.to_owned()
    });
    let mut draft = Draft::new(&tool, region.range.clone());
    let site = text.contains("bitbucket.org/") && !text.contains("api.bitbucket.org") && !text.contains("/api/");
    let path = text.split_once("bitbucket.org/").map(|(_, path)| path).unwrap_or_default();
    // Libraries that speak git's protocol, by their names in a trace.
    let library = || {
        let text = source[region.range.clone()].to_ascii_lowercase();
        ["gitremotehttp", "isomorphic-git", "go-git", "org.eclipse.jgit", "libgit2", "nodegit", "gitpython"]
            .iter()
            .any(|name| text.contains(name))
    };
    let is_git = region.program.as_deref() == Some("git")
        || !text.contains("://")
        || text.starts_with("ssh://")
        || text.contains(".git")
        || site
            && mention.method.is_none()
            && super::address::repository(path).is_some()
            && (mention.refused || line.contains("clone"))
        || site && super::address::repository(path).is_some() && mention.method.is_none() && (line.contains("git") || library());
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
    draft.weak = mention.method.is_none() && mention.status.is_none() && !mention.refused;
    if let Some((method, at)) = &mention.method {
        draft.method = method.clone();
        draft.span("method", Some(at.clone()));
    }
    draft
}

/// A step that runs one of Atlassian's pipes: which endpoint it asks is not shown, its variables say how it signs in.
fn pipe(region: &Region, source: &str) -> Option<Draft> {
    const SIGN: &str = "pipe: atlassian/";
    let text = source.get(region.range.clone())?;
    let at = region.range.start + text.find(SIGN)?;
    let named =
        text.contains("BITBUCKET_USERNAME") || text.contains("BITBUCKET_ACCESS_TOKEN") || text.contains("BITBUCKET_APP_PASSWORD");
    let mut draft = Draft::new("pipe", at..region.range.end);
    draft.block = region.range.clone();
    draft.address.surface = Some(Surface::Rest);
    named.then_some(draft)
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
    let token = |kind: &str| front.source.contains(kind);
    let about = front.source.to_ascii_lowercase().contains("bitbucket") || token("ATATT3") || token("ATCTT3");
    let known = sentence(status, text).is_some();
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
    let unset = nothing_given(&told(text)).is_some();
    let refuses = REFUSALS.iter().find(|(words, _)| lower.contains(words)).map(|(_, status)| *status);
    let status = status.or(refuses.filter(|_| !unset));
    if !about || status.is_none() && !known && !unset && (program.is_none() && !given || !complains) {
        return None;
    }
    let mut draft = Draft::new(program.unwrap_or(if status.is_some() { "log" } else { "settings" }), region.range.clone());
    let clones = NOT_CLONED.iter().any(|words| lower.contains(words));
    draft.address.surface = Some(if clones { Surface::Git } else { Surface::Rest });
    let mut reported = answer::read(text.trim(), clones)?;
    reported.status = status.or(reported.status.filter(|_| clones));
    let start = region.range.start + text.len() - text.trim_start().len();
    draft.reported = Some((reported, start..start + text.trim().len()));
    shown_header::read(text, region.range.start, &mut draft, front, secrets);
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

/// The status in the lines below a request, up to the next one.
fn below(text: &str) -> Option<u16> {
    // Another request's line in a server's log has a status of its own.
    let other = |line: &&str| !(line.contains(" HTTP/1.") && line.contains('"'));
    text.lines().take(6).take_while(other).find_map(|line| answer::shown_status(line.trim()))
}

/// The report of a region without any request.
pub(crate) fn report(region: &Region, source: &str) -> Option<(Reported, Range<usize>)> {
    let text = source.get(region.range.clone())?.trim();
    let comment = text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with(['#', '/']));
    let reported = answer::read(text, false).filter(|_| text.len() > 1 && !comment)?;
    Some((reported, region.range.clone()))
}
