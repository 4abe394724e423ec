//! Tests from outside, in one binary.

mod redact;
mod transport;
