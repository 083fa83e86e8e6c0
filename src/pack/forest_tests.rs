//! Forests of packs that git would not write: bases that stand behind, elsewhere
//! or nowhere, deltas of themselves, and headers that lie.

use std::fs;

use libdeflater::{CompressionLvl, Compressor, crc32};

use super::decode::Decoder;
use super::id::ObjectId;
use super::pack::Pack;
use super::visitor::{Lack, Object, Visitor};
use crate::model::ObjectKind;

/// An entry to be written: its first byte without the size, what stands between
/// header and data, and the data, inflated.
struct Entry {
    kind: u8,
    base: Vec<u8>,
    data: Vec<u8>,
    /// What the header says of the size, if not the truth.
    declared: Option<u64>,
}

fn whole(kind: u8, data: &[u8]) -> Entry {
    Entry { kind, base: Vec::new(), data: data.to_vec(), declared: None }
}

/// A delta that puts a letter before its base, which is so long.
fn ref_delta(base: u8, len: u8) -> Entry {
    let data = vec![len, len + 1, 1, b'+', 0x90, len];
    Entry { kind: 7, base: vec![base; 20], data, declared: None }
}

fn ofs_delta(distance: u8, len: u8) -> Entry {
    Entry { kind: 6, base: vec![distance], ..ref_delta(0, len) }
}

/// The name of the entry with this number.
fn id(number: u8) -> ObjectId {
    ObjectId::from_bytes(&[number; 20]).expect("there are 20 bytes")
}

fn size(kind: u8, mut size: u64) -> Vec<u8> {
    let mut bytes = vec![kind << 4 | (size & 0x0F) as u8];
    size >>= 4;
    while size > 0 {
        *bytes.last_mut().expect("it has one") |= 0x80;
        bytes.push((size & 0x7F) as u8);
        size >>= 7;
    }
    bytes
}

fn deflate(data: &[u8]) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::default());
    let mut packed = vec![0; compressor.zlib_compress_bound(data.len())];
    let len = compressor.zlib_compress(data, &mut packed).expect("there is room");
    packed.truncate(len);
    packed
}

/// A pack of these entries, named 0, 1, 2 and so on, and its index. `offset` may
/// change what the index says of an entry's place.
fn write(folder: &std::path::Path, entries: &[Entry], offset: impl Fn(usize, u32) -> u32) -> Pack {
    let count = u32::try_from(entries.len()).expect("there are few");
    let mut pack = [&b"PACK\0\0\0\x02"[..], &count.to_be_bytes()].concat();
    let (mut names, mut sums, mut offsets) = (Vec::new(), Vec::new(), Vec::new());
    for (number, entry) in (0_u8..).zip(entries) {
        let start = u32::try_from(pack.len()).expect("the pack is small");
        let declared = entry.declared.unwrap_or(entry.data.len() as u64);
        let bytes = [size(entry.kind, declared), entry.base.clone(), deflate(&entry.data)].concat();
        names.extend(id(number).as_bytes());
        sums.extend(crc32(&bytes).to_be_bytes());
        offsets.extend(offset(usize::from(number), start).to_be_bytes());
        pack.extend(bytes);
    }
    let fanout: Vec<u8> = (1..=256).flat_map(|below| count.min(below).to_be_bytes()).collect();
    let index = [&b"\xFFtOc\0\0\0\x02"[..], &fanout, &names, &sums, &offsets, &[9; 40]].concat();
    pack.extend([9; 20]);
    fs::write(folder.join("p.pack"), pack).expect("it can be written");
    fs::write(folder.join("p.idx"), index).expect("it can be written");
    Pack::open(&folder.join("p.idx")).expect("pack and index belong together")
}

/// Notes what becomes of each entry.
#[derive(Default)]
struct Notes {
    found: Vec<(u8, String)>,
    /// Letters that make an object loud; with none, all are asked for whole.
    loud: Option<&'static [u8]>,
}

impl Visitor for Notes {
    fn reach(&self) -> Option<usize> {
        self.loud.map(|_| 1)
    }

    fn whole(&mut self, object: &Object<'_>, bytes: &[u8]) -> bool {
        self.found.push((object.id().as_bytes()[0], String::from_utf8_lossy(bytes).into_owned()));
        self.loud.is_some_and(|loud| bytes.iter().any(|byte| loud.contains(byte)))
    }

