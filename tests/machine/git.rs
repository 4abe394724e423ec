//! Causes that git's settings are, and settings that are none.

use std::time::{Duration, Instant};

use super::home::{Home, Said};

const URL: &str = "https://bitbucket.org/acme/app.git";
const LS: [&str; 3] = ["git", "ls-remote", URL];

#[test]
fn a_helper_with_another_credential() {
    let home = Home::new();
    home.helper("annasmith", "{OLD}");
    let said = home.bbdoctor(&["--offline", "--ask-helpers"], &LS, &[("BITBUCKET_API_TOKEN", home.text("TOKEN"))]);
    assert_eq!((said.cause(), said.code), (Some("stored-credential-wins"), Some(1)), "{}", said.all);
    let setting = said.with_effect("helper-supplies-other")[0];
    assert!(setting["value"].as_str().is_some_and(|v| v.contains("an app password") && !v.contains("annasmith")), "{setting}");
    // Nobody allowed to ask it.
    assert_eq!(home.offline(&LS).cause(), None);
    // git sends the URL's own pair (fact `git-url-pair-wins`).
    let pair = ["git", "ls-remote", "https://x-bitbucket-api-token-auth:{TOKEN}@bitbucket.org/acme/app.git"];
    let said = home.bbdoctor(&["--offline", "--ask-helpers"], &pair, &[]);
    assert!(said.no_effect() && said.cause().is_none(), "{}", said.all);
    // REST is not git's affair.
    let curl = ["curl", "-u", "anna@example.com:{TOKEN}", "https://api.bitbucket.org/2.0/user"];
    let said = home.bbdoctor(&["--offline", "--ask-helpers"], &curl, &[]);
    assert!(said.no_effect() && said.cause().is_none(), "{}", said.all);
}

#[test]
fn a_helper_with_the_same_credential() {
    let home = Home::new();
    home.helper("x-bitbucket-api-token-auth", "{TOKEN}");
    let said = home.bbdoctor(&["--offline", "--ask-helpers"], &LS, &[("BITBUCKET_API_TOKEN", home.text("TOKEN"))]);
    assert!(said.no_effect() && said.cause().is_none(), "{}", said.all);
}

#[test]
fn the_only_credential_that_is_known_is_the_subject() {
    let home = Home::new();
    home.helper("annasmith", "{OLD}");
    let said = home.bbdoctor(&["--offline", "--ask-helpers"], &LS, &[]);
    assert_eq!(said.cause(), Some("app-password-removed"), "{}", said.all);
    let said = home.bbdoctor(&["--offline", "--ask-helpers", "--git-url", URL], &[], &[]);
    assert_eq!(said.cause(), Some("app-password-removed"), "{}", said.all);
    assert!(said.report["subject"]["source"].as_str().is_some_and(|s| s.starts_with("credential.helper")), "{}", said.all);
}

#[test]
fn helpers_that_hang_or_never_end() {
    let home = Home::new();
    home.script("sleep 60 & sleep 60");
    let start = Instant::now();
    let said = home.bbdoctor(&["--offline", "--ask-helpers"], &LS, &[("BITBUCKET_API_TOKEN", home.text("TOKEN"))]);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert!(said.no_effect() && said.all.contains("no answer in three seconds"), "{}", said.all);

    let home = Home::new();
    home.script("echo username=a; printf password=; head -c 1048576 /dev/zero | tr '\\0' x; echo");
    let said = home.bbdoctor(&["--offline", "--ask-helpers"], &LS, &[("BITBUCKET_API_TOKEN", home.text("TOKEN"))]);
    assert!(said.no_effect() && said.all.len() < 60_000, "{}", said.all.len());
}

