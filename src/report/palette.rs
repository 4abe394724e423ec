//! Colours: the only file that knows them.

/// Paints words, or leaves them alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Palette {
    on: bool,
}

/// What a colour means.
#[derive(Clone, Copy)]
enum Paint {
    Bad,
    Good,
    Open,
    Copy,
    Faint,
}

impl Palette {
    /// Leaves every word alone.
    #[must_use]
    pub fn plain() -> Self {
        Self { on: false }
    }

    /// Paints. Without the feature `cli` there is no terminal, and nothing is painted.
    #[must_use]
    pub fn painted() -> Self {
        #[cfg(feature = "cli")]
        colored::control::set_override(true);
        Self { on: cfg!(feature = "cli") }
    }

    /// Whether it paints.
    #[must_use]
    pub fn is_on(self) -> bool {
        self.on
    }

    /// What is wrong.
    #[must_use]
    pub fn bad(self, text: &str) -> String {
        self.paint(text, Paint::Bad)
    }

    /// What works.
    #[must_use]
    pub fn good(self, text: &str) -> String {
        self.paint(text, Paint::Good)
    }

    /// What is open.
    #[must_use]
    pub fn open(self, text: &str) -> String {
        self.paint(text, Paint::Open)
    }

    /// What is there to be copied.
    #[must_use]
    pub fn copy(self, text: &str) -> String {
        self.paint(text, Paint::Copy)
    }

    /// What matters less.
    #[must_use]
    pub fn faint(self, text: &str) -> String {
        self.paint(text, Paint::Faint)
    }

    #[cfg(feature = "cli")]
    fn paint(self, text: &str, paint: Paint) -> String {
        use colored::Colorize as _;
        if !self.on || text.is_empty() {
            return text.into();
        }
        let painted = match paint {
            Paint::Bad => text.red().bold(),
            Paint::Good => text.green().bold(),
            Paint::Open => text.yellow().bold(),
            Paint::Copy => text.cyan(),
            Paint::Faint => text.dimmed(),
        };
        painted.to_string()
    }

    #[cfg(not(feature = "cli"))]
    fn paint(self, text: &str, _paint: Paint) -> String {
        text.into()
    }
}
