//! A request while it is being read: everything in positions of the pasted text, secrets not yet replaced.

use std::ops::Range;

use crate::checks::{NoteKind, Reported, Scheme, Sends, Surface, User, UserForm, shape};

use super::address::{self, Address};
use super::header;
use super::prompt::{Prompt, prompt};
use super::secrets::{self, Secrets};
use super::shell::{Dialect, Event, OPAQUE, Seen, Word};
use super::spelled::Spelled;
use super::{Context, RequestUsers};

const IN_URL: &str = "name in the URL";
const NOT_REPLACED: &str = " was not replaced by its value";

/// A note, its place still in the source.
pub(crate) type RawNote = (NoteKind, String, Option<Range<usize>>);

/// A request while it is being read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    pub(crate) tool: String,
    /// The command alone.
    pub(crate) command: Range<usize>,
    /// What is shown with it: assignments above, the answer below.
    pub(crate) block: Range<usize>,
    pub(crate) method: String,
    pub(crate) address: Address,
    pub(crate) writes: bool,
    pub(crate) sends: Sends,
    /// Further Authorization headers of the same request.
    pub(crate) beside: Vec<Sends>,
    pub(crate) users: RequestUsers,
    /// Where git runs, and with which settings of its own.
    pub(crate) git_place: super::Place,
    pub(crate) notes: Vec<RawNote>,
    pub(crate) spans: Vec<(&'static str, Range<usize>)>,
    /// Values of the URL that must not be shown.
    pub(crate) hidden_in_url: Vec<Spelled>,
    pub(crate) reported: Option<(Reported, Range<usize>)>,
    /// git's `-c` settings, for a URL that is found later.
    pub(crate) configs: Vec<Spelled>,
    /// Git LFS asks, which reads a URL its own way.
    pub(crate) large_files: bool,
    /// A URL in running text, without a method or a status beside it.
    pub(crate) weak: bool,
}

impl Draft {
    pub(crate) fn new(tool: &str, command: Range<usize>) -> Self {
        Self { tool: tool.to_owned(), block: command.clone(), command, method: "GET".into(), ..Self::default() }
    }

    pub(crate) fn note(&mut self, kind: NoteKind, text: impl Into<String>, at: Option<Range<usize>>) {
        let text = text.into();
        // A variable that is unknown here is one fault, however many readers meet it.
        let unknown_there = at.is_some() && self.notes.iter().any(|(k, _, a)| *k == NoteKind::NotDefined && *a == at);
        if text.ends_with(NOT_REPLACED) && unknown_there {
            return;
        }
        if kind == NoteKind::NotDefined {
            self.notes.retain(|(_, text, a)| !text.ends_with(NOT_REPLACED) || *a != at);
        }
        if !self.notes.iter().any(|(k, t, a)| *k == kind && *a == at && (at.is_some() || *t == text)) && self.notes.len() < 100 {
            self.notes.push((kind, text, at));
        }
    }

    pub(crate) fn span(&mut self, name: &'static str, at: Option<Range<usize>>) {
        if let Some(at) = at {
            self.spans.retain(|(known, _)| *known != name);
            self.spans.push((name, at));
        }
    }

    pub(crate) fn is_git(&self) -> bool {
        self.address.surface == Some(Surface::Git) || self.tool == "git"
    }

    /// The user that is sent; a token or a variable in its place is told by its form.
    pub(crate) fn set_user(&mut self, user: &Spelled, source: &str, secrets: &mut Secrets) {
        let text = user.as_str();
        let shown = self::user(text, source);
        self.span("user", user.span());
        match shown.form {
            UserForm::Token => {
                let id = secrets.take(user);
                self.sends.credential.get_or_insert(id);
                self.span("secret", user.span());
            }
            UserForm::Placeholder => self.unresolved(user, "user"),
            UserForm::Empty => {}
            _ => {
                let slot = if self.is_git() { &mut self.users.git } else { &mut self.users.rest };
                *slot = Some(text.to_owned());
            }
        }
        self.sends.user = Some(shown);
    }

