//! Looks for the traces that an encoded key leaves in a text, at the speed of
//! memory: runs of 16 letters or digits, and long runs of characters that escaped
//! keys consist of. Ordinary text hardly has either.
//!
//! It says where, and nothing of what it means: [`crate::decode::Traces`] looks closer.
//!
//! A run of 16 always contains three aligned pieces of 4 in a row, whatever the
//! alignment, and a run of 31 three of 8. What a byte is, is looked up by its halves in
//! two tables of 16.

/// Bytes looked at in one step.
pub const STEP: usize = 64;
/// Letters or digits of a run at least.
pub const RUN: usize = 16;
/// Bytes of a word: a step has eight.
const WORD: usize = 8;
/// Bytes of a piece: a word has two.
const PIECE: usize = 4;
/// Bytes of three words.
pub const KEYED: usize = 3 * WORD;

/// What 64 bytes hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Where they begin.
    pub start: usize,
    /// The bytes at which 24 characters begin that keys and escapes consist of, of those
    /// that stand a multiple of 8 behind the 16 bytes before [`Step::start`]; a bit each.
    /// None where nothing near begins an escape.
    pub keyed: u8,
    /// The bytes at which 16 letters or digits begin, a bit each, from 16 bytes
    /// before [`Step::start`].
    pub runs: u128,
}

impl Step {
    /// Where the [`KEYED`] characters begin that bit `bit` of [`Step::keyed`] tells of.
    pub fn keyed_at(&self, bit: u32) -> usize {
        self.start + bit as usize * WORD - 2 * WORD
    }
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
    steps.map(|start| step(bytes, start)).find(|step| step.keyed != 0 || step.runs != 0)
}

/// Bits of what is a letter or a digit, and of what may begin an escape: `%&`, `;={}` and `\\`.
/// The others stand for `.#` and `_`.
const ALNUM: u8 = 0b111;
const LEAD: u8 = 0b11_1000;
/// By the lower half of a byte, and by the upper one: it is what both say.
const LOWER: [u8; 16] = [5, 7, 7, 71, 7, 15, 15, 7, 7, 7, 6, 18, 34, 18, 66, 130];
const UPPER: [u8; 16] = [0, 0, 8 | 64, 1 | 16, 2, 4 | 32 | 128, 2, 4 | 16, 0, 0, 0, 0, 0, 0, 0, 0];
/// Bytes on either side of a step in which something may begin an escape in a run that
/// is told of.
const NEAR: usize = 32;

/// What a byte is; nothing of what concerns us if zero.
fn class(byte: u8) -> u8 {
    // The vector instruction gives nothing for what is not ASCII.
    if byte < 0x80 { LOWER[usize::from(byte & 15)] & UPPER[usize::from(byte >> 4)] } else { 0 }
}