#[test]
fn what_a_helper_leaves_running_on_purpose_goes_on() {
    let home = Home::new();
    // As the daemon of git's cache; the helper itself says no, and git with it.
    home.script("sleep 30 >/dev/null 2>&1 & echo $! > \"$HOME/daemon\"; exit 1");
    let said = home.bbdoctor(&["--offline", "--ask-helpers"], &LS, &[("BITBUCKET_API_TOKEN", home.text("TOKEN"))]);
    assert!(said.no_effect(), "{}", said.all);
    let daemon = std::fs::read_to_string(home.path().join("daemon")).expect("the helper was asked");
    let daemon = daemon.trim().parse().ok().and_then(rustix::process::Pid::from_raw).expect("a number");
    assert!(rustix::process::kill_process(daemon, rustix::process::Signal::KILL).is_ok(), "it was ended");
}

#[test]
fn no_helper_has_anything() {
    let home = Home::new();
    home.script("true");
    let said = home.bbdoctor(&["--offline", "--ask-helpers"], &LS, &[]);
    assert_eq!(said.report["case"]["request"]["notes"][0]["kind"], "no-credential", "{}", said.all);
}

#[test]
fn extra_header() {
    let home = Home::new();
    home.config(&["--global", "http.extraHeader", "Authorization: Bearer {SECOND}"]);
    let said = home.offline(&LS);
    assert_eq!(said.cause(), Some("git-config-wins"), "{}", said.all);
    assert_eq!(said.with_effect("git-config-replaces")[0]["origin"], "~/.gitconfig:2, global");
    let home = Home::new();
    home.config(&["--global", "http.https://example.com.extraHeader", "Authorization: Bearer {SECOND}"]);
    home.config(&["--global", "http.https://bitbucket.org.extraHeader", "X-Trace: 1"]);
    let said = home.offline(&LS);
    assert!(said.no_effect() && said.cause().is_none(), "{}", said.all);
}

#[test]
fn rewritten_addresses() {
    let home = Home::new();
    home.config(&["--global", "url.git@bitbucket.org:.insteadOf", "https://bitbucket.org/"]);
    let said = home.offline(&LS);
    assert_eq!(said.cause(), Some("git-config-wins"), "{}", said.all);
    // For pushing alone.
    let home = Home::new();
    home.config(&["--global", "url.ssh://git@bitbucket.org/.pushInsteadOf", "https://bitbucket.org/"]);
    assert_eq!(home.offline(&["git", "push", URL, "main"]).cause(), Some("git-config-wins"));
    assert_eq!(home.offline(&LS).cause(), None);
    // A chain is no chain: git rewrites once, with the longest prefix.
    let home = Home::new();
    home.config(&["--global", "url.https://mirror.example.com/.insteadOf", "https://bitbucket.org/acme/"]);
    home.config(&["--global", "url.https://bitbucket.org/.insteadOf", "https://mirror.example.com/"]);
    assert_eq!(home.offline(&LS).cause(), Some("git-config-wins"));
    // From SSH to HTTPS, where the token counts.
    let home = Home::new();
    home.config(&["--global", "url.https://bitbucket.org/.insteadOf", "git@bitbucket.org:"]);
    let said = home.offline(&["git", "clone", "git@bitbucket.org:acme/app.git"]);
    assert!(said.no_effect() && said.cause().is_none(), "{}", said.all);
    assert_eq!(said.report["case"]["request"]["repo"], "acme/app");
    // Not rewritten at all.
    let said = Home::new().offline(&["git", "clone", "git@bitbucket.org:acme/app.git"]);
    assert_eq!(said.cause(), Some("ssh-host-moved"), "{}", said.all);
}

#[test]
fn a_command_without_a_url() {
    let home = Home::new();
    home.command("git").args(["init", "-q", "."]).output().expect("git runs");
    home.config(&["remote.origin.url", "https://annasmith@bitbucket.org/acme/app.git"]);
    home.config(&["remote.backup.url", "https://annasmith:{OLD}@bitbucket.org/acme/backup.git"]);
    let said = home.offline(&["git", "fetch"]);
    assert_eq!(said.report["case"]["request"]["repo"], "acme/app", "{}", said.all);
    let said = home.offline(&["git", "push", "backup", "main"]);
    assert_eq!(said.report["case"]["request"]["repo"], "acme/backup", "{}", said.all);
    assert_eq!(said.cause(), Some("git-config-wins"), "{}", said.all);
    home.config(&["remote.origin.url", "https://{TOKEN}@bitbucket.org/acme/app.git"]);
    let said = home.bbdoctor(&["--offline"], &["git", "fetch"], &[]);
    assert_eq!(said.cause(), Some("token-as-git-username"), "{}", said.all);
}

