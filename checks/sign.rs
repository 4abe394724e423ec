//! The closed list of signs: what can be said about a case and its record.
//!
//! Checks state signs, causes are rows of signs, and nothing else passes between them. A sign that nobody stated is unknown,
//! never false. A new sign is a change of vocabulary, and belongs here.

use alloc::string::String;
use alloc::{format, vec::Vec};

use crate::answer::Sentence;
use crate::{Effect, FaultKind, Kind, NoteKind, Role};

/// One thing that holds or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sign {
    // ---- the text of the credential
    /// The credential is of this kind.
    Kind(Kind),
    /// Its kind is certain from its text alone.
    KindCertain,
    /// Its checksum, alphabet or end shows that characters were lost or changed.
    Altered,
    /// Something that does not belong to it stands around or inside it.
    Stray,
    /// It is the placeholder of an example.
    Placeholder,
    /// It is a run of `x`: a sample, or masked by who shows it.
    PerhapsPlaceholder,
    /// It is a variable that was not expanded, or nothing.
    NotExpanded,
    /// It is a JWT whose `exp` has passed.
    JwtExpired,
    /// It is an older API token without a prefix; all of them have expired.
    OldApiToken,

    // ---- the request
    /// The reader of the command noted this.
    Noted(NoteKind),
    /// The person's own way is in this role.
    Own(Role),
    /// The person's own way is Basic on REST.
    OwnBasicRest,
    /// The person's own way is git.
    OwnGit,
    /// No credential is sent.
    NothingSent,
    /// The user that git sends does not go with this kind of credential.
    GitUserUnfit,
    /// The method is not one of the endpoint's.
    MethodUnfit,

    // ---- the URL
    /// SSH at the old host, `bitbucket.org`.
    UrlSshOldHost,
    /// SSH at a host that serves it.
    UrlSsh,
    /// An SSH server answered what was pasted.
    SshAnswered,
    /// A form that only Data Center has.
    UrlDataCenter,
    /// The host is not Bitbucket's.
    UrlForeign,
    /// Wrong host, scheme or path for the API.
    UrlUnfit,
    /// No endpoint that is documented has this path.
    UrlUnlisted,
    /// The endpoint or API version was removed.
    UrlRemoved,
    /// The endpoint takes no access tokens, as far as is documented.
    UrlRefusesAccessTokens,

    // ---- the way
    /// An answer of Bitbucket arrived.
    WayOpen,
    /// A question failed there, and none was answered.
    Fault(FaultKind),
    /// This machine's clock is wrong.
    ClockOff,
    /// Somebody else answered in Bitbucket's place.
    NotBitbucket,
    /// Bitbucket answered 5xx to what the person asks.
    Unwell,
    /// 429 to a question that carried a credential, or to one that the person asks without.
    Limited,

    // ---- authentication
    /// This role was accepted.
    Accepted(Role),
    /// Some role was accepted. It fails to hold where a role that cannot fail for its user was refused.
    Alive,
    /// The role that should work for this kind was refused.
    RefusedRightWay,
    /// Every role that could be tried was refused.
    RefusedEveryWay,
    /// A refusal was pasted, not git's, and neither the credential nor the way it was sent is known.
    RefusedUnseen,
    /// The same, of a request of git's.
    RefusedUnseenGit,
    /// git was answered 410, as app passwords are, and what it sent is not known.
    GitGone,
    /// REST was answered 410 without a word, and what was asked is not known.
    RestGone,
    /// A 400 was pasted without what Bitbucket said with it.
    ContentUnsaid,
    /// What the person does is refused with 401.
    OwnRefused,
    /// What the person does got past authentication.
    OwnAuthenticated,
    /// Nobody without a credential gets what is asked for. It fails to hold where a credential would not help either.
    ClosedToAnonymous,
    /// Without a credential, what is asked for is answered with the demand to sign in (401), not as if nothing were there.
    SignInDemanded,
    /// An answer to the credential, or to what the person asks, says this.
    Says(Sentence),

    /// What a program refuses or fails at works by hand, with the same credential sent the same way.
    WorksByHand,
    /// The same, where nothing shows in which way the program sends it.
    WorksByHandSomehow,

    // ---- scope and access
    /// A scope that this needs is known not to be granted.
    ScopeMissing,
    /// All scopes that this needs are known to be granted.
    ScopesSuffice,
    /// What is asked for is not there for an accepted credential.
    TargetNotThere,
    /// The workspace does not exist, as anybody can see.
    NoSuchWorkspace,
    /// 403 that leaves open whether it is not there or not open to the account.
    TargetHidden,
    /// What may be read may not be written, and no scope is missing.
    ReadsOnly,
    /// An accepted credential is denied by an answer that names no reason.
    TargetDenied,
    /// A 403 was pasted without what Bitbucket said with it.
    DeniedUnsaid,
    /// The same at `/2.0/user`, where every account may: the credential lives, and its scopes or its kind do not suffice.
    UserDenied,
    /// 400, 409, 415 or 422 to an accepted credential.
    ContentRefused,
    /// A listing shows no more than anybody sees, in a workspace that is not among the account's own.
    ListingForeign,

    // ---- this machine
    /// Bitbucket names another kind of credential than the one that is meant: something else is sent.
    AnotherKindSent,
    /// A local setting does this.
    Local(Effect),
}

impl Sign {
    /// Its name in reports.
    #[must_use]
    pub fn id(self) -> String {
        match self {
            Self::Kind(kind) => format!("kind-{}", word(kind)),
            Self::Noted(note) => format!("noted-{}", word(note)),
            Self::Own(role) => format!("own-{}", word(role)),
            Self::Fault(fault) => format!("fault-{}", word(fault)),
            Self::Accepted(role) => format!("accepted-{}", word(role)),
            Self::Says(sentence) => format!("says-{}", word(sentence)),
            Self::Local(effect) => format!("local-{}", word(effect)),
            plain => word(plain),
        }
    }
}

/// A variant's name in kebab-case. The derived `Debug` of a variant is its name, so names are written once.
pub(crate) fn word(value: impl core::fmt::Debug) -> String {
    let name = format!("{value:?}");
    let mut word = String::with_capacity(name.len() + 4);
    for (i, c) in name.chars().enumerate() {
        if c.is_ascii_uppercase() && i > 0 {
            word.push('-');
        }
        word.push(c.to_ascii_lowercase());
    }
    word
}

/// A test of a sign, as causes write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// It holds.
    Is(Sign),
    /// It is known not to hold.
    Not(Sign),
    /// One of these passes.
    Any(&'static [Self]),
    /// All of these pass.
    All(&'static [Self]),
}

impl Test {
    /// The signs in it.
    #[must_use]
    pub fn signs(self) -> Vec<Sign> {
        match self {
            Self::Is(sign) | Self::Not(sign) => alloc::vec![sign],
            Self::Any(tests) | Self::All(tests) => tests.iter().flat_map(|t| t.signs()).collect(),
        }
    }
}
