//! Spans of time as people write them: `60s`, `5m`, `1h`. Only whole numbers.

use std::time::Duration;

/// Why a text is not a span of time; says what is accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpanError {
    /// Not a whole number followed by a unit that we know.
    #[error("a time is a whole number with a unit: s, m or h, as in \"60s\"")]
    Malformed,
    /// More than a year, which nobody means.
    #[error("a time must be at most a year")]
    TooLong,
}

/// Seconds of a year.
const YEAR: u64 = 366 * 24 * 3600;

/// Reads a span of time. A space may stand before the unit.
///
/// # Errors
/// See [`SpanError`].
pub fn parse_span(text: &str) -> Result<Duration, SpanError> {
    let text = text.trim();
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(split);
    let factor = match unit.trim_start() {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err(SpanError::Malformed),
    };
    if digits.is_empty() {
        return Err(SpanError::Malformed);
    }
    // Digits alone fail to parse only where there are too many of them.
    let number: u64 = digits.parse().map_err(|_| SpanError::TooLong)?;
    let seconds = number.checked_mul(factor).filter(|seconds| *seconds <= YEAR).ok_or(SpanError::TooLong)?;
    Ok(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Result<u64, SpanError>) {
        assert_eq!(parse_span(text), expect.map(Duration::from_secs), "{text:?}");
    }

    #[test]
    fn spans() {
        check("0s", Ok(0));
        check("60s", Ok(60));
        check(" 5 m ", Ok(300));
        check("2h", Ok(7200));
        check("", Err(SpanError::Malformed));
        check("60", Err(SpanError::Malformed));
        check("s", Err(SpanError::Malformed));
        check("-1s", Err(SpanError::Malformed));
        check("1.5m", Err(SpanError::Malformed));
        check("60 s of it", Err(SpanError::Malformed));
        check("9000h", Err(SpanError::TooLong));
        check("99999999999999999999s", Err(SpanError::TooLong));
    }
}
