//! git: which URL a command line names, with which user and secret, and what `-c` changes about them.
//!
//! git hands the URL to curl: the user information of the URL is used before any helper is asked. Measured with git 2.47 and
//! libcurl 7.88 on loopback: git asks without a credential first; an Authorization header of `http.extraHeader` is sent from the
//! first request on, in the place of any other; a user alone is tried with an empty password before a helper is asked; without a
//! user the URL's password is not sent, but Git LFS sends it; a user with an empty password is all that is tried, no helper is
//! asked. Git LFS 3.3 sends what the URL holds from the first request on, and pushes
//! to the URL as it was before `insteadOf`.

use std::ops::Range;

use crate::checks::{NoteKind, Scheme, UserForm};

use super::Front;
use super::draft::Draft;
use super::secrets::Secrets;
use super::shell::{OPAQUE, Word};
use super::spelled::Spelled;

/// Commands that talk to a remote.
const COMMANDS: &[&str] =
    &["clone", "fetch", "pull", "push", "ls-remote", "remote", "submodule", "lfs", "archive", "subtree", "credential-manager"];

/// Options before the command that take a value.
const GLOBAL: &[&str] = &["-C", "-c", "--git-dir", "--work-tree", "--namespace", "--config-env", "--super-prefix", "--exec-path"];

/// Options of the commands that take a value in the next word.
const WITH_VALUE: &[&str] = &[
    "-b",
    "--branch",
    "-o",
    "--origin",
    "-u",
    "--upload-pack",
    "--receive-pack",
    "--exec",
    "--reference",
    "--reference-if-able",
    "--depth",
    "-c",
    "--config",
    "--template",
    "--separate-git-dir",
    "-j",
    "--jobs",
    "--filter",
    "--shallow-since",
    "--shallow-exclude",
    "--server-option",
    "--bundle-uri",
    "--refmap",
    "--name",
    "--sort",
    "--push-option",
    "-t",
    "-m",
    "--deepen",
    "-s",
    "--strategy",
    "-X",
    "--strategy-option",
    "--negotiation-tip",
    "-I",
    "--include",
    "--exclude",
    "--remote",
    "--prefix",
    "-P",
];

/// The command in the words after `git`, if it is one that talks to a remote.
pub(super) fn subcommand(words: &[Word]) -> Option<(usize, &str)> {
    let mut at = 1;
    while let Some(word) = words.get(at) {
        let text = word.value.as_str();
        if GLOBAL.contains(&text) {
            at += 2;
        } else if text.starts_with('-') {
            at += 1;
        } else {
            return COMMANDS.contains(&text).then_some((at, text));
        }
    }
    None
}

