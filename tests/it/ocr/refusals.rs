//! What cannot be looked at is told of, and nothing is taken for clean.

use super::{everything, is_possible, run, shot};
use crate::sandbox::{Sandbox, skipped};

#[test]
fn without_tesseract_there_is_no_verdict() {
    let sandbox = Sandbox::new();
    sandbox.write_key("a.env");
    let nowhere = sandbox.home().to_str().expect("it is UTF-8").to_owned();
    for args in [&["scan", "--ocr"][..], &["scan", "--ocr-budget", "5m"]] {
        let run = sandbox.run_with(&[("PATH", &nowhere)], args).exits(2);
        let run =
            run.says(&["error: Tesseract, which reads text in images, is not installed", "hint: install"]);
        assert_eq!(run.stdout, "");
    }
    // A program of that name in the folder that is scanned is not run.
    sandbox.write("tesseract", "#!/bin/sh\ntouch was-run\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(sandbox.path("tesseract"), mode).expect("it was just written");
    }
    sandbox.write(".baseleak.toml", "[scan]\nocr = true\n");
    sandbox.run_with(&[("PATH", &nowhere)], ["scan"]).exits(2).says(&["is not installed"]);
    assert!(!sandbox.path("was-run").exists());
    sandbox.run_with(&[("PATH", &nowhere)], ["scan", "--no-config"]).exits(1);
}

#[test]
fn a_budget_is_a_time() {
    let sandbox = Sandbox::new();
    for (budget, why) in [("60", "as in \"60s\""), ("1d", "as in \"60s\""), ("99999h", "at most a year")] {
        sandbox.run(["scan", "--ocr-budget", budget]).exits(2).says(&[why]);
    }
}

#[test]
fn what_the_budget_does_not_reach_is_skipped() {
    if !is_possible() {
        return;
    }
    let (sandbox, shot) = everything();
    sandbox.write_key("with.env");
    let report = run(&sandbox, &["scan", "--ocr-budget", "0s"], 2, &shot).json();
    let skipped = skipped(&report);
    let mut paths: Vec<&str> = skipped.iter().map(|skipped| skipped.0).collect();
    paths.dedup();
    for path in
        ["a.png", "b.jpg", "c.gif", "d.ico", "e.pdf!picture 1", "f.md", "g.eml", "h.ipynb", "i.zip!in/a.png"]
    {
        assert!(paths.contains(&path), "{path}: {paths:?}");
    }
    let why = skipped.iter().map(|skipped| skipped.2.unwrap_or_default());
    assert!(why.clone().all(|why| why.contains("budget")), "{:?}", why.collect::<Vec<_>>());
    // What is no image is scanned all the same.
    assert_eq!(super::places(&report), [("with.env", "", 1)]);
}

#[test]
fn what_is_broken_is_skipped() {
    if !is_possible() {
        return;
    }
    let (sandbox, shot) = (Sandbox::new(), shot(8_005));
    let png = shot.png();
    sandbox.write("broken.png", [&png[..60], &[0x5A; 600]].concat());
    // What is too small for a key, and what only begins like base64 of an image.
    sandbox.write("small.md", "![dot](data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=)\n");
    sandbox.write("code.py", "MAGIC = 'iVBORw0KGgo', '/9j/', 'R0lGOD', 'UklGR'\n");
    let report = run(&sandbox, &["scan", "--ocr"], 2, &shot).json();
    let paths: Vec<&str> = skipped(&report).iter().map(|skipped| skipped.0).collect();
    assert_eq!(paths, ["broken.png"]);
}
