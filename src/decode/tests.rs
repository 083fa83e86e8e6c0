//! Round trips: keys of each shape through each encoding, alone and one in
//! another, with the place in the original; and texts that nothing is found in.

mod encoders;

use std::fmt::Write as _;
use std::ops::Range;

use super::{Encoding, Limits, Segment, Segments, Traces, segments};
use encoders::{Coder, Random, base64, coders, gzip, keys, wrap, zlib};

/// Escapes one character.
type Escape = fn(u8) -> String;

/// The encodings undone to find `key` in `bytes`, and where it stands.
fn find(bytes: &[u8], key: &[u8], depth: usize) -> Option<(Vec<Encoding>, Range<usize>)> {
    if let Some(at) = memchr::memmem::find(bytes, key) {
        return Some((Vec::new(), at..at + key.len()));
    }
    if depth == 0 {
        return None;
    }
    let found = segments(bytes, &Limits::for_len(bytes.len()));
    assert!(found.complete, "the limits are too narrow");
    found.list.iter().find_map(|segment| {
        let (mut chain, span) = find(&segment.text, key, depth - 1)?;
        chain.insert(0, segment.encoding);
        Some((chain, segment.original(span)))
    })
}

/// As [`segments`], at the traces that a slow search finds.
fn traced(bytes: &[u8]) -> Segments {
    let mut traces = Traces::new(bytes);
    for run in super::runs_of(bytes, super::sweep::KEYED, 31) {
        traces.keyed(run);
    }
    for run in super::runs_of(bytes, super::ALNUM, 16) {
        traces.run(run);
    }
    traces.segments(&Limits::for_len(bytes.len()))
}

/// Whether `key` stands in one of the segments at the traces.
fn is_traced(bytes: &[u8], key: &str, depth: usize) -> bool {
    let found = traced(bytes).list;
    found.iter().any(|segment| find(&segment.text, key.as_bytes(), depth - 1).is_some())
}

/// Finds `key` behind one encoding; what is there is `expect`.
#[track_caller]
fn check(text: &[u8], key: &str, encoding: Encoding, expect: &[u8]) {
    let shown = || String::from_utf8_lossy(&text[..text.len().min(600)]).into_owned();
    let Some((chain, span)) = find(text, key.as_bytes(), 1) else {
        panic!("{encoding}: {key} is not found in {}", shown());
    };
    assert_eq!(chain, [encoding], "{}", shown());
    // Short secrets in pieces leave no trace.
    assert!(is_traced(text, key, 1) || key.starts_with("sky_"), "{}", shown());
    let there = String::from_utf8_lossy(&text[span]).into_owned();
    assert_eq!(there, String::from_utf8_lossy(expect), "{encoding} in {}", shown());
}

fn list(bytes: &[u8]) -> Vec<Segment> {
    segments(bytes, &Limits::for_len(bytes.len())).list
}

#[test]
fn base64_is_found_at_each_alignment_and_padding() {
    for key in keys(1) {
        for before in 0..6 {
            for behind in 0..6 {
                let inner = format!("{}{key}{}", &"a: \"x"[..before.min(5)], &"\" and"[..behind]);
                let at = before.min(5);
                for (url, pad) in [(false, true), (true, false), (false, false)] {
                    let code = base64(inner.as_bytes(), url, pad);
                    let from = at / 3 * 4 + at % 3;
                    let last = at + key.len() - 1;
                    let expect = &code[from..last / 3 * 4 + last % 3 + 2];
                    for (left, right) in
                        [("", ""), ("\"", "\""), ("Basic ", "\r\n"), ("base64,", ")"), ("a: ", "\n")]
                    {
                        let text = [left.as_bytes(), &code, right.as_bytes()].concat();
                        check(&text, &key, Encoding::Base64, expect);
                    }
                }
            }
        }
    }
}

#[test]
fn base64_is_found_however_it_is_wrapped() {
    let breaks = ["\n", "\r\n", "\n    ", "\\n", "\\r\\n", "\" +\n  \"", "\\n\",\n   \"", "\"\n\t\"", "\n> "];
    for key in keys(2) {
        for columns in [64, 76] {
            for at in 0..80 {
                let inner = format!(
                    "{}token: {key}\nand more of that > and ~ to the end",
                    "y? ".repeat(at / 3) + &"-"[..at % 3 / 2]
                );
                for line_break in breaks {
                    let text = [
                        b"x: |\n  " as &[u8],
                        &wrap(&base64(inner.as_bytes(), false, true), columns, line_break),
                        b"\n",
                    ]
                    .concat();
                    let (chain, span) = find(&text, key.as_bytes(), 1).unwrap_or_else(|| {
                        panic!("{at} {line_break:?} {columns}: {}", String::from_utf8_lossy(&text))
                    });
                    assert_eq!(chain, [Encoding::Base64]);
                    assert!(span.len() >= key.len() * 4 / 3 && span.end <= text.len());
                }
            }
        }
    }
}