    /// The secret that is sent.
    pub(crate) fn set_secret(&mut self, secret: &Spelled, secrets: &mut Secrets) {
        if secret.as_str().contains(OPAQUE) {
            self.note(NoteKind::Remark, "the secret comes from a substitution, which is not run", secret.span());
            return;
        }
        let id = secrets.take(secret);
        self.sends.credential = Some(id);
        self.span("secret", secret.span());
        let Some(credential) = secrets.get(id) else { return };
        if !secrets::is_secret(credential) {
            let masked = credential.kind != crate::checks::Kind::Unknown;
            if masked {
                self.note(
                    NoteKind::Remark,
                    "the token is shortened or masked in the text: it cannot be judged or tried",
                    secret.span(),
                );
            } else {
                self.unresolved(secret, "secret");
            }
        } else if !credential.shape.stray.is_empty() {
            let text = format!("around or inside the secret: {}", credential.shape.stray.join(", "));
            self.note(NoteKind::StrayCharacters, text, secret.span());
        }
    }

    /// A placeholder, or a variable that was not replaced.
    pub(crate) fn unresolved(&mut self, value: &Spelled, what: &str) {
        let text = value.as_str();
        if let Some(name) = shape::unexpanded(text) {
            let text = match name.as_str() {
                "empty" => format!("the {what} is empty"),
                "null" | "undefined" | "None" | "nil" | "NULL" | "NaN" => {
                    format!("the {what} is the word `{name}`: a variable of a program held nothing")
                }
                _ => format!("the variable `{name}`{NOT_REPLACED}"),
            };
            self.note(NoteKind::NotExpanded, text, value.span());
        } else if !shape::masked(text) && shape::placeholder(text).is_some_and(|word| !shape::is_run_of_x(&word)) {
            let shown: String = text.chars().take(40).collect();
            // `yourls` and `your-app` are names that somebody may have given.
            let perhaps = what == IN_URL && !sample_words(text);
            self.note(
                if perhaps { NoteKind::PerhapsPlaceholder } else { NoteKind::Placeholder },
                format!("`{shown}` is a sample from a page, in the place of the {what}"),
                value.span(),
            );
        }
    }

    /// Reads an Authorization header's value.
    pub(crate) fn authorize(&mut self, value: &Spelled, secrets: &mut Secrets) {
        let found = header::read(value, secrets);
        self.sends.scheme = found.scheme;
        self.sends.place = "header".into();
        self.span("scheme", found.scheme_at);
        for (kind, text, at) in found.notes {
            self.note(kind, text, at);
        }
        if let Some(user) = &found.user {
            self.set_user(user, "the Authorization header", secrets);
        }
        if let Some(secret) = &found.secret {
            if self.sends.user.as_ref().is_some_and(|u| u.form == UserForm::Token) && secret.as_str().trim().is_empty() {
                self.note(
                    NoteKind::TokenAsUser,
                    "the token stands in the place of the user, without a password",
                    found.secret_at.clone(),
                );
            } else {
                self.set_secret(secret, secrets);
                self.the_wrong_way_round(secret);
            }
        } else if found.opaque {
            self.note(NoteKind::Remark, "the secret comes from a substitution, which is not run", found.secret_at.clone());
        }
        self.span("secret", found.secret_at);
    }

    /// User and secret of Basic, from `-u`, a URL or two settings.
    pub(crate) fn authorize_pair(&mut self, user: &Spelled, secret: Option<&Spelled>, place: &str, secrets: &mut Secrets) {
        self.sends.place = place.to_owned();
        self.sends.scheme = Some(Scheme::Basic);
        let source = if place == "url" { "the URL" } else { "the command" };
        self.set_user(user, source, secrets);
        let token_user = self.sends.user.as_ref().is_some_and(|u| u.form == UserForm::Token);
        let dummy = |text: &str| text.is_empty() || matches!(text, "x-oauth-basic" | "x" | "X" | "-" | "dummy");
        match secret {
            Some(secret) if token_user && dummy(secret.as_str()) => {
                self.note(NoteKind::TokenAsUser, "the token stands in the place of the user, without a password", user.span());
            }
            Some(secret) if secret.is_empty() => {
                self.sends.credential = None;
                self.note(NoteKind::NoCredential, "nothing stands after the colon: the password is empty", user.span());
            }
            Some(secret) => {
                self.set_secret(secret, secrets);
                self.the_wrong_way_round(secret);
            }
            None if token_user && place == "url" => {
                self.note(NoteKind::TokenAsUser, "the token stands alone before the `@`, in the place of the user", user.span());
            }
            None => {}
        }
    }

