//! What mends the way to Bitbucket, by what was found where it ended: the proxy's setting and its word, whose certificate it
//! is, what each address does. Nothing here touches the credential, which no fault of the way says anything about.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::autopsy::{Autopsy, ProxyWord, Reach, Refusal, Vouches, vouches};
use crate::{Case, FaultKind, Fix, FixCommand, NetFault, Seen, answer, clock};

/// Asks the API without a credential, as the first line of a search.
const ASK: &str = "curl --silent --show-error --head https://api.bitbucket.org/2.0/";

fn fix(text: impl Into<String>, commands: &[&str]) -> Fix {
    Fix { text: text.into(), commands: commands.iter().map(|c| FixCommand::Plain((*c).into())).collect() }
}

/// The first fault of one of these kinds.
fn fault<'s>(seen: &'s Seen, kinds: &[FaultKind]) -> Option<&'s NetFault> {
    seen.exchanges.iter().filter_map(|x| x.got.as_ref().err()).find(|fault| kinds.contains(&fault.kind))
}

fn found(seen: &Seen, kinds: &[FaultKind]) -> Autopsy {
    fault(seen, kinds).map(|fault| (*fault.found).clone()).unwrap_or_default()
}

/// A proxy that only git is told of: then it may be the only way out.
fn gits_proxy(case: &Case) -> Option<(String, String)> {
    let setting = case.local.iter().find(|s| s.name.starts_with("http.") && s.name.ends_with("proxy"))?;
    let shown = setting.value.split(", for git alone").next().unwrap_or_default();
    // A user and password are shown as `…@`.
    let (address, signs_in) = match shown.split_once("…@") {
        Some((scheme, host)) => (format!("{scheme}{host}"), ", with the user and password that stand there"),
        None => (shown.into(), ""),
    };
    let plain = !address.is_empty() && address.bytes().all(|b| b.is_ascii_alphanumeric() || b":/.-_[]".contains(&b));
    plain.then(|| {
        let text = format!(
            "Nothing is known about the token. git goes another way here, through the proxy of {} ({}); bbdoctor and other programs do not. Through it{signs_in}:",
            setting.name, setting.origin
        );
        (text, format!("bbdoctor --proxy {address}"))
    })
}

pub(crate) fn mend_name(case: &Case, _: &Seen) -> Fix {
    if let Some((text, command)) = gits_proxy(case) {
        return fix(text, &[&command]);
    }
    fix(
        "Nothing was sent, so nothing is known about the token. Behind a company network a VPN may be needed first, or a proxy that looks names up itself: HTTPS_PROXY, or bbdoctor --proxy http://PROXY:PORT. These two ask as other programs here do:",
        &["getent hosts api.bitbucket.org || nslookup api.bitbucket.org", ASK],
    )
}

pub(crate) fn mend_connection(case: &Case, seen: &Seen) -> Fix {
    if let Some((text, command)) = gits_proxy(case) {
        return fix(text, &[&command]);
    }
    let fault = fault(seen, &[FaultKind::Connect, FaultKind::Timeout, FaultKind::Broken]);
    let tried = fault.map(|fault| fault.found.tried.as_slice()).unwrap_or_default();
    let any = |reach: Reach| tried.iter().any(|t| t.result == reach);
    let (v6, v4): (Vec<_>, Vec<_>) = tried.iter().partition(|t| t.is_v6());
    let dead = |side: &[&crate::autopsy::Tried]| !side.is_empty() && side.iter().all(|t| t.result != Reach::Connects);
    if dead(&v6) && v4.iter().any(|t| t.result == Reach::Connects) {
        return fix(
            "IPv6 leads nowhere from here and IPv4 does. Until that is mended, leave IPv6 out: curl --ipv4, git fetch --ipv4 (clone and push know it too), Java -Djava.net.preferIPv4Stack=true. This tells whether it is that:",
            &[&format!("{ASK} --ipv4 --max-time 10")],
        );
    }
    let first = match (any(Reach::Connects), any(Reach::Refused), any(Reach::Silent)) {
        (true, ..) => {
            "The connection comes about and is stopped there, as a firewall does that reads host names, or a gateway that inspects TLS. Nothing is known about the token."
        }
        (_, true, _) => {
            "Something refuses the connection: a firewall, or nobody listens there. Nothing is known about the token."
        }
        (_, _, true) => "Nothing answers: a firewall drops what is sent. Nothing is known about the token.",
        _ => "No answer of Bitbucket arrived, so nothing is known about the token.",
    };
    fix(
        format!(
            "{first} Try another network, or name the proxy that leads out: bbdoctor --proxy http://PROXY:PORT, HTTPS_PROXY. HTTPS (port 443) to bitbucket.org and api.bitbucket.org has to be let through. The same without bbdoctor:"
        ),
        &[&format!("{ASK} --max-time 10")],
    )
}

