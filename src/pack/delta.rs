//! A delta: how to make an object from another by copies and insertions.
//!
//! Every copy is checked against the base and the room that is left; the result
//! fills its declared size exactly or is refused.

use super::error::ObjectFault;

/// A delta whose sizes are read and whose instructions are not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delta<'d> {
    base_size: u64,
    pub(super) result_size: u64,
    instructions: &'d [u8],
}

impl<'d> Delta<'d> {
    /// Reads the two sizes at the start of an inflated delta.
    pub(super) fn parse(bytes: &'d [u8]) -> Result<Self, ObjectFault> {
        let (base_size, rest) = size(bytes)?;
        let (result_size, instructions) = size(rest)?;
        Ok(Self { base_size, result_size, instructions })
    }

    /// Makes the object in `result`, which is as large as the delta says.
    pub(super) fn apply(self, base: &[u8], result: &mut [u8]) -> Result<(), ObjectFault> {
        if base.len() as u64 != self.base_size || result.len() as u64 != self.result_size {
            return Err(ObjectFault::Delta);
        }
        let (mut rest, mut room) = (self.instructions, result);
        while !rest.is_empty() {
            let (step, behind) = Step::read(rest, base)?;
            rest = behind;
            let (Step::Copy { bytes, .. } | Step::Insert(bytes)) = step;
            if bytes.len() > room.len() {
                return Err(ObjectFault::Delta);
            }
            let (filled, left) = room.split_at_mut(bytes.len());
            filled.copy_from_slice(bytes);
            room = left;
        }
        if room.is_empty() { Ok(()) } else { Err(ObjectFault::Delta) }
    }

    /// Replaces what `edits` holds by all of the result that stands at most `reach`
    /// bytes from a place where it is not as the base, in order; a NUL stands for
    /// what is left out.
    pub(super) fn edits(self, base: &[u8], reach: usize, edits: &mut Vec<u8>) -> Result<(), ObjectFault> {
        if base.len() as u64 != self.base_size {
            return Err(ObjectFault::Delta);
        }
        edits.clear();
        let (mut rest, mut made) = (self.instructions, 0_u64);
        while !rest.is_empty() {
            let (step, behind) = Step::read(rest, base)?;
            rest = behind;
            match step {
                Step::Insert(bytes) => edits.extend_from_slice(bytes),
                Step::Copy { start, bytes } => {
                    // Where both begin, or both end, nothing was changed.
                    let head = if made == 0 && start == 0 { 0 } else { reach };
                    let ends = rest.is_empty() && start + bytes.len() == base.len();
                    let tail = if ends { 0 } else { reach };
                    if bytes.len() <= head + tail {
                        edits.extend_from_slice(bytes);
                    } else {
                        edits.extend_from_slice(&bytes[..head]);
                        edits.push(0);
                        edits.extend_from_slice(&bytes[bytes.len() - tail..]);
                    }
                }
            }
            let (Step::Copy { bytes, .. } | Step::Insert(bytes)) = step;
            made += bytes.len() as u64;
        }
        if made == self.result_size { Ok(()) } else { Err(ObjectFault::Delta) }
    }
}

