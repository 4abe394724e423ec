//! What a `bbdoctor.toml` may say, and how a mistake in it is told.

use super::*;

fn error(text: &str) -> Error {
    read(text).expect_err(text)
}

#[test]
fn the_example_is_well_formed() {
    let config = read(include_str!("../../docs/bbdoctor.toml")).expect("the example");
    assert_eq!(config.warn_days, 30);
    assert_eq!(config.credentials.len(), 2);
    assert_eq!(config.credentials[0].expires.as_deref(), Some("2027-03-01"));
    assert!(config.credentials[0].needs.contains(&Need::GitRead("acme/app".into())));
}

#[test]
fn what_stands_above_goes_for_each() {
    let text = "repo = 'acme/app'\nneeds = ['git:read']\n[[credential]]\nenv = 'A'\n[[credential]]\nenv = 'B'\nrepo = 'acme/lib'\ngit-write = ['acme/x']";
    let config = read(text).expect("well formed");
    assert_eq!(config.credentials[0].needs, [Need::GitRead("acme/app".into())]);
    assert_eq!(config.credentials[1].needs, [Need::GitRead("acme/lib".into()), Need::GitWrite("acme/x".into())]);
    assert_eq!(read("").expect("nothing is said").credentials, [Wanted::default()]);
}

#[test]
fn errors_have_a_place_and_no_secret() {
    let secret = format!("ATATT3{}", "x9Y".repeat(50));
    for (text, line, column, says) in [
        ("nedds = []".to_owned(), 1, 1, "unknown key `nedds`"),
        ("\n[[credential]]\nenv = 'A'\n  proxy = 'http://p'".into(), 4, 3, "cannot say where"),
        ("api-url = 'https://evil.example'".into(), 1, 1, "cannot say where"),
        (format!("[[credential]]\ntoken = '{secret}'"), 2, 1, "secret does not belong"),
        (format!("[[credential]]\nenv = '{secret}'"), 2, 7, "no name of a variable"),
        (format!("needs = '{secret}'"), 1, 9, "wrong type"),
        ("needs = ['git:read', 'read:nothing']".into(), 1, 22, "read:nothing"),
        ("git-read = ['acme']".into(), 1, 13, "WORKSPACE/REPO"),
        ("[[credential]]\nenv = 'A'\nexpires = '1.3.2027'".into(), 3, 11, "no date"),
        ("[[credential]]\nenv = 'A'\nexpires = 10:00:00".into(), 3, 11, "no date"),
        ("[[credential]]\nname = 'x'".into(), 1, 1, "env"),
        ("warn-days = -1".into(), 1, 13, "between"),
        ("[[credential]]\nenv = 'A'\n[[credential]]\nenv = 'A'".into(), 4, 7, "same variable"),
        ("[[credential]]\nenv = 'A'\n[[credential]]\nenv = 'B'\nname = 'A'".into(), 5, 8, "same name"),
        ("[[credential]]\nenv = 'A'\nemail-env = 'A'".into(), 3, 13, "same variable"),
        (format!("[[credential]]\nenv = '{}'", app_password()), 2, 7, "no name of a variable"),
        (format!("[[credential]]\npassword = '{}'", app_password()), 2, 1, "secret does not belong"),
        ("repo = 'acme/app'\nworkspace = 'umbrella'".into(), 2, 13, "different workspaces"),
        ("repo = 'acme/app'\nrepo = 'acme/app'".into(), 2, 1, "no TOML"),
        ("repo = 'acme".into(), 1, 13, "no TOML"),
        ("= 1".into(), 1, 1, ""),
        (format!("'{secret}' = 1"), 1, 1, "unknown key"),
    ] {
        let error = if text.contains("git:read") { error(&format!("repo = 'acme/app'\n{text}")) } else { error(&text) };
        let line = if text.contains("git:read") { line + 1 } else { line };
        assert_eq!((error.line, error.column), (line, column), "{text}: {error}");
        assert!(error.to_string().contains(says), "{text}: {error}");
        assert!(!format!("{error}{}", error.next).contains("x9Yx9Y"), "{error}");
    }
}

/// Well-formed by its shape, and nobody's.
fn app_password() -> String {
    format!("ATBB{}", "x9Yx".repeat(8))
}

#[test]
fn a_mistake_is_pointed_at() {
    for (text, lines, next) in [
        ("# needs\nnedds = ['git:read']", ["2 | nedds = …", "  | ^^^^^"], "did you mean needs?"),
        (
            "needs = ['read:repositry:bitbucket']",
            ["1 | needs = ['read:repositry:bitbucket']", "  |          ^^^^^^^^^^^^^^^^^^^^^^^^^^"],
            "read:repository:bitbucket",
        ),
        ("needs = 'hunter22'", ["1 | needs = '…'", "  |         ^^^"], "needs = [\"git:read\"]"),
        ("[[credential]]\nenv = 'A'\n  password = 'hunter22'", ["3 |   password = …", "  |   ^^^^^^^^"], "env = \"NAME\""),
        ("[[credential]]\nenv = 'A'\nwarn-days = 3", ["3 | warn-days = …", "  | ^^^^^^^^^"], "above the first"),
        ("expires = 2027-01-01", ["1 | expires = …", "  | ^^^^^^^"], "into a [[credential]]"),
        ("\tproxy = 'http://anna:hunter22@p'", ["1 |  proxy = …", "  |  ^^^^^"], "--proxy"),
        ("[[credential]]\nenv = 'A'\nexpires = '30.2.'", ["3 | expires = '30.2.'", "  |           ^^^^^^^"], "2027-03-01"),
        (
            "[[credential]]\nenv = 'A'\nexpires = '2027-02-30'",
            ["3 | expires = '2027-02-30'", "  |           ^^^^^^^^^^^^"],
            "2027-03-01",
        ),
    ] {
        let error = error(text);
        assert_eq!(error.excerpt[1..3], lines, "{error}");
        assert!(error.next.contains(next), "{error}: {}", error.next);
    }
    // However wide and whatever it holds: one line, and a caret in it.
    let wide = format!("needs = [{}]", "'git:read', ".repeat(40) + "'x\u{1b}[2J\u{202e}y'");
    let error = error(&format!("repo = 'acme/app'\n{wide}"));
    assert!(error.excerpt.iter().all(|line| text::width(line) <= text::WIDTH && !line.contains(['\u{1b}', '\u{202e}'])));
}
