//! Holds the pages to each other: every relative link of a Markdown file leads to a file or a folder
//! that is there, and every anchor to a heading.
//!
//! Addresses on the web are not looked at. Headings get their anchors as on GitHub.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

/// A link of a page: its line, the path before the `#`, and the anchor behind it.
type Link = (usize, String, Option<String>);

/// The lines of a page that stand in no block of code, with their numbers.
fn prose(text: &str) -> Vec<(usize, String)> {
    let mut fence = None;
    let mut kept = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let mark = ["```", "~~~"].into_iter().find(|mark| line.trim_start().starts_with(mark));
        match (fence, mark) {
            (None, None) => kept.push((index + 1, line.to_owned())),
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            (Some(_), _) => {}
        }
    }
    kept
}

/// The line without what stands between backticks.
fn without_code(line: &str) -> String {
    line.split('`').enumerate().filter(|(index, _)| index % 2 == 0).map(|(_, part)| part).collect()
}

/// The relative links of a page.
fn links(text: &str) -> Vec<Link> {
    let mut found = Vec::new();
    for (number, line) in prose(text) {
        let line = without_code(&line);
        for part in line.split("](").skip(1) {
            let target = part.split([')', ' ']).next().unwrap_or_default();
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (path, anchor) = match target.split_once('#') {
                Some((path, anchor)) => (path, Some(anchor.to_owned())),
                None => (target, None),
            };
            found.push((number, path.to_owned(), anchor));
        }
    }
    found
}

/// The anchors of a page's headings, as GitHub makes them.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut anchors = BTreeSet::new();
    for (_, line) in prose(text) {
        let title = line.trim_start_matches('#');
        if title.len() == line.len() || !title.starts_with(' ') {
            continue;
        }
        let kept = title.trim().to_lowercase().replace(' ', "-");
        let slug: String =
            kept.chars().filter(|&sign| sign.is_alphanumeric() || "-_".contains(sign)).collect();
        let times = seen.entry(slug.clone()).or_default();
        anchors.insert(if *times == 0 { slug } else { format!("{slug}-{times}") });
        *times += 1;
    }
    anchors
}

/// The path without `.` and `..`; nothing need be there.
fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(tidy.pop()),
            part => tidy.push(part),
        }
    }
    tidy
}

/// The links that lead nowhere, of a page with this text.
fn broken(root: &Path, page: &Path, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for (line, path, anchor) in links(text) {
        let target = if path.is_empty() { page.to_owned() } else { tidy(&page.with_file_name(&path)) };
        let place = format!("{}:{line}", page.strip_prefix(root).unwrap_or(page).display());
        if !path.is_empty() && (!target.starts_with(root) || !target.exists()) {
            wrong.push(format!("{place}: there is no {path}"));
            continue;
        }
        let Some(anchor) = anchor else { continue };
        let there =
            if path.is_empty() { text.to_owned() } else { fs::read_to_string(&target).unwrap_or_default() };
        if !anchors(&there).contains(&anchor) {
            wrong.push(format!("{place}: {path} has no heading #{anchor}"));
        }
    }
    wrong
}

/// All Markdown files of the repository, except what is built or comes from elsewhere.
fn pages(root: &Path) -> Vec<PathBuf> {
    let mut walk = ignore::WalkBuilder::new(root);
    walk.hidden(false).parents(false).require_git(false);
    walk.filter_entry(|entry| {
        !matches!(entry.file_name().to_str(), Some(".git" | "target" | "node_modules"))
    });
    let entries = walk.build().map(|entry| entry.expect("the repository can be listed").into_path());
    entries.filter(|path| path.extension().is_some_and(|ending| ending == "md")).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = pages(root);
    assert!(pages.len() > 15, "only {} pages", pages.len());
    let read = |page: &PathBuf| broken(root, page, &fs::read_to_string(page).expect("a page is UTF-8"));
    let wrong: Vec<String> = pages.iter().flat_map(read).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The index would not be one if a page were missing.
#[test]
fn every_page_is_in_the_index() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = root.join("docs");
    let index = fs::read_to_string(docs.join("README.md")).expect("the index is there");
    let listed: BTreeSet<String> = links(&index).into_iter().map(|(_, path, _)| path).collect();
    let missing: Vec<PathBuf> = pages(root)
        .into_iter()
        .filter_map(|page| page.strip_prefix(&docs).map(Path::to_owned).ok())
        .filter(|name| name.to_str().is_some_and(|name| name != "README.md" && !listed.contains(name)))
        .collect();
    assert!(missing.is_empty(), "docs/README.md does not name {missing:?}");
}

#[test]
fn the_checker_can_fail() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let check = |text: &str, expect: usize| {
        let wrong = broken(root, &root.join("docs").join("page.md"), text);
        assert_eq!(wrong.len(), expect, "{text}: {wrong:?}");
    };
    let table: &[(&str, usize)] = &[
        ("[a](output.md) and ![b](../README.md)", 0),
        ("[a](nowhere.md) and [b](none.md#x)", 2),
        ("[a](output.md#exit-codes-and-gates)", 0),
        ("[a](output.md#no-such-heading)", 1),
        ("## `[[allow]]` and more, twice\n[a](#allow-and-more-twice)", 0),
        ("# A\n# A\n[a](#a-1) [b](#a-2)", 1),
        ("[a](https://example.org/x) `[b](nowhere.md)`", 0),
        ("[a](../../outside.md)", 1),
        ("```sh\n[x](nowhere.md)\n```\n", 0),
    ];
    for &(text, expect) in table {
        check(text, expect);
    }
}
