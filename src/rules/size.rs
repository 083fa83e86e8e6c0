//! Sizes as people write them: `10MiB`, `500 kB`, `4096`. Only whole numbers.

/// Why a text is not a size; says what is accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SizeError {
    /// Not a whole number followed by a unit that we know.
    #[error(
        "a size is a whole number of bytes with an optional unit: B, kB, MB, GB, KiB, MiB or GiB, as in \"10MiB\""
    )]
    Malformed,
    /// More bytes than 64 bits count.
    #[error("a size must be below 16777216 TiB")]
    TooLarge,
}

/// Reads a size in bytes. A unit may have any case, and a space before it.
///
/// # Errors
/// See [`SizeError`].
pub fn parse_size(text: &str) -> Result<u64, SizeError> {
    let text = text.trim();
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(split);
    let factor = match unit.trim_start().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return Err(SizeError::Malformed),
    };
    if digits.is_empty() {
        return Err(SizeError::Malformed);
    }
    // Digits alone fail to parse only where there are too many of them.
    let number: u64 = digits.parse().map_err(|_| SizeError::TooLarge)?;
    number.checked_mul(factor).ok_or(SizeError::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        let check =
            |text: &str, expect: Result<u64, SizeError>| assert_eq!(parse_size(text), expect, "{text:?}");
        check("0", Ok(0));
        check("4096", Ok(4096));
        check("4096B", Ok(4096));
        check("1kB", Ok(1_000));
        check("1KB", Ok(1_000));
        check("2MB", Ok(2_000_000));
        check("3GB", Ok(3_000_000_000));
        check("1KiB", Ok(1_024));
        check("10MiB", Ok(10 << 20));
        check(" 10 mib ", Ok(10 << 20));
        check("2GiB", Ok(2 << 30));
        check("", Err(SizeError::Malformed));
        check("MiB", Err(SizeError::Malformed));
        check("1.5MiB", Err(SizeError::Malformed));
        check("-1", Err(SizeError::Malformed));
        check("10M", Err(SizeError::Malformed));
        check("10 MiB of text", Err(SizeError::Malformed));
        check("99999999999999999999", Err(SizeError::TooLarge));
        check("99999999999999GiB", Err(SizeError::TooLarge));
    }
}
