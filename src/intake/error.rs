//! What is given to bbdoctor wrongly: usage errors, each with what to do next.

use std::path::PathBuf;

use thiserror::Error;

/// Why no case could be made. None of them repeats a secret.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// `--token VALUE`.
    #[error(
        "--token is not taken: what stands on a command line is in the shell's history, and every user of this machine can read it in the list of processes"
    )]
    TokenOnCommandLine,
    /// Nothing to look at, and nobody to ask.
    #[error("nothing to diagnose: no command, no token, and no terminal to ask on")]
    Nothing,
    /// The person ended the prompt without an answer.
    #[error("nothing to diagnose: nothing was entered")]
    NothingEntered,
    /// Ctrl-C at a prompt.
    #[error("interrupted")]
    Interrupted,
    /// Two options that exclude each other.
    #[error("{one} and {other} are both given: {why}")]
    Both {
        /// The first.
        one: String,
        /// The second.
        other: String,
        /// Why that does not go.
        why: &'static str,
    },
    /// A file that cannot be read.
    #[error("{option}: {} cannot be read: {why}", path.display())]
    Unreadable {
        /// Which option names it.
        option: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
    /// A value that cannot be right.
    #[error("{option}: {why}")]
    Value {
        /// Which option.
        option: String,
        /// What is wrong.
        why: String,
        /// What to give instead.
        instead: String,
    },
    /// A setting of the way to Bitbucket that cannot be right; the text says what to give.
    #[error("{0}")]
    Setting(String),
    /// The command and an option name different secrets.
    #[error("{0} and the command hold different tokens, so it is not clear which one to diagnose")]
    TwoTokens(&'static str),
    /// The terminal could not be used.
    #[error("the terminal could not be read: {0}")]
    Terminal(String),
}

impl Error {
    /// A value that cannot be right.
    pub fn value(option: impl Into<String>, why: impl Into<String>, instead: impl Into<String>) -> Self {
        Self::Value { option: option.into(), why: why.into(), instead: instead.into() }
    }

    /// What to do next.
    #[must_use]
    pub fn next(&self) -> Vec<String> {
        let lines: &[&str] = match self {
            Self::TokenOnCommandLine => &[
                "from a file:      bbdoctor --token-file FILE",
                "from a variable:  bbdoctor --token-env NAME     (or set BITBUCKET_API_TOKEN)",
                "from a pipe:      … | bbdoctor --token-stdin",
                "hidden prompt:    bbdoctor",
            ],
            Self::Nothing => &[
                "the failing command:  bbdoctor - < command.txt      bbdoctor -- curl …",
                "or the token:         set BITBUCKET_API_TOKEN and BITBUCKET_EMAIL",
                "or a tour:            bbdoctor demo",
            ],
            Self::NothingEntered => {
                &["paste the failing command or the token, then an empty line; or take a tour: bbdoctor demo"]
            }
            Self::Interrupted | Self::Setting(_) => &[],
            Self::Both { .. } => &["leave out one of the two"],
            Self::Unreadable { .. } => &["check the path, and that you may read the file"],
            Self::Value { instead, .. } => return if instead.is_empty() { Vec::new() } else { vec![instead.clone()] },
            Self::TwoTokens(_) => &["leave out the option, or take the token out of the command"],
            Self::Terminal(_) => &["give the token in BITBUCKET_API_TOKEN or with --token-file"],
        };
        lines.iter().map(|line| (*line).to_owned()).collect()
    }
}
