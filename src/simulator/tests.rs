//! The real git against the simulator, and what every scenario promises.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Command, Output};

use super::*;

const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

#[test]
fn every_scenario_can_be_read() {
    assert_eq!(Scenario::errors(), Vec::new());
    assert!(Scenario::all().is_sorted_by_key(|s| &s.name));
}

/// A scenario with one API token that may do everything.
fn scenario(more: &str) -> Scenario {
    let text = format!(
        "title = 't'\nabout = 'a'\n{more}\n[[credentials]]\nname = 'TOKEN'\nkind = 'api-token'\nscopes = ['all']\n[verdict]\nstatus = 'healthy'\n"
    );
    Scenario::parse("test", &text).expect("the scenario is well formed")
}

fn served(scenario: &Scenario) -> Running {
    serve_in_thread(scenario, &World::default(), ANYWHERE, None).expect("loopback can be listened on")
}

/// Runs the real git in an empty home. The URL has the user and the token of the scenario.
fn git(home: &Path, running: &Running, scenario: &Scenario, user: &str, words: &[&str]) -> Output {
    let token = scenario.credential("TOKEN").expect("it has one").held();
    let token: String = percent_encoding::utf8_percent_encode(&token, percent_encoding::NON_ALPHANUMERIC).collect();
    let url = running.git_url.replace("http://", &format!("http://{user}:{token}@"));
    Command::new("git")
        .args(words.iter().map(|word| word.replace("GIT", &url)))
        .current_dir(home)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs([("HOME", "."), ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_TERMINAL_PROMPT", "0"), ("LC_ALL", "C")])
        .envs([("GIT_AUTHOR_NAME", "A"), ("GIT_AUTHOR_EMAIL", "a@example.com")])
        .envs([("GIT_COMMITTER_NAME", "A"), ("GIT_COMMITTER_EMAIL", "a@example.com")])
        .output()
        .expect("git is installed")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_real_git_lists_clones_and_is_refused_a_push() {
    let scenario = scenario(
        "[[account.workspaces]]\nslug = 'acme'\n[[account.repositories]]\nfull_name = 'acme/app'\nrestricted_branches = ['main']",
    );
    let running = served(&scenario);
    let home = tempfile::tempdir().expect("a folder can be made");
    let git = |user: &str, words: &[&str]| git(home.path(), &running, &scenario, user, words);
    let listed = git("x-bitbucket-api-token-auth", &["ls-remote", "GIT/acme/app.git"]);
    assert!(String::from_utf8_lossy(&listed.stdout).contains(super::git::TIP), "{}", said(&listed));
    let refused = git("anna%40example.com", &["ls-remote", "GIT/acme/app.git"]);
    assert!(said(&refused).contains("Authentication failed"), "{}", said(&refused));
    let cloned = git("annasmith", &["clone", "--quiet", "GIT/acme/app.git", "app"]);
    assert!(cloned.status.success(), "{}", said(&cloned));
    assert!(home.path().join("app/src/hello.sh").is_file());
    let shallow = git("annasmith", &["clone", "--quiet", "--depth=1", "GIT/acme/app.git", "shallow"]);
    assert!(shallow.status.success(), "{}", said(&shallow));
    let fetched = git("annasmith", &["-C", "app", "fetch", "GIT/acme/app.git", "main"]);
    assert!(fetched.status.success(), "{}", said(&fetched));
    assert!(git("", &["-C", "app", "fsck", "--strict"]).status.success());
    assert!(git("", &["-C", "app", "commit", "--quiet", "--allow-empty", "--message=x"]).status.success());
    let pushed = git("annasmith", &["-C", "app", "push", "GIT/acme/app.git", "main"]);
    assert!(said(&pushed).contains("remote: Permission denied to update branch main."), "{}", said(&pushed));
    assert!(said(&pushed).contains("! [remote rejected] main -> main (pre-receive hook declined)"), "{}", said(&pushed));
    assert!(running.counts().failed_logins >= 1);
    assert!(running.log().iter().any(|seen| seen.credential.as_deref() == Some("TOKEN") && seen.status == 200));
}

#[test]
fn git_prints_what_the_server_says() {
    let scenario =
        scenario("[[account.workspaces]]\nslug = 'acme'\nstate = 'read-only'\n[[account.repositories]]\nfull_name = 'acme/app'");
    let running = served(&scenario);
    let home = tempfile::tempdir().expect("a folder can be made");
    assert!(
        git(home.path(), &running, &scenario, "annasmith", &["clone", "--quiet", "GIT/acme/app.git", "app"]).status.success()
    );
    let pushed = git(home.path(), &running, &scenario, "annasmith", &["-C", "app", "push", "GIT/acme/app.git", "HEAD:main2"]);
    assert!(said(&pushed).contains("remote: [ALERT] Your push failed"), "{}", said(&pushed));
    assert!(said(&pushed).contains("The requested URL returned error: 402"), "{}", said(&pushed));
}

#[test]
fn an_error_in_a_scenario_names_its_place() {
    let error = |text: &str| Scenario::parse("broken", text).expect_err("it is broken").to_string();
    let start = "title = 't'\nabout = 'a'\n";
    let unknown = error(&format!("{start}[verdict]\nstatus = 'healthy'\ncolour = 'red'\n"));
    assert!(unknown.starts_with("fixtures/scenarios/broken.toml:5:1: unknown field `colour`"), "{unknown}");
    let switch = error(&format!("{start}[world]\nrealm = 'purple'\n[verdict]\nstatus = 'healthy'\n"));
    assert!(switch.contains(":3:1: ") || switch.contains(":4:"), "{switch}");
    assert!(switch.contains("bitbucket-custom"), "{switch}");
    let name = error(&format!("{start}[does]\ncredential = 'NOBODY'\n[verdict]\nstatus = 'healthy'\n"));
    assert!(name.starts_with("fixtures/scenarios/broken.toml:4:15: no credential is named `NOBODY`"), "{name}");
}

#[test]
fn texts_have_the_shape_of_their_kind_unless_damaged() {
    use crate::checks::{Kind, shape};
    for credential in Scenario::all().iter().flat_map(|s| &s.credentials).filter(|c| c.text.is_none()) {
        let whole = shape::read(&credential.minted());
        let kind = match credential.kind {
            CredentialKind::ApiToken | CredentialKind::OldApiToken => Kind::ApiToken,
            CredentialKind::AccessToken => Kind::AccessToken,
            CredentialKind::AppPassword => Kind::AppPassword,
            CredentialKind::OauthToken => Kind::OauthToken,
            CredentialKind::OauthClient => Kind::OauthClient,
            CredentialKind::DataCenterToken => Kind::DataCenterToken,
            CredentialKind::AccountPassword => Kind::Password,
            CredentialKind::OtherProduct | CredentialKind::PipelineOidcToken | CredentialKind::Nothing => continue,
        };
        assert_eq!(whole.kind, kind, "{}", credential.name);
        assert_ne!(whole.shape.checksum_fits, Some(false), "{}", credential.name);
        assert_eq!(credential.damage.is_some(), credential.held() != credential.minted());
    }
}

#[test]
fn a_verdict_follows_the_world() {
    let scenario = Scenario::find("post-bearer-no-scopes").expect("it is embedded");
    let texts = scenario.texts();
    let command = scenario.filled_command("https://api.bitbucket.org", "https://bitbucket.org").expect("it has one");
    assert!(command.contains(&format!("Bearer {}'", texts["TOKEN"])) && command.contains("POST \\\n"), "{command}");
    assert_eq!(scenario.verdict_in(&World::default()).cause.as_deref(), Some("token-without-scopes"));
    let other = "no_scopes_text=generic bearer_with_api_token=accepted".parse().expect("a world");
    assert_eq!(scenario.verdict_in(&other).cause.as_deref(), Some("token-rejected"));
    assert_eq!(scenario.verdict_in(&other).true_causes(), ["token-without-scopes", "wrong-method"]);
}
