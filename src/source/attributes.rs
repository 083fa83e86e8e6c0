//! What git's attributes say of a file.

use std::path::Path;

use git2::{AttrCheckFlags, AttrValue, Repository};

use super::root;

/// What `.gitattributes` and their like say of how versions of `file` are merged: `union`,
/// `unset`, the name of a driver; none where nothing is said. `None` where `file` lies in
/// no work tree that git can open.
pub fn merge_driver(file: &Path) -> Option<Option<String>> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new(".")).canonicalize().ok()?;
    let repository = root::repository(&folder, true)?;
    let git = Repository::open(repository).ok()?;
    let inside = folder.strip_prefix(repository).ok()?.join(file.file_name()?);
    let value = git.get_attr_bytes(&inside, "merge", AttrCheckFlags::FILE_THEN_INDEX).ok()?;
    Some(match AttrValue::from_bytes(value) {
        AttrValue::Unspecified => None,
        AttrValue::True => Some("set".to_owned()),
        AttrValue::False => Some("unset".to_owned()),
        AttrValue::String(name) => Some(name.to_owned()),
        AttrValue::Bytes(name) => Some(String::from_utf8_lossy(name).into_owned()),
    })
}
