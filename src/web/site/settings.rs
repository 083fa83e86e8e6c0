//! What is fetched of a front end, and how much of it at most.

use std::time::Duration;

/// What to fetch, with limits that hold a hostile site as well.
///
/// Begin with [`default`](Self::default) and set what differs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The pages to begin with, with the scheme: `http` or `https`.
    pub urls: Vec<String>,
    /// Other sites that belong to this one: `https://cdn.example.com`, `cdn.example.com:8443`,
    /// or `*.example.com` for all names below it.
    pub include_origins: Vec<String>,
    /// Whether pages that are linked, and those of the sitemap, are fetched as well.
    pub crawl: bool,
    /// Whether `robots.txt` is not asked.
    pub ignore_robots: bool,
    /// Whether addresses that are not of the public internet may be connected to.
    pub allow_private: bool,
    /// How many references deep what belongs to a page is followed: script, chunk, chunk of that.
    pub depth: u32,
    /// How many links away from the first page a page is fetched, with [`crawl`](Self::crawl).
    pub crawl_depth: u32,
    /// Most requests, guesses and redirects included, `robots.txt` not.
    pub documents: u64,
    /// Most bytes of one answer, as they come and decompressed.
    pub document_bytes: u64,
    /// Most bytes of all answers, decompressed.
    pub total_bytes: u64,
    /// How long one request may take. An answer may go on for longer as long as it comes at
    /// [`least_rate`](Self::least_rate) in the mean.
    pub request_time: Duration,
    /// Bytes a second.
    pub least_rate: u64,
    /// How long all may take.
    pub total_time: Duration,
    /// Most requests a second to one origin.
    pub rate: u32,
    /// Connections at once.
    pub connections: usize,
    /// What the program calls itself.
    pub user_agent: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            urls: Vec::new(),
            include_origins: Vec::new(),
            crawl: false,
            ignore_robots: false,
            allow_private: false,
            depth: 8,
            crawl_depth: 3,
            documents: 2_000,
            document_bytes: 32 << 20,
            total_bytes: 1 << 30,
            request_time: Duration::from_secs(20),
            least_rate: 256 << 10,
            total_time: Duration::from_secs(600),
            rate: 10,
            connections: 4,
            user_agent: concat!(
                "baseleak/",
                env!("CARGO_PKG_VERSION"),
                " (+https://github.com/baseleak/baseleak)"
            )
            .to_owned(),
        }
    }
}
