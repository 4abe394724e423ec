//! What is believed of a curl command against what the real curl sends to loopback.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::mpsc::Receiver;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bbdoctor::checks::{Request, Scheme};
use bbdoctor::command::{Context, Input, Reading, read};

use super::loopback::{Dice, Sent, home, say, server, version};

/// Options as words that are not yet quoted; `TOK`, `USER` and `NETRC` are put in.
const OPTIONS: &[&[&str]] = &[
    &["-u", "anna:pw"],
    &["-uanna:pw"],
    &["--user", "anna@example.com:pw:x"],
    &["-su", "anna:pw"],
    &["-u", "anna:p w"],
    &["-u", ":pw"],
    &["-u", "anna:"],
    &["-u", "anna:p$w\"x'y!"],
    &["--user", "jürgen:ß€"],
    &["-H", "Authorization: Bearer tok"],
    &["-H", "authorization: Basic YTpi"],
    &["-HAuthorization: Bearer tok"],
    &["-H", "Authorization:Bearer tok"],
    &["-H", "Authorization:   Bearer tok  "],
    &["--header", "Accept: text/plain"],
    &["-H", "Authorization:"],
    &["-H", "Authorization;"],
    &["-H", "Authorization Bearer tok"],
    &["-H", "X-Token: tok"],
    &["--oauth2-bearer", "tok"],
    &["-X", "DELETE"],
    &["-XPUT"],
    &["--request", "PATCH"],
    &["-sXPOST"],
    &["-d", "a=b"],
    &["-da=b"],
    &["--data-raw", "x=1&y=2"],
    &["--data-binary", "b"],
    &["--data-ascii", "c"],
    &["--data-urlencode", "q=a b&c"],
    &["--data-urlencode", "=ü/x"],
    &["--data-urlencode", "plain text"],
    &["-F", "a=b"],
    &["--form-string", "a=b"],
    &["-G"],
    &["--get", "-d", "q=1"],
    &["-G", "--data-urlencode", "q=name ~ \"x\""],
    &["-I"],
    &["--head"],
    &["-g"],
    &["-L"],
    &["-k"],
    &["-n"],
    &["--netrc-optional"],
    &["--netrc-file", "NETRC"],
    &["--http1.1"],
    &["--max-time", "5"],
    &["-A", "agent"],
    &["-e", "ref"],
    &["-b", "c=d"],
    &["--compressed"],
    &["--json", "{\"a\":1}"],
    &["--basic"],
    &["--anyauth"],
    &["-m5"],
    &["-sS"],
    &["-fsSL"],
    &["--no-progress-meter"],
    &["--no-fail"],
    &["--connect-timeout", "3"],
    &["--noproxy", "*"],
    &["-o", "/dev/null"],
    &["-so/dev/null"],
    &["-w", ""],
    &["--write-out", "%{http_code}"],
    &["--retry", "0"],
    &["--url-query", "page=2"],
];

/// Paths with what curl does to them: globbing, dots, fragments.
const PATHS: &[&str] = &[
    "/2.0/user",
    "/2.0/repositories/acme?role=member",
    "/2.0/repositories/acme?role=member&pagelen=100",
    "",
    "/",
    "?a=b",
    "/a/../2.0/user",
    "/2.0/user#part",
    "/2.0/{x,y}/z",
    "/2.0/{x,y}/{1,2}",
    "/2.0/issues/[1-3]",
    "/2.0/[a-c]/x",
    "/2.0/[01-05:2]",
    "/2.0/x%20y",
    "/2.0/user?",
    "/2.0/./user",
    "/2.0/ü",
    "/2.0/a//b/",
];

const USERS: &[&str] = &["", "", "", "", "anna:pw@", "anna%40example.com:p%2Fw@", "anna@", ":pw@", "anna:@"];

/// One word as a person may write it for bash.
fn quoted(word: &str, dice: &mut Dice) -> String {
    let plain = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_=:/.,@%+".contains(c));
    match dice.roll(4) {
        0 if plain => word.to_owned(),
        0 | 1 => format!("'{}'", word.replace('\'', "'\\''")),
        2 => {
            let escaped: String =
                word.chars().flat_map(|c| "\\\"$`".contains(c).then_some('\\').into_iter().chain([c])).collect();
            format!("\"{escaped}\"")
        }
        _ if !word.is_empty() => {
            let safe = |c: char| c.is_alphanumeric() || "-_=:/.,@%+".contains(c);
            word.chars().flat_map(|c| (!safe(c)).then_some('\\').into_iter().chain([c])).collect()
        }
        _ => "''".to_owned(),
    }
}

