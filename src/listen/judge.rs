//! From arrived requests to a case, and to its verdict.
//!
//! The engine judges as it does offline, with one thing more to go by: how the stand-in answered. A refusal there follows
//! from how a credential was sent, because every well-formed one is taken for good; so the state of a token is never judged.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use super::Standing;
use crate::checks::{
    self, Case, Certainty, Credential, CredentialId, Diagnosis, Kind, Note, NoteKind, Options, Seen, UserForm, shape,
};
use crate::command::{self, ArrivedRequest, Context};
use crate::intake::Known;
use crate::simulator::{self, Arrived, CredentialKind};
use crate::transport::{API_URL, GIT_BASE_URL};
use crate::vault::{Vault, fingerprint};

/// What a request that just arrived is to the verdict.
pub(super) fn standing(arrived: &Arrived, request: &ArrivedRequest) -> Standing {
    let path = arrived.target.split('?').next().unwrap_or_default();
    if path == "/site/oauth2/access_token" || !arrived.target.starts_with('/') || is_page(path) {
        return Standing::Aside;
    }
    let nothing = request.authorization.is_empty() && request.other.is_empty() && !arrived.target.contains("token=");
    // Fact `git-no-prompt`: a challenge is answered with a credential, by git and by others.
    if nothing && arrived.status == 401 { Standing::Asked } else { Standing::Judged }
}

/// What a browser asks for by itself, and the front page.
fn is_page(path: &str) -> bool {
    matches!(path, "/" | "/favicon.ico" | "/robots.txt" | "/account/signin/")
}

/// The kind of credential that a text is to the stand-in, where it has the form of a living one.
#[must_use]
pub fn good(secret: &str) -> Option<simulator::Credential> {
    let read = shape::read(secret);
    if read.cleaned != secret || read.shape.placeholder.is_some() || read.shape.unexpanded.is_some() {
        return None;
    }
    let whole = read.shape.checksum_fits == Some(true);
    let now = now();
    let expired = read.shape.jwt.as_ref().is_some_and(|jwt| jwt.expires.is_some_and(|at| at <= now));
    let kind = match read.kind {
        Kind::ApiToken if whole => CredentialKind::ApiToken,
        Kind::AccessToken if whole => CredentialKind::AccessToken,
        Kind::AppPassword => CredentialKind::AppPassword,
        Kind::OauthToken => CredentialKind::OauthToken,
        _ => return None,
    };
    Some(simulator::Credential {
        name: "ARRIVED".into(),
        kind,
        state: if expired { simulator::State::Expired } else { simulator::State::Active },
        scopes: vec!["all".into()],
        reach: None,
        level: simulator::Level::default(),
        opaque: false,
        public: false,
        product: simulator::Product::default(),
        damage: None,
        text: None,
    })
}