/// Reads the words after `git`.
pub(super) fn read(words: &[Word], front: &Front<'_>, secrets: &mut Secrets) -> Option<Draft> {
    let (at, command) = subcommand(words)?;
    let mut draft = Draft::new("git", front.command.clone());
    let mut configs = Vec::new();
    globals(&words[..at], &mut configs);
    let takes_u = !matches!(command, "push" | "fetch" | "pull");
    let mut operands: Vec<&Word> = Vec::new();
    let mut index = at + 1;
    let mut only_operands = false;
    while let Some(word) = words.get(index) {
        let text = word.value.as_str();
        index += 1;
        if only_operands || !text.starts_with('-') || text == "-" {
            operands.push(word);
        } else if text == "--" {
            only_operands = true;
        } else if matches!(text, "-c" | "--config") && command == "clone" {
            configs.extend(words.get(index).map(|w| w.value.clone()));
            index += 1;
        } else if let Some(value) = text.strip_prefix("--config=") {
            configs.push(word.value.from(text.len() - value.len()));
        } else if WITH_VALUE.contains(&text) && (takes_u || text != "-u") && (text != "-t" || command == "remote") {
            // `git push -u origin main`: there `-u` takes no value.
            let boolean = command == "ls-remote" && text == "-t" || command == "pull" && text == "-s";
            index += usize::from(!boolean && words.get(index).is_some());
        }
    }
    let verb = operands.first().map(|w| w.value.as_str().to_owned()).unwrap_or_default();
    let url = match command {
        "clone" | "fetch" | "pull" | "push" | "ls-remote" => operands.first().copied(),
        "remote" if matches!(verb.as_str(), "add" | "set-url") => operands.get(2).copied(),
        "submodule" if verb == "add" => operands.get(1).copied(),
        "submodule" if verb == "update" || verb == "init" || verb == "sync" => None,
        "lfs" if matches!(verb.as_str(), "push" | "pull" | "fetch" | "clone" | "ls-files" | "env" | "locks" | "migrate") => {
            operands.get(1).copied()
        }
        "archive" | "subtree" => operands.iter().copied().find(|w| w.value.as_str().contains("://")),
        _ => return None,
    };
    draft.writes = command == "push" || command == "lfs" && verb == "push";
    draft.method = if draft.writes { "POST".into() } else { "GET".into() };
    draft.span("method", words.get(at).and_then(|w| w.value.span()));
    draft.sends.place = "prompt".into();
    draft.large_files = command == "lfs";
    let sets_up = command == "remote";
    if let Some(word) =
        url.filter(|w| sets_up || is_url(w.value.as_str()) || configs.iter().any(|c| shortens(c, w.value.as_str())))
    {
        if word.value.as_str().contains(OPAQUE) {
            draft.note(NoteKind::Remark, "a part of the URL comes from a substitution, which is not run", word.value.span());
        }
        let behind = operands.iter().position(|w| w.at == word.at).map_or(&[][..], |at| &operands[at + 1..]);
        match torn(word, behind) {
            Some((whole, at)) => {
                set_url(&mut draft, &whole, front, secrets);
                let text = "a blank ends the word: for git the URL stops there; a repository's name in a URL has none";
                draft.note(NoteKind::ShellMangled, text, Some(at));
            }
            None => set_url(&mut draft, &word.value, front, secrets),
        }
        draft.word_events(word, front.dialect, front.source);
    }
    draft.configs = configs;
    draft.git_place.read(&words[1..at], &draft.configs);
    draft.git_place.enter(front.source, front.command.start);
    configured(&mut draft, front, secrets);
    for event in words.iter().flat_map(|w| &w.events) {
        if matches!(
            event.what,
            super::shell::Seen::TypographicQuote | super::shell::Seen::Invisible | super::shell::Seen::Unclosed
        ) {
            draft.event(event, front.dialect, front.source);
        }
    }
    Some(draft)
}

/// A URL that was typed with blanks in it: the words that belong together, and where they stand.
fn torn(url: &Word, behind: &[&Word]) -> Option<(Spelled, Range<usize>)> {
    let text = url.value.as_str();
    let rest = text.split_once("bitbucket.org/").filter(|_| text.contains("://") && !url.quoted)?.1;
    // The workspace alone, and words behind it that go on like a path.
    if rest.trim_end_matches('/').contains('/') || rest.ends_with(".git") {
        return None;
    }
    let last = behind.iter().position(|w| w.value.as_str().contains('/') || w.value.as_str().ends_with(".git"))?;
    let last = behind[last..].iter().position(|w| w.value.as_str().ends_with(".git")).map_or(last, |more| last + more);
    if behind[..=last].iter().any(|w| w.value.as_str().starts_with(['/', '.', '-']) || w.value.as_str().contains("://")) {
        return None;
    }
    let mut whole = url.value.clone();
    for word in &behind[..=last] {
        whole.push_expansion(" ", word.at.start..word.at.start);
        whole.append(&word.value);
    }
    Some((whole, url.at.start..behind[last].at.end))
}

fn globals(words: &[Word], configs: &mut Vec<Spelled>) {
    let mut at = 1;
    while let Some(word) = words.get(at) {
        if word.value.as_str() == "-c" {
            configs.extend(words.get(at + 1).map(|w| w.value.clone()));
        }
        at += 1 + usize::from(GLOBAL.contains(&word.value.as_str()));
    }
}

