//! Texts in quotes that look like addresses, wherever they stand in a script or in JSON.
//!
//! A script is not parsed: where its texts begin and end is not asked. What ends as the name of
//! a file does, up to a quote, and begins behind the same quote, is a candidate.

use url::Url;

use super::list::{List, Need, Role};
use super::role_of_name;

/// Longest address, with its query.
const LONGEST: usize = 512;

/// Most addresses that one text may have guessed, so that a list of file names costs no thousand
/// requests.
const MOST: usize = 1_000;

/// What the name of a file ends in that is looked for.
const EXTENSIONS: &[&[u8]] = &[b"js", b"mjs", b"cjs", b"json", b"css", b"map", b"webmanifest", b"wasm"];

/// What the addresses in a text may be relative to.
#[derive(Debug)]
pub(super) struct Places {
    /// What code means by `./`.
    own: Url,
    /// The page.
    page: Url,
    /// Scripts whose folders tell where a site keeps them, the own one first.
    anchors: Vec<Url>,
    /// What a bundler puts before its addresses (webpack's public path).
    pub(super) public: Vec<Url>,
}

impl Places {
    /// Of a script that is a document.
    pub(super) fn of_script(address: &Url, page: &Url) -> Self {
        Self { own: address.clone(), page: page.clone(), anchors: vec![address.clone()], public: Vec::new() }
    }

    /// Of what stands in a page, which has these scripts.
    pub(super) fn of_page(base: &Url, scripts: Vec<Url>) -> Self {
        Self { own: base.clone(), page: base.clone(), anchors: scripts, public: Vec::new() }
    }

    /// The same with what the script says is its public path.
    pub(super) fn with_public(&self, public: Vec<Url>) -> Self {
        let (own, page, anchors) = (self.own.clone(), self.page.clone(), self.anchors.clone());
        Self { own, page, anchors, public }
    }

    /// An address relative to the page.
    pub(super) fn on_page(&self, written: &str) -> Option<Url> {
        self.page.join(written).ok()
    }

    /// An address as an `import` in the script means it.
    pub(super) fn relative(&self, written: &str) -> Option<Url> {
        self.own.join(written).ok()
    }

    /// Where a text that looks like an address may lead, and whether there is little doubt.
    pub(super) fn guess(&self, written: &str) -> (Vec<Url>, bool) {
        let is_absolute = written.starts_with('/') || written.contains("://");
        if is_absolute || written.starts_with("./") || written.starts_with("../") {
            return (self.relative(written).into_iter().collect(), false);
        }
        if let Some(url) = self.anchors.iter().find_map(|anchor| overlapping(anchor, written)) {
            return (vec![url], true);
        }
        let is_known = !self.public.is_empty();
        let mut found = Vec::new();
        let near = [&self.own, &self.page];
        for base in self.public.iter().chain(near.into_iter().take(if is_known { 0 } else { 2 })) {
            let url = base.join(written).ok();
            found.extend(url.filter(|url| !found.contains(url)));
        }
        (found, is_known)
    }
}

/// `static/js/2.js` named in `https://a.test/app/static/js/main.js` lies in `https://a.test/app/`:
/// the first folder of one is a folder of the other.
fn overlapping(anchor: &Url, written: &str) -> Option<Url> {
    let (folder, _) = written.split_once('/')?;
    let (folders, _) = anchor.path().rsplit_once('/')?;
    let mut end = 0;
    for part in folders.split('/') {
        if part == folder {
            return anchor.join(&folders[..end]).ok()?.join(written).ok();
        }
        end += part.len() + 1;
    }
    None
}

/// Adds what looks like an address.
pub(super) fn collect(text: &[u8], places: &Places, list: &mut List) {
    let most = list.len() + MOST;
    for dot in memchr::memchr_iter(b'.', text) {
        let Some(written) = literal(text, dot) else { continue };
        let (urls, is_sure) = places.guess(&written);
        // The words around it told already where it leads.
        if urls.iter().any(|url| list.is_certain(url)) {
            continue;
        }
        for url in urls {
            if list.len() >= most {
                list.is_cut = true;
                return;
            }
            let role = role_of_name(&url).unwrap_or(Role::Other);
            let need = if is_sure { Need::Named } else { Need::Guess };
            list.push(url, role, need);
        }
    }
}

/// The text in quotes whose name of a file ends with the dot at `dot`.
fn literal(text: &[u8], dot: usize) -> Option<String> {
    let behind = &text[dot + 1..text.len().min(dot + 1 + LONGEST)];
    let length = behind.iter().take(12).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    if !EXTENSIONS.contains(&&behind[..length]) {
        return None;
    }
    let is_end = |byte: &u8| matches!(byte, b'"' | b'\'' | b'`') || byte.is_ascii_whitespace();
    let end = match behind.get(length)? {
        b'?' | b'#' => length + behind[length..].iter().position(is_end)?,
        _ => length + behind[length..].iter().take_while(|byte| **byte == b'\\').count(),
    };
    let quote = *behind.get(end).filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
    let start = dot.saturating_sub(LONGEST);
    let before = &text[start..dot];
    let open = before.iter().rposition(is_end).filter(|&open| before[open] == quote)?;
    // Behind a plus it is the rest of an address, and the beginning is not known.
    let is_rest = text[..start + open].trim_ascii_end().last() == Some(&b'+');
    // Before a colon it is mostly the name of a module that lies in the bundle itself.
    let after = text.get(dot + 1 + end + 1..).unwrap_or_default();
    let is_name = after.first() == Some(&b':') && before[open + 1..].starts_with(b"./");
    let written = String::from_utf8_lossy(&text[start + open + 1..dot + 1 + end]);
    let written = unescaped(written.trim_end_matches('\\'));
    (!is_rest && !is_name && is_likely(&written)).then_some(written)
}

/// Whether a text may be an address rather than a pattern, a sentence or an ending.
pub(super) fn is_likely(text: &str) -> bool {
    let is_odd = |letter: char| {
        letter.is_whitespace() || letter.is_control() || "<>{}|^*\\()[]$\"'`,;".contains(letter)
    };
    let name = text.split(['?', '#']).next().unwrap_or_default();
    let name = name.rsplit('/').next().unwrap_or_default();
    let has_name =
        name.rsplit_once('.').is_some_and(|(stem, _)| stem.contains(|l: char| l.is_ascii_alphanumeric()));
    let is_hidden = text.starts_with('.') && !text.starts_with("./") && !text.starts_with("../");
    let scheme = text.split_once(':').map(|(scheme, _)| scheme);
    let is_web = scheme.is_none_or(|scheme| matches!(scheme, "http" | "https"));
    has_name && !is_hidden && is_web && !text.contains(is_odd) && !text.contains("node_modules/")
}

/// With `\/` as `/`, and with the escapes of the slash by its number.
pub(super) fn unescaped(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let text =
        text.replace("\\u002F", "/").replace("\\u002f", "/").replace("\\x2F", "/").replace("\\x2f", "/");
    text.replace("\\u0026", "&").replace("\\/", "/")
}
