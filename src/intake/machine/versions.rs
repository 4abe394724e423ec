//! Versions of the programs that this case is about: `git`, and the one of the command. Whoever reads the report on another
//! machine asks for them first.
//!
//! A program is started with one word that makes it say its version and nothing else.

use super::{Around, Intake, git, is_git};
use crate::checks::{Effect, LocalSetting};
use crate::report::text;

/// Programs that are asked, each with the words that it tells its version for and does nothing else.
const ASKED: [(&str, &[&str]); 5] = [
    ("git", &["--version"]),
    ("curl", &["--disable", "--version"]),
    ("wget", &["--version"]),
    ("http", &["--version"]),
    ("xh", &["--version"]),
];
/// Characters of a version that are shown.
const LONGEST: usize = 60;

/// One setting for each program of this case that is here.
pub(in crate::intake) fn look(intake: &Intake, around: &Around) -> Vec<LocalSetting> {
    let tool = intake.case.request.as_ref().map(|request| request.tool.as_str());
    let wanted = |program: &str| tool == Some(program) || program == "git" && is_git(intake);
    let told = ASKED.iter().filter(|(program, _)| wanted(program)).filter_map(|(program, words)| {
        let said = git::run(program, words, "", around).ok()?;
        let version = text::cut(&text::clean(said.lines().next()?), LONGEST);
        let (name, origin) = ((*program).to_owned(), "version".to_owned());
        (!version.is_empty()).then_some(LocalSetting { name, value: version, origin, effect: Some(Effect::None) })
    });
    told.collect()
}
