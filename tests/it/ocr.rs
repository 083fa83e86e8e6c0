//! Keys that are seen: in files that are images, and in images that something carries.
//!
//! How well images are read is for the tests of screenshots; here it is whether each is
//! looked at, and where what is found is said to be. The pictures are plain.

mod made;
mod refusals;
mod repositories;

use baseleak::Scan;
use baseleak::model::Place;
use baseleak::ocr::{Ocr, Settings};
use serde_json::Value;

use crate::carriers::{gzip_of, tar_of, zip_of};
use crate::encodings::base64;
use crate::sandbox::{Run, Sandbox, state};
use made::{Shot, icon, is_possible, notebook, photograph, shot};

/// Path, cell and line of each finding of a report.
fn places(report: &Value) -> Vec<(&str, &str, u64)> {
    let findings = report["findings"].as_array().expect("there are findings");
    findings
        .iter()
        .map(|finding| {
            let text = |name: &str| finding[name].as_str().unwrap_or_default();
            (text("path"), text("cell"), finding["line"].as_u64().unwrap_or_default())
        })
        .collect()
}

/// Runs the program on the work folder, which must end with this code and hide the key.
#[track_caller]
fn run(sandbox: &Sandbox, args: &[&str], code: i32, shot: &Shot) -> Run {
    sandbox.run(args.iter().chain(&["--format", "json"])).exits(code).hides(&shot.key)
}

/// A folder with the same picture in everything that can carry one.
fn everything() -> (Sandbox, Shot) {
    let (sandbox, shot) = (Sandbox::new(), shot(8_001));
    let png = shot.png();
    let code = base64(&png);
    sandbox.write("a.png", &png);
    sandbox.write("b.jpg", shot.jpeg());
    sandbox.write("c.gif", shot.gif());
    sandbox.write("d.ico", icon(&png));
    sandbox.write("e.pdf", shot.pdf());
    sandbox.write("f.md", format!("# Steps\n\n![it](data:image/png;base64,{code})\n"));
    let lines: Vec<_> = code.as_bytes().chunks(76).map(String::from_utf8_lossy).collect();
    sandbox.write("g.eml", format!("Content-Type: image/png\r\n\r\n{}\r\n--x--\r\n", lines.join("\r\n")));
    sandbox.write("h.ipynb", notebook(&code, &code));
    sandbox.write("i.zip", zip_of("in/a.png", &png));
    sandbox.write("j.tar.gz", gzip_of(&tar_of("x.zip", &zip_of("a.png", &png))));
    sandbox.write("k.json", format!("{{\"shot\": \"{}\"}}\n", code.replace('/', "\\/")));
    sandbox.write("photo.png", photograph());
    (sandbox, shot)
}

/// The same in a few of these, for what scans them many times.
fn a_few() -> (Sandbox, Shot) {
    let (sandbox, shot) = (Sandbox::new(), shot(8_001));
    let png = shot.png();
    let code = base64(&png);
    sandbox.write("a.png", &png);
    sandbox.write("c.gif", shot.gif());
    sandbox.write("f.md", format!("# Steps\n\n![it](data:image/png;base64,{code})\n"));
    sandbox.write("h.ipynb", notebook(&code, "AAAA"));
    sandbox.write("i.zip", zip_of("in/a.png", &png));
    (sandbox, shot)
}

#[test]
fn every_carrier_is_opened() {
    if !is_possible() {
        return;
    }
    let (sandbox, shot) = everything();
    let before = state([sandbox.path("."), sandbox.home().to_owned()]);
    let report = run(&sandbox, &["scan", "--ocr"], 1, &shot).json();
    let expect = [
        ("a.png", "", 1),
        ("b.jpg", "", 1),
        ("c.gif", "frame 2", 1),
        ("d.ico", "", 1),
        ("e.pdf!picture 1", "", 1),
        ("f.md", "", 3),
        ("g.eml", "", 3),
        ("h.ipynb", "cell 1, attachment (a.png: image/png)", 1),
        ("h.ipynb", "cell 2, output 0 (image/png)", 3),
        ("i.zip!in/a.png", "", 1),
        ("j.tar.gz!x.zip!a.png", "", 1),
        ("k.json", "", 1),
    ];
    assert_eq!(places(&report), expect, "{:#}", report["coverage"]);
    assert_eq!(report["coverage"]["skipped"], serde_json::json!([]));
    // Nothing was written, neither beside what was read nor in the folder for temporary files.
    assert_eq!(state([sandbox.path("."), sandbox.home().to_owned()]), before);
}