/// A command, its words in any order and spelling.
fn command(dice: &mut Dice, port: u16, netrc: &str) -> String {
    let mut groups: Vec<Vec<String>> = Vec::new();
    for _ in 0..1 + dice.roll(4) {
        let option = OPTIONS[dice.roll(OPTIONS.len())];
        groups.push(option.iter().map(|word| word.replace("NETRC", netrc)).collect());
    }
    let url = |dice: &mut Dice| format!("http://{}127.0.0.1:{port}{}", dice.pick(USERS), dice.pick(PATHS));
    for _ in 0..1 + usize::from(dice.roll(8) == 0) {
        let url = url(dice);
        let at = dice.roll(groups.len() + 1);
        groups.insert(at, if dice.roll(4) == 0 { vec!["--url".into(), url] } else { vec![url] });
    }
    let mut words: Vec<String> = groups.into_iter().flatten().map(|word| quoted(&word, dice)).collect();
    if dice.roll(8) == 0 {
        words.push("--next".into());
        let option = OPTIONS[dice.roll(OPTIONS.len())];
        words.extend(option.iter().map(|word| quoted(&word.replace("NETRC", netrc), dice)));
        words.push(quoted(&url(dice), dice));
    } else if dice.roll(12) == 0 {
        words.push("--".into());
        words.push(quoted(&url(dice), dice));
    }
    let gap = dice.pick(&[" ", " ", "  ", " \\\n  "]);
    format!("curl -s -q --noproxy '*' {}", words.join(gap))
}

#[test]
fn curl_sends_what_is_read() {
    let Some(version) = version("curl") else {
        say("skipped: curl is not installed");
        return;
    };
    let compared: usize = std::thread::scope(|scope| {
        let runs: Vec<_> = [11, 12, 13].into_iter().map(|seed| scope.spawn(move || family(seed, 450))).collect();
        runs.into_iter().map(|run| run.join().expect("the family agrees")).sum()
    });
    say(&format!("{compared} commands compared with {version}"));
    assert!(compared > 900, "{compared}");
}

/// Runs a family of commands in one bash; a request of bash itself stands between each and the next.
fn family(seed: u64, size: usize) -> usize {
    let (port, sent) = server();
    let home = home();
    let netrc = home.path().join(".netrc");
    let entries = "machine 127.0.0.1 login netanna password netpw\nmachine 127.0.0.1 login anna password annapw\n";
    std::fs::write(&netrc, entries).expect("written");
    let netrc = netrc.to_str().expect("text").to_owned();
    let mut dice = Dice(seed);
    let commands: Vec<String> = (0..size).map(|_| command(&mut dice, port, &netrc)).collect();
    let mut script = String::new();
    for command in &commands {
        script.push_str(command);
        script.push_str(&format!(
            "\ns=$?; exec 3<>/dev/tcp/127.0.0.1/{port}; printf 'GET /done/%s HTTP/1.1\\r\\n\\r\\n' $s >&3; read -r -u 3; exec 3>&-\n"
        ));
    }
    let status = Command::new("bash")
        .args(["--norc", "-c", &format!("{{ {script} }} >/dev/null 2>&1 </dev/null")])
        .env("HOME", home.path())
        .env_remove("CURL_HOME")
        .status();
    assert!(status.is_ok_and(|s| s.success()), "bash runs");
    let mut compared = 0;
    let mut wrong = Vec::new();
    for command in &commands {
        let (real, status) = until_done(&sent);
        // Options that exclude each other: nothing, or not all, is sent.
        if status == 0 {
            compared += 1;
            wrong.extend(difference(command, &real, port));
        }
    }
    assert!(wrong.is_empty(), "{} of {compared}:\n{}", wrong.len(), wrong[..wrong.len().min(12)].join("\n"));
    compared
}

