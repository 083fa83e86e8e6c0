//! What leaked, key by key: from a scan that was just made, or from the report of one.
//!
//! A report is read by structs of its own, which pass over what they do not know, so
//! that a newer report of the same schema can be read. It holds no secret, and neither
//! does a [`Leak`] that is read from one.
//!
//! **Invariant:** an error tells of a place in the report and of what should stand
//! there, and quotes nothing of what does.

use std::collections::HashMap;
use std::io::Read;

use serde::Deserialize;

use super::document::{parse_report, read_report};
use super::reading::{Reading, WireImage, WireWeb};
pub use crate::model::LeakPlace;
use crate::model::{Attribution, Exposure, Finding, Place, Report, Secret};

/// A distinct key, with all the places that it leaked in.
#[derive(Debug, Clone)]
pub struct Leak {
    /// Its public name: what stands before the dot, or `sha256:…` where it has none.
    pub key: String,
    /// What tells its secret from others: 16 hexadecimal digits.
    pub digest: String,
    /// Id of the rule that found it; of several the one of its first place.
    pub rule: String,
    /// Whose it is: Baseten's if any of its places says so, another's if one says so
    /// and none says Baseten.
    pub attribution: Attribution,
    /// The secret; none where a report is all that is known.
    pub secret: Option<Secret>,
    /// How it was read, where it is known from images only.
    pub reading: Option<Reading>,
    /// Where it stands, in the order of the report; empty only of a key that was named.
    pub places: Vec<LeakPlace>,
    /// The first commit that carries it, where a history was read.
    pub since: Option<Since>,
    /// Whether the newest commit of the current branch carries it; none where no
    /// history was read.
    pub in_head: Option<bool>,
}

/// What a report says leaked.
#[derive(Debug, Clone)]
pub struct Leaked {
    /// The distinct keys, in the order of their first places.
    pub leaks: Vec<Leak>,
    /// Whether the scan read all that it was asked to; if not, there may be more keys.
    pub is_complete: bool,
}

/// Since when a key is in a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    /// Id of the commit.
    pub commit: String,
    /// When it was authored, in RFC 3339.
    pub date: String,
    /// Who authored it. It is not cleaned for a terminal.
    pub author: String,
}

/// What kind of secret a key is, as far as its rule and its public name tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `b10_`, eight characters, a dot, 32 characters.
    New,
    /// Eight characters, a dot, 32 characters: other vendors have the same.
    Old,
    /// A key of a gateway's group, `sky_`.
    Gateway,
    /// A secret that signs webhooks, which no call tells the truth about.
    Webhook,
    /// Anything else.
    Other,
}

impl Shape {
    /// Whether it is a key that the API names by its prefix.
    pub(super) fn is_key(self) -> bool {
        matches!(self, Self::New | Self::Old | Self::Gateway)
    }
}

/// Why a report cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The file cannot be read.
    #[error("the report cannot be read")]
    Unreadable(#[source] std::io::Error),
    /// More than is read.
    #[error("it is larger than 1 GiB")]
    TooLarge,
    /// Nothing is in it.
    #[error("it is empty")]
    Empty,
    /// It ends before its end.
    #[error("it ends too early: it was cut off")]
    Truncated,
    /// No JSON.
    #[error("it is not JSON, at line {line} column {column}")]
    NotJson {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// JSON of somebody else.
    #[error("it is JSON, but not a report of baseleak")]
    NotAReport,
    /// A report of another schema.
    #[error("it is a report of schema {0}, and this version reads schema 1")]
    Schema(u64),
    /// A key that is not named as reports name keys.
    #[error("it is no report as baseleak writes it: a key in it is not named by its prefix alone")]
    NotAName,
    /// A report in which something is missing or of the wrong kind.
    #[error("it is no whole report: {what}, at line {line} column {column}")]
    Malformed {
        /// What is wrong.
        what: &'static str,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
}

impl ReportError {
    /// What can be done about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Schema(_) => "use the version of baseleak that wrote it, or scan anew",
            _ => "give a report that `baseleak scan`, `history` or `audit --format json --output FILE` wrote",
        }
    }
}

#[derive(Deserialize)]
struct Document {
    findings: Vec<WireFinding>,
    #[serde(default)]
    exposures: Vec<WireExposure>,
    #[serde(default)]
    coverage: Option<WireCoverage>,
}

#[derive(Deserialize)]
struct WireCoverage {
    complete: bool,
}

