//! Secrets that a program is given: as options, through a pipe, as cookies.

use std::ops::Range;

use super::{closing, is_telling, line_before, line_behind, open_quote};

/// Options whose value is secret by their name, or that are known to take a user and a secret, with the value as the next word.
pub(super) fn options(source: &str) -> Vec<Range<usize>> {
    // Options of curl whose secret stands behind a colon, and of programs that log in with `-p`.
    const PAIRS: &[&str] = &["-U", "-a", "--proxy-user", "-E", "--cert", "--proxy-cert", "--user", "-u", "--auth"];
    const LOGINS: &[&str] = &["sshpass", "docker", "podman", "helm", "skopeo", "buildah", "oras", "mysql", "az", "npm", "mvn"];
    let mut found = Vec::new();
    for line in source.split_inclusive('\n') {
        let offset = line.as_ptr() as usize - source.as_ptr() as usize;
        let login = LOGINS.iter().any(|program| line.contains(program));
        for (at, word) in words(line) {
            let value = (offset + at + word.len() + 1).min(offset + line.len());
            let option = word.len() > 1 && word.starts_with('-');
            let long = option && word.starts_with("--") && !word.contains('=') && is_telling(word);
            // `-Password x`, `-AsPlainText`: PowerShell has one dash for whole words, and `ConvertTo-SecureString` a value.
            let shell = option && word.len() > 5 && !word.contains(['=', ':']) && is_telling(word);
            let given = long || shell || word == "--pass" || word == "ConvertTo-SecureString" || login && word == "-p";
            if given {
                let next = word_at(source, value);
                found.extend(next.filter(|at| !source[at.clone()].starts_with('-')));
            } else if PAIRS.contains(&word) {
                let pair = word_at(source, value);
                let colon = pair.and_then(|at| Some(at.start + source[at.clone()].find(':')? + 1..at.end));
                // A drive's letter is no name of a file (`C:\key.pem`).
                found.extend(colon.filter(|at| !source[at.clone()].starts_with(['\\', '/'])));
            }
        }
        found.extend(piped(line).map(|at| offset + at.start..offset + at.end));
    }
    found
}

/// What `echo` and `printf` write into another program's input.
fn piped(line: &str) -> Option<Range<usize>> {
    let at = ["echo ", "printf "].iter().find_map(|program| Some(line.find(program)? + program.len()))?;
    let pipe = at + line[at..].find('|')?;
    let mut from = at;
    loop {
        let word = word_at(line, from)?;
        if word.end > pipe {
            return None;
        }
        let text = &line[word.clone()];
        if text.starts_with('-') || text.contains("%s") && !text.contains('=') {
            from = word.end + 1;
            continue;
        }
        // A field of a credential has its own name; curl's settings have the user's.
        if text.contains('=') && !text.contains("user") || text.contains("protocol=") {
            return None;
        }
        let colon = text.rfind(':').filter(|at| !text[*at..].starts_with("://")).map_or(0, |at| at + 1);
        let whole = line[pipe..].contains("--password-stdin") || line[pipe..].contains("curl") || line[pipe..].contains("git");
        return (colon > 0 || whole).then_some(word.start + colon..word.end);
    }
}

/// The words of a line, as spaces set them apart.
fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    line.split([' ', '\t', '\n', '\'', '"', '=']).map(|word| (word.as_ptr() as usize - line.as_ptr() as usize, word))
}

/// The word that begins here or behind spaces, without its quotes.
fn word_at(source: &str, from: usize) -> Option<Range<usize>> {
    // The option ends here, and its value is in the same line.
    source[..from].ends_with([' ', '\t', '=']).then_some(())?;
    let rest = line_behind(source, from);
    let line = rest.trim_start_matches([' ', '\t']);
    let start = from + rest.len() - line.len();
    match line.chars().next()? {
        quote @ ('"' | '\'') => {
            let inner = &line[1..];
            let end = closing(inner, if quote == '"' { "\"" } else { "'" }).unwrap_or(inner.len());
            Some(start + 1..start + 1 + end)
        }
        _ => Some(start..start + line.find([' ', '\t', '|', ';']).unwrap_or(line.len())),
    }
}

/// What a `Cookie` or `Set-Cookie` header holds, what `--cookie` is given, and what a table of cookies lists.
pub(super) fn cookies(source: &str) -> Vec<Range<usize>> {
    let lower = source.to_ascii_lowercase();
    let mut found = Vec::new();
    for sign in
        ["cookie:", "cookie\":", "cookie':", "--cookie ", "--cookie=", " -b ", "cookies=", "cookies:", "cookies =", "-b'", "-b\""]
    {
        for (at, _) in lower.match_indices(sign) {
            let from = at + sign.len();
            let opened = open_quote(line_before(source, from));
            let text = line_behind(source, from);
            let table = text.trim_start().starts_with('{');
            let stop = if let Some((quote, _)) = opened {
                text.find(quote).unwrap_or(text.len())
            } else if table {
                text.find('}').unwrap_or(text.len())
            } else {
                let start = text.len() - text.trim_start().len();
                match text[start..].chars().next() {
                    Some(quote @ ('"' | '\'')) => {
                        let close = if quote == '"' { "\"" } else { "'" };
                        start + 1 + closing(&text[start + 1..], close).unwrap_or(text.len() - start - 1)
                    }
                    _ if sign.ends_with(':') => text.len(),
                    _ => text[start..].find(char::is_whitespace).map_or(text.len(), |end| start + end),
                }
            };
            let sign = if table { ':' } else { '=' };
            for part in text[..stop].split(if table { ',' } else { ';' }) {
                let offset = from + (part.as_ptr() as usize - text.as_ptr() as usize);
                let Some(equals) = part.find(sign) else { continue };
                let attribute = part[..equals].trim().to_ascii_lowercase();
                if ["path", "domain", "expires", "max-age", "samesite"].contains(&attribute.as_str()) {
                    continue;
                }
                let inner = part[equals + 1..].trim_matches([' ', '"', '\'']);
                let start = offset + (inner.as_ptr() as usize - part.as_ptr() as usize);
                found.push(start..start + inner.len());
            }
        }
    }
    found
}
