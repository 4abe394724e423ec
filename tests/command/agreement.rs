//! What is believed of a curl command against what the real curl sends to loopback: method, path, every Authorization header.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::sync::mpsc::Receiver;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bbdoctor::checks::{Request, Scheme, Sends};
use bbdoctor::command::{Context, Input, Reading, read};
use bbdoctor::intake::netrc_sends;

use super::loopback::{Dice, Sent, home, say, server, version};

/// Options as words that are not yet quoted; `FILE`, `DIR` and `NETRC` are put in.
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
    &["-n", "--netrc-optional"],
    &["--http1.1"],
    &["--max-time", "5"],
    &["-A", "agent"],
    &["-e", "ref"],
    &["-b", "c=d"],
    &["--compressed"],
    &["--json", "{\"a\":1}"],
    &["--basic"],
    &["--anyauth"],
    &["--digest"],
    &["--ntlm"],
    &["--negotiate"],
    &["--no-basic"],
    &["--digest", "--no-digest"],
    &["--digest", "-u", "anna:pw"],
    &["--ntlm", "-u", "anna:pw", "--json", "{}"],
    &["--anyauth", "-d", "a=b"],
    &["--digest", "--json", "[1]"],
    &["-H", "Authorization: Basic YTpi", "-H", "Authorization: Bearer tok"],
    &["-H", "Authorization; "],
    &["-H", "Authorization;x"],
    &["-T", "FILE"],
    &["-TFILE"],
    &["--upload-file", "DIR/na me+ü.txt"],
    &["-T", "DIR/{one,two}.txt"],
    &["-T", "-"],
    &["-T", ""],
    &["--path-as-is"],
    &["--path-as-is", "--no-path-as-is"],
    &["--request-target", "/2.0/other/../x?y"],
    &["-d", "@FILE"],
    &["-G", "-d", "@FILE"],
    &["-G", "--data-urlencode", "n@FILE"],
    &["-G", "-d", "a=b&", "-d", "c"],
    &["-G", "-d", ""],
    &["-G", "--json", "{\"a\":1}", "--json", "2"],
    &["--get", "--no-get"],
    &["-I", "-G", "-d", "a=b"],
    &["-X", "POST", "-G", "-d", "a=b"],
    &["--url-query", "+raw=1"],
    &["--url-query", "name@FILE"],
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
    "/2.0/a/../../b/.",
    "/2.0/..",
    "/2.0/x\\{y\\}",
    "/2.0/{x}/",
    "/2.0/x[]",
    "/2.0/downloads/",
    "/2.0/downloads/?a=b#c",
    "/2.0/downloads/?",
    "/2.0/[1-2]/{x,y}/",
];

const USERS: &[&str] =
    &["", "", "", "", "anna:pw@", "anna%40example.com:p%2Fw@", "anna@", ":pw@", "anna:@", "bob@", "bob:pw@", "netanna@"];

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

/// Lines of a configuration file, in each of its forms.
const LINES: &[&str] = &[
    "user = anna:pw",
    "user = \"anna:p w\\\"x\" trailing",
    "user: anna:pw",
    "user=\"anna:pw\"",
    "  user anna:pw",
    "-u anna:pw",
    "-uanna:pw",
    "--user anna:pw",
    "--user \"anna:p\\x\\\\\"",
    "# user = \"nobody:x\"",
    "header = \"Authorization: Bearer tok\"",
    "header: Accept: */*",
    "-H \"Authorization: Basic YTpi\"",
    "oauth2-bearer = tok",
    "request = PUT",
    "-X DELETE",
    "data = a=b",
    "get",
    "-G",
    "data-urlencode : \"q=a b\"",
    "",
    "silent",
    "-sS",
    "netrc",
    "path-as-is",
    "upload-file = FILE",
    "user",
];

/// Entries of netrc files: one for each family.
const NETRC: &[&str] = &[
    "machine 127.0.0.1 login netanna password netpw\nmachine 127.0.0.1 login anna password annapw\n",
    "machine 127.0.0.1 login \"net anna\" password \"p\\\"w\"\nmachine 127.0.0.1 login anna password annapw\ndefault login d password dpw\n",
    "machine example.com login anna password other\n",
    "machine 127.0.0.1 password alone\nmachine 127.0.0.1 login netanna password netpw # machine 127.0.0.1 login bob password no\n",
];

/// The files that a command may name.
struct Files {
    netrc: String,
    folder: String,
}

impl Files {
    fn filled(&self, word: &str) -> String {
        word.replace("NETRC", &self.netrc).replace("FILE", &format!("{}/body.txt", self.folder)).replace("DIR", &self.folder)
    }
}

