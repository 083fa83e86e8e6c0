//! The reports for GitLab, of real runs. GitLab itself cannot be asked here; the documents are
//! held to the shapes in `fixtures/schemas`, which were written by hand.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::sandbox::{Sandbox, assert_silent, key};

#[track_caller]
fn assert_valid(name: &str, document: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/schemas").join(name);
    let schema: Value =
        serde_json::from_slice(&fs::read(path).expect("the schema is there")).expect("it is JSON");
    let validator =
        jsonschema::options().should_validate_formats(true).build(&schema).expect("it is a schema");
    let wrong: Vec<String> =
        validator.iter_errors(document).map(|error| error.instance_path().to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn secret_detection_of_a_history() {
    let sandbox = Sandbox::repository();
    let keys = [sandbox.write_key("deploy/.env"), key(7)];
    sandbox.git(["add", "--all"]);
    sandbox.git(["commit", "--quiet", "--message", &format!("Use {}", keys[1])]);
    let head = sandbox.git(["rev-parse", "HEAD"]);
    let head = head.trim();
    let run = sandbox.run(["history", "--format", "gitlab"]).exits(1);
    assert_silent(&run, &keys);
    let document = run.json();
    assert_valid("gitlab-secret-detection-15.handwritten.json", &document);
    let scan = &document["scan"];
    assert_eq!((&scan["type"], &scan["status"]), (&"secret_detection".into(), &"success".into()));
    assert!(scan["start_time"].as_str() <= scan["end_time"].as_str(), "{scan}");
    let entries = document["vulnerabilities"].as_array().expect("it is a list");
    let place = |entry: &Value| entry["location"].clone();
    let files: Vec<String> =
        entries.iter().map(|entry| place(entry)["file"].as_str().unwrap_or_default().to_owned()).collect();
    // Git keeps the message in files of its own, too, which no commit carries.
    let objects: Vec<_> = files.iter().filter(|file| !file.starts_with(".git/")).collect();
    assert_eq!(objects, [&format!("commit {head}"), "deploy/.env"]);
    for (entry, file) in entries.iter().zip(&files) {
        let commit = if file.starts_with(".git/") { "0000000" } else { head };
        assert_eq!(place(entry)["commit"]["sha"], commit, "{file}");
    }
}

#[test]
fn two_places_of_one_key_in_one_file_are_two_entries() {
    let sandbox = Sandbox::new();
    let key = key(8);
    sandbox.write("a.env", format!("A={key}\nB={key}\n"));
    let names = |run: &Value, list: Option<&str>, name: &str| -> Vec<String> {
        let list = list.map_or(run, |list| &run[list]).as_array().expect("it is a list");
        list.iter().map(|entry| entry[name].to_string()).collect()
    };
    let run = sandbox.run(["scan", "--format", "gitlab-codequality"]).exits(1).hides(&key).json();
    assert_valid("gitlab-codequality.handwritten.json", &run);
    let before = names(&run, None, "fingerprint");
    assert_eq!(before.len(), 2);
    assert_ne!(before[0], before[1]);
    let run = sandbox.run(["scan", "--format", "gitlab"]).exits(1).hides(&key).json();
    let ids = names(&run, Some("vulnerabilities"), "id");
    assert_ne!(ids[0], ids[1]);

    sandbox.write("a.env", format!("# moved\n\nA={key}\n\nB={key}\n"));
    let run = sandbox.run(["scan", "--format", "gitlab-codequality"]).exits(1).json();
    assert_eq!(names(&run, None, "fingerprint"), before);
    let run = sandbox.run(["scan", "--format", "gitlab"]).exits(1).json();
    assert_eq!(names(&run, Some("vulnerabilities"), "id"), ids);
}

#[cfg(unix)]
#[test]
fn what_was_not_read_is_a_failure() {
    let sandbox = Sandbox::new();
    let status = sandbox.confined("mkfifo").arg("queue").status().expect("mkfifo can be run");
    assert!(status.success());
    let document = sandbox.run(["scan", "queue", "--format", "gitlab"]).exits(2).json();
    assert_valid("gitlab-secret-detection-15.handwritten.json", &document);
    assert_eq!(document["scan"]["status"], "failure");
    assert_eq!(document["scan"]["messages"][0]["level"], "fatal");
}
