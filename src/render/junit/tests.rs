//! The document: its numbers, its texts, and texts that mean harm.

use super::super::canonical::{assert_no_secret, canonical};
use super::super::terminal::is_hidden;
use super::*;

fn rendered(report: &Report) -> String {
    let mut out = Vec::new();
    write(report, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("the report is UTF-8")
}

#[test]
fn the_canonical_report() {
    let report = canonical();
    let text = rendered(&report);
    assert_no_secret(&report, &text);
    assert!(!text.replace('\n', "").contains(is_hidden));
    for (element, count) in [("<testcase ", 22), ("<failure ", 15), ("<skipped ", 4), ("<error ", 3)] {
        assert_eq!(text.matches(element).count(), count, "{element}");
    }
    assert!(text.contains(r#"tests="22" failures="15" errors="3" skipped="4""#));
    insta::assert_snapshot!(text);
}

#[test]
fn a_clean_scan_passes_one_test() {
    let mut report = canonical();
    report.findings.clear();
    report.suppressed.clear();
    report.coverage.skipped.clear();
    let text = rendered(&report);
    assert!(text.contains(r#"tests="1" failures="0" errors="0" skipped="0""#));
    let name = "no keys found in 1234 files, 0 objects, 56 members of archives, 7 images, 9 documents, \
                5678901 bytes";
    assert!(text.contains(&format!(r#"<testcase classname="baseleak" name="{name}" time="0"/>"#)));
}

fn check(text: &str, expect: &str) {
    assert_eq!(Text(text).to_string(), expect, "{text:?}");
}

#[test]
fn texts_are_escaped() {
    check("plain \u{e9}\u{1f511}", "plain \u{e9}\u{1f511}");
    check("<a b=\"c\" d='e'>&amp;", "&lt;a b=&quot;c&quot; d=&apos;e&apos;&gt;&amp;amp;");
    check("]]><![CDATA[", "]]&gt;&lt;![CDATA[");
    check("\0\x08\x0b\x0c\x1f\x7f", "\\x00\\x08\\x0b\\x0c\\x1f\\x7f");
    check("a\nb\rc\td", "a\\x0ab\\x0dc d");
    check("\u{fffe}\u{ffff}", "\\u{fffe}\\u{ffff}");
    check("\u{fffd}", "\u{fffd}");
}

/// No character that XML 1.0 forbids comes through.
#[test]
fn all_characters_are_allowed() {
    for character in (0..=0xffff).filter_map(char::from_u32) {
        let text = Text(&character.to_string()).to_string();
        let is_allowed = |c: char| matches!(c, ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
        assert!(text.chars().all(is_allowed), "{character:?}");
    }
}
