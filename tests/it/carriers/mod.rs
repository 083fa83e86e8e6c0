//! Keys inside of something: notebooks, archives, documents and data.
//!
//! Each row plants a key of every shape, holds the program to its place, and holds it to
//! silence where the same carrier has something that is no key.

mod archives;
#[path = "../../../src/unpack/archive/tests/build.rs"]
#[expect(dead_code, reason = "it builds more than is needed here")]
mod build;
mod bundles;
mod clean;
mod codes;
mod documents;
mod encoded;
mod hostile;
mod limits;
mod notebooks;
mod repositories;
mod samples;

use serde_json::Value;

use crate::contexts::Kind;
use crate::sandbox::{Sandbox, key_of};

/// The shapes that are planted.
const KINDS: [Kind; 4] = Kind::ALL;

/// A line with a key, which begins in column 17.
fn line(key: &str) -> String {
    format!("BASETEN_API_KEY={key}\n")
}

/// A zip with one member.
pub(crate) fn zip_of(member: &str, content: &[u8]) -> Vec<u8> {
    build::zip(&[build::stored(member, content)])
}

/// A tar with one file.
pub(crate) fn tar_of(member: &str, content: &[u8]) -> Vec<u8> {
    build::tar(&[(member, content)])
}

/// The same bytes, compressed.
pub(crate) fn gzip_of(content: &[u8]) -> Vec<u8> {
    build::gzip(content)
}

/// So many bytes that do not compress.
fn noise(length: u32) -> Vec<u8> {
    (0..length).map(|at| at.wrapping_mul(2_654_435_761).to_le_bytes()[2]).collect()
}

/// What carries a key, by the name of its file.
type Make<'m> = &'m dyn Fn(&str) -> Vec<u8>;

/// Where the findings of a report stand: path, line and column, and the cell if there is one.
#[track_caller]
fn places(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().expect("there are findings");
    let place = |finding: &Value| {
        let cell = finding["cell"].as_str().map(|cell| format!(" @ {cell}")).unwrap_or_default();
        let path = finding["path"].as_str().expect("a path is a string");
        format!("{path}:{}:{}{cell}", finding["line"], finding["column"])
    };
    findings.iter().map(place).collect()
}

/// Path, kind and detail of the notes of a report.
#[track_caller]
fn notes(report: &Value) -> Vec<String> {
    let notes = report["coverage"]["notes"].as_array().expect("there is a list of notes");
    let text = |note: &Value, field: &str| note[field].as_str().unwrap_or_default().to_owned();
    notes
        .iter()
        .map(|note| format!("{}: {}: {}", text(note, "path"), text(note, "kind"), text(note, "detail")))
        .collect()
}

/// Holds the scan of the file `name` to one finding at `place`, for every shape of key, and
/// to none where there is no key.
#[track_caller]
fn check(name: &str, make: Make<'_>, place: &str) {
    for (number, kind) in KINDS.into_iter().enumerate() {
        let sandbox = Sandbox::new();
        let key = key_of(kind, number);
        sandbox.write(name, make(&key));
        let run = sandbox.run(["scan", "--format", "json"]).exits(1).hides(&key);
        assert_eq!(places(&run.json()), [place], "{name}, {}", kind.name());
        assert_eq!(run.json()["findings"][0]["rule"], kind.rule(), "{name}");
        sandbox.run(["scan"]).exits(1).hides(&key);
        // As many characters, and no key.
        let decoy = "your-key-goes-here-".repeat(5)[..key.len()].to_owned();
        sandbox.write(name, make(&decoy));
        let run = sandbox.run(["scan", "--format", "json"]).exits(0);
        assert_eq!(places(&run.json()), Vec::<String>::new(), "{name}, without a key");
    }
}
