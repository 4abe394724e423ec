//! How bash and zsh split a command line into words, against how the reader does.

use std::process::Command;

use super::loopback::Dice;

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
    if Command::new("bash").arg("--version").output().is_err() {
        return;
    }
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
                if words.replace("\\\n", "").ends_with("$X") && piece.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
                {
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
    let output = Command::new("bash").args(["--norc", "-c", &script]).output().expect("bash runs");
    let text = String::from_utf8(output.stdout).expect("text");
    let mut answers = text.split("\u{1}\0");
    for words in lists {
        let real: Vec<&str> = ended(answers.next().expect("an answer")).split('\0').skip(1).collect();
        let mine = split(&words);
        assert_eq!(mine, real, "{words:?}");
    }
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