#[derive(Deserialize)]
struct WireFinding {
    rule: String,
    attribution: String,
    key: String,
    digest: String,
    path: String,
    place: String,
    line: u64,
    #[serde(default)]
    image: Option<WireImage>,
    #[serde(default)]
    web: Option<WireWeb>,
    #[serde(default)]
    origin: Option<WireOrigin>,
}

#[derive(Deserialize)]
struct WireOrigin {
    #[serde(default)]
    commit: Option<WireCommit>,
}

#[derive(Deserialize)]
struct WireCommit {
    id: String,
    author: String,
    date: String,
}

#[derive(Deserialize)]
struct WireExposure {
    digest: String,
    #[serde(default)]
    first: Option<WireCommit>,
    in_head: bool,
}

impl Leak {
    /// The distinct keys of a scan, in the order of their first places.
    pub fn of_report(report: &Report) -> Vec<Self> {
        let mut leaks = Leaks::default();
        report.findings.iter().for_each(|finding| leaks.add(Self::of(finding)));
        for Exposure { digest, first, in_head, .. } in &report.exposures {
            let since = first.as_ref().map(|commit| Since {
                commit: commit.id.clone(),
                date: date(commit.seconds),
                author: commit.author.clone(),
            });
            leaks.expose(digest, since, *in_head);
        }
        leaks.all
    }

    /// The distinct keys of a JSON report, in the order of their first places.
    ///
    /// # Errors
    /// Where it is no report, not whole, or of another schema.
    pub fn read(report: impl Read) -> Result<Vec<Self>, ReportError> {
        Leaked::read(report).map(|leaked| leaked.leaks)
    }

    /// The distinct keys of a JSON report that is at hand; see [`Self::read`].
    ///
    /// # Errors
    /// Where it is no report, not whole, or of another schema.
    pub fn parse(report: &[u8]) -> Result<Vec<Self>, ReportError> {
        Leaked::parse(report).map(|leaked| leaked.leaks)
    }

    /// A key of which nothing but its public prefix is known; none where `prefix` is not
    /// one of Baseten's.
    pub fn named(prefix: &str) -> Option<Self> {
        let leak = |rule: &str| Self {
            key: prefix.to_owned(),
            digest: String::new(),
            rule: rule.to_owned(),
            attribution: Attribution::Unknown,
            secret: None,
            reading: None,
            places: Vec::new(),
            since: None,
            in_head: None,
        };
        let rules = ["baseten-api-key", "baseten-gateway-key", "baseten-api-key-legacy"];
        rules.map(leak).into_iter().find(|leak| leak.prefix().is_some())
    }

    /// What kind of secret it is.
    pub fn shape(&self) -> Shape {
        self.shape_of(&self.key)
    }

    /// What kind of secret it is if this is its name.
    pub(super) fn shape_of(&self, key: &str) -> Shape {
        let is_word = |text: &str, length| {
            text.len() == length && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        let after = |prefix: &str| key.strip_prefix(prefix);
        match self.rule.as_str() {
            "baseten-webhook-secret" => Shape::Webhook,
            _ if after("b10_").is_some_and(|rest| is_word(rest, 8)) => Shape::New,
            "baseten-gateway-key"
                if after("sky_").is_some_and(|rest| is_word(rest, rest.len().clamp(1, 64))) =>
            {
                Shape::Gateway
            }
            "baseten-api-key-legacy" if is_word(key, 8) => Shape::Old,
            _ => Shape::Other,
        }
    }

    /// The public prefix, by which the API names the key; none where it has none. Of what was
    /// read in images it is the likeliest.
    pub fn prefix(&self) -> Option<&str> {
        self.shape().is_key().then_some(self.key.as_str())
    }

    fn of(finding: &Finding) -> Self {
        let (location, origin) = (&finding.location, finding.origin.as_ref());
        Self {
            key: finding.key.clone(),
            digest: finding.digest.clone(),
            rule: finding.rule.to_string(),
            attribution: finding.attribution,
            // A finding that is the file itself has none.
            secret: Some(finding.secret.clone()).filter(|secret| !secret.expose().is_empty()),
            reading: Reading::of(finding),
            places: vec![LeakPlace {
                path: location.path.as_str().to_owned(),
                line: (location.place == Place::Content).then_some(location.start.line),
                within: finding.within(),
                commit: origin.and_then(|origin| Some(origin.commit.as_ref()?.id.clone())),
            }],
            since: None,
            in_head: None,
        }
    }
}

impl Leaked {
    /// What a JSON report says leaked.
    ///
    /// # Errors
    /// Where it is no report, not whole, or of another schema.
    pub fn read(report: impl Read) -> Result<Self, ReportError> {
        Self::of(read_report(report)?)
    }