/// One instruction, checked against the base.
#[derive(Clone, Copy)]
enum Step<'d> {
    /// Bytes of the base, from `start`.
    Copy { start: usize, bytes: &'d [u8] },
    /// New bytes.
    Insert(&'d [u8]),
}

impl<'d> Step<'d> {
    /// The first of `instructions`, and the others.
    #[inline]
    fn read(instructions: &'d [u8], base: &'d [u8]) -> Result<(Self, &'d [u8]), ObjectFault> {
        let (&instruction, behind) = instructions.split_first().ok_or(ObjectFault::Delta)?;
        if instruction & 0x80 != 0 {
            let ((start, len), behind) = copy(instruction, behind).ok_or(ObjectFault::Delta)?;
            let bytes = base.get(start..start + len).ok_or(ObjectFault::Delta)?;
            return Ok((Self::Copy { start, bytes }, behind));
        }
        // Zero is reserved.
        let len = usize::from(instruction);
        if len == 0 || behind.len() < len {
            return Err(ObjectFault::Delta);
        }
        let (bytes, behind) = behind.split_at(len);
        Ok((Self::Insert(bytes), behind))
    }
}

/// Start and length of a copy, and what follows the instruction.
#[inline]
fn copy(instruction: u8, mut rest: &[u8]) -> Option<((usize, usize), &[u8])> {
    let mut fields = 0_u64;
    if let Some(eight) = rest.first_chunk::<8>() {
        // The common case: all seven optional bytes can be read without looking for the end.
        // Which are there is hard to predict, so there is no branch on it.
        let mut word = u64::from_le_bytes(*eight);
        for shift in 0..7 {
            let is_there = u64::from(instruction >> shift & 1);
            fields |= (word & (0xFF * is_there)) << (8 * shift);
            word >>= 8 * is_there;
        }
        rest = rest.get((instruction & 0x7F).count_ones() as usize..)?;
    } else {
        for shift in 0..7 {
            if instruction >> shift & 1 != 0 {
                let (&byte, behind) = rest.split_first()?;
                fields |= u64::from(byte) << (8 * shift);
                rest = behind;
            }
        }
    }
    let start = usize::try_from(fields & 0xFFFF_FFFF).ok()?;
    let len = usize::try_from(fields >> 32).ok()?;
    Some(((start, if len == 0 { 0x10000 } else { len }), rest))
}

/// A size, seven bits a byte, the lowest first, and what follows it.
fn size(bytes: &[u8]) -> Result<(u64, &[u8]), ObjectFault> {
    let mut size = 0;
    for (index, byte) in bytes.iter().enumerate().take(9) {
        size |= u64::from(byte & 0x7F) << (7 * index);
        if byte & 0x80 == 0 {
            return Ok((size, &bytes[index + 1..]));
        }
    }
    Err(ObjectFault::Delta)
}

#[cfg(test)]
mod tests {
    use super::Delta;

    /// What the delta makes of `base`, if anything.
    fn check(base: &[u8], delta: &[u8], expect: Option<&[u8]>) {
        let made = Delta::parse(delta).and_then(|parsed| {
            let mut result = vec![0; usize::try_from(parsed.result_size).expect("sizes here are small")];
            parsed.apply(base, &mut result).map(|()| result)
        });
        assert_eq!(made.ok().as_deref(), expect, "{delta:02x?}");
    }

    #[test]
    fn deltas_are_applied_and_refused() {
        let base = b"0123456789";
        check(base, &[10, 3, 3, b'a', b'b', b'c'], Some(b"abc"));
        check(base, &[10, 4, 0x91, 2, 4], Some(b"2345"));
        check(base, &[10, 4, 0x90, 4], Some(b"0123"));
        check(base, &[10, 6, 0x91, 2, 2, 2, b'x', b'y', 0x91, 8, 2], Some(b"23xy89"));
        check(base, &[10, 6, 0x91, 2, 2, 2, b'x', b'y', 0x91, 9, 2], None);
        check(base, &[10, 3, 0x91, 2, 4], None);
        check(base, &[10, 5, 0x91, 2, 4], None);
        check(base, &[9, 4, 0x91, 2, 4], None);
        check(base, &[10, 4, 0x91, 2], None);
        check(base, &[10, 3, 4, b'a', b'b', b'c'], None);
        check(base, &[10, 1, 0], None);
        check(base, &[10, 4, 0x9F, 255, 255, 255, 255, 4, 0, 0, 0], None);
        check(base, &[10, 0], Some(b""));
        check(base, &[10], None);
        check(base, &[], None);
        check(base, &[0x80; 30], None);
        let large = [vec![7; 0x10000], vec![8]].concat();
        check(&large, &[0x81, 0x80, 4, 0x80, 0x80, 4, 0x80], Some(&large[..0x10000]));
        check(&large, &[0x81, 0x80, 4, 1, 0x94, 1, 1], Some(&[8]));
        check(&large, &[0x81, 0x80, 4, 1, 0x94, 1, 1, 0x80], None);
    }

    /// What the edits of a delta of the digits are, two bytes around each.
    fn check_edits(delta: &[u8], expect: Option<&[u8]>) {
        let mut edits = b"what was there".to_vec();
        let base = b"0123456789ABCDEF";
        let found = Delta::parse(delta).and_then(|parsed| parsed.edits(base, 2, &mut edits));
        assert_eq!(found.ok().map(|()| &*edits), expect, "{delta:02x?}");
    }

    #[test]
    fn edits_are_what_is_new_and_what_stands_around() {
        // The whole base.
        check_edits(&[16, 16, 0x90, 16], Some(b"\0"));
        // An insertion in the middle, at the beginning, at the end.
        check_edits(&[16, 17, 0x90, 8, 1, b'x', 0x91, 8, 8], Some(b"\x0067x89\0"));
        check_edits(&[16, 17, 1, b'x', 0x90, 16], Some(b"x01\0"));
        check_edits(&[16, 17, 0x90, 16, 1, b'x'], Some(b"\0EFx"));
        // A piece that goes: the seam is an edit, and so are a new beginning and a new end.
        check_edits(&[16, 12, 0x90, 6, 0x91, 10, 6], Some(b"\x0045AB\0"));
        check_edits(&[16, 12, 0x91, 4, 12], Some(b"45\0"));
        check_edits(&[16, 12, 0x90, 12], Some(b"\x00AB"));
        // Edits with little between them are one piece.
        check_edits(&[16, 6, 1, b'x', 0x91, 4, 4, 1, b'y'], Some(b"x4567y"));
        check_edits(&[16, 7, 1, b'x', 0x91, 4, 5, 1, b'y'], Some(b"x45\x0078y"));
        check_edits(&[16, 7, 1, b'x', 0x91, 4, 5], None);
        check_edits(&[15, 7, 1, b'x', 0x91, 4, 5, 1, b'y'], None);
        check_edits(&[16, 3, 0x91, 15, 2, 1, b'y'], None);
    }

    #[test]
    fn no_bytes_make_it_leave_its_bounds() {
        let base = [7_u8; 100];
        let mut state = 0x0064_656C_7461_u64;
        let mut random = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        };
        let mut applied = 0;
        for _ in 0..50_000 {
            let (size, len) = (random() & 0x0F, random() & 0x07);
            let mut delta = vec![100, size];
            // Mostly copies of one start and one length, which often fit.
            delta.extend((0..len).map(|at| if at % 3 == 0 { 0x91 } else { random() & 0x07 }));
            if random() & 1 == 0 {
                delta.push(random());
            }
            let parsed = Delta::parse(&delta).expect("the sizes are whole");
            let is_sound = parsed.apply(&base, &mut vec![0; usize::from(size)]).is_ok();
            assert_eq!(parsed.edits(&base, 2, &mut Vec::new()).is_ok(), is_sound, "{delta:02x?}");
            applied += usize::from(is_sound);
        }
        assert!(applied > 100, "{applied} of them were sound");
    }
}