#[test]
fn another_host_is_nobody_of_ours() {
    let home = Home::new();
    home.config(&["--global", "url.https://mirror.example.com/.insteadOf", "https://github.com/"]);
    home.config(&["--global", "http.https://github.com.extraHeader", "Authorization: Bearer {SECOND}"]);
    home.write(".netrc", "machine github.com login annasmith password {OLD}\n");
    assert!(home.offline(&["git", "clone", "https://github.com/acme/app.git"]).no_effect());
    assert!(home.offline(&LS).no_effect());
}

#[test]
fn a_program_known_to_be_unable() {
    let home = Home::new();
    let log = "$ export GHORG_BITBUCKET_APP_PASSWORD={TOKEN}\n$ ghorg clone acme --scm=bitbucket --bitbucket-username=anna\nghorg version 1.11.7\n401 Unauthorized https://api.bitbucket.org/2.0/repositories/acme\n";
    home.write("log", log);
    let file = home.path().join("log");
    let said = home.bbdoctor(&["--offline", "--command-file", &file.to_string_lossy()], &[], &[]);
    assert!(said.all.contains("tool-unable"), "{}", said.all);
    home.write("log", &log.replace("1.11.7", "1.11.8"));
    let said = home.bbdoctor(&["--offline", "--command-file", &file.to_string_lossy()], &[], &[]);
    assert!(!said.all.contains("tool-unable"), "{}", said.all);
}

#[test]
fn recipes_from_outside() {
    let home = Home::new();
    let recipe = |words: &[&str]| {
        let output = home.command(env!("CARGO_BIN_EXE_bbdoctor")).arg("recipe").args(words).output().expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr))
    };
    let (code, text) = recipe(&["renovate", "--email", "anna@example.com"]);
    assert!(code == Some(0) && text.contains("RENOVATE_USERNAME=anna@example.com"), "{text}");
    let (code, text) = recipe(&["jenkns"]);
    assert!(code == Some(2) && text.contains("did you mean jenkins"), "{text}");
    assert_eq!(recipe(&["curl", "--format", "html"]).0, Some(2));
}

#[test]
fn user_from_the_configuration() {
    let home = Home::new();
    home.config(&["--global", "credential.https://bitbucket.org.username", "anna@example.com"]);
    let said = home.offline(&LS);
    assert_eq!(said.cause(), Some("git-config-wins"), "{}", said.all);
    assert!(!said.all.contains("anna@example.com"));
    let home = Home::new();
    home.config(&["--global", "credential.https://bitbucket.org.username", "annasmith"]);
    assert_eq!(home.offline(&LS).cause(), None);
}

#[test]
fn netrc_before_what_is_meant() {
    let home = Home::new();
    home.write(".netrc", "machine bitbucket.org login annasmith password {OLD}\n");
    let said = home.offline(&LS);
    assert_eq!(said.cause(), Some("netrc-wins"), "{}", said.all);
    assert_eq!(said.with_effect("netrc-replaces")[0]["origin"], "~/.netrc:1");
    // A typed pair is what git sends.
    let pair = ["git", "ls-remote", "https://x-bitbucket-api-token-auth:{TOKEN}@bitbucket.org/acme/app.git"];
    assert!(home.bbdoctor(&["--offline"], &pair, &[]).no_effect());
    // Nobody wants to look.
    assert!(
        home.bbdoctor(&["--offline", "--no-discover"], &LS, &[("BITBUCKET_API_TOKEN", home.text("TOKEN"))]).local().is_empty()
    );
    // Another host's entry.
    let home = Home::new();
    home.write(".netrc", "machine api.bitbucket.org login annasmith password {OLD}\n");
    assert!(home.offline(&LS).no_effect());
}

