//! What comes out: findings, outcomes of checks, the verdict.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::{Certainty, Check, ExchangeId, Need, Sign, Span, facts};

/// One row of evidence: this sign holds, or does not, and what shows it. The only input of the engine.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Which sign.
    pub sign: Sign,
    /// Whether it holds.
    pub holds: bool,
    /// Whether a pasted answer shows it: a measurement outweighs it and it proves nothing.
    pub reported: bool,
    /// The exchanges that show it; empty where the case itself does.
    pub evidence: Vec<ExchangeId>,
    /// Where in the request's text it stands.
    pub at: Option<Span>,
    /// One sentence for people.
    pub text: String,
}

impl Finding {
    /// A finding that the case itself shows.
    pub fn new(sign: Sign, holds: bool, text: impl Into<String>) -> Self {
        Self { sign, holds, reported: false, evidence: Vec::new(), at: None, text: text.into() }
    }

    /// Shown by this exchange.
    #[must_use]
    pub fn shown_by(mut self, exchange: ExchangeId) -> Self {
        self.evidence.push(exchange);
        self
    }

    /// Stands here in the request's text.
    #[must_use]
    pub fn at(mut self, span: Option<Span>) -> Self {
        self.at = span;
        self
    }

    /// Shown by a pasted answer only.
    #[must_use]
    pub fn as_reported(mut self) -> Self {
        self.reported = true;
        self
    }
}

/// How a check ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Nothing wrong.
    Passed(Vec<Finding>),
    /// Something worth a line that does not stop the request.
    Warned(Vec<Finding>),
    /// Something wrong.
    Failed(Vec<Finding>),
    /// It could not be judged, and why; what was found all the same.
    Skipped(String, Vec<Finding>),
}

impl Outcome {
    /// What was found, however it ended.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        match self {
            Self::Passed(found) | Self::Warned(found) | Self::Failed(found) | Self::Skipped(_, found) => found,
        }
    }
}

/// Everything that follows from a case and its record.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// Every check in the declared order.
    pub outcomes: Vec<(&'static Check, Outcome)>,
    /// The verdict.
    pub verdict: Verdict,
    /// Scopes that are known, wanted, missing, open.
    pub scopes: Scopes,
    /// What the credential must be able to do, one by one.
    pub needs: Vec<NeedStatus>,
    /// Ids of the facts that the verdict rests on.
    pub facts: Vec<&'static str>,
}

/// The status that a verdict has in reports, and its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Everything asked for was answered, and works.
    Healthy,
    /// A cause was found.
    Misconfigured,
    /// The way, a rate limit, an outage, or evidence that fits nothing known.
    Inconclusive,
}

/// What is wrong, how sure that is, and what mends it.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Healthy, misconfigured or inconclusive.
    pub status: Status,
    /// The established fault at the earliest gate.
    pub cause: Option<Judged>,
    /// One line that repeats nothing above it: the last line of the human report.
    pub summary: String,
    /// Established faults at later gates.
    pub also: Vec<Judged>,
    /// Codes of causes that the evidence cannot tell apart, the cause first if there is one.
    pub undecided_between: Vec<&'static str>,
    /// Kinds of the one cause.
    pub could_be: Vec<CouldBe>,
    /// What to do to tell the undecided apart.
    pub settle_with: Option<String>,
    /// Causes that something spoke for and that the evidence excludes.
    pub ruled_out: Vec<RuledOut>,
}

/// One cause as judged.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Its code.
    pub code: &'static str,
    /// *Likely* or *certain*; never *possible* in [`Verdict::cause`].
    pub confidence: Certainty,
    /// One sentence: what is wrong.
    pub summary: String,
    /// The exchanges that show it.
    pub exchanges: Vec<ExchangeId>,
    /// The findings that show it, by their place in the flat order of all outcomes (`f1` is 0).
    pub findings: Vec<usize>,
    /// What mends it.
    pub fix: Fix,
    /// Facts that nobody confirmed for more than a year, where they alone made *certain* into *likely*; else empty.
    pub outdated: Vec<&'static str>,
}

impl Judged {
    /// Why it is *likely* although this run proved it; `None` where nothing but the evidence decided.
    #[must_use]
    pub fn not_certain_because(&self) -> Option<String> {
        let (newest, _) = facts::newest_and_oldest(&self.outdated)?;
        Some(format!(
            "likely, not certain: nobody has confirmed what it rests on ({}) since {newest}, more than a year before this run; a newer bbdoctor may know more",
            self.outdated.join(", ")
        ))
    }
}

/// One kind of a cause that has several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CouldBe {
    /// `no-scopes`, `other-app`, `expired`, `revoked`, `other-workspace`.
    pub id: &'static str,
    /// What it is.
    pub text: &'static str,
    /// Where to look.
    pub look_at: &'static str,
}

/// A cause that something spoke for and the evidence excludes.
#[derive(Clone, Debug)]
pub struct RuledOut {
    /// Its code.
    pub code: &'static str,
    /// The reason, a few words.
    pub because: String,
    /// The exchanges that exclude it.
    pub exchanges: Vec<ExchangeId>,
    /// The findings that exclude it, by their place in the flat order of all outcomes.
    pub findings: Vec<usize>,
}

/// Scopes as far as the run could see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes {
    /// Granted; `None` where nothing showed them.
    pub granted: Option<Vec<String>>,
    /// Wanted by what the person asks for.
    pub required: Vec<String>,
    /// Wanted and shown not to be granted.
    pub missing: Vec<String>,
    /// Wanted, and nothing could show whether granted.
    pub unproven: Vec<String>,
}

/// One need and whether it is met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeedStatus {
    /// The need.
    pub need: Need,
    /// Met, missing, or unproven.
    pub status: Met,
    /// The exchanges that show it.
    pub evidence: Vec<ExchangeId>,
}

/// Whether a need is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Met {
    /// Shown to work.
    Met,
    /// Shown not to work.
    Missing,
    /// Nothing could show it.
    Unproven,
}

/// What mends a cause, as structure; `src/report` writes it for a shell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fix {
    /// What to do, in a sentence or two.
    pub text: String,
    /// Commands that can be copied, in order.
    pub commands: Vec<FixCommand>,
}

/// One command of a fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FixCommand {
    /// A request with curl.
    Curl {
        /// Upper case.
        method: String,
        /// Path and query on the API.
        path: String,
        /// How the credential goes along.
        auth: FixAuth,
    },
    /// git against `workspace/repository`.
    Git {
        /// `clone`, `fetch`, `ls-remote`, `push`.
        verb: &'static str,
        /// `workspace/repository`.
        repo: String,
        /// How the credential goes along.
        auth: FixAuth,
    },
    /// A command that takes no credential, complete as it stands (`git remote set-url …`).
    Plain(String),
    /// A page to open or a setting to change, complete as it stands.
    Settings(String),
}

/// How a fixed command presents the credential. The variable's name follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FixAuth {
    /// Basic, user = e-mail, `$BITBUCKET_API_TOKEN`.
    EmailBasic,
    /// The same with an e-mail that is not known yet: the one that was given was refused.
    OtherEmailBasic,
    /// Bearer, `$BITBUCKET_ACCESS_TOKEN`.
    Bearer,
    /// git user `x-bitbucket-api-token-auth`, `$BITBUCKET_API_TOKEN`.
    ApiTokenStatic,
    /// git user `x-token-auth`, `$BITBUCKET_ACCESS_TOKEN`.
    AccessTokenStatic,
    /// git over SSH: a key, at the host that serves it.
    Key,
    /// No credential.
    None,
}
