//! `hook agent install`, `uninstall` and `status`: what becomes of settings that are there.

use std::fs;

use serde_json::{Value, json};

use crate::sandbox::Sandbox;

/// The agents, with the files of their settings in a repository.
const FILES: [(&str, &str); 4] = [
    ("claude-code", ".claude/settings.json"),
    ("codex", ".codex/hooks.json"),
    ("cursor", ".cursor/hooks.json"),
    ("copilot", ".github/hooks/baseleak.json"),
];

fn read(sandbox: &Sandbox, path: &str) -> String {
    fs::read_to_string(sandbox.path(path)).expect("the file is there")
}

#[test]
fn a_file_is_made_and_goes_again() {
    for (tool, path) in FILES {
        let sandbox = Sandbox::repository();
        let install = ["hook", "agent", "install", "--tool", tool];
        sandbox.run(install.iter().chain(&["--dry-run"])).exits(0).prints(&["hook agent"]);
        assert!(!sandbox.path(path).exists());
        sandbox.run(install).exits(0).prints(&[path, "calls baseleak"]);
        let text = read(&sandbox, path);
        let value: Value = serde_json::from_str(&text).expect("it is JSON");
        let command = format!("baseleak hook agent --tool {tool}");
        assert_eq!(text.matches(&command).count(), if tool == "copilot" { 6 } else { 3 }, "{text}");
        let entry = match tool {
            "claude-code" | "codex" => &value["hooks"]["PreToolUse"][0]["hooks"][0]["command"],
            "cursor" => &value["hooks"]["preToolUse"][0]["command"],
            _ => &value["hooks"]["preToolUse"][0]["bash"],
        };
        assert_eq!(*entry, json!(command));
        assert_eq!(value.get("version"), matches!(tool, "cursor" | "copilot").then_some(&json!(1)));
        // Once more changes nothing.
        sandbox.run(install).exits(0).prints(&["already"]);
        assert_eq!(read(&sandbox, path), text);
        sandbox
            .run(["hook", "agent", "status", "--tool", tool, "--project"])
            .exits(0)
            .prints(&["installed ("]);
        let uninstall = ["hook", "agent", "uninstall", "--tool", tool];
        sandbox.run(uninstall).exits(0).prints(&["removed"]);
        assert!(!sandbox.path(path).parent().expect("it has a folder").exists());
        sandbox.run(uninstall).exits(0).prints(&["does not call"]);
    }
}

#[test]
fn what_stands_there_stays() {
    let sandbox = Sandbox::repository();
    let path = ".claude/settings.json";
    let text = "{\n    \"zeta\": 1.50,\n    \"hooks\": {\n        \"PreToolUse\": [\n            {\n                \
        \"matcher\": \"Bash\",\n                \"hooks\": [ { \"type\": \"command\", \"command\": \"./mine\" } ]\n            \
        }\n        ]\n    },\n    \"alpha\": {\"b\": [1,2]}\n}";
    sandbox.write(path, text);
    sandbox.run(["hook", "agent", "install", "--tool", "claude-code"]).exits(0);
    let after = read(&sandbox, path);
    let value: Value = serde_json::from_str(&after).expect("it is JSON");
    let events = &value["hooks"]["PreToolUse"];
    assert_eq!(events[0]["hooks"][0]["command"], "./mine");
    assert_eq!(events[1]["hooks"][0]["command"], "baseleak hook agent --tool claude-code");
    assert!(after.starts_with("{\n    \"zeta\": 1.50,\n") && after.ends_with("\"alpha\": {\"b\": [1,2]}\n}"));
    // Another choice takes the place of the first.
    sandbox.run(["hook", "agent", "install", "--tool", "claude-code", "--reads", "--fail-closed"]).exits(0);
    let changed = read(&sandbox, path);
    assert_eq!(changed.matches("hook agent").count(), 3);
    assert_eq!(changed.matches("--tool claude-code --reads").count(), 3);
    assert_eq!(changed.matches("\"onFailure\": \"block\"").count(), 3);
    sandbox.run(["hook", "agent", "uninstall", "--tool", "claude-code"]).exits(0);
    assert_eq!(read(&sandbox, path), text);
}

#[test]
fn what_cannot_be_edited_is_left_alone() {
    for (text, why) in [
        ("{ // mine\n}\n", "no JSON"),
        ("{\"hooks\": {}", "no JSON"),
        ("[]", "no JSON object"),
        ("{\"hooks\": []}", "no JSON object"),
        ("{\"hooks\": {\"preToolUse\": {}}}", "no list"),
        ("{\"hooks\": {}, \"hooks\": {}}", "twice"),
    ] {
        let sandbox = Sandbox::repository();
        sandbox.write(".cursor/hooks.json", text);
        for verb in ["install", "uninstall"] {
            let run = sandbox.run(["hook", "agent", verb, "--tool", "cursor"]).exits(2);
            run.says(&["error: cannot edit ", "cause: ", why, "hint: "]);
            assert_eq!(read(&sandbox, ".cursor/hooks.json"), text);
        }
        sandbox.run(["hook", "agent", "status", "--tool", "cursor"]).exits(2).prints(&[why]);
    }
    let sandbox = Sandbox::repository();
    sandbox.run(["hook", "agent", "install"]).exits(2).says(&["hint: give --tool"]);
    let other = ["hook", "agent", "install", "--tool", "codex", "--program", "/bin/other"];
    sandbox.run(other).exits(2).says(&["--program"]);
    assert!(!sandbox.path(".codex").exists());
}

