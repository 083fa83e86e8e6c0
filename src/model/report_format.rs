//! The forms that a report comes in, by the names that options and configurations use.

use std::fmt;

/// A form of a report. `Display` is its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReportFormat {
    /// For people at a terminal.
    Human,
    /// One document for programs.
    Json,
    /// A line for each finding, written as it is found.
    Jsonl,
    /// SARIF 2.1.0, as code scanning services read it.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
    /// GitLab's report of secret detection.
    Gitlab,
    /// GitLab's report of code quality.
    GitlabCodequality,
    /// The XML of `JUnit`.
    Junit,
    /// A table.
    Csv,
    /// A page for people, which needs nothing but a browser.
    Html,
}

impl ReportFormat {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 10] = [
        Self::Human,
        Self::Json,
        Self::Jsonl,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::GitlabCodequality,
        Self::Junit,
        Self::Csv,
        Self::Html,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::GitlabCodequality => "gitlab-codequality",
            Self::Junit => "junit",
            Self::Csv => "csv",
            Self::Html => "html",
        }
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

impl fmt::Display for ReportFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
