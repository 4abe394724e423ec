//! The target: what options and variables name, and in a clone what its remote names.

use super::machine::without_stray;
use super::{Around, Error, discover, git_url};
use crate::checks::Target;
use crate::cli::args::CheckArgs;
use crate::transport::Settings;

/// The target, and the remote with the secrets that may stand in it.
pub(super) struct Found {
    pub(super) target: Target,
    /// The remote taken apart, where one was given or found.
    pub(super) remote: Option<git_url::Parsed>,
    /// Whether the person named it, rather than the directory.
    pub(super) given: bool,
}

/// Options first, then variables, then the clone.
pub(super) fn read(args: &CheckArgs, around: &Around, settings: &Settings, discover: bool) -> Result<Found, Error> {
    let mut target = named(args, around)?;
    if let Some(url) = &args.git_url {
        if url.trim().is_empty() {
            return Err(Error::value("--git-url", "it is empty", "for example --git-url https://bitbucket.org/acme/app.git"));
        }
        let remote = git_url::read(url, "--git-url");
        target.git_url = Some(remote.url.clone());
        if target.source.is_empty() {
            target.source = "--git-url".into();
        }
        return Ok(Found { target, remote: Some(remote), given: true });
    }
    let given = !target.source.is_empty();
    if given || !discover {
        return Ok(Found { target, remote: None, given });
    }
    let Some((name, url)) = discover::remote(around, settings) else {
        return Ok(Found { target, remote: None, given: false });
    };
    let source = format!("the remote \"{name}\" of this clone");
    let remote = git_url::read(&url, &source);
    if remote.url.scheme != "ssh" {
        target.repo = git_url::repo(&remote.url);
        target.workspace = target.repo.as_deref().and_then(|r| r.split_once('/')).map(|(workspace, _)| workspace.to_owned());
    }
    target.git_url = Some(remote.url.clone());
    target.source = source;
    Ok(Found { target, remote: Some(remote), given: false })
}

/// `--workspace` and `--repo`, else `BITBUCKET_WORKSPACE` and `BITBUCKET_REPO_FULL_NAME`.
fn named(args: &CheckArgs, around: &Around) -> Result<Target, Error> {
    const VARIABLES: (&str, &str) = ("BITBUCKET_WORKSPACE", "BITBUCKET_REPO_FULL_NAME");
    if let Some(slug) = &args.workspace {
        workspace("--workspace", slug)?;
    }
    if let Some(full) = &args.repo {
        repository("--repo", full)?;
    }
    let from_options = args.workspace.is_some() || args.repo.is_some();
    let (workspace, repo, source) = if from_options {
        let name = if args.repo.is_some() { "--repo" } else { "--workspace" };
        (args.workspace.as_deref(), args.repo.as_deref(), name)
    } else {
        // Quotes in a variable's value are a fault of their own, told of elsewhere.
        let (workspace, repo) = (around.filled(VARIABLES.0).map(without_stray), around.filled(VARIABLES.1).map(without_stray));
        (workspace, repo, if repo.is_some() { VARIABLES.1 } else { VARIABLES.0 })
    };
    let of_repo = repo.and_then(|repo| repo.split_once('/')).map(|(workspace, _)| workspace);
    if let (Some(one), Some(other)) = (workspace, of_repo)
        && !one.eq_ignore_ascii_case(other)
    {
        let (one, other) = if from_options { ("--workspace", "--repo") } else { VARIABLES };
        return Err(Error::Both { one: one.into(), other: other.into(), why: "they name different workspaces" });
    }
    if workspace.is_none() && repo.is_none() {
        return Ok(Target::default());
    }
    Ok(Target {
        workspace: workspace.or(of_repo).map(Into::into),
        repo: repo.filter(|repo| repo.contains('/')).map(Into::into),
        git_url: None,
        source: source.into(),
    })
}

fn workspace(option: &'static str, slug: &str) -> Result<(), Error> {
    const EXAMPLE: &str = "the slug stands in the address: bitbucket.org/SLUG/…, for example --workspace acme";
    if slug.trim().is_empty() {
        return Err(Error::value(option, "it is empty", EXAMPLE));
    }
    // A display name or a UUID may be wrong, and then it is diagnosed; a URL or a path is another thing than was asked for.
    if slug.contains(['/', '\\', '?', '#']) || slug.chars().any(char::is_control) {
        return Err(Error::value(option, "it is a path or a URL, not the slug of a workspace", EXAMPLE));
    }
    Ok(())
}

fn repository(option: &'static str, full: &str) -> Result<(), Error> {
    let wrong = |why: &str, example: String| Err(Error::value(option, why, example));
    if full.contains("://") || full.starts_with("git@") {
        let example = git_url::repo(&git_url::read(full, option).url).unwrap_or_else(|| "acme/app".into());
        return wrong(
            "it is a URL, not WORKSPACE/REPO",
            format!("for example {option} {example}; a remote that fails goes to --git-url"),
        );
    }
    let parts: Vec<&str> = full.split('/').collect();
    match parts.as_slice() {
        [workspace, repo] if !workspace.trim().is_empty() && !repo.trim().is_empty() && !full.chars().any(char::is_control) => {
            Ok(())
        }
        [_] => wrong("it names no workspace", format!("for example {option} acme/app")),
        _ => wrong("it is not WORKSPACE/REPO", format!("for example {option} acme/app")),
    }
}
