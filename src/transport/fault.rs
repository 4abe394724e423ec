//! Why there is no answer, told apart by the place where the way ended.
//!
//! The evidence is the chain of causes below reqwest's error, the certificate that the verifier refused, and whether a proxy
//! was to be used. An answer that does not come from Bitbucket is no fault: it is an answer.

use std::error::Error;
use std::io;

use bbdoctor_checks::{FaultKind, NetFault};
use url::Url;

use super::tls::Presented;
use super::{Proxy, autopsy};

/// What was on the way.
pub(super) struct Way<'a> {
    pub(super) url: &'a Url,
    pub(super) proxy: Option<&'a Proxy>,
    pub(super) presented: Option<Presented>,
}

/// The fault behind an error of reqwest.
pub(super) async fn of(error: reqwest::Error, way: &Way<'_>) -> NetFault {
    let host = way.url.host_str().unwrap_or_default();
    let port = way.url.port_or_known_default().unwrap_or(443);
    let chain = chain(&error);
    let last = chain.last().cloned().unwrap_or_default();
    if let Some(tls) = tls_error(&error) {
        return of_tls(host, tls, way);
    }
    if let Some(tunnel) = chain.iter().find(|text| text.starts_with("tunnel error")) {
        let proxy = way.proxy.map(Proxy::shown).unwrap_or_default();
        if tunnel.contains("authorization required") {
            return fault(
                FaultKind::Proxy,
                format!("the proxy {proxy} wants a sign-in of its own (407) before it connects to {host}"),
            );
        }
        if tunnel.contains("unsuccessful") {
            return fault(FaultKind::Proxy, format!("the proxy {proxy} refused to connect to {host}:{port}"));
        }
    }
    if error.is_timeout() {
        let through = way.proxy.map(|proxy| format!(" through the proxy {}", proxy.shown())).unwrap_or_default();
        return fault(FaultKind::Timeout, format!("no connection to {host}:{port}{through} in time"));
    }
    if let Some(proxy) = way.proxy.filter(|_| error.is_connect() || error.is_dns()) {
        return fault(
            FaultKind::Proxy,
            format!("the proxy {} (set by {}) cannot be used: {last}", proxy.shown(), proxy.setting()),
        );
    }
    if error.is_dns() {
        return fault(FaultKind::Name, format!("{host} has no address: {last}"));
    }
    if error.is_connect() {
        let tried = autopsy::addresses(host, port).await.unwrap_or_else(|| format!("port {port}"));
        return fault(FaultKind::Connect, format!("{host} cannot be reached (tried {tried}): {last}"));
    }
    fault(FaultKind::Broken, format!("the connection to {host} broke before the answer was complete: {}", chain.join(": ")))
}

/// A fault with a bounded text without control characters.
pub(super) fn fault(kind: FaultKind, detail: impl AsRef<str>) -> NetFault {
    let detail = detail.as_ref().chars().filter(|c| !c.is_control()).take(400).collect();
    NetFault { kind, detail }
}

fn of_tls(host: &str, error: &rustls::Error, way: &Way<'_>) -> NetFault {
    use rustls::CertificateError as Certificate;
    match error {
        rustls::Error::InvalidCertificate(why) => {
            let dates = matches!(
                why,
                Certificate::Expired
                    | Certificate::ExpiredContext { .. }
                    | Certificate::NotValidYet
                    | Certificate::NotValidYetContext { .. }
            );
            let kind = if dates { FaultKind::TlsDates } else { FaultKind::Tls };
            match way.presented.as_ref().filter(|presented| presented.refused.is_some()) {
                Some(presented) => fault(kind, autopsy::certificate(host, presented)),
                None => fault(kind, format!("the certificate of {host} was refused: {why}")),
            }
        }
        rustls::Error::InvalidMessage(_) => {
            fault(FaultKind::Broken, format!("what answers at {host} does not speak TLS ({error})"))
        }
        other => fault(FaultKind::Tls, format!("no secure connection to {host}: {other}")),
    }
}

/// The texts of an error and all its causes, without those that only repeat what follows.
fn chain(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if texts.last() != Some(&text) {
            texts.push(text);
        }
        next = cause.source();
    }
    texts
}

/// rustls' own error, which hides inside an I/O error.
fn tls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    if let Some(found) = error.downcast_ref::<rustls::Error>() {
        return Some(found);
    }
    let inside = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref).and_then(|inner| tls_error(inner));
    inside.or_else(|| error.source().and_then(tls_error))
}

/// Whether this is the gate's word that nothing was sent.
pub(super) fn is_gone(error: &(dyn Error + 'static)) -> bool {
    error.is::<super::gate::Gone>() || error.source().is_some_and(is_gone)
}
