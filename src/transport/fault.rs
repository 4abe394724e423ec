//! Why there is no answer, told apart by the place where the way ended.
//!
//! The evidence is the chain of causes below reqwest's error, the certificates that the verifier refused, the names that were
//! looked up, and whether a proxy was to be used. An answer that does not come from Bitbucket is no fault: it is an answer.

use std::error::Error;
use std::io;
use std::time::Duration;

use bbdoctor_checks::autopsy::{Autopsy, Reach, Refusal};
use bbdoctor_checks::{FaultKind, NetFault};
use tokio::sync::OnceCell;
use url::Url;

use super::names::{Names, Unresolved};
use super::tls::Presented;
use super::{Proxy, autopsy};

/// What was on the way.
pub(super) struct Way<'a> {
    pub(super) url: &'a Url,
    pub(super) proxy: Option<&'a Proxy>,
    pub(super) presented: Option<Presented>,
    pub(super) names: &'a Names,
    /// What was found on the way to this origin, once.
    pub(super) examined: &'a OnceCell<Autopsy>,
    /// What is left of the run's time.
    pub(super) left: Duration,
}

impl Way<'_> {
    fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    fn place(&self) -> String {
        format!("{}:{}", self.host(), self.url.port_or_known_default().unwrap_or(443))
    }

    async fn examine(&self, word: Option<bool>) -> Autopsy {
        let look = || autopsy::examine(self.url, self.proxy, self.names, word, self.left);
        self.examined.get_or_init(look).await.clone()
    }

    /// The host that is connected to first: the proxy's, or the one that is asked.
    fn first(&self) -> &str {
        self.proxy.map_or(self.url, Proxy::url).host_str().unwrap_or_default()
    }

    /// The name server has said nothing yet.
    fn looks_up(&self) -> bool {
        self.names.of(self.first()).is_some_and(|looked| looked.lasts())
    }

    /// Whether the handshake of TLS got as far as the server's certificate.
    fn is_secured(&self) -> bool {
        self.presented.as_ref().is_some_and(|presented| presented.refused.is_none())
    }
}

/// The fault behind an error of reqwest.
pub(super) async fn of(error: reqwest::Error, way: &Way<'_>) -> NetFault {
    let host = way.host();
    let chain = chain(&error);
    let last = chain.last().cloned().unwrap_or_default();
    if let Some(tls) = tls_error(&error) {
        return match (tls, way.proxy) {
            (rustls::Error::InvalidMessage(_), Some(proxy)) => refused(proxy, way, "no TLS follows").await,
            _ => of_tls(host, tls, way),
        };
    }
    if let (Some(proxy), Some(tunnel)) = (way.proxy, chain.iter().find(|text| text.starts_with("tunnel error"))) {
        if tunnel.contains("authorization required") {
            return sign_in(proxy, host, way.examine(Some(false)).await);
        }
        let why = [("unsuccessful", "what it says is no HTTP"), ("unexpected end of file", "it closes the connection")];
        if let Some((_, why)) = why.iter().find(|(word, _)| tunnel.contains(word)) {
            return refused(proxy, way, why).await;
        }
    }
    if error.is_timeout() {
        return late(way, None).await;
    }
    let name_failed = is::<Unresolved>(&error);
    if let Some(proxy) = way.proxy.filter(|_| error.is_connect() || name_failed) {
        if !name_failed && way.url.scheme() == "https" && proxy.url().scheme() == "http" {
            return refused(proxy, way, &last).await;
        }
        let why = if name_failed { format!("{} has no address: {last}", way.first()) } else { last };
        let text = format!("the proxy {} (set by {}) cannot be used: {why}", proxy.shown(), proxy.setting());
        return with(FaultKind::Proxy, text, way.examine(None).await);
    }
    if name_failed {
        return fault(FaultKind::Name, format!("{host} has no address: {last}"));
    }
    if error.is_connect() {
        let found = way.examine(None).await;
        let text = if found.tried.iter().any(|tried| tried.result == Reach::Connects) {
            format!("the connection to {} comes about and is broken off before anything can be asked: {last}", way.place())
        } else {
            let tried: Vec<&str> = found.tried.iter().map(|tried| tried.address.as_str()).collect();
            let tried = if tried.is_empty() { way.place() } else { tried.join(", ") };
            format!("{host} cannot be reached (tried {tried}): {last}")
        };
        return with(FaultKind::Connect, text, found);
    }
    // hyper's names for its own steps tell nobody anything.
    let why: Vec<&str> = chain.iter().map(String::as_str).filter(|text| !text.starts_with("client error")).collect();
    fault(FaultKind::Broken, format!("the connection to {host} broke before the answer was complete: {}", why.join(": ")))
}

