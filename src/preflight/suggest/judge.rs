//! What follows from a command: the need that it implies, and what in it does not work any more.
//!
//! A variable's value is what its name says (`names.rs`), so what depends on it is a doubt; what the text itself shows is not.

use std::ops::Range;

use super::names::{Holds, OTHER, SLUG, WORKSPACE, holds};
use super::script::Script;
use super::text::variable_of;
use super::yaml::Pipe;
use super::{Level, Reader, Use, Wants};
use crate::checks::{NoteKind, Request, Scheme, Surface, UserForm, endpoints};
use crate::command::{self, Context, Input};
use crate::report::text;
use crate::transport::{API_URL, GIT_BASE_URL};

/// Pipes that ask Bitbucket with a credential of their own, and what their pages say that they do. Others imply nothing.
const PIPES: [(&str, &str, &str); 3] = [
    ("atlassian/bitbucket-upload-file", "POST", "/2.0/repositories/{workspace}/{repo_slug}/downloads"),
    ("atlassian/bitbucket-trigger-pipeline", "POST", "/2.0/repositories/{workspace}/{repo_slug}/pipelines"),
    ("atlassian/bitbucket-clear-cache", "DELETE", "/2.0/repositories/{workspace}/{repo_slug}/pipelines-config/caches"),
];

