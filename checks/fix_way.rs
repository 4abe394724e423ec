//! What mends the way to Bitbucket, by what was found where it ended: the proxy's setting and its word, whose certificate it
//! is, what each address does. Nothing here touches the credential, which no fault of the way says anything about.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::autopsy::{Autopsy, ProxyWord, Reach};
use crate::{Case, FaultKind, Fix, FixCommand, NetFault, Seen, answer, clock};

/// Asks the API without a credential, as the first line of a search.
const ASK: &str = "curl --silent --show-error --head https://api.bitbucket.org/2.0/";
/// Shows where the name leads.
pub(crate) const LOOKS_UP: &str = "getent hosts api.bitbucket.org || nslookup api.bitbucket.org";

/// The same where an answer may not come.
pub(crate) fn ask() -> String {
    format!("{ASK} --max-time 10")
}

pub(crate) fn fix(text: impl Into<String>, commands: &[&str]) -> Fix {
    Fix { text: text.into(), commands: commands.iter().map(|c| FixCommand::Plain((*c).into())).collect() }
}

/// The first fault of one of these kinds.
pub(crate) fn fault<'s>(seen: &'s Seen, kinds: &[FaultKind]) -> Option<&'s NetFault> {
    seen.exchanges.iter().filter_map(|x| x.got.as_ref().err()).find(|fault| kinds.contains(&fault.kind))
}

pub(crate) fn found(seen: &Seen, kinds: &[FaultKind]) -> Autopsy {
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
        &[LOOKS_UP, ASK],
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
        &[&ask()],
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
        Some(status @ 200..=299) => format!(
            "What answers at {} says {status} and then speaks no TLS: a web server, a page to sign in to the network, or a filter, and no proxy that leads to Bitbucket. Correct the address in {setting}, or sign in to the network in a browser.",
            proxy.address
        ),
        Some(status @ 300..=399) => format!(
            "The proxy leads elsewhere ({status}), most often to a page where the network wants a sign-in: open any web page in a browser that goes through {}, then run bbdoctor again.",
            proxy.address
        ),
        Some(status) => format!(
            "The proxy does not let Bitbucket through ({status}). Ask whoever runs {} to allow HTTPS to bitbucket.org and api.bitbucket.org.",
            proxy.address
        ),
        None if !dead && proxy.address.starts_with("socks") => format!(
            "The SOCKS proxy {} opens no way to Bitbucket: look at the user and password in {setting}, which are the network's and not Bitbucket's, and ask whoever runs it to let bitbucket.org and api.bitbucket.org through.",
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
    let set = |name: &str| case.local.iter().any(|s| s.name == name);
    // What it leaves out already must stay out; where both are set, programs do not agree which one they read.
    if setting != "--proxy" {
        match (set("NO_PROXY"), set("no_proxy")) {
            (false, false) => commands.push("export NO_PROXY=bitbucket.org,api.bitbucket.org"),
            (upper, lower) => {
                let both = [
                    (upper, "export NO_PROXY=\"$NO_PROXY,bitbucket.org,api.bitbucket.org\""),
                    (lower, "export no_proxy=\"$no_proxy,bitbucket.org,api.bitbucket.org\""),
                ];
                commands.extend(both.into_iter().filter_map(|(is_set, line)| is_set.then_some(line)));
            }
        }
    }
    if case.local.iter().any(|s| s.name.starts_with("http.") && s.name.ends_with("proxy")) {
        commands.push("git config --show-origin --get-regexp '^http.*proxy'");
    }
    commands
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
        &[&ask()],
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
