//! What a site asks programs not to fetch (`robots.txt`, RFC 9309).
//!
//! Only the group of this program is read, or else that of all programs. Crawl delays are no
//! part of the standard and not kept; the rate is that of the settings.

use memchr::memmem;
use url::{Position, Url};

/// The name by which a site may address this program.
const PRODUCT: &str = "baseleak";

/// Most bytes that are read, the least that the standard asks for.
const LARGEST: usize = 500 << 10;

/// Most rules of one file.
const RULES: usize = 2_000;

/// Most sitemaps of one file.
const SITEMAPS: usize = 100;

/// Most bytes of an address and of a rule that are compared.
const COMPARED: usize = 2 << 10;

/// What one origin asks.
#[derive(Debug, Default)]
pub(super) struct Robots {
    rules: Vec<Rule>,
    /// The sitemaps that it names, as they are written.
    pub(super) sitemaps: Vec<String>,
}

#[derive(Debug)]
struct Rule {
    allows: bool,
    pattern: String,
}

impl Robots {
    /// Reads a file.
    pub(super) fn read(text: &[u8]) -> Self {
        let text = String::from_utf8_lossy(&text[..text.len().min(LARGEST)]);
        let text = text.trim_start_matches('\u{feff}');
        let (mut own, mut all) = (None::<Vec<Rule>>, Vec::new());
        let (mut is_own, mut is_all, mut is_head) = (false, false, false);
        let mut sitemaps = Vec::new();
        for line in text.split(['\n', '\r']) {
            let line = line.split('#').next().unwrap_or_default();
            let Some((field, value)) = line.split_once(':') else { continue };
            let (field, value) = (field.trim().to_ascii_lowercase(), value.trim());
            match field.as_str() {
                "user-agent" => {
                    if !is_head {
                        (is_own, is_all) = (false, false);
                    }
                    is_head = true;
                    is_all |= value == "*";
                    is_own |= product(value).eq_ignore_ascii_case(PRODUCT);
                    if is_own && own.is_none() {
                        own = Some(Vec::new());
                    }
                }
                "allow" | "disallow" => {
                    is_head = false;
                    let rule = || Rule { allows: field == "allow", pattern: normal(value) };
                    if value.is_empty() {
                        continue;
                    }
                    if let Some(own) = own.as_mut().filter(|own| is_own && own.len() < RULES) {
                        own.push(rule());
                    }
                    if is_all && all.len() < RULES {
                        all.push(rule());
                    }
                }
                // It belongs to no group.
                "sitemap" if sitemaps.len() < SITEMAPS => sitemaps.push(value.to_owned()),
                _ => {}
            }
        }
        Self { rules: own.unwrap_or(all), sitemaps }
    }

    /// Whether an address may be fetched.
    pub(super) fn allows(&self, url: &Url) -> bool {
        let path = normal(&url[Position::BeforePath..Position::AfterQuery]);
        if path == "/robots.txt" {
            return true;
        }
        let matching = self.rules.iter().filter(|rule| matches(&rule.pattern, &path));
        // The longest decides, and of two as long that which allows.
        matching.max_by_key(|rule| (rule.pattern.len(), rule.allows)).is_none_or(|rule| rule.allows)
    }
}

/// The name in `baseleak/1.0`.
fn product(value: &str) -> &str {
    let end = value.find(|letter: char| !(letter.is_ascii_alphabetic() || matches!(letter, '-' | '_')));
    &value[..end.unwrap_or(value.len())]
}

