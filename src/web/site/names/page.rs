//! What a page names: scripts, styles, frames, manifests, links, and images that are counted.
//!
//! The tokens are those of the HTML standard; a tree is not built, so what a browser would move
//! or drop counts as well.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{StartTag, Token, Tokenizer};
use url::Url;

use super::list::{List, Need, Role};
use super::literals::{self, Places};
use super::{is_passive_name, role_of, role_of_name, script, style};

/// How deep documents in attributes (`srcdoc`) and in `noscript` are followed.
const DEPTH: u32 = 3;

/// Texts that are looked through once the whole page is known.
#[derive(Default)]
struct Texts {
    scripts: Vec<Vec<u8>>,
    json: Vec<Vec<u8>>,
}

/// What the text behind a start tag is.
#[derive(Clone, Copy, PartialEq)]
enum Inside {
    Nothing,
    Script,
    ImportMap,
    Json,
    Style,
    NoScript,
}

/// Adds what a page names.
pub(super) fn collect(html: &[u8], list: &mut List) {
    let address = list.base().clone();
    if let Some(base) = base(html, &address) {
        list.set_base(base);
    }
    let mut texts = Texts::default();
    walk(html, list, &mut texts, DEPTH);
    let places = Places::of_page(list.base(), list.scripts());
    for text in &texts.scripts {
        script::collect(text, &places, list);
    }
    for text in &texts.json {
        literals::collect(text, &places, list);
    }
}

/// The tokens of a page, errors left out.
fn tokens(html: &[u8]) -> impl Iterator<Item = Token> + '_ {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let tokens = Tokenizer::new_with_emitter(html, emitter);
    tokens.filter_map(Result::ok).filter(|token| !matches!(token, Token::Error(_)))
}

/// What the first `<base href>` makes addresses relative to.
fn base(html: &[u8], address: &Url) -> Option<Url> {
    // Most pages have none, and reading one twice is dear.
    let mut found = memchr::memchr_iter(b'<', html)
        .filter(|at| html.get(at + 1..at + 5).is_some_and(|name| name.eq_ignore_ascii_case(b"base")));
    found.next()?;
    tokens(html).find_map(|token| match token {
        Token::StartTag(tag) if *tag.name == b"base" => {
            let base = address.join(&value(&tag, b"href")?).ok()?;
            matches!(base.scheme(), "http" | "https").then_some(base)
        }
        _ => None,
    })
}

/// Adds what the tags name, and keeps the texts.
fn walk(html: &[u8], list: &mut List, texts: &mut Texts, depth: u32) {
    let mut inside = Inside::Nothing;
    for token in tokens(html) {
        match token {
            Token::StartTag(tag) => {
                inside = tagged(&tag, list);
                if let Some(html) = value(&tag, b"srcdoc").filter(|_| depth > 0) {
                    walk(html.as_bytes(), list, texts, depth - 1);
                }
            }
            Token::EndTag(_) => inside = Inside::Nothing,
            Token::String(text) => match inside {
                Inside::Script => texts.scripts.push(text.value.0),
                Inside::Json => texts.json.push(text.value.0),
                Inside::ImportMap => import_map(&text.value, list),
                Inside::Style => style::collect(&text.value, list),
                Inside::NoScript if depth > 0 => walk(&text.value, list, texts, depth - 1),
                _ => {}
            },
            _ => {}
        }
    }
}

/// An attribute, where it is there.
fn value(tag: &StartTag<()>, name: &[u8]) -> Option<String> {
    tag.attributes.get(name).map(|value| String::from_utf8_lossy(value).into_owned())
}

/// Adds what a start tag names, and says what the text behind it is.
fn tagged(tag: &StartTag<()>, list: &mut List) -> Inside {
    let word = |name: &[u8]| value(tag, name).unwrap_or_default().trim().to_ascii_lowercase();
    let mut add = |name: &[u8], role, need| {
        if let Some(address) = value(tag, name) {
            list.add(&address, role, need);
        }
    };
    match tag.name.as_slice() {
        b"script" => {
            for name in [&b"src"[..], b"href", b"xlink:href"] {
                add(name, Role::Script, Need::Needed);
            }
            guesses(tag, list);
            return match word(b"type").as_str() {
                "importmap" | "speculationrules" => Inside::ImportMap,
                media if role_of(media) == Some(Role::Json) => Inside::Json,
                _ => Inside::Script,
            };
        }
        b"style" => return Inside::Style,
        b"noscript" => return Inside::NoScript,
        b"link" => link(&value(tag, b"href").unwrap_or_default(), &word(b"rel"), &word(b"as"), list),
        b"iframe" | b"frame" => add(b"src", Role::Page, Need::Needed),
        b"a" | b"area" => add(b"href", Role::Page, Need::Link),
        b"meta" if word(b"http-equiv") == "refresh" => {
            if let Some(address) = value(tag, b"content").as_deref().and_then(refreshed) {
                list.add(address, Role::Page, Need::Needed);
            }
        }
        b"embed" => object(tag, b"src", list),
        b"object" => object(tag, b"data", list),
        b"img" | b"source" | b"video" | b"audio" | b"track" | b"input" | b"image" | b"use" => {
            for name in [&b"src"[..], b"href", b"xlink:href", b"poster"] {
                add(name, Role::Other, Need::Passive);
            }
            for address in sources(&value(tag, b"srcset").unwrap_or_default()) {
                list.add(address, Role::Other, Need::Passive);
            }
        }
        _ => {}
    }
    guesses(tag, list);
    Inside::Nothing
}

