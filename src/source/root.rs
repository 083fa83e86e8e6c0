//! What the user named: how it is shown, and where it lies in its repository.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ignores::Ignores;

/// A file or folder that the user named.
#[derive(Debug)]
pub(super) struct Root {
    /// Its absolute path.
    pub(super) path: PathBuf,
    /// As it is shown: without a leading `./`, with `/`; empty for the current folder.
    pub(super) shown: Vec<u8>,
    /// The same place from the root of the repository, or from itself outside of
    /// one; the file's name where a file outside of a repository was named.
    pub(super) relative: Vec<u8>,
    /// The absolute path of the repository it lies in.
    pub(super) repository: Option<PathBuf>,
}

impl Root {
    pub(super) fn new(path: &Path, is_folder: bool) -> Self {
        let absolute = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let repository = repository(&absolute, is_folder).map(Path::to_owned);
        let relative = match &repository {
            Some(repository) => slashed(absolute.strip_prefix(repository).unwrap_or(path).as_os_str()),
            None if is_folder => Vec::new(),
            None => path.file_name().map(slashed).unwrap_or_default(),
        };
        let named = slashed(path.as_os_str());
        let mut shown = &*named;
        while let Some(rest) = shown.strip_prefix(b"./") {
            shown = rest;
        }
        let shown = if shown == b"." { Vec::new() } else { shown.to_vec() };
        Self { path: absolute, shown, relative, repository }
    }

    /// The ignore rules that hold above this folder, `None` outside of a repository.
    /// Those of the folder itself are added when it is entered.
    pub(super) fn ignores(&self) -> Option<Arc<Ignores>> {
        let repository = self.repository.as_ref()?;
        let mut ignores = Ignores::of_repository(repository)?;
        let mut above: Vec<&Path> =
            self.path.ancestors().skip(1).take_while(|folder| folder.starts_with(repository)).collect();
        above.reverse();
        for folder in above {
            // Git does not follow a link here, and neither does the walk further down.
            let file = folder.join(".gitignore");
            if file.symlink_metadata().is_ok_and(|metadata| metadata.is_file()) {
                ignores = ignores.with_gitignore(folder);
            }
        }
        Some(ignores)
    }
}

/// The nearest folder that is a repository, from `path` upwards.
pub(super) fn repository(absolute: &Path, is_folder: bool) -> Option<&Path> {
    let folder = if is_folder { absolute } else { absolute.parent()? };
    folder.ancestors().find(|folder| folder.join(".git").exists())
}

/// The root of the repository that `path` lies in; outside of one, the folder itself or that of the file.
pub fn root_of(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let there = path.canonicalize().ok();
    // What is not there would lie in the nearest folder above it that is.
    let there = there.or_else(|| absolute.ancestors().skip(1).find_map(|above| above.canonicalize().ok()));
    let absolute = there.unwrap_or(absolute);
    let is_folder = absolute.is_dir();
    let folder = if is_folder { Some(&*absolute) } else { absolute.parent() };
    repository(&absolute, is_folder).or(folder).unwrap_or(path).to_owned()
}

/// A path as it is shown: its bytes, with `/` for a separator.
pub fn shown(path: &Path) -> Vec<u8> {
    slashed(path.as_os_str())
}

/// Appends a name to a path of bytes with `/` between them.
pub(super) fn push(path: &mut Vec<u8>, name: &OsStr) {
    if path.last().is_some_and(|&byte| byte != b'/') {
        path.push(b'/');
    }
    path.extend_from_slice(name.as_encoded_bytes());
}

/// The bytes of a path with `/` for a separator. On Unix these are the bytes
/// the system knows; on Windows what is not Unicode stays as WTF-8.
pub(super) fn slashed(path: &OsStr) -> Vec<u8> {
    let mut bytes = path.as_encoded_bytes().to_vec();
    if cfg!(windows) {
        bytes.iter_mut().filter(|byte| **byte == b'\\').for_each(|byte| *byte = b'/');
    }
    bytes
}

/// A path of bytes with a name appended.
pub(super) fn joined(path: &[u8], name: &OsStr) -> Vec<u8> {
    let mut joined = Vec::with_capacity(path.len() + 1 + name.len());
    joined.extend_from_slice(path);
    push(&mut joined, name);
    joined
}
