//! The credentials of a simulated account: kind, state and scopes, and their texts, made at run time from their names.
//!
//! A text has the prefix, length and checksum of its kind (facts `kind-*`, `checksum`) and is the same in every run. What
//! the server knows ([`Credential::minted`]) and what the person holds ([`Credential::held`]) differ where the scenario
//! says that the text was damaged on its way.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::checks::shape::checksum;

/// One credential of a scenario.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// What the scenario calls it: `TOKEN` is filled in for `{TOKEN}`.
    pub name: String,
    /// What it is.
    pub kind: CredentialKind,
    /// Whether it works.
    #[serde(default)]
    pub state: State,
    /// Granular names for API tokens, classic ones for the rest; `all-read` and `all` for short.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// For access tokens: `acme/app` or `acme`. Without it: the first repository or workspace of the account.
    #[serde(default)]
    pub reach: Option<String>,
    /// For access tokens: what it was made for.
    #[serde(default)]
    pub level: Level,
    /// For OAuth tokens: the older form, opaque and short, instead of a JWT.
    #[serde(default)]
    pub opaque: bool,
    /// For OAuth consumers: marked as public.
    #[serde(default)]
    pub public: bool,
    /// For `other-product`: which one.
    #[serde(default)]
    pub product: Product,
    /// What happened to the text before the person pasted it.
    #[serde(default)]
    pub damage: Option<Damage>,
    /// What the person holds, literally: a placeholder, a variable. For `account-password` it is the password.
    #[serde(default)]
    pub text: Option<String>,
}

/// What a credential is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialKind {
    /// Atlassian API token (fact `kind-api-token`).
    ApiToken,
    /// Repository, project or workspace access token (fact `kind-access-token`).
    AccessToken,
    /// App password (fact `kind-app-password`): removed whatever its state.
    AppPassword,
    /// OAuth 2.0 access token (fact `kind-oauth-token`).
    OauthToken,
    /// OAuth consumer (fact `kind-oauth-client`): `{NAME}` is its secret, `{NAME.key}` its key.
    OauthClient,
    /// Bitbucket Data Center token (fact `kind-data-center`).
    DataCenterToken,
    /// The account's login password.
    AccountPassword,
    /// Another product's credential.
    OtherProduct,
    /// API token of 24 characters without prefix; all have expired (fact `api-token-life`).
    OldApiToken,
    /// A pipeline step's OIDC token (fact `oidc-token`).
    PipelineOidcToken,
    /// A text that is no credential at all; give it as `text`.
    Nothing,
}

/// Whether a credential works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It works.
    #[default]
    Active,
    /// Past its life.
    Expired,
    /// Taken back, or never valid.
    Revoked,
    /// An API token made without scopes (fact `api-token-needs-scopes`).
    NoScopes,
    /// An API token made for another app, such as Jira.
    OtherApp,
    /// An API token limited to another workspace.
    OtherWorkspace,
    /// Locked after too many failed logins (fact `lockout`).
    Locked,
    /// Blocked by the organisation's policy (fact `policy-creation`).
    Blocked,
}

/// What an access token was made for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// One repository.
    #[default]
    Repository,
    /// One project; its repositories are here those of its workspace.
    Project,
    /// One workspace.
    Workspace,
}

/// Whose credential it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Product {
    /// GitHub.
    #[default]
    Github,
    /// GitLab.
    Gitlab,
    /// Atlassian organisation API key: the prefix of access tokens (fact `kind-access-token`).
    Organisation,
    /// Jira Data Center: 44 characters of base64.
    JiraDataCenter,
}

/// What happened to a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Damage {
    /// The end is missing, `=` and checksum too.
    Truncated,
    /// The beginning is missing.
    LostStart,
    /// One character in the middle is another one.
    ChangedCharacter,
    /// One character in the middle is missing.
    LostCharacter,
    /// All letters are small.
    LowerCase,
    /// A newline follows.
    TrailingNewline,
    /// A carriage return follows.
    TrailingCarriageReturn,
    /// A space comes first.
    LeadingSpace,
    /// A space follows.
    TrailingSpace,
    /// Quotes stand around it.
    Quoted,
    /// A newline stands in the middle, as from a wrapped line.
    NewlineInside,
    /// A character without width stands in the middle.
    ZeroWidth,
    /// A byte order mark comes first.
    ByteOrderMark,
    /// A backslash follows.
    TrailingBackslash,
    /// The text stands there twice.
    Doubled,
}

/// Letters, digits, `-` and `_`: what stands between prefix and `=` (fact `kind-api-token`).
const BODY: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// 2026-01-01 and 2100-01-01: `exp` of a dead and of a living JWT. Fixed, so that texts are the same in every run.
const PAST: i64 = 1_767_225_600;
const FUTURE: i64 = 4_102_444_800;

