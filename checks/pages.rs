//! The reference pages: one for each cause, one for each check, in Markdown. This is what `explain` prints.
//!
//! `causes/CODE.md` and `ID.md` beside this file are the pages; `build.rs` makes the tables.

/// The page of a cause.
#[must_use]
pub fn cause(code: &str) -> Option<&'static str> {
    page(CAUSES, code)
}

/// The page of a check.
#[must_use]
pub fn check(id: &str) -> Option<&'static str> {
    page(CHECKS, id)
}

/// Codes of all causes that have a page, sorted.
pub fn causes() -> impl Iterator<Item = &'static str> {
    CAUSES.iter().map(|(code, _)| *code)
}

/// Ids of all checks that have a page, sorted.
pub fn checks() -> impl Iterator<Item = &'static str> {
    CHECKS.iter().map(|(id, _)| *id)
}

/// The sentence below the heading of a page: what it is about, in one line.
#[must_use]
pub fn summary(page: &str) -> &str {
    page.lines().skip(1).map(str::trim).find(|line| !line.is_empty()).unwrap_or_default()
}

/// Ids of the facts that a page cites, in its order.
pub fn facts(page: &str) -> impl Iterator<Item = &str> {
    let after = page.split_once("\n## Facts\n").map_or("", |(_, rest)| rest);
    let section = after.split_once("\n## ").map_or(after, |(section, _)| section);
    section.lines().filter_map(|line| line.strip_prefix("- `")?.split('`').next())
}

fn page(table: &[(&'static str, &'static str)], id: &str) -> Option<&'static str> {
    table.iter().find(|(name, _)| *name == id).map(|(_, text)| *text)
}

include!(concat!(env!("OUT_DIR"), "/pages.rs"));
