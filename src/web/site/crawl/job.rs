//! An address that is to be asked for, and the way that leads to it.

use std::sync::Arc;

use url::Url;

use crate::web::site::names::{Need, Role};

/// A document on the way to another.
#[derive(Debug)]
pub(super) struct Way {
    address: String,
    before: Option<Arc<Way>>,
}

/// The addresses of a way, the first one first.
pub(super) fn addresses(way: Option<&Arc<Way>>) -> Vec<String> {
    let mut found: Vec<String> =
        std::iter::successors(way, |way| way.before.as_ref()).map(|way| way.address.clone()).collect();
    found.reverse();
    found
}

/// An address that is to be asked for.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) url: Url,
    pub(super) role: Role,
    pub(super) need: Need,
    /// What leads to it.
    pub(super) via: Option<Arc<Way>>,
    /// What addresses are relative to in the page that it belongs to.
    pub(super) page: Arc<Url>,
    /// References since the last page that was linked.
    pub(super) depth: u32,
    /// Links since the page that was named.
    pub(super) clicks: u32,
    /// The addresses that redirected to it.
    pub(super) hops: Vec<String>,
    /// How often it was asked for.
    pub(super) tries: u32,
    /// Whether the user named it.
    pub(super) is_named: bool,
    /// Whether it is `robots.txt`, asked for because of what it says.
    pub(super) is_robots: bool,
}

impl Job {
    /// A page that the user named.
    pub(super) fn page(url: &Url) -> Self {
        Self {
            url: url.clone(),
            role: Role::Page,
            need: Need::Needed,
            via: None,
            page: Arc::new(url.clone()),
            depth: 0,
            clicks: 0,
            hops: Vec::new(),
            tries: 0,
            is_named: true,
            is_robots: false,
        }
    }

    /// The file that says what of an origin may be fetched.
    pub(super) fn robots(origin: &Url) -> Option<Self> {
        let url = origin.join("/robots.txt").ok()?;
        let page = Self::page(&url);
        Some(Self { role: Role::Other, need: Need::Guess, is_named: false, is_robots: true, ..page })
    }

    pub(super) fn address(&self) -> &str {
        self.url.as_str()
    }

    /// The way through this document.
    pub(super) fn way(&self) -> Arc<Way> {
        Arc::new(Way { address: self.address().to_owned(), before: self.via.clone() })
    }

    /// What is asked for first: what is certain before guesses, and what is near before what is far.
    pub(super) fn rank(&self) -> (bool, u32) {
        (self.need == Need::Guess, self.clicks.saturating_add(self.depth))
    }
}
