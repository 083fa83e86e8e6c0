//! Archives that mean harm, or cannot be read: bounded, and told.

use std::io::{Read as _, repeat};

use super::build::*;
use super::{line, notes, places};
use crate::sandbox::{Sandbox, key, skipped};

/// So many megabytes of zeros, deflated.
fn zeros(megabytes: u32) -> Entry {
    let mut packed = Vec::new();
    let zeros = repeat(0).take(u64::from(megabytes) << 20);
    let mut encoder = flate2::read::DeflateEncoder::new(zeros, flate2::Compression::best());
    encoder.read_to_end(&mut packed).expect("memory can be read");
    Entry { method: 8, packed, size: megabytes << 20, ..stored("zeros", b"") }
}

fn encrypted() -> Vec<u8> {
    zip(&[Entry { flags: 1, ..stored("secret.txt", b"what nobody reads") }])
}

/// Beside a bomb the other members are read, and what was not is told.
#[test]
fn a_bomb_beside_a_key() {
    let sandbox = Sandbox::new();
    sandbox.write("bomb.zip", zip(&[deflated("a.env", line(&key(1)).as_bytes()), zeros(320)]));
    let report = sandbox.run(["scan", "--format", "json", "bomb.zip"]).exits(1).json();
    assert_eq!(places(&report), ["bomb.zip!a.env:1:17"]);
    assert_eq!(notes(&report).len(), 1);
    assert!(notes(&report)[0].starts_with("bomb.zip!zeros: member: inflates"), "{:?}", notes(&report));
}

/// Blanks deflate as well as a bomb does: what they hide is found.
#[test]
fn a_key_behind_blanks() {
    let sandbox = Sandbox::new();
    sandbox.write("log.gz", gzip(repeat(b'\n').take(30 << 20).chain(line(&key(1)).as_bytes())));
    let report = sandbox.run(["scan", "--format", "json"]).exits(1).json();
    assert_eq!((places(&report).len(), notes(&report).len()), (1, 0));
}

#[test]
fn nested_too_deep() {
    let sandbox = Sandbox::new();
    let deep = (0..40).fold(line(&key(1)).into_bytes(), |inner, _| gzip(&inner[..]));
    sandbox.write("deep.gz", deep);
    let report = sandbox.run(["scan", "--format", "json"]).exits(0).json();
    assert_eq!(notes(&report), ["deep.gz: member: nested too deep"]);
    // Where it was named there is no verdict, for its compressed bytes say nothing.
    let report = sandbox.run(["scan", "--format", "json", "deep.gz"]).exits(2).json();
    assert_eq!(skipped(&report), [("deep.gz", "unreadable", Some("nested too deep"))]);
}

/// A tar that says it holds ten gigabytes.
#[test]
fn a_member_that_lies_about_its_size() {
    let sandbox = Sandbox::new();
    let content = line(&key(1)).into_bytes();
    sandbox.write("a.tar", [header(b"big", b'0', 10 << 30), content].concat());
    let report = sandbox.run(["scan", "--format", "json"]).exits(1).json();
    assert_eq!(places(&report), ["a.tar!big:1:17"]);
    assert_eq!(notes(&report), ["a.tar: member: ends too early"]);
}

/// There is no verdict on what was named and is closed; in a folder it is a note.
#[test]
fn what_cannot_be_read_at_all() {
    let cut = gzip(line(&key(1)).as_bytes())[..11].to_vec();
    for (name, bytes, path, why) in [
        ("locked.zip", encrypted(), "locked.zip!secret.txt", "encrypted"),
        ("cut.gz", cut, "cut.gz", "ends too early"),
    ] {
        let sandbox = Sandbox::new();
        sandbox.write(name, &bytes);
        let report = sandbox.run(["scan", "--format", "json"]).exits(0).json();
        assert_eq!(notes(&report), [format!("{path}: member: {why}")]);
        sandbox.run(["scan"]).exits(0).prints(&[&format!("  {path}: not unpacked to its end: {why}\n")]);
        let report = sandbox.run(["scan", "--format", "json", name]).exits(2).json();
        assert_eq!(skipped(&report), [(name, "unreadable", Some(why))]);
        assert_eq!(notes(&report).len(), usize::from(path != name));
        let piped = sandbox.pipe(&bytes, ["scan", "--format", "json", "-"]).exits(2);
        assert_eq!(skipped(&piped.json()).len(), 1);
    }
}

/// What inflates to gigabytes stays within this address space, and every bomb is told of.
#[cfg(target_os = "linux")]
#[test]
fn bombs_in_little_memory() {
    let tens = |packed: Vec<u8>| packed.repeat(10 << 10);
    let zeros_of = |megabytes: u64| repeat(0).take(megabytes << 20);
    let mut mebibyte = Vec::new();
    let mut encoder = flate2::read::GzEncoder::new(zeros_of(1), flate2::Compression::best());
    encoder.read_to_end(&mut mebibyte).expect("memory can be read");
    let nested = (0..4).fold(zip(&[zeros(64)]), |inner, _| {
        let names: Vec<_> = (0..16).map(|number| format!("{number}.zip")).collect();
        zip(&names.iter().map(|name| deflated(name, &inner)).collect::<Vec<_>>())
    });
    let deep = (0..60).fold(b"core".to_vec(), |inner, _| gzip(&tar(&[("in.tar.gz", &inner)])[..]));
    for (name, bytes, told) in [
        ("ten.gz", tens(mebibyte), "inflates to far more"),
        ("42.zip", nested, "inflates to far more"),
        ("deep.tar.gz", deep, "nested too deep"),
        ("window.zst", b"\x28\xb5\x2f\xfd\x00\xa8\x01\0\0".to_vec(), "asks for too much memory"),
    ] {
        let sandbox = Sandbox::new();
        sandbox.write(name, bytes);
        let program = env!("CARGO_BIN_EXE_baseleak");
        let limited = format!("ulimit -v 614400; exec '{program}' scan --threads 2 --format json");
        let output = sandbox.confined("sh").args(["-c", &limited]).output().expect("sh can be run");
        assert_eq!(output.status.code(), Some(0), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        let report = serde_json::from_slice(&output.stdout).expect("it is a report");
        let notes = notes(&report);
        assert!(!notes.is_empty(), "{name}");
        assert!(
            notes.iter().all(|note| note.contains("inflates") || note.contains(told)),
            "{name}: {notes:?}"
        );
    }
}
