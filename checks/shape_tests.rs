//! Kinds, checksums and what does not belong to a token, on texts made for the purpose.

use alloc::format;
use alloc::string::String;

use crate::shape::{checksum, read, user_form};
use crate::{Certainty, Kind, UserForm};

fn token(prefix: &str) -> String {
    let body = format!("{prefix}{}=", "Ab3_dEf7h-".repeat(17));
    format!("{body}{}", checksum(&body))
}

#[test]
fn kinds_are_told_by_their_form() {
    let app_password = format!("ATBB{}", "aB3dE6gH".repeat(4));
    let data_center = format!("BBDC-{}", "Mz4x".repeat(11));
    let jwt = ["eyJhbGciOiJSUzI1NiJ9", "eyJleHAiOjE4MDAwMDAwMDB9", "c2lnbmF0dXJl"].join(".");
    let rows: [(&str, Kind, Certainty); 9] = [
        (&token("ATATT3xFfGF0"), Kind::ApiToken, Certainty::Certain),
        (&token("ATCTT3xFfGN0"), Kind::AccessToken, Certainty::Likely),
        (&app_password, Kind::AppPassword, Certainty::Certain),
        (&data_center, Kind::DataCenterToken, Certainty::Certain),
        (&format!("ghp_{}", "x7Yz".repeat(9)), Kind::OtherProduct, Certainty::Certain),
        (&jwt, Kind::OauthToken, Certainty::Likely),
        ("correct horse", Kind::Password, Certainty::Possible),
        ("aB3dE6gH9jK2mN5pQ8sT1vW4", Kind::ApiToken, Certainty::Possible),
        (&"x".repeat(60), Kind::Unknown, Certainty::Possible),
    ];
    for (text, kind, certainty) in rows {
        let found = read(text);
        assert_eq!((found.kind, found.certainty), (kind, certainty), "{}…", text.chars().take(6).collect::<String>());
        assert!(found.shape.stray.is_empty());
    }
    assert_eq!(read(&jwt).shape.jwt.and_then(|j| j.expires), Some(1_800_000_000));
}

#[test]
fn the_checksum_tells_a_whole_token_from_one_that_was_cut_or_changed() {
    let whole = token("ATATT3xFfGF0");
    assert_eq!(read(&whole).shape.checksum_fits, Some(true));
    let changed = whole.replacen("Ab3", "Ab8", 1);
    assert_eq!(read(&changed).shape.checksum_fits, Some(false));
    let cut = &whole[..whole.len() - 20];
    let shape = read(cut).shape;
    assert_eq!((shape.checksum_fits, shape.tail_present), (Some(false), Some(false)));
}

#[test]
fn what_does_not_belong_to_a_token_is_named_and_taken_off() {
    let whole = token("ATATT3xFfGF0");
    let half = whole.len() / 2;
    let rows = [
        (format!("{whole}\n"), "a newline at the end"),
        (format!("\"{whole}\""), "quotes around it"),
        (format!("{whole}\\"), "a backslash at the end"),
        (format!("<{whole}>"), "brackets around it"),
        (format!("{{{{ {whole} }}}}"), "brackets around it"),
        (format!("\u{feff}{whole}"), "a byte order mark at the start"),
        (format!("{whole}\u{a0}"), "a non-breaking space at the end"),
        (format!("{}\u{200b}{}", &whole[..half], &whole[half..]), "an invisible character inside it"),
        (format!("{}\n{}", &whole[..half], &whole[half..]), "a newline inside it"),
    ];
    for (text, stray) in rows {
        let found = read(&text);
        assert_eq!(found.shape.stray.first().map(String::as_str), Some(stray));
        assert_eq!(found.cleaned, whole, "{stray}");
        assert_eq!(found.shape.checksum_fits, Some(true), "{stray}");
    }
}

#[test]
fn placeholders_and_variables_are_no_credentials() {
    for text in [
        "$TOKEN",
        "${TOKEN}",
        "{{token}}",
        "{{ATLASSIAN_API_TOKEN_OF_THE_PIPELINE}}",
        "%TOKEN%",
        "$env:TOKEN",
        "${{ secrets.TOKEN }}",
        "null",
        "undefined",
        "None",
        "",
    ] {
        assert!(read(text).shape.unexpanded.is_some(), "{text}");
    }
    for text in ["<token>", "{api_token}", "YOUR_API_TOKEN", "your-token", "xxxxxxxx"] {
        assert!(read(text).shape.placeholder.is_some(), "{text}");
    }
    let uuid = "{00000000-0000-0000-0000-000000000000}";
    assert!(read(uuid).shape.placeholder.is_none(), "a UUID in braces is none");
    assert!(read("p@ss$word1").shape.unexpanded.is_none(), "a password may hold a dollar sign");
}

#[test]
fn what_somebody_masked_is_neither_a_secret_nor_a_placeholder() {
    let rows = [
        ("ATATT3x...", Kind::ApiToken),
        ("ATATT3xFfGF0****", Kind::ApiToken),
        ("ATATT…", Kind::ApiToken),
        ("ATATT3xFfGF0", Kind::ApiToken),
        ("ATATT3xFfGF0[redacted]", Kind::ApiToken),
        ("ATATT3xFfGF0T4JV...=3C5F4D2E", Kind::ApiToken),
        ("ATCTTxxxxxxxx", Kind::AccessToken),
        ("ATBB***", Kind::AppPassword),
        ("***", Kind::Unknown),
        ("••••••••", Kind::Unknown),
        ("<redacted>", Kind::Unknown),
        ("[TOKEN REDACTED]", Kind::Unknown),
        ("...", Kind::Unknown),
    ];
    for (text, kind) in rows {
        let found = read(text);
        assert!(found.shape.masked && found.shape.placeholder.is_none() && found.shape.stray.is_empty(), "{text}");
        assert_eq!((found.kind, found.shape.checksum_fits), (kind, None), "{text}");
    }
    let whole = token("ATATT3xFfGF0");
    for text in [whole.as_str(), &whole[..40], "ATATT3xFfGF0abc", "hunter2...", "p***word", "unhidden7", "<token>"] {
        assert!(!read(text).shape.masked, "{text}");
    }
    assert_eq!(read("ATATT3xFfGF0abc").shape.tail_present, Some(false), "cut short");
}

#[test]
fn users_are_told_by_their_form() {
    let rows = [
        ("anna@example.com", UserForm::Email),
        ("annasmith", UserForm::Name),
        ("x-bitbucket-api-token-auth", UserForm::ApiTokenStatic),
        ("x-token-auth", UserForm::AccessTokenStatic),
        ("x-auth-token", UserForm::ForeignStatic),
        ("git", UserForm::ForeignStatic),
        ("", UserForm::Empty),
        ("<username>", UserForm::Placeholder),
    ];
    for (user, form) in rows {
        assert_eq!(user_form(user), form, "{user}");
    }
    assert_eq!(user_form(&token("ATATT3xFfGF0")), UserForm::Token);
}

#[test]
fn no_text_makes_it_panic() {
    for text in
        ["eyJ.eyJ.x", "ATATT3", "=", "ATCTT3xFfGN0=ÄÖÜ", "\u{0}", "“”", "'", "\\\\", "eyJhbGciOiJSUzI1NiJ9..", "%%", "${}"]
    {
        let _ = read(text);
        let _ = user_form(text);
    }
}