    fn edited(&mut self, object: &Object<'_>, size: u64, edits: &[u8]) -> bool {
        let must_show = self.loud.is_some_and(|loud| edits.iter().any(|byte| loud.contains(byte)));
        if !must_show {
            let edits = String::from_utf8_lossy(edits).replace('\0', "/");
            self.found.push((object.id().as_bytes()[0], format!("{size}: {edits}")));
        }
        must_show
    }

    fn lack(&mut self, id: ObjectId, lack: Lack) {
        let what = match lack {
            Lack::Huge(size) => format!("huge: {size}"),
            Lack::Fault(error) => error.to_string(),
        };
        self.found.push((id.as_bytes()[0], what));
    }
}

/// What becomes of each entry, in order of names; nothing of those that are no blobs.
#[track_caller]
fn check_with(entries: &[Entry], offset: impl Fn(usize, u32) -> u32, skip: &[u8], expect: &[(u8, &str)]) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let pack = write(folder.path(), entries, offset);
    let mut found = read(&pack, skip, None);
    found.sort();
    let same = found.len() == expect.len()
        && found.iter().zip(expect).all(|(found, expect)| found.0 == expect.0 && found.1.ends_with(expect.1));
    assert!(same, "{found:?}\nexpected {expect:?}");
}

fn read(pack: &Pack, skip: &[u8], loud: Option<&'static [u8]>) -> Vec<(u8, String)> {
    let skip = |id: &ObjectId| skip.contains(&id.as_bytes()[0]);
    let forest = pack.forest(&[ObjectKind::Blob], Some(&skip));
    let mut notes = Notes { found: Vec::new(), loud };
    for (id, error) in forest.faults() {
        notes.found.push((id.as_bytes()[0], error.to_string()));
    }
    let mut decoder = Decoder::new(1000);
    for tree in forest.trees() {
        forest.decode(*tree, &mut decoder, &mut notes);
    }
    notes.found
}

/// A delta of the entry `base`, 16 bytes long, that puts a letter in its middle.
fn insertion(base: u8, letter: u8) -> Entry {
    let data = vec![16, 17, 0x90, 8, 1, letter, 0x91, 8, 8];
    Entry { kind: 7, base: vec![base; 20], data, declared: None }
}

#[test]
fn edits_are_shown_until_one_asks_for_more() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let tail = Entry { data: vec![17, 18, 0x90, 17, 1, b'-'], ..insertion(0, 0) };
    let onto = |base: u8| Entry { base: vec![base; 20], data: tail.data.clone(), ..insertion(0, 0) };
    let entries = [whole(3, b"0123456789ABCDEF"), insertion(0, b'x'), insertion(0, b'!'), onto(1), onto(2)];
    let pack = write(folder.path(), &entries, |_, offset| offset);
    let sorted = |skip: &[u8], loud| {
        let mut found = read(&pack, skip, Some(loud));
        found.sort();
        found.into_iter().map(|(_, what)| what).collect::<Vec<_>>()
    };
    let whole = ["0123456789ABCDEF", "01234567x89ABCDEF", "01234567!89ABCDEF", "01234567x89ABCDEF-"];
    assert_eq!(sorted(&[], b"?"), [whole[0], "17: /7x8/", "17: /7!8/", "18: /F-", "18: /F-"]);
    // An edit that asks for more, and what is made from it.
    assert_eq!(sorted(&[], b"!"), [whole[0], "17: /7x8/", whole[2], "18: /F-", "01234567!89ABCDEF-"]);
    // The root asks for more, so that everything is shown whole.
    assert_eq!(sorted(&[2, 4], b"0"), [whole[0], whole[1], whole[3]]);
    // What is not wanted is not judged, so what is made from it is shown whole.
    assert_eq!(sorted(&[0, 1, 2, 4], b"?"), [whole[3]]);
}

#[track_caller]
fn check(entries: &[Entry], expect: &[(u8, &str)]) {
    check_with(entries, |_, offset| offset, &[], expect);
}

const ELSEWHERE: &str = "its delta base is not in this pack";
const ITSELF: &str = "a delta of itself";
const BASE: &str = "its delta base cannot be decoded";

