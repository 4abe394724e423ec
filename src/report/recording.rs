//! A recorded report read back into a case and its record, to be judged again.
//!
//! The file may come from anybody: it is bounded, unknown fields are passed over, and whatever it says is data. Only what the
//! judgement needs is read; what the old verdict said is not.

use serde::Deserialize;
use thiserror::Error;

use super::wire::{ExchangeReport, Report, SCHEMA_VERSION};
use crate::checks::{Answer, Ask, Case, Exchange, ExchangeId, FaultKind, GitService, NetFault, Probe, Role, Seen};

/// Bytes of a report that are read.
pub const LARGEST: usize = 8 * 1024 * 1024;
/// Exchanges, requests, credentials and settings of a report that are read.
const MOST: usize = 256;

/// Why a report could not be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// More than [`LARGEST`].
    #[error("it is larger than {} MiB; a report is much smaller", LARGEST / 1024 / 1024)]
    TooLarge,
    /// Not JSON, or not an object.
    #[error("it is no JSON report: {0}")]
    NotJson(String),
    /// Another program's, or one of the future.
    #[error("its schema_version is {0}, and this bbdoctor reads {SCHEMA_VERSION}; a newer bbdoctor may read it")]
    Version(String),
    /// The clock of the judgement is missing.
    #[error("its started_at is no time like 2026-11-23T12:00:00Z")]
    StartedAt,
    /// An exchange that cannot be understood.
    #[error("its exchange {0} says neither what was asked nor a URL below the base URLs of the case")]
    Exchange(String),
    /// More than a run can make.
    #[error("it has more than {MOST} {0}")]
    TooMany(&'static str),
}

/// Only the version: what is read before anything else is believed.
#[derive(Deserialize)]
struct Version {
    schema_version: Option<serde_json::Value>,
}

/// Reads a report.
pub fn read(bytes: &[u8]) -> Result<(Case, Seen), Error> {
    if bytes.len() > LARGEST {
        return Err(Error::TooLarge);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let version: Version = serde_json::from_slice(bytes).map_err(|e| not_json(&e))?;
    match version.schema_version {
        Some(serde_json::Value::Number(n)) if n.as_u64() == Some(SCHEMA_VERSION.into()) => {}
        Some(other) => return Err(Error::Version(super::text::cut(&super::text::clean(&other.to_string()), 40))),
        None => return Err(Error::NotJson("it has no schema_version".into())),
    }
    let report: Report = serde_json::from_slice(bytes).map_err(|e| not_json(&e))?;
    let mut case = report.case;
    let started: jiff::Timestamp = report.started_at.parse().map_err(|_| Error::StartedAt)?;
    case.now = started.as_second();
    let sizes = [
        (report.exchanges.len(), "exchanges"),
        (case.credentials.len(), "credentials"),
        (case.more.len(), "requests"),
        (case.local.len() + case.environment.len(), "settings"),
        (case.needs.len(), "needs"),
    ];
    if let Some((_, what)) = sizes.into_iter().find(|(size, _)| *size > MOST) {
        return Err(Error::TooMany(what));
    }
    if case.options.api_url.is_empty() {
        case.options.api_url = "https://api.bitbucket.org".into();
    }
    if case.options.git_base_url.is_empty() {
        case.options.git_base_url = "https://bitbucket.org".into();
    }
    let mut seen = Seen::default();
    for (place, x) in report.exchanges.into_iter().enumerate() {
        let exchange = exchange(&case, place, x)?;
        seen.exchanges.push(exchange);
    }
    Ok((case, seen))
}

fn not_json(error: &serde_json::Error) -> Error {
    Error::NotJson(super::text::cut(&super::text::clean(&error.to_string()), 200))
}

fn exchange(case: &Case, place: usize, x: ExchangeReport) -> Result<Exchange, Error> {
    let unclear = || Error::Exchange(super::text::cut(&super::text::clean(&x.id), 20));
    let number = x.id.strip_prefix('x').and_then(|n| n.parse().ok());
    let id = ExchangeId(number.unwrap_or(u16::try_from(place + 1).unwrap_or(u16::MAX)));
    let ask = x.ask.clone().or_else(|| asked(case, &x.url)).ok_or_else(unclear)?;
    let role = x.role.ok_or_else(unclear)?;
    let credential = match role {
        Role::Anonymous => None,
        _ => x.credential.or_else(|| case.credentials.first().map(|c| c.id)),
    };
    let got = match (x.status, x.error) {
        (Some(status), _) => Ok(Answer { status, headers: x.headers, excerpt: x.body_excerpt }),
        (None, error) => {
            let error = error.unwrap_or_default();
            let kind = serde_json::from_value(error.kind.into()).unwrap_or(FaultKind::Broken);
            Err(NetFault { kind, detail: error.detail, found: Box::new(error.found) })
        }
    };
    Ok(Exchange { id, probe: Probe { ask, role, credential }, got, elapsed_ms: x.elapsed_ms })
}

/// What was asked, from the URL alone: reports written by hand have no `ask`.
fn asked(case: &Case, url: &str) -> Option<Ask> {
    if let Some(rest) = url.strip_prefix(case.options.git_base_url.trim_end_matches('/'))
        && let Some((repo, service)) = rest.trim_start_matches('/').split_once("/info/refs?service=")
    {
        let service = match service {
            "git-upload-pack" => GitService::UploadPack,
            "git-receive-pack" => GitService::ReceivePack,
            _ => return None,
        };
        return Some(Ask::GitRefs(repo.trim_end_matches(".git").into(), service));
    }
    let path = url.strip_prefix(case.options.api_url.trim_end_matches('/'))?;
    path.starts_with('/').then(|| Ask::Api(path.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str = r#"{"schema_version":1,"started_at":"2026-11-23T12:00:00Z","from_the_future":[1]"#;

    #[test]
    fn a_report_by_hand() {
        let text = format!(
            r#"{LEAST},"exchanges":[
              {{"id":"x1","url":"https://api.bitbucket.org/2.0/user","role":"anonymous","status":401}},
              {{"id":"x2","url":"https://bitbucket.org/acme/app.git/info/refs?service=git-upload-pack","role":"git-static-user","error":{{"kind":"name","detail":"d"}}}}]}}"#
        );
        let (case, seen) = read(text.as_bytes()).expect("reads");
        assert_eq!(case.now, 1_795_435_200);
        assert_eq!(seen.exchanges[0].probe.ask, Ask::Api("/2.0/user".into()));
        assert_eq!(seen.exchanges[1].probe.ask, Ask::GitRefs("acme/app".into(), GitService::UploadPack));
    }

    #[test]
    fn hostile_files_are_errors() {
        for text in [
            "",
            "[]",
            "null",
            "{}",
            "{\"schema_version\":1}",
            "{\"schema_version\":2}",
            "{\"schema_version\":\"\u{1b}[2J\"}",
            "{\"schema_version\":1,\"started_at\":\"yesterday\"}",
            "{\"schema_version\":1e999}",
        ] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(read(deep.as_bytes()).is_err());
        let deep = format!("{{\"schema_version\":1,\"x\":{deep}}}");
        assert!(read(deep.as_bytes()).is_err());
        assert!(read(b"\xff\xfe").is_err());
    }
}