impl Reader<'_> {
    /// One command of a script.
    pub(super) fn command(&mut self, script: &Script, at: &Range<usize>) {
        let slice = &script.text[at.clone()];
        if !slice.contains(':') && !slice.contains('$') && !slice.starts_with("git") {
            return;
        }
        let request = {
            let variable = |name: &str| Some(self.assigned.value(name.trim_start_matches('_')));
            let context = Context { variable: &variable, api_url: API_URL, git_base_url: GIT_BASE_URL };
            let mut reading = command::read(Input::Text(slice), &context);
            if reading.requests.is_empty() { return } else { reading.requests.swap_remove(0) }
        };
        // What is shown has secrets replaced; without any it is the command itself, and its places are true.
        let from = slice.find(request.text.as_str()).filter(|_| !request.text.is_empty());
        let read = Read { script, from: from.map(|from| at.start + from), at, request: &request };
        self.judge(&read);
    }

    fn judge(&mut self, read: &Read<'_>) {
        let request = read.request;
        let secret = read.word("secret").and_then(|word| variable_of(word, &self.assigned)).map(str::to_owned);
        let user = read.word("user").unwrap_or_default();
        let user_variable = variable_of(user, &self.assigned).map(str::to_owned);
        let kind = secret.as_deref().map_or(Holds::Other, holds);
        let place = |name: &str| read.place(name);
        let known = matches!(request.surface, Some(Surface::Rest)) && request.api_path.is_some()
            || request.surface == Some(Surface::Git) && !request.is_ssh();
        if !known {
            self.pushes_somewhere |= request.tool == "git" && request.writes && request.url.is_empty();
            return;
        }
        if let (Holds::AppPassword, Some(name)) = (kind, &secret) {
            self.app_password(name, &place("secret"));
        }
        if read.from.is_none() && request.sends.credential.is_some() && !self.shows_secret(read.script.source(read.at)) {
            let what = "a secret stands in this command, in a file that others can read".to_owned();
            let next = "put it into a secured variable, and revoke this one";
            self.add("literal-secret", Level::Outdated, &place(""), what, next, &[]);
        }
        if request.notes.iter().any(|note| note.kind == NoteKind::TokenInQuery) {
            let what = "a token in the query is refused since 2026-05-04; only the header counts".to_owned();
            let next = "send it as a header: API tokens as Basic with the e-mail, access tokens as Bearer";
            self.add("token-in-query", Level::Outdated, &place("url"), what, next, &["query-token"]);
        }
        match request.surface {
            Some(Surface::Rest) => self.rest(read, kind, user, user_variable.as_deref()),
            _ => self.git(read, kind, user, user_variable.as_deref()),
        }
        let Some(env) = secret.filter(|_| request.sends.credential.is_some()) else { return };
        let email_env = user_variable.filter(|name| holds(name) == Holds::Email);
        let bearer = request.sends.scheme == Some(Scheme::Bearer);
        for wants in wants(request, kind == Holds::AccessToken || bearer && kind != Holds::ApiToken) {
            let place = self.line(read.script.source(read.at).start);
            let used = Use { env: env.clone(), email_env: email_env.clone(), wants, place };
            if request.tool == "git" && read.script.text[read.at.clone()].contains(" remote ") {
                self.remotes.push(used.clone());
            }
            self.found.uses.push(used);
        }
    }

    /// Whether a token in these bytes of the file has been pointed at.
    fn shows_secret(&self, at: Range<usize>) -> bool {
        let lines = self.line_of(at.start)..=self.line_of(at.end);
        let mut found = self.found.findings.iter().rev().take_while(|finding| finding.path == self.file.path);
        found.any(|finding| finding.rule == "literal-secret" && lines.contains(&finding.place.line))
    }

    /// Removed endpoints, and users and schemes that do not go with the credential.
    fn rest(&mut self, read: &Read<'_>, kind: Holds, user: &str, user_variable: Option<&str>) {
        let request = read.request;
        let path = request.api_path.as_deref().unwrap_or_default();
        if let Some(gone) = endpoints::removed_with(&request.method, path).filter(|_| is_certain(path)) {
            let since = gone.since.map_or_else(String::new, |since| format!(" since {since}"));
            let what = format!("{} {} is gone{since}", request.method, gone.path);
            let next = format!("instead: {}", gone.instead);
            self.add(
                "removed-endpoint",
                Level::Outdated,
                &read.place("url"),
                what,
                &next,
                &["410-removed", "410-issues", "api-1", "endpoints-of-old"],
            );
        }
        let by_name = user_variable.map(holds);
        match request.sends.scheme {
            Some(Scheme::Basic) if kind == Holds::AccessToken => {
                let what = "by its name an access token; sent as Basic to REST it is refused".to_owned();
                let next = "send it as a header: Authorization: Bearer";
                self.add(
                    "basic-with-access-token",
                    Level::Doubt,
                    &read.place("secret"),
                    what,
                    next,
                    &["rest-access-token-basic"],
                );
            }
            Some(Scheme::Basic) if kind != Holds::AppPassword => {
                let form = request.sends.user.as_ref().map(|user| user.form);
                let literal = user_variable.is_none() && !user.is_empty() && !user.contains("$(") && !user.contains(['`', '%']);
                let name = matches!(form, Some(UserForm::Name | UserForm::ApiTokenStatic | UserForm::AccessTokenStatic));
                if by_name == Some(Holds::UserName) || literal && name {
                    let level = if literal || kind == Holds::ApiToken { Level::Outdated } else { Level::Doubt };
                    let what = "a user name; REST takes an API token with the account's e-mail only".to_owned();
                    let next = "put the e-mail of the Atlassian account there, in a variable such as BITBUCKET_EMAIL";
                    self.add("username-instead-of-email", level, &read.place("user"), what, next, &["rest-api-token"]);
                }
            }
            Some(Scheme::Bearer) if kind == Holds::ApiToken => {
                let what = "by its name an API token; as Bearer many were refused".to_owned();
                let next = "send it as Basic with the account's e-mail: curl --user \"$BITBUCKET_EMAIL:$BITBUCKET_API_TOKEN\"";
                self.add("bearer-with-api-token", Level::Doubt, &read.place("scheme"), what, next, &["rest-api-token-bearer"]);
            }
            _ => {}
        }
    }

    /// Users that do not go with the credential over git.
    fn git(&mut self, read: &Read<'_>, kind: Holds, user: &str, user_variable: Option<&str>) {
        let static_user = |name: &str| user == name;
        if kind == Holds::ApiToken && static_user("x-token-auth") {
            let what =
                "x-token-auth is for access tokens; this is by its name an API token, which many saw refused with it".to_owned();
            let next = "write x-bitbucket-api-token-auth in its place";
            self.add(
                "git-wrong-username",
                Level::Outdated,
                &read.place("user"),
                what,
                next,
                &["git-api-token", "git-api-token-x-token-auth"],
            );
        } else if kind == Holds::AccessToken && static_user("x-bitbucket-api-token-auth") {
            let what = "x-bitbucket-api-token-auth goes with API tokens; this is by its name an access token".to_owned();
            self.add(
                "git-wrong-username",
                Level::Outdated,
                &read.place("user"),
                what,
                "write x-token-auth in its place",
                &["git-access-token"],
            );
        } else if kind == Holds::ApiToken && user_variable.map(holds) == Some(Holds::Email) {
            let what = "git takes an API token with the Bitbucket user name or the static user; the e-mail is refused".to_owned();
            let next = "write x-bitbucket-api-token-auth in its place";
            self.add("git-wrong-username", Level::Outdated, &read.place("user"), what, next, &["git-api-token-email"]);
        }
    }

    /// A pipe that asks Bitbucket.
    pub(super) fn pipe(&mut self, pipe: &Pipe) {
        let Some((_, method, path)) = PIPES.iter().find(|(name, ..)| *name == pipe.name) else { return };
        let of = |wanted: &[Holds]| {
            let mut named = pipe.variables.iter().filter(|(name, _)| wanted.contains(&holds(name)));
            named.find_map(|(_, value)| variable_of(value, &self.assigned).map(str::to_owned))
        };
        let secret = of(&[Holds::ApiToken, Holds::AccessToken, Holds::AppPassword, Holds::Secret]);
        let email_env = of(&[Holds::Email]).filter(|name| holds(name) == Holds::Email);
        if let Some(name) = secret.as_ref().filter(|name| holds(name) == Holds::AppPassword) {
            self.app_password(name, &pipe.at);
        }
        if let Some(env) = secret {
            let wants = of_endpoint(method, path, holds(&env) == Holds::AccessToken);
            let place = self.line(pipe.at.start);
            self.found.uses.extend(wants.into_iter().map(|wants| Use {
                env: env.clone(),
                email_env: email_env.clone(),
                wants,
                place: place.clone(),
            }));
        }
    }

    /// A repository that Jenkins fetches with a credential of its own, which no variable holds.
    pub(super) fn jenkins_remote(&mut self, url: &str, at: &Range<usize>, credential: Option<&str>) {
        let none = |_: &str| None;
        let context = Context { variable: &none, api_url: API_URL, git_base_url: GIT_BASE_URL };
        let read = command::git_url(url, &context);
        if let (true, Some(repo), Some(credential)) = (read.scheme == "https", read.repo(), credential) {
            let place = self.line(at.start);
            let (repo, credential) = (text::cut(&text::clean(&repo), 60), text::cut(&text::clean(credential), 40));
            self.found.notes.push(format!(
                "{place}: Jenkins fetches {repo} with its credential \"{credential}\": bind it to a variable (withCredentials) to check it too"
            ));
        }
    }

    /// `git push` without a URL goes where a `git remote` of the file leads.
    pub(super) fn pushes(&mut self) {
        if self.pushes_somewhere {
            let written: Vec<Use> = self.remotes.drain(..).map(|used| Use { wants: used.wants.written(), ..used }).collect();
            self.found.uses.extend(written);
        }
    }
}

