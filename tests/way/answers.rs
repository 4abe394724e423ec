//! Answers that are not Bitbucket's, or that are not about the token: portals, gateways, outages, limits, clocks.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http_body_util::Full;
use hyper::Response;

use super::stage::{Person, Said};
use crate::transport::server::{self, Listens};

const NO_PAUSE: Duration = Duration::ZERO;

type Answer = Response<Full<Bytes>>;

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut answer = Response::builder().status(status);
    for (name, value) in headers {
        answer = answer.header(*name, *value);
    }
    answer.body(Full::from(body.to_owned())).expect("a response")
}

async fn from(pause: Duration, words: &[&str], answers: Listens) -> Said {
    let (address, _) = server::listening(None, pause, answers).await;
    let url = format!("http://{address}");
    Person::new().runs(&[&["--api-url", &url, "--git-base-url", &url], words].concat()).await
}

async fn always(status: u16, headers: &'static [(&str, &str)], body: &'static str) -> Said {
    from(NO_PAUSE, &[], Arc::new(move |_, _| answer(status, headers, body))).await
}

const HTML: (&str, &str) = ("content-type", "text/html; charset=utf-8");

#[tokio::test]
async fn portals() {
    let page = "<html><head><title>\u{1b}[2JAcme Guest\n Wifi</title></head><body>Sign in</body></html>";
    let said = always(200, &[HTML, ("server", "lighttpd")], page).await;
    said.is_the_way("captive-portal")
        .says(&["200 with a page \"[2JAcme Guest Wifi\"", "Server: lighttpd"])
        .never_says(&["\u{1b}["]);
    let said = always(302, &[("location", "http://login.acme.example/guest?to=https://bitbucket.org")], "").await;
    said.is_the_way("captive-portal").says(&["302 leads to login.acme.example"]);
    always(302, &[("location", "http://bitbucket.org.acme.example/")], "").await.is_the_way("captive-portal");
    always(511, &[HTML], "<title>Network Authentication Required</title>").await.is_the_way("captive-portal");
    let deep = format!("<html><body>{}", "<i>x".repeat(5_000)).leak();
    always(200, &[HTML], deep).await.is_the_way("captive-portal");
}

#[tokio::test]
async fn a_gateways_refusal_and_bitbuckets_own() {
    let page = "<html><title>Access denied by policy</title></html>";
    for server in ["squid/6.1", "Acme Gateway", ""] {
        let headers: &'static [(&str, &str)] = vec![HTML, ("server", &*server.to_owned().leak())].leak();
        let said = always(403, headers, page).await;
        said.is_the_way("captive-portal").says(&["403 with a page \"Access denied by policy\"", "the network's own refusal"]);
    }
    let own = from(
        NO_PAUSE,
        &[],
        Arc::new(|_, authorization| match authorization {
            Some(_) => answer(
                403,
                &[("server", "AtlassianEdge"), ("content-type", "application/json"), ("x-credential-type", "api_token")],
                r#"{"type":"error","error":{"message":"Your credentials lack one or more required privilege scopes.","detail":{"required":["read:repository:bitbucket"],"granted":["read:user:bitbucket"]}}}"#,
            ),
            None => answer(401, &[("server", "AtlassianEdge")], ""),
        }),
    )
    .await;
    assert_eq!((own.cause(), own.code), ("missing-scope", Some(1)), "{}", own.human);
    // A proxy that no setting names.
    let said = always(407, &[("proxy-authenticate", "NTLM")], "").await;
    said.is_the_way("proxy-refused").says(&["no setting names", "NTLM"]);
}

#[tokio::test]
async fn outages_and_limits() {
    let said = always(503, &[("server", "AtlassianEdge"), ("retry-after", "120")], "").await;
    said.is_the_way("service-unavailable").says(&["Bitbucket answered 503; Retry-After 120", "in 2 minutes"]);
    let said = always(502, &[HTML, ("server", "nginx")], "<html><title>502 Bad Gateway</title></html>").await;
    said.is_the_way("service-unavailable").says(&["502 was answered (Server: nginx)", "A gateway may have answered"]);
    always(500, &[("server", "AtlassianEdge")], "{}").await.is_the_way("service-unavailable");
    let limited = "Rate limit for this resource has been exceeded";
    let said = always(429, &[("server", "AtlassianEdge"), ("retry-after", "30")], limited).await;
    said.is_the_way("rate-limited").says(&["Wait"]);
}

/// Lets everybody with a credential in, and says that it is so much later.
fn account(later: i64) -> Listens {
    Arc::new(move |path, authorization| {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let date = httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(now.saturating_add_signed(later)));
        let mut headers = vec![("server", "AtlassianEdge"), ("date", date.as_str())];
        if authorization.is_none() {
            return answer(401, &headers, "");
        }
        headers.push(("x-credential-type", "api_token"));
        headers.push(("x-oauth-scopes", "read:repository:bitbucket"));
        if path.contains("info/refs") {
            headers.push(("content-type", "application/x-git-upload-pack-advertisement"));
            return answer(200, &headers, "001e# service=git-upload-pack\n0000");
        }
        headers.push(("content-type", "application/json"));
        answer(200, &headers, r#"{"full_name":"acme/app","type":"repository","is_private":true}"#)
    })
}

#[tokio::test]
async fn clocks() {
    let off = from(NO_PAUSE, &[], account(3 * 86_400)).await;
    off.is_healthy().says(&["this machine's clock is 3 days behind"]);
    let off = from(NO_PAUSE, &[], account(-3 * 86_400)).await;
    off.is_healthy().says(&["this machine's clock is", "ahead of"]);
    let near = from(NO_PAUSE, &[], account(120)).await;
    near.is_healthy();
    assert!(!near.human.contains("clock"), "{}", near.human);
}

#[tokio::test]
async fn a_slow_bitbucket_is_a_healthy_one() {
    let slow = from(Duration::from_millis(1_500), &["--timeout", "10"], account(0)).await;
    slow.is_healthy();
    assert!(!slow.human.contains("note:") && !slow.human.contains("warning"), "{}", slow.human);
}
