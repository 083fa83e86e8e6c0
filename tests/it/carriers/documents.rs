//! Documents and data: what holds a key as plain bytes, and what compresses it.

use super::build::{gzip, pdf, png, stored, zip, zlib};
use super::{check, line, places};
use crate::sandbox::{Sandbox, key};

/// What stands before the line with the key, in the one line of a binary file, and behind it.
#[track_caller]
fn check_plain(name: &str, before: &[u8], behind: &[u8]) {
    let make = |key: &str| [before, line(key).as_bytes(), behind].concat();
    let (mut at, mut column) = (1, 17);
    for &byte in before {
        match byte {
            b'\n' => (at, column) = (at + 1, 17),
            0x80..=0xBF => {}
            _ => column += 1,
        }
    }
    check(name, &make, &format!("{name}:{at}:{column}"));
}

#[test]
fn plain_bytes() {
    let table: &[(&str, &[u8], &[u8])] = &[
        ("data.sqlite", b"SQLite format 3\0\x10\0\x01\x01\0@  \x0d\0\0\0\x01\x0f\xd0\0\x0f\xd0", b"\0\0"),
        ("m.pyc", b"\xcb\r\x0d\n\0\0\0\0\xe3\0\0\0\0z0", b"N\xe9\x01\0\0\0"),
        ("w.safetensors", b"\x80\0\0\0\0\0\0\0{\"__metadata__\":{\"x\":\"", b"\"}}\0\0\0"),
        ("w.gguf", b"GGUF\x03\0\0\0\x02\0\0\0\x07\0\0\0\0\0\0\0general\x08\0\0\0", b"\0\0\0"),
        ("o.pkl", b"\x80\x04\x95\x3c\0\0\0\0\0\0\0\x8c\x38", b"\x94."),
        ("core", b"\x7fELF\x02\x01\x01\0\x04\0\x3e\0environ\0", b"\0PATH=/bin\0"),
        ("bash_history", b"#1700000000\nls\nexport ", b"cd\n"),
        ("python_history", b"import os\n", b"exit()\n"),
        ("s.har", b"{\"log\":{\"entries\":[{\"request\":{\"postData\":{\"text\":\"", b"\"}}}]}}"),
        ("mail.eml", b"From: a@example.org\r\nSubject: x\r\n\r\nhi\r\n", b"\r\n"),
        (
            "box.mbox",
            b"From a@example.org Thu Jan  1 00:00:00 2026\nSubject: x\n\n",
            b"\nFrom b@example.org\n",
        ),
        ("p.jpg", b"\xff\xd8\xff\xe1\0\x80Exif\0\0II*\0\x08\0\0\0", b"\0\xff\xd9"),
    ];
    for (name, before, behind) in table {
        check_plain(name, before, behind);
    }
}

#[test]
fn texts_of_a_png() {
    let plain = |key: &str| png(&[(b"tEXt", &[b"Comment\0", line(key).as_bytes()].concat())]);
    // Signature, length, kind and keyword stand before it, two lines of them.
    check("plain.png", &plain, "plain.png:3:33");
    let packed =
        |key: &str| png(&[(b"zTXt", &[b"Comment\0\0".as_slice(), &zlib(line(key).as_bytes())].concat())]);
    check("packed.png", &packed, "packed.png!zTXt Comment:1:17");
    let international = |key: &str| {
        png(&[(b"iTXt", &[b"Comment\0\x01\0en\0\0".as_slice(), &zlib(line(key).as_bytes())].concat())])
    };
    check("i.png", &international, "i.png!iTXt Comment:1:17");
}

#[test]
fn streams_of_a_pdf() {
    let make = |key: &str| pdf(&[("/Filter /FlateDecode", &zlib(line(key).as_bytes()))]);
    check("a.pdf", &make, "a.pdf!stream 1:1:17");
    let plain = |key: &str| pdf(&[("/Length 9", line(key).as_bytes())]);
    check("b.pdf", &plain, "b.pdf:5:17");
}

#[test]
fn source_maps_and_checkpoints() {
    let map = |key: &str| {
        let source = serde_json::json!({"version": 3, "sources": ["src/a.ts"], "sourcesContent": ["//\n".to_owned() + &line(key)]});
        serde_json::to_vec(&source).expect("a value is JSON")
    };
    // By its members in the order of the alphabet.
    check("a.js.map", &map, "a.js.map:1:64 @ src/a.ts, line 2");
    check("a.zip", &|key| zip(&[stored("a.map", &map(key))]), "a.zip!a.map:1:64 @ src/a.ts, line 2");
    let torch = |key: &str| zip(&[stored("archive/data.pkl", line(key).as_bytes())]);
    check("model.pth", &torch, "model.pth!archive/data.pkl:1:17");
}

/// A pickle of joblib and an npz, by content and not by name.
#[test]
fn a_name_does_not_decide() {
    let sandbox = Sandbox::new();
    sandbox.write("model.bin", gzip(line(&key(1)).as_bytes()));
    let report = sandbox.run(["scan", "--format", "json"]).exits(1).json();
    assert_eq!(places(&report), ["model.bin!model.bin:1:17"]);
}
