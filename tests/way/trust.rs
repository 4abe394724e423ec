//! Certificates: whose they are, why they are refused, and the settings that make them trusted.

use bbdoctor::simulator::Tls;

use super::stage::{Person, Said, bitbucket};
use crate::transport::server::{self, Authority};

const H1: &[&str] = &["http/1.1"];

async fn shown(acceptor: tokio_rustls::TlsAcceptor, trusted: Option<&Authority>) -> (Said, usize) {
    let (address, seen) = server::http(Some(acceptor), std::time::Duration::ZERO, server::ok).await;
    let url = format!("https://localhost:{}", address.port());
    let person = Person::new();
    let mut words = vec!["--api-url", &url, "--git-base-url", &url];
    let file = trusted.map(|authority| person.file("ca.pem", &authority.pem));
    words.extend(file.iter().flat_map(|file| ["--ca-cert", file]));
    let said = person.runs(&words).await;
    (said, seen.requests().len())
}

#[tokio::test]
async fn an_authority_that_nobody_knows_is_named_with_the_settings_that_trust_it() {
    let authority = Authority::new("Acme Proxy CA");
    let (said, asked) = shown(authority.server("localhost", (2020, 2040), H1), None).await;
    said.is_the_way("tls-untrusted").says(&[
        "issued by \"Acme Proxy CA\", which is none of the public authorities",
        "for localhost",
        "2020-01-01 to 2040-01-01",
        "--ca-cert",
        "CURL_CA_BUNDLE",
        "http.https://localhost",
        "schannel",
        "REQUESTS_CA_BUNDLE",
        "NODE_EXTRA_CA_CERTS",
        "keytool",
        "Never switch the check off",
    ]);
    assert_eq!(asked, 0, "nothing is sent to who is not trusted");
    let leaf = &said.error()["chain"][0];
    assert_eq!(
        (&leaf["issuer"], &leaf["names"][0], &said.error()["refused"]),
        (&"Acme Proxy CA".into(), &"localhost".into(), &"unknown-issuer".into())
    );

    let (said, _) = shown(Authority::new("Zscaler Root CA").server("localhost", (2020, 2040), H1), None).await;
    said.is_the_way("tls-untrusted").says(&["a product that inspects TLS"]);
}

#[tokio::test]
async fn a_trusted_authority_by_option_and_by_environment() {
    let bitbucket = bitbucket(Some(Tls::Trusted)).await;
    let pem = bitbucket.ca_pem.clone().expect("it was made");
    let urls = ["--api-url", &bitbucket.api_url, "--git-base-url", &bitbucket.git_url];
    let person = Person::new();
    let file = person.file("ca.pem", &pem);
    person.runs(&[&urls[..], &["--ca-cert", &file]].concat()).await.is_healthy();
    let person = Person::new();
    let file = person.file("ca.pem", &pem);
    person.setting("SSL_CERT_FILE", file).runs(&urls).await.is_healthy();
    Person::new().runs(&urls).await.is_the_way("tls-untrusted");
    let bad = Person::with_a_bad_token();
    let file = bad.file("ca.pem", &pem);
    let said = bad.runs(&[&urls[..], &["--ca-cert", &file]].concat()).await;
    assert_eq!(said.cause(), "token-rejected", "{}", said.human);
}

#[tokio::test]
async fn both_hosts_shown_one_certificate_are_told_once() {
    let bitbucket = bitbucket(Some(Tls::Trusted)).await;
    let git = bitbucket.git_url.replace("127.0.0.1", "localhost");
    let said = Person::new().runs(&["--api-url", &bitbucket.api_url, "--git-base-url", &git]).await;
    said.is_the_way("tls-untrusted").says(&["x3, x4: the same certificate, shown for localhost"]);
    assert_eq!(said.human.matches("Simulated authority").count(), 2, "once shown, once to ask for: {}", said.human);
}

#[tokio::test]
async fn dates_and_names() {
    let authority = Authority::new("Acme Root");
    let (said, asked) = shown(authority.server("localhost", (2020, 2021), H1), Some(&authority)).await;
    said.is_the_way("tls-untrusted")
        .says(&["past its last day", "which ended on 2021-01-01", "this machine's clock says 20"][..2]);
    assert_eq!(asked, 0);
    let (said, _) = shown(authority.server("localhost", (2080, 2090), H1), Some(&authority)).await;
    said.is_the_way("clock-skew").says(&["begins on 2080-01-01", "years behind", "timedatectl"]);
    let (said, _) = shown(authority.server("other.example", (2020, 2040), H1), Some(&authority)).await;
    said.is_the_way("tls-untrusted").says(&["for another name than localhost", "its certificate is for other.example"]);
    // To trust this authority would help nobody.
    let (said, _) = shown(authority.server("other.example", (2020, 2040), H1), None).await;
    said.is_the_way("tls-untrusted").says(&[
        "for another name than localhost, and from an authority that this system does not trust",
        "its certificate is for other.example",
    ]);
    assert!(!said.human.contains("--ca-cert"), "{}", said.human);
}

