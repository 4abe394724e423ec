//! The case: all that is known before asking, as plain data.
//!
//! It is written into every report as it stands here (`report.case`), so a recording is judged again from nothing else.
//! It holds the *shape* of each secret, never its text.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

/// All that is known before asking.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Case {
    /// Seconds since 1970-01-01T00:00:00Z. The only clock; a check has none of its own. Not part of the JSON: a report
    /// has it as `started_at`.
    #[serde(skip)]
    pub now: i64,
    /// The command or request that fails: of several the first that failed, as shown.
    pub request: Option<Request>,
    /// The other commands of a pasted text; their faults stand in `also`.
    pub more: Vec<Request>,
    /// Every credential found, the subject first.
    pub credentials: Vec<Credential>,
    /// The Atlassian account e-mail given to bbdoctor (`--email`, `BITBUCKET_EMAIL`) or read from the request.
    pub email: Option<User>,
    /// What is typed as user today, given to bbdoctor (`--username`, `BITBUCKET_USERNAME`).
    pub username: Option<User>,
    /// Where [`Case::username`] is sent.
    pub username_surface: Option<Surface>,
    /// How the person sends the credential where no command shows it (`--scheme`).
    pub scheme: Option<Scheme>,
    /// Workspace, repository and remote.
    pub target: Target,
    /// What the credential must be able to do (`--require`); empty: it follows from the request or the target.
    pub needs: Vec<Need>,
    /// What the machine is set to: one entry for each setting that bears on the credential or the way.
    pub local: Vec<LocalSetting>,
    /// What the run saw around it: system, issuer of the certificate. For reports; no check reads it.
    pub environment: Vec<LocalSetting>,
    /// An answer that the person has already got: pasted with the command.
    pub reported: Option<Reported>,
    /// How bbdoctor was asked to work.
    pub options: Options,
}

/// Which of [`Case::credentials`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CredentialId(pub u16);

/// Facts about a secret, never the secret.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Credential {
    /// Its number; the runner finds the secret by it.
    pub id: CredentialId,
    /// What kind of credential its text looks like.
    pub kind: Kind,
    /// How sure the kind is.
    pub kind_certainty: Certainty,
    /// What its text tells.
    pub shape: Shape,
    /// The user that stands beside it in the request, if one does.
    pub user: Option<User>,
    /// Where it was found, in words: `BITBUCKET_API_TOKEN`, `the command`, `--token-file`.
    pub source: String,
}

/// What kind of credential a text looks like (facts `kind-*`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Atlassian API token, `ATATT3…`.
    ApiToken,
    /// Repository, project or workspace access token, `ATCTT3…`.
    AccessToken,
    /// App password, `ATBB…`; gone since 2026-07-28.
    AppPassword,
    /// OAuth 2.0 access token: a JWT, or some 92 opaque characters.
    OauthToken,
    /// Key or secret of an OAuth consumer.
    OauthClient,
    /// Bitbucket Data Center HTTP access token, `BBDC-…`.
    DataCenterToken,
    /// Another product's or vendor's credential; [`Shape::product`] names it.
    OtherProduct,
    /// A login password: fewer than 40 characters and no token's shape. Never certain.
    Password,
    /// Nothing known fits.
    #[default]
    #[serde(other)]
    Unknown,
}

/// How sure something is, in the words of the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// It may be so.
    #[default]
    Possible,
    /// It is probably so.
    Likely,
    /// It is so.
    Certain,
}

/// What the text of a secret tells, without the text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Shape {
    /// Characters, after stray ones around it are taken off.
    pub length: u32,
    /// The public beginning that all tokens of this kind share (`ATATT3`), never more.
    pub prefix: Option<String>,
    /// Whether the checksum at the end fits (fact `checksum`); `None` where this kind has none that is known.
    pub checksum_fits: Option<bool>,
    /// Whether all characters belong to the kind's alphabet; `None` where no alphabet is known.
    pub alphabet_fits: Option<bool>,
    /// Whether the `=` and eight hexadecimal digits that end such a token are there; `None` where this kind has no such end.
    pub tail_present: Option<bool>,
    /// What stands around or inside the token and does not belong there, in words: `a newline at the end`.
    pub stray: Vec<String>,
    /// The sample words, braces or angle brackets of a documentation example, where the text is such a placeholder.
    pub placeholder: Option<String>,
    /// Whether somebody masked or shortened it before showing it (`ATATT3x…`, `***`): it can neither be sent nor called damaged.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub masked: bool,
    /// The name of the variable that was sent instead of its value, or the word (`null`, `undefined`, `None`) or `empty`.
    pub unexpanded: Option<String>,
    /// For [`Kind::OtherProduct`]: whose it is.
    pub product: Option<String>,
    /// The times and audience of a JWT.
    pub jwt: Option<Jwt>,
    /// First eight hexadecimal digits of SHA-256("bbdoctor-v1" + token), for recognised long tokens only.
    pub fingerprint: Option<String>,
}

