//! Who may see a credential: the two origins of the run, and nobody else.

use url::{Origin, Url};

/// The origins (scheme, host, port) that may see a credential.
#[derive(Clone, Debug)]
pub struct Origins(Vec<Origin>);

impl Origins {
    /// Exactly the origins of these URLs.
    #[must_use]
    pub fn of(urls: &[&Url]) -> Self {
        Self(urls.iter().map(|url| url.origin()).filter(Origin::is_tuple).collect())
    }

    /// Whether a credential may be sent to this URL. Asked right before sending, of the URL that is sent.
    #[must_use]
    pub fn allows(&self, url: &Url) -> bool {
        self.0.contains(&url.origin())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scheme_host_and_port_must_all_fit() {
        let url = |text: &str| Url::parse(text).expect("a URL");
        let origins = Origins::of(&[&url("https://api.bitbucket.org"), &url("http://127.0.0.1:8080/base")]);
        for yes in ["https://api.bitbucket.org/2.0/user", "https://api.bitbucket.org:443/", "http://127.0.0.1:8080/other"] {
            assert!(origins.allows(&url(yes)), "{yes}");
        }
        for no in [
            "http://api.bitbucket.org/2.0/user",
            "https://api.bitbucket.org:8443/",
            "https://bitbucket.org/",
            "https://api.bitbucket.org.example.com/",
            "https://api.bitbucket.org@example.com/",
            "http://127.0.0.1:8081/",
            "data:text/plain,x",
        ] {
            assert!(!origins.allows(&url(no)), "{no}");
        }
    }
}
