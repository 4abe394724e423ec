//! Base URLs, proxy and certificate file: the way to Bitbucket as it was asked for.

use std::path::Path;

use url::Url;

use super::machine::below_home;
use super::{Around, Error};
use crate::checks::{Effect, LocalSetting};
use crate::cli::args::CheckArgs;
use crate::report::text;
use crate::transport::{Flags, Settings};

/// The settings of the transport, which judges them.
pub(super) fn settings(args: &CheckArgs, around: &Around) -> Result<Settings, Error> {
    let flags = Flags {
        api_url: args.api_url.as_deref().map(without_version),
        git_base_url: args.git_base_url.clone(),
        proxy: args.proxy.clone(),
        ca_cert: args.ca_cert.clone(),
        timeout: args.timeout,
    };
    Settings::new(&flags, |name| around.variable(name).map(str::to_owned)).map_err(|error| Error::Setting(error.to_string()))
}

/// A base that names the version too is what people copy; paths begin with it already.
fn without_version(url: &str) -> String {
    let url = url.trim();
    let short = url.trim_end_matches('/').strip_suffix("/2.0");
    short.unwrap_or(url).to_owned()
}

/// A base URL as the case has it: without the slash at its end.
pub(super) fn url_text(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

/// What stands between this machine and Bitbucket: proxies and private certificate authorities.
pub(super) fn between(settings: &Settings) -> Vec<LocalSetting> {
    let mut found: Vec<LocalSetting> = Vec::new();
    for between in settings.between() {
        let origin = if between.setting.starts_with("--") { "command line" } else { "environment" };
        let setting =
            LocalSetting { name: between.setting, value: between.value, origin: origin.into(), effect: Some(Effect::Between) };
        if !found.contains(&setting) {
            found.push(setting);
        }
    }
    found
}

/// What decides over the way for other programs than this one: their lists of authorities, and that hosts are left out of the
/// proxy's. It bears on the command that mends the way, and on nothing else.
pub(super) fn of_others(around: &Around) -> Vec<LocalSetting> {
    const LISTS: [&str; 4] = ["CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"];
    let setting =
        |name: &str, value: String| LocalSetting { name: name.into(), value, origin: "environment".into(), effect: None };
    let lists = LISTS.into_iter().filter_map(|name| {
        let path = around.filled(name)?;
        let value = below_home(Path::new(path), around.home());
        Some(setting(name, text::cut(&text::clean(&value), 100)))
    });
    // Names of a company's hosts are nobody's business.
    let left_out = ["NO_PROXY", "no_proxy"].into_iter().filter(|name| around.filled(name).is_some());
    lists.chain(left_out.map(|name| setting(name, "set".into()))).collect()
}
