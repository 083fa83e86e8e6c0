//! Which addresses may be connected to.
//!
//! Who runs this on other people's addresses must not be made to fetch what only the own
//! network reaches. A name is resolved, each address it has is judged, and the connection is
//! opened to one of those that passed: nothing is resolved a second time in between.
//! Whether an address belongs to the site is not asked here; see `scope`.
//!
//! **Invariant:** what this module does not know to be public is refused.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;
use url::{Host, Url};

use crate::web::name::is_within;

/// What lifts the refusal.
const HINT: &str = "--allow-private lets it";

/// Networks of IPv4 that are not of the public internet, after the registry of IANA for
/// special purposes (RFC 6890): network, bits, what it is.
const NETWORKS: &[([u8; 4], u32, &str)] = &[
    ([0, 0, 0, 0], 8, "an address of no host"),
    ([10, 0, 0, 0], 8, "a private address"),
    ([100, 64, 0, 0], 10, "an address of a carrier's own network"),
    ([127, 0, 0, 0], 8, "a loopback address"),
    // Azure hands out what machines need there, though the address is a public one.
    ([168, 63, 129, 16], 32, "an address of a cloud's own services"),
    ([169, 254, 0, 0], 16, "a link-local address"),
    ([172, 16, 0, 0], 12, "a private address"),
    ([192, 0, 0, 0], 24, "a reserved address"),
    ([192, 0, 2, 0], 24, "an address for documentation"),
    ([192, 88, 99, 0], 24, "a reserved address"),
    ([192, 168, 0, 0], 16, "a private address"),
    ([198, 18, 0, 0], 15, "an address for benchmarks"),
    ([198, 51, 100, 0], 24, "an address for documentation"),
    ([203, 0, 113, 0], 24, "an address for documentation"),
    ([224, 0, 0, 0], 4, "a multicast address"),
    ([240, 0, 0, 0], 4, "a reserved address"),
];

/// The same of IPv6: the first 64 bits of the network, bits, what it is.
const NETWORKS_6: &[(u64, u32, &str)] = &[
    (0xfc00 << 48, 7, "a private address"),
    (0xfe80 << 48, 10, "a link-local address"),
    (0xfec0 << 48, 10, "a private address"),
    (0xff00 << 48, 8, "a multicast address"),
    (0x2001_0db8 << 32, 32, "an address for documentation"),
    (0x3fff << 48, 20, "an address for documentation"),
    // Among them Teredo, benchmarks, and identifiers that are routed nowhere.
    (0x2001 << 48, 23, "a reserved address"),
];

/// Ports that browsers do not fetch from, for what listens there speaks something else and may
/// take a request for a command; the list of the Fetch standard ("port blocking").
const PORTS: &[u16] = &[
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103,
    104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514,
    515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723,
    2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
];

/// What is admitted.
#[derive(Debug, Clone, Copy)]
pub(in crate::web) struct Guard {
    allow_private: bool,
}

/// Why a name or an address is refused.
#[derive(Debug, Clone)]
pub(in crate::web) struct Refused(pub(in crate::web) String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

impl Guard {
    /// One that admits the public internet, or every address.
    pub(in crate::web) fn new(allow_private: bool) -> Self {
        Self { allow_private }
    }

    /// Why an address is refused before any name is resolved, if it is: for its scheme, its
    /// port, or the number that stands for its host.
    pub(in crate::web) fn refuses(self, url: &Url) -> Option<Refused> {
        if !matches!(url.scheme(), "http" | "https") {
            return Some(Refused(format!("only http and https are fetched, not {}", url.scheme())));
        }
        if let Some(port) = url.port().filter(|port| PORTS.binary_search(port).is_ok()) {
            return Some(Refused(format!("port {port} is one that browsers do not fetch from")));
        }
        let ip: IpAddr = match url.host()? {
            Host::Ipv4(ip) => ip.into(),
            Host::Ipv6(ip) => ip.into(),
            // They mean this machine by RFC 6761, whoever resolves them.
            Host::Domain(name) if !self.allow_private && is_local(name) => {
                return Some(Refused(format!("{name} is a name of this machine; {HINT}")));
            }
            Host::Domain(_) => return None,
        };
        self.refuses_ip(ip)
    }

    /// Why a connection to `ip` is refused, if it is.
    pub(in crate::web) fn refuses_ip(self, ip: IpAddr) -> Option<Refused> {
        let what = kind(ip).filter(|_| !self.allow_private)?;
        Some(Refused(format!("{ip} is {what}; {HINT}")))
    }
}

/// Whether a name stands for the machine itself.
pub(super) fn is_local(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    is_within(&name.to_ascii_lowercase(), "localhost")
}

/// What an address is that is not of the public internet.
fn kind(ip: IpAddr) -> Option<String> {
    match ip {
        IpAddr::V4(ip) => kind_4(ip).map(str::to_owned),
        IpAddr::V6(ip) => kind_6(ip),
    }
}

fn kind_4(ip: Ipv4Addr) -> Option<&'static str> {
    let within = |(network, bits): ([u8; 4], u32)| {
        (ip.to_bits() ^ Ipv4Addr::from(network).to_bits()).checked_shr(32 - bits).unwrap_or(0) == 0
    };
    NETWORKS.iter().find(|(network, bits, _)| within((*network, *bits))).map(|(_, _, what)| *what)
}

