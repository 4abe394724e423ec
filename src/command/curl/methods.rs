//! curl: which ways to sign in a command allows, and what the first request carries because of it.
//!
//! curl keeps a set. `--basic`, `--digest`, `--ntlm`, `--negotiate`, `--aws-sigv4` and `--oauth2-bearer` add to it, `--no-…`
//! takes away, `--anyauth` replaces it by all. Nothing in it means Basic; several mean that the first request carries nothing
//! and the refusal decides (measured with curl 7.88, read in its `http_output_auth`).

/// The set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Methods(u8);

/// Each method by the option that allows it; the place is its bit.
const NAMES: &[&str] = &["basic", "oauth2-bearer", "digest", "ntlm", "negotiate", "ntlm-wb", "aws-sigv4"];

impl Methods {
    /// Applies an option of this long name; any other is none of the set.
    pub(super) fn apply(&mut self, option: &str, off: bool) {
        if option == "anyauth" {
            self.0 = (1 << NAMES.len()) - 1;
        } else if let Some(bit) = NAMES.iter().position(|name| *name == option) {
            self.0 = if off { self.0 & !(1 << bit) } else { self.0 | 1 << bit };
        }
    }

    /// Whether a refusal decides between several.
    pub(super) fn several(self) -> bool {
        self.0.count_ones() > 1
    }

    /// The only one.
    pub(super) fn only(self) -> &'static str {
        match self.0.count_ones() {
            0 => "basic",
            1 => NAMES.get(self.0.trailing_zeros() as usize).copied().unwrap_or_default(),
            _ => "",
        }
    }

    /// Whether the only one is none that Bitbucket knows.
    pub(super) fn foreign(self) -> Option<&'static str> {
        Some(self.only()).filter(|name| !matches!(*name, "" | "basic" | "oauth2-bearer"))
    }
}
