//! Proxies: which setting names them, what they say, and that the token is not blamed for it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bbdoctor::simulator::{Running, Tls};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::proxy::{Does, Proxy};
use super::stage::{Person, bitbucket};

const REFUSES: &str = "HTTP/1.1 403 Forbidden\r\nServer: Acme Gate\r\nContent-Length: 0\r\n\r\n";

/// An authority's file that the simulated Bitbucket behind a proxy is trusted by.
fn trusting(person: Person, bitbucket: &Running) -> Person {
    let file = person.file("ca.pem", bitbucket.ca_pem.as_deref().expect("it was made"));
    person.setting("SSL_CERT_FILE", file)
}

#[tokio::test]
async fn a_proxy_of_any_setting_is_gone_through_and_named() {
    let bitbucket = bitbucket(Some(Tls::Trusted)).await;
    let proxy = Proxy::that(Does::Opens(bitbucket.addr, None)).await;
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        let person = trusting(Person::new(), &bitbucket).setting(name, proxy.url());
        let said = person.runs(&[]).await;
        said.is_healthy().says(&[&format!("{name} = {}", proxy.url())]);
    }
    let said = trusting(Person::new(), &bitbucket).runs(&["--proxy", &proxy.url()]).await;
    said.is_healthy();
    assert!(
        proxy
            .heads()
            .iter()
            .all(|head| head.starts_with("CONNECT api.bitbucket.org:443") || head.starts_with("CONNECT bitbucket.org:443"))
    );
}

#[tokio::test]
async fn a_bad_token_is_not_the_proxys_fault() {
    let bitbucket = bitbucket(Some(Tls::Trusted)).await;
    let proxy = Proxy::that(Does::Opens(bitbucket.addr, None)).await;
    let person = trusting(Person::with_a_bad_token(), &bitbucket).setting("HTTPS_PROXY", proxy.url());
    let said = person.runs(&[]).await;
    assert_eq!((said.cause(), said.code), ("token-rejected", Some(1)), "{}", said.human);
    assert!(!said.report["verdict"]["also"].to_string().contains("proxy"), "{}", said.human);
}

#[tokio::test]
async fn a_sign_in_that_is_missing_or_wrong() {
    let bitbucket = bitbucket(Some(Tls::Trusted)).await;
    let pair: &'static str = STANDARD.encode("anna:hunter2 is long").leak();
    let proxy = Proxy::that(Does::Opens(bitbucket.addr, Some(pair))).await;
    let person = trusting(Person::new(), &bitbucket).setting("HTTPS_PROXY", proxy.url());
    let said = person.runs(&[]).await;
    said.is_the_way("proxy-refused").says(&["from", "HTTPS_PROXY", "(407)", "Basic", "squid/6.1", "%40"]);
    let word = &said.error()["proxy"];
    assert_eq!((&word["status"], &word["setting"], &word["schemes"][0]), (&407.into(), &"HTTPS_PROXY".into(), &"Basic".into()));

    let wrong = format!("http://anna:hunter3-is-wrong@{}", proxy.address);
    let said = trusting(Person::new(), &bitbucket).setting("https_proxy", wrong).runs(&[]).await;
    said.is_the_way("proxy-refused").says(&["does not accept the user and password of https_proxy"]);
    said.never_says(&["hunter3", "aHVudGVyMy"]);

    let right = format!("http://anna:hunter2%20is%20long@{}", proxy.address);
    let said = trusting(Person::new(), &bitbucket).setting("HTTPS_PROXY", right).runs(&[]).await;
    said.is_healthy().never_says(&["hunter2", pair]);
}

#[tokio::test]
async fn a_sign_in_that_no_password_is() {
    let wants = "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n";
    let proxy = Proxy::that(Does::Says(wants)).await;
    let said = Person::new().runs(&["--proxy", &proxy.url()]).await;
    said.is_the_way("proxy-refused").says(&["Negotiate, NTLM", "px or cntlm"]);
}