    /// The token before the colon, and the e-mail behind it.
    fn the_wrong_way_round(&mut self, secret: &Spelled) {
        let token_user = self.sends.user.as_ref().is_some_and(|u| u.form == UserForm::Token);
        if token_user && matches!(shape::user_form(secret.as_str()), UserForm::Email) {
            let at = self.spans.iter().find(|(name, _)| *name == "user").map(|(_, at)| at.clone());
            self.note(NoteKind::TokenAsUser, "user and token are the wrong way round: the user goes before the colon", at);
        }
    }

    /// Everything about the URL that needs no program's rules.
    pub(crate) fn set_url(&mut self, url: &Spelled, git: bool, context: &Context<'_>, secrets: &mut Secrets) {
        self.address = address::read(url, git, context);
        let address = self.address.clone();
        self.span("url", address.at.clone());
        self.span("host", address.host_at.clone());
        if address.scheme_written {
            self.span("url-scheme", address.at.clone().map(|at| at.start..at.start + address.scheme.len()));
        }
        self.span("path", Some(&address.path).filter(|path| path.len() > 1).and_then(Spelled::span));
        if let Some(at) = address.not_encoded.clone() {
            let text = "user or password in the URL holds characters that have to be percent-encoded";
            self.note(NoteKind::UserinfoNotEncoded, text, Some(at));
        }
        let scheme_less = !address.scheme_written && !address.scp_like && !git && !address.host.contains('$');
        if scheme_less && address.surface.is_some() {
            self.note(NoteKind::Remark, "no scheme is given: the URL is asked over plain HTTP", address.at.clone());
        }
        let host = Spelled::default();
        let host = address.host_at.as_ref().map_or(host, |at| url.within(at));
        let mut parts = vec![host];
        parts.extend(address.path.split('/'));
        if let Some(query) = &address.query {
            for pair in query.split('&') {
                let Some((name, value)) = pair.split_once('=') else { continue };
                self.query(name.as_str(), &value, secrets);
                parts.push(value);
            }
        }
        for part in parts.iter().filter(|p| !p.is_empty()) {
            let name = part.as_str().strip_suffix(".git").unwrap_or(part.as_str());
            let word = part.to(name.len());
            let colon = name.len() > 1 && name.starts_with(':') && name[1..].bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            if colon {
                self.note(NoteKind::Placeholder, format!("`{name}` is a sample from a page"), word.span());
            } else if name.contains(['{', '<', '$', '%', '[']) || sample_name(name) {
                self.unresolved(&word, IN_URL);
            }
        }
        self.odd_forms(git);
    }

    /// Forms of a repository's address that are easy to mistake; each is pointed at, and none is a cause by itself.
    fn odd_forms(&mut self, git: bool) {
        let address = self.address.clone();
        let path = &address.path;
        let text = path.as_str();
        let as_folder = git && !address.scheme_written && !address.scp_like;
        if as_folder && address.user.as_ref().is_some_and(|user| user.as_str() == "git") {
            let slash = path.to(path.len().min(1)).span();
            self.note(
                NoteKind::Remark,
                "without a colon after the host git takes this for a folder: git@HOST:WORKSPACE/REPOSITORY.git",
                slash,
            );
        }
        if address.surface.is_none() && !address.scp_like {
            return;
        }
        if git && address.scheme == "http" && address.scheme_written && address.host.ends_with("bitbucket.org") {
            self.note(NoteKind::Remark, "plain http: the credential goes in the clear; https is the address", address.at.clone());
        }
        let end = text.trim_end_matches('/').len();
        if text[..end].ends_with(".git.git") {
            self.note(NoteKind::Remark, "`.git` stands there twice", path.part(end - 4..end).span());
        }
        let skip = match text.trim_start_matches('/').strip_prefix("2.0/") {
            Some(rest) if rest.starts_with("repositories/") || rest.starts_with("workspaces/") => 2,
            Some(_) => return,
            None if git => 0,
            None => return,
        };
        let segments = path.split('/').into_iter().filter(|s| !s.is_empty()).skip(skip).take(2);
        for segment in segments {
            let decoded = segment.percent_decoded();
            if decoded.as_str().contains(' ') {
                let text = "a slug has no blanks: this is a display name; the slug stands in the browser's address";
                self.note(NoteKind::Remark, text, segment.span());
            } else if decoded.as_str().bytes().any(|b| b.is_ascii_uppercase()) && !decoded.as_str().contains(['{', '$', '<']) {
                self.note(NoteKind::Remark, "slugs are lower case; Bitbucket takes this all the same", segment.span());
            }
        }
    }

