//! Recordings from anybody: thousands of damaged and malicious ones are read, judged and written in every format. Each ends in a
//! clear refusal or in a verdict, in bounded time; none in a panic.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use bbdoctor::checks;
use bbdoctor::report::human::{self, Look};
use bbdoctor::report::{Record, github, html, json, junit, markdown, post, recording, sarif};
use serde_json::{Map, Value, json};

use super::{bbdoctor, recordings};

/// xorshift64*: the same cases on every machine.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let sides = u64::try_from(sides.max(1)).expect("a small number");
        usize::try_from((self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % sides).expect("a small number")
    }
}

/// What an honest program would not write.
fn odd(dice: &mut Dice) -> Value {
    let deep = |depth: usize| (0..depth).fold(json!([]), |inner, _| json!([inner]));
    match dice.throw(26) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!(u64::MAX),
        4 => json!(i64::MIN),
        5 => json!(1e308),
        6 => json!(65_536),
        7 => json!(""),
        8 => json!("\0\u{1b}[2J\u{202e}\u{feff}"),
        9 => json!("x".repeat(30_000)),
        10 => json!("ä€𐍈".repeat(50)),
        11 => json!([]),
        12 => json!({}),
        13 => deep(100),
        14 => json!(vec![json!({}); 300]),
        15 => json!({ "start": 0, "end": u32::MAX }),
        16 => json!({ "start": 7, "end": 3 }),
        17 => json!({ "start": 1, "end": 2 }),
        18 => json!("x9999999999"),
        19 => json!("x65535"),
        20 => json!("9999-12-31T00:00:00Z"),
        21 => json!("0001-01-01T00:00:00Z"),
        22 => json!("bearer"),
        23 => json!("https://[::1]:99999/%ff%00?#@:"),
        24 => json!("anna@example.com"),
        _ => json!("<script>::error::|`</details>"),
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(members) => members.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0,
    }
}

/// Does something to the member with this number, in the order of the text.
fn damage(value: &mut Value, number: &mut usize, dice: &mut Dice) -> bool {
    if *number == 0 {
        match (dice.throw(6), &mut *value) {
            (0, Value::Object(members)) => {
                let keys: Vec<String> = members.keys().cloned().collect();
                if let Some(key) = keys.get(dice.throw(keys.len())) {
                    members.remove(key);
                }
            }
            (1, Value::Object(members)) => {
                let key = ["\0", "unheard-of", "api", "status", "🦀"][dice.throw(5)];
                members.insert(key.into(), odd(dice));
            }
            (0, Value::Array(members)) if !members.is_empty() => {
                members.remove(dice.throw(members.len()));
            }
            (1, Value::Array(members)) if !members.is_empty() => {
                let twin = members[dice.throw(members.len())].clone();
                members.push(twin);
            }
            (2, Value::Array(members)) => members.reverse(),
            (0, Value::Number(_)) => *value = json!(dice.throw(1_000)),
            (0 | 1, Value::String(text)) => {
                let at = (0..=dice.throw(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
                text.insert_str(at, ["ä", "\n", "\0", "'", "…", "%40"][dice.throw(6)]);
            }
            (2, Value::String(text)) => {
                text.pop();
            }
            _ => *value = odd(dice),
        }
        return true;
    }
    *number -= 1;
    match value {
        Value::Array(members) => members.iter_mut().any(|member| damage(member, number, dice)),
        Value::Object(members) => members.values_mut().any(|member| damage(member, number, dice)),
        _ => false,
    }
}

/// Does something to the bytes.
fn scratch(bytes: &mut Vec<u8>, dice: &mut Dice) {
    for _ in 0..=dice.throw(3) {
        let at = dice.throw(bytes.len());
        match dice.throw(7) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, b"\0\xff\"{}[],:\\0-eE"[dice.throw(14)]),
            2 if at < bytes.len() => {
                bytes.remove(at);
            }
            3 if at < bytes.len() => bytes[at] ^= 1 << dice.throw(8),
            4 => {
                let end = (at + dice.throw(400)).min(bytes.len());
                let twice = bytes[at..end].to_vec();
                bytes.splice(at..at, twice);
            }
            5 => {
                let end = (at + dice.throw(200)).min(bytes.len());
                bytes.drain(at..end);
            }
            _ => {
                bytes.splice(at..at, std::iter::repeat_n(b'[', dice.throw(300)));
            }
        }
    }
}

/// Judges and writes it; gives what the refusal says.
fn survive(bytes: &[u8], every_format: bool) -> Option<String> {
    let (case, seen) = match recording::read(bytes) {
        Ok(read) => read,
        Err(error) => return Some(error.to_string()),
    };
    let diagnosis = checks::diagnose(&case, &seen);
    let record = Record { case: &case, seen: &seen, diagnosis: &diagnosis };
    let written = json::write(record);
    // What was taken can be taken again, and is judged the same.
    let (case, seen) = recording::read(written.as_bytes()).unwrap_or_else(|e| panic!("its own report is refused: {e}"));
    let again = checks::diagnose(&case, &seen);
    assert_eq!(json::write(Record { case: &case, seen: &seen, diagnosis: &again }), written, "a replay of the replay differs");
    if every_format {
        let verbose = Look { verbose: 2, ..Look::default() };
        let texts =
            [human::write(record, Look::default()), human::write(record, verbose), markdown::write(record), post::write(record)];
        let more = [html::write(record), junit::write(record), sarif::write(record), github::write(record)];
        for text in texts.iter().chain(&more) {
            assert!(!text.contains('\u{1b}') && !text.contains('\0'), "{text}");
        }
    }
    None
}

