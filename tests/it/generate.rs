//! What the program makes of its own command line: completions, and manual pages.
//!
//! Shells and formatters that are not there are passed over, and with `BASELEAK_TEST_ALL=1` asked for, but for those
//! shells that `.ci/run` does not install.

use std::fs;
use std::process::{Command, Stdio};

use crate::sandbox::Sandbox;

/// Whether a program can be started; says so where not.
#[expect(clippy::print_stderr, reason = "a test that is passed over must be seen")]
fn there(program: &str, needed: bool) -> bool {
    let found =
        Command::new("sh").args(["-c", &format!("command -v {program}")]).stdout(Stdio::null()).status();
    let found = found.is_ok_and(|status| status.success());
    let all = std::env::var_os("BASELEAK_TEST_ALL").is_some_and(|value| value == "1");
    assert!(found || !(needed && all), "{program} is not there");
    if !found {
        eprintln!("passed over: {program} is not there");
    }
    found
}

/// What bash offers for the words `line`, of which the last is to be completed.
fn offered(sandbox: &Sandbox, line: &[&str]) -> Vec<String> {
    let script = "source ./baseleak.bash; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); \
                  _baseleak \"$1\" \"${COMP_WORDS[-1]}\" \"${COMP_WORDS[-2]}\"; printf '%s\\n' \"${COMPREPLY[@]}\"";
    let output =
        sandbox.confined("bash").args(["-c", script, "bash"]).args(line).output().expect("bash can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it is UTF-8").split_whitespace().map(str::to_owned).collect()
}

#[test]
fn bash_completes() {
    let sandbox = Sandbox::new();
    sandbox.write("baseleak.bash", sandbox.run(["completions", "bash"]).exits(0).stdout);
    let check = |line: &[&str], expect: &[&str]| {
        let offered = offered(&sandbox, line);
        assert!(expect.iter().all(|word| offered.iter().any(|other| other == word)), "{line:?}: {offered:?}");
    };
    assert_eq!(offered(&sandbox, &["baseleak", "sc"]), ["scan"]);
    check(&["baseleak", ""], &["scan", "staged", "history", "hook", "completions", "man"]);
    check(&["baseleak", "scan", "--fail"], &["--fail-on"]);
    // The values of what has a list of them.
    check(&["baseleak", "scan", "--fail-on", ""], &["any", "high", "active", "new"]);
    check(&["baseleak", "scan", "--format", "gitlab"], &["gitlab", "gitlab-codequality"]);
    check(&["baseleak", "history", "--format", ""], &["human", "json", "sarif"]);
    check(&["baseleak", "completions", ""], &["bash", "elvish", "fish", "powershell", "zsh"]);
    check(&["baseleak", "baseline", ""], &["create", "update", "show", "prune"]);
}

/// Each shell that is there reads its script without complaint.
#[test]
fn shells_read_their_scripts() {
    for (shell, script, arguments) in [
        ("bash", "baseleak.bash", &["-n"][..]),
        ("zsh", "_baseleak", &["-n"]),
        ("fish", "baseleak.fish", &["--no-execute"]),
    ] {
        if !there(shell, shell == "bash") {
            continue;
        }
        let sandbox = Sandbox::new();
        sandbox.write(script, sandbox.run(["completions", shell]).exits(0).stdout);
        let output = sandbox.confined(shell).args(arguments).arg(script).output().expect("it is there");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && said.is_empty(), "{shell}: {said}");
    }
}

#[test]
fn completions_of_an_unknown_shell() {
    let run = Sandbox::new().run(["completions", "csh"]).exits(2);
    assert!(
        run.stderr.contains("invalid value 'csh'") && run.stderr.contains("powershell"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_page_for_each_command() {
    let sandbox = Sandbox::new();
    let first = sandbox.run(["man"]).exits(0).stdout;
    sandbox.run(["man", "--dir", "pages/man1"]).exits(0);
    let folder = sandbox.path("pages/man1");
    let read = |name: &str| fs::read_to_string(folder.join(name)).expect("there is such a page");
    assert_eq!(read("baseleak.1"), first);
    assert!(first.contains(".SH \"EXIT STATUS\"\n0 all read"), "{first}");
    let scan = read("baseleak-scan.1");
    let title =
        concat!(".TH BASELEAK-SCAN 1 \"\" \"baseleak ", env!("CARGO_PKG_VERSION"), "\" \"User Commands\"\n");
    assert!(scan.contains(title) && scan.contains(".SH \"SEE ALSO\"\nbaseleak(1)\n"), "{scan}");
    assert!(read("baseleak-baseline-create.1").contains("baseleak\\-baseline\\-create"));
    // No page tells of a command without one.
    let names: Vec<String> = fs::read_dir(&folder)
        .expect("it is there")
        .map(|entry| entry.expect("it can be read").file_name().into_string().expect("names are UTF-8"))
        .collect();
    assert!(names.len() >= 30 && names.iter().all(|name| name.ends_with(".1")), "{names:?}");
    for name in &names {
        for line in read(name).lines().filter(|line| line.ends_with("(1)")) {
            let page = line.replace("(1)", ".1").replace('\\', "");
            assert!(names.contains(&page), "{name} tells of {page}");
        }
    }
    // Written again, they are the same, and nothing else is left in the folder.
    sandbox.run(["man", "--dir", "pages/man1"]).exits(0);
    assert_eq!(fs::read_dir(&folder).expect("it is there").count(), names.len());
    assert_eq!(read("baseleak-scan.1"), scan);
}

#[test]
fn pages_where_no_folder_can_be() {
    let sandbox = Sandbox::new();
    sandbox.write("file", "");
    let run = sandbox.run(["man", "--dir", "file/man"]).exits(2);
    assert!(run.stderr.starts_with("error: cannot make the folder"), "{}", run.stderr);
}

#[test]
fn pages_can_be_shown() {
    let sandbox = Sandbox::new();
    sandbox.run(["man", "--dir", "man1"]).exits(0);
    let pages: Vec<_> = fs::read_dir(sandbox.path("man1"))
        .expect("it is there")
        .map(|entry| entry.expect("it is").path())
        .collect();
    if there("man", true) {
        let mut man = sandbox.confined("man");
        let output =
            man.args(["--warnings", "--local-file"]).arg(sandbox.path("man1/baseleak-scan.1")).output();
        let output = output.expect("it is there");
        let (text, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && said.is_empty(), "{said}");
        assert!(text.contains("SYNOPSIS") && text.contains("--fail-on"), "{text}");
    }
    if there("mandoc", true) {
        let output = sandbox.confined("mandoc").args(["-T", "lint", "-W", "warning"]).args(&pages).output();
        let said = String::from_utf8_lossy(&output.expect("it is there").stdout).into_owned();
        // Pages have no date, so that they are the same whenever they are made.
        let said: Vec<&str> = said.lines().filter(|line| !line.contains("missing date")).collect();
        assert!(said.is_empty(), "{said:#?}");
    }
}