/// A path in one way of writing it: what is not ASCII as numbers, numbers in capitals, and no
/// number for what needs none.
fn normal(path: &str) -> String {
    let bytes = path.as_bytes();
    let (mut out, mut at) = (String::with_capacity(path.len()), 0);
    let number = |at: usize| {
        let digits = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%')?;
        u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    while at < bytes.len() && out.len() < COMPARED {
        let written = number(at);
        let byte = written.unwrap_or(bytes[at]);
        let is_plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if is_plain || (written.is_none() && byte.is_ascii() && !byte.is_ascii_control()) {
            out.push(char::from(byte));
        } else {
            out += &format!("%{byte:02X}");
        }
        at += if written.is_some() { 3 } else { 1 };
    }
    out
}

/// Whether `pattern` stands at the beginning of `path`; `*` is any text, `$` the end.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, is_whole) = pattern.strip_suffix('$').map_or((pattern, false), |pattern| (pattern, true));
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = path.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return !is_whole || rest.is_empty() };
    for part in middle {
        let Some(at) = memmem::find(rest.as_bytes(), part.as_bytes()) else { return false };
        rest = &rest[at + part.len()..];
    }
    if is_whole { rest.ends_with(last) } else { rest.contains(last) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, path: &str, expect: bool) {
        let url = Url::parse("https://a.test").and_then(|url| url.join(path)).expect("it is an address");
        assert_eq!(Robots::read(text.as_bytes()).allows(&url), expect, "{text:?} {path}");
    }

    #[test]
    fn the_group_of_this_program_or_of_all_is_kept() {
        let table = [
            ("", "/", true),
            ("User-agent: *\nDisallow: /", "/", false),
            ("User-agent: *\nDisallow: /", "/robots.txt", true),
            ("User-agent: *\nDisallow:", "/", true),
            ("User-agent: other\nDisallow: /", "/", true),
            ("user-AGENT:BaseLeak/1.0 # us\ndisallow:/a", "/a", false),
            ("User-agent: *\nDisallow: /\n\nUser-agent: baseleak\nAllow: /", "/x", true),
            ("User-agent: baseleak\nDisallow:\n\nUser-agent: *\nDisallow: /", "/x", true),
            ("User-agent: baseleak\nUser-agent: other\nDisallow: /a", "/a", false),
            ("User-agent: other\nUser-agent: *\nDisallow: /a", "/a", false),
            (
                "User-agent: baseleak\nDisallow: /a\nUser-agent: x\nAllow: /\nUser-agent: baseleak\nDisallow: /b",
                "/b",
                false,
            ),
            ("User-agent: baseleakbot\nDisallow: /", "/", true),
            ("\u{feff}User-agent: *\rDisallow: /a\r\nSitemap: /s.xml", "/a", false),
            ("Disallow: /", "/", true),
            ("nonsense\0\nUser-agent\n: x", "/", true),
        ];
        for (text, path, expect) in table {
            check(text, path, expect);
        }
    }

    #[test]
    fn the_longest_rule_that_matches_decides() {
        let table = [
            ("Disallow: /a", "/a", false),
            ("Disallow: /a", "/ab/c", false),
            ("Disallow: /a", "/b/a", true),
            ("Disallow: /a\nAllow: /a/b", "/a/b/c", true),
            ("Allow: /a/b\nDisallow: /a", "/a/c", false),
            ("Disallow: /a\nAllow: /a", "/a", true),
            ("Disallow: /*.js", "/x/y.js?z", false),
            ("Disallow: /*.js$", "/x/y.js?z", true),
            ("Disallow: /*.js$", "/x/y.js", false),
            ("Disallow: /a*b*c", "/a1b2c", false),
            ("Disallow: /a*b*c", "/a1c2b", true),
            ("Disallow: *", "/", false),
            ("Disallow: /$", "/", false),
            ("Disallow: /$", "/a", true),
            ("Disallow: /?x=", "/?x=1", false),
            ("Disallow: /ü", "/%C3%BC", false),
            ("Disallow: /%c3%bc", "/ü", false),
            ("Disallow: /%7Ea", "/~a", false),
            ("Disallow: /A", "/a", true),
        ];
        for (rules, path, expect) in table {
            check(&format!("User-agent: *\n{rules}"), path, expect);
        }
    }

    #[test]
    fn sitemaps_stand_in_no_group() {
        let robots = Robots::read(b"Sitemap: https://a.test/1.xml\nUser-agent: x\nSITEMAP : /2.xml # two");
        assert_eq!(robots.sitemaps, ["https://a.test/1.xml", "/2.xml"]);
    }

    #[test]
    fn a_huge_file_is_read_as_far_as_the_standard_says() {
        let text = format!("User-agent: *\n{}Disallow: /late", "#\n".repeat(LARGEST));
        check(&text, "/late", true);
        let many = format!("User-agent: *\n{}", "Disallow: /*a*b*c*d\n".repeat(20_000));
        check(&many, &format!("/{}", "abcx".repeat(1_000)), true);
    }
}
