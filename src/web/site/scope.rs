//! What belongs to a site, and how its addresses are written.
//!
//! Which names were registered together is known only from a list of public suffixes, which is
//! long and grows old; so a site is a name, what lies below it, and what it lies below. Of what
//! a guard says of an address nothing is known here.

use url::{Host, Url};

use super::error::WebError;
use crate::web::name::{is_baseten, is_within};

/// Most bytes of an address; a browser takes two million, a server rarely more than eight thousand.
const LONGEST: usize = 8 << 10;

/// The pages that were named, and what belongs to them.
#[derive(Debug)]
pub(in crate::web) struct Scope {
    sites: Vec<Site>,
}

/// One site.
#[derive(Debug, PartialEq, Eq)]
struct Site {
    host: String,
    /// None where it is the one of the scheme.
    port: Option<u16>,
    reach: Reach,
}

/// How far a site reaches.
#[derive(Debug, PartialEq, Eq)]
enum Reach {
    /// Only this host.
    Host,
    /// The names below, and not this one.
    Below,
    /// This name, those below and those above.
    Site,
}

impl Scope {
    /// Of the named pages, and of what the user adds.
    pub(in crate::web) fn new(pages: &[Url], include: &[String]) -> Result<Self, WebError> {
        let mut sites: Vec<Site> = pages.iter().map(Site::of).collect();
        for origin in include {
            sites.push(Site::read(origin)?);
        }
        Ok(Self { sites })
    }

    /// Whether an address belongs to the site.
    pub(in crate::web) fn holds(&self, url: &Url) -> bool {
        let Some(host) = url.host_str().filter(|host| !is_baseten(host)) else { return false };
        self.sites.iter().any(|site| site.port == url.port() && site.covers(host))
    }
}

impl Site {
    /// The site of a page.
    fn of(page: &Url) -> Self {
        let host = page.host_str().unwrap_or_default();
        let name = host.strip_prefix("www.").filter(|name| name.contains('.')).unwrap_or(host);
        let reach = match page.host() {
            Some(Host::Domain(name)) if name.contains('.') => Reach::Site,
            _ => Reach::Host,
        };
        Self { host: name.to_owned(), port: page.port(), reach }
    }

    /// An origin as a user writes it.
    fn read(text: &str) -> Result<Self, WebError> {
        let wrong = |why| WebError::Origin { origin: told(text), why };
        let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
        let (reach, rest) = rest.strip_prefix("*.").map_or((Reach::Host, rest), |rest| (Reach::Below, rest));
        let url = Url::parse(&format!("{scheme}://{rest}")).map_err(|_| wrong("it has no valid host"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong("only http and https are fetched"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("it holds a user name or a password"));
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("it has a path; a host and a port are enough"));
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        if is_baseten(&host) {
            return Err(wrong("it is a host of Baseten's, and nothing is sent there"));
        }
        if host.contains('*') {
            return Err(wrong("a * stands only before the first dot, for all names below"));
        }
        let is_name = matches!(url.host(), Some(Host::Domain(name)) if !name.contains('.'));
        let is_plain = reach == Reach::Host && (text.contains("://") || url.port().is_some());
        if is_name && host != "localhost" && !is_plain {
            return Err(wrong("it has no dot, so that it is hardly the name of a site"));
        }
        Ok(Self { host, port: url.port(), reach })
    }

    fn covers(&self, host: &str) -> bool {
        match self.reach {
            Reach::Host => host == self.host,
            Reach::Below => host != self.host && is_within(host, &self.host),
            // A name without a dot is nobody's site.
            Reach::Site => is_within(host, &self.host) || host.contains('.') && is_within(&self.host, host),
        }
    }
}

/// The page that a user names.
pub(in crate::web) fn page(text: &str) -> Result<Url, WebError> {
    let text = text.trim();
    let wrong = |why: &str| WebError::Malformed { address: told(text), why: why.to_owned() };
    if text.is_empty() {
        return Err(wrong("it is empty"));
    }
    if !has_scheme(text) {
        return Err(WebError::NoScheme { address: told(text) });
    }
    let url = Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(WebError::Scheme { address: told(text), scheme: url.scheme().to_owned() });
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(WebError::Credentials { host: url.host_str().unwrap_or_default().to_owned() });
    }
    if let Some(host) = url.host_str().filter(|host| is_baseten(host)) {
        return Err(WebError::Baseten { host: host.to_owned() });
    }
    normal(url).ok_or_else(|| wrong("it is too long"))
}

/// Whether a text begins with a scheme, rather than with a host and its port.
fn has_scheme(text: &str) -> bool {
    // Of these none is a host, whatever number stands behind it.
    const KNOWN: [&str; 7] = ["about", "blob", "data", "file", "javascript", "mailto", "tel"];
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let is_word = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-".contains(&byte));
    let is_known = KNOWN.iter().any(|known| scheme.eq_ignore_ascii_case(known));
    is_known || is_word && !rest.starts_with(|first: char| first.is_ascii_digit())
}

/// An address as it is asked for: of the web, without credentials and without a fragment.
pub(in crate::web) fn normal(mut url: Url) -> Option<Url> {
    if !matches!(url.scheme(), "http" | "https") || url.as_str().len() > LONGEST {
        return None;
    }
    url.set_fragment(None);
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    Some(url)
}

