//! `bbdoctor preflight --suggest`: reads files, asks nobody.

use std::path::Path;

use super::args::{Format, LookArgs, PreflightArgs};
use super::error::FAILED;
use super::{Failure, output, reports};
use crate::command::{self, Context};
use crate::intake::{self, Around};
use crate::preflight::suggest;
use crate::redact::Redactor;
use crate::transport::{API_URL, GIT_BASE_URL};

/// Exit code: something is outdated.
const OUTDATED: u8 = 1;

pub(super) fn suggest(args: &PreflightArgs, look: &LookArgs) -> Result<u8, Failure> {
    if args.config.is_some() || !args.check.require.is_empty() || look.publish {
        return Err(Failure::usage(
            "--suggest asks nobody: it takes no --config, --require or --publish",
            "bbdoctor preflight --suggest > bbdoctor.toml, then bbdoctor preflight",
        ));
    }
    let fits = |format: Format| matches!(format, Format::Human | Format::Json | Format::Sarif | Format::Github);
    if !fits(look.format) || !reports::destinations(look)?.iter().all(|destination| fits(destination.format)) {
        return Err(Failure::usage("--suggest writes human, json, sarif and github reports", "leave out the others"));
    }
    if let Some(name) = args.check.repo.as_ref().filter(|name| !is_full_name(name)) {
        let shown = crate::report::text::cut(&crate::report::text::clean(name), 60);
        return Err(Failure::usage(format!("--repo: \"{shown}\" is not WORKSPACE/REPO"), "for example --repo acme/app"));
    }
    let around = Around::of_process();
    let here = Path::new(".");
    let files = suggest::files::read(&around, here);
    let repo = args.check.repo.clone().or_else(|| own_repo(&around, here));
    let found = suggest::of(&files, repo);
    let redactor = Redactor::default();
    let palette = output::look(look, &[]).palette;
    let write = |format: Format| match format {
        Format::Json => found.json(),
        Format::Sarif => found.sarif(),
        Format::Github => found.github(),
        _ => found.people(crate::report::palette::Palette::plain()),
    };
    let written = reports::files(look, &redactor, write);
    match look.format {
        Format::Human => {
            output::stdout(&found.toml(), &redactor)?;
            match look.quiet {
                0 => output::stderr(&found.people(palette), &redactor),
                1 => output::stderr(&format!("{}\n", found.last()), &redactor),
                _ => {}
            }
        }
        format => output::stdout(&write(format), &redactor)?,
    }
    Ok(match (written, found.is_outdated()) {
        (false, _) => FAILED,
        (true, true) => OUTDATED,
        (true, false) => 0,
    })
}

/// This repository's own name: what Pipelines says, else where `origin` leads.
fn own_repo(around: &Around, here: &Path) -> Option<String> {
    let plain = |name: &String| is_full_name(name);
    if let Some(name) = around.filled("BITBUCKET_REPO_FULL_NAME").map(str::to_owned).filter(plain) {
        return Some(name);
    }
    let url = intake::ask_git(around, here, &["remote", "get-url", "origin"])?;
    let none = |_: &str| None;
    let context = Context { variable: &none, api_url: API_URL, git_base_url: GIT_BASE_URL };
    let read = command::git_url(url.trim(), &context);
    read.repo().filter(|_| read.host.ends_with("bitbucket.org")).filter(plain)
}

/// Whether `bbdoctor.toml` takes it as `repo`.
fn is_full_name(name: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.{}".contains(&b));
    name.split_once('/').is_some_and(|(workspace, slug)| plain(workspace) && plain(slug))
}
