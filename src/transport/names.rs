//! Names looked up once, by the system, and kept: what a host's addresses are, whether the lookup never ended, and whether
//! IPv6 was offered and IPv4 used. So the autopsy of a failed connection looks nothing up, and a healthy run opens nothing to
//! know that IPv6 leads nowhere.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// What is known of a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Looked {
    /// In the system's order of preference; `None` while the lookup lasts, or where it failed.
    pub(super) addresses: Option<Vec<IpAddr>>,
    /// IPv6 came first in that order, and the connection that stands is IPv4.
    pub(super) lost_v6: Option<IpAddr>,
    failed: bool,
}

impl Looked {
    /// Whether the name server has said nothing yet.
    pub(super) fn lasts(&self) -> bool {
        self.addresses.is_none() && !self.failed
    }
}

/// The names of this run.
#[derive(Clone, Debug, Default)]
pub(super) struct Names(Arc<Mutex<BTreeMap<String, Looked>>>);

/// The system knows no address for a name.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unresolved(String);

impl Names {
    /// What is known of a host; an address stands for itself, a host that was never looked up is not known.
    pub(super) fn of(&self, host: &str) -> Option<Looked> {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if let Ok(address) = host.parse() {
            return Some(Looked { addresses: Some(vec![address]), ..Looked::default() });
        }
        self.lock().get(host).cloned()
    }

    /// A connection to this host stands, over this address.
    pub(super) fn connected(&self, host: &str, over: IpAddr) {
        if let Some(looked) = self.lock().get_mut(host)
            && let Some(first) = looked.addresses.as_ref().and_then(|all| all.first()).filter(|first| first.is_ipv6())
            && over.is_ipv4()
        {
            looked.lost_v6 = Some(*first);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Looked>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let (names, host) = (self.clone(), name.as_str().to_owned());
        Box::pin(async move {
            names.lock().entry(host.clone()).or_default();
            let found = tokio::net::lookup_host((host.as_str(), 0)).await.map(Iterator::collect::<Vec<SocketAddr>>);
            let mut all = names.lock();
            let looked = all.entry(host).or_default();
            match found {
                Ok(found) if !found.is_empty() => {
                    let mut addresses: Vec<IpAddr> = found.iter().map(SocketAddr::ip).collect();
                    addresses.dedup();
                    looked.addresses = Some(addresses);
                    let found: Addrs = Box::new(found.into_iter());
                    Ok(found)
                }
                other => {
                    looked.failed = true;
                    let why = other.err().map_or_else(|| "no address".to_owned(), |error| error.to_string());
                    Err(Unresolved(why).into())
                }
            }
        })
    }
}
