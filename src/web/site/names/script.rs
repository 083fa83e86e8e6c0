//! What a script names: modules, workers, chunks, its source map.

use memchr::memmem;

use super::list::{List, Need, Role};
use super::literals::{self, Places, unescaped};
use super::{chunks, is_passive_name, loads, role_of_name};

/// Longest text in quotes that is taken for an address; `data:` may be as long as it is.
const LONGEST: usize = 2 << 10;

/// Most blanks and comments between a word and what belongs to it.
const APART: usize = 512;

/// Words that an address stands behind, in brackets but for the first two.
const WORDS: [&str; 6] = ["import", "from", "Worker", "register", "addModule", "URL"];

/// Adds what a script names.
pub(super) fn collect(text: &[u8], places: &Places, list: &mut List) {
    source_map(text, list);
    words(text, places, list);
    let places = places.with_public(chunks::public(text, places));
    chunks::collect(text, &places, list);
    literals::collect(text, &places, list);
}

/// Adds the source maps that comments name: `//# sourceMappingURL=main.js.map`.
pub(super) fn source_map(text: &[u8], list: &mut List) {
    const WORD: &[u8] = b"sourceMappingURL=";
    let mut done = 0;
    for at in memmem::find_iter(text, WORD) {
        // What stands within the address of another is no second one.
        if at < done {
            continue;
        }
        let is_comment =
            text[..at].trim_ascii_end().ends_with(b"#") || text[..at].trim_ascii_end().ends_with(b"@");
        let rest = &text[at + WORD.len()..];
        let is_end =
            |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b'*');
        let end = rest.iter().position(is_end).unwrap_or(rest.len());
        done = at + WORD.len() + end;
        if is_comment {
            list.add(&String::from_utf8_lossy(&rest[..end]), Role::Map, Need::Named);
        }
    }
}

/// Adds the addresses that stand behind words of the language.
fn words(text: &[u8], places: &Places, list: &mut List) {
    for word in WORDS {
        for at in memmem::find_iter(text, word.as_bytes()) {
            let rest = &text[at + word.len()..];
            let rest = match word {
                "import" => rest.strip_prefix(b"Scripts").unwrap_or(rest),
                _ => rest,
            };
            let has_bracket = apart(rest).first() == Some(&b'(');
            // `Array.from("a.js")` imports nothing.
            let may_lack_it = matches!(word, "import" | "from");
            let may_have_it = word != "from";
            if !(has_bracket && may_have_it || !has_bracket && may_lack_it) {
                continue;
            }
            let inner = if has_bracket { &apart(rest)[1..] } else { rest };
            let need = if loads::is_load(text, at, word, has_bracket) { Need::Loaded } else { Need::Named };
            // What that takes is no name of a module.
            let word = if text[at..].starts_with(b"importScripts") { "importScripts" } else { word };
            arguments(word, need, inner, places, list);
        }
    }
}

/// Adds the texts in quotes that `text` begins with, one behind the other.
fn arguments(word: &str, need: Need, mut text: &[u8], places: &Places, list: &mut List) {
    for _ in 0..64 {
        let Some((written, rest)) = joined(apart(text)) else { return };
        let role = match word {
            "URL" if !is_own(rest) => return,
            "URL" => Role::Other,
            _ => Role::Script,
        };
        let written = unescaped(&written);
        // A module without a path before it is a name in an import map, or in a bundle.
        let is_bare = matches!(word, "import" | "from") && !is_path(&written);
        let need = if is_bare { Need::Named } else { need };
        take(&written, (role, need), word == "register", places, list);
        match rest.strip_prefix(b",") {
            Some(rest) => text = rest,
            None => return,
        }
    }
}

/// Whether `new URL("x"` goes on with an address of the script or of the page.
fn is_own(rest: &[u8]) -> bool {
    let bases: [&[u8]; 5] = [b"import.meta", b"self.location", b"location", b"document.", b"window.location"];
    let rest = rest.strip_prefix(b",").map(apart);
    rest.is_some_and(|rest| bases.iter().any(|base| rest.starts_with(base)))
}

