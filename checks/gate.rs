//! The gates that a request passes, in order, and what a verdict's status and exit code are: one table, one function.

use crate::{Status, Verdict};

/// Where on its way a request stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gate {
    /// The way to Bitbucket.
    Way = 1,
    /// Host and form of the URL.
    Url,
    /// Text of the credential.
    Text,
    /// Which credential the machine sends.
    Machine,
    /// Kind of credential.
    Kind,
    /// State of the credential.
    State,
    /// Scheme and user.
    SchemeAndUser,
    /// Endpoint and method.
    Endpoint,
    /// Scope.
    Scope,
    /// Permission.
    Permission,
    /// Content of the request.
    Content,
}

impl Gate {
    /// What is judged there, in a few words.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Way => "the way to Bitbucket",
            Self::Url => "host and form of the URL",
            Self::Text => "text of the credential",
            Self::Machine => "which credential the machine sends",
            Self::Kind => "kind of credential",
            Self::State => "state of the credential",
            Self::SchemeAndUser => "scheme and user",
            Self::Endpoint => "endpoint and method",
            Self::Scope => "scope",
            Self::Permission => "permission",
            Self::Content => "content of the request",
        }
    }

    /// Whether an answer that authentication let through rules this gate's causes out for that request.
    #[must_use]
    pub const fn is_before_authentication(self) -> bool {
        matches!(self, Self::Text | Self::Machine | Self::Kind | Self::State | Self::SchemeAndUser)
    }
}

/// Whether a cause says something about the way or the moment, and nothing about the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The way to Bitbucket, or its limits: the credential stays unjudged.
    Way,
    /// Something to put right.
    Fault,
}

/// The status that follows from a cause of this class, or from none.
#[must_use]
pub const fn status(class: Option<Class>, undecided: usize, healthy: bool) -> Status {
    match class {
        Some(Class::Way) => Status::Inconclusive,
        Some(Class::Fault) => Status::Misconfigured,
        None if undecided > 0 => Status::Inconclusive,
        None if healthy => Status::Healthy,
        None => Status::Inconclusive,
    }
}

/// The exit code that follows from a verdict.
#[must_use]
pub const fn exit_code(verdict: &Verdict) -> u8 {
    match verdict.status {
        Status::Healthy => 0,
        Status::Misconfigured => 1,
        Status::Inconclusive => 3,
    }
}
