//! What is read of a command against what the real programs make of it: bash splits words, curl sends requests to loopback.
//!
//! Checked with bash 5.2 and curl 7.88. Where a program is not installed, its test has nothing to compare and says so by name.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::sync::mpsc;

use base64::Engine as _;
use bbdoctor::checks::{Request, Scheme};
use bbdoctor::command::{Context, Input, Reading, read};

/// A small generator without a state of its own; the seeds are the test's.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % sides as u64).expect("small")
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }
}

const PIECES: &[&str] = &[
    "a",
    "B9",
    "-",
    "=",
    ":",
    "/",
    ".",
    ",",
    "@",
    "%",
    "~x",
    "ü",
    "日",
    "\\ ",
    "\\\\",
    "\\'",
    "\\\"",
    "\\$",
    "\\a",
    "'it'",
    "'a b'",
    "'$X'",
    "'\"'",
    "'\\'",
    "\"a b\"",
    "\"$X\"",
    "\"${X}y\"",
    "\"\\\"\"",
    "\"\\$X\"",
    "\"\\a\"",
    "\"'\"",
    "\"\\\\\"",
    "$X",
    "${X}",
    "${EMPTY}",
    "$X.z",
    "$'a\\tb'",
    "$'\\x41'",
    "$'\\''",
    "$'\\u00fc'",
    "${NONE:-dflt}",
    "\\\n",
    "\"a\\\nb\"",
    "#",
    "!",
    "^",
    "''",
    "\"\"",
    "2>/dev/null ",
    "$(printf '%s' 'u:p' | base64)",
    "$(echo u:p | base64)",
];

#[test]
fn bash_splits_words_the_same_way() {
    if Command::new("bash").arg("--version").output().is_err() {
        return;
    }
    let mut dice = Dice(7);
    let mut script = String::from("X=val; EMPTY=\n");
    let mut lists = Vec::new();
    for _ in 0..1_500 {
        let mut words = String::new();
        for index in 0..1 + dice.roll(5) {
            if index > 0 {
                words.push_str(dice.pick(&[" ", "  ", "\t", " \\\n "]));
            }
            for _ in 0..1 + dice.roll(4) {
                let piece = dice.pick(PIECES);
                // `$XB9` is another name; what is not defined is kept as it stands, since that is what is wrong with it.
                if words.replace("\\\n", "").ends_with("$X") && piece.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
                {
                    continue;
                }
                let at_start = words.is_empty() || words.ends_with([' ', '\t', '\n']);
                // At a word's start these mean something else: a comment, a home directory, an option of printf.
                if at_start && matches!(piece, "#" | "~x" | "2>/dev/null ") || piece.starts_with('2') && !words.ends_with(' ') {
                    continue;
                }
                words.push_str(piece);
            }
        }
        script.push_str(&format!("printf '%s\\0' w {words}\nprintf '\\1\\0'\n"));
        lists.push(words);
    }
    let output = Command::new("bash").args(["--norc", "-c", &script]).output().expect("bash runs");
    let text = String::from_utf8(output.stdout).expect("text");
    let mut answers = text.split("\u{1}\0");
    for words in lists {
        let real: Vec<&str> = ended(answers.next().expect("an answer")).split('\0').skip(1).collect();
        let mine = split(&words);
        assert_eq!(mine, real, "{words:?}");
    }
}

/// Without the NUL that ends the last word; an empty word before it stays.
fn ended(words: &str) -> &str {
    words.strip_suffix('\0').unwrap_or(words)
}

/// The words as the reader sees them: HTTPie's items are the only ones that come back whole, so each is sent as a URL of curl.
fn split(words: &str) -> Vec<String> {
    bbdoctor::command::words(&format!("curl {words}"), &|name| match name {
        "X" => Some("val".into()),
        "EMPTY" => Some(String::new()),
        _ => None,
    })
    .into_iter()
    .skip(1)
    .collect()
}

/// What a server saw.
#[derive(Debug, PartialEq, Eq)]
struct Sent {
    method: String,
    path: String,
    authorization: Vec<String>,
}

/// A server for the test: it answers 200 to everything, and says what it saw.
fn server() -> (u16, mpsc::Receiver<Sent>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let port = listener.local_addr().expect("bound").port();
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(stream) = stream else { return };
            let sender = sender.clone();
            std::thread::spawn(move || {
                let Ok(mut writer) = stream.try_clone() else { return };
                let mut reader = BufReader::new(stream);
                loop {
                    let mut first = String::new();
                    if reader.read_line(&mut first).unwrap_or(0) == 0 {
                        return;
                    }
                    let mut words = first.split(' ');
                    let method = words.next().unwrap_or_default().to_owned();
                    let path = words.next().unwrap_or_default().to_owned();
                    let (mut authorization, mut length) = (Vec::new(), 0);
                    loop {
                        let mut line = String::new();
                        if reader.read_line(&mut line).unwrap_or(0) == 0 || line.trim().is_empty() {
                            break;
                        }
                        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
                        match name.to_ascii_lowercase().as_str() {
                            "authorization" => authorization.push(value.trim().to_owned()),
                            "content-length" => length = value.trim().parse().unwrap_or(0),
                            "expect" => {
                                let _ = writer.write_all(b"HTTP/1.1 100 Continue\r\n\r\n");
                            }
                            _ => {}
                        }
                    }
                    let mut body = vec![0; length];
                    let _ = reader.read_exact(&mut body);
                    let _ = sender.send(Sent { method, path, authorization });
                    let _ = writer.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
                }
            });
        }
    });
    (port, receiver)
}

