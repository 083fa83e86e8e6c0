//! What a JSON report of a scan says was seen.
//!
//! What else a report holds is passed over. Whether it is a report at all and of a known
//! schema is for `verify` to say, which reads it first.

use serde::Deserialize;

use crate::model::{ObjectKind, PathName};

use super::sighting::blob;
use super::{Sighting, Spot};

/// The findings of a report, as far as a baseline needs them.
#[derive(Debug, Deserialize)]
pub struct Findings {
    findings: Vec<WireFinding>,
}

#[derive(Debug, Deserialize)]
struct WireFinding {
    key: String,
    digest: String,
    relative_path: String,
    origin: Option<WireOrigin>,
    #[serde(default)]
    seen_in: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct WireOrigin {
    object: String,
    kind: String,
}

impl WireOrigin {
    fn object(&self) -> Option<(ObjectKind, &str)> {
        let kinds = [ObjectKind::Blob, ObjectKind::Tree, ObjectKind::Commit, ObjectKind::Tag];
        let kind = kinds.into_iter().find(|kind| kind.to_string() == self.kind)?;
        Some((kind, &self.object))
    }
}

impl Findings {
    /// Those of a report.
    ///
    /// # Errors
    /// When it is not JSON, or no finding has what a baseline needs.
    pub fn read(report: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(report)
    }

    /// Whether a history was read.
    pub fn are_of_history(&self) -> bool {
        self.findings.iter().any(|finding| finding.origin.is_some())
    }

    /// Whether all of a repository was read.
    pub fn are_of_audit(&self) -> bool {
        self.findings.iter().any(|finding| !finding.seen_in.is_empty())
    }

    /// What was seen.
    pub fn sightings(&self) -> Vec<Sighting<'_>> {
        let sightings = self.findings.iter().map(|finding| {
            let object = finding.origin.as_ref().and_then(WireOrigin::object);
            let path = PathName::of_shown(&finding.relative_path);
            let is_apart = matches!(&*finding.seen_in, [only] if only == "metadata");
            // What is a file is one wherever else its content stands.
            let is_file = finding.seen_in.iter().any(|seen| matches!(&**seen, "tree" | "ignored" | "index"));
            let spot = Spot::seen(&path, object.filter(|_| !is_file), is_apart);
            Sighting { key: &finding.key, digest: &finding.digest, spot, blob: blob(object) }
        });
        sightings.collect()
    }
}
