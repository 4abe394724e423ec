//! `preflight --suggest` on repositories of files: what it proposes, what it points at, and what it leaves alone.

use std::path::Path;
use std::process::{Command, Output};

use bbdoctor::checks::Need;
use bbdoctor::preflight::config;
use serde_json::Value;
use tempfile::TempDir;

/// A folder with these files, a clone of `acme/app` where git is there.
fn repository(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("it has one")).expect("it is made");
        std::fs::write(path, text).expect("it is written");
    }
    folder
}

fn git(folder: &Path, words: &[&str]) {
    let mut command = Command::new("git");
    command.args(words).current_dir(folder).env("GIT_CONFIG_GLOBAL", "/dev/null").env("HOME", folder);
    assert!(command.output().expect("git is there").status.success(), "{words:?}");
}

fn suggest(folder: &Path, words: &[&str]) -> Output {
    let home = tempfile::tempdir().expect("a folder can be made");
    let mut command = super::bbdoctor(home.path());
    command.current_dir(folder).args(["preflight", "--suggest"]).args(words);
    command.output().expect("the program starts")
}

/// `rule path:line:column word`, for each finding; `?` before those that are a doubt.
fn found(folder: &Path) -> Vec<String> {
    let output = suggest(folder, &["--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let outdated = report["findings"].as_array().expect("a list").iter().any(|f| f["level"] == "outdated");
    assert_eq!(output.status.code(), Some(i32::from(outdated)), "{report:#}");
    let row = |finding: &Value| {
        let number = |name: &str| usize::try_from(finding[name].as_u64().expect("a number")).expect("it fits");
        let path = finding["path"].as_str().expect("a path");
        let text = std::fs::read_to_string(folder.join(path)).expect("it is there");
        let line = text.lines().nth(number("line") - 1).expect("it has such a line");
        let word: String = line.chars().skip(number("column") - 1).take(number("end_column") - number("column")).collect();
        let doubt = if finding["level"] == "doubt" { "?" } else { "" };
        format!("{doubt}{} {path}:{} {word}", finding["rule"].as_str().expect("a rule"), number("line"))
    };
    report["findings"].as_array().expect("a list").iter().map(row).collect()
}

/// The proposal, as the program and the schema read it.
fn proposed(folder: &Path) -> (config::Config, String) {
    let output = suggest(folder, &["--repo", "acme/app"]);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(super::preflight_file::is_valid(&text), "{text}");
    (config::read(&text).unwrap_or_else(|error| panic!("{error}: {text}")), text)
}

const PIPELINES: &str = r#"image: node:20
definitions:
  scripts:
    - script: &notify |-
        # curl -u "$BITBUCKET_USERNAME:$BITBUCKET_APP_PASSWORD" https://api.bitbucket.org/1.0/users
        STATUS=$(curl -s -u "$BITBUCKET_EMAIL:$BITBUCKET_API_TOKEN" \
          "https://api.bitbucket.org/2.0/repositories/$BITBUCKET_WORKSPACE/$BITBUCKET_REPO_SLUG/pullrequests/$PR/comments")
pipelines:
  default:
    - step:
        script:
          - *notify
          - git clone https://x-token-auth:${BITBUCKET_API_TOKEN}@bitbucket.org/acme/charts.git
          - git clone https://x-token-auth:$REPO_ACCESS_TOKEN@bitbucket.org/acme/lib.git
          - 'curl -X POST -u "$BITBUCKET_USERNAME:$BITBUCKET_APP_PASSWORD" -F files=@x.zip https://api.bitbucket.org/2.0/repositories/acme/app/downloads'
          - git remote set-url origin "https://x-bitbucket-api-token-auth:$DEPLOY_API_TOKEN@bitbucket.org/$BITBUCKET_REPO_FULL_NAME.git"
          - git push origin HEAD:main
          - git clone git@bitbucket.org:acme/old.git && git clone git@ssh.bitbucket.org:acme/new.git
          - pipe: atlassian/bitbucket-upload-file:0.7.5
            variables:
              ATLASSIAN_ACCOUNT_EMAIL: $BITBUCKET_EMAIL
              ATLASSIAN_API_TOKEN: $UPLOAD_API_TOKEN
              FILENAME: x.zip
          - pipe: atlassian/git-secrets-scan:3.2.0
"#;

const WORKFLOW: &str = r#"on: push
jobs:
  a:
    runs-on: ubuntu-latest
    env:
      BB_TOKEN: ${{ secrets.BITBUCKET_API_TOKEN }}
    steps:
      - run: |
          curl --user "anna:${BB_TOKEN}" https://api.bitbucket.org/2.0/user/permissions/workspaces
          curl -H "Authorization: Bearer ${{ secrets.BB_WORKSPACE_ACCESS_TOKEN }}" https://api.bitbucket.org/2.0/repositories/acme?pagelen=100
      - run: echo "${{ secrets.BITBUCKET_APP_PASSWORD }}" | docker login
"#;

const JENKINSFILE: &str = r#"node {
  git url: 'https://bitbucket.org/acme/app.git', credentialsId: 'bb'
  withCredentials([usernamePassword(credentialsId: 'bb', usernameVariable: 'BB_USER', passwordVariable: 'BB_API_TOKEN')]) {
    sh "git clone https://${BB_USER}:${BB_API_TOKEN}@bitbucket.org/acme/other.git"
    sh '''
      curl -u $BB_USER:$BB_API_TOKEN \
        https://api.bitbucket.org/2.0/repositories/acme/app/issues
    '''
    // sh 'git clone git@bitbucket.org:acme/x.git'
  }
}
"#;

const SCRIPT: &str = r#"#!/bin/bash
API=https://api.bitbucket.org/2.0
WHO=$BITBUCKET_USERNAME
if ! curl -f -u "$WHO:$BITBUCKET_API_TOKEN" "$API/repositories/acme/app/commits"; then exit 1; fi
curl -u "$BITBUCKET_USER:$BITBUCKET_PASSWORD" $API/teams/acme
ssh-keyscan bitbucket.org >> ~/.ssh/known_hosts
curl "$API/user?access_token=$BITBUCKET_OAUTH_TOKEN"
curl -H "Authorization: Bearer $BITBUCKET_API_TOKEN" $API/user
"#;

fn all() -> TempDir {
    repository(&[
        ("bitbucket-pipelines.yml", PIPELINES),
        (".github/workflows/ci.yml", WORKFLOW),
        ("Jenkinsfile", JENKINSFILE),
        ("scripts/release.sh", SCRIPT),
        (".gitmodules", "[submodule \"x\"]\n\tpath = x\n\turl = git@bitbucket.org:acme/x.git\n"),
    ])
}

#[test]
fn what_is_outdated_is_pointed_at() {
    assert_eq!(
        found(all().path()),
        [
            "username-instead-of-email .github/workflows/ci.yml:9 anna",
            "removed-endpoint .github/workflows/ci.yml:9 https://api.bitbucket.org/2.0/user/permissions/workspaces",
            "app-password-removed .github/workflows/ci.yml:11 ${{ secrets.BITBUCKET_APP_PASSWORD }}",
            "ssh-host-moved .gitmodules:3 bitbucket.org",
            "username-instead-of-email Jenkinsfile:6 $BB_USER",
            "removed-endpoint Jenkinsfile:7 https://api.bitbucket.org/2.0/repositories/acme/app/issues",
            "git-wrong-username bitbucket-pipelines.yml:13 x-token-auth",
            "app-password-removed bitbucket-pipelines.yml:15 $BITBUCKET_APP_PASSWORD",
            "ssh-host-moved bitbucket-pipelines.yml:18 bitbucket.org",
            "username-instead-of-email scripts/release.sh:4 $WHO",
            "?username-instead-of-email scripts/release.sh:5 $BITBUCKET_USER",
            "removed-endpoint scripts/release.sh:5 $API/teams/acme",
            "ssh-host-moved scripts/release.sh:6 bitbucket.org",
            "token-in-query scripts/release.sh:7 $API/user?access_token=$BITBUCKET_OAUTH_TOKEN",
            "?bearer-with-api-token scripts/release.sh:8 Bearer",
        ]
    );
}

#[test]
fn needs_are_proposed_for_each_variable() {
    let folder = all();
    let (config, text) = proposed(folder.path());
    let of =
        |env: &str| config.credentials.iter().find(|c| c.env.as_deref() == Some(env)).unwrap_or_else(|| panic!("{env}: {text}"));
    let endpoint = |method: &str, path: &str| Need::Endpoint { method: method.into(), path: path.into() };
    let api = of("BITBUCKET_API_TOKEN");
    assert_eq!(api.email_env.as_deref(), Some("BITBUCKET_EMAIL"));
    assert!(api.needs.contains(&Need::GitRead("acme/charts".into())), "{text}");
    assert!(api.needs.contains(&Need::Scope("read:pullrequest:bitbucket".into())), "{text}");
    assert!(api.needs.contains(&endpoint("GET", "/2.0/repositories/acme/app/commits")), "{text}");
    assert_eq!(of("REPO_ACCESS_TOKEN").needs, [Need::GitRead("acme/lib".into())]);
    assert_eq!(of("BB_WORKSPACE_ACCESS_TOKEN").needs, [endpoint("GET", "/2.0/repositories/acme")]);
    assert_eq!(of("DEPLOY_API_TOKEN").needs, [Need::GitRead("acme/app".into()), Need::GitWrite("acme/app".into())]);
    assert_eq!(of("UPLOAD_API_TOKEN").needs, [Need::Scope("write:repository:bitbucket".into())]);
    assert_eq!(of("BB_API_TOKEN").needs, [Need::GitRead("acme/other".into())]);
    assert!(text.contains("\"acme/charts\", # bitbucket-pipelines.yml:13\n"), "{text}");
    assert!(text.contains("# By its name an app password"), "{text}");
}

#[test]
fn a_secret_is_named_by_the_variable_that_holds_it() {
    let folder = repository(&[(
        "a.sh",
        "AUTH=\"Authorization: Bearer $BB_ACCESS_TOKEN\"\ncurl -H \"$AUTH\" https://api.bitbucket.org/2.0/repositories/acme/app\n\
         PAIR=$(printf '%s' \"$BITBUCKET_EMAIL:$BITBUCKET_API_TOKEN\" | base64)\n\
         curl -H \"Authorization: Basic $PAIR\" https://api.bitbucket.org/2.0/repositories/acme/lib\n\
         T=$(pass show bitbucket)\ncurl -H \"Authorization: Bearer $T\" https://api.bitbucket.org/2.0/repositories/acme/x\n\
         USER=annasmith\ncurl -u $USER:$BITBUCKET_API_TOKEN https://api.bitbucket.org/2.0/repositories/acme/y\n",
    )]);
    let (config, text) = proposed(folder.path());
    let names: Vec<&str> = config.credentials.iter().filter_map(|c| c.env.as_deref()).collect();
    assert_eq!(names, ["BB_ACCESS_TOKEN", "BITBUCKET_API_TOKEN"], "{text}");
    assert_eq!(config.credentials[1].needs.len(), 2, "{text}");
    assert_eq!(found(folder.path()), ["username-instead-of-email a.sh:8 $USER"]);
}

#[cfg(unix)]
#[test]
fn a_hostile_file_takes_seconds_and_no_more() {
    let many = |piece: &str| piece.repeat((1 << 20) / piece.len());
    let folder = repository(&[
        ("1.sh", &many("a=$(")),
        ("2.sh", &many("$(curl ")),
        ("3.sh", &many("$BITBUCKET_APP_PASSWORD ")),
        ("4.sh", &many("curl -u $A:$B https://api.bitbucket.org/2.0/user\n")),
        ("5.sh", &many("${a #\n")),
        ("6.sh", &many("\"'`git@bitbucket.org:")),
        ("Jenkinsfile", &many("'\\'\"url: '")),
        ("bitbucket-pipelines.yml", &many("- \"\\n ${{ \"\n")),
    ]);
    // Seconds of the processor, not of the wall: other tests run beside this one.
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -t 60 && exec \"$0\" preflight --suggest -q", env!("CARGO_BIN_EXE_bbdoctor")]);
    let output = command.current_dir(folder.path()).env("HOME", folder.path()).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(1), "{} {}", output.status, super::stderr(&output));
}