/// A proxy opens no way, or none that leads to TLS: it is asked once more for its word. `why`: what the client makes of it.
async fn refused(proxy: &Proxy, way: &Way<'_>, why: &str) -> NetFault {
    let found = way.examine(Some(true)).await;
    let (shown, setting, place) = (proxy.shown(), proxy.setting(), way.place());
    let named = format!("the proxy {shown} (set by {setting})");
    let connects = found.tried.iter().any(|tried| tried.result == Reach::Connects);
    let word = found.proxy.clone().unwrap_or_default();
    let leads = word.leads_to.as_ref().map_or_else(String::new, |host| format!(", which leads to {host}"));
    let text = match word.status {
        Some(status @ 200..=299) if word.page => format!("{named} answers CONNECT {place} with {status} and a page of its own"),
        Some(status @ 200..=299) => {
            format!("{named} answers CONNECT {place} with {status}, and there is no TLS behind it: {why}")
        }
        Some(status) => format!("{named} refused to connect to {place}: it answers CONNECT with {status}{leads}"),
        None if connects => format!("{named} takes the connection, and gives CONNECT {place} no answer of a proxy: {why}"),
        None => format!("{named} cannot be used: {why}"),
    };
    with(FaultKind::Proxy, text, found)
}

/// Nothing came in time. `waited`: the question's whole time; without it, the time to connect.
pub(super) async fn late(way: &Way<'_>, waited: Option<Duration>) -> NetFault {
    let within = waited.map_or_else(|| "in time".to_owned(), |waited| format!("within {} s", seconds(waited)));
    if way.looks_up() {
        return fault(FaultKind::Name, format!("the lookup of {} got no answer {within}", way.first()));
    }
    let tunnel_stands = way.is_secured();
    if let Some(proxy) = way.proxy.filter(|_| !tunnel_stands && way.url.scheme() == "https") {
        let found = way.examine(Some(true)).await;
        let answers = found.tried.iter().any(|tried| tried.result == Reach::Connects);
        if found.proxy.as_ref().is_some_and(|word| word.status.is_some()) {
            return refused(proxy, way, &format!("nothing comes {within}")).await;
        }
        let what = if answers { "takes the connection and opens no way to" } else { "gives no answer; no way to" };
        let text = format!("the proxy {} (set by {}) {what} {} {within}", proxy.shown(), proxy.setting(), way.place());
        return with(FaultKind::Proxy, text, found);
    }
    let found = way.examine(None).await;
    let connects = found.tried.iter().any(|tried| tried.result == Reach::Connects);
    let text = match (connects, tunnel_stands || way.url.scheme() == "http", waited) {
        (true, true, Some(_)) => format!("{} takes the question, and no complete answer came {within}", way.place()),
        (true, false, _) => format!("{} takes the connection and does not begin TLS {within}", way.place()),
        _ => format!("no connection to {} {within}", way.place()),
    };
    with(FaultKind::Timeout, text, found)
}

/// A proxy wants a sign-in of its own.
pub(super) fn sign_in(proxy: &Proxy, host: &str, found: Autopsy) -> NetFault {
    let (shown, setting) = (proxy.shown(), proxy.setting());
    let text = if proxy.user_information().is_some() {
        format!("the proxy {shown} does not accept the user and password of {setting} (407) and connects to no {host}")
    } else {
        format!("the proxy {shown} (set by {setting}) wants a sign-in of its own (407) before it connects to {host}")
    };
    let mut word = found.proxy.clone().unwrap_or_else(|| autopsy::introduced(proxy));
    word.status = Some(407);
    with(FaultKind::Proxy, text, Autopsy { proxy: Some(word), ..found })
}

/// A fault with a bounded text without control characters.
pub(super) fn fault(kind: FaultKind, detail: impl AsRef<str>) -> NetFault {
    with(kind, detail, Autopsy::default())
}

pub(super) fn with(kind: FaultKind, detail: impl AsRef<str>, found: Autopsy) -> NetFault {
    let detail = detail.as_ref().chars().filter(|c| !c.is_control()).take(600).collect();
    NetFault { kind, detail, found: Box::new(found) }
}

pub(super) fn seconds(limit: Duration) -> String {
    if limit.subsec_millis() == 0 { limit.as_secs().to_string() } else { format!("{:.1}", limit.as_secs_f32()) }
}

fn of_tls(host: &str, error: &rustls::Error, way: &Way<'_>) -> NetFault {
    match error {
        rustls::Error::InvalidCertificate(why) => match way.presented.as_ref().filter(|presented| presented.refused.is_some()) {
            Some(presented) => {
                let (text, found) = autopsy::certificate(host, presented);
                let dates = matches!(found.refused, Some(Refusal::Expired | Refusal::NotYetValid));
                with(if dates { FaultKind::TlsDates } else { FaultKind::Tls }, text, found)
            }
            None => fault(FaultKind::Tls, format!("the certificate of {host} was refused: {why}")),
        },
        rustls::Error::InvalidMessage(_) => {
            fault(FaultKind::Broken, format!("what answers at {host} does not speak TLS ({error})"))
        }
        // What the verifier itself says: there is no store to trust anybody by.
        rustls::Error::General(why) => fault(FaultKind::Tls, why),
        other => fault(FaultKind::Tls, format!("no secure connection to {host}: {other}")),
    }
}

/// The texts of an error and all its causes, without those that only repeat what follows.
fn chain(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        let mut text = cause.to_string();
        // rustls adds the address of its manual.
        text.truncate(text.find(": https://docs.rs").unwrap_or(text.len()));
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

fn is<E: Error + 'static>(error: &(dyn Error + 'static)) -> bool {
    error.is::<E>() || error.source().is_some_and(is::<E>)
}

/// Whether this is the gate's word that nothing was sent.
pub(super) fn is_gone(error: &(dyn Error + 'static)) -> bool {
    is::<super::gate::Gone>(error)
}
