//! The names of the refs that a push makes: whoever can read the other side reads them.
//!
//! **Invariant:** a name is shown masked.

use std::collections::BTreeMap;

use baseleak::detect::Detector;
use baseleak::model::{Finding, Provenance};
use baseleak::rules::RuleSet;

use super::lines::Change;

/// Finds the keys in the names of refs that the other side has not yet. They have the places that
/// the same names have in git's own folder.
pub(super) fn scan(changes: &[Change], detector: &Detector, findings: &mut Vec<Finding>) {
    let made = changes.iter().filter(|change| change.old.is_none() && change.new.is_some());
    for Change { name, .. } in made {
        let folders = memchr::memchr_iter(b'/', name).map(|end| &name[..end]);
        for part in folders.chain([&**name]) {
            let relative = [b".git/", part].concat();
            detector.scan_name(&Provenance { shown: part, relative: &relative }, findings);
        }
    }
}

/// What the refs are called that shall stand for an object, by its id.
pub(super) fn shown(changes: &[Change]) -> BTreeMap<String, String> {
    let named = changes.iter().filter_map(|change| {
        let name = masked(&change.name);
        let name = match (name.strip_prefix("refs/tags/"), name.strip_prefix("refs/heads/")) {
            (Some(tag), _) => format!("tag {tag}"),
            (_, Some(branch)) => format!("branch {branch}"),
            _ => name,
        };
        Some((change.new?.to_string(), name))
    });
    // Of several the first.
    let mut shown = BTreeMap::new();
    for (id, name) in named {
        shown.entry(id).or_insert(name);
    }
    shown
}

/// The name of a ref without what in it could be a secret.
pub(super) fn masked(name: &[u8]) -> String {
    Detector::new(RuleSet::builtin()).path_name(name).to_string()
}