pub(crate) fn mend_proxy(case: &Case, seen: &Seen) -> Fix {
    let found = found(seen, &[FaultKind::Proxy]);
    let dead = !found.tried.is_empty() && found.tried.iter().all(|t| t.result != Reach::Connects);
    let Some(proxy) = found.proxy else {
        return fix(
            "The proxy wants a sign-in of its own or does not let Bitbucket through: HTTPS_PROXY=http://USER:PASSWORD@PROXY:PORT, or NO_PROXY=bitbucket.org,api.bitbucket.org to go without it.",
            &[],
        );
    };
    let setting = if proxy.setting.is_empty() { "the network".to_string() } else { proxy.setting.clone() };
    let text = match proxy.status {
        Some(407) => sign_in(&proxy, &setting),
        Some(status @ (502..=504)) => format!(
            "The proxy itself does not get through to Bitbucket ({status}). Ask whoever runs {} whether it may, and whether it looks names up.",
            proxy.address
        ),
        Some(status) => format!(
            "The proxy does not let Bitbucket through ({status}). Ask whoever runs {} to allow HTTPS to bitbucket.org and api.bitbucket.org.",
            proxy.address
        ),
        None if dead => format!("Nobody answers at {}: correct the address in {setting}, or remove it.", proxy.address),
        None => format!(
            "No way to Bitbucket leads through {}: correct the address in {setting}, or ask whoever runs the proxy.",
            proxy.address
        ),
    };
    fix(format!("{text} The token was not sent. {}", around(case, &setting)), &leave_out(case, &setting))
}

/// What a proxy that wants a sign-in needs.
fn sign_in(proxy: &ProxyWord, setting: &str) -> String {
    let by = if proxy.schemes.is_empty() { String::new() } else { format!(" ({})", proxy.schemes.join(", ")) };
    let basic = proxy.schemes.is_empty() || proxy.schemes.iter().any(|s| s.eq_ignore_ascii_case("basic"));
    match (basic, proxy.signs_in) {
        (false, _) => format!(
            "The proxy wants a sign-in{by} that a user and password in {setting} are not: curl can (--proxy-anyauth --proxy-user :), bbdoctor and git as a rule need a local proxy that signs in for them, such as px or cntlm."
        ),
        (true, true) => format!(
            "The proxy does not accept the user and password in {setting}{by}: they are the network's, not Bitbucket's, and @ : / % in them are written %40 %3A %2F %25."
        ),
        (true, false) => format!(
            "The proxy wants a sign-in of its own{by}: {setting} needs the network's user and password, http://USER:PASSWORD@HOST:PORT, with @ : / % in them written %40 %3A %2F %25."
        ),
    }
}

/// How to go without the proxy.
fn around(case: &Case, setting: &str) -> &'static str {
    let git = case.local.iter().any(|s| s.name.starts_with("http.") && s.name.ends_with("proxy"));
    match (git, setting) {
        (true, "--proxy") => "Where Bitbucket can be reached without it, leave --proxy out. git has a proxy of its own:",
        (true, _) => "Where Bitbucket can be reached without it, the first line leaves it out. git has a proxy of its own:",
        (false, "--proxy") => "Where Bitbucket can be reached without it, leave --proxy out.",
        (false, _) => "Where Bitbucket can be reached without it, this leaves it out:",
    }
}

fn leave_out(case: &Case, setting: &str) -> Vec<&'static str> {
    let mut commands = Vec::new();
    if setting != "--proxy" {
        commands.push("export NO_PROXY=bitbucket.org,api.bitbucket.org");
    }
    if case.local.iter().any(|s| s.name.starts_with("http.") && s.name.ends_with("proxy")) {
        commands.push("git config --show-origin --get-regexp '^http.*proxy'");
    }
    commands
}

