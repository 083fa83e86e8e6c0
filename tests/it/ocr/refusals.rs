//! What cannot be looked at is told of, and nothing is taken for clean.

#[cfg(unix)]
use baseleak::{
    Scan,
    model::Skipped,
    ocr::{Ocr, Settings},
};

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

#[test]
fn a_picture_of_a_pdf_that_is_not_decoded_is_skipped() {
    if !is_possible() {
        return;
    }
    let (sandbox, shot) = (Sandbox::new(), shot(8_006));
    let pdf = shot.pdf();
    let at = pdf.windows(12).position(|word| word == b"/FlateDecode").expect("it is deflated");
    let mut fax = pdf.clone();
    fax.splice(at..at + 12, *b"/CCITTFaxDecode");
    sandbox.write("fax.pdf", &fax);
    sandbox.write("in.zip", crate::carriers::zip_of("docs/fax.pdf", &fax));
    // Without a third of its data, so that there is a picture, and not all of it.
    let cut = pdf.windows(9).rposition(|word| word == b"endstream").expect("it has a stream");
    sandbox.write("cut.pdf", [&pdf[..cut - 200], &pdf[cut..]].concat());
    let report = run(&sandbox, &["scan", "--ocr", "--exclude", "cut.pdf"], 2, &shot).json();
    let why =
        "the image was not looked at: a picture that is compressed or coloured in a way that is not decoded";
    let expect = [
        ("fax.pdf!picture 1", "unreadable", Some(why)),
        ("in.zip!docs/fax.pdf!picture 1", "unreadable", Some(why)),
    ];
    assert_eq!(skipped(&report), expect);
    let report = run(&sandbox, &["scan", "--ocr", "cut.pdf"], 2, &shot).json();
    let skipped = skipped(&report);
    assert_eq!((skipped.len(), skipped[0].0), (1, "cut.pdf!picture 1"));
    assert!(skipped[0].2.is_some_and(|why| why.starts_with("the image was not looked at to its end: ")));
    // Who does not ask for images is not told of them.
    run(&sandbox, &["scan"], 0, &shot);
    // In a history, too, which looks at objects before it knows their paths.
    sandbox.git(["init", "--quiet", "--initial-branch=main"]);
    std::fs::remove_file(sandbox.path("cut.pdf")).expect("it was written");
    sandbox.git(["add", "--all"]);
    sandbox.git(["commit", "--quiet", "--message", "add"]);
    let report = run(&sandbox, &["history", "--ocr"], 2, &shot).json();
    assert_eq!(crate::sandbox::skipped(&report), expect);
}

/// What may be a key was not read again, so that nobody knows whether it is one.
#[cfg(unix)]
#[test]
fn a_second_look_that_fails_is_told() {
    use std::process::Command;

    if !is_possible() {
        return;
    }
    let (sandbox, shot) = (Sandbox::new(), shot(8_007));
    let program = sandbox.path("tesseract");
    // Written by another process: one that this process holds open cannot be run by it.
    let script = "printf '%s\\n' '#!/bin/sh' 'case \"$*\" in *whitelist*) exit 1;; esac' 'exec tesseract \"$@\"' \
                  > \"$1\" && chmod +x \"$1\"";
    let written = Command::new("sh").args(["-c", script, "sh"]).arg(&program).status();
    assert!(written.expect("there is a shell").success());
    let settings = Settings { program: Some(program), ..Settings::default() };
    let scan = Scan::new().ocr(Ocr::new(settings).expect("it is installed"));
    let report = scan.bytes("shots/login.png", &shot.png());
    let [Skipped { path, reason }] = &report.coverage.skipped[..] else {
        panic!("{:?}", report.coverage.skipped);
    };
    assert_eq!(path.as_str(), "shots/login.png");
    let why = reason.to_string();
    assert!(why.contains("the image was not looked at to its end: the recogniser failed"), "{why}");
}
