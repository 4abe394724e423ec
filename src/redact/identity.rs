//! Masks e-mails and user names so that every position in the text stays where it is: `anna@example.com` becomes
//! `a***@e******.c**`. The form of a name still shows (an e-mail, a name, the empty text), which is what a diagnosis needs.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use bbdoctor_checks::{UserForm, shape};

use super::view::{self, View};

/// Masks these names wherever they stand in the text, whatever their case, percent-encoded, escaped or in base64. The
/// result has as many bytes as the text.
#[must_use]
pub fn mask_identity(text: &str, identities: &[String]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let mut views: Option<Vec<View>> = None;
    for identity in identities.iter().filter(|identity| is_personal(identity)) {
        let name = identity.trim().as_bytes();
        mask_in(text.as_bytes(), None, name, &mut bytes);
        // The same for every name, and made only where there is one.
        for view in views.get_or_insert_with(|| view::views(text.as_bytes())) {
            mask_in(&view.bytes, Some(view), name, &mut bytes);
        }
        for form in base64_forms(identity.trim()) {
            for at in places(text.as_bytes(), form.as_bytes(), false) {
                bytes[at..at + form.len()].fill(b'*');
            }
        }
    }
    // Only whole characters are replaced, each by as many stars as it has bytes.
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).replace('\u{fffd}', "*"))
}

/// A name by itself, masked in the same way whatever it is.
#[must_use]
pub fn mask_name(name: &str) -> String {
    let mut bytes = name.as_bytes().to_vec();
    for (byte, _) in bytes.iter_mut().zip(kept(name.as_bytes())).filter(|(_, kept)| !kept) {
        *byte = b'*';
    }
    String::from_utf8(bytes).unwrap_or_default()
}

/// Fields of Bitbucket's answers that hold a person's name.
const NAMED: [&str; 5] = ["\"display_name\"", "\"nickname\"", "\"username\"", "\"email\"", "\"public_name\""];

