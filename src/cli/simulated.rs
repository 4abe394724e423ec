//! `demo` and `simulate`: the simulated Bitbucket, diagnosed or served.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::Path;

use super::args::{CheckArgs, LookArgs, SchemeArg};
use super::check::diagnose;
use super::error::{FAILED, INTERRUPTED};
use super::{Failure, near, output};
use crate::checks::{Diagnosis, gate};
use crate::intake::{self, Around, Intake};
use crate::redact::Redactor;
use crate::report::wire;
use crate::simulator::{Fault, Running, Scenario, Tls, World, serve, serve_in_thread};
use crate::transport::{API_URL, GIT_BASE_URL};

/// The account that is shown where none is named: the one that most people have.
const FIRST: &str = "post-bearer";

fn find(name: Option<&str>) -> Result<&'static Scenario, Failure> {
    let wanted = name.unwrap_or(FIRST);
    if let Some(scenario) = Scenario::find(wanted).or_else(|| Scenario::all().first().filter(|_| name.is_none())) {
        return Ok(scenario);
    }
    let names: Vec<&str> = Scenario::all().iter().map(|scenario| scenario.name.as_str()).collect();
    let near = near::nearest(wanted, &names);
    let next = match near.as_slice() {
        [] => "bbdoctor list scenarios shows them all".to_owned(),
        near => format!("did you mean {}? bbdoctor list scenarios shows them all", near.join(" or ")),
    };
    let shown = crate::report::text::cut(&crate::report::text::clean(wanted), 60);
    Err(Failure::usage(format!("there is no scenario \"{shown}\""), next))
}

/// `bbdoctor demo`: real HTTP on loopback, the same checks, waves and transport as for the real service.
pub(super) fn demo(name: Option<&str>, look: &LookArgs) -> Result<u8, Failure> {
    let scenario = find(name)?;
    let world = scenario.in_world(World::default());
    let running = serve_in_thread(scenario, &world, SocketAddr::from(([127, 0, 0, 1], 0)), None)?;
    let intake = take_in(scenario, &running)?;
    if look.quiet == 0 && look.format == super::args::Format::Human {
        // Where nobody can read it that is said with the report, and no other report is lost.
        let _ = output::stdout(&format!("simulated: {} ({})\n\n", scenario.title, scenario.name), &Redactor::default());
    }
    let (code, diagnosis) = diagnose(intake, look)?;
    if code == FAILED || reached(scenario, &world, &diagnosis) {
        return Ok(if code == FAILED { code } else { 0 });
    }
    Ok(gate::exit_code(&diagnosis.verdict).max(1))
}

/// What the person of a scenario gives to bbdoctor, taken in as it is from everybody else.
///
/// # Errors
/// What intake refuses: the scenario does what is a usage error.
pub fn take_in(scenario: &Scenario, running: &Running) -> Result<Intake, Failure> {
    let authority = running.ca_pem.as_deref().map(certificate).transpose()?;
    let (args, around) = person(scenario, running, authority.as_ref().map(|file| file.path().to_owned()));
    let mut intake = match scenario.filled_command(API_URL, GIT_BASE_URL) {
        Some(command) => intake::take_in_text(&args, &around, command)?,
        None => intake::take_in(&args, &around)?,
    };
    // The stage stays out of the play: what is asked on loopback is shown, and mended, with the real hosts' names.
    intake.case.options.api_url = API_URL.into();
    intake.case.options.git_base_url = GIT_BASE_URL.into();
    Ok(intake)
}

/// Whether the verdict is the one that the scenario states.
fn reached(scenario: &Scenario, world: &World, diagnosis: &Diagnosis) -> bool {
    use crate::simulator::ExpectedStatus as Expected;
    let expected = scenario.verdict_in(world);
    let status = match expected.status {
        Expected::Healthy => "healthy",
        Expected::Misconfigured => "misconfigured",
        Expected::Inconclusive => "inconclusive",
    };
    let verdict = &diagnosis.verdict;
    status == wire::status(verdict.status) && expected.cause.as_deref() == verdict.cause.as_ref().map(|cause| cause.code)
}

/// The simulated certificate in a file, as `--ca-cert` takes it.
fn certificate(pem: &str) -> Result<tempfile::NamedTempFile, Failure> {
    use std::io::Write as _;
    let mut file = tempfile::NamedTempFile::new()?;
    file.write_all(pem.as_bytes())?;
    Ok(file)
}

