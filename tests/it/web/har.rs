//! Captures of browsers, for which no connection is opened.

use serde_json::{Value, json};

use crate::sandbox::{Sandbox, key};

/// A capture of one request.
fn capture(address: &str, headers: &Value, body: &str) -> String {
    json!({"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": [{
        "startedDateTime": "2026-01-02T03:04:05.000Z", "time": 1, "cache": {}, "timings": {},
        "request": {
            "method": "POST", "url": address, "httpVersion": "h2", "cookies": [], "queryString": [],
            "headers": headers, "headersSize": -1, "bodySize": -1,
        },
        "response": {
            "status": 200, "statusText": "", "httpVersion": "h2", "cookies": [], "headers": [],
            "content": {"size": body.len(), "mimeType": "text/javascript", "text": body},
            "redirectURL": "", "headersSize": -1, "bodySize": -1,
        },
    }]}})
    .to_string()
}

#[test]
fn what_a_browser_sent_is_found() {
    let (sent, held) = (key(9400), key(9401));
    let headers = json!([{"name": "Authorization", "value": format!("Api-Key {sent}")}]);
    let sandbox = Sandbox::new();
    let call = "https://model-abcd1234.api.baseten.co/production/predict";
    sandbox.write("a.har", capture(call, &headers, &format!("const k = '{held}'")));
    let run = sandbox.run(["web", "--har", "a.har", "--format", "json"]).exits(1);
    let report = run.json();
    let findings = report["findings"].as_array().expect("there are findings");
    assert_eq!(findings.len(), 2);
    assert!(findings.iter().all(|finding| finding["path"] == call));
    assert!(findings.iter().any(|finding| finding["key"] == sent.split_once('.').expect("it is a key").0));
    run.hides(&sent).hides(&held);
}

#[test]
fn a_key_in_place_of_a_user_is_found_and_not_shown() {
    for (number, tail) in [(9410, "@"), (9411, ":secret@"), (9412, "%3A@")] {
        let key = key(number);
        let sandbox = Sandbox::new();
        let address = format!("https://{key}{tail}app.example.com/x.js");
        sandbox.write("a.har", capture(&address, &json!([]), ""));
        let run = sandbox.run(["web", "--har", "a.har", "--format", "json"]).exits(1);
        let report = run.json();
        assert_eq!(report["findings"][0]["path"], "https://app.example.com/x.js");
        assert!(!report.to_string().contains("secret@"), "what stands beside it is not shown");
        run.hides(&key);
    }
}

#[test]
fn what_is_no_capture_is_told() {
    let sandbox = Sandbox::new();
    sandbox.write("bad.har", "{\"log\":");
    sandbox.write("other.har", "{\"a\": 1}");
    sandbox.write("empty.har", "{\"log\": {\"version\": \"1.2\", \"entries\": []}}");
    for file in ["bad.har", "other.har", "none.har"] {
        sandbox.run(["web", "--har", file]).exits(2).says(&["error: ", "cause: ", "hint: ", file]);
    }
    let run = sandbox.run(["web", "--har", "empty.har", "--format", "json"]).exits(2);
    assert_eq!(crate::sandbox::skipped(&run.json()).len(), 1, "nothing was read");
    sandbox.run(["web", "--har", "empty.har", "--crawl"]).exits(2);
}
