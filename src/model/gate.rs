//! Which findings make a scan fail.

use std::fmt;

/// What a gate stops. `Display` is the word of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum FailOn {
    /// Every finding.
    #[default]
    Any,
    /// Findings of high confidence.
    High,
    /// Findings whose key is live, as far as verdicts tell.
    Active,
    /// Findings that the baseline does not have; the same as [`Any`](Self::Any), but that a
    /// baseline must be there.
    New,
}

impl FailOn {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 4] = [Self::Any, Self::High, Self::Active, Self::New];

    /// Its word on the command line and in a configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::High => "high",
            Self::Active => "active",
            Self::New => "new",
        }
    }
}

impl fmt::Display for FailOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What a gate made of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gate {
    /// What it stops.
    pub fail_on: FailOn,
    /// How many findings of that kind it lets through.
    pub max_findings: u64,
    /// How many findings of that kind there are.
    pub failing: u64,
    /// Findings that it cannot tell about: nobody knows whether their key is live.
    pub undecided: u64,
}

impl Gate {
    /// Whether it lets the report through, as far as it can tell.
    pub fn is_passed(&self) -> bool {
        self.failing <= self.max_findings
    }

    /// Whether what it cannot tell about could make it stop a report that it lets through.
    pub fn is_undecided(&self) -> bool {
        self.is_passed() && self.failing.saturating_add(self.undecided) > self.max_findings
    }

    /// Whether it is anything but the one that stops every finding.
    pub fn is_chosen(&self) -> bool {
        self.fail_on != FailOn::Any || self.max_findings > 0
    }
}
