//! What a person sees while it listens: where to point programs, and a few lines for everything that arrives.

use std::path::PathBuf;

use super::judge::called_by;
use super::{Judged, News, Session, Standing};
use crate::checks::{Case, NoteKind, Scheme, UserForm, Verdict};
use crate::intake::{self, Known, KnownToken};
use crate::recipe;
use crate::report::palette::Palette;
use crate::report::text::{self, WIDTH};

/// Where it listens.
#[derive(Clone, Debug)]
pub struct Place {
    /// `http://127.0.0.1:8080`.
    pub url: String,
    /// The file with the certificate to trust, where one was asked for.
    pub authority: Option<PathBuf>,
    /// Whether TLS is spoken.
    pub tls: bool,
}

/// Writes the lines.
pub struct Screen {
    /// Colours.
    pub palette: Palette,
    /// Whether e-mails and user names are shown as they are.
    pub shown: bool,
    /// More than the verdict.
    pub verbose: bool,
    /// Faults that were explained already, in these words, each with the number of the request.
    explained: Vec<(&'static str, String, usize)>,
}

const INDENT: &str = "    ";

impl Screen {
    /// Nothing was written yet.
    #[must_use]
    pub fn new(palette: Palette, shown: bool, verbose: bool) -> Self {
        Self { palette, shown, verbose, explained: Vec::new() }
    }

    /// Which address goes where, and what is known. The first line says what to do.
    #[must_use]
    pub fn welcome(&self, place: &Place, known: &Known) -> String {
        let url = &place.url;
        let mut lines = vec![format!("listening: put {url} where the program has Bitbucket's"), String::new()];
        let mut row = |instead: &str, put: String| lines.push(format!("  {}{put}", text::pad(instead, 37)));
        row("instead of", "put".into());
        row("https://api.bitbucket.org/2.0", format!("{url}/2.0"));
        row("https://bitbucket.org", url.clone());
        row("https://bitbucket.org/acme/app.git", format!("{url}/acme/app.git"));
        lines.push(String::new());
        let variables: Vec<String> = (recipe::address_variables().into_iter())
            .map(|(name, programs)| format!("{name} ({})", programs.join(" ")))
            .collect();
        lines.extend(text::wrap(&format!("Programs that read it from a variable: {}.", variables.join(", ")), "", WIDTH));
        lines.push(String::new());
        if place.tls {
            lines.extend(trust(place));
            lines.push(String::new());
        }
        match known.tokens.as_slice() {
            [] => lines.push("No token is known here; --token-env NAME names one to tell it apart.".into()),
            tokens => {
                let line = |known: &KnownToken| format!("known: {}, {}", known.credential.source, called_by(&known.credential));
                lines.extend(tokens.iter().map(|known| text::cut(&line(known), WIDTH)));
            }
        }
        lines.push("Nothing is sent to Bitbucket. Ctrl-C ends it.".into());
        lines.push(String::new());
        lines.join("\n") + "\n"
    }

    /// What is to be said of something that arrived; nothing for most of many repetitions.
    pub fn news(&mut self, news: &News) -> Option<String> {
        match news {
            News::New(judged) => Some(self.judged(judged)),
            News::Again(number, times) => worth(*times).then(|| self.faint(&format!("{number:>3} again, {times} times now"))),
            News::Unreadable(what, next, times) => worth(*times).then(|| {
                let repeated = if *times > 1 { format!(", {times} times now") } else { String::new() };
                let mut lines = vec![format!("{}: {what}{repeated}", self.palette.open("  !"))];
                if *times == 1 {
                    lines.extend(text::wrap(next, INDENT, WIDTH));
                }
                lines.join("\n") + "\n"
            }),
            News::Forgotten(1) => {
                Some(self.faint("  ! more different requests than are remembered: from here on they are counted"))
            }
            News::Forgotten(_) => None,
        }
    }

    fn faint(&self, line: &str) -> String {
        format!("{}\n", self.palette.faint(line))
    }

