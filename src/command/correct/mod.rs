//! The person's own command, corrected: their quoting, options and order stay, and only what is wrong is changed.
//!
//! It is made from what a report holds (the command's text with its secrets replaced, and positions in it), so a recording gives
//! the same command again. Every secret becomes a variable where the shell expands one. What cannot be corrected in its place
//! with certainty is left to the canonical command of the fix: several operations, substitutions, text that no lexer closes.

mod curl;
mod edit;
mod git;

use std::ops::Range;

pub(crate) use git::helper;

use super::Context;
use super::shell::{self, Dialect, Seen, Shell, Variables, Word};
use crate::checks::{FixAuth, NoteKind, Request};

/// What the corrected command has to do.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// Upper case; for git the empty text.
    pub method: &'a str,
    /// Path and query on the API; for git the empty text.
    pub path: &'a str,
    /// The same as a whole URL that no shell and no curl globbing takes for anything else.
    pub url: String,
    /// Base URL of the API, without `/` at its end.
    pub api_url: &'a str,
    /// Base URL of git, without `/` at its end.
    pub git_base_url: &'a str,
    /// How the credential goes along.
    pub auth: FixAuth,
    /// The name of the variable with the secret.
    pub variable: Option<&'static str>,
    /// The e-mail, where it may be shown.
    pub email: Option<&'a str>,
    /// The name of the variable with the e-mail.
    pub email_variable: &'static str,
}

/// A corrected command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// Whose words it is written in.
    pub shell: Shell,
    /// The command; it may have several lines.
    pub text: String,
    /// Where it differs from what the person wrote.
    pub changed: Vec<Range<usize>>,
}

/// What is being corrected.
struct Draft<'a> {
    source: &'a str,
    words: Vec<Word>,
    shell: Shell,
    edits: edit::Edits,
    /// The person's own variable with the secret, as a pair of double quotes may hold it.
    own_secret: Option<String>,
}

impl Draft<'_> {
    /// What stands for the secret inside double quotes.
    fn secret(&self, wanted: &Wanted<'_>) -> String {
        self.own_secret.clone().unwrap_or_else(|| self.shell.variable(wanted.variable.unwrap_or("BITBUCKET_API_TOKEN")))
    }

    /// Takes words away, with the white space or the continuation in front of them.
    fn remove(&mut self, words: Range<usize>) {
        let start = words.start.checked_sub(1).map_or(0, |before| self.words[before].at.end);
        let end = self.words[words.end - 1].at.end;
        self.edits.replace(start..end, "");
    }
}

/// The request's command, corrected; `None` where the canonical one is the better answer.
#[must_use]
pub fn correct(request: &Request, wanted: &Wanted<'_>) -> Option<Correction> {
    let source = request.text.as_str();
    let span = request.spans.get("command")?;
    let command = span.start as usize..span.end as usize;
    source.get(command.clone())?;
    let dialect = shell::guess(source);
    let shell = match dialect {
        Dialect::PowerShell => Shell::PowerShell,
        Dialect::Cmd => Shell::Cmd,
        Dialect::Posix | Dialect::Words => Shell::Sh,
    };
    let nothing = |_: &str| None;
    let line = shell::read(source, command.start, source.len(), dialect, &Variables::new(&nothing));
    let broken = line.events.iter().any(|event| matches!(event.what, Seen::BrokenContinuation | Seen::OtherContinuation));
    if broken || line.words.last()?.at.end < command.end || line.words.iter().any(|w| unreadable(w, dialect)) {
        return None;
    }
    let own_secret = own_secret(request, source, dialect);
    let words: Vec<Word> = line.words.into_iter().filter(|w| w.at.start < command.end).collect();
    let mut draft = Draft { source, words, shell, edits: edit::Edits::default(), own_secret };
    let context = Context { variable: &nothing, api_url: wanted.api_url, git_base_url: wanted.git_base_url };
    let end = match request.tool.as_str() {
        "curl" => curl::correct(&mut draft, request, wanted, &context)?,
        "git" => git::correct(&mut draft, wanted, &context)?,
        _ => return None,
    };
    straighten(&mut draft);
    let end = redirected(source, end.max(command.end), line.end);
    let end = piped(source, end, line.operator.as_ref());
    let (text, changed) = draft.edits.apply(source, command.start..end)?;
    // A secret or a name that is still hidden in it would not run.
    let whole = !text.contains('…') && !text.contains("***");
    whole.then_some(Correction { shell, text, changed })
}

/// What no correction in its place can be made of.
fn unreadable(word: &Word, dialect: Dialect) -> bool {
    word.events.iter().any(|event| match &event.what {
        Seen::Unclosed | Seen::BrokenContinuation | Seen::OtherContinuation | Seen::CmdQuote => true,
        Seen::AssignedTooLate(_) => true,
        Seen::History => dialect == Dialect::Posix,
        _ => false,
    })
}

