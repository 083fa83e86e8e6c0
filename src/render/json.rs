//! A report for programs: one JSON document, schema 1, described in `docs/output.md`.
//!
//! The wire has structs of its own, so that the model can change without the
//! format changing. Findings are written one by one as they are turned into
//! their wire form. No time and no machine-dependent value is written: the same
//! report is the same bytes.
//!
//! **Invariant:** no secret is written, and every invisible character is
//! escaped as `\uXXXX`, so that the text loses nothing and is safe on a terminal.

mod verdict;
mod visible;

use std::fmt::Display;
use std::io::{self, Write};

use super::Tally;
use crate::model::{
    Attribution, CommitSummary, Confidence, Coverage, Encoding, Exposure, Finding, Fingerprint, Holder, Note,
    NoteKind, ObjectKind, Origin, PathName, Place, Reason, Report, RuleSummary, SkipReason, Skipped, Verdict,
};
use serde::{Serialize, Serializer};
use verdict::WireVerdict;
pub use verdict::{write_value, write_verdicts};
use visible::Visible;

/// The version of the format. It grows when a field goes or changes its
/// meaning, and not when one is added.
const SCHEMA: u32 = 1;

/// Writes `report` as indented JSON with a final newline. Fails only where `out` does.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    write_value(&Document::of(report), out)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    tool: Tool<'a>,
    findings: Each<'a, Finding, WireFinding<'a>>,
    #[serde(skip_serializing_if = "Each::is_empty")]
    exposures: Each<'a, Exposure, WireExposure<'a>>,
    #[serde(skip_serializing_if = "Each::is_empty")]
    verdicts: Each<'a, Verdict, WireVerdict<'a>>,
    coverage: WireCoverage<'a>,
    rules: Each<'a, RuleSummary, WireRule<'a>>,
    disabled_rules: &'a [String],
    config: Option<&'a str>,
    summary: Summary,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'a str,
}

#[derive(Serialize)]
struct WireFinding<'a> {
    rule: &'a str,
    confidence: Shown<Confidence>,
    reasons: Each<'a, Reason, WireReason<'a>>,
    attribution: Shown<Attribution>,
    key: &'a str,
    digest: &'a str,
    fingerprint: Shown<Fingerprint>,
    path: &'a str,
    place: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cell: Option<&'a str>,
    line: u64,
    column: u64,
    end_line: u64,
    end_column: u64,
    snippet: String,
    #[serde(skip_serializing_if = "Each::is_empty")]
    encodings: Each<'a, Encoding, Shown<&'a Encoding>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<WireOrigin<'a>>,
}

/// Where in a history a finding comes from.
#[derive(Serialize)]
struct WireOrigin<'a> {
    object: &'a str,
    kind: Shown<ObjectKind>,
    commit: Option<WireCommit<'a>>,
    other_paths: Each<'a, PathName, &'a str>,
    versions: u64,
    in_head: bool,
    holder: Shown<Holder>,
    refs: Each<'a, PathName, &'a str>,
    #[serde(skip_serializing_if = "Each::is_empty")]
    commits: Each<'a, CommitSummary, WireCommit<'a>>,
}

#[derive(Serialize)]
struct WireCommit<'a> {
    id: &'a str,
    author: &'a str,
    date: String,
}

/// A leaked key over a whole history.
#[derive(Serialize)]
struct WireExposure<'a> {
    key: &'a str,
    digest: &'a str,
    first: Option<WireCommit<'a>>,
    removed: Option<WireCommit<'a>>,
    in_head: bool,
    findings: Each<'a, Fingerprint, Shown<&'a Fingerprint>>,
}

#[derive(Serialize)]
struct WireReason<'a> {
    kind: &'static str,
    text: Shown<&'a Reason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    word: Option<&'a str>,
}

#[derive(Serialize)]
struct WireCoverage<'a> {
    complete: bool,
    files: u64,
    objects: u64,
    members: u64,
    bytes: u64,
    ignored: u64,
    excluded: u64,
    oversized: u64,
    symlinks: u64,
    submodules: u64,
    intent_to_add: u64,
    skipped: Each<'a, Skipped, WireSkipped<'a>>,
    notes: Each<'a, Note, WireNote<'a>>,
}

#[derive(Serialize)]
struct WireNote<'a> {
    path: &'a str,
    kind: &'static str,
    detail: &'a str,
}

#[derive(Serialize)]
struct WireSkipped<'a> {
    path: &'a str,
    reason: &'static str,
    detail: Option<&'a str>,
}

#[derive(Serialize)]
struct WireRule<'a> {
    id: &'a str,
    description: &'a str,
}

#[derive(Serialize)]
struct Summary {
    findings: u64,
    keys: u64,
    by_confidence: ByConfidence,
}

#[derive(Serialize)]
struct ByConfidence {
    high: u64,
    medium: u64,
    low: u64,
}

