//! A finding in JSON: the same in every document that holds findings.

use serde::Serialize;

use super::{Each, Shown};
use crate::model::{
    Attribution, CommitSummary, Confidence, Encoding, Finding, Fingerprint, Holder, ObjectKind, Origin,
    PathName, Place, Reason, Seen, Suppressed, SuppressionKind,
};

#[derive(Serialize)]
pub(super) struct WireFinding<'a> {
    rule: &'a str,
    confidence: Shown<Confidence>,
    reasons: Each<'a, Reason, WireReason<'a>>,
    attribution: Shown<Attribution>,
    key: &'a str,
    digest: &'a str,
    fingerprint: Shown<Fingerprint>,
    path: &'a str,
    relative_path: &'a str,
    place: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cell: Option<&'a str>,
    line: u64,
    column: u64,
    end_line: u64,
    end_column: u64,
    snippet: String,
    #[serde(skip_serializing_if = "Each::is_empty")]
    encodings: Each<'a, Encoding, Shown<&'a Encoding>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<WireOrigin<'a>>,
    #[serde(skip_serializing_if = "Each::is_empty")]
    seen_in: Each<'a, Seen, Shown<&'a Seen>>,
}

/// Where in a history a finding comes from.
#[derive(Serialize)]
struct WireOrigin<'a> {
    object: &'a str,
    kind: Shown<ObjectKind>,
    commit: Option<WireCommit<'a>>,
    other_paths: Each<'a, PathName, &'a str>,
    versions: u64,
    in_head: bool,
    holder: Shown<Holder>,
    refs: Each<'a, PathName, &'a str>,
    #[serde(skip_serializing_if = "Each::is_empty")]
    commits: Each<'a, CommitSummary, WireCommit<'a>>,
}

#[derive(Serialize)]
pub(super) struct WireCommit<'a> {
    id: &'a str,
    author: &'a str,
    date: String,
}

#[derive(Serialize)]
pub(super) struct WireReason<'a> {
    pub(super) kind: &'static str,
    text: Shown<&'a Reason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    word: Option<&'a str>,
}

/// A finding that does not count, and what settles it.
#[derive(Serialize)]
pub(super) struct WireSuppressed<'a> {
    #[serde(flatten)]
    finding: WireFinding<'a>,
    suppression: WireSuppression<'a>,
}

#[derive(Serialize)]
struct WireSuppression<'a> {
    kind: &'static str,
    place: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    moved_from: Option<&'a str>,
    reason: Option<&'a str>,
    owner: Option<&'a str>,
    expires: Option<&'a str>,
}

impl<'a> WireFinding<'a> {
    pub(super) fn of(finding: &'a Finding) -> Self {
        let (location, snippet) = (&finding.location, &finding.snippet);
        Self {
            rule: &finding.rule,
            confidence: Shown(finding.confidence),
            reasons: Each(&finding.reasons, WireReason::of),
            attribution: Shown(finding.attribution),
            key: &finding.key,
            digest: &finding.digest,
            fingerprint: Shown(finding.fingerprint),
            path: location.path.as_str(),
            relative_path: finding.relative.as_str(),
            place: match location.place {
                Place::Content => "content",
                Place::FileName => "file-name",
            },
            cell: location.cell(),
            line: location.start.line,
            column: location.start.column,
            end_line: location.end.line,
            end_column: location.end.column,
            snippet: format!("{}{}{}", snippet.before, snippet.mask, snippet.after),
            encodings: Each(&finding.encodings, Shown),
            origin: finding.origin.as_ref().map(WireOrigin::of),
            seen_in: Each(&finding.seen, Shown),
        }
    }
}

impl<'a> WireOrigin<'a> {
    pub(super) fn of(origin: &'a Origin) -> Self {
        Self {
            object: &origin.object,
            kind: Shown(origin.kind),
            commit: origin.commit.as_ref().map(WireCommit::of),
            other_paths: Each(&origin.other_paths, PathName::as_str),
            versions: origin.versions,
            in_head: origin.in_head,
            holder: Shown(origin.holder),
            refs: Each(&origin.refs, PathName::as_str),
            commits: Each(&origin.commits, WireCommit::of),
        }
    }
}

impl<'a> WireCommit<'a> {
    pub(super) fn of(commit: &'a CommitSummary) -> Self {
        Self { id: &commit.id, author: &commit.author, date: crate::render::date(commit.seconds) }
    }
}

impl<'a> WireReason<'a> {
    pub(super) fn of(reason: &'a Reason) -> Self {
        let (kind, word) = match reason {
            Reason::Shape => ("shape", None),
            Reason::Pattern => ("pattern", None),
            Reason::ContextOnLine(word) => ("context-on-line", Some(&**word)),
            Reason::ContextNearby(word) => ("context-nearby", Some(&**word)),
            Reason::ContextInFile(word) => ("context-in-file", Some(&**word)),
            Reason::ContextInPath(word) => ("context-in-path", Some(&**word)),
            Reason::KnownPlace(place) => ("known-place", Some(&**place)),
            Reason::RivalNearer(word) => ("rival-nearer", Some(&**word)),
            Reason::NoContext => ("no-context", None),
            Reason::ReadInImage => ("read-in-image", None),
        };
        Self { kind, text: Shown(reason), word }
    }
}

impl<'a> WireSuppressed<'a> {
    pub(super) fn of(suppressed: &'a Suppressed) -> Self {
        let by = &suppressed.by;
        let (mut marker, mut moved_from) = (None, None);
        match &by.kind {
            SuppressionKind::Inline(word) => marker = Some(*word),
            SuppressionKind::Moved(path) => moved_from = Some(path.as_str()),
            SuppressionKind::Allow | SuppressionKind::IgnoreFile | SuppressionKind::Baseline => {}
        }
        let suppression = WireSuppression {
            kind: by.kind.word(),
            place: &by.place,
            marker,
            moved_from,
            reason: by.reason.as_deref(),
            owner: by.owner.as_deref(),
            expires: by.expires.as_deref(),
        };
        Self { finding: WireFinding::of(&suppressed.finding), suppression }
    }
}
