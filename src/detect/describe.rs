//! Turns believed candidates into findings that can be shown: position, public
//! name, fingerprint, masked snippet.

use std::fmt::Write as _;
use std::ops::Range;

use sha2::{Digest, Sha256};

use crate::model::{
    Attribution, Blob, Finding, Fingerprint, Location, PathName, Place, Position, Reason, Secret, Snippet,
};
use crate::rules::{Rule, RuleSet};

use super::matcher::Believed;

/// Bytes of the line shown on each side of a secret, at most.
const BEFORE: usize = 60;
const AFTER: usize = 40;
/// What stands for the hidden part of a secret.
const MASK: &str = "****";
/// Runs of key characters at least this long, with a letter and a digit, are masked in snippets.
const SUSPICIOUS: usize = 16;

/// Describes the findings of one blob.
pub(super) struct Describer<'b> {
    rules: &'b RuleSet,
    blob: &'b Blob<'b>,
    path: PathName,
    place: Place,
}

impl<'b> Describer<'b> {
    pub(super) fn new(rules: &'b RuleSet, blob: &'b Blob<'b>, path: PathName, place: Place) -> Self {
        Self { rules, blob, path, place }
    }

    /// Adds a finding for each of `secrets`, which are in order and disjoint.
    pub(super) fn describe(&self, secrets: Vec<Believed>, findings: &mut Vec<Finding>) {
        let spans: Vec<_> = secrets.iter().map(|secret| secret.candidate.secret.clone()).collect();
        // Positions are counted from one secret to the next, so that a long line is read once.
        let (mut offset, mut position) = (0, self.blob.start);
        for (index, believed) in secrets.into_iter().enumerate() {
            let span = spans[index].clone();
            if self.place == Place::Content && !self.blob.fresh.contains(&span.start) {
                continue;
            }
            position = position.after(&self.blob.bytes[offset..span.start]);
            offset = span.start;
            findings.push(self.finding(believed, &spans, position));
        }
    }

    fn finding(&self, believed: Believed, spans: &[Range<usize>], start: Position) -> Finding {
        let rule = &self.rules.rules[believed.candidate.rule];
        let span = believed.candidate.secret;
        let secret = &self.blob.bytes[span.clone()];
        let digest = hex(&digest(b"baseleak/secret", &[secret]));
        let name = public_name(rule, secret);
        Finding {
            rule: rule.id.clone(),
            confidence: believed.verdict.confidence,
            reasons: believed.verdict.reasons,
            attribution: believed.verdict.attribution,
            key: name.clone().unwrap_or_else(|| format!("sha256:{}", &digest[..12])),
            digest: digest[..16].to_owned(),
            fingerprint: self.fingerprint(secret),
            location: Location {
                path: self.path.clone(),
                place: self.place,
                start,
                end: start.after(secret),
            },
            snippet: self.snippet(&span, spans, name),
            secret: Secret::new(secret),
        }
    }

    /// A finding that is the file itself.
    pub(super) fn file(&self, rule: &Rule) -> Finding {
        let path = self.blob.provenance.relative;
        let digest = hex(&digest(b"baseleak/file", &[path]));
        Finding {
            rule: rule.id.clone(),
            confidence: rule.traits.confidence,
            reasons: vec![Reason::Pattern],
            attribution: Attribution::Unknown,
            key: format!("sha256:{}", &digest[..12]),
            digest: digest[..16].to_owned(),
            fingerprint: self.fingerprint(rule.id.as_bytes()),
            location: Location {
                path: self.path.clone(),
                place: Place::FileName,
                start: Position::START,
                end: Position::START.after(self.blob.provenance.shown),
            },
            snippet: Snippet {
                before: String::new(),
                mask: self.path.as_str().to_owned(),
                after: String::new(),
            },
            secret: Secret::new(b""),
        }
    }

    fn fingerprint(&self, secret: &[u8]) -> Fingerprint {
        Fingerprint::from_digest(&digest(b"baseleak/finding", &[self.blob.provenance.relative, secret]))
    }

