//! The right word nearest to a wrong one, for messages. Sets no policy on what is wrong.

/// Words longer than this, in bytes, are no slips of the finger.
const LONGEST: usize = 64;

/// The one of `known` that `word` is most likely a slip of, if any is near:
/// a third of its letters may be wrong, whatever their case.
pub fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    if word.len() > LONGEST {
        return None;
    }
    let best = known.iter().map(|k| (distance(word, k), *k)).min_by_key(|(far, _)| *far)?;
    (best.0 <= best.1.chars().count().div_ceil(3)).then_some(best.1)
}

/// Insertions, deletions, replacements and swaps of neighbours between two
/// words (optimal string alignment), whatever their case.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.to_lowercase().chars().collect();
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut row = vec![i + 1];
        for j in 0..b.len() {
            let replaced = above[j] + usize::from(a[i] != b[j]);
            let mut least = replaced.min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

/// ` (did you mean "…"?)`, or nothing where no known word is near.
pub(super) fn hint(word: &str, known: &[&str]) -> String {
    nearest(word, known).map_or(String::new(), |near| format!(" (did you mean \"{near}\"?)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        let check = |a: &str, b: &str, expect: usize| assert_eq!(distance(a, b), expect, "{a} {b}");
        check("", "", 0);
        check("", "abc", 3);
        check("abc", "", 3);
        check("regex", "RegEx", 0);
        check("reegx", "regex", 1);
        check("rexeg", "regex", 2);
        check("keyword", "keywords", 1);
        check("kitten", "sitting", 3);
    }

    #[test]
    fn nearest_words() {
        let known = ["confidence", "context", "rivals", "under"];
        let check = |word: &str, expect: Option<&str>| assert_eq!(nearest(word, &known), expect, "{word}");
        check("confidnece", Some("confidence"));
        check("Context", Some("context"));
        check("rival", Some("rivals"));
        check("entropy", None);
        check("", None);
        check(&"a".repeat(1000), None);
    }
}