    fn judged(&mut self, judged: &Judged) -> String {
        let mut case = judged.case.clone();
        if !self.shown {
            intake::mask(&mut case);
        }
        let shown = if self.shown { judged.shown.clone() } else { crate::redact::mask_mails(&judged.shown) };
        let status = if judged.status == 0 { 400 } else { judged.status };
        let head = format!("{:>3} {}", judged.number, text::cut_middle(&shown, WIDTH - 10));
        let mut lines = vec![format!("{}  {status}", text::pad(&head, WIDTH - 5))];
        lines.extend(text::wrap(&text::clean(&sends(&case, judged)), INDENT, WIDTH));
        match judged.standing {
            Standing::Asked | Standing::Followed => lines.extend(text::wrap(
                "a question without a credential, as git and others begin: it was told to send one; a fault only if none follows",
                INDENT,
                WIDTH,
            )),
            Standing::Aside if judged.shown.starts_with("CONNECT ") => lines.extend(text::wrap(
                "the program takes this for a proxy: put the address where Bitbucket's stands, not where a proxy's does",
                INDENT,
                WIDTH,
            )),
            Standing::Aside => lines.push(format!("{INDENT}about something else than the API or a repository: not judged")),
            Standing::Judged => lines.extend(self.verdict(judged, &case)),
        }
        lines.join("\n") + "\n"
    }

    fn verdict(&mut self, judged: &Judged, case: &Case) -> Vec<String> {
        let verdict: &Verdict = &judged.diagnosis.verdict;
        let mut lines = Vec::new();
        if let Some(cause) = &verdict.cause {
            let summary = text::clean(&cause.summary);
            let head = format!("error[{}]: {summary}", cause.code);
            let mend = text::clean(&cause.fix.text);
            lines.push(format!("{INDENT}{}", self.bad(&head, cause.code)));
            lines.extend(notes(case));
            // One fault is mended in more ways than one: over REST and over git, at this path and at that.
            match self.explained.iter().find(|(code, text, _)| *code == cause.code && *text == mend) {
                Some((_, _, number)) => lines.push(format!("{INDENT}what mends it stands at {number}")),
                None => {
                    lines.extend(text::wrap(&mend, INDENT, WIDTH));
                    self.explained.push((cause.code, mend, judged.number));
                }
            }
        } else if verdict.undecided_between.is_empty() {
            lines.push(format!("{INDENT}{}: {}", self.palette.good("ok"), verdict.summary));
        } else {
            lines.push(format!("{INDENT}{}: {}", self.palette.open("open"), verdict.summary));
            lines.extend(notes(case));
        }
        for also in &verdict.also {
            lines.extend(text::wrap(&format!("also: {} [{}]", text::clean(&also.summary), also.code), INDENT, WIDTH));
        }
        lines.extend(remarks(case));
        lines
    }

    fn bad(&self, head: &str, code: &str) -> String {
        let word = format!("error[{code}]");
        head.replacen(&word, &self.palette.bad(&word), 1)
    }

