//! `--require`: scope names, `git:read`, `git:write`, `"METHOD PATH"`.

use super::Error;
use crate::checks::{Need, Target, scopes};
use crate::cli;

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// Reads every `--require`, filling `{workspace}` and `{repo_slug}` from the target.
pub fn read(given: &[String], target: &Target) -> Result<Vec<Need>, Error> {
    let mut needs = Vec::new();
    for text in given {
        let text = text.trim();
        // An endpoint may hold commas in its query; scope names hold no blank.
        if let Some((method, path)) = text.split_once(char::is_whitespace)
            && (!text.contains(',') || METHODS.contains(&method.to_ascii_uppercase().as_str()))
        {
            push(&mut needs, endpoint(method, path.trim(), target)?);
            continue;
        }
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            push(&mut needs, named(name, target)?);
        }
        if text.trim_matches([',', ' ']).is_empty() {
            return Err(Error::value("--require", "it is empty", "for example --require read:repository:bitbucket,git:read"));
        }
    }
    Ok(needs)
}

fn push(needs: &mut Vec<Need>, need: Need) {
    if !needs.contains(&need) {
        needs.push(need);
    }
}

fn named(name: &str, target: &Target) -> Result<Need, Error> {
    let repo = || {
        target.repo.clone().ok_or_else(|| {
            Error::value("--require", format!("{name} asks for a repository, and none is known"), "add --repo WORKSPACE/REPO")
        })
    };
    match name {
        "git:read" => Ok(Need::GitRead(repo()?)),
        "git:write" => Ok(Need::GitWrite(repo()?)),
        _ => {
            if scopes::is_scope(name) {
                return Ok(Need::Scope(name.into()));
            }
            let mut names: Vec<&str> =
                scopes::all().iter().map(|scope| scope.name).filter(|name| scopes::is_scope(name)).collect();
            names.extend(["git:read", "git:write"]);
            let near = cli::nearest(name, &names);
            let instead = match near.as_slice() {
                [] => "bbdoctor list scopes shows them all; an endpoint is given as \"GET /2.0/…\"".to_owned(),
                near => format!("did you mean {}? bbdoctor list scopes shows them all", near.join(" or ")),
            };
            let shown = crate::report::text::cut(&crate::report::text::clean(name), 60);
            Err(Error::value("--require", format!("there is no scope \"{shown}\""), instead))
        }
    }
}

fn endpoint(method: &str, path: &str, target: &Target) -> Result<Need, Error> {
    const EXAMPLE: &str = "for example --require \"GET /2.0/repositories/{workspace}\"";
    let method = method.to_ascii_uppercase();
    if !METHODS.contains(&method.as_str()) {
        let shown = crate::report::text::cut(&crate::report::text::clean(&method), 20);
        return Err(Error::value("--require", format!("\"{shown}\" is no HTTP method"), EXAMPLE));
    }
    let path = path.strip_prefix("https://api.bitbucket.org").unwrap_or(path);
    if !path.starts_with('/') || path.contains(char::is_whitespace) {
        return Err(Error::value("--require", "the path of an endpoint begins with / and holds no blanks", EXAMPLE));
    }
    let path = if path.starts_with("/2.0/") || path == "/2.0" { path.to_owned() } else { format!("/2.0{path}") };
    Ok(Need::Endpoint { method, path: fill(&path, target)? })
}

/// `{workspace}` and `{repo_slug}` from the target.
fn fill(path: &str, target: &Target) -> Result<String, Error> {
    let repo = target.repo.as_deref().and_then(|repo| repo.split_once('/'));
    let workspace = target.workspace.as_deref().or(repo.map(|(workspace, _)| workspace));
    let known =
        [("{workspace}", workspace, "--workspace SLUG"), ("{repo_slug}", repo.map(|(_, slug)| slug), "--repo WORKSPACE/REPO")];
    let mut filled = path.to_owned();
    for (name, value, option) in known {
        if filled.contains(name) {
            let value = value.ok_or_else(|| {
                Error::value("--require", format!("nothing says what {name} stands for"), format!("add {option}"))
            })?;
            filled = filled.replace(name, value);
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs() {
        let target = Target { workspace: Some("acme".into()), repo: Some("acme/app".into()), ..Target::default() };
        let given =
            ["read:repository:bitbucket,git:read".to_string(), "get /repositories/{workspace}/{repo_slug}?q=a,b".to_string()];
        assert_eq!(
            read(&given, &target),
            Ok(vec![
                Need::Scope("read:repository:bitbucket".into()),
                Need::GitRead("acme/app".into()),
                Need::Endpoint { method: "GET".into(), path: "/2.0/repositories/acme/app?q=a,b".into() },
            ])
        );
        for wrong in ["git:read", "FETCH /2.0/user", "GET 2.0/user", "GET /2.0/repositories/{workspace}", "", " , "] {
            assert!(read(&[wrong.to_string()], &Target::default()).is_err(), "{wrong}");
        }
    }
}
