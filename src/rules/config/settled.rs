//! The tables of a configuration about what is settled: `[[allow]]`, `[suppress]` and `[gate]`.
//!
//! **Invariant:** an error says nothing of a value that may be a key: somebody may have
//! written one where only its public name belongs.

use std::path::{Path, PathBuf};

use time::Date;
use time::format_description::well_known::Iso8601;
use toml::de::{DeTable, DeValue};

use super::super::document::{self, Value};
use super::super::traits::one_of;
use super::{ConfigError, ConfigProblem, Reader};
use crate::model::FailOn;

/// `[suppress]`: what may settle a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SuppressConfig {
    /// `inline`: whether comments beside secrets do.
    pub inline: Option<bool>,
    /// `require-reason`: whether what gives no reason does not.
    pub require_reason: Option<bool>,
    /// `baseline`: its file, already joined to the folder of the configuration file.
    pub baseline: Option<PathBuf>,
    /// `ignore-file`: a file like `.gitleaksignore`, joined in the same way.
    pub ignore_file: Option<PathBuf>,
}

/// `[gate]`: what makes a scan fail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GateConfig {
    /// `fail-on`.
    pub fail_on: Option<FailOn>,
    /// `max-findings`.
    pub max_findings: Option<u64>,
}

/// An `[[allow]]` entry: a finding that all that it names match is settled. It names
/// something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AllowConfig {
    /// The line that it begins on, from 1.
    pub line: usize,
    /// `key`: the public name of a key, or `sha256:` and digits of its digest.
    pub key: Option<String>,
    /// `path`: a glob.
    pub path: Option<String>,
    /// `rule`: the id of a rule.
    pub rule: Option<String>,
    /// `fingerprint`: 32 hexadecimal digits in lower case.
    pub fingerprint: Option<String>,
    /// `reason`: why.
    pub reason: Option<String>,
    /// `expires`: the last day that it holds, as `2026-12-31`.
    pub expires: Option<String>,
    /// `owner`: who answers for it.
    pub owner: Option<String>,
}

const ALLOW_KEYS: [&str; 7] = ["key", "path", "rule", "fingerprint", "reason", "expires", "owner"];
/// Characters of the longest public name of a key, with room to spare; no secret is shorter.
const LONGEST_NAME: usize = 24;
const FINGERPRINT: usize = 32;

