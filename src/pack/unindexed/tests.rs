//! Packs made here, entry by entry, sound and damaged.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use sha1::{Digest, Sha1};

use super::*;
use crate::model::ObjectKind::{Blob, Tree};

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// An entry of this type, with what stands between its size and its compressed bytes.
fn entry(kind: u8, between: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut size = bytes.len();
    let mut header = vec![kind << 4 | u8::try_from(size & 15).expect("four bits")];
    size >>= 4;
    while size > 0 {
        *header.last_mut().expect("it has one") |= 0x80;
        header.push(u8::try_from(size & 127).expect("seven bits"));
        size >>= 7;
    }
    [&header, between, &zlib(bytes)].concat()
}

fn pack(entries: &[Vec<u8>]) -> Vec<u8> {
    let count = u32::try_from(entries.len()).expect("a few").to_be_bytes();
    let mut pack = [b"PACK\0\0\0\x02", &count[..], &entries.concat()].concat();
    let sum = Sha1::digest(&pack);
    pack.extend_from_slice(&sum);
    pack
}

fn id(kind: &str, bytes: &[u8]) -> ObjectId {
    let text = [format!("{kind} {}\0", bytes.len()).as_bytes(), bytes].concat();
    ObjectId::from_bytes(&Sha1::digest(text)).expect("20 bytes")
}

/// A delta that appends `b` to the `base` bytes of its base.
fn appending(base: u8) -> Vec<u8> {
    vec![base, base + 1, 0x90, base, 1, b'b']
}

/// Kind, path and text of an object.
type Seen = (ObjectKind, Option<String>, String);

/// What is shown, and what is not.
fn shown(pack: &[u8], bounds: &Bounds) -> (Vec<Seen>, Vec<Shortfall>) {
    let mut all = Vec::new();
    let lacks = read(&mut &pack[..], None, bounds, &mut |object| {
        let mut text = Vec::new();
        match object.content {
            Shape::Whole(bytes) => text.extend_from_slice(bytes),
            Shape::Stream(stream) => drop(stream.read_to_end(&mut text)),
        }
        assert_eq!(object.id, id(&object.kind.to_string(), &text));
        let path = object.path.map(|path| String::from_utf8_lossy(&path).into_owned());
        all.push((object.kind, path, String::from_utf8_lossy(&text).into_owned()));
    });
    (all, lacks)
}

/// Blobs that are shown, in order, and what is not.
#[track_caller]
fn check(pack: &[u8], bounds: &Bounds, texts: &[&str], lacks: &[Shortfall]) {
    let (all, told) = shown(pack, bounds);
    let blobs: Vec<&str> =
        all.iter().filter(|(kind, ..)| *kind == Blob).map(|(.., text)| text.as_str()).collect();
    assert_eq!((&blobs[..], &told[..]), (texts, lacks));
}

/// A blob, two deltas of it by distance, and one of the second by name.
fn family() -> Vec<Vec<u8>> {
    let root = entry(3, b"", b"a");
    let first = entry(6, &[u8::try_from(root.len()).expect("small")], &appending(1));
    let second = entry(6, &[u8::try_from(first.len()).expect("small")], &appending(2));
    let named = entry(7, id("blob", b"abb").as_bytes(), &appending(3));
    vec![root, first, second, named]
}

#[test]
fn deltas_of_deltas() {
    let bounds = Bounds::default();
    check(&pack(&family()), &bounds, &["a", "ab", "abb", "abbb"], &[]);
    check(&pack(&[]), &bounds, &[], &[]);
    let thin = pack(&[entry(3, b"", b"x"), entry(7, &[7; 20], &appending(1))]);
    check(&thin, &bounds, &["x"], &[Shortfall::Thin(1)]);
    let astray = pack(&[entry(3, b"", b"x"), entry(6, &[3], &appending(1))]);
    check(&astray, &bounds, &["x"], &[Shortfall::Damaged(1)]);
    let unfit = pack(&[entry(3, b"", b"xyz"), entry(6, &[12], &appending(1))]);
    assert_eq!(shown(&unfit, &bounds).1, [Shortfall::Damaged(1)]);
}

#[test]
fn trees_tell_paths() {
    let blob = id("blob", b"a");
    let inner = [b"100644 a b\0", &blob.as_bytes()[..]].concat();
    let tree = id("tree", &inner);
    let outer = [b"40000 dir\0", &tree.as_bytes()[..]].concat();
    let pack =
        pack(&[entry(3, b"", b"a"), entry(3, b"", b"b"), entry(2, b"", &inner), entry(2, b"", &outer)]);
    let (all, lacks) = shown(&pack, &Bounds::default());
    let paths: Vec<(ObjectKind, Option<&str>)> =
        all.iter().map(|(kind, path, _)| (*kind, path.as_deref())).collect();
    assert_eq!(paths, [(Blob, Some("dir/a b")), (Blob, None), (Tree, Some("dir")), (Tree, Some(""))]);
    assert!(lacks.is_empty());
}

#[test]
fn bounds_are_kept_and_told() {
    let all = pack(&family());
    let bounds = Bounds::default();
    let few = Bounds { entries: 2, ..bounds };
    check(&all, &few, &["a", "ab"], &[Shortfall::Entries]);
    let end = all.len() - 21;
    check(&all, &Bounds { held: end, ..bounds }, &["a", "ab", "abb"], &[Shortfall::Held]);
    check(&all, &Bounds { memory: 1, ..bounds }, &["a", "ab"], &[Shortfall::Thin(1), Shortfall::Large(1)]);
    let large = pack(&[entry(3, b"", b"0123456789"), entry(6, &[19], &appending(10))]);
    let (shown, lacks) = shown(&large, &Bounds { object: 9, ..bounds });
    assert_eq!((shown.len(), lacks), (1, vec![Shortfall::Large(1)]));
    let bomb = pack(&[entry(3, b"", &vec![0; 1 << 16]), entry(3, b"", b"x")]);
    for free in [0, 1 << 15] {
        let strict = Bounds { ratio: 1, free, ..bounds };
        assert_eq!(read(&mut &bomb[..], None, &strict, &mut |_| {}), [Shortfall::Bomb]);
    }
}

/// Whatever is changed or cut off, nothing panics, and what is missing is told.
#[test]
fn damage_is_told() {
    let all = pack(&family());
    let bounds = Bounds::default();
    for cut in 0..all.len() {
        let (_, lacks) = shown(&all[..cut], &bounds);
        assert!(lacks.contains(&Shortfall::Truncated), "{cut}: {lacks:?}");
    }
    for at in 0..all.len() {
        for bit in 0..8 {
            let mut bytes = all.clone();
            bytes[at] ^= 1 << bit;
            let (_, lacks) = shown(&bytes, &bounds);
            assert!(!lacks.is_empty(), "byte {at}, bit {bit}");
        }
    }
}
