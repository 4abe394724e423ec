//! The way to Bitbucket: one question in, one bounded answer or one named fault out.
//!
//! What it promises, and where that is decided:
//!
//! - only GET is ever sent, because a [`bbdoctor_checks::Probe`] has no method (`client.rs`);
//! - a credential goes to the two origins of the run and nowhere else (`origins.rs`), redirects are recorded and never
//!   followed;
//! - a wave over HTTP/2 uses one connection, over HTTP/1.1 one for each question (`gate.rs`);
//! - no certificate store is read and no socket opened before the first question (`client.rs`);
//! - a connection that fails is told apart by place: name, connect, proxy, TLS, time-out (`fault.rs`), with what helps to
//!   mend it (`autopsy.rs`); one that stands is left alone.

mod address;
mod authorization;
mod autopsy;
mod client;
mod fault;
mod gate;
mod names;
mod origins;
mod proxy;
mod reading;
mod settings;
mod tls;

pub use client::{Client, Got, all};
pub use origins::Origins;
pub use proxy::Proxy;
pub use settings::{API_URL, Between, Flags, GIT_BASE_URL, Settings, SettingsError};
pub(crate) use tls::none as no_tls;

/// What bbdoctor calls itself on the wire.
pub const USER_AGENT: &str = concat!("bbdoctor/", env!("CARGO_PKG_VERSION"));
