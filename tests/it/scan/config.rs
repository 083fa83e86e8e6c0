//! Where the configuration is found, what wins over it, and what is said of a wrong one.

use serde_json::Value;

use crate::sandbox::{Run, Sandbox, paths};

/// A repository with a key in `a.py`, `b.js` and `sub/c.py`.
fn repository() -> Sandbox {
    let sandbox = Sandbox::repository();
    for path in ["a.py", "b.js", "sub/c.py"] {
        sandbox.write_key(path);
    }
    sandbox
}

/// The report of a run in `folder`.
fn scan_in(sandbox: &Sandbox, folder: &str, args: &[&str]) -> Value {
    let mut command = sandbox.command(["scan", "--format", "json"].iter().chain(args));
    let output = command.current_dir(sandbox.path(folder)).output().expect("the program can be started");
    serde_json::from_slice(&output.stdout).expect("it is a report")
}

#[test]
fn the_configuration_stands_at_the_root_of_the_repository() {
    let sandbox = repository();
    sandbox.write(".baseleak.toml", "[scan]\nexclude = [\"*.py\"]\n");
    // One that is deeper counts for nothing.
    sandbox.write("sub/.baseleak.toml", "[scan]\nexclude = [\"*\"]\n");
    sandbox.write_key("sub/d.js");
    let report = scan_in(&sandbox, ".", &[]);
    assert_eq!(paths(&report), ["b.js", "sub/d.js"]);
    let config = report["config"].as_str().expect("it is named");
    assert!(config.ends_with("/.baseleak.toml") && !config.contains("sub"), "{config}");
    assert_eq!(paths(&scan_in(&sandbox, "sub", &[])), ["d.js"]);
    assert_eq!(paths(&scan_in(&sandbox, ".", &["sub"])), ["sub/d.js"]);
    assert_eq!(paths(&scan_in(&sandbox, "..", &["work"])), ["work/b.js", "work/sub/d.js"]);
    sandbox.run(["scan"]).exits(1).prints(&[
        "\nconfigured by ",
        "/.baseleak.toml\n",
        "\npassed over 2 files excluded\n",
    ]);
    let run = sandbox.pipe(b"text", ["scan", "-"]).exits(0);
    run.prints(&["\nconfigured by "]);
}

#[test]
fn outside_of_a_repository_it_stands_in_the_folder() {
    let sandbox = Sandbox::new();
    sandbox.write_key("sub/a.py");
    sandbox.write(".baseleak.toml", "[scan]\nexclude = [\"*.py\"]\n");
    assert_eq!(paths(&sandbox.scan(["."])), Vec::<&str>::new());
    assert_eq!(paths(&sandbox.scan(["sub"])), ["sub/a.py"]);
}

#[test]
fn another_one_may_be_named_and_none_asked_for() {
    let sandbox = repository();
    sandbox.write(".baseleak.toml", "[scan]\nexclude = [\"*.py\"]\n");
    sandbox.write("other.toml", "[scan]\ninclude = [\"sub\"]\n");
    let report = sandbox.scan(["--config", "other.toml"]);
    assert_eq!(paths(&report), ["sub/c.py"]);
    assert_eq!(report["config"], "other.toml");
    let report = sandbox.scan(["--no-config"]);
    assert_eq!(paths(&report), ["a.py", "b.js", "sub/c.py"]);
    assert_eq!(report["config"], Value::Null);
    sandbox.write(".baseleak.toml", "not TOML");
    sandbox.run(["scan"]).exits(2);
    sandbox.run(["scan", "--no-config"]).exits(1);
}

#[test]
fn flags_win() {
    let sandbox = repository();
    let config =
        "[scan]\ninclude = [\"*.js\"]\nexclude = [\"sub\"]\nmax-file-size = 1\n[output]\nformat = \"json\"\n";
    sandbox.write(".baseleak.toml", config);
    let run = |more: &[&str]| sandbox.run(["scan"].iter().chain(more));
    let report = run(&[]).exits(0).json();
    assert_eq!(report["coverage"]["oversized"], 1);
    assert_eq!(paths(&run(&["--max-file-size", "1MB"]).exits(1).json()), ["b.js"]);
    let py = ["--max-file-size", "1MB", "--include", "*.py"];
    assert_eq!(paths(&run(&py).exits(1).json()), ["a.py"], "what is excluded stays so");
    run(&["--format", "human"]).exits(0).prints(&["\nno keys found\n"]);
}