const OPTIONS: &[&str] = &[
    "-u anna:pw",
    "-uanna:pw",
    "--user anna@example.com:pw:x",
    "-su anna:pw",
    "-u 'anna:p w'",
    "-u :pw",
    "-H 'Authorization: Bearer tok'",
    "-H 'authorization: Basic YTpi'",
    "-H'Authorization: Bearer tok'",
    "--header 'Accept: text/plain'",
    "-H 'Authorization:'",
    "--oauth2-bearer tok",
    "-X DELETE",
    "-XPUT",
    "--request PATCH",
    "-d a=b",
    "--data-raw 'x=1&y=2'",
    "-F a=b",
    "-G -d q=1",
    "-I",
    "-g",
    "--data-urlencode q=1",
    "-L",
    "-k",
    "--http1.1",
    "--max-time 5",
    "-A agent",
    "-e ref",
    "-b c=d",
    "--compressed",
    "--json '{}'",
    "--basic",
    "-m5",
    "-sS",
    "--no-progress-meter",
    "--connect-timeout 3",
    "--noproxy '*'",
    "-o /dev/null",
    "-w ''",
    "--retry 0",
    "--header 'X-A: b'",
];
const URLS: &[&str] = &[
    "/2.0/user",
    "/2.0/repositories/acme?role=member",
    "",
    "/a/../2.0/user",
    "/2.0/user#part",
    "/2.0/{x,y}/z",
    "/2.0/x%20y",
    "/2.0/user?",
    "/2.0/./user",
];
const USERS: &[&str] = &["", "", "", "anna:pw@", "anna%40example.com:p%2Fw@", "anna@", ":pw@"];

#[test]
fn curl_sends_what_is_read() {
    if Command::new("curl").arg("--version").output().is_err() {
        return;
    }
    let (port, sent) = server();
    let base = format!("http://127.0.0.1:{port}");
    let mut dice = Dice(11);
    let mut compared = 0;
    for _ in 0..260 {
        let mut parts = vec!["curl -s -q --noproxy '*'".to_owned()];
        let mut operations = Vec::new();
        for _ in 0..1 + dice.roll(4) {
            operations.push(dice.pick(OPTIONS).to_owned());
        }
        let url = format!("http://{}127.0.0.1:{port}{}", dice.pick(USERS), dice.pick(URLS));
        let quoted = if url.contains(['&', '{', '#']) { format!("'{url}'") } else { url };
        let at = dice.roll(operations.len() + 1);
        operations.insert(at, if dice.roll(4) == 0 { format!("--url {quoted}") } else { quoted });
        if dice.roll(6) == 0 {
            operations.push(format!("--next -s {} {base}/2.0/second", dice.pick(OPTIONS)));
        }
        parts.extend(operations);
        let command = parts.join(" ");
        let status = Command::new("bash")
            .args(["--norc", "-c", &format!("{command} >/dev/null </dev/null")])
            .stderr(Stdio::null())
            .status()
            .expect("bash runs");
        let real: Vec<Sent> = sent.try_iter().collect();
        if !status.success() && real.is_empty() {
            // Options that exclude each other: nothing is sent, nothing is compared.
            continue;
        }
        let context = Context { variable: &|_| None, api_url: &base, git_base_url: "https://bitbucket.org" };
        let reading = read(Input::Text(&command), &context);
        let mine: Vec<Sent> = reading.requests.iter().map(|request| as_sent(request, &reading)).collect();
        if status.success() {
            let both = |request: &Request| request.notes.iter().any(|n| n.text.contains("curl sends both"));
            let real: Vec<Sent> = real
                .into_iter()
                .enumerate()
                .map(|(at, mut sent)| {
                    if reading.requests.get(at).is_some_and(both) {
                        // Both headers are noted; the reading stands for the first.
                        assert!(sent.authorization.len() > 1, "{command}");
                        sent.authorization.truncate(1);
                    }
                    sent
                })
                .collect();
            assert_eq!(mine, real, "{command}");
        }
        compared += 1;
    }
    assert!(compared > 150, "{compared}");
}

/// The request line and header that a reading stands for.
fn as_sent(request: &Request, reading: &Reading) -> Sent {
    let secret = request.sends.credential.and_then(|id| reading.credentials.get(usize::from(id.0)));
    let text = secret.map(|(_, secret)| secret.expose().to_owned());
    let user = request.sends.user.as_ref().map(|u| u.text.clone()).unwrap_or_default();
    let authorization = match (request.sends.scheme, text, request.sends.place.as_str()) {
        (Some(Scheme::Bearer), Some(text), _) => vec![format!("Bearer {text}")],
        (Some(Scheme::Basic), text, place) if !place.is_empty() => {
            let text = text.unwrap_or_default();
            vec![format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{user}:{text}")))]
        }
        _ => Vec::new(),
    };
    Sent { method: request.method.clone(), path: request.api_path.clone().unwrap_or_default(), authorization }
}

#[test]
fn the_table_of_options_is_curls_own() {
    let Ok(output) = Command::new("curl").args(["--help", "all"]).output() else { return };
    let help = String::from_utf8_lossy(&output.stdout);
    let mut missing = BTreeMap::new();
    for line in help.lines().filter(|l| l.starts_with(' ')) {
        let Some((_, rest)) = line.split_once("--") else { continue };
        let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-.".contains(*c)).collect();
        let takes = rest[name.len()..].starts_with(" <") || rest[name.len()..].starts_with(" [");
        match bbdoctor::command::curl_option(&name) {
            Some(known) if known == takes => {}
            other => {
                missing.insert(name, other);
            }
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}
