//! A simulated Bitbucket: accounts, REST, git and the way to them, on loopback, in any [`World`].
//!
//! It is written from the facts and shares no judgement with `checks/`: every behaviour names the fact that it comes from,
//! every doubtful one is a switch of [`World`]. It keeps nothing: a request that would change something is answered and
//! forgotten.

mod account;
mod bitbucket;
mod body;
mod connection;
mod content;
mod credential;
mod endpoints;
mod expected;
mod fill;
mod git;
mod login;
mod oauth;
mod permission;
mod reply;
mod rest;
mod scenario;
mod scopes;
mod server;
mod texts;
mod tls;
mod watch;
mod world;

pub use account::{Access, Account, Owner, Repository, Workspace, WorkspaceState};
pub use credential::{Credential, CredentialKind, Damage, Level, Product, State};
pub use expected::{Expected, ExpectedConfidence, ExpectedStatus, Override, Settings};
pub use scenario::{Does, Fault, Scenario, ScenarioError, Way};
pub use server::{Counts, Running, Seen, serve, serve_in_thread, serve_watched};
pub use tls::Tls;
pub use watch::{Arrived, Unreadable, Watch, is_api_path};
pub use world::*;

#[cfg(test)]
mod behaviour;
#[cfg(test)]
mod tests;
