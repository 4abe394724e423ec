//! What helps to mend a connection that failed: the certificates that were refused, what each address does, what a proxy
//! answers to CONNECT.
//!
//! Only a connection that failed is looked at, once for each origin. Addresses are connected to and left again; nothing is
//! sent to them. A proxy is asked for the tunnel once more, because the client keeps no more of its answer than that it was a
//! refusal; where it wanted a sign-in, without the one it has just refused.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bbdoctor_checks::autopsy::{Autopsy, Certificate, ProxyWord, Reach, Refusal, Tried, vouched};
use rustls::CertificateError;
use rustls::client::verify_server_name;
use rustls::pki_types::ServerName;
use rustls::server::ParsedCertificate;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use url::Url;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::X509Name;

use super::Proxy;
use super::names::Names;
use super::tls::Presented;

/// How long an address, and then a proxy, may take to show what it does.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// Addresses of a host that are tried.
const MOST_ADDRESSES: usize = 6;
/// Certificates and names of a chain that are kept.
const MOST_OF_CHAIN: usize = 5;
/// How much of a proxy's answer is read.
const ANSWER: usize = 8 << 10;

/// Why a certificate was refused, and by whom it was issued.
pub(super) fn certificate(host: &str, presented: &Presented) -> (String, Autopsy) {
    let chain = chain(presented);
    let (refused, why) = match &presented.refused {
        // A list that trusts this authority would not help: it is another server's.
        Some(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)) if !is_for(host, presented) => {
            (Refusal::OtherName, format!("for another name than {host}, and from an authority that this system does not trust"))
        }
        Some(rustls::Error::InvalidCertificate(error)) => reason(host, error),
        Some(error) => (Refusal::Other, format!("refused ({error})")),
        None => (Refusal::Other, "refused".to_owned()),
    };
    let mut text = format!("the certificate shown for {host} is {why}");
    if let Some(who) = vouched(&chain) {
        text.push_str(&format!("; {who}"));
    }
    if let Some(leaf) = chain.first() {
        let day = |moment: &str| moment.split('T').next().unwrap_or_default().to_owned();
        text.push_str(&format!("; valid {} to {}", day(&leaf.not_before), day(&leaf.not_after)));
    }
    (text, Autopsy { chain, refused: Some(refused), ..Autopsy::default() })
}

/// The certificates that were shown, the server's first.
pub(super) fn chain(presented: &Presented) -> Vec<Certificate> {
    presented
        .chain
        .iter()
        .take(MOST_OF_CHAIN)
        .filter_map(|der| X509Certificate::from_der(der).ok())
        .map(|(_, c)| read(&c))
        .collect()
}

fn read(certificate: &X509Certificate<'_>) -> Certificate {
    let validity = certificate.validity();
    let names = certificate.subject_alternative_name().ok().flatten();
    let names = names.iter().flat_map(|names| &names.value.general_names).filter_map(|name| match name {
        GeneralName::DNSName(name) => Some(plain(name)),
        GeneralName::IPAddress(bytes) => address(bytes),
        _ => None,
    });
    Certificate {
        subject: name(certificate.subject()),
        issuer: name(certificate.issuer()),
        names: names.take(MOST_OF_CHAIN).collect(),
        not_before: moment(validity.not_before.timestamp()),
        not_after: moment(validity.not_after.timestamp()),
        self_signed: certificate.issuer() == certificate.subject(),
    }
}

fn address(bytes: &[u8]) -> Option<String> {
    let v4 = <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from);
    v4.or_else(|| <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from)).map(|ip| ip.to_string())
}