#[tokio::test]
async fn a_chain_with_a_gap() {
    let root = Authority::new("Acme Root");
    let between = root.below("Acme Issuing CA");
    let (said, _) = shown(between.server("localhost", (2020, 2040), H1), Some(&root)).await;
    said.is_the_way("tls-untrusted").says(&["Acme Issuing CA"]);
    let (said, asked) = shown(between.server_with_chain("localhost"), Some(&root)).await;
    assert!(asked > 0 && said.cause() != "tls-untrusted", "{}", said.human);
    let (said, _) = shown(between.server_with_chain("localhost"), None).await;
    said.is_the_way("tls-untrusted").says(&["which leads to \"Acme Root\"", "behind it \"Acme Issuing CA\""]);
}

#[tokio::test]
async fn a_machine_without_a_list_of_authorities() {
    let person = Person::new();
    let empty = person.file("empty.pem", "");
    let bitbucket = bitbucket(Some(Tls::Trusted)).await;
    let urls = ["--api-url", &bitbucket.api_url, "--git-base-url", &bitbucket.git_url];
    let person = person.setting("SSL_CERT_FILE", empty.clone()).setting("SSL_CERT_DIR", empty);
    let said = person.runs(&urls).await;
    said.is_the_way("tls-untrusted").says(&["certificate store cannot be read", "Install the package ca-certificates"]);
    let file = person.file("ca.pem", bitbucket.ca_pem.as_deref().expect("it was made"));
    person.runs(&[&urls[..], &["--ca-cert", &file]].concat()).await.is_healthy();
}

#[tokio::test]
async fn a_program_with_a_list_of_its_own() {
    let bitbucket = bitbucket(None).await;
    let person = Person::new();
    let pasted = person.file(
        "pasted",
        "$ curl --user \"anna@example.com:$BITBUCKET_API_TOKEN\" https://api.bitbucket.org/2.0/repositories/acme/app\ncurl: (60) SSL certificate problem: unable to get local issuer certificate\n",
    );
    let urls = ["--api-url", &bitbucket.api_url, "--git-base-url", &bitbucket.git_url, "--command-file", &pasted];
    let said = person.runs(&urls).await;
    said.is_healthy().says(&["failed at the certificate, and this run got through", "bbdoctor explain tls-untrusted"]);
}

#[tokio::test]
async fn a_list_that_another_program_was_given_already() {
    let bitbucket = bitbucket(Some(Tls::Trusted)).await;
    let urls = ["--api-url", &*bitbucket.api_url, "--git-base-url", &*bitbucket.git_url];
    let person = Person::new();
    let file = person.file("company.pem", bitbucket.ca_pem.as_deref().expect("it was made"));
    let person = person.setting("CURL_CA_BUNDLE", &*file);
    let said = person.runs(&urls).await;
    said.is_the_way("tls-untrusted")
        .says(&["CURL_CA_BUNDLE names a list of its own, ~/company.pem", "bbdoctor --ca-cert \"$CURL_CA_BUNDLE\""]);
    person.runs(&[&urls[..], &["--ca-cert", &file]].concat()).await.is_healthy();

    // git's variable comes before its configuration; the system's own list is none of a company's.
    let said = Person::new().setting("GIT_SSL_CAINFO", "/etc/ssl/certs/ca-certificates.crt").runs(&urls).await;
    said.is_the_way("tls-untrusted")
        .says(&["export GIT_SSL_CAINFO=\"$PWD/company-ca.pem\"", "bbdoctor --ca-cert company-ca.pem"]);
    let commands = said.report["verdict"]["fix"]["commands"].to_string();
    assert!(!commands.contains("git config"), "{commands}");

    let person = Person::new();
    person.file(".gitconfig", "[http \"https://bitbucket.org\"]\n\tsslCAInfo = ~/company.pem\n");
    let command = ["--", "git", "ls-remote", "https://bitbucket.org/acme/app.git"];
    let said = person.runs(&[&urls[..], &command].concat()).await;
    said.is_the_way("tls-untrusted").says(&["http.https://bitbucket.org.sslcainfo names a list of its own"]);
}

#[tokio::test]
async fn one_that_vouches_for_itself() {
    let bitbucket = bitbucket(Some(Tls::SelfSigned)).await;
    let said = Person::new().runs(&["--api-url", &bitbucket.api_url, "--git-base-url", &bitbucket.git_url]).await;
    said.is_the_way("tls-untrusted").says(&[
        "self-signed",
        "no authority vouches for it",
        "another server answers there",
        "getent hosts",
    ]);
}
