//! The pages and the further sitemaps that a sitemap names (sitemaps.org, protocol 0.9): XML, or
//! a text with an address on each line.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};

use super::list::{List, Need, Role};

/// Adds what a sitemap names.
pub(super) fn collect(text: &[u8], list: &mut List) {
    let is_markup = text.trim_ascii_start().first() == Some(&b'<') || text.starts_with(b"\xef\xbb\xbf<");
    if !is_markup {
        for line in text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii) {
            if line.starts_with(b"http") {
                list.add(&String::from_utf8_lossy(line), Role::Page, Need::Link);
            }
        }
        return;
    }
    let (mut role, mut written) = (Role::Page, None::<String>);
    for token in Tokenizer::new_with_emitter(text, DefaultEmitter::<()>::default()).filter_map(Result::ok) {
        match token {
            Token::StartTag(tag) => match tag.name.as_slice() {
                b"sitemap" => role = Role::Sitemap,
                b"url" => role = Role::Page,
                b"loc" => written = Some(String::new()),
                _ => {}
            },
            Token::String(text) => {
                if let Some(written) = &mut written {
                    *written += &String::from_utf8_lossy(&text.value);
                }
            }
            // To HTML this is a comment.
            Token::Comment(text) => {
                let text = String::from_utf8_lossy(&text.value);
                let inner = text.strip_prefix("[CDATA[").map(|text| text.trim_end_matches(']'));
                if let (Some(written), Some(inner)) = (&mut written, inner) {
                    *written += inner;
                }
            }
            Token::EndTag(tag) if *tag.name == b"loc" => {
                if let Some(address) = written.take() {
                    let need = if role == Role::Sitemap { Need::Named } else { Need::Link };
                    list.add(&address, role, need);
                }
            }
            _ => {}
        }
    }
}
