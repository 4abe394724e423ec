//! What a status, headers and body mean: the only reader of raw answers.
//!
//! Evidence: sections 3 and 4 of the facts. A status alone says little, so an answer is read beside the anonymous control for
//! the same question, and by the sentences that Bitbucket is known to send.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};

use serde_json::Value;

use crate::{Answer, Ask, Exchange, FaultKind, GitService, Reported, Role, Seen};

/// What an answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Let in, and the anonymous control was not, or the answer itself shows who was let in.
    Accepted,
    /// Let in, as anybody is: says nothing about the credential.
    AlsoAnonymous,
    /// A refusal that proves authentication: it speaks of scopes, of the kind of credential, of content.
    Known,
    /// The credential is refused.
    Refused,
    /// 404.
    NotThere,
    /// 410.
    Gone,
    /// 429.
    Limited,
    /// 402 or 403 that speaks of the target, not of the credential.
    Denied,
    /// 5xx.
    Unwell,
    /// Nothing that is known fits, or the control that would give it a meaning is missing.
    Unclear,
    /// Somebody else answered: a gateway, a captive portal.
    NotBitbucket,
    /// No answer.
    Silent(FaultKind),
}

/// A sentence that Bitbucket is known to send, and what it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sentence {
    /// `401-no-scopes`, `git-no-scopes`.
    NoScopes,
    /// `401-oauth-expired`.
    Expired,
    /// `401-token`: the general refusal of a token.
    TokenInvalid,
    /// `git-410-app-password`.
    AppPassword,
    /// `401-account-password`, `git-account-password`.
    AccountPassword,
    /// `403-scope`, `git-scope`.
    Scope,
    /// `403-mechanism`, `403-jwt`.
    Mechanism,
    /// `403-forbidden`: a path without `/2.0`.
    Forbidden,
    /// `403-deactivated`.
    Deactivated,
    /// `403-branch`, `git-branch`.
    Branch,
    /// A hook of the server refused the push, and what it said is not known: a branch's rule is the most frequent.
    Declined,
    /// `git-ip`.
    Ip,
    /// `git-two-step`.
    TwoStep,
    /// `git-read-only`, `402`.
    ReadOnly,
    /// `404-repository`, `git-no-access`.
    NotThere,
    /// `404-workspace`.
    NoWorkspace,
    /// `404-no-api`.
    NoApi,
    /// `410-removed`.
    Removed,
    /// `429`.
    RateLimit,
    /// `lockout`.
    Locked,
    /// `policy-creation`: an administrator blocked it.
    Policy,
    /// `oauth-errors`: it names what is wrong with the consumer or the request for a token.
    OauthClient,
    /// `oauth-errors`: key, secret, code or refresh token is refused, without a reason.
    OauthRefused,
    /// A malformed Authorization header, named so by the server.
    InvalidHeader,
    /// 401 or 403 that names the workspace, not the credential.
    NoAccessToWorkspace,
    /// A refusal of the content: `error.fields`, a conflict.
    Content,
}

impl Sentence {
    /// Whether it can only be said of a request whose credential was accepted.
    #[must_use]
    pub const fn proves_authentication(self) -> bool {
        matches!(
            self,
            Self::Scope
                | Self::Mechanism
                | Self::Branch
                | Self::Declined
                | Self::Ip
                | Self::TwoStep
                | Self::NoAccessToWorkspace
                | Self::ReadOnly
        )
    }
}

