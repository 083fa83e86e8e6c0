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

/// Bytes of a line on either side of what is shown of it that are looked at:
/// where the name of a value or the end of a token is cut off, they tell.
const CONTEXT: usize = 512;

/// Values called secret: behind a name, in a URL, in a header, as an argument, or
/// behind the prefix of a key that was cut short.
static CALLED_SECRET: LazyLock<Regex> = LazyLock::new(|| {
    let expression = concat!(
        r#"(?i-u)(?:passw(?:or)?d|pwd|secret|token|(?:account|access|shared)[_-]?key)[a-z0-9_-]*"#,
        r#"\\{0,3}["']?\s*[:=]\s*\\{0,3}(?:"([^"\r\n]{3,})|'([^'\r\n]{3,})|([^\s"',;]{3,}))"#,
        r#"|://[^/\s:@"']*:([^@\s/"']+)@"#,
        r#"|\b(?:basic|bearer)\s+([^\s"',;]+)"#,
        r#"|(?:^|\s)(?:-u|--user)[\s=]*["']?[^\s:"']*:([^\s"']+)"#,
        r"|\b(?:gh[a-z]_|github_pat_|glpat-)([a-z0-9_-]+)",
        r"|(?:b10_[a-z0-9]{8}|sky_[a-z0-9]{12})\.([a-z0-9]+)",
    );
    Regex::new(expression).expect("the expression is sound")
});

/// All of `bytes` with everything that is, or could be, a secret masked.
///
/// `secrets` are in order and disjoint.
pub(super) fn text(bytes: &[u8], secrets: &[Range<usize>]) -> String {
    let all = 0..bytes.len();
    let mut hidden = secrets.to_vec();
    called(bytes, all.clone(), &mut hidden);
    render(bytes, &all, all.clone(), &disjoint(hidden))
}

/// What stands in `shown`, a part of a line, before and behind `span`, with everything
/// masked that is, or could be, a secret, also where `shown` has only a part of it.
///
/// `secrets` are in order and disjoint.
pub(super) fn around(
    bytes: &[u8],
    span: &Range<usize>,
    shown: &Range<usize>,
    secrets: &[Range<usize>],
) -> (String, String) {
    let line = context(bytes, shown);
    let mut hidden = Vec::new();
    if called(bytes, line.clone(), &mut hidden).any_across(span) {
        // What the span is a part of says nothing of what else stands beside it.
        called(bytes, line.start..span.start, &mut hidden);
        called(bytes, span.end..line.end, &mut hidden);
        hidden.retain(|value| value.end <= span.start || value.start >= span.end);
    }
    let first = secrets.partition_point(|secret| secret.end <= shown.start);
    hidden.extend(secrets[first..].iter().take_while(|secret| secret.start < shown.end).cloned());
    hidden.extend(cut_runs(bytes, &line, span, shown));
    let hidden = disjoint(hidden);
    let before = render(bytes, &(line.start..span.start), shown.start..span.start, &hidden);
    (before, render(bytes, &(span.end..line.end), span.end..shown.end, &hidden))
}

/// The line of `shown` as far as it is looked at.
fn context(bytes: &[u8], shown: &Range<usize>) -> Range<usize> {
    let floor = shown.start.saturating_sub(CONTEXT);
    let ceiling = bytes.len().min(shown.end + CONTEXT);
    let start = memchr::memrchr(b'\n', &bytes[floor..shown.start]).map_or(floor, |at| floor + at + 1);
    let end = memchr::memchr(b'\n', &bytes[shown.end..ceiling]).map_or(ceiling, |at| shown.end + at);
    start..end
}

/// The runs at the ends of `shown` that go on farther than is looked at: nothing
/// tells whether they are values that are called secret.
fn cut_runs<'b>(
    bytes: &'b [u8],
    line: &Range<usize>,
    span: &Range<usize>,
    shown: &Range<usize>,
) -> impl Iterator<Item = Range<usize>> + use<'b> {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'');
    let is_cut_before = line.start > 0 && bytes[line.start - 1] != b'\n';
    let is_cut_behind = bytes.get(line.end).is_some_and(|&byte| byte != b'\n');
    let before = (is_cut_before && !bytes[line.start..shown.start].iter().any(ends)).then(|| {
        let run = bytes[shown.start..span.start].iter().take_while(|byte| !ends(byte)).count();
        shown.start..shown.start + run
    });
    let behind = (is_cut_behind && !bytes[shown.end..line.end].iter().any(ends)).then(|| {
        let run = bytes[span.end..shown.end].iter().rev().take_while(|byte| !ends(byte)).count();
        shown.end - run..shown.end
    });
    before.into_iter().chain(behind).filter(|run| !run.is_empty())
}

/// Adds the values in `bytes` that are called secret, and what could be a token, to `hidden`.
pub(super) fn called_secret(bytes: &[u8], hidden: &mut Vec<Range<usize>>) {
    called(bytes, 0..bytes.len(), hidden);
}

/// What the search for values that are called secret came across.
struct Matches(Vec<Range<usize>>);

