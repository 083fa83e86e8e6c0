//! Notebooks of every form in, texts with their places out, and every text found again raw.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::*;
use crate::unpack::base64;

/// Small, seeded and good enough to vary tests.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % most as u64).expect("less than a usize")
    }

    /// A key of the new shape.
    pub(super) fn key(&mut self) -> String {
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let mut word = |length| (0..length).map(|_| char::from(letters[self.below(letters.len())])).collect();
        let (name, secret): (String, String) = (word(8), word(32));
        format!("b10_{name}.{secret}")
    }
}

/// The compact and the indented form of a notebook.
pub(super) fn forms(notebook: &Value) -> [Vec<u8>; 2] {
    let pretty = serde_json::to_vec_pretty(notebook).expect("a value is JSON");
    [notebook.to_string().into_bytes(), pretty]
}

/// A notebook of format 4 with these cells.
pub(super) fn notebook(cells: &Value) -> Value {
    json!({"cells": cells, "metadata": {"kernelspec": {"name": "python3"}}, "nbformat": 4, "nbformat_minor": 5})
}

/// Every text of a notebook as `place|text`.
fn list(bytes: &[u8]) -> Vec<String> {
    let mut list = Vec::new();
    let summary = parts(bytes, &mut |part| {
        list.push(format!("{:#}|{}", part.place, String::from_utf8_lossy(part.text)));
    });
    assert_eq!(summary.expect("a notebook").parts, list.len());
    list
}

fn check(notebook: &Value, expect: &[&str]) {
    let expect: Vec<&str> = expect.to_vec();
    for bytes in forms(notebook) {
        assert_eq!(list(&bytes), expect, "{}", String::from_utf8_lossy(&bytes));
    }
}

fn check_cell(cell: &Value, expect: &[&str]) {
    let mut expect = expect.to_vec();
    expect.push("notebook, metadata (kernelspec.name)|python3");
    check(&notebook(&json!([cell])), &expect);
}

