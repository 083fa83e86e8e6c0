//! `.baseleak.toml`: the settings of a repository. Every key is described in
//! docs/configuration.md. It checks keys and kinds of values; globs and rule
//! files are checked by those who use them.

mod settled;

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::model::ReportFormat;
use toml::de::{DeTable, DeValue};

use super::document::{self, DocumentError, Lines, Value};
use super::error::write_place;
use super::size::parse_size;
use super::span::parse_span;
use super::suggest::hint;
use super::traits::one_of;

pub use settled::{AllowConfig, GateConfig, SuppressConfig};

/// A configuration file. What it does not say is `None` or empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// `[scan]`.
    pub scan: ScanConfig,
    /// `[rules]`.
    pub rules: RulesConfig,
    /// `[output]`.
    pub output: OutputConfig,
    /// `[suppress]`.
    pub suppress: SuppressConfig,
    /// `[gate]`.
    pub gate: GateConfig,
    /// `[[allow]]`, in the order of the file.
    pub allow: Vec<AllowConfig>,
}

/// `[scan]`: what is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScanConfig {
    /// `include`: globs; where there are any, only files that match one are read.
    pub include: Vec<String>,
    /// `exclude`: globs of what is not read.
    pub exclude: Vec<String>,
    /// `ignored`: whether files that git ignores are read too.
    pub ignored: Option<bool>,
    /// `decode`: whether what is encoded is looked into.
    pub decode: Option<bool>,
    /// `max-file-size`, in bytes.
    pub max_file_size: Option<u64>,
    /// `unpack`: whether archives and notebooks are opened.
    pub unpack: Option<bool>,
    /// `ocr`: whether images are looked at.
    pub ocr: Option<bool>,
    /// `ocr-budget`: for how long, in all.
    pub ocr_budget: Option<Duration>,
}

/// `[rules]`: what is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RulesConfig {
    /// `files`: rule files, already joined to the folder of the configuration file.
    pub files: Vec<PathBuf>,
    /// `disable`: ids of rules that are not run.
    pub disable: Vec<String>,
}

/// `[output]`: how it is told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutputConfig {
    /// `format`.
    pub format: Option<ReportFormat>,
    /// `color`.
    pub color: Option<ColorWhen>,
}

/// `color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorWhen {
    /// `"auto"`.
    Auto,
    /// `"always"`.
    Always,
    /// `"never"`.
    Never,
}

/// A configuration file that cannot be used. Displays as one line:
/// `.baseleak.toml:3: …`.
#[derive(Debug)]
#[non_exhaustive]
pub struct ConfigError {
    /// The file, as it was named.
    pub file: PathBuf,
    /// The line, from 1, where one is to blame.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: ConfigProblem,
}

/// What is wrong with a configuration file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigProblem {
    /// The file cannot be read, is too large, or is not TOML.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// A key that does not exist.
    #[error("unknown key \"{key}\"{hint}")]
    UnknownKey {
        /// The key, with its table.
        key: String,
        /// The nearest right key, in words; empty where none is near.
        hint: String,
    },
    /// A value of the wrong kind, or one that is not allowed.
    #[error("{key} {message}")]
    BadValue {
        /// The key, with its table.
        key: &'static str,
        /// What it must be.
        message: String,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_place(f, &self.file, self.line)?;
        write!(f, "{}", self.what)
    }
}

impl Error for ConfigError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.what.source()
    }
}

impl Config {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = document::read(path).map_err(|error| ConfigError {
            file: path.to_owned(),
            line: None,
            what: error.into(),
        })?;
        Self::parse(path, &text)
    }

    /// Reads a configuration from a text that is said to stand in `file`.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(file: &Path, text: &str) -> Result<Self, ConfigError> {
        let lines = Lines::new(text);
        let root = document::parse(text, &lines).map_err(|(line, error)| ConfigError {
            file: file.to_owned(),
            line,
            what: error.into(),
        })?;
        Reader { file, lines }.config(&root)
    }
}

struct Reader<'r> {
    file: &'r Path,
    lines: Lines,
}

