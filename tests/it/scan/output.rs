//! A report in a file: whole or not at all, and the file that it replaces keeps what is its own.

use std::fs;

use crate::sandbox::{Sandbox, paths};

#[test]
fn a_file_has_what_standard_output_would_have() {
    let sandbox = Sandbox::new();
    sandbox.write_key("a.txt");
    let printed = sandbox.run(["scan", "a.txt", "--format", "json"]).exits(1).stdout;
    for output in ["--output=report", "-o=report", "--output=./report"] {
        let run = sandbox.run(["scan", "a.txt", "--format", "json", output]).exits(1);
        assert_eq!((run.stdout, run.stderr), (String::new(), String::new()));
        assert_eq!(fs::read_to_string(sandbox.path("report")).expect("it is there"), printed);
    }
    sandbox.run(["scan", "a.txt", "-o", "report"]).exits(1);
    let human = fs::read_to_string(sandbox.path("report")).expect("it is there");
    assert!(human.ends_with("\n1 finding\n") && !human.contains('\x1b'), "{human}");
    let mut names: Vec<_> = fs::read_dir(sandbox.path("."))
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be listed").file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["a.txt", "report"], "nothing is left beside the report");
}

/// The report of the last run is no news in the next: it holds no key.
#[test]
fn a_report_in_the_folder_is_clean_itself() {
    let sandbox = Sandbox::new();
    sandbox.write_key("a.txt");
    for _ in 0..2 {
        sandbox.run(["scan", "--format", "json", "-o", "report.json"]).exits(1);
    }
    assert_eq!(paths(&sandbox.scan(["."])), ["a.txt"]);
}

#[test]
fn an_error_says_what_and_why_and_changes_nothing() {
    let sandbox = Sandbox::new();
    sandbox.write_key("a.txt");
    sandbox.write("folder/inside", "");
    let run = sandbox.run(["scan", "-o", "missing/report"]).exits(2);
    run.says(&[
        "error: cannot write the report to missing/report\ncause: there is no folder missing\nhint: ",
    ]);
    sandbox
        .run(["scan", "-o", "folder"])
        .exits(2)
        .says(&["error: cannot write the report to folder\ncause: it is a folder\n"]);
    sandbox
        .run(["scan", "-o", "a.txt/report"])
        .exits(2)
        .says(&["error: cannot write the report to a.txt/report\ncause: "]);
    // A scan that is refused leaves the old report alone.
    sandbox.write("report", "old");
    sandbox.run(["scan", "-o", "report", "--disable", "no-such-rule"]).exits(2);
    assert_eq!(fs::read_to_string(sandbox.path("report")).expect("it is there"), "old");
}

#[cfg(unix)]
mod unix {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use crate::sandbox::Sandbox;

    #[test]
    fn the_mode_of_a_file_and_the_link_to_it_stay() {
        let sandbox = Sandbox::new();
        sandbox.write_key("a.txt");
        sandbox.write("report", "old");
        symlink("report", sandbox.path("link")).expect("a link can be made");
        for mode in [0o600, 0o640, 0o664] {
            fs::set_permissions(sandbox.path("report"), Permissions::from_mode(mode))
                .expect("the mode can be set");
            sandbox.run(["scan", "a.txt", "-o", "link"]).exits(1);
            let metadata = fs::metadata(sandbox.path("report")).expect("it is there");
            assert_eq!(metadata.permissions().mode() & 0o777, mode);
            assert!(sandbox.path("link").is_symlink());
            assert!(
                fs::read_to_string(sandbox.path("report")).expect("it is there").ends_with("1 finding\n")
            );
        }
    }

    #[test]
    fn a_device_is_written_directly() {
        let sandbox = Sandbox::new();
        sandbox.write_key("a.txt");
        sandbox.run(["scan", "a.txt", "-o", "/dev/null"]).exits(1);
        let run = sandbox.run(["scan", "a.txt", "-o", "/dev/stderr"]).exits(1);
        assert!(run.stderr.ends_with("\n1 finding\n") && run.stdout.is_empty(), "{run:?}");
    }

    /// A full disk is an error, in a file and on standard output.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_report_that_cannot_be_written_is_no_verdict() {
        let sandbox = Sandbox::new();
        sandbox.write("a.txt", "no key\n");
        let run = sandbox.run(["scan", "-o", "/dev/full"]).exits(2);
        run.says(&["error: cannot write the report to /dev/full\ncause: "]);
        let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
        let output = sandbox.command(["scan"]).stdout(full).output().expect("the program can be started");
        assert_eq!(output.status.code(), Some(2));
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.starts_with("error: cannot write the report to standard output\ncause: "), "{stderr}");
    }
}