/// Beginnings and parts of the sentences, lower case. The order matters: the first that fits names the answer.
const SENTENCES: &[(&str, Sentence)] = &[
    // It goes on about two-step verification and app passwords, whatever the truth is: a refusal of any pair.
    ("invalid username or password", Sentence::TokenInvalid),
    ("no bitbucket scopes", Sentence::NoScopes),
    ("change-3222", Sentence::AppPassword),
    ("app passwords are deprecated and must be replaced", Sentence::AppPassword),
    ("change-2770", Sentence::Removed),
    ("change-3022", Sentence::Removed),
    ("functionality has been deprecated", Sentence::Removed),
    ("deactivated due to inactivity", Sentence::Deactivated),
    ("recently stopped supporting account passwords", Sentence::AccountPassword),
    ("requires single sign-on", Sentence::AccountPassword),
    ("access token expired", Sentence::Expired),
    ("required privilege scopes", Sentence::Scope),
    ("not accessible by this authentication mechanism", Sentence::Mechanism),
    ("only accessible with the following authentication types", Sentence::Mechanism),
    ("does not support token-based authentication", Sentence::Mechanism),
    // The size of a repository: what refuses the push is no branch's rule, though a hook says so.
    ("over the size limit", Sentence::Content),
    ("will not accept further additions", Sentence::Content),
    ("pack exceeds maximum allowed size", Sentence::Content),
    ("conflicts during merge", Sentence::Content),
    ("branch_permission_violated", Sentence::Branch),
    ("permission denied to update branch", Sentence::Branch),
    ("must whitelist your ip", Sentence::Ip),
    ("must allowlist your ip", Sentence::Ip),
    ("ip address is not allowed", Sentence::Ip),
    ("ip allowlist", Sentence::Ip),
    ("enable two-step", Sentence::TwoStep),
    ("requires two-step", Sentence::TwoStep),
    ("has exceeded its user limit", Sentence::ReadOnly),
    ("restricted to read-only access", Sentence::ReadOnly),
    ("no workspace with identifier", Sentence::NoWorkspace),
    ("there is no api hosted at this url", Sentence::NoApi),
    ("rate limit for this resource", Sentence::RateLimit),
    ("too many invalid password attempts", Sentence::Locked),
    ("account is locked", Sentence::Locked),
    ("captcha", Sentence::Locked),
    ("blocked by your admin", Sentence::Policy),
    ("blocked by an admin", Sentence::Policy),
    ("administrator has blocked", Sentence::Policy),
    ("administrator blocked", Sentence::Policy),
    ("admin blocked", Sentence::Policy),
    ("admin has blocked", Sentence::Policy),
    ("blocked by the administrator", Sentence::Policy),
    ("blocked by your organization", Sentence::Policy),
    ("invalid oauth client credentials", Sentence::OauthRefused),
    ("authenticated using oauth client credentials", Sentence::OauthClient),
    ("cannot use client_credentials", Sentence::OauthClient),
    ("unauthorized_client", Sentence::OauthRefused),
    ("invalid refresh_token", Sentence::OauthRefused),
    ("invalid redirect_uri", Sentence::OauthClient),
    ("invalid client_id", Sentence::OauthClient),
    ("this integration is misconfigured", Sentence::OauthClient),
    ("unsupported_grant_type", Sentence::OauthClient),
    ("unsupported grant type", Sentence::OauthClient),
    ("invalid_grant", Sentence::OauthRefused),
    ("invalid resource owner", Sentence::OauthRefused),
    ("invalid_client", Sentence::OauthRefused),
    ("invalid authorization header", Sentence::InvalidHeader),
    ("do not have access to view this workspace", Sentence::NoAccessToWorkspace),
    ("may not have access to this repository", Sentence::NotThere),
    ("repository either does not exist or you do not have access", Sentence::NotThere),
    ("token is invalid, expired", Sentence::TokenInvalid),
    // Last: what the hook said stands above it.
    ("pre-receive hook declined", Sentence::Declined),
];

/// The sentence in a text, if one is known.
#[must_use]
pub fn sentence(status: Option<u16>, text: &str) -> Option<Sentence> {
    // What a repository's description says is nobody's word about a credential.
    if matches!(status, Some(200..=299)) && text.trim_start().starts_with('{') && error_message(text).is_none() {
        return None;
    }
    let lower = unwrapped(&without_prose(text).to_ascii_lowercase());
    let found = SENTENCES.iter().find(|(part, _)| lower.contains(part)).map(|(_, s)| *s);
    if found.is_some() {
        return found;
    }
    match status {
        None if lower.contains("\"fields\"") && error_message(text).is_some() => Some(Sentence::Content),
        Some(400 | 409 | 415 | 422) if lower.contains("\"fields\"") || status != Some(400) => Some(Sentence::Content),
        Some(402) => Some(Sentence::ReadOnly),
        Some(403) if error_message(text).is_some_and(|m| m.trim_end_matches('.') == "Forbidden") => Some(Sentence::Forbidden),
        _ => None,
    }
}