fn check_output(output: &Value, expect: &[&str]) {
    let cell = json!({"cell_type": "code", "execution_count": 7, "outputs": ["", output]});
    let places: Vec<String> = expect.iter().map(|rest| format!("cell 1 (In [7]), output 1{rest}")).collect();
    check_cell(&cell, &places.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn the_fields_of_a_cell_are_texts() {
    let table = [
        (json!({"cell_type": "code", "source": "a\nb"}), vec!["cell 1, source|a\nb"]),
        (json!({"cell_type": "markdown", "source": ["a\n", "b"]}), vec!["cell 1, source|a\nb"]),
        (json!({"source": ["", "a", "", "b", ""]}), vec!["cell 1, source|ab"]),
        (json!({"source": ["a", {"b": "c"}]}), vec!["cell 1, source ([0])|a", "cell 1, source ([1].b)|c"]),
        (json!({"id": "x", "source": 7, "other": null}), vec!["cell 1, field (id)|x"]),
        (
            json!({"metadata": {"tags": ["a", "b"], "z": {"y": [[1, {"x": "c"}], "d"]}}}),
            vec![
                "cell 1, metadata (tags[0])|a",
                "cell 1, metadata (tags[1])|b",
                "cell 1, metadata (z.y[0][1].x)|c",
                "cell 1, metadata (z.y[1])|d",
            ],
        ),
        (
            json!({"attachments": {"a.txt": {"text/plain": ["a", "b"]}, "b.png": {"image/png": "AAEC"}}}),
            vec![
                "cell 1, attachment (a.txt: text/plain)|ab",
                "cell 1, attachment (b.png: image/png)|\0\u{1}\u{2}",
            ],
        ),
        (json!("odd"), vec!["cell 1, field|odd"]),
        (
            json!({"source": "\u{e9}\"\\/\u{1f511}\u{8}\u{c}\r\t"}),
            vec!["cell 1, source|\u{e9}\"\\/\u{1f511}\u{8}\u{c}\r\t"],
        ),
    ];
    for (cell, expect) in table {
        check_cell(&cell, &expect);
    }
}

#[test]
fn the_forms_of_an_output_are_texts() {
    let table = [
        (
            json!({"output_type": "stream", "name": "stderr", "text": ["a\n", "b"]}),
            vec![" (name)|stderr", " (stderr)|a\nb"],
        ),
        (json!({"output_type": "display_data", "data": {"text/html": "<b>"}}), vec![" (text/html)|<b>"]),
        (
            json!({"data": {"text/plain": "a", "image/svg+xml": ["<", ">"]}}),
            vec![" (image/svg+xml)|<>", " (text/plain)|a"],
        ),
        (json!({"data": {"image/png": "QUJD\nRA==\n"}}), vec![" (image/png)|ABCD"]),
        (json!({"data": {"image/png": "not base64."}}), vec![" (image/png)|not base64."]),
        (
            json!({"data": {"application/json": {"a": ["b", {"c": "d"}]}}}),
            vec![" (application/json: a[0])|b", " (application/json: a[1].c)|d"],
        ),
        (json!({"data": {"application/vnd.x+json": "text"}}), vec![" (application/vnd.x+json)|text"]),
        (
            json!({"output_type": "error", "ename": "E", "evalue": "V", "traceback": ["a", "b"]}),
            vec![" (ename)|E", " (evalue)|V", " (traceback)|a\nb"],
        ),
        (json!({"metadata": {"a": "b"}}), vec![" metadata (a)|b"]),
        (
            json!({"output_type": "pyout", "text": "a", "html": ["b"]}),
            vec![" (text/html)|b", " (text/plain)|a"],
        ),
        (json!({"png": "QUI="}), vec![" (image/png)|AB"]),
        (json!({"strange": [["a"]]}), vec![" (strange[0][0])|a"]),
    ];
    for (output, expect) in table {
        check_output(&output, &expect);
    }
}

#[test]
fn notebooks_of_format_3_have_worksheets() {
    let notebook = json!({
        "metadata": {"name": "n", "widgets": {"state": {"x": {"value": "w"}}}},
        "nbformat": 3,
        "worksheets": [
            {"cells": [{"cell_type": "heading", "level": 1, "source": "h"}], "metadata": {"m": "v"}},
            {"cells": [{"cell_type": "code", "input": ["i"], "language": "python", "prompt_number": 2,
                        "outputs": [{"output_type": "stream", "stream": "stdout", "text": "t"},
                                    {"output_type": "pyout", "json": ["[", "]"], "png": "QQ=="}]}]},
        ],
    });
    check(
        &notebook,
        &[
            "notebook, metadata (name)|n",
            "notebook, widget state (widgets.state.x.value)|w",
            "cell 1, source|h",
            "notebook, field (metadata.m)|v",
            "cell 2 (In [2]), source|i",
            "cell 2 (In [2]), field (language)|python",
            "cell 2 (In [2]), output 0 (stream)|stdout",
            "cell 2 (In [2]), output 0 (stdout)|t",
            "cell 2 (In [2]), output 1 (application/json)|[]",
            "cell 2 (In [2]), output 1 (image/png)|A",
        ],
    );
}

/// A text, and what is wrong with it on which line.
type Case = (&'static [u8], Option<(u64, Fault)>);

fn check_broken(text: &[u8], expect: Option<(u64, Fault)>) {
    let mut visited = 0;
    let result = parts(text, &mut |_| visited += 1);
    let got = result.as_ref().err().map(|broken| (broken.line, broken.fault));
    assert_eq!(got, expect, "{}", String::from_utf8_lossy(&text[..text.len().min(200)]));
    assert!(got.is_none() || visited == 0);
}

#[test]
fn a_broken_notebook_says_why_and_where() {
    let nested = |depth| format!("{{\"cells\": [{}{}]}}", "[".repeat(depth), "]".repeat(depth)).into_bytes();
    let table: &[Case] = &[
        (b"{\"cells\": []}", None),
        (b"\xEF\xBB\xBF {\"cells\": []}\n", None),
        (b"{\"cells\": [], \"x\": [NaN, -Infinity,\nInfinity], \"y\": \"NaN\"}", None),
        (b"{\"cells\": [{\"source\": \"\\ud83d x \\udd11\\ud83d\\u0041\"}]}", None),
        (b"{\"cells\": [1e999, 123456789012345678901234567890]}", None),
        (b"", Some((1, Fault::Empty))),
        (b" \n ", Some((2, Fault::Empty))),
        (b"{\"cells\": [\n\"a", Some((2, Fault::Truncated))),
        (b"{\"cells\": [\n\"\xC3", Some((2, Fault::Truncated))),
        (b"{\"cells\": [\n\n\"\xFF\"]}", Some((3, Fault::Encoding))),
        (b"\xFF\xFE{\0", Some((1, Fault::Encoding))),
        (b"{\"cells\": [\n<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> b\n]}", Some((2, Fault::Conflict))),
        (b"{\"cells\": [\n1\n=======\n2]}", Some((3, Fault::Conflict))),
        (b"{\"cells\": [\n 1,]}", Some((2, Fault::Syntax(4)))),
        (b"{\"cells\": [NaN],\n]}", Some((2, Fault::Syntax(1)))),
        (b"not json", Some((1, Fault::Syntax(2)))),
        (b"{\"cells\": []} {}", Some((1, Fault::Syntax(15)))),
        (b"{\"a\": 1}", Some((1, Fault::Kind))),
        (b"{\"cells\": {}}", Some((1, Fault::Kind))),
        (b"[\"cells\"]", Some((1, Fault::Kind))),
    ];
    for (text, expect) in table {
        check_broken(text, *expect);
    }
    check_broken(&nested(900), None);
    check_broken(&nested(2000), Some((1, Fault::Depth)));
    check_broken(&nested(300_000), Some((1, Fault::Depth)));
}

#[test]
fn what_does_not_fit_is_passed_over_and_counted() {
    let cells = json!([{"outputs": [{"data": {"image/png": "A".repeat((BINARY + 3) / 3 * 4)}}]}]);
    let bytes = notebook(&cells).to_string().into_bytes();
    let summary = parts(&bytes, &mut |_| {}).expect("a notebook");
    assert_eq!((summary.passed_over, summary.passed_over_bytes), (1, BINARY as u64 + 2));
    assert_eq!((summary.cells, summary.outputs, summary.parts), (1, 1, 1));
    assert_eq!((summary.format, summary.language.as_deref()), (Some(4), Some("python3")));
}

/// `text` as a JSON string with some of its characters escaped, between its quotes.
fn written(text: &str, random: &mut Random) -> String {
    let mut raw = String::new();
    for character in text.chars() {
        match character {
            '\n' => raw.push_str("\\n"),
            '"' | '\\' => raw.extend(['\\', character]),
            _ if random.below(8) > 0 => raw.push(character),
            _ => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    write!(raw, "\\u{unit:04x}").expect("a string takes all");
                }
            }
        }
    }
    raw
}

/// `text` as a JSON string, or cut anywhere into a list of them.
fn written_value(text: &str, random: &mut Random) -> String {
    if random.below(2) == 0 {
        return format!("\"{}\"", written(text, random));
    }
    let characters: Vec<char> = text.chars().collect();
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        let end = (at + random.below(30)).min(characters.len());
        let piece: String = characters[at..end].iter().collect();
        pieces.push(format!("\"{}\"", written(&piece, random)));
        at = end;
    }
    format!("[{}]", pieces.join([",", ",\n   ", " , "][random.below(3)]))
}

