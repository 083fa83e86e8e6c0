//! What the tests encode with, and the keys that they encode: made at run time
//! by a small generator. It is written to be plain, not fast.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

/// A linear congruential generator.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    pub(super) fn byte(&mut self) -> u8 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0.to_be_bytes()[0]
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        (usize::from(self.byte()) << 8 | usize::from(self.byte())) % bound
    }

    fn word(&mut self, len: usize) -> String {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        (0..len).map(|_| char::from(alphabet[self.below(62)])).collect()
    }
}

/// A key of each shape.
pub(super) fn keys(seed: u64) -> Vec<String> {
    let mut random = Random::new(seed);
    let mut key = |prefix: &str, id: usize, dot: &str, secret: usize| {
        format!("{prefix}{}{dot}{}", random.word(id), random.word(secret))
    };
    vec![
        key("b10_", 8, ".", 32),
        key("", 8, ".", 32),
        key("sky_", 12, ".", 16),
        key("sky_", 12, ".", 64),
        key("whsec_", 0, "", 40),
    ]
}

pub(super) fn base64(bytes: &[u8], url: bool, pad: bool) -> Vec<u8> {
    let mut alphabet = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if url {
        alphabet[62..].copy_from_slice(b"-_");
    }
    let mut code = Vec::new();
    for group in bytes.chunks(3) {
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..=group.len() {
            code.push(alphabet[(bits >> (18 - 6 * at) & 63) as usize]);
        }
        if pad {
            code.extend(vec![b'='; 3 - group.len()]);
        }
    }
    code
}

/// Lines of `columns`, with `line_break` between them.
pub(super) fn wrap(code: &[u8], columns: usize, line_break: &str) -> Vec<u8> {
    code.chunks(columns).collect::<Vec<_>>().join(line_break.as_bytes())
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

pub(super) fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// Whether what a coder makes is text, and what it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// Any bytes in, text out.
    Block,
    /// Text in, text out.
    Text,
    /// Text without quotes in, text with quotes out.
    Quoted,
    /// Any text in, bytes with zeros out.
    Wide,
    /// Any bytes in, bytes out.
    Packed,
}

/// An encoding of a whole text; the key in it is given where it matters.
pub(super) struct Coder {
    pub(super) name: &'static str,
    sort: Sort,
    pub(super) code: fn(&[u8], &[u8]) -> Vec<u8>,
}

impl Coder {
    /// Whether people put the one into the other.
    pub(super) fn takes(&self, inner: &Coder) -> bool {
        match self.sort {
            Sort::Block => true,
            Sort::Packed | Sort::Text => inner.sort != Sort::Packed,
            Sort::Wide => !matches!(inner.sort, Sort::Packed | Sort::Wide),
            Sort::Quoted => matches!(inner.sort, Sort::Block | Sort::Text),
        }
    }
}

fn each(bytes: &[u8], escape: impl Fn(u8) -> String) -> Vec<u8> {
    bytes.iter().map(|&byte| escape(byte)).collect::<String>().into_bytes()
}

/// One for each encoding.
pub(super) fn coders() -> Vec<Coder> {
    let coder = |name, sort, code| Coder { name, sort, code };
    vec![
        coder("base64", Sort::Block, |bytes, _| base64(bytes, false, true)),
        coder("base64 wrapped", Sort::Block, |bytes, _| wrap(&base64(bytes, true, false), 76, "\n")),
        coder("hex", Sort::Block, |bytes, _| each(bytes, |byte| format!("{byte:02x}"))),
        coder("percent", Sort::Text, |bytes, _| each(bytes, |byte| format!("%{byte:02X}"))),
        coder("percent of signs", Sort::Text, |bytes, _| {
            each(bytes, |byte| match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' => char::from(byte).to_string(),
                _ => format!("%{byte:02X}"),
            })
        }),
        coder("escapes", Sort::Text, |bytes, _| each(bytes, |byte| format!("\\u{byte:04x}"))),
        coder("html", Sort::Text, |bytes, _| each(bytes, |byte| format!("&#{byte};"))),
        coder("quoted-printable", Sort::Text, |bytes, _| each(bytes, |byte| format!("={byte:02X}"))),
        coder("utf-16", Sort::Wide, |bytes, _| bytes.iter().flat_map(|&byte| [byte, 0]).collect()),
        coder("gzip", Sort::Packed, |bytes, _| gzip(bytes)),
        coder("zlib", Sort::Packed, |bytes, _| zlib(bytes)),
        coder("concatenation", Sort::Quoted, |bytes, key| {
            let middle = memchr::memmem::find(bytes, key).map_or(bytes.len() / 2, |at| at + 20);
            [b"'", &bytes[..middle], b"' + '", &bytes[middle..], b"'"].concat()
        }),
    ]
}
