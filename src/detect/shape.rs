//! Finds the shape all Baseten keys share, `XXXXXXXX.` and 32 letters or
//! digits, at the speed of memory.
//!
//! It knows nothing of prefixes, neighbours or meaning: it yields the offset of
//! each dot that has at least 8 letters or digits before it and exactly 32
//! behind it, and the regex of a rule confirms. More than 32 will do where the byte
//! before the 8 may be the end of a prefix or of a length: in binary content
//! another field may follow at once, and the filters tell.
//!
//! A run of 32 always contains an aligned block of 16, whatever the alignment,
//! so with AVX2 we look for blocks of 16 letters or digits, which ordinary text
//! hardly has, and only there look closer. Elsewhere we look at dots.

pub mod traces;

/// Letters or digits before the dot that a key has at least.
const ID: usize = 8;
/// Letters or digits behind the dot that a key has exactly.
const SECRET: usize = 32;
/// The length of a key without a prefix, as it stands before it in binary content.
#[expect(clippy::cast_possible_truncation, reason = "it is 41")]
const LENGTH: u8 = (ID + 1 + SECRET) as u8;

/// Offsets of the dots of key shapes in `bytes`, in ascending order.
pub fn find_iter(bytes: &[u8]) -> impl Iterator<Item = usize> {
    #[cfg(target_arch = "x86_64")]
    if std::is_x86_feature_detected!("avx2") {
        return Either::Blocks(avx2::Blocks::new(bytes));
    }
    Either::Dots(find_iter_portable(bytes))
}

/// The twin of [`find_iter`] for processors without AVX2: the same offsets.
pub fn find_iter_portable(bytes: &[u8]) -> impl Iterator<Item = usize> {
    memchr::memchr_iter(b'.', bytes).filter(move |&dot| is_key_dot(bytes, dot))
}

/// One of the two ways to search, chosen once per search.
enum Either<B, D> {
    #[cfg_attr(not(target_arch = "x86_64"), expect(dead_code, reason = "AVX2 is x86-64 only"))]
    Blocks(B),
    Dots(D),
}

impl<B: Iterator<Item = usize>, D: Iterator<Item = usize>> Iterator for Either<B, D> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        match self {
            Self::Blocks(blocks) => blocks.next(),
            Self::Dots(dots) => dots.next(),
        }
    }
}

/// Whether the dot at `dot` stands in a key shape. Asks for the far end first:
/// that is where text that is not a key fails soonest.
fn is_key_dot(bytes: &[u8], dot: usize) -> bool {
    let end = dot + 1 + SECRET;
    dot >= ID
        && end <= bytes.len()
        && bytes[end - 1].is_ascii_alphanumeric()
        && bytes[dot + SECRET / 2].is_ascii_alphanumeric()
        && bytes[dot - ID..dot].iter().all(u8::is_ascii_alphanumeric)
        && bytes[dot + 1..end].iter().all(u8::is_ascii_alphanumeric)
        && (!bytes.get(end).is_some_and(u8::is_ascii_alphanumeric) || may_end(bytes, dot))
}

