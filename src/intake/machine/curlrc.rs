//! curl's own configuration file: what it adds to every command. Header, user, bearer and netrc are looked for.

use crate::command::curl_settings;

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
        let number = number + 1;
        for (name, value) in curl_settings(line.trim_start_matches('\u{feff}')) {
            let value = || value.clone().unwrap_or_default();
            match name {
                "header" => {
                    if let Some((header, value)) = value().split_once(':')
                        && header.eq_ignore_ascii_case("authorization")
                        && !value.trim().is_empty()
                    {
                        found.authorization = Some((value.trim().to_owned(), number));
                    }
                }
                "user" => found.user = Some((value(), number)),
                "oauth2-bearer" => found.bearer = Some((value(), number)),
                "netrc" => found.netrc = Some(number),
                "netrc-optional" => found.netrc_optional = Some(number),
                "netrc-file" => {
                    found.netrc = Some(number);
                    found.netrc_file = Some((value(), number));
                }
                _ => {}
            }
        }
    }
    found
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
        // A sign belongs to a name without dashes alone; letters stand together.
        assert_eq!(read("-snu anna:b").user, Some(("anna:b".into(), 1)));
        assert_eq!(read("-uanna:b").user, Some(("anna:b".into(), 1)));
        assert_eq!(read("--user = anna:b").user, Some(("=".into(), 1)));
    }
}
