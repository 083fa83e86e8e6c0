//! Looks for the traces that an encoded key leaves in a text, at the speed of
//! memory: runs of 16 letters or digits, and the beginnings of escapes. Ordinary
//! text hardly has either.
//!
//! It says where, and nothing of what it means: [`crate::decode::Traces`] looks closer.
//!
//! A run of 16 always contains an aligned block of 8, whatever the alignment. An
//! escape is told by two bytes, each looked up by its halves in a table of 16.

/// Bytes looked at in one step.
pub const STEP: usize = 64;
/// Letters or digits of a run at least.
pub const RUN: usize = 16;

/// What 64 bytes hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Where they begin.
    pub start: usize,
    /// The bytes at which an escape may begin, a bit each.
    pub marks: u64,
    /// The bytes at which 16 letters or digits begin, a bit each, from 16 bytes
    /// before [`Step::start`].
    pub runs: u128,
}

/// The next step at `from` or behind that has a trace. Steps are counted from `from`.
#[inline]
pub fn next(bytes: &[u8], from: usize) -> Option<Step> {
    #[cfg(target_arch = "x86_64")]
    if std::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { avx2::next(bytes, from) };
    }
    next_portable(bytes, from)
}

/// The twin of [`next`] for processors without AVX2: the same steps.
pub fn next_portable(bytes: &[u8], from: usize) -> Option<Step> {
    let steps = (from..bytes.len()).step_by(STEP);
    steps.map(|start| step(bytes, start)).find(|step| step.marks != 0 || step.runs != 0)
}

/// What a key's characters are escaped with: bits for the first byte, and the same
/// bits for the second; by the lower and the upper half of a byte.
///
/// `%` and a digit below 8, `&#` and `;#`, `=` and a digit below 8, `\x` and `\u`,
/// `\` and a digit below 8, `&p` and `&U`, `&l`, and `=` and `\` at the end of a line.
const FIRST: ([u8; 16], [u8; 16]) = tables(
    &[(5, 2), (6, 2), (0xB, 3), (0xD, 3), (0xC, 5)],
    &[1, 0b0110_0010, 0b10, 0b1000_0100, 0b1001_1000],
);
const SECOND: ([u8; 16], [u8; 16]) = tables(
    &[
        (0, 3),
        (1, 3),
        (2, 3),
        (3, 3),
        (4, 3),
        (5, 3),
        (6, 3),
        (7, 3),
        (3, 2),
        (5, 7),
        (8, 7),
        (5, 5),
        (0, 7),
        (0xC, 6),
        (0xA, 0),
        (0xD, 0),
    ],
    &[21, 21, 21, 21, 21, 21, 21, 21, 2, 8, 8, 0b10_1000, 0b10_0000, 0b100_0000, 0x80, 0x80],
);

/// Tables by which a byte has at least the bits given for its halves.
const fn tables(halves: &[(u8, u8)], bits: &[u8]) -> ([u8; 16], [u8; 16]) {
    let (mut lower, mut upper) = ([0; 16], [0; 16]);
    let mut at = 0;
    while at < halves.len() {
        lower[halves[at].0 as usize] |= bits[at];
        upper[halves[at].1 as usize] |= bits[at];
        at += 1;
    }
    (lower, upper)
}

/// What a byte means by a pair of tables.
fn look_up(tables: &([u8; 16], [u8; 16]), byte: u8) -> u8 {
    // The vector instruction gives nothing for what is not ASCII.
    if byte < 0x80 { tables.0[usize::from(byte & 15)] & tables.1[usize::from(byte >> 4)] } else { 0 }
}

