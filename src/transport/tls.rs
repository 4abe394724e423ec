//! Whom to trust, and what was seen of those who were not.
//!
//! The system's certificate store decides, with the authority of `--ca-cert` added. The verifier keeps the certificate that
//! it refused, so a report can name the issuer (an intercepting proxy's, often) without a second connection.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use rustls_platform_verifier::Verifier;

use super::Settings;

/// What was presented under a name, and whether it was refused.
#[derive(Clone, Debug)]
pub(super) struct Presented {
    /// The server's first.
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) refused: Option<Error>,
}

/// The certificates presented in this run, by host.
#[derive(Clone, Debug, Default)]
pub(super) struct Register(Arc<Mutex<BTreeMap<String, Presented>>>);

impl Register {
    pub(super) fn of(&self, host: &str) -> Option<Presented> {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(host).cloned()
    }

    fn enter(&self, host: String, presented: Presented) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(host, presented);
    }
}

/// The client's side of TLS. The system's certificate store is read beside the first round trips of the connection: it is
/// wanted when the server's certificate is there, and no sooner.
pub(super) fn config(settings: &Settings, register: &Register) -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let algorithms = provider.signature_verification_algorithms;
    let store = Store::reading(&settings.extra_roots, &provider);
    let verifier = Arc::new(Watching { store, algorithms, register: register.clone() });
    let mut config = builder(provider)?.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// For origins without TLS: trusts nobody, reads nothing.
pub(crate) fn none() -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(builder(provider)?.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

fn builder(provider: Arc<CryptoProvider>) -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, Error> {
    ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()
}

/// The system's verifier, once it is read.
#[derive(Debug)]
struct Store {
    reading: Mutex<Option<JoinHandle<Result<Verifier, Error>>>>,
    read: OnceLock<Result<Verifier, Error>>,
}

impl Store {
    fn reading(roots: &[CertificateDer<'static>], provider: &Arc<CryptoProvider>) -> Self {
        let read = {
            let (roots, provider) = (roots.to_vec(), Arc::clone(provider));
            move || Verifier::new_with_extra_roots(roots, provider)
        };
        match std::thread::Builder::new().name("certificates".to_owned()).spawn(read.clone()) {
            Ok(thread) => Self { reading: Mutex::new(Some(thread)), read: OnceLock::new() },
            // No thread to be had: then here.
            Err(_) => Self { reading: Mutex::default(), read: OnceLock::from(read()) },
        }
    }

    fn verifier(&self) -> Result<&Verifier, Error> {
        let read = self.read.get_or_init(|| {
            let thread = self.reading.lock().unwrap_or_else(PoisonError::into_inner).take();
            let result = thread.map(JoinHandle::join);
            result.and_then(Result::ok).unwrap_or_else(|| Err(Error::General("reading it ended early".to_owned())))
        });
        read.as_ref().map_err(|error| {
            Error::General(format!(
                "this system's certificate store cannot be read ({error}); install its package of CA certificates, or give --ca-cert"
            ))
        })
    }
}

#[derive(Debug)]
struct Watching {
    store: Store,
    algorithms: WebPkiSupportedAlgorithms,
    register: Register,
}

impl ServerCertVerifier for Watching {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verifier = self.store.verifier();
        let result = verifier.and_then(|verifier| verifier.verify_server_cert(leaf, intermediates, name, ocsp, now));
        let chain = std::iter::once(leaf).chain(intermediates).map(|der| der.clone().into_owned()).collect();
        let presented = Presented { chain, refused: result.as_ref().err().cloned() };
        self.register.enter(name.to_str().into_owned(), presented);
        result
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
