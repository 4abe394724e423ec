//! What a diagnosis is written to: standard output and every `--report`, each in its format, names masked where they should be.
//!
//! A file is written whole (`reports/file.rs`). One that cannot be written is named and makes the exit code 4; the others are
//! written all the same.

mod file;

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use clap::ValueEnum as _;
use tokio::runtime::Builder;

use super::args::{Command, Format, LookArgs};
use super::error::FAILED;
use super::{Failure, near, output};
use crate::checks::{self, Case, Diagnosis, Effect, LocalSetting, Seen, User, UserForm, gate};
use crate::intake;
use crate::publish::Build;
use crate::redact::{Redactor, mask_fields, mask_identity, mask_mails};
use crate::report::human::Look;
use crate::report::{Record, github, html, human, insights, json, junit, markdown, post, sarif, text};
use crate::transport::Client;

/// One `--report`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Destination {
    pub(super) format: Format,
    pub(super) path: PathBuf,
}

/// A diagnosis as it is, and the same with names masked.
pub(super) struct Told {
    plain: View,
    masked: View,
}

struct View {
    case: Case,
    seen: Seen,
    diagnosis: Diagnosis,
}

impl View {
    fn record(&self) -> Record<'_> {
        Record { case: &self.case, seen: &self.seen, diagnosis: &self.diagnosis }
    }
}

impl Told {
    pub(super) fn new(case: Case, seen: Seen, diagnosis: Diagnosis) -> Self {
        let mut masked_case = case.clone();
        intake::mask(&mut masked_case);
        // Judged again, because its texts repeat names; forms and positions are the same, so the verdict is.
        let masked_diagnosis = checks::diagnose(&masked_case, &seen);
        let masked_seen = without_names(&seen, &names(&case));
        let masked = View { case: masked_case, seen: masked_seen, diagnosis: masked_diagnosis };
        Self { plain: View { case, seen, diagnosis }, masked }
    }

    /// What follows, names and all.
    pub(super) fn diagnosis(&self) -> Diagnosis {
        self.plain.diagnosis.clone()
    }

    /// The record for this format.
    pub(super) fn record(&self, format: Format, shown: bool) -> Record<'_> {
        if shown && format != Format::Post { self.plain.record() } else { self.masked.record() }
    }
}

/// Every e-mail and user name of the case.
fn names(case: &Case) -> Vec<String> {
    let of_requests = case.request.iter().chain(&case.more).filter_map(|r| r.sends.user.as_ref());
    let of_credentials = case.credentials.iter().filter_map(|c| c.user.as_ref());
    let of_target = case.target.git_url.iter().filter_map(|url| url.user.as_ref());
    let all = case.email.iter().chain(&case.username).chain(of_requests).chain(of_credentials).chain(of_target);
    let is_name = |user: &&User| matches!(user.form, UserForm::Email | UserForm::Name) && user.text.len() > 1;
    let mut names: Vec<String> = all.filter(is_name).map(|user| user.text.clone()).collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names.dedup();
    names
}

/// What servers said, without the names: an e-mail anywhere, a plain name where it stands in quotes, alone; elsewhere it may be
/// a workspace.
fn without_names(seen: &Seen, names: &[String]) -> Seen {
    let (mails, plain): (Vec<String>, Vec<String>) = names.iter().cloned().partition(|name| name.contains('@'));
    let mask = |text: &mut String| {
        *text = mask_identity(text, &mails);
        for name in &plain {
            let masked = mask_identity(name, std::slice::from_ref(name));
            *text = text.replace(&format!("\"{name}\""), &format!("\"{masked}\""));
        }
    };
    let mut seen = seen.clone();
    for x in &mut seen.exchanges {
        match &mut x.got {
            Ok(answer) => {
                mask(&mut answer.excerpt);
                answer.excerpt = mask_fields(&answer.excerpt);
                answer.headers.values_mut().for_each(mask);
            }
            Err(fault) => {
                mask(&mut fault.detail);
                fault.found.texts().for_each(mask);
            }
        }
    }
    seen
}

