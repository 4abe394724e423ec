//! Ordinary homes in which nothing is wrong: healthy, and no setting of theirs is called a fault.

use std::net::SocketAddr;

use base64::Engine as _;
use bbdoctor::simulator::{Running, World, serve_in_thread};

use super::home::Home;

const URL: &str = "https://bitbucket.org/acme/app.git";
const STATIC: &str = "x-bitbucket-api-token-auth";

/// A clone of the private repository, with a helper that has the right token for Bitbucket alone, as a keychain has.
fn home(url: &str) -> Home {
    let home = Home::new();
    for words in [&["init", "--quiet", "--initial-branch", "main"][..], &["remote", "add", "origin", url]] {
        assert!(home.command("git").args(words).status().expect("git runs").success(), "{words:?}");
    }
    home
}

fn keychain(home: &Home, user: &str) {
    home.script(&format!(
        "while read -r line; do case $line in host=*bitbucket.org) ours=1;; esac; done\ntest \"$ours\" || exit 0\necho username={user}\necho password={{TOKEN}}"
    ));
}

fn is_healthy(running: &Running, home: &Home, what: &str, options: &[&str], words: &[&str], variables: &[(&str, &str)]) {
    let base = ["--api-url", &running.api_url, "--git-base-url", &running.git_url, "--ask-helpers"];
    let said = home.bbdoctor(&[&base, options].concat(), words, variables);
    assert_eq!(said.report["verdict"]["status"], "healthy", "{what}: {}", said.all);
    assert!(said.no_effect(), "{what}: {}", said.all);
    let checks = said.report["checks"].as_array().cloned().unwrap_or_default();
    let loud: Vec<_> = checks.iter().filter(|c| matches!(c["status"].as_str(), Some("failed" | "warned"))).collect();
    assert!(loud.is_empty(), "{what}: {loud:?}");
}

#[test]
fn ordinary_homes() {
    let first = home(URL);
    let running =
        serve_in_thread(&first.scenario, &World::default(), SocketAddr::from(([127, 0, 0, 1], 0)), None).expect("it listens");
    let email = first.scenario.email().expect("the account has one").to_owned();
    let basic = base64::engine::general_purpose::STANDARD.encode("x:y");
    let header = format!("AUTHORIZATION: basic {basic}");
    let token = first.text("TOKEN").to_owned();
    let environment = [("BITBUCKET_API_TOKEN", token.as_str()), ("BITBUCKET_EMAIL", email.as_str())];
    let fetch = ["git", "fetch"];

    // git's settings that are for somebody else, or do no harm.
    let settings: &[(&str, &[(&str, &str)])] = &[
        ("nothing else", &[]),
        ("a header for GitHub", &[("http.https://github.com/.extraHeader", header.as_str())]),
        ("GitHub over SSH", &[("url.git@github.com:.insteadOf", "https://github.com/")]),
        ("a short name", &[("url.https://bitbucket.org/.insteadOf", "bb:")]),
        ("pushing over SSH", &[("url.git@ssh.bitbucket.org:.pushInsteadOf", "https://bitbucket.org/")]),
        ("a proxy for another host", &[("http.https://git.example.com.proxy", "http://proxy.example.com:3128")]),
        ("the static user", &[("credential.https://bitbucket.org.username", STATIC)]),
        ("a helper for GitHub", &[("credential.https://github.com.helper", "!gh auth git-credential")]),
        ("the manager for GitHub", &[("credential.https://github.com.helper", "manager")]),
        ("paths for helpers", &[("credential.useHttpPath", "true")]),
        ("a cache before it", &[("credential.helper", "cache --timeout=60")]),
        ("LFS at the usual place", &[("lfs.url", "https://bitbucket.org/acme/app.git/info/lfs")]),
        ("LFS that signs in", &[("lfs.https://bitbucket.org/acme/app.git/info/lfs.access", "basic")]),
        (
            "another remote",
            &[
                ("remote.upstream.url", "https://github.com/acme/app.git"),
                ("remote.ssh.url", "git@ssh.bitbucket.org:acme/app.git"),
            ],
        ),
        ("settings of another folder", &[("includeIf.gitdir:~/work/.path", "~/work.inc")]),
    ];
    for (what, settings) in settings {
        let home = home(URL);
        home.write("work.inc", "[http]\n\textraHeader = Authorization: Bearer {SECOND}\n");
        for (key, value) in *settings {
            home.config(&["--global", key, value]);
        }
        keychain(&home, STATIC);
        is_healthy(&running, &home, what, &[], &fetch, &environment);
        is_healthy(&running, &home, what, &[], &[], &environment);
    }

    // Files beside them.
    for (what, name, text) in [
        ("netrc of others", ".netrc", "machine github.com login a password b\nmachine example.com login x password y\n"),
        ("netrc with the same token", ".netrc", "machine bitbucket.org login x-bitbucket-api-token-auth password {TOKEN}\n"),
        ("keys of ssh", ".ssh/config", "Host github.com\n  IdentityFile ~/.ssh/id\nHost work\n  HostName ssh.bitbucket.org\n"),
        ("a submodule", ".gitmodules", "[submodule \"x\"]\n\tpath = x\n\turl = ../x.git\n"),
        ("stored for others", ".git-credentials", "https://a:b@github.com\n"),
    ] {
        let home = home(URL);
        home.write(name, text);
        #[cfg(unix)]
        std::fs::set_permissions(home.path().join(name), std::os::unix::fs::PermissionsExt::from_mode(0o600))
            .expect("it is ours");
        keychain(&home, "annasmith");
        is_healthy(&running, &home, what, &[], &fetch, &environment);
    }

    // Other addresses of the same repository.
    for url in [
        "https://annasmith@bitbucket.org/acme/app.git",
        "https://www.bitbucket.org/acme/app.git",
        "https://bitbucket.org/acme/app",
    ] {
        let home = home(url);
        keychain(&home, "annasmith");
        is_healthy(&running, &home, url, &[], &fetch, &environment);
        is_healthy(&running, &home, url, &[], &fetch, &[]);
    }

    // curl and its files, and both variables at once.
    let home = home(URL);
    home.write(".curlrc", "silent\nuser-agent = \"x\"\n").write(".netrc", "default login x password y\n");
    let api = "https://api.bitbucket.org/2.0/repositories/acme/app";
    is_healthy(&running, &home, "curl", &[], &["curl", "-u", &format!("{email}:{{TOKEN}}"), api], &[]);
    let both = [&environment[..], &[("BITBUCKET_USERNAME", "annasmith")]].concat();
    is_healthy(&running, &home, "e-mail and user name", &["--repo", "acme/app"], &[], &both);
}