#[test]
fn git_credential_manager() {
    let home = Home::new();
    home.config(&["--global", "credential.helper", "manager"]);
    let said = home.offline(&LS);
    assert_eq!(said.cause(), Some("gcm-validation-loop"), "{}", said.all);
    home.config(&["--global", "credential.bitbucketValidateStoredCredentials", "false"]);
    assert_eq!(home.offline(&LS).cause(), None);
    let home = Home::new();
    home.config(&["--global", "credential.helper", "manager"]);
    home.config(&["--global", "--add", "credential.helper", ""]);
    home.config(&["--global", "--add", "credential.helper", "cache"]);
    assert_eq!(home.offline(&LS).cause(), None);
}

/// The manager hands out exactly the token that is meant: what it tests it with is git's user all the same.
#[test]
#[cfg(unix)]
fn a_manager_with_the_same_credential() {
    use std::os::unix::fs::PermissionsExt as _;
    let with = |user: &str, secret: &str| {
        let home = Home::new();
        let says = format!("#!/bin/sh\ntest \"$1\" = get || exit 0\necho username={user}\necho password={secret}\n");
        home.write("bin/git-credential-manager", &says);
        let file = home.path().join("bin/git-credential-manager");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
        home.config(&["--global", "credential.helper", "manager"]);
        let path = format!("{}:{}", home.path().join("bin").display(), std::env::var("PATH").expect("there is one"));
        let variables = [("PATH", path.as_str()), ("BITBUCKET_API_TOKEN", home.text("TOKEN"))];
        let said = home.bbdoctor(&["--offline", "--ask-helpers"], &LS, &variables);
        home.config(&["--global", "credential.bitbucketValidateStoredCredentials", "false"]);
        let off = home.bbdoctor(&["--offline", "--ask-helpers"], &LS, &variables);
        assert_ne!(off.cause(), Some("gcm-validation-loop"), "{}", off.all);
        said
    };
    for user in ["annasmith", "x-bitbucket-api-token-auth"] {
        let said = with(user, "{TOKEN}");
        assert_eq!(said.cause(), Some("gcm-validation-loop"), "{}", said.all);
        assert_eq!(said.report["verdict"]["confidence"], "likely");
    }
    // REST takes the e-mail: it is git that does not.
    assert_ne!(with("anna@example.com", "{TOKEN}").cause(), Some("gcm-validation-loop"));
    assert_eq!(with("annasmith", "{OLD}").cause(), Some("stored-credential-wins"));
}

/// What the command itself sets with `-c` holds for the questions too; a helper that it names is not run.
#[test]
fn settings_that_the_command_brings_along() {
    let home = Home::new();
    home.helper("annasmith", "{OLD}");
    home.config(&["--global", "http.extraHeader", "Authorization: Bearer {SECOND}"]);
    let ask = |words: &[&str]| {
        let words = [words, &["ls-remote", URL]].concat();
        home.bbdoctor(&["--offline", "--ask-helpers"], &words, &[("BITBUCKET_API_TOKEN", home.text("TOKEN"))])
    };
    assert_eq!(ask(&["git"]).cause(), Some("git-config-wins"));
    let said = ask(&["git", "-c", "http.extraHeader="]);
    assert_eq!(said.cause(), Some("stored-credential-wins"), "{}", said.all);
    let said = ask(&["git", "-c", "http.extraHeader=", "-c", "credential.helper="]);
    assert!(said.no_effect() && said.cause().is_none(), "{}", said.all);
    let trace = home.path().join("was-run");
    let own = format!("credential.helper=!touch {}", trace.display());
    let said = ask(&["git", "-c", "http.extraHeader=", "-c", "credential.helper=", "-c", &own]);
    assert!(said.no_effect() && said.cause().is_none() && !trace.exists(), "{}", said.all);
}