/// A command, its words in any order and spelling.
fn command(dice: &mut Dice, port: u16, files: &Files) -> String {
    let mut groups: Vec<Vec<String>> = Vec::new();
    for _ in 0..1 + dice.roll(4) {
        let option = OPTIONS[dice.roll(OPTIONS.len())];
        groups.push(option.iter().map(|word| files.filled(word)).collect());
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
        words.extend(option.iter().map(|word| quoted(&files.filled(word), dice)));
        words.push(quoted(&url(dice), dice));
    } else if dice.roll(12) == 0 {
        words.push("--".into());
        words.push(quoted(&url(dice), dice));
    }
    let gap = dice.pick(&[" ", " ", "  ", " \\\n  "]);
    let command = format!("curl -q -s --noproxy '*' {}", words.join(gap));
    if dice.roll(6) > 0 {
        return command;
    }
    let lines: Vec<String> = (0..1 + dice.roll(3)).map(|_| files.filled(dice.pick(LINES))).collect();
    let quoted = format!("'{}'", lines.join("\n").replace('\'', "'\\''"));
    match dice.roll(5) {
        0 => format!("{command} -K - <<'END'\n{}\nEND", lines.join("\n")),
        1 => format!("{command} --config - <<END\n{}\nEND", lines.join("\n").replace('\\', "\\\\")),
        2 => format!("{command} -K <(printf '%s\\n' {quoted})"),
        3 => format!("{command} -H @- <<< 'Authorization: Bearer tok'"),
        _ => format!("{command} -K- <<< {quoted}"),
    }
}

#[test]
fn curl_sends_what_is_read() {
    let Some(version) = version("curl") else {
        say("skipped: curl is not installed");
        return;
    };
    let compared: usize = std::thread::scope(|scope| {
        let runs: Vec<_> = [11, 12, 13, 14].into_iter().map(|seed| scope.spawn(move || family(seed, 300))).collect();
        runs.into_iter().map(|run| run.join().expect("the family agrees")).sum()
    });
    say(&format!("{compared} commands compared with {version}"));
    assert!(compared > 1_000, "{compared}");
}

