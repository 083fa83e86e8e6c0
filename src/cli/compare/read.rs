//! What of a JSON report matters to a comparison, read by structs of its own, which pass
//! over what they do not know.
//!
//! **Invariant:** what could be a key in a text of a report is masked as it is read, and
//! no error quotes a report.

use std::io::Read;

use baseleak::verify::{ReportError, read_report};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::cli::conceal::concealed;

/// The report of one scan.
#[derive(Debug, Deserialize)]
pub(crate) struct Scan {
    /// What counts, in the order of the report.
    pub(crate) findings: Vec<Found>,
    /// What is settled.
    #[serde(default)]
    pub(crate) suppressed: Vec<Found>,
    #[serde(default)]
    exposures: Vec<IgnoredAny>,
    #[serde(default)]
    coverage: Option<Coverage>,
    #[serde(default)]
    rules: Vec<Rule>,
    #[serde(default)]
    disabled_rules: Vec<String>,
}

/// A finding, in the words of the report.
#[derive(Debug, Default, Clone, Deserialize)]
pub(crate) struct Found {
    pub(crate) rule: String,
    pub(crate) confidence: String,
    pub(crate) key: String,
    pub(crate) digest: String,
    pub(crate) fingerprint: String,
    pub(crate) path: String,
    pub(crate) place: String,
    pub(crate) line: u64,
    pub(crate) column: u64,
    #[serde(default)]
    pub(crate) cell: Option<String>,
    #[serde(default)]
    image: Option<Image>,
    #[serde(default)]
    seen_in: Vec<String>,
    #[serde(default)]
    origin: Option<Origin>,
    #[serde(default)]
    pub(crate) suppression: Option<Suppression>,
}

/// That it was read in an image, where a line says nothing.
#[derive(Debug, Clone, Deserialize)]
struct Image {
    #[serde(default)]
    regions: Vec<Region>,
}

/// A region of an image, in its pixels.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Region {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

/// Where in a history it comes from, as far as that matters here.
#[derive(Debug, Clone, Deserialize)]
struct Origin {
    #[serde(default)]
    in_head: bool,
}

/// What settles a finding, in the words of the report.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Suppression {
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) place: String,
}

#[derive(Debug, Deserialize)]
struct Coverage {
    complete: bool,
    #[serde(default)]
    objects: u64,
}

#[derive(Debug, Deserialize)]
struct Rule {
    id: String,
}

/// What a scan was of, as far as its report tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Files,
    History,
    Audit,
}

impl Kind {
    /// What it was of, in words.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Files => "of files or the index",
            Self::History => "of a history",
            Self::Audit => "an audit",
        }
    }
}

impl Scan {
    /// A report.
    ///
    /// # Errors
    /// Where it cannot be read, is no report, not whole, or of another schema.
    pub(crate) fn read(report: impl Read) -> Result<Self, ReportError> {
        let mut scan: Self = read_report(report)?;
        let findings = || scan.findings.iter().chain(&scan.suppressed);
        if findings().any(|finding| finding.key.contains('.')) {
            return Err(ReportError::NotAName);
        }
        scan.findings.iter_mut().chain(&mut scan.suppressed).for_each(Found::clean);
        scan.rules.iter_mut().for_each(|rule| clean(&mut rule.id));
        scan.disabled_rules.iter_mut().for_each(clean);
        Ok(scan)
    }

    /// Whether the scan read all that it was asked to.
    pub(crate) fn is_complete(&self) -> bool {
        self.coverage.as_ref().is_none_or(|coverage| coverage.complete)
    }

    /// Ids of the rules in force.
    pub(super) fn rules(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| &*rule.id)
    }

    /// Ids of the built-in rules that were not.
    pub(super) fn disabled(&self) -> impl Iterator<Item = &str> {
        self.disabled_rules.iter().map(String::as_str)
    }

    pub(super) fn kind(&self) -> Kind {
        let mut findings = self.findings.iter().chain(&self.suppressed);
        if findings.any(|finding| !finding.seen_in.is_empty()) {
            return Kind::Audit;
        }
        let has_objects = self.coverage.as_ref().is_some_and(|coverage| coverage.objects > 0);
        if has_objects || !self.exposures.is_empty() { Kind::History } else { Kind::Files }
    }
}

impl Found {
    fn clean(&mut self) {
        let texts = [
            &mut self.rule,
            &mut self.confidence,
            &mut self.key,
            &mut self.digest,
            &mut self.fingerprint,
            &mut self.path,
            &mut self.place,
        ];
        texts.into_iter().chain(&mut self.cell).for_each(clean);
        if let Some(Suppression { kind, place }) = &mut self.suppression {
            clean(kind);
            clean(place);
        }
    }

    /// Whether an audit saw it where people work: in a file, in the index or in HEAD.
    pub(super) fn is_current(&self) -> bool {
        let is_seen = |word: &String| matches!(&**word, "tree" | "ignored" | "index");
        let is_in_head = self.origin.as_ref().is_some_and(|origin| origin.in_head);
        !self.seen_in.is_empty() && (is_in_head || self.seen_in.iter().any(is_seen))
    }

    /// Whether an audit saw it in the history and nowhere else.
    pub(super) fn is_past(&self) -> bool {
        self.seen_in == ["history"] && !self.is_current()
    }

    /// Where in its file it stands.
    pub(super) fn spot(&self) -> (&str, u64, u64) {
        (&self.place, self.line, self.column)
    }

    /// Where in an image it stands, in words.
    pub(super) fn regions(&self) -> Option<String> {
        let words = |&Region { x, y, width, height }: &Region| {
            baseleak::model::Region { x, y, width, height }.to_string()
        };
        let regions = |image: &Image| image.regions.iter().map(words).collect::<Vec<_>>().join("; ");
        self.image.as_ref().map(regions)
    }

    /// The name of its file, without the folders.
    pub(super) fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// Masks what could be a key; digits and short words cannot be one, and are most of a report.
fn clean(text: &mut String) {
    const SHORTEST: usize = 16;
    let is_hex = || text.len() <= 40 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if text.len() >= SHORTEST && !is_hex() {
        *text = concealed(text);
    }
}