impl Reader<'_> {
    pub(super) fn suppress(&self, table: &DeTable<'_>) -> Result<SuppressConfig, ConfigError> {
        let mut suppress = SuppressConfig::default();
        for (key, value) in table {
            let inner = value.get_ref();
            match key.get_ref().as_ref() {
                "inline" => {
                    suppress.inline = Some(self.value("suppress.inline", value, document::boolean(inner))?);
                }
                "require-reason" => {
                    let required = self.value("suppress.require-reason", value, document::boolean(inner))?;
                    suppress.require_reason = Some(required);
                }
                "baseline" => suppress.baseline = Some(self.path("suppress.baseline", value)?),
                "ignore-file" => suppress.ignore_file = Some(self.path("suppress.ignore-file", value)?),
                other => {
                    let known = ["inline", "require-reason", "baseline", "ignore-file"];
                    return Err(self.unknown(self.lines.of(key), "suppress.", other, &known));
                }
            }
        }
        Ok(suppress)
    }

    pub(super) fn gate(&self, table: &DeTable<'_>) -> Result<GateConfig, ConfigError> {
        let words = FailOn::ALL.map(|fail_on| (fail_on.word(), fail_on));
        let mut gate = GateConfig::default();
        for (key, value) in table {
            let inner = value.get_ref();
            match key.get_ref().as_ref() {
                "fail-on" => {
                    gate.fail_on = Some(self.value("gate.fail-on", value, one_of(inner, &words))?);
                }
                "max-findings" => {
                    gate.max_findings =
                        Some(self.value("gate.max-findings", value, document::whole(inner))?);
                }
                other => {
                    let known = ["fail-on", "max-findings"];
                    return Err(self.unknown(self.lines.of(key), "gate.", other, &known));
                }
            }
        }
        Ok(gate)
    }

    pub(super) fn allow(&self, value: &Value<'_>) -> Result<Vec<AllowConfig>, ConfigError> {
        let tables = self.value("allow", value, document::tables(value, &self.lines))?;
        tables.into_iter().map(|(line, table)| self.entry(line, table)).collect()
    }

    fn entry(&self, line: usize, table: &DeTable<'_>) -> Result<AllowConfig, ConfigError> {
        let mut entry = AllowConfig { line, ..AllowConfig::default() };
        for (key, value) in table {
            let inner = value.get_ref();
            match key.get_ref().as_ref() {
                "key" => entry.key = Some(self.value("allow.key", value, name(inner))?),
                "path" => entry.path = Some(self.value("allow.path", value, filled(inner))?),
                "rule" => entry.rule = Some(self.value("allow.rule", value, filled(inner))?),
                "fingerprint" => {
                    entry.fingerprint = Some(self.value("allow.fingerprint", value, fingerprint(inner))?);
                }
                "reason" => entry.reason = Some(self.value("allow.reason", value, filled(inner))?),
                "expires" => entry.expires = Some(self.value("allow.expires", value, day(inner))?),
                "owner" => entry.owner = Some(self.value("allow.owner", value, filled(inner))?),
                other => return Err(self.unknown(self.lines.of(key), "allow.", other, &ALLOW_KEYS)),
            }
        }
        if entry.key.is_none() && entry.path.is_none() && entry.rule.is_none() && entry.fingerprint.is_none()
        {
            let message = "must name what it allows: a key, a path, a rule or a fingerprint".to_owned();
            let what = ConfigProblem::BadValue { key: "allow", message };
            return Err(ConfigError { file: self.file.to_owned(), line: Some(line), what });
        }
        Ok(entry)
    }

    /// A path, joined to the folder of the configuration file.
    fn path(&self, key: &'static str, value: &Value<'_>) -> Result<PathBuf, ConfigError> {
        let path = self.value(key, value, filled(value.get_ref()))?;
        Ok(self.file.parent().unwrap_or(Path::new("")).join(path))
    }
}

/// A string that says something.
fn filled(value: &DeValue<'_>) -> Result<String, String> {
    let text = document::string(value)?;
    let text = text.trim();
    if text.is_empty() { Err("must not be empty".to_owned()) } else { Ok(text.to_owned()) }
}

/// The public name of a key. A whole one is refused, and not repeated.
fn name(value: &DeValue<'_>) -> Result<String, String> {
    let text = filled(value)?;
    if let Some(digits) = text.strip_prefix("sha256:") {
        let is_digest =
            (12..=64).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        return if is_digest {
            Ok(text)
        } else {
            Err("must have 12 to 64 hexadecimal digits behind sha256:".to_owned())
        };
    }
    if text.contains('.') || text.starts_with("whsec_") || text.chars().count() > LONGEST_NAME {
        return Err("must be the public name of a key, such as \"b10_abcd1234\" or the 8 characters before \
                    the dot of an old one, and never a whole key: take it out of this file, and revoke it if \
                    it is live"
            .to_owned());
    }
    Ok(text)
}

fn fingerprint(value: &DeValue<'_>) -> Result<String, String> {
    let text = filled(value)?.to_ascii_lowercase();
    if text.len() == FINGERPRINT && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(text);
    }
    Err("must be 32 hexadecimal digits, as reports write it".to_owned())
}

/// A day, as TOML writes it or as a string.
fn day(value: &DeValue<'_>) -> Result<String, String> {
    let text = match value {
        DeValue::String(text) => text.trim().to_owned(),
        DeValue::Datetime(moment) => moment.to_string(),
        other => return Err(format!("must be a day such as 2026-12-31, not {}", document::kind(other))),
    };
    // ISO 8601 has more forms of a day, which do not sort as text.
    let is_plain = text.len() == "2026-12-31".len() && !text.contains(['W', 'T']);
    let parsed = Date::parse(&text, &Iso8601::DATE).ok().filter(|_| is_plain);
    parsed.map(|_| text).ok_or_else(|| "must be a day such as 2026-12-31".to_owned())
}