#[test]
fn the_other_name_of_the_host() {
    let www = ["git", "ls-remote", "https://www.bitbucket.org/acme/app.git"];
    let home = Home::new();
    home.helper("annasmith", "{OLD}");
    let said = home.bbdoctor(&["--offline", "--ask-helpers"], &www, &[("BITBUCKET_API_TOKEN", home.text("TOKEN"))]);
    assert_eq!(said.cause(), Some("stored-credential-wins"), "{}", said.all);
    assert!(said.all.contains("host=www.bitbucket.org"), "{}", said.all);
    let home = Home::new();
    home.write(".netrc", "machine bitbucket.org login annasmith password {OLD}\n");
    assert!(home.offline(&www).no_effect());
    home.write(".netrc", "machine www.bitbucket.org login annasmith password {OLD}\n");
    assert_eq!(home.offline(&www).cause(), Some("netrc-wins"));
}

#[test]
fn large_files_elsewhere() {
    let home = Home::new();
    home.config(&["--global", "lfs.url", "https://lfs.example.com/acme/app"]);
    assert!(home.offline(&LS).no_effect());
    let said = home.offline(&["git", "lfs", "pull", "https://bitbucket.org/acme/app.git"]);
    assert_eq!(said.with_effect("lfs-differs").len(), 1, "{}", said.all);
}

#[test]
fn the_real_host_whatever_the_base() {
    let home = Home::new();
    home.write(".netrc", "machine bitbucket.org login annasmith password {OLD}\n");
    let options = ["--offline", "--git-base-url", "http://127.0.0.1:9", "--api-url", "http://127.0.0.1:9"];
    let words = ["git", "ls-remote", "http://127.0.0.1:9/acme/app.git"];
    let said = home.bbdoctor(&options, &words, &[("BITBUCKET_API_TOKEN", home.text("TOKEN"))]);
    assert_eq!(said.cause(), Some("netrc-wins"), "{}", said.all);
}

#[test]
fn secrets_in_files_are_a_remark() {
    let home = Home::new();
    home.write(".git-credentials", "https://annasmith:{OLD}@bitbucket.org\nhttps://x:y@example.com\n");
    let curl = ["curl", "-u", "anna@example.com:{TOKEN}", "https://api.bitbucket.org/2.0/user"];
    let said = home.bbdoctor(&["--offline"], &curl, &[]);
    assert!(said.no_effect(), "{}", said.all);
    assert_eq!(said.local()[0]["origin"], "~/.git-credentials:1", "{}", said.all);
}

/// A clone with a submodule at this address.
fn with_submodule(home: &Home, url: &str) {
    let git = |words: &[&str]| {
        let done = home.command("git").args(words).output().expect("git runs");
        assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
    };
    git(&["init", "--quiet"]);
    git(&["remote", "add", "origin", URL]);
    home.write(".gitmodules", &format!("[submodule \"libs/sub\"]\n\tpath = libs/sub\n\turl = {url}\n"));
}

#[test]
fn submodules_have_addresses_of_their_own() {
    let update = ["git", "submodule", "update", "--init"];
    let home = Home::new();
    with_submodule(&home, "git@bitbucket.org:acme/sub.git");
    let said = home.offline(&update);
    assert_eq!(said.cause(), Some("ssh-host-moved"), "{}", said.all);
    assert!(said.all.contains("git submodule set-url libs/sub git@ssh.bitbucket.org:acme/sub.git"), "{}", said.all);
    let setting = said.local().iter().find(|s| s["name"] == "submodule.libs/sub.url").expect("it is listed");
    assert_eq!(setting["origin"], ".gitmodules", "{setting}");
    // What the clone itself says of it counts before .gitmodules.
    home.config(&["submodule.libs/sub.url", "https://bitbucket.org/acme/sub.git"]);
    assert_eq!(home.offline(&update).cause(), None);
    // The repository around it is not the one that moved.
    let home = Home::new();
    with_submodule(&home, "git@bitbucket.org:acme/sub.git");
    assert_eq!(home.offline(&["git", "fetch"]).cause(), None);
    let home = Home::new();
    with_submodule(&home, "https://annasmith:{SECOND}@bitbucket.org/acme/sub.git");
    assert!(home.offline(&["git", "fetch"]).all.contains("a password stands in it"));
}

