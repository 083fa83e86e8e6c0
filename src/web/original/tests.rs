//! Held to the crate's own reading of maps, and to maps that are broken in many ways.

use sourcemap::{DecodedMap, SourceMapBuilder};

use super::*;

fn regular(mappings: &str) -> String {
    format!(
        r#"{{"version":3,"sources":["a.ts","b.ts"],"sourceRoot":"src","names":[],"mappings":"{mappings}"}}"#
    )
}

#[track_caller]
fn check(map: &str, place: (u32, u32), expect: Option<(&str, u64, u64)>) {
    let map = Map::parse(map.as_bytes()).expect("it is a map");
    let found = map.locate(&[place]).pop().flatten();
    let found = found.as_ref().map(|mapped| (&*mapped.file, mapped.line, mapped.column));
    assert_eq!(found, expect, "{place:?}");
}

#[test]
fn places_lead_to_sources() {
    // Columns 0 and 5 of the first line, nothing from column 9 on; column 2 of the third.
    let map = regular("AAAA,KACE,I;;ECAC");
    for (place, expect) in [
        ((0, 0), Some(("src/a.ts", 1, 1))),
        ((0, 4), Some(("src/a.ts", 1, 1))),
        ((0, 5), Some(("src/a.ts", 2, 3))),
        ((0, 8), Some(("src/a.ts", 2, 3))),
        ((0, 9), None),
        ((1, 3), None),
        ((2, 1), None),
        ((2, 7), Some(("src/b.ts", 2, 4))),
        ((3, 0), None),
    ] {
        check(&map, place, expect);
    }
    check(&format!(")]}}'\n{map}"), (0, 0), Some(("src/a.ts", 1, 1)));
}