/// Runs a family of commands in one bash; a request of bash itself stands between each and the next.
fn family(seed: usize, size: usize) -> usize {
    let (port, sent) = server();
    let home = home();
    let folder = home.path().to_str().expect("text").to_owned();
    for (name, text) in [(".netrc", NETRC[seed % NETRC.len()]), ("body.txt", "body"), ("na me+ü.txt", "x"), ("one.txt", "1")] {
        std::fs::write(home.path().join(name), text).expect("written");
    }
    std::fs::write(home.path().join("two.txt"), "2").expect("written");
    let files = Files { netrc: format!("{folder}/.netrc"), folder };
    let mut dice = Dice(seed as u64);
    let commands: Vec<String> = (0..size).map(|_| command(&mut dice, port, &files)).collect();
    let mut script = String::new();
    for command in &commands {
        script.push_str(command);
        script.push_str(&format!(
            "\ns=$?; exec 3<>/dev/tcp/127.0.0.1/{port}; printf 'GET /done/%s HTTP/1.1\\r\\n\\r\\n' $s >&3; read -r -u 3; exec 3>&-\n"
        ));
    }
    let file = home.path().join("family.sh");
    std::fs::write(&file, script).expect("written");
    let status = Command::new("bash")
        .arg("--norc")
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .env("HOME", home.path())
        .env_remove("CURL_HOME")
        .env_remove("NETRC")
        .status();
    assert!(status.is_ok_and(|s| s.success()), "bash runs");
    let mut compared = 0;
    let mut wrong = Vec::new();
    for command in &commands {
        let (real, status) = until_done(&sent);
        // Several files for several URLs: curl 7.88 forgets the files after the first URL.
        let several = ["[", "{x", "{1"].iter().any(|glob| command.contains(glob)) || command.matches("http://").count() > 1;
        let crossed = command.contains("one,two") && several;
        // Options that exclude each other: nothing, or not all, is sent.
        if status == 0 && !crossed {
            compared += 1;
            wrong.extend(difference(command, &real, port, NETRC[seed % NETRC.len()]));
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

fn difference(command: &str, real: &[Sent], port: u16, netrc: &str) -> Option<String> {
    let base = format!("http://127.0.0.1:{port}");
    let context = Context { variable: &|_| None, api_url: &base, git_base_url: "https://bitbucket.org" };
    let reading = read(Input::Text(command), &context);
    let mine: Vec<Sent> = (0..reading.requests.len()).map(|index| as_sent(index, &reading, netrc)).collect();
    let known = netrc_sends(netrc, "127.0.0.1", None, strict()).is_some();
    let noted = |request: &Request, words: &str| {
        request.notes.iter().any(|n| n.text.contains(words) && (known || !n.text.starts_with("where netrc has this host")))
    };
    let mut answers = real.iter().peekable();
    let mut first = Vec::new();
    for request in &reading.requests {
        let Some(sent) = answers.next() else { break };
        first.push(sent);
        // Where the answer asks for nothing, the same request follows with its body.
        if noted(request, "goes without its body") {
            let same = |path: &str| path == sent.path || sent.path.strip_suffix('?') == Some(path);
            answers.next_if(|next| next.method == sent.method && same(&next.path));
        }
    }
    let same = mine.len() == first.len()
        && answers.next().is_none()
        && mine.iter().zip(first).zip(&reading.requests).all(|((mine, real), request)| {
            mine.method == real.method
                && decoded(&mine.path) == decoded(&real.path)
                && mine.authorization == headers(&real.authorization)
                && !noted(request, "curl sends nothing")
                && (real.length == 0 || !noted(request, "goes without its body"))
        });
    (!same).then(|| format!("{command}\n    read {mine:?}\n    sent {real:?}"))
}

/// In an order of their own; of what NTLM says of this machine the scheme alone.
fn headers(sent: &[String]) -> Vec<String> {
    let mut headers: Vec<String> =
        sent.iter().map(|h| if h.starts_with("NTLM ") { "NTLM".to_owned() } else { h.clone() }).collect();
    headers.sort();
    headers
}

/// Characters outside ASCII are sent as they stand, or percent-encoded, by version.
fn decoded(path: &str) -> String {
    percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned()
}

/// The request line and headers that a reading stands for.
fn as_sent(index: usize, reading: &Reading, netrc: &str) -> Sent {
    let request = &reading.requests[index];
    let noted = |words: &str| request.notes.iter().any(|n| n.text.contains(words));
    let user = request.sends.user.as_ref().map(|u| u.text.as_str());
    let place = request.sends.place.as_str();
    let secret = || secret(&request.sends, reading);
    // netrc is another reader's: what it takes for this user, else the URL's own password.
    let pair = match place {
        "netrc" => netrc_sends(netrc, "127.0.0.1", user, strict()).or_else(|| Some((user?.to_owned(), secret()))),
        "" => None,
        _ => user.map(|user| (user.to_owned(), secret())),
    };
    let mut authorization: Vec<String> = if noted("asks without the credential first") {
        Vec::new()
    } else if noted("is no way to sign in") {
        pair.filter(|_| noted("`--ntlm` is no way")).map(|_| "NTLM".to_owned()).into_iter().collect()
    } else if place == "netrc" {
        pair.map(|(user, secret)| basic(&user, &secret)).into_iter().collect()
    } else {
        header(&request.sends, reading).into_iter().collect()
    };
    let known = netrc_sends(netrc, "127.0.0.1", None, strict()).is_some();
    let beside = reading.beside[index].iter().filter(|sends| known || sends.place != "netrc");
    authorization.extend(beside.filter_map(|sends| header(sends, reading)));
    // A file is not read here; the test knows what it holds.
    let path = request.api_path.clone().unwrap_or_default().replace("$(…)", "body");
    Sent { method: request.method.clone(), path, authorization: headers(&authorization), length: 0 }
}

fn secret(sends: &Sends, reading: &Reading) -> String {
    let secret = sends.credential.and_then(|id| reading.credentials.get(usize::from(id.0)));
    secret.map(|(_, secret)| secret.expose().to_owned()).unwrap_or_default()
}

fn basic(user: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{secret}")))
}

fn header(sends: &Sends, reading: &Reading) -> Option<String> {
    match (sends.scheme, sends.place.as_str()) {
        (None, "ntlm" | "netrc") => Some("NTLM".into()),
        (Some(Scheme::Bearer), _) => Some(format!("Bearer {}", secret(sends, reading))),
        (Some(Scheme::Basic), place) if !place.is_empty() => {
            Some(basic(sends.user.as_ref().map(|u| u.text.as_str()).unwrap_or_default(), &secret(sends, reading)))
        }
        // `Authorization;`
        (None, "header") if sends.credential.is_none() => Some(String::new()),
        _ => None,
    }
}

/// Whether this curl takes a netrc password only with its own login.
fn strict() -> bool {
    let version = version("curl").unwrap_or_default();
    let mut parts = version.split(' ').nth(1).unwrap_or_default().split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= (8, 11)
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
