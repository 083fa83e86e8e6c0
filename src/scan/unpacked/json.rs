//! Which JSON carries texts that are scanned one by one.

use crate::detect::Detector;
use crate::model::{Finding, Provenance};

use super::texts::Told;
use super::{notebook, source_map};

/// JSON that carries texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::scan) enum Json {
    /// A notebook.
    Notebook {
        /// Whether the name says so, which the content then need not.
        by_name: bool,
    },
    /// A source map.
    SourceMap,
}

impl Json {
    /// What the content at the path `name` is that begins with `head`, if it may be either.
    pub(super) fn of(name: &[u8], head: &[u8]) -> Option<Self> {
        let by_name = notebook::is_name(name);
        if by_name || notebook::resembles(head) {
            return Some(Self::Notebook { by_name });
        }
        source_map::resembles(name, head).then_some(Self::SourceMap)
    }

    /// Whether its texts need not be looked at, by what its raw bytes gave.
    pub(super) fn is_settled(self, findings: &[Finding]) -> bool {
        self == Self::SourceMap && findings.is_empty()
    }

    /// Scans its texts. `findings` are those in its raw bytes, and afterwards all.
    pub(super) fn scan(
        self,
        detector: &Detector,
        bytes: &[u8],
        provenance: Provenance<'_>,
        findings: &mut Vec<Finding>,
    ) -> Told {
        match self {
            Self::Notebook { by_name } => notebook::scan(detector, bytes, provenance, by_name, findings),
            Self::SourceMap => source_map::scan(detector, bytes, provenance, findings),
        }
    }
}
