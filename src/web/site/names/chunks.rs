//! Chunks that a bundler's code makes the addresses of, from a table of their names.
//!
//! What webpack writes is a sum of texts, of the number of a chunk and of tables:
//! `"js/" + ({1: "login"}[e] || e) + "." + {1: "0a1b", 2: "2c3d"}[e] + ".js"`. Its end is found by
//! its last text, its beginning by reading backwards; then it is worked out for each number.

use std::collections::{BTreeSet, HashMap};

use memchr::memmem;
use url::Url;

use super::list::{List, Need, Role};
use super::literals::{Places, is_likely, unescaped};
use super::role_of_name;

/// Longest sum, tables included.
const LONGEST: usize = 512 << 10;

/// Most texts and tables in one sum.
const TERMS: usize = 16;

/// Most chunks of one script.
const MOST: usize = 5_000;

/// One part of a sum.
#[derive(Debug, PartialEq)]
enum Term {
    Text(String),
    /// The number or the name of the chunk.
    Id,
    /// A field of something, which is where the site keeps its files.
    Public,
    /// What a table has for it; where it has nothing the id itself, or no chunk.
    Table(HashMap<String, String>, bool),
}

/// Adds the chunks of a script.
pub(super) fn collect(text: &[u8], places: &Places, list: &mut List) {
    // However many ends stand in a script, together they cost no more than some readings of it.
    let mut effort = text.len() * 4 + LONGEST;
    let (mut taken, mut ids) = (0, None);
    for dot in memchr::memchr_iter(b'.', text) {
        let Some(end) = tail(text, dot) else { continue };
        let Some(terms) = sum(&text[..end], &mut effort) else { continue };
        if terms.len() < 2 || !terms.iter().any(|term| matches!(term, Term::Id | Term::Table(..))) {
            continue;
        }
        let of_tables = keys(&terms);
        let chunks =
            if of_tables.is_empty() { ids.get_or_insert_with(|| asked_for(text)).clone() } else { of_tables };
        for id in &chunks {
            if taken >= MOST {
                list.is_cut = true;
                return;
            }
            taken += 1;
            let Some(written) = worked_out(&terms, id).filter(|written| is_likely(written)) else { continue };
            let (urls, is_sure) = places.guess(&written);
            for url in urls {
                let role = role_of_name(&url).unwrap_or(Role::Script);
                list.push(url, role, if is_sure { Need::Named } else { Need::Guess });
            }
        }
        if effort == 0 {
            list.is_cut = true;
            return;
        }
    }
}

/// What a script says that its addresses begin with: `r.p = "/app/"`.
pub(super) fn public(text: &[u8], places: &Places) -> Vec<Url> {
    let mut found: Vec<Url> = Vec::new();
    for at in memmem::find_iter(text, b".p=").chain(memmem::find_iter(text, b".p = ")).take(1_000) {
        let rest = text[at + 3..].trim_ascii_start();
        let Some(quote) = rest.first().filter(|byte| matches!(byte, b'"' | b'\'' | b'`')) else { continue };
        let rest = &rest[1..rest.len().min(512)];
        let Some(end) = memchr::memchr(*quote, rest) else { continue };
        let written = unescaped(&String::from_utf8_lossy(&rest[..end]));
        if written.ends_with('/') || written.is_empty() {
            let url = places.on_page(if written.is_empty() { "./" } else { &written });
            found.extend(url.filter(|url| !found.contains(url)));
        }
        if found.len() == 4 {
            break;
        }
    }
    found
}

/// The end of the text in quotes that is the end of a sum, if the dot stands in one: `+".js"`,
/// or the end of a template.
fn tail(text: &[u8], dot: usize) -> Option<usize> {
    let rest = &text[dot + 1..text.len().min(dot + 8)];
    let length = [&b"js"[..], b"mjs", b"css"].iter().find(|extension| rest.starts_with(extension))?.len();
    let quote = *rest.get(length).filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
    let end = dot + 1 + length + 1;
    if quote == b'`' {
        return Some(end);
    }
    let start = dot.saturating_sub(128);
    let open = start + memchr::memrchr(quote, &text[start..dot])?;
    text[..open].trim_ascii_end().ends_with(b"+").then_some(end)
}

