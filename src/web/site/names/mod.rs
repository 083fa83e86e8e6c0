//! What documents name: from a page, a script, a style or a manifest to addresses.
//!
//! Nothing is carried out and nothing is parsed to its end: what is certain is taken from the
//! words around it, and what only looks like an address is a guess. Whether an address may be
//! asked for is decided elsewhere.
//!
//! **Invariant:** the time and the memory that a document takes grow in a straight line with its
//! length, whatever stands in it.

mod chunks;
mod data;
mod header;
mod list;
mod literals;
mod loads;
mod page;
mod script;
mod sitemap;
mod style;

use url::Url;

pub(super) use data::Embedded;
pub(super) use list::{List, Need, Reference, Role};
use literals::Places;

/// A document, and what is known of it.
pub(super) struct Document<'a> {
    /// Where it was got.
    pub(super) address: &'a Url,
    /// The page that it belongs to, which relative addresses of scripts may be relative to.
    pub(super) page: &'a Url,
    pub(super) role: Role,
    pub(super) headers: &'a [(String, String)],
    pub(super) body: &'a [u8],
}

/// What a document names.
pub(super) fn names(document: &Document<'_>) -> List {
    let mut list = List::new(document.address.clone());
    header::collect(document.headers, &mut list);
    match document.role {
        Role::Page => page::collect(document.body, &mut list),
        Role::Script => {
            let places = Places::of_script(document.address, document.page);
            script::collect(document.body, &places, &mut list);
        }
        Role::Style => style::collect(document.body, &mut list),
        Role::Manifest => script::manifest(document.body, &mut list),
        Role::Json => {
            let places = Places::of_script(document.address, document.page);
            literals::collect(document.body, &places, &mut list);
        }
        Role::Sitemap => sitemap::collect(document.body, &mut list),
        Role::Map | Role::Other => {}
    }
    let has_map = list.has(Role::Map);
    if matches!(document.role, Role::Script | Role::Style) && !has_map {
        let mut guess = document.address.clone();
        guess.set_query(None);
        guess.set_path(&format!("{}.map", guess.path()));
        list.push(guess, Role::Map, Need::Guess);
    }
    list
}

/// What a type says that a document is, where it says anything.
pub(super) fn role_of(media: &str) -> Option<Role> {
    let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    Some(match media.as_str() {
        "text/html" | "application/xhtml+xml" | "image/svg+xml" => Role::Page,
        "text/css" => Role::Style,
        "application/manifest+json" => Role::Manifest,
        media if media.ends_with("javascript") || media.ends_with("ecmascript") => Role::Script,
        media if media.ends_with("/json") || media.ends_with("+json") => Role::Json,
        _ => return None,
    })
}

/// Whether a type is of what holds no text that a person wrote: images, sounds, films, letters.
pub(super) fn is_passive(media: &str) -> bool {
    let media = media.trim().to_ascii_lowercase();
    let kind = media.split('/').next().unwrap_or_default();
    matches!(kind, "image" | "audio" | "video" | "font") && !media.starts_with("image/svg")
}

/// What the name of a file says that a document is.
fn role_of_name(url: &Url) -> Option<Role> {
    let name = url.path().rsplit('/').next().unwrap_or_default();
    let (_, extension) = name.rsplit_once('.')?;
    Some(match extension.to_ascii_lowercase().as_str() {
        "js" | "mjs" | "cjs" => Role::Script,
        "css" => Role::Style,
        "json" => Role::Json,
        "map" => Role::Map,
        "webmanifest" => Role::Manifest,
        "html" | "htm" | "xhtml" | "svg" => Role::Page,
        "wasm" => Role::Other,
        _ => return None,
    })
}

/// Whether the name of a file is of what holds no text, or is there to be kept and not shown.
fn is_passive_name(url: &Url) -> bool {
    const EXTENSIONS: &[&str] = &[
        "7z", "aac", "apk", "avi", "avif", "bmp", "bz2", "deb", "dmg", "eot", "exe", "flac", "gif", "ico",
        "iso", "jpeg", "jpg", "m4a", "m4v", "mkv", "mov", "mp3", "mp4", "mpeg", "msi", "ogg", "ogv", "otf",
        "pkg", "png", "rar", "rpm", "tar", "tif", "tiff", "tgz", "ttf", "wav", "webm", "webp", "woff",
        "woff2", "xz", "zip", "zst",
    ];
    let name = url.path().rsplit('/').next().unwrap_or_default();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
    EXTENSIONS.binary_search(&extension.as_str()).is_ok()
}

#[cfg(test)]
mod tests;
