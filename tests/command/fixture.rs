//! Invented tokens, whole to the checksum, and a short way to read a text.

use bbdoctor::checks::{Request, shape};
use bbdoctor::command::{Context, Input, Reading, read};

/// A token of this kind with a checksum that fits; made here so that none stands in the repository.
pub(crate) fn token(prefix: &str) -> String {
    const LETTERS: &[u8] = b"xFfGF0Zk3mQ9tR7yBv2LcN8pWd5HsJ4gKf6TbXu1EoIaUrYqVzMnCwSlDhGjPk";
    let body: String = (0..176).map(|i| char::from(LETTERS[(i * 7 + prefix.len() + i / 9) % LETTERS.len()])).collect();
    let whole = format!("{prefix}{body}=");
    let sum = shape::checksum(&whole);
    format!("{whole}{sum}")
}

/// An API token.
pub(crate) fn api_token() -> String {
    token("ATATT3")
}

/// Reads a text with nothing in the environment.
pub(crate) fn text(pasted: &str) -> Reading {
    read(Input::Text(pasted), &context())
}

/// Real hosts, empty environment.
pub(crate) fn context() -> Context<'static> {
    Context { variable: &|_| None, api_url: "https://api.bitbucket.org", git_base_url: "https://bitbucket.org" }
}

/// What a span shows.
pub(crate) fn at<'a>(request: &'a Request, name: &str) -> &'a str {
    request.spans.get(name).map_or("", |span| &request.text[span.start as usize..span.end as usize])
}
