//! What this machine sends by itself: git's configuration and helpers, netrc, curlrc, variables.
//!
//! Each setting that is found becomes a [`LocalSetting`] with its place. It has an effect only where it bears on this case:
//! where the program of the case would use it, and what it sends differs from what the person means. Where nothing else is
//! known, what the machine sends is the subject.

mod config;
mod curl;
mod curlrc;
mod git;
mod git_side;
mod helper;
mod large_files;
mod netrc;
mod pipelines;
mod python;
mod remote;
mod sent;
mod ssh;
mod submodules;
mod variables;
mod versions;

use std::path::{Path, PathBuf};

pub(super) use self::config::below_home;
use self::git_side::GitSide;
use self::sent::Sent;
pub(super) use self::variables::without_stray;
pub(super) use self::versions::look as versions;
use super::{Around, Intake, prompt};
use crate::checks::{CredentialId, LocalSetting, Need, Note, NoteKind, Scheme, Sends, Surface};
use crate::cli::args::CheckArgs;
use crate::recipe;
use crate::secret::Secret;

/// What the person's git says to these words in this folder; nothing where it says no, takes long or is not there.
#[must_use]
pub fn ask_git(around: &Around, folder: &Path, words: &[&str]) -> Option<String> {
    let folder = folder.to_str()?;
    git::Git(around).ask(&[&["-C", folder], words].concat(), "").ok()
}

/// User and password that curl takes from the text of a netrc file for this host and the user of the URL, if there is one.
/// `strict`: as curl from 8.11 on.
#[must_use]
pub fn netrc_sends(text: &str, host: &str, user: Option<&str>, strict: bool) -> Option<(String, String)> {
    let entries = netrc::read(text);
    let entry = netrc::find(&entries, host, user, strict)?;
    let user = user.or(entry.login.as_deref()).unwrap_or_default();
    Some((user.to_owned(), entry.password.clone()?))
}

/// The host that the person's ssh makes of this name, where it is another one.
pub(super) fn ssh_host(around: &Around, name: &str) -> Option<String> {
    ssh::alias(around, name).map(|alias| alias.host)
}

/// What was found, before it is held against what is meant.
pub(super) struct Machine {
    git: Option<GitSide>,
    curl: Option<curl::CurlSide>,
    python: Option<Sent>,
    /// netrc entries and stored passwords that nothing of this case reads.
    aside: Vec<(LocalSetting, Option<Secret>)>,
}

/// Looks at what the program of this case would use.
pub(super) fn look(intake: &mut Intake, args: &CheckArgs, around: &Around) -> Machine {
    let mut machine = Machine { git: None, curl: None, python: None, aside: Vec::new() };
    if args.no_discover {
        return machine;
    }
    if is_git(intake) {
        let ask = |what: &str| args.ask_helpers || may_ask(what, around);
        machine.git = git_side::look(intake, around, ask);
    } else if let Some(host) = curl_host(intake) {
        machine.curl = Some(curl::look(intake, around, &host));
    } else {
        machine.python = python::look(intake, around);
    }
    machine.aside = aside(around, machine.git.as_ref(), machine.curl.is_some() || machine.python.is_some());
    machine
}

impl Machine {
    /// Holds what was found against what is meant: effects, and the subject where there was none.
    pub(super) fn judge(self, intake: &mut Intake, args: &CheckArgs, around: &Around) {
        unable(intake);
        recognised(intake);
        if args.no_discover {
            return;
        }
        for (setting, secret) in self.aside {
            if let Some(secret) = secret {
                intake.vault.hide(secret, format!("[{}]", setting.name));
            }
            intake.case.local.push(setting);
        }
        if let Some(git) = self.git {
            git.judge(intake, args, around);
        }
        if let Some(curl) = self.curl {
            curl.judge(intake);
        }
        if let Some(sent) = self.python {
            python::judge(intake, &sent);
        }
        variables::read(intake, around);
    }

    /// Whether it would send a credential: then nobody has to be asked for one.
    pub(super) fn sends_something(&self) -> bool {
        self.git.as_ref().is_some_and(GitSide::sends_something)
    }
}

/// git is the program of the case: its command, a remote, or a need of git's.
fn is_git(intake: &Intake) -> bool {
    let case = &intake.case;
    match &case.request {
        Some(request) => request.tool == "git",
        None => case.target.git_url.is_some() || case.needs.iter().any(|n| matches!(n, Need::GitRead(_) | Need::GitWrite(_))),
    }
}

/// The real host that a curl command asks.
fn curl_host(intake: &Intake) -> Option<String> {
    let request = intake.case.request.as_ref().filter(|r| r.tool == "curl")?;
    match request.surface? {
        Surface::Rest if request.url.contains("://bitbucket.org/") => Some("bitbucket.org".into()),
        Surface::Rest => Some("api.bitbucket.org".into()),
        Surface::Git if request.url.contains("www.bitbucket.org/") => Some("www.bitbucket.org".into()),
        Surface::Git => Some("bitbucket.org".into()),
    }
}

