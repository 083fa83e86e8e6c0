//! The page of a report in a real browser: what it shows, what it does by keyboard, on paper,
//! without its script, and what it does not do whatever the names in it say.
//!
//! Chromium comes from the system, what drives it from npm; `.ci/run` installs both. The steps
//! stand in `html/drive.mjs`, and what is right stands here.

mod made;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use baseleak::model::Report;
use serde_json::{Value, json};

use crate::sandbox::{Sandbox, key};
use made::{hostile, key_report, mixed};

/// Words that a script, an image or a handler in the page would say.
const EVIL: [&str; 4] = [
    "<script>alert('one')<",
    "\"><img src=x onerror=alert('two')>",
    "'onmouseover='alert(3)' x='",
    "--><svg onload=alert(4)>",
];

/// What the steps are made with; none, with a message, where it is not installed.
struct Browser {
    chromium: PathBuf,
    modules: PathBuf,
}

impl Browser {
    /// A failure where `BASELEAK_TEST_ALL` says that every test is to run.
    #[track_caller]
    fn find() -> Option<Self> {
        let path = env::var_os("PATH").unwrap_or_default();
        let on_path = |name: &&str| {
            env::split_paths(&path).map(|folder| folder.join(name)).find(|place| place.is_file())
        };
        let chromium = ["chromium", "chromium-browser", "google-chrome"].iter().find_map(on_path);
        let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/ci-tools/npm/node_modules");
        let has = |name: &str| modules.join(name).is_dir();
        if let (Some(chromium), true) = (chromium, has("puppeteer-core") && has("axe-core")) {
            return Some(Self { chromium, modules });
        }
        let is_needed = env::var_os("BASELEAK_TEST_ALL").is_some_and(|value| value == "1");
        let what = "chromium, or puppeteer-core and axe-core of npm, are not installed";
        assert!(!is_needed, "{what}, and BASELEAK_TEST_ALL is set; .ci/run installs them");
        tell(&format!("{what}: this test is passed over"));
        None
    }

    /// Plays a scene of the script with a page, and reads what came of it.
    #[track_caller]
    fn play(&self, scene: &str, page: &Path) -> Value {
        let sandbox = Sandbox::new();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/html/drive.mjs");
        let mut node = sandbox.confined("node");
        node.args([&script, &self.modules, &self.chromium]).args([page, Path::new(scene)]);
        // Whoever wants to look at the page says where the pictures go.
        node.args(env::var_os("BASELEAK_SCREENSHOTS")).stdin(Stdio::null());
        let output = node.output().expect("node can be started");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{scene}: {errors}");
        serde_json::from_slice(&output.stdout).expect("the script prints JSON")
    }
}

#[expect(clippy::print_stderr, reason = "whoever runs the tests is to know what was passed over")]
fn tell(text: &str) {
    eprintln!("{text}");
}

/// The page of a report, in a folder of its own.
fn page_of(report: &Report) -> (Sandbox, PathBuf) {
    let sandbox = Sandbox::new();
    let mut page = Vec::new();
    baseleak::render::html::write(report, &mut page).expect("a vector takes everything");
    sandbox.write("page.html", page);
    let path = sandbox.path("page.html");
    (sandbox, path)
}

/// Holds a page to doing nothing: no dialog, no request, no message, no element or handler that
/// a name made; and the policy to stopping all four that are tried.
#[track_caller]
fn is_quiet(done: &Value) {
    for nothing in ["dialogs", "requests", "console", "violations"] {
        assert_eq!(done[nothing], json!([]), "{nothing}");
    }
    for none in ["strange", "handlers", "owned"] {
        assert_eq!(done[none], 0, "{none}");
    }
    let stopped = json!(["img-src", "script-src-attr", "script-src-elem", "style-src-attr"]);
    assert_eq!(done["stopped"], stopped);
}