#[test]
fn ignored_files_may_be_asked_for() {
    let sandbox = repository();
    sandbox.write(".gitignore", "*.py\n");
    assert_eq!(paths(&sandbox.scan(["."])), ["b.js"]);
    sandbox.write(".baseleak.toml", "[scan]\nignored = true\n");
    assert_eq!(paths(&sandbox.scan(["."])).len(), 3);
}

#[test]
fn a_wrong_one_is_an_error_that_names_the_line() {
    let sandbox = repository();
    let check = |text: &str, pieces: &[&str]| {
        sandbox.write(".baseleak.toml", text);
        let run: Run = sandbox.run(["scan"]).exits(2).says(&["error: ", ".baseleak.toml:"]).says(pieces);
        assert_eq!(run.stdout, "", "{text}");
    };
    check("[scan]\nexclud = []\n", &[".baseleak.toml:2: ", "exclud", "\"exclude\""]);
    check("[scna]\n", &[".baseleak.toml:1: ", "scna", "scan"]);
    check("[output]\n\nformat = \"jsno\"\n", &[".baseleak.toml:3: ", "json"]);
    check("[scan]\nmax_file_size = 1\n", &["max-file-size"]);
    check("[scan]\ninclude = \"*.py\"\n", &[".baseleak.toml:2: ", "include"]);
    check("[scan\n", &[".baseleak.toml:1: "]);
}

#[test]
fn rules_of_the_configuration_lie_beside_it() {
    let sandbox = repository();
    sandbox.write("security/acme.toml", "[[rules]]\nid = \"acme\"\nregex = \"acme_[a-z]{8}\"\n");
    sandbox.write("sub/acme.txt", "acme_abcdefgh\n");
    sandbox.write(
        ".baseleak.toml",
        "[rules]\nfiles = [\"security/acme.toml\"]\ndisable = [\"baseten-api-key\"]\n",
    );
    for folder in [".", "sub"] {
        let report = scan_in(&sandbox, folder, &[]);
        assert_eq!(report["findings"][0]["rule"], "acme", "{folder}");
        assert_eq!(report["summary"]["findings"], 1, "{folder}");
    }
}

#[test]
fn one_repository_never_governs_another() {
    let sandbox = Sandbox::new();
    for folder in ["one", "two"] {
        sandbox.write(format!("{folder}/.git/HEAD"), "ref: refs/heads/main\n");
        sandbox.write_key(format!("{folder}/f"));
    }
    sandbox.write("one/.baseleak.toml", "[scan]\nexclude = [\"f\"]\n");
    for paths in [["one", "two"], ["two", "one"]] {
        sandbox.run(["scan"].iter().chain(&paths)).exits(2).says(&["cannot govern paths that lie outside"]);
        let report = sandbox.scan(["--no-config"].iter().chain(&paths));
        assert_eq!(report["summary"]["findings"], 2);
    }
    sandbox.run(["scan", "two"]).exits(1);
}

#[test]
fn a_folder_in_its_place_is_an_error() {
    let sandbox = repository();
    std::fs::create_dir_all(sandbox.path(".baseleak.toml")).expect("the folder can be made");
    sandbox.run(["scan"]).exits(2).says(&["cannot be the configuration"]);
}

#[test]
fn a_rule_that_is_disabled_is_named_in_the_report() {
    let sandbox = repository();
    sandbox.write(".baseleak.toml", "[rules]\ndisable = [\"baseten-api-key\"]\n");
    sandbox.run(["scan", "--disable", "baseten-api-key"]).prints(&["disabled 1 rule: baseten-api-key"]);
    assert_eq!(sandbox.scan(["."])["disabled_rules"], serde_json::json!(["baseten-api-key"]));
}

#[test]
fn a_wrong_glob_of_the_configuration_names_it() {
    let sandbox = repository();
    sandbox.write(".baseleak.toml", "[scan]\nexclude = [\"a[\"]\n");
    sandbox.run(["scan"]).exits(2).says(&[".baseleak.toml cannot be used", "\"a[\""]);
}