#[tokio::test]
async fn the_answer_to_connect_is_named() {
    for (answer, says) in [
        (REFUSES, "does not let Bitbucket through (403)"),
        ("HTTP/1.1 502 Bad Gateway\r\n\r\n", "does not get through to Bitbucket (502)"),
    ] {
        let proxy = Proxy::that(Does::Says(answer)).await;
        let said = Person::new().setting("HTTPS_PROXY", proxy.url()).runs(&[]).await;
        said.is_the_way("proxy-refused").says(&[says, "HTTPS_PROXY", "NO_PROXY"]);
        let heads = proxy.heads();
        assert!(heads.len() <= 2 && heads.iter().all(|head| !head.to_lowercase().contains("\r\nauthorization")), "{heads:?}");
    }
}

#[tokio::test]
async fn what_is_no_proxy_that_leads_out() {
    const PAGE: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 28\r\n\r\n<title>Acme Guest</title>   ";
    for (answer, says) in [
        (PAGE, &["answers CONNECT api.bitbucket.org:443 with 200 and a page of its own", "speaks no TLS"][..]),
        (
            "HTTP/1.1 302 Found\r\nLocation: http://login.acme.example/x?y=z\r\n\r\n",
            &["which leads to login.acme.example", "sign-in"],
        ),
        ("SSH-2.0-OpenSSH_9.9\r\n\r\n", &["gives CONNECT api.bitbucket.org:443 no answer of a proxy: what it says is no HTTP"]),
    ] {
        let proxy = Proxy::that(Does::Says(answer)).await;
        let said = Person::new().setting("HTTPS_PROXY", proxy.url()).runs(&["--timeout", "6"]).await;
        said.is_the_way("proxy-refused").says(says);
        assert!(proxy.heads().iter().all(|head| !head.to_lowercase().contains("\r\nauthorization")));
    }
    let proxy = Proxy::that(Does::Closes).await;
    let said = Person::new().setting("HTTPS_PROXY", proxy.url()).runs(&[]).await;
    said.is_the_way("proxy-refused").says(&["it closes the connection"]);
}

#[tokio::test]
async fn a_socks_proxy_that_wants_another_sign_in() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut greeting = [0; 64];
            let _ = socket.read(&mut greeting).await;
            // RFC 1928, section 3: no acceptable methods.
            let _ = socket.write_all(&[5, 0xff]).await;
        }
    });
    let said = Person::new().setting("all_proxy", format!("socks5h://anna:hunter22@{address}")).runs(&[]).await;
    said.is_the_way("proxy-refused").says(&["SOCKS", "user and password in all_proxy"]).never_says(&["hunter22"]);
}

#[tokio::test]
async fn in_both_spellings_the_one_that_curl_takes_counts() {
    let proxy = Proxy::that(Does::Says(REFUSES)).await;
    let other = Proxy::that(Does::Says(REFUSES)).await;
    let person = Person::new().setting("HTTPS_PROXY", other.url()).setting("https_proxy", proxy.url());
    person.runs(&[]).await.is_the_way("proxy-refused").says(&["set by https_proxy"]);
    assert!(!proxy.heads().is_empty() && other.heads().is_empty());
}

