//! One document got: what came, what kind it is, and what it and the documents within it name.
//!
//! This is what the threads do; what becomes of it is decided on one.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::job::Job;
use crate::web::site::client::{Answer, Client, Failure};
use crate::web::site::names::{Document, Embedded, List, Need, Role, names, role_of};

/// How deep documents within documents are followed.
const DEPTH: u32 = 3;

/// What came of a job.
pub(super) struct Fetched {
    pub(super) answer: Answer,
    /// Whether it is a page where something else was asked for: what servers send for what is
    /// not there.
    pub(super) is_other: bool,
    pub(super) role: Role,
    /// What it names; none where that is of no interest.
    pub(super) list: Option<List>,
    /// The documents within it, each with what it names.
    pub(super) within: Vec<(Embedded, Option<List>)>,
    /// Whether looking for what it names failed.
    pub(super) is_lost: bool,
}

/// Does a job.
pub(super) fn fetch(client: &Client, job: &Job) -> Result<Fetched, Failure> {
    let mut answer = client.get(&job.url, job.role == Role::Page)?;
    if job.role == Role::Sitemap && answer.body.starts_with(&[0x1f, 0x8b]) {
        let (body, cut) = client.limits.unpacked(&answer.body);
        answer.cut = answer.cut.or(cut);
        answer.body = body;
    }
    let said = answer.header("content-type").and_then(role_of);
    let role = role(job.role, said, &answer.body);
    let is_other = is_other(job, role, &answer);
    let mut fetched = Fetched { answer, is_other, role, list: None, within: Vec::new(), is_lost: false };
    let is_read = fetched.answer.status < 300 || (fetched.answer.status >= 400 && role == Role::Page);
    if is_read && !is_other && !job.is_robots {
        // What stands in the body may be made to make a parser panic; the content is kept.
        let looked = catch_unwind(AssertUnwindSafe(|| look(job, role, &fetched.answer)));
        match looked {
            Ok((list, within)) => (fetched.list, fetched.within) = (Some(list), within),
            Err(_) => fetched.is_lost = true,
        }
    }
    Ok(fetched)
}

/// What a document and those within it name.
fn look(job: &Job, role: Role, answer: &Answer) -> (List, Vec<(Embedded, Option<List>)>) {
    let (address, page) = (&job.url, &*job.page);
    let mut list = names(&Document { address, page, role, headers: &answer.headers, body: &answer.body });
    let mut within: Vec<(Embedded, Option<List>)> = list.embedded.drain(..).map(|one| (one, None)).collect();
    let mut from = 0;
    for _ in 0..DEPTH {
        let mut found = Vec::new();
        for (embedded, names_of) in &mut within[from..] {
            // Its addresses are relative to what holds it, and a map that nobody named is no guess.
            let mut list =
                names(&Document { address, page, role: embedded.role, headers: &[], body: &embedded.body });
            list.drop_guessed_maps();
            found.append(&mut list.embedded);
            *names_of = Some(list);
        }
        from = within.len();
        within.extend(found.into_iter().map(|one| (one, None)));
    }
    (list, within)
}

/// What kind a document is, by what it was asked for as and what the server says.
fn role(asked: Role, said: Option<Role>, body: &[u8]) -> Role {
    match (asked, said) {
        (Role::Map | Role::Manifest | Role::Json, Some(Role::Json)) | (Role::Map, Some(Role::Script)) => {
            asked
        }
        (_, Some(said)) => said,
        (Role::Script | Role::Style | Role::Map | Role::Json | Role::Manifest, None) if is_markup(body) => {
            Role::Page
        }
        _ => asked,
    }
}

/// Whether something is HTML, whatever the server says.
pub(super) fn is_markup(body: &[u8]) -> bool {
    let head = body.trim_ascii_start();
    let begins = |word: &[u8]| head.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
    begins(b"<!doctype html") || begins(b"<html")
}

/// Whether what came is not what was asked for. What a page needs is taken as it comes.
fn is_other(job: &Job, role: Role, answer: &Answer) -> bool {
    let is_page = role == Role::Page && !matches!(job.role, Role::Page | Role::Other);
    let is_no_map = job.role == Role::Map && !is_map(&answer.body, answer.cut.is_some());
    job.need != Need::Needed && (is_page || is_no_map)
}

/// Whether a document is a source map (ECMA-426), behind what keeps it from being a script. Of one
/// that was cut the end is not known, and the word mostly stands there.
fn is_map(body: &[u8], is_cut: bool) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let body = match body.strip_prefix(b")]}'") {
        Some(rest) => &rest[memchr::memchr(b'\n', rest).unwrap_or(0)..],
        None => body,
    };
    let has = |word: &[u8]| memchr::memmem::find(body, word).is_some();
    body.trim_ascii_start().starts_with(b"{") && (is_cut || has(b"\"mappings\"") || has(b"\"sections\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_is_told_from_what_servers_send_for_what_is_not_there() {
        let table: &[(&[u8], bool)] = &[
            (br#"{"version":3,"sources":[],"mappings":""}"#, true),
            (br#"{"version":3,"sections":[]}"#, true),
            (b"\xef\xbb\xbf {\"mappings\":\"\"}", true),
            (b")]}'\n{\"mappings\":\"\"}", true),
            (b")]}'", false),
            (b"<!doctype html><script>var a = {\"mappings\":1}</script>", false),
            (br#"{"error":"not found"}"#, false),
            (b"", false),
        ];
        for (body, expect) in table {
            assert_eq!(is_map(body, false), *expect, "{:?}", String::from_utf8_lossy(body));
        }
        assert!(is_map(br#"{"version":3,"sourcesContent":["aaa"#, true));
        assert!(!is_map(b"<!doctype html><p>aaa", true) && !is_map(b"", true));
    }
}