/// The parts of the sum that `text` ends with.
fn sum(text: &[u8], effort: &mut usize) -> Option<Vec<Term>> {
    let (mut terms, mut rest) = (Vec::new(), text);
    loop {
        let (mut found, before) = last(rest, effort)?;
        found.append(&mut terms);
        terms = found;
        rest = before.trim_ascii_end();
        let Some(left) = rest.strip_suffix(b"+").filter(|left| !left.ends_with(b"+")) else {
            return Some(terms);
        };
        rest = left.trim_ascii_end();
        if terms.len() > TERMS {
            return None;
        }
    }
}

/// The last part of a sum, and what stands before it.
fn last<'a>(text: &'a [u8], effort: &mut usize) -> Option<(Vec<Term>, &'a [u8])> {
    match *text.last()? {
        b'`' => {
            let (inner, before) = back(text, b'`', effort)?;
            Some((template(inner)?, before))
        }
        quote @ (b'"' | b'\'') => {
            let (inner, before) = back(text, quote, effort)?;
            Some((vec![Term::Text(unescaped(&String::from_utf8_lossy(inner)))], before))
        }
        b')' => {
            let (inner, before) = bracket(text, effort)?;
            Some((vec![looked_up(inner)?], before))
        }
        b']' => {
            let (_, before) = bracket(text, effort)?;
            let table = before.trim_ascii_end();
            let (inner, before) = bracket(table, effort)?;
            let inner = if table.ends_with(b")") { braced(inner)? } else { inner };
            Some((vec![Term::Table(table_of(inner), false)], before))
        }
        byte if is_word(byte) => {
            let length = text.iter().rev().take(64).take_while(|byte| is_word(**byte)).count();
            let before = &text[..text.len() - length];
            let Some(object) = before.strip_suffix(b".") else { return Some((vec![Term::Id], before)) };
            let length = object.iter().rev().take(64).take_while(|byte| is_word(**byte)).count();
            Some((vec![Term::Public], &object[..object.len() - length]))
        }
        _ => None,
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$')
}

/// The text in quotes that `text` ends with, and what stands before it.
fn back<'a>(text: &'a [u8], quote: u8, effort: &mut usize) -> Option<(&'a [u8], &'a [u8])> {
    let inner = text.strip_suffix(&[quote])?;
    let window = &inner[inner.len().saturating_sub(LONGEST.min(*effort))..];
    let open = memchr::memrchr(quote, window);
    *effort = effort.saturating_sub(open.map_or(window.len(), |open| window.len() - open));
    let open = inner.len() - window.len() + open?;
    Some((&inner[open + 1..], &inner[..open]))
}

/// What stands within the brackets that `text` ends with, and what before them.
fn bracket<'a>(text: &'a [u8], effort: &mut usize) -> Option<(&'a [u8], &'a [u8])> {
    let (mut depth, mut at) = (0_usize, text.len());
    let mut quote = None;
    while at > 0 && text.len() - at < LONGEST && *effort > 0 {
        at -= 1;
        *effort -= 1;
        let byte = text[at];
        match (quote, byte) {
            (Some(open), _) => quote = Some(open).filter(|open| *open != byte),
            (None, b'"' | b'\'' | b'`') => quote = Some(byte),
            (None, b')' | b']' | b'}') => depth += 1,
            (None, b'(' | b'[' | b'{') => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some((&text[at + 1..text.len() - 1], &text[..at]));
        }
    }
    None
}

/// What stands within braces, where there is nothing else.
fn braced(text: &[u8]) -> Option<&[u8]> {
    text.trim_ascii().strip_prefix(b"{")?.strip_suffix(b"}")
}

