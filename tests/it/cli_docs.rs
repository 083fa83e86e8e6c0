//! Holds docs/cli.md to the program's own help.

use std::fs;
use std::path::Path;

use crate::sandbox::Sandbox;

/// The environment variable that makes the test write the page anew.
const UPDATE: &str = "BASELEAK_UPDATE";
/// The commands and what stands above the help of each; the root comes first.
const COMMANDS: [&[&str]; 34] = [
    &[],
    &["scan"],
    &["staged"],
    &["history"],
    &["audit"],
    &["web"],
    &["diff"],
    &["baseline"],
    &["baseline", "create"],
    &["baseline", "update"],
    &["baseline", "show"],
    &["baseline", "prune"],
    &["clean"],
    &["keys"],
    &["rotate"],
    &["verify"],
    &["explain"],
    &["revoke"],
    &["rules"],
    &["rules", "list"],
    &["rules", "check"],
    &["hook"],
    &["hook", "install"],
    &["hook", "uninstall"],
    &["hook", "status"],
    &["hook", "run"],
    &["hook", "framework"],
    &["hook", "agent"],
    &["hook", "agent", "install"],
    &["hook", "agent", "uninstall"],
    &["hook", "agent", "status"],
    &["doctor"],
    &["completions"],
    &["man"],
];
/// Columns of the help, whatever the terminal.
const COLUMNS: &str = "100";

/// The page as it should be.
fn page() -> String {
    let sandbox = Sandbox::new();
    let mut page = String::from(
        "# The command line\n\n\
         What `--help` says of each command. `-h` says the same in short. \
         This page is made by a test, `tests/it/cli_docs.rs`, which fails where the program says something else.\n",
    );
    for command in COMMANDS {
        let mut help = sandbox.command(command.iter().chain(&["--help"]));
        let output = help.env("COLUMNS", COLUMNS).output().expect("the program can be started");
        assert!(output.status.success(), "{command:?} has no help");
        let text = String::from_utf8(output.stdout).expect("the help is UTF-8");
        assert!(!text.contains('\x1b'), "help in a pipe has no colours");
        let title = ["baseleak"].iter().chain(command).copied().collect::<Vec<_>>().join(" ");
        page.extend(["\n## `", &title, "`\n\n```text\n"]);
        for line in text.trim_end().replace("baseleak.exe", "baseleak").lines() {
            page.push_str(line.trim_end());
            page.push('\n');
        }
        page.push_str("```\n");
    }
    page
}

#[test]
fn the_page_says_what_the_program_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join("cli.md");
    let page = page();
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        return fs::write(&path, page).expect("the page can be written");
    }
    let stands = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    let stale = "docs/cli.md is stale. To renew it: BASELEAK_UPDATE=1 cargo test --test it cli_docs";
    let first = page.lines().zip(stands.lines()).find(|(new, old)| new != old);
    assert!(page == stands, "{stale}\nfirst line that differs, new and old: {first:?}");
}

/// A command that is added to the program and not to [`COMMANDS`] would be missing from the page.
#[test]
fn every_command_is_on_the_page() {
    let sandbox = Sandbox::new();
    for command in COMMANDS {
        let help = sandbox.run(command.iter().chain(&["--help"])).exits(0).stdout;
        let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
        // What a line goes on with stands further to the right.
        let entries =
            listed.take_while(|line| line.starts_with("  ")).filter(|line| !line.starts_with("   "));
        for line in entries {
            let name = line.split_whitespace().next().expect("a line of a list has a word");
            let full: Vec<&str> = command.iter().copied().chain([name]).collect();
            assert!(name == "help" || COMMANDS.contains(&&*full), "{full:?} is not on the page");
        }
    }
}
