//! The log as a whole.

use serde_json::Value;

use super::super::canonical::{assert_no_secret, canonical, empty};
use super::super::help::unmarked;
use super::super::schema::assert_valid;
use super::super::terminal::is_hidden;
use super::*;

const SCHEMA_FILE: &str = "sarif-2.1.0.json";

fn rendered(report: &Report) -> String {
    let mut out = Vec::new();
    write(report, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("the log is UTF-8")
}

fn parsed(report: &Report) -> Value {
    serde_json::from_str(&rendered(report)).expect("the log is JSON")
}

#[test]
fn the_canonical_report() {
    insta::assert_snapshot!(rendered(&canonical()));
}

#[test]
fn the_published_schema_holds() {
    for report in [canonical(), empty()] {
        assert_valid(SCHEMA_FILE, &parsed(&report));
    }
}

#[test]
fn no_secret_is_written() {
    let report = canonical();
    assert_no_secret(&report, &rendered(&report));
}

#[test]
fn nothing_hidden_is_written() {
    let text = rendered(&canonical());
    assert!(!text.replace('\n', "").contains(is_hidden), "{text:?}");
}

#[test]
fn every_finding_is_a_result_with_a_file_and_a_name_of_its_own() {
    let report = canonical();
    let log = parsed(&report);
    let results = log["runs"][0]["results"].as_array().expect("there are results");
    assert_eq!(results.len(), report.findings.len() + report.suppressed.len());
    let mut names = std::collections::HashSet::new();
    for (index, result) in results.iter().enumerate() {
        let place = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte);
        let uri = place["uri"].as_str().expect("it is a string");
        // What stands in a front end is below no root.
        if let Some(rest) = uri.strip_prefix("https://") {
            assert!(place.get("uriBaseId").is_none() && rest.bytes().all(is_plain), "{uri}");
        } else {
            assert_eq!(place["uriBaseId"], ROOT);
            assert!(!uri.starts_with('/') && uri.bytes().all(is_plain), "{uri}");
        }
        let settled = result["suppressions"].as_array().expect("it is known").len();
        assert_eq!(settled, usize::from(index >= report.findings.len()));
        assert!(names.insert(result["partialFingerprints"]["primaryLocationLineHash"].to_string()));
    }
}

#[test]
fn names_do_not_depend_on_lines() {
    let (mut report, before) = (canonical(), parsed(&canonical()));
    for finding in &mut report.findings {
        finding.location.start.line += 40;
        finding.location.end.line += 40;
    }
    let after = parsed(&report);
    for index in 0..report.findings.len() {
        let name = |log: &Value| log["runs"][0]["results"][index]["partialFingerprints"].clone();
        assert_eq!(name(&before), name(&after));
    }
}

#[test]
fn texts_of_others_make_no_links() {
    for (text, as_plain, as_markdown) in [
        ("an API key", "an API key", "an API key"),
        ("[a](http://b)", r"\[a\](http://b)", r"\[a\]\(http://b\)"),
        ("`x` *y* <z> @all &", "`x` *y* <z> @all &", r"\`x\` \*y\* &lt;z&gt; &#64;all &amp;"),
        ("a\\b\n", r"a\\b\\x0a", r"a\\b\\x0a"),
    ] {
        assert_eq!((plain(text).as_str(), unmarked(text).as_str()), (as_plain, as_markdown), "{text}");
    }
}
