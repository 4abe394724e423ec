//! Fills the texts of a scenario: `{NAME}` of what is known, `{BASE64:…}` and `{PERCENT:…}` of anything, `{GIT:…}` and
//! `{API:…}` for the base URL with that user information.
//!
//! Braces around a word that is not known stay as they are: `{workspace}` of a documentation example is what some
//! scenarios are about.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// The text with every known name replaced.
pub(super) fn fill(text: &str, values: &BTreeMap<String, String>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        filled.push_str(&rest[..open]);
        rest = &rest[open..];
        match closing(rest).and_then(|close| Some((close, value(&rest[1..close], values)?))) {
            Some((close, value)) => {
                filled.push_str(&value);
                rest = &rest[close + 1..];
            }
            None => {
                filled.push('{');
                rest = &rest[1..];
            }
        }
    }
    filled + rest
}

/// Where the brace that opens at 0 is closed.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

fn value(inner: &str, values: &BTreeMap<String, String>) -> Option<String> {
    if let Some(text) = inner.strip_prefix("BASE64:") {
        return Some(STANDARD.encode(fill(text, values)));
    }
    if let Some(text) = inner.strip_prefix("PERCENT:") {
        return Some(utf8_percent_encode(&fill(text, values), NON_ALPHANUMERIC).to_string());
    }
    for base in ["API", "GIT"] {
        if let Some(user) = inner.strip_prefix(base).and_then(|rest| rest.strip_prefix(':')) {
            // As somebody types it: nothing is encoded.
            return values.get(base).map(|url| url.replacen("://", &format!("://{}@", fill(user, values)), 1));
        }
    }
    values.get(inner).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names_are_filled_and_others_stay() {
        let values = BTreeMap::from([("T".to_owned(), "secret".to_owned()), ("API".to_owned(), "https://a".to_owned())]);
        let filled = |text| fill(text, &values);
        assert_eq!(filled("{API}/2.0/{workspace} {T}"), "https://a/2.0/{workspace} secret");
        assert_eq!(filled("Basic {BASE64:me:{T}}"), format!("Basic {}", STANDARD.encode("me:secret")));
        assert_eq!(filled("{{T}} {PERCENT:a@b} {"), "{secret} a%40b {");
        assert_eq!(filled("{API:me:{T}}/2.0"), "https://me:secret@a/2.0");
    }
}