impl Credential {
    /// The text that the server knows.
    #[must_use]
    pub fn minted(&self) -> String {
        let some = |alphabet, length| characters(&self.name, alphabet, length);
        let atlassian = |prefix: &str| {
            let start = format!("{prefix}{}=", some(BODY, 171));
            let sum = checksum(&start);
            start + &sum
        };
        match self.kind {
            CredentialKind::ApiToken => atlassian("ATATT3xFfGF0"),
            CredentialKind::AccessToken => atlassian("ATCTT3xFfGN0"),
            CredentialKind::AppPassword => format!("ATBB{}", some(ALPHANUMERIC, 32)),
            CredentialKind::OauthToken if self.opaque => some(BODY, 91) + "=",
            CredentialKind::OauthToken => self.jwt(&serde_json::json!({ "iss": "https://bitbucket.org", "sub": "app_user" })),
            CredentialKind::PipelineOidcToken => self.jwt(&serde_json::json!({
                "iss": "https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc",
                "aud": "ari:cloud:bitbucket::workspace/acme", "stepUuid": "{00000000-0000-4000-8000-000000000001}",
            })),
            CredentialKind::OauthClient => some(ALPHANUMERIC, 76),
            CredentialKind::DataCenterToken => format!("BBDC-{}", some(ALPHANUMERIC, 44)),
            CredentialKind::OldApiToken => some(ALPHANUMERIC, 21) + "aB1",
            CredentialKind::OtherProduct => match self.product {
                Product::Github => format!("ghp_{}", some(ALPHANUMERIC, 36)),
                Product::Gitlab => format!("glpat-{}", some(ALPHANUMERIC, 20)),
                Product::Organisation => atlassian("ATCTT3xFfGF0"),
                Product::JiraDataCenter => some(ALPHANUMERIC, 43) + "=",
            },
            CredentialKind::AccountPassword => {
                self.text.clone().unwrap_or_else(|| characters(&self.name, b"abcdefghijkmnopqrstuvwxyz23456789", 13))
            }
            CredentialKind::Nothing => String::new(),
        }
    }

    /// The text that the person holds.
    #[must_use]
    pub fn held(&self) -> String {
        match (&self.text, self.damage) {
            (Some(text), _) => text.clone(),
            (None, None) => self.minted(),
            (None, Some(damage)) => damage.done_to(&self.minted()),
        }
    }

    /// The key of an OAuth consumer: 32 characters since 2026 (fact `kind-oauth-client`).
    #[must_use]
    pub fn key(&self) -> String {
        characters(&format!("{}.key", self.name), ALPHANUMERIC, 32)
    }

    /// The token that the token endpoint gives to this OAuth consumer.
    #[must_use]
    pub fn issued(&self) -> Self {
        Self { name: format!("{}.issued", self.name), kind: CredentialKind::OauthToken, text: None, damage: None, ..self.clone() }
    }

    fn jwt(&self, claims: &serde_json::Value) -> String {
        let mut claims = claims.clone();
        let expires = if self.state == State::Expired { PAST } else { FUTURE };
        claims["exp"] = expires.into();
        claims["iat"] = (expires - 7200).into();
        // Some 1,000 to 2,500 characters (fact `kind-oauth-token`).
        claims["context"] = characters(&self.name, ALPHANUMERIC, 700).into();
        let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = serde_json::json!({ "alg": "RS256", "kid": "simulated", "typ": "JWT" });
        format!("{}.{}.{}", part(&header), part(&claims), characters(&self.name, BODY, 342))
    }
}

impl Damage {
    fn done_to(self, text: &str) -> String {
        if text.len() < 12 {
            return text.to_owned();
        }
        let middle = text.len() / 2;
        // Every minted text is ASCII, so a byte is a character.
        let (start, end) = text.split_at(middle);
        match self {
            Self::Truncated => text[..text.len().saturating_sub(30)].to_owned(),
            Self::LostStart => text[text.len().min(9)..].to_owned(),
            Self::ChangedCharacter => {
                let other = if end.starts_with('q') { 'x' } else { 'q' };
                format!("{start}{other}{}", &end[1..])
            }
            Self::LostCharacter => format!("{start}{}", &end[1..]),
            Self::LowerCase => text.to_ascii_lowercase(),
            Self::TrailingNewline => format!("{text}\n"),
            Self::TrailingCarriageReturn => format!("{text}\r"),
            Self::LeadingSpace => format!(" {text}"),
            Self::TrailingSpace => format!("{text} "),
            Self::Quoted => format!("\"{text}\""),
            Self::NewlineInside => format!("{start}\n{end}"),
            Self::ZeroWidth => format!("{start}\u{200b}{end}"),
            Self::ByteOrderMark => format!("\u{feff}{text}"),
            Self::TrailingBackslash => format!("{text}\\"),
            Self::Doubled => format!("{text}{text}"),
        }
    }
}

/// Characters that look random and follow from the name alone (xorshift64*, seeded by FNV-1a).
fn characters(name: &str, alphabet: &[u8], length: usize) -> String {
    let mut seed =
        name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mut text = String::with_capacity(length);
    for _ in 0..length {
        seed ^= seed >> 12;
        seed ^= seed << 25;
        seed ^= seed >> 27;
        let place = (seed.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % alphabet.len() as u64;
        text.push(char::from(alphabet[usize::try_from(place).unwrap_or_default()]));
    }
    text
}
