//! Where Baseten is: the three hosts that belong to a remote.
//!
//! The names are those of Baseten's own command line. Where Truss and that command
//! line disagree, on hosts that are not Baseten's, the operator's own host is asked
//! and never one that the operator did not name. Nothing is resolved or connected here.
//!
//! **Invariant:** what a file names is `baseten.co` or below it; and nothing but a
//! loopback address is asked without TLS.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Who named the address of a remote, and so how far it is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// The operator, by a flag or the environment: any host with TLS, loopback without.
    Operator,
    /// A configuration file of the operator: `baseten.co` and its subdomains only.
    File,
}

/// Why an address is not taken for a remote. No variant repeats the whole address,
/// for a password may stand in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RemoteError {
    /// Not `https://` nor `http://`.
    #[error("the remote's address does not begin with https://")]
    Scheme,
    /// More than scheme, host and port.
    #[error("the remote's address may hold a scheme, a host and a port only")]
    More,
    /// No host, or one that is no name and no address.
    #[error("the remote's address does not name a host (write international names in their ASCII form)")]
    Host,
    /// A port that is none.
    #[error("the remote's address has a port that is none")]
    Port,
    /// No TLS, and not this machine.
    #[error("{host}: may be asked with https only")]
    Plain {
        /// The host.
        host: String,
    },
    /// A file names a host that is not Baseten's.
    #[error("{host}: is not Baseten's, and a file may not name another; name it with --remote-url")]
    Stranger {
        /// The host.
        host: String,
    },
}

/// The addresses of one Baseten, each a scheme, a host and perhaps a port, without a
/// slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    app: String,
    management: String,
    inference: String,
}

/// An address taken apart.
struct Address {
    scheme: &'static str,
    /// In lower case, without a dot at the end; IPv6 in brackets.
    host: String,
    /// Where it is not the scheme's own.
    port: Option<u16>,
}

impl Remote {
    /// Baseten's own cloud.
    pub fn baseten() -> Self {
        let of = |name: &str| format!("https://{name}.baseten.co");
        Self { app: of("app"), management: of("api"), inference: of("inference") }
    }

    /// The remote that is called by the address of its web application, or of its
    /// management API (`https://api.…`, as SDKs and Terraform call it).
    pub fn new(url: &str, trust: Trust) -> Result<Self, RemoteError> {
        let address = Address::parse(url)?;
        if trust == Trust::File && !address.is_baseten() {
            return Err(RemoteError::Stranger { host: address.host });
        }
        Ok(address.remote())
    }

    /// The same with another management API; the operator names it.
    pub fn with_management(self, url: &str) -> Result<Self, RemoteError> {
        Ok(Self { management: Address::parse(url)?.to_string(), ..self })
    }

    /// The same with another host for inference; the operator names it.
    pub fn with_inference(self, url: &str) -> Result<Self, RemoteError> {
        Ok(Self { inference: Address::parse(url)?.to_string(), ..self })
    }

    /// Where the web application is.
    pub fn app(&self) -> &str {
        &self.app
    }

    /// Where the management API is.
    pub fn management(&self) -> &str {
        &self.management
    }

