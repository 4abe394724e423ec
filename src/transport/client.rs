//! Sends questions: one, or a wave of them at once.
//!
//! One HTTP client for each origin, made at its first question, so that nothing is read or opened for a run that asks
//! nothing. Redirects are never followed; a request that nothing was sent for is tried a second time, no other is.

use std::future::{Future, poll_fn};
use std::net::IpAddr;
use std::sync::OnceLock;
use std::task::Poll;
use std::time::{Duration, Instant};

use bbdoctor_checks::autopsy::{Autopsy, Vouches, vouches};
use bbdoctor_checks::{Answer, Ask, FaultKind, Kind, NetFault, Probe};
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, HeaderValue, PROXY_AUTHENTICATE};
use tokio::sync::OnceCell;
use url::{Origin, Url};

use super::fault::{self, Way, fault};
use super::gate::Gate;
use super::names::Names;
use super::tls::{self, Register};
use super::{Origins, Proxy, Settings, SettingsError, USER_AGENT, address, authorization, autopsy, reading};
use crate::vault::Vault;

/// What came back, and after how many milliseconds.
pub type Got = (Result<Answer, NetFault>, u32);

/// Sends the questions of one run. Its time limit starts with the first of them.
pub struct Client {
    settings: Settings,
    origins: Origins,
    lanes: Vec<Lane>,
    register: Register,
    names: Names,
    tls: OnceLock<Result<rustls::ClientConfig, NetFault>>,
    started: OnceLock<Instant>,
}