    /// One value of the query: a token there is not read.
    fn query(&mut self, name: &str, value: &Spelled, secrets: &mut Secrets) {
        let lower = name.to_ascii_lowercase();
        let named = matches!(
            lower.as_str(),
            "access_token" | "token" | "private_token" | "api_token" | "auth_token" | "jwt" | "apikey" | "api_key" | "password"
        );
        let decoded = value.percent_decoded();
        // `token=next` is no secret; what is called an access token is meant as one.
        let meant = decoded.len() >= 12 || matches!(lower.as_str(), "access_token" | "private_token" | "auth_token");
        if (named && meant || !secrets::recognised(decoded.as_str(), 0..decoded.len()).is_empty()) && !decoded.is_empty() {
            let id = secrets.take(&decoded);
            if secrets.get(id).is_some_and(secrets::is_secret) {
                self.hidden_in_url.push(value.clone());
            }
            self.note(
                NoteKind::TokenInQuery,
                "a token in the query is not read: only the Authorization header counts",
                value.span(),
            );
            if self.sends.credential.is_none() {
                self.sends.credential = Some(id);
                self.sends.place = "query".into();
                self.span("secret", value.span());
            }
        }
    }

    /// Notes from what the shell did to a word that bears on the request.
    pub(crate) fn word_events(&mut self, word: &Word, dialect: Dialect, source: &str) {
        for event in &word.events {
            self.event(event, dialect, source);
        }
    }

    /// Whether a place touches what is sent as user and secret.
    fn beside_secret(&self, at: &Range<usize>) -> bool {
        let sent = self.spans.iter().filter(|(name, _)| matches!(*name, "secret" | "header" | "user"));
        sent.map(|(_, sent)| sent).any(|sent| at.start <= sent.end && sent.start <= at.end)
    }

    /// Whether the line of the command shows a prompt.
    fn at_prompt(&self, source: &str) -> bool {
        let above = source.get(..self.command.start).unwrap_or_default();
        let line = above.rfind('\n').map_or(0, |at| at + 1);
        prompt(source.get(line..self.command.end).unwrap_or_default()).1 == Prompt::Sure
    }

