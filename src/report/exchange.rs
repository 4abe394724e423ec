//! Exchanges as reports show them: names, addresses, roles, and what an answer says in a few words.

use crate::checks::{
    Answer, Ask, CHECKS, Case, Diagnosis, Exchange, ExchangeId, FaultKind, GitService, NetFault, Role, Seen, autopsy,
};
use crate::report::text;

/// `x1`, `x2`, …
pub(super) fn name(id: ExchangeId) -> String {
    format!("x{}", id.0)
}

/// The address that is asked.
pub(super) fn url(case: &Case, ask: &Ask) -> String {
    match ask {
        Ask::Api(path) => format!("{}{path}", case.options.api_url.trim_end_matches('/')),
        Ask::GitRefs(repo, service) => {
            format!("{}/{repo}.git/info/refs?service={}", case.options.git_base_url.trim_end_matches('/'), service_name(*service))
        }
    }
}

/// git's name of the service.
pub(super) fn service_name(service: GitService) -> &'static str {
    match service {
        GitService::UploadPack => "git-upload-pack",
        GitService::ReceivePack => "git-receive-pack",
    }
}

/// What is asked, as a row shows it.
pub(super) fn ask(ask: &Ask) -> String {
    match ask {
        Ask::Api(path) => format!("GET {path}"),
        Ask::GitRefs(repo, GitService::UploadPack) => format!("fetch {repo}"),
        Ask::GitRefs(repo, GitService::ReceivePack) => format!("push {repo}"),
    }
}

/// The surface, as a row shows it.
pub(super) fn surface(ask: &Ask) -> &'static str {
    match ask {
        Ask::Api(_) => "REST",
        Ask::GitRefs(..) => "git",
    }
}

/// The role in words.
pub(super) fn role(role: Role) -> &'static str {
    match role {
        Role::Anonymous => "no credential",
        Role::EmailBasic => "Basic, e-mail",
        Role::UserBasic => "Basic, user name",
        Role::Bearer => "Bearer",
        Role::GitStaticUser => "static git user",
        Role::GitUserName => "git user name",
    }
}

/// The status or the fault, as a row shows it.
pub(super) fn outcome(x: &Exchange) -> String {
    match &x.got {
        Ok(answer) => answer.status.to_string(),
        Err(fault) => match fault.kind {
            FaultKind::Name => "no such name".into(),
            FaultKind::Connect => "no connection".into(),
            FaultKind::Proxy => "proxy refused".into(),
            FaultKind::Tls | FaultKind::TlsDates => "TLS failed".into(),
            FaultKind::Timeout => "timed out".into(),
            FaultKind::Budget => "not asked".into(),
            FaultKind::Broken => "broken off".into(),
        },
    }
}

/// What came back, in a few words.
pub(super) fn remark(x: &Exchange) -> String {
    match &x.got {
        Ok(answer) => said(answer),
        Err(fault) => text::clean(&fault.detail),
    }
}

/// Why there is no answer, and what was found there, a line each.
pub(super) fn fault(fault: &NetFault, now: i64) -> String {
    let found = autopsy::lines(fault, now);
    let lines: Vec<String> =
        std::iter::once(fault.detail.as_str()).chain(found.iter().map(String::as_str)).map(text::clean).collect();
    lines.join("\n")
}

fn said(answer: &Answer) -> String {
    let mut parts: Vec<String> = Vec::new();
    if let Some(kind) = answer.headers.get("x-credential-type") {
        parts.push(text::clean(kind));
    }
    let body: Option<serde_json::Value> = serde_json::from_str(&answer.excerpt).ok();
    let html = answer.headers.get("content-type").is_some_and(|t| t.starts_with("text/html"));
    match body {
        _ if html => parts.push("text/html".into()),
        Some(body) if (200..300).contains(&answer.status) => {
            if let Some(values) = body.get("values").and_then(|v| v.as_array()) {
                let count = body.get("size").and_then(serde_json::Value::as_u64).unwrap_or(values.len() as u64);
                parts.push(if count == 1 { "1 entry".into() } else { format!("{count} entries") });
            }
        }
        Some(body) => {
            let message = body.pointer("/error/message").or_else(|| body.get("message")).and_then(|m| m.as_str());
            parts.push(quoted(message.unwrap_or(&answer.excerpt)));
        }
        None if answer.excerpt.trim().is_empty() => {
            if answer.status >= 400 {
                parts.push("empty body".into());
            }
        }
        None if answer.status < 300 => {}
        None => parts.push(quoted(&answer.excerpt)),
    }
    parts.join(", ")
}

fn quoted(sentence: &str) -> String {
    format!("\"{}\"", text::clean(sentence).trim())
}

/// For each exchange the checks that it serves: those that asked for it, for the control those that asked the same thing with a
/// credential, and those whose findings cite it.
pub(super) fn asked_by(case: &Case, seen: &Seen, diagnosis: &Diagnosis) -> Vec<Vec<&'static str>> {
    let checks = CHECKS;
    // A check is asked before every wave, with what was seen until then; a prefix of the record stands for each of them.
    let mut asked = vec![Vec::new(); checks.len()];
    let mut prefix = Seen::default();
    for length in 0..=seen.exchanges.len() {
        if let Some(last) = length.checked_sub(1) {
            prefix.exchanges.push(seen.exchanges[last].clone());
        }
        for (check, asked) in checks.iter().zip(&mut asked) {
            asked.extend((check.asks)(case, &prefix));
        }
    }
    let serves = |x: &Exchange| -> Vec<&'static str> {
        let mut ids = Vec::new();
        for (check, asked) in checks.iter().zip(&asked) {
            let cites = diagnosis
                .outcomes
                .iter()
                .filter(|(c, _)| c.id == check.id)
                .flat_map(|(_, outcome)| outcome.findings())
                .any(|finding| finding.evidence.contains(&x.id));
            if cites || asked.contains(&x.probe) {
                ids.push(check.id);
            }
        }
        if ids.is_empty() {
            let control = checks.iter().zip(&asked).filter(|(_, asked)| asked.iter().any(|p| p.ask == x.probe.ask));
            ids.extend(control.map(|(check, _)| check.id));
        }
        ids
    };
    seen.exchanges.iter().map(serves).collect()
}
