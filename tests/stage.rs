//! Plays a scenario: serves its Bitbucket, builds the case that the person's doing makes, and runs the diagnosis.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bbdoctor::checks::{
    Case, Certainty, Credential, CredentialId, Diagnosis, Effect, GitUrl, LocalSetting, Need, Options, Scheme, Seen, Status, Surface,
    Target, User, UserForm, shape,
};
use bbdoctor::command::{self, Context, Input};
use bbdoctor::secret::Secret;
use bbdoctor::simulator::{Counts, Expected, ExpectedConfidence, ExpectedStatus, Fault, Running, Scenario, World, serve};
use bbdoctor::transport::{Client, Flags, Settings};
use bbdoctor::vault::Vault;

/// A scenario that was played.
pub(crate) struct Played {
    /// What went in.
    pub(crate) case: Case,
    /// What was asked and answered.
    pub(crate) seen: Seen,
    /// What came out.
    pub(crate) diagnosis: Diagnosis,
    /// The simulator's own counts.
    pub(crate) counts: Counts,
    /// Waves that were sent.
    pub(crate) waves: usize,
}

/// Serves a scenario in a world and diagnoses it.
pub(crate) async fn play(scenario: &Scenario, world: &World) -> Played {
    let anywhere = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0);
    let running = serve(scenario, world, anywhere, None).await.expect("loopback can be listened on");
    let certificate = running.ca_pem.as_ref().map(|pem| {
        let file = tempfile::NamedTempFile::new().expect("a file can be made");
        std::fs::write(file.path(), pem).expect("it can be written");
        file
    });
    let flags = Flags {
        api_url: Some(running.api_url.clone()),
        git_base_url: Some(running.git_url.clone()),
        proxy: running.proxy.clone(),
        ca_cert: certificate.as_ref().map(|file| file.path().to_owned()),
        timeout: None,
    };
    let mut settings = Settings::new(&flags, |_| None).expect("the simulator's addresses are usable");
    if scenario.way.fault == Some(Fault::Hangs) {
        settings = settings.with_timeouts(Duration::from_millis(900), Duration::from_millis(400));
    }
    let (case, vault) = take_in(scenario, &running, !settings.between().is_empty());
    let client = Client::new(&settings).expect("the simulator's proxy is usable");
    let mut waves = 0;
    let (seen, diagnosis) = bbdoctor::diagnose::run(&case, &client, &vault, |_, _| waves += 1).await;
    Played { case, seen, diagnosis, counts: running.counts(), waves }
}

/// What the options, variables and the command of `[does]` make.
fn take_in(scenario: &Scenario, running: &Running, between: bool) -> (Case, Vault) {
    let does = &scenario.does;
    let filled = |text: &str| scenario.filled(text, &running.api_url, &running.git_url);
    let env: BTreeMap<String, String> = does.env.iter().map(|(name, value)| (name.clone(), filled(value))).collect();
    let mut case = Case {
        now: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0)),
        options: Options {
            offline: does.offline,
            api_url: running.api_url.clone(),
            git_base_url: running.git_url.clone(),
            between,
        },
        scheme: does.scheme.as_deref().map(|scheme| if scheme == "bearer" { Scheme::Bearer } else { Scheme::Basic }),
        ..Case::default()
    };
    let mut vault = Vault::default();
    case.target = target(scenario, &env);
    command(&mut case, &mut vault, scenario, running, &env);
    remote(&mut case, &mut vault, does.git_url.as_deref().map(&filled), running, &env);
    credential(&mut case, &mut vault, scenario, &env);
    people(&mut case, &mut vault, scenario, &env);
    let target = case.target.clone();
    case.needs = does.require.iter().flat_map(|text| needs(text, &target)).collect();
    (case, vault)
}

fn target(scenario: &Scenario, env: &BTreeMap<String, String>) -> Target {
    let variable = |name: &str| env.get(name).filter(|value| !value.is_empty()).cloned();
    let repo = scenario.does.repo.clone().or_else(|| variable("BITBUCKET_REPO_FULL_NAME"));
    let of_repo = repo.as_deref().and_then(|repo| repo.split_once('/')).map(|(workspace, _)| workspace.to_owned());
    let workspace = scenario.does.workspace.clone().or_else(|| variable("BITBUCKET_WORKSPACE")).or(of_repo);
    Target { workspace, repo, git_url: None, source: "the scenario".into() }
}

fn command(case: &mut Case, vault: &mut Vault, scenario: &Scenario, running: &Running, env: &BTreeMap<String, String>) {
    let words = scenario.filled_words(&running.api_url, &running.git_url);
    let text = scenario.filled_command(&running.api_url, &running.git_url);
    let input = match &text {
        Some(text) => Input::Text(text),
        None if words.is_empty() => return,
        None => Input::Words(&words),
    };
    read(case, vault, input, running, env);
}

