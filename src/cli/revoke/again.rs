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

/// Its keys that are left.
///
/// # Errors
/// Where it was a run at another place.
pub(crate) fn resumed(broken: &Unfinished, survey: &Survey) -> Result<Vec<Wish>> {
    if broken.remote != survey.remote {
        // Elsewhere the keys are absent, which would be taken for their death.
        bail!("the run in the trail was at {}, and this is {}", broken.remote, survey.remote);
    }
    let again = Again { operator: broken.operator.as_deref(), now: survey.operator.as_deref() };
    Ok(broken.keys.iter().map(|pending| Wish::of_trail(pending, again)).collect())
}

/// That a trail cannot be used.
pub(crate) fn no_trail(path: &Path) -> String {
    format!("cannot use the trail {}", complaint::shown(&path.display().to_string()))
}
