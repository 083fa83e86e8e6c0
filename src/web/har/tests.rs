//! Captures as different programs write them, whole and broken.

use serde_json::{Value, json};

use super::*;
use crate::web::Exchange;

#[derive(Default)]
struct Kept {
    exchanges: Vec<Exchange>,
    skipped: Vec<(String, String)>,
}

impl Receiver for Kept {
    fn exchange(&mut self, exchange: Exchange) {
        self.exchanges.push(exchange);
    }
    fn skipped(&mut self, address: &str, why: &str) {
        self.skipped.push((address.to_owned(), why.to_owned()));
    }
    fn foreign(&mut self, _: &str) {}
    fn disallowed(&mut self, _: &str) {}
}

fn capture(pages: &Value, entries: &Value) -> Vec<u8> {
    // By hand, for pages stand before entries nearly everywhere.
    let text = format!(r#"{{"log":{{"version":"1.2","pages":{pages},"entries":{entries},"creator":{{}}}}}}"#);
    text.into_bytes()
}

fn kept(bytes: &[u8]) -> (Result<Summary, HarError>, Kept) {
    let mut kept = Kept::default();
    let summary = read("made.har", bytes, &mut kept);
    (summary, kept)
}

/// The only exchange that an entry gives, and what was skipped.
#[track_caller]
fn one(entry: &Value) -> (Exchange, Vec<(String, String)>) {
    let (summary, mut kept) = kept(&capture(&json!([]), &json!([entry])));
    summary.expect("it can be read");
    assert_eq!(kept.exchanges.len(), 1, "{entry}");
    (kept.exchanges.remove(0), kept.skipped)
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn page_addresses(kept: &Kept) -> Vec<Vec<&str>> {
    kept.exchanges.iter().map(|one| one.addresses.iter().map(String::as_str).collect()).collect()
}

#[test]
fn all_addresses_are_handed_over() {
    let of = |request: Value, more: Value| {
        let entry = json!({ "request": request, "response": { "redirectURL": more["to"] },
            "_initiator": { "url": more["by"] } });
        let (summary, kept) = kept(&capture(&json!([]), &json!([entry.clone(), entry])));
        summary.expect("it can be read");
        let all = kept.exchanges.iter().skip(1);
        let all = all.map(|one| [vec![one.address.clone()], one.addresses.clone()].concat().join(" "));
        all.collect::<Vec<_>>()
    };
    let url = "https://a.example/?a=b";
    let query = |name: &str, value: &str| json!([{ "name": name, "value": value }]);
    let table = [
        (
            json!({ "url": "https://a.example/#t=one" }),
            json!({}),
            vec!["https://a.example/ https://a.example/#t=one"],
        ),
        (json!({ "url": url, "queryString": query("a", "b") }), json!({}), vec![url]),
        (
            json!({ "url": url, "queryString": query("k", "two") }),
            json!({}),
            vec!["https://a.example/?a=b https://a.example/?k=two"],
        ),
        (json!({ "url": url }), json!({ "to": "/x#y" }), vec!["https://a.example/?a=b /x#y"]),
        (
            json!({ "url": url }),
            json!({ "to": "https://b.example/#y" }),
            vec![url, "https://b.example/ https://b.example/#y"],
        ),
        (json!({ "url": url }), json!({ "by": "https://b.example/?z" }), vec![url, "https://b.example/?z"]),
        (json!({ "url": url }), json!({ "by": url }), vec![url]),
    ];
    for (request, more, expect) in table {
        assert_eq!(of(request.clone(), more.clone()), expect, "{request} {more}");
    }
}

#[test]
fn an_entry_of_chrome_is_read_whole() {
    let page = json!({ "id": "page_1", "title": "https://site.example/app#top", "comment": "noted" });
    let first = json!({
        "pageref": "page_1",
        "request": { "method": "GET", "url": "https://site.example/app#top", "headers": [] },
        "response": { "status": 200, "content": { "size": 4, "text": "<p/>" } },
    });
    let call = json!({ "callFrames": [{ "url": "" }, { "url": "https://site.example/a.js" }] });
    let second = json!({
        "pageref": "page_1", "comment": "why",
        "_initiator": { "type": "script", "stack": { "callFrames": [], "parent": call } },
        "request": {
            "method": "post", "url": "https://model-abc.api.baseten.co/predict",
            "headers": [{ "name": "Authorization", "value": "Api-Key one" }, { "name": ":path", "value": "/" }],
            "cookies": [{ "name": "s", "value": "two" }],
            "postData": { "mimeType": "application/json", "text": "{\"three\":1}" },
        },
        "response": {
            "status": 403, "headers": [{ "name": "X-Id", "value": "4" }],
            "content": { "size": 3, "text": "AP8B", "encoding": "base64" },
        },
    });
    let (summary, kept) = kept(&capture(&json!([page]), &json!([first, second])));
    assert_eq!(summary.expect("it can be read"), Summary { entries: 2, has_authorization: true });
    assert!(kept.skipped.is_empty(), "{:?}", kept.skipped);
    // The script that called has no entry, and is named.
    assert_eq!(kept.exchanges.len(), 3);
    assert_eq!(kept.exchanges[2].address, "https://site.example/a.js");
    assert_eq!(page_addresses(&kept), [&["https://site.example/app#top"][..], &[], &[]]);
    let (page, call) = (&kept.exchanges[0], &kept.exchanges[1]);
    assert_eq!((page.address.as_str(), page.body.as_slice()), ("https://site.example/app", &b"<p/>"[..]));
    assert_eq!((page.via.len(), &page.stored), (0, &pairs(&[("comment", "noted")])));
    assert_eq!(call.via, ["https://site.example/app", "https://site.example/a.js"]);
    assert_eq!((call.method.as_str(), call.status), ("POST", 403));
    assert_eq!(call.sent, pairs(&[("authorization", "Api-Key one"), ("cookie", "s=two")]));
    assert_eq!(call.headers, pairs(&[("x-id", "4")]));
    assert_eq!(call.posted, b"{\"three\":1}");
    assert_eq!(call.body, [0, 255, 1]);
    assert_eq!(call.stored, pairs(&[("comment", "why")]));
}

#[test]
fn the_first_entry_of_a_page_is_the_page() {
    let entry = |url: &str| json!({ "pageref": "p", "request": { "url": url }, "response": {} });
    let pages = json!([{ "id": "p", "title": "A title as Firefox has it" }]);
    let (_, kept) =
        kept(&capture(&pages, &json!([entry("http://a.example/"), entry("http://a.example/x.js")])));
    let ways: Vec<_> = kept.exchanges.iter().map(|exchange| exchange.via.clone()).collect();
    assert_eq!(ways, [vec![], vec!["http://a.example/".to_owned()]]);
    assert_eq!(kept.exchanges[0].stored, pairs(&[("comment", "A title as Firefox has it")]));
}

#[test]
fn pages_may_come_last() {
    let text = br#"{"log":{"entries":[{"pageref":"p","request":{"url":"http://a.example/"}}],
        "pages":[{"id":"p","title":"A title"}]}}"#;
    let (_, kept) = kept(text);
    assert_eq!(kept.exchanges.len(), 2);
    assert_eq!(
        (kept.exchanges[1].address.as_str(), kept.exchanges[1].method.as_str()),
        ("made.har", "CAPTURE")
    );
    assert_eq!(kept.exchanges[1].stored, pairs(&[("comment", "A title")]));
}

