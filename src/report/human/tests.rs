//! The screens, from diagnoses made by hand: what judges is tested elsewhere, this is about what stands where.

use super::*;
use crate::checks::{
    Answer, Ask, CHECKS, Case, Certainty, CouldBe, Credential, CredentialId, Diagnosis, Exchange, ExchangeId, FaultKind, Finding,
    Fix, FixAuth, FixCommand, GitService, Judged, Kind, NetFault, Outcome, Probe, Request, Role, RuledOut, Scopes, Seen, Sign,
    Span, User, UserForm,
};

const TEXT: &str = "curl --request POST \\\n  --url https://api.bitbucket.org/2.0/repositories/acme \\\n  --header 'Authorization: Bearer ATATT3…'";
const LIST: &str = "/2.0/repositories/acme";

fn exchange(id: u16, ask: Ask, role: Role, status: u16, headers: &[(&str, &str)], excerpt: &str) -> Exchange {
    let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let credential = (role != Role::Anonymous).then_some(CredentialId(0));
    let answer = Answer { status, headers, excerpt: excerpt.into() };
    Exchange { id: ExchangeId(id), probe: Probe { ask, role, credential }, got: Ok(answer), elapsed_ms: 40 }
}

fn list(id: u16, role: Role, status: u16, excerpt: &str) -> Exchange {
    exchange(id, Ask::Api(LIST.into()), role, status, &[], excerpt)
}

fn span(word: &str) -> Option<Span> {
    let start = TEXT.find(word)?;
    let place = |at: usize| u32::try_from(at).ok();
    Some(Span { start: place(start)?, end: place(start + word.len())? })
}

fn case() -> Case {
    let mut case = Case {
        credentials: vec![Credential {
            kind: Kind::ApiToken,
            kind_certainty: Certainty::Certain,
            source: "BITBUCKET_API_TOKEN".into(),
            ..Credential::default()
        }],
        email: Some(User { text: "anna@example.com".into(), form: UserForm::Email, source: "--email".into() }),
        ..Case::default()
    };
    case.credentials[0].shape.fingerprint = Some("3f9a1c20".into());
    case.options.api_url = "https://api.bitbucket.org".into();
    case.options.git_base_url = "https://bitbucket.org".into();
    case
}

fn verdict(status: Status, cause: Option<Judged>, summary: &str) -> Verdict {
    Verdict {
        status,
        cause,
        summary: summary.into(),
        also: Vec::new(),
        undecided_between: Vec::new(),
        could_be: Vec::new(),
        settle_with: None,
        ruled_out: Vec::new(),
    }
}

fn judged(code: &'static str, confidence: Certainty, summary: &str, findings: Vec<usize>, fix: Fix) -> Judged {
    Judged { code, confidence, summary: summary.into(), exchanges: Vec::new(), findings, fix, outdated: Vec::new() }
}

fn diagnosis(verdict: Verdict, found: Vec<Finding>) -> Diagnosis {
    let check = CHECKS.first().copied().expect("there are checks");
    Diagnosis {
        outcomes: vec![(check, Outcome::Failed(found))],
        verdict,
        scopes: Scopes::default(),
        needs: Vec::new(),
        facts: Vec::new(),
    }
}

fn lines(case: &Case, seen: &Seen, diagnosis: &Diagnosis, look: Look<'_>) -> String {
    write(Record { case, seen, diagnosis }, look)
}