#[test]
fn the_settings_of_the_user_are_in_their_home() {
    let sandbox = Sandbox::repository();
    let at = |path: &str| sandbox.home().join(path);
    for (tool, path) in [
        ("claude-code", ".claude/settings.json"),
        ("codex", ".codex/hooks.json"),
        ("cursor", ".cursor/hooks.json"),
        ("copilot", ".copilot/hooks/baseleak.json"),
    ] {
        sandbox.run(["hook", "agent", "install", "--user", "--tool", tool]).exits(0);
        assert!(at(path).is_file(), "{path}");
    }
    let status = sandbox.run(["hook", "agent", "status"]).exits(0).stdout;
    assert_eq!(status.matches("not installed").count(), 4, "{status}");
    assert_eq!(status.matches("installed (").count(), 4, "{status}");
    for (variable, value) in [("CODEX_HOME", ""), ("CODEX_HOME", "relative"), ("HOME", "relative")] {
        let run =
            sandbox.run_with(&[(variable, value)], ["hook", "agent", "install", "--user", "--tool", "codex"]);
        run.exits(2).says(&["error: ", "hint: set "]);
    }
    let folder = sandbox.path("elsewhere");
    let variables = [("CODEX_HOME", folder.to_str().expect("it is UTF-8"))];
    sandbox.run_with(&variables, ["hook", "agent", "install", "--user", "--tool", "codex"]).exits(0);
    assert!(folder.join("hooks.json").is_file());
}

#[cfg(unix)]
#[test]
fn a_link_and_a_mode_stay() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let sandbox = Sandbox::repository();
    sandbox.write("dotfiles/hooks.json", "{\"version\": 1}\n");
    let file = sandbox.path("dotfiles/hooks.json");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("the mode can be set");
    fs::create_dir(sandbox.path(".cursor")).expect("the folder can be made");
    symlink("../dotfiles/hooks.json", sandbox.path(".cursor/hooks.json")).expect("the link can be made");
    sandbox.run(["hook", "agent", "install", "--tool", "cursor"]).exits(0);
    assert!(sandbox.path(".cursor/hooks.json").is_symlink());
    assert!(read(&sandbox, "dotfiles/hooks.json").contains("hook agent"));
    let mode = fs::metadata(&file).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
}

#[test]
fn what_was_there_is_there_again() {
    for (tool, text) in [
        ("cursor", "{\"version\": 1}"),
        ("cursor", "{\"hooks\": {}}"),
        ("cursor", "{\"version\": 1, \"hooks\": {\"preToolUse\": []}}"),
        ("cursor", "{\"hooks\": {\"stop\": []}, \"version\": 1}\n"),
        ("cursor", "{\"hooks\": {\"preToolUse\": [{\"command\": \"x\"}]}}"),
        ("copilot", "{\"a\": 1}"),
        ("copilot", "{}\n"),
        ("claude-code", "{\n  \"hooks\": {}\n}\n"),
        ("claude-code", "{\"hooks\": {\"PreToolUse\": [], \"Stop\": []}}"),
        ("codex", "{\"a\": {}}"),
    ] {
        let sandbox = Sandbox::repository();
        let (_, path) = FILES.iter().find(|(name, _)| *name == tool).expect("it is one of them");
        sandbox.write(path, text);
        for more in [&["--reads"][..], &[], &["--no-config"]] {
            sandbox.run(["hook", "agent", "install", "--tool", tool].iter().chain(more)).exits(0);
        }
        assert_ne!(read(&sandbox, path), text);
        sandbox
            .run(["hook", "agent", "install", "--tool", tool])
            .exits(0)
            .prints(&["already"])
            .says(&["--no-config"]);
        sandbox
            .run(["hook", "agent", "status", "--tool", tool, "--project"])
            .exits(0)
            .prints(&["installed ("]);
        sandbox.run(["hook", "agent", "uninstall", "--tool", tool]).exits(0);
        assert_eq!(read(&sandbox, path), text, "{tool}");
    }
}

#[test]
fn what_somebody_else_wrote_is_left_alone() {
    for (entry, changed) in [
        (
            r#"{"hooks":[{"type":"command","command":"log.sh \"baseleak hook agent ran\"","timeout":30}]}"#,
            true,
        ),
        (r#"{"hooks":[{"type":"command","command":"baseleak hook agent || true","timeout":30}]}"#, true),
        (
            r#"{"matcher":"Bash","hooks":[{"type":"command","command":"baseleak hook agent","timeout":30}]}"#,
            true,
        ),
        (r#"{"hooks":[{"type":"command","command":"log.sh baseleak","timeout":30}]}"#, false),
    ] {
        let sandbox = Sandbox::repository();
        let (tool, path) = FILES[0];
        let text = format!("{{\"hooks\": {{\"PreToolUse\": [{entry}]}}}}");
        sandbox.write(path, &text);
        let status = sandbox.run(["hook", "agent", "status", "--tool", tool, "--project"]).exits(0);
        status.prints(&[if changed { " changed (PreToolUse: " } else { " not installed" }]);
        let run = sandbox.run(["hook", "agent", "uninstall", "--tool", tool]).exits(0);
        assert_eq!(run.stderr.contains("left alone"), changed, "{}", run.stderr);
        assert_eq!(read(&sandbox, path), text);
        sandbox.run(["hook", "agent", "install", "--tool", tool]).exits(0);
        assert!(read(&sandbox, path).contains(entry));
        sandbox.run(["hook", "agent", "uninstall", "--tool", tool]).exits(0);
        assert_eq!(read(&sandbox, path), text);
    }
}
