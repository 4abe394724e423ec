//! What the machine sends: throw-away homes, the real git and curl, and a simulated Bitbucket that says what arrived.

mod curl;
mod environment;
mod git;
mod healthy;
mod home;
mod mended;
mod recipes;
mod sent;
