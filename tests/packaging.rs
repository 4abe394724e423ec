//! What is packaged around the program: completions asked for by real shells, manual pages read by a real reader, and the entry
//! points of pipe and action run against the simulator. What a machine lacks is skipped, with the reason.

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;

use bbdoctor::simulator::{Running, Scenario, World, serve_in_thread};
use tempfile::TempDir;

use crate::promises_stage::{clean, output, said};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn installed(program: &str) -> bool {
    let there = Command::new(program).arg("--version").output().is_ok();
    if !there {
        let line = format!("skipped: no {program} here, so what it makes of the program's own files was not seen\n");
        // Past the harness, which shows nothing of a test that passes.
        let _ = std::io::stderr().write_all(line.as_bytes());
    }
    there
}

/// The program's folder in front of the search path, so that scripts find it by its name.
fn path() -> std::ffi::OsString {
    let own = Path::new(env!("CARGO_BIN_EXE_bbdoctor")).parent().expect("it stands in a folder").to_owned();
    let others = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&others))).expect("folders of a search path")
}

fn completions(shell: &str, home: &Path) -> PathBuf {
    let mut program = clean(env!("CARGO_BIN_EXE_bbdoctor"), home);
    program.args(["completions", shell]);
    let file = home.join(format!("bbdoctor.{shell}"));
    std::fs::write(&file, output(program, "").stdout).expect("a file can be written");
    file
}

#[test]
fn shells_complete_commands_and_options() {
    let home = TempDir::new().expect("a folder can be made");
    let bash = "source \"$1\"; COMP_WORDS=(bbdoctor \"$2\"); COMP_CWORD=1; _bbdoctor bbdoctor \"$2\" bbdoctor; printf '%s\\n' \"${COMPREPLY[@]}\"";
    let fish = "source $argv[1]; complete -C \"bbdoctor $argv[2]\"";
    for (shell, script) in [("bash", Some(bash)), ("fish", Some(fish)), ("zsh", None)] {
        if !installed(shell) {
            continue;
        }
        let file = completions(shell, home.path());
        let Some(script) = script else {
            // zsh completes at a prompt only: that it reads the script is what can be seen without one.
            let mut read = clean("zsh", home.path());
            read.args(["-n", "-f"]).arg(&file);
            let done = output(read, "");
            assert!(done.status.success() && done.stderr.is_empty(), "{shell}: {}", said(&done));
            continue;
        };
        for (typed, wanted) in [("prefl", "preflight"), ("--off", "--offline"), ("--ask", "--ask-helpers")] {
            let mut ask = clean(shell, home.path());
            ask.env("PATH", path());
            // bash names the script after `-c` as $0.
            ask.args(["-c", script]).args((shell == "bash").then_some("bash")).arg(&file).arg(typed);
            let done = output(ask, "");
            assert!(said(&done).lines().any(|line| line.split('\t').next() == Some(wanted)), "{shell} {typed}: {}", said(&done));
        }
    }
    let file = completions("powershell", home.path());
    assert!(std::fs::read_to_string(file).expect("it was written").contains("Register-ArgumentCompleter"));
}

#[test]
fn manual_pages_are_read_without_a_complaint() {
    let home = TempDir::new().expect("a folder can be made");
    let mut program = clean(env!("CARGO_BIN_EXE_bbdoctor"), home.path());
    program.args(["man", "--dir"]).arg(home.path().join("man"));
    let done = output(program, "");
    assert!(done.status.success(), "{}", said(&done));
    let mut pages: Vec<PathBuf> =
        std::fs::read_dir(home.path().join("man")).expect("it was made").flatten().map(|e| e.path()).collect();
    pages.sort();
    let names: Vec<String> = pages.iter().filter_map(|p| Some(p.file_name()?.to_string_lossy().into_owned())).collect();
    for wanted in ["bbdoctor.1", "bbdoctor-preflight.1", "bbdoctor-listen.1", "bbdoctor-explain.1"] {
        assert!(names.iter().any(|name| name == wanted), "{wanted} is missing: {names:?}");
    }
    let (reader, options): (&str, &[&str]) = if Command::new("mandoc").arg("-V").output().is_ok() {
        ("mandoc", &["-T", "lint", "-W", "error"])
    } else {
        ("groff", &["-man", "-ww", "-z"])
    };
    if reader == "groff" && !installed("groff") {
        return;
    }
    for page in &pages {
        let mut lint = clean(reader, home.path());
        lint.args(options).arg(page);
        let done = output(lint, "");
        assert!(done.status.success() && done.stderr.is_empty(), "{}: {}", page.display(), said(&done));
    }
}