/// What the run saw around it, for whoever reads the report elsewhere. Gives what is worth a line to the person too.
pub(super) fn note_environment(case: &mut Case, client: &Client) -> Vec<String> {
    let mut asides = Vec::new();
    let mut note = |name: &str, value: String, origin: &str| {
        let setting = LocalSetting { name: name.into(), value, origin: origin.into(), effect: Some(Effect::None) };
        case.environment.push(setting);
    };
    note("system", format!("{} {}", std::env::consts::OS, std::env::consts::ARCH), "");
    let mut hosts: Vec<String> = Vec::new();
    for base in [&case.options.api_url, &case.options.git_base_url] {
        let host = url::Url::parse(base).ok().and_then(|url| url.host_str().map(str::to_owned));
        hosts.extend(host.filter(|host| !hosts.contains(host)));
    }
    for host in hosts {
        if let Some(issuer) = client.tls_issuer(&host) {
            if client.is_inspected(&host) && !host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback()) {
                asides.push(format!(
                    "the certificate of {host} is from \"{issuer}\", no public authority known to bbdoctor: TLS is inspected here; programs with a list of their own (git on Windows, Python, Node, Java) may refuse it: bbdoctor explain tls-untrusted"
                ));
            }
            note("TLS issuer", issuer, &host);
        }
        if let Some(lost) = client.lost_v6(&host) {
            note("IPv6", format!("{lost} did not answer in time, IPv4 did"), &host);
            asides.push(format!(
                "{host} did not answer over IPv6 ({lost}) in time, over IPv4 it did; programs that do not try both wait long: curl --ipv4, git fetch --ipv4"
            ));
        }
    }
    asides
}

/// Refuses what cannot be written, before anything is asked or sent.
pub(super) fn accept(look: &LookArgs, command: Option<&Command>) -> Result<(), Failure> {
    let destinations = destinations(look)?;
    let diagnoses = matches!(
        command,
        None | Some(
            Command::Check(_) | Command::Demo { .. } | Command::Preflight(_) | Command::Replay { .. } | Command::Listen(_)
        )
    );
    if !diagnoses && !destinations.is_empty() {
        return Err(Failure::usage("--report is for runs that end in a verdict", "redirect standard output to a file instead"));
    }
    if look.publish {
        if !matches!(command, None | Some(Command::Check(_) | Command::Preflight(_))) {
            return Err(Failure::usage("--publish is for runs that ask Bitbucket", "bbdoctor preflight --publish"));
        }
        build()?;
    }
    if matches!(command, Some(Command::List { .. } | Command::Explain { .. } | Command::Recipe(_)))
        && !matches!(look.format, Format::Human | Format::Json)
    {
        return Err(Failure::usage("--format: lists and pages come for people or as JSON", "leave it out, or --format json"));
    }
    Ok(())
}

/// Every `--report`, in order.
pub(super) fn destinations(look: &LookArgs) -> Result<Vec<Destination>, Failure> {
    let mut found: Vec<Destination> = Vec::new();
    for given in &look.report {
        let destination = destination(given)?;
        if found.iter().any(|other| file::place(&other.path) == file::place(&destination.path)) {
            let path = shown(&destination.path.to_string_lossy());
            return Err(Failure::usage(
                format!("--report: two reports would be written to {path}"),
                "give each a file of its own",
            ));
        }
        found.push(destination);
    }
    Ok(found)
}

fn destination(given: &str) -> Result<Destination, Failure> {
    const NEXT: &str = "for example --report ticket.md, or --report post=answer.txt";
    let wrong = |why: String| Err(Failure::usage(format!("--report: {why}"), NEXT));
    // What stands before `=` is a format, unless it cannot be one: a path with `=` in it.
    let (format, path) = match given.split_once('=') {
        Some((word, path)) if !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric()) => {
            let Ok(format) = Format::from_str(word, true) else {
                let formats: Vec<String> = Format::value_variants()
                    .iter()
                    .filter_map(|f| f.to_possible_value())
                    .map(|v| v.get_name().to_owned())
                    .collect();
                let names: Vec<&str> = formats.iter().map(String::as_str).collect();
                let near = near::nearest(word, &names);
                let instead = if near.is_empty() { names.join(", ") } else { near.join(" or ") };
                return Err(Failure::usage(
                    format!("--report: \"{}\" is no format", shown(word)),
                    format!("did you mean {instead}? A file with = in its name: --report json=./{}", shown(given)),
                ));
            };
            (Some(format), path)
        }
        _ => (None, given),
    };
    if path.is_empty() || path.ends_with(['/', std::path::MAIN_SEPARATOR]) {
        return wrong("it names no file".into());
    }
    if path == "-" {
        return wrong("- is no file; --format says what standard output carries".into());
    }
    let path = PathBuf::from(path);
    let extension = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
    let by_extension = match extension.as_deref() {
        Some("md") => Some(Format::Markdown),
        Some("html") => Some(Format::Html),
        Some("json") => Some(Format::Json),
        Some("xml") => Some(Format::Junit),
        Some("sarif") => Some(Format::Sarif),
        _ => None,
    };
    match format.or(by_extension) {
        Some(format) => Ok(Destination { format, path }),
        None => wrong(format!(
            "the name {} does not tell the format: .md .html .json .xml .sarif do, FORMAT= says any",
            shown(&path.to_string_lossy())
        )),
    }
}

