//! The name of an object: the SHA-1 of its content, as git writes it.
//!
//! Repositories with SHA-256 names are none of this room's business; they are
//! refused before a store is opened.

use std::fmt;

/// The name of an object, 20 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId([u8; Self::LEN]);

impl ObjectId {
    /// Bytes of a name.
    pub const LEN: usize = 20;

    /// The name that these bytes are; `None` unless there are 20.
    #[inline]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The name that these 40 digits spell, in lower case as git writes them.
    pub fn from_hex(digits: &[u8]) -> Option<Self> {
        let value = |digit: u8| match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        };
        if digits.len() != 2 * Self::LEN {
            return None;
        }
        let mut bytes = [0; Self::LEN];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = value(pair[0])? << 4 | value(pair[1])?;
        }
        Some(Self(bytes))
    }

    /// The 20 bytes.
    pub fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::ObjectId;

    fn check(digits: &str, expect: Option<&str>) {
        let spelled = ObjectId::from_hex(digits.as_bytes()).map(|id| id.to_string());
        assert_eq!(spelled.as_deref(), expect, "{digits}");
    }

    #[test]
    fn digits_make_a_name() {
        let empty = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
        check(empty, Some(empty));
        check(&empty[1..], None);
        check(&format!("{empty}0"), None);
        check(&empty.to_uppercase(), None);
        check(&empty.replace('9', "g"), None);
        check("", None);
    }
}
