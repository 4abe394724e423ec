//! Promises kept: what a verdict prints as its fix is run by the real curl and the real git, and works.

use std::path::Path;
use std::process::Output;

use bbdoctor::simulator::{Credential, CredentialKind, Scenario, State, Way, World, serve_in_thread};
use bbdoctor::transport::{API_URL, GIT_BASE_URL};
use serde_json::Value;
use tempfile::TempDir;

use crate::promises_stage::{ANYWHERE, Stage, clean, output, said, wrong_in_every_scenario};

/// Commands that cannot be run here, and why. Their grammar is looked at all the same.
const NOT_RUN: &[(&str, &str)] = &[(
    "curl --silent --show-error --head https://api.bitbucket.org/",
    "it asks the real service whether its name has an address",
)];

#[test]
fn every_fix_that_is_printed_works() {
    let wrong = wrong_in_every_scenario(|scenario| {
        let stage = Stage::of(scenario);
        let mut wrong = Vec::new();
        for identity in [&[][..], &["--show-identity"]] {
            let options = [&["--format", "json"], identity].concat();
            let printed = stage.run(&options);
            let Ok(report) = serde_json::from_slice::<Value>(&printed.stdout) else {
                return vec![format!("no report: {}", said(&printed))];
            };
            wrong.extend(fixes(&report).into_iter().filter_map(|fix| keeps(&stage, &report, fix).err()));
        }
        wrong.dedup();
        wrong
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// One command that a report says mends something.
struct Printed<'r> {
    cause: &'r str,
    text: &'r str,
    run: &'r str,
    program: &'r str,
}

/// The commands for a POSIX shell of the verdict's fix and of those beside it.
fn fixes(report: &Value) -> Vec<Printed<'_>> {
    let verdict = &report["verdict"];
    let also = verdict["also"].as_array().into_iter().flatten();
    let mut found: Vec<Printed<'_>> = Vec::new();
    for (cause, fix) in std::iter::once((&verdict["cause"], &verdict["fix"])).chain(also.map(|a| (&a["cause"], &a["fix"]))) {
        for command in fix["commands"].as_array().into_iter().flatten() {
            let text = |name: &str| command[name].as_str().unwrap_or_default();
            if ["curl", "git"].contains(&text("for")) && text("shell") == "sh" && found.iter().all(|f| f.run != text("run")) {
                let cause = cause.as_str().unwrap_or("(none)");
                found.push(Printed {
                    cause,
                    text: fix["text"].as_str().unwrap_or_default(),
                    run: text("run"),
                    program: text("for"),
                });
            }
        }
    }
    found
}

/// Does what the fix says and runs what it prints.
fn keeps(stage: &Stage, report: &Value, fix: Printed<'_>) -> Result<(), String> {
    let failed = |why: &str| Err(format!("[{}] {}\n  fix: {}\n  {why}", fix.cause, fix.run, fix.text));
    let home = TempDir::new().expect("a folder can be made");
    if stage.secrets().iter().any(|secret| fix.run.contains(secret.trim())) {
        return failed("holds the secret");
    }
    let mut grammar = clean("bash", home.path());
    grammar.args(["-n", "-c", fix.run]);
    if !output(grammar, "").status.success() {
        return failed("is no shell command");
    }
    // A likely cause that is not the true one: its fix is worth a try, and does not work.
    let verdict = &report["verdict"];
    let truth = stage.scenario.verdict.true_causes();
    if verdict["cause"] == fix.cause && verdict["confidence"] != "certain" && !truth.contains(&fix.cause) {
        return Ok(());
    }
    if NOT_RUN.iter().any(|(start, _)| fix.run.starts_with(start)) {
        return Ok(());
    }
    // What the text asks for first has been done: the way is free, and the token made that it describes.
    let mut mended: Scenario = stage.scenario.clone();
    mended.way = Way::default();
    let mut variables: Vec<(&str, String)> = vec![("BITBUCKET_EMAIL", mended.account.owner.email.clone())];
    for (variable, kinds) in VARIABLES {
        if fix.run.contains(variable) {
            let secret = alive(&mended, report, kinds).unwrap_or_else(|| replacement(&mut mended, kinds[0], fix.text));
            variables.push((variable, secret));
        }
    }
    let world = mended.in_world(World::default());
    let running = serve_in_thread(&mended, &world, ANYWHERE, None).expect("loopback can be listened on");
    // The person's own command names the real hosts.
    let run = fix.run.replace(&stage.running.api_url, &running.api_url).replace(&stage.running.git_url, &running.git_url);
    let run = run.replace(API_URL, &running.api_url).replace(GIT_BASE_URL, &running.git_url);
    let done = by_hand(&run, home.path(), &variables);
    let status = String::from_utf8_lossy(&done.stdout).trim().to_owned();
    let kept = done.status.success() && (fix.program == "git" || status.starts_with('2'));
    if kept { Ok(()) } else { failed(&format!("{}: {}", done.status, said(&done).trim())) }
}

const VARIABLES: [(&str, &[CredentialKind]); 2] = [
    ("BITBUCKET_API_TOKEN", &[CredentialKind::ApiToken]),
    ("BITBUCKET_ACCESS_TOKEN", &[CredentialKind::AccessToken, CredentialKind::OauthToken]),
];

/// The person's own token, whole, where it lives and may do what is wanted.
fn alive(scenario: &Scenario, report: &Value, kinds: &[CredentialKind]) -> Option<String> {
    let fits = |c: &&Credential| kinds.contains(&c.kind) && c.state == State::Active;
    if let Some(made) = scenario.credential("REPLACEMENT").filter(fits) {
        return Some(made.minted());
    }
    let lacks = report["scopes"]["missing"].as_array().is_some_and(|missing| !missing.is_empty());
    scenario.credentials.iter().find(fits).filter(|_| !lacks).map(Credential::minted)
}

/// A new token with the scopes that the text names, and no others.
fn replacement(scenario: &mut Scenario, kind: CredentialKind, text: &str) -> String {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == ':' || c == '-'));
    let mut scopes: Vec<&str> = words.filter(|word| word.ends_with(":bitbucket")).collect();
    if scopes.is_empty() {
        scopes.push("all");
    }
    let kind = match kind {
        // An OAuth token is fresh where the old one was one.
        CredentialKind::AccessToken if scenario.credentials.iter().any(|c| c.kind == CredentialKind::OauthToken) => "oauth-token",
        CredentialKind::AccessToken => "access-token",
        _ => "api-token",
    };
    let made = format!(
        "title = ''\nabout = ''\n[[credentials]]\nname = 'NEW'\nkind = '{kind}'\nscopes = {scopes:?}\n[verdict]\nstatus = 'healthy'\n"
    );
    let mut made = Scenario::parse("new", &made).expect("it is well formed");
    let credential = made.credentials.remove(0);
    let secret = credential.minted();
    scenario.credentials.push(credential);
    secret
}

