//! All that a renderer may know.

use std::slice;
use std::sync::Arc;
use std::vec;

use super::{Coverage, EntryNote, Exposure, Finding, Gate, PathName, Suppressed, Verdict};

/// A rule as a report names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSummary {
    /// Id, unique in the rule set.
    pub id: Arc<str>,
    /// One line on what it finds.
    pub description: String,
}

/// The repository that was scanned, as other services know it. Secrets in its texts are masked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repository {
    /// The address of its remote, such as `https://example.com/team/app.git`; without a user, a
    /// password or a token, and none where the remote is a folder of some machine.
    pub remote: Option<PathName>,
    /// The id of the commit that HEAD names, in hexadecimal; none before the first commit.
    pub commit: Option<String>,
    /// The branch that HEAD names, such as `main`; none where it names a commit.
    pub branch: Option<PathName>,
}

/// The outcome of a scan, the same for the same input whatever the number of threads.
///
/// Iterating over it gives the findings that count. None of its texts holds a secret: only
/// [`Finding::secret`] does, which tells it to nobody who does not
/// [ask](super::Secret::expose).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Report {
    /// Version of the program.
    pub version: &'static str,
    /// What was found and counts, sorted by location, then rule.
    pub findings: Vec<Finding>,
    /// What was found and does not count, in the same order.
    pub suppressed: Vec<Suppressed>,
    /// What is to be said of the entries that suppress, sorted by place.
    pub entries: Vec<EntryNote>,
    /// What the gate makes of the findings.
    pub gate: Gate,
    /// The leaked keys over the whole history, one for each distinct digest, sorted by key,
    /// then digest; empty where no history was read.
    pub exposures: Vec<Exposure>,
    /// What was found out about the leaked keys, one for each distinct digest in the order
    /// of the findings; empty where nobody asked.
    pub verdicts: Vec<Verdict>,
    /// What was read.
    pub coverage: Coverage,
    /// The rules that were in force, in their order.
    pub rules: Vec<RuleSummary>,
    /// Ids of built-in rules that were disabled, in their order.
    pub disabled: Vec<String>,
    /// The configuration file in force, if any.
    pub config: Option<PathName>,
    /// The repository that it is about, if it is about one.
    pub repository: Option<Repository>,
}

impl Report {
    /// Whether all that was asked for was read, and the [gate](Self::gate) lets the findings
    /// through and can tell: what the program ends with 0 for. That there are no findings is
    /// not enough, for what was not read may hold some.
    pub fn is_clean(&self) -> bool {
        self.coverage.is_complete() && self.gate.is_passed() && !self.gate.is_undecided()
    }

    /// The findings that count, in their order.
    pub fn iter(&self) -> slice::Iter<'_, Finding> {
        self.findings.iter()
    }
}

/// A report on nothing, by this version.
impl Default for Report {
    fn default() -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION"),
            findings: Vec::new(),
            suppressed: Vec::new(),
            entries: Vec::new(),
            gate: Gate::default(),
            exposures: Vec::new(),
            verdicts: Vec::new(),
            coverage: Coverage::default(),
            rules: Vec::new(),
            disabled: Vec::new(),
            config: None,
            repository: None,
        }
    }
}

/// The findings that count.
impl<'r> IntoIterator for &'r Report {
    type Item = &'r Finding;
    type IntoIter = slice::Iter<'r, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The findings that count.
impl IntoIterator for Report {
    type Item = Finding;
    type IntoIter = vec::IntoIter<Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.findings.into_iter()
    }
}
