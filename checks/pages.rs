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

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    const CAUSE: &[&str] = &["What it is", "How bbdoctor knows", "Before", "After", "Facts", "See also"];
    const CHECK: &[&str] = &["What it asks", "What it reads", "What it cannot tell", "Facts"];

    fn read(id: &str, page: &str, wanted: &[&str]) {
        assert_eq!(page.lines().next().and_then(|line| line.strip_prefix("# ")), Some(id));
        let headings: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(headings, wanted, "{id}");
        assert!(summary(page).len() > 20 && !summary(page).starts_with('#'), "{id} has no summary");
        for section in page.split("\n## ").skip(1) {
            assert!(section.lines().skip(1).any(|line| !line.trim().is_empty()), "{id}: an empty section");
        }
        for line in page.lines() {
            assert!(line.chars().count() <= 80, "{id}: longer than 80 columns: {line}");
        }
        for fact in facts(page) {
            assert!(crate::facts::get(fact).is_some(), "{id} cites `{fact}`, which is no fact");
        }
        assert!(
            facts(page).next().is_some() || page.contains("\n## Facts\n\nNone: "),
            "{id} cites nothing, and does not say why"
        );
    }

    #[test]
    fn pages_of_causes_are_whole() {
        assert_eq!(causes().count(), 57);
        for code in causes() {
            let page = cause(code).expect("the table lists it");
            read(code, page, CAUSE);
            let (_, also) = page.split_once("\n## See also\n").expect("the heading was seen");
            for other in also.lines().filter_map(|line| line.strip_prefix("- `")?.strip_suffix('`')) {
                assert!(cause(other).is_some() && other != code, "{code} points to `{other}`");
            }
        }
    }

    #[test]
    fn pages_of_checks_are_whole() {
        assert_eq!(checks().count(), 15);
        for id in checks() {
            read(id, check(id).expect("the table lists it"), CHECK);
        }
        assert_eq!(check("no-such-check"), None);
    }

    #[test]
    fn no_page_holds_a_secret() {
        for (id, page) in CAUSES.iter().chain(CHECKS) {
            for prefix in ["ATATT3", "ATCTT3", "ATBB", "BBDC-"] {
                for rest in page.split(prefix).skip(1) {
                    let length = rest.chars().take_while(char::is_ascii_alphanumeric).count();
                    assert!(length <= 6, "{id} holds something like a token");
                }
            }
        }
    }
}
