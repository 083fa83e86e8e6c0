//! Icons (`.ico`): the PNGs in one. What is a bitmap in it is too small to show a key.

/// The signature of a PNG.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Bytes of the header, and of an entry.
const HEADER: usize = 6;
const ENTRY: usize = 16;
/// Pictures in the largest icon that is believed to be one.
const MOST: usize = 64;

/// Whether what begins with `head` is an icon.
pub fn is_icon(head: &[u8]) -> bool {
    // The byte at 9 of an entry is reserved, and 0.
    matches!(head, [0, 0, 1, 0, count, 0, _, _, _, 0, ..] if (1..=MOST).contains(&usize::from(*count)))
}

/// The PNGs in the icon that is `bytes`. An entry that points elsewhere is passed over.
pub fn pictures(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let count = if is_icon(bytes) { usize::from(bytes[4]) } else { 0 };
    let entries = bytes.get(HEADER..).unwrap_or_default().chunks_exact(ENTRY).take(count);
    entries.filter_map(|entry| {
        let number = |at: usize| {
            let four = entry.get(at..at + 4)?.try_into().ok()?;
            usize::try_from(u32::from_le_bytes(four)).ok()
        };
        let (length, start) = (number(8)?, number(12)?);
        let picture = bytes.get(start..start.checked_add(length)?)?;
        picture.starts_with(PNG).then_some(picture)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn icon(start: u32, length: u32, picture: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 32, 0];
        bytes.extend(length.to_le_bytes());
        bytes.extend(start.to_le_bytes());
        bytes.extend(picture);
        bytes
    }

    #[test]
    fn pngs_are_found() {
        let png = [PNG, b"rest"].concat();
        assert_eq!(pictures(&icon(22, 12, &png)).collect::<Vec<_>>(), [&png[..]]);
        for bytes in [
            icon(22, 13, &png),
            icon(u32::MAX, u32::MAX, &png),
            icon(22, 4, b"BMP."),
            b"\0\0\x01\0\x02\0".to_vec(),
            Vec::new(),
        ] {
            assert_eq!(pictures(&bytes).count(), 0, "{bytes:?}");
        }
    }
}