impl<'a> Document<'a> {
    fn of(report: &'a Report) -> Self {
        let Tally { findings, keys, high, medium, low, files: _ } = Tally::of(report);
        Self {
            schema: SCHEMA,
            tool: Tool { name: "baseleak", version: report.version },
            findings: Each(&report.findings, WireFinding::of),
            exposures: Each(&report.exposures, WireExposure::of),
            verdicts: Each(&report.verdicts, WireVerdict::of),
            coverage: WireCoverage::of(&report.coverage),
            rules: Each(&report.rules, WireRule::of),
            disabled_rules: &report.disabled,
            config: report.config.as_ref().map(PathName::as_str),
            summary: Summary { findings, keys, by_confidence: ByConfidence { high, medium, low } },
        }
    }
}

impl<'a> WireFinding<'a> {
    fn of(finding: &'a Finding) -> Self {
        let (location, snippet) = (&finding.location, &finding.snippet);
        Self {
            rule: &finding.rule,
            confidence: Shown(finding.confidence),
            reasons: Each(&finding.reasons, WireReason::of),
            attribution: Shown(finding.attribution),
            key: &finding.key,
            digest: &finding.digest,
            fingerprint: Shown(finding.fingerprint),
            path: location.path.as_str(),
            place: match location.place {
                Place::Content => "content",
                Place::FileName => "file-name",
            },
            cell: location.cell(),
            line: location.start.line,
            column: location.start.column,
            end_line: location.end.line,
            end_column: location.end.column,
            snippet: format!("{}{}{}", snippet.before, snippet.mask, snippet.after),
            encodings: Each(&finding.encodings, Shown),
            origin: finding.origin.as_ref().map(WireOrigin::of),
        }
    }
}

impl<'a> WireOrigin<'a> {
    fn of(origin: &'a Origin) -> Self {
        Self {
            object: &origin.object,
            kind: Shown(origin.kind),
            commit: origin.commit.as_ref().map(WireCommit::of),
            other_paths: Each(&origin.other_paths, PathName::as_str),
            versions: origin.versions,
            in_head: origin.in_head,
            holder: Shown(origin.holder),
            refs: Each(&origin.refs, PathName::as_str),
            commits: Each(&origin.commits, WireCommit::of),
        }
    }
}

impl<'a> WireCommit<'a> {
    fn of(commit: &'a CommitSummary) -> Self {
        Self { id: &commit.id, author: &commit.author, date: super::date(commit.seconds) }
    }
}

impl<'a> WireExposure<'a> {
    fn of(exposure: &'a Exposure) -> Self {
        Self {
            key: &exposure.key,
            digest: &exposure.digest,
            first: exposure.first.as_ref().map(WireCommit::of),
            removed: exposure.removed.as_ref().map(WireCommit::of),
            in_head: exposure.in_head,
            findings: Each(&exposure.findings, Shown),
        }
    }
}

impl<'a> WireReason<'a> {
    fn of(reason: &'a Reason) -> Self {
        let (kind, word) = match reason {
            Reason::Shape => ("shape", None),
            Reason::Pattern => ("pattern", None),
            Reason::ContextOnLine(word) => ("context-on-line", Some(&**word)),
            Reason::ContextNearby(word) => ("context-nearby", Some(&**word)),
            Reason::ContextInFile(word) => ("context-in-file", Some(&**word)),
            Reason::ContextInPath(word) => ("context-in-path", Some(&**word)),
            Reason::KnownPlace(place) => ("known-place", Some(&**place)),
            Reason::RivalNearer(word) => ("rival-nearer", Some(&**word)),
            Reason::NoContext => ("no-context", None),
        };
        Self { kind, text: Shown(reason), word }
    }
}

impl<'a> WireCoverage<'a> {
    fn of(coverage: &'a Coverage) -> Self {
        Self {
            complete: coverage.is_complete(),
            files: coverage.files,
            objects: coverage.objects,
            members: coverage.members,
            bytes: coverage.bytes,
            ignored: coverage.ignored,
            excluded: coverage.excluded,
            oversized: coverage.oversized,
            symlinks: coverage.symlinks,
            submodules: coverage.submodules,
            intent_to_add: coverage.intent_to_add,
            skipped: Each(&coverage.skipped, WireSkipped::of),
            notes: Each(&coverage.notes, WireNote::of),
        }
    }
}

impl<'a> WireNote<'a> {
    fn of(note: &'a Note) -> Self {
        let (kind, detail) = match &note.kind {
            NoteKind::Member(why) => ("member", why.as_str()),
            NoteKind::Notebook(why) => ("notebook", why.as_str()),
            NoteKind::Encoded => ("encoded", NoteKind::DECODING),
        };
        Self { path: note.path.as_str(), kind, detail }
    }
}

impl<'a> WireSkipped<'a> {
    fn of(skipped: &'a Skipped) -> Self {
        let (reason, detail) = match &skipped.reason {
            SkipReason::Unreadable(why) => ("unreadable", Some(why.as_str())),
            SkipReason::Special(what) => ("special", Some(*what)),
            SkipReason::Vanished => ("vanished", None),
        };
        Self { path: skipped.path.as_str(), reason, detail }
    }
}

