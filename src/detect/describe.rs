//! Turns believed candidates into findings that can be shown: position, public
//! name, fingerprint, masked snippet.

use std::ops::Range;

use sha2::{Digest, Sha256};

use crate::model::{
    Attribution, Blob, Finding, Fingerprint, Location, PathName, Place, Position, Reason, Secret, Snippet,
    hex,
};
use crate::rules::{Neighbours, Rule, RuleSet};

use super::mask;
use super::matcher::Believed;

/// Bytes of the line shown on each side of a secret, at most.
const BEFORE: usize = 60;
const AFTER: usize = 40;

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
            origin: None,
            snippet: self.snippet(rule, &span, spans, name),
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
            origin: None,
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

    /// The line around the secret. What goes on beside the secret without a break
    /// is hidden with it: the rule may have matched only a part.
    fn snippet(
        &self,
        rule: &Rule,
        span: &Range<usize>,
        spans: &[Range<usize>],
        name: Option<String>,
    ) -> Snippet {
        let bytes = self.blob.bytes;
        let floor = span.start.saturating_sub(BEFORE);
        let ceiling = bytes.len().min(span.end + AFTER);
        let stands_alone = rule.traits.neighbours != Neighbours::Any;
        let start = if stands_alone { span.start } else { mask::token_start(bytes, floor..span.start) };
        let span = start..mask::token_end(bytes, span.end..ceiling);
        let start = memchr::memrchr(b'\n', &bytes[floor..span.start]).map(|at| floor + at + 1);
        let end = memchr::memchr(b'\n', &bytes[span.end..ceiling]).map(|at| span.end + at);
        let cut_before = start.is_none() && floor > 0;
        let cut_after = end.is_none() && ceiling < bytes.len();
        let before = mask::text(bytes, 0..span.start, start.unwrap_or(floor)..span.start, spans);
        let after = mask::text(bytes, span.end..bytes.len(), span.end..end.unwrap_or(ceiling), spans);
        Snippet {
            before: if cut_before { format!("…{before}") } else { before },
            mask: name.map_or_else(|| mask::MASK.to_owned(), |name| format!("{name}.{}", mask::MASK)),
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

/// SHA-256 over a domain and parts, each closed by its length so that no two inputs are alike.
fn digest(domain: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in std::iter::once(&domain).chain(parts) {
        hash.update(part);
        hash.update((part.len() as u64).to_le_bytes());
    }
    hash.finalize().into()
}
