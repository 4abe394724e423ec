//! One connection for a wave over HTTP/2, as many as it has questions over HTTP/1.1.
//!
//! An HTTP client that does not know yet whether the other end speaks HTTP/2 opens a connection for every concurrent
//! question, and throws all but one away once it does. This layer stands around the connector of one TLS origin: the first
//! question of a wave connects, the others wait at the gate until its handshake is over. If HTTP/2 was agreed they ride on
//! that connection, which the client's pool hands to them; if not, they connect at once and side by side. Waiting costs no
//! round trip over HTTP/2, and one handshake over HTTP/1.1 with TLS, once for each origin: afterwards it is known. Plain
//! HTTP never speaks HTTP/2 here and has no gate.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper_util::client::legacy::connect::Connection;
use tokio::sync::watch;
use tower_layer::Layer;
use tower_service::Service;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// How long a question waits for the pool to hand it the connection that is there. The pool does that in the same turn of
/// the runtime; only a connection that died in between lets anybody wait.
const RIDE: Duration = Duration::from_millis(500);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nobody has connected.
    Closed,
    /// Somebody is connecting.
    Connecting,
    /// HTTP/2: the connection carries everybody.
    Shared,
    /// HTTP/1.1, or connecting failed: everybody connects for themselves.
    Open,
}

/// The layer. Clones stand at the same gate.
#[derive(Clone)]
pub(super) struct Gate(Arc<watch::Sender<Phase>>);

impl Gate {
    pub(super) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(Phase::Closed)))
    }
}

/// The shared connection that this question waited for went away before it could use it. Nothing was sent.
#[derive(Debug, thiserror::Error)]
#[error("the connection that was to be shared is gone")]
pub(super) struct Gone;

impl<S> Layer<S> for Gate {
    type Service = Gated<S>;

    fn layer(&self, inner: S) -> Gated<S> {
        Gated { inner, gate: self.clone() }
    }
}

/// A connector behind a gate.
#[derive(Clone)]
pub(super) struct Gated<S> {
    inner: S,
    gate: Gate,
}

impl<S, R> Service<R> for Gated<S>
where
    S: Service<R, Error = BoxError> + Clone + Send + 'static,
    S::Future: Send,
    S::Response: Connection,
    R: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, destination: R) -> Self::Future {
        let (mut inner, gate) = (self.inner.clone(), self.gate.clone());
        Box::pin(async move {
            let connects = gate.0.send_if_modified(|phase| {
                // Shared, and yet the pool had none: it was closed. One question opens the next.
                let first = matches!(phase, Phase::Closed | Phase::Shared);
                if first {
                    *phase = Phase::Connecting;
                }
                first
            });
            let turn = connects.then(|| Turn { gate: &gate, next: Phase::Closed });
            if turn.is_none() {
                let mut changes = gate.0.subscribe();
                let phase = changes.wait_for(|phase| *phase != Phase::Connecting).await.map_or(Phase::Open, |phase| *phase);
                if phase == Phase::Shared {
                    tokio::time::sleep(RIDE).await;
                    return Err(Gone.into());
                }
            }
            poll_fn(|cx| inner.poll_ready(cx)).await?;
            let connected = inner.call(destination).await;
            if let Some(mut turn) = turn {
                turn.next = match &connected {
                    Ok(connection) if connection.connected().is_negotiated_h2() => Phase::Shared,
                    Ok(_) => Phase::Open,
                    Err(_) => Phase::Closed,
                };
            }
            connected
        })
    }
}

/// The turn of the question that connects. It ends when the question does, however it does.
struct Turn<'a> {
    gate: &'a Gate,
    next: Phase,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.gate.0.send_replace(self.next);
    }
}
