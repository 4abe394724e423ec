//! Canaries: no secret of any scenario is in any output, whatever its spelling, and no name where names are masked.

use std::collections::{BTreeMap, HashSet};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use bbdoctor::checks::shape;
use bbdoctor::redact::mask_name;
use bbdoctor::simulator::Scenario;
use tempfile::TempDir;

use crate::promises_stage::{Stage, clean, output, program, said, wrong_in_every_scenario};

/// The shortest piece of a token that gives it away, behind the head that every token of its kind has.
const PIECE: usize = 12;
const HEAD: usize = 12;
/// The same in base64: fifteen bytes, at any alignment.
const DIGITS: usize = 20;

/// Every spelling of a secret that is looked for.
pub(crate) struct Canary {
    /// By their length.
    pieces: BTreeMap<usize, HashSet<Vec<u8>>>,
    beginnings: Vec<bool>,
    wholes: Vec<String>,
}

impl Canary {
    pub(crate) fn of(secrets: &[String]) -> Self {
        let mut canary = Self { pieces: BTreeMap::new(), beginnings: vec![false; 1 << 16], wholes: Vec::new() };
        for secret in secrets.iter().map(|s| s.trim()).filter(|s| s.len() >= 6) {
            let token = shape::read(secret);
            let token = shape::has_fingerprint(token.kind, &token.shape);
            for spelled in spellings(secret) {
                if secret.len() < DIGITS {
                    canary.wholes.push(spelled);
                    continue;
                }
                let length = if token { PIECE * spelled.len() / secret.len() } else { DIGITS };
                let from = if token { HEAD * spelled.len() / secret.len() } else { 0 };
                canary.add(&spelled.as_bytes()[from..], length);
            }
            for encoded in encoded(secret) {
                if secret.len() < DIGITS { canary.wholes.push(encoded) } else { canary.add(encoded.as_bytes(), DIGITS) }
            }
        }
        canary
    }

    fn add(&mut self, spelled: &[u8], length: usize) {
        for piece in spelled.windows(length) {
            self.beginnings[usize::from(piece[0]) << 8 | usize::from(piece[1])] = true;
            self.pieces.entry(length).or_default().insert(piece.to_vec());
        }
    }

    /// The first piece of a secret in this text, as it stands or with nothing between its words and lines.
    pub(crate) fn sings(&self, text: &str) -> Option<String> {
        let joined: String = text.chars().filter(|c| !c.is_whitespace() && *c != '\0').collect();
        self.sings_in(text).or_else(|| self.sings_in(&joined.replace("\\u0000", "")))
    }

    fn sings_in(&self, text: &str) -> Option<String> {
        let likely = |p: &&[u8]| self.beginnings[usize::from(p[0]) << 8 | usize::from(p[1])];
        let mut of_length = self.pieces.iter();
        let piece =
            of_length.find_map(|(length, known)| text.as_bytes().windows(*length).filter(likely).find(|p| known.contains(*p)));
        let whole = || self.wholes.iter().find(|whole| text.contains(whole.as_str())).cloned();
        piece.map(|p| String::from_utf8_lossy(p).into_owned()).or_else(whole)
    }
}

/// As programs write it, character by character.
fn spellings(secret: &str) -> Vec<String> {
    let each = |format: fn(u8) -> String| secret.bytes().map(format).collect::<String>();
    let quoted = serde_json::to_string(secret).expect("JSON");
    let twice = serde_json::to_string(&quoted).expect("JSON");
    let mut forms = vec![
        secret.to_owned(),
        each(|b| format!("{b:02x}")),
        each(|b| format!("{b:02X}")),
        each(|b| format!("%{b:02X}")),
        each(|b| format!("%{b:02x}")),
        each(|b| if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) { char::from(b).into() } else { format!("%{b:02X}") }),
        each(|b| format!("\\u{b:04x}")),
        each(|b| format!("&#{b};")),
        each(|b| format!("&#x{b:x};")),
        each(|b| format!("\\x{b:02x}")),
        quoted.trim_matches('"').into(),
        twice.trim_matches(['"', '\\']).into(),
    ];
    forms.sort();
    forms.dedup();
    forms
}

