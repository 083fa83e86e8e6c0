//! The report as JSON Lines on standard output while the scan goes on.
//!
//! What a line holds is the renderer's business; here they are written one by one, from
//! whichever thread comes, and flushed, so that a reader sees each as soon as it is there.
//!
//! **Invariant:** a reader that went away ends the writing and nothing else: the scan goes
//! on, and the exit code is what it earned.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result};
use baseleak::model::{Finding, Report, Suppressed};
use baseleak::render::github::Muted;
use baseleak::render::jsonl::Told;
use baseleak::suppress::AtOnce;

use super::output::is_obeyed;

/// A report that is written while its scan goes on.
pub(crate) struct Stream<W = Box<dyn Write + Send>>(Mutex<State<W>>);

struct State<W> {
    out: W,
    told: Told,
    /// The line that is being made.
    line: Vec<u8>,
    /// What went wrong first; nothing is written after that.
    failed: Option<io::Error>,
}

impl Stream {
    /// One to standard output.
    pub(crate) fn stdout() -> Self {
        if is_obeyed() {
            Self::new(Box::new(Muted::new(io::stdout())))
        } else {
            Self::new(Box::new(io::stdout()))
        }
    }
}

impl<W: Write> Stream<W> {
    fn new(out: W) -> Self {
        Self(Mutex::new(State { out, told: Told::default(), line: Vec::new(), failed: None }))
    }

    /// Writes the first line now, so that a reader knows of the scan before it begins.
    pub(crate) fn begin(&self) {
        self.write(|told, line| told.begin(env!("CARGO_PKG_VERSION"), line));
    }

    /// Tells of `finding` now, if `at_once` can say what becomes of it.
    pub(crate) fn tell(&self, finding: &Finding, at_once: impl Fn(&Finding) -> AtOnce) {
        let settled = match at_once(finding) {
            AtOnce::Later => return,
            AtOnce::Counts => None,
            AtOnce::Suppressed(by) => Some(Suppressed { finding: finding.clone(), by }),
        };
        self.write(|told, line| {
            told.begin(env!("CARGO_PKG_VERSION"), line)?;
            match &settled {
                None => told.finding(finding, line),
                Some(suppressed) => told.suppressed(suppressed, line),
            }
        });
    }

    /// Writes what is not told yet of `report`, and the last line.
    ///
    /// # Errors
    /// When the system fails, now or before; not where the reader went away.
    pub(crate) fn end(&self, report: &Report) -> Result<()> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let State { out, told, failed, .. } = &mut *state;
        if failed.is_none() {
            let mut out = io::BufWriter::new(out);
            *failed = told.end(report, &mut out).and_then(|()| out.flush()).err();
        }
        match failed.take() {
            Some(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(error).context("cannot write the report to standard output")
            }
            _ => Ok(()),
        }
    }

    fn write(&self, make: impl FnOnce(&mut Told, &mut dyn Write) -> io::Result<()>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let State { out, told, line, failed } = &mut *state;
        if failed.is_none() {
            line.clear();
            let written = make(told, line).and_then(|()| out.write_all(line));
            *failed = written.and_then(|()| out.flush()).err();
        }
    }
}

impl<W> fmt::Debug for Stream<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stream")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes so many writes and then fails in one way.
    struct Failing(usize, io::ErrorKind);

    impl Write for Failing {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            match self.0.checked_sub(1) {
                None => Err(self.1.into()),
                Some(left) => {
                    self.0 = left;
                    Ok(bytes.len())
                }
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn check(kind: io::ErrorKind, is_error: bool) {
        let report = Report::default();
        for writes in [0, 1] {
            let stream = Stream::new(Failing(writes, kind));
            stream.write(|told, line| told.begin("1.2.3", line));
            assert_eq!(stream.end(&report).is_err(), is_error, "{kind} after {writes} writes");
        }
    }

    #[test]
    fn a_broken_pipe_is_no_error_and_a_full_disk_is() {
        check(io::ErrorKind::BrokenPipe, false);
        check(io::ErrorKind::StorageFull, true);
    }
}
