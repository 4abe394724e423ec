//! bbdoctor finds out why a Bitbucket Cloud token does not work.
//!
//! The knowledge is in `bbdoctor-checks`; this library is what touches the world (feature `cli`) and what reads a pasted
//! command, hides secrets and writes reports (always, and pure).

#[cfg(feature = "cli")]
pub mod cli;
pub mod command;
#[cfg(feature = "cli")]
pub mod diagnose;
#[cfg(feature = "cli")]
pub mod intake;
#[cfg(feature = "cli")]
pub mod listen;
#[cfg(feature = "cli")]
pub mod preflight;
#[cfg(feature = "cli")]
pub mod publish;
#[cfg(feature = "cli")]
pub mod recipe;
pub mod redact;
pub mod report;
pub mod secret;
#[cfg(feature = "cli")]
pub mod simulator;
#[cfg(feature = "cli")]
pub mod transport;
#[cfg(feature = "cli")]
pub mod vault;

pub use bbdoctor_checks as checks;