/// In base64, at every alignment and in both alphabets.
fn encoded(secret: &str) -> Vec<String> {
    let mut forms = Vec::new();
    for shift in 0..3 {
        let data = [&b"a:"[..shift.min(2)], secret.as_bytes()].concat();
        let (from, to) = ((shift * 8usize).div_ceil(6), data.len() * 8 / 6);
        forms.extend([STANDARD.encode(&data)[from..to].to_owned(), URL_SAFE.encode(&data)[from..to].to_owned()]);
    }
    forms.sort();
    forms.dedup();
    forms
}

/// Names that a masked report must not hold: those of the owner and of what was typed.
fn names(scenario: &Scenario) -> Vec<String> {
    let owner = &scenario.account.owner;
    let given = [Some(owner.email.as_str()), Some(&owner.username), scenario.email(), scenario.does.username.as_deref()];
    // A user name that is also a workspace's is no secret: the target stands in every report.
    let public = |name: &str| {
        let w = |w: &bbdoctor::simulator::Workspace| w.slug.eq_ignore_ascii_case(name);
        scenario.account.workspaces.iter().any(w) || name.is_empty() || name.starts_with("x-") || name.len() < 4
    };
    let personal = |name: &&str| {
        let form = shape::user_form(name);
        matches!(form, bbdoctor::checks::UserForm::Email | bbdoctor::checks::UserForm::Name) && !public(name)
    };
    given.into_iter().flatten().filter(personal).map(str::to_lowercase).collect()
}

/// The values of `--format` that this program has.
fn formats() -> Vec<String> {
    let home = TempDir::new().expect("a folder can be made");
    let mut help = program(home.path());
    help.args(["--help"]);
    let help = said(&output(help, ""));
    let known = ["human", "json", "markdown", "post", "html", "junit", "sarif", "github"];
    let of_format = help.split("--format").nth(1).unwrap_or_default().split("--show-identity").next().unwrap_or_default();
    known.into_iter().filter(|name| of_format.contains(name)).map(str::to_owned).collect()
}

/// One run: what both streams and every report file hold, by format.
fn everything(stage: &Stage, formats: &[String], options: &[&str]) -> (Option<i32>, Vec<(String, String)>) {
    let folder = TempDir::new().expect("a folder can be made");
    let place = |format: &String| folder.path().join(format);
    let reports: Vec<String> = formats.iter().map(|format| format!("{format}={}", place(format).display())).collect();
    let options: Vec<&str> = reports.iter().flat_map(|report| ["--report", report]).chain(options.iter().copied()).collect();
    let done = stage.run(&options);
    let written = |format: &String| (format.clone(), std::fs::read_to_string(place(format)).unwrap_or_default());
    let streams = ("streams".to_owned(), said(&done));
    (done.status.code(), std::iter::once(streams).chain(formats.iter().map(written)).collect())
}

