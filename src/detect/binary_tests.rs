//! Keys in binary content, where letters that are no part of them touch them, through
//! the whole detector.

use std::sync::OnceLock;

use crate::model::{Blob, Finding, Provenance};
use crate::rules::RuleSet;

use super::Detector;

static DETECTOR: OnceLock<Detector> = OnceLock::new();

const OLD: &str = "";
const NEW: &str = "b10_";

/// Letters and digits by a linear congruential generator.
fn word(seed: &mut u64, length: usize) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut letter = || {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(alphabet[usize::try_from(*seed >> 40).expect("24 bits fit") % 62])
    };
    (0..length).map(|_| letter()).collect()
}

fn key(prefix: &str) -> String {
    let mut seed = 9;
    match prefix {
        "whsec_" => format!("whsec_{}", word(&mut seed, 40)),
        "sky_" => format!("sky_{}.{}", word(&mut seed, 12), word(&mut seed, 32)),
        _ => format!("{prefix}{}.{}", word(&mut seed, 8), word(&mut seed, 32)),
    }
}

fn found(content: &[u8]) -> Vec<String> {
    let mut findings = Vec::new();
    let provenance = Provenance { shown: b"baseten.bin", relative: b"baseten.bin" };
    let detector = DETECTOR.get_or_init(|| Detector::new(RuleSet::builtin()));
    detector.scan(&Blob::whole(content, provenance), &mut findings);
    let may_hold = detector.glance(content).may_hold;
    assert!(may_hold || findings.is_empty(), "{}", content.escape_ascii());
    assert!(detector.stirs(content) || findings.is_empty(), "{}", content.escape_ascii());
    let secret = |finding: &Finding| String::from_utf8_lossy(finding.secret.expose()).into();
    findings.iter().map(secret).collect()
}

/// Whether the key of this prefix, and nothing else, is found between `before` and `after`.
#[track_caller]
fn check(prefix: &str, before: &[u8], after: &[u8], expect: bool) {
    let key = key(prefix);
    let content = [before, key.as_bytes(), after].concat();
    let expect = if expect { vec![key] } else { Vec::new() };
    assert_eq!(found(&content), expect, "{}", content.escape_ascii());
}

#[test]
fn a_length_ends_a_key() {
    for prefix in [OLD, NEW, "sky_", "whsec_"] {
        let length = u8::try_from(key(prefix).len()).expect("a key is short");
        for behind in [&b"N"[..], b"r\x05\0\0\0", b"q\x01X", b"_", b"(K\x01", b"", b"\xDA\x01", b".x"] {
            for kind in *b"zZUCx" {
                check(prefix, &[b')', 2, kind, length], behind, true);
            }
            for kind in [0xFA, 0xDA, 0xD9] {
                check(prefix, &[b'x', kind, length], behind, true);
            }
            for kind in [b'a', b'u', b's', b'X', b'T', 0xF5, 0xDB, b'z'] {
                check(prefix, &[b'q', kind, length, 0, 0, 0], behind, true);
                check(prefix, &[b'q', kind, 0, 0, 0, length], behind, true);
            }
            check(prefix, &[b't', 0, length], behind, true);
        }
        check(prefix, b"(dp0\nV", b"\np1\n", true);
        check(prefix, b"V", b"\np0\n.", true);
        check(prefix, b"V", b"\n.", true);
        check(prefix, b"(Vname\nV", b"\nsV", true);
    }
}

#[test]
fn another_length_ends_no_key_of_the_old_shape() {
    for before in [&b"\x02z("[..], b"\x02z*", b"X\x28\0\0\0", b"q)", b"X\x29\x01\0\0", b"f(x)", b"z)"] {
        check(OLD, before, b"N", false);
    }
    check(OLD, b"V", b" \n", false);
    check(OLD, b"V", b"\n", false);
    check(OLD, b"V", b"\npeace", false);
    check(OLD, b"xV", b"\n", false);
    check(OLD, b"\0x", b"x\0", false);
}

#[test]
fn a_prefix_ends_what_stands_before_a_key_in_binary_content() {
    for prefix in [NEW, "sky_", "whsec_"] {
        for (before, after) in [("BASETEN_API_KEY", ""), ("", "text of the next"), ("name", "1"), ("_", "_")]
        {
            let (far, near) = ([b'|'; 80], [b'|'; 20]);
            let (before, after) = (before.as_bytes(), after.as_bytes());
            let with = |edge: &[u8], gap: &[u8]| [edge, gap, before].concat();
            check(prefix, &with(b"SQLite format 3\0", &far), after, true);
            // Elsewhere, what goes on behind a `sky_` key may be its own.
            let is_open = prefix == "sky_" && before.is_empty();
            if !is_open {
                check(prefix, &with(b"\0", &near), after, true);
                check(prefix, before, &[after, b" \0"].concat(), true);
                check(prefix, &with(b"\0", &far), after, false);
            }
        }
    }
}

#[test]
fn keys_that_touch_are_told_apart() {
    for prefix in [NEW, "sky_", "whsec_"] {
        let key = key(prefix);
        let content = format!("\0\x05name{key}{key}{key}more\0");
        assert_eq!(found(content.as_bytes()), [&*key, &*key, &*key], "{prefix}");
    }
}

#[test]
fn what_is_assigned_is_all_of_a_key() {
    let longer = key("sky_") + "tail";
    let content = format!("A=b\0BASETEN_GATEWAY_KEY={longer}\0C=d\0");
    assert_eq!(found(content.as_bytes()), [longer]);
}
