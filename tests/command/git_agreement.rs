//! What is believed of a git command against what the real git sends to loopback: which repository it asks for, whether it wants
//! to write, and every Authorization header.
//!
//! git asks without a credential first and sends one when that is refused, so the headers of one command are a set.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bbdoctor::checks::{Request, Scheme};
use bbdoctor::command::{Context, Input, Reading, read};

use super::loopback::{Dice, Sent, home, say, server, version};

const HELPER: &str = "!f() { echo username=helped; echo password=helperpw; }; f";

/// `-c` of git; `BASE` is the server.
const CONFIGS: &[&[&str]] = &[
    &[],
    &[],
    &[],
    &["-c", "http.extraHeader=Authorization: Bearer tok"],
    &["-c", "http.BASE/.extraHeader=Authorization: Basic YTpi"],
    &["-c", "http.extraheader=X-Other: 1"],
    &["-c", "http.extraHeader=AUTHORIZATION: bearer tok"],
    &["-c", "credential.helper="],
    &["-c", "credential.username=anna"],
    &["-c", "url.http://moved:pw@HOST/.insteadOf=BASE/"],
    &["-c", "url.http://moved:pw@HOST/acme/.insteadOf=short:"],
    &["-c", "color.ui=false", "-c", "http.extraHeader=Authorization: Bearer tok"],
    &["--no-pager", "-C", "."],
];

const USERS: &[&str] = &["", "", "anna:pw@", "anna%40example.com:p%2Fw@", "x-token-auth:tok@", "anna@", ":pw@", "anna:p%C3%BC@"];

const PATHS: &[&str] =
    &["/acme/app.git", "/acme/app", "/acme/app.git/", "/acme/My-App.git", "/acme/app.git.git", "/acme/my%20app"];

fn command(dice: &mut Dice, port: u16) -> String {
    let base = format!("http://127.0.0.1:{port}");
    let config = CONFIGS[dice.roll(CONFIGS.len())];
    let short = config.iter().any(|word| word.contains("=short:"));
    let url = if short {
        format!("short:{}", dice.pick(PATHS).trim_start_matches("/acme/"))
    } else {
        format!("http://{}127.0.0.1:{port}{}", dice.pick(USERS), dice.pick(PATHS))
    };
    let rest = match dice.roll(7) {
        0 => format!("clone -q --depth 1 '{url}' new"),
        1 => format!("clone \"{url}\""),
        2 => format!("fetch {url} main"),
        3 => format!("pull --no-rebase {url} main"),
        4 => format!("push {url} HEAD:main"),
        5 => format!("push -q --force '{url}' main"),
        _ => format!("ls-remote --heads {url}"),
    };
    let mut words: Vec<String> = Vec::new();
    if dice.roll(4) == 0 {
        words.push(dice.pick(&["GIT_TRACE=0", "LC_ALL=C GIT_HTTP_LOW_SPEED_TIME=9", "env GIT_TRACE=0"]).to_owned());
    }
    words.push("git".into());
    for word in config {
        let word = word.replace("BASE", &base).replace("HOST", &format!("127.0.0.1:{port}"));
        words.push(if word.contains([' ', ':']) { format!("'{word}'") } else { word });
    }
    words.push(rest);
    words.join(" ")
}

#[test]
fn git_sends_what_is_read() {
    let Some(version) = version("git") else {
        say("skipped: git is not installed");
        return;
    };
    let (port, sent) = server();
    let home = home();
    let repository = home.path().join("work");
    prepare(home.path(), &repository);
    let mut dice = Dice(5);
    let mut wrong = Vec::new();
    let mut compared = 0;
    for round in 0..150 {
        let helped = round % 3 == 0;
        let command = command(&mut dice, port);
        // A helper of the machine, or nothing and nobody to ask.
        let helper = if helped { HELPER } else { "" };
        run(&format!("rm -rf new app; {command}"), home.path(), &repository, helper);
        let real: Vec<Sent> = sent.try_iter().collect();
        compared += usize::from(!real.is_empty());
        wrong.extend(difference(&command, &real, port, helped));
    }
    say(&format!("{compared} commands compared with {version}"));
    assert!(wrong.is_empty(), "{} of {compared}:\n{}", wrong.len(), wrong[..wrong.len().min(12)].join("\n"));
    assert!(compared > 130, "{compared}");
}

fn prepare(home: &Path, repository: &Path) {
    std::fs::create_dir_all(repository).expect("a directory");
    let script = "git init -q -b main . && git -c user.name=a -c user.email=a@example.com commit -q --allow-empty -m one";
    assert!(run(script, home, repository, ""), "git makes a repository");
}

/// In a home of its own, with nothing of this machine's settings.
fn run(script: &str, home: &Path, directory: &Path, helper: &str) -> bool {
    let status = Command::new("bash")
        .args(["--norc", "-c", script])
        .current_dir(directory)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "credential.helper")
        .env("GIT_CONFIG_VALUE_0", helper)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|s| s.success())
}

fn difference(command: &str, real: &[Sent], port: u16, helped: bool) -> Option<String> {
    let base = format!("http://127.0.0.1:{port}");
    let context = Context { variable: &|_| None, api_url: "https://api.bitbucket.org", git_base_url: &base };
    let reading = read(Input::Text(command), &context);
    let Some(request) = reading.requests.first() else { return Some(format!("{command}\n    not read")) };
    let service = if request.writes { "git-receive-pack" } else { "git-upload-pack" };
    let place = url::Url::parse(&request.url).map(|url| url.path().trim_end_matches('/').to_owned()).unwrap_or_default();
    let asked = format!("{place}/info/refs?service={service}");
    let headers: BTreeSet<&String> = real.iter().flat_map(|s| &s.authorization).collect();
    let mine = believed(request, &reading, helped && !command.contains("credential.helper="));
    let same = real.iter().all(|s| s.path == asked) && mine.iter().collect::<BTreeSet<_>>() == headers;
    (!same).then(|| format!("{command}\n    read {asked} {mine:?}\n    sent {real:?}"))
}

/// Every Authorization header that a reading stands for; what a helper would add is known to the test alone.
fn believed(request: &Request, reading: &Reading, helped: bool) -> Vec<String> {
    let secret = request.sends.credential.and_then(|id| reading.credentials.get(usize::from(id.0)));
    let secret = secret.map(|(_, secret)| secret.expose().to_owned());
    let user = request.sends.user.as_ref().map(|u| u.text.clone()).unwrap_or_default();
    let pair = |user: &str, secret: &str| vec![format!("Basic {}", STANDARD.encode(format!("{user}:{secret}")))];
    match (request.sends.place.as_str(), request.sends.scheme, secret) {
        ("header", Some(Scheme::Bearer), Some(secret)) => {
            let at = request.spans.get("scheme").map(|s| &request.text[s.start as usize..s.end as usize]);
            vec![format!("{} {secret}", at.unwrap_or("Bearer"))]
        }
        ("header" | "url", Some(Scheme::Basic), secret) => pair(&user, &secret.unwrap_or_default()),
        ("prompt", ..) => {
            // The URL's user alone is tried first; `credential.username` is not a part of the URL.
            let alone = request.sends.user.as_ref().filter(|u| u.source == "the URL");
            let tried = alone.map(|u| pair(&u.text, "")).unwrap_or_default();
            tried.into_iter().chain(if helped { pair("helped", "helperpw") } else { Vec::new() }).collect()
        }
        _ => Vec::new(),
    }
}
