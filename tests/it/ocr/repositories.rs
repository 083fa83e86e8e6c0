//! Images in the index and in the history.

use serde_json::Value;

use super::{a_few, is_possible, places, run, shot};
use crate::sandbox::Sandbox;

fn commit(sandbox: &Sandbox, message: &str) {
    sandbox.git(["add", "--all"]);
    sandbox.git(["commit", "--quiet", "--message", message]);
}

#[test]
fn what_is_staged() {
    if !is_possible() {
        return;
    }
    let (sandbox, shot) = (Sandbox::repository(), shot(8_011));
    sandbox.write("docs/shot.png", shot.png());
    sandbox.git(["add", "."]);
    std::fs::remove_file(sandbox.path("docs/shot.png")).expect("it was written");
    run(&sandbox, &["staged"], 0, &shot);
    let report = run(&sandbox, &["staged", "--ocr"], 1, &shot).json();
    assert_eq!(places(&report), [("docs/shot.png", "", 1)]);
}

#[test]
fn what_was_deleted_is_in_the_history() {
    if !is_possible() {
        return;
    }
    let (sandbox, shot) = a_few();
    sandbox.git(["init", "--quiet", "--initial-branch=main"]);
    std::fs::copy(sandbox.path("a.png"), sandbox.path("z.png")).expect("it was written");
    commit(&sandbox, "add");
    sandbox.git(["rm", "--quiet", "-r", "."]);
    sandbox.write("README.md", "nothing\n");
    commit(&sandbox, "remove");
    sandbox.git(["gc", "--quiet"]);
    run(&sandbox, &["history"], 0, &shot);
    let args = ["history", "--ocr", "--cache", "../home/cache"];
    let report = run(&sandbox, &args, 1, &shot).json();
    let found = places(&report);
    let paths: Vec<&str> = found.iter().map(|place| place.0).collect();
    assert_eq!(paths, ["a.png", "c.gif", "f.md", "h.ipynb", "i.zip!in/a.png"]);
    assert_eq!((found[1].1, found[3].1), ("frame 2", "cell 2, output 0 (image/png)"));
    let origin = &report["findings"][0]["origin"];
    assert_eq!(
        (&origin["in_head"], &origin["other_paths"]),
        (&Value::from(false), &serde_json::json!(["z.png"]))
    );
    assert_eq!(run(&sandbox, &args, 1, &shot).json(), report, "what is remembered says the same");
    // What was remembered without images says nothing of them, and the other way round.
    run(&sandbox, &["history", "--cache", "../home/cache"], 0, &shot);
    let range = run(&sandbox, &["history", "--ocr", "--range", "HEAD~1..HEAD"], 0, &shot).json();
    assert_eq!(places(&range), []);
    let audit = run(&sandbox, &["audit", "--ocr"], 1, &shot).json();
    assert_eq!(audit["findings"].as_array().map(Vec::len), Some(5));
}

#[test]
fn an_image_that_was_not_looked_at_is_not_remembered() {
    if !is_possible() {
        return;
    }
    let (sandbox, shot) = (Sandbox::repository(), shot(8_012));
    sandbox.write("a.png", shot.png());
    commit(&sandbox, "add");
    sandbox.git(["gc", "--quiet"]);
    let args = ["history", "--ocr", "--cache", "../home/cache"];
    let report =
        run(&sandbox, &["history", "--ocr-budget", "0s", "--cache", "../home/cache"], 2, &shot).json();
    assert_eq!(crate::sandbox::skipped(&report).len(), 1);
    assert_eq!(places(&run(&sandbox, &args, 1, &shot).json()), [("a.png", "", 1)]);
}

#[test]
fn a_delta_of_an_image_is_looked_at_whole() {
    if !is_possible() {
        return;
    }
    let (sandbox, shot) = (Sandbox::repository(), shot(8_013));
    // Bitmaps of which git makes deltas: the same but for the line with the key.
    let mut bare = super::made::shot(8_013);
    for (x, y, pixel) in bare.image.enumerate_pixels_mut() {
        if y > 60 && y < 110 && x > 390 {
            pixel.0 = [255];
        }
    }
    sandbox.write("a.bmp", bare.bmp());
    commit(&sandbox, "bare");
    sandbox.write("a.bmp", shot.bmp());
    commit(&sandbox, "with it");
    sandbox.write("a.bmp", bare.bmp());
    commit(&sandbox, "bare again");
    sandbox.git(["gc", "--quiet", "--aggressive"]);
    let report = run(&sandbox, &["history", "--ocr"], 1, &shot).json();
    assert_eq!(places(&report), [("a.bmp", "", 1)]);
}
