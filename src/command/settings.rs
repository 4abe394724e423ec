//! Names and secrets in configuration, environment lists, forms and prose: `token = "…"`, `"username": "…"`, `--password …`,
//! `user anna, password …`.
//!
//! A name decides by its ending what a value is. Without a separator the value has to look the part itself: prose is full of
//! the word "password".

use std::ops::Range;

use crate::checks::{UserForm, shape};

use super::secrets;
use super::spelled::Spelled;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    User,
    Secret,
    /// Key of an OAuth consumer.
    ClientId,
    /// A plain variable of a program: `name = "text"`.
    Text,
}

/// A value with its name.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) what: What,
    pub(crate) name: String,
    pub(crate) value: Spelled,
    /// Where the name starts.
    pub(crate) at: usize,
    /// The machine that an entry of a netrc file is for.
    pub(crate) machine: Option<String>,
}

impl Setting {
    fn new(what: What, name: &str, value: Spelled, at: usize) -> Self {
        Self { what, name: name.to_owned(), value, at, machine: None }
    }
}

/// Collects the settings of a part of the source.
pub(crate) fn collect(source: &str, range: Range<usize>) -> Vec<Setting> {
    let mut found = Vec::new();
    let Some(text) = source.get(range.clone()) else { return found };
    let mut start = range.start;
    let mut machine = None;
    let mut asked = None;
    for line in text.split_inclusive('\n') {
        if let Some((what, at)) = asked.and_then(|what| answered(line).map(|at| (what, at))) {
            let value = Spelled::slice_of(source, start + at.start..start + at.end);
            found.push(Setting::new(what, "", value, start + at.start));
        }
        asked = asks(line);
        machine = self::machine(line, machine);
        if found.len() < 500 {
            let before = found.len();
            self::line(source, start..start + line.trim_end().len(), &mut found);
            found[before..].iter_mut().for_each(|setting| setting.machine.clone_from(&machine));
        }
        start += line.len();
    }
    found
}

/// What a program asks for in a line of its own: `Enter your Bitbucket password`.
fn asks(line: &str) -> Option<What> {
    let lower = line.trim().to_ascii_lowercase();
    let question = lower.starts_with("enter ") || lower.ends_with([':', '?']) || lower.starts_with("please enter");
    let names = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if !question || lower.len() > 100 {
        None
    } else if names(&["password", "token", "secret", "passphrase", "api key"]) {
        Some(What::Secret)
    } else if names(&["username", "user name", "login", "e-mail", "email"]) {
        Some(What::User)
    } else {
        None
    }
}

/// What was typed behind `>` in the line below.
fn answered(line: &str) -> Option<Range<usize>> {
    let typed = line.trim_start().strip_prefix("> ").or_else(|| line.trim_start().strip_prefix("❯ "))?.trim();
    let start = typed.as_ptr() as usize - line.as_ptr() as usize;
    (typed.len() >= 3 && !typed.contains(char::is_whitespace)).then(|| start..start + typed.len())
}

/// The machine of the netrc entry that a line belongs to: what it names itself, or what the lines above did.
fn machine(line: &str, above: Option<String>) -> Option<String> {
    let mut words = line.split_whitespace();
    match words.next() {
        Some("machine") => words.next().map(str::to_lowercase),
        Some("login" | "password" | "account") => above,
        _ => None,
    }
}