#[test]
fn origins_name_file_line_and_scope() {
    let home = Home::new();
    home.write("more.inc", "[http \"https://bitbucket.org/\"]\n\n\textraHeader = Authorization: Bearer {SECOND}\n");
    home.config(&["--global", "include.path", &home.path().join("more.inc").to_string_lossy()]);
    let said = home.offline(&LS);
    assert_eq!(said.cause(), Some("git-config-wins"), "{}", said.all);
    assert_eq!(said.with_effect("git-config-replaces")[0]["origin"], "~/more.inc:3, global", "{}", said.all);
}

/// Where the real Git LFS goes is what bbdoctor says of it.
#[test]
fn git_lfs_goes_where_its_settings_say() {
    let home = Home::new();
    let installed = home.command("git").args(["lfs", "version"]).output().is_ok_and(|o| o.status.success());
    if !installed {
        // Past the harness, which shows nothing of a test that passes.
        let _ = std::io::Write::write_all(&mut std::io::stderr(), b"skipped: no git-lfs here (Debian's package git-lfs)\n");
        return;
    }
    for (key, file) in [("lfs.url", true), ("lfs.url", false), ("remote.origin.lfsurl", false)] {
        let home = Home::new();
        with_submodule(&home, "https://bitbucket.org/acme/sub.git");
        let url = "https://bitbucket.org/acme/files.git/info/lfs";
        if file {
            home.config(&["-f", ".lfsconfig", key, url]);
        } else {
            home.config(&[key, url]);
        }
        let env = home.command("git").args(["lfs", "env"]).output().expect("it runs");
        let env = String::from_utf8_lossy(&env.stdout).into_owned();
        let endpoint = env.lines().find_map(|line| line.strip_prefix("Endpoint=")).and_then(|l| l.split(' ').next());
        let said = home.offline(&["git", "lfs", "pull"]);
        let told = said.local().iter().find(|s| s["name"] == key).unwrap_or_else(|| panic!("{key}: {}", said.all));
        assert_eq!(told["value"].as_str(), endpoint, "{key}: {env}");
        assert_eq!(said.cause(), Some("lfs-uses-other-credential"), "{key}: {}", said.all);
    }
    let home = Home::new();
    with_submodule(&home, "https://bitbucket.org/acme/sub.git");
    home.config(&["lfs.https://bitbucket.org/acme/app.git/info/lfs.access", "none"]);
    assert_eq!(home.offline(&["git", "lfs", "pull"]).cause(), Some("lfs-uses-other-credential"));
    home.config(&["lfs.https://bitbucket.org/acme/app.git/info/lfs.access", "basic"]);
    assert_eq!(home.offline(&["git", "lfs", "pull"]).cause(), None);
}

#[test]
fn a_password_in_a_remote_is_a_risk() {
    let home = Home::new();
    assert!(home.command("git").args(["init", "--quiet"]).status().expect("git runs").success());
    home.config(&["remote.origin.url", "https://annasmith:{OLD}@bitbucket.org/acme/app.git"]);
    let curl = ["curl", "-u", "anna@example.com:{TOKEN}", "https://api.bitbucket.org/2.0/user"];
    let said = home.bbdoctor(&["--offline"], &curl, &[]);
    assert!(said.no_effect(), "{}", said.all);
    let told = said.local().iter().find(|s| s["name"] == "remote.origin.url").unwrap_or_else(|| panic!("{}", said.all));
    let value = told["value"].as_str().expect("a text");
    assert!(
        value.contains("plain text") && value.contains("git remote set-url origin https://bitbucket.org/acme/app.git"),
        "{value}"
    );
}