#[test]
fn thousands_of_damaged_recordings_end_in_a_refusal_or_a_verdict() {
    const CASES: usize = 2_000;
    const LONGEST: Duration = Duration::from_secs(20);
    let wanted = [
        "post-bearer-other-email-repo",
        "healthy-api-token",
        "way-tls-self-signed",
        "git-email-as-user",
        "scopes-several-missing",
    ];
    let texts: Vec<&[u8]> =
        recordings().iter().filter(|(name, _)| wanted.contains(&name.as_str())).map(|(_, text)| text.as_slice()).collect();
    assert_eq!(texts.len(), wanted.len());
    let values: Vec<Value> = texts.iter().map(|text| serde_json::from_slice(text).expect("JSON")).collect();
    let mut dice = Dice(0x5EED);
    let (mut refused, mut wrong) = (0, Vec::new());
    for case in 0..CASES {
        let bytes = if case % 3 == 0 {
            let mut bytes = texts[dice.throw(texts.len())].to_vec();
            scratch(&mut bytes, &mut dice);
            bytes
        } else {
            let mut value = values[dice.throw(values.len())].clone();
            for _ in 0..=dice.throw(4) {
                let mut number = dice.throw(count(&value));
                damage(&mut value, &mut number, &mut dice);
            }
            value.to_string().into_bytes()
        };
        let start = Instant::now();
        match catch_unwind(AssertUnwindSafe(|| survive(&bytes, case % 10 == 0))) {
            Err(_) => wrong.push(format!("case {case} panics: {}", String::from_utf8_lossy(&bytes))),
            Ok(Some(why)) => {
                refused += 1;
                if why.chars().count() > 400 || why.chars().any(char::is_control) {
                    wrong.push(format!("case {case} is refused with {why:?}"));
                }
            }
            Ok(None) => {}
        }
        if start.elapsed() > LONGEST {
            wrong.push(format!("case {case} takes {:?}", start.elapsed()));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.iter().take(3).cloned().collect::<Vec<_>>().join("\n"));
    assert!(
        refused > CASES / 10 && refused < CASES * 9 / 10,
        "{refused} of {CASES} refused: the damage does not hit what it should"
    );
}

/// A recording with something in it, as the program gets it.
fn said(change: impl FnOnce(&mut Map<String, Value>)) -> (Option<i32>, String) {
    let (_, text) = recordings().iter().find(|(name, _)| name == "post-bearer-other-email-repo").expect("it is a scenario");
    let mut report: Value = serde_json::from_slice(text).expect("JSON");
    change(report.as_object_mut().expect("an object"));
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("given.json");
    std::fs::write(&file, report.to_string()).expect("it is written");
    let output = bbdoctor(&["replay", &file.display().to_string()]);
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_refusal_names_the_place() {
    type Change = fn(&mut Map<String, Value>);
    let cases: [(Change, &str); 10] = [
        (|r| r["exchanges"] = json!(vec![r["exchanges"][0].clone(); 100]), "exchanges has more than 24 members"),
        (|r| r["exchanges"][1]["id"] = json!("x1"), "the exchange x1 stands there twice"),
        (|r| r["exchanges"][0]["credential"] = json!(77), "its exchange x1 was asked with credential 77"),
        (|r| r["exchanges"][2]["body_excerpt"] = json!("x".repeat(100_000)), "exchanges[2].body_excerpt is longer than 24 KiB"),
        (|r| r["exchanges"][0]["role"] = json!("king"), "unknown variant `king`"),
        (|r| r["exchanges"][0]["ask"] = json!(null), "x1"),
        (|r| r["case"]["request"]["text"] = json!("x".repeat(2 << 20)), "case.request.text is longer than 1024 KiB"),
        (|r| r["case"]["credentials"] = json!(7), "line 1 column"),
        (|r| r["started_at"] = json!("yesterday"), "started_at"),
        (|r| r["schema_version"] = json!(2), "schema_version is 2"),
    ];
    for (number, (change, wanted)) in cases.into_iter().enumerate() {
        let url_gone = number == 5;
        let (code, said) = said(|report| {
            change(report);
            if url_gone {
                report["exchanges"][0]["url"] = json!("https://elsewhere.example/");
            }
        });
        assert_eq!(code, Some(2), "{wanted}: {said}");
        assert!(said.contains(wanted) && said.contains("given.json"), "{wanted}: {said}");
    }
}

#[test]
fn far_days_are_days() {
    for day in ["9999-12-30T00:00:00Z", "-009999-01-03T00:00:00Z", "1970-01-01T00:00:00Z"] {
        let (code, said) = said(|report| report["started_at"] = json!(day));
        // In another age the answers' clocks are off, and that may be what is said.
        assert!(matches!(code, Some(1 | 3)), "{day}: {code:?}: {said}");
    }
}
