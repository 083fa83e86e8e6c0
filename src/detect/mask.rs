//! Masks what must not be shown: known secrets, anything that looks like a
//! token, and values that their names or places call secret.
//!
//! It errs on the side of masking: a report is pasted into tickets and logs.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

/// What stands for the hidden part of a secret.
pub(super) const MASK: &str = "****";

/// Runs of token characters at least this long, with a letter and a digit, are masked.
const SUSPICIOUS: usize = 16;

/// Values called secret: behind a name, in a URL, in a header, or behind the
/// prefix of a key that was cut short.
static CALLED_SECRET: LazyLock<Regex> = LazyLock::new(|| {
    let expression = concat!(
        r#"(?i-u)(?:passw(?:or)?d|pwd|secret|token)[a-z0-9_-]*["']?\s*[:=]\s*["']?([^\s"',;]{3,})"#,
        r#"|://[^/\s:@"']*:([^@\s/"']+)@"#,
        r#"|\b(?:basic|bearer)\s+([^\s"',;]+)"#,
        r"|(?:b10_[a-z0-9]{8}|sky_[a-z0-9]{12})\.([a-z0-9]+)",
    );
    Regex::new(expression).expect("the expression is sound")
});

/// The text of `shown` with everything that is, or could be, a secret masked.
///
/// `secrets` are in order and disjoint. Tokens are judged as far as they reach
/// in `side`, which holds `shown`.
pub(super) fn text(
    bytes: &[u8],
    side: Range<usize>,
    shown: Range<usize>,
    secrets: &[Range<usize>],
) -> String {
    let called = CALLED_SECRET.captures_iter(&bytes[shown.clone()]).filter_map(|found| {
        let value = found.iter().skip(1).flatten().next()?;
        Some(shown.start + value.start()..shown.start + value.end())
    });
    let first = secrets.partition_point(|secret| secret.end <= shown.start);
    let near = secrets[first..].iter().take_while(|secret| secret.start < shown.end).cloned();
    let hidden = disjoint(near.chain(called).collect());

    let mut text = String::new();
    let mut at = shown.start;
    for secret in hidden {
        push(&mut text, bytes, &side, at..secret.start.max(at));
        text.push_str(MASK);
        at = secret.end.min(shown.end);
    }
    push(&mut text, bytes, &side, at..shown.end);
    text
}

/// Ranges in order, those that touch or overlap joined.
pub(super) fn disjoint(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

/// Where the token that goes on at the start of `range` ends in it, padding included.
pub(super) fn token_end(bytes: &[u8], range: Range<usize>) -> usize {
    let goes_on = |byte: &&u8| is_token(**byte) || matches!(**byte, b'/' | b'=');
    range.start + bytes[range].iter().take_while(goes_on).count()
}

/// Where the token that goes on behind `range` begins in it.
pub(super) fn token_start(bytes: &[u8], range: Range<usize>) -> usize {
    range.end - bytes[range].iter().rev().take_while(|&&byte| is_token(byte)).count()
}

/// Adds the text of `range` with whole tokens masked.
fn push(text: &mut String, bytes: &[u8], side: &Range<usize>, range: Range<usize>) {
    let mut at = range.start;
    while at < range.end {
        let start = at;
        let is_inside = is_token(bytes[start]);
        at += bytes[start..range.end].iter().take_while(|&&byte| is_token(byte) == is_inside).count();
        let before =
            bytes[side.start..start].iter().rev().take(SUSPICIOUS).take_while(|&&byte| is_token(byte));
        let behind = bytes[at..side.end].iter().take(SUSPICIOUS).take_while(|&&byte| is_token(byte));
        if is_inside && is_suspicious(&bytes[start - before.count()..at + behind.count()]) {
            text.push_str(MASK);
        } else {
            text.push_str(&String::from_utf8_lossy(&bytes[start..at]));
        }
    }
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'_')
}

fn is_suspicious(token: &[u8]) -> bool {
    token.len() >= SUSPICIOUS
        && token.iter().any(u8::is_ascii_digit)
        && token.iter().any(u8::is_ascii_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, secrets: &[Range<usize>], expect: &str) {
        let all = 0..line.len();
        assert_eq!(text(line.as_bytes(), all.clone(), all, secrets), expect, "{line}");
    }

    #[test]
    fn what_could_be_a_secret_is_hidden() {
        check("KEY= # note 12", &[], "KEY= # note 12");
        check("AWS=AKIA1234567890ABCDEF KEY=", &[], "AWS=**** KEY=");
        check("a/very/long/path/to/v1/", &[], "a/very/long/path/to/v1/");
        check("p=ab!c KEY=", std::slice::from_ref(&(2..6)), "p=**** KEY=");
        check("password=hunter2! x", &[], "password=**** x");
        check("DB_PASSWORD: 'Tr0ub4dor&3'", &[], "DB_PASSWORD: '****'");
        check("postgres://admin:s3cretpw@host/db", &[], "postgres://admin:****@host/db");
        check("Authorization: Basic dXNlcg==", &[], "Authorization: Basic ****");
        check("cut short: b10_abcd1234.Xy7", &[], "cut short: b10_abcd1234.****");
        check("secrets:", &[], "secrets:");
    }

    #[test]
    fn a_token_cut_by_the_edge_is_still_one() {
        let bytes = b"AKIA1234567890ABCDEF x";
        assert_eq!(text(bytes, 0..22, 17..22, &[]), "**** x");
    }

    #[test]
    fn ranges_are_joined() {
        assert_eq!(disjoint(vec![5..7, 1..3, 2..4, 7..8]), [1..4, 5..8]);
    }
}
