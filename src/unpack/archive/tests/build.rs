//! Archives made at test time, by hand or by the writers of the decoders' crates.

use std::io::{Read, Write};

use bzip2::read::BzEncoder;
use flate2::Compression;
use flate2::read::{DeflateEncoder, GzEncoder, ZlibEncoder};

fn all(mut reader: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).expect("memory can be read");
    bytes
}

pub(super) fn gzip(content: impl Read) -> Vec<u8> {
    all(GzEncoder::new(content, Compression::fast()))
}

pub(super) fn zlib(content: &[u8]) -> Vec<u8> {
    all(ZlibEncoder::new(content, Compression::fast()))
}

pub(super) fn deflate(content: impl Read) -> Vec<u8> {
    all(DeflateEncoder::new(content, Compression::fast()))
}

pub(super) fn bzip2(content: &[u8]) -> Vec<u8> {
    all(BzEncoder::new(content, bzip2::Compression::fast()))
}

pub(super) fn xz(content: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(0);
    let mut writer = lzma_rust2::XzWriter::new(Vec::new(), options).expect("the options are the crate's");
    writer.write_all(content).expect("memory takes all");
    writer.finish().expect("memory takes all")
}

pub(super) fn lzma(content: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::LzmaOptions::with_preset(0);
    let mut writer = lzma_rust2::LzmaWriter::new_use_header(Vec::new(), &options, None)
        .expect("the options are the crate's");
    writer.write_all(content).expect("memory takes all");
    writer.finish().expect("memory takes all")
}

pub(super) fn zstd(content: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(content, ruzstd::encoding::CompressionLevel::Fastest)
}

pub(super) fn lz4(content: &[u8]) -> Vec<u8> {
    let mut writer = lz4_flex::frame::FrameEncoder::new(Vec::new());
    writer.write_all(content).expect("memory takes all");
    writer.finish().expect("memory takes all")
}

/// One entry of a zip: flags, method, compressed bytes, size.
pub(super) struct Entry {
    pub(super) name: Vec<u8>,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) packed: Vec<u8>,
    pub(super) size: u32,
}

pub(super) fn stored(name: &str, content: &[u8]) -> Entry {
    let size = u32::try_from(content.len()).expect("tests are small");
    Entry { name: name.into(), flags: 0, method: 0, packed: content.to_vec(), size }
}

pub(super) fn deflated(name: &str, content: &[u8]) -> Entry {
    Entry { method: 8, packed: deflate(content), ..stored(name, content) }
}

pub(super) fn local(entry: &Entry) -> Vec<u8> {
    let mut bytes = b"PK\x03\x04\x14\0".to_vec();
    let len = u32::try_from(entry.packed.len()).expect("tests are small");
    let name = u16::try_from(entry.name.len()).expect("tests are small");
    // An entry of unknown size says so behind its bytes.
    let is_open = entry.flags & 8 != 0;
    let (packed, size) = if is_open { (0, 0) } else { (len, entry.size) };
    bytes.extend(entry.flags.to_le_bytes());
    bytes.extend(entry.method.to_le_bytes());
    bytes.extend([0; 8]);
    bytes.extend(packed.to_le_bytes());
    bytes.extend(size.to_le_bytes());
    bytes.extend(name.to_le_bytes());
    bytes.extend([0; 2]);
    bytes.extend(&entry.name);
    bytes.extend(&entry.packed);
    if is_open {
        bytes.extend(b"PK\x07\x08\0\0\0\0");
        bytes.extend(len.to_le_bytes());
        bytes.extend(entry.size.to_le_bytes());
    }
    bytes
}

pub(super) fn central(entry: &Entry, offset: u32) -> Vec<u8> {
    let mut bytes = b"PK\x01\x02\x14\0\x14\0".to_vec();
    bytes.extend(entry.flags.to_le_bytes());
    bytes.extend(entry.method.to_le_bytes());
    bytes.extend([0; 8]);
    bytes.extend(u32::try_from(entry.packed.len()).expect("tests are small").to_le_bytes());
    bytes.extend(entry.size.to_le_bytes());
    bytes.extend(u16::try_from(entry.name.len()).expect("tests are small").to_le_bytes());
    bytes.extend([0; 12]);
    bytes.extend(offset.to_le_bytes());
    bytes.extend(&entry.name);
    bytes
}

