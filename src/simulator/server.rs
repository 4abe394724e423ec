//! The sockets of the simulator: listens, reads bounded requests, counts them, and plays the faults of the way.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::bitbucket::Bitbucket;
use super::body;
use super::connection::{accept, accept_proxy};
use super::reply::{Reply, Request, Side};
use super::scenario::{Fault, Scenario};
use super::tls::{self, Tls};
use super::watch::{self as watching, Arrived, Watch};
use super::world::World;

/// Requests remembered in [`Running::log`]; all are counted.
const MOST_REMEMBERED: usize = 10_000;
/// Bytes of a body, and of an answer, that a watcher sees.
const MOST_SHOWN: usize = 16 << 10;
/// How long a request may take to arrive: whoever says nothing must not keep a place.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);
/// How far [`Fault::ClockSkewed`] is off.
const SKEW: Duration = Duration::from_secs(3 * 24 * 3600);

/// A simulated Bitbucket that answers until it is stopped or dropped.
#[derive(Debug)]
pub struct Running {
    /// The address of [`Running::api_url`]. It serves everything: API, git, website.
    pub addr: SocketAddr,
    /// Base URL of the API, without `/` at the end. Where the way is faulty it may lead nowhere.
    pub api_url: String,
    /// Base URL of git and of the website, without `/` at the end: an address of its own that is no API.
    pub git_url: String,
    /// The proxy that the client is told to use.
    pub proxy: Option<String>,
    /// The certificate, in PEM, that the client is told to trust.
    pub ca_pem: Option<String>,
    shared: Arc<Shared>,
    tasks: Vec<AbortHandle>,
    thread: Option<(tokio::sync::oneshot::Sender<()>, std::thread::JoinHandle<()>)>,
}

/// What was asked so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All requests.
    pub requests: u32,
    /// Those whose credential was refused.
    pub failed_logins: u32,
}

/// One request as the server saw it; no secret is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The method.
    pub method: String,
    /// The path without the query.
    pub path: String,
    /// `basic` or `bearer`; none without a header that counts.
    pub scheme: Option<&'static str>,
    /// The user of Basic; `(NAME)` where it is that credential's text.
    pub user: Option<String>,
    /// The name of the credential that was presented, where it is a known one.
    pub credential: Option<String>,
    /// Whether the credential was refused.
    pub failed_login: bool,
    /// The status of the answer.
    pub status: u16,
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) bitbucket: Bitbucket,
    counts: Mutex<Counts>,
    log: Mutex<Vec<Seen>>,
    number: AtomicU64,
    pub(super) watch: Option<Arc<dyn Watch>>,
    /// Turns true when all is to end; has receivers as long as a connection is open.
    pub(super) ending: watch::Sender<bool>,
}

