//! Keys that were read in images: only one that the inventory lists, and alone, is deleted.

use serde_json::{Value, json};

use super::{Bench, REPORT};
use crate::contexts::Kind;
use crate::sandbox::key_of;
use crate::verify::images::{as_image, change};

fn stranger() -> String {
    let key = key_of(Kind::New, 7_300);
    key.split_once('.').expect("a key has a dot").0.to_owned()
}

/// Leaks the keys of these labels, of which the last is then read in an image, as one of these
/// names.
#[track_caller]
fn seen(bench: &Bench, labels: &[&str], variants: &[&str]) {
    bench.leak(labels);
    change(&bench.sandbox.path(REPORT), |findings| {
        as_image(findings.last_mut().expect("there is one"), variants);
    });
}

fn plan(bench: &Bench, code: i32) -> Value {
    bench.ask(&[REPORT, "--dry-run"]).exits(code).json()["plan"].clone()
}

#[test]
fn the_only_reading_that_is_listed_is_planned_and_deleted() {
    let bench = Bench::new();
    let (prefix, one) = (bench.prefix("invoke"), stranger());
    seen(&bench, &["invoke"], &[&one, &prefix]);
    let planned = plan(&bench, 0);
    let key = &planned["keys"][0];
    assert_eq!((&key["prefix"], &key["listed"]), (&json!(prefix), &json!(true)));
    assert_eq!(key["image"], json!({ "certainty": 61, "variants": [one, prefix] }));
    assert_eq!(key["places"][0]["within"], "x 120, y 80, 640 by 18 pixels");
    assert_eq!((&planned["left"], &planned["passed_over"]), (&json!([]), &json!([])));
    let shown = bench.ask(&[REPORT, "--dry-run", "--format", "human"]).exits(0);
    shown.prints(&[
        "read in an image only, 61 % sure to the letter, with 2 readings",
        "shots/login.png (x 120",
    ]);
    bench.revoke(&[]).exits(0).prints(&["1 of 1 key proven dead"]);
    assert_eq!(bench.deleted(), ["invoke"]);
    assert!(bench.server.requests().iter().all(|request| !request.shows(&one)), "no guess is sent");
}

#[test]
fn what_is_not_certain_is_left() {
    let bench = Bench::new();
    let (first, second, one) = (bench.prefix("invoke"), bench.prefix("member"), stranger());
    for (variants, why) in [
        (&[&*one, &first, &second][..], format!("may be {first} and {second}, which are all listed")),
        (&[&*one], "no reading of it (1) is in this operator's inventory".to_owned()),
    ] {
        seen(&bench, &["invoke"], variants);
        let planned = plan(&bench, 0);
        assert_eq!(planned["keys"], json!([]));
        let left = planned["left"][0]["why"].as_str().expect("it has a reason").to_owned();
        assert!(left.contains(&why), "{left}");
        bench.revoke(&[]).exits(1);
        assert_eq!(bench.deleted(), [""; 0]);
    }
    // The operator looked at the image.
    seen(&bench, &["invoke"], &[&one, &first, &second]);
    bench.revoke(&["--prefix", &second]).exits(0);
    assert_eq!(bench.deleted(), ["member"]);
}

#[test]
fn a_text_with_the_same_key_takes_it_in() {
    let bench = Bench::new();
    let (first, second, one) = (bench.prefix("invoke"), bench.prefix("member"), stranger());
    seen(&bench, &["invoke", "metrics"], &[&one, &first, &second]);
    let planned = plan(&bench, 0);
    let keys = planned["keys"].as_array().expect("there are keys");
    assert_eq!((keys.len(), &keys[0]["prefix"]), (1, &json!(first)));
    assert_eq!(keys[0]["places"].as_array().map(Vec::len), Some(2));
    assert!(keys[0].get("image").is_none(), "a text tells it for sure");
}
