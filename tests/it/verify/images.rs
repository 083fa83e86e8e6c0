//! Keys that were read in images: the inventory decides between their readings, and nobody is
//! asked with a guess.

use baseleak::baseten::{Client, Remote, Timeouts, Transport, Trust};
use baseleak::model::{Secret, Validity};
use baseleak::verify::{Inquiry, Leak, Reading, verify};
use serde_json::{Value, json};

use super::{Bench, check, verdicts};
use crate::contexts::Kind;
use crate::sandbox::key_of;

/// A prefix that is none of the server's.
fn stranger(number: usize) -> String {
    let key = key_of(Kind::New, 7_000 + number);
    key.split_once('.').expect("a key has a dot").0.to_owned()
}

/// Makes of a finding one that was read in `shots/login.png`, of a key with these names, and
/// gives it the digest of another reading.
pub(crate) fn as_image(finding: &mut Value, variants: &[&str]) {
    finding["key"] = json!(variants[0]);
    finding["digest"] = json!(format!("{:016x}", 0xfeed + variants.len()));
    finding["path"] = json!("shots/login.png");
    finding["relative_path"] = finding["path"].clone();
    finding["image"] = json!({
        "regions": [{ "x": 120, "y": 80, "width": 640, "height": 18 }],
        "width": 1280, "height": 720, "certainty": 61, "variants": variants,
    });
}

/// Reads the report of a bench, changes its findings and writes it again.
pub(crate) fn change(path: &std::path::Path, change: impl FnOnce(&mut Vec<Value>)) {
    let report = std::fs::read(path).expect("there is a report");
    let mut report: Value = serde_json::from_slice(&report).expect("it is JSON");
    change(report["findings"].as_array_mut().expect("there are findings"));
    std::fs::write(path, report.to_string()).expect("it can be written");
}

/// A bench whose report has nothing but an image of a key with these names.
fn seen(variants: &[&str]) -> Bench {
    let mut bench = Bench::new(Some("admin"));
    bench.leak_label("invoke");
    bench.report();
    change(&bench.sandbox.path("../home/report.json"), |findings| as_image(&mut findings[0], variants));
    bench
}

/// Only the list of keys, the names of models and the audit log were asked for, with no name in
/// the request.
#[track_caller]
fn is_quiet(bench: &Bench, variants: &[&str]) {
    assert_eq!(bench.senders(), ["admin"]);
    for request in bench.server.requests() {
        assert_eq!(request.method, "GET");
        assert!(variants.iter().all(|name| !request.shows(name)), "{request:?}");
    }
}

const VERIFY: [&str; 4] = ["verify", "../home/report.json", "--format", "json"];

#[test]
fn the_only_reading_that_is_listed_is_the_key() {
    let prefix = Bench::new(None).server.state().key("invoke").prefix.clone();
    let (one, other) = (stranger(1), stranger(2));
    let variants = [&*one, &prefix, &other];
    for more in [&[][..], &["--probe"]] {
        let bench = seen(&variants);
        let run = bench.ask(&[&VERIFY, more].concat()).exits(1);
        let verdict = &verdicts(&run)[0];
        let piece = format!("of its readings only {prefix} is listed");
        check(verdict, "active", &["read in an image only", &piece, "WORKSPACE_INVOKE"]);
        assert_eq!((&verdict["key"], &verdict["reach"]["read_as"]), (&json!(one), &json!(prefix)));
        assert_eq!(verdict["places"][0]["within"], "x 120, y 80, 640 by 18 pixels");
        is_quiet(&bench, &variants);
    }
    let run = seen(&variants).ask(&["verify", "../home/report.json"]).exits(1);
    run.prints(&["@ shots/login.png (x 120, y 80, 640 by 18 pixels)"]);
}

#[test]
fn several_readings_or_none_are_unknown() {
    let state = Bench::new(None);
    let prefix = |label| state.server.state().key(label).prefix.clone();
    let (first, second, one, other) = (prefix("invoke"), prefix("member"), stranger(1), stranger(2));
    let (both, none) = ([&*one, &first, &second], [&*one, &*other]);
    let named = format!("it may be {first} and {second}");
    let misread = "none of its 2 readings is in this workspace's inventory";
    for (variants, piece) in [(&both[..], &*named), (&none, misread), (&none[..1], "it was misread")] {
        let bench = seen(variants);
        // A deletion under a name that may be misread proves nothing.
        let event = json!({
            "event_type": "API_KEY_DELETED", "api_key_id": "id", "api_key_type": "PERSONAL", "prefix": one,
        });
        bench.server.state().log("admin", &event);
        let run = bench.ask(&[&VERIFY[..], &["--probe"]].concat()).exits(2);
        check(&verdicts(&run)[0], "unknown", &[piece, "not probed: it was read in an image"]);
        is_quiet(&bench, variants);
    }
}