#[test]
fn keys_are_found_in_a_block_of_other_data() {
    let mut random = Random::new(3);
    for key in keys(3) {
        for size in [50, 1000, 4001, 4002, 4003, 50_000] {
            let noise = |random: &mut Random| (0..size).map(|_| random.byte()).collect::<Vec<_>>();
            let inner = [&noise(&mut random)[..], b"\"", key.as_bytes(), b"\"", &noise(&mut random)].concat();
            for code in [base64(&inner, false, true), wrap(&base64(&inner, false, true), 76, "\n")] {
                let found = find(&code, key.as_bytes(), 1).map(|(chain, _)| chain);
                assert_eq!(found.as_deref(), Some(&[Encoding::Base64][..]), "{size}");
            }
            let hex = inner.iter().fold(String::new(), |mut hex, byte| {
                write!(hex, "{byte:02x}").expect("a string takes it");
                hex
            });
            let (chain, span) = find(hex.as_bytes(), key.as_bytes(), 1).expect("it is there");
            assert_eq!((chain, span), (vec![Encoding::Hex], 2 * size + 2..2 * size + 2 + 2 * key.len()));
        }
    }
}

#[test]
fn single_escapes_are_found_with_the_words_around_them() {
    let escapes: &[(Encoding, Escape)] = &[
        (Encoding::Percent, |byte| format!("%{byte:02X}")),
        (Encoding::Percent, |byte| format!("%{byte:02x}")),
        (Encoding::Escapes, |byte| format!("\\u{byte:04x}")),
        (Encoding::Escapes, |byte| format!("\\\\u{byte:04X}")),
        (Encoding::Escapes, |byte| format!("\\u{{{byte:x}}}")),
        (Encoding::Escapes, |byte| format!("\\U{byte:08x}")),
        (Encoding::Escapes, |byte| format!("\\x{byte:02x}")),
        (Encoding::Escapes, |byte| format!("\\{byte:03o}")),
        (Encoding::Escapes, |byte| format!("\\0{byte:03o}")),
        (Encoding::Html, |byte| format!("&#{byte};")),
        (Encoding::Html, |byte| format!("&#x{byte:x};")),
        (Encoding::Html, |byte| format!("&#X{byte:04X};")),
        (Encoding::QuotedPrintable, |byte| format!("={byte:02X}")),
    ];
    for key in keys(4) {
        for (encoding, escape) in escapes {
            for at in 0..key.len() {
                let (before, behind) = key.split_at(at);
                let code = format!("{before}{}{}", escape(behind.as_bytes()[0]), &behind[1..]);
                let text = format!("one\nAuthorization: Api-Key {code} # baseten\ntwo");
                check(text.as_bytes(), &key, *encoding, code.as_bytes());
                let words = list(text.as_bytes());
                assert!(words.iter().any(|segment| {
                    segment.text.starts_with(b"Authorization") && segment.text.ends_with(b"baseten")
                }));
            }
            let all: String = key.bytes().map(escape).collect();
            check(format!("f('{all}')").as_bytes(), &key, *encoding, all.as_bytes());
        }
        for (name, byte) in [("&period;", '.'), ("&lowbar;", '_'), ("&UnderBar;", '_')] {
            let code = key.replacen(byte, name, 1);
            if code != key {
                check(code.as_bytes(), &key, Encoding::Html, code.as_bytes());
            }
        }
    }
}

#[test]
fn pieces_of_a_literal_are_joined() {
    let joints = [
        "\" \"",
        "\" + \"",
        "\"+\"",
        "' . '",
        "'.'",
        "\" \\\n    \"",
        "\" & \"",
        "\" .. '",
        "\"\n    f\"",
        "\" +\n\t\"",
        "\"\n\t\"",
        "\"\r\n  \"",
        "\"\n  + \"",
        "\\\n",
        "\\\r\n",
        "\\\n    ",
        "\\\" + \\\"",
        "\" ++ \"",
        "' || '",
        "\"\n\"",
        "' f'",
        "\" & _\n \"",
    ];
    for key in keys(5) {
        for joint in joints {
            for at in 1..key.len() {
                let code = format!("{}{joint}{}", &key[..at], &key[at..]);
                let text = format!("\nbaseten = (\"{code}\") # end\nx");
                check(text.as_bytes(), &key, Encoding::Concatenation, code.as_bytes());
            }
            if key.len() > 40 {
                let code = format!(
                    "{}{joint}{}{joint}{}{joint}{}",
                    &key[..7],
                    &key[7..15],
                    &key[15..16],
                    &key[16..]
                );
                check(format!("k = '{code}';").as_bytes(), &key, Encoding::Concatenation, code.as_bytes());
            }
        }
    }
}

