//! Each finding, and its command: run in the same home, the fault is gone, and nothing else with it.

use super::home::{Home, Said};

const URL: &str = "https://bitbucket.org/acme/app.git";
const LS: [&str; 3] = ["git", "ls-remote", URL];
const CURL: [&str; 4] = ["curl", "-u", "anna@example.com:{TOKEN}", "https://api.bitbucket.org/2.0/user"];

fn clone(home: &Home, url: &str) {
    for words in [&["init", "--quiet", "--initial-branch", "main"][..], &["remote", "add", "origin", &home.filled(url)]] {
        assert!(home.command("git").args(words).status().expect("git runs").success(), "{words:?}");
    }
}

/// The first command of the fix.
fn command(said: &Said) -> String {
    let commands = said.report["verdict"]["fix"]["commands"].as_array().cloned().unwrap_or_default();
    let plain = commands.iter().filter_map(|c| c["run"].as_str()).find(|run| !run.starts_with("https://"));
    plain.unwrap_or_else(|| panic!("no command: {}", said.all)).to_owned()
}

/// Nothing below the home has changed.
fn contents(home: &Home) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![home.path().to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("it is ours").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = std::fs::read(&path) {
                found.push((path, bytes));
            }
        }
    }
    found.sort();
    found
}

/// Finds this cause, runs the command in the home, and finds it no more.
fn mends(home: &Home, words: &[&str], options: &[&str], cause: &str) -> Said {
    let token = [("BITBUCKET_API_TOKEN", home.text("TOKEN"))];
    let variables = if words[0] == "git" { &token[..] } else { &[] };
    let options = [&["--offline"], options].concat();
    let before = contents(home);
    let said = home.bbdoctor(&options, words, variables);
    assert!(contents(home) == before, "bbdoctor changed something");
    assert_eq!(said.cause(), Some(cause), "{words:?}: {}", said.all);
    let command = command(&said);
    let done = home.command("sh").args(["-c", &command]).output().expect("sh runs");
    assert!(done.status.success(), "{command}: {}", String::from_utf8_lossy(&done.stderr));
    let after = home.bbdoctor(&options, words, variables);
    assert_ne!(after.cause(), Some(cause), "{command}: {}", after.all);
    assert!(after.no_effect(), "{command}: {}", after.all);
    said
}

#[test]
fn settings_of_git() {
    let home = Home::new();
    home.config(&["--global", "http.https://*.org/.extraHeader", "Authorization: Bearer {OLD}"]);
    mends(&home, &LS, &[], "git-config-wins");

    // In a file that is included, and in the second of git's own files.
    let home = Home::new();
    home.write("some where/bb.inc", "[http]\n\textraHeader = Authorization: Bearer {OLD}\n");
    home.config(&["--global", "include.path", "~/some where/bb.inc"]);
    mends(&home, &LS, &[], "git-config-wins");
    let home = Home::new();
    clone(&home, URL);
    home.write("bb.inc", "[http]\n\textraHeader = Authorization: Bearer {OLD}\n");
    home.config(&["--global", "includeIf.hasconfig:remote.*.url:https://bitbucket.org/**.path", "~/bb.inc"]);
    mends(&home, &["git", "fetch"], &[], "git-config-wins");

    // A rewriting with a secret in its key, which is not shown; another one of the same kind stays.
    let home = Home::new();
    home.config(&["--global", "url.https://annasmith:{OLD}@bitbucket.org/.insteadOf", "https://bitbucket.org/"]);
    home.config(&["--global", "url.https://github.example/.insteadOf", "gh:"]);
    mends(&home, &LS, &[], "git-config-wins");
    let kept = std::fs::read_to_string(home.path().join(".gitconfig")).expect("it is there");
    assert!(kept.contains("gh:") && !kept.contains(home.text("OLD")), "{kept}");

    let home = Home::new();
    home.config(&["--global", "url.git@ssh.bitbucket.org:.insteadOf", "https://bitbucket.org/"]);
    home.config(&["--global", "--add", "url.git@ssh.bitbucket.org:.insteadOf", "bb:"]);
    mends(&home, &LS, &[], "git-config-wins");
    assert!(std::fs::read_to_string(home.path().join(".gitconfig")).is_ok_and(|kept| kept.contains("bb:")));

    // A remote's own pair; for pushing alone too.
    let home = Home::new();
    clone(&home, "https://annasmith:{OLD}@bitbucket.org/acme/app.git");
    mends(&home, &["git", "fetch"], &[], "git-config-wins");
    home.config(&["remote.origin.pushurl", "https://annasmith:{OLD}@bitbucket.org/acme/app.git"]);
    mends(&home, &["git", "push", "origin", "main"], &[], "git-config-wins");
}