/// `insteadOf` makes a short name an address of Bitbucket's; without it the name is one of SSH's, and may be any host.
#[test]
fn short_names() {
    for name in ["bb", "bitbucket"] {
        let home = Home::new();
        let words = ["git".to_owned(), "ls-remote".into(), format!("{name}:acme/app.git")];
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let said = home.offline(&words);
        assert!(!matches!(said.cause(), Some("not-from-bitbucket" | "data-center-url")), "{}", said.all);
        home.config(&["--global", "url.https://bitbucket.org/.insteadOf", &format!("{name}:")]);
        let said = home.offline(&words);
        assert_eq!((said.cause(), said.no_effect()), (None, true), "{}", said.all);
        assert_eq!(said.report["case"]["request"]["repo"], "acme/app", "{}", said.all);
        home.helper("annasmith", "{OLD}");
        let said = home.bbdoctor(&["--offline", "--ask-helpers"], &words, &[("BITBUCKET_API_TOKEN", home.text("TOKEN"))]);
        assert_eq!(said.cause(), Some("stored-credential-wins"), "{}", said.all);
    }
}

#[test]
fn the_remote_of_the_branch() {
    let home = Home::new();
    let git = |words: &[&str]| assert!(home.command("git").args(words).status().expect("git runs").success(), "{words:?}");
    git(&["init", "--quiet", "--initial-branch", "main"]);
    let who = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    git(&[&who[..], &["commit", "--quiet", "--allow-empty", "--message", "first"]].concat());
    for name in ["origin", "upstream", "fork"] {
        home.config(&[&format!("remote.{name}.url"), &format!("https://bitbucket.org/acme/{name}.git")]);
    }
    let repo = |words: &[&str]| home.offline(words).report["case"]["request"]["repo"].as_str().map(str::to_owned);
    assert_eq!(repo(&["git", "fetch"]).as_deref(), Some("acme/origin"));
    home.config(&["branch.main.remote", "upstream"]).config(&["branch.main.merge", "refs/heads/main"]);
    assert_eq!(repo(&["git", "fetch"]).as_deref(), Some("acme/upstream"));
    home.config(&["remote.pushDefault", "fork"]);
    assert_eq!(repo(&["git", "push"]).as_deref(), Some("acme/fork"));
    assert_eq!(repo(&["git", "fetch"]).as_deref(), Some("acme/upstream"));
    assert_eq!(repo(&["git", "fetch", "origin"]).as_deref(), Some("acme/origin"));
}

/// No secret of git's settings stands in an argument list, and nothing is written.
#[test]
#[cfg(unix)]
fn asking_git_leaves_nothing_behind() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    home.config(&["--global", "credential.https://{OLD}@bitbucket.org.helper", "store"]);
    home.config(&["--global", "http.https://annasmith:{OLD}@bitbucket.org/.extraHeader", "X-Trace: 1"]);
    home.config(&["--global", "trace2.eventTarget", &home.path().join("trace").to_string_lossy()]);
    let real = std::env::split_paths(&std::env::var_os("PATH").expect("there is one"))
        .map(|directory| directory.join("git"))
        .find(|file| file.is_file())
        .expect("git is there");
    let asked = home.path().join("asked");
    home.write("bin/git", &format!("#!/bin/sh\necho \"$*\" >> {}\nexec {} \"$@\"\n", asked.display(), real.display()));
    let wrapper = home.path().join("bin/git");
    std::fs::set_permissions(&wrapper, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
    let _ = std::fs::remove_file(home.path().join("trace"));
    let path = format!("{}:{}", home.path().join("bin").display(), std::env::var("PATH").expect("there is one"));
    let token = home.text("TOKEN");
    let variables = [("PATH", path.as_str()), ("BITBUCKET_API_TOKEN", token), ("GCM_TRACE", "trace")];
    home.bbdoctor(&["--offline", "--ask-helpers"], &LS, &variables);
    let asked = std::fs::read_to_string(asked).expect("git was asked");
    assert!(asked.contains("--get-urlmatch") || asked.contains("ls-remote --get-url"), "{asked}");
    assert!(!asked.contains(home.text("OLD")), "a secret was an argument");
    assert!(!home.path().join("trace").exists(), "git wrote a trace");
}

#[test]
fn a_store_with_a_file_of_its_own() {
    let home = Home::new();
    home.config(&["--global", "credential.helper", "store --file ~/mine"]);
    home.write("mine", "https://annasmith:{OLD}@bitbucket.org\n");
    let said = home.offline(&LS);
    let found = said.local().iter().any(|s| s["origin"] == "~/mine:1");
    assert!(found && said.no_effect(), "{}", said.all);
}

