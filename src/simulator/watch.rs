//! A stand-in that shows what arrives: every request is handed to a watcher, read or not, and answered from an account that
//! is made to fit it.
//!
//! Whoever points a program here wants to see what the program sends, not what Bitbucket thinks of a name that bbdoctor does
//! not know. So the workspace and the repository that are asked for exist and are private, the user that arrives is the
//! owner, and the watcher says which credentials are good. What is refused is refused for the way it is sent.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::account::{Access, Repository, Workspace, WorkspaceState};
use super::bitbucket::Bitbucket;
use super::credential::{Credential, CredentialKind, Level};
use super::login::Authorization;
use super::reply::{Request, Side};
use super::scenario::Scenario;

/// Bytes of a request's head that are kept for the case that it cannot be read.
const MOST_HEARD: usize = 16 << 10;

/// Sees what arrives. It is called while the program waits for its answer: it must not block.
pub trait Watch: fmt::Debug + Send + Sync {
    /// The credential that this text is, where it is a good one.
    fn credential(&self, secret: &str) -> Option<Credential>;
    /// A request, and what it was answered.
    fn arrived(&self, arrived: Arrived);
    /// Something that is no request.
    fn unreadable(&self, unreadable: Unreadable);
}

/// One request as it arrived, bounded. It holds what was sent, secrets too, so it has no `Debug`.
#[derive(Clone, Default)]
pub struct Arrived {
    /// Whether it is for the API's host; else it is for the website's, which is git's.
    pub api: bool,
    /// The method, as it was written.
    pub method: String,
    /// Path and query, as they were written.
    pub target: String,
    /// Every Authorization header.
    pub authorization: Vec<String>,
    /// All other headers.
    pub headers: Vec<(String, String)>,
    /// The beginning of the body.
    pub body: Vec<u8>,
    /// The status of the answer.
    pub status: u16,
    /// Whether the credential was refused.
    pub refused: bool,
    /// The beginning of a refusal's text.
    pub said: String,
}

impl Arrived {
    /// The value of a header; empty where there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// What arrived instead of a request.
pub enum Unreadable {
    /// The beginning of a TLS connection, where plain HTTP is spoken.
    TlsOnPlainPort,
    /// Plain text, where TLS is spoken.
    PlainOnTlsPort,
    /// The handshake of TLS failed: with this reason.
    Handshake(String),
    /// Bytes that are no HTTP, from their beginning on.
    NoHttp(Vec<u8>),
    /// Larger than a request's head may be.
    TooLarge,
}

/// The account that every request is fitted into.
pub(super) fn account() -> Scenario {
    const TEXT: &str = "title = \"whatever arrives\"\nabout = \"An account that is made to fit what arrives.\"\n\
                        [verdict]\nstatus = \"healthy\"\ncause = \"none\"\n";
    Scenario::parse("listen", TEXT).expect("the text is a scenario")
}

impl Bitbucket {
    /// The same server with an account that fits this request.
    pub(super) fn fitted(&self, request: &Request, watch: &dyn Watch) -> Self {
        let mut scenario = self.scenario.clone();
        let (workspace, slug) = named(&request.path);
        let (user, secret) = match Authorization::read(&request.authorization) {
            Authorization::Basic { user, secret } => (user, secret),
            Authorization::Bearer(secret) => (String::new(), secret),
            Authorization::None | Authorization::Undecodable => Default::default(),
        };
        let account = &mut scenario.account;
        account.workspaces = vec![Workspace {
            slug: workspace.clone(),
            private: true,
            state: WorkspaceState::Active,
            ip_allowlist: false,
            two_step: false,
            member: true,
        }];
        account.repositories = vec![Repository {
            full_name: format!("{workspace}/{slug}"),
            private: true,
            access: Access::Admin,
            restricted_branches: Vec::new(),
            lfs: true,
        }];
        if user.contains('@') {
            account.owner.email = user;
        } else if is_name(&user) {
            account.owner.username = user;
        }
        let known = (!secret.is_empty()).then(|| watch.credential(&secret)).flatten().map(|mut credential| {
            if credential.kind == CredentialKind::AccessToken {
                (credential.level, credential.reach) = (Level::Workspace, Some(workspace));
            }
            (secret, credential)
        });
        Self { scenario, world: self.world, known: known.into_iter().collect() }
    }
}

/// Not one of the names that stand for a kind of token, here or elsewhere (section 2 of the facts).
fn is_name(user: &str) -> bool {
    !user.is_empty() && crate::checks::shape::user_form(user) == crate::checks::UserForm::Name
}

/// Workspace and repository of a path; where it names none, those of every example.
fn named(path: &str) -> (String, String) {
    let path = path.trim_start_matches("/!api").trim_start_matches("/api").trim_start_matches('/');
    let parts: Vec<&str> = path.split('/').collect();
    let found = match parts.as_slice() {
        ["2.0", "user", "workspaces", workspace, ..] => (*workspace, ""),
        ["2.0", "repositories", workspace, slug, ..] => (*workspace, *slug),
        ["2.0", "repositories" | "workspaces" | "snippets", workspace, ..] => (*workspace, ""),
        ["2.0" | "1.0" | "rest", ..] => ("", ""),
        [workspace, slug, _, ..] => (*workspace, slug.strip_suffix(".git").unwrap_or(slug)),
        _ => ("", ""),
    };
    let or = |name: &str, usual: &str| if name.is_empty() { usual.to_owned() } else { name.chars().take(200).collect() };
    (or(found.0, "acme"), or(found.1, "app"))
}

/// Which of the two hosts a request is for, where one address plays both.
pub(super) fn is_api(side: Side, path: &str) -> bool {
    match side {
        Side::Api => true,
        Side::Site => false,
        Side::Both => ["/2.0", "/1.0", "/rest/", "/user", "/workspaces", "/repositories"].iter().any(|start| {
            path.strip_prefix(start).is_some_and(|rest| start.ends_with('/') || rest.is_empty() || rest.starts_with('/'))
        }),
    }
}

/// Whether a path is the API's, at an address that plays both hosts.
#[must_use]
pub fn is_api_path(path: &str) -> bool {
    is_api(Side::Both, path.split('?').next().unwrap_or_default())
}

/// What was read since the last request, for the case that it cannot be understood; and when anything last passed.
#[derive(Clone)]
pub(super) struct Heard(Arc<Mutex<(Vec<u8>, Instant)>>);

impl Default for Heard {
    fn default() -> Self {
        Self(Arc::new(Mutex::new((Vec::new(), Instant::now()))))
    }
}

impl Heard {
    fn lock(&self) -> MutexGuard<'_, (Vec<u8>, Instant)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request was understood: what was heard is not needed.
    pub(super) fn clear(&self) {
        self.lock().0.clear();
    }

    pub(super) fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.lock().0)
    }

    /// Something passed.
    pub(super) fn active(&self) {
        self.lock().1 = Instant::now();
    }

    /// For how long nothing passed.
    pub(super) fn silence(&self) -> Duration {
        self.lock().1.elapsed()
    }

    fn add(&self, bytes: &[u8]) {
        let mut heard = self.lock();
        heard.1 = Instant::now();
        let room = MOST_HEARD.saturating_sub(heard.0.len());
        heard.0.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}

/// A connection that is heard.
pub(super) struct Listened<S> {
    pub(super) stream: S,
    pub(super) heard: Heard,
}

impl<S: AsyncRead + Unpin> AsyncRead for Listened<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(cx, buf);
        if let Poll::Ready(Ok(())) = &result {
            self.heard.add(&buf.filled()[before..]);
        }
        result
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Listened<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.heard.active();
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
