//! What a program said of the way, pasted without a run: told as the way where it is Bitbucket's, and not told so where it is
//! another service's, another protocol's, or a refusal.

use serde_json::Value;
use tempfile::TempDir;

use crate::promises_stage::program;

const OF_THE_WAY: &[(&str, &str)] = &[
    ("curl: (6) Could not resolve host: api.bitbucket.org", "name-not-resolved"),
    ("curl: (7) Failed to connect to api.bitbucket.org port 443 after 9 ms: Connection refused", "cannot-connect"),
    ("curl: (28) Connection timed out after 5001 milliseconds", "cannot-connect"),
    ("curl: (35) Recv failure: Connection reset by peer", "cannot-connect"),
    ("curl: (56) CONNECT tunnel failed, response 407", "proxy-refused"),
    ("curl: (60) SSL certificate problem: unable to get local issuer certificate", "tls-untrusted"),
    ("curl: (60) SSL: no alternative certificate subject name matches target host name 'api.bitbucket.org'", "tls-untrusted"),
    ("fatal: unable to access 'https://bitbucket.org/acme/app.git/': Could not resolve host: bitbucket.org", "name-not-resolved"),
    (
        "fatal: unable to access 'https://bitbucket.org/acme/app.git/': SSL certificate problem: certificate has expired",
        "tls-untrusted",
    ),
    (
        "fatal: unable to access 'https://bitbucket.org/acme/app.git/': Received HTTP code 407 from proxy after CONNECT",
        "proxy-refused",
    ),
    ("java.net.UnknownHostException: api.bitbucket.org", "name-not-resolved"),
    ("javax.net.ssl.SSLHandshakeException: PKIX path building failed: unable to find valid certification path", "tls-untrusted"),
    ("Error: fetch failed\n  code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'", "tls-untrusted"),
    ("FetchError: request to https://api.bitbucket.org/2.0/user failed, reason: self-signed certificate", "tls-untrusted"),
    ("ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] (_ssl.c:1007)", "tls-untrusted"),
    ("Get \"https://api.bitbucket.org/2.0/user\": x509: certificate signed by unknown authority", "tls-untrusted"),
    // A proxy's number is no answer of Bitbucket's.
    ("curl: (56) CONNECT tunnel failed, response 403", "proxy-refused"),
    ("curl: (56) Received HTTP code 503 from proxy after CONNECT", "proxy-refused"),
    (
        "< HTTP/1.1 403 Forbidden\n< Via: 1.1 squid\n* CONNECT tunnel failed, response 403\ncurl: (56) CONNECT tunnel failed, response 403",
        "proxy-refused",
    ),
    ("java.io.IOException: Unable to tunnel through proxy. Proxy returns \"HTTP/1.1 403 Forbidden\"", "proxy-refused"),
    ("Exception in thread \"main\" java.io.IOException: Tunnel failed, got: 403", "proxy-refused"),
    ("urllib.error.URLError: <urlopen error Tunnel connection failed: 403 Forbidden>", "proxy-refused"),
    (
        "requests.exceptions.ProxyError: HTTPSConnectionPool(host='api.bitbucket.org', port=443): Max retries exceeded with url: /2.0/user (Caused by ProxyError('Unable to connect to proxy', OSError('Tunnel connection failed: 403 Forbidden')))",
        "proxy-refused",
    ),
    (
        "requests.exceptions.ProxyError: HTTPSConnectionPool(host='api.bitbucket.org', port=443): Max retries exceeded with url: /2.0/user (Caused by ProxyError('Unable to connect to proxy', NameResolutionError(\"HTTPSConnection(host='proxy.acme.example', port=3128): Failed to resolve 'proxy.acme.example'\")))",
        "proxy-refused",
    ),
    (
        "--2026-11-27 09:47:24--  https://api.bitbucket.org/2.0/user\nConnecting to 10.0.0.1:3128... connected.\nProxy tunneling failed: ForbiddenUnable to establish SSL connection.",
        "proxy-refused",
    ),
    (
        "fatal: unable to access 'https://bitbucket.org/acme/app.git/': Failed to connect to proxy.acme.example port 8080 after 21 ms: Couldn't connect to server",
        "proxy-refused",
    ),
    (
        "Get \"https://api.bitbucket.org/2.0/user\": proxyconnect tcp: dial tcp: lookup proxy.acme.example: no such host",
        "proxy-refused",
    ),
    (
        "Exception in thread \"main\" java.net.ConnectException\nCaused by: java.nio.channels.UnresolvedAddressException",
        "name-not-resolved",
    ),
    (
        "--2026-11-27 09:49:04--  https://api.bitbucket.org/2.0/user\nwget: unable to resolve host address \u{2018}api.bitbucket.org\u{2019}",
        "name-not-resolved",
    ),
    ("urllib.error.URLError: <urlopen error [Errno 11001] getaddrinfo failed>", "name-not-resolved"),
    (
        "--2026-11-27 09:46:18--  https://api.bitbucket.org/2.0/user\nERROR: The certificate of \u{2018}api.bitbucket.org\u{2019} doesn't have a known issuer.",
        "tls-untrusted",
    ),
    ("Caused by: java.net.ConnectException: HTTP connect timed out", "cannot-connect"),
    ("Exception in thread \"main\" java.net.SocketException: Connection reset", "cannot-connect"),
    ("javax.net.ssl.SSLHandshakeException: Remote host terminated the handshake", "cannot-connect"),
    ("DOMException [TimeoutError]: The operation was aborted due to timeout", "cannot-connect"),
    ("curl: (35) OpenSSL/3.0.19: error:0A00010B:SSL routines::wrong version number", "cannot-connect"),
    ("curl: (52) Empty reply from server", "cannot-connect"),
    (
        "requests.exceptions.ConnectionError: ('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))",
        "cannot-connect",
    ),
];