#[test]
fn a_release_archive_holds_what_its_description_says() {
    let home = TempDir::new().expect("a folder can be made");
    let mut pack = clean("bash", home.path());
    pack.arg(root().join("packaging/release-archive"))
        .arg(env!("CARGO_BIN_EXE_bbdoctor"))
        .arg("x86_64-unknown-linux-gnu")
        .arg(home.path());
    let done = output(pack, "");
    assert!(done.status.success(), "{}", said(&done));
    // What `cargo binstall` would look for.
    let manifest: toml::Table = toml::from_str(&read("Cargo.toml")).expect("a manifest");
    let told = &manifest["package"]["metadata"]["binstall"];
    let filled = |text: &str| {
        text.replace("{ target }", "x86_64-unknown-linux-gnu").replace("{ bin }", "bbdoctor").replace("{ binary-ext }", "")
    };
    let url = filled(told["pkg-url"].as_str().expect("a text"));
    let archive = home.path().join(url.rsplit('/').next().expect("a name"));
    let mut list = clean("tar", home.path());
    list.args(["--list", "--file"]).arg(&archive);
    let listed = output(list, "");
    let text = said(&listed);
    for wanted in [
        filled(told["bin-dir"].as_str().expect("a text")),
        "bbdoctor-x86_64-unknown-linux-gnu/man/bbdoctor.1".into(),
        "bbdoctor-x86_64-unknown-linux-gnu/completions/bbdoctor.fish".into(),
    ] {
        assert!(text.lines().any(|line| line == wanted), "{wanted} is not in it: {text}");
    }
}

#[test]
fn the_package_holds_what_the_build_needs() {
    let mut list = Command::new(env!("CARGO"));
    list.current_dir(root()).args(["package", "--list", "--allow-dirty", "--offline", "--package", "bbdoctor"]);
    let done = output(list, "");
    let text = said(&done);
    assert!(done.status.success(), "{text}");
    for wanted in ["build.rs", "src/main.rs", "fixtures/scenarios/post-bearer.toml", "fixtures/repository.pack", "LICENSE-MIT"] {
        assert!(text.lines().any(|line| line == wanted), "{wanted} is not in the package");
    }
}

fn served(name: &str) -> (Running, String) {
    let scenario = Scenario::find(name).expect("it is one of the scenarios");
    let anywhere = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0);
    let running = serve_in_thread(scenario, &World::default(), anywhere, None).expect("loopback can be listened on");
    let token = scenario.credentials.first().expect("it has one").held();
    (running, token)
}

/// Runs an entry point with a token that lives, and with one that was revoked.
#[test]
fn entry_points_of_pipe_and_action_judge_a_token() {
    for (script, shown_where_it_fails) in
        [("packaging/bitbucket-pipe/pipe.sh", "token-rejected"), ("packaging/github-action/run.sh", "::error")]
    {
        for (scenario, healthy) in [("healthy-api-token", true), ("token-revoked", false)] {
            let home = TempDir::new().expect("a folder can be made");
            let (running, token) = served(scenario);
            let mut run = clean(root().join(script), home.path());
            run.env("PATH", path()).env("BITBUCKET_API_TOKEN", &token).env("BITBUCKET_EMAIL", "anna@example.com");
            run.env("BITBUCKET_CLONE_DIR", home.path()).env("BITBUCKET_REPO_FULL_NAME", "acme/app").env("REQUIRE", "git:read");
            run.args(["--api-url", &running.api_url, "--git-base-url", &running.git_url]);
            let done = output(run, "");
            let text = said(&done);
            assert_eq!(done.status.code(), Some(if healthy { 0 } else { 1 }), "{script}, {scenario}: {text}");
            assert!(!text.contains(&token), "{script} shows the token");
            assert_eq!(text.contains(shown_where_it_fails), !healthy, "{script}, {scenario}: {text}");
            if script.contains("pipe") {
                let report = std::fs::read_to_string(home.path().join("test-results/bbdoctor.xml")).expect("the pipe writes it");
                assert!(report.contains("<testsuite"), "{report}");
            }
        }
    }
}

#[test]
fn the_step_for_pipelines_runs() {
    let home = TempDir::new().expect("a folder can be made");
    let (running, token) = served("healthy-write-needs");
    let text = read("packaging/bitbucket-pipelines.yml");
    let line = text.lines().find_map(|line| line.trim().strip_prefix("- bbdoctor ")).expect("the step calls it");
    let command =
        format!("bbdoctor {} --api-url {} --git-base-url {}", line.replace(" --publish", ""), running.api_url, running.git_url);
    let mut run = clean("bash", home.path());
    run.env("PATH", path()).env("BITBUCKET_API_TOKEN", &token).env("BITBUCKET_EMAIL", "anna@example.com");
    std::fs::create_dir(home.path().join("test-results")).expect("a folder can be made");
    run.env("BITBUCKET_REPO_FULL_NAME", "acme/app").args(["-c", &command]);
    let done = output(run, "");
    assert!(done.status.success(), "{command}: {}", said(&done));
}

#[test]
fn files_of_packaging_name_what_is_there() {
    let container = read("packaging/container/Containerfile");
    for word in ["FROM ", "--locked", "USER nobody", "ENTRYPOINT [\"bbdoctor\"]"] {
        assert!(container.contains(word), "{word}");
    }
    let action = read("packaging/github-action/action.yml");
    assert!(
        action.contains("$GITHUB_ACTION_PATH/run.sh") && !action.contains("run: ${{"),
        "no expression becomes a word of a shell"
    );
    let version = env!("CARGO_PKG_VERSION");
    for file in ["packaging/github-action/action.yml", "packaging/bitbucket-pipe/pipe.yml", "packaging/bitbucket-pipe/Dockerfile"]
    {
        assert!(read(file).contains(version), "{file} does not name version {version}");
    }
    for line in read("packaging/README.md").lines().filter(|line| line.contains("| `")) {
        for word in line.split('`').skip(1).step_by(2).filter(|word| word.contains('/') && !word.contains(' ')) {
            assert!(root().join("packaging").join(word).exists(), "packaging/{word} is not there");
        }
    }
}
