//! What a trail says of a run that was broken off: what was planned, what was tried,
//! what is done.
//!
//! A line that cannot be read was torn by a crash, or is of a newer version; it is
//! counted and passed over. That loses nothing: what a torn line announced was not done
//! yet, and what it would have told is asked for again.
//!
//! **Invariant:** a key is done only where its proof stands in the trail.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use serde::Deserialize;

use super::{PlanLine, SCHEMA, START, TrailError, failed};

/// Most bytes of a trail: hundreds of thousands of revocations.
const LARGEST: u64 = 256 << 20;

/// The last run that was broken off, by a crash, by the operator, or because nothing
/// could be done any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// Its name in the trail.
    pub run: String,
    /// When it was planned, in RFC 3339.
    pub time: String,
    /// The base of the API that it asked.
    pub remote: String,
    /// The key that revoked, or whose it was.
    pub operator: Option<String>,
    /// How many keys its plan had.
    pub planned: usize,
    /// What is not done, in the order of the plan.
    pub keys: Vec<Pending>,
    /// How many runs before it were broken off and never resumed.
    pub others: usize,
    /// The lines that cannot be read, counted from 1.
    pub torn: Vec<usize>,
}

/// A key whose proof is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// As the plan names it.
    pub key: PlanLine,
    /// Whether its deletion may have been asked for.
    pub attempted: bool,
    /// What the API answered, if that is known: `deleted`, `absent` or `failed`.
    pub outcome: Option<String>,
}

/// A line as it is read: what is not known is passed over.
#[derive(Deserialize)]
struct Line {
    schema: u64,
    run: String,
    time: String,
    event: String,
    remote: String,
    #[serde(default)]
    operator: Option<String>,
    #[serde(default)]
    resumes: Option<String>,
    #[serde(default)]
    keys: Vec<PlanLine>,
    #[serde(default)]
    prefix: Option<String>,
    #[serde(default)]
    what: Option<String>,
}

/// A run under way.
struct Run {
    unfinished: Unfinished,
    is_over: bool,
    /// What of its keys has a proof of death.
    dead: Vec<String>,
}

/// The last run in the trail at `path` that was broken off.
///
/// # Errors
/// Where it cannot be read, is no trail, or all its runs came to an end.
pub fn unfinished(path: &Path) -> Result<Unfinished, TrailError> {
    let file = File::open(path).map_err(failed("open"))?;
    if !file.metadata().map_err(failed("look at"))?.is_file() {
        return Err(TrailError::NotAFile);
    }
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes).map_err(failed("read"))?;
    parse(&bytes)
}

pub(super) fn parse(bytes: &[u8]) -> Result<Unfinished, TrailError> {
    if !START.starts_with(&bytes[..bytes.len().min(START.len())]) {
        return Err(TrailError::NotATrail);
    }
    let (mut runs, mut torn) = (Vec::new(), Vec::new());
    let mut by_name: HashMap<String, usize> = HashMap::new();
    let mut lines: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').collect();
    // What has no end was torn, although it may look whole.
    if lines.pop().is_some_and(|rest| !rest.is_empty()) {
        torn.push(lines.len() + 1);
    }
    for (at, line) in lines.into_iter().enumerate() {
        match serde_json::from_slice::<Line>(line) {
            Ok(line) if line.schema == SCHEMA => take(line, &mut runs, &mut by_name),
            _ if line.is_empty() => {}
            _ => torn.push(at + 1),
        }
    }
    torn.sort_unstable();
    let mut open = runs.into_iter().filter(|run| !run.is_over).collect::<Vec<_>>();
    let last = open.pop().ok_or(TrailError::Finished)?;
    let mut unfinished = last.unfinished;
    unfinished.keys.retain(|pending| !last.dead.contains(&pending.key.prefix));
    Ok(Unfinished { others: open.len(), torn, ..unfinished })
}

/// Adds what a line says.
fn take(line: Line, runs: &mut Vec<Run>, by_name: &mut HashMap<String, usize>) {
    if line.event == "plan" {
        if let Some(resumed) = line.resumes.and_then(|run| runs.get_mut(*by_name.get(&run)?)) {
            resumed.is_over = true;
        }
        by_name.insert(line.run.clone(), runs.len());
        let pending = |key| Pending { key, attempted: false, outcome: None };
        return runs.push(Run {
            unfinished: Unfinished {
                run: line.run,
                time: line.time,
                remote: line.remote,
                operator: line.operator,
                planned: line.keys.len(),
                keys: line.keys.into_iter().map(pending).collect(),
                others: 0,
                torn: Vec::new(),
            },
            is_over: false,
            dead: Vec::new(),
        });
    }
    let Some(run) = by_name.get(&line.run).and_then(|&at| runs.get_mut(at)) else { return };
    let prefix = line.prefix.unwrap_or_default();
    let pending = run.unfinished.keys.iter_mut().find(|pending| pending.key.prefix == prefix);
    match (line.event.as_str(), line.what.as_deref(), pending) {
        ("attempt", _, Some(pending)) => pending.attempted = true,
        ("outcome", what, Some(pending)) => pending.outcome = what.map(str::to_owned),
        ("proof", Some("dead"), Some(_)) => run.dead.push(prefix),
        ("end", Some("done" | "incomplete"), _) => run.is_over = true,
        _ => {}
    }
}