fn kind_6(ip: Ipv6Addr) -> Option<String> {
    if ip.is_unspecified() {
        return Some("an address of no host".to_owned());
    }
    if ip.is_loopback() {
        return Some("a loopback address".to_owned());
    }
    if let Some(held) = embedded(ip) {
        let what = kind_4(held).map(|what| format!("another way to write {held}, {what}"));
        // The compatible form leads nowhere today.
        return what.or_else(|| (ip.to_bits() >> 32 == 0).then(|| "a reserved address".to_owned()));
    }
    let high = u64::try_from(ip.to_bits() >> 64).expect("it is half of it");
    let found = NETWORKS_6.iter().find(|(network, bits, _)| (high ^ network) >> (64 - bits) == 0);
    let found = found.map(|(_, _, what)| (*what).to_owned());
    // All that is given to hosts begins with the bits 001.
    found.or_else(|| (high >> 61 != 1).then(|| "a reserved address".to_owned()))
}

/// The address of IPv4 that an address of IPv6 leads to: mapped, compatible, translated
/// (RFC 2765), NAT64 (RFC 6052) and 6to4 (RFC 3056).
fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let [first, second, third, ..] = ip.segments();
    let last = u32::try_from(ip.to_bits() & u128::from(u32::MAX)).expect("it is 32 bits");
    match ip.to_bits() >> 32 {
        0 | 0xffff | 0xffff_0000 => Some(last.into()),
        high if high == 0x0064_ff9b_u128 << 64 => Some(last.into()),
        _ if first == 0x2002 => Some((u32::from(second) << 16 | u32::from(third)).into()),
        _ => None,
    }
}

/// Resolves names, and hands over only addresses that are admitted.
#[derive(Debug)]
pub(super) struct Resolved {
    guard: Guard,
    /// The proxy, which the user named and which mostly has a private address.
    exempt: Option<Uri>,
    inner: DefaultResolver,
}

impl Resolved {
    /// The host and port of `exempt` are connected to whatever its address is.
    pub(super) fn new(guard: Guard, exempt: Option<Uri>) -> Self {
        Self { guard, exempt, inner: DefaultResolver::default() }
    }

    fn is_exempt(&self, uri: &Uri) -> bool {
        self.exempt.as_ref().is_some_and(|proxy| {
            let host = proxy.host().unwrap_or_default();
            uri.host().is_some_and(|other| other.eq_ignore_ascii_case(host))
                && uri.port_u16() == proxy.port_u16()
        })
    }
}

impl Resolver for Resolved {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        if self.is_exempt(uri) {
            return Ok(found);
        }
        let (mut admitted, mut refused) = (self.empty(), None);
        for address in &found {
            match self.guard.refuses_ip(address.ip()) {
                None => admitted.push(*address),
                Some(reason) => refused = Some(reason),
            }
        }
        match refused {
            Some(Refused(reason)) if admitted.is_empty() => {
                let name = uri.host().unwrap_or_default();
                Err(ureq::Error::Other(Box::new(Refused(format!("the name {name} leads there: {reason}")))))
            }
            _ if admitted.is_empty() => Err(ureq::Error::HostNotFound),
            _ => Ok(admitted),
        }
    }
}

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;
