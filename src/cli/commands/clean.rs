//! `baseleak clean`.

use std::fs::{self, File};
use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use baseleak::detect::Detector;
use baseleak::model::Provenance;
use baseleak::rules::Config;
use baseleak::scan;
use baseleak::source;
use baseleak::unpack::notebook::clean::{Cleaned, clean};

use crate::cli::args::CleanArgs;
use crate::cli::complaint::{self, Advised};
use crate::cli::exit::Exit;
use crate::cli::output::{Output, write_file};
use crate::cli::{diff, plan};

/// Bytes of the largest notebook that is cleaned, as of the largest that is scanned whole.
const LARGEST: u64 = 256 << 20;

/// Cleans notebook by notebook; the gravest answer is that of all.
pub(crate) fn run(args: &CleanArgs) -> Result<Exit> {
    let rules = plan::rules(&Config::default(), &args.rules)?;
    let detector = Detector::new(rules.in_force);
    let mut exit = Exit::Clean;
    for path in &args.notebooks {
        let one = one(path, args, &detector).unwrap_or_else(|error| {
            complaint::print(&error);
            Exit::NoVerdict
        });
        exit = match (exit, one) {
            (Exit::Interrupted, _) | (_, Exit::Interrupted) => Exit::Interrupted,
            (Exit::NoVerdict, _) | (_, Exit::NoVerdict) => Exit::NoVerdict,
            (Exit::Findings, _) | (_, Exit::Findings) => Exit::Findings,
            (Exit::Clean, Exit::Clean) => Exit::Clean,
        };
    }
    Ok(exit)
}

/// Shows what would change in a notebook, asks, and changes it.
fn one(path: &Path, args: &CleanArgs, detector: &Detector) -> Result<Exit> {
    let name = path.display();
    let bytes = read(path).with_context(|| format!("cannot read {name}"))?;
    let cleaned = cleaned(path, &bytes, detector).with_context(|| format!("cannot clean {name}"))?;
    let mut exit = Exit::Clean;
    if !cleaned.edits.is_empty() {
        let shown = source::shown(path);
        Output::stdout().deliver(|out| diff::write(&shown, &bytes, &cleaned.edits, detector, out))?;
        if args.check || !(args.yes || agreed(path)?) {
            exit = Exit::Findings;
        } else if read(path).with_context(|| format!("cannot read {name}"))? == bytes {
            write_file(path, &cleaned.bytes)?;
        } else {
            bail!("{name} has changed since it was read, and is left as it is");
        }
    }
    if cleaned.left.is_empty() {
        return Ok(exit);
    }
    let line = |at: usize| 1 + memchr::memchr_iter(b'\n', &bytes[..at]).count();
    let lines: Vec<_> = cleaned.left.iter().map(|raw| line(raw.start).to_string()).collect();
    let what = format!("{name} still holds secrets that no edit can take out, on line {}", lines.join(", "));
    Err(Advised::new(what, "take them out by hand, and revoke the keys").into())
}

/// All of a notebook.
fn read(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if !fs::metadata(path)?.is_file() {
        bail!("it is not a file");
    }
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        bail!("it is larger than {} MiB", LARGEST >> 20);
    }
    Ok(bytes)
}

/// The notebook without its secrets; what a second look still finds is left, too.
fn cleaned(path: &Path, bytes: &[u8], detector: &Detector) -> Result<Cleaned> {
    let shown = source::shown(path);
    let provenance = Provenance { shown: &shown, relative: &shown };
    let hint = "only Jupyter notebooks can be cleaned";
    let no_notebook = |broken| Advised::new(format!("it is no notebook: {broken}"), hint);
    let removals = scan::removals(detector, bytes, provenance).map_err(no_notebook)?;
    let mut cleaned = clean(bytes, &removals).map_err(no_notebook)?;
    let again = scan::removals(detector, &cleaned.bytes, provenance).map_err(no_notebook)?;
    if cleaned.left.is_empty() && !again.is_empty() {
        // Where in the old file they stand is not known; the first of these is near.
        cleaned.left.extend(removals.first().map(|removal| removal.raw.clone()));
    }
    Ok(cleaned)
}

/// Asks the person at the terminal.
#[expect(clippy::print_stderr, reason = "a question is no part of the output")]
fn agreed(path: &Path) -> Result<bool> {
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        let what = format!("{} is left as it is, for there is nobody to ask", path.display());
        return Err(Advised::new(what, "give --yes to change it, or --check to only look").into());
    }
    eprint!("change {}? [y/N] ", complaint::shown(&path.display().to_string()));
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