/// The end record behind `bytes`, for a directory of `size` bytes at `offset`.
pub(super) fn end(bytes: &mut Vec<u8>, count: u16, size: usize, offset: usize) {
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    bytes.extend(u32::try_from(size).expect("tests are small").to_le_bytes());
    bytes.extend(u32::try_from(offset).expect("tests are small").to_le_bytes());
    bytes.extend([0; 2]);
}

pub(super) fn zip(entries: &[Entry]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        directory.extend(central(entry, u32::try_from(bytes.len()).expect("tests are small")));
        bytes.extend(local(entry));
    }
    let (count, offset) = (u16::try_from(entries.len()).unwrap_or(u16::MAX), bytes.len());
    bytes.extend(&directory);
    end(&mut bytes, count, directory.len(), offset);
    bytes
}

/// A header of a tar, with ustar's magic.
pub(super) fn header(name: &[u8], kind: u8, size: u64) -> Vec<u8> {
    let mut block = vec![0; 512];
    let len = name.len().min(100);
    block[..len].copy_from_slice(&name[..len]);
    block[100..108].copy_from_slice(b"0000644\0");
    if size < 1 << 33 {
        block[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
    } else {
        block[128..136].copy_from_slice(&size.to_be_bytes());
        block[124] = 0x80;
    }
    block[156] = kind;
    block[257..265].copy_from_slice(b"ustar\x0000");
    seal(&mut block);
    block
}

/// Puts the checksum in.
pub(super) fn seal(block: &mut [u8]) {
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

/// A header and its content, padded.
pub(super) fn file(name: &[u8], kind: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = header(name, kind, content.len() as u64);
    bytes.extend(content);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

pub(super) fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes: Vec<u8> =
        files.iter().flat_map(|(name, content)| file(name.as_bytes(), b'0', content)).collect();
    bytes.extend([0; 1024]);
    bytes
}

/// A record of an extended header, with its own length in front.
pub(super) fn record(key: &str, value: &str) -> String {
    let len = key.len() + value.len() + 3;
    let digits = (len + 2).to_string().len();
    format!("{} {key}={value}\n", len + digits)
}

pub(super) fn ar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = b"!<arch>\n".to_vec();
    for (name, content) in files {
        bytes
            .extend(format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 644, content.len()).bytes());
        bytes.extend(*content);
        bytes.extend(vec![b'\n'; content.len() % 2]);
    }
    bytes
}

pub(super) fn cpio(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let trailer: &[(&str, &[u8])] = &[("TRAILER!!!", b"")];
    for (name, content) in files.iter().chain(trailer) {
        let (size, len) = (content.len(), name.len() + 1);
        bytes.extend(
            format!(
                "070701{:08X}{:08X}{:032X}{size:08X}{:032X}{len:08X}{:08X}{name}\0",
                1, 0o100_644, 0, 0, 0
            )
            .bytes(),
        );
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes.extend(*content);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
    }
    bytes
}

pub(super) fn pdf(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    for (dictionary, content) in streams {
        bytes.extend(format!("1 0 obj\n<< {dictionary} >>\nstream\r\n").bytes());
        bytes.extend(*content);
        bytes.extend(b"\nendstream\nendobj\n");
    }
    bytes.extend(b"trailer\n<< /Size 2 >>\n%%EOF\n");
    bytes
}

pub(super) fn png(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let last: &[(&[u8; 4], &[u8])] = &[(b"IEND", b"")];
    for (kind, data) in chunks.iter().chain(last) {
        bytes.extend(u32::try_from(data.len()).expect("tests are small").to_be_bytes());
        bytes.extend(*kind);
        bytes.extend(*data);
        bytes.extend([0; 4]);
    }
    bytes
}