/// What raw bytes of a list or a string say: JSON unescaped, what stands between strings dropped.
fn said(raw: &[u8]) -> String {
    let raw = std::str::from_utf8(raw).expect("whole characters");
    let mut joined = String::new();
    let mut pieces = raw.split('"');
    joined.push_str(pieces.next().unwrap_or_default());
    // The words and names in these tests have no quotes of their own, so that quotes come in pairs.
    for (index, piece) in pieces.enumerate() {
        if index % 2 == 1 {
            joined.push_str(piece);
        }
    }
    serde_json::from_str(&format!("\"{joined}\"")).expect("a JSON string")
}

#[test]
fn a_key_at_any_place_is_in_one_text_and_found_again_raw() {
    let places = [
        r#"{"cells": [{"cell_type": "code", "source": @}], "nbformat": 4}"#,
        r#"{"nbformat": 4, "cells": [1, {"source": "b"}, {"outputs": [{"output_type": "stream", "text": @}]}]}"#,
        r#"{"cells": [{"outputs": [{"x": NaN, "data": {"text/html":  @ , "text/plain": "a"}}]}]}"#,
        r#"{"cells": [{"outputs": [{"traceback": ["a", #, "b"]}]}]}"#,
        r#"{"cells": [{"attachments": {"a": {"image/svg+xml": @}}}]}"#,
        r#"{"cells": [], "metadata": {"widgets": {"a": [{"b": #}]}}}"#,
        r#"{"cells": [{"metadata": {"a": [[], {}, #]}}]}"#,
        r#"{"cells": [{"outputs": [{"data": {"application/json": {"a": [1, #]}}}]}]}"#,
        r#"{"worksheets": [{"cells": [{"input": @, "prompt_number": 1}]}], "nbformat": 3}"#,
        "\u{feff}{\"cells\": [{\"strange\": [#]}]}",
    ];
    let mut random = Random(4);
    for round in 0..600 {
        let key = random.key();
        let words = ["", "x = ", "\u{e9}\u{1f511}\n", "a\nb\n", "'", "\\"];
        let text = format!("{}{key}{}", words[random.below(6)], words[random.below(6)]);
        let template = places[round % places.len()];
        let bytes = template
            .replace('@', &written_value(&text, &mut random))
            .replace('#', &format!("\"{}\"", written(&text, &mut random)))
            .into_bytes();
        let mut found = Vec::new();
        parts(&bytes, &mut |part| {
            let text = String::from_utf8_lossy(part.text).into_owned();
            for (at, _) in text.match_indices(&key) {
                let span = at..at + key.len();
                let raw = part.raw(span.clone());
                assert_eq!(part.span(&raw), Some(span.clone()));
                let pieces = part.pieces(span);
                assert_eq!((pieces[0].start, pieces[pieces.len() - 1].end), (raw.start, raw.end));
                found.push(raw);
            }
        })
        .expect("a notebook");
        assert_eq!(found.len(), 1, "{}", String::from_utf8_lossy(&bytes));
        assert_eq!(said(&bytes[found[0].clone()]), key, "{}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn base64_is_read_strictly_and_in_any_layout() {
    let table: &[(&str, Option<&str>)] = &[
        ("QUJD", Some("ABC")),
        ("QUI=", Some("AB")),
        ("QUI", Some("AB")),
        ("QQ==", Some("A")),
        ("Q\nU J\r\nDRA ==\n", Some("ABCD")),
        ("QUJDREVG\nR0hJ", Some("ABCDEFGHI")),
        ("Pj4-Pz8_Pj4+Pz8/", Some(">>>???>>>???")),
        ("", None),
        ("=", None),
        ("Q", None),
        ("QUJDR", None),
        ("QQ===", None),
        ("QQ==QQ", None),
        ("QUJD.", None),
    ];
    for (text, expect) in table {
        let mut out = Vec::new();
        let length = base64::decode(text.as_bytes(), 99, &mut out);
        assert_eq!(length.map(|_| out.as_slice()), expect.map(str::as_bytes), "{text}");
        assert_eq!(length, expect.map(str::len), "{text}");
    }
}

#[test]
fn base64_leads_back_to_its_letters() {
    // The text `0123…` in base64, three letters of four to each line.
    let data: Vec<u8> = (b'0'..=b'z').collect();
    let mut letters = String::new();
    for three in data.chunks(3) {
        let bits =
            three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for place in 0..=three.len() {
            letters.push(char::from(base64::letter(
                u8::try_from(bits >> (18 - 6 * place) & 63).expect("six bits"),
            )));
        }
        letters.push_str("\\n");
    }
    let bytes = format!("{{\"cells\": [{{\"outputs\": [{{\"data\": {{\"image/png\": \"{letters}\"}}}}]}}]}}")
        .into_bytes();
    let mut seen = 0;
    let visit = &mut |part: &Part<'_>| {
        assert_eq!((part.kind, part.text), (PartKind::Binary, data.as_slice()));
        for start in 0..data.len() {
            for end in start + 1..=data.len() {
                let raw = part.raw(start..end);
                let mut decoded = Vec::new();
                let before = start / 3 * 3;
                base64::decode(&bytes[part.raw(before..end)].replace_newlines(), 999, &mut decoded);
                assert!(decoded.starts_with(&data[before..end]), "{start}..{end}");
                assert_eq!(part.span(&raw), Some(start..end));
            }
        }
        seen += 1;
    };
    parts(&bytes, visit).expect("a notebook");
    assert_eq!(seen, 1);
}

trait ReplaceNewlines {
    fn replace_newlines(&self) -> Vec<u8>;
}

impl ReplaceNewlines for [u8] {
    fn replace_newlines(&self) -> Vec<u8> {
        String::from_utf8_lossy(self).replace("\\n", "").into_bytes()
    }
}

#[test]
fn a_place_names_the_line_and_hides_the_text() {
    let bytes = notebook(&json!([{"source": ["a\n", "b\n", "c"]}])).to_string().into_bytes();
    let visit = &mut |part: &Part<'_>| {
        if part.place.field == Field::Source {
            assert_eq!([0, 1, 2, 4, 99].map(|at| part.line(at)), [1, 1, 2, 3, 3]);
            assert_eq!(part.raw(3..3), part.raw(3..4).start..part.raw(3..4).start);
            assert!(!format!("{part:?}").contains("a\n"));
        }
    };
    parts(&bytes, visit).expect("a notebook");
}

#[test]
fn damage_is_refused_or_read_but_never_a_panic() {
    let cells = json!([{"cell_type": "code", "source": ["a\n", "b"], "outputs": [{"data": {"image/png": "QUJD"}}],
                        "attachments": {"a": {"b": "c"}}, "metadata": {"d": [1, "e"]}}]);
    let whole = notebook(&cells).to_string().into_bytes();
    for end in 0..whole.len() {
        check_broken_somehow(&whole[..end]);
    }
    let mut random = Random(9);
    for _ in 0..4000 {
        let mut bytes = whole.clone();
        for _ in 0..=random.below(3) {
            let at = random.below(bytes.len());
            bytes[at] = b"\"\\{}[]:,un0 \xFFaQ"[random.below(15)];
        }
        let _ = parts(&bytes, &mut |part| {
            let raw = part.raw(0..part.text.len());
            assert!(part.value.start <= raw.start && raw.end <= part.value.end);
        });
    }
}

fn check_broken_somehow(bytes: &[u8]) {
    assert!(parts(bytes, &mut |_| {}).is_err());
}
