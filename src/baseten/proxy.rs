//! Which proxy a request goes through, by the environment variables that curl reads.
//!
//! Requests without TLS go to loopback addresses only, and those through no proxy, so
//! `HTTP_PROXY` is read and never applies. Settings of the desktop are not asked.

use std::ffi::OsString;
use std::net::IpAddr;

use super::ApiError;
use super::remote::is_loopback;

/// The proxy, and the hosts that are asked without it.
#[derive(Debug, Default)]
pub(super) struct Proxies {
    pub(super) proxy: Option<ureq::Proxy>,
    exempt: Vec<String>,
}

impl Proxies {
    /// Reads the environment; lower-case names come first, and an empty variable is none.
    pub(super) fn from_env(env: &dyn Fn(&str) -> Option<OsString>) -> Result<Self, ApiError> {
        let unusable = ApiError::Unusable { what: "the environment names a proxy that is no address" };
        let named = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
        let Some(url) = named.iter().find_map(|name| env(name).filter(|url| !url.is_empty())) else {
            return Ok(Self::default());
        };
        let url = url.into_string().map_err(|_| unusable.clone())?;
        let url = if url.contains("://") { url } else { format!("http://{url}") };
        let proxy = ureq::Proxy::new(url.trim()).map_err(|_| unusable)?;
        let exempt =
            ["no_proxy", "NO_PROXY"].iter().find_map(|name| env(name).filter(|list| !list.is_empty()));
        let exempt = exempt.map(|list| list.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
        let entries = exempt.split([',', ' ', '\t']).filter(|entry| !entry.is_empty());
        Ok(Self { proxy: Some(proxy), exempt: entries.map(str::to_owned).collect() })
    }

    /// Whether `host` (IPv6 in brackets) is asked through the proxy.
    pub(super) fn apply(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let host = host.trim_start_matches('[').trim_end_matches([']', '.']);
        self.proxy.is_some() && !is_loopback(host) && !self.exempt.iter().any(|entry| covers(entry, host))
    }
}

/// Whether an entry of `NO_PROXY` covers a host: everything, an address, a network, or
/// a name with all names below it.
fn covers(entry: &str, host: &str) -> bool {
    if entry == "*" {
        return true;
    }
    if let Ok(ip) = host.parse::<IpAddr>() {
        let (network, bits) = entry.split_once('/').map_or((entry, None), |(ip, bits)| (ip, Some(bits)));
        let network = network.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        return network.is_ok_and(|network| in_network(ip, network, bits));
    }
    let name = entry.trim_start_matches("*.").trim_start_matches('.').trim_end_matches('.');
    host.strip_suffix(name).is_some_and(|rest| !name.is_empty() && (rest.is_empty() || rest.ends_with('.')))
}

/// Whether `ip` lies in `network`, whose first `bits` count; all of them without.
fn in_network(ip: IpAddr, network: IpAddr, bits: Option<&str>) -> bool {
    let (one, other, width) = match (ip, network) {
        (IpAddr::V4(one), IpAddr::V4(other)) => (u32::from(one).into(), u32::from(other).into(), 32),
        (IpAddr::V6(one), IpAddr::V6(other)) => (u128::from(one), u128::from(other), 128),
        _ => return false,
    };
    let Some(bits) = bits.map_or(Some(width), |bits| bits.parse().ok()).filter(|bits| *bits <= width) else {
        return false;
    };
    (one ^ other).checked_shr(width - bits).unwrap_or(0) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The proxy's address, if `host` is asked through one.
    fn check(env: &[(&str, &str)], host: &str, expect: Option<&str>) {
        let read = |name: &str| env.iter().find(|(other, _)| *other == name).map(|(_, value)| value.into());
        let proxies = Proxies::from_env(&read).expect("the proxy is an address");
        let proxy = proxies.proxy.as_ref().filter(|_| proxies.apply(host));
        let proxy = proxy.map(|proxy| format!("{}:{}", proxy.host(), proxy.port()));
        assert_eq!(proxy.as_deref(), expect, "{env:?} {host}");
    }

    #[test]
    fn proxies_are_chosen_as_curl_does() {
        let host = "api.baseten.co";
        check(&[], host, None);
        check(&[("HTTPS_PROXY", "http://p:1")], host, Some("p:1"));
        check(&[("HTTPS_PROXY", "p:1")], host, Some("p:1"));
        check(&[("HTTPS_PROXY", "http://me:pass@p:1/")], host, Some("p:1"));
        check(&[("HTTPS_PROXY", "p:1"), ("https_proxy", "q:2")], host, Some("q:2"));
        check(&[("HTTPS_PROXY", "p:1"), ("https_proxy", "")], host, Some("p:1"));
        check(&[("HTTPS_PROXY", "p:1"), ("ALL_PROXY", "q:2")], host, Some("p:1"));
        check(&[("ALL_PROXY", "socks5h://q:2")], host, Some("q:2"));
        check(&[("HTTP_PROXY", "p:1"), ("http_proxy", "p:1")], host, None);
        for host in ["localhost", "api.localhost", "127.0.0.1", "127.9.9.9", "[::1]", "LOCALHOST"] {
            check(&[("ALL_PROXY", "p:1")], host, None);
        }
    }

    #[test]
    fn exemptions_are_read_as_curl_does() {
        let table = [
            ("*", "api.baseten.co", true),
            ("baseten.co", "api.baseten.co", true),
            (".baseten.co", "api.baseten.co", true),
            ("*.baseten.co", "api.baseten.co", true),
            ("a.example, Baseten.CO.", "API.baseten.co.", true),
            ("a.example api.baseten.co", "api.baseten.co", true),
            ("seten.co", "api.baseten.co", false),
            ("api.baseten.co", "baseten.co", false),
            (",,.", "api.baseten.co", false),
            ("10.0.0.5", "10.0.0.5", true),
            ("10.0.0.0/8", "10.1.2.3", true),
            ("10.0.0.0/8", "11.1.2.3", false),
            ("0.0.0.0/0", "11.1.2.3", true),
            ("10.0.0.0/33", "10.0.0.0", false),
            ("fd00::/8", "[fd12::1]", true),
            ("[fd12::1]", "[fd12::1]", true),
            ("fd00::/8", "[fe80::1]", false),
            ("0.0.0.5", "10.0.0.5", false),
        ];
        for (list, host, exempt) in table {
            let through = Some("p:1").filter(|_| !exempt);
            check(&[("ALL_PROXY", "p:1"), ("NO_PROXY", list)], host, through);
        }
    }

    #[test]
    fn a_proxy_that_is_none_is_an_error_and_not_passed_over() {
        for url in ["http://", "ftp://p:1", "http://a b", "http://me:hunter2@"] {
            let error = Proxies::from_env(&|_| Some(url.into())).expect_err(url);
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
    }
}
