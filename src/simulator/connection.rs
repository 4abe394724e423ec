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
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::reply::Side;
use super::scenario::Fault;
use super::server::{PATIENCE, Shared, respond};
use super::watch::{Heard, Listened, Unreadable};

/// Connections at once; one more is closed at once.
const MOST_CONNECTIONS: usize = 256;
/// Bytes of a request's head.
const MOST_HEAD: u32 = 64 << 10;

/// Takes connections until aborted, or until it is told to end and the last one is through.
pub(super) async fn accept(listener: TcpListener, side: Side, shared: Arc<Shared>, tls: Option<TlsAcceptor>) {
    let mut connections = JoinSet::new();
    let mut ending = shared.ending.subscribe();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = ending.changed() => break,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        if connections.len() >= MOST_CONNECTIONS {
            continue;
        }
        let _ = stream.set_nodelay(true);
        let (shared, tls) = (Arc::clone(&shared), tls.clone());
        connections.spawn(async move {
            match shared.bitbucket.scenario.way.fault {
                Some(Fault::Hangs) => hold(stream).await,
                Some(Fault::Resets) => reset(&stream).await,
                _ => greet(stream, side, shared, tls).await,
            }
        });
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// Finds out by the first byte whether the client speaks what is spoken here, and talks to it.
async fn greet(stream: TcpStream, side: Side, shared: Arc<Shared>, tls: Option<TlsAcceptor>) {
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
    // RFC 8446, section 5.1: a handshake record begins with 22.
    match (tls, first == [22]) {
        (None, true) => told(Unreadable::TlsOnPlainPort),
        (Some(_), false) if shared.watch.is_some() => told(Unreadable::PlainOnTlsPort),
        (Some(tls), _) => match tokio::time::timeout(PATIENCE, tls.accept(stream)).await {
            Ok(Ok(stream)) => converse(stream, side, shared).await,
            Ok(Err(error)) => told(Unreadable::Handshake(error.to_string())),
            Err(_) => {}
        },
        (None, false) => converse(stream, side, shared).await,
    }
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

async fn converse(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, side: Side, shared: Arc<Shared>) {
    let heard = Heard::default();
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
