//! What mends trust: whose certificate was shown, and the setting of each program that makes it trusted; or why that would be no
//! help.

use alloc::format;
use alloc::string::String;

use crate::autopsy::{Refusal, Vouches, vouches};
use crate::fix_way::{LOOKS_UP, ask, fault, fix, found};
use crate::{Case, FaultKind, Fix, FixCommand, LocalSetting, Seen, clock};

/// Lists of authorities that programs read from a variable; git's comes before its configuration.
const LISTS: &[&str] = &["CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"];
/// Where systems keep their own list: bbdoctor has read it.
const SYSTEMS: &[&str] = &["/etc/ssl/", "/etc/pki/", "/usr/share/", "/usr/local/etc/ssl/"];

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
                &[&ask()],
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
                &[LOOKS_UP],
            );
        }
        (Some(Refusal::UnknownIssuer), Some(_)) if vouches(&found.chain) == Vouches::Public => {
            return fix(
                "By its name the authority is a public one: this system's list of authorities is old or missing (package ca-certificates; SSL_CERT_FILE and SSL_CERT_DIR move it), or the server sends its certificate without those between. Nothing was sent, so nothing is known about the token.",
                &[],
            );
        }
        (_, Some(_)) if vouches(&found.chain) == Vouches::Itself => {
            return fix(
                "Bitbucket's certificate never vouches for itself: another server answers there, a gateway before its page to sign in, or one made for a test. Look where the name leads: the hosts file, the name server, a VPN, a proxy; and open any web page in a browser, where the network may want a sign-in. Nothing was sent, so nothing is known about the token. Never switch the check off (curl -k, sslVerify=false): whoever stands between reads the token. This shows the address:",
                &[LOOKS_UP],
            );
        }
        _ => {}
    }
    let whose = match found.chain.last().map(|top| &top.issuer) {
        Some(issuer) => format!("the certificate of \"{issuer}\""),
        None => "the certificate of its authority".into(),
    };
    let own = list_of_its_own(case);
    let first = match &own {
        Some((name, value, _)) => format!(
            " {name} names a list of its own, {value}: where a program that reads it gets through, the first line takes it for bbdoctor."
        ),
        None => String::new(),
    };
    let mut mend = fix(
        format!(
            "Something between here and Bitbucket shows a certificate of its own, and no credential was sent to it.{first} If it is your company's inspection of TLS, ask your IT for {whose} as a PEM file, below company-ca.pem; a browser that trusts it can export it. On Windows http.sslBackend schannel makes git trust what Windows does. Never switch the check off (curl -k, sslVerify=false): whoever stands between reads the token. Each line makes one program trust it:"
        ),
        &[
            own.as_ref().map_or("bbdoctor --ca-cert company-ca.pem", |(_, _, command)| command.as_str()),
            "export CURL_CA_BUNDLE=\"$PWD/company-ca.pem\"  # curl; or curl --cacert FILE",
        ],
    );
    let git = case.options.git_base_url.trim_end_matches('/');
    let git = if git.starts_with("https://") && !git.contains(['\'', '"', '$', ' ']) { git } else { "https://bitbucket.org" };
    mend.commands.push(FixCommand::Plain(if case.local.iter().any(|s| s.name == "GIT_SSL_CAINFO") {
        "export GIT_SSL_CAINFO=\"$PWD/company-ca.pem\"  # git, before http.sslCAInfo".into()
    } else {
        format!("git config --global http.{git}.sslCAInfo \"$PWD/company-ca.pem\"")
    }));
    for line in [
        "export REQUESTS_CA_BUNDLE=\"$PWD/company-ca.pem\"  # Python",
        "export NODE_EXTRA_CA_CERTS=\"$PWD/company-ca.pem\"  # Node.js",
        "keytool -importcert -cacerts -alias company-ca -file company-ca.pem  # Java",
    ] {
        mend.commands.push(FixCommand::Plain(line.into()));
    }
    mend
}

/// A list of authorities that a program here was given, and the system's is not: its setting, its value, and the command that
/// takes it.
fn list_of_its_own(case: &Case) -> Option<(&str, &str, String)> {
    let own = |s: &&LocalSetting| !SYSTEMS.iter().any(|system| s.value.starts_with(system));
    let variable = case.local.iter().filter(|s| LISTS.contains(&s.name.as_str())).find(own);
    if let Some(s) = variable {
        return Some((&s.name, &s.value, format!("bbdoctor --ca-cert \"${}\"", s.name)));
    }
    let s = case.local.iter().filter(|s| s.name.starts_with("http.") && s.name.ends_with("sslcainfo")).find(own)?;
    let asked = "bbdoctor --ca-cert \"$(git config --path \\\n  --get-urlmatch http.sslCAInfo https://bitbucket.org)\"";
    Some((&s.name, &s.value, asked.into()))
}