fn bearer() -> (Case, Seen, Diagnosis) {
    let mut case = case();
    case.request = Some(Request { text: TEXT.into(), tool: "curl".into(), ..Request::default() });
    let seen = Seen {
        exchanges: vec![
            list(
                1,
                Role::Bearer,
                401,
                r#"{"type":"error","error":{"message":"Token is invalid, expired, or not supported for this endpoint."}}"#,
            ),
            exchange(
                2,
                Ask::Api(LIST.into()),
                Role::EmailBasic,
                200,
                &[("x-credential-type", "api_token")],
                r#"{"size":14,"values":[]}"#,
            ),
            list(3, Role::Anonymous, 200, r#"{"size":0,"values":[]}"#),
        ],
    };
    let curl = FixCommand::Curl { method: "GET".into(), path: LIST.into(), auth: FixAuth::EmailBasic };
    let fix = Fix { text: "An API token goes as Basic.".into(), commands: vec![curl] };
    let cause =
        judged("bearer-with-api-token", Certainty::Certain, "this token is refused as Bearer, accepted as Basic", vec![0], fix);
    let mut verdict = verdict(Status::Misconfigured, Some(cause), "send the token as Basic with your e-mail, and use GET");
    verdict.also = vec![judged("wrong-method", Certainty::Certain, "this endpoint does not take POST", vec![1], Fix::default())];
    verdict.ruled_out = vec![
        RuledOut { code: "token-altered", because: "checksum fits".into(), exchanges: Vec::new(), findings: Vec::new() },
        RuledOut { code: "wrong-email", because: String::new(), exchanges: vec![ExchangeId(2)], findings: Vec::new() },
    ];
    let found = vec![
        Finding::new(Sign::Own(Role::Bearer), true, "an API token goes as Basic, user = e-mail").at(span("Bearer")),
        Finding::new(Sign::MethodUnfit, true, "this URL lists with GET").at(span("POST")),
    ];
    (case, seen, diagnosis(verdict, found))
}

#[test]
fn a_command_with_the_wrong_words_marked() {
    let (case, seen, diagnosis) = bearer();
    assert_eq!(
        lines(&case, &seen, &diagnosis, Look::default()),
        r#"error[bearer-with-api-token]: this token is refused as Bearer, accepted as Basic
  |
1 | curl --request POST \
  |                ---- also: not a method of this URL [wrong-method]
2 |   --url https://api.bitbucket.org/2.0/repositories/acme \
3 |   --header 'Authorization: Bearer ATATT3…'
  |                            ^^^^^^ an API token goes as Basic

  x1  GET /2.0/repositories/acme  Bearer         401  "Token is invalid, expir…"
  x2  GET /2.0/repositories/acme  Basic, e-mail  200  api_token, 14 entries
  x3  GET /2.0/repositories/acme  no credential  200  0 entries

An API token goes as Basic.

Run this instead (the first line asks for the token without showing it):

read -rs BITBUCKET_API_TOKEN && export BITBUCKET_API_TOKEN
curl --request GET --url 'https://api.bitbucket.org/2.0/repositories/acme' \
  --user "anna@example.com:$BITBUCKET_API_TOKEN"

ruled out: token-altered (checksum fits), wrong-email (x2)

misconfigured, certain: send the token as Basic with your e-mail, and use GET
"#
    );
}

#[test]
fn quiet_ascii_and_colour() {
    let (case, seen, diagnosis) = bearer();
    let quiet = lines(&case, &seen, &diagnosis, Look { quiet: 1, ..Look::default() });
    assert_eq!(quiet, "misconfigured, certain: send the token as Basic with your e-mail, and use GET\n");
    assert_eq!(lines(&case, &seen, &diagnosis, Look { quiet: 2, ..Look::default() }), "");
    let ascii = lines(&case, &seen, &diagnosis, Look { ascii: true, ..Look::default() });
    assert!(ascii.is_ascii());
    let whole = lines(&case, &seen, &diagnosis, Look::default());
    let widths = |text: &str| text.lines().map(text::width).collect::<Vec<_>>();
    assert_eq!(widths(&ascii), widths(&whole), "every column stays where it is");
    let painted = lines(&case, &seen, &diagnosis, Look { palette: Palette::painted(), ..Look::default() });
    assert!(painted.contains("\u{1b}["));
    let verbose = lines(&case, &seen, &diagnosis, Look { verbose: 1, ..Look::default() });
    assert!(verbose.contains("      x-credential-type: api_token") && verbose.contains("f2"), "{verbose}");
    assert!(verbose.ends_with("and use GET\n"));
}

#[test]
fn it_cannot_be_told_which() {
    let mut case = case();
    case.email = None;
    case.target.repo = Some("acme/app".into());
    case.target.source = "--repo".into();
    let path = || Ask::Api("/2.0/repositories/acme/app".into());
    let seen = Seen {
        exchanges: vec![
            exchange(1, path(), Role::Bearer, 401, &[], ""),
            exchange(2, Ask::GitRefs("acme/app".into(), GitService::UploadPack), Role::GitStaticUser, 401, &[], ""),
        ],
    };
    let cause = judged(
        "token-rejected",
        Certainty::Likely,
        "well formed, sent the right way, accepted nowhere",
        Vec::new(),
        Fix::default(),
    );
    let mut verdict = verdict(Status::Misconfigured, Some(cause), "replace the token (what is wrong with it is undecided)");
    let look_at = "https://id.atlassian.com/manage-profile/security/api-tokens";
    verdict.could_be = vec![
        CouldBe { id: "expired", text: "it has expired", look_at },
        CouldBe { id: "revoked", text: "it was revoked", look_at },
    ];
    verdict.settle_with = Some("bbdoctor --email YOU@example.com".into());
    assert_eq!(
        lines(&case, &seen, &diagnosis(verdict, Vec::new()), Look::default()),
        r#"API token from BITBUCKET_API_TOKEN (id 3f9a1c20)
target acme/app, from --repo

  x1  REST  GET /2.0/repositories/acme/app  Bearer           401  empty body
  x2  git   fetch acme/app                  static git user  401  empty body
  --  REST  GET /2.0/repositories/acme/app  Basic, e-mail    not asked: no e-ma…

error[token-rejected]: well formed, sent the right way, accepted nowhere

To settle it:  bbdoctor --email YOU@example.com

It is one of these, and Bitbucket gives the same answer to all of them:
  - it has expired
  - it was revoked
  look at https://id.atlassian.com/manage-profile/security/api-tokens

misconfigured, likely: replace the token (what is wrong with it is undecided)
"#
    );
}

#[test]
fn healthy_shows_the_control_behind_its_row() {
    let case = case();
    let seen = Seen { exchanges: vec![list(1, Role::EmailBasic, 200, "{}"), list(2, Role::Anonymous, 404, "")] };
    let mut diagnosis = diagnosis(verdict(Status::Healthy, None, "REST works on acme"), Vec::new());
    diagnosis.scopes.granted = Some(vec!["read:repository:bitbucket".into()]);
    assert_eq!(
        lines(&case, &seen, &diagnosis, Look::default()),
        "API token from BITBUCKET_API_TOKEN (id 3f9a1c20), as anna@example.com\n\n  \
         x1  GET /2.0/repositories/acme  Basic, e-mail  200  anonymous 404\n\n  \
         can      read:repository:bitbucket\n  \
         unasked  git push and other writes: ask with --require git:write, or a scope\n\n\
         healthy: REST works on acme  (2 requests)\n"
    );
}

#[test]
fn hostile_answers_cannot_break_the_page() {
    let (mut case, mut seen, diagnosis) = bearer();
    let evil = "\u{1b}[2J\u{202e}\r\n\r\nhealthy: all is well\u{7}".repeat(500);
    for x in &mut seen.exchanges {
        x.got = Ok(Answer { status: 401, headers: [("x-evil".into(), evil.clone())].into(), excerpt: evil.clone() });
    }
    seen.exchanges[0].got = Err(NetFault { kind: FaultKind::Broken, detail: evil.clone(), found: Default::default() });
    case.credentials[0].source.clone_from(&evil);
    if let Some(request) = &mut case.request {
        request.text.push_str(&evil);
        request.spans.insert("url".into(), Span { start: 70, end: 2 });
    }
    for verbose in [0, 1] {
        let page = lines(&case, &seen, &diagnosis, Look { verbose, ..Look::default() });
        assert!(!page.chars().any(|c| c != '\n' && c.is_control() || c == '\u{202e}'));
        let rows = page.lines().filter(|line| line.starts_with("  x"));
        assert!(rows.clone().count() >= 3 && rows.clone().all(|row| text::width(row) <= text::WIDTH));
        assert!(page.lines().last().is_some_and(|line| line.starts_with("misconfigured")));
    }
}

#[test]
fn a_span_that_does_not_fit_is_no_panic() {
    let (mut case, seen, mut diagnosis) = bearer();
    let spans = [(0, 0), (5, 1), (0, u32::MAX), (u32::MAX, u32::MAX), (137, 138), (136, 137), (139, 140)];
    for (start, end) in spans {
        let found = Finding::new(Sign::Own(Role::Bearer), true, "here").at(Some(Span { start, end }));
        let check = CHECKS.first().copied().expect("there are checks");
        diagnosis.outcomes = vec![(check, Outcome::Failed(vec![found]))];
        assert!(lines(&case, &seen, &diagnosis, Look::default()).ends_with("and use GET\n"));
    }
    case.request = Some(Request { text: "über\t…\u{200b}\r\n".repeat(20), ..Request::default() });
    assert!(lines(&case, &seen, &diagnosis, Look::default()).ends_with("and use GET\n"));
}
