//! What was found where the way ended: certificates, addresses, the proxy's word. The transport fills it in, the verdict and
//! every report read it.
//!
//! Whose certificate it is, is told by the issuer's name: authorities that everybody trusts, products that inspect TLS, or
//! neither. The lists are common knowledge and short; a name that stands in none of them is said to be in none of them, and
//! no more.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::{NetFault, clock};

/// What was found where the way ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Autopsy {
    /// The certificates that were shown, the server's first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub chain: Vec<Certificate>,
    /// Why they were refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refusal>,
    /// The addresses of the host, or of the proxy, and what each did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tried: Vec<Tried>,
    /// The proxy that stood between.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy: Option<ProxyWord>,
}

impl Autopsy {
    /// Every text in it, to hide or to mask what must not be shown.
    pub fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        let of_chain = self.chain.iter_mut().flat_map(|c| [&mut c.subject, &mut c.issuer].into_iter().chain(&mut c.names));
        let of_proxy = self.proxy.iter_mut().flat_map(|p| {
            [&mut p.address, &mut p.setting].into_iter().chain(&mut p.schemes).chain(&mut p.server).chain(&mut p.leads_to)
        });
        of_chain.chain(of_proxy)
    }
}

/// A certificate that was shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Certificate {
    /// Whose it is: the common name, or the organisation.
    pub subject: String,
    /// Who vouches for it.
    pub issuer: String,
    /// The host names that it is for.
    pub names: Vec<String>,
    /// RFC 3339, UTC.
    pub not_before: String,
    /// RFC 3339, UTC.
    pub not_after: String,
    /// It vouches for itself.
    pub self_signed: bool,
}

/// Why a certificate was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// Nobody whom this machine trusts vouches for it.
    UnknownIssuer,
    /// Past its last day by this machine's clock.
    Expired,
    /// Before its first day by this machine's clock.
    NotYetValid,
    /// For another name.
    OtherName,
    /// Anything else.
    #[serde(other)]
    Other,
}

/// One address, and what it did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tried {
    /// With the port: `203.0.113.7:443`, `[2001:db8::7]:443`.
    pub address: String,
    /// What came of it.
    pub result: Reach,
}

impl Tried {
    /// Whether it is an IPv6 address.
    #[must_use]
    pub fn is_v6(&self) -> bool {
        self.address.starts_with('[')
    }
}

/// What came of connecting to an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// A connection came about.
    Connects,
    /// Refused at once.
    Refused,
    /// No answer in time.
    Silent,
    /// No way leads there.
    Unreachable,
    /// Something else.
    #[default]
    #[serde(other)]
    Failed,
}

impl Reach {
    /// In words, behind an address.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Connects => "connects",
            Self::Refused => "refuses the connection",
            Self::Silent => "gives no answer",
            Self::Unreachable => "cannot be reached from here",
            Self::Failed => "fails",
        }
    }
}

/// The proxy that stood between, and what it said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProxyWord {
    /// Its URL without user information.
    pub address: String,
    /// What named it: `HTTPS_PROXY`, `--proxy`, `system settings`; empty: nothing did.
    pub setting: String,
    /// Whether a user and password stand in that setting.
    pub signs_in: bool,
    /// The status of its answer.
    pub status: Option<u16>,
    /// The ways to sign in that it offers (`Proxy-Authenticate`).
    pub schemes: Vec<String>,
    /// What it calls itself (`Server`).
    pub server: Option<String>,
    /// The host that its answer leads to (`Location`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leads_to: Option<String>,
    /// Whether its answer is a page.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub page: bool,
}

/// Who vouches for a certificate, as far as a name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vouches {
    /// An authority that everybody's list holds.
    Public,
    /// A product that inspects TLS.
    Inspection,
    /// The server itself.
    Itself,
    /// Neither is known.
    Unknown,
}

/// Parts of the names of the large public authorities (the lists of browsers and systems hold them).
const PUBLIC: &[&str] = &[
    "digicert",
    "let's encrypt",
    "isrg root",
    "sectigo",
    "comodo",
    "usertrust",
    "globalsign",
    "amazon",
    "google trust services",
    "gts root",
    "entrust",
    "godaddy",
    "go daddy",
    "starfield",
    "identrust",
    "ssl.com",
    "actalis",
    "certum",
    "buypass",
    "quovadis",
    "swisssign",
    "harica",
    "telesec",
    "t-telesec",
    "d-trust",
    "baltimore",
    "geotrust",
    "thawte",
    "rapidssl",
    "microsoft azure",
    "zerossl",
];

/// Parts of the names that products which inspect TLS put into their certificates, as shipped.
const INSPECTION: &[&str] = &[
    "zscaler",
    "netskope",
    "fortinet",
    "fortigate",
    "palo alto",
    "prisma access",
    "blue coat",
    "bluecoat",
    "cisco umbrella",
    "cisco secure access",
    "forcepoint",
    "skyhigh",
    "mcafee web gateway",
    "check point",
    "sophos",
    "watchguard",
    "barracuda",
    "sonicwall",
    "cato networks",
    "cloudflare gateway",
    "gateway ca - cloudflare",
    "kaspersky",
    "avast",
    "avg web",
    "eset ssl",
    "bitdefender",
    "mitmproxy",
    "charles proxy",
    "fiddler",
    "portswigger",
    "untangle",
    "squid",
    "smoothwall",
    "lightspeed",
    "securly",
    "menlo security",
    "iboss",
];