/// Where what the shell itself was told about files ends: `> user.json`, `2>/dev/null`.
fn redirected(source: &str, end: usize, read_to: usize) -> usize {
    let rest = source.get(end..read_to).unwrap_or_default();
    let tells = rest.trim_start_matches([' ', '\t', '1', '2', '&']).starts_with('>');
    if tells { end + rest.trim_end().len() } else { end }
}

/// A pipe behind the command goes along; another command does not.
fn piped(source: &str, end: usize, operator: Option<&Range<usize>>) -> usize {
    let Some(pipe) = operator.filter(|at| source.get((*at).clone()) == Some("|") && at.start >= end) else { return end };
    let rest = &source[pipe.end..];
    pipe.end + rest.find('\n').map_or(rest, |line| &rest[..line]).trim_end().len()
}

/// The secret as the person's own variable, where the shell expands it and nothing is wrong with it.
fn own_secret(request: &Request, source: &str, dialect: Dialect) -> Option<String> {
    let doubted = |kind: NoteKind| matches!(kind, NoteKind::NotExpanded | NoteKind::NotDefined | NoteKind::StrayCharacters);
    if request.notes.iter().any(|n| doubted(n.kind)) {
        return None;
    }
    let span = request.spans.get("secret")?;
    let text = source.get(span.start as usize..span.end as usize)?;
    let variable = match dialect {
        Dialect::Cmd => text.len() > 2 && text.starts_with('%') && text.ends_with('%'),
        Dialect::PowerShell => text.starts_with("$env:"),
        Dialect::Posix | Dialect::Words => text.starts_with('$') && !text.starts_with("$("),
    };
    let name = |c: char| c.is_ascii_alphanumeric() || "_${}%:".contains(c);
    (variable && text.chars().all(name)).then(|| text.to_owned())
}

/// Plain quotes in the place of typographic ones, and nothing in the place of what cannot be seen.
fn straighten(draft: &mut Draft<'_>) {
    let mut edits = Vec::new();
    for word in &draft.words {
        for event in &word.events {
            match event.what {
                Seen::TypographicQuote => {
                    for (at, c) in draft.source[word.at.clone()].char_indices() {
                        let plain = match c {
                            '“' | '”' | '„' | '‟' | '«' | '»' => "\"",
                            '‘' | '’' | '‚' | '‛' => "'",
                            _ => continue,
                        };
                        let at = word.at.start + at;
                        edits.push((at..at + c.len_utf8(), plain));
                    }
                }
                Seen::Invisible => {
                    let shown = &draft.source[event.at.clone()];
                    edits.push((event.at.clone(), if shown.chars().all(char::is_whitespace) { " " } else { "" }));
                }
                _ => {}
            }
        }
    }
    edits.sort_by_key(|(at, _)| at.start);
    edits.dedup();
    for (at, plain) in edits {
        draft.edits.replace_if_free(at, plain);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Input, read};

    fn corrected(text: &str) -> Option<String> {
        let nothing = |_: &str| None;
        let context = Context { variable: &nothing, api_url: "https://api.bitbucket.org", git_base_url: "https://bitbucket.org" };
        let reading = read(Input::Text(text), &context);
        let wanted = Wanted {
            method: "GET",
            path: "/2.0/user",
            url: "https://api.bitbucket.org/2.0/user".into(),
            api_url: context.api_url,
            git_base_url: context.git_base_url,
            auth: FixAuth::EmailBasic,
            variable: Some("BITBUCKET_API_TOKEN"),
            email: Some("anna@example.com"),
            email_variable: "BITBUCKET_EMAIL",
        };
        correct(reading.requests.first()?, &wanted).map(|correction| correction.text)
    }

    #[test]
    fn what_stands_behind_the_command() {
        let command = "curl -u 'annasmith:secretword1' https://api.bitbucket.org/2.0/user";
        let mended = "curl -u \"anna@example.com:$BITBUCKET_API_TOKEN\" https://api.bitbucket.org/2.0/user";
        for (behind, kept) in [(" | jq .", " | jq ."), (" > user.json", " > user.json"), ("; echo done", ""), (" # 401", "")] {
            assert_eq!(corrected(&format!("{command}{behind}\n")), Some(format!("{mended}{kept}")), "{behind}");
        }
    }

    #[test]
    fn what_cannot_be_corrected_in_its_place() {
        for text in [
            "curl -u 'annasmith:secretword1 https://api.bitbucket.org/2.0/user",
            "curl -u annasmith:secretword1 https://api.bitbucket.org/2.0/user --next https://api.bitbucket.org/2.0/user",
            "curl --no-such-option -u annasmith:secretword1 https://api.bitbucket.org/2.0/user",
        ] {
            assert_eq!(corrected(text), None, "{text}");
        }
    }
}
