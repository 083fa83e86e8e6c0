//! What a style names: other styles, its source map, and images that are counted only.

use super::list::{List, Need, Role};
use super::script;

/// Longest address.
const LONGEST: usize = 1 << 10;

/// Adds what a style names.
pub(super) fn collect(text: &[u8], list: &mut List) {
    script::source_map(text, list);
    for at in memchr::memchr2_iter(b'@', b'(', text) {
        let (before, rest) = text.split_at(at);
        let window = &rest[1..rest.len().min(LONGEST)];
        if rest[0] == b'(' && before.len() >= 3 && before[at - 3..].eq_ignore_ascii_case(b"url") {
            if let Some(address) = inside(window) {
                list.add(&address, Role::Other, Need::Passive);
            }
        } else if let Some(rest) = window.get(6..).filter(|_| window[..6].eq_ignore_ascii_case(b"import")) {
            if let Some(address) = quoted(rest).or_else(|| in_url(rest)) {
                list.add(&address, Role::Style, Need::Needed);
            }
        }
    }
}

/// The text in quotes that `text` begins with.
fn quoted(text: &[u8]) -> Option<String> {
    let text = text.trim_ascii_start();
    let quote = *text.first().filter(|byte| matches!(byte, b'"' | b'\''))?;
    let end = memchr::memchr(quote, &text[1..])?;
    Some(unescaped(&text[1..=end]))
}

/// The address in the `url(…)` that `text` begins with.
fn in_url(text: &[u8]) -> Option<String> {
    let text = text.trim_ascii_start();
    let text = text.get(..4).filter(|word| word.eq_ignore_ascii_case(b"url(")).map(|_| &text[4..])?;
    inside(text)
}

/// The address behind `url(`.
fn inside(text: &[u8]) -> Option<String> {
    quoted(text).or_else(|| {
        let end = memchr::memchr(b')', text)?;
        Some(unescaped(text[..end].trim_ascii()))
    })
}

/// Without the backslashes before punctuation.
fn unescaped(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    text.replace('\\', "")
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    #[test]
    fn styles_name_styles_and_images() {
        let text = br#"@import "a.css"; @IMPORT url(b.css) screen; @import url("c.css");@import 'd\.css';
            a { background: url( img/x.png ) } @font-face { src: URL("f.woff2") } @media x {} @import
            @import url(never
            /*# sourceMappingURL=all.css.map */"#;
        let mut list = List::new(Url::parse("https://a.test/css/all.css").expect("it is an address"));
        collect(text, &mut list);
        let found: Vec<String> = list
            .into_references()
            .iter()
            .map(|one| format!("{} {:?} {:?}", one.url.path(), one.role, one.need))
            .collect();
        let expect = [
            "/css/all.css.map Map Named",
            "/css/a.css Style Needed",
            "/css/b.css Style Needed",
            "/css/c.css Style Needed",
            "/css/d.css Style Needed",
            "/css/img/x.png Other Passive",
            "/css/f.woff2 Other Passive",
        ];
        assert_eq!(found, expect);
    }
}
