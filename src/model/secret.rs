//! The bytes of a secret, held so that they cannot slip out by accident.
//!
//! **Invariant:** no `Display`, no `Serialize`, and a `Debug` that says only the
//! length. Whoever needs the bytes writes [`Secret::expose`] and can be found
//! by searching for it.

use std::fmt;

use zeroize::Zeroize;

/// A secret as it stood in the scanned bytes; wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(Box<[u8]>);

impl Secret {
    /// Takes a copy of `bytes`.
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// The secret itself. Each caller is a place where it could leak.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_says_only_the_length() {
        assert_eq!(format!("{:?}", Secret::new(b"hunter2")), "Secret(7 bytes)");
    }
}
