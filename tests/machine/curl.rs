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
