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
    // `curlimages/curl:8.5.0` is an image.
    let image = name
        .split_once(':')
        .filter(|(_, tag)| word.contains('/') && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_".contains(&b)));
    let name = image.map_or(name.as_str(), |(name, _)| name);
    let name = name.strip_suffix(".exe").unwrap_or(name);
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

/// Words of a shell's own grammar, and programs that take a command as it stands.
const GRAMMAR: &[&str] =
    &["if", "!", "then", "do", "else", "elif", "while", "until", "&", "{", "(", "command", "exec", "builtin", "nohup", "noglob"];

/// Programs that start another: which of their options take a value, and how many words of their own follow.
const STARTERS: &[(&str, &str, usize)] = &[
    ("sudo", "-u -g -h -p -C -r -t -U -D -R -T --user --group --host --prompt --chdir", 0),
    ("doas", "-u -C", 0),
    ("env", "-u -C -S --unset --chdir", 0),
    ("time", "-f -o", 0),
    ("timeout", "-s -k --signal --kill-after", 1),
    ("gtimeout", "-s -k --signal --kill-after", 1),
    ("nice", "-n --adjustment", 0),
    ("ionice", "-c -n -p", 0),
    ("stdbuf", "-i -o -e", 0),
    ("watch", "-n -d --interval", 0),
    ("xargs", "-I -n -P -L -d -s -a -E", 0),
    ("setsid", "", 0),
    ("winpty", "", 0),
    ("unbuffer", "", 0),
    ("caffeinate", "", 0),
    ("proxychains", "-f", 0),
    ("torsocks", "", 0),
    ("start", "", 0),
    ("call", "", 0),
];

/// Programs that start one elsewhere, or read a whole command from one word.
const RUNNERS: &[&str] = &[
    "docker",
    "podman",
    "nerdctl",
    "kubectl",
    "oc",
    "docker-compose",
    "ssh",
    "bash",
    "sh",
    "zsh",
    "dash",
    "ash",
    "eval",
    "su",
    "chroot",
    "cmd",
    "cmd.exe",
    "powershell",
    "powershell.exe",
    "pwsh",
    "wsl",
    "wsl.exe",
    "nix-shell",
    "vagrant",
    "flatpak",
];

/// How many words stand in front of the program: `sudo`, `NAME=value`, `docker run … IMAGE`, and those of a shell's own grammar.
fn before_program(words: &[&str]) -> usize {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let name = word.rsplit('/').next().unwrap_or_default();
        if GRAMMAR.contains(word) || assigns(word) {
            at += 1;
        } else if word.starts_with('$') && words.get(at + 1) == Some(&"=") {
            // PowerShell keeps the answer in a variable.
            at += 2;
        } else if let Some((_, valued, own)) = STARTERS.iter().find(|(starter, ..)| *starter == name) {
            at += 1;
            while let Some(option) = words.get(at).filter(|w| w.starts_with('-') && w.len() > 1) {
                at += 1 + usize::from(valued.split(' ').any(|v| v == *option));
            }
            at += own;
        } else if RUNNERS.contains(&name) {
            // An image is named by its program, which may be named once more.
            let runs = |at: usize| words.get(at).and_then(|w| program(w));
            let found =
                (at + 1..words.len().min(at + 60)).find(|at| runs(*at).is_some_and(|p| p != "git" || talks(&words[at + 1..])));
            return found.map_or(at, |at| at + usize::from(runs(at + 1) == runs(at) && words[at].contains('/')));
        } else {
            break;
        }
    }
    at
}

/// Whether a command of git that asks a remote follows.
fn talks(words: &[&str]) -> bool {
    words.iter().take(12).any(|w| REMOTE_COMMANDS.contains(w))
}

const REMOTE_COMMANDS: &[&str] = &["clone", "fetch", "pull", "push", "ls-remote", "remote", "submodule", "lfs"];

/// `NAME=value`.
fn assigns(word: &str) -> bool {
    let name = name_at(word);
    !name.is_empty() && word[name.len()..].starts_with('=')
}

/// Words in front of a command.
pub(crate) fn leading(words: &[Word]) -> usize {
    let texts: Vec<&str> = words.iter().map(|w| w.value.as_str()).collect();
    before_program(&texts)
}

pub(crate) fn assignment_name(word: &Word) -> Option<String> {
    let text = word.value.as_str();
    assigns(text).then(|| name_at(text).to_owned())
}

/// The program's word in a line that is not yet split as a shell would.
pub(crate) fn first_word(text: &str) -> Option<&str> {
    let words: Vec<&str> = text.split_whitespace().take(80).collect();
    words.get(before_program(&words)).copied()
}

