//! Precedence, usage errors and what the case holds, without a terminal and without a network.

use super::*;
use crate::checks::{Kind, Surface, UserForm, shape};

/// A well-formed API token that nobody was given.
fn token(fill: char) -> String {
    let body = format!("ATATT3xFfGF0{}=", fill.to_string().repeat(170));
    let end = shape::checksum(&body);
    format!("{body}{end}")
}

fn take(args: &CheckArgs, variables: &[(&str, &str)]) -> Result<Intake, Error> {
    let around = Around::new(variables.iter().map(|(n, v)| ((*n).into(), (*v).into())), false);
    take_in(args, &around)
}

fn args() -> CheckArgs {
    CheckArgs { no_discover: true, ..CheckArgs::default() }
}

#[test]
fn nothing_given() {
    assert_eq!(take(&args(), &[]).err(), Some(Error::Nothing));
}

#[test]
fn variables_in_their_order() {
    let (a, b) = (token('a'), token('b'));
    let intake = take(&args(), &[("BITBUCKET_TOKEN", &b), ("BITBUCKET_API_TOKEN", &a)]).expect("a token is there");
    let subject = &intake.case.credentials[0];
    assert_eq!((subject.source.as_str(), subject.kind), ("BITBUCKET_API_TOKEN", Kind::ApiToken));
    assert_eq!(intake.vault.secret(subject.id).map(Secret::expose), Some(a.as_str()));
    assert_eq!(intake.case.local.len(), 1);
    assert_eq!((intake.case.local[0].name.as_str(), intake.case.local[0].effect), ("BITBUCKET_TOKEN", Some(Effect::NotUsed)));
    let json = serde_json::to_string(&intake.case).expect("plain data");
    assert!(!json.contains(&"a".repeat(20)) && !json.contains(&"b".repeat(20)));
}

#[test]
fn an_empty_variable_is_diagnosed_where_it_would_be_used() {
    let intake = take(&args(), &[("BITBUCKET_API_TOKEN", "")]).expect("diagnosed");
    assert_eq!(intake.case.local[0].effect, Some(Effect::EmptyVariable));
    assert!(intake.case.credentials[0].shape.unexpanded.is_some());
    let a = token('a');
    let intake = take(&args(), &[("BITBUCKET_API_TOKEN", ""), ("BITBUCKET_TOKEN", &a)]).expect("diagnosed");
    // It is mentioned, as one that was not used: no fault.
    let local: Vec<_> = intake.case.local.iter().map(|l| (l.name.as_str(), l.effect)).collect();
    assert_eq!(local, [("BITBUCKET_API_TOKEN", Some(Effect::NotUsed))]);
    let named = CheckArgs { token_env: Some("CI_SECRET".into()), ..args() };
    let intake = take(&named, &[("BITBUCKET_API_TOKEN", &a)]).expect("diagnosed");
    assert_eq!(intake.case.credentials[0].shape.unexpanded.as_deref(), Some("CI_SECRET"));
}

#[test]
fn usage_errors() {
    let a = token('a');
    let wrong = [
        CheckArgs { token: Some(a.clone()), ..args() },
        CheckArgs { email: Some("anna".into()), ..args() },
        CheckArgs { email: Some("anna@".into()), ..args() },
        CheckArgs { email: Some("anna bell@example.com".into()), ..args() },
        CheckArgs { repo: Some("app".into()), ..args() },
        CheckArgs { repo: Some("https://bitbucket.org/acme/app".into()), ..args() },
        CheckArgs { repo: Some("acme/app/src".into()), ..args() },
        CheckArgs { workspace: Some("other".into()), repo: Some("acme/app".into()), ..args() },
        CheckArgs { workspace: Some(String::new()), ..args() },
        CheckArgs { api_url: Some("http://example.com".into()), ..args() },
        CheckArgs { token_file: Some("no/such/file".into()), ..args() },
        CheckArgs { ca_cert: Some("no/such/file".into()), ..args() },
        CheckArgs { proxy: Some("gopher://x".into()), ..args() },
        CheckArgs { timeout: Some(0), ..args() },
        CheckArgs { token_file: Some("a".into()), token_env: Some("B".into()), ..args() },
        CheckArgs { words: vec!["curl".into()], dash: Some("-".into()), ..args() },
        CheckArgs { require: vec!["git:read".into()], ..args() },
    ];
    for args in wrong {
        let error = take(&args, &[("BITBUCKET_API_TOKEN", &a)]).err();
        let error = error.unwrap_or_else(|| panic!("{args:?} was taken"));
        assert!(!error.to_string().contains("aaaa"), "{error}");
        assert!(!error.next().is_empty() || matches!(error, Error::Setting(_)), "{error}");
    }
}