pub(crate) fn mend_trust(case: &Case, seen: &Seen) -> Fix {
    let kinds = [FaultKind::Tls, FaultKind::TlsDates];
    let found = found(seen, &kinds);
    let leaf = found.chain.first();
    match (found.refused, leaf) {
        (None, None) if fault(seen, &kinds).is_some_and(|fault| fault.detail.contains("certificate store")) => {
            return fix(
                "Nobody can be trusted without a list of authorities. Nothing was sent, so nothing is known about the token. Install the package ca-certificates, or say where the list is: SSL_CERT_FILE=FILE, SSL_CERT_DIR=FOLDER, or bbdoctor --ca-cert FILE.",
                &[],
            );
        }
        (None, None) if fault(seen, &kinds).is_some() => {
            return fix(
                "No certificate was shown: something on the way ends TLS before that, as a gateway does that knows old TLS only. Nothing was sent, so nothing is known about the token. The same without bbdoctor:",
                &[&format!("{ASK} --max-time 10")],
            );
        }
        (Some(Refusal::Expired), Some(leaf)) => {
            let end = leaf.not_after.split('T').next().unwrap_or_default();
            return fix(
                format!(
                    "This machine's clock says {}. If that is right, whoever shows this certificate, which ended on {end}, has to renew it; if it is wrong, set the clock. Nothing was sent, so nothing is known about the token.",
                    clock::day(case.now)
                ),
                &[],
            );
        }
        (Some(Refusal::OtherName), Some(leaf)) => {
            let names = if leaf.names.is_empty() { leaf.subject.clone() } else { leaf.names.join(", ") };
            return fix(
                format!(
                    "Another server answers there: its certificate is for {names}. Look where the name leads: the hosts file, the name server, a VPN, a proxy. Nothing was sent, so nothing is known about the token. The first line shows the address:"
                ),
                &["getent hosts api.bitbucket.org || nslookup api.bitbucket.org"],
            );
        }
        (Some(Refusal::UnknownIssuer), Some(_)) if vouches(&found.chain) == Vouches::Public => {
            return fix(
                "By its name the authority is a public one: this system's list of authorities is old or missing (package ca-certificates; SSL_CERT_FILE and SSL_CERT_DIR move it), or the server sends its certificate without those between. Nothing was sent, so nothing is known about the token.",
                &[],
            );
        }
        _ => {}
    }
    let whose = match found.chain.last().map(|top| &top.issuer) {
        Some(issuer) if vouches(&found.chain) != Vouches::Itself => format!("the certificate of \"{issuer}\""),
        _ => "the certificate of its authority".into(),
    };
    let mut mend = fix(
        format!(
            "Something between here and Bitbucket shows a certificate of its own, and no credential was sent to it. If it is your company's inspection of TLS, ask your IT for {whose} as a PEM file, below company-ca.pem; a browser that trusts it can export it. On Windows http.sslBackend schannel makes git trust what Windows does. Never switch the check off (curl -k, sslVerify=false): whoever stands between reads the token. Each line makes one program trust it:"
        ),
        &["bbdoctor --ca-cert company-ca.pem", "export CURL_CA_BUNDLE=\"$PWD/company-ca.pem\"  # curl; or curl --cacert FILE"],
    );
    let git = case.options.git_base_url.trim_end_matches('/');
    let git = if git.starts_with("https://") && !git.contains(['\'', '"', '$', ' ']) { git } else { "https://bitbucket.org" };
    mend.commands.push(FixCommand::Plain(format!("git config --global http.{git}.sslCAInfo \"$PWD/company-ca.pem\"")));
    for line in [
        "export REQUESTS_CA_BUNDLE=\"$PWD/company-ca.pem\"  # Python",
        "export NODE_EXTRA_CA_CERTS=\"$PWD/company-ca.pem\"  # Node.js",
        "keytool -importcert -cacerts -alias company-ca -file company-ca.pem  # Java",
    ] {
        mend.commands.push(FixCommand::Plain(line.into()));
    }
    mend
}

pub(crate) fn mend_portal(_: &Case, seen: &Seen) -> Fix {
    let strange = seen.exchanges.iter().filter_map(|x| x.got.as_ref().ok()).find(|a| !answer::is_genuine(a));
    let refuses = strange.is_some_and(|a| (400..500).contains(&a.status));
    let first = if refuses {
        "This is the network's own refusal, and says nothing about the token: ask whoever runs it to let bitbucket.org and api.bitbucket.org through"
    } else {
        "Open any web page in a browser to sign in to the network, then run bbdoctor again; nothing is known about the token"
    };
    fix(
        format!(
            "{first}. Or go another way: bbdoctor --proxy http://PROXY:PORT, or NO_PROXY=bitbucket.org,api.bitbucket.org. This shows what answers:"
        ),
        &[&format!("{ASK} --max-time 10")],
    )
}

pub(crate) fn mend_clock(_: &Case, _: &Seen) -> Fix {
    fix(
        "Nothing is known about the token. Set this machine's clock, then run bbdoctor again; on Windows w32tm /resync, on macOS sudo sntp -sS time.apple.com, else:",
        &["date --utc", "sudo timedatectl set-ntp true"],
    )
}

pub(crate) fn wait_for_service(_: &Case, seen: &Seen) -> Fix {
    let answers = || seen.exchanges.iter().filter_map(|x| x.got.as_ref().ok()).filter(|a| a.status >= 500);
    let after = answers().find_map(|a| a.headers.get("retry-after"));
    let mut text = String::from("Nothing to mend here, and the token was not judged: wait, and run bbdoctor again");
    if let Some(seconds) = after.and_then(|after| after.trim().parse::<i64>().ok()).filter(|s| (1..=86_400).contains(s)) {
        text.push_str(&format!(" in {}", clock::span(seconds)));
    }
    text.push('.');
    if answers().any(|a| !answer::is_genuine(a)) && !answers().any(answer::is_genuine) {
        text.push_str(" A gateway may have answered: Bitbucket's own answers carry its name. The page of outages tells which:");
    }
    Fix { text, commands: alloc::vec![FixCommand::Settings("https://bitbucket.status.atlassian.com".into())] }
}
