//! Where the case comes from.
