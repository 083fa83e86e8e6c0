//! Names what git keeps and nobody could read from the root, and each file once: several
//! parts need the same file, and name it each in its own way.

use std::collections::HashSet;
use std::path::Path;

use super::placed;
use crate::model::{PathName, Skipped};
use crate::source;

/// Settles what was skipped of a repository whose git folder is `folder`. What is not below
/// the folder is left as it is.
pub(super) fn settle(skipped: &mut Vec<Skipped>, folder: &Path) {
    let absolute = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let absolute = String::from_utf8_lossy(&source::shown(absolute.as_os_str().as_ref())).into_owned();
    let name = String::from_utf8_lossy(&placed::name(folder)).into_owned();
    let mut told = HashSet::new();
    skipped.retain_mut(|one| {
        let text = one.path.as_str();
        if let Some(inside) = text.strip_prefix(&absolute).filter(|inside| inside.starts_with('/')) {
            one.path = PathName::of_shown(&format!("{name}{inside}"));
        }
        let is_gits = one.path.as_str().strip_prefix(&name).is_some_and(|inside| inside.starts_with('/'));
        !is_gits || told.insert(one.path.clone())
    });
}
