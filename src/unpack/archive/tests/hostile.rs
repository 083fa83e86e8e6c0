//! Archives that are made to do harm: bombs, lies, quines' like. Each must end
//! soon, in little memory, with the reason said.

use std::io::{self, Read, repeat};

use super::build::*;
use super::{Budget, Input, Reason, Seen, check, unpack, visit};
use crate::unpack::archive::Kind;

/// `len` zeros, deflated as small as can be.
fn zeros(len: u64) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut encoder = flate2::read::DeflateEncoder::new(repeat(0).take(len), flate2::Compression::best());
    encoder.read_to_end(&mut packed).expect("memory can be read");
    packed
}

/// A budget that looks at ratios early, so that bombs may be small.
const EARLY: Budget = Budget {
    depth: 8,
    bytes: 8 << 30,
    ratio: 200,
    grace: 16 << 20,
    members: 1_000_000,
    buffer: 64 << 20,
    memory: 192 << 20,
};

/// An entry of zeros that says their number.
fn zero_entry(name: &str, len: u32) -> Entry {
    Entry { method: 8, packed: zeros(len.into()), size: len, ..stored(name, b"") }
}

/// The reasons and where, and whether at most so many MiB were inflated, both ways of reading.
#[track_caller]
fn check_ended(archive: &[u8], budget: Budget, skipped: &[(&str, Reason)], mebibytes: u64) {
    for sought in [true, false] {
        let (seen, unpacked) = visit(archive, "", budget, sought);
        let found: Vec<_> = seen.skipped.iter().map(|(path, reason)| (path.as_str(), *reason)).collect();
        assert_eq!(found, skipped, "sought: {sought}");
        assert!(unpacked.bytes <= mebibytes << 20, "{unpacked:?}");
    }
}

#[test]
fn one_bomb_leaves_the_others() {
    let archive = zip(&[stored("a", b"1"), zero_entry("bomb", 24 << 20), stored("b", b"2")]);
    check_ended(&archive, EARLY, &[("bomb", Reason::Bomb)], 17);
    let (seen, _) = visit(&archive, "", EARLY, true);
    let names: Vec<_> = seen.members.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(names, ["a", "bomb", "b"]);
    assert!(seen.bytes > 15 << 20);
}

#[test]
fn a_gigabyte_in_a_gzip() {
    let mebibyte = {
        let mut packed = Vec::new();
        let level = flate2::Compression::best();
        let mut encoder = flate2::read::GzEncoder::new(repeat(0).take(1 << 20), level);
        encoder.read_to_end(&mut packed).expect("memory can be read");
        packed
    };
    check_ended(&mebibyte.repeat(1024), EARLY, &[("", Reason::Bomb)], 24);
}

/// What is blank for the most part is no bomb as long as it is not large.
#[test]
fn blanks_are_no_bomb() {
    let blanks = || repeat(b' ').take(20 << 20);
    let gzipped = gzip(blanks().chain(&b"text"[..]));
    let zipped = zip(&[Entry { method: 8, packed: deflate(blanks()), size: 20 << 20, ..stored("a", b"") }]);
    for archive in [gzipped, zipped] {
        check_ended(&archive, Budget::default(), &[], 21);
    }
}

#[test]
fn zips_in_zips_in_zips() {
    let mut archive = zip(&[zero_entry("0.dll", 4 << 20)]);
    for level in 1..6 {
        let names: Vec<_> = (0..16).map(|number| format!("{level}-{number}.zip")).collect();
        let entries: Vec<_> = names.iter().map(|name| deflated(name, &archive)).collect();
        archive = zip(&entries);
    }
    // Of four terabytes, what the ratio allows and the free beginning are inflated.
    check_ended(&archive, EARLY, &[("", Reason::Bomb)], 48);
}

