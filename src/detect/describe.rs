//! Turns believed candidates into findings that can be shown: position, public
//! name, fingerprint, masked snippet.

use std::ops::Range;

use sha2::{Digest, Sha256};

use crate::model::{
    Attribution, Blob, Encoding, Finding, Fingerprint, InlineComment, Location, PathName, Place, Position,
    Reason, Secret, Snippet, hex,
};
use crate::rules::{Neighbours, Rule, RuleSet};
use crate::suppress::inline::Comments;

use super::filter::Verdict;
use super::hidden::Hidden;
use super::mask;
use super::matcher::Believed;

/// Bytes of the line shown on each side of a secret, at most.
const BEFORE: usize = 60;
const AFTER: usize = 40;

/// A believed secret, as it is or encoded.
#[derive(Debug)]
pub(super) struct Spotted {
    rule: usize,
    verdict: Verdict,
    /// Where it stands, or what it was decoded from.
    span: Range<usize>,
    /// What was decoded, and how; nothing where it stands as it is.
    decoded: Option<(Vec<u8>, Vec<Encoding>)>,
}

/// All secrets of a blob, in order. Of a plain and a decoded one in the same place,
/// the one that the first rule found stays, and of the same rule the plain.
pub(super) fn settle(plain: Vec<Believed>, hidden: Vec<Hidden>) -> Vec<Spotted> {
    let near = |span: &Range<usize>| {
        let first = plain.partition_point(|other| other.candidate.secret.end <= span.start);
        let last = plain.partition_point(|other| other.candidate.secret.start < span.end);
        first..last.max(first)
    };
    let mut outdone = vec![false; plain.len()];
    let mut all: Vec<Spotted> = Vec::with_capacity(plain.len() + hidden.len());
    for Hidden { rule, verdict, secret, span, encodings } in hidden {
        let near = near(&span);
        if plain[near.clone()].iter().all(|other| other.candidate.rule > rule) {
            outdone[near].fill(true);
            all.push(Spotted { rule, verdict, span, decoded: Some((secret, encodings)) });
        }
    }
    let kept = plain.into_iter().zip(outdone).filter(|(_, outdone)| !outdone);
    all.extend(kept.map(|(Believed { candidate, verdict }, _)| Spotted {
        rule: candidate.rule,
        verdict,
        span: candidate.secret,
        decoded: None,
    }));
    all.sort_by_key(|spotted| spotted.span.start);
    all
}

/// Describes the findings of one blob.
pub(super) struct Describer<'b> {
    rules: &'b RuleSet,
    blob: &'b Blob<'b>,
    names: Names,
    place: Place,
}

/// What a blob is called.
#[derive(Debug)]
pub(super) struct Names {
    /// As the user would type it.
    pub(super) path: PathName,
    /// From the root of the repository.
    pub(super) relative: PathName,
}

impl<'b> Describer<'b> {
    pub(super) fn new(rules: &'b RuleSet, blob: &'b Blob<'b>, names: Names, place: Place) -> Self {
        Self { rules, blob, names, place }
    }

    /// Adds a finding for each of `secrets`, which are in order.
    pub(super) fn describe(&self, secrets: Vec<Spotted>, findings: &mut Vec<Finding>) {
        let hidden = mask::disjoint(secrets.iter().map(|secret| secret.span.clone()).collect());
        let comments = Comments::new(self.blob.bytes, &hidden);
        // Positions are counted from one secret to the next, so that a long line is read once.
        let (mut offset, mut position) = (0, self.blob.start);
        for spotted in secrets {
            let span = spotted.span.clone();
            if self.place == Place::Content && !self.blob.fresh.contains(&span.start) {
                continue;
            }
            position = position.after(&self.blob.bytes[offset..span.start]);
            offset = span.start;
            findings.push(self.finding(spotted, &hidden, &comments, position));
        }
    }

