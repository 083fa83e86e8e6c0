//! A file of somebody's put in the place of its older self: whole, with the mode and
//! the owner it had, and only if nobody changed it meanwhile.
//!
//! Unlike a report such a file holds what cannot be made again, and a key: nobody
//! else may read it at any moment, and none of what it was may be lost.
//!
//! **Invariant:** after an error the file is as it was, or as it should be.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use baseleak::verify::rotate::Edit;

use super::complaint::warn;

/// Carries `edit` out. With a `backup`, the old content is kept there first, where
/// there must be nothing.
///
/// # Errors
/// Where the file has changed since, or the system fails.
pub(crate) fn replace(edit: &Edit, backup: Option<&Path>) -> Result<()> {
    let name = edit.path.display();
    let metadata = fs::metadata(&edit.path).with_context(|| format!("cannot look at {name}"))?;
    // A file that may not be written must not be replaced either.
    OpenOptions::new().write(true).open(&edit.path).with_context(|| format!("cannot write {name}"))?;
    let folder = edit.path.parent().unwrap_or(Path::new("."));
    let failed = || format!("cannot make a file in {}", folder.display());
    let mut builder = tempfile::Builder::new();
    // Its mode is 0600 from the beginning.
    let fresh = builder.prefix(".baseleak-").suffix(".tmp").tempfile_in(folder).with_context(failed)?;
    fresh.as_file().write_all(&edit.after).with_context(failed)?;
    keep_owner(fresh.as_file(), &metadata).context("cannot give the new file the owner of the old one")?;
    fresh.as_file().set_permissions(metadata.permissions()).with_context(failed)?;
    if let Err(error) = keep_attributes(fresh.as_file(), &edit.path) {
        warn(&format!("extended attributes of {name} are lost: {error}"));
    }
    fresh.as_file().sync_all().with_context(failed)?;
    if let Some(backup) = backup {
        keep(backup, &edit.before).with_context(|| format!("cannot make the backup {}", backup.display()))?;
    }
    if fs::read(&edit.path).with_context(|| format!("cannot read {name}"))? != edit.before {
        bail!("{name} has changed meanwhile, and is left as it is");
    }
    fresh
        .persist(&edit.path)
        .map_err(|failed| failed.error)
        .with_context(|| format!("cannot write {name}"))?;
    // That the folder knows of it before a crash is wished for; it is whole either way.
    drop(File::open(folder).and_then(|folder| folder.sync_all()));
    Ok(())
}

/// Where the backup of a file is kept: beside the name that the operator knows, not
/// beside the file behind a link, which may lie in a repository.
pub(crate) fn backup_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".bak");
    name.into()
}

fn keep(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(unix)]
fn keep_owner(file: &File, old: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};

    let new = file.metadata()?;
    if (new.uid(), new.gid()) == (old.uid(), old.gid()) {
        return Ok(());
    }
    fchown(file, Some(old.uid()), Some(old.gid()))
}

/// Gives the new file the extended attributes of the old one, access lists among them. An
/// attribute that cannot be given does not keep the others from being.
#[cfg(unix)]
fn keep_attributes(file: &File, old: &Path) -> io::Result<()> {
    use xattr::FileExt as _;

    // Where the file system has none, there are none to be lost.
    let Ok(names) = xattr::list(old) else { return Ok(()) };
    let mut failed = Ok(());
    for name in names {
        let Some(value) = xattr::get(old, &name)? else { continue };
        // The system gives some to every file by itself, and lets nobody else do so.
        if file.get_xattr(&name).ok().flatten().as_ref() == Some(&value) {
            continue;
        }
        failed = file.set_xattr(&name, &value).and(failed);
    }
    failed
}

/// Elsewhere they are not known.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as where it can fail")]
fn keep_attributes(_: &File, _: &Path) -> io::Result<()> {
    Ok(())
}

/// Elsewhere a file belongs to whoever makes it, and who may read it is up to the folder.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as where it can fail")]
fn keep_owner(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

/// How many names the file has: under the others the old content stays.
#[cfg(unix)]
pub(crate) fn names_of(path: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt as _;

    fs::metadata(path).map_or(1, |metadata| metadata.nlink())
}

/// Elsewhere that is not known.
#[cfg(not(unix))]
pub(crate) fn names_of(_: &Path) -> u64 {
    1
}
