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

const USERS: &[&str] = &[
    "",
    "",
    "anna:pw@",
    "anna%40example.com:p%2Fw@",
    "x-token-auth:tok@",
    "anna@",
    ":pw@",
    "anna:p%C3%BC@",
    "anna:@",
    ":@",
    "@",
    "anna%40example.com@",
    "anna%3Ab@",
];

const PATHS: &[&str] =
    &["/acme/app.git", "/acme/app", "/acme/app.git/", "/acme/My-App.git", "/acme/app.git.git", "/acme/my%20app"];

fn helper_is_empty(config: &[&str]) -> bool {
    config.iter().any(|word| word.contains("credential."))
}

/// What is run before a command, and the command as a person shows it.
struct Case {
    before: String,
    text: String,
    /// Whether git-lfs asks, which has paths of its own.
    large_files: bool,
}

fn case(dice: &mut Dice, port: u16, large_files: bool) -> Case {
    let base = format!("http://127.0.0.1:{port}");
    let config = CONFIGS[dice.roll(CONFIGS.len())];
    let short = config.iter().any(|word| word.contains("=short:"));
    let url = if short {
        format!("short:{}", dice.pick(PATHS).trim_start_matches("/acme/"))
    } else {
        format!("http://{}127.0.0.1:{port}{}", dice.pick(USERS), dice.pick(PATHS))
    };
    let mut git: Vec<String> = Vec::new();
    if dice.roll(4) == 0 {
        git.push(dice.pick(&["GIT_TRACE=0", "LC_ALL=C GIT_HTTP_LOW_SPEED_TIME=9", "env GIT_TRACE=0"]).to_owned());
    }
    git.push("git".into());
    for word in config {
        let word = word.replace("BASE", &base).replace("HOST", &format!("127.0.0.1:{port}"));
        git.push(if word.contains([' ', ':']) { format!("'{word}'") } else { word });
    }
    git.extend(
        Some(dice.pick(&["", "", "", "-C .", "--git-dir=.git", "--git-dir .git -C ."]).to_owned()).filter(|w| !w.is_empty()),
    );
    let git = git.join(" ");
    let shown = |before: &str, text: String| Case { before: before.to_owned(), text, large_files: false };
    match dice.roll(if large_files { 13 } else { 10 }) {
        0 => shown("", format!("{git} clone -q --depth 1 '{url}' new")),
        1 => shown("", format!("{git} clone \"{url}\"")),
        2 => shown("", format!("{git} fetch {url} main")),
        3 => shown("", format!("{git} pull --no-rebase {url} main")),
        4 => shown("", format!("{git} push {url} HEAD:main")),
        5 => shown("", format!("{git} push -q --force '{url}' main")),
        6 => shown("git remote add up http://127.0.0.1:1/", format!("git remote set-url up {url} && {git} push up main")),
        7 => shown("", format!("git remote add up '{url}'\n{git} fetch up")),
        8 => {
            let git = git.replace("--git-dir=.git", "").replace("--git-dir .git -C .", "");
            match dice.roll(2) {
                0 => shown("", format!("{git} submodule add -f '{url}' sub")),
                _ => {
                    let file = format!("[submodule \"sub\"]\n\tpath = sub\n\turl = {url}\n");
                    let before = format!(
                        "printf '%s' '{file}' >.gitmodules; git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),sub"
                    );
                    shown(&before, format!("$ cat .gitmodules\n{file}$ {git} submodule update --init"))
                }
            }
        }
        9 => shown("", format!("{git} ls-remote --heads {url}")),
        // Refused with an empty password, git-lfs asks again for ever.
        _ if ["anna:@", "//:@", "//@", "//anna@", "b@", "com@"].iter().any(|user| url.contains(user))
            || helper_is_empty(config) =>
        {
            shown("", format!("{git} ls-remote {url} main"))
        }
        lfs => {
            let verb = ["fetch up main", "push up main", "locks --remote=up"][lfs - 10];
            Case { large_files: true, ..shown("", format!("git remote add up {url}\n{git} lfs {verb}")) }
        }
    }
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
    let large_files = version_of_lfs();
    if large_files.is_none() {
        say("git lfs is left out: it is not installed");
    }
    let mut dice = Dice(5);
    let mut wrong = Vec::new();
    let mut compared = 0;
    for round in 0..220 {
        let helped = round % 3 == 0;
        let case = case(&mut dice, port, large_files.is_some());
        // A helper of the machine, or nothing and nobody to ask.
        let helper = if helped { HELPER } else { "" };
        let commands = case.text.lines().filter(|line| !line.starts_with(['[', '\t']) && !line.starts_with("$ cat"));
        let commands: Vec<&str> = commands.map(|line| line.trim_start_matches("$ ")).collect();
        run(&format!("{CLEAN}; {}\n{}", case.before, commands.join("\n")), home.path(), &repository, helper);
        let real: Vec<Sent> = sent.try_iter().collect();
        compared += usize::from(!real.is_empty());
        wrong.extend(difference(&case, &real, port, helped));
    }
    say(&format!("{compared} commands compared with {version}, {}", large_files.unwrap_or_default()));
    assert!(wrong.is_empty(), "{} of {compared}:\n{}", wrong.len(), wrong[..wrong.len().min(12)].join("\n"));
    assert!(compared > 190, "{compared}");
}

