//! Going on with a run that broke off.
//!
//! What the trail says is read elsewhere; here it is told, and held to where it was.

use std::path::Path;

use anyhow::{Result, bail};
use baseleak::verify::revoke::{Again, Survey, Wish};
use baseleak::verify::trail::{self, TrailError, Unfinished};

use crate::cli::complaint::{self, Advised, warn};

/// The run that was broken off.
///
/// # Errors
/// Where the trail tells of none.
pub(crate) fn broken_off(path: &Path) -> Result<Unfinished> {
    // To open a pipe is to wait for whoever writes it.
    if std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(anyhow::Error::new(TrailError::NotAFile).context(no_trail(path)));
    }
    let broken = trail::unfinished(path).map_err(|error| match error {
        TrailError::Finished => {
            let hint = "a run that ended is not resumed: give the report, or --prefix, again";
            anyhow::Error::new(error).context(Advised::new(no_trail(path), hint))
        }
        error => anyhow::Error::new(error).context(no_trail(path)),
    })?;
    for line in &broken.torn {
        warn(&format!("line {line} of the trail cannot be read: a crash tore it"));
    }
    if broken.others > 0 {
        warn(&format!("{} more in the trail broke off; resume again after this one", broken.others));
    }
    let done = broken.planned - broken.keys.len();
    warn(&format!("going on with the run of {}: {done} of {} proven dead", broken.time, broken.planned));
    Ok(broken)
}

/// Holds the run to where it was, before anybody is sent a key.
///
/// # Errors
/// Where it was a run at another place than `remote`, a base of the API.
pub(crate) fn same_place(broken: &Unfinished, remote: &str) -> Result<()> {
    if broken.remote != remote {
        // Elsewhere the keys are absent, which would be taken for their death.
        let there = complaint::shown(&broken.remote);
        bail!("the run in the trail was at {there}, and this is {remote}");
    }
    Ok(())
}

/// Its keys that are left.
pub(crate) fn resumed(broken: &Unfinished, survey: &Survey) -> Vec<Wish> {
    let again = Again { operator: broken.operator.as_deref(), now: survey.operator.as_deref() };
    broken.keys.iter().map(|pending| Wish::of_trail(pending, again)).collect()
}

/// That a trail cannot be used.
pub(crate) fn no_trail(path: &Path) -> String {
    format!("cannot use the trail {}", complaint::shown(&path.display().to_string()))
}
