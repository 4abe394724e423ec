//! Turns `data/` into static tables and the pages (`*.md`) into a table of texts.
//!
//! An error in the data is an error of the build, with file and line: an unknown fact, an unknown scope, an id twice. At run
//! time nothing is parsed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, process};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;

const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

#[expect(clippy::print_stderr, reason = "a build script tells cargo what is wrong in this way")]
fn main() {
    if let Err(fault) = generate() {
        eprintln!("error: {fault}");
        process::exit(1);
    }
}

fn generate() -> Result<(), String> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(|e| e.to_string())?);
    let out = PathBuf::from(env::var("OUT_DIR").map_err(|e| e.to_string())?);
    println!("cargo::rerun-if-changed=."); // the data files, and pages that come or go
    let (fact_ids, facts) = facts(&Source::read(&here, "data/facts.toml")?)?;
    let (scope_names, scopes) = scopes(&Source::read(&here, "data/scopes.toml")?)?;
    let removed = removed(&Source::read(&here, "data/removed.toml")?, &fact_ids)?;
    let endpoints = endpoints(&Source::read(&here, "data/endpoints.tsv")?, &scope_names)?;
    for (name, text) in
        [("facts.rs", facts), ("scopes.rs", scopes), ("endpoints.rs", endpoints + &removed), ("pages.rs", pages(&here)?)]
    {
        fs::write(out.join(name), text).map_err(|e| format!("{name}: {e}"))?;
    }
    Ok(())
}

/// One data file, for messages that name its lines.
struct Source {
    name: &'static str,
    text: String,
}

impl Source {
    fn read(here: &Path, name: &'static str) -> Result<Self, String> {
        let text = fs::read_to_string(here.join(name)).map_err(|e| format!("checks/{name}: {e}"))?;
        Ok(Self { name, text })
    }

    fn parse<T: DeserializeOwned>(&self) -> Result<T, String> {
        toml::from_str(&self.text).map_err(|e| format!("checks/{}: {e}", self.name))
    }

    fn at<T>(&self, place: &Spanned<T>, what: &str) -> String {
        let line = self.text[..place.span().start].matches('\n').count() + 1;
        format!("checks/{}:{line}: {what}", self.name)
    }
}

/// Names seen so far in one file.
type Names = BTreeMap<String, usize>;

fn enter(names: &mut Names, source: &Source, name: &Spanned<String>) -> Result<(), String> {
    let next = names.len();
    match names.insert(name.get_ref().clone(), next) {
        Some(_) => Err(source.at(name, &format!("`{}` stands here twice", name.get_ref()))),
        None => Ok(()),
    }
}

fn known(names: &Names, source: &Source, name: &Spanned<String>, what: &str) -> Result<(), String> {
    if names.contains_key(name.get_ref()) {
        return Ok(());
    }
    Err(source.at(name, &format!("unknown {what} `{}`", name.get_ref())))
}

fn plain(list: &[Spanned<String>]) -> Vec<&str> {
    list.iter().map(|item| item.get_ref().as_str()).collect()
}

