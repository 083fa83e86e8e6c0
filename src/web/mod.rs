//! Deployed front ends: from an address to everything that a visitor's browser would get.
//!
//! Three ways lead to the same [`Exchange`]s: fetching what pages name (`site`), a browser that
//! loads them (`browser`), and a capture of one (`har`). Nothing is looked for here.
//!
//! **Invariant:** no credential is sent, and no connection is opened to an address that
//! `guard` does not admit, whatever a name, a redirect or a page says.

mod base64;
pub mod browser;
mod devtools;
pub mod har;
pub mod name;
pub mod original;
pub mod site;

/// What was asked for and what came back.
#[derive(Debug, Clone, Default)]
pub struct Exchange {
    /// The address, without the fragment.
    pub address: String,
    /// The address as it was written, where that says more: with a fragment, or with fields
    /// that stand beside it. More than one where a browser tells of it several times.
    pub addresses: Vec<String>,
    /// The addresses that lead to it, the page first; empty where it is a page that was named.
    pub via: Vec<String>,
    /// `GET`, in capitals.
    pub method: String,
    /// The headers that a browser sent, names in lower case; empty where we asked ourselves.
    pub sent: Vec<(String, String)>,
    /// What a browser posted.
    pub posted: Vec<u8>,
    /// The status of the answer; 0 where none came.
    pub status: u16,
    /// The headers of the answer, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The content of the answer, decompressed; as much as the limit allows.
    pub body: Vec<u8>,
    /// What a page keeps in the browser, by where: `local storage`, `session storage`, `cookie`;
    /// and each `comment` in a capture.
    pub stored: Vec<(String, String)>,
}

/// What receives a front end, on one thread at a time.
pub trait Receiver {
    /// Something came.
    fn exchange(&mut self, exchange: Exchange);
    /// What was asked for, or belongs to a page, did not come or not wholly: why. What came of
    /// it is received as well.
    fn skipped(&mut self, address: &str, why: &str);
    /// An address was not asked for, being policy: it is on another site. Images and links of the
    /// own site are told of nowhere.
    fn foreign(&mut self, address: &str);
    /// An address was not asked for because `robots.txt` asks not to.
    fn disallowed(&mut self, address: &str);
}