    /// Where models are called.
    pub fn inference(&self) -> &str {
        &self.inference
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

impl Address {
    fn parse(url: &str) -> Result<Self, RemoteError> {
        let url = url.trim();
        let (scheme, rest) = url.split_once("://").ok_or(RemoteError::Scheme)?;
        let (scheme, own_port) = match scheme.to_ascii_lowercase().as_str() {
            "https" => ("https", 443),
            "http" => ("http", 80),
            _ => return Err(RemoteError::Scheme),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '\\', '?', '#', '@']) {
            return Err(RemoteError::More);
        }
        let end = rest.rfind(']').map_or(0, |bracket| bracket + 1);
        let (host, port) = match rest[end..].split_once(':') {
            None => (rest, None),
            Some((before, port)) => (&rest[..end + before.len()], Some(port)),
        };
        let digits = |port: &&str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        let port = match port.map(|port| Some(port).filter(digits).and_then(|port| port.parse().ok())) {
            Some(None | Some(0)) => return Err(RemoteError::Port),
            Some(Some(port)) if port != own_port => Some(port),
            _ => None,
        };
        let host = host_name(host).ok_or(RemoteError::Host)?;
        if scheme == "http" && !is_loopback(&host) {
            return Err(RemoteError::Plain { host });
        }
        Ok(Self { scheme, host, port })
    }

    fn is_baseten(&self) -> bool {
        self.host == "baseten.co" || self.host.ends_with(".baseten.co")
    }

    fn remote(self) -> Remote {
        let of = |host: &str, port| Self { scheme: self.scheme, host: host.to_owned(), port }.to_string();
        let host = self.host.as_str();
        if self.scheme == "http" && self.port == Some(8000) && matches!(host, "localhost" | "api.localhost") {
            return Remote {
                app: of("localhost", self.port),
                management: of("api.localhost", self.port),
                inference: of("localhost", Some(9090)),
            };
        }
        // An address of a machine has no names below it; neither has this machine, as
        // a rule, so that one server answers for all three.
        if is_loopback(host) || ip(host).is_some() {
            let one = self.to_string();
            return Remote { app: one.clone(), management: one.clone(), inference: one };
        }
        let api = host.strip_prefix("api.").filter(|rest| rest.contains('.'));
        let base = api.unwrap_or_else(|| host.strip_prefix("app.").unwrap_or(host));
        // Baseten's development remote is the one whose hosts have another name.
        let (app, base) = match base {
            "dev.baseten.co" | "mc-dev.baseten.co" => ("app.dev.baseten.co".to_owned(), "mc-dev.baseten.co"),
            base if api.is_some() => (format!("app.{base}"), base),
            base => (host.to_owned(), base),
        };
        Remote {
            app: of(&app, self.port),
            management: of(&format!("api.{base}"), self.port),
            inference: of(&format!("inference.{base}"), self.port),
        }
    }
}

/// The host in lower case and without its last dot, if it is a name or an address.
fn host_name(host: &str) -> Option<String> {
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    if host.starts_with('[') {
        let inner = host.strip_prefix('[')?.strip_suffix(']')?;
        return inner.parse::<Ipv6Addr>().ok().map(|address| format!("[{address}]"));
    }
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    // Systems read numbers in many ways as addresses; only the usual one is taken.
    let last = host.rsplit('.').next()?;
    let is_number = last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x");
    let good = host.len() <= 253 && host.split('.').all(label);
    (good && (!is_number || host.parse::<Ipv4Addr>().is_ok())).then_some(host)
}

/// `host` as an address.
fn ip(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Whether `host` is this machine: by its address, or by the names that never leave it.
pub(super) fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost") || ip(host).is_some_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, trust: Trust, expect: Result<[&str; 3], &str>) {
        let remote = Remote::new(url, trust);
        match (&remote, expect) {
            (Ok(remote), Ok(bases)) => {
                assert_eq!([remote.app(), remote.management(), remote.inference()], bases, "{url}");
            }
            (Err(error), Err(piece)) => {
                assert!(error.to_string().contains(piece), "{url}: {error}");
                assert!(!format!("{error} {error:?}").contains("hunter2"), "{url}: {error}");
            }
            _ => panic!("{url}: {remote:?}, expected {expect:?}"),
        }
    }

