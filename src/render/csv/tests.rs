//! The table: read back by a reader of its own, and with cells that mean harm.

use super::super::canonical::{assert_no_secret, canonical};
use super::super::terminal::is_hidden;
use super::*;

fn rendered(report: &Report) -> String {
    let mut out = Vec::new();
    write(report, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("the report is UTF-8")
}

/// The rows of a table as RFC 4180 reads them.
pub(in super::super) fn read(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut is_quoted, mut characters) = (false, text.chars().peekable());
    while let Some(character) = characters.next() {
        match character {
            '"' if is_quoted && characters.next_if_eq(&'"').is_some() => cell.push('"'),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !is_quoted && characters.next_if_eq(&'\n').is_some() => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            _ => cell.push(character),
        }
    }
    assert!(cell.is_empty() && row.is_empty() && !is_quoted, "the last row is whole");
    rows
}

#[test]
fn the_canonical_report() {
    let report = canonical();
    let table = rendered(&report);
    assert_no_secret(&report, &table);
    assert!(!table.replace("\r\n", "").contains(is_hidden));
    let rows = read(&table);
    assert_eq!(rows.len(), 1 + report.findings.len() + report.suppressed.len());
    assert!(rows.iter().all(|row| row.len() == COLUMNS.len()));
    assert_eq!(table.lines().count(), rows.len());
    insta::assert_snapshot!(table.replace("\r\n", "\n"));
}

/// `text` in a table is `expect`, and a reader that drops the apostrophe gets what was shown.
fn check(text: &str, expect: &str) {
    let shown = cell(text);
    assert_eq!(shown, expect, "{text:?}");
    let rows = read(&format!("a,{shown},b\r\n"));
    assert_eq!((rows.len(), rows[0].len()), (1, 3), "{text:?}");
    let read = &rows[0][1];
    assert_eq!(read.strip_prefix('\'').unwrap_or(read), sanitise(text), "{text:?}");
}

#[test]
fn cells_are_harmless_and_read_back() {
    check("plain text", "plain text");
    check("", "");
    check("a,b", "\"a,b\"");
    check("say \"a\"", "\"say \"\"a\"\"\"");
    check("one\r\ntwo", "one\\x0d\\x0atwo");
    check("a;b", "\"a;b\"");
    check(" a", "\" a\"");
    check("=1+1", "'=1+1");
    check("+1", "'+1");
    check("-1", "'-1");
    check("@SUM(A1)", "'@SUM(A1)");
    check("\t=1", "\"' =1\"");
    check("\r=1", "\\x0d=1");
    check("'=1", "''=1");
    check("'tis", "''tis");
    check("\"=1", "\"'\"\"=1\"");
    check(" \" =1", "\"' \"\" =1\"");
    check("\u{a0}=1", "'\u{a0}=1");
    check("\u{ff1d}1", "'\u{ff1d}1");
    check("=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\"");
    check("a=1", "a=1");
}

/// All texts of up to four of these, none of which begins a formula once it is a cell.
#[test]
fn no_mixture_begins_a_formula() {
    let pieces = ["=", "+", "-", "@", "\t", "\r", "\n", "\"", "'", ",", " ", "a", "\u{200b}", "\u{3000}"];
    let count = pieces.len();
    for number in 0..count.pow(4) {
        let picked = (0..4).map(|digit| pieces[number / count.pow(digit) % count]);
        let text: String = picked.collect();
        let cell = cell(&text);
        let rows = read(&format!("{cell},end\r\n"));
        assert_eq!((rows.len(), rows[0].len()), (1, 2), "{text:?}");
        let read = &rows[0][0];
        let bare = read.trim_start_matches([' ', '"', '\u{3000}']);
        assert!(!bare.starts_with(['=', '+', '-', '@', '\t', '\r']), "{text:?} becomes {cell:?}");
        assert_eq!(read.strip_prefix('\'').unwrap_or(read), sanitise(&text), "{text:?}");
    }
}
