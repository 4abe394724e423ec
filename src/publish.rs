//! The one thing that bbdoctor ever writes: with `--publish`, inside Bitbucket Pipelines, its own report on the commit that is
//! being built.
//!
//! It goes through the proxy that runs beside every step and signs such requests itself (fact `code-insights`), so it carries no
//! credential, and a token that is broken does not keep the report from being seen. This is a client of its own: the one that
//! asks questions ([`crate::transport`]) cannot spell a write.

use std::time::Duration;

use reqwest::{Method, Proxy};
use serde_json::Value;
use thiserror::Error;
use url::Url;

use crate::report::insights::AT_ONCE;
use crate::report::text;

/// Where the proxy of a step listens: for the step's own commands, and for what runs in a container beside it (a pipe).
const PROXIES: [&str; 2] = ["http://localhost:29418", "http://host.docker.internal:29418"];
/// The proxy takes plain HTTP for this host, and speaks TLS beyond.
const API: &str = "http://api.bitbucket.org/2.0/repositories";
/// A request that takes longer is given up.
const PATIENCE: Duration = Duration::from_secs(15);
/// Bytes of a refusal that are read.
const MOST: usize = 4 << 10;

/// Why nothing could be published.
#[derive(Debug, Error)]
pub enum Error {
    /// This is no build of Bitbucket Pipelines.
    #[error("--publish: {0}")]
    NoBuild(String),
    /// Nobody listens where the proxy should be.
    #[error("the proxy of the build could not be reached: {0}")]
    NoProxy(String),
    /// The proxy or Bitbucket refused.
    #[error("Bitbucket answered {status} to the {what}{said}")]
    Refused {
        /// `report` or `annotations`.
        what: &'static str,
        /// The HTTP status.
        status: u16,
        /// What it said, or nothing.
        said: String,
    },
    /// No HTTP client could be made, or what was to be sent is no JSON.
    #[error("the report could not be sent: {0}")]
    Unsent(String),
}

/// The build that this program runs in: what the report is attached to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    repository: String,
    commit: String,
}

impl Build {
    /// From the variables that Pipelines sets in every step.
    ///
    /// # Errors
    /// One is not set, or is nothing that Pipelines would set.
    pub fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let of = |name: &str| {
            let value = variable(name).filter(|value| !value.is_empty());
            value.ok_or_else(|| Error::NoBuild(format!("{name} is not set, so this is no build of Bitbucket Pipelines")))
        };
        let wrong = |name: &str, is: &str| Error::NoBuild(format!("{name} is no {is}"));
        let number = of("BITBUCKET_BUILD_NUMBER")?;
        if !number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong("BITBUCKET_BUILD_NUMBER", "number"));
        }
        let repository = of("BITBUCKET_REPO_FULL_NAME")?;
        let plain = |part: &str| {
            let known = |b: u8| b.is_ascii_alphanumeric() || b"-_.{}~".contains(&b);
            !part.is_empty() && part.len() <= 128 && part.bytes().all(known) && !part.bytes().all(|b| b == b'.')
        };
        if !repository.split_once('/').is_some_and(|(workspace, slug)| plain(workspace) && plain(slug)) {
            return Err(wrong("BITBUCKET_REPO_FULL_NAME", "WORKSPACE/REPO"));
        }
        let commit = of("BITBUCKET_COMMIT")?;
        if !(7..=64).contains(&commit.len()) || !commit.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(wrong("BITBUCKET_COMMIT", "hash of a commit"));
        }
        Ok(Self { repository, commit })
    }

    fn url(&self, id: &str, rest: &str) -> Result<Url, Error> {
        let text = format!("{API}/{}/commit/{}/reports/{id}{rest}", self.repository, self.commit);
        Url::parse(&text).map_err(|error| Error::Unsent(error.to_string()))
    }
}