#[tokio::test]
async fn what_goes_without_the_proxy_already_goes_on_without_it() {
    let proxy = Proxy::that(Does::Says(REFUSES)).await;
    let commands = |said: &super::stage::Said| said.report["verdict"]["fix"]["commands"].to_string();
    let person = || Person::new().setting("HTTPS_PROXY", proxy.url());
    let said = person().runs(&[]).await;
    assert!(commands(&said).contains("export NO_PROXY=bitbucket.org,api.bitbucket.org"), "{}", said.human);
    let said = person().setting("NO_PROXY", "intern.acme.example").runs(&[]).await;
    assert!(commands(&said).contains(r#"export NO_PROXY=\"$NO_PROXY,bitbucket.org,"#), "{}", said.human);
    said.never_says(&["intern.acme.example"]);
    let said = person().setting("no_proxy", "localhost").runs(&[]).await;
    assert!(commands(&said).contains(r#"export no_proxy=\"$no_proxy,bitbucket.org,"#), "{}", said.human);
    assert!(!commands(&said).contains("NO_PROXY="), "{}", said.human);
}

#[tokio::test]
async fn a_proxy_that_git_has_for_another_host_leads_nowhere_here() {
    let person = Person::new();
    person.file(".gitconfig", "[http \"https://git.acme.example\"]\n\tproxy = http://proxy.acme.example:3128\n");
    let hosts = ["--api-url", "https://api.bitbucket.invalid", "--git-base-url", "https://bitbucket.invalid"];
    let command = ["--", "git", "ls-remote", "https://bitbucket.org/acme/app.git"];
    let said = person.runs(&[&hosts[..], &command].concat()).await;
    said.is_the_way("name-not-resolved").never_says(&["proxy.acme.example"]);
    person.file(".gitconfig", "[http]\n\tproxy = http://other.acme.example:1\n[http \"https://bitbucket.org\"]\n\tproxy = http://proxy.acme.example:3128\n");
    let said = person.runs(&[&hosts[..], &command].concat()).await;
    said.says(&["http.https://bitbucket.org.proxy", "bbdoctor --proxy http://proxy.acme.example:3128"])
        .never_says(&["other.acme"]);
}

#[tokio::test]
async fn a_proxy_that_says_nothing() {
    let proxy = Proxy::that(Does::Hangs).await;
    let said = Person::new().runs(&["--proxy", &proxy.url(), "--timeout", "2"]).await;
    said.is_the_way("proxy-refused").says(&["takes the connection and opens no way to api.bitbucket.org:443"]);
    let proxy = Proxy::that(Does::Closes).await;
    Person::new().runs(&["--proxy", &proxy.url()]).await.is_the_way("proxy-refused");
}

#[tokio::test]
async fn a_proxy_that_is_not_there() {
    let said = Person::new().setting("https_proxy", "http://proxy.invalid:3128").runs(&[]).await;
    said.is_the_way("proxy-refused").says(&["proxy.invalid has no address", "https_proxy"]);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let said = Person::new().setting("ALL_PROXY", format!("http://{address}")).runs(&[]).await;
    said.is_the_way("proxy-refused").says(&["Nobody answers at", "ALL_PROXY"]);
    Person::new().runs(&["--proxy", &format!("socks5h://{address}")]).await.is_the_way("proxy-refused");
}

#[tokio::test]
async fn a_proxy_that_only_git_is_told_of() {
    let person = Person::new();
    person.file(".gitconfig", "[http]\n\tproxy = http://anna:hunter22@proxy.acme.example:3128\n");
    let hosts = ["--api-url", "https://api.bitbucket.invalid", "--git-base-url", "https://bitbucket.invalid"];
    let command = ["--", "git", "ls-remote", "https://bitbucket.org/acme/app.git"];
    let said = person.runs(&[&hosts[..], &command].concat()).await;
    said.is_the_way("name-not-resolved").never_says(&["hunter22"]);
    said.says(&["git goes another way here", "http.proxy", "bbdoctor --proxy http://proxy.acme.example:3128"]);
}

#[tokio::test]
async fn no_proxy_takes_a_host_out() {
    let proxy = Proxy::that(Does::Says(REFUSES)).await;
    let hosts = ["--api-url", "https://api.bitbucket.invalid", "--git-base-url", "https://bitbucket.invalid"];
    for out in ["bitbucket.invalid", ".bitbucket.invalid,bitbucket.invalid", "*"] {
        let person = Person::new().setting("HTTPS_PROXY", proxy.url()).setting("NO_PROXY", out);
        person.runs(&hosts).await.is_the_way("name-not-resolved");
    }
    assert!(proxy.heads().is_empty());
    let person = Person::new().setting("HTTPS_PROXY", proxy.url()).setting("NO_PROXY", "example.com");
    person.runs(&hosts).await.is_the_way("proxy-refused");
}
