//! From the bytes that arrived to a request that can be judged, and which of them are secrets.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use percent_encoding::percent_decode_str;

use crate::checks::{Case, NoteKind};
use crate::command::{ArrivedRequest, OTHER_HEADERS};
use crate::report::text;
use crate::secret::Secret;
use crate::simulator::{Arrived, Unreadable};
use crate::transport::{API_URL, GIT_BASE_URL};
use crate::vault::Vault;

/// How much of a path, of a header and of a form is read.
const MOST_TARGET: usize = 2_000;
const MOST_VALUE: usize = 4 << 10;
/// Shorter texts are words.
const SHORTEST_SECRET: usize = 4;

/// A text that ends at a character.
fn bounded(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The request, with the host that it was meant for.
pub(super) fn request(arrived: &Arrived) -> ArrivedRequest {
    let base = if arrived.api { API_URL } else { GIT_BASE_URL };
    let form = arrived.header("content-type").contains("x-www-form-urlencoded");
    let anonymous = arrived.authorization.is_empty();
    // Only what follows from the way it was sent: the stand-in takes every token that is well formed.
    let refused = (arrived.refused || anonymous && arrived.status == 401).then(|| (arrived.status, arrived.said.clone()));
    let mut notes = Vec::new();
    if arrived.status == 0 {
        let text = "a line end was sent inside the Authorization header: no server can read such a request";
        notes.push((NoteKind::StrayCharacters, text.to_owned()));
    }
    ArrivedRequest {
        method: bounded(&arrived.method, 20).to_owned(),
        url: format!("{base}{}", bounded(&arrived.target, MOST_TARGET)),
        authorization: arrived.authorization.iter().take(4).map(|value| bounded(value, MOST_VALUE).to_owned()).collect(),
        other: (arrived.headers.iter())
            .filter(|(name, value)| OTHER_HEADERS.contains(&name.as_str()) && !value.trim().is_empty())
            .take(4)
            .map(|(name, value)| (name.clone(), bounded(value, MOST_VALUE).to_owned()))
            .collect(),
        form: if form { bounded(&String::from_utf8_lossy(&arrived.body), MOST_VALUE).to_owned() } else { String::new() },
        refused,
        notes,
    }
}

/// Hides every text of a request that is, or may be, a secret: before anything of it is shown.
pub(super) fn hide(arrived: &Arrived, vault: &mut Vault) {
    let mut found: Vec<Secret> = Vec::new();
    let mut hide = |text: &str| {
        let text = text.trim();
        if text.len() >= SHORTEST_SECRET {
            found.push(Secret::new(bounded(text, MOST_VALUE).to_owned()));
        }
    };
    let others = arrived.headers.iter().filter(|(name, _)| OTHER_HEADERS.contains(&name.as_str())).map(|(_, value)| value);
    for value in arrived.authorization.iter().chain(others).take(8) {
        let value = value.trim();
        let rest = value.split_once(char::is_whitespace).map_or(value, |(_, rest)| rest.trim());
        hide(rest);
        let compact: String = rest.chars().filter(|c| !c.is_whitespace()).collect();
        hide(&compact);
        for (_, secret) in [rest, &compact].iter().filter_map(|pair| pair.split_once(':')) {
            hide(secret);
        }
        if let Ok(pair) = STANDARD.decode(&compact).or_else(|_| URL_SAFE.decode(&compact)) {
            let pair = String::from_utf8_lossy(&pair).into_owned();
            hide(pair.split_once(':').map_or(pair.as_str(), |(_, secret)| secret));
        }
    }
    // A user and a secret may stand in a path, and a secret among the fields of a query or a form, under these names.
    let query = arrived.target.split_once('?').map_or("", |(_, query)| query).as_bytes();
    for (name, value) in url::form_urlencoded::parse(query).chain(url::form_urlencoded::parse(&arrived.body)).take(200) {
        let name = name.to_ascii_lowercase();
        if ["token", "secret", "password", "jwt", "key", "code", "assertion"].iter().any(|word| name.contains(word)) {
            hide(&value);
        }
    }
    vault.hide_all(found, "[secret]");
}

/// What two requests must share for one to follow the other: the repository of git, else the path.
pub(super) fn about(url: &str) -> &str {
    let path = url.split('?').next().unwrap_or(url);
    let git = ["/info/refs", "/git-upload-pack", "/git-receive-pack", "/info/lfs"];
    git.iter().find_map(|end| path.find(end).map(|at| &path[..at])).unwrap_or(path)
}

/// Method and path as they may be shown.
pub(super) fn shown(case: &Case, arrived: &Arrived) -> String {
    let Some(request) = &case.request else { return String::new() };
    let path = percent_decode_str(super::judge::path(request)).decode_utf8_lossy();
    text::clean(&format!("{} {path}", bounded(&arrived.method, 20)))
}

/// A request that no server reads, because a line of its head has no colon: read as it was meant, where it is one.
pub(super) fn broken(bytes: &[u8]) -> Option<Arrived> {
    let text = String::from_utf8_lossy(bytes);
    let head = text.split("\r\n\r\n").next()?;
    let mut lines = head.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    let mut words = lines.next()?.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let plausible = !method.is_empty() && method.len() <= 20 && method.bytes().all(|b| b.is_ascii_uppercase());
    if !plausible || !target.starts_with('/') || !version.starts_with("HTTP/1.") {
        return None;
    }
    let mut arrived = Arrived { method: method.to_owned(), target: target.to_owned(), ..Arrived::default() };
    let mut headers: Vec<(String, String)> = Vec::new();
    let mut broken = false;
    for line in lines.take(200) {
        let name = line
            .split_once(':')
            .filter(|(name, _)| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
        match (name, headers.last_mut()) {
            (Some((name, value)), _) => headers.push((name.to_ascii_lowercase(), value.trim().to_owned())),
            (None, Some((last, value))) => {
                broken |= last == "authorization";
                value.push(' ');
                value.push_str(line.trim());
            }
            (None, None) => return None,
        }
    }
    let (own, headers) = headers.into_iter().partition(|(name, _)| name == "authorization");
    arrived.authorization = Vec::from_iter(own).into_iter().map(|(_, value): (String, String)| value).collect();
    arrived.headers = headers;
    arrived.api = crate::simulator::is_api_path(&arrived.target);
    broken.then_some(arrived)
}

/// What to say of what is no request: a number to count it by, what it is, what to do.
pub(super) fn unreadable(unreadable: &Unreadable) -> (u8, &'static str, &'static str) {
    match unreadable {
        Unreadable::TlsOnPlainPort => {
            (0, "TLS arrived at a port for plain HTTP", "the program insists on https: start again with --tls-ca FILE")
        }
        Unreadable::PlainOnTlsPort => (1, "plain HTTP arrived at a port for TLS", "give the program the address with https://"),
        Unreadable::Handshake(reason)
            if reason.contains("UnknownCA") || reason.contains("CertificateUnknown") || reason.contains("BadCertificate") =>
        {
            (
                2,
                "the program does not trust this certificate",
                "--tls-ca FILE writes the one to trust, and shows how programs are told so",
            )
        }
        Unreadable::Handshake(_) => (
            3,
            "the program broke off the TLS handshake",
            "most often it does not trust the certificate: --tls-ca FILE writes the one to trust, and shows how programs are told so",
        ),
        Unreadable::NoHttp(_) => (4, "something arrived that is no HTTP", "it was answered 400 and is not shown"),
        Unreadable::TooLarge => (5, "a request arrived whose headers are larger than 64 KiB", "it was refused and is not shown"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_with_a_line_end_in_it_is_read_as_it_was_meant() {
        let head = b"GET /2.0/user HTTP/1.1\r\nHost: x\r\nAuthorization: Basic YW5u\nYTpi\r\nAccept: */*\r\n\r\nbody: x";
        let arrived = broken(head).expect("a request");
        assert_eq!((arrived.method.as_str(), arrived.target.as_str(), arrived.api), ("GET", "/2.0/user", true));
        assert_eq!(arrived.authorization, ["Basic YW5u YTpi"]);
        assert_eq!((arrived.header("accept"), arrived.header("body")), ("*/*", ""));
        for other in [&b"GET / HTTP/1.1\r\nHost\r\n\r\n"[..], b"GET /", b"\x00\xff", b"", b"GET x y\r\nAuthorization: a\nb"] {
            assert!(broken(other).is_none(), "{:?}", String::from_utf8_lossy(other));
        }
    }

    #[test]
    fn every_form_of_what_arrives_is_hidden() {
        let arrived = Arrived {
            target: "/2.0/user?private_token=in-the-query-1".into(),
            authorization: vec![format!("Basic {}", STANDARD.encode("anna:in-the-header-2")), "in-no-scheme-3".into()],
            headers: vec![("x-api-key".into(), "in-a-header-4".into())],
            body: b"client_secret=in-the-body-5".to_vec(),
            ..Arrived::default()
        };
        let mut vault = Vault::default();
        hide(&arrived, &mut vault);
        let text = "in-the-query-1 in-the-header-2 in-no-scheme-3 in-a-header-4 in%2Dthe-body-5 YW5uYTppbi10aGUtaGVhZGVyLTI=";
        let hidden = vault.redactor().redact(text).into_owned();
        assert_eq!(hidden, ["[secret]"; 6].join(" "));
    }

    #[test]
    fn a_question_of_git_is_about_its_repository() {
        let of = |path: &'static str| about(path);
        assert_eq!(of("https://h/a/b.git/info/refs?service=git-upload-pack"), of("https://h/a/b.git/git-upload-pack"));
        assert_ne!(of("https://h/2.0/user?a=b"), of("https://h/2.0/users"));
    }
}
