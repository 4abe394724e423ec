//! How the run reaches Bitbucket: base URLs, proxy, certificate authority, time limits, each validated under the name of
//! the option that gave it. Nothing is opened here but the file of `--ca-cert`.

use std::io::Read as _;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use url::{Host, Url};

use super::proxy::{Environment, Proxy};

/// The API's base URL where no option says otherwise.
pub const API_URL: &str = "https://api.bitbucket.org";
/// git's base URL where no option says otherwise.
pub const GIT_BASE_URL: &str = "https://bitbucket.org";
/// No file of certificates is longer; `/dev/zero` is.
const CA_FILE_LIMIT: u64 = 4 << 20;

/// The options as given on the command line.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--api-url`
    pub api_url: Option<String>,
    /// `--git-base-url`
    pub git_base_url: Option<String>,
    /// `--proxy`
    pub proxy: Option<String>,
    /// `--ca-cert`
    pub ca_cert: Option<PathBuf>,
    /// `--timeout`, in seconds
    pub timeout: Option<u64>,
}

/// Why an option cannot be used. Every text begins with the option's name.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Not a URL.
    #[error("{flag}: `{text}` is not a URL ({why}); give one such as {example}")]
    NotAUrl {
        /// The option.
        flag: &'static str,
        /// What was given, without user information.
        text: String,
        /// What the URL reader said.
        why: String,
        /// One that would do.
        example: &'static str,
    },
    /// A URL that cannot be a base.
    #[error("{flag}: {why}; give one such as {example}")]
    Unfit {
        /// The option.
        flag: &'static str,
        /// What is wrong with it.
        why: &'static str,
        /// One that would do.
        example: &'static str,
    },
    /// The file of `--ca-cert` cannot be used.
    #[error("--ca-cert: {path}: {why}; give a PEM file with the certificate of the authority")]
    CaCert {
        /// The file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// The time limit cannot be used.
    #[error("--timeout: {0} seconds; give between 1 and 3600")]
    Timeout(u64),
}

/// How the run reaches Bitbucket.
#[derive(Clone)]
pub struct Settings {
    pub(super) api_url: Url,
    pub(super) git_base_url: Url,
    pub(super) timeout: Duration,
    pub(super) connect_timeout: Duration,
    pub(super) extra_roots: Vec<CertificateDer<'static>>,
    ca_cert: Option<PathBuf>,
    proxy: Option<Proxy>,
    environment: Environment,
}

/// Something between this machine and Bitbucket that the settings name: the anonymous control then goes first and alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Between {
    /// Where it is set: `--proxy`, `HTTPS_PROXY`, `--ca-cert`, `system settings`.
    pub setting: String,
    /// Its value without user information.
    pub value: String,
    /// The host that is reached through it.
    pub host: String,
}

impl Settings {
    /// Reads options and environment.
    ///
    /// # Errors
    /// An option that cannot be used, by its name. Environment variables that make no sense are ignored, as by reqwest.
    pub fn new(flags: &Flags, environment: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let api_url = base_url("--api-url", flags.api_url.as_deref().unwrap_or(API_URL), API_URL)?;
        let git_base_url = base_url("--git-base-url", flags.git_base_url.as_deref().unwrap_or(GIT_BASE_URL), GIT_BASE_URL)?;
        let proxy = flags.proxy.as_deref().map(Proxy::from_flag).transpose()?;
        let seconds = flags.timeout.unwrap_or(30);
        if !(1..=3600).contains(&seconds) {
            return Err(SettingsError::Timeout(seconds));
        }
        let timeout = Duration::from_secs(seconds);
        let extra_roots = flags.ca_cert.as_ref().map(|path| certificates(path)).transpose()?.unwrap_or_default();
        Ok(Self {
            api_url,
            git_base_url,
            timeout,
            // Time is left to find out why nobody connects.
            connect_timeout: (timeout / 2).min(Duration::from_secs(5)),
            extra_roots,
            ca_cert: flags.ca_cert.clone(),
            proxy,
            environment: Environment::read(environment),
        })
    }

    /// The same with other time limits than whole seconds.
    #[must_use]
    pub fn with_timeouts(mut self, whole_run: Duration, connect: Duration) -> Self {
        self.timeout = whole_run;
        self.connect_timeout = connect;
        self
    }

    /// Base URL of the API.
    #[must_use]
    pub fn api_url(&self) -> &Url {
        &self.api_url
    }

    /// Base URL of git.
    #[must_use]
    pub fn git_base_url(&self) -> &Url {
        &self.git_base_url
    }

    /// The time limit of the whole run.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Which proxy, if any, this URL is asked through. The option holds for every host; the environment's holds where
    /// `NO_PROXY` does not take the host out, and never for loopback.
    #[must_use]
    pub fn proxy_for(&self, url: &Url) -> Option<Proxy> {
        match &self.proxy {
            Some(proxy) => Some(proxy.clone()),
            None if is_loopback(url) => None,
            None => self.environment.proxy_for(url),
        }
    }

    /// What stands between this machine and Bitbucket, by host. `SSL_CERT_FILE` and `SSL_CERT_DIR` are not named: they say
    /// where this system's own certificate store is, for every program.
    #[must_use]
    pub fn between(&self) -> Vec<Between> {
        let mut found = Vec::new();
        for url in [&self.api_url, &self.git_base_url] {
            let host = url.host_str().unwrap_or_default().to_owned();
            if let Some(proxy) = self.proxy_for(url) {
                found.push(Between { setting: proxy.setting().to_owned(), value: proxy.shown(), host: host.clone() });
            }
            if let Some(path) = self.ca_cert.as_ref().filter(|_| url.scheme() == "https") {
                found.push(Between { setting: "--ca-cert".to_owned(), value: path.display().to_string(), host });
            }
        }
        found.dedup();
        found
    }
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A proxy's URL may hold a password.
        f.debug_struct("Settings")
            .field("api_url", &self.api_url.as_str())
            .field("git_base_url", &self.git_base_url.as_str())
            .finish()
    }
}

