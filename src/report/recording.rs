//! A recorded report read back into a case and its record, to be judged again.
//!
//! The file may come from anybody: it is bounded, unknown fields are passed over, and whatever it says is data. Only what the
//! judgement needs is read; what the old verdict said is not.

use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use super::wire::{ExchangeReport, Report, SCHEMA_VERSION};
use crate::checks::{Answer, Ask, Case, CredentialId, Exchange, ExchangeId, FaultKind, GitService, NetFault, Probe, Role, Seen};

/// Bytes of a report that are read.
pub const LARGEST: usize = 8 * 1024 * 1024;
/// Exchanges that are read: a run asks at most twenty questions.
const EXCHANGES: usize = 24;
/// Further commands that are read: of a pasted text fifty are.
const COMMANDS: usize = 64;
/// Members of any other list or object.
const MEMBERS: usize = 256;
/// Bytes of a text in `case.request` and `case.more`: as much as a command is read of (`command::MOST`).
const COMMAND: usize = crate::command::MOST;
/// Bytes of any other text: an answer's excerpt is the longest, with 16 KiB and what stands for characters that are none.
const TEXT: usize = 24 << 10;

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
    #[error("{place} has more than {most} members; a report never has")]
    TooMany {
        /// The path of it.
        place: String,
        /// How many are read.
        most: usize,
    },
    /// Longer than a run makes it.
    #[error("{place} is longer than {} KiB; a report's never is", most / 1024)]
    TooLong {
        /// The path of it.
        place: String,
        /// How many bytes are read.
        most: usize,
    },
    /// Evidence is cited by these, so each is there once.
    #[error("{0} stands there twice, and evidence is cited by it")]
    Twice(String),
    /// An exchange with a credential that nobody knows.
    #[error("its exchange {exchange} was asked with credential {credential}, and case.credentials has none of that id")]
    NoCredential {
        /// The exchange.
        exchange: String,
        /// The id that it names.
        credential: u16,
    },
}

/// Only the version: what is read before anything else is believed.
#[derive(Deserialize)]
struct Version {
    schema_version: Option<Value>,
}

/// Reads a report.
pub fn read(bytes: &[u8]) -> Result<(Case, Seen), Error> {
    if bytes.len() > LARGEST {
        return Err(Error::TooLarge);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let version: Version = serde_json::from_slice(bytes).map_err(|e| not_json(&e))?;
    match version.schema_version {
        Some(Value::Number(n)) if n.as_u64() == Some(SCHEMA_VERSION.into()) => {}
        Some(other) => return Err(Error::Version(super::text::cut(&super::text::clean(&other.to_string()), 40))),
        None => return Err(Error::NotJson("it has no schema_version".into())),
    }
    // Bounded before it is understood: whatever is done with it further on takes a time that was measured.
    bounded(&serde_json::from_slice(bytes).map_err(|e| not_json(&e))?, "")?;
    let report: Report = serde_json::from_slice(bytes).map_err(|e| not_json(&e))?;
    let mut case = report.case;
    let started: jiff::Timestamp = report.started_at.parse().map_err(|_| Error::StartedAt)?;
    case.now = started.as_second();
    let mut ids: Vec<CredentialId> = case.credentials.iter().map(|c| c.id).collect();
    ids.sort();
    if let Some(twice) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(Error::Twice(format!("the credential {}", twice[0].0)));
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
        if seen.exchanges.iter().any(|other| other.id == exchange.id) {
            return Err(Error::Twice(format!("the exchange x{}", exchange.id.0)));
        }
        if let Some(id) = exchange.probe.credential.filter(|id| ids.binary_search(id).is_err()) {
            return Err(Error::NoCredential { exchange: format!("x{}", exchange.id.0), credential: id.0 });
        }
        seen.exchanges.push(exchange);
    }
    Ok((case, seen))
}

/// Refuses lists and texts that no run makes, wherever they stand.
fn bounded(value: &Value, place: &str) -> Result<(), Error> {
    let shown = || super::text::cut_middle(&super::text::clean(place), 80);
    let many = |length: usize, most: usize| match length > most {
        true => Err(Error::TooMany { place: shown(), most }),
        false => Ok(()),
    };
    let most = match place {
        "exchanges" => EXCHANGES,
        "case.more" => COMMANDS,
        _ => MEMBERS,
    };
    match value {
        Value::String(text) => {
            let most = if place.starts_with("case.request.") || place.starts_with("case.more[") { COMMAND } else { TEXT };
            if text.len() > most { Err(Error::TooLong { place: shown(), most }) } else { Ok(()) }
        }
        Value::Array(members) => {
            many(members.len(), most)?;
            members.iter().enumerate().try_for_each(|(at, member)| bounded(member, &format!("{place}[{at}]")))
        }
        Value::Object(members) => {
            many(members.len(), MEMBERS)?;
            members.iter().try_for_each(|(key, member)| {
                if key.len() > TEXT {
                    return Err(Error::TooLong { place: shown(), most: TEXT });
                }
                let dot = if place.is_empty() { "" } else { "." };
                bounded(member, &format!("{place}{dot}{key}"))
            })
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
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