fn reason(host: &str, error: &CertificateError) -> (Refusal, String) {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            (Refusal::Expired, "past its last day by this machine's clock".to_owned())
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            (Refusal::NotYetValid, "not valid yet by this machine's clock".to_owned())
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            (Refusal::OtherName, format!("for another name than {host}"))
        }
        CertificateError::UnknownIssuer => {
            (Refusal::UnknownIssuer, "from an authority that this system does not trust".to_owned())
        }
        CertificateError::Revoked => (Refusal::Other, "revoked".to_owned()),
        CertificateError::BadEncoding => (Refusal::Other, "not well formed".to_owned()),
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            (Refusal::Other, "for another purpose than a server's".to_owned())
        }
        // What else there is has names of the library alone.
        other if format!("{other:?}").contains("CaUsedAsEndEntity") => {
            (Refusal::Other, "one of an authority, which no server shows as its own".to_owned())
        }
        CertificateError::Other(_) => (Refusal::Other, "not one that can be trusted".to_owned()),
        other => (Refusal::Other, format!("not trusted ({other})")),
    }
}

/// Whether the server's certificate is for this name.
fn is_for(host: &str, presented: &Presented) -> bool {
    let name = ServerName::try_from(host.trim_start_matches('[').trim_end_matches(']'));
    let leaf = presented.chain.first().and_then(|der| ParsedCertificate::try_from(der).ok());
    // What cannot be read is said nothing of.
    name.ok().zip(leaf).is_none_or(|(name, leaf)| verify_server_name(&leaf, &name).is_ok())
}

fn name(name: &X509Name<'_>) -> String {
    let part = name.iter_common_name().chain(name.iter_organization()).find_map(|part| part.as_str().ok());
    part.map_or_else(|| "an issuer without a name".to_owned(), plain)
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}

fn moment(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| "an unknown day".to_owned(), |moment| moment.to_string())
}

/// Looks at the way to an origin: each address of the host, or of the proxy that leads there, and what the proxy says.
/// `word`: whether the proxy is asked again, and whether with its user and password.
pub(super) async fn examine(url: &Url, proxy: Option<&Proxy>, names: &Names, word: Option<bool>, left: Duration) -> Autopsy {
    let patience = (left / 2).min(PATIENCE);
    let end = proxy.map_or(url, Proxy::url);
    let host = end.host_str().unwrap_or_default();
    let port = end.port_or_known_default().unwrap_or(1080);
    let addresses = names.of(host).and_then(|looked| looked.addresses).unwrap_or_default();
    let tried = knock(&addresses, port, patience).await;
    let said = match proxy {
        Some(proxy) => {
            let mut said = introduced(proxy);
            let open = tried.iter().find(|t| t.result == Reach::Connects).and_then(|t| t.address.parse().ok());
            // Other schemes have no CONNECT to ask, or hide it in TLS.
            if let (Some(address), Some(signed), "http", "https") = (open, word, proxy.url().scheme(), url.scheme()) {
                let answer = tokio::time::timeout(patience, tunnel(address, url, proxy, signed)).await;
                if let Some(head) = answer.ok().flatten() {
                    heed(&mut said, &head);
                }
            }
            Some(said)
        }
        None => None,
    };
    Autopsy { tried, proxy: said, ..Autopsy::default() }
}

/// The proxy as the settings have it.
pub(super) fn introduced(proxy: &Proxy) -> ProxyWord {
    ProxyWord {
        address: proxy.shown(),
        setting: proxy.setting().to_owned(),
        signs_in: proxy.user_information().is_some(),
        ..ProxyWord::default()
    }
}

/// What each address does when it is connected to, all at once.
async fn knock(addresses: &[IpAddr], port: u16, patience: Duration) -> Vec<Tried> {
    // Some of either family, whatever the system prefers.
    let (v6, v4): (Vec<IpAddr>, Vec<IpAddr>) = addresses.iter().partition(|address| address.is_ipv6());
    let some = v6.into_iter().take(MOST_ADDRESSES / 2).chain(v4.into_iter().take(MOST_ADDRESSES / 2));
    let mut open = JoinSet::new();
    for (place, address) in some.map(|ip| SocketAddr::new(ip, port)).enumerate() {
        open.spawn(async move {
            let result = match tokio::time::timeout(patience, TcpStream::connect(address)).await {
                Ok(Ok(_)) => Reach::Connects,
                Ok(Err(error)) => reach(&error),
                Err(_) => Reach::Silent,
            };
            (place, Tried { address: address.to_string(), result })
        });
    }
    let mut tried = open.join_all().await;
    tried.sort_by_key(|(place, _)| *place);
    tried.into_iter().map(|(_, tried)| tried).collect()
}

