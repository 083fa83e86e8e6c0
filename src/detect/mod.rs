//! Decides what in a blob is a secret: prefilter, match, filter.
//!
//! It reads nothing and prints nothing. **Invariant:** a [`Finding`] made here
//! carries the secret in its `secret` field only; its path and its snippet are masked.

#[cfg(test)]
mod binary_tests;
mod describe;
mod filter;
mod hidden;
mod mask;
mod matcher;
mod prefilter;
#[doc(hidden)]
pub mod seen;
#[doc(hidden)]
pub mod shape;

use std::ops::Range;
use std::sync::OnceLock;

use crate::model::{Blob, Finding, PathName, Place, Provenance, RuleSummary};
use crate::rules::{Rule, RuleSet};

use describe::{Describer, Names};
pub(crate) use matcher::Glance;
use matcher::{Matcher, Text};

/// A rule set at work: compiled once, and shared by all threads (it is `Send` and `Sync`).
///
/// Most programs want a [`Scan`](crate::scan::Scan), which has one.
#[derive(Debug)]
pub struct Detector {
    matcher: Matcher,
    /// What is masked does not depend on the rules in force; built when first needed.
    builtin: OnceLock<Matcher>,
    decodes: bool,
}

impl Detector {
    /// A detector that applies `rules`, also to what is encoded.
    pub fn new(rules: RuleSet) -> Self {
        Self { matcher: Matcher::new(rules), builtin: OnceLock::new(), decodes: true }
    }

    /// The same, looking into what is encoded or not.
    #[must_use]
    pub fn decoding(self, decodes: bool) -> Self {
        Self { decodes, ..self }
    }

    /// The rules at work, in order of precedence.
    pub fn rules(&self) -> impl Iterator<Item = RuleSummary> {
        let summary =
            |rule: &Rule| RuleSummary { id: rule.id.clone(), description: rule.description.clone() };
        self.matcher.rules.rules.iter().map(summary)
    }

    /// What tells the rules at work, and how they are applied, from others: the
    /// same for the same.
    pub(crate) fn rules_digest(&self) -> String {
        let digest = self.matcher.rules.digest();
        if self.decodes { digest } else { digest + " plain" }
    }

    /// Adds the secrets that start in the fresh part of `blob` to `findings`, in order.
    /// Returns whether all that is encoded in it was decoded: there are limits to that.
    ///
    /// The text is scanned as it is: nothing is unpacked, and no name is looked at.
    ///
    /// ```
    /// use baseleak::model::{Blob, Provenance};
    ///
    /// let scan = baseleak::Scan::new();
    /// let path = b"notes.txt".as_slice();
    /// let blob = Blob::whole(b"no key", Provenance { shown: path, relative: path });
    /// let mut findings = Vec::new();
    /// assert!(scan.detector().scan(&blob, &mut findings));
    /// assert!(findings.is_empty());
    /// ```
    #[inline]
    pub fn scan(&self, blob: &Blob<'_>, findings: &mut Vec<Finding>) -> bool {
        let text = Text { bytes: blob.bytes, path: Some(blob.provenance.relative) };
        let secrets = self.matcher.secrets(text);
        let (hidden, is_complete) =
            if self.decodes { hidden::secrets(&self.matcher, text) } else { (Vec::new(), true) };
        if !secrets.is_empty() || !hidden.is_empty() {
            let describer = self.describer(blob, Place::Content);
            describer.describe(describe::settle(secrets, hidden), findings);
        }
        is_complete
    }

    /// What `bytes` may hold, at whatever path they stand: a cheap test for content
    /// whose path is only looked up when it matters.
    #[inline]
    pub(crate) fn glance(&self, bytes: &[u8]) -> Glance {
        let mut glance = self.matcher.glance(bytes);
        if self.decodes && (!glance.may_hold || glance.by_name) {
            let may_hold = hidden::glance(&self.matcher, bytes);
            glance.by_name &= !may_hold;
            glance.may_hold |= may_hold;
        }
        glance
    }

