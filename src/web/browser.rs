//! Has a browser load a page, and listens.
//!
//! An installed Chromium, Chrome or Edge is driven over the `DevTools` protocol by messages of
//! our own. It shows what static reading misses: code that is only put together as it runs, and
//! the headers that really go out. A page runs as a visitor's would, in a new profile that is
//! removed after it; it gets no permission, stores nothing, and stays on its site.
//!
//! **Invariant:** the browser reaches nothing but through `gate`; what the page would send to
//! Baseten is written down and not sent, so that a leaked key is neither used nor billed.

#[cfg(unix)]
mod collect;
#[cfg(unix)]
mod gate;
#[cfg(unix)]
mod log;
#[cfg(unix)]
mod page;
#[cfg(unix)]
mod process;
#[cfg(unix)]
mod program;
#[cfg(unix)]
mod session;
#[cfg(unix)]
mod wire;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use super::Receiver;
use super::site::WebError;

/// How pages are loaded.
///
/// Begin with [`default`](Self::default) and set what differs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The browser; where it is none, the first of those that are installed.
    pub program: Option<PathBuf>,
    /// Whether addresses that are not of the public internet may be connected to.
    pub allow_private: bool,
    /// Other sites whose documents are handed over, as those of [`site`](super::site).
    pub include_origins: Vec<String>,
    /// How long a page may take.
    pub page_time: Duration,
    /// How long a page that was loaded must ask for nothing to be done.
    pub idle_time: Duration,
    /// How long all pages may take; those that no time is left for are skipped.
    pub total_time: Duration,
    /// Most bytes that a page may load, as they come and decompressed, and most that it may send.
    pub page_bytes: u64,
    /// What the browser calls itself, where not by its own name.
    pub user_agent: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            program: None,
            allow_private: false,
            include_origins: Vec::new(),
            page_time: Duration::from_secs(30),
            idle_time: Duration::from_millis(500),
            total_time: Duration::from_secs(600),
            page_bytes: 256 << 20,
            user_agent: None,
        }
    }
}

/// What there is to say of a browser that was used.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// A sentence each.
    pub notes: Vec<String>,
}

/// Why no page can be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BrowserError {
    /// An address is none.
    #[error(transparent)]
    Address(#[from] WebError),
    /// None is installed.
    #[error("no browser is installed: Chromium, Chrome or Edge")]
    Missing,
    /// It cannot be started.
    #[error("the browser {} cannot be started", .program.display())]
    Start {
        /// Which.
        program: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// It ended, or said nothing, before any page was loaded.
    #[error("the browser {} does not answer", .program.display())]
    Silent {
        /// Which.
        program: PathBuf,
    },
    /// It wants a sandbox, which the system does not let it have.
    #[error("the browser {} cannot set up its sandbox", .program.display())]
    Sandbox {
        /// Which.
        program: PathBuf,
    },
    /// The way to the network cannot be set up.
    #[error("no port can be opened for the browser's way to the network")]
    Gate(#[source] io::Error),
    /// This system is not supported.
    #[error("a browser can be driven on Linux and macOS only")]
    System,
}

impl BrowserError {
    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Address(_) => "name pages as https://example.com/",
            Self::Missing if cfg!(target_os = "macos") => "install one: brew install --cask chromium",
            Self::Missing => "install one: apt-get install chromium",
            Self::Start { .. } | Self::Silent { .. } => {
                "start it by hand with --headless --dump-dom about:blank to see what it says"
            }
            Self::Sandbox { .. } => {
                "allow user namespaces on this machine, or in a container that is thrown away run as root"
            }
            Self::Gate(_) => "see whether anything listens on 127.0.0.1 with this user's limits",
            Self::System => {
                "save a capture from the developer tools of a browser, and read it with --har FILE"
            }
        }
    }
}

/// Loads the pages at `urls`, one after the other, and hands over what they asked for, what
/// came, what they became and what they keep.
///
/// For each request there is an exchange. Its headers are those that were sent, and what was
/// posted; headers and content of the answer are there where it is of the site. Frames of a
/// `WebSocket` are lines of `posted` and `body`. A page as it stands when it is done comes as
/// an exchange of the method `DOM`, one for each of its frames, with what is stored as
/// `name=value`. Content that is made up in the page has the address `data:… in PAGE` or
/// `blob:… in PAGE`.
///
/// # Errors
/// When no page can be loaded at all. A page that does not come, and what of it does not, is
/// skipped.
pub fn load(
    urls: &[String],
    settings: &Settings,
    receiver: &mut dyn Receiver,
) -> Result<Summary, BrowserError> {
    #[cfg(unix)]
    return session::load(urls, settings, receiver);
    #[cfg(not(unix))]
    {
        let _ = (urls, settings, receiver);
        Err(BrowserError::System)
    }
}
