//! Dates as people type them.

use time::format_description::well_known::Iso8601;
use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime};

/// A date that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a date: give 2026-10-01, 2026-10-01T15:00:00Z, @1790000000, or a span back such as 36h, 30d or 8w"
)]
pub(crate) struct DateError;

/// Seconds since 1970 in UTC of a day (its first moment), a moment, `@` and such
/// seconds, or a span before `now`. What names no zone is in UTC.
///
/// # Errors
/// When it is none of these.
pub(crate) fn since(text: &str, now: OffsetDateTime) -> Result<i64, DateError> {
    if let Some(seconds) = text.strip_prefix('@') {
        return seconds.parse().map_err(|_| DateError);
    }
    if let Some(span) = span(text) {
        return now.checked_sub(span).map(OffsetDateTime::unix_timestamp).ok_or(DateError);
    }
    let moment = OffsetDateTime::parse(text, &Iso8601::PARSING)
        .or_else(|_| PrimitiveDateTime::parse(text, &Iso8601::PARSING).map(PrimitiveDateTime::assume_utc))
        .or_else(|_| Date::parse(text, &Iso8601::PARSING).map(|day| day.midnight().assume_utc()));
    moment.map(OffsetDateTime::unix_timestamp).map_err(|_| DateError)
}

/// `36h`, `30d`, `8w`.
fn span(text: &str) -> Option<Duration> {
    let unit: fn(i64) -> Duration = match text.bytes().last()? {
        b'h' => Duration::hours,
        b'd' => Duration::days,
        b'w' => Duration::weeks,
        _ => return None,
    };
    let number = text[..text.len() - 1].parse::<u32>().ok()?;
    Some(unit(number.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<i64>) {
        let now = OffsetDateTime::from_unix_timestamp(1_790_000_000).expect("it is a moment");
        assert_eq!(since(text, now).ok(), expect, "{text}");
    }

    #[test]
    fn dates_are_read_and_refused() {
        check("2026-10-01", Some(1_790_812_800));
        check("2026-10-01T15:00:00Z", Some(1_790_866_800));
        check("2026-10-01T15:00:00+02:00", Some(1_790_859_600));
        check("2026-10-01T15:00:00", Some(1_790_866_800));
        check("2026-10-01T15:00", Some(1_790_866_800));
        check("@12", Some(12));
        check("36h", Some(1_790_000_000 - 36 * 3600));
        check("30d", Some(1_790_000_000 - 30 * 86_400));
        check("2w", Some(1_790_000_000 - 14 * 86_400));
        for text in ["", "yesterday", "2026-13-01", "-3d", "d", "30", "@", "4294967295w", "1\u{e9}"] {
            check(text, None);
        }
    }
}
