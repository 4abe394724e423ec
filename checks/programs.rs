//! Programs that talk to Bitbucket Cloud, as data: `data/programs.toml`, whose head describes its form.

/// The whole file; bbdoctor reads it where a recipe is asked for.
pub const TEXT: &str = include_str!("data/programs.toml");