#[test]
fn only_what_is_asked_for_is_looked_at() {
    if !is_possible() {
        return;
    }
    let (sandbox, shot) = everything();
    run(&sandbox, &["scan"], 0, &shot);
    let report = run(&sandbox, &["scan", "--ocr", "--no-unpack"], 1, &shot).json();
    let paths: Vec<&str> = places(&report).iter().map(|place| place.0).collect();
    assert_eq!(paths, ["a.png", "b.jpg", "c.gif", "d.ico"]);
    let report = run(
        &sandbox,
        &["scan", "--ocr", "--exclude", "*.gif", "--include", "c.*", "--include", "a.png"],
        1,
        &shot,
    );
    assert_eq!(places(&report.json()), [("a.png", "", 1)]);
    let report = run(&sandbox, &["scan", "--ocr", "--max-file-size", "100"], 0, &shot).json();
    assert_eq!(places(&report), []);
    // The configuration asks for it, too.
    sandbox.write(".baseleak.toml", "[scan]\nocr = true\ninclude = ['a.png']\n");
    assert_eq!(places(&run(&sandbox, &["scan"], 1, &shot).json()), [("a.png", "", 1)]);
}

#[test]
fn a_finding_says_where_in_the_image() {
    if !is_possible() {
        return;
    }
    let shot = shot(8_002);
    let scan = Scan::new().ocr(Ocr::new(Settings::default()).expect("it is installed"));
    let report = scan.bytes("shots/login.png", &shot.png());
    assert_eq!((report.coverage.images, report.coverage.plain_images), (1, 0));
    let [finding] = &report.findings[..] else { panic!("{} findings", report.findings.len()) };
    assert_eq!((finding.location.path.as_str(), finding.location.place), ("shots/login.png", Place::Content));
    let sight = finding.sight.as_ref().expect("it was read in an image");
    let (name, _) = shot.key.split_once('.').expect("it has a public part");
    assert!(finding.key == name || sight.variants.iter().any(|variant| variant == name));
    assert_eq!(sight.size, shot.image.dimensions());
    let region = sight.regions[0];
    // The second line, from about the 24th of its 68 characters on.
    let (width, _) = sight.size;
    assert!((40..80).contains(&region.y) && region.bottom() < 120, "{region}");
    assert!(region.x > width * 30 / 100 && region.x < width * 40 / 100, "{region}");
    assert!(region.right() > width * 90 / 100 && region.right() <= width, "{region}");
    // What stands around it is shown, and no dark pixel of the key.
    let crop =
        image::load_from_memory(sight.crop.as_ref().expect("there is a picture")).expect("it is a PNG");
    assert!(crop.width() >= 300 && crop.height() < shot.image.height(), "{}x{}", crop.width(), crop.height());
    let again = scan.bytes("crop.png", sight.crop.as_ref().expect("it was just looked at"));
    assert!(again.findings.is_empty());
    // The same picture again is no work, and a photograph is counted.
    assert_eq!(scan.bytes("shots/login.png", &shot.png()).findings.len(), 1);
    assert_eq!(scan.bytes("photo.png", &photograph()).coverage.plain_images, 1);
}

#[test]
fn text_and_image_of_one_file_are_two_places() {
    if !is_possible() {
        return;
    }
    let (sandbox, shot) = (Sandbox::new(), shot(8_001));
    let code = base64(shot.png());
    sandbox.write("a.md", format!("KEY = {}\n\n![it](data:image/png;base64,{code})\n", shot.key));
    sandbox.write("b.ipynb", notebook(&code, &code).replace("show()", &format!("k = '{}'", shot.key)));
    let report = run(&sandbox, &["scan", "--ocr"], 1, &shot).json();
    let lines: Vec<_> = places(&report).iter().map(|place| (place.0, place.2)).collect();
    assert_eq!(lines, [("a.md", 1), ("a.md", 3), ("b.ipynb", 1), ("b.ipynb", 2), ("b.ipynb", 3)]);
}

#[test]
fn standard_input_is_looked_at() {
    if !is_possible() {
        return;
    }
    let (sandbox, shot) = (Sandbox::new(), shot(8_004));
    let run = sandbox.pipe(&shot.png(), ["scan", "-", "--ocr", "--format", "json"]).exits(1).hides(&shot.key);
    assert_eq!(places(&run.json()), [("<stdin>", "", 1)]);
}