#[test]
fn where_the_user_name_goes() {
    let a = token('a');
    let variables = [("BITBUCKET_API_TOKEN", a.as_str())];
    let named = |name: &str| CheckArgs { username: Some(name.into()), ..args() };
    let rest = take(&named("anna"), &variables).expect("taken");
    assert_eq!((rest.case.username_surface, rest.vault.rest_user.as_deref()), (Some(Surface::Rest), Some("anna")));
    let git = take(&CheckArgs { email: Some("anna@example.com".into()), ..named("anna") }, &variables).expect("taken");
    assert_eq!((git.case.username_surface, git.vault.git_user.as_deref()), (Some(Surface::Git), Some("anna")));
    let url = CheckArgs { git_url: Some("https://bitbucket.org/acme/app.git".into()), ..named("anna@example.com") };
    let url = take(&url, &variables).expect("taken");
    assert_eq!((url.case.username_surface, url.vault.git_user.as_deref()), (Some(Surface::Git), Some("anna@example.com")));
    let email = take(&named("anna@example.com"), &variables).expect("taken");
    assert_eq!(email.case.email.map(|u| u.form), Some(UserForm::Email));
}

#[test]
fn the_target_and_its_source() {
    let a = token('a');
    let variables =
        [("BITBUCKET_API_TOKEN", a.as_str()), ("BITBUCKET_REPO_FULL_NAME", "acme/app"), ("BITBUCKET_WORKSPACE", "acme")];
    let intake = take(&args(), &variables).expect("taken");
    assert_eq!(intake.case.target.repo.as_deref(), Some("acme/app"));
    let intake = take(&CheckArgs { workspace: Some("other".into()), ..args() }, &variables).expect("taken");
    assert_eq!((intake.case.target.workspace.as_deref(), intake.case.target.repo), (Some("other"), None));
}

#[test]
fn a_remote_with_a_secret_is_taken_apart() {
    let a = token('a');
    let url = format!("https://x-token-auth:{a}@bitbucket.org/acme/app.git");
    let intake = take(&CheckArgs { git_url: Some(url), ..args() }, &[]).expect("taken");
    assert_eq!(intake.case.credentials.len(), 1);
    assert!(!serde_json::to_string(&intake.case).expect("plain data").contains("aaaaaaaa"));
}

#[test]
fn a_real_token_stands_in_for_one_that_is_masked() {
    let given = |masked: &str| {
        let words = ["curl", "-u", &format!("annasmith:{masked}"), "https://api.bitbucket.org/2.0/user"].map(str::to_owned);
        CheckArgs { words: words.into_iter().map(Into::into).collect(), ..args() }
    };
    let a = token('a');
    for masked in ["***", "ATATT3x...", "ATATT3xFfGF0aaaa…"] {
        let intake = take(&given(masked), &[("BITBUCKET_API_TOKEN", &a)]).expect("diagnosed");
        let subject = intake.case.subject().expect("there is one");
        assert_eq!((subject.source.as_str(), subject.shape.masked), ("BITBUCKET_API_TOKEN", false), "{masked}");
        assert_eq!(intake.vault.secret(subject.id).map(Secret::expose), Some(a.as_str()), "{masked}");
        assert_eq!(subject.user.as_ref().map(|user| user.form), Some(UserForm::Name), "{masked}");
    }
    for (masked, variables) in [
        ("ATATT3x...", &[][..]),
        ("ATCTT3x...", &[("BITBUCKET_API_TOKEN", a.as_str())]),
        ("ATATT3xFfGF0b…", &[("BITBUCKET_API_TOKEN", &a)]),
    ] {
        let intake = take(&given(masked), variables).expect("diagnosed");
        assert!(intake.case.subject().is_some_and(|subject| subject.shape.masked), "{masked}");
        assert!(intake.asides.iter().any(|aside| aside.contains("masked")), "{masked}: {:?}", intake.asides);
    }
    let option = CheckArgs { token_env: Some("CI_SECRET".into()), ..given("***") };
    let intake = take(&option, &[("CI_SECRET", &a)]).expect("what is masked contradicts nothing");
    assert_eq!(intake.case.subject().map(|subject| subject.source.as_str()), Some("CI_SECRET"));
}
