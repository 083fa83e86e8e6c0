//! Holds all formats to one report: each carries the same findings, and none a secret.
//!
//! A format has a reader here, which takes out of a rendered report which findings it
//! carries, in its own terms. Of a human report only the number of blocks is read.
//!
//! **Invariant:** every format has a row in [`FORMATS`].

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::time::Duration;

use serde_json::Value;

use super::canonical::{assert_no_secret, canonical};
use super::terminal::name;
use super::{csv, deployed, github, gitlab, gitlab_codequality, html, human, json, jsonl, junit, sarif};
use crate::model::{Finding, Report, ReportFormat, Suppressed, Suppression, SuppressionKind};

/// Which findings a rendered report carries.
#[derive(Debug, PartialEq, Eq)]
enum Carried {
    /// These fingerprints, sorted: of findings that count, and of those that do not, unless
    /// the format does not list them.
    Fingerprints(Vec<String>, Option<Vec<String>>),
    /// These paths and first lines of findings that count, sorted; the path of what stands
    /// in an archive only as far as the archive.
    Places(Vec<(String, u64)>),
    /// So many that count.
    Number(usize),
}

type Writer = fn(&Report, &mut dyn Write) -> io::Result<()>;
type Reader = fn(&str) -> Carried;

/// Every format, how it is written, and how it is read here.
const FORMATS: [(ReportFormat, Writer, Reader); 10] = [
    (ReportFormat::Human, write_human, read_human),
    (ReportFormat::Json, json::write, read_json),
    (ReportFormat::Jsonl, jsonl::write, read_jsonl),
    (ReportFormat::Sarif, sarif::write, read_sarif),
    (ReportFormat::Github, github::write, read_github),
    (ReportFormat::Gitlab, write_gitlab, read_gitlab),
    (ReportFormat::GitlabCodequality, gitlab_codequality::write, read_gitlab_codequality),
    (ReportFormat::Junit, junit::write, read_junit),
    (ReportFormat::Csv, csv::write, read_csv),
    (ReportFormat::Html, html::write, read_html),
];

fn write_human(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let options =
        human::HumanOptions { show_secrets: false, show_suppressed: true, elapsed: Duration::from_secs(1) };
    human::write(report, &options, out)
}

fn write_gitlab(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    gitlab::write(report, gitlab::Span { began: 1_790_000_000, ended: 1_790_000_001 }, out)
}

fn written(write: Writer, report: &Report) -> String {
    let mut out = Vec::new();
    write(report, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("the report is UTF-8")
}

/// A block of a finding that counts has its confidence behind the place.
fn read_human(text: &str) -> Carried {
    let is_block = |line: &&str| {
        let words = [": high baseten-", ": medium baseten-", ": low baseten-"];
        words.iter().any(|word| line.contains(word)) && !line.starts_with(' ')
    };
    let text = plain(text);
    let of_counting = text.split("suppressed:").next().unwrap_or(&text);
    Carried::Number(of_counting.lines().filter(is_block).count())
}

/// The text without colours, which another test may have switched on.
fn plain(text: &str) -> String {
    let mut pieces = text.split("\x1b[");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |plain, piece| plain + piece.split_once('m').map_or(piece, |(_, behind)| behind))
}

fn document(text: &str) -> Value {
    serde_json::from_str(text).expect("the report is JSON")
}

fn fingerprints<'v>(list: impl IntoIterator<Item = &'v Value>, pointer: &str) -> Vec<String> {
    let fingerprint = |value: &Value| {
        let fingerprint = value.pointer(pointer).and_then(Value::as_str);
        fingerprint.expect("a finding has a fingerprint").to_owned()
    };
    sorted(list.into_iter().map(fingerprint).collect())
}

fn sorted<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort();
    list
}

fn array<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn read_json(text: &str) -> Carried {
    let document = document(text);
    let list = |pointer| fingerprints(array(&document, pointer), "/fingerprint");
    Carried::Fingerprints(list("/findings"), Some(list("/suppressed")))
}