impl<'a> WireRule<'a> {
    fn of(rule: &'a RuleSummary) -> Self {
        Self { id: &rule.id, description: &rule.description }
    }
}

/// A list written as it is turned into its wire form, one element at a time.
struct Each<'a, T, W>(&'a [T], fn(&'a T) -> W);

impl<T, W> Each<'_, T, W> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T, W: Serialize> Serialize for Each<'_, T, W> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(self.1))
    }
}

/// A value written as the string it displays as.
struct Shown<T>(T);

impl<T: Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::super::canonical::{assert_no_secret, canonical};
    use super::super::terminal::is_hidden;
    use super::*;
    use crate::model::Snippet;

    fn rendered(report: &Report) -> String {
        let mut out = Vec::new();
        write(report, &mut out).expect("a vector takes everything");
        String::from_utf8(out).expect("the report is UTF-8")
    }

    fn parsed(report: &Report) -> Value {
        serde_json::from_str(&rendered(report)).expect("the report is JSON")
    }

    #[test]
    fn the_canonical_report() {
        insta::assert_snapshot!(rendered(&canonical()));
    }

    #[test]
    fn an_empty_report() {
        let (findings, exposures, rules) = (Vec::new(), Vec::new(), Vec::new());
        let (coverage, disabled, verdicts) = (Coverage::default(), Vec::new(), Vec::new());
        let report =
            Report { findings, exposures, verdicts, coverage, rules, config: None, disabled, version: "0" };
        insta::assert_snapshot!(rendered(&report), @r#"
        {
          "schema": 1,
          "tool": {
            "name": "baseleak",
            "version": "0"
          },
          "findings": [],
          "coverage": {
            "complete": true,
            "files": 0,
            "objects": 0,
            "members": 0,
            "bytes": 0,
            "ignored": 0,
            "excluded": 0,
            "oversized": 0,
            "symlinks": 0,
            "submodules": 0,
            "intent_to_add": 0,
            "skipped": [],
            "notes": []
          },
          "rules": [],
          "disabled_rules": [],
          "config": null,
          "summary": {
            "findings": 0,
            "keys": 0,
            "by_confidence": {
              "high": 0,
              "medium": 0,
              "low": 0
            }
          }
        }
        "#);
    }

    #[test]
    fn no_secret_is_written() {
        let report = canonical();
        assert_no_secret(&report, &rendered(&report));
    }

    #[test]
    fn nothing_hidden_is_written_and_nothing_is_lost() {
        let report = canonical();
        let text = rendered(&report);
        assert!(!text.replace('\n', "").contains(is_hidden), "{text:?}");
        let document = parsed(&report);
        for (index, finding) in report.findings.iter().enumerate() {
            let wire = &document["findings"][index];
            assert_eq!(wire["path"], finding.location.path.as_str());
            let Snippet { before, mask, after } = &finding.snippet;
            assert_eq!(wire["snippet"], format!("{before}{mask}{after}"));
        }
    }

    #[test]
    fn every_reason_has_a_kind_of_its_own() {
        let reasons = [
            Reason::Shape,
            Reason::Pattern,
            Reason::ContextOnLine("a".into()),
            Reason::ContextNearby("a".into()),
            Reason::ContextInFile("a".into()),
            Reason::ContextInPath("a".into()),
            Reason::KnownPlace("a".into()),
            Reason::RivalNearer("a".into()),
            Reason::NoContext,
        ];
        let kinds: BTreeSet<_> = reasons.iter().map(|reason| WireReason::of(reason).kind).collect();
        assert_eq!(kinds.len(), reasons.len());
    }

    #[test]
    fn every_kind_of_object_and_holder_is_written_and_every_exposure() {
        let report = canonical();
        let document = parsed(&report);
        let words = |field: &str| {
            let findings = document["findings"].as_array().expect("there are findings");
            let word = |finding: &Value| finding["origin"][field].as_str().map(str::to_owned);
            findings.iter().filter_map(word).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>()
        };
        assert_eq!(words("kind"), ["blob", "commit", "tag", "tree"]);
        assert_eq!(words("holder"), ["index", "nothing", "ref", "reflog", "stash"]);
        for (index, exposure) in report.exposures.iter().enumerate() {
            let wire = &document["exposures"][index];
            let names: Vec<_> = exposure.findings.iter().map(ToString::to_string).collect();
            assert_eq!(
                (&wire["digest"], &wire["findings"]),
                (&exposure.digest.as_str().into(), &names.into())
            );
        }
    }

    /// A writer that has room for so many bytes and then fails.
    struct Full(usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            let taken = bytes.len().min(self.0);
            self.0 -= taken;
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_kind_of_a_failed_write_is_kept() {
        let error = write(&canonical(), &mut Full(100)).expect_err("the writer fails");
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }
}
