//! The files of hooks: written whole, set aside and put back.
//!
//! What stands in them is the business of `script`.
//!
//! **Invariant:** at every moment the hook that git finds is either the one that was
//! there or ours, and the one that was there is on the disk.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::name::BEFORE;
use crate::cli::complaint::Advised;

/// Where the hook that was there before is kept.
pub(crate) fn before(hook: &Path) -> PathBuf {
    let mut name = hook.as_os_str().to_owned();
    name.push(".");
    name.push(BEFORE);
    name.into()
}

/// Whether anything has this name, be it a link that leads nowhere.
pub(crate) fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Whether git would run it.
#[cfg(unix)]
pub(crate) fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

/// Whether git would run it: without such a mode, whatever is there.
#[cfg(not(unix))]
pub(crate) fn is_executable(path: &Path) -> bool {
    path.is_file()
}

/// Keeps the hook that is there under its other name, too: the place of the first one is for ours.
///
/// # Errors
/// When the other name is taken, or the system fails.
pub(crate) fn set_aside(hook: &Path) -> Result<()> {
    let kept = before(hook);
    if is_there(&kept) {
        bail!("{} is there already", kept.display());
    }
    // A link of its own leaves no moment without a hook; some file systems have none.
    let linked = fs::hard_link(hook, &kept);
    linked.or_else(|_| fs::rename(hook, &kept)).with_context(|| format!("cannot make {}", kept.display()))
}

/// Puts a hook in place, which is whole at every moment.
///
/// # Errors
/// When the system fails; what was there is then as it was.
pub(crate) fn put(hook: &Path, bytes: &[u8]) -> Result<()> {
    let folder = hook.parent().unwrap_or(Path::new("."));
    let failed = || format!("cannot write {}", hook.display());
    fs::create_dir_all(folder).with_context(failed)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".baseleak-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // The system takes away what the umask forbids.
        builder.permissions(fs::Permissions::from_mode(0o777));
    }
    let fresh =
        builder.tempfile_in(folder).map_err(|error| io::Error::from(error.kind())).with_context(failed)?;
    fresh.as_file().write_all(bytes).with_context(failed)?;
    fresh.as_file().sync_all().with_context(failed)?;
    fresh.persist(hook).map_err(|failed| failed.error).with_context(failed)?;
    Ok(())
}

/// Takes a hook of ours out, and puts back what was there before; says whether there was anything.
///
/// # Errors
/// When the system fails.
pub(crate) fn put_back(hook: &Path) -> Result<bool> {
    let kept = before(hook);
    let failed = || {
        let hint = "see that its folder can be written, and that the file beside it is no folder";
        Advised::new(format!("cannot take out {}", hook.display()), hint)
    };
    if !is_there(&kept) {
        fs::remove_file(hook).with_context(failed)?;
        return Ok(false);
    }
    // One step: the old file takes the place of the new one.
    fs::rename(&kept, hook).with_context(failed)?;
    Ok(true)
}
