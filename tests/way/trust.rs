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
async fn one_that_vouches_for_itself() {
    let bitbucket = bitbucket(Some(Tls::SelfSigned)).await;
    let said = Person::new().runs(&["--api-url", &bitbucket.api_url, "--git-base-url", &bitbucket.git_url]).await;
    said.is_the_way("tls-untrusted").says(&["self-signed", "no authority vouches for it"]);
}
