//! Base URLs, proxy and certificate file: the way to Bitbucket as it was asked for.

use std::time::Duration;

use url::{Host, Url};

use super::{Around, Error};
use crate::cli::args::CheckArgs;
use crate::seam::Settings;

/// Where the API is.
pub const API_URL: &str = "https://api.bitbucket.org";
/// Where git is.
pub const GIT_BASE_URL: &str = "https://bitbucket.org";
/// Seconds that a run may take.
const TIMEOUT: f64 = 30.0;
/// Of these, seconds to connect.
const CONNECT_TIMEOUT: f64 = 5.0;

/// The settings of the transport.
pub(super) fn settings(args: &CheckArgs, around: &Around) -> Result<Settings, Error> {
    let timeout = args.timeout.unwrap_or(TIMEOUT);
    if !(timeout > 0.0 && timeout <= 3600.0) {
        return Err(Error::value("--timeout", "it is no number of seconds between 0 and 3600", "for example --timeout 30"));
    }
    if let Some(path) = &args.ca_cert {
        let file = around.read("--ca-cert", path)?;
        if !file.windows(10).any(|part| part == b"-----BEGIN") {
            let why = format!("{} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)", path.display());
            return Err(Error::value("--ca-cert", why, "openssl x509 -inform der -in FILE makes PEM of a binary certificate"));
        }
    }
    if let Some(proxy) = &args.proxy {
        proxy_url(proxy)?;
    }
    Ok(Settings {
        api_url: base_url("--api-url", args.api_url.as_deref(), API_URL)?,
        git_base_url: base_url("--git-base-url", args.git_base_url.as_deref(), GIT_BASE_URL)?,
        proxy: args.proxy.clone(),
        ca_cert: args.ca_cert.clone(),
        timeout: Duration::from_secs_f64(timeout),
        connect_timeout: Duration::from_secs_f64(timeout.min(CONNECT_TIMEOUT)),
    })
}

/// A base URL, without the slash at its end: `https`, or `http` to this machine only.
fn base_url(option: &'static str, given: Option<&str>, otherwise: &str) -> Result<String, Error> {
    let Some(given) = given else { return Ok(otherwise.into()) };
    let wrong = |why: &str| Error::value(option, why, format!("for example {option} {otherwise}"));
    let url = Url::parse(given.trim()).map_err(|_| wrong("it is no URL"))?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => return Err(wrong("plain http would show the token to everybody on the way; it is taken for loopback only")),
        _ => return Err(wrong("it is neither https nor http")),
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(wrong("it has no host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("it holds a user or a password, which do not belong there"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("it is the beginning of every URL, so it has no ? and no #"));
    }
    let text = url.as_str().trim_end_matches('/');
    // A base that names the version too is what people copy; paths begin with it already.
    Ok(text.strip_suffix("/2.0").unwrap_or(text).to_owned())
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn proxy_url(given: &str) -> Result<(), Error> {
    let wrong = |why: &str| Error::value("--proxy", why, "for example --proxy http://proxy.example.com:3128");
    let with_scheme = if given.contains("://") { given.to_owned() } else { format!("http://{given}") };
    let url = Url::parse(&with_scheme).map_err(|_| wrong("it is no URL"))?;
    if !matches!(url.scheme(), "http" | "https" | "socks4" | "socks4a" | "socks5" | "socks5h") {
        return Err(wrong("its scheme is none of http, https, socks4, socks5, socks5h"));
    }
    if url.host_str().is_none_or(str::is_empty) { Err(wrong("it has no host")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_urls() {
        let of = |given| base_url("--api-url", Some(given), API_URL);
        assert_eq!(of("https://api.example.com/").as_deref(), Ok("https://api.example.com"));
        assert_eq!(of("http://127.0.0.1:8080").as_deref(), Ok("http://127.0.0.1:8080"));
        assert_eq!(of("http://[::1]:8080/2.0/").as_deref(), Ok("http://[::1]:8080"));
        for wrong in [
            "http://api.example.com",
            "ftp://127.0.0.1",
            "api.bitbucket.org",
            "",
            "https://u:p@h",
            "https://h/?x",
            "http://127.0.0.1.example.com",
        ] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }
}
