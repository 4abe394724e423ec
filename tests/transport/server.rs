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
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// What a server saw.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) connections: AtomicUsize,
    pub(crate) requests: Mutex<Vec<(String, Option<String>)>>,
}

impl Seen {
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn requests(&self) -> Vec<(String, Option<String>)> {
        self.requests.lock().expect("no panic held it").clone()
    }
}

/// An authority, and a certificate of it.
pub(crate) struct Authority {
    pub(crate) pem: String,
    der: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        Self { pem: certificate.pem(), der: certificate.der().clone(), issuer: Issuer::new(params, key) }
    }

    /// An authority that this one vouches for.
    pub(crate) fn below(&self, name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        Self { pem: certificate.pem(), der: certificate.der().clone(), issuer: Issuer::new(params, key) }
    }

    /// As [`Self::server`], with the certificate of this authority behind the server's own.
    pub(crate) fn server_with_chain(&self, name: &str) -> TlsAcceptor {
        self.acceptor(name, (2020, 2040), &["http/1.1"], &[&self.der])
    }

    /// A server's side of TLS with a certificate for this name and these years.
    pub(crate) fn server(&self, name: &str, years: (i32, i32), protocols: &[&str]) -> TlsAcceptor {
        self.acceptor(name, years, protocols, &[])
    }

    fn acceptor(&self, name: &str, years: (i32, i32), protocols: &[&str], behind: &[&CertificateDer<'static>]) -> TlsAcceptor {
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
            .with_single_cert(std::iter::once(leaf.der()).chain(behind.iter().copied()).cloned().collect(), key)
            .expect("a configuration");
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        TlsAcceptor::from(Arc::new(config))
    }
}

/// How a server answers a path.
pub(crate) type Answers = fn(&str) -> Response<Full<Bytes>>;
/// How a server answers a path that is asked with this Authorization.
pub(crate) type Listens = Arc<dyn Fn(&str, Option<&str>) -> Response<Full<Bytes>> + Send + Sync>;

pub(crate) fn ok(_: &str) -> Response<Full<Bytes>> {
    Response::new(Full::from("{}"))
}

/// An HTTP server, with TLS where an acceptor is given. Every answer takes `pause`.
pub(crate) async fn http(tls: Option<TlsAcceptor>, pause: Duration, answers: Answers) -> (SocketAddr, Arc<Seen>) {
    listening(tls, pause, Arc::new(move |path, _| answers(path))).await
}

/// The same, and the answer may hang on the credential.
pub(crate) async fn listening(tls: Option<TlsAcceptor>, pause: Duration, answers: Listens) -> (SocketAddr, Arc<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let seen = Arc::new(Seen::default());
    let record = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            record.connections.fetch_add(1, Ordering::SeqCst);
            socket.set_nodelay(true).expect("an option of the socket");
            let (tls, record, answers) = (tls.clone(), Arc::clone(&record), Arc::clone(&answers));
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
    answers: Listens,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let path = request.uri().path_and_query().map(|path| path.as_str().to_owned()).unwrap_or_default();
        let authorization = request.headers().get("authorization").and_then(|value| value.to_str().ok()).map(str::to_owned);
        record.requests.lock().expect("no panic held it").push((path.clone(), authorization.clone()));
        let answers = Arc::clone(&answers);
        async move {
            tokio::time::sleep(pause).await;
            Ok::<_, Infallible>(answers(&path, authorization.as_deref()))
        }
    });
    let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
    // A client that goes away is no failure of the server.
    let _ = server.serve_connection(TokioIo::new(stream), service).await;
}

/// Something that reads a request and answers with these bytes, or hangs where there are none.
pub(crate) async fn raw(answer: Option<&'static [u8]>) -> (SocketAddr, Arc<Mutex<Vec<u8>>>) {
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
pub(crate) async fn dying(tls: TlsAcceptor) -> (SocketAddr, Arc<Seen>) {
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
pub(crate) async fn resetting() -> SocketAddr {
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