/// A repository whose files, cells, authors, branches and comments are markup.
fn evil_repository() -> Sandbox {
    let sandbox = Sandbox::repository();
    for (number, evil) in EVIL.iter().enumerate() {
        let line = format!("KEY = {} # baseleak:allow {evil}\n", key(400 + number));
        sandbox.write(format!("{evil}/script>.env"), format!("{evil} {}\n", key(300 + number)));
        sandbox.write(format!("{evil}/allowed.env"), line);
    }
    let notebook = json!({
        "nbformat": 4, "nbformat_minor": 5, "metadata": {},
        "cells": [{
            "cell_type": "code", "id": EVIL[1], "metadata": {}, "execution_count": 1, "source": ["1"],
            "outputs": [{
                "output_type": "display_data", "metadata": {},
                "data": { (format!("text/{}", EVIL[1])): [format!("key {}", key(310))] },
            }],
        }],
    });
    sandbox.write(format!("{}.ipynb", EVIL[2]), notebook.to_string());
    sandbox.git(["add", "--all"]);
    sandbox.git(["commit", "--quiet", "--message", "first"]);
    // git takes the brackets out of the names that it is given; others do not.
    let raw = sandbox.git(["cat-file", "commit", "HEAD"]);
    let raw =
        raw.replace("author A <a@example.org>", "author <script>alert('author')</script> <\"'><img src=x>");
    sandbox.write("../home/commit", raw);
    let commit = sandbox.git(["hash-object", "-t", "commit", "-w", "--literally", "../home/commit"]);
    sandbox.git(["reset", "--quiet", "--soft", commit.trim()]);
    sandbox.git(["branch", "<script>alert('branch')</script>"]);
    sandbox.git(["branch", "\"><img/src=x/onerror=alert('ref')>"]);
    sandbox
}

#[test]
fn names_of_a_repository_stay_names() {
    let Some(browser) = Browser::find() else { return };
    let sandbox = evil_repository();
    for command in ["scan", "history"] {
        let page = sandbox.path(format!("../home/{command}.html"));
        let mut form = std::ffi::OsString::from("html=");
        form.push(&page);
        sandbox.run([command.as_ref(), "--format".as_ref(), form.as_os_str()]).exits(1);
        let written = fs::read_to_string(&page).expect("the page is written");
        for number in (300..304).chain(400..404).chain([310]) {
            assert!(!written.contains(&key(number)[13..]), "{command}: a secret is written");
        }
        let done = browser.play("hostile", &page);
        is_quiet(&done);
        let text = done["text"].as_str().expect("the page has a text");
        for evil in EVIL {
            assert!(text.contains(&format!("{evil}/script>.env")), "{command}: {evil} is missing: {text}");
        }
        let more: &[&str] = match command {
            "history" => &["alert('author')", "refs/heads/<script>alert('branch')</script>"],
            _ => &["output 0 (text/"],
        };
        for piece in more {
            assert!(text.contains(piece), "{command}: {piece} is missing: {text}");
        }
    }
}

/// All that a scan of a repository does not bring up: verdicts, entries, rules, configuration.
#[test]
fn texts_of_every_kind_stay_texts() {
    let Some(browser) = Browser::find() else { return };
    let evil = EVIL.concat() + "</script></style><!--";
    let (_sandbox, page) = page_of(&hostile(&evil));
    let done = browser.play("hostile", &page);
    is_quiet(&done);
    let text = done["text"].as_str().expect("the page has a text");
    assert!(text.matches(&evil).count() >= 25, "{} times: {text}", text.matches(&evil).count());
}

#[test]
fn nobody_is_left_out() {
    let Some(browser) = Browser::find() else { return };
    for report in [mixed(), hostile(&"a-very-long-name".repeat(40)), key_report(0, 0)] {
        let (_sandbox, page) = page_of(&report);
        assert_eq!(browser.play("axe", &page)["found"], json!([]));
    }
}