/// The part of a known sentence that stands in a text, in lower case.
pub(crate) fn part(text: &str) -> Option<&'static str> {
    let lower = without_prose(text).to_ascii_lowercase();
    SENTENCES.iter().map(|(part, _)| *part).find(|part| lower.contains(part))
}

/// Without the lines that a person wrote: Bitbucket never says `I` or `my`, and its words may stand in somebody's question.
fn without_prose(text: &str) -> Cow<'_, str> {
    if !text.lines().any(is_prose) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.lines().filter(|line| !is_prose(line)).flat_map(|line| [line, "\n"]).collect())
}

/// Whether a person speaks in a line, and no program.
#[must_use]
pub fn is_prose(line: &str) -> bool {
    const OWN: &[&str] = &["i", "i'm", "i've", "i'd", "my", "we", "our", "me"];
    let told = line.contains(['{', '<']) || line.contains("remote: ") || line.contains("rror: ");
    let mut words = line.split(|c: char| !(c.is_alphanumeric() || c == '\''));
    !told && words.any(|word| OWN.iter().any(|own| word.eq_ignore_ascii_case(own)))
}

/// A sentence that git shows in several lines, each behind `remote:`, as one.
fn unwrapped(lower: &str) -> String {
    if !lower.contains("remote: ") {
        return lower.into();
    }
    let mut whole = String::with_capacity(lower.len());
    for line in lower.lines() {
        match line.trim_start().strip_prefix("remote: ") {
            Some(rest) => {
                whole.push_str(rest.trim_start_matches("[alert]").trim());
                whole.push(' ');
            }
            None => {
                whole.push_str(line);
                whole.push('\n');
            }
        }
    }
    whole
}

/// `error.message` of Bitbucket's error envelope.
#[must_use]
pub fn error_message(text: &str) -> Option<String> {
    // A pasted body may have words before and after it.
    let body = text.get(text.find('{')?..)?;
    let value = serde_json::Deserializer::from_str(body).into_iter::<Value>().next()?.ok()?;
    value.get("error")?.get("message")?.as_str().map(ToString::to_string)
}

/// Whether the answer names the credential that it was given (fact `headers`).
#[must_use]
pub fn names_the_credential(answer: &Answer) -> bool {
    answer.headers.contains_key("x-credential-type") || answer.headers.contains_key("x-oauth-scopes")
}

/// Entries of a listing: how many the page shows, and the total where it is said.
#[must_use]
pub fn entries(answer: &Answer) -> Option<u64> {
    let value: Value = serde_json::from_str(answer.excerpt.trim()).ok()?;
    let shown = value.get("values")?.as_array()?.len() as u64;
    Some(value.get("size").and_then(Value::as_u64).unwrap_or(shown).max(shown))
}

/// Whether the slug stands in a listing of workspaces; `None` where the listing cannot be read, or goes on.
#[must_use]
pub fn lists_workspace(answer: &Answer, slug: &str) -> Option<bool> {
    let value: Value = serde_json::from_str(answer.excerpt.trim()).ok()?;
    let values = value.get("values")?.as_array()?;
    let slug_of = |v: &Value| v.get("slug").or_else(|| v.get("workspace")?.get("slug"))?.as_str().map(ToString::to_string);
    if values.iter().filter_map(slug_of).any(|s| s.eq_ignore_ascii_case(slug)) {
        return Some(true);
    }
    if value.get("next").is_some() { None } else { Some(false) }
}

/// The meaning of an exchange, read beside the control in the same record.
#[must_use]
pub fn meaning(exchange: &Exchange, seen: &Seen) -> Meaning {
    match &exchange.got {
        Err(fault) => Meaning::Silent(fault.kind),
        Ok(answer) => {
            let control = seen.control(&exchange.probe.ask);
            of_answer(answer, &exchange.probe.ask, exchange.probe.role, control)
        }
    }
}