/// Whether an address is written as a path or as a whole address.
fn is_path(written: &str) -> bool {
    ["./", "../", "/", "http://", "https://"].iter().any(|begin| written.starts_with(begin))
}

/// Adds one address that code names.
fn take(written: &str, (role, need): (Role, Need), is_on_page: bool, places: &Places, list: &mut List) {
    let is_data = written.starts_with("data:");
    // A worker may be named without a `./`; a module may not, or it is a name in an import map.
    let is_file = written.contains('.') && literals::is_likely(written);
    if is_data {
        list.add(written, role, Need::Named);
        return;
    }
    if !(is_path(written) || is_file) || written.contains("${") || written.contains(char::is_whitespace) {
        return;
    }
    let url = if is_on_page { places.on_page(written) } else { places.relative(written) };
    let Some(url) = url else { return };
    let need = if is_passive_name(&url) { Need::Passive } else { need };
    let role = role_of_name(&url).unwrap_or(role);
    list.push(url, role, need);
}

/// Without the blanks and comments that `text` begins with.
fn apart(text: &[u8]) -> &[u8] {
    let mut rest = &text[..text.len()];
    let all = text.len();
    loop {
        rest = trimmed(rest);
        let Some(comment) = rest.strip_prefix(b"/*") else { return rest };
        if all - rest.len() > APART {
            return rest;
        }
        let near = &comment[..comment.len().min(APART)];
        let Some(end) = memmem::find(near, b"*/") else { return rest };
        rest = &comment[end + 2..];
    }
}

/// Without the blanks that `text` begins with, of which it may have so many.
fn trimmed(text: &[u8]) -> &[u8] {
    let blanks = text.iter().take(APART).take_while(|byte| byte.is_ascii_whitespace()).count();
    &text[blanks..]
}

/// The texts in quotes that `text` begins with, put together, and what stands behind them; none
/// where something else is a part of it, which only the running page knows.
fn joined(text: &[u8]) -> Option<(String, &[u8])> {
    let (mut written, rest) = quoted(text)?;
    let mut rest = apart(rest);
    while let Some(more) = rest.strip_prefix(b"+") {
        let (next, behind) = quoted(apart(more))?;
        written.push_str(&next);
        rest = apart(behind);
    }
    Some((written, rest))
}

/// The text in quotes that `text` begins with, and what stands behind it.
fn quoted(text: &[u8]) -> Option<(String, &[u8])> {
    let quote = *text.first().filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
    let inner = &text[1..];
    let most = if inner.starts_with(b"data:") { inner.len() } else { inner.len().min(LONGEST) };
    let end = memchr::memchr2(quote, b'\n', &inner[..most]).filter(|&end| inner[end] == quote)?;
    Some((String::from_utf8_lossy(&inner[..end]).into_owned(), &inner[end + 1..]))
}

/// Adds what the manifest of a web application names (W3C, "Web Application Manifest").
pub(super) fn manifest(text: &[u8], list: &mut List) {
    let Ok(manifest) = serde_json::from_slice::<serde_json::Value>(text) else { return };
    let worker = manifest.pointer("/serviceworker/src").and_then(serde_json::Value::as_str);
    if let Some(address) = worker {
        list.add(address, Role::Script, Need::Named);
    }
    if let Some(address) = manifest.get("start_url").and_then(serde_json::Value::as_str) {
        list.add(address, Role::Page, Need::Link);
    }
    for kind in ["icons", "screenshots"] {
        for address in each(&manifest, kind, "src") {
            list.add(address, Role::Other, Need::Passive);
        }
    }
    for address in each(&manifest, "shortcuts", "url") {
        list.add(address, Role::Page, Need::Link);
    }
}

/// The field of each entry of a list.
fn each<'a>(value: &'a serde_json::Value, list: &str, field: &'a str) -> impl Iterator<Item = &'a str> {
    let entries = value.get(list).and_then(serde_json::Value::as_array).into_iter().flatten();
    entries.filter_map(move |entry| entry.get(field)?.as_str())
}