impl Reader<'_> {
    fn value<T>(
        &self,
        key: &'static str,
        value: &Value<'_>,
        read: Result<T, String>,
    ) -> Result<T, ConfigError> {
        read.map_err(|message| ConfigError {
            file: self.file.to_owned(),
            line: Some(self.lines.of(value)),
            what: ConfigProblem::BadValue { key, message },
        })
    }

    fn unknown(&self, line: usize, table: &str, key: &str, known: &[&str]) -> ConfigError {
        let key_in_table = format!("{table}{}", document::clip(key, 60));
        ConfigError {
            file: self.file.to_owned(),
            line: Some(line),
            what: ConfigProblem::UnknownKey { key: key_in_table, hint: hint(key, known) },
        }
    }

    fn config(&self, root: &DeTable<'_>) -> Result<Config, ConfigError> {
        let mut config = Config::default();
        for (key, value) in root {
            let inner = value.get_ref();
            match key.get_ref().as_ref() {
                "scan" => config.scan = self.scan(self.value("scan", value, document::table(inner))?)?,
                "rules" => {
                    config.rules = self.rules(self.value("rules", value, document::table(inner))?)?;
                }
                "output" => {
                    config.output = self.output(self.value("output", value, document::table(inner))?)?;
                }
                "suppress" => {
                    config.suppress =
                        self.suppress(self.value("suppress", value, document::table(inner))?)?;
                }
                "gate" => config.gate = self.gate(self.value("gate", value, document::table(inner))?)?,
                "allow" => config.allow = self.allow(value)?,
                other => {
                    let known = ["scan", "rules", "output", "suppress", "gate", "allow"];
                    return Err(self.unknown(self.lines.of(key), "", other, &known));
                }
            }
        }
        Ok(config)
    }

    fn scan(&self, table: &DeTable<'_>) -> Result<ScanConfig, ConfigError> {
        let mut scan = ScanConfig::default();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "include" => scan.include = self.words("scan.include", value)?,
                "exclude" => scan.exclude = self.words("scan.exclude", value)?,
                "ignored" => {
                    scan.ignored =
                        Some(self.value("scan.ignored", value, document::boolean(value.get_ref()))?);
                }
                "decode" => {
                    scan.decode =
                        Some(self.value("scan.decode", value, document::boolean(value.get_ref()))?);
                }
                "max-file-size" => {
                    scan.max_file_size =
                        Some(self.value("scan.max-file-size", value, size(value.get_ref()))?);
                }
                "unpack" => {
                    scan.unpack =
                        Some(self.value("scan.unpack", value, document::boolean(value.get_ref()))?);
                }
                "ocr" => {
                    scan.ocr = Some(self.value("scan.ocr", value, document::boolean(value.get_ref()))?);
                }
                "ocr-budget" => {
                    scan.ocr_budget = Some(self.value("scan.ocr-budget", value, span(value.get_ref()))?);
                }
                other => {
                    let known = [
                        "include",
                        "exclude",
                        "ignored",
                        "decode",
                        "max-file-size",
                        "unpack",
                        "ocr",
                        "ocr-budget",
                    ];
                    return Err(self.unknown(self.lines.of(key), "scan.", other, &known));
                }
            }
        }
        Ok(scan)
    }

    fn rules(&self, table: &DeTable<'_>) -> Result<RulesConfig, ConfigError> {
        let mut rules = RulesConfig::default();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "files" => {
                    let folder = self.file.parent().unwrap_or(Path::new(""));
                    let files = self.words("rules.files", value)?;
                    rules.files = files.iter().map(|file| folder.join(file)).collect();
                }
                "disable" => rules.disable = self.words("rules.disable", value)?,
                other => {
                    return Err(self.unknown(self.lines.of(key), "rules.", other, &["files", "disable"]));
                }
            }
        }
        Ok(rules)
    }

    fn output(&self, table: &DeTable<'_>) -> Result<OutputConfig, ConfigError> {
        const COLORS: &[(&str, ColorWhen)] =
            &[("auto", ColorWhen::Auto), ("always", ColorWhen::Always), ("never", ColorWhen::Never)];
        let formats = ReportFormat::ALL.map(|format| (format.name(), format));
        let mut output = OutputConfig::default();
        for (key, value) in table {
            let inner = value.get_ref();
            match key.get_ref().as_ref() {
                "format" => {
                    output.format = Some(self.value("output.format", value, one_of(inner, &formats))?);
                }
                "color" => output.color = Some(self.value("output.color", value, one_of(inner, COLORS))?),
                other => {
                    return Err(self.unknown(self.lines.of(key), "output.", other, &["format", "color"]));
                }
            }
        }
        Ok(output)
    }

    fn words(&self, key: &'static str, value: &Value<'_>) -> Result<Vec<String>, ConfigError> {
        let list = self.value(key, value, document::strings(value.get_ref(), &self.lines))?;
        Ok(list.into_iter().map(|(_, word)| word).collect())
    }
}

fn size(value: &DeValue<'_>) -> Result<u64, String> {
    match value {
        DeValue::String(text) => parse_size(text).map_err(|error| format!("is not a size: {error}")),
        DeValue::Integer(_) => document::whole(value),
        other => Err(format!(
            "must be a size such as \"10MiB\" or a number of bytes, not {}",
            document::kind(other)
        )),
    }
}

fn span(value: &DeValue<'_>) -> Result<Duration, String> {
    match value {
        DeValue::String(text) => parse_span(text).map_err(|error| format!("is not a time: {error}")),
        other => Err(format!("must be a time such as \"60s\", not {}", document::kind(other))),
    }
}

#[cfg(test)]
mod tests;
