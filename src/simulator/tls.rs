//! Certificates of the simulator, made at start: good ones from an authority of its own, and the bad ones of some faults.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Which certificate is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// One that is right for whoever trusts [`super::Running::ca_pem`].
    Trusted,
    /// One that vouches for itself.
    SelfSigned,
    /// One of 2020, from the authority that may be trusted.
    Expired,
    /// One of 2099, from the authority that may be trusted.
    NotYetValid,
    /// One for another name, from the authority that may be trusted.
    WrongName,
}

/// The server's side of TLS, and the certificate (PEM) that a client may be told to trust.
pub(super) fn acceptor(tls: Tls, ip: IpAddr) -> io::Result<(TlsAcceptor, Option<String>)> {
    let failed = |error: rcgen::Error| io::Error::other(format!("no certificate could be made: {error}"));
    let names = match tls {
        Tls::WrongName => vec!["gateway.example.com".to_owned()],
        _ => vec!["localhost".to_owned(), ip.to_string(), "api.bitbucket.org".to_owned(), "bitbucket.org".to_owned()],
    };
    let mut leaf = CertificateParams::new(names).map_err(failed)?;
    let now = SystemTime::now();
    let years = |from, to| (date_time_ymd(from, 1, 1), date_time_ymd(to, 1, 1));
    (leaf.not_before, leaf.not_after) = match tls {
        Tls::Expired => years(2019, 2020),
        Tls::NotYetValid => years(2099, 2100),
        Tls::SelfSigned | Tls::WrongName => years(2020, 2099),
        Tls::Trusted => ((now - 7 * DAY).into(), (now + 365 * DAY).into()),
    };
    // Who checks strictly wants all three: Python from 3.13 on the authority's key, Apple the purpose and a short life.
    leaf.use_authority_key_identifier_extension = true;
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.distinguished_name.push(DnType::CommonName, "Simulated Bitbucket");
    let key = KeyPair::generate().map_err(failed)?;
    let (certificate, trusted) = if tls == Tls::SelfSigned {
        (leaf.self_signed(&key).map_err(failed)?, None)
    } else {
        let mut authority = CertificateParams::new(Vec::new()).map_err(failed)?;
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        authority.not_before = date_time_ymd(2018, 1, 1);
        authority.not_after = date_time_ymd(2101, 1, 1);
        authority.distinguished_name.push(DnType::CommonName, "Simulated authority");
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().map_err(failed)?).map_err(failed)?;
        (leaf.signed_by(&key, &authority).map_err(failed)?, Some(authority.pem()))
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())))
        .map_err(io::Error::other)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok((TlsAcceptor::from(Arc::new(config)), trusted))
}