#[test]
fn variables_of_git() {
    let home = Home::new();
    let header = home.filled("Authorization: Bearer {OLD}");
    let token = home.text("TOKEN");
    let count = [
        ("BITBUCKET_API_TOKEN", token),
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "http.extraHeader"),
        ("GIT_CONFIG_VALUE_0", header.as_str()),
    ];
    let said = home.bbdoctor(&["--offline"], &LS, &count);
    assert_eq!(said.with_effect("git-config-replaces")[0]["origin"], "GIT_CONFIG_KEY_0, environment", "{}", said.all);
    assert_eq!(command(&said), "unset GIT_CONFIG_COUNT");
    let parameters = format!("'http.extraHeader={header}'");
    let said = home.bbdoctor(&["--offline"], &LS, &[("BITBUCKET_API_TOKEN", token), ("GIT_CONFIG_PARAMETERS", &parameters)]);
    assert_eq!(command(&said), "unset GIT_CONFIG_PARAMETERS", "{}", said.all);
}

#[test]
fn stored_credentials() {
    let home = Home::new();
    home.write(".git-credentials", "https://annasmith:{OLD}@bitbucket.org\nhttps://x:y@example.com\n");
    home.config(&["--global", "credential.helper", "store"]);
    mends(&home, &LS, &["--ask-helpers"], "stored-credential-wins");
    assert_eq!(std::fs::read_to_string(home.path().join(".git-credentials")).expect("it is there"), "https://x:y@example.com\n");

    let home = Home::new();
    home.config(&["--global", "credential.helper", "manager"]);
    mends(&home, &LS, &[], "gcm-validation-loop");
}

#[test]
fn netrc_and_curlrc() {
    let home = Home::new();
    home.write(
        ".netrc",
        "machine example.com login a password b\nmachine bitbucket.org\n  login annasmith\n  password {OLD}\nmachine github.com login c password d\n",
    );
    mends(&home, &LS, &[], "netrc-wins");
    let said = std::fs::read_to_string(home.path().join(".netrc.bak")).is_ok_and(|old| old.contains(home.text("OLD")));
    assert!(said, "what was there is kept");
    let kept = std::fs::read_to_string(home.path().join(".netrc")).expect("it is there");
    assert_eq!(kept, "machine example.com login a password b\nmachine github.com login c password d\n");

    // What shares its line with another entry is not cut out by lines.
    let home = Home::new();
    home.write(".netrc", "machine bitbucket.org login annasmith password {OLD} machine github.com login c password d\n");
    let said = home.offline(&LS);
    assert_eq!(said.cause(), Some("netrc-wins"));
    assert!(said.report["verdict"]["fix"]["commands"].as_array().is_some_and(Vec::is_empty), "{}", said.all);

    let home = Home::new();
    home.write(".curlrc", "silent\nheader = \"Authorization: Bearer {OLD}\"\nlocation\n");
    mends(&home, &CURL, &[], "netrc-wins");
    assert_eq!(std::fs::read_to_string(home.path().join(".curlrc")).expect("it is there"), "silent\nlocation\n");
}

#[test]
fn addresses_of_ssh() {
    let home = Home::new();
    clone(&home, "git@bitbucket.org:acme/app.git");
    home.config(&["remote.work.url", "git@bitbucket.org:acme/app.git"]);
    let said = home.offline(&["git", "push", "work", "main"]);
    assert_eq!(command(&said), "git remote set-url work git@ssh.bitbucket.org:acme/app.git", "{}", said.all);
    home.config(&["remote.origin.pushurl", "ssh://git@bitbucket.org/acme/app.git"]);
    let said = home.offline(&["git", "push", "origin", "main"]);
    assert_eq!(command(&said), "git remote set-url --push origin git@ssh.bitbucket.org:acme/app.git", "{}", said.all);
}

