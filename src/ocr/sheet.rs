//! Strips as the pages of one TIFF, so that one run of the recogniser reads them all, each by
//! itself.
//!
//! The form is the baseline of TIFF 6.0: grey, a byte a pixel, not compressed, one strip a page.

use image::GrayImage;

/// Entries of the directory of a page.
const ENTRIES: u16 = 11;
/// Resolution in dots an inch, so that the recogniser does not guess it.
const DPI: u32 = 300;

/// The file with these pages.
pub(super) fn tiff<'i>(pages: impl IntoIterator<Item = &'i GrayImage>) -> Vec<u8> {
    let mut file = b"II*\0\0\0\0\0".to_vec();
    // Where the offset of the next directory is written.
    let mut link = 4;
    for page in pages {
        let (width, height) = page.dimensions();
        let pixels = offset(&file);
        file.extend_from_slice(page.as_raw());
        if file.len() % 2 == 1 {
            file.push(0);
        }
        let resolution = offset(&file);
        file.extend_from_slice(&DPI.to_le_bytes());
        file.extend_from_slice(&1_u32.to_le_bytes());
        let directory = offset(&file);
        file[link..link + 4].copy_from_slice(&directory.to_le_bytes());
        file.extend_from_slice(&ENTRIES.to_le_bytes());
        let (short, long, rational) = (3_u16, 4_u16, 5_u16);
        let entries: [(u16, u16, u32); ENTRIES as usize] = [
            (256, long, width),
            (257, long, height),
            (258, short, 8),
            (259, short, 1),
            (262, short, 1),
            (273, long, pixels),
            (277, short, 1),
            (278, long, height),
            (279, long, width * height),
            (282, rational, resolution),
            (283, rational, resolution),
        ];
        for (tag, kind, value) in entries {
            file.extend_from_slice(&tag.to_le_bytes());
            file.extend_from_slice(&kind.to_le_bytes());
            file.extend_from_slice(&1_u32.to_le_bytes());
            file.extend_from_slice(&value.to_le_bytes());
        }
        link = file.len();
        file.extend_from_slice(&0_u32.to_le_bytes());
    }
    file
}

/// The end of the file so far.
fn offset(file: &[u8]) -> u32 {
    u32::try_from(file.len()).expect("a batch of strips is far below 4 GiB")
}