fn read(case: &mut Case, vault: &mut Vault, input: Input<'_>, running: &Running, env: &BTreeMap<String, String>) {
    let variable = |name: &str| env.get(name).cloned();
    let context = Context { variable: &variable, api_url: &running.api_url, git_base_url: &running.git_url };
    let mut reading = command::read(input, &context);
    let main = reading.main.unwrap_or(0);
    if main < reading.requests.len() {
        let users = reading.users.requests.get(main).cloned().unwrap_or_default();
        vault.rest_user = users.rest;
        vault.git_user = users.git;
        case.request = Some(reading.requests.remove(main));
        case.more = reading.requests;
    }
    let sent = case.request.as_ref().and_then(|r| r.sends.credential);
    for (credential, secret) in reading.credentials {
        vault.insert(credential.id, secret);
        if Some(credential.id) == sent { case.credentials.insert(0, credential) } else { case.credentials.push(credential) }
    }
    case.reported = case.request.as_ref().and_then(|r| r.reported.clone()).or_else(|| reading.answers.into_iter().next());
}

fn remote(case: &mut Case, vault: &mut Vault, url: Option<String>, running: &Running, env: &BTreeMap<String, String>) {
    let Some(raw) = url else { return };
    case.target.git_url = Some(git_url(&raw));
    let has_secret = case.target.git_url.as_ref().is_some_and(|u| u.has_password || u.user.as_ref().is_some_and(|u| u.form == UserForm::Token));
    if has_secret && case.request.is_none() {
        let words = ["git".to_owned(), "ls-remote".to_owned(), raw];
        read(case, vault, Input::Words(&words), running, env);
    }
}

fn credential(case: &mut Case, vault: &mut Vault, scenario: &Scenario, env: &BTreeMap<String, String>) {
    const VARIABLES: [&str; 4] = ["BITBUCKET_API_TOKEN", "BITBUCKET_ACCESS_TOKEN", "BITBUCKET_TOKEN", "BITBUCKET_APP_PASSWORD"];
    if !case.credentials.is_empty() {
        return;
    }
    let lacks = case.request.as_ref().is_none_or(|r| r.sends.credential.is_none() && (r.sends.user.is_some() || r.tool == "git"));
    let given = scenario.does.credential.as_deref().and_then(|name| scenario.credential(name)).map(|c| c.held());
    let named = scenario.does.token_env.as_deref().map(|name| (env.get(name).cloned().unwrap_or_default(), name));
    let found = given.map(|text| (text, "--token-file".to_owned()));
    let found = found.or_else(|| named.map(|(text, name)| (text, name.to_owned())));
    let set = || VARIABLES.iter().find_map(|name| env.get(*name).filter(|v| !v.is_empty()).map(|v| (v.clone(), (*name).to_owned())));
    let empty = || VARIABLES.iter().find(|name| env.contains_key(**name)).map(|name| (String::new(), (*name).to_owned()));
    let found = found.or_else(|| lacks.then(|| set().or_else(|| case.request.is_none().then(empty).flatten())).flatten());
    let Some((text, source)) = found else { return };
    let reading = shape::read(&text);
    let id = CredentialId(0);
    let mut credential =
        Credential { id, kind: reading.kind, kind_certainty: reading.certainty, shape: reading.shape, user: None, source: source.clone() };
    if text.is_empty() {
        credential.shape.unexpanded = Some(source.clone());
        case.local.push(LocalSetting { name: source, value: String::new(), origin: "environment".into(), effect: Some(Effect::EmptyVariable) });
    } else {
        vault.insert(id, Secret::new(reading.cleaned));
    }
    case.credentials.push(credential);
}

fn people(case: &mut Case, vault: &mut Vault, scenario: &Scenario, env: &BTreeMap<String, String>) {
    let user = |text: String| User { form: shape::user_form(&text), text, source: "the scenario".into() };
    let variable = |name: &str| env.get(name).filter(|value| !value.is_empty()).cloned();
    let email = scenario.email().map(str::to_owned).or_else(|| variable("BITBUCKET_EMAIL")).map(user);
    let username = scenario.does.username.clone().or_else(|| variable("BITBUCKET_USERNAME")).map(user);
    let shown = case.request.as_ref().and_then(|r| r.surface);
    let url_alone = case.target.git_url.is_some() && case.target.repo.is_none() && case.target.workspace.is_none();
    let surface = shown.unwrap_or(if scenario.email().is_some() || url_alone { Surface::Git } else { Surface::Rest });
    if let Some(name) = &username {
        let slot = if surface == Surface::Rest { &mut vault.rest_user } else { &mut vault.git_user };
        slot.get_or_insert_with(|| name.text.clone());
        case.username_surface = Some(surface);
    }
    if let Some(name) = case.target.git_url.as_ref().and_then(|url| url.user.as_ref()).filter(|u| u.form != UserForm::Token) {
        vault.git_user.get_or_insert_with(|| name.text.clone());
    }
    // What the command sends is what is tried: the verdict is about it.
    let sent = case.request.as_ref().filter(|r| r.surface == Some(Surface::Rest)).and_then(|r| r.sends.user.clone());
    let as_email = username.clone().filter(|u| u.form == UserForm::Email);
    case.email = sent.filter(|u| u.form == UserForm::Email).or(email).or(as_email);
    case.username = username;
    vault.email = case.email.as_ref().map(|u| u.text.clone());
}