/// Takes back what a command left.
const CLEAN: &str = "rm -rf new app My-App app.git.git 'my app' sub .gitmodules .git/modules .git/lfs; \
                     git remote remove up; git config --remove-section submodule.sub; git reset -q";

fn version_of_lfs() -> Option<String> {
    version("git-lfs")
}

fn prepare(home: &Path, repository: &Path) {
    std::fs::create_dir_all(repository).expect("a directory");
    let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 3\n", "ab".repeat(32));
    std::fs::write(repository.join("large.bin"), pointer).expect("written");
    std::fs::write(repository.join(".gitattributes"), "*.bin filter=lfs diff=lfs merge=lfs -text\n").expect("written");
    let script = "git init -q -b main . && git add . && git -c user.name=a -c user.email=a@example.com commit -q -m one";
    assert!(run(script, home, repository, ""), "git makes a repository");
}

/// In a home of its own, with nothing of this machine's settings.
fn run(script: &str, home: &Path, directory: &Path, helper: &str) -> bool {
    // Where there is `timeout`, nothing runs for ever.
    let bounded = r#"command -v timeout >/dev/null && exec timeout 20 bash --norc -c "$1"; eval "$1""#;
    let status = Command::new("bash")
        .args(["--norc", "-c", bounded, "_", script])
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

fn difference(case: &Case, real: &[Sent], port: u16, helped: bool) -> Option<String> {
    let text = &case.text;
    // git asks too, before git-lfs pushes.
    let real: Vec<&Sent> = real.iter().filter(|s| !case.large_files || s.path.contains("/info/lfs/")).collect();
    // git-lfs 3.3 makes nothing of some URLs that git takes: a short name with a slash at its end.
    if case.large_files && real.is_empty() {
        return None;
    }
    let base = format!("http://127.0.0.1:{port}");
    let context = Context { variable: &|_| None, api_url: "https://api.bitbucket.org", git_base_url: &base };
    let reading = read(Input::Text(text), &context);
    // The one that asks: what stands before it sets up the remote.
    let Some(request) = reading.requests.last() else { return Some(format!("{text}\n    not read")) };
    let service = if request.writes { "git-receive-pack" } else { "git-upload-pack" };
    let place = url::Url::parse(&request.url).map(|url| url.path().trim_end_matches('/').to_owned()).unwrap_or_default();
    let asked = if case.large_files { format!("{place}/info/lfs") } else { format!("{place}/info/refs?service={service}") };
    let headers: BTreeSet<&String> = real.iter().flat_map(|s| &s.authorization).collect();
    let mine = believed(request, &reading, helped && !text.contains("credential.helper="));
    let same = (case.large_files || real.iter().all(|s| s.path == asked)) && mine.iter().collect::<BTreeSet<_>>() == headers;
    (!same).then(|| format!("{text}\n    read {asked} {mine:?}\n    sent {real:?}"))
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
