//! The person's own command, corrected, is run by the real curl and the real git against the simulator, over a family of ways to
//! write it; what was not wrong stays as it was written.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Mutex;

use bbdoctor::checks::{Case, Diagnosis, FixCommand};
use bbdoctor::cli::take_in;
use bbdoctor::intake::{self, Intake};
use bbdoctor::report::fix::{self, Shell, Written};
use bbdoctor::simulator::{Running, Scenario, World, serve_in_thread};
use bbdoctor::transport::{API_URL, Client, GIT_BASE_URL};
use tempfile::TempDir;

use crate::promises_stage::{clean, output, said};

const ACCOUNT: &str = r#"
title = ""
about = ""
[[credentials]]
name = "TOKEN"
kind = "api-token"
scopes = ["all"]
[[credentials]]
name = "ACCESS"
kind = "access-token"
level = "workspace"
scopes = ["all"]
[verdict]
status = "misconfigured"
"#;

/// One command with what must be left of it.
struct Told {
    text: String,
    stays: Vec<&'static str>,
}

fn scenario(text: &str) -> Scenario {
    let mut scenario = Scenario::parse("corrected", ACCOUNT).expect("it is well formed");
    scenario.does.command = Some(text.to_owned());
    scenario
}

fn diagnosed(text: &str, running: &Running, masked: bool) -> (Case, Diagnosis) {
    let Intake { mut case, vault, settings, .. } = take_in(&scenario(text), running).expect("it can be read");
    if masked {
        intake::mask(&mut case);
    }
    let client = Client::new(&settings).expect("no proxy");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (_, diagnosis) = runtime.block_on(bbdoctor::diagnose::run(&case, &client, &vault, |_, _| {}));
    (case, diagnosis)
}

/// The corrected command of the verdict, and what asks for its variables.
fn corrected(case: &Case, diagnosis: &Diagnosis) -> Option<(String, Shell, Vec<String>)> {
    let fix = &diagnosis.verdict.cause.as_ref()?.fix;
    let shell = fix::shell(case, fix, Shell::Sh);
    let run = |command: &FixCommand| match fix::write(case, command, shell)? {
        Written::Corrected(correction) => Some(correction.text),
        Written::Canonical(_) => None,
    };
    let text = fix.commands.iter().find_map(run)?;
    Some((text, shell, fix::prelude(case, fix, shell)))
}

/// Runs it where the variables that it names are set; `curl` says the status alone.
fn run(command: &str, home: &Path, running: &Running) -> std::process::Output {
    let values = scenario("");
    let secret = |name: &str| values.credential(name).expect("it is described").minted();
    let mut shell = clean("bash", home);
    shell.env("BITBUCKET_API_TOKEN", secret("TOKEN")).env("BITBUCKET_ACCESS_TOKEN", secret("ACCESS"));
    shell.env("BITBUCKET_EMAIL", "anna@example.com").env("MINE", secret("TOKEN"));
    let command = command.replace(API_URL, &running.api_url).replace(GIT_BASE_URL, &running.git_url);
    shell.args(["-c", &command]);
    output(shell, "")
}