/// What the step at `start` holds.
fn step(bytes: &[u8], start: usize) -> Step {
    let (mut marks, mut runs, mut length) = (0, 0, 0);
    for offset in 0..STEP {
        let at = start + offset;
        if let (Some(&first), Some(&second)) = (bytes.get(at), bytes.get(at + 1)) {
            marks |= u64::from(look_up(&FIRST, first) & look_up(&SECOND, second) != 0) << offset;
        }
    }
    let mut words = 0;
    for offset in 0..STEP + 2 * RUN {
        let at = (start + offset).checked_sub(RUN).and_then(|at| bytes.get(at));
        length = if at.is_some_and(u8::is_ascii_alphanumeric) { length + 1 } else { 0 };
        runs |= u128::from(length >= RUN) << (offset + 1).saturating_sub(RUN);
        let is_word = length >= 8 && offset % 8 == 7 && (RUN..RUN + STEP).contains(&offset);
        words += usize::from(is_word);
    }
    Step { start, marks, runs: if words > 0 { runs } else { 0 } }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    //! 64 bytes at a time; where they hold a trace, where it is.

    use std::arch::x86_64::{
        __m128i, __m256i, _mm_loadu_si128, _mm256_add_epi8, _mm256_and_si256, _mm256_broadcastsi128_si256,
        _mm256_cmpeq_epi8, _mm256_cmpeq_epi64, _mm256_cmpgt_epi8, _mm256_loadu_si256, _mm256_movemask_epi8,
        _mm256_or_si256, _mm256_set1_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16,
        _mm256_testz_si256,
    };

    use super::{FIRST, RUN, SECOND, STEP, Step};

    /// # Safety
    /// The processor must have AVX2.
    #[target_feature(enable = "avx2")]
    pub(super) fn next(bytes: &[u8], from: usize) -> Option<Step> {
        let (first, second) = (Tables::new(&FIRST), Tables::new(&SECOND));
        let ones = _mm256_set1_epi8(-1);
        let mut last = [0; STEP + 1];
        let mut at = from;
        while at < bytes.len() {
            let step: &[u8; STEP + 1] = if let Some(step) = bytes.get(at..at + STEP + 1) {
                step.try_into().expect("a step and a byte long")
            } else {
                // Zeros leave no trace.
                last[..bytes.len() - at].copy_from_slice(&bytes[at..]);
                &last
            };
            let (low, high) = (load::<0>(step), load::<32>(step));
            let marks = [
                _mm256_and_si256(first.of(low), second.of(load::<1>(step))),
                _mm256_and_si256(first.of(high), second.of(load::<33>(step))),
            ];
            let kinds = [alphanumeric(low), alphanumeric(high)];
            let words =
                _mm256_or_si256(_mm256_cmpeq_epi64(kinds[0], ones), _mm256_cmpeq_epi64(kinds[1], ones));
            let marked = _mm256_or_si256(marks[0], marks[1]);
            let any = _mm256_or_si256(marked, words);
            if _mm256_testz_si256(any, any) == 0 {
                let runs = if _mm256_testz_si256(words, words) == 0 { runs(bytes, at, kinds) } else { 0 };
                let marks = if _mm256_testz_si256(marked, marked) == 0 { set(marks) } else { 0 };
                if runs != 0 || marks != 0 {
                    return Some(Step { start: at, marks, runs });
                }
            }
            // A part of a step is the last.
            at += STEP;
        }
        None
    }

    /// Where runs begin in and around the step at `start`.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn runs(bytes: &[u8], start: usize, kinds: [__m256i; 2]) -> u128 {
        let bits = u128::from(mask(kinds[0])) | u128::from(mask(kinds[1])) << 32;
        let end = start + STEP;
        let mut behind = 0;
        let mut before = 0;
        if let Some(around) = bytes.get(end..end + RUN) {
            behind = sixteen(around.try_into().expect("a run long"));
        } else {
            for (offset, byte) in bytes.get(end..).unwrap_or(&[]).iter().enumerate() {
                behind |= u128::from(byte.is_ascii_alphanumeric()) << offset;
            }
        }
        if let Some(around) = start.checked_sub(RUN).map(|from| &bytes[from..start]) {
            before = sixteen(around.try_into().expect("a run long"));
        } else {
            for (offset, byte) in bytes[..start].iter().enumerate() {
                before |= u128::from(byte.is_ascii_alphanumeric()) << (RUN - start + offset);
            }
        }
        let mut runs = before | bits << RUN | behind << (RUN + STEP);
        for length in [1, 2, 4, 8] {
            runs &= runs >> length;
        }
        runs
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn sixteen(bytes: &[u8; RUN]) -> u128 {
        u128::from(mask(alphanumeric(_mm256_broadcastsi128_si256(load_half(bytes)))) & 0xFFFF)
    }

    /// A pair of tables of 16.
    struct Tables {
        lower: __m256i,
        upper: __m256i,
        half: __m256i,
    }

    impl Tables {
        #[target_feature(enable = "avx2")]
        #[inline]
        fn new(tables: &([u8; 16], [u8; 16])) -> Self {
            Self {
                lower: _mm256_broadcastsi128_si256(load_half(&tables.0)),
                upper: _mm256_broadcastsi128_si256(load_half(&tables.1)),
                half: _mm256_set1_epi8(15),
            }
        }

        /// What each byte means.
        #[target_feature(enable = "avx2")]
        #[inline]
        fn of(&self, bytes: __m256i) -> __m256i {
            let upper = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), self.half);
            _mm256_and_si256(_mm256_shuffle_epi8(self.lower, bytes), _mm256_shuffle_epi8(self.upper, upper))
        }
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn load<const AT: usize>(step: &[u8; STEP + 1]) -> __m256i {
        const { assert!(AT + 32 <= STEP + 1) };
        // SAFETY: the assertion: all 32 bytes are inside of `step`; unaligned loads are allowed.
        unsafe { _mm256_loadu_si256(step.as_ptr().add(AT).cast()) }
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn load_half(bytes: &[u8; 16]) -> __m128i {
        // SAFETY: all 16 bytes are inside of `bytes`; unaligned loads are allowed.
        unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
    }

    /// For each byte 0xFF if it is a letter or a digit, else 0.
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

    /// A bit for each byte that is not zero.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn set(halves: [__m256i; 2]) -> u64 {
        let zero = |half| mask(_mm256_cmpeq_epi8(half, _mm256_setzero_si256()));
        !(u64::from(zero(halves[0])) | u64::from(zero(halves[1])) << 32)
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn mask(half: __m256i) -> u32 {
        _mm256_movemask_epi8(half).cast_unsigned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All marks, and where runs begin, as the bytes themselves say it.
    fn naive(bytes: &[u8]) -> (Vec<usize>, Vec<usize>) {
        let is_mark = |pair: &[u8]| {
            matches!(
                pair,
                [b'%' | b'=' | b'\\', b'0'..=b'7']
                    | [b'&' | b';', b'#']
                    | [b'\\', b'x' | b'u' | b'U']
                    | [b'&', b'p' | b'U' | b'l']
                    | [b'=' | b'\\', b'\n' | b'\r']
            )
        };
        let marks = bytes.windows(2).enumerate().filter(|(_, pair)| is_mark(pair)).map(|(at, _)| at);
        let is_run = |run: &[u8]| run.iter().all(u8::is_ascii_alphanumeric);
        let runs = bytes.windows(RUN).enumerate().filter(|(_, run)| is_run(run)).map(|(at, _)| at);
        (marks.collect(), runs.collect())
    }

    fn all(bytes: &[u8], next: fn(&[u8], usize) -> Option<Step>) -> (Vec<usize>, Vec<usize>) {
        let (mut marks, mut runs, mut from) = (Vec::new(), Vec::new(), 0);
        while let Some(step) = next(bytes, from) {
            marks.extend((0..STEP).filter(|bit| step.marks >> bit & 1 == 1).map(|bit| step.start + bit));
            runs.extend((0..128).filter(|bit| step.runs >> bit & 1 == 1).map(|bit| step.start + bit - RUN));
            from = step.start + STEP;
        }
        runs.sort_unstable();
        runs.dedup();
        (marks, runs)
    }

    #[track_caller]
    fn check(bytes: &[u8]) {
        let expect = naive(bytes);
        for next in [next as fn(&[u8], usize) -> Option<Step>, next_portable] {
            let (marks, runs) = all(bytes, next);
            let shown = bytes.escape_ascii();
            // A table of halves lets a few pairs more pass.
            assert!(expect.0.iter().all(|mark| marks.contains(mark)), "{shown}: {marks:?} {:?}", expect.0);
            assert_eq!(runs, expect.1, "{shown}");
        }
        assert_eq!(all(bytes, next), all(bytes, next_portable));
    }

    #[test]
    fn every_pair_and_every_place() {
        let (mut wrong, mut pairs) = (0, 0);
        for first in 0..=255 {
            for second in 0..=255 {
                let marks = all(&[first, second], next).0.len();
                pairs += naive(&[first, second]).0.len();
                wrong += marks - naive(&[first, second]).0.len();
                check(&[first, second]);
            }
        }
        assert!(wrong <= pairs, "{wrong} of {pairs}");
        for offset in 0..150 {
            for tail in [0, 1, 70] {
                for middle in [&b"%2E"[..], b"&#", b"\\x", b"=\n", b"0123456789abcdef", b"0123456789abcde"] {
                    check(&[&vec![b' '; offset][..], middle, &vec![b' '; tail]].concat());
                }
            }
        }
    }

    #[test]
    fn both_ways_agree_on_any_bytes() {
        let mut state = 1_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33).to_le_bytes()
        };
        for round in 0..2000 {
            let length = usize::from(random()[0]) * 2;
            let byte = |bytes: [u8; 8]| match bytes[0] {
                0..8 => b"%&;=\\\n#2"[usize::from(bytes[0])],
                8..12 => bytes[1],
                _ if round % 2 == 0 => bytes[1] % 26 + b'a',
                _ => b"xulUp07 \xC3Zz9"[usize::from(bytes[1] % 12)],
            };
            let bytes: Vec<u8> = (0..length).map(|_| byte(random())).collect();
            check(&bytes);
        }
    }
}
