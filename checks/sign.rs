//! The closed list of signs: what can be said about a case and its record.

/// One thing that holds or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sign {
    /// The token is whole.
    Whole,
}
