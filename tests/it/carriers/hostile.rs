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
fn a_bomb_in_a_folder_and_named() {
    let sandbox = Sandbox::new();
    sandbox.write("bomb.zip", zip(&[deflated("a.env", line(&key(1)).as_bytes()), zeros(64)]));
    for args in [&["scan", "--format", "json"][..], &["scan", "--format", "json", "bomb.zip"]] {
        let report = sandbox.run(args).exits(1).json();
        assert_eq!(places(&report), ["bomb.zip!a.env:1:17"]);
        assert_eq!(notes(&report).len(), 1);
        assert!(notes(&report)[0].starts_with("bomb.zip!zeros: member: inflates"), "{:?}", notes(&report));
    }
    let mut packed = Vec::new();
    let mut encoder = flate2::read::GzEncoder::new(repeat(0).take(1 << 20), flate2::Compression::best());
    encoder.read_to_end(&mut packed).expect("memory can be read");
    sandbox.write("zeros.gz", packed.repeat(256));
    let report = sandbox.run(["scan", "--format", "json", "zeros.gz"]).exits(0).json();
    assert!(notes(&report)[0].starts_with("zeros.gz: member: inflates"), "{:?}", notes(&report));
}

#[test]
fn nested_too_deep() {
    let sandbox = Sandbox::new();
    let deep = (0..40).fold(line(&key(1)).into_bytes(), |inner, _| gzip(&inner[..]));
    sandbox.write("deep.gz", deep);
    let report = sandbox.run(["scan", "--format", "json"]).exits(0).json();
    assert_eq!(notes(&report), ["deep.gz: member: nested too deep"]);
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
        assert_eq!(skipped(&report), [(path, "unreadable", Some(why))]);
        let piped = sandbox.pipe(&bytes, ["scan", "--format", "json", "-"]).exits(2);
        assert_eq!(skipped(&piped.json()).len(), 1);
    }
}
