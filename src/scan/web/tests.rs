//! Made-up exchanges, as the ways to them hand them out.

use std::convert::Infallible;

use sourcemap::SourceMapBuilder;

use super::*;
use crate::model::Original;
use crate::model::Position;
use crate::rules::RuleSet;

/// Letters and digits as a key has them, another row for each `step`.
fn letters(count: usize, step: usize) -> String {
    let all: Vec<char> = ('0'..='9').chain('A'..='Z').chain('a'..='z').collect();
    (1..=count).map(|at| all[(at * step + at * at) % 62]).collect()
}

fn key(number: usize) -> String {
    format!("b10_{}.{}", letters(8, 17 + number), letters(32, 23 + number))
}

fn legacy(number: usize) -> String {
    format!("{}.{}", letters(8, 17 + number), letters(32, 23 + number))
}

fn document(address: &str, via: &[&str], body: impl Into<Vec<u8>>) -> Exchange {
    Exchange {
        address: address.to_owned(),
        via: via.iter().map(|&address| address.to_owned()).collect(),
        method: "GET".to_owned(),
        status: 200,
        body: body.into(),
        ..Exchange::default()
    }
}

fn scan(exchanges: Vec<Exchange>) -> Report {
    let detector = Detector::new(RuleSet::builtin());
    let read = |receiver: &mut dyn Receiver| {
        for exchange in exchanges {
            receiver.exchange(exchange);
        }
        Ok::<(), Infallible>(())
    };
    let Ok(report) = scan_web(read, Opening { unpack: true, ocr: None }, &detector, &Progress::default());
    report
}

/// Path, part, line, column and the place in a source of a finding.
type Told<'t> = (&'t str, &'t str, u64, u64, Option<(&'t str, u64, u64)>);

