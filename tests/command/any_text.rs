//! Promises that hold for every text: no panic, spans inside the text, no secret in what comes out.

use bbdoctor::command::{Input, Reading, read, read_bytes};
use proptest::prelude::*;

use super::fixture::{api_token, context, text, token};

fn spans_fit(reading: &Reading) {
    for request in &reading.requests {
        let notes = request.notes.iter().filter_map(|n| n.at);
        let reported = request.reported.iter().filter_map(|r| r.at);
        for span in request.spans.values().copied().chain(notes).chain(reported) {
            let (start, end) = (span.start as usize, span.end as usize);
            assert!(request.text.get(start..end).is_some(), "{start}..{end} in {:?}", request.text);
        }
        if let Some(id) = request.sends.credential {
            assert!(usize::from(id.0) < reading.credentials.len());
        }
    }
    assert!(reading.main.is_none_or(|main| main < reading.requests.len()));
    assert_eq!(reading.users.requests.len(), reading.requests.len());
}

/// Pieces that commands are made of, in any order.
fn piece() -> impl Strategy<Value = String> {
    let fixed = prop::sample::select(vec![
        "curl",
        "git",
        "clone",
        "push",
        "-u",
        "-H",
        "-X",
        "POST",
        "--url",
        "--next",
        "-d",
        "wget",
        "http",
        "irm",
        "-Headers",
        "@{",
        "}",
        "'",
        "\"",
        "`",
        "\\",
        "\\\n",
        "^\n",
        "`\n",
        "\n",
        "$",
        "$X",
        "${X}",
        "$(",
        ")",
        "%X%",
        "$env:X",
        " ",
        "\t",
        "\u{a0}",
        "\u{200b}",
        "“",
        "”",
        "‘",
        "—url",
        "-–",
        "&",
        "|",
        ";",
        "#",
        "!",
        "<token>",
        "{workspace}",
        "[1-2]",
        "{{token}}",
        ":",
        "@",
        "%40",
        "%4",
        "https://",
        "api.bitbucket.org",
        "bitbucket.org",
        "/2.0/user",
        "/acme/app.git",
        "git@bitbucket.org:acme/app.git",
        "?a=b",
        "Authorization:",
        "Basic",
        "Bearer",
        "YTpi",
        "HTTP/2 401",
        "< HTTP/1.1 403",
        "fatal: Authentication failed for '",
        "401",
        "-> 401",
        "Password for '",
        "token=",
        "\"password\": \"",
        "user anna, password ",
        "ü",
        "日本",
        "=",
        "-c",
        "http.extraHeader=",
    ]);
    prop_oneof![
        6 => fixed.prop_map(str::to_owned),
        1 => Just(api_token()),
        1 => Just(token("ATCTT3")),
        1 => any::<char>().prop_map(String::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pieces_of_commands(pieces in prop::collection::vec((piece(), any::<bool>()), 0..25)) {
        let pasted: String = pieces.iter().map(|(p, space)| if *space { format!("{p} ") } else { p.clone() }).collect();
        let reading = text(&pasted);
        spans_fit(&reading);
        let shown = format!("{:?} {:?} {:?}", reading.requests, reading.answers, reading.unread);
        for token in [api_token(), token("ATCTT3")] {
            prop_assert!(!shown.contains(&token), "{pasted}");
        }
    }

    #[test]
    fn words(words in prop::collection::vec(piece(), 0..12)) {
        let reading = read(Input::Words(&words), &context());
        spans_fit(&reading);
    }

    #[test]
    fn any_string(pasted in ".{0,200}") {
        spans_fit(&text(&format!("curl {pasted}")));
        spans_fit(&text(&pasted));
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        spans_fit(&read_bytes(&bytes, &context()));
        let json = String::from_utf8_lossy(&bytes);
        let _ = bbdoctor::command::read_postman(&json, None, &context());
        let _ = bbdoctor::command::read_har(&json, &context());
    }
}

#[test]
fn a_long_text_is_read_in_part() {
    let pasted = format!("curl https://api.bitbucket.org/2.0/user\n{}", "ü ".repeat(600_000));
    let reading = text(&pasted);
    assert_eq!(reading.requests.len(), 1);
    assert!(reading.unread.iter().any(|u| u.contains("1 MiB")));
}

/// What was read to the end of the text for each of its words took minutes.
#[test]
fn a_text_of_one_thing_again_and_again_is_read_once() {
    let home = tempfile::TempDir::new().expect("a folder can be made");
    for thing in ["https://", "https://a:b@", "token=", "cookie: a=b; ", "&amp;", "-----BEGIN PRIVATE KEY-----", "password is "] {
        let text = thing.repeat((128 << 10) / thing.len());
        let mut run = crate::promises_stage::program(home.path());
        run.args(["--offline", "--no-discover", "--format", "json", "-"]);
        let before = std::time::Instant::now();
        let done = crate::promises_stage::output(run, &text);
        assert!(done.status.code().is_some_and(|code| code < 4), "{thing}: {:?}", done.status);
        assert!(before.elapsed().as_secs() < 30, "{thing}: {:?}", before.elapsed());
    }
}
