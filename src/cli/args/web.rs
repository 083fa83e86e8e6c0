//! The arguments of `web`.

use std::path::PathBuf;
use std::time::Duration;

use super::{ScanOptions, size};

/// Scan a deployed front end: pages, and all that a visitor's browser would get with them.
///
/// Scripts, lazy chunks, styles, source maps, workers, manifests and inline state of the same site are fetched, each once; no credential is sent, and nothing is sent to Baseten. A finding in a bundle names the source file that it is from. Addresses that are not of the public internet are refused.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct WebArgs {
    /// Pages, such as `https://example.com/`
    #[arg(value_name = "URL")]
    pub(crate) urls: Vec<String>,
    /// Follow the links and the sitemap of the site to more pages
    #[arg(long, requires = "urls")]
    pub(crate) crawl: bool,
    /// Another site that belongs to this one, such as `https://cdn.example.com` or `*.example.com`; repeatable
    #[arg(long, value_name = "ORIGIN", requires = "urls")]
    pub(crate) include_origin: Vec<String>,
    /// Have an installed Chromium, Chrome or Edge load the pages, too, and see what they really send
    #[arg(long, requires = "urls")]
    pub(crate) browser: bool,
    /// Read a capture that a browser saved; without a URL no connection is opened; repeatable
    #[arg(long, value_name = "FILE")]
    pub(crate) har: Vec<PathBuf>,
    /// References that are followed from a page, one in the other: script, chunk, chunk of that [default: 8]
    #[arg(long, value_name = "N", requires = "urls")]
    pub(crate) depth: Option<u32>,
    /// Requests at most, guesses and redirects included [default: 2000]
    #[arg(long, value_name = "N", requires = "urls", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) max_documents: Option<u64>,
    /// The largest document that is read whole, such as `50MiB` [default: 32MiB]
    #[arg(long, value_name = "SIZE", requires = "urls", value_parser = size)]
    pub(crate) max_size: Option<u64>,
    /// How long all fetching may take, such as `90s`, `10m` or `1h` [default: 10m]
    #[arg(long, value_name = "TIME", requires = "urls", value_parser = span)]
    pub(crate) time_limit: Option<Duration>,
    /// Requests a second to one host at most [default: 10]
    #[arg(long, value_name = "N", requires = "urls", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) rate: Option<u32>,
    /// What the program calls itself
    #[arg(long, value_name = "TEXT", requires = "urls")]
    pub(crate) user_agent: Option<String>,
    /// Fetch also what `robots.txt` asks programs not to
    #[arg(long, requires = "urls")]
    pub(crate) ignore_robots: bool,
    /// Let private and loopback addresses be connected to, as for a server on this machine
    #[arg(long, requires = "urls")]
    pub(crate) allow_private: bool,
    #[command(flatten)]
    pub(crate) options: ScanOptions,
}

/// A span of time: a whole number of seconds, minutes or hours.
fn span(text: &str) -> Result<Duration, &'static str> {
    const WRONG: &str = "a time is a whole number with a unit: s, m or h, as in \"10m\"";
    let digits = text.trim_end_matches(['s', 'm', 'h']);
    let factor = match &text[digits.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err(WRONG),
    };
    let number: u32 = digits.parse().map_err(|_| WRONG)?;
    if number == 0 {
        return Err("a time of nothing reads nothing");
    }
    Ok(Duration::from_secs(u64::from(number) * factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_of_time() {
        for (text, expect) in [
            ("90s", Some(90)),
            ("10m", Some(600)),
            ("1h", Some(3600)),
            ("0s", None),
            ("10", None),
            ("10 m", None),
            ("ms", None),
            ("10mm", None),
            ("-1s", None),
            ("", None),
        ] {
            assert_eq!(span(text).ok().map(|span| span.as_secs()), expect, "{text}");
        }
    }
}
