//! `bbdoctor listen` from outside: real curl, git and Python against it, and bytes that no client sends.

mod crowd;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::canary::Canary;
use crate::promises_stage::clean;
use crate::{api_token, bbdoctor, run, stderr};

/// A machine of two cores under test takes its time.
const PATIENCE: Duration = Duration::from_secs(40);

/// A listener that runs.
struct Listening {
    home: TempDir,
    child: Child,
    said: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
    url: String,
}

/// How one ended.
struct Ended {
    code: Option<i32>,
    /// Both streams.
    said: String,
}

impl Listening {
    /// Starts one with these options and variables, and waits for its address.
    fn new(options: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::in_home(tempfile::tempdir().expect("a temporary directory"), options, variables)
    }

    fn in_home(home: TempDir, options: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = bbdoctor(home.path());
        command.arg("listen").args(options).envs(variables.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let said = Arc::new(Mutex::new(String::new()));
        let out = hear(child.stdout.take().expect("it is piped"), &said);
        let err = hear(child.stderr.take().expect("it is piped"), &said);
        let mut listening = Self { home, child, said, readers: vec![out, err], url: String::new() };
        let first = listening.wait_for(" where the program has Bitbucket's\n");
        let start = first.find("put http").expect("the address stands there") + "put ".len();
        listening.url = first[start..].split(' ').next().expect("a word").to_owned();
        listening
    }

    fn said(&self) -> String {
        self.said.lock().expect("nobody failed").clone()
    }

    /// Everything that was said, as soon as this is part of it.
    fn wait_for(&self, text: &str) -> String {
        let start = Instant::now();
        loop {
            let said = self.said();
            if said.contains(text) {
                return said;
            }
            assert!(start.elapsed() < PATIENCE, "{text:?} did not come:\n{said}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn address(&self) -> SocketAddr {
        self.url.split("//").nth(1).and_then(|address| address.parse().ok()).expect("an address")
    }

    /// curl with these options on this path: its status and what it wrote.
    fn curl(&self, options: &[&str], path: &str) -> (Option<i32>, String) {
        let mut curl = clean("curl", self.home.path());
        curl.args(["-q", "--silent", "--max-time", "30", "--output", "/dev/null", "--write-out", "%{http_code}"]);
        let done = curl.args(options).arg(format!("{}{path}", self.url)).output().expect("curl starts");
        (done.status.code(), String::from_utf8_lossy(&done.stdout).into_owned())
    }

    fn git(&self, user_info: &str, repository: &str) -> bool {
        let url = format!("{}/{repository}", self.url.replace("://", &format!("://{user_info}")));
        let mut git = clean("git", self.home.path());
        git.env("GIT_TERMINAL_PROMPT", "0").args(["-c", "credential.helper=", "clone", "--quiet", &url]);
        git.arg(tempfile::tempdir().expect("a temporary directory").path().join("clone"));
        git.output().expect("git starts").status.success()
    }

    fn python(&self, program: &str, variables: &[(&str, &str)]) -> String {
        let mut python = clean("python3", self.home.path());
        python.args(["-c", program, &self.url]).envs(variables.iter().copied());
        let done = python.output().expect("python3 starts");
        String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr)
    }

    /// Ctrl-C.
    fn interrupt(self) -> Ended {
        let id = Pid::from_child(&self.child);
        kill_process(id, Signal::INT).expect("it runs");
        self.end()
    }

    /// Waits until it ends by itself.
    fn end(mut self) -> Ended {
        let start = Instant::now();
        let code = loop {
            if let Some(status) = self.child.try_wait().expect("it is ours") {
                break status.code();
            }
            if start.elapsed() > PATIENCE {
                let _ = self.child.kill();
                panic!("it does not end:\n{}", self.said());
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        self.readers.drain(..).for_each(|reader| reader.join().expect("it read"));
        Ended { code, said: self.said() }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Adds what comes to what was said.
fn hear(stream: impl std::io::Read + Send + 'static, said: &Arc<Mutex<String>>) -> JoinHandle<()> {
    let said = Arc::clone(said);
    std::thread::spawn(move || {
        let mut lines = BufReader::new(stream);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
            said.lock().expect("nobody failed").push_str(&String::from_utf8_lossy(&line));
            line.clear();
        }
    })
}

fn access_token() -> String {
    let body = format!("ATCTT3xFfGN0{}=", "bC4eF6".repeat(28));
    let end = bbdoctor::checks::shape::checksum(&body);
    format!("{body}{end}")
}

fn skip(why: &str) {
    // Standard error as the other tests use it: seen with --nocapture and where a test fails.
    let _ = std::io::stderr().write_all(format!("skipped: {why}\n").as_bytes());
}

fn has_python(module: &str) -> bool {
    let there = Command::new("python3").args(["-c", &format!("import {module}")]).stderr(Stdio::null()).status();
    let there = there.is_ok_and(|status| status.success());
    if !there {
        skip(&format!("no python3 with the module {module}"));
    }
    there
}

#[test]
fn what_curl_sends_is_judged_as_it_comes() {
    let (token, other) = (api_token(), access_token());
    let with = |user: &str, secret: &str| format!("{user}:{secret}");
    let mail = with("anna@example.com", &token);
    let basic = |pair: &str| format!("Authorization: Basic {}", STANDARD.encode(pair));
    let (newline, empty) = (basic(&format!("{mail}\n")), basic("anna@example.com:"));
    let encoded = STANDARD.encode(&mail);
    let wrapped = format!("Authorization: Basic {}\n{}", &encoded[..76], &encoded[76..]);
    let bearer = format!("Authorization: Bearer {token}");
    let query = format!("/2.0/user?access_token={token}");
    let cut = format!("Authorization: Bearer {}", &token[..100]);
    let wide: Vec<u8> = mail.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let wide = format!("Authorization: Basic {}", STANDARD.encode(wide));
    let app_password = with("annasmith", &format!("ATBB{}", "aB3dE5xY".repeat(4)));
    let cases: &[(&[&str], &str, &[&str])] = &[
        (
            &["-H", &bearer],
            "/2.0/repositories/acme",
            &["401\n    Bearer, BITBUCKET_API_TOKEN (id ", "error[bearer-with-api-token]"],
        ),
        (&["-H", &bearer], "/2.0/repositories/acme", &["1 again, 2 times now"]),
        (&["-u", &mail], "/2.0/repositories/bigcorp/thing", &["200\n    Basic, user a***@e******.c**", "ok: the form is right"]),
        (&["-u", &with("annasmith", &token)], "/2.0/user", &["error[username-instead-of-email]"]),
        (&["-u", &with("bob@example.com", &token)], "/2.0/user", &["note: it is another e-mail than that of BITBUCKET_EMAIL"]),
        (&[], "/2.0/repositories/acme", &["no credential\n    error[credential-missing]"]),
        (&["-H", &empty], "/2.0/user", &["error[variable-not-expanded]", "the secret is empty"]),
        (&["-H", &newline], "/2.0/user", &["error[token-has-stray-characters]", "an encoded newline"]),
        (&["-H", &wrapped], "/2.0/user", &["400\n", "a line end was sent inside the Authorization header"]),
        (&["-H", &wide], "/2.0/user", &["BITBUCKET_API_TOKEN (id ", "error[header-malformed]", "the base64 text is of UTF-16"]),
        (&["-H", "Authorization: Basic no!base64"], "/2.0/user", &["error[header-malformed]", "is not base64"]),
        (&["-H", &bearer, "-H", "Authorization: Basic YTpi"], "/2.0/user", &["two Authorization headers arrived"]),
        (&["-H", &format!("Private-Token: {token}")], "/2.0/user", &["not from `private-token`"]),
        (&[], &query, &["GET /2.0/user?access_token=…", "error[token-in-query]"]),
        (&["-H", &cut], "/2.0/user", &["error[token-altered]", "note: it is a part of BITBUCKET_API_TOKEN: 100 of its"]),
        (
            &["-u", &with("x-token-auth", &other)],
            "/2.0/repositories/acme/app",
            &["error[basic-with-access-token]", "note: it is another token than that of BITBUCKET_API_TOKEN"],
        ),
        (&["-u", &app_password], "/2.0/user", &["an app password ATBB… (id ", "error[app-password-removed]"]),
        (&["-u", "anna@example.com:hunter2hunter2"], "/2.0/user", &["a short secret like a password", "account-password-used"]),
        (&["-H", &bearer], "/rest/api/1.0/projects/ACME/repos", &["error[data-center-url]"]),
        (&["-u", &mail], "/repositories/acme", &["error[wrong-api-url]"]),
        (&["-u", "key:secretsecret", "-d", "grant_type=client_credentials"], "/site/oauth2/access_token", &["not judged"]),
    ];
    let listening = Listening::new(&[], &[("BITBUCKET_API_TOKEN", &token), ("BITBUCKET_EMAIL", "anna@example.com")]);
    assert!(listening.said().contains("known: BITBUCKET_API_TOKEN, an API token ATATT3… (id "), "{}", listening.said());
    let mut before = listening.wait_for("Ctrl-C ends it.\n").len();
    for (options, path, wanted) in cases {
        listening.curl(options, path);
        let start = Instant::now();
        // Each is told before the next one comes.
        while !wanted.iter().all(|text| listening.said()[before..].contains(text)) {
            assert!(start.elapsed() < PATIENCE, "{wanted:?} in\n{}", &listening.said()[before..]);
            std::thread::sleep(Duration::from_millis(10));
        }
        before = listening.said().len();
    }
    let ended = listening.interrupt();
    assert_eq!(ended.code, Some(1), "{}", ended.said);
    assert!(ended.said.contains("requests arrived, "), "{}", ended.said);
    assert!(ended.said.ends_with("misconfigured, likely: send the token as Basic with your e-mail\n"), "{}", ended.said);
    let wide: Vec<&str> = ended.said.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(wide.is_empty(), "{wide:#?}");
}

/// The JSON report of a listener that was ended.
fn report(listening: Listening) -> (Option<i32>, Value, String) {
    let path = listening.home.path().join("report.json");
    let pid = Pid::from_child(&listening.child);
    kill_process(pid, Signal::INT).expect("it runs");
    let home = path.clone();
    let (code, said, text) = {
        let mut listening = listening;
        let status = listening.child.wait().expect("it ends");
        listening.readers.drain(..).for_each(|reader| reader.join().expect("it read"));
        (status.code(), listening.said(), std::fs::read_to_string(home).expect("the report was written"))
    };
    (code, serde_json::from_str(&text).expect("JSON"), said)
}

#[test]
fn git_asks_first_without_a_credential_and_that_is_no_fault() {
    let token = api_token();
    let variables = [("BITBUCKET_API_TOKEN", token.as_str())];
    let right = Listening::new(&["--report", "report.json"], &variables);
    assert!(right.git(&format!("x-bitbucket-api-token-auth:{token}@"), "bigcorp/thing.git"), "{}", right.said());
    let (code, report_of, said) = report(right);
    assert!(said.contains("a question without a credential, as git and others begin"), "{said}");
    assert!(!said.contains("error["), "{said}");
    assert_eq!((code, &report_of["verdict"]["cause"]), (Some(3), &Value::Null), "{said}");
    assert_eq!(report_of["verdict"]["summary"], "the form is right; whether the token works was not asked");
    assert!(said.contains("info/refs?service=git-upload-pack") && said.contains("git-upload-pack  "), "{said}");

    let wrong = Listening::new(&["--report", "report.json"], &variables);
    assert!(!wrong.git(&format!("anna%40example.com:{token}@"), "acme/app.git"));
    let (code, report_of, said) = report(wrong);
    assert_eq!((code, report_of["verdict"]["cause"].as_str()), (Some(1), Some("git-wrong-username")), "{said}");

    let silent = Listening::new(&["--report", "report.json"], &variables);
    assert!(!silent.git("", "acme/app.git"));
    let (code, report_of, said) = report(silent);
    assert_eq!((code, report_of["verdict"]["cause"].as_str()), (Some(1), Some("credential-missing")), "{said}");
    assert!(said.contains("no credential followed the question of 1\n"), "{said}");
}

#[test]
fn after_count_it_ends_by_itself_and_the_last_answer_arrives() {
    let token = api_token();
    let listening = Listening::new(&["--count", "3", "--format", "json"], &[]);
    let pair = format!("anna@example.com:{token}");
    for _ in 0..3 {
        assert_eq!(listening.curl(&["-u", &pair], "/2.0/user"), (Some(0), "200".into()));
    }
    let ended = listening.end();
    assert_eq!(ended.code, Some(3), "nothing is wrong, and nothing was proven: {}", ended.said);
    let json = &ended.said[ended.said.find("\n{").expect("the report")..];
    let report: Value = serde_json::from_str(json).expect("standard output carries the report alone");
    assert_eq!(report["case"]["options"]["arrived"], true);
    assert_eq!(report["subject"]["kind"], "api-token");
    assert_eq!(report["subject"]["source"], "the request that arrived");

    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), json).expect("it can be written");
    let again = run(&["replay", &file.path().to_string_lossy()]);
    assert_eq!(again.status.code(), Some(3), "{}", stderr(&again));
}

#[test]
fn ctrl_c_writes_the_report_whatever_arrived() {
    let token = api_token();
    let listening = Listening::new(&["--report", "report.json"], &[]);
    let (code, nothing, said) = report(listening);
    assert_eq!((code, &nothing["verdict"]["summary"]), (Some(130), &Value::from("no request arrived")), "{said}");

    let listening = Listening::new(&["--report", "report.json", "--count", "5"], &[]);
    let bearer = format!("Authorization: Bearer {token}");
    listening.curl(&["-H", &bearer], "/2.0/user");
    let (code, cut_short, said) = report(listening);
    assert_eq!((code, cut_short["verdict"]["cause"].as_str()), (Some(130), Some("bearer-with-api-token")), "{said}");

    let quiet = Listening::new(&["-q"], &[]);
    quiet.curl(&["-H", &bearer], "/2.0/user");
    let ended = quiet.interrupt();
    assert_eq!((ended.code, ended.said.lines().count()), (Some(1), 2), "{}", ended.said);
}

#[test]
fn python_is_understood_with_and_without_a_challenge() {
    if !has_python("urllib.request") {
        return;
    }
    let token = api_token();
    let listening = Listening::new(&["--report", "report.json"], &[("BITBUCKET_API_TOKEN", &token)]);
    let challenged = "import os,sys,urllib.request as u\nurl=sys.argv[1]+'/2.0/user'\n\
                      m=u.HTTPPasswordMgrWithDefaultRealm()\nm.add_password(None,url,'anna@example.com',os.environ['T'])\n\
                      print(u.build_opener(u.HTTPBasicAuthHandler(m)).open(url).status)";
    assert_eq!(listening.python(challenged, &[("T", &token)]), "200\n");
    let said = listening.wait_for("ok: the form is right");
    assert!(said.contains("a question without a credential") && !said.contains("error["), "{said}");
    if has_python("requests") {
        let requests = "import os,sys,requests\nprint(requests.get(sys.argv[1]+'/2.0/repositories/acme',auth=('anna@example.com',os.environ['T'])).status_code)";
        assert_eq!(listening.python(requests, &[("T", &token)]), "200\n");
        listening.wait_for("GET /2.0/repositories/acme ");
    }
    let (code, report, said) = report(listening);
    assert_eq!((code, &report["verdict"]["cause"]), (Some(3), &Value::Null), "{said}");
}

#[test]
fn over_tls_with_a_certificate_that_programs_are_told_to_trust() {
    let token = api_token();
    let pair = format!("anna@example.com:{token}");
    let listening = Listening::new(&["--tls-ca", "ca.pem"], &[]);
    let authority = listening.home.path().join("ca.pem").to_string_lossy().into_owned();
    let said = listening.wait_for("Ctrl-C ends it.\n");
    for hint in ["curl --cacert ", "GIT_SSL_CAINFO=", "REQUESTS_CA_BUNDLE=", "NODE_EXTRA_CA_CERTS=", "keytool -importcert"] {
        assert!(said.contains(hint), "{said}");
    }
    assert_eq!(listening.curl(&["--cacert", &authority, "-u", &pair], "/2.0/user"), (Some(0), "200".into()));
    listening.wait_for("ok: the form is right");
    // Bitbucket's own name, led here: the command stays as it is.
    let mut curl = clean("curl", listening.home.path());
    let to = format!("api.bitbucket.org:443:{}", listening.address());
    curl.args(["-q", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--connect-to", &to, "--cacert", &authority, "-u", &pair]);
    let done = curl.arg("https://api.bitbucket.org/2.0/user").output().expect("curl starts");
    assert_eq!(String::from_utf8_lossy(&done.stdout), "200");
    let mut git = clean("git", listening.home.path());
    let url = listening.url.replace("://", &format!("://x-bitbucket-api-token-auth:{token}@"));
    git.env("GIT_SSL_CAINFO", &authority).args(["ls-remote", &format!("{url}/acme/app.git")]);
    assert!(git.output().expect("git starts").status.success());
    assert_ne!(listening.curl(&["-u", &pair], "/2.0/user").0, Some(0));
    listening.wait_for("the program does not trust this certificate");
    let plain = listening.url.replace("https://", "http://");
    let mut curl = clean("curl", listening.home.path());
    let _ = curl.args(["-q", "-s", "-m", "20", &plain]).output();
    listening.wait_for("plain HTTP arrived at a port for TLS");
    if has_python("ssl") {
        let program = "import sys,urllib.request as u\nprint(u.urlopen(sys.argv[1]+'/2.0/workspaces/acme?q=1').status)";
        let said = listening.python(program, &[("SSL_CERT_FILE", &authority)]);
        assert!(said.contains("HTTP Error 40"), "trusted, and refused for want of a credential: {said}");
    }
}

#[test]
fn without_a_file_for_it_no_certificate_is_written() {
    let listening = Listening::new(&["--tls"], &[]);
    let said = listening.wait_for("Ctrl-C ends it.\n");
    assert!(listening.url.starts_with("https://") && said.contains("--tls-ca FILE writes the one to trust"), "{said}");
    assert_eq!(std::fs::read_dir(listening.home.path()).expect("it is there").count(), 0);
}

#[test]
fn no_secret_is_in_any_line_or_report() {
    let known = api_token();
    let jwt =
        format!("eyJhbGciOiJIUzI1NiJ9.{}.{}", STANDARD.encode("{\"exp\":4102444800}").trim_end_matches('='), "sQ7".repeat(15));
    let secrets = [
        known.clone(),
        jwt.clone(),
        format!("ATBB{}", "zY8wV6uT".repeat(4)),
        "correct-horse-battery".into(),
        "raw!and-without-scheme-42".into(),
    ];
    let formats = ["human", "json", "markdown", "post", "html", "junit", "sarif", "github"];
    let home = tempfile::tempdir().expect("a temporary directory");
    let reports: Vec<String> = formats.iter().map(|format| format!("--report={format}={format}.out")).collect();
    let mut options: Vec<&str> = reports.iter().map(String::as_str).collect();
    options.push("-v");
    let listening = Listening::in_home(home, &options, &[("RENOVATE_PASSWORD", &known)]);
    let percent = |text: &str| text.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
    for secret in &secrets {
        let twice = STANDARD.encode(STANDARD.encode(format!("carol@example.com:{secret}")));
        let requests: Vec<(Vec<String>, String)> = vec![
            (vec!["-u".into(), format!("carol@example.com:{secret}")], "/2.0/user".into()),
            (vec!["-u".into(), format!("{secret}:")], "/2.0/user".into()),
            (vec!["-H".into(), format!("Authorization: Bearer {secret}")], "/2.0/repositories/acme".into()),
            (vec!["-H".into(), format!("Authorization: {secret}")], "/2.0/repositories/acme".into()),
            (vec!["-H".into(), format!("Authorization: Token token=\"{secret}\"")], "/2.0/user".into()),
            (vec!["-H".into(), format!("Authorization: Basic {twice}")], "/2.0/user".into()),
            (vec!["-H".into(), format!("X-Api-Key: {secret}")], "/2.0/user".into()),
            (vec![], format!("/2.0/user?access_token={}", percent(secret))),
            (vec!["-d".into(), format!("client_secret={}", percent(secret))], "/site/oauth2/access_token".into()),
            (vec!["-d".into(), format!("access_token={}", percent(secret))], "/2.0/repositories/acme/app/issues".into()),
            // Known by now, wherever it stands.
            (vec![], format!("/2.0/repositories/acme/{}", percent(secret))),
        ];
        for (options, path) in requests {
            let options: Vec<&str> = options.iter().map(String::as_str).collect();
            listening.curl(&options, &path);
        }
    }
    let folder = listening.home.path().to_owned();
    kill_process(Pid::from_child(&listening.child), Signal::INT).expect("it runs");
    let mut listening = listening;
    let code = listening.child.wait().expect("it ends").code();
    listening.readers.drain(..).for_each(|reader| reader.join().expect("it read"));
    let canary = Canary::of(&secrets);
    let streams = listening.said();
    assert!(!streams.contains("only counted"), "every one of them is shown:\n{streams}");
    assert_eq!(code, Some(1), "{streams}");
    assert_eq!(canary.sings(&streams), None, "{streams}");
    assert!(!streams.contains("carol"), "names are masked where no terminal is:\n{streams}");
    for format in formats {
        let text = std::fs::read_to_string(folder.join(format!("{format}.out"))).expect("it was written");
        assert!(!text.is_empty(), "{format}");
        assert_eq!(canary.sings(&text), None, "{format}:\n{text}");
        assert!(!text.contains("carol"), "{format}");
    }
    let files = std::fs::read_dir(&folder).expect("it is there").count();
    assert_eq!(files, formats.len(), "nothing else is written");
}

#[test]
fn names_are_shown_where_asked_for() {
    let token = api_token();
    let listening = Listening::new(&["--show-identity"], &[]);
    listening.curl(&["-u", &format!("carol@example.com:{token}")], "/2.0/user");
    listening.wait_for("Basic, user carol@example.com, an API token ATATT3…");
}

#[test]
fn hostile_bytes_neither_end_it_nor_hold_it_up() {
    let token = api_token();
    let listening = Listening::new(&[], &[]);
    let send = |bytes: &[u8]| {
        let mut stream = TcpStream::connect(listening.address()).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("it can be set");
        // It may have had enough before all is sent.
        let _ = stream.write_all(bytes);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let _ = stream.read_to_end(&mut Vec::new());
    };
    send(b"\x00\xff\x1b[2J\x07\r\n\r\n");
    listening.wait_for("something arrived that is no HTTP");
    send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
    listening.wait_for("TLS arrived at a port for plain HTTP");
    let huge = format!("GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {}\r\n\r\n", "A".repeat(300_000));
    send(huge.as_bytes());
    listening.wait_for("whose headers are larger than 64 KiB");
    let many: String = (0..500).map(|n| format!("X-{n}: y\r\n")).collect();
    send(format!("GET /2.0/user HTTP/1.1\r\nHost: x\r\n{many}\r\n").as_bytes());
    send(b"GET /2.0/\x1b]0;x\x07\xc3\x28 HTTP/1.1\r\nHost: x\r\n\r\n");
    send(b"CONNECT api.bitbucket.org:443 HTTP/1.1\r\nHost: api.bitbucket.org:443\r\n\r\n");
    send(b"GET http://api.bitbucket.org/2.0/user HTTP/1.1\r\nHost: api.bitbucket.org\r\n\r\n");
    send(b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n");
    send(b"POST /2.0/user HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\nabc");
    send(b"GET /2.0/user HTTP/1.1\r\nHost: x\r\nAuthorization: Basic \xff\xfe\xfd\xc3\x28\r\n\r\n");
    send(b"GET /2.0/user HTTP/1.1\r\nAuthorization\r\n \r\n:\r\n\r\n");
    send(&[b"GET /".as_slice(), &[b'%'; 3000], b" HTTP/1.1\r\nHost: x\r\n\r\n"].concat());
    listening.wait_for("the program takes this for a proxy");
    // Those who say nothing, and those who never finish, keep nobody waiting.
    let slow: Vec<TcpStream> = (0..60)
        .map(|n| {
            let mut stream = TcpStream::connect(listening.address()).expect("it listens");
            if n % 2 == 0 {
                let _ = stream.write_all(b"GET /2.0/user HTTP/1.1\r\nX-Slow: ");
            }
            stream
        })
        .collect();
    let start = Instant::now();
    let pair = format!("anna@example.com:{token}");
    assert_eq!(listening.curl(&["-u", &pair], "/2.0/repositories/acme/app"), (Some(0), "200".into()));
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    drop(slow);
    // More different requests than are remembered.
    let wide = format!("/2.0/repositories/acme/r[1-120]?token=a-secret-of-{}", "some-length-".repeat(3));
    listening.curl(&["-u", &pair], &wide);
    let ended = listening.interrupt();
    assert!(matches!(ended.code, Some(1 | 3)), "{:?} {}", ended.code, ended.said);
    assert!(ended.said.contains("more were only counted"), "{}", ended.said);
    assert!(!ended.said.contains("bbdoctor failed") && !ended.said.contains(['\u{1b}', '\u{7}']), "{}", ended.said);
    let wide: Vec<&str> = ended.said.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(wide.is_empty(), "{wide:#?}");
}

#[test]
fn what_it_is_given_wrongly() {
    let held = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = held.local_addr().expect("it has one").to_string();
    for (options, wanted) in [
        (&["--listen", "0.0.0.0:0"][..], "is for loopback addresses: what arrives may be a token"),
        (&["--listen", "192.0.2.1:8080"], "is for loopback addresses"),
        (&["--listen", "8080"], "wants an address and a port"),
        (&["--listen", &taken], "another program listens there already"),
        (&["--count", "0"], "--count"),
        (&["--tls-ca", "no/such/folder/ca.pem"], "--tls-ca"),
        (&["--report", "r.txt"], "does not tell the format"),
        (&["--email", "anna"], "--email"),
        (&["--token-file", "no/such/file"], "--token-file"),
        (&["--token", "x"], ""),
    ] {
        let done = run(&[&["listen"], options].concat());
        let said = stderr(&done);
        assert_eq!(done.status.code(), Some(2), "{options:?}: {said}");
        assert!(said.starts_with("error: ") && said.contains(wanted), "{options:?}: {said}");
    }
    drop(held);
}

#[test]
fn the_readme_shows_what_is_seen() {
    let listening = Listening::new(&[], &[]);
    let start = listening.wait_for("Ctrl-C ends it.\n");
    listening.curl(&["-H", &format!("Authorization: Bearer {}", api_token())], "/2.0/repositories/acme");
    let said = listening.wait_for("the API token.\n");
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("it is there");
    let shown = readme.split("$ bbdoctor listen\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a screen");
    let (address, id) = (listening.address().to_string(), &said[said.find("(id ").expect("a fingerprint")..][..12]);
    let settled = |text: &str| text.replace(&address, "127.0.0.1:49152").replace(id, "(id 1c0d296e");
    let lines = settled(&said);
    let mut rest = lines.as_str();
    for line in shown.lines().filter(|line| !line.trim().is_empty() && line.trim() != "…") {
        let at = rest.find(line).unwrap_or_else(|| panic!("{line:?} is not said any more:\n{}", settled(&start)));
        rest = &rest[at..];
    }
}
