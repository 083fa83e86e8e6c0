//! What only a page that runs shows: a header that a script puts together, in a real browser.

use std::env;

use super::site::Site;
use super::{NONE, web};
use crate::sandbox::key;

/// Whether a browser is installed; it must be where `BASELEAK_TEST_ALL` says that every test is to run.
#[track_caller]
fn has_browser() -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = |name: &&str| env::split_paths(&path).any(|folder| folder.join(name).is_file());
    let has_one = ["chromium", "chromium-browser", "google-chrome"].iter().any(on_path);
    let is_needed = env::var_os("BASELEAK_TEST_ALL").is_some_and(|value| value == "1");
    assert!(
        has_one || !is_needed,
        "chromium is not installed, and BASELEAK_TEST_ALL is set; .ci/run installs it"
    );
    if !has_one {
        tell("chromium is not installed: this test is passed over");
    }
    has_one
}

#[expect(clippy::print_stderr, reason = "whoever runs the tests is to know what was passed over")]
fn tell(text: &str) {
    eprintln!("{text}");
}

#[test]
fn a_header_that_is_put_together_at_run_time() {
    if !has_browser() {
        return;
    }
    let key = key(9500);
    // Backwards and in pieces, as no reader puts it together.
    let pieces: Vec<String> =
        key.chars().rev().collect::<Vec<_>>().chunks(5).map(|five| five.iter().collect()).collect();
    let script = format!(
        "const k = [...{pieces:?}.join('')].reverse().join('');\n\
         fetch('https://model-abcd1234.api.baseten.co/production/predict',\n\
         {{method: 'POST', headers: {{Authorization: 'Api-Key ' + k}}, body: '{{}}'}}).catch(() => 0);\n"
    );
    let site =
        || Site::start().html("/", "<title>x</title><script src=/a.js></script>").script("/a.js", &script);
    let here = site();
    web(&here.url("/"), NONE).0.exits(0);
    let here = site();
    let (run, report) = web(&here.url("/"), ["--browser"]);
    let findings = report["findings"].as_array().expect("there are findings");
    assert_eq!(findings.len(), 1, "{report:#}");
    assert_eq!(findings[0]["path"], "https://model-abcd1234.api.baseten.co/production/predict");
    assert_eq!(findings[0]["confidence"], "high");
    run.exits(1).hides(&key);
}