#[test]
fn nested_without_end() {
    let deep = |make: &dyn Fn(&[u8]) -> Vec<u8>| (0..40).fold(b"core".to_vec(), |inner, _| make(&inner));
    let path = |name: &str, depth: usize| vec![name; depth].join("!");
    for (make, name) in [
        (&(|inner: &[u8]| gzip(inner)) as &dyn Fn(&[u8]) -> Vec<u8>, ""),
        (&|inner: &[u8]| zip(&[deflated("z", inner)]), "z"),
        (&|inner: &[u8]| tar(&[("t", inner)]), "t"),
    ] {
        let path = if name.is_empty() { String::new() } else { path(name, 8) };
        check_ended(&deep(make), Budget::default(), &[(&path, Reason::TooDeep)], 1);
    }
}

#[test]
fn entries_that_overlap() {
    let kernel = zero_entry("0", 8 << 20);
    let mut archive = local(&kernel);
    let mut directory = Vec::new();
    for number in 0..2000 {
        let name = number.to_string().into_bytes();
        let entry = Entry { name, packed: kernel.packed.clone(), ..stored("", b"") };
        directory.extend(central(&Entry { method: 8, size: 8 << 20, ..entry }, 0));
    }
    let (offset, size) = (archive.len(), directory.len());
    archive.extend(directory);
    end(&mut archive, 2000, size, offset);
    for sought in [true, false] {
        let (seen, unpacked) = visit(&archive, "", EARLY, sought);
        assert!(matches!(seen.skipped[..], [(_, Reason::Overlap | Reason::Bomb)]), "{:?}", seen.skipped);
        assert!(unpacked.bytes < 160 << 20, "{unpacked:?}");
    }
}

#[test]
fn sizes_that_lie() {
    let more = Entry { size: 9999, ..deflated("more", b"few") };
    let fewer = Entry { size: 1, ..deflated("fewer", b"many") };
    check(
        &zip(&[more, fewer, stored("x", b"1")]),
        &["more=few", "fewer=many", "x=1"],
        &["more: Size", "fewer: Size"],
    );
    // Compressed bytes that would lie outside of the file.
    let mut archive = zip(&[stored("x", b"1"), stored("y", b"2")]);
    let at = memchr::memmem::find(&archive, b"PK\x01\x02").expect("there is a directory") + 20;
    archive[at..at + 4].copy_from_slice(&[0xf0, 0xff, 0xff, 0x7f]);
    check(&archive, &[], &[": Overlap"]);
    // A count of entries that is not so, and a directory that cannot be.
    let mut archive = zip(&[stored("x", b"1")]);
    let end = archive.len() - 22;
    archive[end + 8..end + 12].fill(0xff);
    check(&archive, &["x=1"], &[]);
    archive[end + 12..end + 16].fill(0xfe);
    check(&archive, &["x=1"], &[]);
    // Four billion entries by the record of 64 bits, and one that is there.
    let mut archive = zip(&[stored("x", b"1")]);
    let (size, offset) = (u64::from(archive[end + 12]), u64::from(archive[end + 16]));
    let mut wide = b"PK\x06\x06\x2c\0\0\0\0\0\0\0\x2d\0\x2d\0\0\0\0\0\0\0\0\0".to_vec();
    wide.extend([1u64 << 32, 1 << 32, size, offset].iter().flat_map(|value| value.to_le_bytes()));
    wide.extend(b"PK\x06\x07\0\0\0\0");
    wide.extend((end as u64).to_le_bytes());
    wide.extend(1u32.to_le_bytes());
    archive.splice(end..end, wide);
    check(&archive, &["x=1"], &[]);
    // Ten gigabytes of which there are three bytes.
    let mut archive = header(b"big", b'0', 10 << 30);
    archive.extend(b"abc");
    check(&archive, &["big=abc"], &[": Truncated"]);
    let archive = header(b"bigger", b'0', (1 << 62) - 1);
    check(&archive, &["bigger="], &[": Truncated"]);
}

