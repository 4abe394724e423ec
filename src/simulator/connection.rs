//! The connections of the simulator: how many, for how long, in plain or over TLS, and the faults of the way that are theirs.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use super::reply::Side;
use super::scenario::Fault;
use super::server::{PATIENCE, Shared, respond};
use super::watch::{Heard, Listened, Unreadable};

/// Connections at once: some systems let a program have 256 files. For one more, the one that is silent for longest is closed.
const MOST_CONNECTIONS: usize = 128;
/// What is left to be read of a connection that was answered in the wrong language, and how long that may take.
const LEFT: (usize, Duration) = (64 << 10, Duration::from_secs(1));
/// Bytes of a request's head.
const MOST_HEAD: u32 = 64 << 10;

/// Takes connections until aborted, or until it is told to end and the last one is through.
pub(super) async fn accept(listener: TcpListener, side: Side, shared: Arc<Shared>, tls: Option<TlsAcceptor>) {
    let mut connections = JoinSet::new();
    let mut open: Vec<(AbortHandle, Heard)> = Vec::new();
    let mut ending = shared.ending.subscribe();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = ending.changed() => break,
        };
        while connections.try_join_next().is_some() {}
        open.retain(|(task, _)| !task.is_finished());
        let Ok((stream, _)) = accepted else {
            // Most likely the system gives no more files.
            close_quietest(&mut open);
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        while open.len() >= MOST_CONNECTIONS {
            close_quietest(&mut open);
        }
        let _ = stream.set_nodelay(true);
        let (shared, tls, heard) = (Arc::clone(&shared), tls.clone(), Heard::default());
        let still = heard.clone();
        let task = connections.spawn(async move {
            match shared.bitbucket.scenario.way.fault {
                Some(Fault::Hangs) => hold(stream).await,
                Some(Fault::Resets) => reset(&stream).await,
                _ => greet(stream, side, shared, tls, heard).await,
            }
        });
        open.push((task, still));
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// Whoever is silent for longest makes room: those who keep a connection in store, and those who never finish a request. A
/// program that was just taken is answered long before it is its turn.
fn close_quietest(open: &mut Vec<(AbortHandle, Heard)>) {
    let quietest = open.iter().enumerate().max_by_key(|(_, (_, heard))| heard.silence()).map(|(place, _)| place);
    if let Some(place) = quietest {
        open.swap_remove(place).0.abort();
    }
}

/// Finds out by the first byte whether the client speaks what is spoken here, and talks to it.
async fn greet(mut stream: TcpStream, side: Side, shared: Arc<Shared>, tls: Option<TlsAcceptor>, heard: Heard) {
    let mut ending = shared.ending.subscribe();
    let mut first = [0];
    let peeked = tokio::select! {
        peeked = tokio::time::timeout(PATIENCE, stream.peek(&mut first)) => peeked,
        _ = ending.changed() => return,
    };
    let Ok(Ok(1)) = peeked else { return };
    let told = |what: Unreadable| {
        if let Some(watch) = &shared.watch {
            watch.unreadable(what);
        }
    };
    heard.active();
    // RFC 8446, section 5.1: a handshake record begins with 22.
    match (tls, first == [22]) {
        (None, true) => {
            told(Unreadable::TlsOnPlainPort);
            decline(&mut stream, "This address speaks plain HTTP: use http://, or let it speak TLS.").await;
        }
        (Some(_), false) => {
            told(Unreadable::PlainOnTlsPort);
            decline(&mut stream, "This address speaks TLS: use https://.").await;
        }
        (Some(tls), true) => match tokio::time::timeout(PATIENCE, tls.accept(stream)).await {
            Ok(Ok(stream)) => converse(stream, side, shared, heard).await,
            Ok(Err(error)) => told(Unreadable::Handshake(error.to_string())),
            Err(_) => {}
        },
        (None, false) => converse(stream, side, shared, heard).await,
    }
}

/// Says in plain HTTP what is wrong: who spoke plainly reads it, and who began TLS is told at least that this is none, where
/// a connection that breaks looks like a firewall.
async fn decline(stream: &mut TcpStream, why: &str) {
    let head = "HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\nconnection: close\r\n";
    let answer = format!("{head}content-length: {}\r\n\r\n{why}\n", why.len() + 1);
    // The client may be gone: its affair.
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
    // What is closed while something unread is in it is reset, and the answer may be lost.
    let drained = async {
        let mut bytes = [0; 4096];
        let mut left = LEFT.0;
        while let Ok(read @ 1..) = stream.read(&mut bytes).await {
            left = left.saturating_sub(read);
            if left == 0 {
                return;
            }
        }
    };
    let _ = tokio::time::timeout(LEFT.1, drained).await;
}

/// Keeps a connection and says nothing.
async fn hold(stream: TcpStream) {
    std::future::pending::<()>().await;
    drop(stream);
}

/// A socket that is closed while something unread is in it is reset rather than ended.
async fn reset(stream: &TcpStream) {
    let _ = stream.readable().await;
}

async fn converse(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, side: Side, shared: Arc<Shared>, heard: Heard) {
    let stream = Listened { stream, heard: heard.clone() };
    let asked = Arc::new(AtomicBool::new(false));
    let service = {
        let (shared, heard, asked) = (Arc::clone(&shared), heard.clone(), Arc::clone(&asked));
        service_fn(move |request| {
            asked.store(true, Ordering::Relaxed);
            heard.clear();
            let shared = Arc::clone(&shared);
            async move { Ok::<_, Infallible>(respond(request, side, &shared).await) }
        })
    };
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_buf_size(MOST_HEAD as usize);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(32).max_header_list_size(MOST_HEAD);
    let mut connection = std::pin::pin!(builder.serve_connection(TokioIo::new(stream), service));
    let mut ending = shared.ending.subscribe();
    let mut patience = std::pin::pin!(tokio::time::sleep(PATIENCE));
    let mut waits = true;
    let ended = loop {
        tokio::select! {
            ended = connection.as_mut() => break ended,
            _ = ending.changed() => {
                connection.as_mut().graceful_shutdown();
                break connection.as_mut().await;
            }
            () = patience.as_mut(), if waits => {
                if !asked.load(Ordering::Relaxed) {
                    return;
                }
                waits = false;
            }
        }
    };
    // A connection that breaks is the client's affair; what cannot be read is worth a word to who watches.
    if let (Some(watch), Err(error)) = (&shared.watch, ended) {
        match error.downcast_ref::<hyper::Error>() {
            Some(error) if error.is_parse_too_large() => watch.unreadable(Unreadable::TooLarge),
            Some(error) if error.is_parse() => watch.unreadable(Unreadable::NoHttp(heard.take())),
            _ => {}
        }
    }
}

/// A proxy that lets nothing through: it wants a sign-in of its own, or does not like the destination.
pub(super) async fn accept_proxy(listener: TcpListener, wants_sign_in: bool) {
    let answer: &'static [u8] = if wants_sign_in {
        b"HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm=\"proxy.example.com\"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    } else {
        b"HTTP/1.1 403 Forbidden\r\nvia: 1.1 proxy.example.com\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    };
    let mut connections = JoinSet::new();
    loop {
        let Ok((mut stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        connections.spawn(async move {
            let mut head = [0; 8192];
            let mut read = 0;
            while read < head.len() && !head[..read].windows(4).any(|four| four == b"\r\n\r\n") {
                match stream.read(&mut head[read..]).await {
                    Ok(0) | Err(_) => return,
                    Ok(more) => read += more,
                }
            }
            // The client may be gone: its affair.
            let _ = stream.write_all(answer).await;
            let _ = stream.shutdown().await;
        });
    }
}
