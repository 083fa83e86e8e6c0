//! Tells a random key from an identifier by how surprising each is.
//!
//! Identifiers keep to a case for a while and spell words; random base62 does
//! neither. [`randomness`] adds up, over neighbouring characters, the logarithm
//! of how much likelier the pair is in random base62 than in an identifier.
//!
//! Measured on 2 million random secrets of 32 characters and 18,000 identifiers
//! of public code: random ones score 72 on average, one in 100,000 below 3, one in 10,000
//! below 8.7; the highest score of an identifier is 0.5.

mod costs;

use costs::{CLASS, LETTER};

/// The log-likelihood ratio, in nats, of random base62 over identifier text.
/// Bytes that are not letters or digits count as digits.
pub(crate) fn randomness(text: &[u8]) -> f64 {
    let tenths: i32 = text.windows(2).map(|pair| pair_score(pair[0], pair[1])).sum();
    f64::from(tenths) / 10.0
}

/// What one pair of neighbours adds, in tenths of a nat.
fn pair_score(first: u8, second: u8) -> i32 {
    let class = i32::from(CLASS[class(first)][class(second)]);
    if second.is_ascii_alphabetic() {
        class + i32::from(LETTER[letter(first)][letter(second)])
    } else {
        class
    }
}

fn class(byte: u8) -> usize {
    match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        _ => 2,
    }
}

/// The letter's place in the alphabet whatever its case, 26 for all else.
fn letter(byte: u8) -> usize {
    if byte.is_ascii_alphabetic() { usize::from(byte.to_ascii_lowercase() - b'a') } else { 26 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, random: bool) {
        let score = randomness(text.as_bytes());
        assert_eq!(score >= 4.0, random, "{text} scores {score}");
    }

    #[test]
    fn identifiers_are_not_random() {
        check("ProductCatalogImportCreateParams", false);
        check("GoogleCloudAiplatformV1beta1Port", false);
        check("ERRORNAMEStatesDataLimitExceeded", false);
        check("processorspretokenizersassertion", false);
        check("DISPCLKDPPCLKDSCCLKDownSpreading", false);
    }

    #[test]
    fn noise_is_random() {
        check("q7ZkR0vXw3JbT9mLc5HdY1sNf8GpQ2aE", true);
        check("HqTzKvWxRjBnPdLcYgFmSkVwXzQpNbTr", true);
    }

    #[test]
    fn one_character_says_nothing() {
        assert!(randomness(b"").abs() < f64::EPSILON);
        assert!(randomness(b"a").abs() < f64::EPSILON);
    }
}