/// Where an address leads, without path and query: both may hold a secret.
pub(in crate::web) fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// What of a text that a user gave may be said: no credentials, no query.
fn told(text: &str) -> String {
    let text = text.split(['?', '#']).next().unwrap_or_default();
    let (scheme, rest) = text.split_once("://").map_or(("", text), |(scheme, rest)| (scheme, rest));
    let (host, path) = rest.split_once('/').map_or((rest, None), |(host, path)| (host, Some(path)));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let mut told = if scheme.is_empty() { host.to_owned() } else { format!("{scheme}://{host}") };
    if let Some(path) = path {
        told = format!("{told}/{path}");
    }
    told.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether `page`, with `include`, has `other` on its site.
    fn check(page_at: &str, include: &[&str], other: &str, expect: bool) {
        let pages = [page(page_at).expect("it is a page")];
        let include: Vec<String> = include.iter().map(|&origin| origin.to_owned()).collect();
        let scope = Scope::new(&pages, &include).expect("they are origins");
        let other = Url::parse(other).expect("it is an address");
        assert_eq!(scope.holds(&other), expect, "{page_at} {include:?} {other}");
    }

    #[test]
    fn a_site_is_a_name_and_what_lies_below_and_above() {
        let table = [
            ("https://example.com/", "https://example.com/a.js", true),
            ("http://example.com/", "https://example.com/", true),
            ("https://example.com/", "https://www.example.com/", true),
            ("https://www.example.com/", "https://example.com/", true),
            ("https://www.example.com/", "https://cdn.example.com/", true),
            ("https://app.example.com/", "https://static.app.example.com/", true),
            ("https://app.example.com/", "https://example.com/", true),
            ("https://app.example.com/", "https://api.example.com/", false),
            ("https://example.com/", "https://example.com.evil.test/", false),
            ("https://example.com/", "https://evilexample.com/", false),
            ("https://example.com/", "https://example.org/", false),
            ("https://example.com/", "https://com/", false),
            ("https://example.com/", "https://example.com:8443/", false),
            ("https://example.com:8443/", "https://cdn.example.com:8443/", true),
            ("http://127.0.0.1:3000/", "http://127.0.0.1:3000/a.js", true),
            ("http://127.0.0.1:3000/", "http://127.0.0.1:3001/a.js", false),
            ("http://127.0.0.1/", "http://1.127.0.0.1.example/", false),
            ("http://localhost/", "http://a.localhost/", false),
            ("https://www.com/", "https://com/", false),
            ("https://co/", "https://baseten.co/", false),
            ("https://notbaseten.co/", "https://a.notbaseten.co/", true),
            ("https://bücher.example/", "https://www.xn--bcher-kva.example/", true),
        ];
        for (page, other, expect) in table {
            check(page, &[], other, expect);
        }
    }

    #[test]
    fn origins_are_added_as_users_write_them() {
        let table = [
            ("https://cdn.other.example", "https://cdn.other.example/a.js", true),
            ("https://cdn.other.example/", "http://cdn.other.example/a.js", true),
            ("cdn.other.example", "https://cdn.other.example/a.js", true),
            ("cdn.other.example", "https://a.cdn.other.example/a.js", false),
            ("cdn.other.example:8443", "https://cdn.other.example:8443/", true),
            ("cdn.other.example:8443", "https://cdn.other.example/", false),
            ("*.other.example", "https://a.b.other.example/", true),
            ("*.other.example", "https://other.example/", false),
            ("https://*.other.example", "https://a.other.example/", true),
            ("127.0.0.1:4000", "http://127.0.0.1:4000/", true),
        ];
        for (origin, other, expect) in table {
            check("https://example.com/", &[origin], other, expect);
        }
        for wrong in [
            "",
            "https://",
            "ftp://a.example",
            "https://me:hunter2@a.example",
            "a.example/path",
            "a b",
            "foo",
            "*",
            "*.com",
            "a.*.example",
            "api.baseten.co",
            "*.baseten.co",
        ] {
            let error = Scope::new(&[], &[wrong.to_owned()]).expect_err(wrong);
            assert!(matches!(error, WebError::Origin { .. }), "{wrong}: {error}");
            assert!(!format!("{error} {error:?}").contains("hunter2"));
        }
    }

    #[test]
    fn pages_are_read_as_browsers_read_them() {
        let table = [
            ("https://Example.COM/a/../b#c", "https://example.com/b"),
            (" http://example.com/app?x=1 ", "http://example.com/app?x=1"),
            ("http://2130706433/", "http://127.0.0.1/"),
        ];
        for (text, expect) in table {
            assert_eq!(page(text).expect(text).as_str(), expect, "{text}");
        }
    }

    #[test]
    fn what_is_no_page_is_refused_without_what_may_be_secret() {
        let table = [
            ("", "empty"),
            ("https://", "empty host"),
            ("example.com/?hunter2", "\"example.com/\" does not say how it is reached"),
            ("localhost:3000/app", "does not say how it is reached"),
            ("ftp://me:hunter2@example.com/", "not ftp"),
            ("javascript:alert(1)", "not javascript"),
            ("javascript:1", "not javascript"),
            ("https://baseten.co/", "nothing is sent to Baseten"),
            ("http://model-a.api.Baseten.co./x", "nothing is sent to Baseten"),
            ("file:///etc/passwd", "not file"),
            ("https://me:hunter2@example.com/?hunter2", "of example.com holds a user name"),
            ("https://hunter2@example.com/", "credentials are never sent"),
            ("https://me:hunter2@exa mple.com/?hunter2#hunter2", "invalid"),
        ];
        for (text, expect) in table {
            let error = page(text).expect_err(text);
            assert!(error.to_string().contains(expect), "{text}: {error}");
            assert!(!format!("{error} {error:?} {}", error.hint()).contains("hunter2"), "{text}: {error:?}");
        }
    }
}
