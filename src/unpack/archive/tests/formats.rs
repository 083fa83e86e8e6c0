//! Every format by itself, every format in every other, and their odd corners.

use super::build::*;
use super::{check, check_named};
use crate::unpack::archive::{Kind, kind};

const TEXT: &[u8] = b"KEY=value\n";

/// Makes an archive of one content.
type Make = fn(&[u8]) -> Vec<u8>;

/// A format that holds one content: its maker, and what it adds to the path.
type Format = (&'static str, Make, &'static str);

const FORMATS: &[Format] = &[
    ("zip", |content| zip(&[stored("z", content)]), "z"),
    ("zip, deflated", |content| zip(&[deflated("d", content)]), "d"),
    ("tar", |content| tar(&[("t", content)]), "t"),
    ("ar", |content| ar(&[("a/", content)]), "a"),
    ("zlib", |content| zlib(content), ""),
    ("cpio", |content| cpio(&[("c", content)]), "c"),
    ("gzip", |content| gzip(content), ""),
    ("bzip2", bzip2, ""),
    ("xz", xz, ""),
    ("zstd", zstd, ""),
    ("lz4", lz4, ""),
];

#[test]
fn every_format_in_every_other() {
    for (_, make, path) in FORMATS {
        check(&make(TEXT), &[&format!("{path}=KEY=value\n")], &[]);
        for (_, outer, above) in FORMATS {
            let separator = if path.is_empty() || above.is_empty() { "" } else { "!" };
            check(&outer(&make(TEXT)), &[&format!("{above}{separator}{path}=KEY=value\n")], &[]);
        }
    }
    check_named("x.lzma", &lzma(TEXT), &["=KEY=value\n"], &[]);
}

#[test]
fn streams_one_behind_another() {
    let makers: [Make; 5] = [|content| gzip(content), bzip2, xz, zstd, lz4];
    for make in makers {
        let both = [make(b"one "), make(b"two")].concat();
        check(&both, &["=one two"], &[]);
    }
    // Padding behind the last is no fault.
    check(&[gzip(&b"one"[..]), vec![0; 700]].concat(), &["=one"], &[]);
    let skippable = [b"\x50\x2a\x4d\x18\x03\0\0\0abc".to_vec(), zstd(TEXT)].concat();
    check(&skippable, &["=KEY=value\n"], &[]);
}

#[test]
fn methods_of_a_zip() {
    let of = |method, packed| zip(&[Entry { method, packed, ..stored("m", TEXT) }]);
    let raw_lzma = {
        let file = lzma(TEXT);
        // A version, the length of the properties, those, and the stream.
        [&b"\x10\x02\x05\0"[..], &file[..5], &file[13..]].concat()
    };
    let expect: &[&str] = &["m=KEY=value\n"];
    check(&of(8, deflate(TEXT)), expect, &[]);
    check(&of(12, bzip2(TEXT)), expect, &[]);
    check(&of(14, raw_lzma), expect, &[]);
    check(&of(93, zstd(TEXT)), expect, &[]);
    check(&of(95, xz(TEXT)), expect, &[]);
    check(&of(1, TEXT.to_vec()), &[], &["m: UnknownMethod(1)"]);
    let locked = Entry { flags: 1, ..stored("locked", b"secret") };
    check(&zip(&[locked, stored("open", TEXT)]), &["open=KEY=value\n"], &["locked: Encrypted"]);
}

#[test]
fn names_of_a_zip() {
    let files = [stored("a", b"1"), stored("a", b"2"), stored("dir/", b""), stored("../../etc/x", b"3")];
    check(&zip(&files), &["a=1", "a=2", "../../etc/x=3"], &[]);
    // Sizes behind the bytes, as writers to a pipe make them.
    let piped = Entry { flags: 8, ..deflated("p", TEXT) };
    let plain = Entry { flags: 8, ..stored("q", TEXT) };
    check(&zip(&[piped, plain]), &["p=KEY=value\n", "q=KEY=value\n"], &[]);
    // A program in front: `check_named` gives the name that tells.
    let runnable = [b"#!/usr/bin/env python3\n".to_vec(), zip(&[stored("m.py", TEXT)])].concat();
    check_named("app.pyz", &runnable, &["m.py=KEY=value\n"], &[]);
    check(&tar(&[("app.pyz", &runnable)]), &["app.pyz!m.py=KEY=value\n"], &[]);
    check(&tar(&[("no.pyz", b"#!/bin/sh\n")]), &["no.pyz=#!/bin/sh\n"], &[]);
    // Whatever it is called, and whatever a system runs it with.
    for prefix in [&b"#!/bin/sh\nexit\n"[..], b"\x7fELF\x02\x01", b"MZ\x10\0"] {
        let runnable = [prefix, &zip(&[stored("m.py", TEXT)])].concat();
        check(&runnable, &["m.py=KEY=value\n"], &[]);
        let prefix = String::from_utf8_lossy(prefix);
        check(&tar(&[("run", &runnable)]), &[&format!("run={prefix}"), "run!m.py=KEY=value\n"], &[]);
        check(&tar(&[("run", prefix.as_bytes())]), &[&format!("run={prefix}")], &[]);
        check(prefix.as_bytes(), &[], &[]);
    }
}

