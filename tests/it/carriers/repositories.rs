//! The same carriers in the index and in the history.

use serde_json::json;

use super::build::*;
use super::{line, noise, notes, places};
use crate::sandbox::{Sandbox, key};

/// Files that carry one key each, and where it is found.
fn carriers() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let text = |number| line(&key(number)).into_bytes();
    let (first, second) = (key(6)[..20].to_owned(), key(6)[20..].to_owned());
    let joined = json!({"cells": [{"source": ["a\n", first, second]}], "nbformat": 4});
    let mut large = noise(5 << 20);
    large.extend(b"\n");
    let large = tar(&[("noise", &large), ("in", &gzip(&text(8)[..]))]);
    vec![
        ("a.tar.gz", gzip(&tar(&[("app/.env", &text(1))])[..]), "a.tar.gz!app/.env:1:17"),
        ("b.zip", zip(&[deflated("in", &text(2))]), "b.zip!in:1:17"),
        ("c.pdf", pdf(&[("/Filter /FlateDecode", &zlib(&text(3)))]), "c.pdf!stream 1:1:17"),
        ("d.xz", xz(&text(4)), "d.xz!d:1:17"),
        (
            "e.ipynb",
            format!("{{\"cells\": [\n{}], \"nbformat\": 4}}", json!({"source": key(5)})).into_bytes(),
            "e.ipynb:2:12 @ cell 1, source, line 1",
        ),
        ("f.ipynb", joined.to_string().into_bytes(), "f.ipynb:1:29 @ cell 1, source, line 2"),
        ("g.tar", large, "g.tar!in:1:17"),
        ("h.lzma", lzma(&text(9)), "h.lzma!h:1:17"),
        (
            "i.pyz",
            [b"#!/usr/bin/env python3\n", &zip(&[deflated("in", &text(10))])[..]].concat(),
            "i.pyz!in:1:17",
        ),
        ("j", [b"\x7fELF\x02\x01", &zip(&[deflated("in", &text(11))])[..]].concat(), "j!in:1:17"),
        ("k.joblib", zlib(&text(12)), "k.joblib!k.joblib:1:17"),
    ]
}

fn repository() -> Sandbox {
    let sandbox = Sandbox::repository();
    for (name, bytes, _) in carriers() {
        sandbox.write(name, bytes);
    }
    sandbox.write("silent.zip", zip(&[deflated("in", b"BASETEN_API_KEY=your-key-goes-here\n")]));
    sandbox.git(["add", "--all"]);
    sandbox
}

fn expected() -> Vec<String> {
    carriers().into_iter().map(|(_, _, place)| place.to_owned()).collect()
}

#[test]
fn what_is_staged_is_opened() {
    let sandbox = repository();
    let report = sandbox.run(["staged", "--format", "json"]).exits(1).json();
    assert_eq!(places(&report), expected());
    assert!(notes(&report).is_empty());
    assert_eq!(sandbox.run(["staged", "--no-unpack", "--format", "json"]).json()["coverage"]["members"], 0);
}

#[test]
fn what_was_committed_is_opened() {
    let sandbox = repository();
    sandbox.git(["commit", "--quiet", "--message", "all"]);
    let rm = ["rm", "--quiet", "-r", "."];
    sandbox.git(rm);
    sandbox.git(["commit", "--quiet", "--message", "none"]);
    for pack in [false, true] {
        if pack {
            sandbox.git(["gc", "--quiet"]);
        }
        for engine in ["pack", "git2"] {
            let run = sandbox.run(["history", "--format", "json", "--engine", engine]).exits(1);
            assert_eq!(places(&run.json()), expected(), "{engine}, packed: {pack}");
        }
    }
    let report = sandbox.run(["history", "--no-unpack", "--format", "json"]).json();
    assert_eq!(report["coverage"]["members"], 0);
    // What is remembered of a pack is of one way of reading.
    for _ in 0..2 {
        let cached = |more: &[&str]| {
            let args = [&["history", "--format", "json", "--cache", "../cache"], more].concat();
            sandbox.run(args).json()
        };
        let closed = places(&cached(&["--no-unpack"]));
        assert!(closed.len() < expected().len(), "{closed:?}");
        let open = cached(&[]);
        assert_eq!(places(&open), expected());
        assert!(open["coverage"]["members"].as_u64().is_some_and(|members| members >= 6));
    }
}

/// Versions of an archive are deltas of one another, and each is looked into.
#[test]
fn versions_of_an_archive() {
    let sandbox = Sandbox::repository();
    let filler = noise(40_000);
    for (number, content) in ["none".to_owned(), line(&key(1)), "none again".to_owned()].iter().enumerate() {
        let inner = gzip(content.as_bytes());
        sandbox.write("a.tar", tar(&[("noise", &filler), ("in.gz", &inner)]));
        sandbox.git(["add", "--all"]);
        sandbox.git(["commit", "--quiet", "--message", &number.to_string()]);
    }
    sandbox.git(["repack", "-adfq", "--depth=50", "--window=50"]);
    let report = sandbox.run(["history", "--format", "json"]).exits(1).json();
    assert_eq!(places(&report), ["a.tar!in.gz:1:17"]);
    assert_eq!(report["findings"][0]["origin"]["in_head"], false);
}

/// What git keeps in packs is told of, once of each archive.
#[test]
fn repositories_in_archives() {
    let sandbox = Sandbox::new();
    let pack = b"PACK\0\0\0\x02\0\0\0\0";
    let members: [(&str, &[u8]); 3] = [
        ("r/.git/objects/pack/pack-1.pack", pack),
        ("r/.git/objects/ab/cdef", &zlib(b"blob 1\0x")),
        ("r/.git/HEAD", b"ref: refs/heads/main\n"),
    ];
    sandbox.write("in/r.tar", tar(&members));
    sandbox.write("in/x.pack", pack);
    let report = sandbox.run(["scan", "--format", "json", "in"]).exits(0).json();
    let whole = "the .git folder in it, which `history` reads in the unpacked repository";
    let alone = "a pack of git, which `history` reads in its repository";
    assert_eq!(notes(&report), [format!("in/r.tar: member: {whole}"), format!("in/x.pack: member: {alone}")]);
    sandbox.run(["scan", "in/x.pack"]).exits(2);
}

/// What cannot be opened is told with its path; in a history in which nothing is found, with its id.
#[test]
fn what_cannot_be_opened_is_told() {
    let sandbox = Sandbox::repository();
    sandbox.write("locked.zip", zip(&[Entry { flags: 1, ..stored("in", b"what nobody reads") }]));
    sandbox.git(["add", "--all"]);
    let staged = sandbox.run(["staged", "--format", "json"]).exits(0).json();
    assert_eq!(notes(&staged), ["locked.zip!in: member: encrypted"]);
    sandbox.git(["commit", "--quiet", "--message", "x"]);
    let id = sandbox.git(["rev-parse", "HEAD:locked.zip"]);
    let history = sandbox.run(["history", "--format", "json"]).exits(0).json();
    assert_eq!(notes(&history), [format!("blob {}!in: member: encrypted", id.trim())]);
    sandbox.write("leak", line(&key(1)));
    sandbox.git(["add", "--all"]);
    sandbox.git(["commit", "--quiet", "--message", "y"]);
    let history = sandbox.run(["history", "--format", "json"]).exits(1).json();
    assert_eq!(notes(&history), ["locked.zip!in: member: encrypted"]);
}