/// Claims of a JWT that bear on its state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Jwt {
    /// `exp`: seconds since 1970.
    pub expires: Option<i64>,
    /// Whether it is a pipeline step's OIDC token (fact `oidc-token`), made for services outside Bitbucket.
    pub oidc: bool,
    /// Whether it is an Atlassian Connect JWT, which wants the scheme `JWT`.
    pub connect: bool,
}

/// A user name, as text to show and as form. The form is judged; the text may be masked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct User {
    /// The text, masked unless identities are shown.
    pub text: String,
    /// What its form tells.
    pub form: UserForm,
    /// Where it was found, in words.
    pub source: String,
}

/// What the form of a user name tells (section 2 of the facts; `role.rs` says which goes with which credential).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UserForm {
    /// Has an `@`: an e-mail address.
    Email,
    /// `x-bitbucket-api-token-auth`.
    ApiTokenStatic,
    /// `x-token-auth`.
    AccessTokenStatic,
    /// A name that other services or mistyped advice use: `git`, `oauth2`, `x-auth-token`, `token`, `x-access-token`, `x-oauth-basic`.
    ForeignStatic,
    /// The token itself stands where the user belongs.
    Token,
    /// A placeholder or an unexpanded variable.
    Placeholder,
    /// Nothing before the colon.
    Empty,
    /// Any other name: perhaps the Bitbucket user name, a workspace or a label.
    #[default]
    #[serde(other)]
    Name,
}

/// REST (`api.bitbucket.org`) or git over HTTPS (`bitbucket.org`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Surface {
    /// The REST API.
    Rest,
    /// git over HTTPS.
    Git,
}

/// HTTP authentication scheme (RFC 9110, section 11): `Basic` (RFC 7617) or `Bearer` (RFC 6750).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// `Basic base64(user:secret)`.
    Basic,
    /// `Bearer secret`.
    Bearer,
}

/// UTF-8 bytes into [`Request::text`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// What the person sends, whatever front end read it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Request {
    /// The command as pasted, secrets already replaced.
    pub text: String,
    /// `curl`, `git`, `wget`, …; `postman`, `har`; `answer` where only an answer was pasted.
    pub tool: String,
    /// REST or git; `None` where the host is neither of Bitbucket's.
    pub surface: Option<Surface>,
    /// The HTTP method, upper case. git: `GET` for fetching, `POST` for pushing.
    pub method: String,
    /// The URL as sent, without user information and without secrets.
    pub url: String,
    /// Path and query on the API (`/2.0/…`), where the URL is one of the API.
    pub api_path: Option<String>,
    /// `workspace/repository`, where the URL is a repository's for git.
    pub repo: Option<String>,
    /// Whether git wants to write (`push`).
    pub writes: bool,
    /// How the credential is sent.
    pub sends: Sends,
    /// What the reader of the command saw that is wrong, with positions.
    pub notes: Vec<Note>,
    /// Positions of the parts, for carets: `method`, `url`, `scheme`, `user`, `secret`, `host`, `header`.
    pub spans: BTreeMap<String, Span>,
    /// The answer that was pasted below this very command.
    pub reported: Option<Reported>,
}

/// How a request sends its credential.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sends {
    /// The scheme of the Authorization header; `None`: no such header, or one without a known scheme.
    pub scheme: Option<Scheme>,
    /// The user of Basic or of git's URL.
    pub user: Option<User>,
    /// Which credential; `None`: the request carries none.
    pub credential: Option<CredentialId>,
    /// Where it stands: `header`, `user-option`, `url`, `query`, `body`, `netrc`, `prompt`.
    pub place: String,
}

/// One thing that the reader of a command saw, with its position. The engine reads it as a sign.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Note {
    /// What it is.
    pub kind: NoteKind,
    /// A sentence for people, without secrets.
    pub text: String,
    /// Where in the text it stands.
    pub at: Option<Span>,
}

