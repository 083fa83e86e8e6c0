//! One finding as a result.
//!
//! **Invariant:** no text from the repository stands in its message.

use serde::Serialize;

use super::location::{Region, WireLocation, spot};
use super::{Both, Known, plain};
use crate::model::{
    Attribution, CommitSummary, Confidence, Encoding, Finding, Fingerprint, Holder, ObjectKind, Origin,
    Place, Reason, Seen, Suppression, SuppressionKind, Validity,
};
use crate::render::help::{advice, message, unmarked};
use crate::render::json::{self, Each, Shown, WireImage, WireWeb};
use crate::render::sight;
use crate::render::verdicts::told;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireResult<'a> {
    rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Both,
    locations: [WireLocation; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<WireLocation>,
    partial_fingerprints: Fingerprints,
    suppressions: Vec<WireSuppression<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
    properties: Properties<'a>,
}

/// Names that stay when lines move.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fingerprints {
    #[serde(rename = "baseleakFingerprint/v1")]
    own: Shown<Fingerprint>,
    /// The only one that GitHub reads: a name, and which result of that name it is.
    primary_location_line_hash: String,
}

#[derive(Serialize)]
struct WireSuppression<'a> {
    kind: &'static str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    justification: Option<&'a str>,
    properties: Settled<'a>,
}

#[derive(Serialize)]
struct Settled<'a> {
    by: &'static str,
    place: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    moved_from: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<&'a str>,
}

/// The names are those of the JSON report.
#[derive(Serialize)]
struct Properties<'a> {
    key: &'a str,
    digest: &'a str,
    confidence: Shown<Confidence>,
    attribution: Shown<Attribution>,
    reasons: Each<'a, Reason, Shown<&'a Reason>>,
    #[serde(skip_serializing_if = "Each::is_empty")]
    encodings: Each<'a, Encoding, Shown<&'a Encoding>>,
    #[serde(skip_serializing_if = "Each::is_empty")]
    seen_in: Each<'a, Seen, Shown<&'a Seen>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<WireVerdict<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<WireOrigin<'a>>,
    /// Where in the member of an archive it stands: no region of the archive says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    member_region: Option<Region>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<WireImage<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    web: Option<WireWeb<'a>>,
    /// What to do about it, where that is not what the rule says.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

#[derive(Serialize)]
struct WireVerdict<'a> {
    validity: Shown<&'a Validity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<&'static str>,
    text: String,
}

#[derive(Serialize)]
struct WireOrigin<'a> {
    object: &'a str,
    kind: Shown<ObjectKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<Commit<'a>>,
    versions: u64,
    in_head: bool,
    holder: Shown<Holder>,
}

#[derive(Serialize)]
struct Commit<'a> {
    id: &'a str,
    author: &'a str,
    date: String,
}

impl<'a> WireResult<'a> {
    /// `before` results of the same fingerprint stand before it in the report.
    pub(super) fn of(
        finding: &'a Finding,
        by: Option<&'a Suppression>,
        before: u32,
        known: &Known<'a>,
    ) -> Self {
        let validity = known.verdicts.get(finding.digest.as_str()).map(|verdict| &verdict.validity);
        let rule = known.rules.get(&*finding.rule).copied();
        let what = rule.map_or("Secret", |index| known.report.rules[index].description.as_str());
        let fingerprint = finding.fingerprint;
        Self {
            rule_id: &finding.rule,
            rule_index: rule,
            level: match finding.confidence {
                Confidence::High => "error",
                Confidence::Medium => "warning",
                Confidence::Low => "note",
            },
            message: Both {
                text: message(finding, what, validity, plain, ""),
                markdown: message(finding, what, validity, unmarked, "`"),
            },
            locations: [WireLocation::of(finding)],
            related_locations: related(finding),
            partial_fingerprints: Fingerprints {
                own: Shown(fingerprint),
                primary_location_line_hash: format!("{fingerprint}:{}", before + 1),
            },
            suppressions: by.map(WireSuppression::of).into_iter().collect(),
            baseline_state: by.and_then(|by| match by.kind {
                SuppressionKind::Baseline => Some("unchanged"),
                SuppressionKind::Moved(_) => Some("updated"),
                SuppressionKind::Inline(_) | SuppressionKind::Allow | SuppressionKind::IgnoreFile => None,
            }),
            properties: Properties::of(finding, validity),
        }
    }
}

/// Other paths of the object; the way through a front end, the page first, and where its end
/// comes from.
fn related(finding: &Finding) -> Vec<WireLocation> {
    let mut related = Vec::new();
    for path in finding.origin.iter().flat_map(|origin| &origin.other_paths) {
        related.push(WireLocation::other(related.len(), path));
    }
    if let Some(deployed) = &finding.deployed {
        for address in &deployed.via {
            related.push(WireLocation::on_the_way(related.len(), address));
        }
        if let Some(original) = &deployed.original {
            related.push(WireLocation::original(related.len(), original));
        }
    }
    related
}

impl<'a> WireSuppression<'a> {
    fn of(by: &'a Suppression) -> Self {
        let (mut kind, mut marker, mut moved_from) = ("external", None, None);
        match &by.kind {
            SuppressionKind::Inline(word) => (kind, marker) = ("inSource", Some(*word)),
            SuppressionKind::Moved(path) => moved_from = Some(path.as_str()),
            SuppressionKind::Allow | SuppressionKind::IgnoreFile | SuppressionKind::Baseline => {}
        }
        let properties = Settled {
            by: by.kind.word(),
            place: &by.place,
            marker,
            moved_from,
            owner: by.owner.as_deref(),
            expires: by.expires.as_deref(),
        };
        Self { kind, status: "accepted", justification: by.reason.as_deref(), properties }
    }
}

impl<'a> Properties<'a> {
    fn of(finding: &'a Finding, validity: Option<&'a Validity>) -> Self {
        let is_in_member =
            finding.relative.file_and_member().1.is_some() && finding.location.place == Place::Content;
        let is_in_member = is_in_member && !sight::is_file(finding);
        Self {
            key: &finding.key,
            digest: &finding.digest,
            confidence: Shown(finding.confidence),
            attribution: Shown(finding.attribution),
            reasons: Each(&finding.reasons, Shown),
            encodings: Each(&finding.encodings, Shown),
            seen_in: Each(&finding.seen, Shown),
            verdict: validity.map(|validity| WireVerdict {
                validity: Shown(validity),
                proof: json::proof(validity),
                text: told(validity),
            }),
            origin: finding.origin.as_ref().map(WireOrigin::of),
            member_region: is_in_member.then(|| spot(finding)),
            image: finding.sight.as_deref().map(WireImage::of),
            web: finding.deployed.as_deref().map(WireWeb::of),
            advice: advice(finding),
        }
    }
}

impl<'a> WireOrigin<'a> {
    fn of(origin: &'a Origin) -> Self {
        let commit = origin.commit.as_ref();
        Self {
            object: &origin.object,
            kind: Shown(origin.kind),
            commit: commit.map(|CommitSummary { id, author, seconds }| Commit {
                id,
                author,
                date: crate::render::date(*seconds),
            }),
            versions: origin.versions,
            in_head: origin.in_head,
            holder: Shown(origin.holder),
        }
    }
}
