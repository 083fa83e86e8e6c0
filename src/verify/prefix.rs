//! Which prefix of the API is which key: one rule for all that is compared.
//!
//! Whether the API counts `b10_` into the prefix of a key is not promised, so that a key
//! is recognised both ways. A key of the old shape is never taken for a new one.

use crate::baseten::ApiKey;

/// Whether `listed`, a prefix as the API writes it, is that of the key named `prefix`.
pub fn names(listed: &str, prefix: &str) -> bool {
    listed == prefix || prefix.strip_prefix("b10_") == Some(listed)
}

/// Whether two names may be of one key, whichever of them has the word before it.
pub fn may_be_same(one: &str, other: &str) -> bool {
    names(one, other) || names(other, one)
}

/// The row of the inventory that is the key named `prefix`; one that is written as the
/// name is comes before one that is not.
pub fn row<'k>(keys: &'k [ApiKey], prefix: &str) -> Option<&'k ApiKey> {
    let exact = keys.iter().find(|key| key.prefix == prefix);
    exact.or_else(|| keys.iter().find(|key| names(&key.prefix, prefix)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_before_a_prefix_may_be_left_out_by_the_api_alone() {
        for (listed, prefix, expect) in [
            ("b10_abcd1234", "b10_abcd1234", true),
            ("abcd1234", "b10_abcd1234", true),
            ("b10_abcd1234", "abcd1234", false),
            ("abcd1234", "abcd1234", true),
            ("abcd1235", "b10_abcd1234", false),
            ("abcd1234", "sky_abcd1234", false),
        ] {
            assert_eq!(names(listed, prefix), expect, "{listed} {prefix}");
        }
        assert!(may_be_same("b10_abcd1234", "abcd1234"));
    }
}
