//! Comparisons of made-up reports, in tables.

use super::*;

/// A report of findings written as `key@path:line`, settled ones behind `~`; those of an audit
/// have the words of `seen_in` behind a `;`, `head` among them for what is in HEAD.
fn scan(findings: &[&str], more: &str) -> Scan {
    let entry = |text: &str| {
        let (key, place) = text.split_once('@').expect("a key and a place");
        let (place, seen) = place.split_once(';').unwrap_or((place, ""));
        let (path, line) = place.split_once(':').unwrap_or((place, "1"));
        let words = seen.split(' ').filter(|word| !matches!(*word, "" | "head"));
        let words = words.map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(",");
        let in_head = seen.contains("head");
        let fingerprint = baseleak::model::hex(format!("{key}{path}").as_bytes());
        format!(
            r#"{{"rule":"r","confidence":"high","key":"k{key}","digest":"{key}","fingerprint":"{fingerprint}",
            "path":"{path}","place":"content","line":{line},"column":1,"later":[0],
            "seen_in":[{words}],"origin":{{"in_head":{in_head},"later":1}},
            "suppression":{{"kind":"allow","place":"c:1"}}}}"#
        )
    };
    let all = |settled: bool| {
        let entries = findings.iter().filter(|text| text.starts_with('~') == settled);
        entries.map(|text| entry(text.trim_start_matches('~'))).collect::<Vec<_>>().join(",")
    };
    let (findings, suppressed) = (all(false), all(true));
    let text = format!(
        r#"{{"schema":1,"tool":{{"name":"baseleak","version":"9.9.9"}},"later":{{}},
        "findings":[{findings}],"suppressed":[{suppressed}]{more}}}"#
    );
    Scan::read(text.as_bytes()).expect("it is a report")
}

/// What a comparison says, a word for each finding.
fn told(old: &[&str], new: &[&str]) -> Vec<String> {
    let (old, new) = (scan(old, ""), scan(new, ""));
    let comparison = Comparison::of(&old, &new);
    let name = |found: &Found| format!("{}@{}:{}", found.digest, found.path, found.line);
    let mut told = Vec::new();
    for (found, was_settled) in &comparison.new {
        told.push(format!("{}{}", if *was_settled { "unsettled " } else { "new " }, name(found)));
    }
    told.extend(comparison.moved.iter().map(|(from, to)| format!("moved {} {}", name(from), name(to))));
    told.extend(comparison.fixed.iter().map(|found| format!("fixed {}", name(found))));
    told.extend(comparison.settled.iter().map(|found| format!("settled {}", name(found))));
    told.extend(comparison.still.iter().map(|found| format!("still {}", name(found))));
    told.extend(comparison.new_keys.iter().map(|(key, _)| format!("come {key}")));
    told.extend(comparison.gone_keys.iter().map(|(key, _)| format!("gone {key}")));
    told
}

#[track_caller]
fn check(old: &[&str], new: &[&str], expect: &[&str]) {
    assert_eq!(told(old, new), expect, "{old:?} {new:?}");
}

#[test]
fn new_fixed_and_still_there() {
    check(&[], &[], &[]);
    check(&["1@a"], &["1@a"], &["still 1@a:1"]);
    check(&["1@a:3"], &["1@a:9"], &["still 1@a:9"]);
    check(&[], &["1@a"], &["new 1@a:1", "come k1"]);
    check(&["1@a"], &[], &["fixed 1@a:1", "gone k1"]);
    check(&["1@a"], &["2@a"], &["new 2@a:1", "fixed 1@a:1", "come k2", "gone k1"]);
    check(&["1@a"], &["1@a", "1@b"], &["new 1@b:1", "still 1@a:1"]);
    check(&["1@a", "1@b"], &["1@b"], &["fixed 1@a:1", "still 1@b:1"]);
}

#[test]
fn several_of_one_fingerprint_are_counted() {
    check(&["1@a:1"], &["1@a:1", "1@a:5"], &["new 1@a:5", "still 1@a:1"]);
    check(&["1@a:5"], &["1@a:1", "1@a:5"], &["new 1@a:1", "still 1@a:5"]);
    check(&["1@a:1", "1@a:5"], &["1@a:5"], &["fixed 1@a:1", "still 1@a:5"]);
    check(&["1@a:1", "1@a:5"], &["1@a:2", "1@a:6"], &["still 1@a:2", "still 1@a:6"]);
}

#[test]
fn a_key_that_left_as_many_places_as_it_came_to_moved() {
    check(&["1@a"], &["1@b"], &["moved 1@a:1 1@b:1"]);
    check(&["1@x/a", "1@x/b"], &["1@y/b", "1@y/a"], &["moved 1@x/b:1 1@y/b:1", "moved 1@x/a:1 1@y/a:1"]);
    check(&["1@x/a", "1@x/b"], &["1@y/b", "1@y/c"], &["moved 1@x/b:1 1@y/b:1", "moved 1@x/a:1 1@y/c:1"]);
    check(&["1@a", "2@a"], &["2@b", "1@b"], &["moved 2@a:1 2@b:1", "moved 1@a:1 1@b:1"]);
    // Nobody knows which of them moved.
    check(&["1@a"], &["1@b", "1@c"], &["new 1@b:1", "new 1@c:1", "fixed 1@a:1"]);
    check(&["1@a", "1@b"], &["1@c"], &["new 1@c:1", "fixed 1@a:1", "fixed 1@b:1"]);
    // Another key in the same file is another key.
    check(&["1@a"], &["2@b"], &["new 2@b:1", "fixed 1@a:1", "come k2", "gone k1"]);
}

