//! The facts that everything else cites: what is known about Bitbucket Cloud, how well, from where and since when.
//!
//! The table stands in `data/facts.toml`; `build.rs` turns it into a static one.

/// How well a fact is founded, the worst first. A verdict that rests on less than [`Grade::Many`] is never certain, unless the
/// same run measured it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Grade {
    /// Sources disagree; [`Fact::sides`] has both.
    Contradictory,
    /// Nobody said it; it follows, or is likely.
    Guess,
    /// A single report.
    One,
    /// Several independent users or projects.
    Many,
    /// An Atlassian employee in a thread or tracker.
    Staff,
    /// Atlassian's documentation or announcement, or a standard.
    Doc,
}

impl Grade {
    /// The word of `data/facts.toml`, for people.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Contradictory => "contradictory",
            Self::Guess => "guess",
            Self::One => "one report",
            Self::Many => "many reports",
            Self::Staff => "Atlassian staff",
            Self::Doc => "documented",
        }
    }
}

/// One statement with its source, grade and date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its id.
    pub id: &'static str,
    /// The statement, one or two sentences.
    pub text: &'static str,
    /// How well it is founded.
    pub grade: Grade,
    /// Who says so.
    pub sources: &'static [&'static str],
    /// For contradictory facts and switches: what the sources say, two or more; else empty.
    pub sides: &'static [&'static str],
    /// Whether it is a switch: a behaviour of which any side may be the truth.
    pub switch: bool,
    /// The day on which the sources were last read, as `2026-11-23`.
    pub confirmed: &'static str,
}

impl Fact {
    /// Whole days between the day of [`Fact::confirmed`] and `now`, in seconds since 1970; 0 where `now` is earlier.
    #[must_use]
    pub fn age_in_days(&self, now: i64) -> i64 {
        days_since_1970(self.confirmed).map_or(0, |day| (now.div_euclid(86_400) - day).max(0))
    }
}

/// The fact with this id.
#[must_use]
pub fn get(id: &str) -> Option<&'static Fact> {
    FACTS.iter().find(|fact| fact.id == id)
}

/// All facts, in the order of the file.
#[must_use]
pub fn all() -> &'static [Fact] {
    FACTS
}

/// The newest and the oldest day among these facts; `None` where no id is known.
#[must_use]
pub fn newest_and_oldest(ids: &[&str]) -> Option<(&'static str, &'static str)> {
    let days = || ids.iter().filter_map(|id| get(id)).map(|fact| fact.confirmed);
    Some((days().max()?, days().min()?))
}

/// The weakest grade among these facts; an id that is not known counts as a guess.
#[must_use]
pub fn weakest(ids: &[&str]) -> Option<Grade> {
    ids.iter().map(|id| get(id).map_or(Grade::Guess, |fact| fact.grade)).min()
}

/// Days from 1970-01-01 to a date of the form `2026-11-23`, in the Gregorian calendar.
#[must_use]
pub fn days_since_1970(date: &str) -> Option<i64> {
    let mut parts = date.split('-');
    let (year, month, day) = (number(parts.next()?, 4)?, number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    if parts.next().is_some() || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // The year begins in March here, so the leap day is its last (Howard Hinnant's days_from_civil).
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    Some(era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468)
}

fn number(text: &str, digits: usize) -> Option<i64> {
    (text.len() == digits && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

include!(concat!(env!("OUT_DIR"), "/facts.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grades_are_ordered() {
        assert!(Grade::Contradictory < Grade::Guess && Grade::Guess < Grade::One && Grade::One < Grade::Many);
        assert!(Grade::Many < Grade::Staff && Grade::Staff < Grade::Doc);
    }

    #[test]
    fn ids_are_unique_and_found() {
        for (at, fact) in all().iter().enumerate() {
            assert_eq!(get(fact.id), Some(fact));
            assert!(!all()[..at].iter().any(|other| other.id == fact.id), "{} twice", fact.id);
        }
        assert_eq!(get("no-such-fact"), None);
    }

    #[test]
    fn contradictory_facts_and_switches_have_sides() {
        for fact in all() {
            assert_eq!(fact.sides.len() >= 2, fact.grade == Grade::Contradictory || fact.switch, "{}", fact.id);
        }
        assert_eq!(all().iter().filter(|fact| fact.switch).count(), 11);
    }

    #[test]
    fn days_are_counted() {
        assert_eq!(days_since_1970("1970-01-01"), Some(0));
        assert_eq!(days_since_1970("2000-02-29"), Some(11_016));
        assert_eq!(days_since_1970("2000-03-01"), Some(11_017));
        assert_eq!(days_since_1970("2026-11-23"), Some(20_780));
        assert_eq!(days_since_1970("2026-13-01"), None);
        assert_eq!(days_since_1970("26-1-1"), None);
        assert_eq!(days_since_1970("2026-11-23-1"), None);
    }

    #[test]
    fn a_fact_ages() {
        let fact = get("rest-api-token").expect("it stands in the file");
        let day = 20_780 * 86_400;
        assert_eq!(fact.age_in_days(day), 0);
        assert_eq!(fact.age_in_days(day + 86_399), 0);
        assert_eq!(fact.age_in_days(day + 3 * 86_400), 3);
        assert_eq!(fact.age_in_days(0), 0);
        assert_eq!(fact.age_in_days(i64::MIN), 0);
    }

    #[test]
    fn the_weakest_counts() {
        assert_eq!(weakest(&["rest-api-token", "401-token"]), Some(Grade::Many));
        assert_eq!(weakest(&["rest-api-token", "unheard-of"]), Some(Grade::Guess));
        assert_eq!(weakest(&[]), None);
        assert_eq!(newest_and_oldest(&["rest-api-token"]), Some(("2026-11-23", "2026-11-23")));
    }
}
