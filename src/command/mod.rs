//! Reads the command that fails, as a person pastes it: words with positions, the request that the program makes of them, the
//! credential in it, and the answers that stand around it.
//!
//! Nothing is executed and nothing is looked up but variables, through [`Context::variable`]. What comes out holds no secret:
//! each is replaced in every text, and handed over once, in [`Reading::credentials`].

mod address;
mod answer;
mod arrived;
mod attach;
mod clients;
mod code;
mod confidential;
mod correct;
mod curl;
mod draft;
mod finish;
mod git;
mod header;
mod inner;
mod loose;
mod margin;
mod mentions;
mod place;
mod powershell_web;
mod prompt;
mod request_file;
mod said;
mod secrets;
mod sections;
mod settings;
mod shell;
mod shown_header;
mod spelled;
mod stored;

use std::ops::Range;

use crate::checks::{Credential, Reported, Request, Sends};
use crate::secret::Secret;

pub use address::git_url;
pub use arrived::{ArrivedRequest, OTHER_HEADERS, read_arrived};
pub(crate) use correct::helper;
pub use correct::{Correction, Wanted, correct};
pub(crate) use curl::settings as curl_settings;
pub use place::Place;
pub use request_file::{RequestFileError, read_har, read_postman};
pub use shell::Shell;

use draft::Draft;
use secrets::Secrets;
use shell::{Dialect, Variables};

/// How much of a text is read.
pub const MOST: usize = 1 << 20;

/// What is read.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// Text as it was pasted, with prompts, continuations and answers.
    Text(&'a str),
    /// The words of `-- COMMAND`, which a shell has already split.
    Words(&'a [String]),
}

/// What the reader may look up.
pub struct Context<'a> {
    /// Answers from the environment.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// Base URL of the API; `https://api.bitbucket.org` counts beside it.
    pub api_url: &'a str,
    /// Base URL of git; `https://bitbucket.org` counts beside it.
    pub git_base_url: &'a str,
}

/// What was read.
#[derive(Default)]
pub struct Reading {
    /// In the order shown; secrets replaced.
    pub requests: Vec<Request>,
    /// Every secret, by its number in order of first appearance, with its cleaned text.
    pub credentials: Vec<(Credential, Secret)>,
    /// The user names, as they were written.
    pub users: Users,
    /// For each of [`Reading::requests`], where its git runs, and with which settings of its own.
    pub git_places: Vec<Place>,
    /// For each of [`Reading::requests`], what further Authorization headers of it send.
    pub beside: Vec<Vec<Sends>>,
    /// Answers without a command.
    pub answers: Vec<Reported>,
    /// The first request that failed as shown, else the first.
    pub main: Option<usize>,
    /// What was not read, and why: the text behind a pipe, a command that is not known.
    pub unread: Vec<String>,
    /// All that was read from, secrets replaced: by it a program is recognised. For no report.
    pub text: String,
}

/// User names as they were written, for the place that hides them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Users {
    /// The first e-mail address that stands as a user.
    pub email: Option<String>,
    /// For each of [`Reading::requests`].
    pub requests: Vec<RequestUsers>,
}

/// The users of one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestUsers {
    /// Sent to REST.
    pub rest: Option<String>,
    /// Sent to git.
    pub git: Option<String>,
    /// An e-mail address that stands as a user and is not sent, because something else is.
    pub unsent: Option<String>,
}

/// What every front end needs to know about the text it reads.
pub(crate) struct Front<'a> {
    source: &'a str,
    context: &'a Context<'a>,
    dialect: Dialect,
    /// The command alone.
    command: Range<usize>,
}

/// Reads a command, or a text with commands and answers.
#[must_use]
pub fn read(input: Input<'_>, context: &Context<'_>) -> Reading {
    let mut secrets = Secrets::default();
    match input {
        Input::Words(words) => {
            let (source, line) = shell::from_words(words);
            let mut unread = Vec::new();
            let front = Front { source: &source, context, dialect: Dialect::Words, command: 0..source.len() };
            let drafts = sections::words(&line.words, &front, &mut secrets);
            if drafts.is_empty() {
                let program: String = words.first().map(|w| w.chars().take(40).collect()).unwrap_or_default();
                unread.push(format!("`{program}` is no command that can be read"));
            }
            swept(finish::reading(&source, drafts, Vec::new(), unread, secrets))
        }
        Input::Text(text) => {
            let (text, cut) = bounded(text);
            let text = &*margin::without(text);
            let variables = Variables::new(context.variable);
            let mut read = sections::Sections::new(text, context, variables, secrets);
            read.run();
            let mut unread = read.unread;
            if cut {
                unread.push("the text is longer than 1 MiB; only its beginning was read".into());
            }
            swept(finish::reading(text, read.drafts, read.answers, unread, read.secrets))
        }
    }
}

/// A last look at what is about to leave: a token that was glued to other letters is known by its beginning alone.
fn swept(mut reading: Reading) -> Reading {
    for request in &mut reading.requests {
        let user = request.sends.user.as_mut().map(|u| &mut u.text);
        let notes = request.notes.iter_mut().map(|n| &mut n.text);
        let reported = request.reported.as_mut().map(|r| &mut r.text);
        let strings = [Some(&mut request.url), request.api_path.as_mut(), request.repo.as_mut(), user, reported];
        strings.into_iter().flatten().chain(notes).for_each(secrets::sweep);
    }
    for (credential, _) in &mut reading.credentials {
        credential.user.iter_mut().for_each(|u| secrets::sweep(&mut u.text));
    }
    let beside = reading.beside.iter_mut().flatten().filter_map(|sends| sends.user.as_mut());
    beside.for_each(|user| secrets::sweep(&mut user.text));
    reading.answers.iter_mut().for_each(|r| secrets::sweep(&mut r.text));
    reading.unread.iter_mut().for_each(secrets::sweep);
    secrets::sweep(&mut reading.text);
    reading
}

/// What in a text that somebody else wrote, a recording, must not be repeated: tokens that are known by their beginning, and
/// what is secret by what stands around it and by its own look.
#[must_use]
pub fn secrets_in(text: &str) -> Vec<Secret> {
    let told = confidential::places(text).into_iter().filter(|at| confidential::looks_secret(&text[at.clone()]));
    let found = secrets::recognised(text, 0..text.len()).into_iter().chain(told);
    found.map(|at| Secret::new(text[at].to_owned())).collect()
}

/// Reads bytes that may not be UTF-8.
#[must_use]
pub fn read_bytes(bytes: &[u8], context: &Context<'_>) -> Reading {
    read(Input::Text(&String::from_utf8_lossy(bytes)), context)
}

/// The words that a POSIX shell makes of a command line, for programs that only need these.
#[must_use]
pub fn words(command: &str, variable: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let line = shell::read(command, 0, command.len(), Dialect::Posix, &Variables::new(variable));
    line.words.iter().map(|w| w.value.as_str().to_owned()).collect()
}

/// Whether curl's option of this long name takes a value; `None`: there is no such option.
#[must_use]
pub fn curl_option(name: &str) -> Option<bool> {
    curl::options::long(name).map(|(_, _, takes)| *takes)
}

fn bounded(text: &str) -> (&str, bool) {
    if text.len() <= MOST {
        return (text, false);
    }
    let mut end = MOST;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    (&text[..end], true)
}

/// Two drafts are about the same failure when the first one's answer shows it.
pub(crate) fn failed(draft: &Draft) -> bool {
    draft.reported.as_ref().is_some_and(|(reported, _)| answer::failed(reported))
}
