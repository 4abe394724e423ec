//! What is known about Bitbucket Cloud's authentication, as pure functions.
//!
//! A [`Case`] (what is known before asking) and the answers seen so far go in, a [`Diagnosis`] comes out. Nothing here opens
//! a socket, reads a file, looks at a clock or holds a secret: the crate is `no_std`, so the compiler keeps that promise.
#![no_std]
extern crate alloc;

// The words.
mod case;
mod probe;
mod sign;
mod verdict;

// The knowledge.
pub mod answer;
pub mod autopsy;
pub mod causes;
pub mod clock;
pub mod endpoints;
pub mod facts;
pub mod pages;
pub mod programs;
mod reported_way;
pub mod role;
pub mod scopes;
pub mod shape;
#[cfg(test)]
mod shape_tests;

// How it is used.
mod check;
mod diagnosis;
pub mod engine;
#[cfg(test)]
mod engine_tests;
mod fix;
mod fix_machine;
mod fix_trust;
mod fix_url;
mod fix_way;
pub mod gate;
mod granted;
mod needs;
#[cfg(test)]
mod registry_tests;
mod seen;
pub mod wanted;
pub mod waves;

// The checks.
mod access;
mod api_url;
pub mod auth_scheme;
mod authentication;
pub mod credential_kind;
mod endpoint_kind;
mod git_read;
mod git_url;
mod git_write;
mod host_name;
mod http_method;
mod identity;
mod local_settings;
mod pasted;
mod reachability;
mod scope;
mod token_format;

pub use case::*;
pub use causes::CAUSES;
pub use check::Check;
pub use diagnosis::diagnose;
pub use local_settings::manager_asks_again;
pub use probe::*;
pub use reported_way::reported_fault;
pub use seen::Seen;
pub use sign::{Sign, Test};
pub use verdict::*;
pub use wanted::{OwnWay, ask_of, repo_of_path, workspace_of_path};

/// Every check, in the order of every report: from the text of the credential outwards to what it may do.
pub const CHECKS: &[&Check] = &[
    &token_format::CHECK,
    &credential_kind::CHECK,
    &api_url::CHECK,
    &http_method::CHECK,
    &auth_scheme::CHECK,
    &identity::CHECK,
    &local_settings::CHECK,
    &reachability::CHECK,
    &authentication::CHECK,
    &endpoint_kind::CHECK,
    &scope::CHECK,
    &access::CHECK,
    &git_url::CHECK,
    &git_read::CHECK,
    &git_write::CHECK,
];
