//! Fetches a page and what belongs to it: scripts, styles, frames, manifests, source maps,
//! workers, lazy chunks, and, where asked, the pages that are linked.
//!
//! Nothing of a page is carried out, so what only a running script makes up is not found;
//! `browser` does that. Everything is kept in memory only.
//!
//! **Invariant:** connections are opened only to addresses that `guard` admitted, on the site
//! that was named or included, and within the limits of [`Settings`], whatever a name, a redirect
//! or a page says; no credentials are sent. What is named and did not come is told.

mod body;
mod client;
mod crawl;
mod error;
pub(in crate::web) mod guard;
mod names;
mod proxy;
mod robots;
pub(in crate::web) mod scope;
mod settings;

use std::ffi::OsString;

use url::Url;

use super::Receiver;
use client::Client;
use crawl::Crawl;
use proxy::Proxies;
use scope::Scope;

pub use error::WebError;
pub use settings::Settings;

/// Front ends that are to be fetched.
pub struct Site {
    settings: Settings,
    pages: Vec<Url>,
    proxies: Proxies,
}

impl std::fmt::Debug for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Site").field("pages", &self.pages.len()).finish_non_exhaustive()
    }
}

impl Site {
    /// Front ends at the addresses that `settings` name, through the proxy that the environment
    /// names.
    ///
    /// # Errors
    /// When an address or an origin is none, or holds credentials; when the environment names a
    /// proxy that is none. Nothing is sent.
    pub fn new(settings: Settings) -> Result<Self, WebError> {
        Self::with(settings, &|name| std::env::var_os(name))
    }

    /// The same with an environment.
    fn with(settings: Settings, env: &dyn Fn(&str) -> Option<OsString>) -> Result<Self, WebError> {
        let pages = settings.urls.iter().map(|url| scope::page(url)).collect::<Result<Vec<_>, _>>()?;
        if pages.is_empty() {
            return Err(WebError::NoAddress);
        }
        Scope::new(&pages, &settings.include_origins)?;
        Ok(Self { proxies: Proxies::from_env(env)?, settings, pages })
    }

    /// What the user should know before anything is fetched.
    pub fn warning(&self) -> Option<&'static str> {
        (self.proxies.is_any() && !self.settings.allow_private).then_some(
            "the environment names a proxy, which resolves names by itself: addresses that a name leads to \
             only there are not checked",
        )
    }

    /// Fetches all, and tells `receiver` on this thread. The time of the settings begins now.
    ///
    /// # Errors
    /// When nothing can begin. A page that does not come is no error; the receiver is told.
    pub fn run(self, receiver: &mut dyn Receiver) -> Result<(), WebError> {
        let client = Client::new(&self.settings, self.proxies)?;
        let scope = Scope::new(&self.pages, &self.settings.include_origins)?;
        Crawl::new(&self.settings, &client, scope, receiver).run(&self.pages);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
