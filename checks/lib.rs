//! What is known about Bitbucket Cloud's authentication, as pure functions.
//!
//! A [`Case`] (what is known before asking) and the answers seen so far go in, a [`Diagnosis`] comes out. Nothing here opens
//! a socket, reads a file, looks at a clock or holds a secret: the crate is `no_std`, so the compiler keeps that promise.
#![no_std]
extern crate alloc;

pub mod answer;
mod case;
mod check;
pub mod endpoints;
pub mod facts;
pub mod pages;
mod probe;
pub mod role;
pub mod scopes;
mod seen;
pub mod shape;
mod sign;
mod verdict;

pub use case::*;
pub use check::Check;
pub use probe::*;
pub use seen::Seen;
pub use sign::Sign;
pub use verdict::*;