#[test]
fn without_pages_the_referer_tells_the_way() {
    let with = |referer: &str| {
        let headers = json!([{ "name": "Referer", "value": referer }]);
        one(&json!({ "request": { "url": "https://a.example/x.js", "headers": headers } })).0.via
    };
    assert_eq!(with("https://a.example/page"), ["https://a.example/page"]);
    assert!(with("https://a.example/x.js").is_empty());
    assert_eq!(with("https://a.example/"), ["https://a.example/"]);
}

#[test]
fn what_is_posted_is_read_in_every_form() {
    let posted =
        |data: Value| one(&json!({ "request": { "url": "https://a.example/", "postData": data } })).0.posted;
    let file = json!({ "name": "f", "fileName": "k.txt", "value": "1" });
    let table = [
        (json!({ "text": "one" }), "one"),
        (json!({ "text": "b25l", "encoding": "base64" }), "one"),
        (json!({ "text": "", "params": [{ "name": "a", "value": "1" }, file] }), "a=1\nf=1; filename=k.txt"),
        (json!({ "params": [] }), ""),
        (json!(7), ""),
    ];
    for (data, expect) in table {
        assert_eq!(String::from_utf8_lossy(&posted(data)), expect);
    }
}

#[test]
fn content_that_is_missing_is_told() {
    let why = |status: Value, content: Value| {
        let response = json!({ "status": status, "content": content });
        one(&json!({ "request": { "url": "https://a.example/" }, "response": response })).1
    };
    let table = [
        (json!(200), json!({ "size": 9, "mimeType": "text/javascript" }), "is not in the capture"),
        (json!("200"), json!({ "size": 9 }), "is not in the capture"),
        (json!(200.0), json!({ "size": 9, "text": "" }), "is not in the capture"),
        (json!(200), json!({ "size": 9, "_file": "a.js" }), "beside the capture"),
        (json!(200), json!({ "size": 9, "text": "%%%", "encoding": "base64" }), "is base64, and is not"),
    ];
    for (status, content, expect) in table {
        let told = why(status, content.clone());
        assert!(matches!(&told[..], [(_, why)] if why.contains(expect)), "{content}: {told:?}");
    }
    for (status, content) in [
        (json!(200), json!({ "size": 0 })),
        (json!(304), json!({ "size": 9 })),
        (json!(-1), json!({ "size": 9 })),
        (json!(200), json!({ "size": 9, "mimeType": "image/png" })),
        (json!(200), json!(null)),
    ] {
        assert_eq!(why(status, content.clone()), [], "{content}");
    }
}