/// The old name of a file that moved stays in the history.
#[test]
fn a_move_between_audits_leaves_the_old_place_in_the_history() {
    let moved = ["moved 1@a:1 1@b:1", "still 1@a:1"];
    for old in ["1@a;tree", "1@a;ignored", "1@a;index", "1@a;tree history", "1@a;history head"] {
        check(&[old], &["1@a;history", "1@b;tree history"], &moved);
        check(&[old], &["1@b;tree", "1@a;history"], &moved);
    }
    // It was there no more before, it is still in use, or it stands in git's own files.
    let (new, came) = (["1@a;history", "1@b;tree"], ["new 1@b:1", "still 1@a:1"]);
    check(&["1@a;history"], &new, &came);
    check(&["1@a;tree"], &["1@a;history head", "1@b;tree"], &came);
    check(&["1@a;tree"], &["1@a;tree history", "1@b;tree"], &came);
    check(&["1@a;tree"], &["1@a;metadata", "1@b;tree"], &came);
    // Nobody knows which of them moved.
    let new = ["1@a;history", "1@c;history", "1@b;tree"];
    check(&["1@a;tree", "1@c;tree"], &new, &["new 1@b:1", "still 1@a:1", "still 1@c:1"]);
    // One of them was in no commit yet, and is gone for good.
    let pairs_up = ["moved 1@x/a:1 1@z/a:1", "moved 1@x/b:1 1@z/b:1", "still 1@x/b:1"];
    check(&["1@x/a;tree", "1@x/b;tree"], &["1@z/a;tree", "1@z/b;tree", "1@x/b;history"], &pairs_up);
    check(&["1@a;tree"], &["1@a;history"], &["still 1@a:1"]);
}

#[test]
fn what_is_settled_is_told_apart() {
    check(&["1@a"], &["~1@a"], &["settled 1@a:1"]);
    check(&["~1@a"], &["1@a"], &["unsettled 1@a:1"]);
    check(&["~1@a"], &["~1@a"], &[]);
    check(&["~1@a"], &[], &[]);
    check(&[], &["~1@a"], &[]);
    check(&["1@a:1", "1@a:5"], &["1@a:1", "~1@a:5"], &["settled 1@a:5", "still 1@a:1"]);
    check(&["~1@a:1", "1@a:5"], &["1@a:1", "1@a:5"], &["unsettled 1@a:1", "still 1@a:5"]);
    check(&["~1@a:1"], &["~1@a:1", "1@a:5"], &["new 1@a:5"]);
    check(&["1@a:5", "~1@a:1"], &["~1@a:1"], &["fixed 1@a:5"]);
    // A settled place that is given up for another one does not hide that.
    check(&["~1@a"], &["1@b"], &["new 1@b:1"]);
    check(&["1@a"], &["~1@b"], &["fixed 1@a:1"]);
    // What is no longer suppressed has not moved.
    check(&["~1@a", "1@b"], &["1@a"], &["unsettled 1@a:1", "fixed 1@b:1"]);
}

#[track_caller]
fn check_notes(old: &str, new: &str, expect: &[&str]) {
    let (old, new) = (scan(&[], old), scan(&[], new));
    let kinds: Vec<_> = Comparison::of(&old, &new).notes.iter().map(|note| note.kind).collect();
    assert_eq!(kinds, expect);
}

#[test]
fn what_makes_reports_hard_to_compare_is_said() {
    check_notes("", "", &[]);
    let incomplete = r#","coverage":{"complete":false}"#;
    check_notes(incomplete, "", &["old-incomplete"]);
    check_notes("", incomplete, &["new-incomplete"]);
    let history = r#","coverage":{"complete":true,"objects":3}"#;
    check_notes(history, "", &["other-kind"]);
    check_notes(history, r#","exposures":[{}]"#, &[]);
    let rules = |ids: &str| format!(r#","rules":[{{"id":"a"}},{{"id":"{ids}"}}]"#);
    check_notes(&rules("b"), &rules("c"), &["other-rules"]);
    check_notes(r#","disabled_rules":["a"]"#, "", &["other-disabled"]);
    let (old, new) = (scan(&[], &rules("b")), scan(&[], &rules("c")));
    let text = &Comparison::of(&old, &new).notes[0].text;
    assert_eq!(text, "other rules were in force: b in the old scan only; c in the new scan only");
}

/// Whatever the reports hold, each finding is told of once.
#[test]
fn nothing_is_lost_and_nothing_is_told_twice() {
    let mut state = 7_u64;
    let mut next = |most: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % most
    };
    for _ in 0..300 {
        let mut made = || {
            let length = next(12);
            let one = |_| {
                let hush = if next(4) == 0 { "~" } else { "" };
                format!("{hush}{}@{}/{}:{}", next(3), next(2), next(3), next(4))
            };
            (0..length).map(one).collect::<Vec<_>>()
        };
        let (old, new) = (made(), made());
        let (old, new): (Vec<&str>, Vec<&str>) =
            (old.iter().map(String::as_str).collect(), new.iter().map(String::as_str).collect());
        let (old, new) = (scan(&old, ""), scan(&new, ""));
        let one = Comparison::of(&old, &new);
        let gone = one.fixed.len() + one.moved.len() + one.settled.len() + one.still.len();
        assert_eq!(gone, old.findings.len(), "{one:#?}");
        assert_eq!(one.new.len() + one.moved.len() + one.still.len(), new.findings.len(), "{one:#?}");
    }
}