/// A URL, an scp-like form or a path rather than the name of a remote.
pub(crate) fn is_url(text: &str) -> bool {
    text.contains("://")
        || text.contains('@')
        || text.contains("bitbucket.org")
        || text.contains(':') && text.contains('/')
        || text.contains(OPAQUE) && text.contains('/')
        || text.starts_with('$')
        || text.starts_with("{{")
}

/// Sets URL, user and secret from a URL that git is given.
pub(crate) fn set_url(draft: &mut Draft, url: &Spelled, front: &Front<'_>, secrets: &mut Secrets) {
    draft.set_url(url, true, front.context, secrets);
    let address = draft.address.clone();
    if !matches!(address.scheme.as_str(), "http" | "https") {
        if address.scheme == "ssh" || address.scp_like {
            draft.sends.place = String::new();
            if let Some(user) = &address.user {
                draft.sends.user = Some(super::draft::user(user.as_str(), "the URL"));
                draft.span("user", user.span());
            }
        }
        return;
    }
    let Some(user) = &address.user else { return };
    match &address.password {
        Some(password) if user.is_empty() && !draft.large_files => {
            if !password.is_empty() {
                secrets.take(password);
            }
            draft.sends.scheme = Some(Scheme::Basic);
            draft.sends.place = "url".into();
            draft.set_user(user, "the URL", secrets);
            let text = "no user stands before the colon: git sends neither a user nor the password";
            draft.note(NoteKind::NoCredential, text, password.span().or_else(|| address.at.clone()));
        }
        Some(password) => draft.authorize_pair(user, Some(password), "url", secrets),
        None => {
            draft.authorize_pair(user, None, "url", secrets);
            if draft.sends.user.as_ref().is_none_or(|u| u.form != UserForm::Token) {
                draft.sends.scheme = None;
                draft.sends.place = "prompt".into();
            }
        }
    }
}

/// What the command's own settings make of it; again, where its URL is found later.
fn configured(draft: &mut Draft, front: &Front<'_>, secrets: &mut Secrets) {
    for setting in draft.configs.clone() {
        config(&setting, draft, front, secrets);
    }
}

/// One `-c key=value`.
fn config(setting: &Spelled, draft: &mut Draft, front: &Front<'_>, secrets: &mut Secrets) {
    let Some((key, value)) = setting.split_once('=') else { return };
    let name = key.as_str().to_ascii_lowercase();
    if name.starts_with("http.") && name.ends_with(".extraheader") || name == "http.extraheader" {
        let (header, rest) = value.split_once(':').unwrap_or((value.clone(), Spelled::default()));
        if !header.as_str().trim().eq_ignore_ascii_case("authorization") {
            if !header.as_str().to_ascii_lowercase().starts_with("auth") {
                return;
            }
            draft.note(NoteKind::HeaderMalformed, "this is not an Authorization header", header.span());
        }
        let in_url = draft.sends.place == "url" && draft.sends.credential.is_some();
        if in_url {
            let text = "`http.extraHeader` is what git sends; user and password of the URL are not";
            draft.note(NoteKind::TwoAuthorizations, text, setting.span());
        }
        draft.sends = crate::checks::Sends::default();
        draft.span("header", value.span());
        draft.note(NoteKind::GitConfig, "`http.extraHeader` sets the Authorization header of every request", key.span());
        return draft.authorize(&rest, secrets);
    }
    if name == "credential.username" || name.starts_with("credential.") && name.ends_with(".username") {
        draft.note(NoteKind::GitConfig, "`credential.username` names the user that git takes", setting.span());
        if draft.sends.user.is_none() {
            draft.set_user(&value, "credential.username", secrets);
        }
    } else if name == "credential.helper" || name.starts_with("credential.") && name.ends_with(".helper") {
        draft.note(NoteKind::Remark, "the credential helper is set in the command", setting.span());
    } else if name.starts_with("url.") && name.ends_with(".insteadof") && !(draft.large_files && draft.writes) {
        rewrite(&key, &value, draft, front, secrets);
    }
}

/// Whether `url.<base>.insteadOf=<prefix>` makes a URL of this word.
fn shortens(setting: &Spelled, word: &str) -> bool {
    setting.split_once('=').is_some_and(|(key, prefix)| {
        let name = key.as_str().to_ascii_lowercase();
        name.starts_with("url.") && name.ends_with(".insteadof") && !prefix.is_empty() && word.starts_with(prefix.as_str())
    })
}

