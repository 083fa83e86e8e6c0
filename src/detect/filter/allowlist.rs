//! Applies gitleaks' allowlists to a candidate.

use crate::rules::{Allowlist, Condition, RegexTarget};

use super::super::matcher::{Candidate, Text};

/// Whether `list` says that `candidate` is no secret. A work tree has no
/// commits, so a check for commits never holds there.
pub(super) fn clears(list: &Allowlist, candidate: &Candidate, text: &Text<'_>) -> bool {
    let checks = [
        (!list.commits.is_empty()).then_some(false),
        list.paths.as_ref().map(|paths| text.path.is_some_and(|path| paths.is_match(path))),
        list.regexes.as_ref().map(|regexes| regexes.is_match(target(list.regex_target, candidate, text))),
        (!list.stopwords.is_empty())
            .then(|| holds_word(&list.stopwords, &text.bytes[candidate.secret.clone()])),
    ];
    let mut given = checks.into_iter().flatten();
    match list.condition {
        Condition::Or => given.any(|holds| holds),
        Condition::And => given.all(|holds| holds),
    }
}

fn target<'t>(target: RegexTarget, candidate: &Candidate, text: &Text<'t>) -> &'t [u8] {
    match target {
        RegexTarget::Secret => &text.bytes[candidate.secret.clone()],
        RegexTarget::Match => &text.bytes[candidate.whole.clone()],
        RegexTarget::Line => {
            let start = memchr::memrchr(b'\n', &text.bytes[..candidate.whole.start]).map_or(0, |at| at + 1);
            let end = memchr::memchr(b'\n', &text.bytes[candidate.whole.end..])
                .map_or(text.bytes.len(), |at| candidate.whole.end + at);
            &text.bytes[start..end]
        }
    }
}

fn holds_word(words: &[String], secret: &[u8]) -> bool {
    let folded = secret.to_ascii_lowercase();
    words.iter().any(|word| memchr::memmem::find(&folded, word.as_bytes()).is_some())
}