#[test]
fn folded_lines_are_joined() {
    for key in keys(5) {
        for at in 1..key.len() {
            let code = format!("{}\n  {}", &key[..at], &key[at..]);
            check(
                format!("key: >-\n  {code}\nb: c\n").as_bytes(),
                &key,
                Encoding::Concatenation,
                code.as_bytes(),
            );
            for soft in ["=\n", "=\r\n"] {
                let code = format!("{}{soft}{}", &key[..at], &key[at..]).replace('.', "=2E");
                check(
                    format!("Key: =3D{code}\n").as_bytes(),
                    &key,
                    Encoding::QuotedPrintable,
                    code.as_bytes(),
                );
            }
        }
    }
}

#[test]
fn utf16_is_found_in_whole_texts_and_in_binaries() {
    for key in keys(6) {
        for big in [false, true] {
            let wide = |text: &str| -> Vec<u8> {
                text.encode_utf16()
                    .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
                    .collect()
            };
            let code = wide(&key);
            for (before, behind) in
                [("", ""), ("\u{FEFF}key: ", "\n"), ("\u{FEFF}\u{4E2D}\u{6587}", "\u{6587}")]
            {
                let text = wide(&format!("{before}{key}{behind}"));
                check(&text, &key, Encoding::Utf16, &code);
            }
            for pad in 0..70 {
                let text = [&vec![0xC3; pad][..], &code, &[0xC3; 9]].concat();
                let found = find(&text, key.as_bytes(), 1).map(|(chain, _)| chain);
                assert_eq!(found.as_deref(), Some(&[Encoding::Utf16][..]), "{pad}");
            }
        }
    }
}

#[test]
fn compressed_texts_are_found_in_base64() {
    for key in keys(7) {
        for (name, packed) in [(Encoding::Gzip, gzip as fn(&[u8]) -> Vec<u8>), (Encoding::Zlib, zlib)] {
            for size in [0, 10, 1000] {
                let inner = packed(format!("{}{key}", "some text ".repeat(size)).as_bytes());
                let code = base64(&inner, false, true);
                for text in [code.clone(), wrap(&code, 76, "\n"), wrap(&code, 64, "\\n")] {
                    let (chain, span) = find(&text, key.as_bytes(), 2).expect("it is there");
                    // What is short may stand in the stream as it is: the compressor chooses.
                    let packs = size > 0 || chain.len() > 1;
                    assert_eq!(chain.get(1), packs.then_some(&name));
                    assert!(chain[0] == Encoding::Base64 && (span.start == 0 || !packs));
                }
                // Helm: base64 once more.
                let twice = [b"release: " as &[u8], &base64(&code, false, true)].concat();
                let (chain, span) = find(&twice, key.as_bytes(), 3).expect("it is there");
                assert!(chain.len() == 3 && span.start == 9 || size == 0);
            }
        }
    }
}

#[test]
fn an_encoding_in_another_is_found() {
    for key in keys(8) {
        for outer in coders() {
            for inner in coders().into_iter().filter(|inner| outer.takes(inner)) {
                let Coder { code, .. } = &inner;
                let first = code(format!("api-key: {key} ").as_bytes(), key.as_bytes());
                let second = (outer.code)(&first, key.as_bytes());
                let found = find(&second, key.as_bytes(), 2);
                assert!(
                    found.is_some(),
                    "{} in {}: {}",
                    inner.name,
                    outer.name,
                    String::from_utf8_lossy(&second)
                );
            }
        }
    }
}