/// All of them at once; what came is in their order.
pub async fn all<T>(questions: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut open: Vec<_> = questions.into_iter().map(Box::pin).collect();
    let mut got: Vec<Option<T>> = open.iter().map(|_| None).collect();
    poll_fn(|cx| {
        for (future, slot) in open.iter_mut().zip(&mut got).filter(|(_, slot)| slot.is_none()) {
            if let Poll::Ready(value) = future.as_mut().poll(cx) {
                *slot = Some(value);
            }
        }
        if got.iter().all(Option::is_some) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    got.into_iter().flatten().collect()
}

/// The way to one origin.
struct Lane {
    origin: Origin,
    url: Url,
    proxy: Option<Proxy>,
    /// What was found on a way that is shut.
    examined: OnceCell<Autopsy>,
    http: OnceLock<Result<reqwest::Client, NetFault>>,
}

impl Client {
    /// A client for these settings. Nothing is read or opened yet.
    ///
    /// # Errors
    /// A proxy that cannot be used.
    pub fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let bases = [&settings.api_url, &settings.git_base_url];
        let mut lanes: Vec<Lane> = Vec::new();
        for url in bases {
            if lanes.iter().all(|lane| lane.origin != url.origin()) {
                let (origin, proxy) = (url.origin(), settings.proxy_for(url));
                lanes.push(Lane { origin, url: url.clone(), proxy, examined: OnceCell::new(), http: OnceLock::new() });
            }
        }
        Ok(Self {
            settings: settings.clone(),
            origins: Origins::of(&bases),
            lanes,
            register: Register::default(),
            names: Names::default(),
            tls: OnceLock::new(),
            started: OnceLock::new(),
        })
    }

    /// The URL that a question is sent to, without any credential: for reports.
    ///
    /// # Errors
    /// Why the question would not be sent.
    pub fn url(&self, ask: &Ask) -> Result<Url, String> {
        address::of(ask, &self.settings.api_url, &self.settings.git_base_url)
    }

    /// Asks one question.
    pub async fn ask(&self, probe: &Probe, kind: Kind, vault: &Vault) -> Got {
        let begun = Instant::now();
        let limit = self.limit(begun);
        let result = match tokio::time::timeout(limit, self.send(probe, kind, vault)).await {
            Ok(result) => result,
            Err(_) => Err(self.late(probe, limit).await),
        };
        // A fault's text may repeat what a server or a system said.
        let result = result.map_err(|mut fault| {
            let redactor = vault.redactor();
            let hide = |text: &mut String| *text = redactor.redact(text).into_owned();
            hide(&mut fault.detail);
            fault.found.texts().for_each(hide);
            fault
        });
        (result, u32::try_from(begun.elapsed().as_millis()).unwrap_or(u32::MAX))
    }

    /// Who issued the certificate that this host showed in this run.
    #[must_use]
    pub fn tls_issuer(&self, host: &str) -> Option<String> {
        autopsy::chain(&self.register.of(host)?).first().map(|leaf| leaf.issuer.clone())
    }

    /// Whether the certificate that this host showed, and that is trusted here, is none of a public authority.
    #[must_use]
    pub fn is_inspected(&self, host: &str) -> bool {
        let trusted = self.register.of(host).filter(|presented| presented.refused.is_none());
        trusted.is_some_and(|presented| matches!(vouches(&autopsy::chain(&presented)), Vouches::Inspection | Vouches::Unknown))
    }

    /// The IPv6 address that this system prefers for this host, where the connection stands over IPv4 all the same.
    #[must_use]
    pub fn lost_v6(&self, host: &str) -> Option<IpAddr> {
        self.names.of(host)?.lost_v6
    }

    /// What a question may take: the rest of the run, and half of the whole at most, so that one that hangs leaves time
    /// for the others.
    fn limit(&self, now: Instant) -> Duration {
        let whole = self.settings.timeout;
        let spent = now.saturating_duration_since(*self.started.get_or_init(|| now));
        whole.saturating_sub(spent).min((whole / 2).max(self.settings.connect_timeout))
    }

    /// Nothing came within the time that a question has.
    async fn late(&self, probe: &Probe, waited: Duration) -> NetFault {
        let url = self.url(&probe.ask).ok();
        match url.as_ref().and_then(|url| Some((url, self.lane(url)?))) {
            Some((url, lane)) => fault::late(&self.way(url, lane), Some(waited)).await,
            None => fault(FaultKind::Timeout, format!("no complete answer within {} s", fault::seconds(waited))),
        }
    }

    fn lane(&self, url: &Url) -> Option<&Lane> {
        self.lanes.iter().find(|lane| lane.origin == url.origin())
    }

    fn way<'a>(&'a self, url: &'a Url, lane: &'a Lane) -> Way<'a> {
        let now = Instant::now();
        let spent = now.saturating_duration_since(*self.started.get_or_init(|| now));
        Way {
            url,
            proxy: lane.proxy.as_ref(),
            presented: url.host_str().and_then(|host| self.register.of(host)),
            names: &self.names,
            examined: &lane.examined,
            left: self.settings.timeout.saturating_sub(spent),
        }
    }

    async fn send(&self, probe: &Probe, kind: Kind, vault: &Vault) -> Result<Answer, NetFault> {
        let unsent = |why: String| fault(FaultKind::Broken, why);
        let url = self.url(&probe.ask).map_err(unsent)?;
        let lane = self.lane(&url).ok_or_else(|| unsent(format!("not sent: {url}")))?;
        let authorization = authorization::header(probe, kind, vault).map_err(unsent)?;
        let mut again = true;
        loop {
            let request = self.request(lane, &url, &probe.ask, authorization.clone())?;
            let failed = match self.http(lane)?.execute(request).await {
                // Bitbucket never says 407: a proxy does, whether a setting names it or not.
                Ok(response) if response.status().as_u16() == 407 => return Err(proxy_wants(&response, &url, lane)),
                Ok(response) => {
                    if let (Some(host), Some(over), None) = (url.host_str(), response.remote_addr(), &lane.proxy) {
                        self.names.connected(host, over.ip());
                    }
                    match reading::answer(response, &probe.ask, &vault.redactor()).await {
                        Ok(answer) => return Ok(answer),
                        Err(error) => error,
                    }
                }
                Err(error) if again && fault::is_gone(&error) => {
                    again = false;
                    continue;
                }
                Err(error) => error,
            };
            return Err(fault::of(failed.without_url(), &self.way(&url, lane)).await);
        }
    }

    fn request(
        &self,
        lane: &Lane,
        url: &Url,
        ask: &Ask,
        authorization: Option<HeaderValue>,
    ) -> Result<reqwest::Request, NetFault> {
        // git's own Accept; and no Git-Protocol header, so that the plain advertisement comes.
        let accept = if matches!(ask, Ask::GitRefs(..)) { "*/*" } else { "application/json" };
        let request = self.http(lane)?.get(url.clone()).header(ACCEPT, accept).header(ACCEPT_ENCODING, "identity").build();
        let mut request = request.map_err(|_| fault(FaultKind::Broken, "not sent: the request cannot be built"))?;
        if let Some(value) = authorization {
            if !self.origins.allows(request.url()) {
                return Err(fault(FaultKind::Broken, "not sent: this origin may see no credential"));
            }
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        Ok(request)
    }

    fn http<'a>(&self, lane: &'a Lane) -> Result<&'a reqwest::Client, NetFault> {
        lane.http.get_or_init(|| self.build(lane)).as_ref().map_err(Clone::clone)
    }

    fn build(&self, lane: &Lane) -> Result<reqwest::Client, NetFault> {
        let secure = lane.url.scheme() == "https";
        let encrypted_proxy = lane.proxy.as_ref().is_some_and(|proxy| proxy.url().scheme() == "https");
        let config = if secure || encrypted_proxy {
            self.tls.get_or_init(|| tls::config(&self.settings, &self.register).map_err(unsecured)).clone()?
        } else {
            tls::none().map_err(unsecured)?
        };
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(config)
            .no_proxy()
            .dns_resolver(self.names.clone())
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(USER_AGENT)
            .referer(false)
            .connect_timeout(self.settings.connect_timeout)
            .http2_max_header_list_size(64 << 10)
            .pool_max_idle_per_host(32);
        if let Some(proxy) = &lane.proxy {
            let unfit = |_| fault(FaultKind::Proxy, format!("{} cannot be used as a proxy", proxy.shown()));
            builder = builder.proxy(reqwest::Proxy::all(proxy.url().as_str()).map_err(unfit)?);
        }
        if secure {
            builder = builder.connector_layer(Gate::new());
        }
        builder.build().map_err(|error| fault(FaultKind::Broken, format!("no HTTP client: {error}")))
    }
}