/// What the step at `start` holds.
fn step(bytes: &[u8], start: usize) -> Step {
    let (mut keyed, mut words, mut runs, mut length) = (0, 0, 0, 0);
    for word in 0..(STEP + 2 * WORD) / WORD {
        let at = (start + word * WORD).checked_sub(2 * WORD);
        let part = at.and_then(|at| bytes.get(at..at + WORD));
        let is_keyed = part.is_some_and(|part| part.iter().all(|&byte| class(byte) != 0));
        words |= u16::from(is_keyed) << word;
    }
    for word in 0..STEP / WORD {
        keyed |= u8::from(words >> word & 0b111 == 0b111) << word;
    }
    let near = &bytes[start.saturating_sub(NEAR)..bytes.len().min(start + STEP + NEAR)];
    if near.iter().all(|&byte| class(byte) & LEAD == 0) {
        keyed = 0;
    }
    let mut pieces = 0;
    let mut has_run = false;
    for offset in 0..STEP + 2 * RUN {
        let at = (start + offset).checked_sub(RUN).and_then(|at| bytes.get(at));
        length = if at.is_some_and(u8::is_ascii_alphanumeric) { length + 1 } else { 0 };
        runs |= u128::from(length >= RUN) << (offset + 1).saturating_sub(RUN);
        if offset % PIECE == PIECE - 1 && (RUN - 2 * PIECE..RUN + STEP).contains(&offset) {
            pieces = if length >= PIECE { pieces + 1 } else { 0 };
            has_run |= pieces >= 3;
        }
    }
    Step { start, keyed, runs: if has_run { runs } else { 0 } }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    //! 64 bytes at a time; where they hold a trace, where it is.

    use std::arch::x86_64::{
        __m128i, __m256i, _mm_loadu_si128, _mm256_and_si256, _mm256_broadcastsi128_si256,
        _mm256_castsi256_pd, _mm256_castsi256_ps, _mm256_cmpeq_epi8, _mm256_cmpeq_epi32, _mm256_cmpeq_epi64,
        _mm256_cmpgt_epi8, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_movemask_pd, _mm256_movemask_ps,
        _mm256_or_si256, _mm256_set1_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16,
        _mm256_testz_si256,
    };

    use super::{ALNUM, LEAD, LOWER, NEAR, PIECE, RUN, STEP, Step, UPPER, WORD, class};

    /// # Safety
    /// The processor must have AVX2.
    #[target_feature(enable = "avx2")]
    pub(super) fn next(bytes: &[u8], from: usize) -> Option<Step> {
        let (steps, tail) = bytes.get(from..)?.as_chunks::<STEP>();
        let classes = Classes::new();
        let mut before = before(bytes, from, &classes);
        for (index, step) in steps.iter().enumerate() {
            let threes = before.threes_with(step, &classes);
            if threes != (0, 0)
                && let Some(found) = look_closer(bytes, from + index * STEP, step, threes)
            {
                return Some(found);
            }
        }
        if tail.is_empty() {
            return None;
        }
        // Zeros leave no trace.
        let mut last = [0; STEP];
        last[..tail.len()].copy_from_slice(tail);
        let threes = before.threes_with(&last, &classes);
        look_closer(bytes, bytes.len() - tail.len(), &last, threes)
    }

    /// What stands at the end of the step before: words without a byte of no class, and
    /// pieces of nothing but letters and digits; a bit each, the last two above those of a step.
    struct Before {
        keyed: u32,
        pieces: u32,
    }

    impl Before {
        /// Where three of them stand in a row that end in `step`, which is the next.
        #[target_feature(enable = "avx2")]
        #[inline]
        fn threes_with(&mut self, step: &[u8; STEP], classes: &Classes) -> (u32, u32) {
            let kinds = [classes.of(load::<0, STEP>(step)), classes.of(load::<32, STEP>(step))];
            self.keyed = self.keyed >> (STEP / WORD) | keyed_words(kinds) << 2;
            self.pieces = self.pieces >> (STEP / PIECE) | full_pieces(alphanumerics(kinds)) << 2;
            (
                self.keyed & self.keyed >> 1 & self.keyed >> 2,
                self.pieces & self.pieces >> 1 & self.pieces >> 2,
            )
        }
    }

    /// The step at `start`, if there is an escape near its words or a run in its pieces.
    /// Kept out of the loop, which it would slow down.
    #[target_feature(enable = "avx2")]
    #[inline(never)]
    fn look_closer(bytes: &[u8], start: usize, step: &[u8; STEP], threes: (u32, u32)) -> Option<Step> {
        let classes = Classes::new();
        let kinds = [classes.of(load::<0, STEP>(step)), classes.of(load::<32, STEP>(step))];
        let is_escaped = threes.0 != 0 && has_lead(bytes, start, kinds, &classes);
        let keyed = if is_escaped { u8::try_from(threes.0).expect("there are eight") } else { 0 };
        let runs = if threes.1 != 0 { runs(bytes, start, alphanumerics(kinds), &classes) } else { 0 };
        (keyed != 0 || runs != 0).then_some(Step { start, keyed, runs })
    }

    /// What stands before `from`.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn before(bytes: &[u8], from: usize, classes: &Classes) -> Before {
        let start = from.checked_sub(2 * WORD);
        let Some(words) = start.and_then(|start| bytes.get(start..from)) else {
            return Before { keyed: 0, pieces: 0 };
        };
        let words = load_half(words.try_into().expect("two words long"));
        let (nothing, here) = (_mm256_setzero_si256(), classes.of(_mm256_broadcastsi128_si256(words)));
        // The upper half of a step ends with them.
        let (keyed, pieces) = (keyed_words([nothing, here]), full_pieces(alphanumerics([nothing, here])));
        Before { keyed: keyed << 2, pieces: pieces << 2 }
    }

    /// A bit for each word without a byte of no class.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn keyed_words(classes: [__m256i; 2]) -> u32 {
        let zero = _mm256_setzero_si256();
        let bits = |classes| {
            let words = _mm256_cmpeq_epi64(_mm256_cmpeq_epi8(classes, zero), zero);
            _mm256_movemask_pd(_mm256_castsi256_pd(words)).cast_unsigned()
        };
        bits(classes[0]) | bits(classes[1]) << 4
    }

    /// Whether something begins an escape in or near the step at `start`.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn has_lead(bytes: &[u8], start: usize, step: [__m256i; 2], classes: &Classes) -> bool {
        let leads = _mm256_set1_epi8(LEAD.cast_signed());
        if _mm256_testz_si256(_mm256_or_si256(step[0], step[1]), leads) == 0 {
            return true;
        }
        let is_in = |part: &[u8]| match part.first_chunk() {
            Some(part) => _mm256_testz_si256(classes.of(load::<0, NEAR>(part)), leads) == 0,
            None => part.iter().any(|&byte| class(byte) & LEAD != 0),
        };
        let end = bytes.len().min(start + STEP);
        is_in(&bytes[start.saturating_sub(NEAR)..start]) || is_in(&bytes[end..bytes.len().min(end + NEAR)])
    }

    /// A bit for each piece of nothing but letters and digits.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn full_pieces(kinds: [__m256i; 2]) -> u32 {
        let ones = _mm256_set1_epi8(-1);
        let bits =
            |kinds| _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpeq_epi32(kinds, ones))).cast_unsigned();
        bits(kinds[0]) | bits(kinds[1]) << 8
    }

    /// Where runs begin in and around the step at `start`.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn runs(bytes: &[u8], start: usize, kinds: [__m256i; 2], classes: &Classes) -> u128 {
        let bits = u128::from(mask(kinds[0])) | u128::from(mask(kinds[1])) << 32;
        let end = start + STEP;
        let mut behind = 0;
        let mut before = 0;
        if let Some(around) = bytes.get(end..end + RUN) {
            behind = sixteen(around.try_into().expect("a run long"), classes);
        } else {
            for (offset, byte) in bytes.get(end..).unwrap_or(&[]).iter().enumerate() {
                behind |= u128::from(byte.is_ascii_alphanumeric()) << offset;
            }
        }
        if let Some(around) = start.checked_sub(RUN).map(|from| &bytes[from..start]) {
            before = sixteen(around.try_into().expect("a run long"), classes);
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
    fn sixteen(bytes: &[u8; RUN], classes: &Classes) -> u128 {
        let kinds = alphanumeric(classes.of(_mm256_broadcastsi128_si256(load_half(bytes))));
        u128::from(mask(kinds) & 0xFFFF)
    }

    /// The tables.
    struct Classes {
        lower: __m256i,
        upper: __m256i,
        half: __m256i,
    }

    impl Classes {
        #[target_feature(enable = "avx2")]
        #[inline]
        fn new() -> Self {
            Self {
                lower: _mm256_broadcastsi128_si256(load_half(&LOWER)),
                upper: _mm256_broadcastsi128_si256(load_half(&UPPER)),
                half: _mm256_set1_epi8(15),
            }
        }

        /// What each byte is.
        #[target_feature(enable = "avx2")]
        #[inline]
        fn of(&self, bytes: __m256i) -> __m256i {
            let upper = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), self.half);
            _mm256_and_si256(_mm256_shuffle_epi8(self.lower, bytes), _mm256_shuffle_epi8(self.upper, upper))
        }
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn load<const AT: usize, const SIZE: usize>(step: &[u8; SIZE]) -> __m256i {
        const { assert!(AT + 32 <= SIZE) };
        // SAFETY: the assertion: all 32 bytes are inside of `step`; unaligned loads are allowed.
        unsafe { _mm256_loadu_si256(step.as_ptr().add(AT).cast()) }
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn load_half(bytes: &[u8; 16]) -> __m128i {
        // SAFETY: all 16 bytes are inside of `bytes`; unaligned loads are allowed.
        unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn alphanumerics(classes: [__m256i; 2]) -> [__m256i; 2] {
        [alphanumeric(classes[0]), alphanumeric(classes[1])]
    }

    /// For each byte 0xFF if it is a letter or a digit, else 0.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn alphanumeric(classes: __m256i) -> __m256i {
        let kinds = _mm256_and_si256(classes, _mm256_set1_epi8(ALNUM.cast_signed()));
        _mm256_cmpgt_epi8(kinds, _mm256_setzero_si256())
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

    /// Where three words and where runs begin, as the bytes themselves say it.
    fn naive(bytes: &[u8]) -> (Vec<usize>, Vec<usize>) {
        let is_keyed = |byte: &u8| byte.is_ascii_alphanumeric() || b".%&#;={}_\\".contains(byte);
        let keyed = (0..bytes.len().saturating_sub(KEYED - 1)).step_by(WORD);
        let has_lead = |at: &usize| {
            // Steps are aligned to 64, and the first two of its words belong to the one before.
            let start = (at + 2 * WORD) / STEP * STEP;
            let near = &bytes[start.saturating_sub(NEAR)..bytes.len().min(start + STEP + NEAR)];
            near.iter().any(|byte| b"%&;={}\\".contains(byte))
        };
        let keyed = keyed.filter(has_lead);
        let is_run = |run: &[u8]| run.iter().all(u8::is_ascii_alphanumeric);
        let runs = bytes.windows(RUN).enumerate().filter(|(_, run)| is_run(run)).map(|(at, _)| at);
        (keyed.filter(|&at| bytes[at..at + KEYED].iter().all(is_keyed)).collect(), runs.collect())
    }

    fn all(bytes: &[u8], next: fn(&[u8], usize) -> Option<Step>) -> (Vec<usize>, Vec<usize>) {
        let (mut keyed, mut runs, mut from) = (Vec::new(), Vec::new(), 0);
        while let Some(step) = next(bytes, from) {
            let here = (0..8).filter(|bit| step.keyed >> bit & 1 == 1);
            keyed.extend(here.map(|word| step.keyed_at(word)));
            runs.extend((0..128).filter(|bit| step.runs >> bit & 1 == 1).map(|bit| step.start + bit - RUN));
            from = step.start + STEP;
        }
        runs.sort_unstable();
        runs.dedup();
        (keyed, runs)
    }

    #[track_caller]
    fn check(bytes: &[u8]) {
        let expect = naive(bytes);
        for next in [next as fn(&[u8], usize) -> Option<Step>, next_portable] {
            assert_eq!(all(bytes, next), expect, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn every_byte_and_every_place() {
        for byte in 0..=255 {
            check(&[byte; STEP]);
            check(&[byte; KEYED + WORD]);
        }
        for offset in 0..150 {
            for tail in [0, 1, 70] {
                for middle in ["0123456789abcdef", "0123456789abcde", &"a.b%2E".repeat(6), &"x_=".repeat(5)] {
                    check(&[&vec![b' '; offset][..], middle.as_bytes(), &vec![b' '; tail]].concat());
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