impl Matches {
    /// Whether a match, its name included, shares a place with `span`.
    fn any_across(&self, span: &Range<usize>) -> bool {
        self.0.iter().any(|found| found.start < span.end && span.start < found.end)
    }
}

/// Adds the values in `part` that are called secret to `hidden`.
fn called(bytes: &[u8], part: Range<usize>, hidden: &mut Vec<Range<usize>>) -> Matches {
    let shifted = |range: Range<usize>| part.start + range.start..part.start + range.end;
    let mut matches = Vec::new();
    for found in CALLED_SECRET.captures_iter(&bytes[part.clone()]) {
        matches.extend(found.get(0).map(|whole| shifted(whole.range())));
        hidden.extend(found.iter().skip(1).flatten().next().map(|value| shifted(value.range())));
    }
    Matches(matches)
}

/// The text of `shown` without what is in `hidden`, and without tokens, which are
/// judged as far as they reach in `side`.
fn render(bytes: &[u8], side: &Range<usize>, shown: Range<usize>, hidden: &[Range<usize>]) -> String {
    let mut text = String::new();
    let mut at = shown.start;
    let is_shown = |range: &&Range<usize>| range.end > shown.start && range.start < shown.end;
    for secret in hidden.iter().filter(is_shown) {
        push(&mut text, bytes, side, at..secret.start.max(at));
        text.push_str(MASK);
        at = secret.end.min(shown.end);
    }
    push(&mut text, bytes, side, at..shown.end);
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
        let before = bytes[side.start..start].iter().rev().take(CONTEXT).take_while(|&&byte| is_token(byte));
        let behind = bytes[at..side.end].iter().take(CONTEXT).take_while(|&&byte| is_token(byte));
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
        assert_eq!(text(line.as_bytes(), secrets), expect, "{line}");
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

    /// What is shown of `line` on either side of the `KEY` in it, for a window.
    fn sides(line: &str, before: usize, behind: usize) -> (String, String) {
        let start = line.find("KEY").expect("the line has a key");
        let span = start..start + 3;
        let shown = start.saturating_sub(before)..line.len().min(span.end + behind);
        around(line.as_bytes(), &span, &shown, &[])
    }

    #[test]
    fn a_token_cut_by_the_edge_is_still_one() {
        assert_eq!(sides("AKIA1234567890ABCDEF KEY", 4, 9), ("**** ".into(), String::new()));
    }

    /// No window shows three bytes of a secret, wherever its edge falls.
    #[test]
    fn a_window_never_cuts_into_what_is_masked() {
        for (head, secret, tail) in [
            ("password=", "hunqerzx", ""),
            ("Authorization: Bearer ", "qzxvwk.jyq", ""),
            ("AWS_SECRET_ACCESS_KEYS=", "wJqlrXUtnFEMI/KzMDENG/bPxRfiCY", ""),
            ("x ghp_", "qzxvwkjyqzxvwkjyqzxvwkjy", ""),
            ("x glpat-", "qzxvwkjyqzxvwkjy-qz", ""),
            ("redis://:", "qzxvwkjy", "@cache:6379/0"),
            ("postgres://u:", "pzsswqrdXY", "@h"),
            ("AccountKey=", "qzx/vwk+jyq/zxv==", ";"),
            ("{\"token\": \"", "qzxv, wkjy", "\"}"),
            (r#"{\"token\": \""#, "qzxvwkjy", r#"\"}"#),
            ("curl -u user:", "qzxvwkjy", " https://h"),
            ("curl --user=user:", "qzxvwkjy", " https://h"),
        ] {
            let form = [head, secret, tail].concat();
            for gap in [1, 7, 60] {
                let gap = ".".repeat(gap);
                for (line, is_before) in
                    [(format!("{form} {gap} KEY"), true), (format!("KEY {gap} {form} end"), false)]
                {
                    for window in 0..line.len() + 2 {
                        let (before, behind) = sides(&line, window, window);
                        let text = if is_before { before } else { behind };
                        let shows = secret
                            .as_bytes()
                            .windows(3)
                            .find(|part| text.as_bytes().windows(3).any(|shown| shown == *part));
                        assert!(shows.is_none(), "{window} of {line}: {text}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_goes_on_farther_than_is_looked_at_is_masked() {
        let long = "a.".repeat(CONTEXT);
        let (before, behind) = sides(&format!("password={long} x KEY {long}"), 20, 20);
        assert_eq!((&*before, &*behind), ("**** x ", " ****"));
        assert_eq!(sides("a line\nKEY=KEY\npassword=\n", 20, 1).1, "=");
    }

    #[test]
    fn a_value_on_both_sides_of_the_key_hides_it_only_once() {
        assert_eq!(sides("f(token=KEY) ok", 60, 40), ("f(token=".into(), ") ok".into()));
        assert_eq!(sides("postgres://KEY:hunqer@h", 60, 40), ("postgres://".into(), ":****@h".into()));
    }

    #[test]
    fn ranges_are_joined() {
        assert_eq!(disjoint(vec![5..7, 1..3, 2..4, 7..8]), [1..4, 5..8]);
    }
}