#[track_caller]
fn check(exchanges: Vec<Exchange>, expect: &[Told<'_>]) -> Report {
    let report = scan(exchanges);
    let told: Vec<_> = report
        .findings
        .iter()
        .map(|finding| {
            let deployed = finding.deployed.as_ref().expect("it comes from a front end");
            let source = |original: &Original| (original.file.to_string(), original.line, original.column);
            let Position { line, column } = finding.location.start;
            let part = deployed.part.to_string();
            (finding.location.path.to_string(), part, line, column, deployed.original.as_ref().map(source))
        })
        .collect();
    let told: Vec<_> = told
        .iter()
        .map(|(path, part, line, column, source)| {
            let source = source.as_ref().map(|(file, line, column)| (&**file, *line, *column));
            (&**path, &**part, *line, *column, source)
        })
        .collect();
    assert_eq!(told, expect);
    report
}

const PAGE: &str = "https://example.com/";
const BUNDLE: &str = "https://example.com/assets/index-BxYz1_-a.js";
const MAP: &str = "https://example.com/assets/index-BxYz1_-a.js.map";

/// A bundle whose one line holds `key`, and its map to the second line of `src/api.ts`.
fn bundled(key: &str, has_content: bool) -> (String, String) {
    let mut map = SourceMapBuilder::new(Some("index.js"));
    map.add(0, 0, 0, 0, Some("src/main.ts"), None, false);
    map.add(0, 6, 1, 13, Some("src/api.ts"), None, false);
    if has_content {
        let id = map.add_source("src/api.ts");
        map.set_source_contents(id, Some(&format!("// the client\nexport const \u{e9} = \"{key}\";\n")));
    }
    let mut bytes = Vec::new();
    map.into_sourcemap().to_writer(&mut bytes).expect("it can be written");
    (format!("const \u{e9}=\"{key}\";\n"), String::from_utf8(bytes).expect("it is JSON"))
}

#[test]
fn a_key_in_the_bundle_and_in_its_map_is_one_finding() {
    let (bundle, map) = bundled(&key(0), true);
    let exchanges = |order: [usize; 2]| {
        let all = [document(BUNDLE, &[PAGE], &*bundle), document(MAP, &[PAGE, BUNDLE], &*map)];
        order.into_iter().map(|index| all[index].clone()).collect::<Vec<_>>()
    };
    for order in [[0, 1], [1, 0]] {
        let expect = [(BUNDLE, "content", 1, 10, Some(("src/api.ts", 2, 19)))];
        let report = check(exchanges(order), &expect);
        let finding = &report.findings[0];
        assert_eq!(finding.relative.as_str(), "example.com/assets/index-*.js");
        let via: Vec<_> = finding.deployed.iter().flat_map(|deployed| &deployed.via).collect();
        assert_eq!(via.iter().map(|name| name.as_str()).collect::<Vec<_>>(), [PAGE]);
        assert_eq!((report.coverage.documents, report.coverage.skipped.len()), (2, 0));
    }
}

#[test]
fn without_the_text_of_the_sources_the_mapping_tells() {
    let (bundle, map) = bundled(&key(0), false);
    let exchanges = vec![document(BUNDLE, &[PAGE], bundle), document(MAP, &[PAGE, BUNDLE], map)];
    check(exchanges, &[(BUNDLE, "content", 1, 10, Some(("src/api.ts", 2, 14)))]);
}

#[test]
fn a_key_in_the_map_alone_is_told_with_its_source() {
    let (_, map) = bundled(&key(0), true);
    let exchanges = vec![document(BUNDLE, &[PAGE], "go()"), document(MAP, &[PAGE, BUNDLE], &*map)];
    let column = 1 + map[..map.find("b10_").expect("it is there")].chars().count() as u64;
    let line = 1 + map[..map.find("b10_").expect("it is there")].matches('\n').count() as u64;
    check(exchanges, &[(MAP, "content", line, column, Some(("src/api.ts", 2, 19)))]);
}

#[test]
fn a_map_by_its_header_or_in_the_bundle() {
    let (bundle, map) = bundled(&key(0), true);
    let elsewhere = "https://example.com/maps/m.json";
    let mut first = document(BUNDLE, &[PAGE], &*bundle);
    first.headers.push(("sourcemap".to_owned(), "/maps/m.json".to_owned()));
    let expect = [(BUNDLE, "content", 1, 10, Some(("src/api.ts", 2, 19)))];
    check(vec![first, document(elsewhere, &[PAGE, BUNDLE], &*map)], &expect);

    let encoded = base64(&map);
    let with_map = format!("{bundle}//# sourceMappingURL=data:application/json;base64,{encoded}\n");
    let bundle = document(BUNDLE, &[PAGE], with_map);
    // The map is handed over once more, as a document of its own.
    let inner = document(&format!("data:application/json in {BUNDLE}"), &[PAGE, BUNDLE], map);
    for exchanges in [vec![bundle.clone()], vec![bundle.clone(), inner.clone()], vec![inner, bundle]] {
        check(exchanges, &expect);
    }
}

/// As base64, with padding.
fn base64(text: &str) -> String {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let four = |three: &[u8]| {
        let bits =
            three.iter().fold(0, |bits, &byte| bits << 8 | usize::from(byte)) << (8 * (3 - three.len()));
        let letter = move |at: usize| char::from(letters[bits >> (18 - 6 * at) & 63]);
        let length = three.len();
        (0..4).map(move |at| if at <= length { letter(at) } else { '=' })
    };
    text.as_bytes().chunks(3).flat_map(four).collect()
}

#[test]
fn maps_of_what_a_bundle_evaluates_tell_nothing_twice() {
    let module = |number: usize| {
        let (code, map) = bundled(&key(number), true);
        let comment =
            format!("//# sourceMappingURL=data:application/json;charset=utf-8;base64,{}", base64(&map));
        let code = code.trim_end().replace('"', "'");
        (format!("eval(\"{code}\\n{comment}\\n//# sourceURL=webpack-internal:///{number}\\n\");\n"), map)
    };
    let ((one, map), (two, _)) = (module(0), module(1));
    let bundle = document(BUNDLE, &[PAGE], [one, two].concat());
    let inner = document(&format!("data:application/json in {BUNDLE}"), &[PAGE, BUNDLE], map);
    let expect = [1, 2].map(|line| (BUNDLE, "content", line, 16, Some(("src/api.ts", 2, 19))));
    check(vec![bundle, inner], &expect);
}

#[test]
fn what_a_page_holds_of_a_document_is_told_with_the_page() {
    let page = format!("<script src=\"data:text/javascript;base64,{}\">", base64(&format!("k='{}'", key(0))));
    let column = 1 + page.find("base64,").expect("it is there") as u64 + 7;
    let inner = |number: usize| {
        document(&format!("data:text/javascript in {PAGE}"), &[PAGE], format!("k='{}'", key(number)))
    };
    let told = scan(vec![document(PAGE, &[], &*page), inner(0)]).findings;
    assert_eq!(told.iter().map(|finding| finding.location.path.as_str()).collect::<Vec<_>>(), [PAGE]);
    assert!(told[0].location.start.column >= column);
    let name = format!("data:text/javascript in {PAGE}");
    check(vec![document(PAGE, &[], "<p>"), inner(0)], &[(&name, "content", 1, 4, None)]);
}

#[test]
fn a_cookie_is_told_where_it_is_kept() {
    let cookie = format!("k={}", key(0));
    let mut page = Exchange { method: AFTER.to_owned(), ..document(PAGE, &[], "") };
    page.stored.push(("cookie".to_owned(), cookie.clone()));
    let sent = |address: &str| {
        let mut request = document(address, &[PAGE], "");
        request.sent.push(("cookie".to_owned(), cookie.clone()));
        request
    };
    let (own, other) = (sent("https://api.example.com/v1"), sent("https://example.net/"));
    let header = "header cookie of the request";
    check(
        vec![own.clone(), sent(PAGE), other, page],
        &[(PAGE, "cookie", 1, 3, None), ("https://example.net/", header, 1, 11, None)],
    );
    check(vec![own], &[("https://api.example.com/v1", header, 1, 11, None)]);
}

#[test]
fn what_a_browser_sends_to_baseten_is_certain() {
    let call = "https://model-abcd1234.api.baseten.co/production/predict";
    for (name, value) in [
        ("authorization", format!("Api-Key {}", key(0))),
        ("authorization", format!("Bearer {}", legacy(0))),
        ("x-api-key", legacy(0)),
    ] {
        let mut request = document(call, &[PAGE], "");
        request.method = "POST".to_owned();
        request.sent.push((name.to_owned(), value.clone()));
        let column = 3 + (name.len() + value.find('.').expect("it is a key")) as u64;
        let column = column - if value.contains("b10_") { 12 } else { 8 };
        let part = format!("header {name} of the request");
        let report = check(vec![request], &[(call, &part, 1, column, None)]);
        let finding = &report.findings[0];
        assert!(finding.deployed.as_ref().is_some_and(|deployed| deployed.is_sent_to_baseten));
        assert_eq!((finding.confidence, finding.attribution), (Confidence::High, Attribution::Baseten));
    }
}

#[test]
fn every_part_of_an_exchange_is_scanned() {
    let api = "https://api.example.com/v1";
    let mut exchange = document(&format!("{api}?key={}", key(1)), &[PAGE], format!("[\"{}\"]", key(2)));
    exchange.sent.push(("cookie".to_owned(), format!("k={}", key(3))));
    exchange.headers.push(("set-cookie".to_owned(), format!("k={}", key(4))));
    exchange.posted = format!("{{\"key\": \"{}\"}}", key(5)).into_bytes();
    exchange.stored.push(("local storage".to_owned(), format!("k = {}", key(6))));
    let shown = "https://api.example.com/v1?key=****";
    let expect = [
        (shown, "content", 1, 3, None),
        (shown, "address", 1, 32, None),
        (shown, "header cookie of the request", 1, 11, None),
        (shown, "content of the request", 1, 10, None),
        (shown, "header set-cookie of the answer", 1, 15, None),
        (shown, "local storage", 1, 5, None),
    ];
    let report = check(vec![exchange.clone(), exchange], &expect);
    for finding in &report.findings {
        assert!(!finding.deployed.as_ref().is_some_and(|deployed| deployed.is_sent_to_baseten));
        assert_eq!(finding.relative.as_str(), "api.example.com/v1");
    }
}

#[test]
fn fragments_are_scanned() {
    let page = Exchange { addresses: vec![format!("{PAGE}#t={}", key(0))], ..document(PAGE, &[], "") };
    check(vec![page], &[(PAGE, "address", 1, 24, None)]);
}

#[test]
fn a_page_after_its_scripts_is_told_where_it_holds_more() {
    let rendered = |body: &str| Exchange { method: AFTER.to_owned(), ..document(PAGE, &[], body) };
    let text = format!("<p>{}", key(0));
    let report = check(vec![rendered(&text), document(PAGE, &[], &*text)], &[(PAGE, "content", 1, 4, None)]);
    assert_eq!(report.coverage.documents, 1);
    check(vec![document(PAGE, &[], "<p>"), rendered(&text)], &[(PAGE, RENDERED, 1, 4, None)]);
}

#[test]
fn what_did_not_come_is_in_the_coverage() {
    let detector = Detector::new(RuleSet::builtin());
    let address = format!("https://example.com/{}", key(0));
    let read = |receiver: &mut dyn Receiver| {
        receiver.skipped(&address, "it takes too long");
        receiver.foreign("https://cdn.example.net/x.js");
        receiver.disallowed("https://example.com/private");
        Err::<(), _>("refused")
    };
    assert!(scan_web(read, Opening { unpack: true, ocr: None }, &detector, &Progress::default()).is_err());
    let read = |receiver: &mut dyn Receiver| {
        let _ = read(receiver);
        Ok::<(), Infallible>(())
    };
    let Ok(report) = scan_web(read, Opening { unpack: true, ocr: None }, &detector, &Progress::default());
    let Coverage { foreign, disallowed, skipped, .. } = report.coverage;
    assert_eq!((foreign, disallowed, skipped.len()), (1, 1, 1));
    assert_eq!(skipped[0].path.as_str(), "https://example.com/****");
}

#[test]
fn the_same_bundle_under_two_addresses_is_told_twice() {
    let other = "https://example.com/old/index.js";
    let (bundle, _) = bundled(&key(0), false);
    let exchanges = vec![document(other, &[PAGE], &*bundle), document(BUNDLE, &[PAGE], &*bundle)];
    check(exchanges, &[(BUNDLE, "content", 1, 10, None), (other, "content", 1, 10, None)]);
}