/// What `embed` and `object` show.
fn object(tag: &StartTag<()>, name: &[u8], list: &mut List) {
    let Some(address) = value(tag, name) else { return };
    let role = list.base().join(&address).ok().and_then(|url| role_of_name(&url));
    match role {
        Some(Role::Page) => list.add(&address, Role::Page, Need::Needed),
        _ => list.add(&address, Role::Other, Need::Passive),
    }
}

/// Attributes that scripts read: `data-main="app.js"`.
fn guesses(tag: &StartTag<()>, list: &mut List) {
    for (name, value) in &tag.attributes {
        if name.starts_with(b"data-") {
            let value = String::from_utf8_lossy(value);
            let role = list.base().join(&value).ok().and_then(|url| role_of_name(&url));
            if matches!(role, Some(Role::Script | Role::Json)) && literals::is_likely(&value) {
                list.add(&value, role.unwrap_or(Role::Other), Need::Guess);
            }
        }
    }
}

/// Adds what a link names, by its relation and what it is loaded as.
pub(super) fn link(address: &str, relations: &str, loaded_as: &str, list: &mut List) {
    let named = list.base().join(address).ok();
    let by_name = named.as_ref().and_then(role_of_name);
    for relation in relations.split_ascii_whitespace() {
        let (role, need) = match relation {
            "stylesheet" => (Role::Style, Need::Needed),
            "modulepreload" | "serviceworker" => (Role::Script, Need::Needed),
            "manifest" => (Role::Manifest, Need::Needed),
            "preload" | "prefetch" | "subresource" => match (loaded_as, by_name) {
                ("script" | "worker" | "serviceworker" | "sharedworker", _) => (Role::Script, Need::Needed),
                ("style", _) => (Role::Style, Need::Needed),
                ("image" | "font" | "audio" | "video" | "track", _) => (Role::Other, Need::Passive),
                ("document", _) => (Role::Page, Need::Link),
                (_, Some(role)) => (role, Need::Needed),
                _ if named.as_ref().is_some_and(is_passive_name) => (Role::Other, Need::Passive),
                ("fetch", _) => (Role::Json, Need::Needed),
                _ => (Role::Page, Need::Link),
            },
            "next" | "prev" | "alternate" | "canonical" | "prerender" | "amphtml" | "start" => {
                (Role::Page, Need::Link)
            }
            "icon" | "apple-touch-icon" | "mask-icon" => (Role::Other, Need::Passive),
            _ => continue,
        };
        list.add(address, role, need);
    }
}

/// The address of `5; url=next.html`.
pub(super) fn refreshed(content: &str) -> Option<&str> {
    let rest = content.split_once([';', ','])?.1.trim_start();
    let address = match rest.get(..3) {
        Some(word) if word.eq_ignore_ascii_case("url") => {
            rest[3..].trim_start().strip_prefix('=').map_or(rest, str::trim_start)
        }
        _ => rest,
    };
    let quote = address.chars().next().filter(|first| matches!(first, '"' | '\''));
    Some(quote.map_or(address, |quote| address[1..].split(quote).next().unwrap_or_default()).trim())
}

/// The addresses of `a.png 1x, b.png 2x`.
fn sources(set: &str) -> impl Iterator<Item = &str> {
    set.split(',').filter_map(|one| one.split_ascii_whitespace().next())
}

/// What an import map names (`imports`, `scopes`), and the pages of rules of speculation.
fn import_map(text: &[u8], list: &mut List) {
    let Ok(map) = serde_json::from_slice::<serde_json::Value>(text) else { return };
    let imports = map.get("imports").into_iter();
    let scopes =
        map.get("scopes").and_then(serde_json::Value::as_object).into_iter().flat_map(|map| map.values());
    for table in imports.chain(scopes).filter_map(serde_json::Value::as_object) {
        for address in table.values().filter_map(serde_json::Value::as_str) {
            // One that ends so maps all that begins so, and is no document.
            if !address.ends_with('/') {
                list.add(address, Role::Script, Need::Named);
            }
        }
    }
}