fn git_url(raw: &str) -> GitUrl {
    command::git_url(raw, "--git-url")
}

fn needs(text: &str, target: &Target) -> Vec<Need> {
    let repo = target.repo.clone().unwrap_or_default();
    let workspace = target.workspace.clone().unwrap_or_default();
    if let Some((method, path)) = text.split_once(' ') {
        let slug = repo.split_once('/').map_or("", |(_, slug)| slug);
        let path = path.replace("{workspace}", &workspace).replace("{repo_slug}", slug);
        return vec![Need::Endpoint { method: method.to_owned(), path }];
    }
    let one = |name: &str| match name {
        "git:read" => Need::GitRead(repo.clone()),
        "git:write" => Need::GitWrite(repo.clone()),
        scope => Need::Scope(scope.to_owned()),
    };
    text.split(',').map(|name| one(name.trim())).collect()
}

/// How the verdict differs from what must come out; empty: it does not.
pub(crate) fn differences(expected: &Expected, diagnosis: &Diagnosis, exactly: bool) -> Vec<String> {
    let verdict = &diagnosis.verdict;
    let mut wrong = Vec::new();
    let mut check = |what: &str, want: String, got: String| {
        if want != got {
            wrong.push(format!("{what}: wants {want}, got {got}"));
        }
    };
    let status = match verdict.status {
        Status::Healthy => ExpectedStatus::Healthy,
        Status::Misconfigured => ExpectedStatus::Misconfigured,
        Status::Inconclusive => ExpectedStatus::Inconclusive,
    };
    let cause = verdict.cause.as_ref().map(|j| j.code);
    check("status", format!("{:?}", expected.status), format!("{status:?}"));
    check("cause", format!("{:?}", expected.cause.as_deref()), format!("{cause:?}"));
    let sure = verdict.cause.as_ref().map(|j| if j.confidence == Certainty::Certain { ExpectedConfidence::Certain } else { ExpectedConfidence::Likely });
    if exactly {
        if let Some(confidence) = expected.confidence {
            check("confidence", format!("{:?}", Some(confidence)), format!("{sure:?}"));
        }
        for code in &expected.also {
            check("also", code.clone(), verdict.also.iter().find(|j| j.code == code).map_or_else(|| format!("{:?}", also(diagnosis)), |j| j.code.to_owned()));
        }
        let sorted = |mut codes: Vec<String>| {
            codes.sort();
            codes.join(" ")
        };
        let undecided = verdict.undecided_between.iter().map(|code| (*code).to_owned()).collect();
        check("undecided_between", sorted(expected.undecided_between.clone()), sorted(undecided));
        check("missing scopes", sorted(expected.missing_scopes.clone()), sorted(diagnosis.scopes.missing.clone()));
    } else if expected.confidence == Some(ExpectedConfidence::Likely) && sure == Some(ExpectedConfidence::Certain) {
        wrong.push("confidence: at most likely, got certain".to_owned());
    }
    wrong.extend(untruths(expected, diagnosis));
    wrong
}

/// Certain where it is not true, or named where it must not be.
pub(crate) fn untruths(expected: &Expected, diagnosis: &Diagnosis) -> Vec<String> {
    let truth = expected.true_causes();
    let named = || diagnosis.verdict.cause.iter().chain(&diagnosis.verdict.also);
    let untrue = named()
        .filter(|j| j.confidence == Certainty::Certain && !truth.contains(&j.code))
        .map(|j| format!("certain and not true: {}", j.code));
    let banned = named().filter(|j| expected.must_not.iter().any(|code| code == j.code)).map(|j| format!("must not be named: {}", j.code));
    untrue.chain(banned).collect()
}

fn also(diagnosis: &Diagnosis) -> Vec<&'static str> {
    diagnosis.verdict.also.iter().map(|j| j.code).collect()
}

/// Every exchange in a line, for messages of failed tests.
pub(crate) fn record(played: &Played) -> String {
    let mut text = String::new();
    for x in &played.seen.exchanges {
        let got = match &x.got {
            Ok(a) => format!("{} {}", a.status, a.excerpt.chars().take(70).collect::<String>().replace('\n', " ")),
            Err(fault) => format!("{:?} {}", fault.kind, fault.detail),
        };
        text.push_str(&format!("      x{} {:?} {:?}: {got}\n", x.id.0, x.probe.ask, x.probe.role));
    }
    text
}
