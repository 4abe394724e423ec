//! What of a foreign file's line may be shown: a secret that stands in it is none of what is pointed at.

use super::names::{Holds, holds};
use crate::checks::{Kind, shape};
use crate::report::text;

/// A piece of a line without control characters, without tokens, and without values that could be secrets.
pub(super) fn line(piece: &str) -> String {
    let mut out = String::new();
    // What stood right before: a name that holds a secret, and how far behind it the value is.
    let mut secret_follows = false;
    let mut rest = piece;
    while !rest.is_empty() {
        let stop = rest.find(is_break).unwrap_or(rest.len());
        let (word, after) = rest.split_at(stop);
        let behind = after.chars().next();
        let in_userinfo = behind == Some('@') && out.ends_with(':') && !word.starts_with(['$', '{', '%']);
        let variable = word.starts_with('$') || out.ends_with(['$', '{']);
        if !word.is_empty() {
            let hide = is_token(word) || in_userinfo || !variable && (secret_follows && !is_plain(word) || is_suspicious(word));
            out.push_str(if hide { "…" } else { word });
            secret_follows = !variable && names_a_secret(word, behind);
        }
        let Some(c) = behind else { break };
        // Between a name and its value stand these and nothing else.
        secret_follows &= matches!(c, '=' | ':' | ' ' | '"' | '\'');
        out.push(c);
        rest = &after[c.len_utf8()..];
    }
    text::clean_lines(&out)
}

fn is_break(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '"' | '\'' | '`' | '=' | ':' | '@' | ',' | ';' | '(' | ')' | '|' | '&' | '<' | '>' | '{' | '}' | '?')
}

/// A name or an option that a secret stands behind: `password=`, `--token `, `Bearer `.
fn names_a_secret(word: &str, behind: Option<char>) -> bool {
    let option = word.starts_with('-') || matches!(word, "Bearer" | "Basic" | "password");
    let joined = matches!(behind, Some('=' | ':' | '"' | '\'')) || behind == Some(' ') && option;
    if !joined {
        return false;
    }
    let name = word.trim_start_matches('-');
    matches!(holds(name), Holds::AppPassword | Holds::ApiToken | Holds::AccessToken | Holds::Secret)
        || matches!(name, "u" | "user" | "Bearer" | "Basic")
}

/// A word of a language, a path, a host: no secret.
fn is_plain(word: &str) -> bool {
    word.starts_with(['$', '-', '/', '%', '[', '!', '*']) || word.len() < 3 || word.contains("://") || word.ends_with(".org")
}

fn is_token(word: &str) -> bool {
    word.len() >= 16 && !matches!(shape::read(word).kind, Kind::Unknown | Kind::Password | Kind::OauthClient)
}

/// Letters and digits without any of what paths, hosts and options are made of.
fn is_suspicious(word: &str) -> bool {
    let letter = word.bytes().any(|b| b.is_ascii_alphabetic());
    let digit = word.bytes().any(|b| b.is_ascii_digit());
    let path = word.contains(['/', '.', '$']) || word.starts_with('-') || word.contains("_") && word.to_ascii_uppercase() == word;
    letter && digit && !path && word.len() >= 8 || word.len() > 48 && !word.contains(['/', '$'])
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn secrets_are_not_shown_and_the_rest_is() {
        for (given, shown) in [
            ("curl -u \"$BB_USER:$BB_APP_PASSWORD\" https://api.bitbucket.org/2.0/user", None),
            ("git clone https://x-token-auth:${TOKEN}@bitbucket.org/acme/app.git", None),
            ("git clone git@bitbucket.org:acme/app.git", None),
            ("PASSWORD=hunter git push", Some("PASSWORD=… git push")),
            ("password: 'correct'", Some("password: '…'")),
            ("x https://anna:pw@bitbucket.org", Some("x https://anna:…@bitbucket.org")),
            ("echo hunter22horse", Some("echo …")),
            ("export TOKEN=\"$OTHER\"", None),
            ("H: Bearer abcdefgh", Some("H: Bearer …")),
            ("a\u{1b}[2J", Some("a?[2J")),
        ] {
            assert_eq!(line(given), shown.unwrap_or(given));
        }
    }
}
