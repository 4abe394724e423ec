//! What bbdoctor says that is sent is what arrives from the real git and curl in the same home.

use super::home::{Bitbucket, Home, Said};

const URL: &str = "https://bitbucket.org/acme/app.git";

/// The user and the fingerprint that the report names for what is sent.
fn told(said: &Said) -> (Option<String>, Option<String>) {
    let credential = &said.report["case"]["credentials"][0];
    let user = said.report["case"]["request"]["sends"]["user"]["text"].as_str().map(str::to_owned);
    (user, credential["shape"]["fingerprint"].as_str().map(str::to_owned))
}

/// Nothing but what the machine holds is known: it becomes the subject, and is what arrives last.
fn same(home: &Home, bitbucket: &Bitbucket, options: &[&str], words: &[&str]) {
    let said = home.bbdoctor(&[&["--offline", "--show-identity"], options].concat(), words, &[]);
    let heard = bitbucket.hears(home, words[0], &words[1..]);
    let last = heard.iter().rev().find(|seen| seen.credential.is_some()).unwrap_or_else(|| panic!("{heard:?}"));
    let held = home.text(last.credential.as_deref().expect("it was found by it"));
    let print = bbdoctor::vault::fingerprint(&bbdoctor::secret::Secret::new(held.to_owned()));
    let (user, told) = told(&said);
    assert_eq!(user, last.user, "{words:?}: {}", said.all);
    assert_eq!(told, Some(print), "{words:?}: {}", said.all);
}

#[test]
fn what_git_sends() {
    let ls = ["git", "ls-remote", URL];
    let home = Home::new();
    let bitbucket = Bitbucket::start(&home);
    home.helper("x-bitbucket-api-token-auth", "{TOKEN}");
    same(&home, &bitbucket, &["--ask-helpers"], &ls);
    same(&home, &bitbucket, &["--ask-helpers"], &["git", "ls-remote", "https://annasmith@bitbucket.org/acme/app.git"]);

    let home = Home::new();
    home.write(".netrc", "machine bitbucket.org\n  login x-bitbucket-api-token-auth\n  password {TOKEN}\n");
    same(&home, &bitbucket, &[], &ls);
    home.write(".netrc", "default login annasmith password {SECOND}\nmachine bitbucket.org login me password {TOKEN}\n");
    same(&home, &bitbucket, &[], &ls);

    let home = Home::new();
    home.config(&["--global", "url.https://x-bitbucket-api-token-auth:{TOKEN}@bitbucket.org/.insteadOf", "bb:"]);
    home.config(&["--global", "url.https://annasmith:{SECOND}@bitbucket.org/acme/.insteadOf", "https://bitbucket.org/acme/"]);
    home.write(".netrc", "machine bitbucket.org login me password {OLD}\n");
    same(&home, &bitbucket, &["--ask-helpers"], &ls);

    let home = Home::new();
    let basic =
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, home.filled("x-bitbucket-api-token-auth:{TOKEN}"));
    home.config(&["--global", "http.https://bitbucket.org.extraHeader", &format!("Authorization: Basic {basic}")]);
    home.config(&["--global", "http.https://example.com.extraHeader", "Authorization: Basic eDp5"]);
    home.helper("annasmith", "{SECOND}");
    same(&home, &bitbucket, &["--ask-helpers"], &ls);
}

#[test]
fn what_curl_sends() {
    let url = "https://api.bitbucket.org/2.0/user";
    let home = Home::new();
    let bitbucket = Bitbucket::start(&home);
    home.write(".netrc", "machine api.bitbucket.org login anna.smith@example.com password {TOKEN}\n");
    same(&home, &bitbucket, &[], &["curl", "-ksn", url]);
    home.write(".curlrc", "insecure\nuser = \"annasmith:{SECOND}\"\n");
    same(&home, &bitbucket, &[], &["curl", "-s", url]);
    same(&home, &bitbucket, &[], &["curl", "-s", "-n", url]);
    home.write("other", "machine api.bitbucket.org login \"x y\" password {SECOND}\n");
    home.write(".curlrc", "insecure\n");
    let file = home.path().join("other");
    same(&home, &bitbucket, &[], &["curl", "-s", "--netrc-file", &file.to_string_lossy(), url]);
}