#[test]
fn names_of_a_tar() {
    let long = "d/".repeat(120) + "x";
    let gnu =
        [file(b"././@LongLink", b'L', format!("{long}\0").as_bytes()), file(b"cut", b'0', b"1")].concat();
    check(&gnu, &[&format!("{long}=1")], &[]);
    let pax = record("path", &long) + &record("mtime", "1.5");
    let pax = [file(b"PaxHeaders/x", b'x', pax.as_bytes()), file(b"cut", b'0', b"1"), file(b"y", b'0', b"2")];
    check(&pax.concat(), &[&format!("{long}=1"), "y=2"], &[]);
    let mut prefixed = header(b"name", b'0', 0);
    prefixed[345..348].copy_from_slice(b"pre");
    seal(&mut prefixed);
    check(&prefixed, &["pre/name="], &[]);
    let links =
        [file(b"l", b'2', b""), file(b"h", b'1', b""), file(b"d/", b'5', b""), file(b"/abs", b'0', b"1")];
    check(&links.concat(), &["/abs=1"], &[]);
    let mut old = header(b"v7", b'\0', 0);
    old[257..265].fill(0);
    seal(&mut old);
    check(&old, &["v7="], &[]);
    // One tar behind another.
    check(&[tar(&[("a", b"1")]), tar(&[("a", b"2")])].concat(), &["a=1", "a=2"], &[]);
}

#[test]
fn sparse_files() {
    let mut old = header(b"hole", b'S', 4);
    old[482] = 1;
    seal(&mut old);
    let mut more = vec![0; 512];
    more[504] = 0;
    let old = [old, more, b"data".to_vec(), vec![0; 508], file(b"next", b'0', b"1")].concat();
    check(&old, &["hole=data", "next=1"], &[]);
    let pax = record("GNU.sparse.major", "1")
        + &record("GNU.sparse.name", "real")
        + &record("GNU.sparse.realsize", "10737418240");
    let pax =
        [file(b"x", b'x', pax.as_bytes()), file(b"GNUSparseFile.0/real", b'0', b"1\n0\n4\ndata")].concat();
    check(&pax, &["real=1\n0\n4\ndata"], &[]);
}

#[test]
fn packages_and_images() {
    let data = xz(&tar(&[("./etc/env", TEXT)]));
    let deb = ar(&[("debian-binary", b"2.0\n"), ("data.tar.xz", &data)]);
    check(&deb, &["debian-binary=2.0\n", "data.tar.xz!./etc/env=KEY=value\n"], &[]);
    let names = ar(&[
        ("//", b"a_very_long_name.o/\nother.o/\n"),
        ("/0", b"1"),
        ("/20", b"2"),
        ("#1/4", b"bsd\0three"),
    ]);
    check(&names, &["a_very_long_name.o=1", "other.o=2", "bsd=three"], &[]);
    let first = tar(&[("app/.env", TEXT)]);
    let second = gzip(&tar(&[("app/.wh..env", b"")])[..]);
    let image = tar(&[
        ("manifest.json", b"[{\"Config\":\"c.json\"}]"),
        ("c.json", b"{\"config\":{\"Env\":[\"KEY=value\"]}}"),
        ("aaaa/layer.tar", &first),
        ("blobs/sha256/bbbb", &second),
    ]);
    let expect: &[&str] = &[
        "manifest.json=[{\"Config\":\"c.json\"}]",
        "c.json={\"config\":{\"Env\":[\"KEY=value\"]}}",
        "aaaa/layer.tar!app/.env=KEY=value\n",
        "blobs/sha256/bbbb!app/.wh..env=",
    ];
    check(&image, expect, &[]);
}

