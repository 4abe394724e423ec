//! The client against real sockets: faults told apart, connections counted, credentials kept where they belong.

pub(crate) mod server;

use std::io::Write as _;
use std::time::{Duration, Instant};

use bbdoctor::secret::Secret;
use bbdoctor::transport::{Client, Flags, Got, Settings, all};
use bbdoctor::vault::Vault;
use bbdoctor_checks::{Ask, CredentialId, FaultKind, GitService, Kind, NetFault, Probe, Role, shape};
use bytes::Bytes;
use http_body_util::Full;
use hyper::Response;
use server::{Authority, http, ok, raw};

const NO_PAUSE: Duration = Duration::ZERO;
const H2: &[&str] = &["h2", "http/1.1"];
const H1: &[&str] = &["http/1.1"];

fn token() -> String {
    let body = format!("ATATT3xFfGF0{}=", "aB3-_x9Q".repeat(20));
    format!("{body}{}", shape::checksum(&body))
}

fn vault() -> Vault {
    let mut vault = Vault::default();
    vault.email = Some("anna@example.com".into());
    vault.insert(CredentialId(0), Secret::new(token()));
    vault
}

fn anonymous(path: &str) -> (Probe, Kind) {
    (Probe { ask: Ask::Api(path.into()), role: Role::Anonymous, credential: None }, Kind::ApiToken)
}

fn basic(path: &str) -> (Probe, Kind) {
    (Probe { ask: Ask::Api(path.into()), role: Role::EmailBasic, credential: Some(CredentialId(0)) }, Kind::ApiToken)
}

/// A wave, as a run sends it.
async fn ask_all(client: &Client, wave: &[(Probe, Kind)], vault: &Vault) -> Vec<Got> {
    all(wave.iter().map(|(probe, kind)| client.ask(probe, *kind, vault))).await
}

fn wave(length: usize) -> Vec<(Probe, Kind)> {
    (0..length).map(|number| anonymous(&format!("/2.0/{number}"))).collect()
}

fn settings(url: String, flags: Flags) -> Settings {
    let flags = Flags { api_url: Some(url.clone()), git_base_url: flags.git_base_url.or(Some(url)), ..flags };
    Settings::new(&flags, |_| None).expect("settings").with_timeouts(Duration::from_millis(800), Duration::from_millis(400))
}

fn client(url: String) -> Client {
    Client::new(&settings(url, Flags::default())).expect("a client")
}

fn trusting(url: String, authority: &Authority) -> Client {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(authority.pem.as_bytes()).expect("written");
    let settings = settings(url, Flags { ca_cert: Some(file.path().into()), ..Flags::default() });
    // Slow machines run many tests at once.
    Client::new(&settings.with_timeouts(Duration::from_secs(20), Duration::from_secs(5))).expect("a client")
}

fn through(proxy: String, url: &str) -> Client {
    Client::new(&settings(url.into(), Flags { proxy: Some(proxy), ..Flags::default() })).expect("a client")
}

async fn fault(client: &Client) -> NetFault {
    let (probe, kind) = basic("/2.0/user");
    let fault = client.ask(&probe, kind, &vault()).await.0.expect_err("a fault");
    assert!(!fault.detail.contains(&token()), "{fault:?}");
    fault
}

#[tokio::test]
async fn nobody_listens() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let fault = fault(&client(format!("http://{address}"))).await;
    assert_eq!(fault.kind, FaultKind::Connect);
    assert!(fault.detail.contains(&address.to_string()) && fault.detail.contains("refused"), "{fault:?}");
}

#[tokio::test]
async fn a_name_without_address() {
    let fault = fault(&client("https://nowhere.invalid".into())).await;
    assert_eq!(fault.kind, FaultKind::Name, "{fault:?}");
    assert!(fault.detail.contains("nowhere.invalid"), "{fault:?}");
}

