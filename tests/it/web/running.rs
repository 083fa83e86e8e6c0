//! What only a page that runs shows: a header that a script puts together, in a real browser.

use super::site::Site;
use super::{NONE, web};
use crate::browser::chromium;
use crate::sandbox::key;

#[test]
fn a_header_that_is_put_together_at_run_time() {
    if chromium().is_none() {
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