#[test]
fn what_is_right_is_left_alone() {
    let folder = repository(&[
        (
            "ci.sh",
            "curl -u \"$BITBUCKET_EMAIL:$BITBUCKET_API_TOKEN\" https://api.bitbucket.org/2.0/user\n\
             git clone https://x-token-auth:$BITBUCKET_ACCESS_TOKEN@bitbucket.org/acme/app.git\n\
             git clone https://x-token-auth:$BITBUCKET_TOKEN@bitbucket.org/acme/app.git\n\
             git clone https://x-bitbucket-api-token-auth:$BITBUCKET_API_TOKEN@bitbucket.org/acme/app.git\n\
             git clone \"https://$BITBUCKET_USERNAME:$BITBUCKET_API_TOKEN@bitbucket.org/acme/app.git\"\n\
             git clone git@ssh.bitbucket.org:acme/app.git\n\
             git clone https://git@bitbucket.org/acme/app.git\n\
             git clone git@github.com:acme/app.git\n\
             git config url.\"https://x-token-auth:$BITBUCKET_TOKEN@bitbucket.org/\".insteadOf \"git@bitbucket.org:\"\n\
             sed -i 's#git@bitbucket.org:#https://bitbucket.org/#' .gitmodules\n\
             ssh-keyscan bitbucket.org ssh.bitbucket.org\n\
             curl -H \"Authorization: Bearer $BITBUCKET_ACCESS_TOKEN\" https://api.bitbucket.org/2.0/repositories/acme/app\n\
             curl -u \"$KEY:$SECRET\" -d grant_type=client_credentials https://bitbucket.org/site/oauth2/access_token\n\
             curl -u \"$JIRA_USER:$JIRA_API_TOKEN\" https://acme.atlassian.net/rest/api/2/myself\n\
             curl -u \"$USERNAME:$APP_PASSWORD\" https://mail.example.com/\n\
             echo \"$GMAIL_APP_PASSWORD\" 'curl -u $BITBUCKET_USERNAME:x https://api.bitbucket.org/1.0/users'\n\
             # git clone git@bitbucket.org:acme/app.git; echo $BITBUCKET_APP_PASSWORD\n\
             curl -u \"$BITBUCKET_USERNAME:$BITBUCKET_APP_PASSWORD\" https://api.bitbucket.org/2.0/user # bbdoctor: ignore\n\
             curl https://api.bitbucket.org/2.0/snippets/acme -u \"$BITBUCKET_EMAIL:$BITBUCKET_API_TOKEN\"\n\
             curl -u \"$ANYTHING:$BITBUCKET_API_TOKEN\" https://api.bitbucket.org/2.0/user\n",
        ),
        (
            "bitbucket-pipelines.yml",
            "# $BITBUCKET_APP_PASSWORD\npipelines:\n  default:\n    - step:\n        script:\n          - git push origin main\n",
        ),
        ("docs/guide.md", "git clone git@bitbucket.org:acme/app.git"),
        ("config.yml", "a: git@bitbucket.org:acme/app.git"),
    ]);
    assert_eq!(found(folder.path()), Vec::<String>::new());
    let empty = repository(&[("README", "nothing")]);
    let (config, text) = proposed(empty.path());
    assert_eq!(config.credentials.len(), 1, "the one that is found by itself: {text}");
    assert!(text.contains("No command was found"), "{text}");
}