fn read_jsonl(text: &str) -> Carried {
    let lines: Vec<Value> = text.lines().map(document).collect();
    let list = |kind: &str| fingerprints(lines.iter().filter(|line| line["type"] == kind), "/fingerprint");
    Carried::Fingerprints(list("finding"), Some(list("suppressed")))
}

/// A result that is suppressed has a list of suppressions that is not empty.
fn read_sarif(text: &str) -> Carried {
    let document = document(text);
    let results = array(&document, "/runs/0/results");
    let (hushed, counting): (Vec<&Value>, Vec<&Value>) =
        results.iter().partition(|result| !array(result, "/suppressions").is_empty());
    let pointer = "/partialFingerprints/baseleakFingerprint~1v1";
    Carried::Fingerprints(fingerprints(counting, pointer), Some(fingerprints(hushed, pointer)))
}

/// An annotation has a key in its title; what has none tells of something else.
fn read_github(text: &str) -> Carried {
    Carried::Number(text.lines().filter(|line| line.contains(" leaks::")).count())
}

fn read_gitlab(text: &str) -> Carried {
    let document = document(text);
    let vulnerabilities = array(&document, "/vulnerabilities");
    let ids: BTreeSet<_> = vulnerabilities.iter().filter_map(|entry| entry["id"].as_str()).collect();
    assert_eq!(ids.len(), vulnerabilities.len(), "each has an id of its own");
    places(vulnerabilities, "/location/file", "/location/start_line")
}

fn read_gitlab_codequality(text: &str) -> Carried {
    let document = document(text);
    let issues = document.as_array().expect("it is a list");
    let ids: BTreeSet<_> = issues.iter().filter_map(|entry| entry["fingerprint"].as_str()).collect();
    assert_eq!(ids.len(), issues.len(), "each has a fingerprint of its own");
    places(issues, "/location/path", "/location/lines/begin")
}

fn places(list: &[Value], path: &str, line: &str) -> Carried {
    let place = |value: &Value| {
        let path = value.pointer(path).and_then(Value::as_str).expect("a finding has a path");
        // The name of a file has no line of the file, and is one line itself.
        let line = value.pointer(line).map_or(Some(1), Value::as_u64).expect("a line is a number");
        (in_tree(path), line)
    };
    Carried::Places(sorted(list.iter().map(place).collect()))
}

/// A path as far as the file of the work tree goes, cleaned, for formats may do so or not.
fn in_tree(path: &str) -> String {
    name(path.split('!').next().unwrap_or(path)).into_owned()
}

/// A test case is opened, and what it holds says what became of it.
fn read_junit(text: &str) -> Carried {
    let (mut counting, mut hushed) = (Vec::new(), Vec::new());
    for case in text.split("<testcase ").skip(1) {
        let Some((_, behind)) = case.split_once("fingerprint: ") else { continue };
        let fingerprint: String = behind.chars().take_while(char::is_ascii_hexdigit).collect();
        if case.contains("<failure ") { counting.push(fingerprint) } else { hushed.push(fingerprint) }
    }
    Carried::Fingerprints(sorted(counting), Some(sorted(hushed)))
}

fn read_csv(text: &str) -> Carried {
    let rows = csv::tests::read(text);
    let column = |name| csv::COLUMNS.iter().position(|column| *column == name).expect("there is one");
    let (fingerprint, suppression) = (column("fingerprint"), column("suppression"));
    let (counting, hushed): (Vec<_>, Vec<_>) =
        rows.into_iter().skip(1).partition(|row| row[suppression].is_empty());
    let list =
        |rows: Vec<Vec<String>>| sorted(rows.into_iter().map(|row| row[fingerprint].clone()).collect());
    Carried::Fingerprints(list(counting), Some(list(hushed)))
}

/// Every place that is shown has its fingerprint in an attribute; the page may show those
/// that do not count, and is not asked which they are.
fn read_html(text: &str) -> Carried {
    let (counting, hushed) = text.split_once("id=\"suppressed\"").expect("what is settled has a section");
    let fingerprints = |text: &str| {
        let facts = text.split("<dt>Fingerprint</dt><dd><code>").skip(1);
        sorted(facts.map(|fact| fact.chars().take_while(char::is_ascii_hexdigit).collect()).collect())
    };
    Carried::Fingerprints(fingerprints(counting), Some(fingerprints(hushed)))
}

