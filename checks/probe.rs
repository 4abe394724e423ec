//! Questions and what came back: probes, exchanges, network faults.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;

use serde::{Deserialize, Serialize};

use crate::autopsy::Autopsy;
use crate::{CredentialId, Surface};

/// How a credential is presented (section 2 of the facts).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// No credential: the control.
    Anonymous,
    /// Basic, user = the Atlassian account e-mail.
    EmailBasic,
    /// Basic on REST, user = whatever other name the person uses.
    UserBasic,
    /// `Authorization: Bearer`.
    Bearer,
    /// git with the static user of this kind of credential (`x-bitbucket-api-token-auth`, `x-token-auth`).
    GitStaticUser,
    /// git with the user that the person uses.
    GitUserName,
}

/// A question. It has no method: every question is a GET, so a write cannot be spelled.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Probe {
    /// What is asked.
    pub ask: Ask,
    /// In which role.
    pub role: Role,
    /// With which credential; `None` exactly for [`Role::Anonymous`].
    pub credential: Option<CredentialId>,
}

impl Probe {
    /// Where it is asked.
    #[must_use]
    pub const fn surface(&self) -> Surface {
        match self.ask {
            Ask::Api(_) => Surface::Rest,
            Ask::GitRefs(..) => Surface::Git,
        }
    }
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ask {
    /// Path and query below the API's base URL, beginning with `/2.0/`.
    Api(String),
    /// The ref advertisement of a repository (`workspace/repository`).
    GitRefs(String, GitService),
}

/// Which ref advertisement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GitService {
    /// `git-upload-pack`: reading.
    UploadPack,
    /// `git-receive-pack`: what a push would ask first. Nothing is pushed.
    ReceivePack,
}

/// The number of an exchange: `x1`, `x2`, …
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ExchangeId(pub u16);

/// A probe with what came back.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    /// Its number in the order of asking.
    pub id: ExchangeId,
    /// What was asked.
    pub probe: Probe,
    /// The answer, or why there is none.
    pub got: Result<Answer, NetFault>,
    /// Milliseconds from sending to the end of the bounded body.
    pub elapsed_ms: u32,
}

/// An HTTP answer, bounded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// The headers that bear on a diagnosis (fact `headers`), names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The beginning of the body as text, control characters taken out, secrets replaced.
    pub excerpt: String,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetFault {
    /// Where it failed.
    pub kind: FaultKind,
    /// What the system said, and what it was about.
    pub detail: String,
    /// What was found there.
    pub found: Box<Autopsy>,
}

/// Where a connection failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// The host name has no address.
    Name,
    /// No connection to any address: refused, unreachable, reset.
    Connect,
    /// The proxy refused or wants a sign-in of its own (407).
    Proxy,
    /// The certificate is not trusted, or is for another name.
    Tls,
    /// The certificate is not valid at this machine's time.
    TlsDates,
    /// No answer in time.
    Timeout,
    /// It was not sent: the budget of requests or of failed logins was used up.
    Budget,
    /// Anything else: the connection broke, the answer was no HTTP.
    #[serde(other)]
    Broken,
}