#[test]
fn what_is_no_key_gives_no_segments() {
    let mut random = Random::new(9);
    let noise: Vec<u8> = (0..300_000).map(|_| random.byte()).collect();
    let image = [b"\x89PNG\r\n\x1a\n" as &[u8], &noise].concat();
    let hex: String = noise[..4000].chunks(64).fold(String::new(), |mut hex, sum| {
        for byte in sum {
            write!(hex, "{byte:02x}").expect("a string takes it");
        }
        hex + "  file\n"
    });
    let table: &[&[u8]] = &[
        include_bytes!("mod.rs"),
        include_bytes!("joins.rs"),
        include_bytes!("../../fixtures/lookalikes.txt"),
        b"!function(e,t){\"object\"==typeof exports?module.exports=t():e.a=t()}(this,function(){return/^[\\u00aa\\u00b5]/.test(\"a\"+\"b\"+n.x)});",
        b"https://example.org/a%20path/with?many=parts%3Dthat%26are=encoded%2Eonce&and=nothing&else=in",
        b"printf(\"%02x %5d: the name of it is \" \"%s\\n\", name);",
        &base64(&image, false, true),
        &wrap(&base64(&image, false, true), 76, "\\n"),
        &noise,
        hex.as_bytes(),
        &[0; 10_000],
    ];
    for text in table {
        let found = list(text);
        let shown: Vec<_> = found
            .iter()
            .map(|one| (one.encoding, String::from_utf8_lossy(&one.text[..one.text.len().min(80)])))
            .collect();
        assert!(found.is_empty(), "{shown:?}");
    }
}

#[test]
fn any_bytes_are_taken_within_the_limits() {
    let mut random = Random::new(10);
    let parts: [&[u8]; 20] = [
        b"\\u00",
        b"\\x2e",
        b"%2",
        b"%25",
        b"&#4",
        b"=\n",
        b"=2E",
        b"\" + \"",
        b"\\\n",
        b"H4sI",
        b"eJx",
        b"a\0b\0",
        b"\n  ",
        b"b10_",
        b"abcdefgh",
        b".",
        b"YWJj",
        b"616263",
        b" >\n ",
        b"\x1f\x8b\x08",
    ];
    for round in 0..3000 {
        let mut text = Vec::new();
        for _ in 0..random.below(120) {
            match random.below(8) {
                0 => text.push(random.byte()),
                1 => text.extend_from_slice(&parts[random.below(20)].repeat(random.below(40))),
                _ => text.extend_from_slice(parts[random.below(20)]),
            }
        }
        let limits = if round % 2 == 0 {
            Limits::for_len(text.len())
        } else {
            Limits { max_output: 100, max_inflated: 100 }
        };
        let found = segments(&text, &limits);
        let size: usize = found.list.iter().map(|segment| segment.text.len()).sum();
        assert!(size <= limits.max_output + limits.max_inflated);
        for segment in &found.list {
            let region = segment.region();
            assert!(region.end <= text.len());
            let all = segment.original(0..segment.text.len());
            assert!(all.start >= region.start && all.end <= region.end, "{all:?} {region:?}");
        }
    }
}

#[test]
fn limits_cut_off_and_say_so() {
    let text = gzip(&vec![b'a'; 1 << 20]);
    let narrow = Limits { max_output: 1000, max_inflated: 1000 };
    assert!(!segments(&text, &narrow).complete);
    let spent = Limits { max_output: 1000, max_inflated: 0 };
    assert!(!segments(&gzip(b"anything"), &spent).complete);
    assert!(segments(b"anything", &spent).complete);
    let key = &keys(11)[0];
    let code = base64(key.repeat(100).as_bytes(), false, true);
    assert!(!segments(&code, &narrow).complete);
    assert!(segments(&code, &Limits::for_len(code.len())).complete);
}

#[test]
fn maps_of_escapes_stay_small() {
    let key = keys(1).remove(0);
    let all = |text: &str, escape: &dyn Fn(usize, u8) -> String| -> String {
        text.bytes().enumerate().map(|(at, byte)| escape(at, byte)).collect()
    };
    let hidden = all(&format!(" {key} "), &|_, byte| format!("%{byte:02X}"));
    let limits = Limits { max_output: usize::MAX, max_inflated: 0 };
    // A row of escapes is one piece, so that there may be any number.
    let row = all(&format!("{key}:").repeat(20_000), &|_, byte| format!("%{byte:02x}"));
    let found = segments(format!("{row}\n{hidden}").as_bytes(), &limits);
    assert!(found.complete && found.list.iter().map(|segment| segment.map.pieces()).sum::<usize>() < 10_000);
    // Where every other character is one, there may not.
    let mixed = |at, byte| if at % 2 == 0 { format!("%{byte:02x}") } else { char::from(byte).to_string() };
    let mixed = all(&format!("{key}:").repeat(60_000), &mixed);
    let found = segments(format!("{hidden}\n{mixed}").as_bytes(), &limits);
    assert!(!found.complete && find(hidden.as_bytes(), key.as_bytes(), 1).is_some());
    assert!(found.list.iter().map(|segment| segment.map.pieces()).sum::<usize>() < 3 << 20);
}