/// What a format should carry, in the terms that its reader has.
fn expected(report: &Report, terms: &Carried) -> Carried {
    let name = |finding: &Finding| finding.fingerprint.to_string();
    match terms {
        Carried::Fingerprints(_, suppressed) => {
            let hushed = || report.suppressed.iter().map(|entry| name(&entry.finding)).collect();
            let hushed = suppressed.as_ref().map(|_| sorted(hushed()));
            Carried::Fingerprints(sorted(report.findings.iter().map(name).collect()), hushed)
        }
        Carried::Places(_) => {
            let place = |finding: &Finding| (in_tree(deployed::path(finding)), finding.location.start.line);
            Carried::Places(sorted(report.findings.iter().map(place).collect()))
        }
        Carried::Number(_) => Carried::Number(report.findings.len()),
    }
}

#[test]
fn every_format_carries_the_same_findings_and_no_secret() {
    let report = canonical();
    assert!(FORMATS.iter().map(|(format, ..)| *format).eq(ReportFormat::ALL));
    for (format, write, read) in FORMATS {
        let text = written(write, &report);
        assert_no_secret(&report, &text);
        let carried = read(&text);
        assert_eq!(carried, expected(&report, &carried), "{format}");
    }
}

/// What an image may show, and which file a front end has it from, is told by all; and no name
/// that is a guess stands in a command.
#[test]
fn every_format_tells_of_images_and_front_ends() {
    let report = canonical();
    let is_guess = |finding: &&Finding| finding.sight.as_ref().is_some_and(|sight| sight.variants.len() > 1);
    let guess = report.findings.iter().find(is_guess).expect("the report has one");
    let variants = &guess.sight.as_ref().expect("it was read in an image").variants;
    for (format, write, _) in FORMATS {
        let text = plain(&written(write, &report));
        for piece in variants.iter().map(String::as_str).chain(["https://app.example.com/a/main.js"]) {
            assert!(text.contains(piece), "{format}: {piece}");
        }
        assert!(!text.contains(&format!("--prefix {}", guess.key)), "{format}");
    }
}

/// A document that no way leads to has its address in all, whether the finding counts or not.
#[test]
fn every_format_names_a_document_by_its_address() {
    let address = "https://app.example.com/a/main.js";
    let mut finding =
        canonical().findings.into_iter().find(|finding| finding.location.path.as_str() == address);
    let finding = finding.as_mut().expect("the report has one");
    finding.deployed.as_mut().expect("it is in a front end").via.clear();
    let by = Suppression {
        kind: SuppressionKind::Allow,
        place: String::new(),
        reason: None,
        owner: None,
        expires: None,
    };
    let counting = Report { findings: vec![finding.clone()], suppressed: Vec::new(), ..canonical() };
    let suppressed = vec![Suppressed { finding: finding.clone(), by }];
    let hushed = Report { findings: Vec::new(), suppressed, ..canonical() };
    let unlisted = [ReportFormat::Github, ReportFormat::Gitlab, ReportFormat::GitlabCodequality];
    for (format, write, _) in FORMATS {
        for (report, is_listed) in [(&counting, true), (&hushed, !unlisted.contains(&format))] {
            let text = plain(&written(write, report));
            assert_eq!(text.contains(address), is_listed, "{format}");
        }
    }
}

/// How surely a key was read in an image says that it was.
#[test]
fn that_it_was_read_in_an_image_is_said_once() {
    let report = canonical();
    let twice = [
        "  = read in an image\n",
        "reason: read in an image\n",
        "%0A- read in an image",
        "; read in an image<",
    ];
    for (format, write, _) in FORMATS {
        let text = plain(&written(write, &report));
        assert!(twice.iter().all(|twice| !text.contains(twice)), "{format}");
    }
}
