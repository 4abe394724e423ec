//! What programs say of the way to Bitbucket when they get no answer: curl, git, wget, Python, Node.js, Java, Go, .NET, Rust.
//!
//! Words alone are read, so nothing here is proof. A line about another host, or of ssh, says nothing of this way. A proxy's
//! words come first, for what else a traceback holds is what the proxy made of it; then names, certificates, connections.

use alloc::string::String;

use crate::FaultKind::{self, Connect, Name, Proxy, Timeout, Tls, TlsDates};

/// Words, in lower case, and what they tell of; the first that is there counts.
const WORDS: &[(FaultKind, &[&str])] = &[
    (
        Proxy,
        &[
            "could not resolve proxy",
            "response 407",
            "407 proxy authentication required",
            "from proxy after connect",
            "connect tunnel failed",
            "proxy connect aborted",
            "connection to proxy closed",
            "can't complete socks",
            "tunnel connection failed",
            "unable to connect to proxy",
            "cannot connect to proxy",
            "unable to tunnel through proxy",
            "tunnel failed, got:",
            "proxy tunneling failed",
            "failed reading proxy response",
            "proxy tunnel request to proxy",
            "proxyconnect tcp",
            "tunneling socket could not be established",
        ],
    ),
    (
        Name,
        &[
            "could not resolve host",
            "couldn't resolve host",
            "name or service not known",
            "getaddrinfo enotfound",
            "getaddrinfo eai_again",
            "getaddrinfo failed",
            "temporary failure in name resolution",
            "no address associated with hostname",
            "nodename nor servname",
            "no such host",
            "unknownhostexception",
            "unresolvedaddressexception",
            "nameresolutionerror",
            "unable to resolve host address",
            "the remote name could not be resolved",
            "failed to lookup address information",
            "server misbehaving",
            "resolving timed out",
        ],
    ),
    (
        TlsDates,
        &[
            "certificate has expired",
            "certificate is not yet valid",
            "certificate has not yet been activated",
            "cert_has_expired",
            "cert_not_yet_valid",
            "certificateexpiredexception",
            "certificatenotyetvalidexception",
            "sec_e_cert_expired",
        ],
    ),
    (
        Tls,
        &[
            "unable to check revocation",
            "the revocation status of the certificate",
            "ssl certificate problem",
            "self signed certificate",
            "self-signed certificate",
            "unable to get local issuer certificate",
            "unable to find valid certification path",
            "pkix path building failed",
            "certificate verify failed",
            "certificate verification failed",
            "certificate_verify_failed",
            "rejected certificate",
            "x509: certificate",
            "invalid peer certificate",
            "does not match target host name",
            "no alternative certificate subject name",
            "no subject alternative",
            "no name matching",
            "unable to verify the first certificate",
            "unable_to_verify_leaf_signature",
            "unable_to_get_issuer_cert",
            "self_signed_cert_in_chain",
            "depth_zero_self_signed_cert",
            "err_tls_cert_altname_invalid",
            "sec_e_untrusted_root",
            "issued by an authority that is not trusted",
            "could not establish trust relationship",
            "the remote certificate is invalid",
            "the remote certificate was rejected",
            "doesn't have a known issuer",
            "certificate's owner does not match hostname",
        ],
    ),
    (
        Connect,
        &[
            "connection refused",
            "failed to connect to",
            "couldn't connect to server",
            "could not connect to server",
            "failed to establish a new connection",
            "actively refused",
            "network is unreachable",
            "no route to host",
            "host is unreachable",
            "connection reset by peer",
            "socketexception: connection reset",
            "connection was reset",
            "remote host terminated the handshake",
            "remote end closed connection without response",
            "unexpected end of file from server",
            "header parser received no bytes",
            "empty reply from server",
            "failure when receiving data from the peer",
            "unknown ssl protocol error",
            "socket hang up",
            "ssl_error_syscall",
            "unexpected_eof_while_reading",
            "eof occurred in violation of protocol",
            "wrong version number",
            "an unexpected tls packet",
            "unable to establish ssl connection",
            "gnutls_handshake() failed",
            "schannel: failed to receive handshake",
            "econnrefused",
            "econnreset",
            "enetunreach",
            "ehostunreach",
        ],
    ),
    (
        Timeout,
        &[
            "connection timed out",
            "operation timed out",
            "connect timed out",
            "read timed out",
            "urlopen error timed out",
            "ssl connection timeout",
            "tls handshake timeout",
            "i/o timeout",
            "und_err_connect_timeout",
            "aborted due to timeout",
            "etimedout",
        ],
    ),
    // What the runtime says where it says no more; looked for after all that says why.
    (Connect, &["java.net.connectexception"]),
];

/// Words behind which the host stands that could not be reached.
const HOSTS: &[&str] = &[
    "could not resolve host: ",
    "couldn't resolve host '",
    "enotfound ",
    "eai_again ",
    "unknownhostexception: ",
    "failed to resolve '",
    "unable to resolve host address ",
    "host='",
    ": lookup ",
];

/// What a pasted text says about the way to Bitbucket, in the words of curl, git and the usual runtimes.
#[must_use]
pub fn reported_fault(text: &str) -> Option<FaultKind> {
    let lower = text.to_ascii_lowercase().replace(['\u{2018}', '\u{2019}'], "'");
    let kept: String = lower.lines().filter(|line| !is_of_another(line)).flat_map(|line| [line, "\n"]).collect();
    if kept.lines().any(reaches_a_proxy) {
        return Some(Proxy);
    }
    WORDS.iter().find(|(_, words)| words.iter().any(|word| kept.contains(word) && !is_torn(&kept, word))).map(|(kind, _)| *kind)
}

/// A line about another host than Bitbucket's, or of ssh. A proxy is on the way, whatever it is called.
fn is_of_another(line: &str) -> bool {
    let foreign = HOSTS.iter().filter_map(|word| line.split_once(word)).any(|(_, after)| {
        let host = after.trim_start_matches('\'').split([' ', '\'', '"', ':', ',', ')', '/']).next().unwrap_or_default();
        host.contains('.') && host != "bitbucket.org" && !host.ends_with(".bitbucket.org")
    });
    // Node.js names address and port; Bitbucket's is 443.
    let port = |word: &str| line.split_once(word).and_then(|(_, to)| to.split([' ', '\n', ')', '\'']).next()?.rsplit_once(':'));
    let foreign = foreign || ["econnrefused ", "etimedout "].iter().filter_map(|word| port(word)).any(|(_, port)| port != "443");
    let elsewhere = line.contains("://") && !line.contains("bitbucket.org");
    line.trim_start().starts_with("ssh: ") || (foreign || elsewhere) && !line.contains("proxy")
}

/// git names the address that it asks for, and the host that it connects to: another one is a proxy.
fn reaches_a_proxy(line: &str) -> bool {
    let asks = line.split_once("unable to access 'https://").filter(|(_, url)| url.starts_with("bitbucket.org"));
    let to = asks.and_then(|(_, rest)| rest.split_once("failed to connect to ")).and_then(|(_, to)| to.split(' ').next());
    to.is_some_and(|host| !host.contains("bitbucket.org"))
}

/// A word that a shell tore off the command is looked up like a host: it has no dot.
fn is_torn(text: &str, word: &str) -> bool {
    let named = |after: &str| {
        after.trim_start_matches([':', ' ', '\'']).split([' ', '\n', '\'']).next().is_some_and(|host| host.contains('.'))
    };
    word == "could not resolve host" && !text.split(word).skip(1).any(named)
}