/// The closed list of what can be wrong in the text of a command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoteKind {
    /// Braces, angle brackets or sample words of a documentation example, in URL, user or secret.
    Placeholder,
    /// A variable that was sent literally, is empty or is not defined.
    NotExpanded,
    /// A variable that is not defined where bbdoctor runs; where the command runs it may be.
    NotDefined,
    /// A name in the URL that may be an example's or the person's own: `your-app`.
    PerhapsPlaceholder,
    /// What a shell changes only at a prompt, or what the shown answer speaks against.
    PerhapsMangled,
    /// Typographic quotes or dashes, unquoted `&`, `!`, `$`, `#`, curl's globbing: something else is sent.
    ShellMangled,
    /// The token stands in the query or the body.
    TokenInQuery,
    /// The Authorization header has no scheme word, a wrong or doubled one, a pair after Bearer, raw text after Basic, …
    HeaderMalformed,
    /// White space or invisible characters in or around the secret.
    StrayCharacters,
    /// User or password in the URL is not percent-encoded.
    UserinfoNotEncoded,
    /// The token stands alone before the `@` of a git URL, or with an empty or dummy password.
    TokenAsUser,
    /// No credential is sent.
    NoCredential,
    /// The text says in words that no credential was sent.
    SentNothing,
    /// git is given another user than the one that the text names as the account's own.
    OtherUser,
    /// git's configuration, shown in the text, makes another address of the URL.
    UrlRewritten,
    /// A credential helper is shown to hand out another credential than the one that is meant.
    StoredOther,
    /// The text tells of Git Credential Manager, which checks a credential or asks for it again and again.
    ManagerAsks,
    /// Two sources of Authorization; the text says which one is sent.
    TwoAuthorizations,
    /// A netrc or curlrc entry takes part.
    NetrcUsed,
    /// `http.extraHeader`, `credential.username` or a URL rewrite in the command.
    GitConfig,
    /// OAuth consumer key or secret, a wrong grant, a bad callback.
    OauthClient,
    /// OAuth's token endpoint is asked, with key and secret of a consumer, as it should be.
    OauthEndpoint,
    /// A known program that cannot use this kind of credential.
    ToolUnable,
    /// Anything else worth a line; supports no cause.
    #[default]
    #[serde(other)]
    Remark,
}

/// What the person wants to reach.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Target {
    /// The workspace's slug.
    pub workspace: Option<String>,
    /// `workspace/repository`.
    pub repo: Option<String>,
    /// The remote or URL of git, without user information.
    pub git_url: Option<GitUrl>,
    /// Where the target was found, in words.
    pub source: String,
}

/// A URL that git is given, read as git reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GitUrl {
    /// The URL without user information.
    pub url: String,
    /// `https`, `http`, `ssh`, `git`, `file`; scp-like forms are `ssh`.
    pub scheme: String,
    /// Host, lower case.
    pub host: String,
    /// Path without leading `/`.
    pub path: String,
    /// The user in it.
    pub user: Option<User>,
    /// Whether a password stands in it.
    pub has_password: bool,
}

/// What the credential must be able to do.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// The credential is accepted at all.
    SignIn,
    /// A method on a path of the API.
    Endpoint {
        /// Upper case.
        method: String,
        /// `/2.0/…`, placeholders filled.
        path: String,
    },
    /// Fetching from `workspace/repository`.
    GitRead(String),
    /// Pushing to `workspace/repository`.
    GitWrite(String),
    /// A scope, by its granular or classic name.
    Scope(String),
}

/// One setting of this machine that bears on the credential or the way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LocalSetting {
    /// `HTTPS_PROXY`, `http.extraHeader`, `credential.helper`, `netrc`, `BITBUCKET_TOKEN`.
    pub name: String,
    /// Its value, secrets replaced.
    pub value: String,
    /// Where it is set: a file and line, `environment`.
    pub origin: String,
    /// What follows from it for this case, if anything.
    pub effect: Option<Effect>,
}

/// What a local setting does to the credential that is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// A proxy or a private certificate authority stands in the way: the anonymous control goes first and alone.
    Between,
    /// The variable that would be used is set and empty.
    EmptyVariable,
    /// It is set too and was not used.
    NotUsed,
    /// A pipeline's own proxy signs the request in (fact `pipelines-proxy`): none has to carry a credential.
    ProxySignsIn,
    /// Its value has quotes, white space or invisible characters around or inside it.
    StrayCharacters,
    /// A credential helper hands out another credential.
    HelperSuppliesOther,
    /// A netrc or curlrc entry replaces what was meant.
    NetrcReplaces,
    /// git's configuration changes URL, header or user.
    GitConfigReplaces,
    /// Git Credential Manager checks an API token the wrong way.
    GcmValidates,
    /// Git LFS uses another URL or credential.
    LfsDiffers,
    /// Nothing for this case.
    #[serde(other)]
    None,
}

/// An answer that the person has got and pasted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reported {
    /// The HTTP status, where one is shown.
    pub status: Option<u16>,
    /// Headers that were shown, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// What was shown as body, or git's `remote:` and `fatal:` lines; bounded, secrets replaced.
    pub text: String,
    /// Where in the request's text it stands.
    pub at: Option<Span>,
}

/// How bbdoctor was asked to work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Options {
    /// Nothing is sent.
    pub offline: bool,
    /// Base URL of the API.
    pub api_url: String,
    /// Base URL of git.
    pub git_base_url: String,
    /// Whether a proxy or a private certificate authority is in play.
    pub between: bool,
    /// Whether the requests arrived at a stand-in for Bitbucket (`listen`): they show all that is sent, and a refusal is the
    /// stand-in's. Whether the token is a living one was not asked.
    pub arrived: bool,
}
