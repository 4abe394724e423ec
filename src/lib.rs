//! bbdoctor finds out why a Bitbucket Cloud token does not work.
//!
//! The knowledge is in `bbdoctor-checks`; this library is what touches the world (feature `cli`) and what reads a pasted
//! command, hides secrets and writes reports (always, and pure).

#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "cli")]
pub mod intake;
pub mod report;
pub mod seam;
pub mod secret;

pub use bbdoctor_checks as checks;