fn of_answer(answer: &Answer, ask: &Ask, role: Role, control: Option<&Answer>) -> Meaning {
    let says = sentence(Some(answer.status), &answer.excerpt);
    if not_bitbucket(answer, ask, says) {
        return Meaning::NotBitbucket;
    }
    let anonymous = role == Role::Anonymous;
    // An answer that the control gets word for word, without naming anybody, is not about the credential.
    let same_as_control = control.is_some_and(|c| {
        c.status == answer.status && sentence(Some(c.status), &c.excerpt) == says && !names_the_credential(answer)
    });
    match answer.status {
        200..=299 if anonymous => Meaning::AlsoAnonymous,
        200..=299 => accepted(answer, ask, control),
        401 if matches!(says, Some(Sentence::NoAccessToWorkspace)) => Meaning::Denied,
        401 => Meaning::Refused,
        403 | 404 if anonymous => {
            if answer.status == 404 {
                Meaning::NotThere
            } else {
                Meaning::Denied
            }
        }
        403 => match says {
            Some(
                Sentence::NoScopes | Sentence::Locked | Sentence::Policy | Sentence::AccountPassword | Sentence::AppPassword,
            ) => Meaning::Refused,
            Some(Sentence::Scope | Sentence::Mechanism | Sentence::Branch | Sentence::Declined) => Meaning::Known,
            _ if same_as_control => Meaning::Unclear,
            _ => Meaning::Denied,
        },
        402 => Meaning::Denied,
        404 => Meaning::NotThere,
        410 => Meaning::Gone,
        429 => Meaning::Limited,
        400 if says == Some(Sentence::InvalidHeader) => Meaning::Refused,
        400 | 405 | 406 | 409 | 415 | 422 if names_the_credential(answer) => Meaning::Known,
        300..=399 if names_the_credential(answer) => Meaning::Accepted,
        500..=599 => Meaning::Unwell,
        _ => Meaning::Unclear,
    }
}

fn accepted(answer: &Answer, ask: &Ask, control: Option<&Answer>) -> Meaning {
    // Nobody gets these without a credential: `user-probe`, and writing (`git-public` is about reading only).
    let closed = match ask {
        Ask::Api(path) => path == "/2.0/user" || path.starts_with("/2.0/user/") || path.starts_with("/2.0/user?"),
        Ask::GitRefs(_, service) => *service == GitService::ReceivePack,
    };
    if closed || names_the_credential(answer) {
        return Meaning::Accepted;
    }
    match control {
        Some(control) if (200..300).contains(&control.status) => match (entries(answer), entries(control)) {
            (Some(mine), Some(anybodys)) if mine > anybodys => Meaning::Accepted,
            _ => Meaning::AlsoAnonymous,
        },
        // A control that was limited, unwell or absent refuses nothing, so nothing follows from being let in.
        Some(control) if matches!(control.status, 401 | 403 | 404) => Meaning::Accepted,
        _ => Meaning::Unclear,
    }
}

/// Whether the answer carries what Bitbucket's own answers carry: the server's name (fact `server-names`) or ids for support
/// (fact `headers`).
#[must_use]
pub fn is_genuine(answer: &Answer) -> bool {
    let server = answer.headers.get("server").map(|v| v.to_ascii_lowercase()).unwrap_or_default();
    server.contains("atlassianedge") || server.contains("envoy") || answer.headers.contains_key("x-request-id")
}

/// The host that a redirect leads to.
#[must_use]
pub fn leads_to(answer: &Answer) -> Option<&str> {
    let rest = answer.headers.get("location")?.split_once("://")?.1;
    let authority = rest.split(['/', '?', '#']).next()?;
    Some(authority.rsplit_once('@').map_or(authority, |(_, host)| host))
}

