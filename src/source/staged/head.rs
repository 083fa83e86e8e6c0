//! Which commit HEAD stands for, read from HEAD, the loose refs and `packed-refs`.
//!
//! Refs kept in another way (reftable) are refused before this is asked.

use std::fs;
use std::io;
use std::path::Path;

use git2::Oid;

use super::StagedError;

/// How many symbolic refs git follows.
const DEPTH: usize = 5;
/// Prefixes of refs that every work tree has for itself.
const OWN: [&str; 3] = ["refs/bisect/", "refs/worktree/", "refs/rewritten/"];

/// The commit, or `None` where the branch that HEAD names has none yet.
pub(super) fn resolve(path: &Path, common: &Path) -> Result<Option<Oid>, StagedError> {
    let mut name = "HEAD".to_owned();
    for _ in 0..=DEPTH {
        let own = name == "HEAD" || OWN.iter().any(|prefix| name.starts_with(prefix));
        let file = if own { path.join(&name) } else { common.join(&name) };
        let Some(text) = read(&file)? else {
            if name == "HEAD" {
                let error = io::Error::from(io::ErrorKind::NotFound);
                return Err(StagedError::Unreadable(file, error));
            }
            return packed(&common.join("packed-refs"), &name);
        };
        match text.strip_prefix("ref:") {
            Some(target) => target.trim().clone_into(&mut name),
            None => return id(text.trim()).map(Some),
        }
        if !name.starts_with("refs/") || name.split('/').any(|part| part == "..") {
            return Err(StagedError::Head(git2::Error::from_str("a symbolic ref leads out of refs/")));
        }
    }
    Err(StagedError::Head(git2::Error::from_str("symbolic refs lead in a circle")))
}

fn packed(file: &Path, name: &str) -> Result<Option<Oid>, StagedError> {
    let text = read(file)?.unwrap_or_default();
    let line = text.lines().find_map(|line| line.split_once(' ').filter(|(_, of)| *of == name));
    line.map(|(of, _)| id(of)).transpose()
}

fn id(text: &str) -> Result<Oid, StagedError> {
    Oid::from_str(text).map_err(StagedError::Head)
}

/// The text of a file; `None` where there is none.
fn read(file: &Path) -> Result<Option<String>, StagedError> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        // A folder stands where a branch has others below its name.
        Err(error) if error.kind() == io::ErrorKind::NotFound || file.is_dir() => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(None),
        Err(error) => Err(StagedError::Unreadable(file.to_owned(), error)),
    }
}
