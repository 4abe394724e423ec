//! Whom to trust, and what was seen of those who were not.
//!
//! The system's certificate store decides, with the authority of `--ca-cert` added. The verifier keeps the certificate that
//! it refused, so a report can name the issuer (an intercepting proxy's, often) without a second connection.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

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

/// The client's side of TLS. Reads the system's certificate store.
pub(super) fn config(settings: &Settings, register: &Register) -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = settings.extra_roots.iter().cloned();
    let inner = rustls_platform_verifier::Verifier::new_with_extra_roots(roots, Arc::clone(&provider))?;
    let verifier = Arc::new(Watching { inner, register: register.clone() });
    let mut config = builder(provider)?.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// For origins without TLS: trusts nobody, reads nothing.
pub(super) fn none() -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(builder(provider)?.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

fn builder(provider: Arc<CryptoProvider>) -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, Error> {
    ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()
}

#[derive(Debug)]
struct Watching {
    inner: rustls_platform_verifier::Verifier,
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
        let result = self.inner.verify_server_cert(leaf, intermediates, name, ocsp, now);
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
        self.inner.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}
