//! Small servers on loopback: what the client meets, and a record of what it sent.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// What a server saw.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) connections: AtomicUsize,
    pub(super) requests: Mutex<Vec<(String, Option<String>)>>,
}

impl Seen {
    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(super) fn requests(&self) -> Vec<(String, Option<String>)> {
        self.requests.lock().expect("no panic held it").clone()
    }
}

/// An authority, and a certificate of it.
pub(super) struct Authority {
    pub(super) pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(super) fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().expect("a key");
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// A server's side of TLS with a certificate for this name and these years.
    pub(super) fn server(&self, name: &str, years: (i32, i32), protocols: &[&str]) -> TlsAcceptor {
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        params.not_before = date_time_ymd(years.0, 1, 1);
        params.not_after = date_time_ymd(years.1, 1, 1);
        let key = KeyPair::generate().expect("a key");
        let leaf = params.signed_by(&key, &self.issuer).expect("a certificate");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], key)
            .expect("a configuration");
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        TlsAcceptor::from(Arc::new(config))
    }
}

/// How a server answers a path.
pub(super) type Answers = fn(&str) -> Response<Full<Bytes>>;

pub(super) fn ok(_: &str) -> Response<Full<Bytes>> {
    Response::new(Full::from("{}"))
}

/// An HTTP server, with TLS where an acceptor is given. Every answer takes `pause`.
pub(super) async fn http(tls: Option<TlsAcceptor>, pause: Duration, answers: Answers) -> (SocketAddr, Arc<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let seen = Arc::new(Seen::default());
    let record = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            record.connections.fetch_add(1, Ordering::SeqCst);
            socket.set_nodelay(true).expect("an option of the socket");
            let (tls, record) = (tls.clone(), Arc::clone(&record));
            tokio::spawn(async move {
                match tls {
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(socket).await {
                            serve(stream, record, pause, answers).await;
                        }
                    }
                    None => serve(socket, record, pause, answers).await,
                }
            });
        }
    });
    (address, seen)
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    record: Arc<Seen>,
    pause: Duration,
    answers: Answers,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let path = request.uri().path_and_query().map(|path| path.as_str().to_owned()).unwrap_or_default();
        let authorization = request.headers().get("authorization").and_then(|value| value.to_str().ok()).map(str::to_owned);
        record.requests.lock().expect("no panic held it").push((path.clone(), authorization));
        async move {
            tokio::time::sleep(pause).await;
            Ok::<_, Infallible>(answers(&path))
        }
    });
    let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
    // A client that goes away is no failure of the server.
    let _ = server.serve_connection(TokioIo::new(stream), service).await;
}

/// Something that reads a request and answers with these bytes, or hangs where there are none.
pub(super) async fn raw(answer: Option<&'static [u8]>) -> (SocketAddr, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let read = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&read);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let record = Arc::clone(&record);
            tokio::spawn(async move {
                let mut buffer = [0; 4096];
                let length = socket.read(&mut buffer).await.unwrap_or(0);
                record.lock().expect("no panic held it").extend_from_slice(&buffer[..length]);
                match answer {
                    Some(bytes) => {
                        let _ = socket.write_all(bytes).await;
                    }
                    None => tokio::time::sleep(Duration::from_secs(60)).await,
                }
            });
        }
    });
    (address, read)
}

/// TLS, and then nothing: every connection ends as soon as its handshake is over.
pub(super) async fn dying(tls: TlsAcceptor) -> (SocketAddr, Arc<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let seen = Arc::new(Seen::default());
    let record = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            record.connections.fetch_add(1, Ordering::SeqCst);
            let tls = tls.clone();
            tokio::spawn(async move { drop(tls.accept(socket).await) });
        }
    });
    (address, seen)
}

/// Every connection is reset once something was read from it.
pub(super) async fn resetting() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let _ = socket.read(&mut [0; 8]).await;
            // Closing with unread data in the buffer resets the connection.
            drop(socket);
        }
    });
    address
}
