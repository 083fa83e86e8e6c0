//! Ctrl-C while keys are revoked or rotated: what is under way gets its proof, and nothing
//! else is begun.
//!
//! That is said at once, for a request may take its time.
//!
//! A second Ctrl-C ends the program at once; the trail tells what was begun.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

#[cfg(unix)]
use crate::cli::complaint::warn;

/// Ends the program; by custom 128 and the number of SIGINT.
const CODE: i32 = 130;

/// Whether the user wants no more.
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Takes notice from now on.
    pub(crate) fn watch() -> io::Result<Self> {
        let wanted = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // They run in this order, so that the first signal finds the flag not yet set.
            flag::register_conditional_shutdown(signal, CODE, Arc::clone(&wanted))?;
            flag::register(signal, Arc::clone(&wanted))?;
        }
        #[cfg(unix)]
        tell_at_once()?;
        Ok(Self(wanted))
    }

    /// Whether it was asked for.
    pub(crate) fn is_wanted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Says at the first signal that the run stops, from a thread of its own.
#[cfg(unix)]
fn tell_at_once() -> io::Result<()> {
    use std::io::Read as _;
    let (mut told, teller) = std::os::unix::net::UnixStream::pair()?;
    for signal in [SIGINT, SIGTERM] {
        signal_hook::low_level::pipe::register(signal, teller.try_clone()?)?;
    }
    std::thread::spawn(move || {
        if told.read_exact(&mut [0]).is_ok() {
            warn("stopping behind the request under way; once more ends the program at once");
        }
    });
    Ok(())
}