    #[test]
    fn remotes_map_as_the_table_says() {
        let cloud = ["https://app.baseten.co", "https://api.baseten.co", "https://inference.baseten.co"];
        let staging = [
            "https://app.staging.baseten.co",
            "https://api.staging.baseten.co",
            "https://inference.staging.baseten.co",
        ];
        let dev = [
            "https://app.dev.baseten.co",
            "https://api.mc-dev.baseten.co",
            "https://inference.mc-dev.baseten.co",
        ];
        let own =
            ["https://ml.example.com", "https://api.ml.example.com", "https://inference.ml.example.com"];
        let app = [
            "https://app.corp.example:8443",
            "https://api.corp.example:8443",
            "https://inference.corp.example:8443",
        ];
        let local = ["http://localhost:8000", "http://api.localhost:8000", "http://localhost:9090"];
        let table = [
            ("https://app.baseten.co", cloud),
            ("https://app.baseten.co/", cloud),
            ("HTTPS://App.Baseten.Co.:443", cloud),
            ("https://api.baseten.co", cloud),
            (" https://api.baseten.co\n", cloud),
            ("https://app.staging.baseten.co", staging),
            ("https://api.staging.baseten.co", staging),
            ("https://app.dev.baseten.co", dev),
            ("https://api.mc-dev.baseten.co", dev),
            ("https://ml.example.com", own),
            ("https://app.corp.example:8443", app),
            ("https://api.corp.example:8443", app),
            ("http://localhost:8000", local),
            ("http://api.localhost:8000/", local),
            ("http://127.0.0.1:4010", ["http://127.0.0.1:4010"; 3]),
            ("http://127.0.0.1:8000", ["http://127.0.0.1:8000"; 3]),
            ("http://localhost:4010", ["http://localhost:4010"; 3]),
            ("https://localhost:8443", ["https://localhost:8443"; 3]),
            ("http://[::1]:4010", ["http://[::1]:4010"; 3]),
            ("https://10.0.0.5", ["https://10.0.0.5"; 3]),
        ];
        for (url, bases) in table {
            check(url, Trust::Operator, Ok(bases));
        }
        assert_eq!(Remote::new("https://app.baseten.co", Trust::File), Ok(Remote::baseten()));
    }

    #[test]
    fn what_is_no_remote_is_refused() {
        let table = [
            ("http://10.0.0.5", "https only"),
            ("http://app.baseten.co", "https only"),
            ("http://127.0.0.1.example.com", "https only"),
            ("http://[::2]", "https only"),
            ("app.baseten.co", "https://"),
            ("ftp://app.baseten.co", "https://"),
            ("file:///etc/passwd", "https://"),
            ("https://", "host"),
            ("https://.", "host"),
            ("https://a..b", "host"),
            ("https://app.baseten.co%2eevil.com", "host"),
            ("https://app.baseten.co evil.com", "host"),
            ("https://ｂaseten.co", "host"),
            ("https://2130706433", "host"),
            ("https://0x7f.1", "host"),
            ("https://0x7f000001", "host"),
            ("https://[::1", "port"),
            ("https://[::1]x", "host"),
            ("https://[v1.x]", "host"),
            ("https://me:hunter2@app.baseten.co", "only"),
            ("https://app.baseten.co@evil.com", "only"),
            ("https://app.baseten.co\\@evil.com", "only"),
            ("https://app.baseten.co/path", "only"),
            ("https://app.baseten.co//", "only"),
            ("https://app.baseten.co?key=hunter2", "only"),
            ("https://app.baseten.co#x", "only"),
            ("https://app.baseten.co:", "port"),
            ("https://app.baseten.co:0", "port"),
            ("https://app.baseten.co:+1", "port"),
            ("https://app.baseten.co:65536", "port"),
            ("https://app.baseten.co:1:2", "port"),
        ];
        for (url, piece) in table {
            check(url, Trust::Operator, Err(piece));
        }
    }

    #[test]
    fn files_name_baseten_only() {
        let table = [
            ("https://app.baseten.co", true),
            ("https://APP.STAGING.BASETEN.CO.", true),
            ("https://baseten.co", true),
            ("https://evilbaseten.co", false),
            ("https://baseten.co.evil.com", false),
            ("https://baseten.com", false),
            ("https://127.0.0.1:1", false),
            ("http://localhost:8000", false),
        ];
        for (url, expect) in table {
            let remote = Remote::new(url, Trust::File);
            assert_eq!(remote.is_ok(), expect, "{url}: {remote:?}");
            assert!(Remote::new(url, Trust::Operator).is_ok(), "{url}");
        }
    }

    #[test]
    fn overrides_change_one_base_each() {
        let remote = Remote::baseten()
            .with_management("http://127.0.0.1:1/")
            .and_then(|remote| remote.with_inference("https://inference.example.com"))
            .expect("both are addresses");
        assert_eq!(remote.app(), "https://app.baseten.co");
        assert_eq!(remote.management(), "http://127.0.0.1:1");
        assert_eq!(remote.inference(), "https://inference.example.com");
        assert!(Remote::baseten().with_management("http://example.com").is_err());
        assert!(Remote::baseten().with_inference("https://example.com/v1").is_err());
    }
}