/// A request with its places in the script.
struct Read<'r> {
    script: &'r Script,
    /// Where its text begins, where that is the script's own text.
    from: Option<usize>,
    at: &'r Range<usize>,
    request: &'r Request,
}

impl Read<'_> {
    fn span(&self, name: &str) -> Option<Range<usize>> {
        let span = self.request.spans.get(name)?;
        Some(usize::try_from(span.start).ok()?..usize::try_from(span.end).ok()?)
    }

    /// The word itself.
    fn word(&self, name: &str) -> Option<&str> {
        self.request.text.get(self.span(name)?)
    }

    /// Its bytes in the file; those of the program's name where they are not known.
    fn place(&self, name: &str) -> Range<usize> {
        let whole = || {
            let text = &self.script.text[self.at.clone()];
            let first = text.find(char::is_whitespace).unwrap_or(text.len());
            self.at.start..self.at.start + first
        };
        let known = self.from.zip(self.span(name)).map(|(from, span)| from + span.start..from + span.end);
        self.script.source(&known.unwrap_or_else(whole))
    }
}

/// Whether no part of the path that decides is only known by its variable's name.
fn is_certain(path: &str) -> bool {
    !path.split(['?', '#']).next().unwrap_or_default().split('/').take(3).any(|part| part.contains(OTHER))
}

fn wants(request: &Request, classic: bool) -> Vec<Wants> {
    if let Some(path) = &request.api_path {
        let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        if endpoints::removed_with(&request.method, path).is_some() {
            return Vec::new();
        }
        let filled = path.replace(WORKSPACE, "{workspace}").replace(SLUG, "{repo_slug}");
        let whole = !filled.contains(OTHER) && !filled.contains(['$', '(', '"', '\'', '\\', ' ']) && filled.is_ascii();
        let found = matches!(endpoints::find(&request.method, path), endpoints::Match::Found(_));
        if whole && found {
            return vec![Wants::Need(format!("{} {filled}", request.method), None)];
        }
        return of_endpoint(&request.method, path, classic);
    }
    let Some(repo) = &request.repo else { return Vec::new() };
    let own = *repo == format!("{WORKSPACE}/{SLUG}");
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    let named = repo.split_once('/').is_some_and(|(workspace, slug)| plain(workspace) && plain(slug));
    let unknown = [OTHER, WORKSPACE, SLUG].iter().any(|stand_in| repo.contains(stand_in));
    match (own, named && !unknown, request.writes) {
        (true, _, false) => vec![Wants::GitRead(None)],
        (true, _, true) => vec![Wants::GitWrite(None)],
        (_, true, false) => vec![Wants::GitRead(Some(repo.clone()))],
        (_, true, true) => vec![Wants::GitWrite(Some(repo.clone()))],
        _ => Vec::new(),
    }
}

/// The scopes of an endpoint whose path is not wholly known.
fn of_endpoint(method: &str, path: &str, classic: bool) -> Vec<Wants> {
    let endpoints::Match::Found(endpoint) = endpoints::find(method, path) else { return Vec::new() };
    let scopes = if classic { endpoint.classic } else { endpoint.granular };
    scopes.iter().map(|scope| Wants::Need((*scope).to_owned(), Some(format!("{} {}", endpoint.method, endpoint.path)))).collect()
}
