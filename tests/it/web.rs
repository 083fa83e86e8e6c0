//! `baseleak web`, by the real program: a front end on the loopback address with a key in every
//! place that a key can get into, and one that does all that a hostile server can.

mod har;
mod hostile;
mod places;
mod polite;
#[cfg(unix)]
mod running;
mod site;

use std::ffi::OsStr;

use serde_json::Value;

use crate::sandbox::{Run, Sandbox};
use site::Site;

/// No more arguments, or no path.
const NONE: [&str; 0] = [];

/// Runs `web` on a page of the site; what is local is allowed.
#[track_caller]
fn web<A: AsRef<OsStr>>(page: &str, more: impl IntoIterator<Item = A>) -> (Run, Value) {
    let sandbox = Sandbox::new();
    let fixed = ["web", page, "--allow-private", "--rate", "1000", "--format", "json"];
    let more: Vec<_> = more.into_iter().map(|arg| arg.as_ref().to_owned()).collect();
    let args = fixed.iter().map(|arg| OsStr::new(*arg).to_owned()).chain(more);
    let run = sandbox.run(args);
    let report = run.json();
    (run, report)
}

/// The paths of the findings below the site, in order.
#[track_caller]
fn below<'r>(site: &Site, report: &'r Value) -> Vec<&'r str> {
    let root = site.url("");
    let paths = crate::sandbox::paths(report);
    paths.into_iter().map(|path| path.strip_prefix(&root).unwrap_or(path)).collect()
}

/// Why something was skipped, by what its address ends with.
#[track_caller]
fn why<'r>(report: &'r Value, end: &str) -> &'r str {
    let skipped = crate::sandbox::skipped(report);
    let found = skipped.iter().find(|(path, ..)| path.ends_with(end));
    assert!(found.is_some(), "{end} is not skipped: {skipped:?}");
    found.and_then(|(_, _, detail)| *detail).expect("what is skipped says why")
}
