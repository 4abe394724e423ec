//! Where a command starts in a pasted line: behind prompt signs, list marks, assignments and words like `sudo`.

use super::shell::{Word, name_at};

/// A prompt sign in front of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prompt {
    None,
    /// `$ `, `% `, `❯ `, `PS C:\>`: certainly a command.
    Sure,
    /// `# `, `> `, `- `: perhaps.
    Perhaps,
}

/// The program that a word names, if it is one that can be read.
pub(crate) fn program(word: &str) -> Option<&'static str> {
    let name = word.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase();
    let name = name.strip_suffix(".exe").unwrap_or(&name);
    Some(match name {
        "curl" => "curl",
        "git" => "git",
        "wget" => "wget",
        "http" | "xh" => "http",
        "https" | "xhs" => "https",
        "invoke-restmethod" | "invoke-webrequest" | "irm" | "iwr" => "powershell",
        _ => return None,
    })
}

/// Words in front of a command: `sudo`, `time`, `NAME=value`, and those of a shell's own grammar.
pub(crate) fn leading(words: &[Word]) -> usize {
    const WORDS: &[&str] =
        &["sudo", "time", "env", "command", "exec", "nohup", "if", "!", "then", "do", "else", "while", "until", "&", "{"];
    words.iter().take_while(|w| WORDS.contains(&w.value.as_str()) || assignment_name(w).is_some()).count()
}

pub(crate) fn assignment_name(word: &Word) -> Option<String> {
    let text = word.value.as_str();
    let name = name_at(text);
    (!name.is_empty() && text[name.len()..].starts_with('=')).then(|| name.to_owned())
}

pub(crate) fn first_word(text: &str) -> Option<&str> {
    text.split_whitespace()
        .find(|w| !matches!(*w, "sudo" | "time" | "env" | "command" | "exec" | "&" | "{" | "(") && !w.contains('='))
}

/// Whether a line starts a command that can be read.
pub(crate) fn is_command(line: &str, prompt: Prompt) -> bool {
    let Some(word) = first_word(line) else { return false };
    if program(word.trim_end_matches('\\')).is_none() {
        // A command may come second: `cd app && git push`.
        let chained = ["&& ", "; "]
            .iter()
            .filter_map(|op| line.split_once(op))
            .any(|(_, rest)| first_word(rest).is_some_and(|w| program(w).is_some()) && rest.contains(' '));
        return chained
            && (prompt != Prompt::None || first_word(line).is_some_and(|w| matches!(w, "cd" | "export" | "set" | "mkdir")));
    }
    if prompt == Prompt::Sure {
        return true;
    }
    // Prose may start with the word, too.
    let rest = &line[line.find(word).unwrap_or_default() + word.len()..];
    let second = rest.split_whitespace().next().unwrap_or_default();
    let plain = |w: &str| w.chars().all(|c| c.is_ascii_alphabetic());
    if word.trim_end_matches(".exe").ends_with("curl") || word.ends_with('\\') {
        return !plain(second) || rest.contains("://") || second.is_empty() && rest.contains('\\') || rest.contains("bitbucket");
    }
    if program(word) != Some("git") {
        return rest.contains("://") || rest.contains("bitbucket") || rest.contains(" -") && !plain(second);
    }
    let words: Vec<&str> = rest.split_whitespace().filter(|w| !w.starts_with('-')).collect();
    let subcommand =
        words.iter().any(|w| matches!(*w, "clone" | "fetch" | "pull" | "push" | "ls-remote" | "remote" | "submodule" | "lfs"));
    subcommand && (words.len() <= 3 || rest.contains("://") || rest.contains('@') || rest.contains(" -"))
}

/// The prompt at the start of a line: how long it is, and how sure.
pub(crate) fn prompt(line: &str) -> (usize, Prompt) {
    let indent = line.len() - line.trim_start_matches([' ', '\t', '\u{a0}', '\u{feff}']).len();
    let text = &line[indent..];
    for sign in ["$ ", "% ", "❯ ", "➜ ", "λ ", "$\t", "sh-5.1$ ", "bash-5.1$ "] {
        if let Some(rest) = text.strip_prefix(sign) {
            let arrow = sign == "➜ ";
            let rest = if arrow { theme(rest) } else { rest };
            return (line.len() - rest.trim_start_matches(' ').len(), Prompt::Sure);
        }
    }
    let plain = text.trim_end();
    if plain == "$" || plain == "PS>" {
        return (line.len(), Prompt::Sure);
    }
    if (text.starts_with("PS ") || text.starts_with("PS>"))
        && let Some(end) = text.find('>').filter(|end| *end < 200)
    {
        let rest = text[end + 1..].trim_start_matches(['>', ' ']);
        return (line.len() - rest.len(), Prompt::Sure);
    }
    let drive =
        text.len() > 3 && text.as_bytes()[0].is_ascii_alphabetic() && text.as_bytes()[1] == b':' && text.as_bytes()[2] == b'\\';
    if drive && let Some(end) = text.find('>') {
        let rest = text[end + 1..].trim_start_matches(' ');
        return (line.len() - rest.len(), Prompt::Sure);
    }
    // `user@host:~/app$ `, `[user@host app]$ `, `root@host:/# `, `(venv) user@host app % `
    for sign in ["$ ", "# ", "% "] {
        if let Some(end) = text.find(sign).filter(|end| *end > 0 && *end <= 100) {
            let before = &text[..end];
            let host = before.contains('@') && !before.contains(['\'', '"', '=']) && !before.contains("://");
            let known = !before.split_whitespace().any(|w| program(w).is_some());
            let tight = before.ends_with([']', '~']) || !before.ends_with(' ') || before.split_whitespace().count() <= 3;
            if host && known && tight && before.len() < 80 {
                let rest = text[end + sign.len()..].trim_start_matches(' ');
                return (line.len() - rest.len(), Prompt::Sure);
            }
        }
    }
    for sign in ["# ", "> ", "- ", "+ ", "* ", "// ", "-> "] {
        if let Some(rest) = text.strip_prefix(sign) {
            let rest = rest.trim_start_matches(' ');
            if first_word(rest).is_some_and(|w| program(w).is_some()) {
                return (line.len() - rest.len(), Prompt::Perhaps);
            }
        }
    }
    (indent, Prompt::None)
}

/// What a prompt of oh-my-zsh puts before the command: `dir git:(main) ✗ `.
fn theme(rest: &str) -> &str {
    let mut rest = rest.trim_start();
    if let Some((_, after)) = rest.split_once(' ') {
        rest = after.trim_start();
    }
    if rest.starts_with("git:(") {
        rest = rest.split_once(')').map_or(rest, |(_, after)| after).trim_start_matches(['✗', '×', ' ']);
    }
    rest
}