#[test]
fn a_secret_in_a_file_is_found_and_not_shown() {
    let token = super::api_token();
    let app = format!("ATBB{}", "q7WxB2nK".repeat(4));
    let sample = format!("ATATT3xFfGF0{}=0123ABCD", "x".repeat(40));
    let text = format!(
        "curl -u anna@example.com:{token} https://api.bitbucket.org/2.0/user\n# old: {app}\n# for example {sample}\ncurl -u \"anna:hunter22horse\" https://api.bitbucket.org/2.0/user\nPASSWORD=hunter22horse git clone git@bitbucket.org:acme/x.git\n"
    );
    let folder = repository(&[("a.sh", &text)]);
    let rows = found(folder.path());
    let rows: Vec<&str> = rows.iter().map(|row| row.split(' ').next().unwrap_or_default()).collect();
    assert_eq!(rows, ["literal-secret", "literal-secret", "literal-secret", "username-instead-of-email", "ssh-host-moved"]);
    for format in ["human", "json", "sarif", "github"] {
        let output = suggest(folder.path(), &["--format", format]);
        let said = format!("{}{}", super::stdout(&output), super::stderr(&output));
        for secret in [token.as_str(), &app, "hunter22horse"] {
            assert!(!said.contains(secret), "{format}: {said}");
        }
    }
}

