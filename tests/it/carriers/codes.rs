//! Every encoding, and each in each other, for every shape of key.
//!
//! Texts that carry a code are written out here; how codes are found is the business of `decode`.

use serde_json::json;

use super::build::gzip;
use super::{KINDS, places};
use crate::encodings::base64;
use crate::sandbox::{Sandbox, assert_hidden, key_of};

/// A way to encode a text.
type Encode = fn(&str) -> String;

/// `code` in lines of so many characters, `between` them.
pub(super) fn wrapped(code: &str, width: usize, between: &str) -> String {
    let lines = code.as_bytes().chunks(width).map(|line| str::from_utf8(line).expect("it is ASCII"));
    lines.collect::<Vec<_>>().join(between)
}

/// Each character that `which` names by `escape`.
fn each(text: &str, which: &[char], escape: impl Fn(u32) -> String) -> String {
    let one = |sign: char| if which.contains(&sign) { escape(u32::from(sign)) } else { sign.to_string() };
    text.chars().map(one).collect()
}

/// Every byte by `escape`.
fn bytes(text: &str, escape: impl Fn(u8) -> String) -> String {
    text.bytes().map(escape).collect()
}

fn hex(text: &str) -> String {
    bytes(text, |byte| format!("{byte:02x}"))
}

fn percent(text: &str) -> String {
    bytes(text, |byte| format!("%{byte:02X}"))
}

fn json_escapes(text: &str) -> String {
    bytes(text, |byte| format!("\\u{byte:04x}"))
}

fn hex_escapes(text: &str) -> String {
    bytes(text, |byte| format!("\\x{byte:02x}"))
}

fn entities(text: &str) -> String {
    bytes(text, |byte| format!("&#{byte};"))
}

fn hex_entities(text: &str) -> String {
    bytes(text, |byte| format!("&#x{byte:x};"))
}

fn quoted(text: &str) -> String {
    bytes(text, |byte| format!("={byte:02X}"))
}