// ---- facts --------------------------------------------------------------------------------------------------------------

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FactFile {
    fact: Vec<FactRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FactRow {
    id: Spanned<String>,
    text: Spanned<String>,
    grade: Spanned<String>,
    sources: Spanned<Vec<String>>,
    #[serde(default)]
    sides: Vec<String>,
    #[serde(default)]
    switch: bool,
    confirmed: Spanned<String>,
}

fn facts(source: &Source) -> Result<(Names, String), String> {
    let file: FactFile = source.parse()?;
    let mut ids = Names::new();
    let mut rust = String::from("/// Every fact, in the order of the file.\nstatic FACTS: &[Fact] = &[\n");
    for row in &file.fact {
        enter(&mut ids, source, &row.id)?;
        let grade = match row.grade.get_ref().as_str() {
            "doc" => "Doc",
            "staff" => "Staff",
            "many" => "Many",
            "one" => "One",
            "guess" => "Guess",
            "contradictory" => "Contradictory",
            other => return Err(source.at(&row.grade, &format!("unknown grade `{other}`"))),
        };
        if row.text.get_ref().trim().is_empty() || row.text.get_ref().contains('\n') {
            return Err(source.at(&row.text, "the text is one line that says something"));
        }
        if row.sources.get_ref().is_empty() {
            return Err(source.at(&row.sources, "a fact has a source"));
        }
        let two_sided = grade == "Contradictory" || row.switch;
        if two_sided != (row.sides.len() >= 2) {
            return Err(source.at(&row.id, "a contradictory fact and a switch have two sides or more, every other fact none"));
        }
        if !is_date(row.confirmed.get_ref()) {
            return Err(source.at(&row.confirmed, "not a date of the form 2026-11-23"));
        }
        let _ = writeln!(
            rust,
            "    Fact {{ id: {:?}, text: {:?}, grade: Grade::{grade}, sources: &{:?}, sides: &{:?}, switch: {}, confirmed: {:?} }},",
            row.id.get_ref(),
            row.text.get_ref(),
            row.sources.get_ref(),
            row.sides,
            row.switch,
            row.confirmed.get_ref()
        );
    }
    rust.push_str("];\n");
    Ok((ids, rust))
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let digits = |part: &&str, length: usize| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
    match parts.as_slice() {
        [year, month, day] => {
            digits(year, 4) && digits(month, 2) && digits(day, 2) && ("01"..="12").contains(month) && ("01"..="31").contains(day)
        }
        _ => false,
    }
}

// ---- scopes -------------------------------------------------------------------------------------------------------------

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScopeFile {
    granular: Vec<GranularRow>,
    classic: Vec<ClassicRow>,
    account: Vec<AccountRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GranularRow {
    name: Spanned<String>,
    classic: Option<Spanned<String>>,
    gives: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClassicRow {
    name: Spanned<String>,
    implies: Vec<Spanned<String>>,
    equals: Vec<Spanned<String>>,
    carriers: Vec<Spanned<String>>,
    page: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountRow {
    name: Spanned<String>,
    gives: String,
}

fn scopes(source: &Source) -> Result<(Names, String), String> {
    let file: ScopeFile = source.parse()?;
    let (mut granular, mut classic, mut all) = (Names::new(), Names::new(), Names::new());
    for row in &file.granular {
        enter(&mut granular, source, &row.name)?;
        enter(&mut all, source, &row.name)?;
        if !row.name.get_ref().ends_with(":bitbucket") {
            return Err(source.at(&row.name, "a granular scope reads LEVEL:GROUP:bitbucket"));
        }
    }
    for row in &file.classic {
        enter(&mut classic, source, &row.name)?;
        enter(&mut all, source, &row.name)?;
    }
    let mut rust = String::from("/// Every scope: granular, classic, account.\nstatic SCOPES: &[Scope] = &[\n");
    for row in &file.granular {
        if let Some(name) = &row.classic {
            known(&classic, source, name, "classic scope")?;
        }
        let _ = writeln!(
            rust,
            "    Scope {{ name: {0:?}, family: Family::Granular, implies: &[], equals: &[{0:?}], classic: {1:?}, carriers: &[Carrier::ApiToken], \
             page: {0:?}, gives: {2:?} }},",
            row.name.get_ref(),
            row.classic.as_ref().map(|name| name.get_ref().as_str()),
            row.gives
        );
    }
    for row in &file.classic {
        for name in &row.implies {
            known(&classic, source, name, "classic scope")?;
        }
        for name in &row.equals {
            known(&granular, source, name, "granular scope")?;
        }
        let mut carriers = String::new();
        for carrier in &row.carriers {
            carriers.push_str(match carrier.get_ref().as_str() {
                "oauth" => "Carrier::Oauth, ",
                "repository-token" => "Carrier::RepositoryToken, ",
                "project-token" => "Carrier::ProjectToken, ",
                "workspace-token" => "Carrier::WorkspaceToken, ",
                other => return Err(source.at(carrier, &format!("unknown carrier `{other}`"))),
            });
        }
        let _ = writeln!(
            rust,
            "    Scope {{ name: {0:?}, family: Family::Classic, implies: &{1:?}, equals: &{2:?}, classic: Some({0:?}), carriers: &[{carriers}], \
             page: {3:?}, gives: {3:?} }},",
            row.name.get_ref(),
            plain(&row.implies),
            plain(&row.equals),
            row.page
        );
    }
    for row in &file.account {
        enter(&mut all, source, &row.name)?;
        let _ = writeln!(
            rust,
            "    Scope {{ name: {0:?}, family: Family::Account, implies: &[], equals: &[], classic: None, carriers: &[Carrier::ApiToken], \
             page: {0:?}, gives: {1:?} }},",
            row.name.get_ref(),
            row.gives
        );
    }
    rust.push_str("];\n");
    Ok((all, rust))
}

// ---- endpoints ----------------------------------------------------------------------------------------------------------

fn endpoints(source: &Source, scope_names: &Names) -> Result<String, String> {
    let mut rust = String::from("/// Every operation, in the order of the file.\nstatic ENDPOINTS: &[Endpoint] = &[\n");
    let mut seen = Names::new();
    for (at, line) in source.text.lines().enumerate() {
        let wrong = |what: &str| format!("checks/{}:{}: {what}", source.name, at + 1);
        if line.starts_with('#') || line.starts_with("method\t") {
            continue;
        }
        let cells: Vec<&str> = line.split('\t').collect();
        let [method, path, classic, granular, auth, status, responses] = cells[..] else {
            return Err(wrong(&format!("7 cells are wanted, here are {}", cells.len())));
        };
        if !METHODS.contains(&method) {
            return Err(wrong(&format!("unknown method `{method}`")));
        }
        template(path).map_err(|what| wrong(&what))?;
        if seen.insert(format!("{method} {path}"), at).is_some() {
            return Err(wrong(&format!("`{method} {path}` stands here twice")));
        }
        let list = |cell: &str, is_granular: bool| -> Result<Vec<String>, String> {
            let names: Vec<String> = cell.split(',').filter(|name| *name != "-").map(str::to_owned).collect();
            for name in &names {
                if !scope_names.contains_key(name) {
                    return Err(wrong(&format!("unknown scope `{name}`")));
                }
                if name.ends_with(":bitbucket") != is_granular {
                    return Err(wrong(&format!("`{name}` stands in the wrong column")));
                }
            }
            Ok(names)
        };
        let (classic, granular) = (list(classic, false)?, list(granular, true)?);
        if !["-", "deprecated"].contains(&status) {
            return Err(wrong(&format!("unknown status `{status}`")));
        }
        if responses.split(',').any(|code| code != "default" && code.parse::<u16>().is_err()) {
            return Err(wrong(&format!("`{responses}` is no list of statuses")));
        }
        let _ = writeln!(
            rust,
            "    Endpoint {{ method: {method:?}, path: {path:?}, classic: &{classic:?}, granular: &{granular:?}, takes_api_token: {}, \
             declared: {}, deprecated: {} }},",
            auth.split(',').any(|kind| kind == "api-token"),
            auth != "-" || !classic.is_empty() || !granular.is_empty(),
            status == "deprecated"
        );
    }
    rust.push_str("];\n");
    Ok(rust)
}

fn template(path: &str) -> Result<(), String> {
    let closed = path.matches('{').count() == path.matches('}').count();
    if !path.starts_with('/') || path.contains("//") || path.ends_with('/') || !closed {
        return Err(format!("`{path}` is no path template"));
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RemovedFile {
    removed: Vec<RemovedRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RemovedRow {
    path: Spanned<String>,
    methods: Vec<Spanned<String>>,
    since: Option<String>,
    fact: Spanned<String>,
    instead: String,
}

fn removed(source: &Source, fact_ids: &Names) -> Result<String, String> {
    let file: RemovedFile = source.parse()?;
    let mut seen = Names::new();
    let mut rust = String::from("/// What is gone.\nstatic REMOVED: &[Removed] = &[\n");
    for row in &file.removed {
        enter(&mut seen, source, &row.path)?;
        known(fact_ids, source, &row.fact, "fact")?;
        template(row.path.get_ref()).map_err(|what| source.at(&row.path, &what))?;
        if let Some(method) = row.methods.iter().find(|method| !METHODS.contains(&method.get_ref().as_str())) {
            return Err(source.at(method, &format!("unknown method `{}`", method.get_ref())));
        }
        let _ = writeln!(
            rust,
            "    Removed {{ path: {:?}, methods: &{:?}, since: {:?}, fact: {:?}, instead: {:?} }},",
            row.path.get_ref(),
            plain(&row.methods),
            row.since,
            row.fact.get_ref(),
            row.instead
        );
    }
    rust.push_str("];\n");
    Ok(rust)
}

// ---- pages --------------------------------------------------------------------------------------------------------------

fn pages(here: &Path) -> Result<String, String> {
    let mut rust = String::new();
    for (table, what, folder) in [("CAUSES", "Pages of causes, by code.", "causes"), ("CHECKS", "Pages of checks, by id.", ".")] {
        let mut files: Vec<PathBuf> = match fs::read_dir(here.join(folder)) {
            Ok(entries) => entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect(),
            Err(_) => Vec::new(),
        };
        files.retain(|path| path.extension().is_some_and(|e| e == "md") && path.file_stem().is_some_and(|s| s != "README"));
        files.sort();
        let _ = writeln!(rust, "/// {what}\nstatic {table}: &[(&str, &str)] = &[");
        for file in files {
            let (Some(id), Some(path)) = (file.file_stem().and_then(|s| s.to_str()), file.to_str()) else {
                return Err(format!("{}: the name is not UTF-8", file.display()));
            };
            let _ = writeln!(rust, "    ({id:?}, include_str!({path:?})),");
        }
        rust.push_str("];\n");
    }
    Ok(rust)
}