fn word_char(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

fn line(source: &str, range: Range<usize>, found: &mut Vec<Setting>) {
    let text = &source[range.clone()];
    // An answer's own fields are no settings.
    let lower = text.to_ascii_lowercase();
    if lower.contains("\"type\"") && lower.contains("\"error\"") || lower.contains("\"values\"") || lower.starts_with("http/") {
        return;
    }
    if let Some(typed) = typed(text) {
        let value = Spelled::slice_of(source, range.start + typed.1.start..range.start + typed.1.end);
        found.push(Setting::new(typed.0, "", value, range.start + typed.1.start));
        return;
    }
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut taken_to = 0;
    while at < bytes.len() {
        if !word_char(bytes[at]) || at > 0 && (word_char(bytes[at - 1]) || bytes[at - 1] >= 0x80) {
            at += 1;
            continue;
        }
        let end = at + bytes[at..].iter().take_while(|b| word_char(**b) || **b == b'-').count();
        let name = &text[at..end];
        let dashes = text[..at].bytes().rev().take_while(|b| *b == b'-').count();
        let start = at;
        at = end;
        // `read:user:bitbucket` is a scope.
        // What stands behind `://` is the user of a URL.
        if start < taken_to || text[..start].ends_with(':') || text[..start].ends_with("://") {
            continue;
        }
        let Some((mut value, separated)) = value_after(text, end) else { continue };
        // In a query the next parameter begins behind it.
        if text[..start].ends_with(['?', '&']) {
            value.end = text[value.clone()].find('&').map_or(value.end, |next| value.start + next);
        }
        let quoted = text[..value.start].ends_with(['"', '\'', '`']);
        let Some(what) = what(name, dashes, separated, quoted, &text[value.clone()]) else { continue };
        if !separated && dashes == 0 && !prose(what, text, &value) {
            continue;
        }
        let shown = &text[value.clone()];
        // The name of the next field is no value: `Username with password: Username x-token-auth, …`.
        const NAMES: &[&str] = &["username", "user", "password", "token", "email", "e-mail"];
        if !quoted && NAMES.contains(&shown.to_ascii_lowercase().as_str()) && matches!(what, What::Secret | What::User) {
            continue;
        }
        // Where a secret is read from is none.
        const FILES: &[&str] = &["./", "../", "~/", "file:", "/run/", "/etc/", "/var/", "/home/", "/mnt/", "/tmp/"];
        if what == What::Secret && FILES.iter().any(|beginning| shown.starts_with(beginning)) {
            continue;
        }
        if value.is_empty() && !name.bytes().all(|b| !b.is_ascii_lowercase()) || shown.contains("://") && what != What::Text {
            continue;
        }
        taken_to = value.end;
        let place = range.start + value.start..range.start + value.end;
        let name_of_variable = !quoted && matches!(what, What::Secret | What::User) && in_code(text, shown);
        let value = match found.iter().rev().find(|s| name_of_variable && s.name == shown) {
            Some(known) => known.value.moved_to(place),
            // What the code's variable holds is not shown.
            None if name_of_variable => continue,
            None => Spelled::slice_of(source, place),
        };
        if what == What::Secret && (pair(source, &range, &value, found) || pair_in_one(source, &value, found)) {
            continue;
        }
        found.push(Setting::new(what, name, value, range.start + start));
    }
    pairs(source, &range, found);
}

/// Whether an unquoted value is the name of a variable of program code: `{ token: apiToken }`, `login(user=name)`.
fn in_code(line: &str, value: &str) -> bool {
    const PLAIN: &[&str] = &["token", "password", "secret", "pass", "user", "username", "email", "login", "key"];
    if PLAIN.contains(&value) && line.contains("{ ") && line.contains(['\'', '"']) {
        return true;
    }
    let name = value.bytes().all(word_char)
        && value.bytes().any(|b| b.is_ascii_lowercase())
        && !value.bytes().any(|b| b.is_ascii_digit());
    name && (line.contains("{ ") || line.contains('(') || line.trim_end().ends_with(',') && line.contains(": "))
        && line.contains([':', '='])
        && value.len() < 30
        && value.bytes().any(|b| b.is_ascii_uppercase() || b == b'_')
}

/// `Username with password: anna@example.com / secret`: a pair behind one name.
fn pair(source: &str, line: &Range<usize>, user: &Spelled, found: &mut Vec<Setting>) -> bool {
    let Some(at) = user.span().filter(|_| user.as_str().contains('@')) else { return false };
    let Some(rest) = source.get(at.end..line.end).and_then(|rest| rest.strip_prefix(" / ")) else { return false };
    let length = rest.find(|c: char| c.is_whitespace() || ",;)}]'\"".contains(c)).unwrap_or(rest.len());
    let secret = at.end + 3..at.end + 3 + length;
    found.push(Setting::new(What::User, "", user.clone(), at.start));
    found.push(Setting::new(What::Secret, "", Spelled::slice_of(source, secret.clone()), secret.start));
    true
}

/// `token: anna@example.com:ATATT3…`: user and token as one value.
fn pair_in_one(source: &str, value: &Spelled, found: &mut Vec<Setting>) -> bool {
    let Some(at) = value.span() else { return false };
    let Some((user, token)) = value.as_str().split_once(':') else { return false };
    let recognised = secrets::recognised(token, 0..token.len()).first().is_some_and(|known| known.start == 0);
    if !recognised || user.is_empty() || value.len() != at.len() || user.contains(char::is_whitespace) {
        return false;
    }
    let middle = at.start + user.len();
    found.push(Setting::new(What::User, "", Spelled::slice_of(source, at.start..middle), at.start));
    found.push(Setting::new(What::Secret, "", Spelled::slice_of(source, middle + 1..at.end), middle + 1));
    true
}

/// What a person typed behind git's question: `Username for 'https://bitbucket.org': anna`.
fn typed(line: &str) -> Option<(What, Range<usize>)> {
    let what = if line.contains("Username for '") {
        What::User
    } else if line.contains("Password for '") {
        What::Secret
    } else {
        return None;
    };
    let at = line.find("':")? + 2;
    let value = line[at..].trim();
    let start = line.len() - line[at..].trim_start().len();
    let shown = value.len() > 1 && !value.contains(' ') && value.chars().any(|c| c.is_alphanumeric());
    shown.then(|| (what, start..start + value.len()))
}

/// Where the value after a name stands, and whether a separator is in between.
fn value_after(text: &str, end: usize) -> Option<(Range<usize>, bool)> {
    let bytes = text.as_bytes();
    let mut at = end;
    let mut quote_closed = false;
    if bytes.get(at).is_some_and(|b| b"\"'".contains(b)) {
        at += 1;
        quote_closed = true;
    } else if text[at..].starts_with("\\\"") {
        at += 2;
        quote_closed = true;
    }
    if bytes.get(at) == Some(&b']') {
        at += 1;
    }
    let gap = bytes[at..].iter().take_while(|b| **b == b' ' || **b == b'\t').count();
    at += gap;
    let separator = ["=>", ":=", "==", "=", ":"].iter().find(|s| text[at..].starts_with(**s));
    let separated = separator.is_some_and(|s| *s != "==");
    if separator == Some(&"==") || !separated && (gap == 0 || quote_closed) {
        return None;
    }
    at += separator.map_or(0, |s| s.len());
    if separator == Some(&":") && text[at..].starts_with("//") {
        return None;
    }
    at += bytes[at..].iter().take_while(|b| **b == b' ' || **b == b'\t').count();
    // `process.env.X ?? "…"`, `f"…"`, `str("…")`: only literals are read.
    let literal = ["f\"", "f'", "r\"", "b\"", "u\"", "\\\"", "\"", "'", "`"].iter().find(|q| text[at..].starts_with(**q));
    if let Some(open) = literal {
        let quote = &open[open.len() - 1..];
        let start = at + open.len();
        let close = if *open == "\\\"" { "\\\"" } else { quote };
        let length = text[start..].find(close)?;
        return Some((start..start + length, separated));
    }
    let length = text[at..].find(|c: char| c.is_whitespace() || ",;)}]'\"".contains(c)).unwrap_or(text.len() - at);
    Some((at..at + length, separated))
}

fn what(name: &str, dashes: usize, separated: bool, quoted: bool, value: &str) -> Option<What> {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let ends = |words: &[&str]| words.iter().any(|w| plain.ends_with(w));
    if dashes == 1 && plain.len() == 1 {
        return match name {
            "u" | "e" | "U" if value.contains('@') || value.len() > 2 => Some(What::User),
            "p" | "t" | "P" if looks_secret(value) => Some(What::Secret),
            _ => None,
        };
    }
    if ends(&["clientsecret", "consumersecret", "password", "passwd", "token", "secret", "passphrase", "apikey", "pat"])
        || matches!(plain.as_str(), "pass" | "pwd" | "pw" | "auth" | "authtoken")
    {
        let no = matches!(plain.as_str(), "compat" | "xtokenauth" | "grantpat" | "tokenauth") || ends(&["nextpagetoken"]);
        return (!no && (plain != "auth" || looks_secret(value))).then_some(What::Secret);
    }
    if ends(&["clientid", "consumerkey", "bitbucketclient", "oauthkey"]) {
        return Some(What::ClientId);
    }
    if ends(&["user", "username", "email", "login", "authname", "mail"]) || matches!(plain.as_str(), "account" | "userid" | "usr")
    {
        return Some(What::User);
    }
    (separated && quoted && value.len() > 2).then_some(What::Text)
}

/// Letters and digits mixed, long enough: what is no word of a sentence.
fn looks_secret(value: &str) -> bool {
    let recognised = !secrets::recognised(value, 0..value.len()).is_empty();
    let mixed = value.len() >= 8
        && value.bytes().any(|b| b.is_ascii_digit())
        && value.bytes().any(|b| b.is_ascii_alphabetic())
        && !value.contains(['/', '@', '$', '(']);
    recognised || mixed
}

/// Whether a value without a separator is one.
fn prose(what: What, text: &str, value: &Range<usize>) -> bool {
    let shown = &text[value.clone()];
    let quoted = text[..value.start].ends_with(['"', '\'']);
    match what {
        What::Secret => looks_secret(shown),
        What::User => {
            let after = text[value.end..].trim_start_matches(['"', '\'']);
            let ends = after.is_empty()
                || after.starts_with([',', ';', ')', '/'])
                || after.trim_start().starts_with("password")
                || after.trim_start().starts_with("token")
                || after.trim_start().starts_with("and ")
                || after.trim_start().starts_with("or ");
            let name = !shown.is_empty() && shown.bytes().all(|b| word_char(b) || b"-.+@".contains(&b));
            const WORDS: &[&str] = &[
                "name",
                "is",
                "and",
                "or",
                "account",
                "email",
                "with",
                "has",
                "not",
                "unauthorized",
                "password",
                "token",
                "accounts",
            ];
            name && ends && (quoted || shown.contains('@') || !WORDS.contains(&shown.to_ascii_lowercase().as_str()))
        }
        What::ClientId | What::Text => false,
    }
}

/// `anna@example.com / ATATT3…`, `anna:ATATT3…`: a token with its user in front of it.
fn pairs(source: &str, range: &Range<usize>, found: &mut Vec<Setting>) {
    for at in secrets::recognised(source, range.clone()) {
        let known = found
            .iter()
            .any(|s| s.what == What::Secret && s.value.span().is_some_and(|v| v.start <= at.start && at.end <= v.end));
        if !known {
            let value = Spelled::slice_of(source, at.clone());
            found.push(Setting::new(What::Secret, "", value, at.start));
        }
        let before = &source[range.start..at.start];
        let before = before.strip_suffix(" / ").or_else(|| before.strip_suffix(':')).or_else(|| listed(before));
        let Some(before) = before else { continue };
        let length = before.bytes().rev().take_while(|b| word_char(*b) || b"-.+@%".contains(b)).count();
        let user = range.start + before.len() - length..range.start + before.len();
        let name = &source[user.clone()];
        let in_url = source[..user.start].ends_with("://");
        let key = what(name, 0, true, false, "").is_some();
        let overlaps = found.iter().any(|s| s.value.span().is_some_and(|v| v.start < user.end && user.start < v.end));
        if !name.is_empty() && (!key || name.contains('@')) && !overlaps && shape::user_form(name) != UserForm::Placeholder {
            let value = Spelled::slice_of(source, user.clone());
            let value = if in_url { value.percent_decoded() } else { value };
            found.push(Setting::new(What::User, "", value, user.start));
        }
    }
}

/// What stands before `", "`: the first of two texts in a row, `HTTPBasicAuth("anna", "…")`.
fn listed(before: &str) -> Option<&str> {
    let before = before.strip_suffix(['"', '\''])?.trim_end().strip_suffix(',')?.trim_end();
    before.strip_suffix(['"', '\''])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<(What, String)> {
        collect(text, 0..text.len())
            .into_iter()
            .filter(|s| s.what != What::Text)
            .map(|s| (s.what, s.value.as_str().to_owned()))
            .collect()
    }

    #[test]
    fn the_ways_settings_are_written() {
        let both = |user: &str, secret: &str| vec![(What::User, user.to_owned()), (What::Secret, secret.to_owned())];
        assert_eq!(of("BB_USERNAME=anna BB_TOKEN=secretword1"), both("anna", "secretword1"));
        assert_eq!(of("{\"username\": \"anna\", \"password\": \"pass word\"}"), both("anna", "pass word"));
        assert_eq!(of("  authname: anna\n  password: pw"), both("anna", "pw"));
        assert_eq!(of("Bitbucket(url='https://h', username='anna', password='pw')"), both("anna", "pw"));
        assert_eq!(of("tool add --username anna --password Secret123word"), both("anna", "Secret123word"));
        assert_eq!(of("window: user anna, password Secret123word)"), both("anna", "Secret123word"));
        assert_eq!(of("'user' => 'anna', 'token' => 'abc',"), both("anna", "abc"));
        assert_eq!(of("the user rejected the password for it"), Vec::new());
        assert_eq!(of("Password for 'https://anna@bitbucket.org':"), Vec::new());
    }
}
