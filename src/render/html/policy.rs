//! What a browser may do with the page: run the one script and apply the one style that are its
//! own, and nothing else. They are named by the hashes of their texts.
//!
//! It does not look at the page: all that a report can change of the policy is that a page with
//! crops of images may show images that stand in it.
//!
//! **Invariant:** the policy permits no request, no other script or style, no handler and no
//! style in an attribute, whatever should ever get past the escaping of texts.

use std::borrow::Cow;

use sha2::{Digest as _, Sha256};

/// The letters of base64 by their six bits.
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The style of the page.
pub(super) fn style() -> Cow<'static, str> {
    normal(include_str!("page.css"))
}

/// The script of the page.
pub(super) fn script() -> Cow<'static, str> {
    normal(include_str!("page.js"))
}

/// The value of `Content-Security-Policy` for a page with this style and this script, and
/// with images that stand in it or without any.
pub(super) fn policy(style: &str, script: &str, has_images: bool) -> String {
    let images = if has_images { "img-src data:; " } else { "" };
    format!(
        "default-src 'none'; {images}style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        hash(style),
        hash(script)
    )
}

/// A text as a browser sees it: it makes one line break of the two characters that some
/// checkouts write, and hashes what it has then.
fn normal(text: &'static str) -> Cow<'static, str> {
    if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) }
}

/// A text as a policy names it: <https://www.w3.org/TR/CSP3/#grammardef-hash-source>.
fn hash(text: &str) -> String {
    format!("sha256-{}", base64(&Sha256::digest(text.as_bytes())))
}

/// RFC 4648, section 4, padded.
pub(super) fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * at) & 63) as usize];
            text.push(if at > three.len() { '=' } else { char::from(letter) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        let check = |bytes: &str, expect: &str| assert_eq!(base64(bytes.as_bytes()), expect);
        check("", "");
        check("f", "Zg==");
        check("fo", "Zm8=");
        check("foo", "Zm9v");
        check("foob", "Zm9vYg==");
        check("fooba", "Zm9vYmE=");
        check("foobar", "Zm9vYmFy");
        assert_eq!(base64(&[0xFB, 0xFF, 0xFE]), "+//+");
    }

    #[test]
    fn a_hash_is_that_of_the_standard() {
        // The example of CSP 3, section 8.3.
        assert_eq!(hash("alert('Hello, world.');"), "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=");
    }

    #[test]
    fn the_page_is_hashed_as_a_browser_sees_it() {
        for text in [style(), script()] {
            assert!(!text.contains('\r') && !text.contains("</"), "{text}");
        }
        assert_eq!(normal("a\r\nb"), "a\nb");
    }
}
