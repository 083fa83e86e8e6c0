//! The way from a file to the structs that somebody reads of a JSON report.
//!
//! What is read of it is the business of the caller, whose structs pass over what they do
//! not know: a newer report of the same schema can be read.
//!
//! **Invariant:** an error tells of a place in the report, and quotes nothing of what
//! stands there.

use std::io::Read;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;

use super::ReportError;

/// The schema that is read.
const SCHEMA: u64 = 1;

/// Most bytes of a report.
const LARGEST: u64 = 1 << 30;

/// What tells a report from other JSON.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    schema: Option<u64>,
    #[serde(default)]
    tool: Option<Tool>,
}

#[derive(Deserialize)]
struct Tool {
    name: String,
}

/// What of a JSON report is of use to the caller, of at most 1 GiB.
///
/// # Errors
/// Where it cannot be read, is no report, not whole, or of another schema.
pub fn read_report<T: DeserializeOwned>(report: impl Read) -> Result<T, ReportError> {
    let mut bytes = Vec::new();
    report.take(LARGEST + 1).read_to_end(&mut bytes).map_err(ReportError::Unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(ReportError::TooLarge);
    }
    parse_report(&bytes)
}

/// The same of a report that is at hand.
///
/// # Errors
/// As [`read_report`].
pub(super) fn parse_report<T: DeserializeOwned>(report: &[u8]) -> Result<T, ReportError> {
    let text = report.trim_ascii_start();
    if text.is_empty() {
        return Err(ReportError::Empty);
    }
    // Whether it is JSON at all, which whoever stops at the first surprise does not find out.
    let any: Result<IgnoredAny, _> = serde_json::from_slice(report);
    any.map_err(|error| match error.classify() {
        Category::Eof => ReportError::Truncated,
        _ => ReportError::NotJson { line: error.line(), column: error.column() },
    })?;
    // A list is taken for the fields of a struct in their order.
    let head: Option<Head> = serde_json::from_slice(report).ok().filter(|_| text.starts_with(b"{"));
    let head = head.filter(|head| head.tool.as_ref().is_some_and(|tool| tool.name == "baseleak"));
    match head.and_then(|head| head.schema) {
        Some(SCHEMA) => {}
        Some(schema) => return Err(ReportError::Schema(schema)),
        None => return Err(ReportError::NotAReport),
    }
    serde_json::from_slice(report).map_err(|error| ReportError::Malformed {
        what: "something is missing or of another kind",
        line: error.line(),
        column: error.column(),
    })
}