/// A command in quotes that another program is given: `bash -c "curl …"`, `ssh host 'git …'`.
fn given_whole(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().take(80).collect();
    let runner = words.get(before_program(&words)).map(|w| w.rsplit('/').next().unwrap_or_default());
    runner.is_some_and(|r| RUNNERS.contains(&r))
        && words.iter().any(|w| w.strip_prefix(['"', '\'']).is_some_and(|w| program(w).is_some()))
}

/// Whether a line starts a command that can be read.
pub(crate) fn is_command(line: &str, prompt: Prompt) -> bool {
    let Some(word) = first_word(line) else { return false };
    if program(word.trim_end_matches('\\')).is_none() {
        if given_whole(line) {
            return true;
        }
        // A command may come second: `cd app && git push`, `echo '{}' | curl -d @- …`.
        let reads =
            |rest: &str| first_word(rest).is_some_and(|w| program(w).is_some()) && is_command(rest.trim_start(), Prompt::None);
        let chained = ["&& ", "; ", "| ", "|| "]
            .iter()
            .any(|op| line.match_indices(op).take(20).any(|(at, _)| reads(&line[at + op.len()..])));
        const BEFORE: &[&str] = &[
            "cd", "export", "set", "mkdir", "for", "while", "echo", "printf", "cat", "read", "pushd", "[", "[[", "test", "rm",
            "source", ".",
        ];
        return chained && (prompt != Prompt::None || BEFORE.contains(&word));
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
        let table = second.strip_prefix('@').is_some_and(|name| name_at(name) == name);
        return rest.contains("://") || rest.contains("bitbucket") || rest.contains(" -") && !plain(second) || table;
    }
    let words: Vec<&str> = rest.split_whitespace().filter(|w| !w.starts_with('-')).collect();
    let subcommand = words.iter().any(|w| REMOTE_COMMANDS.contains(w));
    // A short name of a host stands in settings; no sentence has a colon there.
    let names = matches!(words.as_slice(), ["remote", "add" | "set-url", _, address] if address.contains(':'));
    subcommand && (words.len() <= 3 || names || rest.contains("://") || rest.contains('@') || rest.contains(" -"))
}

/// The prompt at the start of a line: how long it is, and how sure.
pub(crate) fn prompt(line: &str) -> (usize, Prompt) {
    let indent = line.len() - line.trim_start_matches([' ', '\t', '\u{a0}', '\u{feff}']).len();
    let text = &line[indent..];
    // `(venv) C:\\app>`, `(base) $ `: what a virtual environment puts before a prompt.
    if let Some(end) = text.strip_prefix('(').and_then(|rest| rest.find(") ")).filter(|end| *end < 40) {
        let inner = &line[indent + end + 3..];
        let (length, found) = prompt(inner);
        if found == Prompt::Sure {
            return (line.len() - inner.len() + length, found);
        }
    }
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
    // `worker:~$ `, `app:/srv/app# `
    if let Some(end) = text.find(['$', '#']).filter(|end| *end > 2 && *end <= 60 && text[*end + 1..].starts_with(' ')) {
        let path = text[..end].split_once(':').filter(|(host, path)| {
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            !host.is_empty() && host.chars().all(plain) && path.starts_with(['~', '/']) && !path.contains([' ', '"', '\''])
        });
        if path.is_some() && !text.contains("://") || path.is_some_and(|(_, path)| !path.starts_with("//")) {
            let rest = text[end + 2..].trim_start_matches(' ');
            return (line.len() - rest.len(), Prompt::Sure);
        }
    }
    // A runner's log, a step of a pipeline, a container's recipe.
    const SIGNS: &[&str] = &[
        "[command]",
        "##[command]",
        "- run: ",
        "run: ",
        "- command: ",
        "command: ",
        "- script: ",
        "script: ",
        "RUN ",
        "# ",
        "> ",
        "- ",
        "+++ ",
        "++ ",
        "+ ",
        "* ",
        "// ",
        "-> ",
    ];
    for sign in SIGNS {
        if let Some(rest) = text.strip_prefix(sign) {
            let rest = rest.trim_start_matches(' ');
            // A shell that shows what it does shows assignments, too.
            let traced = sign.starts_with('+')
                && (["export ", "for ", "while ", "cd ", "set ", "if "].iter().any(|w| rest.starts_with(w)) || assigns(rest));
            if traced || first_word(rest).is_some_and(|w| program(w).is_some()) {
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