/// Without `-v` too: what is sent instead, where it is set, and the command that mends it.
#[test]
fn the_screen_names_the_place() {
    let home = Home::new();
    home.helper("annasmith", "{OLD}");
    let mut command = home.command(env!("CARGO_BIN_EXE_bbdoctor"));
    command.args(["--offline", "--ask-helpers", "--"]).args(LS).env("BITBUCKET_API_TOKEN", home.text("TOKEN"));
    let text = String::from_utf8(command.output().expect("it runs").stdout).expect("UTF-8");
    assert!(
        text.contains("an app password") && text.contains("~/.gitconfig:2") && text.contains("git credential reject"),
        "{text}"
    );
    assert!(!text.contains(home.text("OLD")) && !text.contains("annasmith"), "{text}");
    assert!(text.lines().count() <= 25 && text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn the_folder_that_the_command_names() {
    let home = Home::new();
    let git = |words: &[&str]| assert!(home.command("git").args(words).status().expect("git runs").success(), "{words:?}");
    git(&["init", "--quiet", "."]);
    git(&["init", "--quiet", "work/other"]);
    home.config(&["remote.origin.url", "https://bitbucket.org/acme/here.git"]);
    home.config(&["http.extraHeader", "Authorization: Bearer {SECOND}"]);
    git(&["-C", "work/other", "remote", "add", "origin", "https://bitbucket.org/acme/other.git"]);
    let repo = |said: &Said| said.report["case"]["request"]["repo"].as_str().map(str::to_owned);
    for words in [
        &["git", "-C", "work/other", "fetch"][..],
        &["git", "-C", "work", "-C", "other", "fetch"],
        &["git", "-c", "core.pager=cat", "-C", "work/other", "pull", "origin", "main"],
    ] {
        let said = home.offline(words);
        assert_eq!(repo(&said).as_deref(), Some("acme/other"), "{words:?}: {}", said.all);
        assert!(said.no_effect(), "this folder's header is not the other's: {}", said.all);
    }
    // However the folder is named: what the shell did above, and git's own folder.
    home.write("pasted", "");
    for text in [
        "$ cd work/other && git fetch\n",
        "$ cd ~/work/other\n$ git fetch\n",
        "$ cd work\n$ cd other\n$ git fetch\nfatal: Authentication failed for 'https://bitbucket.org/acme/other.git/'\n",
        "GIT_DIR=work/other/.git git fetch\n",
        "git --git-dir work/other/.git fetch\n",
        "git --git-dir=work/other/.git --work-tree=. fetch\n",
    ] {
        home.write("pasted", text);
        let file = home.path().join("pasted");
        let variables = [("BITBUCKET_API_TOKEN", home.text("TOKEN"))];
        let said = home.bbdoctor(&["--offline", "--command-file", &file.to_string_lossy()], &[], &variables);
        assert_eq!(repo(&said).as_deref(), Some("acme/other"), "{text}: {}", said.all);
        assert!(said.no_effect(), "{text}: {}", said.all);
    }
    // The place is told as this folder's shell finds it.
    git(&["-C", "work/other", "config", "http.extraHeader", &home.filled("Authorization: Bearer {OLD}")]);
    let said = home.offline(&["git", "-C", "work/other", "fetch"]);
    let origin = said.with_effect("git-config-replaces")[0]["origin"].as_str().expect("a text").to_owned();
    assert!(origin.starts_with("~/work/other/.git/config:") && origin.ends_with(", local"), "{origin}");
    // A folder of another machine: nothing of this folder is taken for its settings.
    let said = home.offline(&["git", "-C", "no/such/folder", "fetch"]);
    assert!(repo(&said).is_none() && said.no_effect(), "{}", said.all);
    let said = home.offline(&["git", "-C", ".", "fetch"]);
    assert_eq!((repo(&said).as_deref(), said.cause()), (Some("acme/here"), Some("git-config-wins")), "{}", said.all);
}