#[test]
fn documents() {
    let packed = zlib(TEXT);
    let streams: &[(&str, &[u8])] = &[
        ("/Length 9 /Filter /FlateDecode", &packed),
        ("/Length 5", b"plain"),
        ("/Subtype /Image /Filter /FlateDecode", &packed),
        ("/Filter [ /FlateDecode ]", &packed),
        ("/Filter/FlateDecode", b"no zlib"),
    ];
    let document = pdf(streams);
    let expect: &[&str] = &["stream 1=KEY=value\n", "stream 4=KEY=value\n"];
    check(&document, expect, &["stream 5: Broken"]);
    let (seen, _) = super::visit(&tar(&[("a.pdf", &document)]), "", super::Budget::default(), false);
    assert_eq!(seen.members.len(), 3);
    assert!(seen.members[0].0 == "a.pdf" && seen.members[0].1 == document);
    assert_eq!(seen.members[1].0, "a.pdf!stream 1");
    let mut locked = document;
    locked.extend(b"trailer << /Encrypt 7 0 R >>");
    check(&locked, &[], &[": Encrypted"]);

    let (ztxt, itxt) = ([b"Comment\0\0", &packed[..]].concat(), [b"Raw\0\x01\0en\0\0", &packed[..]].concat());
    let picture = png(&[(b"IHDR", &[0; 13]), (b"zTXt", &ztxt), (b"iTXt", &itxt), (b"tEXt", b"k\0plain")]);
    check(&picture, &["zTXt Comment=KEY=value\n", "iTXt Raw=KEY=value\n"], &[]);
}

/// Takes the pack of a bundle, and where it starts.
struct Offset(u64, Vec<u8>);

impl super::Visitor for Offset {
    fn member(&mut self, _: &[u8], _: Option<u64>, _: &mut dyn std::io::Read) {}
    fn skipped(&mut self, _: &[u8], _: super::Reason) {}
    fn bundle(&mut self, _: &[u8], offset: u64, content: &mut dyn std::io::Read) -> bool {
        self.0 = offset;
        content.read_to_end(&mut self.1).expect("a content never fails");
        true
    }
}

#[test]
fn git_bundles() {
    let bundle = b"# v2 git bundle\n-1234 old\n5678 refs/heads/main\n\nPACK\0\0\0\x02";
    check(bundle, &[], &[": GitBundle"]);
    check(&tar(&[("r.bundle", bundle)]), &[], &["r.bundle: GitBundle"]);
    check(&bundle[..30], &[], &[": Truncated"]);
    let mut offset = Offset(0, Vec::new());
    let input = super::Input::Stream(&mut &bundle[..]);
    super::unpack(input, Kind::GitBundle, super::Budget::default(), &mut offset);
    assert_eq!(&bundle[usize::try_from(offset.0).expect("it is small")..], &offset.1[..]);
    assert!(offset.1.starts_with(b"PACK"));
}

#[test]
fn kinds() {
    let check = |head: &[u8], name: &str, expect| assert_eq!(kind(head, name.as_bytes()), expect, "{name}");
    check(b"", "", None);
    check(b"PK\x05\x06", "", Some(Kind::Zip));
    check(b"PKG_NAME=1", "x.zip", None);
    let runnable = b"#!/usr/bin/env python3\nPK\x03\x04";
    check(runnable, "x.pyz", Some(Kind::Zip));
    check(runnable, "", Some(Kind::Runnable));
    check(runnable, "x.sh", Some(Kind::Runnable));
    check(b"\x7fELF", "x", Some(Kind::Runnable));
    check(b"MZ", "x.exe", Some(Kind::Runnable));
    let lzma = b"\x5d\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0";
    check(lzma, "x.lzma", Some(Kind::Lzma));
    check(lzma, "", Some(Kind::Lzma));
    check(lzma, "x", None);
    check(&[0x5d; 14], "", None);
    check(b"version https://git-lfs.github.com/spec/v1\n", "model.zip", None);
    check(b"BZh9 is a word", "", None);
    check(b"070701 is a number", "", None);
    check(&[0; 512], "", None);
    check(&[b'a'; 512], "a.tar", None);
    check(b"#!/bin/sh\n", "x.PYZ", Some(Kind::Zip));
    check(b"%PDF-1.4", "", Some(Kind::Pdf));
    check(b"\x1f\x8b\x08", "", Some(Kind::Gzip));
    check(b"\x1f\x8b\x00", "", None);
    // The other levels of zlib have other headers.
    for level in [1, 3, 6, 9] {
        let mut packed = Vec::new();
        let mut encoder = flate2::read::ZlibEncoder::new(TEXT, flate2::Compression::new(level));
        std::io::Read::read_to_end(&mut encoder, &mut packed).expect("memory can be read");
        check(&packed, "", Some(Kind::Zlib));
    }
    check(b"x^2 + y^2 = z^2\n", "", None);
    check("x^2 + y^2 = z^2\n".repeat(40).as_bytes(), "", None);
    check(b"x\x9c\xff\xff\xff\xff\xff\xff", "", None);
    check(b"x\x01", "", None);
}

/// What a zip holds that another was put behind.
#[test]
fn zips_behind_zips() {
    let second = zip(&[stored("b", b"2")]);
    let check = |front: Vec<u8>| {
        let whole = [front, second.clone()].concat();
        check(&tar(&[("z", &whole)]), &["z!b=2", "z!a=KEY=value\n"], &[]);
    };
    check(local(&deflated("a", TEXT)));
    check(zip(&[deflated("a", TEXT)]));
}