/// A 407 that came as an answer.
fn proxy_wants(response: &reqwest::Response, url: &Url, lane: &Lane) -> NetFault {
    let host = url.host_str().unwrap_or_default();
    let mut word = lane.proxy.as_ref().map(autopsy::introduced).unwrap_or_default();
    word.status = Some(407);
    for value in response.headers().get_all(PROXY_AUTHENTICATE) {
        autopsy::add_schemes(&mut word, &String::from_utf8_lossy(value.as_bytes()));
    }
    let found = Autopsy { proxy: Some(word), ..Autopsy::default() };
    match &lane.proxy {
        Some(proxy) => fault::sign_in(proxy, host, found),
        None => {
            let text = format!("a proxy that no setting names answers in place of {host} and wants a sign-in of its own (407)");
            fault::with(FaultKind::Proxy, text, found)
        }
    }
}

fn unsecured(error: rustls::Error) -> NetFault {
    fault(FaultKind::Tls, format!("no secure connection can be made: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::Flags;

    #[test]
    fn no_other_origin_sees_a_credential() {
        let flags = Flags {
            api_url: Some("http://127.0.0.1:1".into()),
            git_base_url: Some("http://127.0.0.1:2".into()),
            ..Flags::default()
        };
        let client = Client::new(&Settings::new(&flags, |_| None).expect("settings")).expect("a client");
        let request = |url: &str, value: Option<&'static str>| {
            let url = Url::parse(url).expect("a URL");
            client.request(&client.lanes[0], &url, &Ask::Api("/".into()), value.map(HeaderValue::from_static))
        };
        for own in ["http://127.0.0.1:1/2.0/user", "http://127.0.0.1:2/acme/app.git"] {
            assert!(request(own, Some("Basic eDp5")).expect("sent").headers().contains_key(AUTHORIZATION));
        }
        for other in ["http://127.0.0.1:3/", "http://localhost:1/", "https://127.0.0.1:1/", "https://api.bitbucket.org/2.0/user"]
        {
            assert!(request(other, Some("Basic eDp5")).is_err(), "{other}");
            assert!(!request(other, None).expect("without a credential").headers().contains_key(AUTHORIZATION));
        }
    }
}