    fn snippet(&self, span: &Range<usize>, spans: &[Range<usize>], name: Option<String>) -> Snippet {
        let bytes = self.blob.bytes;
        let floor = span.start.saturating_sub(BEFORE);
        let ceiling = bytes.len().min(span.end + AFTER);
        let start = memchr::memrchr(b'\n', &bytes[floor..span.start]).map(|at| floor + at + 1);
        let end = memchr::memchr(b'\n', &bytes[span.end..ceiling]).map(|at| span.end + at);
        let cut_before = start.is_none() && floor > 0;
        let cut_after = end.is_none() && ceiling < bytes.len();
        let before = masked(bytes, 0..span.start, start.unwrap_or(floor)..span.start, spans);
        let after = masked(bytes, span.end..bytes.len(), span.end..end.unwrap_or(ceiling), spans);
        Snippet {
            before: if cut_before { format!("…{before}") } else { before },
            mask: name.map_or_else(|| MASK.to_owned(), |name| format!("{name}.{MASK}")),
            after: if cut_after { format!("{after}…") } else { after.trim_end_matches('\r').to_owned() },
        }
    }
}

/// What names a secret in public: what stands before its first dot, where the
/// rule says that its keys have such a prefix.
fn public_name(rule: &Rule, secret: &[u8]) -> Option<String> {
    rule.traits.key_prefix.as_ref()?;
    let dot = memchr::memchr(b'.', secret)?;
    String::from_utf8(secret[..dot].to_vec()).ok()
}

/// The text of `shown` with everything that is, or could be, a secret masked.
/// Tokens are judged as far as they reach in `side`, the bytes on one side of
/// the secret that is described.
fn masked(bytes: &[u8], side: Range<usize>, shown: Range<usize>, secrets: &[Range<usize>]) -> String {
    let mut text = String::new();
    let mut at = shown.start;
    while at < shown.end {
        let next = secrets.partition_point(|secret| secret.end <= at);
        let next = secrets.get(next).cloned().unwrap_or(usize::MAX..usize::MAX);
        if next.contains(&at) {
            text.push_str(MASK);
            at = next.end.min(shown.end);
            continue;
        }
        let start = at;
        let end = shown.end.min(next.start);
        let is_inside = is_token(bytes[start]);
        at += bytes[start..end].iter().take_while(|&&byte| is_token(byte) == is_inside).count();
        let before =
            bytes[side.start..start].iter().rev().take(SUSPICIOUS).take_while(|&&byte| is_token(byte));
        let behind = bytes[at..side.end].iter().take(SUSPICIOUS).take_while(|&&byte| is_token(byte));
        if is_inside && is_suspicious(&bytes[start - before.count()..at + behind.count()]) {
            text.push_str(MASK);
        } else {
            text.push_str(&String::from_utf8_lossy(&bytes[start..at]));
        }
    }
    text
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'_')
}

fn is_suspicious(token: &[u8]) -> bool {
    token.len() >= SUSPICIOUS
        && token.iter().any(u8::is_ascii_digit)
        && token.iter().any(u8::is_ascii_alphabetic)
}

/// SHA-256 over a domain and parts, each closed by its length so that no two inputs are alike.
fn digest(domain: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in std::iter::once(&domain).chain(parts) {
        hash.update(part);
        hash.update((part.len() as u64).to_le_bytes());
    }
    hash.finalize().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `{` and `}` stand around the secret.
    fn check(line: &str, others: &[Range<usize>], before: &str, after: &str) {
        let (start, end) = (line.find('{').expect("it opens"), line.find('}').expect("it closes") - 1);
        let bytes = line.replace(['{', '}'], "").into_bytes();
        assert_eq!(masked(&bytes, 0..start, 0..start, others), before, "{line}");
        assert_eq!(masked(&bytes, end..bytes.len(), end..bytes.len(), others), after, "{line}");
    }

    #[test]
    fn a_snippet_hides_what_could_be_a_secret() {
        check("KEY={x} # note 12", &[], "KEY=", " # note 12");
        check("AWS=AKIA1234567890ABCDEF KEY={x}", &[], "AWS=**** KEY=", "");
        check("a/very/long/path/to/v1/{x}", &[], "a/very/long/path/to/v1/", "");
        check("p=ab!c KEY={x}", std::slice::from_ref(&(2..6)), "p=**** KEY=", "");
    }

    #[test]
    fn a_token_cut_by_the_edge_is_still_one() {
        let bytes = b"AKIA1234567890ABCDEF x";
        assert_eq!(masked(bytes, 0..22, 17..22, &[]), "**** x");
    }
}