/// What the person of the scenario gives to bbdoctor.
fn person(scenario: &Scenario, running: &Running, authority: Option<std::path::PathBuf>) -> (CheckArgs, Around) {
    let does = &scenario.does;
    let filled = |text: &str| scenario.filled(text, API_URL, GIT_BASE_URL);
    let mut variables: Vec<(OsString, OsString)> =
        does.env.iter().map(|(name, value)| (name.into(), filled(value).into())).collect();
    if let Some(credential) = does.credential.as_deref().and_then(|name| scenario.credential(name)) {
        variables.push(("BITBUCKET_TOKEN".into(), credential.held().into()));
    }
    let args = CheckArgs {
        words: scenario.filled_words(API_URL, GIT_BASE_URL).into_iter().map(Into::into).collect(),
        email: scenario.email().map(str::to_owned),
        username: does.username.clone(),
        scheme: does.scheme.as_deref().map(|scheme| if scheme == "bearer" { SchemeArg::Bearer } else { SchemeArg::Basic }),
        workspace: does.workspace.clone(),
        repo: does.repo.clone(),
        git_url: does.git_url.as_deref().map(filled),
        require: does.require.clone(),
        token_env: does.token_env.clone(),
        no_discover: true,
        offline: does.offline,
        api_url: Some(running.api_url.clone()),
        git_base_url: Some(running.git_url.clone()),
        proxy: running.proxy.clone(),
        ca_cert: authority,
        // Waiting is the point of that scenario, not how long.
        timeout: (scenario.way.fault == Some(Fault::Hangs)).then_some(2),
        ..CheckArgs::default()
    };
    (args, Around::new(variables, false))
}

/// The address of `--listen`: one that no other machine reaches.
pub(super) fn loopback(listen: &str, why: &str) -> Result<SocketAddr, Failure> {
    let wrong = |what: String| Err(Failure::usage(format!("--listen {what}"), "for example --listen 127.0.0.1:8080"));
    let named = listen.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    match named.as_deref().unwrap_or(listen).parse::<SocketAddr>() {
        Ok(address) if address.ip().is_loopback() => Ok(address),
        Ok(_) => wrong(format!("is for loopback addresses: {why}")),
        Err(_) => wrong("wants an address and a port".into()),
    }
}

/// `bbdoctor simulate`: until interrupted.
pub(super) fn simulate(name: Option<&str>, listen: &str, authority: Option<&Path>) -> Result<u8, Failure> {
    let scenario = find(name)?;
    let address = loopback(listen, "the simulated accounts are open to whoever reaches them")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let running =
            serve(scenario, &scenario.in_world(World::default()), address, authority.map(|_| Tls::Trusted)).await.map_err(
                |error| Failure::usage(format!("nothing can listen at {address}: {error}"), "choose another port, or 0 for any"),
            )?;
        if let (Some(file), Some(pem)) = (authority, &running.ca_pem) {
            std::fs::write(file, pem).map_err(|error| {
                Failure::usage(format!("--tls-ca: {} cannot be written: {error}", file.display()), "choose another file")
            })?;
        }
        output::stdout(&welcome(scenario, &running), &Redactor::default())?;
        tokio::signal::ctrl_c().await?;
        drop(running);
        Ok(INTERRUPTED)
    })
}

/// Where it listens, and what can be tried. The tokens are invented, so they are shown.
fn welcome(scenario: &Scenario, running: &Running) -> String {
    let mut text = format!("{}\n\nAPI  {}\ngit  {}\n\n", scenario.title, running.api_url, running.git_url);
    if let Some(email) = scenario.email() {
        text.push_str(&format!("BITBUCKET_EMAIL={email}\n"));
    }
    for (name, held) in scenario.texts() {
        text.push_str(&format!("{name}={held}\n"));
    }
    if let Some(command) = scenario.filled_command(&running.api_url, &running.git_url) {
        text.push_str(&format!("\nWhat the person does:\n\n{}\n", command.trim_end()));
    }
    text.push_str(&format!(
        "\nbbdoctor --api-url {} --git-base-url {} …    (Ctrl-C ends it)\n",
        running.api_url, running.git_url
    ));
    text
}