fn until_done(sent: &Receiver<Sent>) -> (Vec<Sent>, u8) {
    let mut real = Vec::new();
    loop {
        let next = sent.recv_timeout(std::time::Duration::from_secs(60)).expect("every command ends");
        match next.path.strip_prefix("/done/") {
            Some(status) => return (real, status.parse().unwrap_or(255)),
            None => real.push(next),
        }
    }
}

fn difference(command: &str, real: &[Sent], port: u16) -> Option<String> {
    let base = format!("http://127.0.0.1:{port}");
    let context = Context { variable: &|_| None, api_url: &base, git_base_url: "https://bitbucket.org" };
    let reading = read(Input::Text(command), &context);
    let mine: Vec<Sent> = reading.requests.iter().map(|request| as_sent(request, &reading)).collect();
    let same = mine.len() == real.len()
        && mine.iter().zip(real).zip(&reading.requests).all(|((mine, real), request)| {
            // Two headers are noted; the reading stands for the first.
            let two = request.notes.iter().any(|n| n.text.contains("curl sends both"));
            let headers = &real.authorization;
            (two == (real.authorization.len() > 1))
                && mine.method == real.method
                && decoded(&mine.path) == decoded(&real.path)
                && if two { mine.authorization.iter().all(|h| headers.contains(h)) } else { mine.authorization == *headers }
        });
    (!same).then(|| format!("{command}\n    read {mine:?}\n    sent {real:?}"))
}

/// Characters outside ASCII are sent as they stand, or percent-encoded, by version.
fn decoded(path: &str) -> String {
    percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned()
}

/// The request line and header that a reading stands for.
fn as_sent(request: &Request, reading: &Reading) -> Sent {
    let secret = request.sends.credential.and_then(|id| reading.credentials.get(usize::from(id.0)));
    let text = secret.map(|(_, secret)| secret.expose().to_owned());
    let user = request.sends.user.as_ref().map(|u| u.text.clone());
    let pair = |user: &str, secret: &str| vec![format!("Basic {}", STANDARD.encode(format!("{user}:{secret}")))];
    let asked_first = request.notes.iter().any(|n| n.text.contains("asks without the credential first"));
    let emptied = request.notes.iter().any(|n| n.text.contains("sends the header without a value"));
    let authorization = match (request.sends.scheme, text, request.sends.place.as_str()) {
        _ if asked_first => Vec::new(),
        _ if emptied => vec![String::new()],
        (None, _, "netrc") if request.notes.iter().any(|n| n.text.contains("is no way to sign in")) => Vec::new(),
        (_, _, "netrc") => match user.as_deref() {
            Some("anna") => pair("anna", "annapw"),
            // Without an entry for this user curl 7.88 takes the last password of the host.
            Some(user) => pair(user, "annapw"),
            None => pair("netanna", "netpw"),
        },
        (Some(Scheme::Bearer), Some(text), _) => vec![format!("Bearer {text}")],
        (Some(Scheme::Basic), text, place) if !place.is_empty() => pair(&user.unwrap_or_default(), &text.unwrap_or_default()),
        _ => Vec::new(),
    };
    Sent { method: request.method.clone(), path: request.api_path.clone().unwrap_or_default(), authorization }
}

#[test]
fn the_table_of_options_is_curls_own() {
    let Ok(output) = Command::new("curl").args(["--help", "all"]).output() else {
        say("skipped: curl is not installed");
        return;
    };
    let help = String::from_utf8_lossy(&output.stdout);
    let mut missing = BTreeMap::new();
    let mut compared = 0;
    for line in help.lines().filter(|l| l.starts_with(' ')) {
        let Some((_, rest)) = line.split_once("--") else { continue };
        let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-.".contains(*c)).collect();
        let takes = rest[name.len()..].starts_with(" <") || rest[name.len()..].starts_with(" [");
        compared += 1;
        match bbdoctor::command::curl_option(&name) {
            Some(known) if known == takes => {}
            other => {
                missing.insert(name, other);
            }
        }
    }
    say(&format!("{compared} options compared with {}", version("curl").unwrap_or_default()));
    assert!(missing.is_empty(), "{missing:?}");
    assert!(compared > 200, "{compared}");
}
