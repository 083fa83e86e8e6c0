//! Where the pages of a TIFF are described.
//!
//! Only the chain of directories is followed; what they say is for the decoder to read.

/// A page: the bytes of the link to its directory, in the order of the file.
pub(super) type Link = Vec<u8>;

/// Most pages that are counted.
const MOST: usize = 4_000;

/// How a file writes its numbers.
#[derive(Clone, Copy)]
struct Form {
    little: bool,
    /// The form with numbers of 64 bits.
    big: bool,
}

impl Form {
    fn of(bytes: &[u8]) -> Option<Self> {
        match bytes.get(..4)? {
            [b'I', b'I', 42, 0] => Some(Self { little: true, big: false }),
            [b'I', b'I', 43, 0] => Some(Self { little: true, big: true }),
            [b'M', b'M', 0, 42] => Some(Self { little: false, big: false }),
            [b'M', b'M', 0, 43] => Some(Self { little: false, big: true }),
            _ => None,
        }
    }

    /// Where the link to the first directory stands, and its length.
    fn first(self) -> (usize, usize) {
        if self.big { (8, 8) } else { (4, 4) }
    }

    fn number(self, bytes: &[u8]) -> usize {
        let add = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        let number = if self.little { bytes.iter().rev().fold(0, add) } else { bytes.iter().fold(0, add) };
        usize::try_from(number).unwrap_or(usize::MAX)
    }
}

/// The pages of a file as far as the chain holds, and whether it holds to its end; none where it
/// is no TIFF.
pub(super) fn pages(bytes: &[u8]) -> Option<(Vec<Link>, bool)> {
    let form = Form::of(bytes)?;
    let (mut at, length) = form.first();
    let (count_length, entry) = if form.big { (8, 20) } else { (2, 12) };
    let mut seen = Vec::new();
    let mut pages = Vec::new();
    while let Some(link) = at.checked_add(length).and_then(|end| bytes.get(at..end)) {
        let directory = form.number(link);
        if directory == 0 || seen.contains(&directory) || pages.len() >= MOST {
            break;
        }
        let Some(count) = directory.checked_add(count_length).and_then(|end| bytes.get(directory..end))
        else {
            return Some((pages, false));
        };
        seen.push(directory);
        pages.push(link.to_vec());
        let entries = form.number(count).checked_mul(entry);
        let next = entries.and_then(|entries| entries.checked_add(directory + count_length));
        let Some(next) = next else { break };
        at = next;
    }
    Some((pages, true))
}

/// Makes a page the first of the file.
pub(super) fn make_first(bytes: &mut [u8], page: &Link) {
    let Some(form) = Form::of(bytes) else { return };
    let (at, length) = form.first();
    if let Some(link) = bytes.get_mut(at..at + length) {
        link.copy_from_slice(page);
    }
}