fn shown(given: &str) -> String {
    text::cut(&text::clean(given), 60)
}

/// Writes everything that was asked for, and gives the exit code.
pub(super) fn write(told: &Told, look: &LookArgs, asides: &[String], redactor: &Redactor) -> Result<u8, Failure> {
    let masked: Vec<String> = asides.iter().map(|aside| mask_mails(aside)).collect();
    let beside = |shown: bool| if shown { asides } else { &masked };
    let plain = Look { verbose: look.verbose, asides: beside(look.show_identity), ..Look::default() };
    let written = files(look, redactor, |format| one(told.record(format, look.show_identity), format, plain));
    // Names are shown where asked for, and to whoever sits in front of the terminal.
    let shown = look.show_identity || look.format == Format::Human && io::stdout().is_terminal();
    let look_here = output::look(look, beside(shown));
    output::stdout(&one(told.record(look.format, shown), look.format, look_here), redactor)?;
    let published = publish(look, "bbdoctor-check", redactor, || insights::of(told.record(Format::Insights, look.show_identity)));
    let code = gate::exit_code(&told.plain.diagnosis.verdict);
    Ok(match written && published {
        false => FAILED,
        true if look.allow_inconclusive && code == 3 => 0,
        true => code,
    })
}

fn one(record: Record<'_>, format: Format, look: Look<'_>) -> String {
    match format {
        Format::Human => human::write(record, look),
        Format::Json => json::write(record),
        Format::Markdown => markdown::write(record),
        Format::Post => post::write(record),
        Format::Html => html::write(record),
        Format::Junit => junit::write(record),
        Format::Sarif => sarif::write(record),
        Format::Github => github::write(record),
        Format::Insights => insights::of(record).json(),
    }
}

/// The build that `--publish` is about.
fn build() -> Result<Build, Failure> {
    let variable = |name: &str| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
    Build::of_environment(variable).map_err(|error| {
        Failure::usage(error.to_string(), "elsewhere --report insights=FILE writes the same report, to be sent by other means")
    })
}

/// Shows the verdict on the commit where that was asked for; `false` where it could not be.
pub(super) fn publish(look: &LookArgs, id: &str, redactor: &Redactor, of: impl FnOnce() -> insights::Insights) -> bool {
    if !look.publish {
        return true;
    }
    let text = output::without_secrets(&of().json(), redactor);
    // It was there when the run began, and a variable of this process does not change.
    let sent = build().map_err(|failure| failure.to_string()).and_then(|build| {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
        let sent = runtime.block_on(crate::publish::publish(&build, id, &text)).map_err(|error| error.to_string());
        runtime.shutdown_background();
        sent
    });
    if let Err(why) = &sent {
        let what = format!(
            "error: the report was not published on the commit: {why}\n  the proxy is there in every step of Bitbucket Pipelines; in a container of your own: docker run --add-host host.docker.internal:$BITBUCKET_DOCKER_HOST_INTERNAL …\n"
        );
        output::stderr(&what, redactor);
    }
    sent.is_ok()
}

/// Writes every `--report`; `false` where one could not be written.
pub(super) fn files(look: &LookArgs, redactor: &Redactor, text: impl Fn(Format) -> String) -> bool {
    let mut all = true;
    // They were read before anything was asked: what is wrong with them was said then.
    for Destination { format, path } in destinations(look).unwrap_or_default() {
        if let Err(error) = file::write(&path, &output::without_secrets(&text(format), redactor)) {
            all = false;
            let (why, next) = file::trouble(&error);
            let what = format!("error: the report {} could not be written: {why}\n  {next}\n", shown(&path.to_string_lossy()));
            output::stderr(&what, redactor);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(given: &str) -> Option<Format> {
        destination(given).ok().map(|d| d.format)
    }

    #[test]
    fn formats_of_reports() {
        for (given, wanted) in [
            ("ticket.md", Format::Markdown),
            ("a/b.HTML", Format::Html),
            ("r.json", Format::Json),
            ("junit.xml", Format::Junit),
            ("r.sarif", Format::Sarif),
            ("post=answer.txt", Format::Post),
            ("github=-x", Format::Github),
            ("human=r", Format::Human),
            ("./a=b.json", Format::Json),
        ] {
            assert_eq!(format(given), Some(wanted), "{given}");
        }
        for wrong in ["", "report", "r.txt", "jsn=r.json", "json=", "dir/", "-", "json=-", "markdown"] {
            assert_eq!(format(wrong), None, "{wrong}");
        }
    }
}