/// A page in HTML where JSON, plain text or a ref advertisement is due, or a redirect to somebody else's sign-in.
fn not_bitbucket(answer: &Answer, ask: &Ask, says: Option<Sentence>) -> bool {
    if says.is_some() || is_genuine(answer) {
        return false;
    }
    let header = |name: &str| answer.headers.get(name).map(|v| v.to_ascii_lowercase()).unwrap_or_default();
    let html = header("content-type").contains("text/html")
        || answer.excerpt.trim_start().to_ascii_lowercase().starts_with("<!doctype html")
        || answer.excerpt.trim_start().to_ascii_lowercase().starts_with("<html");
    match answer.status {
        511 => true,
        200..=299 => {
            html || matches!(ask, Ask::GitRefs(..))
                && !header("content-type").contains("git-")
                && !answer.excerpt.contains("# service=git-")
        }
        300..=399 => leads_to(answer).is_some_and(|host| {
            let host = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
            let own = |domain: &str| host == domain || host.strip_suffix(domain).is_some_and(|sub| sub.ends_with('.'));
            !own("bitbucket.org") && !own("atlassian.com")
        }),
        // A gateway's page names the gateway's server, or none; Bitbucket's own pages name Bitbucket's.
        400..=499 => html,
        _ => false,
    }
}

/// What a pasted answer says, by the same rules where a control is never there.
#[must_use]
pub fn reported(reported: &Reported) -> Meaning {
    let says = sentence(reported.status, &reported.text);
    match (reported.status, says) {
        (_, Some(Sentence::Scope | Sentence::Mechanism | Sentence::Branch | Sentence::Declined)) => Meaning::Known,
        (
            _,
            Some(Sentence::NoAccessToWorkspace | Sentence::Ip | Sentence::TwoStep | Sentence::ReadOnly | Sentence::Deactivated),
        ) => Meaning::Denied,
        (Some(403), Some(Sentence::NoScopes | Sentence::AccountPassword)) => Meaning::Refused,
        (Some(401), _) => Meaning::Refused,
        (Some(400), Some(Sentence::InvalidHeader)) => Meaning::Refused,
        (None | Some(400 | 409 | 415 | 422), Some(Sentence::Content)) => Meaning::Known,
        (Some(400..=422), _) if reported.headers.contains_key("x-oauth-scopes") && reported.status != Some(404) => Meaning::Known,
        (Some(402 | 403), _) => Meaning::Denied,
        (Some(404), _) => Meaning::NotThere,
        (Some(410), _) => Meaning::Gone,
        (Some(429), _) => Meaning::Limited,
        (Some(500..=599), _) => Meaning::Unwell,
        (Some(200..=299), _) if reported.headers.contains_key("x-credential-type") => Meaning::Accepted,
        (
            None,
            Some(Sentence::NoScopes | Sentence::Expired | Sentence::TokenInvalid | Sentence::AccountPassword | Sentence::Locked),
        ) => Meaning::Refused,
        (None, Some(Sentence::NotThere | Sentence::NoWorkspace | Sentence::NoApi)) => Meaning::NotThere,
        (None, Some(Sentence::Removed | Sentence::AppPassword)) => Meaning::Gone,
        (None, Some(Sentence::RateLimit)) => Meaning::Limited,
        _ => Meaning::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_success_says_nothing_of_the_credential() {
        let body = r#"{"values": [{"description": "solves a captcha; app passwords are deprecated and must be replaced"}]}"#;
        assert_eq!(sentence(Some(200), body), None);
        assert_eq!(sentence(Some(403), body), Some(Sentence::AppPassword), "the same words in a refusal");
        assert_eq!(
            sentence(Some(200), "remote: App passwords are deprecated and must be replaced"),
            Some(Sentence::AppPassword),
            "what git tells"
        );
    }

    #[test]
    fn what_a_person_says_is_no_sentence_of_bitbucket() {
        for prose in ["I think my account is locked", "Is it the captcha? We never saw one.", "My access token expired, I guess"]
        {
            assert_eq!(sentence(Some(401), prose), None, "{prose}");
        }
        let shown = "remote: Your account is locked, contact our support.";
        assert_eq!(sentence(Some(401), shown), Some(Sentence::Locked), "{shown}");
    }
}