/// `url.<base>.insteadOf=<prefix>`: the URL is another one than the command shows.
fn rewrite(key: &Spelled, prefix: &Spelled, draft: &mut Draft, front: &Front<'_>, secrets: &mut Secrets) {
    let base = key.part(4..key.len() - ".insteadof".len());
    draft.note(NoteKind::GitConfig, "`url.….insteadOf` makes another URL of it", key.span());
    let url_at: Option<Range<usize>> = draft.address.at.clone();
    let Some(url) = url_at.and_then(|at| front.source.get(at.clone()).map(|_| Spelled::slice_of(front.source, at))) else {
        return;
    };
    if let Some(rest) = url.as_str().strip_prefix(prefix.as_str()) {
        let mut whole = base;
        whole.append(&url.from(url.len() - rest.len()));
        draft.sends = crate::checks::Sends { place: "prompt".into(), ..crate::checks::Sends::default() };
        set_url(draft, &whole, front, secrets);
    }
}

/// Fills commands that name no URL from a remote that the text shows elsewhere: `.gitmodules`, `git remote -v`.
pub(crate) fn from_settings(drafts: &mut [Draft], front: &Front<'_>, secrets: &mut Secrets) {
    // The remote that an earlier command of the same text set up.
    for at in 1..drafts.len() {
        let bare = drafts[at].sends.user.is_none() && drafts[at].sends.place == "prompt";
        if drafts[at].tool != "git" || !(drafts[at].address.host.is_empty() || bare) {
            continue;
        }
        let repo = drafts[at].address.repo.clone();
        let same = |d: &&Draft| d.tool == "git" && d.command != drafts[at].command && (repo.is_none() || d.address.repo == repo);
        let earlier = drafts[..at].iter().rev().find(same).and_then(|d| d.address.at.clone());
        if let Some(url) = earlier.map(|at| Spelled::slice_of(front.source, at)).filter(|url| !url.as_str().contains('$')) {
            set_url(&mut drafts[at], &url, front, secrets);
            configured(&mut drafts[at], front, secrets);
        }
    }
    let mut start = 0;
    let mut remote = None;
    for line in front.source.split_inclusive('\n') {
        let text = line.trim();
        let value = text.strip_prefix("url = ").or_else(|| text.strip_prefix("remote URL: ")).or_else(|| {
            let (_, rest) = text.split_once(char::is_whitespace)?;
            rest.trim().strip_suffix("(push)").or_else(|| rest.trim().strip_suffix("(fetch)")).map(str::trim)
        });
        let short = |v: &str| drafts.iter().any(|d| d.configs.iter().any(|setting| shortens(setting, v)));
        if let Some(value) = value.filter(|v| remote.is_none() && (is_url(v) || short(v))) {
            let at = start + (value.as_ptr() as usize - line.as_ptr() as usize);
            remote = Some(Spelled::slice_of(front.source, at..at + value.len()));
        }
        start += line.len();
    }
    let Some(remote) = remote else { return };
    for draft in drafts.iter_mut().filter(|d| d.tool == "git" && d.address.host.is_empty()) {
        set_url(draft, &remote, front, secrets);
        configured(draft, front, secrets);
    }
}

/// The host that ssh names: `ssh: connect to host bitbucket.org port 22`, `git@bitbucket.org: Permission denied`.
fn ssh_host(draft: &mut Draft, answer: &Spelled, front: &Front<'_>) {
    let text = answer.as_str();
    // What git and ssh call the host by, the host itself behind it.
    const BEFORE: &[&str] = &[
        "ssh: connect to host ",
        "The authenticity of host '",
        "Host key for ",
        "Pushing to ",
        "ssh: Could not resolve hostname ",
    ];
    let named = BEFORE.iter().find_map(|words| text.find(words).map(|at| at + words.len()));
    let line_of = |at: usize| text[at..].lines().next().unwrap_or_default();
    let denied = text.match_indices("git@").map(|(at, _)| at).find(|at| line_of(*at).contains(": Permission denied"));
    let Some(start) = denied.map(|at| at + "git@".len()).or(named) else { return };
    let end = text[start..].find([' ', ':', '\n', '\'']).map_or(text.len(), |end| start + end);
    // A remote that is named, `Pushing to origin`, is no host.
    if !text[start..end].contains('.') {
        return;
    }
    let mut url = Spelled::default();
    let at = answer.part(start..end).span().unwrap_or_default();
    url.push_expansion("git@", at.start..at.start);
    url.append(&answer.part(start..end));
    url.push_expansion(":", at.end..at.end);
    draft.set_url(&url, true, front.context, &mut Secrets::default());
    draft.sends.place = String::new();
}

