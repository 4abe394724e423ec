//! The `Date` header (RFC 9110, section 5.6.7) as seconds since 1970.

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
