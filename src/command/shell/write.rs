//! Writes words for a shell: quotes in which nothing is expanded, and variables that are.

/// A shell that a command is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    /// POSIX: bash, zsh, dash, Git Bash.
    Sh,
    /// PowerShell.
    PowerShell,
    /// The Windows command prompt.
    Cmd,
}

impl Shell {
    /// Every shell, in the order of the report.
    pub const ALL: [Self; 3] = [Self::Sh, Self::PowerShell, Self::Cmd];

    /// Its name in the report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sh => "sh",
            Self::PowerShell => "powershell",
            Self::Cmd => "cmd",
        }
    }

    /// A text as one word in which nothing is expanded.
    pub(crate) fn word(self, text: &str) -> String {
        let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./:=@%+,".contains(&b));
        match self {
            Self::Sh if plain => text.into(),
            Self::PowerShell if plain && !text.starts_with(['@', '-']) && !text.contains(',') => text.into(),
            Self::Cmd if plain && !text.contains(['%', ',', '=']) => text.into(),
            _ => self.quoted(text),
        }
    }

    /// A text in quotes in which nothing is expanded.
    pub(crate) fn quoted(self, text: &str) -> String {
        match self {
            Self::Sh => format!("'{}'", text.replace('\'', r"'\''")),
            // A typographic quote ends a PowerShell string as well.
            Self::PowerShell => format!("'{}'", text.replace(['\'', '‘', '’'], "''")),
            Self::Cmd => format!("\"{}\"", text.replace('"', "\\\"")),
        }
    }

    /// A variable inside double quotes.
    pub(crate) fn variable(self, name: &str) -> String {
        match self {
            Self::Sh => format!("${name}"),
            Self::PowerShell => format!("$env:{name}"),
            Self::Cmd => format!("%{name}%"),
        }
    }

    /// A variable inside double quotes with other text right behind it.
    pub(crate) fn variable_before(self, name: &str) -> String {
        match self {
            Self::PowerShell => format!("$($env:{name})"),
            _ => self.variable(name),
        }
    }

    /// What a line ends with that goes on in the next one.
    pub(crate) fn continuation(self) -> char {
        match self {
            Self::Sh => '\\',
            Self::PowerShell => '`',
            Self::Cmd => '^',
        }
    }

    /// curl's name there.
    pub(crate) fn curl(self) -> &'static str {
        // In Windows PowerShell `curl` is another program's alias.
        if self == Self::PowerShell { "curl.exe" } else { "curl" }
    }

    /// `"anna@example.com:$BITBUCKET_API_TOKEN"`: user and secret as one word. Where the address could mean something to the
    /// shell it stands in quotes of its own; `secret` is what a pair of double quotes may hold.
    pub(crate) fn user_and_secret(self, email: Option<&str>, email_variable: &str, secret: &str) -> String {
        let harmless = |c: char| c.is_alphanumeric() || "@._+-".contains(c);
        match email {
            Some(email) if email.chars().all(harmless) => format!("\"{email}:{secret}\""),
            Some(email) if self == Self::Sh => format!("{}\"{secret}\"", self.quoted(&format!("{email}:"))),
            _ => format!("\"{}:{secret}\"", self.variable_before(email_variable)),
        }
    }
}
