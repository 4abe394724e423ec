//! The exchanges so far.

use alloc::vec::Vec;

use crate::Exchange;

/// The record: every exchange so far, in the order of asking.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// In the order of asking.
    pub exchanges: Vec<Exchange>,
}