const NOT_OF_IT: &[&str] = &[
    "java.net.UnknownHostException: registry.example.com",
    "Error: getaddrinfo ENOTFOUND registry.example.com",
    "Error: connect ECONNREFUSED 127.0.0.1:5432",
    // Who was answered got through.
    "curl: (28) Operation timed out, trying again\nremote: Unauthorized\nfatal: Authentication failed for 'https://bitbucket.org/acme/app.git/'",
    "Get \"https://registry.example.com/v2/\": x509: certificate signed by unknown authority",
    "fatal: unable to access 'https://github.com/acme/app.git/': Could not resolve host: github.com",
    "curl https://api.bitbuket.org/2.0/user\ncurl: (6) Could not resolve host: api.bitbuket.org",
    "ssh: Could not resolve hostname bitbucket.org: Name or service not known",
    "fatal: Authentication failed for 'https://bitbucket.org/acme/app.git/'",
    "requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: https://api.bitbucket.org/2.0/user",
];

/// The verdict on a pasted text, offline and with nothing else known, and the exit code.
fn verdict(text: &str) -> (Value, Option<i32>) {
    let home = TempDir::new().expect("a folder can be made");
    let file = home.path().join("pasted");
    std::fs::write(&file, text).expect("a file can be written");
    let mut command = program(home.path());
    command.args(["--offline", "--format", "json", "--command-file"]).arg(&file);
    let output = command.stdin(std::process::Stdio::null()).output().expect("the program starts");
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    (report["verdict"].clone(), output.status.code())
}

#[test]
fn faults_of_the_way_are_told_offline() {
    for (text, cause) in OF_THE_WAY {
        let (verdict, code) = verdict(text);
        assert_eq!((verdict["cause"].as_str(), code), (Some(*cause), Some(3)), "{text}\n{verdict:#}");
    }
}

#[test]
fn other_hosts_other_protocols_and_refusals_are_not_the_way() {
    const WAY: &[&str] =
        &["name-not-resolved", "cannot-connect", "proxy-refused", "tls-untrusted", "captive-portal", "clock-skew"];
    for text in NOT_OF_IT {
        let (verdict, _) = verdict(text);
        let said = verdict.to_string();
        assert!(!WAY.iter().any(|cause| verdict["cause"] == *cause), "{text}\n{said}");
    }
}
