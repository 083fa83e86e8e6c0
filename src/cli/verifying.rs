//! From the arguments to verdicts: what every command that verifies has in common.
//!
//! What proves what stands in the library's `verify`.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::Result;
use baseleak::model::Verdict;
use baseleak::render::verdicts::VerdictTally;
use baseleak::verify::{Inquiry, Leak, Leaked, ReportError, verify};

use super::args::{BasetenArgs, LiveArgs};
use super::baseten::{Reach, no_operator, reach};
use super::complaint::{Advised, warn};
use super::conceal::clean;
use super::exit::Exit;

/// That not all keys stand in a report.
pub(crate) const INCOMPLETE: &str = "the scan that wrote the report was incomplete: there may be more keys";

/// Baseten, and whether it is asked with leaked keys.
#[derive(Debug)]
pub(crate) struct Live {
    reach: Reach,
    probe: bool,
}

impl Live {
    /// What is needed to verify.
    ///
    /// # Errors
    /// Where neither of the two ways is open, or something named cannot be used.
    pub(crate) fn new(args: &BasetenArgs, probe: bool) -> Result<Self> {
        let reach = reach(args)?;
        if reach.credential.is_none() && !probe {
            return Err(no_operator());
        }
        Ok(Self { reach, probe })
    }

    /// The same for a scan, if it is to verify.
    ///
    /// # Errors
    /// Besides those of [`Self::new`], where an option would have no effect.
    pub(crate) fn of_scan(args: &LiveArgs) -> Result<Option<Self>> {
        match args.baseten.given() {
            _ if args.verify => Self::new(&args.baseten, args.probe).map(Some),
            None => Ok(None),
            Some(option) => {
                let what = format!("{option} is about Baseten, and without --verify it is not asked");
                Err(Advised::new(what, "add --verify, or leave it out").into())
            }
        }
    }

    /// A verdict for each of `leaks`.
    pub(crate) fn judge(&self, leaks: &[Leak]) -> Vec<Verdict> {
        let operator = self.reach.client();
        let Reach { transport, remote, .. } = &self.reach;
        leaks.iter().filter_map(|leak| leak.secret.as_ref()).for_each(|secret| transport.conceal(secret));
        verify(leaks, &Inquiry { transport, remote, operator: operator.as_ref(), probe: self.probe })
    }
}

/// What leaked by a report in a file, or on standard input for `-`. Warns where the
/// scan was incomplete.
///
/// # Errors
/// Where it cannot be read, or is no report.
pub(crate) fn leaked(report: &Path) -> Result<Leaked> {
    let mut leaked = read_from(report, Leaked::read)?;
    if !leaked.is_complete {
        warn(INCOMPLETE);
    }
    clean(&mut leaked);
    Ok(leaked)
}

/// What `read` makes of the report in a file, or on standard input for `-`.
///
/// # Errors
/// Where it cannot be read, or is no report, with what to do about it.
pub(crate) fn read_from<T>(
    report: &Path,
    read: impl FnOnce(Box<dyn Read>) -> Result<T, ReportError>,
) -> Result<T> {
    let opened: Result<Box<dyn Read>, ReportError> = if report == Path::new("-") {
        Ok(Box::new(io::stdin().lock()))
    } else {
        File::open(report).map(|file| Box::new(file) as Box<dyn Read>).map_err(ReportError::Unreadable)
    };
    opened.and_then(read).map_err(|error| {
        let advice = Advised::new(format!("cannot use {} as a report", report.display()), error.hint());
        anyhow::Error::new(error).context(advice)
    })
}

/// The exit code that verdicts amount to.
pub(crate) fn answer(verdicts: &[Verdict]) -> Exit {
    match VerdictTally::of(verdicts) {
        VerdictTally { active: 1.., .. } => Exit::Findings,
        VerdictTally { unknown: 1.., .. } => Exit::NoVerdict,
        VerdictTally { .. } => Exit::Clean,
    }
}
