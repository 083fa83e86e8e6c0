//! What the tests of this room share: keys made at run time, and what a profile holds.

use super::{Held, Problem, Profile};
use crate::model::Secret;

/// A linear congruential generator.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits fit") % bound
    }

    fn word(&mut self, len: usize) -> String {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        (0..len).map(|_| char::from(alphabet[self.below(62)])).collect()
    }

    /// A key of today's shape.
    pub(super) fn key(&mut self) -> String {
        ["b10", "_", &self.word(8), ".", &self.word(32)].concat()
    }

    /// A text with a few of its bytes changed, removed, doubled or made anew.
    pub(super) fn mutated(&mut self, text: &[u8]) -> Vec<u8> {
        let mut bytes = text.to_vec();
        let alphabet = b"[]{}=:#;%()\"'\\ \t\r\n\x0c\x00\xff\xc2\xa0,ae$";
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len() + 1);
            let byte = alphabet[self.below(alphabet.len())];
            match self.below(4) {
                0 => bytes.insert(at, byte),
                1 if at < bytes.len() => bytes[at] = byte,
                2 if at < bytes.len() => drop(bytes.remove(at)),
                _ => {
                    let end = (at + self.below(20)).min(bytes.len());
                    let copy = bytes[at..end].to_vec();
                    bytes.splice(at..at, copy);
                }
            }
        }
        bytes
    }
}

/// Two keys.
pub(super) fn keys(seed: u64) -> [String; 2] {
    let mut random = Random::new(seed);
    [random.key(), random.key()]
}

/// Makes a script that can be run. Another process writes it: one that a test
/// beside this one starts meanwhile must not inherit the open file, or the
/// script could not be run until that process is under way.
#[cfg(unix)]
pub(super) fn script(path: &std::path::Path, text: &str) {
    let mut shell = std::process::Command::new("/bin/sh");
    shell.args(["-c", r#"printf '#!/bin/sh\n%s\n' "$TEXT" > "$FILE" && chmod 755 "$FILE""#]);
    let status = shell.env("TEXT", text).env("FILE", path).status().expect("there is a shell");
    assert!(status.success(), "the script can be written");
}

pub(super) fn secret(key: &str) -> Secret {
    Secret::new(key.as_bytes())
}

/// The key of a profile, or what is wrong.
pub(super) fn held(profile: Result<Profile, Problem>) -> Result<Secret, String> {
    match profile.map_err(|error| error.to_string())?.held {
        Held::Here(key) => Ok(key),
        Held::InKeyring => Err("keyring".to_owned()),
        Held::Nowhere => Err("nowhere".to_owned()),
    }
}