fn base_url(flag: &'static str, text: &str, example: &'static str) -> Result<Url, SettingsError> {
    let unfit = |why| SettingsError::Unfit { flag, why, example };
    let url = Url::parse(text.trim()).map_err(|error| SettingsError::NotAUrl {
        flag,
        text: without_user_information(text),
        why: error.to_string(),
        example,
    })?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => return Err(unfit("plain http would send the token in the clear; it is for loopback addresses only")),
        _ => return Err(unfit("only https (and http for loopback addresses) can be asked")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(unfit("it must hold no user name or password; the credential is given in other ways"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(unfit("it must hold no `?` or `#` part"));
    }
    Ok(url)
}

/// What was given, shortened, and with nothing that stands before an `@`.
pub(super) fn without_user_information(text: &str) -> String {
    let tail = text.rsplit_once('@').map_or(text, |(_, tail)| tail);
    tail.chars().filter(|c| !c.is_control()).take(100).collect()
}

/// Whether this URL names this very machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        None => false,
    }
}

fn certificates(path: &std::path::Path) -> Result<Vec<CertificateDer<'static>>, SettingsError> {
    let unusable = |why: String| SettingsError::CaCert { path: path.display().to_string(), why };
    let file = std::fs::File::open(path).map_err(|error| unusable(error.to_string()))?;
    let mut text = Vec::new();
    file.take(CA_FILE_LIMIT).read_to_end(&mut text).map_err(|error| unusable(error.to_string()))?;
    let found: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&text)
        .collect::<Result<_, _>>()
        .map_err(|_| unusable("it is not well-formed PEM".to_owned()))?;
    if found.is_empty() {
        return Err(unusable("no certificate is in it".to_owned()));
    }
    let mut probe = rustls::RootCertStore::empty();
    for certificate in &found {
        probe.add(certificate.clone()).map_err(|error| unusable(format!("a certificate in it cannot be read ({error})")))?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(api_url: &str) -> Result<Settings, SettingsError> {
        Settings::new(&Flags { api_url: Some(api_url.into()), ..Flags::default() }, |_| None)
    }

    #[test]
    fn a_base_url_is_https_or_loopback() {
        for good in
            ["https://api.example.com", "http://127.0.0.1:8080/base/", "http://[::1]:1", "http://localhost:3", "https://h:8443/a"]
        {
            assert!(with(good).is_ok(), "{good}");
        }
        for bad in [
            "http://api.bitbucket.org",
            "http://127.0.0.1.example.com",
            "ftp://localhost",
            "https://anna:pw@api.bitbucket.org",
            "https://api.bitbucket.org?x=1",
            "https://api.bitbucket.org/#x",
            "api.bitbucket.org",
            "",
        ] {
            let error = with(bad).map(|_| ()).expect_err(bad).to_string();
            assert!(error.starts_with("--api-url: "), "{error}");
            assert!(!error.contains("pw"), "{error}");
        }
    }

    #[test]
    fn other_options_are_named_in_their_errors() {
        let error = |flags: Flags| Settings::new(&flags, |_| None).map(|_| ()).expect_err("unfit").to_string();
        assert!(error(Flags { timeout: Some(0), ..Flags::default() }).starts_with("--timeout: "));
        assert!(error(Flags { proxy: Some("gopher://x".into()), ..Flags::default() }).starts_with("--proxy: "));
        assert!(error(Flags { proxy: Some("http://u:hunter22@".into()), ..Flags::default() }).starts_with("--proxy: "));
        assert!(error(Flags { ca_cert: Some("/nowhere/ca.pem".into()), ..Flags::default() }).starts_with("--ca-cert: "));
    }

    #[test]
    fn proxies_come_from_option_then_environment() {
        let environment = |name: &str| match name {
            "https_proxy" => Some("http://anna:hunter22@proxy.example:3128".to_owned()),
            "NO_PROXY" => Some("bitbucket.org".to_owned()),
            _ => None,
        };
        let settings = Settings::new(&Flags { api_url: Some("https://api.example.com".into()), ..Flags::default() }, environment)
            .expect("settings");
        let between = settings.between();
        assert_eq!(
            between,
            [Between {
                setting: "https_proxy".into(),
                value: "http://proxy.example:3128".into(),
                host: "api.example.com".into()
            }]
        );
        assert!(!format!("{settings:?}").contains("hunter22"));
        let flags = Flags { proxy: Some("127.0.0.1:3128".into()), ..Flags::default() };
        let settings = Settings::new(&flags, environment).expect("settings");
        assert!(settings.between().iter().all(|b| b.setting == "--proxy"), "{:?}", settings.between());
        assert_eq!(settings.between().len(), 2);
    }

    #[test]
    fn loopback_is_never_asked_through_the_environments_proxy() {
        let flags = Flags {
            api_url: Some("http://127.0.0.1:1".into()),
            git_base_url: Some("http://localhost:1".into()),
            ..Flags::default()
        };
        let settings =
            Settings::new(&flags, |name| (name == "ALL_PROXY").then(|| "http://proxy.example:1".into())).expect("settings");
        assert!(settings.between().is_empty());
    }
}