    fn finding(
        &self,
        spotted: Spotted,
        spans: &[Range<usize>],
        comments: &Comments<'_>,
        start: Position,
    ) -> Finding {
        let Spotted { rule, verdict, span, decoded } = spotted;
        let rule = &self.rules.rules[rule];
        let shown = &self.blob.bytes[span.clone()];
        let is_plain = decoded.is_none();
        let (secret, encodings) = decoded.unwrap_or_else(|| (shown.to_vec(), Vec::new()));
        let secret = &secret[..];
        let digest = hex(&digest(b"baseleak/secret", &[secret]));
        let name = public_name(rule, secret);
        Finding {
            rule: rule.id.clone(),
            confidence: verdict.confidence,
            reasons: verdict.reasons,
            attribution: verdict.attribution,
            key: name.clone().unwrap_or_else(|| format!("sha256:{}", &digest[..12])),
            digest: digest[..16].to_owned(),
            fingerprint: self.fingerprint(secret),
            encodings,
            location: Location {
                path: self.names.path.clone(),
                place: self.place,
                start,
                end: start.after(shown),
            },
            relative: self.names.relative.clone(),
            origin: None,
            sight: None,
            deployed: None,
            inline: self.comment(comments, &span, spans, start.line),
            snippet: self.snippet(is_plain && stands_alone(rule), &span, spans, name),
            seen: Vec::new(),
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
            encodings: Vec::new(),
            location: Location {
                path: self.names.path.clone(),
                place: Place::FileName,
                start: Position::START,
                end: Position::START.after(self.blob.provenance.shown),
            },
            relative: self.names.relative.clone(),
            origin: None,
            sight: None,
            deployed: None,
            snippet: Snippet {
                before: String::new(),
                mask: self.names.path.as_str().to_owned(),
                after: String::new(),
            },
            inline: None,
            seen: Vec::new(),
            secret: Secret::new(b""),
        }
    }

    /// The comment that allows the secret at `span`, its reason masked. The name of a file has none.
    fn comment(
        &self,
        comments: &Comments<'_>,
        span: &Range<usize>,
        spans: &[Range<usize>],
        line: u64,
    ) -> Option<InlineComment> {
        if self.place == Place::FileName {
            return None;
        }
        let found = comments.find(span, line)?;
        let reason = found.reason.map(|reason| {
            let first = spans.partition_point(|other| other.end <= reason.start);
            let within = spans[first..].iter().take_while(|other| other.start < reason.end);
            let within = within.map(|other| {
                let start = other.start.max(reason.start) - reason.start;
                start..other.end.min(reason.end) - reason.start
            });
            mask::text(&self.blob.bytes[reason.clone()], &within.collect::<Vec<_>>())
        });
        Some(InlineComment { marker: found.marker, line: found.line, reason })
    }

    fn fingerprint(&self, secret: &[u8]) -> Fingerprint {
        Fingerprint::from_digest(&digest(b"baseleak/finding", &[self.blob.provenance.relative, secret]))
    }

    /// The line around the secret. What goes on beside the secret without a break
    /// is hidden with it: the rule may have matched only a part.
    fn snippet(
        &self,
        stands_alone: bool,
        span: &Range<usize>,
        spans: &[Range<usize>],
        name: Option<String>,
    ) -> Snippet {
        let bytes = self.blob.bytes;
        let floor = span.start.saturating_sub(BEFORE);
        let ceiling = bytes.len().min(span.end + AFTER);
        let start = if stands_alone { span.start } else { mask::token_start(bytes, floor..span.start) };
        let span = start..mask::token_end(bytes, span.end..ceiling);
        let start = memchr::memrchr(b'\n', &bytes[floor..span.start]).map(|at| floor + at + 1);
        let end = memchr::memchr(b'\n', &bytes[span.end..ceiling]).map(|at| span.end + at);
        let cut_before = start.is_none() && floor > 0;
        let cut_after = end.is_none() && ceiling < bytes.len();
        // Only what is masked is cut: a part of a secret may not look like one.
        let shown = start.unwrap_or(floor)..end.unwrap_or(ceiling);
        let (before, after) = mask::around(bytes, &span, &shown, spans);
        Snippet {
            before: if cut_before { format!("…{before}") } else { before },
            mask: name.map_or_else(|| mask::MASK.to_owned(), |name| format!("{name}.{}", mask::MASK)),
            after: if cut_after { format!("{after}…") } else { after.trim_end_matches('\r').to_owned() },
        }
    }
}

/// Whether nothing beside a secret can belong to it.
fn stands_alone(rule: &Rule) -> bool {
    rule.traits.neighbours != Neighbours::Any
}

/// What names a secret in public: what stands before its first dot, where the
/// rule says that its keys have such a prefix.
pub(super) fn public_name(rule: &Rule, secret: &[u8]) -> Option<String> {
    rule.traits.key_prefix.as_ref()?;
    let dot = memchr::memchr(b'.', secret)?;
    String::from_utf8(secret[..dot].to_vec()).ok()
}

/// SHA-256 over a domain and parts, each closed by its length so that no two inputs are alike.
pub(super) fn digest(domain: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in std::iter::once(&domain).chain(parts) {
        hash.update(part);
        hash.update((part.len() as u64).to_le_bytes());
    }
    hash.finalize().into()
}