#[test]
fn bases_before_behind_and_elsewhere() {
    check(&[], &[]);
    check(&[whole(3, b"ab"), ref_delta(0, 2), ref_delta(1, 3)], &[(0, "ab"), (1, "+ab"), (2, "++ab")]);
    check(&[ref_delta(1, 3), ref_delta(2, 2), whole(3, b"ab")], &[(0, "++ab"), (1, "+ab"), (2, "ab")]);
    check(&[ref_delta(1, 3), ref_delta(2, 2), whole(2, b"ab")], &[]);
    check(&[ref_delta(9, 3), ref_delta(0, 4)], &[(0, ELSEWHERE), (1, BASE)]);
    check(&[whole(3, b"ab"), ofs_delta(5, 2)], &[(0, "ab"), (1, ELSEWHERE)]);
    check(&[whole(3, b"ab"), ofs_delta(120, 2)], &[(0, "ab"), (1, "malformed header")]);
    check(&[whole(5, b"ab"), ref_delta(0, 2)], &[(0, "malformed header"), (1, BASE)]);
}

#[test]
fn deltas_of_themselves() {
    check(&[ref_delta(0, 2)], &[(0, ITSELF)]);
    check(&[ofs_delta(0, 2)], &[(0, ITSELF)]);
    let entries = [ref_delta(1, 2), ref_delta(2, 2), ref_delta(0, 2), ref_delta(1, 2), whole(3, b"ab")];
    check(&entries, &[(0, ITSELF), (1, ITSELF), (2, ITSELF), (3, ITSELF), (4, "ab")]);
}

#[test]
fn sizes_that_lie() {
    let lying = |declared, mut entry: Entry| {
        entry.declared = Some(declared);
        entry
    };
    let size = "not of the size it declares";
    check(&[lying(1, whole(3, b"ab")), ref_delta(0, 2)], &[(0, size), (1, BASE)]);
    check(&[lying(3, whole(3, b"ab"))], &[(0, size)]);
    check(&[lying(999_999, whole(3, b"ab"))], &[(0, "declares more than it can hold")]);
    check(&[lying(u64::MAX >> 4, whole(3, b"ab"))], &[(0, "declares more than it can hold")]);
    check(&[whole(3, b"ab"), ref_delta(0, 3)], &[(0, "ab"), (1, "malformed delta")]);
    let large = [b'a'; 1001];
    check(
        &[whole(3, &large), ref_delta(0, 2), ref_delta(1, 2)],
        &[(0, "huge: 1001"), (1, "huge: 1001"), (2, "huge: 1001")],
    );
    // A delta that makes 64 KiB of nothing.
    let bomb = Entry { data: vec![2, 0x80, 0x80, 4, 0x80], ..ref_delta(0, 2) };
    check(&[whole(3, b"ab"), bomb], &[(0, "ab"), (1, "huge: 65536")]);
}

#[test]
fn what_is_not_wanted_is_a_base_all_the_same() {
    let entries = || [whole(3, b"ab"), ref_delta(0, 2), ref_delta(1, 3), ref_delta(0, 2)];
    let same = |_, offset| offset;
    check_with(&entries(), same, &[0, 1], &[(2, "++ab"), (3, "+ab")]);
    check_with(&entries(), same, &[2, 3], &[(0, "ab"), (1, "+ab")]);
    check_with(&entries(), same, &[0, 1, 2, 3], &[]);
    check_with(&[ref_delta(9, 2), whole(3, b"ab")], same, &[0], &[(1, "ab")]);
}

#[test]
fn offsets_that_lead_nowhere() {
    let entries = || [whole(3, b"ab"), whole(3, b"cd")];
    let last = |to: u32| move |number: usize, offset: u32| if number == 1 { to } else { offset };
    // The first then seems to reach further than it does.
    let (sum, outside) = ("checksum mismatch", "lies outside the file");
    check_with(&entries(), last(0x7FFF_FFFF), &[], &[(0, outside), (1, outside)]);
    check_with(&entries(), last(0x8000_0000), &[], &[(0, outside), (1, outside)]);
    check_with(&entries(), last(0xFFFF_FFFF), &[], &[(0, outside), (1, outside)]);
    check_with(&entries(), last(0), &[], &[(0, sum), (1, "lies outside the file")]);
    // Both at once: one of them stands where its neighbour says it ends.
    check_with(&entries(), last(12), &[], &[(0, "malformed header"), (1, sum)]);
    check_with(&entries(), last(13), &[], &[(0, sum), (1, "its delta base is not in this pack")]);
}
