//! A made-up key that every hook must find.
//!
//! **Invariant:** it is random at run time, has no `Display`, and nothing prints it.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use baseleak::detect::Detector;
use baseleak::model::{Blob, Finding, Provenance};
use baseleak::rules::RuleSet;

const SMALL: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const ALL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// Characters before and behind the dot of a key, by its documented shape.
const PREFIX: usize = 8;
const SECRET: usize = 32;

/// The file that it is tried in.
pub(super) const FILE: &str = "settings.env";

/// A key that nobody ever had.
pub(super) struct Canary(String);

impl Canary {
    /// One that the built-in rules find.
    pub(super) fn new() -> Self {
        let detector = Detector::new(RuleSet::builtin());
        loop {
            let canary = Self(format!("b10_{}.{}", random(SMALL, PREFIX), random(ALL, SECRET)));
            // A random text may look like an example, which is passed over.
            if canary.is_found(&detector) {
                return canary;
            }
        }
    }

    /// Whether the rules of `detector` find it.
    pub(super) fn is_found(&self, detector: &Detector) -> bool {
        !self.findings(detector, FILE).is_empty()
    }

    /// What the rules of `detector` find of it in the file at `path`, from the root of the repository.
    pub(super) fn findings(&self, detector: &Detector, path: &str) -> Vec<Finding> {
        let mut findings = Vec::new();
        let provenance = Provenance { shown: path.as_bytes(), relative: path.as_bytes() };
        detector.scan(&Blob::whole(self.line().as_bytes(), provenance), &mut findings);
        findings
    }

    /// A line with it, for a file or a message.
    pub(super) fn line(&self) -> String {
        format!("BASETEN_API_KEY={}\n", self.0)
    }

    /// Whether a text names it by its public prefix, as a hook does that found it.
    pub(super) fn is_named_in(&self, text: &str) -> bool {
        self.0.split('.').next().is_some_and(|prefix| text.contains(prefix))
    }
}

/// Random characters, by the keys that the standard library draws for its hash maps.
fn random(alphabet: &[u8], count: usize) -> String {
    let pick = |_| {
        let drawn = usize::try_from(RandomState::new().build_hasher().finish() >> 33).expect("31 bits fit");
        char::from(alphabet[drawn % alphabet.len()])
    };
    (0..count).map(pick).collect()
}