/// Fills a command that names no URL from git's own lines below it: the URL that it could not reach, the user it asked for.
pub(crate) fn from_answer(draft: &mut Draft, answer: &Spelled, front: &Front<'_>, secrets: &mut Secrets) {
    let text = answer.as_str();
    // The most telling first: a remote's own URL may hold the user, a question for the password names the host alone.
    const BEFORE: &[&str] = &[
        "remote URL: ",
        "(remote ",
        "Authentication failed for '",
        "unable to access '",
        "clone of '",
        "Authorization error: ",
        "repository '",
        "for url '",
        "Password for '",
        "Username for '",
    ];
    if draft.address.host.is_empty() {
        let place = BEFORE.iter().find_map(|words| text.find(words).map(|at| at + words.len()).filter(|at| is_url(&text[*at..])));
        if let Some(at) = place {
            let end = text[at..].find(['\'', '\n', ' ', ')']).map_or(text.len(), |end| at + end);
            let end = at + text[at..end].trim_end_matches('/').len();
            set_url(draft, &answer.part(at..end), front, secrets);
            // What git names has been through every `insteadOf`.
            draft.configs.retain(|setting| !setting.as_str().to_ascii_lowercase().contains(".insteadof="));
            configured(draft, front, secrets);
            // git's questions name the host alone: no repository is known from them.
            if draft.address.path.as_str().trim_matches('/').is_empty() && !draft.address.scp_like {
                let surface = draft.address.surface;
                draft.address = super::address::Address { surface, ..super::address::Address::default() };
                draft.spans.retain(|(name, _)| !matches!(*name, "url" | "host"));
            }
        } else {
            ssh_host(draft, answer, front);
        }
    }
    if draft.sends.user.is_none()
        && let Some(at) = text.find("Password for '").map(|at| at + 14)
    {
        let end = text[at..].find('\'').map_or(text.len(), |end| at + end);
        let address = super::address::read(&answer.part(at..end), true, front.context);
        if let Some(user) = &address.user {
            draft.set_user(user, "git's question", secrets);
            if draft.sends.user.as_ref().is_some_and(|u| u.form == UserForm::Token) {
                draft.note(NoteKind::TokenAsUser, "git asks for the password of a user that is the token", user.span());
            }
        }
    }
    let typed = |words: &str| {
        text.lines().find_map(|line| {
            let rest = line.split_once(words)?.1;
            let value = rest.split_once("':")?.1.trim();
            (!value.is_empty()).then(|| {
                let at = value.as_ptr() as usize - text.as_ptr() as usize;
                answer.part(at..at + value.len())
            })
        })
    };
    if let Some(user) = typed("Username for '").filter(|_| draft.sends.user.is_none()) {
        draft.set_user(&user, "what was typed", secrets);
    }
    if let Some(secret) = typed("Password for '").filter(|s| draft.sends.credential.is_none() && !s.as_str().contains(' '))
        && secret.as_str().chars().any(|c| c != '*' && c != '•')
    {
        draft.set_secret(&secret, secrets);
        draft.sends.scheme = Some(Scheme::Basic);
        draft.sends.place = "prompt".into();
    }
    let lower = text.to_ascii_lowercase();
    if draft.sends.credential.is_none()
        && (lower.contains("could not read username") || lower.contains("could not read password"))
    {
        draft.note(NoteKind::NoCredential, "git had no credential to send, and nobody to ask", None);
    }
}