fn utf16(text: &str, is_little: bool, has_mark: bool) -> Vec<u8> {
    let units = has_mark.then_some(0xFEFF).into_iter().chain(text.encode_utf16());
    units.flat_map(|unit| if is_little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
}

/// Holds a file to one finding at `place`, decoded through `chain`, for every shape of key,
/// and to none where there is no key.
#[track_caller]
fn check(name: &str, make: &dyn Fn(&str) -> Vec<u8>, chain: &[&str], place: &str) {
    for (number, kind) in KINDS.into_iter().enumerate() {
        let sandbox = Sandbox::new();
        let key = key_of(kind, number);
        sandbox.write(name, make(&key));
        let run = sandbox.run(["scan", "--format", "json"]).hides(&key);
        let what = format!("{name} {chain:?}, {}", kind.name());
        assert_eq!(places(&run.json()), [place], "{what}");
        let finding = &run.json()["findings"][0];
        assert_eq!(finding["rule"], kind.rule(), "{what}");
        assert_eq!(finding["encodings"], json!(chain), "{what}");
        let human = sandbox.run(["scan"]).exits(1);
        assert_hidden(&key, &human.stdout);
        assert!(human.stdout.contains(&format!("  = decoded from {}\n", chain.join(" → "))), "{what}");
        let decoy = "your-key-goes-here-".repeat(5)[..key.len()].to_owned();
        sandbox.write(name, make(&decoy));
        sandbox.run(["scan"]).exits(0);
    }
}

/// Holds a line that names Baseten and `code`, in column 18, to the same.
#[track_caller]
fn check_line(encode: &dyn Fn(&str) -> String, chain: &[&str]) {
    check("a.txt", &|key| format!("BASETEN_API_KEY: {}\n", encode(key)).into_bytes(), chain, "a.txt:1:18");
}

#[test]
fn base64_in_all_its_forms() {
    let filler = "a filler. ".repeat(12);
    let long = |key: &str| base64(format!("{filler}\nBASETEN_API_KEY={key}\n"));
    let bare = |code: String| code.trim_end_matches('=').replace('+', "-").replace('/', "_");
    check_line(&|key| base64(key), &["base64"]);
    check_line(&|key| bare(base64(key)), &["base64"]);
    check_line(&|key| base64(base64(key)), &["base64", "base64"]);
    check_line(&|key| base64(gzip(format!("BASETEN_API_KEY={key}").as_bytes())), &["base64", "gzip"]);
    // As a release of Helm stands in a Secret.
    let helm = |key: &str| {
        let release = json!({"name": "x", "config": {"baseten_api_key": key}, "filler": filler}).to_string();
        base64(base64(gzip(release.as_bytes())))
    };
    check_line(&helm, &["base64", "base64", "gzip"]);
    let uri = |key: &str| format!("<a href=\"data:text/plain;base64,{}\">\n", long(key)).into_bytes();
    check("a.html", &uri, &["base64"], "a.html:1:215");
    let basic = |key: &str| {
        let code = base64(format!("Api-Key:{key}"));
        format!("curl https://model-x.api.baseten.co -H 'Authorization: Basic {code}'\n").into_bytes()
    };
    check("basic.sh", &basic, &["base64"], "basic.sh:1:72");
    let secret =
        |key: &str| format!("kind: Secret\ndata:\n  BASETEN_API_KEY: {}\n", base64(key)).into_bytes();
    check("secret.yaml", &secret, &["base64"], "secret.yaml:3:20");
    for (width, place) in [(64, "a.pem:3:55"), (76, "a.pem:3:31")] {
        for newline in ["\n", "\r\n"] {
            let lines = |key: &str| [wrapped(&long(key), width, newline).as_bytes(), b"\n"].concat();
            check("a.pem", &lines, &["base64"], place);
        }
    }
    let string =
        |key: &str| format!("{{\"baseten\": \"{}\"}}\n", wrapped(&long(key), 76, "\\n")).into_bytes();
    check("a.json", &string, &["base64"], "a.json:1:200");
}

#[test]
fn escapes_of_one_character_or_all() {
    let all: [(Encode, &str); 8] = [
        (hex, "hex"),
        (percent, "percent"),
        (json_escapes, "escapes"),
        (hex_escapes, "escapes"),
        (entities, "html"),
        (hex_entities, "html"),
        (quoted, "quoted-printable"),
        (|text| each(text, &['.', '_'], |sign| format!("%{sign:02x}")), "percent"),
    ];
    for (encode, name) in all {
        check_line(&encode, &[name]);
    }
    let some: [(Encode, &str); 5] = [
        (|text| each(text, &['.', '_'], |sign| format!("\\u{sign:04x}")), "escapes"),
        (|text| each(text, &['.', '_'], |sign| format!("\\x{sign:02x}")), "escapes"),
        (|text| each(text, &['.', '_'], |sign| format!("&#{sign};")), "html"),
        (|text| each(text, &['.', '_'], |sign| format!("&#x{sign:x};")), "html"),
        (|text| each(text, &['.', '_'], |sign| format!("={sign:02X}")), "quoted-printable"),
    ];
    for (encode, name) in some {
        check_line(&encode, &[name]);
    }
}

#[test]
fn utf16_of_both_orders() {
    // The lines and columns are those of the bytes: the half of a newline stands in one of them.
    for (is_little, place) in [(true, "a.txt:2:34"), (false, "a.txt:2:33")] {
        for has_mark in [true, false] {
            let make = |key: &str| {
                utf16(&format!("first line\nBASETEN_API_KEY={key}\nlast line\n"), is_little, has_mark)
            };
            check("a.txt", &make, &["utf-16"], place);
        }
    }
}

#[test]
fn literals_side_by_side() {
    for between in ["\" \"", "\" + \"", "\" +\n  \"", "\"\n  \"", "\" \\\n  \"", "\" . \"", "\" & \""] {
        let make = |key: &str| {
            let (first, second) = key.split_at(15);
            format!("baseten_api_key = (\"{first}{between}{second}\")\n").into_bytes()
        };
        check("a.py", &make, &["concatenation"], "a.py:1:21");
    }
}

#[test]
fn each_in_each_other() {
    let all: [(Encode, &str); 7] = [
        (|text| base64(text), "base64"),
        (hex, "hex"),
        (percent, "percent"),
        (json_escapes, "escapes"),
        (entities, "html"),
        (hex_entities, "html"),
        (quoted, "quoted-printable"),
    ];
    let word = "BASETEN_API_KEY=";
    let (sandbox, twins) = (Sandbox::new(), Sandbox::new());
    let mut expect = Vec::new();
    for (at, (outer, first)) in all.into_iter().enumerate() {
        // The code of the key begins within a group of base64.
        let length = if first == "base64" { word.len() * 4 / 3 } else { outer(word).len() };
        for (below, (inner, second)) in all.into_iter().enumerate() {
            for (number, kind) in KINDS.into_iter().enumerate() {
                let key = key_of(kind, number);
                let make = |word_or_key: &str| {
                    format!("baseten: {}\n", outer(&[word, &inner(word_or_key)].concat()))
                };
                let name = format!("{at}{below}{number}.txt");
                sandbox.write(&name, make(&key));
                twins.write(&name, make(&"your-key-goes-here-".repeat(5)[..key.len()]));
                expect.push((format!("{name}:1:{}", 10 + length), json!([first, second]), kind.rule()));
            }
        }
    }
    let report = sandbox.run(["scan", "--format", "json"]).exits(1).json();
    let findings = report["findings"].as_array().expect("there are findings");
    assert_eq!(places(&report), expect.iter().map(|(place, ..)| place.clone()).collect::<Vec<_>>());
    for (finding, (place, chain, rule)) in findings.iter().zip(expect) {
        assert_eq!((&finding["encodings"], &finding["rule"]), (&chain, &json!(rule)), "{place}");
    }
    twins.run(["scan"]).exits(0);
}