#[test]
fn budgets() {
    let files: Vec<_> = (0..50).map(|number| (number.to_string(), vec![b'x'; 100])).collect();
    let entries: Vec<_> = files.iter().map(|(name, content)| deflated(name, content)).collect();
    let (few, little) =
        (Budget { members: 20, ..Budget::default() }, Budget { bytes: 999, ..Budget::default() });
    for archive in [zip(&entries), tar(&[("in.zip", &zip(&entries))])] {
        check_ended(&archive, few, &[("", Reason::TooManyMembers)], 1);
        check_ended(&archive, little, &[("", Reason::TooManyBytes)], 1);
    }
    // What is stored is not inflated, and costs none of it.
    let archive = zip(&[stored("a", &[b'x'; 5000]), stored("b", b"2")]);
    check_ended(&archive, little, &[], 0);
    // A zip that may not be held is read by its local headers.
    let inner = tar(&[("in.zip", &zip(&entries))]);
    let (seen, _) = visit(&inner, "", Budget { buffer: 700, ..Budget::default() }, false);
    assert_eq!((seen.members.len(), seen.skipped.len()), (50, 0));
    // A document that may not be held is handed out as it is.
    let inner = tar(&[("in.pdf", &pdf(&[("", &[b'x'; 900])]))]);
    let (seen, _) = visit(&inner, "", Budget { buffer: 700, ..Budget::default() }, false);
    assert_eq!((seen.members.len(), &seen.skipped[..]), (1, &[("in.pdf".into(), Reason::TooLarge)][..]));
}

#[test]
fn windows_that_are_too_large() {
    // A frame that asks for two gigabytes.
    let huge = b"\x28\xb5\x2f\xfd\x00\xa8\x01\0\0".to_vec();
    check(&huge, &[], &[": Window"]);
    // Two that ask for 128 MiB each, one in the other.
    let frame = |content: &[u8]| {
        let size = u32::try_from(content.len()).expect("it is small") << 3 | 1;
        [b"\x28\xb5\x2f\xfd\x00\x88", &size.to_le_bytes()[..3], content].concat()
    };
    check(&frame(b"text"), &["=text"], &[]);
    // The outer one is not at its end yet when the inner one begins.
    let inner = [frame(b"text"), vec![0; 100_000]].concat();
    check(&frame(&inner), &[], &[": Window"]);
    let mut archive = lzma(b"text");
    archive[1..5].copy_from_slice(&[0, 0, 0, 0x7f]);
    super::check_named("x.lzma", &archive, &[], &[": Window"]);
    let mut archive = xz(b"text");
    // The size of the block's header, its flags, the filter, its length, and the dictionary.
    assert_eq!(archive[12..16], [2, 0, 0x21, 1]);
    archive[16] = 39;
    let mut sum = flate2::Crc::new();
    sum.update(&archive[12..20]);
    archive[20..24].copy_from_slice(&sum.sum().to_le_bytes());
    check(&archive, &[], &[": Window"]);
}

#[test]
fn names_without_end() {
    let long = vec![b'n'; 300 << 10];
    let archive = [file(b"././@LongLink", b'L', &long), file(b"cut", b'0', b"1")].concat();
    let (seen, _) = visit(&archive, "", Budget::default(), false);
    assert_eq!((seen.members[0].0.len(), &seen.members[0].1[..]), (64 << 10, &b"1"[..]));
}

#[test]
fn readers_that_fail() {
    struct Failing(usize);
    impl Read for Failing {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            let archive = tar(&[("a", b"1"), ("b", &[b'x'; 9000])]);
            let read = archive[self.0..].len().min(room.len()).min(700);
            if self.0 > 6000 {
                return Err(io::Error::other("gone"));
            }
            room[..read].copy_from_slice(&archive[self.0..self.0 + read]);
            self.0 += read;
            Ok(read)
        }
    }
    let mut seen = Seen::default();
    unpack(Input::Stream(&mut Failing(0)), Kind::Tar, Budget::default(), &mut seen);
    assert_eq!(seen.members.len(), 2);
    assert_eq!(seen.skipped, [(String::new(), Reason::Io)]);
}
