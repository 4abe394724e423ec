//! How bash and zsh split a command line into words, against how the reader does; PowerShell and cmd by their documentation.

use std::process::Command;

use super::loopback::{Dice, home, say, version};

const PIECES: &[&str] = &[
    "a",
    "B9",
    "-",
    "=",
    ":",
    "/",
    ".",
    ",",
    "@",
    "%",
    "~x",
    "ü",
    "日",
    "\\ ",
    "\\\\",
    "\\'",
    "\\\"",
    "\\$",
    "\\a",
    "'it'",
    "'a b'",
    "'$X'",
    "'\"'",
    "'\\'",
    "\"a b\"",
    "\"$X\"",
    "\"${X}y\"",
    "\"\\\"\"",
    "\"\\$X\"",
    "\"\\a\"",
    "\"'\"",
    "\"\\\\\"",
    "$X",
    "${X}",
    "${EMPTY}",
    "$X.z",
    "$'a\\tb'",
    "$'\\x41'",
    "$'\\''",
    "$'\\u00fc'",
    "${NONE:-dflt}",
    "\\\n",
    "\"a\\\nb\"",
    "#",
    "!",
    "^",
    "''",
    "\"\"",
    "2>/dev/null ",
    "$(printf '%s' 'u:p' | base64)",
    "$(echo u:p | base64)",
];

#[test]
fn bash_splits_words_the_same_way() {
    same_words("bash", &["--norc", "-c"], &[]);
}

/// zsh runs the reading of sh's words with rules of its own: an unquoted `=name` is the path of a program, `^`, `#` and `~` may
/// be patterns, an expansion is not split. What differs for every word is left out; the rest must agree.
#[test]
fn zsh_splits_words_the_same_way() {
    same_words("zsh", &["-f", "-c"], &["=", "~x", "#", "$'\\u00fc'"]);
}

fn same_words(shell: &str, options: &[&str], left_out: &[&str]) {
    let Some(version) = version(shell) else {
        say(&format!("skipped: {shell} is not installed"));
        return;
    };
    let mut dice = Dice(7);
    let mut script = String::from("X=val; EMPTY=\n");
    let mut lists = Vec::new();
    for _ in 0..1_500 {
        let mut words = String::new();
        for index in 0..1 + dice.roll(5) {
            if index > 0 {
                words.push_str(dice.pick(&[" ", "  ", "\t", " \\\n "]));
            }
            for _ in 0..1 + dice.roll(4) {
                let piece = dice.pick(PIECES);
                // `$XB9` is another name; what is not defined is kept as it stands, since that is what is wrong with it.
                // In zsh a name may go on with any letter.
                let continues =
                    piece.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || shell == "zsh" && !c.is_ascii());
                if left_out.contains(&piece) || words.replace("\\\n", "").ends_with("$X") && continues {
                    continue;
                }
                let at_start = words.is_empty() || words.ends_with([' ', '\t', '\n']);
                // At a word's start these mean something else: a comment, a home directory, an option of printf.
                if at_start && matches!(piece, "#" | "~x" | "2>/dev/null ") || piece.starts_with('2') && !words.ends_with(' ') {
                    continue;
                }
                words.push_str(piece);
            }
        }
        script.push_str(&format!("printf '%s\\0' w {words}\nprintf '\\1\\0'\n"));
        lists.push(words);
    }
    let home = home();
    let file = home.path().join("words");
    std::fs::write(&file, &script).expect("written");
    let source = format!(". {}", file.display());
    let output = Command::new(shell).args(options).arg(&source).env("LC_ALL", "C.UTF-8").output().expect("the shell runs");
    let text = String::from_utf8(output.stdout).expect("text");
    let mut answers = text.split("\u{1}\0");
    for words in &lists {
        let real: Vec<&str> = ended(answers.next().expect("an answer")).split('\0').skip(1).collect();
        let mine = split(words);
        assert_eq!(mine, real, "{words:?}");
    }
    say(&format!("{} lists of words compared with {version}", lists.len()));
}

/// Without the NUL that ends the last word; an empty word before it stays.
fn ended(words: &str) -> &str {
    words.strip_suffix('\0').unwrap_or(words)
}

/// The words as the reader sees them: HTTPie's items are the only ones that come back whole, so each is sent as a URL of curl.
fn split(words: &str) -> Vec<String> {
    bbdoctor::command::words(&format!("curl {words}"), &|name| match name {
        "X" => Some("val".into()),
        "EMPTY" => Some(String::new()),
        _ => None,
    })
    .into_iter()
    .skip(1)
    .collect()
}

/// What Microsoft's pages say of quotes, escapes and backslashes: the user and the secret that a program gets.
#[test]
fn powershell_and_cmd_split_words_as_documented() {
    let cases = [
        // about_Quoting_Rules
        ("PS C:\\> curl.exe -u 'anna:it''s' URL", "anna", "it's"),
        ("PS C:\\> curl.exe -u \"anna:say \"\"x\"\"\" URL", "anna", "say \"x\""),
        ("PS C:\\> curl.exe -u 'anna:p$w`n' URL", "anna", "p$w`n"),
        ("PS C:\\> curl.exe -u \"anna:p`$w\" URL", "anna", "p$w"),
        ("PS C:\\> curl.exe -u ‘anna:p w’ URL", "anna", "p w"),
        // about_Special_Characters
        ("PS C:\\> curl.exe -u \"anna:`u{fc}``x\" URL", "anna", "ü`x"),
        ("PS C:\\> curl.exe -u anna:p`#w`;x URL", "anna", "p#w;x"),
        // about_Parsing: behind the token nothing is PowerShell's
        ("PS C:\\> curl.exe --% -u anna:p$w;x`y'z URL", "anna", "p$w;x`y'z"),
        ("PS C:\\> curl.exe --% -u \"anna:p w&x\" URL", "anna", "p w&x"),
        // cmd
        ("C:\\Users\\a> curl -u anna:p^&w^^x URL", "anna", "p&w^x"),
        ("C:\\Users\\a> curl -u \"anna:p^&w\" URL", "anna", "p^&w"),
        // Parsing C command-line arguments
        ("C:\\Users\\a> curl -u \"anna:a\\\"b\" URL", "anna", "a\"b"),
        ("C:\\Users\\a> curl -u \"anna:a\\\\\" URL", "anna", "a\\"),
        ("C:\\Users\\a> curl -u \"anna:a\\\\\\\"b c\" URL", "anna", "a\\\"b c"),
        ("C:\\Users\\a> curl -u anna:a\\\\b URL", "anna", "a\\\\b"),
        ("C:\\Users\\a> curl -u \"anna:a\"\"b c\" URL", "anna", "a\"b c"),
        ("C:\\Users\\a> curl -u anna:a\" \"b URL", "anna", "a b"),
    ];
    for (command, user, secret) in cases {
        let command = command.replace("URL", "https://api.bitbucket.org/2.0/user");
        let reading = super::fixture::text(&command);
        let request = reading.requests.first().unwrap_or_else(|| panic!("{command}"));
        let sends = &request.sends;
        let held = sends.credential.map(|id| reading.credentials[usize::from(id.0)].1.expose().to_owned());
        assert_eq!(sends.user.as_ref().map(|u| u.text.as_str()), Some(user), "{command}");
        assert_eq!(held.as_deref(), Some(secret), "{command}");
        assert!(request.url.ends_with("/2.0/user"), "{command}: {}", request.url);
    }
}
