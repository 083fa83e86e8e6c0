//! Decides which candidates to believe, and how much.
//!
//! Each submodule is one reason not to believe; [`judge`] asks them in order of cost.

mod allowlist;
pub(super) mod block;
pub(super) mod bounds;
pub(super) mod context;
mod neighbours;
mod placeholder;
pub(super) mod randomness;

use crate::rules::{Neighbours, Rule, RuleSet};

use super::matcher::{Candidate, Text};
use context::Surroundings;
pub(super) use context::Verdict;
pub(super) use placeholder::is_placeholder;

/// What `candidate` is worth, or `None` if it is no secret after all.
pub(super) fn judge(
    rules: &RuleSet,
    candidate: &Candidate,
    text: &Text<'_>,
    surroundings: &mut Surroundings<'_, '_>,
) -> Option<Verdict> {
    if survives(rules, candidate, text) { surroundings.weigh(candidate) } else { None }
}

/// Whether nothing speaks against `candidate`, whatever its surroundings are worth.
pub(super) fn survives(rules: &RuleSet, candidate: &Candidate, text: &Text<'_>) -> bool {
    let neighbours = rules.rules[candidate.rule].traits.neighbours;
    let (bytes, secret) = (text.bytes, &candidate.secret);
    (neighbours::fit(neighbours, bytes, secret)
        || bounds::are_told(bytes, secret)
        || (can_touch(neighbours) && bounds::is_binary(bytes, secret)))
        && is_believable(rules, candidate, text)
}

/// As [`survives`], where `text` is a part of a longer one, which may be binary.
pub(super) fn survives_in_part(rules: &RuleSet, candidate: &Candidate, text: &Text<'_>) -> bool {
    let can_touch = can_touch(rules.rules[candidate.rule].traits.neighbours);
    survives(rules, candidate, text) || (can_touch && is_believable(rules, candidate, text))
}

/// Whether the secrets are known for what they are in binary content, where the text
/// of the next field may touch them: tokens with a prefix are, bare ones are not.
fn can_touch(neighbours: Neighbours) -> bool {
    neighbours == Neighbours::Token
}

/// Whether nothing speaks against `candidate` but, perhaps, what stands beside it.
fn is_believable(rules: &RuleSet, candidate: &Candidate, text: &Text<'_>) -> bool {
    let rule = &rules.rules[candidate.rule];
    let secret = &text.bytes[candidate.secret.clone()];
    could_be_secret(rules, candidate, text)
        && has_entropy(rule, secret)
        && rule
            .traits
            .under
            .as_ref()
            .is_none_or(|key| block::stands_under(text.bytes, candidate.secret.start, key))
        && !rules
            .allowlists
            .iter()
            .chain(&rule.allowlists)
            .any(|list| allowlist::clears(list, candidate, text))
}

/// Whether the bytes of `candidate` alone could be a secret, whatever stands around them.
pub(super) fn could_be_secret(rules: &RuleSet, candidate: &Candidate, text: &Text<'_>) -> bool {
    let rule = &rules.rules[candidate.rule];
    let secret = &text.bytes[candidate.secret.clone()];
    is_random_enough(rule, secret) && !(rule.traits.placeholders && is_placeholder(secret))
}

/// Holds the part of the secret behind its last dot to the rule's least randomness.
/// Hexadecimal digits alone are a digest, whatever they score.
fn is_random_enough(rule: &Rule, secret: &[u8]) -> bool {
    let Some(least) = rule.traits.min_randomness else { return true };
    let tail = secret.rsplit(|&byte| byte == b'.').next().unwrap_or(secret);
    !tail.iter().all(u8::is_ascii_hexdigit)
        && tail.iter().any(u8::is_ascii_lowercase)
        && tail.iter().any(u8::is_ascii_uppercase)
        && randomness::randomness(tail) >= least
}

fn has_entropy(rule: &Rule, secret: &[u8]) -> bool {
    rule.entropy.is_none_or(|least| entropy(secret) > least)
}

/// Shannon entropy in bits per byte.
fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for &byte in bytes {
        counts[usize::from(byte)] += 1;
    }
    #[expect(clippy::cast_precision_loss, reason = "a secret is shorter than 2^52 bytes")]
    let length = bytes.len() as f64;
    let bits = |&count: &u32| {
        let share = f64::from(count) / length;
        -share * share.log2()
    };
    counts.iter().filter(|&&count| count > 0).map(bits).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_entropy(text: &str, expect: f64) {
        assert!((entropy(text.as_bytes()) - expect).abs() < 1e-9, "{text}");
    }

    #[test]
    fn entropy_is_in_bits_per_byte() {
        check_entropy("", 0.0);
        check_entropy("aaaa", 0.0);
        check_entropy("abab", 1.0);
        check_entropy("abcdefgh", 3.0);
    }
}
