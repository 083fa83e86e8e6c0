//! A secret is shown nowhere: not in reports, not in files, not in errors,
//! whatever it stands in.

use std::fs;

use crate::contexts::Kind;
use crate::sandbox::{Run, Sandbox, assert_hidden, key, key_of, skipped};

/// Runs the scan in every mode that writes something; `args` come last.
#[track_caller]
fn check(sandbox: &Sandbox, args: &[&str], key: &str, code: i32) {
    let run = |more: &[&str]| sandbox.run(["scan"].iter().chain(more).chain(args)).exits(code).hides(key);
    run(&[]);
    run(&["--color", "always"]);
    run(&["--format", "json"]);
    for format in ["human", "json"] {
        run(&["--format", format, "--output", "../home/report"]);
        let written = fs::read_to_string(sandbox.home().join("report")).expect("the report is there");
        assert_hidden(key, &written);
        fs::remove_file(sandbox.home().join("report")).expect("the report can be removed");
    }
}

#[test]
fn keys_in_content_stay_there() {
    for kind in Kind::ALL.into_iter().filter(|&kind| kind != Kind::Webhook) {
        let sandbox = Sandbox::new();
        let key = key_of(kind, 1);
        sandbox.write("a.txt", format!("BASETEN_API_KEY=\"{key}\" # {key} again\nbaseten: {key}\n"));
        check(&sandbox, &[], &key, 1);
    }
}

#[test]
fn secrets_without_a_public_part_stay_there() {
    let sandbox = Sandbox::new();
    let secret = key_of(Kind::Webhook, 1);
    sandbox.write("a.txt", format!("BASETEN_WEBHOOK={secret}\n"));
    for format in ["human", "json"] {
        let run = sandbox.run(["scan", "--format", format]).exits(1);
        let bare = secret.strip_prefix("whsec_").expect("the prefix is known");
        assert_hidden(&format!(".{bare}"), &(run.stdout + &run.stderr));
    }
}

#[test]
fn keys_in_names_of_files_and_folders_are_masked() {
    for kind in [Kind::New, Kind::Legacy] {
        let sandbox = Sandbox::new();
        let (key, other) = (key_of(kind, 1), key(2));
        // A key of the old shape is taken for program text where a name follows.
        let file = if kind == Kind::New { format!("notes/{key}.txt") } else { format!("notes/{key}") };
        let folder = format!("{key}/deep/a.txt");
        sandbox.write(&file, format!("KEY={other}\n"));
        sandbox.write(&folder, format!("KEY={other}\n"));
        for path in [".", &*file, &*folder, &*key, &*format!("./{key}/deep")] {
            check(&sandbox, &[path], &key, 1);
        }
        let report = sandbox.scan(["."]);
        let places: Vec<_> = report["findings"].as_array().expect("there are findings").iter().collect();
        assert!(places.iter().any(|finding| finding["place"] == "file-name"), "{report}");
        // Standard input may be given such a name, too.
        let name = ["scan", "-", "--stdin-path", &*file, "--format", "json"];
        sandbox.pipe(b"text", name).exits(1).hides(&key);
    }
}

#[test]
fn keys_in_names_of_what_is_skipped_are_masked() {
    let sandbox = Sandbox::new();
    let key = key(1);
    check(&sandbox, &[&key], &key, 2);
    check(&sandbox, &[&format!("missing/{key}/a.txt")], &key, 2);
    let report = sandbox.scan([&key]);
    let [(path, "unreadable", _)] = skipped(&report)[..] else { panic!("it is skipped") };
    assert!(path.contains("****"), "{path}");
}

/// Runs something that fails, with a key somewhere in it.
#[track_caller]
fn refused(run: Run, key: &str) {
    let run = run.exits(2);
    assert!(run.stderr.contains("error: "));
    run.hides(key);
}

#[test]
fn errors_show_no_key() {
    let sandbox = Sandbox::new();
    let key = key(1);
    refused(sandbox.run(["scan", "--config", &key]), &key);
    refused(sandbox.run(["scan", "--rules", &format!("{key}.toml")]), &key);
    refused(sandbox.run(["scan", "--output", &format!("missing/{key}")]), &key);
    refused(sandbox.run(["scan", "--output", &format!("{key}/report")]), &key);
    refused(sandbox.run(["scan", "--disable", &key]), &key);
    refused(sandbox.run(["scan", "--exclude", &format!("{key}[")]), &key);
    refused(sandbox.run(["rules", "check", &key]), &key);
}

