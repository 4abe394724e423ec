//! Requests as the simulated server reads them, and its answers before they go onto the wire.

use serde_json::{Value, json};

use super::texts;

/// Which of the two hosts an address plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// `api.bitbucket.org`.
    Api,
    /// `bitbucket.org`: website, git, `!api`.
    Site,
    /// Both at one address: what a path is decides.
    Both,
}

/// A request, read and bounded.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) side: Side,
    pub(super) method: String,
    /// Percent-decoded.
    pub(super) path: String,
    pub(super) query: String,
    /// Every Authorization header.
    pub(super) authorization: Vec<String>,
    pub(super) body: Vec<u8>,
}

impl Request {
    /// The value of a query parameter, decoded.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        parameter(self.query.as_bytes(), name)
    }

    /// The value of a form field of the body, decoded.
    pub(super) fn field(&self, name: &str) -> Option<String> {
        parameter(&self.body, name)
    }
}

fn parameter(text: &[u8], name: &str) -> Option<String> {
    url::form_urlencoded::parse(text).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// An answer.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: vec![("content-type", content_type.to_owned())], body: body.into() }
    }

    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json; charset=utf-8", body.to_string())
    }

    /// Plain text: what git shows as `remote:` lines, and some answers of the API.
    pub(super) fn text(status: u16, body: &str) -> Self {
        Self::new(status, "text/plain; charset=utf-8", body)
    }

    pub(super) fn html(status: u16, title: &str, text: &str) -> Self {
        let page = format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><title>{title}</title></head>\n<body><h1>{title}</h1><p>{text}</p></body></html>\n"
        );
        Self::new(status, "text/html; charset=utf-8", page)
    }

    /// The envelope of the API's errors.
    pub(super) fn error(status: u16, message: &str) -> Self {
        Self::error_with(status, message, &[])
    }

    /// The envelope with more members of `error`, each an object's name and JSON. Written by hand: the order of the
    /// members is the server's.
    pub(super) fn error_with(status: u16, message: &str, more: &[(&str, String)]) -> Self {
        let more: String = more.iter().map(|(name, value)| format!(", \"{name}\": {value}")).collect();
        let body = format!("{{\"type\": \"error\", \"error\": {{\"message\": {}{more}}}}}", json!(message));
        Self::new(status, "application/json; charset=utf-8", body)
    }

    /// Fact `404-no-api`.
    pub(super) fn no_api() -> Self {
        Self::error_with(404, texts::NO_API, &[("detail", json!(texts::NO_API_DETAIL).to_string())])
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}