/// What `{1: "a"}[e] || e`, the same in brackets, or an id stands for.
fn looked_up(text: &[u8]) -> Option<Term> {
    let text = text.trim_ascii();
    if !text.is_empty() && text.iter().all(|byte| is_word(*byte)) {
        return Some(Term::Id);
    }
    let inner = text.strip_prefix(b"(").unwrap_or(text).trim_ascii_start().strip_prefix(b"{")?;
    let end = memchr::memchr(b'}', inner)?;
    let falls_back =
        memmem::find(&inner[end..], b"||").is_some() || memmem::find(&inner[end..], b"??").is_some();
    Some(Term::Table(table_of(&inner[..end]), falls_back))
}

/// `1:"a",chunk:'b',"c-d":"e"`.
fn table_of(text: &[u8]) -> HashMap<String, String> {
    let text = String::from_utf8_lossy(text);
    let entries = text.split(',').filter_map(|entry| {
        let (key, value) = entry.split_once(':')?;
        let value = value.trim();
        let quote = value.chars().next().filter(|first| matches!(first, '"' | '\'' | '`'))?;
        let value = value.strip_prefix(quote)?.strip_suffix(quote)?;
        let key = key.trim().trim_matches(|letter| matches!(letter, '"' | '\''));
        Some((number(key), unescaped(value)))
    });
    entries.take(MOST).collect()
}

/// A key as JavaScript reads it: `5e3` is `5000`.
fn number(key: &str) -> String {
    let written = key.split_once('e').and_then(|(digits, zeros)| {
        let (digits, zeros): (u64, u32) = (digits.parse().ok()?, zeros.parse().ok()?);
        digits.checked_mul(10_u64.checked_pow(zeros)?)
    });
    written.map_or_else(|| key.to_owned(), |number| number.to_string())
}

/// The parts of a template: `js/${e}.${{1:"a"}[e]}.js`.
fn template(text: &[u8]) -> Option<Vec<Term>> {
    let (mut terms, mut rest) = (Vec::new(), text);
    while let Some(at) = memmem::find(rest, b"${") {
        terms.push(Term::Text(unescaped(&String::from_utf8_lossy(&rest[..at]))));
        rest = &rest[at + 2..];
        let mut depth = 1_usize;
        let end = rest.iter().position(|byte| {
            match byte {
                b'{' => depth += 1,
                b'}' => depth -= 1,
                _ => {}
            }
            depth == 0
        })?;
        terms.push(looked_up(&rest[..end])?);
        rest = &rest[end + 1..];
        if terms.len() > TERMS {
            return None;
        }
    }
    terms.push(Term::Text(unescaped(&String::from_utf8_lossy(rest))));
    Some(terms)
}

/// The ids that stand in tables.
fn keys(terms: &[Term]) -> BTreeSet<String> {
    let tables = terms.iter().filter_map(|term| match term {
        Term::Table(table, _) => Some(table.keys().cloned()),
        _ => None,
    });
    tables.flatten().take(MOST).collect()
}

/// The ids of the chunks that a script loads: `r.e(12)`, `r.e("login")`.
fn asked_for(text: &[u8]) -> BTreeSet<String> {
    let calls = memmem::find_iter(text, b".e(").filter_map(|at| {
        let rest = &text[at + 3..text.len().min(at + 3 + 128)];
        let id = &rest[..memchr::memchr(b')', rest)?];
        let id = String::from_utf8_lossy(id.trim_ascii()).into_owned();
        let inner = id.trim_matches(|letter| matches!(letter, '"' | '\''));
        let is_number = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit() || byte == b'e');
        (is_number || inner.len() + 2 == id.len()).then(|| number(inner))
    });
    calls.take(500).collect()
}

/// The sum for one chunk.
fn worked_out(terms: &[Term], id: &str) -> Option<String> {
    let mut sum = String::new();
    for term in terms {
        match term {
            Term::Text(text) => sum += text,
            Term::Id => sum += id,
            Term::Public => {}
            Term::Table(table, falls_back) => {
                sum += table.get(id).map(String::as_str).or_else(|| falls_back.then_some(id))?;
            }
        }
    }
    Some(sum)
}
