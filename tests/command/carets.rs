//! The caret stands under exactly the word that the JSON report's span names, whatever stands before it on the line.

use serde_json::Value;
use tempfile::TempDir;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::fixture::api_token;
use crate::promises_stage::{output, program};

/// What stands over the first row of carets.
fn over_the_caret(screen: &str) -> Option<String> {
    let lines: Vec<&str> = screen.lines().collect();
    let at = lines.iter().position(|line| line.trim_start().starts_with('|') && line.contains('^'))?;
    let marks = lines[at];
    let source = lines[..at].iter().rev().find(|line| line.trim_start().starts_with(|c: char| c.is_ascii_digit()))?;
    let start = marks[..marks.find('^')?].width();
    let end = start + marks.chars().filter(|c| *c == '^').count();
    let mut column = 0;
    let mut word = String::new();
    for c in source.chars() {
        if (start..end).contains(&column) {
            word.push(c);
        }
        column += c.width().unwrap_or(0);
    }
    Some(word)
}

#[test]
fn they_stand_under_the_word_that_the_span_names() {
    let home = TempDir::new().expect("a folder can be made");
    let long = "a".repeat(260);
    let url = "https://api.bitbucket.org/2.0/repositories/acme";
    for (command, word) in [
        (format!("curl -u anna@example.com:TTT -X POST {url}"), "POST"),
        (format!("curl -u anna@example.com:TTT\t-X\tPOST {url}"), "POST"),
        (format!("curl -H 'X-Name: 日本語テスト' -X POST -u anna@example.com:TTT {url}"), "POST"),
        (format!("curl -H 'X-Name: e\u{301}e\u{301}' -X POST -u anna@example.com:TTT {url}"), "POST"),
        (format!("# ünïcödé\ncurl -u anna@example.com:TTT \\\n\t-X POST {url}"), "POST"),
        (format!("curl -H 'Accept: {long}' -u 'anna@example.com:$TOKEN' {url}"), "$TOKEN"),
        (format!("curl '{url}?q={long}&access_token=TTT'"), "ATATT3…"),
        (format!("curl -u anna@example.com:TTT '{}'", url.replace("acme", "{workspace}")), "{workspace}"),
        (format!("curl -u anna@example.com:TTT {}", url.replace("https", "http")), "http"),
        (format!("curl\u{a0}-u anna@example.com:TTT {url}"), "\u{a0}"),
        (format!("curl -u anna@example.com:TTT {url} -H “Accept: x”"), "“"),
        ("git clone https://x-bitbucket-api-token-auth:TTT@bitbucket.org/acme/app/src/main".to_owned(), "/acme/app/src/main"),
        ("git clone bitbucket.org/acme/app.git".to_owned(), "bitbucket.org/acme/app.git"),
    ] {
        let pasted = command.replace("TTT", &api_token());
        let run = |format: &str| {
            let mut bbdoctor = program(home.path());
            bbdoctor.args(["--offline", "--format", format, "-"]);
            String::from_utf8_lossy(&output(bbdoctor, &pasted).stdout).into_owned()
        };
        let report: Value = serde_json::from_str(&run("json")).expect("a report");
        let cited = report["verdict"]["evidence"].as_array().expect("a list");
        let findings =
            report["checks"].as_array().into_iter().flatten().flat_map(|c| c["findings"].as_array().into_iter().flatten());
        let text = report["case"]["request"]["text"].as_str().expect("a request");
        let spans = findings.filter(|f| cited.contains(&f["id"])).filter_map(|f| {
            let place = |end: &str| usize::try_from(f["span"][end].as_u64()?).ok();
            text.get(place("start")?..place("end")?)
        });
        assert!(spans.clone().any(|shown| shown == word), "{command}: {:?}", spans.collect::<Vec<_>>());
        for format in ["human", "markdown", "post", "github"] {
            // An annotation shows its lines behind `%0A`.
            let screen = run(format).replace("%0A", "\n").replace("%25", "%");
            // Under a blank alone nobody sees a caret: the words that it glues together are marked.
            let marked = if word == "\u{a0}" { "curl\u{a0}-u" } else { word };
            assert_eq!(over_the_caret(&screen).as_deref(), Some(marked), "{command}\n{screen}");
        }
    }
}
