//! Jenkinsfiles: the texts in them, with their places. A text may be a script for `sh`, a URL for `git`, the id of a credential;
//! what Groovy would make of the rest is not worked out.

use std::ops::Range;

use super::script::Script;

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Groovy {
    /// Every text, in the order of the file.
    pub(super) values: Vec<Script>,
    /// URLs that `git` and `checkout` are given, with their bytes, and the id of the credential beside them.
    pub(super) remotes: Vec<(String, Range<usize>, Option<String>)>,
}

/// A text with what stands before it.
struct Literal {
    script: Script,
    label: String,
    at: Range<usize>,
}

/// Reads a file.
pub(super) fn read(text: &str) -> Groovy {
    let mut literals: Vec<Literal> = Vec::new();
    let mut at = 0;
    let mut code = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
            code = at;
        } else if rest.starts_with("/*") {
            at += rest.find("*/").map_or(rest.len(), |end| end + 2);
            code = at;
        } else if rest.starts_with(['\'', '"']) {
            let label = label(&text[code..at]);
            let (script, end) = literal(text, at);
            literals.push(Literal { script, label, at: at..end });
            at = end;
            code = at;
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    let mut groovy = Groovy::default();
    for (place, found) in literals.iter().enumerate() {
        let url = matches!(found.label.as_str(), "url" | "git") && !found.script.text.contains(char::is_whitespace);
        if url && found.script.text.contains("bitbucket.org") {
            let near = literals.iter().skip(place.saturating_sub(4)).take(9);
            let credential = near
                .filter(|other| other.label == "credentialsId" && other.at.start.abs_diff(found.at.start) < 300)
                .min_by_key(|other| other.at.start.abs_diff(found.at.start))
                .map(|other| other.script.text.clone());
            groovy.remotes.push((found.script.text.clone(), found.at.start + 1..found.at.end - 1, credential));
        }
    }
    groovy.values = literals.into_iter().map(|literal| literal.script).collect();
    groovy
}

/// The last word before a text: `url` of `url: '…'`, `sh` of `sh "…"`.
fn label(code: &str) -> String {
    let code = code.trim_end().trim_end_matches([':', '(', '=']).trim_end();
    let word = code.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_').next();
    word.unwrap_or_default().to_owned()
}

/// The text that begins at a quote, and where it ends.
fn literal(text: &str, start: usize) -> (Script, usize) {
    let rest = &text[start..];
    let quote = ["'''", "\"\"\"", "'", "\""].into_iter().find(|quote| rest.starts_with(quote)).unwrap_or("'");
    let mut out = String::new();
    let mut map = Vec::new();
    let mut at = start + quote.len();
    while at < text.len() && !text[at..].starts_with(quote) {
        let Some(mut c) = text[at..].chars().next() else { break };
        let from = at;
        at += c.len_utf8();
        if c == '\n' && quote.len() == 1 {
            // No text of one line goes on in the next: an apostrophe somewhere.
            break;
        }
        if c == '\\'
            && let Some(next) = text[at..].chars().next()
        {
            at += next.len_utf8();
            c = match next {
                'n' => '\n',
                't' => '\t',
                other => other,
            };
            if next == '\n' {
                continue;
            }
        }
        map.extend(std::iter::repeat_n(from, c.len_utf8()));
        out.push(c);
    }
    let end = (at + quote.len()).min(text.len()).max(at.min(text.len()));
    let end = if text.is_char_boundary(end) { end } else { at };
    map.push(at.min(text.len()));
    (Script::mapped(out, map), end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_remotes() {
        let text = "// url: 'x'\npipeline { steps {\n  git url: 'https://bitbucket.org/acme/app.git', credentialsId: 'bb'\n  sh \"\"\"\n    curl -u \\$U:$P \\\\\n      x\n  \"\"\"\n  sh(script: 'git push \\'a\\'')\n  checkout([userRemoteConfigs: [[credentialsId: 'k', url: 'git@bitbucket.org:acme/x.git']]])\n  /* sh 'no' */ }}";
        let groovy = read(text);
        let remotes: Vec<_> =
            groovy.remotes.iter().map(|(url, at, id)| (url.as_str(), &text[at.clone()], id.as_deref())).collect();
        assert_eq!(
            remotes,
            [
                ("https://bitbucket.org/acme/app.git", "https://bitbucket.org/acme/app.git", Some("bb")),
                ("git@bitbucket.org:acme/x.git", "git@bitbucket.org:acme/x.git", Some("k")),
            ]
        );
        let script = &groovy.values[2];
        assert!(script.text.contains("curl -u $U:$P \\\n      x"), "{}", script.text);
        let at = script.text.find("$P").expect("it is there");
        assert_eq!(&text[script.source(&(at..at + 2))], "$P");
        assert!(
            groovy.values.iter().any(|script| script.text == "git push 'a'")
                && groovy.values.iter().all(|script| script.text != "no")
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_it(text in "['\"\\\\a\n$äurl: ]{0,40}") {
            let found = read(&text);
            for script in &found.values {
                let at = script.source(&(0..script.text.len()));
                proptest::prop_assert!(at.start <= at.end && at.end <= text.len() + 1);
            }
        }
    }
}
