//! Secrets in prose, and words that nobody chose: "my password is hunter2!Xy", a long mixture of letters and digits.

use std::ops::Range;

/// Words behind which people write a secret.
const ANNOUNCE: &[&str] = &[
    "password",
    "passwort",
    "kennwort",
    "passphrase",
    "passwd",
    "pw",
    "pwd",
    "token",
    "secret",
    "pat",
    "contraseña",
    "senha",
    "wachtwoord",
    "key",
    "cookie",
    "session",
    "credential",
    "credentials",
    "passe",
];

/// What may stand between them.
const BETWEEN: &[&str] = &[
    "is", "was", "are", "lautet", "ist", "war", "es", "est", "being", "to", "from", "=", "->", "→", ":", "value", "called",
    "with",
];

/// Where they stand.
pub(super) fn places(source: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for line in source.split('\n') {
        let offset = line.as_ptr() as usize - source.as_ptr() as usize;
        // What git asks, and what was typed behind it.
        let asked = line.trim_start().strip_prefix("Password for ").and_then(|rest| rest.split_once("': "));
        if let Some((_, typed)) = asked.filter(|(_, typed)| !typed.trim().is_empty()) {
            let start = offset + (typed.as_ptr() as usize - line.as_ptr() as usize);
            found.push(start..start + typed.trim_end().len());
        }
        // Whether one was announced right before.
        let mut announced = false;
        for word in line.split([' ', '\t', '\r']).filter(|word| !word.is_empty()) {
            let start = offset + (word.as_ptr() as usize - line.as_ptr() as usize);
            let bare = word.trim_matches(['"', '\'', '`', '(', ')', ',', ';', '“', '”', '‘', '’', '*']);
            let bare = bare.trim_end_matches(['.', ':', '?']);
            let from = start + (bare.as_ptr() as usize - word.as_ptr() as usize);
            let at = from..from + bare.len();
            if announced && looks_secret(bare) {
                found.push(at);
                announced = false;
                continue;
            }
            let lower = bare.to_lowercase();
            announced =
                ANNOUNCE.contains(&lower.as_str()) || announced && (BETWEEN.contains(&lower.as_str()) || lower.is_empty());
        }
    }
    found.extend(random(source));
    found
}

/// Whether a word looks like a secret: letters with digits or signs among them, and neither an address nor a scope.
pub(in crate::command) fn looks_secret(word: &str) -> bool {
    let inner = word.trim_end_matches(['!', '.', ',', ';', ':', '?', ')']);
    let sign = |c: char| "!@#$%^&*?~+".contains(c);
    let letter = inner.chars().any(char::is_alphabetic);
    let digit = inner.chars().any(|c| c.is_ascii_digit());
    let signed = inner.chars().any(sign);
    let address =
        inner.contains("://") || inner.starts_with(['/', '-', '$', '<', '{', '[', '@', '*', '.', '%']) || is_email(inner);
    let call = inner.contains(['(', '[', '=']);
    word.chars().count() >= 6 && letter && (digit || signed) && !address && !call && !inner.contains("bitbucket")
}

fn is_email(word: &str) -> bool {
    word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'))
}

/// Words that a machine drew: 20 characters and more, with capitals, small letters and digits in turn.
fn random(source: &str) -> Vec<Range<usize>> {
    let inside = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'=');
    let bytes = source.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes[at..].iter().take_while(|byte| inside(byte)).count();
        if length >= 20 {
            let word = &source[at..at + length];
            // `name=value` has its value told apart.
            let start = word.trim_end_matches('=').rfind('=').map_or(0, |equals| equals + 1);
            // The fingerprint of a host's key is public.
            let public = source[..at].ends_with("SHA256:");
            if !public && is_random(&word[start..]) {
                found.push(at + start..at + length);
            }
        }
        at += length.max(1);
    }
    found
}

/// See [`random`].
pub(super) fn is_random(word: &str) -> bool {
    let kind = |byte: u8| match byte {
        b'A'..=b'Z' => 0,
        b'a'..=b'z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    let kinds: Vec<usize> = word.bytes().map(kind).collect();
    let mut counts = [0; 4];
    kinds.iter().for_each(|kind| counts[*kind] += 1);
    let turns = kinds.windows(2).filter(|two| two[0] != two[1]).count();
    word.len() >= 20 && counts[..3].iter().all(|count| *count >= 2) && turns * 3 >= word.len()
}