/// Seconds since 1970.
fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// The case of these requests, the first being the one that it is about; with, for each of its credentials, how it is called
/// and which known token it is. Every secret goes to the vault.
pub(super) fn case(requests: &[ArrivedRequest], known: &Known, vault: &mut Vault) -> (Case, Vec<(String, Option<String>)>) {
    let none = |_: &str| None;
    let context = Context { variable: &none, api_url: API_URL, git_base_url: GIT_BASE_URL };
    let mut reading = command::read_arrived(requests, &context);
    let mut case = Case {
        now: now(),
        options: Options {
            offline: true,
            arrived: true,
            api_url: API_URL.into(),
            git_base_url: GIT_BASE_URL.into(),
            ..Options::default()
        },
        ..Case::default()
    };
    let mut called = BTreeMap::new();
    let mut arrived = Vec::new();
    for (mut credential, secret) in reading.credentials {
        if credential.shape.fingerprint.is_none() && shape::has_fingerprint(credential.kind, &credential.shape) {
            credential.shape.fingerprint = Some(fingerprint(&secret));
        }
        let held = known.find(&secret).map(|known| known.credential.source.clone());
        credential.source = held.clone().unwrap_or_else(|| "the request that arrived".into());
        let remark = match (&held, known.part_of(&secret)) {
            (None, Some(whole)) => Some(format!(
                "it is a part of {}: {} of its {} characters arrived",
                whole.credential.source, credential.shape.length, whole.credential.shape.length
            )),
            (None, None) if is_token(&credential) && !known.tokens.is_empty() => {
                let sources: Vec<&str> = known.tokens.iter().map(|known| known.credential.source.as_str()).take(3).collect();
                Some(format!("it is another token than that of {}", sources.join(", ")))
            }
            _ => None,
        };
        if let Some(text) = remark {
            let sent = |request: &&mut checks::Request| request.sends.credential == Some(credential.id);
            let several = requests.len() > 1;
            for request in reading.requests.iter_mut().filter(sent) {
                let text = if several { format!("{} {}: {text}", request.method, path(request)) } else { text.clone() };
                request.notes.push(Note { kind: NoteKind::Remark, text, at: None });
            }
        }
        called.insert(credential.id, (called_by(&credential), held));
        arrived.push(secret);
        case.credentials.push(credential);
    }
    vault.hide_all(arrived, "[secret]");
    judge_refusals(&mut reading.requests, &case.credentials);
    let mut requests = reading.requests.into_iter();
    case.request = requests.next();
    case.more = requests.collect();
    if let Some(id) = case.request.as_ref().and_then(|request| request.sends.credential) {
        // The subject first: what the request sends.
        case.credentials.sort_by_key(|credential| credential.id != id);
    }
    let sent = case.request.as_ref().filter(|request| request.surface == Some(checks::Surface::Rest));
    let sent = sent.and_then(|request| request.sends.user.clone()).filter(|user| user.form == UserForm::Email);
    if let (Some(sent), Some(given), Some(request)) = (&sent, &known.email, &mut case.request)
        && !sent.text.eq_ignore_ascii_case(&given.text)
    {
        let text = format!("it is another e-mail than that of {}", given.source);
        request.notes.push(Note { kind: NoteKind::Remark, text, at: request.spans.get("user").copied() });
    }
    case.email = sent.or_else(|| known.email.clone());
    let called = case.credentials.iter().filter_map(|credential| called.remove(&credential.id)).collect();
    (case, called)
}

/// Path and query, without the host.
pub(super) fn path(request: &checks::Request) -> &str {
    [API_URL, GIT_BASE_URL].iter().find_map(|base| request.url.strip_prefix(base)).unwrap_or(&request.url)
}

/// A refusal says how a credential must be sent only where the stand-in takes the credential itself for good.
fn judge_refusals(requests: &mut [checks::Request], credentials: &[Credential]) {
    for request in requests {
        let sent: Option<CredentialId> = request.sends.credential;
        let sent = sent.and_then(|id| credentials.iter().find(|credential| credential.id == id));
        let spoiled = request.notes.iter().any(|note| note.kind != NoteKind::Remark && note.kind != NoteKind::NoCredential);
        if spoiled || sent.is_some_and(|credential| !is_token(credential)) {
            request.reported = None;
        }
    }
}

/// A token that is told by its form: of another text nobody knows here whether it is one.
fn is_token(credential: &Credential) -> bool {
    let shape = &credential.shape;
    let whole = shape.checksum_fits != Some(false) && shape.placeholder.is_none() && shape.unexpanded.is_none();
    whole
        && credential.kind_certainty != Certainty::Possible
        && matches!(credential.kind, Kind::ApiToken | Kind::AccessToken | Kind::OauthToken)
}

/// Kind, public beginning and fingerprint: all that is ever shown of a secret.
pub(super) fn called_by(credential: &Credential) -> String {
    let shape = &credential.shape;
    if let Some(name) = &shape.unexpanded {
        return if name == "empty" { "nothing in the place of the secret".into() } else { format!("no secret but `{name}`") };
    }
    if shape.placeholder.is_some() {
        return "a sample from a page, no secret".into();
    }
    let kind = match (credential.kind, &shape.product) {
        (Kind::OtherProduct, Some(product)) => format!("a credential of {product}"),
        (Kind::Password, _) => "a short secret like a password".into(),
        (Kind::Unknown, _) => "a secret of no known kind".into(),
        (kind, _) => checks::credential_kind::name(kind).to_owned(),
    };
    let mut text = kind;
    if let Some(prefix) = &shape.prefix {
        text.push_str(&format!(" {prefix}…"));
    }
    if credential.kind_certainty == Certainty::Possible && !matches!(credential.kind, Kind::Password | Kind::Unknown) {
        text.push_str(", by its shape");
    }
    if let Some(fingerprint) = &shape.fingerprint {
        text.push_str(&format!(" (id {fingerprint})"));
    }
    text
}

/// What follows, with nothing asked of anybody.
pub(super) fn diagnose(case: &Case) -> Diagnosis {
    checks::diagnose(case, &Seen::default())
}
