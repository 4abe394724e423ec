//! `bbdoctor.toml`: the published schema and the program agree on what may stand in it.

use serde_json::{Value, json};

fn root(path: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(path).expect("it is there")
}

fn schema() -> Value {
    serde_json::from_str(&root("docs/bbdoctor.schema.json")).expect("JSON")
}

/// TOML as an editor shows it to a JSON Schema: a date is a string.
fn as_json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => json!(text),
        toml::Value::Integer(number) => json!(number),
        toml::Value::Float(number) => json!(number),
        toml::Value::Boolean(is) => json!(is),
        toml::Value::Datetime(date) => json!(date.to_string()),
        toml::Value::Array(list) => list.into_iter().map(as_json).collect(),
        toml::Value::Table(table) => Value::Object(table.into_iter().map(|(key, value)| (key, as_json(value))).collect()),
    }
}

pub(crate) fn is_valid(text: &str) -> bool {
    let validator = jsonschema::validator_for(&schema()).expect("a schema");
    validator.is_valid(&as_json(toml::Value::Table(text.parse().expect(text))))
}

#[test]
fn the_example_names_its_schema_and_is_valid() {
    let example = root("docs/bbdoctor.toml");
    assert!(example.starts_with("#:schema ./bbdoctor.schema.json\n"), "editors read the first line");
    assert!(is_valid(&example));
    assert!(bbdoctor::preflight::config::read(&example).is_ok());
}

#[test]
fn schema_and_program_agree() {
    for (text, good) in [
        ("", true),
        ("needs = ['read:user:bitbucket', 'pullrequest:write', 'GET /2.0/user', 'delete https://api.bitbucket.org/2.0/x']", true),
        ("needs = ['read:user:bitbucket, read:pipeline:bitbucket']", true),
        ("repo = 'acme/app'\nneeds = ['git:read', 'git:write', 'GET /repositories/{workspace}/{repo_slug}']", true),
        ("warn-days = 0\n[[credential]]\nenv = 'A'\nexpires = 2027-03-01", true),
        (
            "[[credential]]\nenv = 'A'\nname = 'x'\nemail-env = '_B9'\nexpires = '2027-03-01'\nworkspace = 'acme'\ngit-read = ['acme/a']",
            true,
        ),
        ("nedds = []", false),
        ("needs = 'git:read'", false),
        ("needs = ['read:nothing']", false),
        ("needs = ['FETCH /2.0/user']", false),
        ("needs = ['GET 2.0/user']", false),
        ("git-read = ['acme']", false),
        ("git-write = ['acme/app/x']", false),
        ("repo = 'https://bitbucket.org/acme/app'", false),
        ("workspace = 'acme/app'", false),
        ("workspace = ''", false),
        ("warn-days = -1", false),
        ("warn-days = '30'", false),
        ("[[credential]]\nname = 'x'", false),
        ("[[credential]]\nenv = 'anna@example.com'", false),
        ("[[credential]]\nenv = '1A'", false),
        ("[[credential]]\nenv = 'A'\nname = ' '", false),
        ("[[credential]]\nenv = 'A'\nexpires = '1.3.2027'", false),
        ("[[credential]]\nenv = 'A'\nexpires = 10:00:00", false),
        ("[[credential]]\nenv = 'A'\nwarn-days = 3", false),
        ("env = 'A'", false),
        ("api-url = 'https://evil.example'", false),
        ("[[credential]]\nenv = 'A'\nproxy = 'http://evil.example'", false),
        ("ca-cert = 'x.pem'", false),
        ("[[credential]]\nenv = 'A'\ntoken = 'x'", false),
    ] {
        assert_eq!(is_valid(text), good, "the schema: {text}");
        assert_eq!(bbdoctor::preflight::config::read(text).is_ok(), good, "the program: {text}");
    }
}

#[test]
fn the_schema_knows_every_scope() {
    let schema = schema();
    let listed = schema["definitions"]["need"]["anyOf"][0]["enum"].as_array().expect("a list");
    let known =
        bbdoctor::checks::scopes::all().iter().map(|scope| scope.name).filter(|name| bbdoctor::checks::scopes::is_scope(name));
    let known: Vec<&str> = ["git:read", "git:write"].into_iter().chain(known).collect();
    assert_eq!(listed.iter().filter_map(Value::as_str).collect::<Vec<_>>(), known);
}
