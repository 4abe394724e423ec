//! What helps to mend a connection that failed: the addresses that were tried, the issuer and the dates of a certificate
//! that was refused. Nothing is sent for it.

use std::time::Duration;

use rustls::CertificateError;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::X509Name;

use super::tls::Presented;

/// Why a certificate was refused, and by whom it was issued.
pub(super) fn certificate(host: &str, presented: &Presented) -> String {
    let why = match &presented.refused {
        Some(rustls::Error::InvalidCertificate(error)) => reason(host, error),
        Some(error) => format!("refused ({error})"),
        None => "refused".to_owned(),
    };
    let mut text = format!("the certificate shown for {host} is {why}");
    if let Ok((_, certificate)) = X509Certificate::from_der(&presented.leaf) {
        let issuer = name(certificate.issuer());
        let how = if certificate.issuer() == certificate.subject() { "is self-signed by" } else { "was issued by" };
        text.push_str(&format!("; it {how} \"{issuer}\""));
        let validity = certificate.validity();
        let (from, to) = (day(validity.not_before.timestamp()), day(validity.not_after.timestamp()));
        text.push_str(&format!(", valid {from} to {to}"));
    }
    text
}

/// The issuer of a certificate, by its common name or organisation.
pub(super) fn issuer(leaf: &[u8]) -> Option<String> {
    X509Certificate::from_der(leaf).ok().map(|(_, certificate)| name(certificate.issuer()))
}

fn reason(host: &str, error: &CertificateError) -> String {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "past its last day by this machine's clock".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "not valid yet by this machine's clock".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("for another name than {host}")
        }
        CertificateError::UnknownIssuer => "from an authority that this system does not trust".to_owned(),
        CertificateError::Revoked => "revoked".to_owned(),
        other => format!("not trusted ({other})"),
    }
}

fn name(name: &X509Name<'_>) -> String {
    let part = name.iter_common_name().chain(name.iter_organization()).find_map(|part| part.as_str().ok());
    part.unwrap_or("an issuer without a name").chars().filter(|c| !c.is_control()).take(80).collect()
}

fn day(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(
        |_| "an unknown day".to_owned(),
        |moment| moment.to_string().split('T').next().unwrap_or_default().to_owned(),
    )
}

/// The addresses of a host, as this machine resolves it now, for the text of a failed connection.
pub(super) async fn addresses(host: &str, port: u16) -> Option<String> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let found = tokio::time::timeout(Duration::from_secs(1), tokio::net::lookup_host((host, port))).await.ok()?.ok()?;
    let mut list: Vec<String> = found.take(4).map(|address| address.to_string()).collect();
    list.dedup();
    (!list.is_empty()).then(|| list.join(", "))
}
