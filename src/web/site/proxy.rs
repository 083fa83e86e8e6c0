//! The proxy that the environment names, by the variables that curl reads.
//!
//! A proxy resolves names by itself, and what it connects to cannot be checked from here:
//! literal addresses and names of this machine are refused all the same, and where the name is
//! known here, by the addresses that it has here. With `socks4` and `socks5` names are resolved
//! here, and the guard holds as without a proxy.

use std::ffi::OsString;
use std::net::IpAddr;

use url::{Host, Url};

use super::error::WebError;
use super::guard::is_local;
use crate::web::name::is_within;

/// The proxies by scheme, and the hosts that are asked without one.
#[derive(Debug, Default)]
pub(super) struct Proxies {
    http: Option<ureq::Proxy>,
    https: Option<ureq::Proxy>,
    exempt: Vec<String>,
}

impl Proxies {
    /// Reads the environment; lower-case names come first, and an empty variable is none.
    pub(super) fn from_env(env: &dyn Fn(&str) -> Option<OsString>) -> Result<Self, WebError> {
        let read = |names: &[&'static str]| {
            let named = names.iter().find_map(|&name| Some((name, env(name).filter(|url| !url.is_empty())?)));
            named.map(|(variable, url)| parsed(&url).ok_or(WebError::Proxy { variable })).transpose()
        };
        // What a web server is told in `HTTP_PROXY` may come from a header of a request.
        let http = read(&["http_proxy", "all_proxy", "ALL_PROXY"])?;
        let https = read(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])?;
        let exempt =
            ["no_proxy", "NO_PROXY"].iter().find_map(|name| env(name).filter(|list| !list.is_empty()));
        let exempt = exempt.map(|list| list.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
        let entries = exempt.split([',', ' ', '\t']).filter(|entry| !entry.is_empty());
        Ok(Self { http, https, exempt: entries.map(str::to_owned).collect() })
    }

    /// The proxy through which `url` is asked; hosts of this machine are asked directly.
    pub(super) fn of(&self, url: &Url) -> Option<&ureq::Proxy> {
        let proxy = if url.scheme() == "https" { &self.https } else { &self.http };
        let (name, ip) = match url.host()? {
            Host::Domain(name) => (name.trim_end_matches('.'), None),
            Host::Ipv4(ip) => ("", Some(IpAddr::V4(ip))),
            Host::Ipv6(ip) => ("", Some(IpAddr::V6(ip))),
        };
        let is_here = ip.is_some_and(|ip| ip.is_loopback()) || is_local(name);
        let is_exempt = || self.exempt.iter().any(|entry| covers(entry, name, ip));
        proxy.as_ref().filter(|_| !is_here && !is_exempt())
    }

    /// Whether there is one.
    pub(super) fn is_any(&self) -> bool {
        self.http.is_some() || self.https.is_some()
    }

    /// Those there are, each with whether it is that for `https`.
    pub(super) fn both(&self) -> [Option<&ureq::Proxy>; 2] {
        [self.http.as_ref(), self.https.as_ref()]
    }
}

/// The proxy at an address.
fn parsed(url: &OsString) -> Option<ureq::Proxy> {
    let url = url.to_str()?.trim();
    let url = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
    ureq::Proxy::new(&url).ok()
}

/// Whether an entry of `NO_PROXY` covers a host: everything, a network, or a name with all
/// names below it.
fn covers(entry: &str, name: &str, ip: Option<IpAddr>) -> bool {
    if entry == "*" {
        return true;
    }
    let Some(ip) = ip else {
        let entry = entry.trim_start_matches("*.").trim_start_matches('.').trim_end_matches('.');
        return !entry.is_empty() && is_within(name, entry);
    };
    let (network, bits) =
        entry.split_once('/').map_or((entry, None), |(network, bits)| (network, Some(bits)));
    let network = network.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let (one, other, width) = match (ip, network) {
        (IpAddr::V4(ip), Ok(IpAddr::V4(network))) => (u128::from(ip.to_bits()), network.to_bits().into(), 32),
        (IpAddr::V6(ip), Ok(IpAddr::V6(network))) => (ip.to_bits(), network.to_bits(), 128),
        _ => return false,
    };
    let bits: Option<u32> = bits.map_or(Some(width), |bits| bits.parse().ok()).filter(|bits| *bits <= width);
    bits.is_some_and(|bits| (one ^ other).checked_shr(width - bits).unwrap_or(0) == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The proxy through which `url` is asked.
    fn check(env: &[(&str, &str)], url: &str, expect: Option<&str>) {
        let read = |name: &str| env.iter().find(|(other, _)| *other == name).map(|(_, value)| value.into());
        let proxies = Proxies::from_env(&read).expect("the proxy is an address");
        let url = Url::parse(url).expect("it is an address");
        let proxy = proxies.of(&url).map(|proxy| format!("{}:{}", proxy.host(), proxy.port()));
        assert_eq!(proxy.as_deref(), expect, "{env:?} {url}");
    }

    #[test]
    fn a_proxy_is_chosen_by_scheme_and_host() {
        let (safe, plain) = ("https://example.com/", "http://example.com/");
        check(&[], safe, None);
        check(&[("https_proxy", "http://p:1")], safe, Some("p:1"));
        check(&[("https_proxy", "http://p:1")], plain, None);
        check(&[("HTTPS_PROXY", "p:1"), ("https_proxy", "q:2")], safe, Some("q:2"));
        check(&[("http_proxy", "p:1")], plain, Some("p:1"));
        check(&[("HTTP_PROXY", "p:1")], plain, None);
        check(&[("ALL_PROXY", "socks5://p:1")], plain, Some("p:1"));
        check(&[("ALL_PROXY", "p:1"), ("NO_PROXY", ".example.com")], safe, None);
        check(&[("ALL_PROXY", "p:1"), ("NO_PROXY", "ample.com")], safe, Some("p:1"));
        check(&[("ALL_PROXY", "p:1"), ("no_proxy", "a.test, *")], safe, None);
        check(&[("ALL_PROXY", "p:1"), ("no_proxy", "93.184.0.0/16")], "http://93.184.216.34/", None);
        check(&[("ALL_PROXY", "p:1"), ("no_proxy", "93.185.0.0/16")], "http://93.184.216.34/", Some("p:1"));
        for here in ["http://localhost/", "http://127.0.0.1/", "https://[::1]/", "http://a.localhost/"] {
            check(&[("ALL_PROXY", "p:1")], here, None);
        }
    }

    #[test]
    fn a_proxy_that_is_none_is_an_error_that_does_not_quote_it() {
        for url in ["http://", "ftp://p:1", "http://a b", "http://me:hunter2@"] {
            let read = |name: &str| (name == "https_proxy").then(|| url.into());
            let error = Proxies::from_env(&read).expect_err(url);
            assert!(error.to_string().contains("https_proxy"), "{error}");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
    }
}
