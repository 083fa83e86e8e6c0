//! Archives cut short at every byte, and with bytes turned at random: whatever
//! becomes of them, no panic and no hang, and what is whole is still read.

use super::build::*;
use super::{Budget, HEAD, Input, Reason, Seen, check, kind, unpack};

/// Small archives of every format.
fn samples() -> Vec<Vec<u8>> {
    let text = b"KEY=value\n".repeat(20);
    let packed = zlib(&text);
    let pax = record("path", &"p".repeat(150));
    let inner = tar(&[("a", &text), ("b", b"2")]);
    vec![
        zip(&[deflated("a", &text), stored("b", b"2"), Entry { flags: 8, ..deflated("c", &text) }]),
        zip(&[
            Entry { method: 12, packed: bzip2(&text), ..stored("b", &text) },
            stored("gz", &gzip(&text[..])),
        ]),
        [file(b"x", b'x', pax.as_bytes()), file(b"././@LongLink", b'L', b"long\0"), file(b"y", b'0', &text)]
            .concat(),
        ar(&[("//", b"name/\n"), ("/0", &text), ("#1/4", b"bsd\0text")]),
        cpio(&[("a", &text), ("b", b"2")]),
        gzip(&inner[..]),
        bzip2(&inner),
        xz(&inner),
        zstd(&inner),
        lz4(&inner),
        pdf(&[("/Filter /FlateDecode", &packed), ("/Filter [/FlateDecode]", &packed)]),
        png(&[
            (b"zTXt", &[b"k\0\0", &packed[..]].concat()),
            (b"iTXt", &[b"k\0\x01\0\0\0", &packed[..]].concat()),
        ]),
        b"# v2 git bundle\n1234 refs/heads/main\n\nPACK\0\0\0\x02".to_vec(),
    ]
}

/// Takes `archive` apart, both ways, whatever it is.
fn survive(archive: &[u8]) -> Seen {
    let mut all = Seen::default();
    let Some(kind) = kind(&archive[..archive.len().min(HEAD)], b"") else { return all };
    for sought in [true, false] {
        let mut input = std::io::Cursor::new(archive);
        let input = if sought { Input::Seek(&mut input) } else { Input::Stream(&mut input) };
        let budget = Budget { bytes: 1 << 20, memory: 16 << 20, buffer: 1 << 20, ..Budget::default() };
        unpack(input, kind, budget, &mut all);
    }
    all
}

#[test]
fn cut_short() {
    for sample in samples() {
        for len in 0..sample.len() {
            survive(&sample[..len]);
        }
    }
}

#[test]
fn turned_bytes() {
    // A generator of its own, so that each run is the same.
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).expect("it is below a usize")
    };
    for sample in samples() {
        for _ in 0..120 {
            let mut damaged = sample.clone();
            for _ in 0..=random(3) {
                let at = random(damaged.len());
                damaged[at] =
                    [0, 0xff, 0x80, damaged[at] ^ 1, u8::try_from(random(256)).expect("a byte")][random(5)];
            }
            survive(&damaged);
        }
    }
}

#[test]
fn the_others_are_read() {
    let mut archive = zip(&[stored("a", b"1"), deflated("b", &b"text".repeat(50)), stored("c", b"3")]);
    let at = memchr::memmem::find(&archive, b"b").expect("it is there") + 1;
    archive[at] = 0xff;
    check(&archive, &["a=1", "c=3"], &["b: Broken"]);
    // A zip that lost its end.
    let whole = zip(&[stored("a", b"1"), deflated("b", b"2")]);
    let at = memchr::memmem::find(&whole, b"PK\x01\x02").expect("there is a directory");
    check(&whole[..at], &["a=1", "b=2"], &[": Truncated"]);
    // A tar with a header that is none.
    let mut archive = tar(&[("a", b"1"), ("b", b"2"), ("c", b"3")]);
    archive[1024] = b'x';
    check(&archive, &["a=1", "c=3"], &[": Broken"]);
    // A compressed tar that was cut, among others.
    let packed = gzip(&tar(&[("x", b"1"), ("y", &[b'y'; 5000])])[..]);
    let archive = tar(&[("cut.tgz", &packed[..packed.len() - 9]), ("next", b"2")]);
    let seen = survive(&archive);
    assert!(seen.members.iter().any(|(path, _)| path == "cut.tgz!x"));
    assert!(seen.members.iter().any(|(path, _)| path == "next"));
    assert_eq!(seen.skipped[0], ("cut.tgz".into(), Reason::Truncated));
}