    /// How many arrived, before the report.
    #[must_use]
    pub fn farewell(&self, session: &Session, more: u64) -> String {
        let unreadable: u64 = session.unreadable.values().sum();
        let total = session.total + more - unreadable;
        let requests = |n: u64| if n == 1 { "1 request".to_owned() } else { format!("{n} requests") };
        let mut line = format!("{} arrived", if total == 0 { "no request".into() } else { requests(total) });
        let distinct = session.distinct.len() as u64;
        if distinct > 0 && distinct < total {
            line.push_str(&format!(", {distinct} of them different"));
        }
        if session.forgotten > 0 {
            line.push_str(&format!("; {} more were only counted", session.forgotten));
        }
        if unreadable > 0 {
            line.push_str(&format!("; {unreadable} more could not be read"));
        }
        let asked: Vec<String> = (session.distinct.iter().enumerate())
            .filter(|(_, distinct)| distinct.standing == Standing::Asked)
            .map(|(place, _)| (place + 1).to_string())
            .collect();
        let mut lines = text::wrap(&line, "", WIDTH);
        if !asked.is_empty() {
            let line = format!("no credential followed the question of {}", asked.join(", "));
            lines.extend(text::wrap(&line, "", WIDTH));
        }
        format!("\n{}\n\n", lines.join("\n"))
    }
}

/// Each of the first, then ever fewer: a program that polls must not fill the screen.
fn worth(times: u64) -> bool {
    times <= 5 || [10, 20, 50].contains(&times) || times.is_multiple_of(100) && times <= 1000 || times.is_multiple_of(10_000)
}

/// Scheme, user and credential in a line.
fn sends(case: &Case, judged: &Judged) -> String {
    let Some(request) = &case.request else { return String::new() };
    let sends = &request.sends;
    let mut parts: Vec<String> = Vec::new();
    parts.push(match (sends.scheme, sends.place.as_str()) {
        (Some(Scheme::Basic), _) => "Basic".into(),
        (Some(Scheme::Bearer), _) => "Bearer".into(),
        (None, "query") => "in the query".into(),
        (None, "body") => "in the body".into(),
        (None, "header") => "a header without a known scheme".into(),
        (None, _) => "no credential".into(),
    });
    if let Some(user) = &sends.user {
        parts.push(match user.form {
            UserForm::Empty => "no user".into(),
            UserForm::Token => "the token as user".into(),
            _ => format!("user {}", text::cut(&user.text, 40)),
        });
    }
    for (place, (called, held)) in judged.known.iter().enumerate() {
        let also = if place > 0 { "also " } else { "" };
        let named = match held {
            // Its kind was said at the start.
            Some(source) => match called.split_once(" (id ") {
                Some((_, id)) => format!("{source} (id {id}"),
                None => source.clone(),
            },
            None => called.clone(),
        };
        parts.push(format!("{also}{named}"));
    }
    parts.join(", ")
}

/// What the reader of the request saw, but for remarks.
fn notes(case: &Case) -> Vec<String> {
    let notes = case.request.iter().flat_map(|request| &request.notes);
    let worth = notes.filter(|note| !matches!(note.kind, NoteKind::Remark | NoteKind::NoCredential));
    let mut told: Vec<&str> = Vec::new();
    for note in worth {
        // One fault may be told as what it is and as what it makes of the header.
        if !told.iter().any(|before| before.contains(&note.text)) {
            told.push(&note.text);
        }
    }
    told.into_iter().take(4).flat_map(|text| text::wrap(&text::clean(text), INDENT, WIDTH)).collect()
}

fn remarks(case: &Case) -> Vec<String> {
    let notes = case.request.iter().flat_map(|request| &request.notes).filter(|note| note.kind == NoteKind::Remark);
    notes.take(4).flat_map(|note| text::wrap(&format!("note: {}", text::clean(&note.text)), INDENT, WIDTH)).collect()
}

/// How programs are told to trust the certificate.
fn trust(place: &Place) -> Vec<String> {
    let Some(file) = &place.authority else {
        return text::wrap(
            "The certificate was made for this run. --tls-ca FILE writes the one to trust to FILE, and shows how programs are \
             told so.",
            "",
            WIDTH,
        );
    };
    let file = quoted(&std::path::absolute(file).unwrap_or_else(|_| file.clone()).to_string_lossy());
    let row = |program: &str, command: String| format!("  {}{command}", text::pad(program, 8));
    vec![
        "The certificate was made for this run; this is how programs trust it:".into(),
        row("curl", format!("curl --cacert {file} …")),
        row("git", format!("export GIT_SSL_CAINFO={file}")),
        row("Python", format!("export REQUESTS_CA_BUNDLE={file} SSL_CERT_FILE={file}")),
        row("Node", format!("export NODE_EXTRA_CA_CERTS={file}")),
        row("Java", format!("keytool -importcert -noprompt -alias bbdoctor -file {file} \\")),
        row("", "  -keystore bbdoctor.p12 -storetype PKCS12 -storepass changeit".into()),
        row("", "java -Djavax.net.ssl.trustStore=bbdoctor.p12 \\".into()),
        row("", "  -Djavax.net.ssl.trustStorePassword=changeit …".into()),
    ]
}

/// A path as a POSIX shell takes it.
fn quoted(path: &str) -> String {
    let plain = path.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._-+,:@".contains(&b));
    if plain { path.to_owned() } else { format!("'{}'", text::clean(path).replace('\'', "'\\''")) }
}
