//! netrc and curlrc beside a curl command.

use super::home::Home;

const URL: &str = "https://api.bitbucket.org/2.0/user";

#[test]
fn netrc_only_where_it_is_asked_for() {
    let home = Home::new();
    home.write(".netrc", "machine api.bitbucket.org login annasmith password {OLD}\n");
    let token = [("BITBUCKET_API_TOKEN", home.text("TOKEN"))];
    for words in [
        vec!["curl", "-u", "anna@example.com:{TOKEN}", URL],
        vec!["curl", "-n", "-u", "anna@example.com:{TOKEN}", URL],
        vec!["curl", "-n", "-H", "Authorization: Bearer {TOKEN}", URL],
        vec!["curl", "--netrc-optional", "https://anna:{TOKEN}@api.bitbucket.org/2.0/user"],
    ] {
        let said = home.bbdoctor(&["--offline"], &words, &token);
        assert!(said.no_effect(), "{words:?}: {}", said.all);
        assert_ne!(said.cause(), Some("netrc-wins"), "{words:?}");
    }
    // With `-n` netrc's password comes before the URL's.
    let said = home.bbdoctor(&["--offline"], &["curl", "-n", "https://annasmith:{TOKEN}@api.bitbucket.org/2.0/user"], &[]);
    assert_eq!(said.cause(), Some("netrc-wins"), "{}", said.all);
    let said = home.bbdoctor(&["--offline", "--token-env", "MINE"], &["curl", "-n", URL], &[("MINE", home.text("TOKEN"))]);
    assert_eq!(said.cause(), Some("netrc-wins"), "{}", said.all);
    // Only netrc's credential is known: its own fault is the cause.
    let said = home.bbdoctor(&["--offline"], &["curl", "-n", URL], &[]);
    assert_eq!(said.cause(), Some("app-password-removed"), "{}", said.all);
}

#[test]
fn netrc_without_an_entry() {
    let home = Home::new();
    home.write(".netrc", "machine example.com login a password b\n");
    let said = home.bbdoctor(&["--offline"], &["curl", "-n", URL], &[]);
    assert!(said.all.contains("no entry for this host"), "{}", said.all);
}

#[test]
fn curlrc() {
    let home = Home::new();
    home.write(".curlrc", "# old\nheader = \"Authorization: Bearer {SECOND}\"\n");
    let mine = ["curl", "-u", "anna@example.com:{TOKEN}", URL];
    let said = home.bbdoctor(&["--offline"], &mine, &[]);
    assert_eq!(said.cause(), Some("netrc-wins"), "{}", said.all);
    assert_eq!(said.with_effect("netrc-replaces")[0]["origin"], "~/.curlrc:2");
    let said = home.bbdoctor(&["--offline"], &["curl", "-q", "-u", "anna@example.com:{TOKEN}", URL], &[]);
    assert!(said.no_effect(), "{}", said.all);
    // `-u` of the command comes before `user` of curlrc.
    home.write(".curlrc", "user = annasmith:{OLD}\n");
    let said = home.bbdoctor(&["--offline"], &mine, &[]);
    assert!(said.no_effect(), "{}", said.all);
}

#[test]
fn netrc_of_python_requests() {
    let home = Home::new();
    home.write(
        ".netrc",
        "machine api.bitbucket.org login first password x1\nmachine api.bitbucket.org login annasmith password {OLD}\n",
    );
    let ask = |arguments: &str, variables: &[(&str, &str)]| {
        let code = format!("import requests\nr = requests.get('{URL}', {arguments})\n# 401\n");
        home.write("ask.py", &code);
        let file = home.path().join("ask.py");
        home.bbdoctor(&["--offline", "--command-file", &file.to_string_lossy()], &[], variables)
    };
    let header = "headers={'Authorization': 'Bearer {TOKEN}'}";
    let said = ask(header, &[]);
    assert_eq!(said.cause(), Some("netrc-wins"), "{}", said.all);
    // Of two entries Python takes the last, curl the first.
    assert_eq!(said.with_effect("netrc-replaces")[0]["origin"], "~/.netrc:2");
    assert!(said.all.contains("trust_env"), "{}", said.all);
    let said = ask("auth=('anna@example.com', '{TOKEN}')", &[]);
    assert!(said.no_effect(), "a pair given with auth= is what is sent: {}", said.all);
    // A file that is not there is no file: requests does not fall back on the usual one.
    let said = ask(header, &[("NETRC", "/no/such/file")]);
    assert!(said.no_effect(), "{}", said.all);
}

/// What the real requests sends in this home, where it is installed.
#[test]
fn requests_really_prefers_netrc() {
    use std::io::{BufRead as _, BufReader, Write as _};
    let home = Home::new();
    let there = home.command("python3").args(["-c", "import requests"]).output().is_ok_and(|o| o.status.success());
    if !there {
        // Past the harness, which shows nothing of a test that passes.
        let _ = std::io::stderr().write_all(b"skipped: Python has no requests here (pip install requests)\n");
        return;
    }
    home.write(
        ".netrc",
        "default login d password 3\nmachine 127.0.0.1 login one password 1\nmachine 127.0.0.1 login two password 2\n",
    );
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("it can listen");
    let url = format!("http://{}/", listener.local_addr().expect("it listens"));
    let heard = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("it is asked");
        let lines = BufReader::new(stream.try_clone().expect("it can be read")).lines();
        let header =
            lines.map_while(Result::ok).take_while(|line| !line.is_empty()).find(|line| line.starts_with("Authorization"));
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").expect("it can be answered");
        header
    });
    let code = format!("import requests; requests.get('{url}', headers={{'Authorization': 'Bearer x'}})");
    let done = home.command("python3").args(["-c", &code]).output().expect("it runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    // two:2
    assert_eq!(heard.join().expect("it ends").as_deref(), Some("Authorization: Basic dHdvOjI="));
}