#[test]
fn every_format_points_at_the_place() {
    let folder = all();
    let output = suggest(folder.path(), &["--report", "s.sarif", "--report", "github=g.txt"]);
    assert_eq!(output.status.code(), Some(1));
    let said = super::stderr(&output);
    assert!(said.contains("error[git-wrong-username]: ") && said.contains(" --> bitbucket-pipelines.yml:13:31\n"), "{said}");
    assert!(said.ends_with("outdated: 13 places in 5 files, 2 places to look at\n"), "{said}");
    assert!(said.lines().all(|line| line.chars().count() <= 80 || line.starts_with(" -->")), "{said}");
    let github = std::fs::read_to_string(folder.path().join("g.txt")).expect("it was written");
    assert!(github.lines().all(|line| line.starts_with("::")), "{github}");
    assert!(
        github.contains("::error file=bitbucket-pipelines.yml,line=13,col=31,endColumn=43,title=git-wrong-username::"),
        "{github}"
    );
    let sarif = std::fs::read_to_string(folder.path().join("s.sarif")).expect("it was written");
    let sarif: Value = serde_json::from_str(&sarif).expect("JSON");
    match super::formats::published::sarif() {
        Ok(schema) => assert!(schema.is_valid(&sarif), "{sarif:#}"),
        Err(why) => super::formats::skipped(&why),
    }
    let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], ".github/workflows/ci.yml");
    for wrong in
        [&["--format", "html"][..], &["--require", "git:read"], &["--config", "x.toml"], &["--publish"], &["--repo", "x\u{1b}"]]
    {
        assert_eq!(suggest(folder.path(), wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn git_says_which_files_and_whose() {
    let folder =
        repository(&[("a.sh", SCRIPT), ("ignored/b.sh", SCRIPT), (".gitignore", "ignored/\n"), ("sub/c.sh", "git push\n")]);
    git(folder.path(), &["init", "--quiet"]);
    git(folder.path(), &["remote", "add", "origin", "git@ssh.bitbucket.org:acme/tool.git"]);
    // A repository's own settings are nobody's to run.
    git(folder.path(), &["config", "core.fsmonitor", "touch ran; false"]);
    let output = suggest(&folder.path().join("sub"), &[]);
    let (said, cried) = (super::stdout(&output), super::stderr(&output));
    assert!(said.contains("repo = \"acme/tool\"\n") && cried.contains(" --> a.sh:4:"), "{said}{cried}");
    assert!(!cried.contains("ignored/"), "{cried}");
    assert!(!folder.path().join("ran").exists() && !folder.path().join("sub/ran").exists());
}

#[cfg(unix)]
#[test]
fn hostile_repositories_are_read_as_far_as_they_are_files() {
    let outside = repository(&[("secret.sh", SCRIPT)]);
    let folder = repository(&[
        ("a\u{1b}[2J\n::error::x.sh", SCRIPT),
        ("big.sh", &"#".repeat(2 << 20)),
        ("bad/bitbucket-pipelines.yml", "a: [b"),
        ("deep/bitbucket-pipelines.yml", &"- ".repeat(50_000)),
    ]);
    std::os::unix::fs::symlink(outside.path().join("secret.sh"), folder.path().join("link.sh")).expect("a link");
    std::os::unix::fs::symlink(outside.path(), folder.path().join("elsewhere")).expect("a link");
    std::os::unix::fs::symlink(folder.path(), folder.path().join("loop")).expect("a link");
    assert!(Command::new("mkfifo").arg(folder.path().join("pipe.sh")).status().is_ok_and(|status| status.success()));
    for tracked in [false, true] {
        if tracked {
            git(folder.path(), &["init", "--quiet"]);
            git(folder.path(), &["add", "--all", "."]);
        }
        for format in ["human", "github", "json", "sarif"] {
            let output = suggest(folder.path(), &["--format", format]);
            let said = format!("{}{}", super::stdout(&output), super::stderr(&output));
            assert_eq!(output.status.code(), Some(1), "{said}");
            assert!(
                !said.contains('\u{1b}') && !said.contains("link.sh") && !said.contains("elsewhere") && !said.contains("loop/"),
                "{said}"
            );
            assert!(said.lines().all(|line| !line.starts_with("::error::")), "{said}");
            let (big, bad) = (said.contains("big.sh was not read"), said.contains("it is no YAML"));
            assert!(matches!(format, "github" | "sarif") || big && bad, "{said}");
        }
    }
}