#[tokio::test]
async fn nothing_answers() {
    let (address, _) = raw(None).await;
    let begun = Instant::now();
    assert_eq!(fault(&client(format!("http://{address}"))).await.kind, FaultKind::Timeout);
    assert_eq!(fault(&client(format!("https://{address}"))).await.kind, FaultKind::Timeout, "a handshake that hangs");
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn the_whole_run_has_one_limit() {
    let (address, _) = raw(None).await;
    let client = client(format!("http://{address}"));
    let begun = Instant::now();
    for _ in 0..4 {
        assert_eq!(fault(&client).await.kind, FaultKind::Timeout);
    }
    assert!(begun.elapsed() < Duration::from_millis(1200), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn what_answers_is_broken() {
    for answer in [&b""[..], b"SSH-2.0-OpenSSH_9.9\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort"] {
        let (address, _) = raw(Some(answer)).await;
        let fault = fault(&client(format!("http://{address}"))).await;
        assert_eq!(fault.kind, FaultKind::Broken, "{fault:?}");
    }
    let address = server::resetting().await;
    let found = fault(&client(format!("http://{address}"))).await;
    assert_eq!(found.kind, FaultKind::Broken, "{found:?}");
    let found = fault(&client(format!("https://{address}"))).await;
    assert_eq!(found.kind, FaultKind::Connect, "reset before anything could be asked: {found:?}");
    let (address, _) = raw(Some(b"HTTP/1.1 400 Bad Request\r\n\r\n")).await;
    let fault = fault(&client(format!("https://{address}"))).await;
    assert_eq!(fault.kind, FaultKind::Broken, "{fault:?}");
    assert!(fault.detail.contains("does not speak TLS"), "{fault:?}");
}

#[tokio::test]
async fn a_proxy_refuses() {
    let (address, read) = raw(Some(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")).await;
    let found = fault(&through(format!("http://{address}"), "https://api.example.com")).await;
    assert_eq!(found.kind, FaultKind::Proxy);
    assert!(found.detail.contains("407") && found.detail.contains(&address.to_string()), "{found:?}");
    let found = fault(&through(format!("http://{address}"), "http://localhost:9")).await;
    assert_eq!(found.kind, FaultKind::Proxy);
    let sent = String::from_utf8_lossy(&read.lock().expect("read")).to_lowercase();
    assert!(sent.starts_with("connect api.example.com:443"), "{sent}");

    let (address, _) = raw(Some(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")).await;
    let found = fault(&through(format!("http://anna:hunter22@{address}"), "https://api.example.com")).await;
    assert_eq!(found.kind, FaultKind::Proxy);
    assert!(found.detail.contains("refused to connect") && !found.detail.contains("hunter22"), "{found:?}");

    let found = fault(&through("http://nowhere.invalid:3128".into(), "https://api.example.com")).await;
    assert_eq!(found.kind, FaultKind::Proxy);
    assert!(found.detail.contains("nowhere.invalid") && found.detail.contains("--proxy"), "{found:?}");

    let found = fault(&through("http://127.0.0.1:1".into(), "https://api.example.com")).await;
    assert_eq!(found.kind, FaultKind::Proxy, "{found:?}");
}

#[tokio::test]
async fn certificates_that_are_refused() {
    let authority = Authority::new("Acme Inspection CA");
    let cases = [
        ("localhost", (2020, 2040), false, FaultKind::Tls, "does not trust"),
        ("localhost", (2020, 2021), true, FaultKind::TlsDates, "past its last day"),
        ("localhost", (2039, 2040), true, FaultKind::TlsDates, "not valid yet"),
        ("other.example", (2020, 2040), true, FaultKind::Tls, "another name"),
    ];
    for (name, years, trusted, kind, says) in cases {
        let (address, seen) = http(Some(authority.server(name, years, H2)), NO_PAUSE, ok).await;
        let url = format!("https://localhost:{}", address.port());
        let fault = fault(&if trusted { trusting(url, &authority) } else { client(url) }).await;
        assert_eq!(fault.kind, kind, "{fault:?}");
        let dates = format!("valid {}-01-01 to {}-01-01", years.0, years.1);
        for part in [says, "Acme Inspection CA", &dates] {
            assert!(fault.detail.contains(part), "{part}: {fault:?}");
        }
        assert!(seen.requests().is_empty(), "nothing is sent to who is not trusted");
    }
}

#[tokio::test]
async fn an_authority_of_ones_own_is_trusted() {
    let authority = Authority::new("Acme Root");
    let (address, seen) = http(Some(authority.server("localhost", (2020, 2040), H2)), NO_PAUSE, ok).await;
    let client = trusting(format!("https://localhost:{}", address.port()), &authority);
    let (probe, kind) = basic("/2.0/user");
    let answer = client.ask(&probe, kind, &vault()).await.0.expect("an answer");
    assert_eq!((answer.status, answer.excerpt.as_str()), (200, "{}"));
    assert_eq!(client.tls_issuer("localhost").as_deref(), Some("Acme Root"));
    assert!(seen.requests()[0].1.as_deref().is_some_and(|value| value.starts_with("Basic ")));
}

#[tokio::test]
async fn a_cold_wave_over_http2_uses_one_connection() {
    let authority = Authority::new("Acme Root");
    let (address, seen) = http(Some(authority.server("localhost", (2020, 2040), H2)), Duration::from_millis(50), ok).await;
    let client = trusting(format!("https://localhost:{}", address.port()), &authority);
    let got = ask_all(&client, &wave(5), &vault()).await;
    assert!(got.iter().all(|(answer, _)| answer.is_ok()), "{got:?}");
    assert_eq!((seen.connections(), seen.requests().len()), (1, 5));
    ask_all(&client, &wave(5), &vault()).await;
    assert_eq!((seen.connections(), seen.requests().len()), (1, 10));
    // Nobody who waited at the gate connects later.
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(seen.connections(), 1);
}

#[tokio::test]
async fn a_wave_over_http1_uses_as_many_as_it_has_questions() {
    let pause = Duration::from_millis(150);
    let (plain, seen) = http(None, pause, ok).await;
    let client = client(format!("http://{plain}"));
    let begun = Instant::now();
    let got = ask_all(&client, &wave(5), &vault()).await;
    assert!(got.iter().all(|(answer, _)| answer.is_ok()), "{got:?}");
    assert!(begun.elapsed() < pause * 3, "side by side: {:?}", begun.elapsed());
    assert_eq!(seen.connections(), 5);
    ask_all(&client, &wave(5), &vault()).await;
    assert_eq!(seen.connections(), 5, "kept for the next wave");

    let authority = Authority::new("Acme Root");
    let (secure, seen) = http(Some(authority.server("localhost", (2020, 2040), H1)), pause, ok).await;
    let client = trusting(format!("https://localhost:{}", secure.port()), &authority);
    let begun = Instant::now();
    let got = ask_all(&client, &wave(5), &vault()).await;
    assert!(got.iter().all(|(answer, _)| answer.is_ok()), "{got:?}");
    assert!(begun.elapsed() < pause * 4, "side by side: {:?}", begun.elapsed());
    assert_eq!(seen.connections(), 5);
}

#[tokio::test]
async fn a_shared_connection_that_dies_keeps_nobody_waiting() {
    let authority = Authority::new("Acme Root");
    let (address, seen) = server::dying(authority.server("localhost", (2020, 2040), H2)).await;
    let client = trusting(format!("https://localhost:{}", address.port()), &authority);
    let begun = Instant::now();
    let got = ask_all(&client, &wave(4), &vault()).await;
    assert!(got.iter().all(|(answer, _)| answer.as_ref().is_err_and(|fault| fault.kind == FaultKind::Broken)), "{got:?}");
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    assert!(seen.connections() <= 8, "{}", seen.connections());
}

#[tokio::test]
async fn a_rate_limit_is_an_answer() {
    fn limited(_: &str) -> Response<Full<Bytes>> {
        let text = Full::from("Rate limit for this resource has been exceeded");
        Response::builder().status(429).header("retry-after", "30").body(text).expect("a response")
    }
    let (address, seen) = http(None, NO_PAUSE, limited).await;
    let (probe, kind) = basic("/2.0/user");
    let answer = client(format!("http://{address}")).ask(&probe, kind, &vault()).await.0.expect("an answer");
    assert_eq!((answer.status, answer.headers["retry-after"].as_str()), (429, "30"));
    assert_eq!(seen.requests().len(), 1, "asked once");
}

#[tokio::test]
async fn redirects_are_recorded_and_not_followed() {
    fn elsewhere(_: &str) -> Response<Full<Bytes>> {
        let location = "http://anna:pw@127.0.0.1:9/login?session=abc#x";
        Response::builder().status(302).header("location", location).body(Full::default()).expect("a response")
    }
    let (address, seen) = http(None, NO_PAUSE, elsewhere).await;
    let (probe, kind) = basic("/2.0/user");
    let answer = client(format!("http://{address}")).ask(&probe, kind, &vault()).await.0.expect("an answer");
    assert_eq!(answer.status, 302);
    assert_eq!(answer.headers["location"], "http://127.0.0.1:9/login");
    assert_eq!(seen.requests().len(), 1);
}

#[tokio::test]
async fn bodies_and_headers_are_bounded_and_redacted() {
    fn much(_: &str) -> Response<Full<Bytes>> {
        let body = format!("\u{1b}[31m{} a\u{0}b\n{}", token(), "x".repeat(1 << 20));
        Response::builder()
            .header("server", "AtlassianEdge")
            .header("x-oauth-scopes", "s".repeat(20_000))
            .header("x-request-id", token())
            .header("x-ratelimit-limit", "60")
            .header("set-cookie", "session=1")
            .body(Full::from(body))
            .expect("a response")
    }
    let (address, _) = http(None, NO_PAUSE, much).await;
    let (probe, kind) = basic("/2.0/user");
    let answer = client(format!("http://{address}")).ask(&probe, kind, &vault()).await.0.expect("an answer");
    assert!(answer.excerpt.len() <= 16 << 10, "{}", answer.excerpt.len());
    assert!(answer.excerpt.starts_with("[31m[secret] ab\nxxx"), "{}", &answer.excerpt[..60]);
    assert_eq!(answer.headers["x-request-id"], "[secret]");
    assert_eq!(answer.headers["server"], "AtlassianEdge");
    assert_eq!(answer.headers["x-ratelimit-limit"], "60");
    assert_eq!(answer.headers["x-oauth-scopes"].len(), 4096);
    assert!(!answer.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn no_path_leaves_the_origin() {
    let (address, seen) = http(None, NO_PAUSE, ok).await;
    let client = client(format!("http://{address}/base"));
    for path in
        ["/../x", "/%2e%2E/x", "//127.0.0.1:9/x", "@127.0.0.1:9/", "/\\127.0.0.1:9/", "http://127.0.0.1:9/", "/2.0/a\r\nX: y"]
    {
        let (probe, kind) = basic(path);
        let _ = client.ask(&probe, kind, &vault()).await;
    }
    let requests = seen.requests();
    assert!(requests.iter().all(|(path, _)| path.starts_with("/base/") && !path.contains("..")), "{requests:?}");
    assert_eq!(requests.len(), 3, "{requests:?}");
}

#[tokio::test]
async fn each_origin_gets_its_own_questions() {
    let (api, api_seen) = http(None, NO_PAUSE, ok).await;
    let (git, git_seen) = http(None, NO_PAUSE, ok).await;
    let flags = Flags { git_base_url: Some(format!("http://{git}")), ..Flags::default() };
    let client = Client::new(&settings(format!("http://{api}"), flags)).expect("a client");
    let refs = Ask::GitRefs("acme/app".into(), GitService::UploadPack);
    let probe = Probe { ask: refs, role: Role::GitStaticUser, credential: Some(CredentialId(0)) };
    let got = ask_all(&client, &[(probe, Kind::ApiToken), anonymous("/2.0/user")], &vault()).await;
    assert!(got.iter().all(|(answer, _)| answer.is_ok()), "{got:?}");
    assert_eq!(api_seen.requests(), [("/2.0/user".to_owned(), None)]);
    let [(path, Some(authorization))] = &git_seen.requests()[..] else { panic!("one request with a credential") };
    assert_eq!(path, "/acme/app.git/info/refs?service=git-upload-pack");
    assert!(authorization.starts_with("Basic eC1iaXRidWNrZXQtYXBpLXRva2VuLWF1dGg6"));
}

#[tokio::test]
async fn what_is_missing_is_said_and_nothing_is_sent() {
    let (address, seen) = http(None, NO_PAUSE, ok).await;
    let (probe, kind) = basic("/2.0/user");
    let mut nameless = vault();
    nameless.email = None;
    let fault = client(format!("http://{address}")).ask(&probe, kind, &nameless).await.0.expect_err("no e-mail");
    assert!(fault.detail.contains("no e-mail"), "{fault:?}");
    assert_eq!(seen.connections(), 0);
}