/// Puts the report on the commit, in the place of what an earlier run with the same id left there. `insights` is the JSON of
/// [`crate::report::insights::Insights::json`], without secrets.
///
/// # Errors
/// See [`enum@Error`]; the report may stand without some of its annotations then.
pub async fn publish(build: &Build, id: &str, insights: &str) -> Result<(), Error> {
    let unfit = |error: serde_json::Error| Error::Unsent(error.to_string());
    let insights: Value = serde_json::from_str(insights).map_err(unfit)?;
    let (report, of_report) = (build.url(id, "")?, build.url(id, "/annotations")?);
    let mut unreached = String::new();
    for proxy in PROXIES {
        let client = client(proxy)?;
        // Annotations of an earlier run would stay beside the new report. That there is none is no fault.
        match send(&client, Method::DELETE, &report, None).await {
            Ok(_) => {}
            Err(error) => {
                unreached = reason(&error);
                continue;
            }
        }
        accepted(send(&client, Method::PUT, &report, Some(&insights["report"])).await, "report").await?;
        for some in insights["annotations"].as_array().map_or(&[][..], Vec::as_slice).chunks(AT_ONCE) {
            let body = Value::Array(some.to_vec());
            accepted(send(&client, Method::POST, &of_report, Some(&body)).await, "annotations").await?;
        }
        return Ok(());
    }
    Err(Error::NoProxy(unreached))
}

/// A client that goes nowhere but to this proxy, and follows nothing.
fn client(proxy: &str) -> Result<reqwest::Client, Error> {
    let unsent = |error: reqwest::Error| Error::Unsent(error.without_url().to_string());
    let tls = crate::transport::no_tls().map_err(|error| Error::Unsent(error.to_string()))?;
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .proxy(Proxy::all(proxy).map_err(unsent)?)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(crate::transport::USER_AGENT)
        .connect_timeout(Duration::from_secs(3))
        .timeout(PATIENCE)
        .build()
        .map_err(unsent)
}

async fn send(client: &reqwest::Client, method: Method, url: &Url, body: Option<&Value>) -> reqwest::Result<reqwest::Response> {
    let mut request = client.request(method, url.clone()).header("accept", "application/json");
    if let Some(body) = body {
        request = request.header("content-type", "application/json").body(body.to_string());
    }
    request.send().await
}

async fn accepted(answer: reqwest::Result<reqwest::Response>, what: &'static str) -> Result<(), Error> {
    let mut answer = answer.map_err(|error| Error::NoProxy(reason(&error)))?;
    if answer.status().is_success() {
        return Ok(());
    }
    let status = answer.status().as_u16();
    let mut bytes: Vec<u8> = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        bytes.extend_from_slice(&chunk[..chunk.len().min(MOST - bytes.len())]);
        if bytes.len() == MOST {
            break;
        }
    }
    let said = text::cut(&text::clean(&String::from_utf8_lossy(&bytes)), 200);
    Err(Error::Refused { what, status, said: if said.is_empty() { said } else { format!(": {said}") } })
}

/// The innermost reason: the outer ones say only that there was one.
fn reason(error: &reqwest::Error) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    text::cut(&text::clean(&inner.to_string()), 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(number: &str, repository: &str, commit: &str) -> Result<Build, Error> {
        Build::of_environment(|name| {
            let value = match name {
                "BITBUCKET_BUILD_NUMBER" => number,
                "BITBUCKET_REPO_FULL_NAME" => repository,
                "BITBUCKET_COMMIT" => commit,
                _ => return None,
            };
            Some(value.to_owned())
        })
    }

    #[test]
    fn only_a_build_is_written_to() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let url = build("7", "acme/app", commit).and_then(|build| build.url("bbdoctor", "/annotations")).expect("a build");
        assert_eq!(
            url.as_str(),
            format!("http://api.bitbucket.org/2.0/repositories/acme/app/commit/{commit}/reports/bbdoctor/annotations")
        );
        for (number, repository, commit) in [
            ("", "acme/app", commit),
            ("x", "acme/app", commit),
            ("7", "acme", commit),
            ("7", "acme/app/x", commit),
            ("7", "../app", commit),
            ("7", "acme/app?x", commit),
            ("7", "acme/app", "main"),
            ("7", "acme/app", "../../../x"),
            ("7", "acme/app", ""),
        ] {
            assert!(build(number, repository, commit).is_err(), "{number} {repository} {commit}");
        }
    }
}
