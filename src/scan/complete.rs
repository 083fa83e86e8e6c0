//! What a report lacks when it comes from the pipeline: which rules are off, which repository
//! it is about, and what somebody settled.
//!
//! What the gate makes of it comes after that, for it may ask which keys are live.

use std::path::Path;

use crate::detect::Detector;
use crate::model::Report;
use crate::select::Policy;
use crate::source;
use crate::suppress::Suppressions;
use crate::suppress::baseline::Unmoved;

use super::{Moves, Opening, Scanned};

/// What completes a report, and how it came about.
pub struct Completion<'c> {
    /// What was scanned with.
    pub detector: &'c Detector,
    /// Which files were read.
    pub policy: &'c Policy,
    /// What was opened, and looked at.
    pub opening: Opening<'c>,
    /// What settles findings.
    pub suppressions: &'c Suppressions,
    /// Ids of built-in rules that were not in force.
    pub disabled: Vec<String>,
    /// A folder of the repository that was scanned, if it was one.
    pub repository: Option<&'c Path>,
    /// What was scanned, where a baseline can ask it what moved.
    pub scanned: Option<Scanned>,
}

impl Completion<'_> {
    /// Completes `report`, which comes from the pipeline.
    pub fn apply(self, report: &mut Report) {
        let Self { detector, policy, opening, suppressions, disabled, repository, scanned } = self;
        report.disabled = disabled;
        report.repository =
            repository.and_then(|place| source::repository_of(place, |text| detector.path_name(text)));
        match scanned {
            Some(scanned) => suppressions.apply(report, &Moves::new(scanned, detector, policy, opening)),
            None => suppressions.apply(report, &Unmoved),
        }
    }
}