impl Running {
    /// What was asked so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        *self.shared.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The requests so far, the first 10,000 of them.
    #[must_use]
    pub fn log(&self) -> Vec<Seen> {
        self.shared.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes no more requests, and waits until those that arrived are answered; no longer than this.
    pub async fn finish(&mut self, at_most: Duration) {
        self.shared.ending.send_replace(true);
        // Whoever does not take its answer in time goes without.
        let _ = tokio::time::timeout(at_most, self.shared.ending.closed()).await;
        self.stop();
    }

    /// Ends all listeners and connections.
    pub fn stop(&mut self) {
        for task in self.tasks.drain(..) {
            task.abort();
        }
        if let Some((stop, thread)) = self.thread.take() {
            // Errors: it has ended already.
            let _ = stop.send(());
            let _ = thread.join();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Serves a scenario in a world (with the switches that the scenario fixes) from tasks of the caller's runtime.
///
/// `listen` is the API's address (port 0: any); git gets another port of the same host. `tls` is overruled by a fault of
/// the way that is about certificates.
///
/// # Errors
/// Where an address cannot be listened on or no certificate can be made.
pub async fn serve(scenario: &Scenario, world: &World, listen: SocketAddr, tls: Option<Tls>) -> io::Result<Running> {
    start(scenario, world, listen, tls, None).await
}

async fn start(
    scenario: &Scenario,
    world: &World,
    listen: SocketAddr,
    tls: Option<Tls>,
    watch: Option<Arc<dyn Watch>>,
) -> io::Result<Running> {
    let fault = scenario.way.fault;
    let tls = match fault {
        Some(Fault::TlsSelfSigned) => Some(Tls::SelfSigned),
        Some(Fault::TlsExpired) => Some(Tls::Expired),
        Some(Fault::TlsNotYetValid) => Some(Tls::NotYetValid),
        Some(Fault::TlsWrongName) => Some(Tls::WrongName),
        _ => tls,
    };
    let shared = Arc::new(Shared {
        bitbucket: Bitbucket::new(scenario, world),
        counts: Mutex::default(),
        log: Mutex::default(),
        number: AtomicU64::new(1),
        watch,
        ending: watch::Sender::new(false),
    });
    let api = TcpListener::bind(listen).await?;
    let addr = api.local_addr()?;
    // Who is pointed at a stand-in has one address to enter.
    let site = match shared.watch {
        Some(_) => None,
        None => Some(TcpListener::bind(SocketAddr::new(listen.ip(), 0)).await?),
    };
    let site_addr = site.as_ref().map_or(Ok(addr), TcpListener::local_addr)?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let mut running = Running {
        addr,
        api_url: format!("{scheme}://{addr}"),
        git_url: format!("{scheme}://{site_addr}"),
        proxy: None,
        ca_pem: None,
        shared: Arc::clone(&shared),
        tasks: Vec::new(),
        thread: None,
    };
    let nowhere = |running: &mut Running| {
        // RFC 6761: no name below `.invalid` ever has an address.
        running.api_url = "https://api.bitbucket.invalid".into();
        running.git_url = "https://bitbucket.invalid".into();
    };
    match fault {
        Some(Fault::NameNotResolved) => nowhere(&mut running),
        // The listeners are dropped here, and their ports are closed.
        Some(Fault::Refused) => return Ok(running),
        Some(Fault::Proxy407 | Fault::ProxyRefuses) => {
            nowhere(&mut running);
            running.proxy = Some(format!("http://{addr}"));
            let wants_sign_in = fault == Some(Fault::Proxy407);
            running.tasks.push(tokio::spawn(accept_proxy(api, wants_sign_in)).abort_handle());
            return Ok(running);
        }
        _ => {}
    }
    let acceptor = match tls {
        Some(tls) => {
            let (acceptor, trusted) = tls::acceptor(tls, addr.ip())?;
            running.ca_pem = trusted;
            Some(acceptor)
        }
        None => None,
    };
    for (listener, side) in std::iter::once((api, Side::Both)).chain(site.map(|site| (site, Side::Site))) {
        let task = tokio::spawn(accept(listener, side, Arc::clone(&shared), acceptor.clone()));
        running.tasks.push(task.abort_handle());
    }
    Ok(running)
}

/// [`serve`] on a thread and runtime of its own, for callers without one.
///
/// # Errors
/// As [`serve`], and where no thread can be started.
pub fn serve_in_thread(scenario: &Scenario, world: &World, listen: SocketAddr, tls: Option<Tls>) -> io::Result<Running> {
    in_thread(scenario.clone(), *world, listen, tls, None)
}

/// A stand-in that shows this watcher what arrives, on a thread and runtime of its own: its answers wait for nobody.
///
/// # Errors
/// As [`serve_in_thread`].
pub fn serve_watched(listen: SocketAddr, tls: Option<Tls>, watch: Arc<dyn Watch>) -> io::Result<Running> {
    in_thread(watching::account(), World::default(), listen, tls, Some(watch))
}

fn in_thread(
    scenario: Scenario,
    world: World,
    listen: SocketAddr,
    tls: Option<Tls>,
    watch: Option<Arc<dyn Watch>>,
) -> io::Result<Running> {
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let (ready, when_ready) = std::sync::mpsc::channel();
    // The runtime is made on its thread: the caller may be inside another one.
    let thread = std::thread::Builder::new().name("simulated Bitbucket".into()).spawn(move || {
        let served = tokio::runtime::Builder::new_current_thread().enable_all().build().and_then(|runtime| {
            let running = runtime.block_on(start(&scenario, &world, listen, tls, watch))?;
            Ok((runtime, running))
        });
        // An error of a channel says that the other end is gone: time to stop, too.
        match served {
            Ok((runtime, running)) => {
                let _ = ready.send(Ok(running));
                let _ = runtime.block_on(stopped);
            }
            Err(error) => drop(ready.send(Err(error))),
        }
    })?;
    let mut running = when_ready.recv().map_err(io::Error::other)??;
    running.thread = Some((stop, thread));
    Ok(running)
}

pub(super) async fn respond(request: hyper::Request<Incoming>, side: Side, shared: &Shared) -> hyper::Response<Full<Bytes>> {
    let way = shared.bitbucket.scenario.way;
    if way.latency_ms > 0 {
        tokio::time::sleep(Duration::from_millis(way.latency_ms)).await;
    }
    let (parts, body) = request.into_parts();
    let text = |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let host = parts.headers.get("host").map(text).or_else(|| parts.uri.host().map(str::to_owned)).unwrap_or_default();
    let side = match host.split(':').next() {
        Some("api.bitbucket.org") => Side::Api,
        Some("bitbucket.org") => Side::Site,
        _ => side,
    };
    let packed = parts.headers.get("content-encoding").is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"gzip"));
    let read = body::read(body, packed).await;
    let incomplete = read.is_none();
    let request = Request {
        side,
        method: parts.method.as_str().to_owned(),
        path: percent_encoding::percent_decode_str(parts.uri.path()).decode_utf8_lossy().into_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        authorization: parts.headers.get_all("authorization").iter().map(text).collect(),
        body: read.unwrap_or_default(),
    };
    let fitted = shared.watch.as_deref().map(|watch| shared.bitbucket.fitted(&request, watch));
    let (noticed, mut reply) = fitted.as_ref().unwrap_or(&shared.bitbucket).answer(&request);
    if incomplete {
        reply = Reply::error(408, "The request did not arrive in time");
    }
    let noticed_refused = noticed.refused;
    let mut counts = shared.counts.lock().unwrap_or_else(PoisonError::into_inner);
    counts.requests += 1;
    counts.failed_logins += u32::from(noticed.refused);
    drop(counts);
    let mut log = shared.log.lock().unwrap_or_else(PoisonError::into_inner);
    if log.len() < MOST_REMEMBERED {
        log.push(Seen {
            method: request.method.clone(),
            path: shared.bitbucket.without_secrets(request.path.chars().take(300).collect()),
            scheme: noticed.scheme,
            user: noticed.user,
            credential: noticed.credential,
            failed_login: noticed.refused,
            status: reply.status,
        });
    }
    drop(log);
    if let Some(watch) = &shared.watch {
        let refusal = &reply.body[..reply.body.len().min(if reply.status >= 400 { 2048 } else { 0 })];
        watch.arrived(Arrived {
            api: watching::is_api(request.side, parts.uri.path()),
            method: request.method.clone(),
            target: parts.uri.path_and_query().map_or_else(|| parts.uri.to_string(), ToString::to_string),
            authorization: request.authorization.clone(),
            headers: (parts.headers.iter().filter(|(name, _)| *name != "authorization"))
                .map(|(name, value)| (name.as_str().to_owned(), text(value)))
                .collect(),
            body: request.body[..request.body.len().min(MOST_SHOWN)].to_vec(),
            status: reply.status,
            refused: noticed_refused,
            said: String::from_utf8_lossy(refusal).into_owned(),
        });
    }
    written(reply, &request, shared)
}

/// Puts an answer onto the wire, with the headers that every answer has (facts `server-names`, `headers`).
fn written(reply: Reply, request: &Request, shared: &Shared) -> hyper::Response<Full<Bytes>> {
    let fault = shared.bitbucket.scenario.way.fault;
    let now = SystemTime::now() + if fault == Some(Fault::ClockSkewed) { SKEW } else { Duration::ZERO };
    let mut response = hyper::Response::builder().status(reply.status).header("date", httpdate::fmt_http_date(now));
    for (name, value) in &reply.headers {
        response = response.header(*name, value);
    }
    if fault != Some(Fault::Portal) {
        let number = shared.number.fetch_add(1, Ordering::Relaxed);
        response = response
            .header("server", "AtlassianEdge")
            .header("x-request-id", format!("{number:032x}"))
            .header("x-b3-traceid", format!("{number:016x}"))
            .header("x-served-by", "simulator");
    }
    let body = if request.method == "HEAD" { Vec::new() } else { reply.body };
    // Every header is made here from plain text; what could not be written would be a defect of a scenario's texts.
    response.body(Full::new(Bytes::from(body))).unwrap_or_else(|_| {
        let mut failed = hyper::Response::new(Full::default());
        *failed.status_mut() = hyper::StatusCode::INTERNAL_SERVER_ERROR;
        failed
    })
}
