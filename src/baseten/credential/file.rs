//! Reading the files that keys live in, and the file that holds nothing but a key.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use super::key::{checked, is_token};
use super::{Credential, Problem};

/// The largest file read, in bytes.
const MAX_FILE: u64 = 4 << 20;

/// All of a file of at most 4 MiB; a pipe will do.
///
/// # Errors
///
/// [`Problem::NoFile`], [`Problem::Unreadable`] and [`Problem::TooLarge`].
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Problem> {
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Problem::NoFile,
        _ => Problem::Unreadable(error),
    };
    let mut bytes = Vec::new();
    File::open(path).map_err(unreadable)?.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE { Err(Problem::TooLarge) } else { Ok(bytes) }
}

/// As [`read`]; nothing where there is no such file.
pub(super) fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, Problem> {
    match read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(Problem::NoFile) => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// The key of a file whose only line it is; `shown` is the file's name in words.
pub(super) fn key_file(path: &Path, shown: &str) -> Result<Credential, Problem> {
    let bytes = read(path)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| Problem::NotText)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim();
    let key = checked(text.as_bytes())?;
    let is_oauth = is_token(&key);
    let warnings = open_to_others(path, shown).into_iter().collect();
    Ok(Credential { is_oauth, warnings, ..Credential::new(key, shown) })
}

/// What to say of a file that others than its owner may use.
#[cfg(unix)]
fn open_to_others(path: &Path, shown: &str) -> Option<String> {
    use std::os::unix::fs::PermissionsExt as _;

    let metadata = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    let mode = metadata.permissions().mode() & 0o777;
    (mode & 0o077 != 0)
        .then(|| format!("{shown} is open to other users (mode {mode:04o}): set its mode to 0600 with chmod"))
}

/// Elsewhere modes do not say who may read a file.
#[cfg(not(unix))]
fn open_to_others(_: &Path, _: &str) -> Option<String> {
    None
}

/// `path` behind its symbolic links, where it is a regular file.
pub(super) fn behind_links(path: &Path) -> Result<std::path::PathBuf, Problem> {
    let path = fs::canonicalize(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Problem::NoFile,
        _ => Problem::Unreadable(error),
    })?;
    if path.is_file() { Ok(path) } else { Err(Problem::NotAFile) }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
