//! What the headers of an answer name: source maps, preloads, another page.

use super::list::{List, Need, Role};
use super::page;

/// Adds what headers name; their names are in lower case.
pub(super) fn collect(headers: &[(String, String)], list: &mut List) {
    for (name, value) in headers {
        match name.as_str() {
            "sourcemap" | "x-sourcemap" => list.add(value, Role::Map, Need::Named),
            "link" => links(value, list),
            "refresh" => {
                if let Some(address) = page::refreshed(value) {
                    list.add(address, Role::Page, Need::Needed);
                }
            }
            _ => {}
        }
    }
}

/// `<a.js>; rel=preload; as=script, <b.css>; rel="stylesheet"` (RFC 8288).
fn links(value: &str, list: &mut List) {
    for part in value.split('<').skip(1) {
        let Some((address, parameters)) = part.split_once('>') else { continue };
        let of = |wanted: &str| {
            let named = parameters.split(';').find_map(|one| {
                let (name, value) = one.split_once('=')?;
                name.trim().eq_ignore_ascii_case(wanted).then_some(value)
            });
            let is_around = |letter: char| letter.is_ascii_whitespace() || matches!(letter, '"' | ',');
            named.unwrap_or_default().trim_matches(is_around).to_ascii_lowercase()
        };
        page::link(address, &of("rel"), &of("as"), list);
    }
}