    /// The same of a report that is at hand; see [`Self::read`].
    ///
    /// # Errors
    /// Where it is no report, not whole, or of another schema.
    pub fn parse(report: &[u8]) -> Result<Self, ReportError> {
        Self::of(parse_report(report)?)
    }

    fn of(document: Document) -> Result<Self, ReportError> {
        if document.findings.iter().any(WireFinding::has_secret) {
            return Err(ReportError::NotAName);
        }
        let is_complete = document.coverage.is_none_or(|coverage| coverage.complete);
        let mut leaks = Leaks::default();
        document.findings.into_iter().for_each(|finding| leaks.add(finding.leak()));
        for WireExposure { digest, first, in_head } in document.exposures {
            leaks.expose(&digest, first.map(WireCommit::since), in_head);
        }
        Ok(Self { leaks: leaks.all, is_complete })
    }
}

impl WireFinding {
    /// Whether a name in it is more than a name.
    fn has_secret(&self) -> bool {
        self.key.contains('.') || self.image.as_ref().is_some_and(WireImage::has_secret)
    }

    fn leak(self) -> Leak {
        let within = match &self.image {
            Some(image) => Some(image.place()),
            None => self.web.and_then(WireWeb::place),
        };
        Leak {
            reading: self.image.map(|image| image.reading(&self.key)),
            key: self.key,
            digest: self.digest,
            rule: self.rule,
            attribution: match self.attribution.as_str() {
                "baseten" => Attribution::Baseten,
                "other" => Attribution::Other,
                _ => Attribution::Unknown,
            },
            secret: None,
            places: vec![LeakPlace {
                path: self.path,
                line: (self.place == "content").then_some(self.line),
                within,
                commit: self.origin.and_then(|origin| Some(origin.commit?.id)),
            }],
            since: None,
            in_head: None,
        }
    }
}

impl WireCommit {
    fn since(self) -> Since {
        Since { commit: self.id, date: self.date, author: self.author }
    }
}

/// Leaks under way, by what tells them apart.
#[derive(Default)]
struct Leaks {
    all: Vec<Leak>,
    by_digest: HashMap<String, usize>,
}

impl Leaks {
    /// Adds a key with one place, or the place to the key.
    fn add(&mut self, leak: Leak) {
        let at = *self.by_digest.entry(leak.digest.clone()).or_insert(self.all.len());
        let Some(known) = self.all.get_mut(at) else { return self.all.push(leak) };
        known.attribution = match (known.attribution, leak.attribution) {
            (Attribution::Baseten, _) | (_, Attribution::Baseten) => Attribution::Baseten,
            (Attribution::Other, _) | (_, Attribution::Other) => Attribution::Other,
            (Attribution::Unknown, Attribution::Unknown) => Attribution::Unknown,
        };
        // A text tells the key for sure, and what an image may show counts no more.
        (known.reading, known.secret) = match (known.reading.take(), leak.reading) {
            (Some(one), Some(other)) => (Some(one.join(other)), known.secret.take().or(leak.secret)),
            (Some(_), None) => (None, leak.secret),
            (None, _) => (None, known.secret.take().or(leak.secret)),
        };
        // The places are in order, so that those of one line stand side by side.
        for place in leak.places {
            if known.places.last() != Some(&place) {
                known.places.push(place);
            }
        }
    }

    /// Adds what a history says of a key.
    fn expose(&mut self, digest: &str, since: Option<Since>, in_head: bool) {
        if let Some(leak) = self.by_digest.get(digest).and_then(|&at| self.all.get_mut(at)) {
            leak.since = since;
            leak.in_head = Some(in_head);
        }
    }
}

/// Seconds since 1970 as a date and time in UTC, written as reports do.
fn date(seconds: i64) -> String {
    let format = &time::format_description::well_known::Rfc3339;
    let date = time::OffsetDateTime::from_unix_timestamp(seconds).ok();
    date.and_then(|date| date.format(format).ok()).unwrap_or_else(|| format!("{seconds} s after 1970"))
}
