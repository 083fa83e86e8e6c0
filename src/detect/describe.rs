//! Turns believed candidates into findings that can be shown: position, public
//! name, fingerprint, masked snippet.

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
        let before = masked(bytes, start.unwrap_or(floor)..span.start, spans);
        let after = masked(bytes, span.end..end.unwrap_or(ceiling), spans);
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

/// The text of `range` with everything that is, or could be, a secret masked.
fn masked(bytes: &[u8], range: Range<usize>, secrets: &[Range<usize>]) -> String {
    let mut text = String::new();
    let mut at = range.start;
    while at < range.end {
        let end = token_end(bytes, at, range.end);
        if end == at {
            let other = at + bytes[at..range.end].iter().take_while(|&&byte| !is_token(byte)).count();
            text.push_str(&String::from_utf8_lossy(&bytes[at..other]));
            at = other;
            continue;
        }
        let token = token_start(bytes, at)..token_end(bytes, end, bytes.len().min(end + SUSPICIOUS));
        if is_suspicious(&bytes[token.clone()]) || touches(secrets, &token) {
            text.push_str(MASK);
        } else {
            text.push_str(&String::from_utf8_lossy(&bytes[at..end]));
        }
        at = end;
    }
    text
}

/// Where the run of key characters that holds `at` begins, as far as it matters.
fn token_start(bytes: &[u8], at: usize) -> usize {
    let reach = bytes[..at].iter().rev().take(SUSPICIOUS);
    at - reach.take_while(|&&byte| is_token(byte)).count()
}

fn token_end(bytes: &[u8], at: usize, ceiling: usize) -> usize {
    at + bytes[at..ceiling].iter().take_while(|&&byte| is_token(byte)).count()
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'_' | b'/')
}

fn is_suspicious(token: &[u8]) -> bool {
    token.len() >= SUSPICIOUS
        && token.iter().any(u8::is_ascii_digit)
        && token.iter().any(u8::is_ascii_alphabetic)
}

/// Whether one of `secrets`, which are in order and disjoint, shares bytes with `range`.
fn touches(secrets: &[Range<usize>], range: &Range<usize>) -> bool {
    let next = secrets.partition_point(|secret| secret.end <= range.start);
    secrets.get(next).is_some_and(|secret| secret.start < range.end)
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
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
