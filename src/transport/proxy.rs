//! Which proxy stands between, and which setting named it. `NO_PROXY` is read by the very code that reqwest uses, so what
//! is reported is what happens.

use hyper_util::client::proxy::matcher::Matcher;
use percent_encoding::percent_decode_str;
use url::Url;

use super::settings::{SettingsError, without_user_information};

/// A proxy, and the setting that named it. Its URL may hold a password, so it has no `Debug`.
#[derive(Clone)]
pub struct Proxy {
    url: Url,
    setting: String,
}

impl Proxy {
    pub(super) fn from_flag(text: &str) -> Result<Self, SettingsError> {
        const EXAMPLE: &str = "http://proxy.example.com:3128";
        let with_scheme = with_scheme(text);
        let url = Url::parse(&with_scheme).map_err(|error| SettingsError::NotAUrl {
            flag: "--proxy",
            text: without_user_information(text),
            why: error.to_string(),
            example: EXAMPLE,
        })?;
        if !SCHEMES.contains(&url.scheme()) || url.host_str().is_none_or(str::is_empty) {
            let why = "a proxy is reached by http, https, socks4, socks4a, socks5 or socks5h, and has a host";
            return Err(SettingsError::Unfit { flag: "--proxy", why, example: EXAMPLE });
        }
        Ok(Self { url, setting: "--proxy".to_owned() })
    }

    /// Where it is set: `--proxy`, `HTTPS_PROXY`, `system settings`.
    #[must_use]
    pub fn setting(&self) -> &str {
        &self.setting
    }

    /// Its address without user information.
    #[must_use]
    pub fn shown(&self) -> String {
        let port = self.url.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}://{}{port}", self.url.scheme(), self.url.host_str().unwrap_or_default())
    }

    /// The password in its URL, which no report may show.
    #[must_use]
    pub fn password(&self) -> Option<&str> {
        self.url.password()
    }

    /// `user:password` as it is to be sent, where the setting holds them. It is spent on the proxy alone.
    pub(super) fn user_information(&self) -> Option<String> {
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let (user, password) = (self.url.username(), self.url.password());
        (!user.is_empty() || password.is_some())
            .then(|| format!("{}:{}", decoded(user), password.map_or_else(String::new, decoded)))
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }
}

const SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];

fn with_scheme(text: &str) -> String {
    let text = text.trim();
    if text.contains("://") { text.to_owned() } else { format!("http://{text}") }
}

/// The proxy variables of the environment. In lower case first, as curl, git and Python read them: where both are set, the way
/// is the one that the person's program takes.
#[derive(Clone)]
pub(super) struct Environment {
    https: Option<(&'static str, String)>,
    http: Option<(&'static str, String)>,
    all: Option<(&'static str, String)>,
    no: String,
    cgi: bool,
}

impl Environment {
    pub(super) fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let first = |names: [&'static str; 2]| names.into_iter().find_map(|name| variable(name).map(|value| (name, value)));
        Self {
            https: first(["https_proxy", "HTTPS_PROXY"]),
            http: first(["http_proxy", "HTTP_PROXY"]),
            all: first(["all_proxy", "ALL_PROXY"]),
            no: first(["no_proxy", "NO_PROXY"]).map(|(_, value)| value).unwrap_or_default(),
            // httpoxy: in a CGI process HTTP_PROXY is a request header.
            cgi: variable("REQUEST_METHOD").is_some(),
        }
    }

    pub(super) fn proxy_for(&self, url: &Url) -> Option<Proxy> {
        let uri: hyper::Uri = url.as_str().parse().ok()?;
        let own = if url.scheme() == "https" { &self.https } else { &self.http };
        for (setting, value) in [own, &self.all].into_iter().flatten().filter(|_| !self.cgi) {
            let matcher = Matcher::builder().all(value.as_str()).no(self.no.as_str()).build();
            if matcher.intercept(&uri).is_some() {
                let url = Url::parse(&with_scheme(value)).ok()?;
                return Some(Proxy { url, setting: (*setting).to_owned() });
            }
        }
        self.of_the_system(&uri)
    }

    /// What macOS and Windows are configured to use, where no variable says anything.
    fn of_the_system(&self, uri: &hyper::Uri) -> Option<Proxy> {
        if self.cgi
            || self.https.is_some()
            || self.http.is_some()
            || self.all.is_some()
            || cfg!(not(any(windows, target_os = "macos")))
        {
            return None;
        }
        let found = Matcher::from_system().intercept(uri)?;
        Some(Proxy { url: Url::parse(&found.uri().to_string()).ok()?, setting: "system settings".to_owned() })
    }
}