/// What ssh's configuration makes of a name: an alias is the old host, or the old host has been led to the new one.
#[test]
fn aliases_of_ssh() {
    let home = Home::new();
    if home.command("ssh").arg("-V").output().is_err() {
        let _ = std::io::Write::write_all(&mut std::io::stderr(), b"skipped: no ssh here (Debian's package openssh-client)\n");
        return;
    }
    home.write(
        ".ssh/config",
        "Host bb bitbucket.org-work\n  HostName bitbucket.org\n  User git\nHost gh\n  HostName github.com\n",
    );
    for url in ["bb:acme/app.git", "git@bitbucket.org-work:acme/app.git", "ssh://git@bb/acme/app.git"] {
        let said = home.offline(&["git", "clone", url]);
        assert_eq!(said.cause(), Some("ssh-host-moved"), "{url}: {}", said.all);
    }
    clone(&home, "git@bb:acme/app.git");
    assert_eq!(home.offline(&[]).cause(), Some("ssh-host-moved"));
    let said = mends(&home, &["git", "fetch"], &[], "ssh-host-moved");
    let setting = said.local().iter().find(|s| s["name"] == "HostName").expect("it is listed");
    assert_eq!((setting["value"].as_str(), setting["origin"].as_str()), (Some("bb is bitbucket.org"), Some("~/.ssh/config:2")));
    assert_eq!(home.offline(&["git", "fetch"]).cause(), Some("remote-is-ssh"));
    // Led to the new host already.
    let home = Home::new();
    home.write(".ssh/config", "Host bitbucket.org\n  HostName ssh.bitbucket.org\n");
    let said = home.offline(&["git", "clone", "git@bitbucket.org:acme/app.git"]);
    assert_eq!(said.cause(), Some("remote-is-ssh"), "{}", said.all);
    // In the file that git's own command for ssh names.
    let home = Home::new();
    home.write("keys/ssh", "Host bitbucket.org\n  HostName ssh.bitbucket.org\n");
    home.config(&["--global", "core.sshCommand", "ssh -F ~/keys/ssh"]);
    let said = home.offline(&["git", "clone", "git@bitbucket.org:acme/app.git"]);
    assert_eq!(said.cause(), Some("remote-is-ssh"), "{}", said.all);
    let said = home.offline(&["git", "clone", "git@github.com:acme/app.git"]);
    assert!(said.local().iter().all(|s| s["name"] != "HostName"), "{}", said.all);
}

#[test]
fn settings_of_large_files() {
    let pull = ["git", "lfs", "pull"];
    for (key, value) in [
        ("lfs.url", "https://lfs.example.com/acme/app"),
        ("lfs.url", "https://annasmith:{OLD}@bitbucket.org/acme/app.git/info/lfs"),
        ("remote.origin.lfsurl", "https://bitbucket.org/acme/files.git/info/lfs"),
    ] {
        let home = Home::new();
        clone(&home, URL);
        home.config(&[key, value]);
        mends(&home, &pull, &[], "lfs-uses-other-credential");
    }
    let home = Home::new();
    clone(&home, URL);
    home.write(".lfsconfig", "[lfs]\n\turl = https://lfs.example.com/acme/app\n");
    mends(&home, &pull, &[], "lfs-uses-other-credential");
    // For pushing alone.
    let home = Home::new();
    clone(&home, URL);
    home.config(&["lfs.pushurl", "https://lfs.example.com/acme/app"]);
    assert!(home.offline(&pull).no_effect());
    mends(&home, &["git", "lfs", "push", "origin", "main"], &[], "lfs-uses-other-credential");
}

/// Only what the machine sends is known: before the command that works stands the one that takes the old credential away.
#[test]
fn the_only_credential_is_taken_away_where_it_is_kept() {
    let first = |home: &Home, words: &[&str]| {
        let said = home.bbdoctor(&["--offline", "--ask-helpers"], words, &[]);
        assert_eq!(said.cause(), Some("app-password-removed"), "{}", said.all);
        command(&said)
    };
    let home = Home::new();
    clone(&home, "https://annasmith:{OLD}@bitbucket.org/acme/app.git");
    for words in [&["git", "fetch"][..], &[]] {
        let run = first(&home, words);
        assert!(words.is_empty() || run == "git remote set-url origin https://bitbucket.org/acme/app.git", "{run}");
    }
    let home = Home::new();
    home.write(".netrc", "machine bitbucket.org login annasmith password {OLD}\n");
    assert!(first(&home, &LS).contains("~/.netrc"));
    let home = Home::new();
    home.helper("annasmith", "{OLD}");
    assert!(first(&home, &LS).ends_with("git credential reject"));
    let home = Home::new();
    home.config(&["--global", "http.extraHeader", "Authorization: Bearer {OLD}"]);
    assert_eq!(first(&home, &LS), "git config --global --unset-all http.extraHeader");
}