/// Asks the person before their helpers are asked; nobody is asked where nobody sits.
fn may_ask(helpers: &str, around: &Around) -> bool {
    if !around.can_ask || around.is_ci() {
        return false;
    }
    let question = format!("Ask git's credential helper ({helpers}) what it would send to bitbucket.org? [y/N]: ");
    let answer = prompt::line(&question).ok().flatten();
    answer.is_some_and(|text| matches!(text.to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// The secret that the person means, where it is known.
fn meant(intake: &Intake) -> Option<Secret> {
    intake.case.subject().and_then(|c| intake.vault.secret(c.id)).cloned()
}

/// What is sent becomes the subject, where no other credential is known; what is known learns how it is sent.
fn settle(intake: &mut Intake, sent: &Sent, place: &str) {
    // What git has is git's: whether REST takes it too was not asked.
    if let (None, None, true, Some(repo)) =
        (intake.case.subject(), &intake.case.request, intake.case.needs.is_empty(), intake.case.repo())
    {
        intake.case.needs.push(Need::GitRead(repo));
    }
    let id = match intake.case.subject_id() {
        Some(id) => id,
        None => {
            let mut credential = sent.credential.clone();
            credential.id = intake.next_id();
            let id = credential.id;
            intake.vault.insert(id, sent.secret.clone());
            intake.case.credentials.insert(0, credential);
            id
        }
    };
    send(intake, id, sent, place);
}

fn send(intake: &mut Intake, id: CredentialId, sent: &Sent, place: &str) {
    let user = sent.user.as_deref().filter(|_| sent.scheme == Scheme::Basic).map(|text| sent::user(text, &sent.name));
    if let Some(request) = &mut intake.case.request {
        request.sends = Sends { scheme: Some(sent.scheme), user, credential: Some(id), place: place.into() };
        request.notes.retain(|note| note.kind != NoteKind::NoCredential);
        let names = if request.surface == Some(Surface::Rest) { &mut intake.vault.rest_user } else { &mut intake.vault.git_user };
        *names = sent.user.clone();
    } else if let Some(url) = &mut intake.case.target.git_url
        && url.user.is_none()
    {
        intake.vault.git_user = sent.user.clone();
        url.user = user;
    }
}

/// A line about the request that supports no cause, or the one that it names.
fn note(intake: &mut Intake, kind: NoteKind, text: &str) {
    if let Some(request) = &mut intake.case.request
        && !request.notes.iter().any(|n| n.kind == kind)
    {
        request.notes.push(Note { kind, text: text.into(), at: None });
    }
}

/// Front ends of requests that somebody makes by hand: what a program says beside them is not about them.
const BY_HAND: &[&str] = &["curl", "git", "wget", "http", "powershell", "postman", "har", "arrived"];

/// What was pasted is of a known program: its own settings are where the fault is mended.
fn recognised(intake: &mut Intake) {
    let found = if is_by_hand(intake) { recipe::speaking(&intake.pasted) } else { recipe::recognised(&intake.pasted) };
    let Some(program) = found else { return };
    let value = format!("{}: bbdoctor recipe {} has the settings that work", program.name, program.id);
    intake.asides.push(format!("this is of {value}"));
    intake.case.local.push(LocalSetting { name: "program".into(), value, origin: "what was pasted".into(), effect: None });
}

fn is_by_hand(intake: &Intake) -> bool {
    intake.case.request.as_ref().is_some_and(|r| BY_HAND.contains(&r.tool.as_str()))
}

/// What was pasted is of a program that cannot use this kind of credential. A request made by hand is judged by itself.
fn unable(intake: &mut Intake) {
    if is_by_hand(intake) {
        return;
    }
    let surface = intake.case.request.as_ref().and_then(|r| r.surface);
    if let Some(unable) = recipe::unable(&intake.pasted, intake.case.kind(), surface) {
        note(intake, NoteKind::ToolUnable, &unable.text);
    }
}

/// Reads a file of the person's, bounded; what cannot be read is not there.
fn file(path: &Path) -> Option<String> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    // A pipe or a device with this name would be waited for.
    if !std::fs::metadata(path).ok()?.is_file() {
        return None;
    }
    std::fs::File::open(path).ok()?.take(netrc::LARGEST).read_to_end(&mut bytes).ok()?;
    Some(super::text(bytes))
}

/// Where curl and git look for netrc.
fn netrc_path(around: &Around) -> Option<PathBuf> {
    if let Some(named) = around.filled("NETRC").filter(|_| curl::reads_netrc_variable(around)) {
        return Some(PathBuf::from(named)).filter(|path| path.is_file());
    }
    let home = around.home()?;
    let names: &[&str] = if cfg!(windows) { &["_netrc", ".netrc"] } else { &[".netrc"] };
    names.iter().map(|name| home.join(name)).find(|path| path.is_file())
}

/// Secrets that lie in files and that nothing of this case reads: a risk, no cause.
fn aside(around: &Around, git: Option<&GitSide>, curl: bool) -> Vec<(LocalSetting, Option<Secret>)> {
    let mut found = Vec::new();
    if let (Some(path), false) = (netrc_path(around), git.is_some() || curl) {
        let shown = config::below_home(&path, around.home());
        let entries = netrc::read(&file(&path).unwrap_or_default());
        for host in ["api.bitbucket.org", "bitbucket.org"] {
            let Some(entry) = entries.iter().find(|e| e.host.as_deref() == Some(host)) else { continue };
            let Some(password) = &entry.password else { continue };
            let origin = format!("{shown}:{}", entry.line);
            let sent = Sent::new("netrc", &origin, Scheme::Basic, entry.login.as_deref(), password);
            let value = format!("{host}: {}; git reads it, and curl with -n{}", sent.words(), netrc::remark(entry, &path));
            found.push((LocalSetting { value, ..sent.setting() }, Some(sent.secret)));
        }
    }
    found.extend(helper::stored_in_plain_text(around));
    // The remote of the case is judged with it.
    let used = git.and_then(GitSide::key);
    found.extend(remote::in_plain_text(git::Git(around)).into_iter().filter(|(setting, _)| Some(setting.name.as_str()) != used));
    found
}
