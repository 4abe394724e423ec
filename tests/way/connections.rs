//! Connections that do not come about, hang, or break; and that the run ends in time with a whole report.

use std::time::Duration;

use super::stage::{Person, bitbucket};
use crate::transport::server;

async fn against(url: &str, words: &[&str]) -> super::stage::Said {
    Person::new().runs(&[&["--api-url", url, "--git-base-url", url], words].concat()).await
}

#[tokio::test]
async fn nobody_listens() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let said = against(&format!("https://{address}"), &[]).await;
    said.is_the_way("cannot-connect").says(&["Something refuses the connection", &address.to_string()]);
    let tried = &said.error()["tried"][0];
    assert_eq!((tried["address"].as_str(), tried["result"].as_str()), (Some(&*address.to_string()), Some("refused")));
}

#[tokio::test]
async fn a_name_that_nobody_knows() {
    let said = against("https://nowhere.invalid", &[]).await;
    said.is_the_way("name-not-resolved").says(&["nowhere.invalid has no address", "getent hosts"]);
}

#[tokio::test]
async fn what_hangs_ends_in_time_with_a_whole_report() {
    let (address, _) = server::raw(None).await;
    for (url, says) in [
        (format!("http://{address}"), "takes the question, and no complete answer came"),
        (format!("https://{address}"), "takes the connection and does not begin TLS"),
    ] {
        let said = against(&url, &["--timeout", "2"]).await;
        said.is_the_way("cannot-connect").says(&[says]);
        assert!(said.took < Duration::from_secs(4), "{:?}", said.took);
        assert_eq!(said.error()["tried"][0]["result"], "connects");
        for part in ["checks", "exchanges", "verdict", "facts"] {
            assert!(!said.report[part].is_null(), "{part}");
        }
        assert!(said.report["exchanges"].as_array().is_some_and(|all| all.len() == 4), "{}", said.human);
    }
}

#[tokio::test]
async fn what_breaks_off() {
    let reset = server::resetting().await;
    against(&format!("http://{reset}"), &[]).await.is_the_way("cannot-connect");
    let said = against(&format!("https://{reset}"), &[]).await;
    said.is_the_way("cannot-connect").says(&["broken off before anything can be asked", "a firewall does that reads host names"]);
    let authority = server::Authority::new("Acme Root");
    let (dying, _) = server::dying(authority.server("localhost", (2020, 2040), &["h2", "http/1.1"])).await;
    let person = Person::new();
    let file = person.file("ca.pem", &authority.pem);
    let url = format!("https://localhost:{}", dying.port());
    person.runs(&["--api-url", &url, "--git-base-url", &url, "--ca-cert", &file]).await.is_the_way("cannot-connect");
    for answer in
        [&b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"short\":"[..], b"SSH-2.0-OpenSSH_9.9\r\n", b"\x16\x03\x01garbage\0"]
    {
        let (address, _) = server::raw(Some(answer)).await;
        against(&format!("http://{address}"), &[]).await.is_the_way("cannot-connect");
    }
    let (plain, _) = server::raw(Some(b"HTTP/1.1 400 Bad Request\r\n\r\n")).await;
    against(&format!("https://{plain}"), &[]).await.is_the_way("cannot-connect").says(&["does not speak TLS"]);
}

#[tokio::test]
async fn nothing_is_looked_into_where_nothing_fails() {
    let bitbucket = bitbucket(None).await;
    let said = against(&bitbucket.api_url, &["--git-base-url", &bitbucket.git_url][..0]).await;
    said.is_healthy();
    let exchanges = said.report["exchanges"].as_array().map_or(0, Vec::len);
    assert_eq!(bitbucket.counts().requests as usize, exchanges, "every request is in the report");
    assert!(!said.human.contains("note:"), "{}", said.human);
}
