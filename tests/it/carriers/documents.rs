//! Documents and data: what holds a key as plain bytes, and what compresses it.

use super::build::{gzip, pdf, png, stored, zip, zlib};
use super::codes::wrapped;
use super::{check, line, places};
use crate::encodings::base64;
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
        (".zsh_history", b": 1700000000:0;ls\n: 1700000001:0;export ", b": 1700000002:0;cd\n"),
        ("fish_history", b"- cmd: ls\n  when: 1700000000\n- cmd: set -x ", b"  when: 1700000001\n"),
        ("python_history", b"import os\n", b"exit()\n"),
        (".Rhistory", b"library(httr)\n", b"q()\n"),
        (".node_repl_history", b"require('fs')\n", b".exit\n"),
        (".psql_history", b"_HiStOrY_V2_\nselect\\0401;\n", b"\\q\n"),
        (
            "ipython.sqlite",
            b"SQLite format 3\0\x10\0\x01\x01\0@  \0CREATE TABLE history (session integer, line integer, source text)\0",
            b"\0\0",
        ),
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
    // It is UTF-8 already where it is not compressed.
    let bare = |key: &str| png(&[(b"iTXt", &[b"Comment\0\0\0en\0\0", line(key).as_bytes()].concat())]);
    check("bare.png", &bare, "bare.png:3:39");
}

#[test]
fn streams_of_a_pdf() {
    let make = |key: &str| pdf(&[("/Filter /FlateDecode", &zlib(line(key).as_bytes()))]);
    check("a.pdf", &make, "a.pdf!stream 1:1:17");
    let plain = |key: &str| pdf(&[("/Length 9", line(key).as_bytes())]);
    check("b.pdf", &plain, "b.pdf:5:17");
    let shown = |key: &str| {
        let text = format!("BT /F1 12 Tf 72 720 Td\n(BASETEN_API_KEY={key}) Tj\nET\n");
        pdf(&[("/Filter /FlateDecode", &zlib(b"q Q\n")), ("/Filter [/FlateDecode]", &zlib(text.as_bytes()))])
    };
    check("c.pdf", &shown, "c.pdf!stream 2:2:18");
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

/// Parts of a mail that no reader shows as they are written.
#[test]
fn mail_with_encoded_parts() {
    let head =
        "From: a@example.org\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"x\"\n\n--x\n";
    let quoted = |key: &str| {
        let (first, second) = key.split_at(20);
        let part = "Content-Transfer-Encoding: quoted-printable\n\n";
        format!("{head}{part}caf=C3=A9\nBASETEN_API_KEY=3D{first}=\n{second}\n--x--\n")
    };
    let base64 = |key: &str| {
        let code = wrapped(&base64(format!("{}\n{}", "a filler. ".repeat(12), line(key))), 76, "\n");
        format!("{head}Content-Transfer-Encoding: base64\n\n{code}\n--x--\n")
    };
    for newline in ["\n", "\r\n"] {
        for (ending, before, at) in
            [("eml", "", 0), ("mbox", "From a@example.org Thu Jan  1 00:00:00 2026\n", 1)]
        {
            let name = format!("mail.{ending}");
            let make = |text: String| [before, &text].concat().replace('\n', newline).into_bytes();
            check(&name, &|key| make(quoted(key)), &format!("{name}:{}:19", 9 + at));
            check(&name, &|key| make(base64(key)), &format!("{name}:{}:31", 10 + at));
        }
    }
}

/// A pickle of joblib and an npz, by content and not by name.
#[test]
fn a_name_does_not_decide() {
    let sandbox = Sandbox::new();
    sandbox.write("model.bin", gzip(line(&key(1)).as_bytes()));
    let report = sandbox.run(["scan", "--format", "json"]).exits(1).json();
    assert_eq!(places(&report), ["model.bin!model.bin:1:17"]);
}