#[test]
fn no_output_of_any_scenario_holds_a_secret() {
    let formats = formats();
    assert!(formats.len() >= 2, "{formats:?}");
    let wrong = wrong_in_every_scenario(|scenario| {
        let stage = Stage::of(scenario);
        let canary = Canary::of(&stage.secrets());
        let names = names(scenario);
        let mut wrong = Vec::new();
        for (options, formats) in [(&["-v"][..], formats.as_slice()), (&["-v", "--show-identity"], &formats)] {
            let (code, texts) = everything(&stage, formats, options);
            if code.is_none_or(|code| code == 2 || code == 4) {
                wrong.push(format!("{options:?}: {code:?}\n{}", texts[0].1));
            }
            for (format, text) in texts {
                if text.is_empty() {
                    wrong.push(format!("{options:?}: {format} is empty"));
                }
                if let Some(piece) = canary.sings(&text) {
                    wrong.push(format!("{options:?}: {piece} in {format}:\n{text}"));
                }
                if !options.contains(&"--show-identity") {
                    wrong.extend(unmasked(&names, &format, &text).map(|found| format!("{options:?}: {format}: {found}")));
                }
            }
        }
        wrong
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// A name that stands in a text, with what stands before it.
fn unmasked(names: &[String], format: &str, text: &str) -> Option<String> {
    let mut text = text.to_owned();
    if format == "sarif" {
        // The pages of the causes come along, and their examples have a name.
        let mut log: serde_json::Value = serde_json::from_str(&text).expect("SARIF is JSON");
        log["runs"][0]["tool"]["driver"]["rules"].take();
        text = log.to_string();
    }
    let text = text.to_lowercase().replace("%40", "@").replace("\\u0040", "@");
    let (name, at) = names.iter().find_map(|name| text.find(name.as_str()).map(|at| (name, at)))?;
    let before: Vec<char> = text[..at].chars().collect();
    Some(format!("{name} behind …{}", before[before.len().saturating_sub(90)..].iter().collect::<String>()))
}

#[test]
fn a_name_keeps_its_place_where_it_is_masked() {
    let scenario = Scenario::find("git-email-as-user").expect("it is embedded");
    let stage = Stage::of(scenario);
    let case = |options: &[&str]| -> serde_json::Value {
        let report: serde_json::Value = serde_json::from_slice(&stage.run(options).stdout).expect("a report");
        report["case"]["request"]["text"].clone()
    };
    let masked = case(&["--format", "json"]);
    let shown = case(&["--format", "json", "--show-identity"]);
    let (masked, shown) = (masked.as_str().expect("a text"), shown.as_str().expect("a text"));
    assert_eq!(masked.len(), shown.len());
    let name = mask_name("anna@example.com").replace('@', "%40");
    assert!(masked.contains(&name) && shown.contains("anna%40example.com"), "{masked}\n{shown}");
}

/// A well-formed token, made here so that none stands in this file.
fn token() -> String {
    let body = format!("ATATT3xFfGF0{}=", "aB3-xY7_Qz".repeat(17));
    format!("{body}{}", shape::checksum(&body))
}

#[test]
fn a_token_in_the_wrong_place_is_not_repeated() {
    let token = token();
    let canary = Canary::of(std::slice::from_ref(&token));
    let home = TempDir::new().expect("a folder can be made");
    let with = |start: &str| format!("{start}{token}");
    let lines: Vec<Vec<String>> = vec![
        vec!["--email".into(), token.clone()],
        vec!["--email".into(), with("anna@example.com ")],
        vec![with("--email=")],
        vec!["--repo".into(), token.clone()],
        vec!["--repo".into(), with("acme/")],
        vec!["--repo".into(), with("acme/app/")],
        vec!["--workspace".into(), token.clone()],
        vec!["--workspace".into(), token.clone(), "--repo".into(), "acme/app".into()],
        vec!["--username".into(), token.clone()],
        vec!["--scheme".into(), token.clone()],
        vec!["--scheme".into(), with("Bearer ")],
        vec!["--token".into(), token.clone()],
        vec![with("--token=")],
        vec!["--tokn".into(), token.clone()],
        vec![with("--tokne=")],
        vec!["--api-token".into(), token.clone()],
        vec!["--token-file".into(), token.clone()],
        vec!["--token-env".into(), token.clone()],
        vec!["--command-file".into(), token.clone()],
        vec!["--api-url".into(), token.clone()],
        vec!["--api-url".into(), format!("https://anna:{token}@example.com")],
        vec!["--api-url".into(), format!("ftp://{token}@example.com/x")],
        vec!["--git-base-url".into(), format!("http://{token}@example.com")],
        vec!["--proxy".into(), token.clone()],
        vec!["--proxy".into(), format!("ftp://anna:{token}@proxy.example.com")],
        vec!["--ca-cert".into(), token.clone()],
        vec!["--timeout".into(), token.clone()],
        vec!["--require".into(), token.clone()],
        vec!["--require".into(), with("GET /2.0/x?access_token=")],
        vec!["--git-url".into(), token.clone()],
        vec!["--git-url".into(), format!("https://{token}@bitbucket.org/acme/app.git")],
        vec!["--color".into(), token.clone()],
        vec!["--format".into(), token.clone()],
        vec!["--report".into(), with("/nowhere/")],
        vec!["--report".into(), with("nothing=")],
        vec![token.clone()],
        vec!["demo".into(), token.clone()],
        vec!["simulate".into(), token.clone()],
        vec!["simulate".into(), "--listen".into(), token.clone()],
        vec!["replay".into(), token.clone()],
        vec!["explain".into(), token.clone()],
        vec!["explain".into(), with("GET /2.0/")],
        vec!["list".into(), token.clone()],
        vec!["completions".into(), token.clone()],
        vec!["recipe".into(), token.clone()],
        vec!["compare".into(), token.clone(), token.clone()],
        vec!["-v".into(), token.clone(), token.clone()],
        vec!["--".into(), token.clone()],
        vec!["--".into(), "curl".into(), with("https://api.bitbucket.org/2.0/user?t=")],
    ];
    let mut wrong = Vec::new();
    for line in &lines {
        let mut command = program(home.path());
        // Nothing is to be sent, and nothing could be.
        command.args(line.iter().take_while(|word| *word != "--"));
        if !["demo", "simulate", "replay", "explain", "list", "completions", "recipe", "compare"].contains(&line[0].as_str()) {
            command.arg("--offline");
        }
        command.args(line.iter().skip_while(|word| *word != "--"));
        let text = said(&output(command, ""));
        if let Some(piece) = canary.sings(&text) {
            wrong.push(format!("{:?}: {piece} in\n{text}", line.iter().map(|w| w.replace(&token, "TOKEN")).collect::<Vec<_>>()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Codes, refresh tokens and a client's secret are no credentials of a request, and no less secret.
#[test]
fn a_secret_in_a_query_is_in_no_output() {
    const NAMES: &[&str] = &[
        "client_secret",
        "refresh_token",
        "access_token",
        "private_token",
        "id_token",
        "token",
        "api_key",
        "password",
        "secret",
        "code",
        "assertion",
    ];
    const SECRET: &str = "Zq8Mn4Kw71LxVb55Rt";
    let folder = TempDir::new().expect("a folder can be made");
    let canary = Canary::of(&[SECRET.to_owned()]);
    let mut wrong = Vec::new();
    for (index, name) in NAMES.iter().enumerate() {
        // Every name in the format that holds everything; one of them in all.
        let formats = if index == 0 { formats() } else { vec!["json".to_owned()] };
        let pair = format!("{name}={SECRET}");
        let url = format!("https://api.bitbucket.org/2.0/user?page=1&{pair}&x=1");
        let nested = format!("https://api.bitbucket.org/2.0/user?next=https%3A%2F%2Fx.example%2F%3F{name}%3D{SECRET}%26a%3D1");
        let texts = [
            format!("curl -s '{url}'\n401\n"),
            format!("curl '{nested}'\n"),
            format!("GET {url} 401\nretrying with {pair}&page=2\n"),
            format!("2026-01-02 error: Get \"{url}\": 403 Forbidden, sent {SECRET}\n"),
            format!("POST /site/oauth2/access_token?{pair} HTTP/1.1\nHost: bitbucket.org\n\nHTTP/1.1 400 Bad Request\n"),
            format!("git clone 'https://bitbucket.org/acme/app.git?{pair}'\n"),
        ];
        for format in formats {
            for text in &texts {
                let mut run = program(folder.path());
                run.args(["--offline", "--no-discover", "--format", &format, "-"]);
                let said = said(&output(run, text));
                if let Some(piece) = canary.sings(&said) {
                    wrong.push(format!("{format}: {piece} of {text}"));
                }
            }
            let mut run = program(folder.path());
            run.args(["--offline", "--no-discover", "--format", &format]);
            run.args(["--git-url", &format!("https://bitbucket.org/acme/app.git?{pair}")]);
            if let Some(piece) = canary.sings(&said(&output(run, ""))) {
                wrong.push(format!("{format}: {piece} of --git-url with {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_program_is_started_with_a_secret_among_its_arguments() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = TempDir::new().expect("a folder can be made");
    let token = token();
    let here = home.path();
    for words in [
        vec!["init".to_owned(), "--quiet".into()],
        vec!["remote".into(), "add".into(), "origin".into(), format!("https://anna:{token}@bitbucket.org/acme/app.git")],
    ] {
        let mut git = clean("git", here);
        git.args(words);
        assert!(output(git, "").status.success());
    }
    // A git that writes down how it is called, and then does it.
    let path = std::env::var("PATH").expect("it is set");
    let (folder, log) = (here.join("bin"), here.join("calls"));
    std::fs::create_dir(&folder).expect("a folder can be made");
    let script = format!("#!/bin/sh\nprintf '%s\\n' \"$@\" >> '{}'\nPATH='{path}' exec git \"$@\"\n", log.display());
    std::fs::write(folder.join("git"), script).expect("a file can be written");
    std::fs::set_permissions(folder.join("git"), std::fs::Permissions::from_mode(0o755)).expect("it is ours");
    let mut command = program(here);
    command.env("PATH", format!("{}:{path}", folder.display())).env("BITBUCKET_API_TOKEN", &token);
    command.args(["--offline", "--format", "json"]);
    let text = said(&output(command, ""));
    let calls = std::fs::read_to_string(&log).expect("git was asked for the remotes");
    let canary = Canary::of(&[token]);
    assert_eq!(canary.sings(&calls), None, "{calls}");
    assert_eq!(canary.sings(&text), None, "{text}");
}

/// Answers every request with all that it was sent, in every spelling, with this status.
fn echo(listener: &TcpListener, status: &str) {
    for stream in listener.incoming() {
        let Ok(stream) = stream else { return };
        let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
        let Some(first) = lines.next() else { continue };
        if first.starts_with("END") {
            return;
        }
        let sent = lines.take_while(|line| !line.is_empty()).find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("authorization").then(|| value.to_owned())
        });
        let sent = sent.unwrap_or_default();
        let (_, credential) = sent.split_once(' ').unwrap_or_default();
        let plain = STANDARD.decode(credential).ok().and_then(|pair| String::from_utf8(pair).ok());
        let pair = plain.unwrap_or_else(|| credential.to_owned());
        let secret = pair.split_once(':').map_or(pair.as_str(), |(_, secret)| secret).to_owned();
        let mut said: Vec<String> = vec![sent.clone(), pair.clone(), credential.to_owned()];
        if secret.len() > 6 {
            said.extend(spellings(&secret));
            said.extend(encoded(&secret));
            said.push(secret.as_bytes().chunks(10).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\n  "));
            said.push(secret.chars().map(|c| format!("{c}\0")).collect());
            said.push(secret.chars().map(|c| format!("{c}\u{200b}")).collect());
            said.extend(
                (0..secret.len().saturating_sub(15)).step_by(7).map(|at| format!("token {}… refused", &secret[at..at + 15])),
            );
        }
        let body = serde_json::json!({ "error": { "message": said.join(" | ") }, "raw": said }).to_string();
        let body = format!("{body}\n{}\n<html>{}</html>", said.join("\n"), said.join("<br>"));
        let header = |name: &str| if secret.is_empty() { String::new() } else { format!("{name}: {secret}\r\n") };
        let head: String =
            ["x-request-id", "x-oauth-scopes", "x-credential-type", "www-authenticate", "location", "x-b3-traceid"]
                .map(header)
                .concat();
        let answer = format!(
            "HTTP/1.1 {status}\r\n{head}server: AtlassianEdge\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        let _ = (&stream).write_all(answer.as_bytes());
    }
}

#[test]
fn a_server_that_says_everything_back_gives_nothing_away() {
    let token = token();
    let canary = Canary::of(std::slice::from_ref(&token));
    let formats = formats();
    let mut wrong = Vec::new();
    for status in ["401 Unauthorized", "200 OK", "403 Forbidden", "302 Found", "500 Internal Server Error"] {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback can be listened on");
        let address = listener.local_addr().expect("it has one");
        let base = format!("http://{address}");
        std::thread::scope(|scope| {
            scope.spawn(|| echo(&listener, status));
            for options in [&["-v"][..], &["-v", "-v", "--show-identity"], &["-q"]] {
                let home = TempDir::new().expect("a folder can be made");
                let temporary = home.path().join("tmp");
                std::fs::create_dir(&temporary).expect("a folder can be made");
                let mut command = program(home.path());
                command.env("BITBUCKET_API_TOKEN", &token).env("BITBUCKET_EMAIL", "anna@example.com").env("TMPDIR", &temporary);
                command.envs([("RUST_LOG", "trace"), ("RUST_BACKTRACE", "full"), ("SSLKEYLOGFILE", "keys.txt")]);
                command.args(["--api-url", &base, "--git-base-url", &base, "--repo", "acme/app", "--timeout", "20"]);
                for format in &formats {
                    command.args(["--report", &format!("{format}=report.{format}")]);
                }
                let text = said(&output(
                    {
                        command.args(options);
                        command
                    },
                    "",
                ));
                let mut texts = vec![("streams".to_owned(), text)];
                for entry in std::fs::read_dir(home.path()).expect("it is there").flatten().filter(|e| e.path().is_file()) {
                    let text = String::from_utf8_lossy(&std::fs::read(entry.path()).expect("it is there")).into_owned();
                    texts.push((entry.file_name().to_string_lossy().into_owned(), text));
                }
                assert_eq!(texts.len(), formats.len() + 1, "{status} {options:?}: {}", texts[0].1);
                assert_eq!(std::fs::read_dir(&temporary).expect("it is there").count(), 0, "something is left behind");
                for (name, text) in &texts {
                    if let Some(piece) = canary.sings(text) {
                        let at = text.find(&piece).unwrap_or(0);
                        let around: String = text[at.saturating_sub(0)..].chars().take(200).collect();
                        wrong.push(format!("{status} {options:?}: {piece} in {name}: {around}"));
                    }
                    let shown = options.contains(&"--show-identity");
                    if !shown
                        && let Some(found) =
                            unmasked(&["anna@example.com".into()], if name.ends_with("sarif") { "sarif" } else { name }, text)
                    {
                        wrong.push(format!("{status} {options:?}: {name}: {found}"));
                    }
                }
            }
            let mut end = std::net::TcpStream::connect(address).expect("it listens");
            end.write_all(b"END\r\n\r\n").expect("it reads");
        });
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Secrets that no command uses stand around one: in a cookie, for a proxy, in a file that was shown, in a sentence.
#[test]
fn a_secret_beside_the_command_is_in_no_output() {
    const URL: &str = "https://api.bitbucket.org/2.0/user";
    let home = TempDir::new().expect("a folder can be made");
    let base64 = |text: &str| STANDARD.encode(text);
    let mut wrong = Vec::new();
    for secret in ["hunter2!Xy9Kq", "Zq8Mn4Kw71LxVb55RtPo", "pässwörd-Ünï9"] {
        let percent: String = secret.bytes().map(|b| format!("%{b:02x}")).collect();
        let pair = base64(&format!("anna:{secret}"));
        let lines = [
            format!("-H 'Cookie: cloud.session.token={secret}; a=b'"),
            format!("-b 'cloud.session.token={secret}'"),
            format!("--cookie \"JSESSIONID={secret}\""),
            format!("-H 'Proxy-Authorization: Basic {pair}'"),
            format!("--proxy-header \"Proxy-Authorization: Basic {pair}\""),
            format!("-x http://proxy:3128 -U 'anna:{secret}'"),
            format!("-x http://anna:{percent}@proxy:3128"),
            format!("--cert 'c.pem:{secret}' --key k.pem"),
            format!("--key k.pem --pass '{secret}'"),
            format!("-H 'X-Auth-Token: {secret}'"),
            format!("-H 'PRIVATE-TOKEN: {secret}'"),
            format!("-d '{{\"user\": \"anna\", \"password\": \"{secret}\"}}'"),
            format!("-F 'client_secret={secret}'"),
            format!("'{URL}?sig={percent}&x=1#access_token={percent}'"),
        ];
        let texts = [
            format!("export HTTPS_PROXY=http://anna:{percent}@proxy:3128\ncurl {URL}\n401"),
            format!("export AWS_SECRET_ACCESS_KEY={secret} DB_PASSWORD='{secret}'\ncurl {URL}\n401"),
            format!("//registry.npmjs.org/:_authToken={secret}\n//r/:_password=\"{}\"\ncurl {URL}\n401", base64(secret)),
            format!("cat ~/.git-credentials\nhttps://anna:{percent}@bitbucket.org\ngit clone https://bitbucket.org/acme/app.git"),
            format!("{{\"auths\": {{\"docker.io\": {{\"auth\": \"{pair}\"}}}}}}\ncurl {URL}\n401"),
            format!("kind: Secret\nstringData:\n  password: {secret}\ndata:\n  token: {}\ncurl {URL}\n401", base64(secret)),
            format!("my password is {secret}\ncurl {URL}\n401"),
            format!(
                "With the app password {secret} it fails: git clone https://bitbucket.org/acme/app.git\nAuthentication failed"
            ),
            format!("echo '{secret}' | curl -u anna {URL}\n401"),
            format!("$pw = ConvertTo-SecureString '{secret}' -AsPlainText -Force\nInvoke-RestMethod {URL}"),
            format!("git -c http.extraHeader='X-Secret: {secret}' clone https://bitbucket.org/acme/app.git"),
            format!("git -c 'credential.helper=!f() {{ echo password={secret}; }}; f' clone https://bitbucket.org/acme/app.git"),
            format!(
                "git clone https://anna@bitbucket.org/a/b.git\nPassword for 'https://anna@bitbucket.org': {secret} x{secret}\n"
            ),
            format!("curl {URL}\n{{\"error\": {{\"message\": \"Bad token {secret}\"}}}}"),
            format!(
                "-----BEGIN OPENSSH PRIVATE KEY-----\n{secret}\n{secret}\n-----END OPENSSH PRIVATE KEY-----\ncurl {URL}\n401"
            ),
            format!("my token {secret}\ncurl {URL}\n").chars().map(|c| format!("{c}\0")).collect(),
        ];
        let canary = Canary::of(&[secret.to_owned()]);
        for text in lines.iter().map(|options| format!("curl {options} {URL}\n401\n")).chain(texts) {
            let mut run = program(home.path());
            run.args(["--offline", "--no-discover", "--show-identity", "--format", "json", "-"]);
            if let Some(piece) = canary.sings(&said(&output(run, &text))) {
                wrong.push(format!("{piece} of {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// What says that a secret is somewhere, or which it is, is none: a report stays readable.
#[test]
fn what_only_speaks_of_secrets_stays() {
    let home = TempDir::new().expect("a folder can be made");
    for text in [
        "curl -u \"$USER:$BITBUCKET_TOKEN\" https://api.bitbucket.org/2.0/user # the token expired",
        "curl -H 'Content-Type: application/json' -d '{\"key\": \"MY-BUILD\"}' https://api.bitbucket.org/2.0/user",
        "docker run --token-file ./password.txt x; curl --cookie-jar jar https://api.bitbucket.org/2.0/user",
        "private_key = tls_private_key.main.private_key_pem # password: required\ngit clone https://bitbucket.org/acme/app.git",
    ] {
        let mut run = program(home.path());
        run.args(["--offline", "--no-discover", "--show-identity", "--format", "json", "-"]);
        let report: serde_json::Value = serde_json::from_slice(&output(run, text).stdout).expect("a report");
        let shown = report["case"]["request"]["text"].as_str().expect("a text");
        assert!(text.contains(shown), "{shown}");
    }
}

/// A recording that somebody wrote into is shown like any other text.
#[test]
fn a_secret_written_into_a_recording_is_not_repeated() {
    const SECRET: &str = "Zq8Mn4Kw71LxVb55RtPo";
    let home = TempDir::new().expect("a folder can be made");
    let mut run = program(home.path());
    run.args(["--offline", "--no-discover", "--format", "json", "-"]);
    let done = output(run, "curl -u anna:x https://api.bitbucket.org/2.0/user\n401\n");
    let mut report: serde_json::Value = serde_json::from_slice(&done.stdout).expect("a report");
    let request = &mut report["case"]["request"];
    request["text"] = format!("curl -H 'Cookie: a={SECRET}' --token {} x", token()).into();
    request["url"] = format!("https://anna:{SECRET}@api.bitbucket.org/2.0/user?token={SECRET}").into();
    let (first, second) = (home.path().join("a.json"), home.path().join("b.json"));
    std::fs::write(&first, report.to_string()).expect("a file can be written");
    report["case"]["request"]["method"] = "POST".into();
    report["case"]["request"]["url"] = "https://api.bitbucket.org/2.0/user".into();
    std::fs::write(&second, report.to_string()).expect("a file can be written");
    let canary = Canary::of(&[SECRET.to_owned(), token()]);
    let mut wrong = Vec::new();
    for format in formats() {
        let mut run = program(home.path());
        run.args(["replay", &first.to_string_lossy(), "--show-identity", "--format", &format]);
        wrong.extend(canary.sings(&said(&output(run, ""))).map(|piece| format!("replay as {format}: {piece}")));
    }
    for format in ["human", "json"] {
        let mut run = program(home.path());
        run.args(["compare", &first.to_string_lossy(), &second.to_string_lossy(), "--show-identity", "--format", format]);
        wrong.extend(canary.sings(&said(&output(run, ""))).map(|piece| format!("compare as {format}: {piece}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