#[test]
fn maps_of_parts_are_asked_from_where_these_begin() {
    let section = |line: u32, column: u32| {
        format!(r#"{{"offset":{{"line":{line},"column":{column}}},"map":{}}}"#, regular("AAAA;CAAC"))
    };
    let map = format!(r#"{{"version":3,"sections":[{},{}]}}"#, section(2, 10), section(5, 0));
    for (place, expect) in [
        ((1, 0), None),
        ((2, 9), None),
        ((2, 10), Some(("src/a.ts", 1, 1))),
        ((3, 0), None),
        ((3, 1), Some(("src/a.ts", 1, 2))),
        ((5, 0), Some(("src/a.ts", 1, 1))),
    ] {
        check(&map, place, expect);
    }
}

#[test]
fn agrees_with_the_crate() {
    let mut builder = SourceMapBuilder::new(Some("bundle.js"));
    let mut number: u32 = 7;
    let mut next = |most: u32| {
        number = number.wrapping_mul(1_103_515_245).wrapping_add(12345);
        (number >> 8) % most
    };
    for line in 0..20 {
        for column in 0..30 {
            if next(3) > 0 {
                let source = ["x.ts", "y.ts", "z.css"][next(3) as usize];
                builder.add(line, 5 * column, next(500), next(90), Some(source), None, false);
            }
        }
    }
    let map = builder.into_sourcemap();
    let mut bytes = Vec::new();
    map.to_writer(&mut bytes).expect("it can be written");
    let Ok(DecodedMap::Regular(referee)) = sourcemap::decode_slice(&bytes) else { unreachable!("it is one") };
    let asked: Vec<(u32, u32)> =
        (0..20).flat_map(|line| (0..160).map(move |column| (line, column))).collect();
    let found = Map::parse(&bytes).expect("it is a map").locate(&asked);
    for (place, found) in asked.into_iter().zip(found) {
        // The crate also answers with what ends the line before.
        let token = referee.lookup_token(place.0, place.1).filter(|token| token.get_dst_line() == place.0);
        let expect = token.and_then(|token| {
            let (line, column) = token.get_src();
            Some((token.get_source()?.to_owned(), u64::from(line) + 1, u64::from(column) + 1))
        });
        assert_eq!(found.map(|mapped| (mapped.file, mapped.line, mapped.column)), expect, "{place:?}");
    }
}

#[test]
fn broken_maps_panic_nowhere() {
    let whole = [
        regular("AAAA,KACE,I;;ECAC"),
        format!(r#"{{"sections":[{{"offset":{{"line":2,"column":1}},"map":{}}}]}}"#, regular("AAAA;CAAC")),
    ];
    let asked = [(0, 0), (2, 1), (2, u32::MAX), (u32::MAX, u32::MAX), (3, 0)];
    for whole in &whole {
        for at in 0..whole.len() {
            for byte in [b'"', b'9', b'-', b'g', b'/', b';', b'{', 0xFF] {
                let mut bytes = whole.clone().into_bytes();
                bytes[at] = byte;
                if let Some(map) = Map::parse(&bytes) {
                    assert_eq!(map.locate(&asked).len(), asked.len());
                }
            }
        }
    }
    for mappings in
        ["gggggggggggggggggggggggggggB", "////////////f", "D", "ADDD", "A,A,A", ";;;;", "é", "AAAAAAAA"]
    {
        let map = Map::parse(regular(mappings).as_bytes()).expect("it is JSON");
        let _ = map.locate(&asked);
    }
    for other in ["", "{", "null", "7", ")]}'", r#"{"sections":7}"#, r#"{"sources":{}}"#] {
        assert!(Map::parse(other.as_bytes()).is_none(), "{other}");
    }
}

#[test]
fn a_root_is_not_multiplied() {
    let map = format!(
        r#"{{"sources":[{}],"sourceRoot":"{}","mappings":"AAAA"}}"#,
        vec!["\"\""; SOURCES + 7].join(","),
        "r".repeat(1 << 20)
    );
    let map = Map::parse(map.as_bytes()).expect("it is a map");
    assert_eq!((map.sources.len(), map.root.len()), (SOURCES, ROOT));
}

#[test]
fn where_a_map_is() {
    let address = "https://example.com/js/app.js?v=1";
    let header = |name: &str| vec![(name.to_owned(), "maps/a.map".to_owned())];
    let guess = Reference::Address("https://example.com/js/app.js.map?v=1".to_owned());
    let at = |path: &str| Reference::Address(format!("https://example.com{path}"));
    let check = |headers: &[(String, String)], body: &[u8], expect: &[Reference<'_>]| {
        assert_eq!(references(address, headers, body), expect, "{}", body.escape_ascii());
    };
    check(&[], b"x", std::slice::from_ref(&guess));
    check(&header("sourcemap"), b"x", &[at("/js/maps/a.map"), guess.clone()]);
    check(&header("x-sourcemap"), b"x", &[at("/js/maps/a.map"), guess.clone()]);
    check(&[], b"x\n//# sourceMappingURL=b.map\n", &[at("/js/b.map"), guess.clone()]);
    check(&[], b"x\n/*# sourceMappingURL=/b.map */", &[at("/b.map"), guess.clone()]);
    check(&[], b"'sourceMappingURL=b.map'", std::slice::from_ref(&guess));
    check(&[], b"//# sourceMappingURL=", std::slice::from_ref(&guess));
    let inline = b"x//# sourceMappingURL=data:application/json;base64,e30=\n";
    check(&[], inline, &[Reference::Inline(22, &inline[22..55]), guess]);
    assert_eq!(references("data:text/javascript,x", &[], b"x"), []);
}

#[test]
fn columns_are_counted_in_units_of_utf_16() {
    let body = "a\u{1f511}b\nc\u{e9}d".as_bytes();
    let position = |line, column| Position { line, column };
    let starts = [position(2, 3), position(1, 3), position(1, 1), position(9, 9)];
    assert_eq!(generated(body, &starts)[..3], [(1, 2), (0, 3), (0, 0)]);
}