/// Who vouches for the server's certificate.
#[must_use]
pub fn vouches(chain: &[Certificate]) -> Vouches {
    let Some(leaf) = chain.first() else { return Vouches::Unknown };
    let named = |list: &[&str]| {
        chain.iter().any(|c| {
            let issuer = c.issuer.to_ascii_lowercase();
            list.iter().any(|part| issuer.contains(part))
        })
    };
    if named(INSPECTION) {
        Vouches::Inspection
    } else if leaf.self_signed {
        Vouches::Itself
    } else if named(PUBLIC) {
        Vouches::Public
    } else {
        Vouches::Unknown
    }
}

/// Who vouches, as a sentence about the server's certificate.
#[must_use]
pub fn vouched(chain: &[Certificate]) -> Option<String> {
    let leaf = chain.first()?;
    let top = chain.last().map_or(&leaf.issuer, |c| &c.issuer);
    let through = if *top == leaf.issuer { String::new() } else { format!(", which leads to \"{top}\"") };
    Some(match vouches(chain) {
        Vouches::Itself => format!("it is self-signed by \"{}\": no authority vouches for it", leaf.issuer),
        Vouches::Inspection => {
            format!("it was issued by \"{}\"{through}: a product that inspects TLS shows its own certificate", leaf.issuer)
        }
        Vouches::Public => format!("it was issued by \"{}\"{through}, by its name a public authority", leaf.issuer),
        Vouches::Unknown => {
            format!("it was issued by \"{}\"{through}, which is none of the public authorities known to bbdoctor", leaf.issuer)
        }
    })
}

/// What was found, line by line, as people read it below the fault; what the fault's own text says is not said again. `now` is
/// this machine's clock.
#[must_use]
pub fn lines(fault: &NetFault, now: i64) -> Vec<String> {
    let found = &fault.found;
    let mut lines = Vec::new();
    for (place, c) in found.chain.iter().enumerate() {
        let names = if c.names.is_empty() { String::new() } else { format!(" for {}", c.names.join(", ")) };
        let off = outside(c, now).map_or_else(String::new, |off| format!(" ({off}, by this machine's clock)"));
        lines.push(if place == 0 {
            format!("it is the one of \"{}\"{names}{off}", c.subject)
        } else {
            let by = if c.self_signed { "itself".to_string() } else { format!("\"{}\"", c.issuer) };
            format!("behind it \"{}\", issued by {by}, valid {} to {}{off}", c.subject, day(&c.not_before), day(&c.not_after))
        });
    }
    let only = found.tried.len() == 1;
    for tried in found.tried.iter().filter(|tried| !(only && fault.detail.contains(&tried.address))) {
        let family = if tried.is_v6() { "IPv6" } else { "IPv4" };
        lines.push(format!("{family} {} {}", tried.address, tried.result.words()));
    }
    if let Some(proxy) = &found.proxy {
        let mut words = Vec::new();
        if let Some(server) = &proxy.server {
            words.push(format!("the proxy calls itself {server}"));
        }
        if !proxy.schemes.is_empty() {
            words.push(format!("it offers to sign in by {}", proxy.schemes.join(", ")));
        }
        if !words.is_empty() {
            lines.push(words.join("; "));
        }
    }
    lines
}

/// `ended 12 days ago`, `begins in 3 days`; nothing where the certificate is in date.
fn outside(c: &Certificate, now: i64) -> Option<String> {
    let (from, to) = (clock::parse_rfc3339(&c.not_before)?, clock::parse_rfc3339(&c.not_after)?);
    if now < from {
        Some(format!("begins in {}", clock::span(from - now)))
    } else {
        (now > to).then(|| format!("ended {} ago", clock::span(now - to)))
    }
}

fn day(moment: &str) -> &str {
    moment.split('T').next().unwrap_or(moment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FaultKind;

    fn certificate(subject: &str, issuer: &str) -> Certificate {
        Certificate {
            subject: subject.into(),
            issuer: issuer.into(),
            names: Vec::new(),
            not_before: "2026-01-01T00:00:00Z".into(),
            not_after: "2026-11-01T00:00:00Z".into(),
            self_signed: subject == issuer,
        }
    }

    #[test]
    fn who_vouches_is_told_by_the_issuers() {
        let of = |pairs: &[(&str, &str)]| vouches(&pairs.iter().map(|(s, i)| certificate(s, i)).collect::<Vec<_>>());
        assert_eq!(of(&[("bitbucket.org", "DigiCert TLS RSA SHA256 2020 CA1")]), Vouches::Public);
        assert_eq!(of(&[("bitbucket.org", "Zscaler Intermediate Root CA")]), Vouches::Inspection);
        assert_eq!(of(&[("bitbucket.org", "Acme Issuing"), ("Acme Issuing", "FortiGate CA")]), Vouches::Inspection);
        assert_eq!(of(&[("bitbucket.org", "Acme Proxy CA")]), Vouches::Unknown);
        assert_eq!(of(&[("bitbucket.org", "bitbucket.org")]), Vouches::Itself);
        assert_eq!(of(&[]), Vouches::Unknown);
    }

    #[test]
    fn dates_are_measured_by_this_machines_clock() {
        let found = Autopsy { chain: alloc::vec![certificate("a", "b")], ..Autopsy::default() };
        let found = NetFault { kind: FaultKind::TlsDates, detail: String::new(), found: found.into() };
        let at = |day: &str| clock::parse_rfc3339(&format!("{day}T00:00:00Z")).expect("a moment");
        let said = |day: &str| lines(&found, at(day)).join("\n");
        assert!(said("2026-11-24").contains("ended 23 days ago"), "{}", said("2026-11-24"));
        assert!(said("2025-12-31").contains("begins in 24 hours"), "{}", said("2025-12-31"));
        assert!(!said("2026-06-01").contains("clock"));
    }
}