/// Runs a command in a clone of its own; curl says the status alone and fails where the server refuses.
fn by_hand(run: &str, home: &Path, variables: &[(&str, String)]) -> Output {
    let curlrc = "fail\nsilent\nshow-error\noutput = /dev/null\nwrite-out = \"%{http_code}\"\n";
    std::fs::write(home.join(".curlrc"), curlrc).expect("a file can be written");
    let clone = home.join("clone");
    std::fs::create_dir(&clone).expect("a folder can be made");
    for words in [&["init", "--quiet"][..], &["remote", "add", "origin", "https://bitbucket.org/acme/app.git"]] {
        let mut git = clean("git", home);
        git.current_dir(&clone).args(words);
        assert!(output(git, "").status.success());
    }
    let mut shell = clean("bash", home);
    shell.current_dir(&clone).args(["-c", run]).envs(variables.iter().map(|(name, value)| (name, value)));
    output(shell, "")
}

/// Names as somebody hostile, or unlucky, gives them.
const HOSTILE: [&str; 8] =
    ["a'b", "a \"b\" c", "$(touch owned)", "`touch owned`", "!!", "a;touch owned", "a\\b&c|d>owned", "Ünï % {x,y} [1-3] #"];

#[test]
fn hostile_names_stay_names_in_every_printed_command() {
    use bbdoctor::checks::{Case, FixAuth, FixCommand, User, UserForm};
    use bbdoctor::report::fix::{Shell, write};
    let home = TempDir::new().expect("a folder can be made");
    let mut case = Case::default();
    case.options.api_url = "https://api.bitbucket.org".into();
    case.options.git_base_url = "https://bitbucket.org".into();
    for name in HOSTILE {
        let path = format!("/2.0/repositories/{name}");
        let email = format!("{}@example.com", name.replace([':', '%', '*'], "-"));
        case.email = Some(User { text: email.clone(), form: UserForm::Email, source: "--email".into() });
        let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
        let words = |command: &FixCommand| {
            let run = write(&case, command, Shell::Sh).expect("it reads").text();
            let mut shell = clean("bash", home.path());
            shell.env("BITBUCKET_API_TOKEN", "the $secret \"itself\"");
            // What the programs would get, one word on each line; history expansion as at a prompt.
            shell.args(["-c", &format!("set -H\ncurl() {{ printf '%s\\n' \"$@\"; }}\ngit() {{ curl \"$@\"; }}\n{run}")]);
            let done = output(shell, "");
            assert!(done.status.success() && done.stderr.is_empty(), "{run}: {}", said(&done));
            (said(&done).lines().map(str::to_owned).collect::<Vec<_>>(), run)
        };
        let (got, run) = words(&FixCommand::Curl { method: "GET".into(), path: path.clone(), auth: FixAuth::EmailBasic });
        assert_eq!(got.len(), 6, "{run}: {got:?}");
        assert_eq!(decoded(&got[3]), decoded(&format!("https://api.bitbucket.org{path}")), "{run}");
        assert!(got[3].is_ascii() && !got[3].contains(['{', '[', ' ']), "{run}");
        assert_eq!(got[5], format!("{email}:the $secret \"itself\""), "{run}");
        let repo = format!("acme/{name}");
        let (got, run) = words(&FixCommand::Git { verb: "ls-remote", repo: repo.clone(), auth: FixAuth::ApiTokenStatic });
        assert_eq!(got.len(), 6, "{run}: {got:?}");
        assert_eq!(decoded(&got[5]), decoded(&format!("https://bitbucket.org/{repo}.git")), "{run}");
        assert!(!home.path().join("owned").exists(), "{run}");
    }
}