#[test]
fn messages_of_sockets_are_read() {
    let entry = json!({
        "request": { "url": "wss://a.example/socket" },
        "response": { "status": 101 },
        "_webSocketMessages": [
            { "type": "send", "opcode": 1, "data": "hello" },
            { "type": "receive", "opcode": 2, "data": "d29ybGQ=" },
            { "type": "send", "opcode": 1, "data": "again" },
        ],
    });
    let (exchange, skipped) = one(&entry);
    assert_eq!(
        (exchange.posted.as_slice(), exchange.body.as_slice()),
        (&b"hello\nagain\n"[..], &b"world\n"[..])
    );
    assert!(skipped.is_empty());
}

#[test]
fn entries_that_cannot_be_read_do_not_end_the_others() {
    let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    let text = format!(
        r#"{{"log":{{"entries":[{{}},{{"request":{deep}}},{{"request":{{"url":"https://a.example/\ud800"}}}},
        {{"request":{{"url":"https://a.example/"}}}}],"pages":[]}}}}"#
    );
    let (summary, kept) = kept(text.as_bytes());
    // What is nested deeper than the parser goes ends the text, as a capture that breaks off.
    let told: Vec<_> = kept.skipped.iter().map(|(name, why)| (name.as_str(), why.as_str())).collect();
    assert_eq!(told[0], ("made.har", "entry 1 has no address"));
    assert_eq!(summary.expect("something was read").entries, 4, "{told:?}");
    assert_eq!(kept.exchanges.len(), 1);
}

#[test]
fn what_is_no_capture_is_refused() {
    let table: &[(&[u8], &str)] = &[
        (b"", "it is empty"),
        (b" \n ", "it is empty"),
        (b"<html>", "it is not JSON: line 1, column 1"),
        (b"{\"log\": {\n  \"entries\" [] }}", "it is not JSON: line 2, column 1"),
        (b"{\"log\": {\"entries\": [", "it breaks off at line 1, column 2"),
        (b"{}", "it is JSON and not an HTTP archive"),
        (b"[]", "it is JSON and not an HTTP archive"),
        (b"{\"log\": \"word\"}", "it is JSON and not an HTTP archive"),
        (b"{\"log\": {}}", "it is JSON and not an HTTP archive"),
        (b"{\"log\": {\"entries\": {}}}", "it is JSON and not an HTTP archive"),
        (b"\xFF\xFE{\0", "it is not UTF-8"),
    ];
    for (bytes, expect) in table {
        let (summary, kept) = kept(bytes);
        let error = summary.expect_err("it is no capture").to_string();
        assert!(error.starts_with(expect), "{error}, not {expect}");
        assert!(!error.contains("word"), "{error}");
        assert!(kept.exchanges.is_empty());
    }
}

#[test]
fn a_capture_that_breaks_off_gives_what_was_read() {
    let entry =
        json!({ "request": { "url": "https://a.example/" }, "response": { "content": { "text": "one" } } });
    let mut bytes = BOM.to_vec();
    bytes.extend(capture(&json!([]), &json!([entry, entry])));
    bytes.truncate(bytes.len() - 25);
    let (summary, kept) = kept(&bytes);
    assert_eq!(summary.expect("an entry was read").entries, 1);
    assert_eq!(kept.exchanges.len(), 1);
    assert_eq!(kept.skipped.len(), 1);
    let (name, why) = &kept.skipped[0];
    assert_eq!(name, "made.har");
    assert!(
        why.starts_with("it breaks off at line 1, column ") && why.ends_with("entries read before: 1"),
        "{why}"
    );
}

#[test]
fn captures_without_authorization_are_noted() {
    let entry = json!({ "request": { "url": "https://a.example/" } });
    let (summary, _) = kept(&capture(&json!([]), &json!([entry])));
    assert_eq!(summary.expect("it can be read").notes().len(), 1);
    let (summary, _) = kept(&capture(&json!([]), &json!([])));
    assert_eq!(summary.expect("it can be read").notes().len(), 0);
}