/// What the parser of arguments says of a key pasted in the wrong place.
#[test]
fn wrong_usage_shows_no_key() {
    let sandbox = Sandbox::new();
    let key = key(1);
    refused(sandbox.run([&*key]), &key);
    refused(sandbox.run(["scan", &format!("--{key}")]), &key);
    refused(sandbox.run(["scan", "--format", &key]), &key);
    refused(sandbox.run(["scan", "--max-file-size", &key]), &key);
    refused(sandbox.run(["scan", "--threads", &key]), &key);
    refused(sandbox.run(["scan", &format!("--no-config={key}")]), &key);
}

#[test]
fn configuration_that_holds_a_key_does_not_show_it() {
    let sandbox = Sandbox::new();
    let key = key(1);
    for text in [
        format!("[scan]\n\"{key}\" = 1\n"),
        format!("\"{key}\" = 1\n"),
        format!("[scan]\nmax-file-size = \"{key}\"\n"),
        format!("[scan]\nexclude = [\"{key}[\"]\n"),
        format!("[rules]\ndisable = [\"{key}\"]\n"),
        format!("[rules]\nfiles = [\"{key}\"]\n"),
        format!("[output]\nformat = \"{key}\"\n"),
        format!("BASETEN_API_KEY={key}\n"),
        format!("[scan]\nignored = {key}\n"),
    ] {
        sandbox.write(".baseleak.toml", text);
        refused(sandbox.run(["scan"]), &key);
    }
}

#[test]
fn a_configuration_named_like_a_key_is_masked_in_the_report() {
    let sandbox = Sandbox::new();
    let key = key(1);
    sandbox.write(format!("../home/{key}.toml"), "");
    for format in ["human", "json"] {
        let file = format!("../home/{key}.toml");
        sandbox.run(["scan", "--format", format, "--config", &file]).exits(0).hides(&key);
    }
}

#[test]
fn rule_files_that_hold_a_key_do_not_show_it() {
    let sandbox = Sandbox::new();
    let key = key(1);
    for text in [
        format!("[[rules]]\nid = \"a\"\nregex = \"({key}\"\n"),
        format!("[[rules]]\nid = \"{key}\"\nregex = \"(\"\n"),
        format!("[[rules]]\nid = \"a\"\nregex = \"a\"\n[rules.baseleak]\n\"{key}\" = 1\n"),
        format!("KEY={key}\n"),
    ] {
        sandbox.write("rules.toml", text);
        refused(sandbox.run(["rules", "check", "rules.toml"]), &key);
    }
}

#[test]
fn secrets_are_shown_on_terminals_only() {
    let sandbox = Sandbox::new();
    let key = sandbox.write_key("a.txt");
    for more in [&[][..], &["--format", "json"], &["--output", "report"]] {
        let run = sandbox.run(["scan", "--show-secrets"].iter().chain(more)).exits(2).hides(&key);
        assert_eq!(run.stdout, "");
        run.says(&["error: ", "cause: ", "hint: "]);
    }
    assert!(!sandbox.path("report").exists());
}

#[test]
fn keys_that_are_no_finding_are_masked_in_names() {
    for kind in Kind::ALL {
        let sandbox = Sandbox::new();
        let named = key_of(kind, 1);
        for path in
            [format!("x_{named}_y"), format!("{named}.txt"), format!("{named}/a"), format!("{named}-old")]
        {
            sandbox.write(path, format!("KEY={}\n", key(2)));
        }
        // A webhook secret has no public part; what stands before it is none of the secret.
        let whole = if kind == Kind::Webhook { format!(".{}", &named["whsec_".len()..]) } else { named };
        check(&sandbox, &["."], &whole, 1);
        check(&sandbox, &[".", "--disable", kind.rule()], &whole, i32::from(kind != Kind::New));
    }
}

#[test]
fn other_secrets_beside_a_key_are_masked() {
    let sandbox = Sandbox::new();
    let line = format!("URL=postgres://me:hunter2pw@db PASSWORD=hunter3pw KEY={} token=hunter4pw\n", key(1));
    sandbox.write("a.env", line);
    for format in ["human", "json"] {
        let run = sandbox.run(["scan", "--format", format]).exits(1);
        assert!(!run.stdout.contains("hunter"), "{}", run.stdout);
    }
}

#[test]
fn the_rest_of_a_token_is_masked_where_a_rule_matches_a_part() {
    let sandbox = Sandbox::new();
    sandbox.write("rules.toml", "[[rules]]\nid = \"part\"\nregex = '''acme-(\\w{5})'''\n");
    sandbox.write("a.txt", "tok=acme-AbCdEfGhIjKl\n");
    let report = sandbox.scan(["a.txt", "--rules", "rules.toml"]);
    assert_eq!(report["findings"][0]["snippet"], "tok=****");
}
