//! curl's own configuration file: what it adds to every command. Header, user, bearer and netrc are looked for.

/// What a curlrc says that bears on the credential, each with its line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Curlrc {
    /// The value of an Authorization header.
    pub(super) authorization: Option<(String, usize)>,
    pub(super) user: Option<(String, usize)>,
    pub(super) bearer: Option<(String, usize)>,
    pub(super) netrc: Option<usize>,
    pub(super) netrc_optional: Option<usize>,
    pub(super) netrc_file: Option<(String, usize)>,
}

/// Reads a whole file; what is not looked for is passed over.
pub(super) fn read(text: &str) -> Curlrc {
    let mut found = Curlrc::default();
    for (number, line) in text.lines().enumerate() {
        let (number, line) = (number + 1, line.trim_start_matches('\u{feff}').trim());
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let end = line.find(|c: char| c.is_whitespace() || c == '=' || c == ':').unwrap_or(line.len());
        let (name, rest) = line.split_at(end);
        let value = unquoted(rest.trim_start_matches(|c: char| c.is_whitespace() || c == '=' || c == ':'));
        match name {
            "-H" | "--header" | "header" => {
                if let Some((header, value)) = value.split_once(':')
                    && header.trim().eq_ignore_ascii_case("authorization")
                    && !value.trim().is_empty()
                {
                    found.authorization = Some((value.trim().to_owned(), number));
                }
            }
            "-u" | "--user" | "user" => found.user = Some((value, number)),
            "--oauth2-bearer" | "oauth2-bearer" => found.bearer = Some((value, number)),
            "-n" | "--netrc" | "netrc" => found.netrc = Some(number),
            "--netrc-optional" | "netrc-optional" => found.netrc_optional = Some(number),
            "--netrc-file" | "netrc-file" => {
                found.netrc = Some(number);
                found.netrc_file = Some((value, number));
            }
            _ => {}
        }
    }
    found
}

fn unquoted(text: &str) -> String {
    let Some(rest) = text.strip_prefix('"') else {
        return text.split_whitespace().next().unwrap_or_default().to_owned();
    };
    let mut value = String::new();
    let mut characters = rest.chars();
    while let Some(c) = characters.next() {
        match c {
            '"' => break,
            '\\' => match characters.next() {
                Some('n') => value.push('\n'),
                Some('r') => value.push('\r'),
                Some('t') => value.push('\t'),
                Some(other) => value.push(other),
                None => {}
            },
            other => value.push(other),
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_line() {
        let text = "# user = no\nuser = \"anna:a b\"\nheader: \"Authorization: Bearer x\"\n--netrc\n-H \"Accept: */*\"\noauth2-bearer=tok\n\"";
        let found = read(text);
        assert_eq!(found.user, Some(("anna:a b".into(), 2)));
        assert_eq!(found.authorization, Some(("Bearer x".into(), 3)));
        assert_eq!((found.netrc, found.bearer), (Some(4), Some(("tok".into(), 6))));
    }
}
