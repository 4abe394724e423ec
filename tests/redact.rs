//! The redactor's promises, over random secrets and texts.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use bbdoctor::redact::Redactor;
use bbdoctor::secret::Secret;
use proptest::prelude::*;

const HIDDEN: &str = "[secret]";

fn redactor(secret: &str) -> Redactor {
    Redactor::new(&[(&Secret::new(secret.to_owned()), HIDDEN)])
}

/// A secret as programs write it.
fn forms(secret: &str, user: &str) -> Vec<String> {
    let each = |format: fn(u8) -> String| secret.bytes().map(format).collect::<String>();
    let pair = format!("{user}:{secret}");
    let after = format!("{pair}\nmore");
    vec![
        secret.to_owned(),
        each(|byte| format!("%{byte:02X}")),
        each(|byte| format!("%{byte:02x}")),
        each(|byte| format!("%25{byte:02x}")),
        each(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }),
        each(|byte| format!("\\u{byte:04x}")),
        each(|byte| format!("\\x{byte:02x}")),
        each(|byte| format!("&#{byte};")),
        each(|byte| format!("&#x{byte:X};")),
        each(|byte| format!("{byte:02x}")),
        format!("a{}", each(|byte| format!("{byte:02X}"))),
        serde_json::to_string(secret).expect("JSON"),
        serde_json::to_string(&serde_json::to_string(secret).expect("JSON")).expect("JSON"),
        format!("'{}'", secret.replace('\'', "'\\''")),
        format!("'{}'", secret.replace('\'', "''")),
        secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;"),
        STANDARD.encode(secret),
        STANDARD.encode(&pair),
        STANDARD.encode(&after),
        URL_SAFE.encode(&pair),
        URL_SAFE_NO_PAD.encode(&pair),
        STANDARD.encode(&pair).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_form_of_a_token_survives(secret in "[A-Za-z0-9_=.-]{24,80}", user in "[a-z@.]{0,9}", before in "[ -~]{0,12}") {
        let redactor = redactor(&secret);
        for form in forms(&secret, &user) {
            let clean = redactor.redact(&format!("{before} {form} .")).into_owned();
            prop_assert!(clean.contains(HIDDEN), "{form} -> {clean}");
            for piece in form.as_bytes().windows(90.min(form.len())) {
                let piece = std::str::from_utf8(piece).expect("ASCII");
                prop_assert!(!clean.contains(piece), "{piece} in {clean}");
            }
        }
    }

    #[test]
    fn no_piece_of_twenty_survives(secret in "[A-Za-z0-9_=!'\"&%<. -]{20,60}x", from in 0usize..40, length in 20usize..60, noise in "[ -~]{0,20}") {
        let end = (from + length).min(secret.len());
        let start = from.min(end.saturating_sub(20));
        let text = format!("{noise}{}{noise}", &secret[start..end]);
        let clean = redactor(&secret).redact(&text).into_owned();
        for piece in secret.as_bytes().windows(20).filter(|piece| piece.iter().any(|byte| *byte != piece[0])) {
            let piece = std::str::from_utf8(piece).expect("ASCII");
            prop_assert!(!clean.contains(piece), "{piece} in {clean}");
        }
    }

    #[test]
    fn a_password_is_hidden_as_a_whole(secret in "[A-Za-z0-9!'\"&%<]{7,18}7", user in "[a-z@.]{0,9}") {
        let redactor = redactor(&secret);
        for form in forms(&secret, &user) {
            let clean = redactor.redact(&form).into_owned();
            prop_assert!(clean.contains(HIDDEN), "{form} -> {clean}");
        }
    }

    #[test]
    fn again_changes_nothing_and_so_do_many_writes(
        secret in "[A-Za-z0-9_=-]{6,60}",
        parts in proptest::collection::vec((any::<bool>(), "[ -~\n]{0,40}", 1usize..60), 0..60),
        cuts in proptest::collection::vec(1usize..4000, 1..40),
    ) {
        let redactor = redactor(&secret);
        let mut text = String::new();
        for (take, noise, length) in parts {
            text.push_str(&noise);
            if take {
                text.push_str(&secret[..length.min(secret.len())]);
                text.push_str(&STANDARD.encode(format!("{noise}:{secret}")));
            }
        }
        // Longer than what the writer gathers between two looks.
        let text = text.repeat(1 + 20_000 / (text.len() + 1));
        let whole = redactor.redact(&text).into_owned();
        prop_assert_eq!(&redactor.redact(&whole), &whole);
        let mut writer = redactor.writer(Vec::new());
        let mut rest = text.as_bytes();
        for cut in cuts.iter().cycle() {
            let (now, later) = rest.split_at((*cut).min(rest.len()));
            writer.write_all(now).expect("written");
            if cut % 7 == 0 {
                writer.flush().expect("written");
            }
            rest = later;
            if rest.is_empty() {
                break;
            }
        }
        let streamed = String::from_utf8(writer.finish().expect("written")).expect("UTF-8");
        prop_assert!(streamed == whole, "streamed differs");
    }

    #[test]
    fn nothing_panics(secret in "\\PC{0,40}", text in "\\PC{0,200}") {
        let redactor = redactor(&secret);
        let _ = redactor.redact(&text);
        let _ = redactor.redact(&format!("{secret}{text}{secret}"));
        let masked = bbdoctor::redact::mask_identity(&format!("{text}{secret}"), std::slice::from_ref(&secret));
        prop_assert_eq!(masked.len(), text.len() + secret.len());
    }
}

#[test]
fn words_that_stand_for_nothing_are_no_secrets() {
    for word in ["null", "undefined", "", "abc", "token", "$TOKEN", "{{token}}", "<token>", "status"] {
        let text = format!("{{\"{word}\": \"{word}\"}}");
        assert_eq!(redactor(word).redact(&text), text);
    }
    assert_eq!(redactor("fooba").redact("foobar fooba. xfooba"), "foobar [secret]. xfooba");
}

#[test]
fn what_was_written_before_a_secret_does_not_wait_for_the_end() {
    let mut writer = redactor(&"aB3-".repeat(10)).writer(Vec::new());
    writer.write_all("progress\n".repeat(2000).as_bytes()).expect("written");
    writer.flush().expect("written");
    drop(writer);
}

#[test]
fn a_string_of_json_stays_one() {
    for secret in ["nfoobarx", "00e9abcd", "foobar12\\", "\"quoted1", "aB3-_x9Q\n\\aB3-_x9Q\u{e9}end"] {
        for around in ["", "\n", "\u{e9}", "\"", "\\", "\u{1f600}"] {
            let json = serde_json::to_string(&format!("{around}{secret}{around}")).expect("JSON");
            for text in [json.clone(), json.replace('\u{e9}', "\\u00e9").replace('\u{1f600}', "\\ud83d\\ude00")] {
                let clean = redactor(secret).redact(&text).into_owned();
                let string: Result<String, _> = serde_json::from_str(&clean);
                assert!(string.is_ok_and(|string| string.contains(HIDDEN)), "{text} -> {clean}");
            }
        }
    }
}