/// Plays a family of commands on every processor; gives back what is wrong and how many were corrected in their place.
fn play(family: &[Told]) -> (Vec<String>, usize) {
    let anywhere = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0);
    let running = serve_in_thread(&scenario(""), &World::default(), anywhere, None).expect("loopback can be listened on");
    let wrong = Mutex::new(Vec::new());
    let count = Mutex::new(0);
    let secrets: Vec<String> = scenario("").credentials.iter().map(|c| c.minted()).collect();
    let one = |at: usize, told: &Told| -> Result<bool, String> {
        let home = TempDir::new().expect("a folder can be made");
        let curlrc = "fail\nsilent\nshow-error\noutput = /dev/null\nwrite-out = \"%{http_code}\"\n";
        std::fs::write(home.path().join(".curlrc"), curlrc).expect("a file can be written");
        let (case, diagnosis) = diagnosed(&told.text, &running, at.is_multiple_of(2));
        let verdict = diagnosis.verdict.cause.as_ref().map(|j| j.code);
        let Some((text, shell, prelude)) = corrected(&case, &diagnosis) else {
            return Err(format!("not corrected in its place, {verdict:?}"));
        };
        if secrets.iter().any(|s| text.contains(s.as_str())) {
            return Err(format!("holds the secret: {text}"));
        }
        if let Some(gone) = told.stays.iter().find(|part| !text.contains(**part)) {
            return Err(format!("`{gone}` is gone: {text}"));
        }
        for name in ["BITBUCKET_API_TOKEN", "BITBUCKET_ACCESS_TOKEN"] {
            if text.contains(name) != prelude.iter().any(|line| line.contains(name)) {
                return Err(format!("asks for other variables than it uses: {prelude:?}\n{text}"));
            }
        }
        if shell != Shell::Sh {
            return Err(format!("taken for {shell:?}"));
        }
        let done = run(&text, home.path(), &running);
        let works = done.status.success() && (text.starts_with("git") || said(&done).contains("20"));
        if works { Ok(true) } else { Err(format!("{verdict:?}, does not work: {text}\n  {}", said(&done).trim())) }
    };
    let threads = 4;
    std::thread::scope(|scope| {
        for part in 0..threads {
            let (one, wrong, count) = (&one, &wrong, &count);
            scope.spawn(move || {
                for (at, told) in family.iter().enumerate().filter(|(at, _)| at % threads == part) {
                    match one(at, told) {
                        Ok(_) => *count.lock().expect("nobody panics here") += 1,
                        Err(why) => wrong.lock().expect("nobody panics here").push(format!("{}\n  {why}", told.text)),
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("nobody panics here");
    let count = *count.lock().expect("nobody panics here");
    (wrong, count)
}

/// How people write the wrong thing: option, value and quotes.
fn credentials() -> Vec<(String, &'static str)> {
    let mut all = Vec::new();
    for quote in ["'", "\""] {
        for option in ["-H ", "--header ", "-H"] {
            for header in [
                "Authorization: Bearer {TOKEN}",
                "authorization: bearer {TOKEN}",
                "Authorization: {TOKEN}",
                "Authorization: Basic {TOKEN}",
                "Authorization: Bearer Bearer {TOKEN}",
                "Authorization: Basic anna@example.com:{TOKEN}",
                "Authorization: Bearer anna@example.com:{TOKEN}",
                "Authorization: Token {TOKEN}",
            ] {
                all.push((format!("{option}{quote}{header}{quote}"), "header"));
            }
            all.push((format!("{option}{quote}Authorization: Basic {{BASE64:annasmith:{{TOKEN}}}}{quote}"), "header"));
            all.push((format!("{option}{quote}Authorization: Basic {{BASE64:x-token-auth:{{ACCESS}}}}{quote}"), "header"));
        }
        for option in ["-u ", "--user ", "-u", "-sSu "] {
            all.push((format!("{option}{quote}annasmith:{{TOKEN}}{quote}"), "user"));
            all.push((format!("{option}{quote}x-token-auth:{{ACCESS}}{quote}"), "user"));
        }
        all.push((format!("--oauth2-bearer {quote}{{TOKEN}}{quote}"), "bearer"));
    }
    all.push(("-u annasmith:{TOKEN}".into(), "user"));
    all.push(("-u x-token-auth:{ACCESS}".into(), "user"));
    all.push(("–u annasmith:{TOKEN}".into(), "user"));
    all.push(("—header ‘Authorization: Bearer {TOKEN}’".into(), "header"));
    all.push(("-H “Authorization: Bearer {TOKEN}”".into(), "header"));
    all.push(("-H 'Authorization: Bearer {TOKEN}' -u 'annasmith:{TOKEN}'".into(), "two"));
    all
}

/// URLs as they are written, each with what of it has to stay.
const URLS: &[(&str, &str)] = &[
    ("https://api.bitbucket.org/2.0/repositories/acme/app", "https://api.bitbucket.org/2.0/repositories/acme/app"),
    ("'https://api.bitbucket.org/2.0/repositories/acme/app/commits?pagelen=2&page=1'", "pagelen=2&page=1'"),
    ("--url \"https://api.bitbucket.org/2.0/repositories/acme\"", "--url \"https://api.bitbucket.org/2.0/repositories/acme\""),
];

#[test]
fn corrected_curl_commands_work() {
    let mut family = Vec::new();
    for (index, (credential, _)) in credentials().iter().enumerate() {
        for (which, of_its_own) in URLS.iter().enumerate() {
            let told = |text: String, stays: Vec<&'static str>| Told { text, stays };
            // Every credential with every URL; the arrangement changes from one to the next.
            let arrangement = (index + which) % 6;
            // The others take POST too.
            let (url, url_stays) = if arrangement == 4 { &URLS[2] } else { of_its_own };
            let extra = "--compressed -H 'Accept: application/json'";
            family.push(match arrangement {
                0 => told(format!("curl {credential} {url}"), vec![url_stays]),
                1 => told(format!("$ curl {url} {extra} {credential}\n"), vec![url_stays, extra]),
                2 => told(
                    format!("curl --max-time 20 {credential} \\\n  {extra} \\\n  {url}"),
                    vec![" \\\n  ", extra, "--max-time 20"],
                ),
                3 => told(format!("curl -s {credential} {url} | cat"), vec![" | cat", "curl -s "]),
                4 => told(format!("curl -X POST {credential} {url} -d ''"), vec![url_stays, "-X GET"]),
                _ => told(
                    format!("curl --request GET {url} \\\n     {credential}\n{{\"type\": \"error\"}}"),
                    vec![url_stays, "--request GET"],
                ),
            });
        }
    }
    for (text, stays) in [
        ("curl https://annasmith:{TOKEN}@api.bitbucket.org/2.0/repositories/acme/app", "/2.0/repositories/acme/app"),
        ("curl -s 'https://api.bitbucket.org/2.0/repositories/acme/app?access_token={TOKEN}&fields=slug'", "?fields=slug"),
        (
            "curl -u annasmith:{TOKEN} https://api.bitbucket.org/2.0/repositories/acme/app/commits?pagelen=2&page=1",
            "pagelen=2&page=1",
        ),
        (
            "curl -u annasmith:{TOKEN} -d '{\"content\": {\"raw\": \"hi\"}}' -H 'Content-Type: application/json' https://api.bitbucket.org/2.0/repositories/acme/app/pullrequests/1/comments",
            "-d '{\"content\": {\"raw\": \"hi\"}}'",
        ),
    ] {
        family.push(Told { text: text.into(), stays: vec![stays] });
    }
    family.extend(wrong_addresses());
    let (wrong, right) = play(&family);
    assert!(wrong.is_empty(), "{} of {} are wrong:\n{}", wrong.len(), family.len(), wrong.join("\n"));
    assert!(right >= 240, "{right}");
}

/// Another host, no version, plain http, what the browser shows, data where a query belongs.
fn wrong_addresses() -> Vec<Told> {
    const BASES: &[(&str, &str)] = &[
        ("https://bitbucket.org/2.0", "repositories/acme/app"),
        ("https://api.bitbuket.org/2.0", "repositories/acme/app"),
        ("https://api.bitbucket.com/2.0", "repositories/acme/app"),
        ("http://api.bitbucket.org/2.0", "repositories/acme/app"),
        ("https://api.bitbucket.org", "repositories/acme/app"),
        ("https://api.bitbucket.org/v2.0", "repositories/acme/app"),
        ("https://bitbucket.org", "acme/app/pull-requests"),
    ];
    let mut family = Vec::new();
    for (index, (base, path)) in BASES.iter().enumerate() {
        for (which, credential) in
            ["-u 'anna@example.com:{TOKEN}'", "-H \"Authorization: Bearer {ACCESS}\"", "--user annasmith:{TOKEN}"]
                .iter()
                .enumerate()
        {
            let quote = ["'", "\"", ""][(index + which) % 3];
            let text = format!("curl --compressed {credential} {quote}{base}/{path}{quote} -g");
            family.push(Told { text, stays: vec!["curl --compressed ", " -g"] });
        }
    }
    for (data, stays) in
        [("-d pagelen=2", "-d pagelen=2"), ("--data-urlencode 'q=name ~ \"x\"'", "--data-urlencode 'q=name ~ \"x\"'")]
    {
        for method in ["-X POST ", "--request POST ", ""] {
            let text = format!("curl {method}-u annasmith:{{TOKEN}} {data} https://api.bitbucket.org/2.0/repositories/acme");
            family.push(Told { text, stays: vec![stays, "https://api.bitbucket.org/2.0/repositories/acme"] });
        }
    }
    family
}

#[test]
fn only_the_wrong_part_of_an_address_is_changed() {
    let anywhere = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0);
    let running = serve_in_thread(&scenario(""), &World::default(), anywhere, None).expect("loopback can be listened on");
    let table = [
        (
            "curl -u \"anna@example.com:{TOKEN}\" \"https://api.bitbuket.org/2.0/repositories/acme?pagelen=2\"",
            "\"https://api.bitbucket.org/2.0/repositories/acme?pagelen=2\"",
        ),
        (
            "git clone --depth 1 git@bitbucket.org:acme/app.git 'my copy'",
            "git clone --depth 1 git@ssh.bitbucket.org:acme/app.git 'my copy'",
        ),
        ("git clone ssh://git@bitbucket.org/acme/app.git", "git clone ssh://git@ssh.bitbucket.org/acme/app.git"),
        ("git clone https://bitbuckett.org/acme/app.git dir", "clone https://bitbucket.org/acme/app.git dir"),
    ];
    for (text, wanted) in table {
        let (case, diagnosis) = diagnosed(text, &running, false);
        let made = corrected(&case, &diagnosis).map(|(text, ..)| text);
        assert!(made.as_ref().is_some_and(|made| made.contains(wanted)), "{text}\n  {made:?}, not {wanted}");
    }
}

#[test]
fn a_recording_gives_the_same_command_in_every_shell() {
    let table = [
        (
            "curl -X GET -H 'Authorization: Bearer {TOKEN}' https://api.bitbucket.org/2.0/user",
            "sh",
            "curl -X GET -u \"$BITBUCKET_EMAIL:$BITBUCKET_API_TOKEN\" https://api.bitbucket.org/2.0/user",
        ),
        (
            "PS C:\\> curl.exe -H \"Authorization: Bearer {TOKEN}\" `\n  https://api.bitbucket.org/2.0/user",
            "powershell",
            "curl.exe -u \"$($env:BITBUCKET_EMAIL):$env:BITBUCKET_API_TOKEN\" `\n  https://api.bitbucket.org/2.0/user",
        ),
        (
            "C:\\> curl -H \"Authorization: Bearer {TOKEN}\" ^\n  \"https://api.bitbucket.org/2.0/repositories/acme?page=1&pagelen=2\"",
            "cmd",
            "curl -u \"%BITBUCKET_EMAIL%:%BITBUCKET_API_TOKEN%\" ^\n  \"https://api.bitbucket.org/2.0/repositories/acme?page=1&pagelen=2\"",
        ),
    ];
    let folder = TempDir::new().expect("a folder can be made");
    let commands = |text: &str, shell: &str| -> Vec<String> {
        let report: serde_json::Value = serde_json::from_str(text).expect("a report is JSON");
        let all = report["verdict"]["fix"]["commands"].as_array().expect("commands").clone();
        let of_shell = all.iter().filter(|c| c["shell"] == shell);
        of_shell.map(|c| c["run"].as_str().expect("a command").to_owned()).collect()
    };
    for (text, shell, wanted) in table {
        let text = format!("{text}\nHTTP/2 401\n")
            .replace("{TOKEN}", &scenario("").credential("TOKEN").expect("it is described").minted());
        let mut first = crate::promises_stage::program(folder.path());
        first.current_dir(folder.path()).args(["--offline", "--no-discover", "--format", "json", "-"]);
        let recorded = said(&output(first, &text));
        let mut again = crate::promises_stage::program(folder.path());
        again.current_dir(folder.path()).args(["replay", "-", "--format", "json"]);
        let replayed = said(&output(again, &recorded));
        assert_eq!(commands(&recorded, shell), commands(&replayed, shell), "{text}");
        assert!(commands(&recorded, shell).iter().any(|run| run == wanted), "{:#?}\nnot {wanted}", commands(&recorded, shell));
    }
}

#[test]
fn corrected_git_commands_work() {
    let mut family = Vec::new();
    let users = [
        "anna%40example.com:{TOKEN}@",
        "annasmith%40x:{TOKEN}@",
        "x-token-auth:{TOKEN}@",
        "{TOKEN}@",
        "{TOKEN}:x-oauth-basic@",
        "anna@example.com:{TOKEN}@",
        "annasmith:{ACCESS}@",
        "oauth2:{ACCESS}@",
    ];
    for (index, user) in users.iter().enumerate() {
        for (which, verb) in
            ["ls-remote", "ls-remote --heads", "clone --depth 1 --quiet", "-c core.autocrlf=false clone -q"].iter().enumerate()
        {
            let quote = ["", "'", "\""][(index + which) % 3];
            let end = if verb.contains("clone") { " copy" } else { "" };
            let prompt = ["", "$ ", "anna@laptop:~$ "][(index + which) % 3];
            family.push(Told {
                text: format!("{prompt}git {verb} {quote}https://{user}bitbucket.org/acme/app.git{quote}{end}\n"),
                stays: vec![verb, "bitbucket.org/acme/app.git"],
            });
        }
    }
    let (wrong, right) = play(&family);
    assert!(wrong.is_empty(), "{} of {} are wrong:\n{}", wrong.len(), family.len(), wrong.join("\n"));
    assert!(right >= 30, "{right}");
}
