//! Which commit HEAD stands for. How a ref is read is the business of [`super::super::refs`].

use git2::Oid;

use super::super::git_dir::GitDir;
use super::super::refs;
use super::StagedError;

/// The commit, or `None` where the branch that HEAD names has none yet.
pub(super) fn head(place: &GitDir) -> Result<Option<Oid>, StagedError> {
    let id = refs::resolve(place, b"HEAD")?;
    Ok(id.map(|id| Oid::from_bytes(id.as_bytes()).expect("both are 20 bytes long")))
}