/// Whether a key may end where its letters and digits go on: behind a prefix, or a
/// length whose last byte is its own, or 0.
fn may_end(bytes: &[u8], dot: usize) -> bool {
    dot > ID && matches!(bytes[dot - ID - 1], b'_' | LENGTH | 0)
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    //! Blocks of 16 letters or digits, 64 bytes at a time.

    use std::arch::x86_64::{
        __m256i, _mm256_add_epi8, _mm256_castsi256_pd, _mm256_cmpeq_epi64, _mm256_cmpgt_epi8,
        _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_movemask_pd, _mm256_or_si256, _mm256_set1_epi8,
    };

    use super::is_key_dot;

    /// Bytes looked at in one step.
    const STEP: usize = 64;
    /// Bytes of a block.
    const BLOCK: usize = 16;

    /// Iterator over the dots of key shapes.
    ///
    /// **Invariant:** made only where the processor has AVX2.
    pub(super) struct Blocks<'a> {
        bytes: &'a [u8],
        /// Where the next step begins; a multiple of `STEP`.
        next: usize,
        /// Which blocks of the last step open a run and were not yet looked at, a bit each.
        open: u32,
        /// Which bytes of the last 64 before `next`, and of the 64 before those, are letters or digits.
        last: u128,
        /// Whether the last block of the last step was full, so that a run goes on.
        running: bool,
    }

    impl<'a> Blocks<'a> {
        pub(super) fn new(bytes: &'a [u8]) -> Self {
            debug_assert!(std::is_x86_feature_detected!("avx2"));
            Self { bytes, next: 0, open: 0, last: 0, running: false }
        }

        /// The dot before the run that block `block` of the last step opens, if it is one of a key.
        fn dot_before(&self, block: usize) -> Option<usize> {
            // Bits 0..64 are the step before the last, 64..128 the last step.
            let offset = block * BLOCK;
            let before = (self.last << (128 - STEP - offset)).leading_ones() as usize;
            let run = (self.next - STEP + offset).checked_sub(before)?;
            let dot = run.checked_sub(1)?;
            (self.bytes[dot] == b'.' && is_key_dot(self.bytes, dot)).then_some(dot)
        }
    }

    impl Iterator for Blocks<'_> {
        type Item = usize;

        #[inline]
        fn next(&mut self) -> Option<usize> {
            // SAFETY: the invariant of `Blocks`: the processor has AVX2.
            unsafe { next(self) }
        }
    }

    /// # Safety
    /// The processor must have AVX2.
    #[target_feature(enable = "avx2")]
    fn next(blocks: &mut Blocks<'_>) -> Option<usize> {
        loop {
            while blocks.open != 0 {
                let block = blocks.open.trailing_zeros();
                blocks.open &= blocks.open - 1;
                if let Some(dot) = blocks.dot_before(block as usize) {
                    return Some(dot);
                }
            }
            if !advance(blocks) {
                return None;
            }
        }
    }

    /// Goes on to the next step with a block that opens a run; false at the end of the bytes.
    #[target_feature(enable = "avx2")]
    fn advance(blocks: &mut Blocks<'_>) -> bool {
        let mut at = blocks.next;
        // Only the last step's mask is kept in the fast loop; the one before it
        // is computed again where a run is found, which is rare.
        while let Some(step) = blocks.bytes.get(at..at + STEP) {
            let (low, high) = halves(step.try_into().expect("a step long"));
            let full = full_blocks(low, high);
            at += STEP;
            let open = full & !(full << 1 | u32::from(blocks.running));
            blocks.running = full & 0b1000 != 0;
            if open != 0 {
                return blocks.found(at, open, mask(low, high));
            }
        }
        blocks.tail(at)
    }

    impl Blocks<'_> {
        /// Notes that the step that ends at `end` opens runs.
        #[target_feature(enable = "avx2")]
        fn found(&mut self, end: usize, open: u32, mask: u64) -> bool {
            let before = match end.checked_sub(2 * STEP) {
                Some(start) => {
                    let step = &self.bytes[start..start + STEP];
                    let (low, high) = halves(step.try_into().expect("a step long"));
                    self::mask(low, high)
                }
                None => 0,
            };
            self.next = end;
            self.open = open;
            self.last = u128::from(before) | u128::from(mask) << 64;
            true
        }

        /// The step that the end of the bytes cuts short, if it opens a run.
        #[target_feature(enable = "avx2")]
        fn tail(&mut self, at: usize) -> bool {
            if at >= self.bytes.len() {
                self.next = at;
                return false;
            }
            let mut step = [0; STEP];
            step[..self.bytes.len() - at].copy_from_slice(&self.bytes[at..]);
            let (low, high) = halves(&step);
            let full = full_blocks(low, high);
            let open = full & !(full << 1 | u32::from(self.running));
            self.running = false;
            self.found(at + STEP, open, mask(low, high)) && (open != 0)
        }
    }

    /// For each byte of a step 0xFF if it is a letter or a digit, else 0.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn halves(step: &[u8; STEP]) -> (__m256i, __m256i) {
        // SAFETY: both loads read 32 bytes inside the 64 of `step`; unaligned loads are allowed.
        let (low, high) = unsafe {
            (_mm256_loadu_si256(step.as_ptr().cast()), _mm256_loadu_si256(step.as_ptr().add(32).cast()))
        };
        (alphanumeric(low), alphanumeric(high))
    }

    /// For each byte 0xFF if it is a letter or a digit, else 0. A range check is one
    /// addition that moves the range to the bottom of the signed numbers and one comparison.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn alphanumeric(bytes: __m256i) -> __m256i {
        let below = |value: __m256i, first: u8, count: i8| {
            let moved = _mm256_add_epi8(value, _mm256_set1_epi8((0x80 - first).cast_signed()));
            _mm256_cmpgt_epi8(_mm256_set1_epi8(i8::MIN + count), moved)
        };
        let letters = below(_mm256_or_si256(bytes, _mm256_set1_epi8(0x20)), b'a', 26);
        _mm256_or_si256(letters, below(bytes, b'0', 10))
    }

    /// Which of the four blocks are full, a bit each.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn full_blocks(low: __m256i, high: __m256i) -> u32 {
        let ones = _mm256_set1_epi8(-1);
        let words = |half| _mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpeq_epi64(half, ones)));
        let words = words(low).cast_unsigned() | words(high).cast_unsigned() << 4;
        // Bit 2n stands for the first half of block n, bit 2n+1 for the second.
        let full = words & words >> 1 & 0b0101_0101;
        if full == 0 { 0 } else { full & 1 | full >> 1 & 2 | full >> 2 & 4 | full >> 3 & 8 }
    }

    /// A bit for each byte of the step.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn mask(low: __m256i, high: __m256i) -> u64 {
        let bits = |half| u64::from(_mm256_movemask_epi8(half).cast_unsigned());
        bits(low) | bits(high) << 32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(id: usize, secret: usize) -> Vec<u8> {
        [vec![b'a'; id], vec![b'.'], vec![b'Z'; secret]].concat()
    }

    fn check(bytes: &[u8], expect: &[usize]) {
        assert_eq!(find_iter(bytes).collect::<Vec<_>>(), expect, "{}", bytes.escape_ascii());
        assert_eq!(find_iter_portable(bytes).collect::<Vec<_>>(), expect, "{}", bytes.escape_ascii());
    }

    #[test]
    fn a_shape_is_found_at_every_offset() {
        for offset in 0..200 {
            let bytes = [vec![b' '; offset], shape(8, 32), vec![b'\n'; offset % 67]].concat();
            check(&bytes, &[offset + 8]);
        }
    }

    #[test]
    fn lengths_are_exact_behind_the_dot_and_least_before_it() {
        check(&shape(7, 32), &[]);
        check(&shape(9, 32), &[9]);
        check(&shape(300, 32), &[300]);
        check(&shape(8, 31), &[]);
        check(&shape(8, 33), &[]);
        check(&shape(8, 500), &[]);
        check(b"", &[]);
    }

    #[test]
    fn a_prefix_or_a_length_leaves_the_end_open() {
        for (before, expect) in [("_", true), (")", true), ("\0", true), ("x", false), ("(", false)] {
            for (offset, more) in (0..130).map(|offset| (offset, offset % 37 + 1)) {
                let filler = vec![b' '; offset];
                let bytes = [&filler, before.as_bytes(), &shape(8, 32 + more), b" "].concat();
                let dots = [offset + 9];
                check(&bytes, if expect { &dots } else { &[] });
            }
        }
    }

    #[test]
    fn neighbours_do_not_hide_each_other() {
        let two = [shape(8, 32), vec![b' '], shape(8, 32)].concat();
        check(&two, &[8, 8 + 33 + 9]);
        // The secret of the first is the id of the second.
        let chain = [shape(8, 32), b".".to_vec(), vec![b'0'; 32]].concat();
        check(&chain, &[8, 41]);
    }
}