#[test]
fn a_text_with_the_same_key_says_what_it_is() {
    let mut bench = Bench::new(Some("admin"));
    let gone = key_of(Kind::New, 7_100);
    let prefix = gone.split_once('.').expect("a key has a dot").0.to_owned();
    bench.leak("a.env", &gone);
    bench.leak_label("invoke");
    bench.report();
    let path = bench.sandbox.path("../home/report.json");
    let one = stranger(1);
    let event = json!({
        "event_type": "API_KEY_DELETED", "api_key_id": "id", "api_key_type": "PERSONAL", "prefix": prefix,
    });
    bench.server.state().log("admin", &event);
    change(&path, |findings| as_image(&mut findings[1], &[&one, &prefix]));
    let found = verdicts(&bench.ask(&VERIFY).exits(0));
    for verdict in &found {
        check(verdict, "inactive", &["by the audit log"]);
    }
    assert_eq!(found.len(), 2);
}

/// As a scan does it, which has the secrets at hand.
#[test]
fn what_was_read_in_an_image_is_never_probed() {
    let bench = Bench::new(None);
    let key = bench.server.key("invoke");
    let prefix = bench.server.state().key("invoke").prefix.clone();
    let reading = Reading { certainty: 99, variants: vec![prefix.clone()] };
    let leak = Leak {
        rule: "baseten-api-key".to_owned(),
        secret: Some(Secret::new(key.as_bytes())),
        reading: Some(reading),
        ..Leak::named(&prefix).expect("it is a prefix")
    };
    let transport = Transport::new(&Timeouts::default()).expect("there is no proxy");
    let remote = Remote::new(&bench.server.url(), Trust::Operator).expect("it is an address");
    let ask = |operator: Option<&Client<'_>>| {
        let inquiry = Inquiry { transport: &transport, remote: &remote, operator, probe: true };
        verify(std::slice::from_ref(&leak), &inquiry).remove(0).validity
    };
    let Validity::Unknown(why) = ask(None) else { panic!("nobody was asked") };
    assert!(why.contains("nobody is asked with a guess"), "{why}");
    assert!(bench.server.requests().is_empty());
    let operator = Client::new(&transport, &remote, Secret::new(bench.server.key("admin").as_bytes()));
    let Validity::Active(reach) = ask(Some(&operator)) else { panic!("it is listed") };
    assert_eq!(reach.read_as, Some(prefix));
    assert_eq!(bench.senders(), ["admin"]);
    assert!(bench.server.requests().iter().all(|request| !request.is_with(&key)));
}

#[test]
fn explain_and_keys_know_the_readings() {
    let state = Bench::new(None);
    let prefix = |label| state.server.state().key(label).prefix.clone();
    let (first, second, one) = (prefix("invoke"), prefix("member"), stranger(1));
    let bench = seen(&[&one, &first]);
    let report = "../home/report.json";
    let run = bench.ask(&["explain", &first, "--report", report]).exits(1);
    run.prints(&[
        "leaked in 1 place",
        "(x 120, y 80,",
        &format!("it may also be {one}"),
        "replace the images",
    ]);
    let run = bench.ask(&["explain", &first, "--report", report, "--format", "json"]).exits(1).json();
    assert_eq!(run["explanation"]["images"], json!([{ "certainty": 61, "variants": [one, first] }]));
    bench.ask(&["keys", "--leaked", report]).exits(1).prints(&["1 of them leaked", "shots/login.png"]);
    let bench = seen(&[&one, &first, &second]);
    let run = bench.ask(&["keys", "--leaked", report]).exits(1);
    run.prints(&["2 of them leaked", &format!("does not tell which: {first}, {second}")]);
    let document = bench.ask(&["keys", "--leaked", report, "--format", "json"]).exits(1).json();
    assert_eq!(document["ambiguous"], json!([[first, second]]));
    let bench = seen(&[&one]);
    bench.ask(&["keys", "--leaked", report]).exits(0).prints(&[&format!("as your key sees it: {one}")]);
}

/// A variant is a name; what is more than that is refused, and not repeated.
#[test]
fn a_report_with_a_secret_among_the_readings_is_refused() {
    let key = key_of(Kind::New, 7_200);
    let bench = seen(&[&stranger(1), &key]);
    bench.ask(&VERIFY).exits(2).says(&["is not named by its prefix alone"]).hides(&key);
}