#[test]
fn keys_are_filtered_and_searched_by_keyboard() {
    let Some(browser) = Browser::find() else { return };
    let (_sandbox, page) = page_of(&mixed());
    let done = browser.play("keyboard", &page);
    for nothing in ["dialogs", "requests", "console", "violations"] {
        assert_eq!(done[nothing], json!([]), "{nothing}");
    }
    assert_eq!(done["first"], "skip");
    assert_eq!(done["reached"], json!([true, true, true, true, true, true, true]));
    let steps: Vec<(&str, u64, u64)> = done["steps"]
        .as_array()
        .expect("it is a list")
        .iter()
        .map(|step| {
            let number = |name: &str| step[name].as_u64().expect("it is a number");
            (step["name"].as_str().expect("it has a name"), number("keys"), number("places"))
        })
        .collect();
    let expect = [
        ("begin", 12, 51),
        ("path", 1, 1),
        ("cleared", 12, 51),
        ("author and a place behind a line", 1, 1),
        ("nothing", 0, 0),
        ("active", 1, 40),
        ("reset", 12, 51),
        ("confidence", 5, 17),
        ("rule", 1, 1),
        ("seen", 1, 20),
    ];
    assert_eq!(steps, expect, "{done:#}");
    assert_eq!((&done["unfolded"], &done["folded"]), (&json!(1), &json!(0)));
    assert_eq!(done["steps"][1]["said"], "1 of 12 keys in 1 of 51 places match the filter.");
    assert_eq!(done["steps"][4]["said"], "No key matches the filter.");
    assert_eq!(done["steps"][6]["said"], "All 12 keys in 51 places are shown.");
    let copied = [
        json!(["Copied", "The command is copied."]),
        json!(["Selected", "The command is selected: copy it with your keyboard."]),
    ];
    assert!(copied.contains(&done["copied"]), "{}", done["copied"]);
}

#[test]
fn on_paper_and_without_its_script_all_is_there() {
    let Some(browser) = Browser::find() else { return };
    let (_sandbox, page) = page_of(&mixed());
    let done = browser.play("paper", &page);
    assert_eq!((&done["print"]["keys"], &done["print"]["places"]), (&json!(12), &json!(52)), "{done:#}");
    assert_eq!((&done["print"]["controls"], &done["unscripted"]["controls"]), (&json!(0), &json!(0)));
    assert_eq!((&done["unscripted"]["keys"], &done["all"]), (&json!(12), &json!(52)));
    assert_ne!(done["screen"]["controls"], 0);
    assert!(done["pdf"].as_u64() > Some(10_000), "{done:#}");
}

/// What a person waits for with 10,000 findings, as keys of their own and as places of a hundred.
#[test]
fn ten_thousand_findings_stay_usable() {
    let Some(browser) = Browser::find() else { return };
    for (keys, places) in [(10_000, 1), (100, 100)] {
        let (_sandbox, page) = page_of(&key_report(keys, places));
        if let Some(folder) = env::var_os("BASELEAK_SCREENSHOTS") {
            fs::copy(&page, Path::new(&folder).join(format!("{keys}.html"))).expect("it can be kept");
        }
        // The best of three: other tests run at the same time.
        let runs: Vec<Value> = (0..3).map(|_| browser.play("speed", &page)).collect();
        for run in &runs {
            tell(&format!("{keys} keys with {places} places: {} {}", run["paint"], run["searches"]));
        }
        let best = |of: &dyn Fn(&Value) -> f64| runs.iter().map(of).fold(f64::INFINITY, f64::min);
        let paint = best(&|run| run["paint"]["first-contentful-paint"].as_f64().unwrap_or(f64::INFINITY));
        assert!(paint < 2_000.0, "{paint} ms to the first paint");
        // It is a quarter of this on a machine that has nothing else to do.
        for search in 0..6 {
            let time = best(&|run| run["searches"][search][1].as_f64().unwrap_or(f64::INFINITY));
            assert!(time < 800.0, "{time} ms for search {search}");
        }
    }
}