/// Masks what an answer in JSON, or the beginning of one, calls people: names that nobody gave to bbdoctor. The result has as
/// many bytes as the text.
#[must_use]
pub fn mask_fields(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for field in NAMED {
        for at in places(text.as_bytes(), field.as_bytes(), false) {
            let rest = &text[at + field.len()..];
            let Some(value) = rest.trim_start().strip_prefix(':').and_then(|v| v.trim_start().strip_prefix('"')) else {
                continue;
            };
            let start = text.len() - value.len();
            let mut escaped = false;
            let mut ends = |byte: &u8| {
                let ends = *byte == b'"' && !escaped;
                escaped = *byte == b'\\' && !escaped;
                ends
            };
            let length = value.bytes().position(|byte| ends(&byte)).unwrap_or(value.len());
            let name = &value.as_bytes()[..length];
            let whole = name.first() == Some(&b'\\');
            for (offset, kept) in kept(name).into_iter().enumerate() {
                if !kept || whole {
                    bytes[start + offset] = b'*';
                }
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_default()
}

/// Masks every e-mail that stands in a text, percent-encoded or not: those of people whom nobody named to bbdoctor. What
/// stands before the host of a URL is a user and its secret, not an e-mail. The result has as many bytes as the text.
#[must_use]
pub fn mask_mails(text: &str) -> String {
    let in_local = |byte: &u8| byte.is_ascii_alphanumeric() || b"._+-".contains(byte) || !byte.is_ascii();
    let in_domain = |byte: &u8| byte.is_ascii_alphanumeric() || b".-".contains(byte);
    let bytes = text.as_bytes();
    let mut masked = bytes.to_vec();
    for sign in ["@", "%40"] {
        for at in places(bytes, sign.as_bytes(), false) {
            let local = bytes[..at].iter().rev().take_while(|byte| in_local(byte)).count();
            let after = at + sign.len();
            let domain = bytes[after..].iter().take_while(|byte| in_domain(byte)).count();
            let domain = text[after..after + domain].trim_end_matches(['.', '-']);
            let start = at - local;
            let word = bytes[..start]
                .iter()
                .rev()
                .take_while(|byte| !byte.is_ascii_whitespace() && **byte != b'"' && **byte != b'\'')
                .count();
            let of_url = sign == "@" && text[start - word..start].contains("://");
            let named = &text[start..at];
            if local == 0 || named == "git" || of_url || !domain.contains('.') || !is_personal(&format!("{named}@{domain}")) {
                continue;
            }
            for (offset, kept) in kept(&[named.as_bytes(), b"@", domain.as_bytes()].concat()).into_iter().enumerate() {
                // The sign itself stays, however many bytes it has.
                let here = if offset > local { start + offset + sign.len() - 1 } else { start + offset };
                if !kept {
                    masked[here] = b'*';
                }
            }
        }
    }
    String::from_utf8(masked).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).replace('\u{fffd}', "*"))
}

/// Static users and words that stand for nothing belong to nobody.
fn is_personal(identity: &str) -> bool {
    identity.trim().len() >= 2 && matches!(shape::user_form(identity), UserForm::Email | UserForm::Name)
}

fn mask_in(bytes: &[u8], view: Option<&View>, name: &[u8], result: &mut [u8]) {
    let alone = !name.contains(&b'@');
    for at in places(bytes, name, alone) {
        let found = &bytes[at..at + name.len()];
        for (offset, kept) in kept(found).into_iter().enumerate() {
            if !kept {
                let here = at + offset;
                let (start, end) = view.map_or((here, here + 1), |view| view.original(here, here + 1));
                result[start..end].fill(b'*');
            }
        }
    }
}

/// Which bytes of a name stay: its first character, and of an e-mail's domain the dots and each label's first.
fn kept(name: &[u8]) -> Vec<bool> {
    let at = name.iter().position(|byte| *byte == b'@');
    let mut keeps = Vec::with_capacity(name.len());
    let mut first = true;
    for (index, byte) in name.iter().enumerate() {
        let in_domain = at.is_some_and(|at| index > at);
        let continues = byte & 0xC0 == 0x80;
        if continues {
            let before = keeps.last().copied().unwrap_or(false);
            keeps.push(before);
        } else if Some(index) == at || in_domain && *byte == b'.' {
            keeps.push(true);
            first = true;
        } else {
            keeps.push(first);
            first = false;
        }
    }
    keeps
}

/// Where the needle stands, ASCII case aside; `alone`: not as a part of a longer word.
fn places(bytes: &[u8], needle: &[u8], alone: bool) -> Vec<usize> {
    let is_part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    let mut found = Vec::new();
    if needle.is_empty() || bytes.len() < needle.len() {
        return found;
    }
    let exact = !alone && !needle.contains(&b'@');
    let mut at = 0;
    while at + needle.len() <= bytes.len() {
        let here = &bytes[at..at + needle.len()];
        let same = if exact { here == needle } else { here.eq_ignore_ascii_case(needle) };
        let apart = || !is_part(at.checked_sub(1).and_then(|before| bytes.get(before))) && !is_part(bytes.get(at + needle.len()));
        if same && (!alone || apart()) {
            found.push(at);
            at += needle.len();
        } else {
            at += 1;
        }
    }
    found
}

/// The base64 digits that depend on nothing but the name, at every alignment, as given and in lower case.
fn base64_forms(name: &str) -> Vec<String> {
    const SHORTEST_FORM: usize = 8;
    let mut forms = Vec::new();
    for spelled in [name.to_owned(), name.to_ascii_lowercase()] {
        for after in ["", ":"] {
            for shift in 0..3 {
                let data = [&[0; 2][..shift], spelled.as_bytes(), after.as_bytes()].concat();
                let (skip, inner) = ((shift * 8).div_ceil(6), data.len() * 8 / 6);
                for engine in [&STANDARD, &URL_SAFE] {
                    let encoded = engine.encode(&data);
                    forms.extend(encoded.get(skip..inner).filter(|form| form.len() >= SHORTEST_FORM).map(str::to_owned));
                }
            }
        }
    }
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    forms.dedup();
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(text: &str, name: &str) -> String {
        let masked = mask_identity(text, &[name.to_owned()]);
        assert_eq!(masked.len(), text.len(), "{masked}");
        masked
    }

    #[test]
    fn e_mails_keep_their_form_and_length() {
        assert_eq!(mask("to anna@example.com.", "anna@example.com"), "to a***@e******.c**.");
        assert_eq!(mask("Anna@Example.COM", "anna@example.com"), "A***@E******.C**");
        assert_eq!(mask("https://anna%40example.com:x@h/", "anna@example.com"), "https://a***%40e******.c**:x@h/");
        assert_eq!(mask("{\"e\":\"anna\\u0040example.com\"}", "anna@example.com"), "{\"e\":\"a***\\u0040e******.c**\"}");
        assert_eq!(mask("a.b+c@mail.example.co.uk", "a.b+c@mail.example.co.uk"), "a****@m***.e******.c*.u*");
    }

    #[test]
    fn names_are_masked_as_words() {
        assert_eq!(mask("anna hanna anna-b Anna:x", "anna"), "a*** hanna anna-b A***:x");
        assert_eq!(mask("jürgen", "jürgen"), "j******");
        assert_eq!(
            (mask_name("jürgen@x.de").as_str(), mask_name("é1").as_str(), mask_name("")),
            ("j******@x.d*", "é*", String::new())
        );
        assert_eq!(mask("x-token-auth", "x-token-auth"), "x-token-auth");
    }

    #[test]
    fn what_an_answer_calls_people_is_masked() {
        let text = r#"{"nickname": "annasmith", "name":"app", "display_name":"A \" b", "email":"\u0041@x.y","username" : "jür"#;
        let masked = mask_fields(text);
        let wanted =
            r#"{"nickname": "a********", "name":"app", "display_name":"A*****", "email":"**********","username" : "j***"#;
        assert_eq!(masked, wanted);
        assert_eq!(mask_fields(r#"{"username":"#), r#"{"username":"#);
    }

    #[test]
    fn e_mails_of_anybody_are_masked() {
        let text = "-u 'bob@corp.example:x' https://me:pw@bitbucket.org/a?m=bob%40corp.example git@bitbucket.org:a/b, Jörg@x.de.";
        let masked =
            "-u 'b**@c***.e******:x' https://me:pw@bitbucket.org/a?m=b**%40c***.e****** git@bitbucket.org:a/b, J****@x.d*.";
        assert_eq!(mask_mails(text), masked);
        for text in ["a@b", "@x.de", "you@", "x @ y.z", "%40x.de", "{email}@x.de"] {
            assert_eq!(mask_mails(text), text);
        }
    }

    #[test]
    fn base64_of_a_name_is_masked() {
        for before in ["", "x", "xy", "xyz"] {
            let text = format!("Basic {}", STANDARD.encode(format!("{before}anna@example.com:pw")));
            assert!(mask(&text, "anna@example.com").matches('*').count() >= 18, "{text}");
        }
    }
}