    /// Whether a rule whose path a file's name decides looks at files of this name,
    /// or at this path: where none does, a text that may hold something [only by
    /// name](Glance::by_name) holds nothing.
    pub(crate) fn looks_at(&self, name: &[u8]) -> bool {
        self.matcher.looks_at(name)
    }

    /// Whether a text that may hold nothing and has no keyword must be looked at again
    /// after an edit: `piece` is what the edit put in, with [`reach`](Self::reach) bytes
    /// of the text on either side.
    #[inline]
    pub(crate) fn stirs(&self, piece: &[u8]) -> bool {
        self.matcher.stirs(piece) || (self.decodes && hidden::stirs(piece))
    }

    /// As [`glance`](Self::glance), for bytes that hold names, in which nothing is decoded.
    #[inline]
    pub(crate) fn glance_at_names(&self, bytes: &[u8]) -> Glance {
        self.matcher.glance(bytes)
    }

    /// As [`stirs`](Self::stirs), for bytes that hold names.
    #[inline]
    pub(crate) fn names_stir(&self, piece: &[u8]) -> bool {
        self.matcher.stirs(piece)
    }

    /// How many bytes around an edit [`stirs`](Self::stirs) needs; `None` where a
    /// rule in force must see every text whole.
    pub(crate) fn reach(&self) -> Option<usize> {
        self.matcher.reach()
    }

    /// Adds what the name of a file or folder gives away: a secret in its last
    /// component, or a rule that reports files by their path.
    pub fn scan_name(&self, provenance: &Provenance<'_>, findings: &mut Vec<Finding>) {
        let shown = provenance.shown;
        let name = memchr::memrchr(b'/', shown).map_or(0, |slash| slash + 1);
        let mut secrets = self.matcher.secrets(Text { bytes: shown, path: Some(provenance.relative) });
        secrets.retain(|secret| secret.candidate.secret.end > name);
        let mut by_path = self.matcher.by_path(provenance.relative).peekable();
        if secrets.is_empty() && by_path.peek().is_none() {
            return;
        }
        let blob = Blob::whole(shown, *provenance);
        let describer = self.describer(&blob, Place::FileName);
        findings.extend(by_path.map(|rule| describer.file(rule)));
        describer.describe(describe::settle(secrets, Vec::new()), findings);
    }

    fn describer<'b>(&'b self, blob: &'b Blob<'b>, place: Place) -> Describer<'b> {
        let Provenance { shown, relative } = blob.provenance;
        let path = self.path_name(shown);
        let relative = if relative == shown { path.clone() } else { self.path_name(relative) };
        Describer::new(&self.matcher.rules, blob, Names { path, relative }, place)
    }

    /// `path` as it may be shown: whatever in it could be a secret is masked,
    /// also where it is no finding.
    pub fn path_name(&self, path: &[u8]) -> PathName {
        PathName::masked(path, &self.suspects(path))
    }

    /// A message as it may be shown: as [`path_name`](Self::path_name), and with
    /// every token and password in it masked, for an error may cut a key short.
    pub fn masked(&self, message: &str) -> String {
        let bytes = message.as_bytes();
        mask::text(bytes, &self.suspects(bytes))
    }

    /// A text of somebody else as it may be shown: what could be a secret is masked, and
    /// all else stays as it is, for names may be long and have digits.
    pub fn concealed(&self, text: &str) -> String {
        let (mut shown, mut done) = (String::with_capacity(text.len()), 0);
        for span in self.suspects(text.as_bytes()) {
            shown.push_str(&String::from_utf8_lossy(&text.as_bytes()[done..span.start]));
            shown.push_str(mask::MASK);
            done = span.end;
        }
        shown.push_str(&String::from_utf8_lossy(&text.as_bytes()[done..]));
        shown
    }

    /// What in `text` must not be shown, in order and disjoint.
    fn suspects(&self, text: &[u8]) -> Vec<Range<usize>> {
        let builtin = self.builtin.get_or_init(|| Matcher::new(RuleSet::builtin()));
        let text = Text { bytes: text, path: Some(text) };
        let mut spans = self.matcher.suspects(text);
        spans.extend(builtin.suspects(text));
        spans.extend(hidden::suspects(builtin, text.bytes));
        mask::disjoint(spans)
    }
}
