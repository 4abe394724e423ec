//! Moments as seconds since 1970: the `Date` header (RFC 9110, section 5.6.7), RFC 3339, and the time between two in words.

use alloc::format;
use alloc::string::String;

/// Reads an IMF-fixdate: `Sun, 06 Nov 1994 08:49:37 GMT`.
#[must_use]
pub fn parse(date: &str) -> Option<i64> {
    let mut parts = date.split_once(", ")?.1.split(' ');
    let day: i64 = parts.next()?.parse().ok()?;
    let month = parts.next()?;
    let year: i64 = parts.next()?.parse().ok()?;
    let mut time = parts.next()?.split(':');
    let (h, m, s): (i64, i64, i64) = (time.next()?.parse().ok()?, time.next()?.parse().ok()?, time.next()?.parse().ok()?);
    let month =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"].iter().position(|n| *n == month)?;
    let fits = (1970..10_000).contains(&year) && (1..=31).contains(&day) && h < 24 && m < 60 && s <= 60;
    let iso = fits.then(|| alloc::format!("{year:04}-{:02}-{day:02}", month + 1))?;
    Some(crate::facts::days_since_1970(&iso)? * 86_400 + h * 3600 + m * 60 + s)
}

/// Reads a moment as this program writes it: `2026-11-23T12:00:00Z`.
#[must_use]
pub fn parse_rfc3339(moment: &str) -> Option<i64> {
    let (day, time) = moment.strip_suffix('Z')?.split_once('T')?;
    let mut parts = time.splitn(3, ':').map(|part| part.get(..2)?.parse::<i64>().ok());
    let (h, m, s) = (parts.next()??, parts.next()??, parts.next()??);
    let fits = (0..24).contains(&h) && (0..60).contains(&m) && (0..=60).contains(&s);
    fits.then(|| crate::facts::days_since_1970(day))?.map(|days| days * 86_400 + h * 3600 + m * 60 + s)
}

/// The day of a moment: `2026-11-23`.
#[must_use]
pub fn day(seconds: i64) -> String {
    // Howard Hinnant's civil_from_days; the year begins in March, so that the leap day is its last.
    let days = seconds.div_euclid(86_400).saturating_add(719_468);
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let (day, month) = (day_of_year - (153 * shifted + 2) / 5 + 1, if shifted < 10 { shifted + 3 } else { shifted - 9 });
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// A length of time in words, by the unit that fits: `7 minutes`, `5 hours`, `3 days`, `4 years`.
#[must_use]
pub fn span(seconds: i64) -> String {
    let seconds = seconds.saturating_abs();
    let (count, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7_200 => (seconds / 60, "minute"),
        7_200..172_800 => (seconds / 3_600, "hour"),
        172_800..63_072_000 => (seconds / 86_400, "day"),
        _ => (seconds / 31_557_600, "year"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_days_agree() {
        for (moment, date) in [
            ("1970-01-01T00:00:00Z", "1970-01-01"),
            ("2000-02-29T23:59:59Z", "2000-02-29"),
            ("2026-11-23T12:00:00.5Z", "2026-11-23"),
            ("2100-03-01T00:00:00Z", "2100-03-01"),
        ] {
            assert_eq!(parse_rfc3339(moment).map(day).as_deref(), Some(date), "{moment}");
        }
        for wrong in ["", "2026-11-23", "2026-11-23T25:00:00Z", "2026-11-23T12:0é:00Z", "x"] {
            assert_eq!(parse_rfc3339(wrong), None, "{wrong}");
        }
        assert!(day(i64::MIN).len() + day(i64::MAX).len() > 20);
    }

    #[test]
    fn lengths_of_time() {
        for (seconds, words) in [
            (1, "1 second"),
            (-400, "6 minutes"),
            (7_200, "2 hours"),
            (86_400, "24 hours"),
            (259_200, "3 days"),
            (i64::MIN, "292271023045 years"),
        ] {
            assert_eq!(span(seconds), words);
        }
    }
}