    pub(crate) fn event(&mut self, event: &Event, dialect: Dialect, source: &str) {
        let at = Some(event.at.clone());
        let shown = source.get(event.at.clone()).unwrap_or_default();
        let (kind, text) = match &event.what {
            Seen::Undefined(_) if dialect == Dialect::Cmd && !shown.starts_with('%') => return,
            Seen::Undefined(name) => (NoteKind::NotDefined, format!("the variable `{name}` is not defined here")),
            Seen::EmptyVariable(name) => (NoteKind::NotExpanded, format!("the variable `{name}` is set and empty")),
            Seen::SingleQuoted(name) => {
                if !stands_alone(source, &event.at) {
                    return;
                }
                (NoteKind::NotExpanded, format!("`{name}` stands between single quotes, where variables are not replaced"))
            }
            Seen::OtherShell(name) => {
                (NoteKind::NotExpanded, format!("`$env:{name}` is PowerShell's way to write a variable, this is another shell"))
            }
            Seen::AssignedTooLate(name) => (
                NoteKind::NotExpanded,
                format!("`{name}` is assigned in front of the command: the shell replaces it before that"),
            ),
            Seen::EncodedNewline => {
                (NoteKind::StrayCharacters, "`echo` adds a newline, which is encoded with the secret; use `printf %s`".into())
            }
            Seen::EncodedWrapped => (
                NoteKind::StrayCharacters,
                "`base64` breaks its output after 76 characters, so the header is cut; use `base64 -w0`".into(),
            ),
            Seen::TypographicQuote if dialect != Dialect::PowerShell => {
                (NoteKind::ShellMangled, "a typographic quote: a shell takes it for an ordinary character".into())
            }
            Seen::TypographicQuote => return,
            Seen::Invisible => {
                let text = "a character that only looks like a space, or cannot be seen: a shell does not split words there";
                (if self.beside_secret(&event.at) { NoteKind::StrayCharacters } else { NoteKind::ShellMangled }, text.into())
            }
            Seen::History if dialect == Dialect::Posix => (
                // A script keeps it.
                if self.at_prompt(source) { NoteKind::ShellMangled } else { NoteKind::PerhapsMangled },
                "at a prompt, bash and zsh put an old command in the place of `!` and what follows".into(),
            ),
            Seen::History => return,
            Seen::Ampersand => {
                (NoteKind::ShellMangled, "an `&` outside quotes ends the command: what follows is not sent".into())
            }
            Seen::CmdQuote => {
                (NoteKind::ShellMangled, "cmd knows no single quotes: they are sent, and words are split at spaces".into())
            }
            Seen::OtherContinuation => {
                let sign = if dialect == Dialect::Cmd { "cmd: it wants `^`" } else { "PowerShell: it wants a backtick" };
                (NoteKind::ShellMangled, format!("a backslash does not join lines in {sign}"))
            }
            Seen::BrokenContinuation => (
                NoteKind::ShellMangled,
                "white space after the last character of the line: the command does not go on in the next line".into(),
            ),
            Seen::Unclosed => (NoteKind::ShellMangled, "this quote is never closed".into()),
            Seen::Unquoted(c) => {
                (NoteKind::ShellMangled, format!("a `{c}` outside quotes ends the URL for the shell: what follows is not sent"))
            }
            Seen::Pattern if source.contains("zsh: no matches found") => (
                NoteKind::ShellMangled,
                "zsh takes this for a pattern of file names, finds none and runs nothing: quotes around the URL keep it".into(),
            ),
            Seen::Pattern => return,
            Seen::Parameter(c) => {
                (NoteKind::NotExpanded, format!("`${c}` is one of the shell's own variables: single quotes keep it as it is"))
            }
            Seen::Elsewhere => (NoteKind::Remark, format!("`{shown}` is defined where the text does not show it")),
            Seen::Substitution => return,
        };
        self.note(kind, text, at);
    }
}

/// Names that documentation uses for workspaces and repositories; words of the API's own paths are none.
fn sample_name(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    plain.starts_with("your") || matches!(plain.as_str(), "workspaceid" | "reposlug" | "xxx" | "xxxx" | "xxxxx")
}

/// Whether a name in a URL can only be an example's: brackets, capitals, or `your` with nothing but the words of the API's own
/// documentation behind it.
fn sample_words(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "workspace",
        "repository",
        "repo",
        "slug",
        "project",
        "key",
        "username",
        "user",
        "name",
        "account",
        "team",
        "organization",
        "org",
        "id",
        "uuid",
        "token",
        "api",
        "email",
        "here",
        "company",
    ];
    if name.starts_with(['{', '<', '[', '$', '%']) || name.bytes().any(|b| b.is_ascii_uppercase()) {
        return true;
    }
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let Some(mut rest) = plain.strip_prefix("your") else { return true };
    while let Some(word) = WORDS.iter().find(|word| rest.starts_with(**word)) {
        rest = &rest[word.len()..];
    }
    rest.is_empty()
}

/// Whether a `$NAME` is the whole of a value: a secret may hold a dollar sign by chance.
fn stands_alone(source: &str, at: &Range<usize>) -> bool {
    let before = source.get(..at.start).and_then(|s| s.chars().next_back());
    let after = source.get(at.end..).and_then(|s| s.chars().next());
    let edge = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || "'\":/=@&?".contains(c));
    edge(before) && edge(after)
}

/// A user as text and form; a token in its place is not shown.
pub(crate) fn user(text: &str, source: &str) -> User {
    let form = shape::user_form(text);
    let shown = match form {
        UserForm::Token => format!("{}…", shape::read(text).shape.prefix.unwrap_or_default()),
        _ => text.chars().filter(|c| !c.is_control()).take(254).collect(),
    };
    User { text: shown, form, source: source.to_owned() }
}
