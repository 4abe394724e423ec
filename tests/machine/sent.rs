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

/// A home of the family: what of each source there is.
#[derive(Clone, Copy, Debug)]
struct Sources {
    header: bool,
    /// User and password that `insteadOf` puts into the URL.
    rewritten: bool,
    /// In the URL of the command: nothing, a user, or a user and the secret.
    url: usize,
    username: bool,
    netrc: usize,
    /// Helpers in their order: none; one; one that is forgotten by an empty one after it; two; for another host; for the user
    /// of the URL alone; one that gives a whole header.
    helpers: usize,
    http_path: bool,
}

impl Sources {
    /// Every combination of two settings stands in some home of the family.
    fn family() -> Vec<Self> {
        let mut all = Vec::new();
        for n in 0..72_usize {
            // Steps that have no factor in common with each other: neighbours differ in several settings at once.
            let at = |step: usize, of: usize| (n * step / 3 + n + n / of) % of;
            all.push(Self {
                header: at(1, 5) == 0,
                rewritten: at(2, 4) == 1,
                url: at(5, 3),
                username: at(7, 2) == 1,
                netrc: at(11, 4),
                helpers: n % 7,
                http_path: at(13, 2) == 0,
            });
        }
        all
    }

    fn home(self) -> (Home, String) {
        use base64::Engine as _;
        let home = Home::new();
        let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(home.filled(text));
        if self.header {
            let header = format!("Authorization: Basic {}", encode("header-user:{TOKEN}"));
            home.config(&["--global", "http.https://bitbucket.org/.extraHeader", &header]);
        }
        if self.rewritten {
            home.config(&[
                "--global",
                "url.https://rewritten-user:{SECOND}@bitbucket.org/acme/.insteadOf",
                "https://bitbucket.org/acme/",
            ]);
        }
        if self.username {
            home.config(&["--global", "credential.https://bitbucket.org.username", "configured-user"]);
        }
        match self.netrc {
            1 => {
                home.write(".netrc", "machine bitbucket.org login netrc-user password {SECOND}\n");
            }
            2 => {
                home.write(".netrc", "machine example.com login x password y\n");
            }
            3 => {
                let text = "default login default-user password {TOKEN}\nmachine bitbucket.org login m password {OLD}\n";
                home.write(".netrc", text);
            }
            _ => {}
        }
        let script = |name: &str, user: &str, secret: &str| {
            home.write(name, &format!("test \"$1\" = get || exit 0\necho username={user}\necho password={secret}\n"));
            format!("!sh {}", home.path().join(name).display())
        };
        let (one, two) = (script("one.sh", "helper-one", "{TOKEN}"), script("two.sh", "helper-two", "{SECOND}"));
        let key = "credential.helper";
        match self.helpers {
            1 => {
                home.config(&["--global", key, &one]);
            }
            2 => drop(
                home.config(&["--global", key, &two])
                    .config(&["--global", "--add", key, ""])
                    .config(&["--global", "--add", key, &one]),
            ),
            3 => {
                home.config(&["--global", key, "!true"]).config(&["--global", "--add", key, &two]);
            }
            4 => {
                home.config(&["--global", "credential.https://example.com.helper", &two]);
            }
            5 => {
                home.config(&["--global", "credential.https://typed-user@bitbucket.org.helper", &two]);
            }
            6 => {
                let says =
                    "test \"$1\" = get || exit 0\necho 'capability[]=authtype'\necho authtype=Bearer\necho credential={SECOND}\n";
                home.write("header.sh", says);
                home.config(&["--global", key, &format!("!sh {}", home.path().join("header.sh").display())]);
            }
            _ => {}
        }
        if self.http_path {
            home.config(&["--global", "credential.https://bitbucket.org.useHttpPath", "true"]);
        }
        let url = match self.url {
            1 => "https://typed-user@bitbucket.org/acme/app.git".into(),
            2 => "https://typed-user:{TOKEN}@bitbucket.org/acme/app.git".into(),
            _ => URL.to_owned(),
        };
        (home, url)
    }
}

#[test]
fn a_family_of_homes() {
    let homes = Sources::family();
    let bitbucket = Bitbucket::start(&Home::new());
    let mut wrong = Vec::new();
    let mut sent = 0;
    for sources in homes {
        let (home, url) = sources.home();
        let words = ["git", "ls-remote", &url];
        let said = home.bbdoctor(&["--offline", "--show-identity", "--ask-helpers"], &words, &[]);
        let heard = bitbucket.hears(&home, "git", &words[1..]);
        // The first that carries anything: what git does after a refusal is another request.
        let first = heard.iter().find(|seen| seen.credential.is_some());
        let really = first.map(|seen| {
            let held = home.text(seen.credential.as_deref().expect("it was found by it")).to_owned();
            (seen.user.clone(), bbdoctor::vault::fingerprint(&bbdoctor::secret::Secret::new(held)))
        });
        let (user, print) = told(&said);
        let told = said.report["case"]["request"]["sends"]["credential"].as_u64().and(Some((user, print)));
        sent += usize::from(really.is_some());
        if told != really.clone().map(|(user, print)| (user, Some(print))) {
            wrong.push(format!("{sources:?}\n  said {told:?}\n  sent {really:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(sent >= 50, "only {sent} homes sent a credential");
}