fn reach(error: &std::io::Error) -> Reach {
    use std::io::ErrorKind as Kind;
    match error.kind() {
        Kind::ConnectionRefused => Reach::Refused,
        Kind::TimedOut => Reach::Silent,
        Kind::HostUnreachable | Kind::NetworkUnreachable | Kind::AddrNotAvailable => Reach::Unreachable,
        _ => Reach::Failed,
    }
}

/// Asks a proxy for the tunnel, and gives the head of its answer.
async fn tunnel(address: SocketAddr, url: &Url, proxy: &Proxy, signed: bool) -> Option<String> {
    let target = format!("{}:{}", url.host_str()?, url.port_or_known_default()?);
    let user = proxy.user_information().filter(|_| signed);
    let user = user.map_or_else(String::new, |pair| format!("Proxy-Authorization: Basic {}\r\n", STANDARD.encode(pair)));
    let mut socket = TcpStream::connect(address).await.ok()?;
    let question = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\nUser-Agent: {}\r\n{user}\r\n", super::USER_AGENT);
    socket.write_all(question.as_bytes()).await.ok()?;
    let (mut head, mut buffer) = (Vec::new(), [0; 1024]);
    while head.len() < ANSWER && !head.windows(4).any(|four| four == b"\r\n\r\n") {
        match socket.read(&mut buffer).await {
            Ok(length) if length > 0 => head.extend_from_slice(&buffer[..length]),
            _ => break,
        }
    }
    Some(String::from_utf8_lossy(&head).into_owned())
}

/// Reads the head of a proxy's answer.
fn heed(said: &mut ProxyWord, head: &str) {
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse::<u16>().ok());
    said.status = status.filter(|status| (100..600).contains(status));
    for (name, value) in lines.take_while(|line| !line.is_empty()).filter_map(|line| line.split_once(':')) {
        let value = value.trim();
        if name.eq_ignore_ascii_case("proxy-authenticate") {
            add_schemes(said, value);
        } else if name.eq_ignore_ascii_case("server") && !value.is_empty() {
            said.server = Some(plain(value));
        } else if name.eq_ignore_ascii_case("location") {
            said.leads_to = Url::parse(value).ok().and_then(|url| url.host_str().map(plain));
        } else if name.eq_ignore_ascii_case("content-type") {
            said.page = value.to_ascii_lowercase().starts_with("text/html");
        }
    }
}

/// Adds the names of the schemes in a `Proxy-Authenticate`.
pub(super) fn add_schemes(said: &mut ProxyWord, value: &str) {
    // `Basic realm="a, b", NTLM`: a part is a scheme where its first word is no `name=value`.
    for part in value.split(',').map(str::trim) {
        let word = part.split(' ').next().unwrap_or_default();
        let is_name = !word.is_empty() && word.len() < 20 && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if is_name && said.schemes.len() < 6 && !said.schemes.iter().any(|known| known.eq_ignore_ascii_case(word)) {
            said.schemes.push(word.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxys_answer_is_read_whatever_it_is() {
        let mut said = ProxyWord::default();
        heed(
            &mut said,
            "HTTP/1.1 407 Proxy Authentication Required\r\nServer: squid/6.1\x1b\r\nProxy-Authenticate: Basic realm=\"acme\"\r\nproxy-authenticate: Negotiate, NTLM\r\n\r\nProxy-Authenticate: Digest",
        );
        assert_eq!((said.status, said.server.as_deref()), (Some(407), Some("squid/6.1")));
        assert_eq!(said.schemes, ["Basic", "Negotiate", "NTLM"]);
        for hostile in
            ["", "HTTP/1.1", "HTTP/1.1 999999\r\n", "HTTP/1.1 -1 x", "\u{1b}[2J", "HTTP/1.1 407\r\nProxy-Authenticate:"]
        {
            let mut said = ProxyWord::default();
            heed(&mut said, hostile);
            assert!(said.schemes.is_empty() && said.status.is_none_or(|s| s == 407), "{said:?}");
        }
    }
}
